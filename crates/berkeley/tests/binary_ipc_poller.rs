//! The poller lines of basic-binary-ipc's tests, by their numbers in docs/COMING_FROM.md, over every backend.
//!
//! There a poller is asked for predicates; here an event says that a socket is worth a question, and
//! [`SocketOf::readiness`](berkeley::SocketOf::readiness) answers it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Barrier;
use std::thread;

use berkeley::{
    AsSource, Connecting, Deadline, Event, Events, Family, Interest, Key, Kind, Poller, Protocol, Readiness,
    SECOND, Socket, Source, State, TcpListener, TcpStream, UnixListener, UnixStream,
};
use berkeley_testkit::{each_poller, has_unix_sockets, limit, scratch, wait_for};

const CONNECTED: Readiness = Readiness::DETERMINED.union(Readiness::CONNECTED);

fn announced(poller: &mut Poller<Socket>, deadline: impl Into<Deadline>) -> Vec<(Key, Readiness)> {
    let mut events = Events::new();
    poller.wait(&mut events, deadline).unwrap();
    events.iter().map(|event| (event.key(), poller.get(event.key()).unwrap().readiness().unwrap())).collect()
}

/// The life of a connection, as `poller/ipv4` and `poller/local` tell it.
fn a_connections_life(mut poller: Poller<Socket>, listener: Socket, connect: impl FnOnce() -> Socket) {
    let door = poller.add(listener, Interest::READABLE).unwrap();
    assert_eq!(announced(&mut poller, Deadline::now()), []);
    let client = connect();
    assert_eq!(announced(&mut poller, SECOND * 10), [(door, Readiness::CONNECTION)]);
    let (remote, _) = poller.get(door).unwrap().now().accept().unwrap().expect("it was announced");

    let both = Interest::READABLE | Interest::WRITABLE;
    let [client, remote] = [client, remote].map(|socket| poller.add(socket, both).unwrap());
    assert_eq!([client, remote].map(|key| poller.interest(key)), [Some(both); 2]);
    let mut ready = announced(&mut poller, SECOND * 10);
    ready.sort_by_key(|(key, _)| *key);
    let mut expected = [client, remote].map(|key| (key, CONNECTED | Readiness::ROOM));
    expected.sort_by_key(|(key, _)| *key);
    assert_eq!(ready, expected);

    for key in [client, remote] {
        poller.set_interest(key, Interest::READABLE).unwrap();
        assert_eq!(poller.interest(key), Some(Interest::READABLE));
    }
    assert_eq!(poller.get(client).unwrap().send(&[0, 1, 2, 3, 4]).unwrap(), 5);
    let data = CONNECTED | Readiness::ROOM | Readiness::DATA;
    assert_eq!(announced(&mut poller, SECOND * 10), [(remote, data)]);
    let mut buffer = [9; 10];
    assert_eq!(poller.get(remote).unwrap().recv(&mut buffer).unwrap().len(), 5);
    assert_eq!(buffer, [0, 1, 2, 3, 4, 9, 9, 9, 9, 9]);
    assert_eq!(announced(&mut poller, Deadline::now()), []);

    // There a socket is closed and then taken out; here taking it out is what gives it, and it can be closed.
    poller.remove(remote).unwrap().close().unwrap();
    assert!(poller.remove(remote).is_none(), "once is enough, twice does no harm");
    let over = Readiness::DETERMINED | Readiness::FAILED | Readiness::DISCONNECTED;
    assert_eq!(announced(&mut poller, SECOND * 10), [(client, over)]);
}

#[test]
fn t_b_22_poller_ipv4() {
    let _limit = limit();
    each_poller(|poller| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_address().unwrap();
        a_connections_life(poller, listener.into_any(), || TcpStream::connect(address).unwrap().into_any());
    });
}

#[test]
fn t_b_23_poller_local() {
    let _limit = limit();
    if !has_unix_sockets() {
        return;
    }
    each_poller(|poller| {
        let folder = scratch();
        let path = folder.path().join("test.socket");
        let listener = UnixListener::bind(&path).unwrap();
        a_connections_life(poller, listener.into_any(), || UnixStream::connect(&path).unwrap().into_any());
    });
}

/// Waits for a connect that must fail, and returns its error.
fn failure(poller: &mut Poller<Connecting<TcpStream>>, key: Key) -> berkeley::Error {
    let event = wait_for(poller, |_| true);
    assert!(event.key() == key && event.is_writable(), "{event:?}");
    let mut pending = poller.remove(key).unwrap();
    let readiness = pending.socket().readiness().unwrap();
    assert!(readiness.contains(Readiness::DETERMINED | Readiness::FAILED), "{readiness:?}");
    assert!(!readiness.contains(Readiness::CONNECTED), "{readiness:?}");
    let State::Failed(error) = pending.state() else { panic!("{pending:?}") };
    error
}

#[test]
#[cfg(target_os = "linux")]
fn t_b_24_poller_no_server() {
    use berkeley_testkit::{in_own_network, ip, need};

    let _limit = limit();
    let _ = in_own_network(|| {
        // What is sent there is never answered, and never leaves.
        if !need(ip(&["route", "add", "192.0.2.0/24", "dev", "lo"]).is_ok(), "ip(8)") {
            return;
        }
        let open = |_| Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
        let sockets: Vec<_> = berkeley::Backend::available().iter().map(open).collect();
        let mut sockets = sockets.iter();
        each_poller(|mut poller| {
            let socket = sockets.next().unwrap();
            socket.set(berkeley::option::tcp::SYNCNT, 1).unwrap();
            let pending = socket.start_connect("192.0.2.1:9").unwrap();
            let key = poller.add(pending, Interest::WRITABLE).unwrap();
            let event = wait_for(&mut poller, |_| true);
            assert!(event.key() == key && event.is_writable(), "{event:?}");
            let error = poller.remove(key).unwrap().finish(Deadline::now()).unwrap_err();
            assert!(error.is_timed_out(), "{error}");
        });
    });
}

/// On FreeBSD the original cannot even add it (T-B-28, which its author calls a bug that he tests for).
#[test]
fn t_b_25_and_t_b_28_poller_no_server_loopback() {
    let _limit = limit();
    each_poller(|mut poller| {
        let bound = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
        bound.bind("127.0.0.1:0").unwrap();
        let pending = TcpStream::start_connect(bound.local_address().unwrap()).unwrap();
        let key = poller.add(pending, Interest::WRITABLE).unwrap();
        let error = failure(&mut poller, key);
        assert!(error.is_refused(), "{error}");
    });
}

/// There the thread is interrupted; here it has a waker, and what interrupts a system call ends no wait.
#[test]
fn t_b_26_poller_interrupt() {
    let _limit = limit();
    each_poller(|mut poller| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap().into_any();
        poller.add(listener, Interest::READABLE).unwrap();
        let (waker, begun) = (poller.waker().unwrap(), Barrier::new(2));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                begun.wait();
                let mut events = Events::new();
                poller.wait(&mut events, SECOND * 60).unwrap();
                assert!(events.iter().all(|event| Event::is_wake(&event)) && events.len() == 1);
            });
            begun.wait();
            assert!(!waiting.is_finished());
            waker.wake().unwrap();
            waiting.join().unwrap();
        });
    });
}

/// An entry that lends one of two kinds of source, as the pollers there watch servers and streams.
#[test]
fn b_41_what_is_watched_is_gone_through_on_every_system() {
    enum Watched {
        Server(TcpListener),
        Client(TcpStream),
    }

    impl AsSource for Watched {
        fn as_source(&self) -> Source<'_> {
            match self {
                Self::Server(server) => server.as_source(),
                Self::Client(client) => client.as_source(),
            }
        }
    }

    let _limit = limit();
    each_poller(|mut poller| {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(server.local_address().unwrap()).unwrap();
        poller.add(Watched::Server(server), Interest::READABLE).unwrap();
        poller.add(Watched::Client(client), Interest::NONE).unwrap();
        let streams = poller.iter().filter(|(_, watched)| matches!(watched, Watched::Client(_))).count();
        assert_eq!((poller.len(), streams), (2, 1));
    });
}

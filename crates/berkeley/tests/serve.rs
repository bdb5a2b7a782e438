//! Whole servers, on every backend: they answer, hold back, keep deadlines, survive, and stop in good order.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{Read, Write};
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use berkeley::{
    Accepts, AsBytes, Backend, Connections, Deadline, Error, Key, MILLISECOND, Report, Result, Role, SECOND,
    Server, Service, Shutdown, SocketOf, Stopper, Taken, TcpListener, TcpStream, Turn, UnixListener,
    UnixStream, Waker, option, serve, tcp,
};
use berkeley_testkit::{has_unix_sockets, limit, scratch};

/// Sends back what it gets.
struct Echo<L = tcp::Listener>(PhantomData<fn() -> L>);

fn echo<L>() -> Echo<L> {
    Echo(PhantomData)
}

impl<L: Accepts<Stream: AsBytes>> Service for Echo<L> {
    type Listener = L;
    type State = ();

    fn admit(&mut self, _: &SocketOf<L::Stream>, _: &L::Address) -> Option<()> {
        Some(())
    }

    fn received(&mut self, turn: &mut Turn<'_, Self>, data: &[u8]) -> Result<()> {
        assert_ne!(turn.send(data)?, Taken::Refused, "an answer as long as its question has room");
        Ok(())
    }
}

/// A server on a thread.
struct Running {
    address: SocketAddr,
    stopper: Stopper,
    thread: JoinHandle<Result<Report>>,
}

impl Running {
    fn start<S: Service<Listener = tcp::Listener>>(
        backend: Backend,
        make: impl FnOnce() -> S + Send + 'static,
        configure: impl FnOnce(&mut Server<S>) + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, stopper) = (listener.local_address().unwrap(), Stopper::new());
        let stop = stopper.clone();
        let thread = std::thread::spawn(move || {
            let mut server = Server::with_backend(listener, make(), backend)?;
            configure(&mut server);
            server.run(&stop)
        });
        Self { address, stopper, thread }
    }

    /// Connects a client whose buffer is small: what it does not read soon stays with the server.
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set(option::socket::RCVBUF, 1 << 18).unwrap();
        stream
    }

    fn stop(self, deadline: impl Into<Deadline>) -> Report {
        self.stopper.stop(deadline).unwrap();
        self.thread.join().unwrap().unwrap()
    }
}

fn each_backend(mut body: impl FnMut(Backend)) {
    for backend in Backend::available() {
        eprintln!("{backend}");
        body(*backend);
    }
}

fn ask(stream: &TcpStream, question: &[u8]) -> Vec<u8> {
    stream.send(question).unwrap();
    let mut answer = vec![0; question.len()];
    stream.by(SECOND * 30).read_exact(&mut answer).unwrap();
    answer
}

fn is_closed(stream: &TcpStream) -> bool {
    match stream.by(SECOND * 30).recv(&mut [0; 64]) {
        Ok(length) => length == 0,
        Err(error) => error.is_connection_reset(),
    }
}

/// Bytes that tell their place.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index % 251) as u8 ^ (index / 251) as u8).collect()
}

#[test]
fn everything_comes_back_in_order() {
    let _limit = limit();
    each_backend(|backend| {
        let endless = std::time::Duration::MAX;
        let server = Running::start(backend, echo, move |server| server.set_idle_limit(Some(endless)));
        let data = pattern(3_000_000);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let stream = std::sync::Arc::new(server.connect());
                    let (mut writer, data) = (berkeley::By::new(stream.clone(), SECOND * 50), &data);
                    scope.spawn(move || {
                        writer.write_all(data).unwrap();
                        writer.into_inner().shutdown(Shutdown::Send).unwrap();
                    });
                    let mut answer = Vec::new();
                    stream.by(SECOND * 50).read_to_end(&mut answer).unwrap();
                    assert!(&answer == data, "{} bytes", answer.len());
                });
            }
        });
        let report = server.stop(SECOND * 30);
        assert_eq!(report, Report { served: 4, ..Report::default() });
    });
}

/// m-socket loses the answers to a peer that half-closes.
#[test]
fn a_peer_that_has_ended_its_half_gets_all_its_answers() {
    let _limit = limit();
    each_backend(|backend| {
        let server = Running::start(backend, echo, |server| server.set_queue_limit(1 << 24));
        let stream = server.connect();
        let data = pattern(4_000_000);
        stream.by(SECOND * 30).write_all(&data).unwrap();
        stream.shutdown(Shutdown::Send).unwrap();
        let mut answer = Vec::new();
        stream.by(SECOND * 30).read_to_end(&mut answer).unwrap();
        assert!(answer == data, "{} bytes", answer.len());
        server.stop(SECOND * 30);
    });
}

#[test]
fn who_does_not_read_is_not_received_from_either() {
    let _limit = limit();
    each_backend(|backend| {
        let server = Running::start(backend, echo, |server| server.set_queue_limit(8192));
        let (greedy, other) = (server.connect(), server.connect());
        let (piece, mut sent) = (pattern(100_000), 0);
        while sent < 64 << 20 {
            match greedy.by(MILLISECOND * 100).send(&piece) {
                Ok(count) => sent += count,
                Err(error) => {
                    assert!(error.is_deadline_passed(), "{error}");
                    break;
                }
            }
        }
        assert!(sent < 64 << 20, "the server takes without end");
        assert_eq!(ask(&other, b"still there?"), b"still there?");
        let mut answer = vec![0; sent];
        greedy.by(SECOND * 50).read_exact(&mut answer).unwrap();
        assert_eq!(ask(&greedy, b"and now?"), b"and now?");
        drop((greedy, other));
        server.stop(SECOND * 30);
    });
}

#[test]
fn unix_streams_are_served_as_well() {
    let _limit = limit();
    if !has_unix_sockets() {
        return;
    }
    each_backend(|backend| {
        let folder = scratch();
        let path = folder.path().join("s");
        let listener = UnixListener::bind(&path).unwrap();
        let stopper = Stopper::new();
        let stop = stopper.clone();
        let thread = std::thread::spawn(move || Server::with_backend(listener, echo(), backend)?.run(&stop));
        let stream = UnixStream::connect(&path).unwrap();
        stream.send(b"hello").unwrap();
        let mut answer = [0; 5];
        stream.by(SECOND * 30).read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"hello");
        drop(stream);
        stopper.stop(SECOND * 30).unwrap();
        thread.join().unwrap().unwrap();
        assert!(path.symlink_metadata().is_err(), "the path is gone");
    });
}

#[test]
fn at_the_limit_others_wait_until_somebody_goes() {
    let _limit = limit();
    each_backend(|backend| {
        let server = Running::start(backend, echo, |server| server.set_limit(2));
        let mut present = vec![server.connect(), server.connect()];
        for guest in &present {
            assert_eq!(ask(guest, b"in"), b"in");
        }
        for _ in 0..20 {
            let next = server.connect();
            next.send(b"let me in").unwrap();
            let mut answer = [0; 9];
            let error = next.by(MILLISECOND).recv(&mut answer).unwrap_err();
            assert!(error.is_deadline_passed(), "{error}");
            drop(present.remove(0));
            next.by(SECOND * 30).read_exact(&mut answer).unwrap();
            present.push(next);
        }
        drop(present);
        assert_eq!(server.stop(SECOND * 30).served, 22);
    });
}

/// More than the buffers of a connection take.
const MUCH: usize = 1 << 24;

/// What a service was told.
#[derive(Debug, PartialEq)]
enum Told {
    Opened(SocketAddr),
    Ended,
    TimedOut,
    /// And whether nothing is.
    Queued(bool),
    Drained,
    Closed(u32, Option<String>),
    Timer,
    Woken(usize),
}

/// Tells what it is told, and does what the data say.
struct Teller {
    tell: Sender<Told>,
    timer: Option<Key>,
}

impl Service for Teller {
    type Listener = tcp::Listener;
    type State = u32;

    fn admit(&mut self, stream: &TcpStream, from: &SocketAddr) -> Option<u32> {
        assert_eq!(stream.peer_address().unwrap(), *from);
        Some(0)
    }

    fn started(&mut self, connections: &mut Connections<Self>) -> Result<()> {
        self.timer = Some(connections.add_timer(Deadline::now()));
        Ok(())
    }

    fn opened(&mut self, turn: &mut Turn<'_, Self>) -> Result<()> {
        let address = turn.connection().socket().peer_address()?;
        self.tell.send(Told::Opened(address)).unwrap();
        turn.send(b"hello").map(drop)
    }

    fn received(&mut self, turn: &mut Turn<'_, Self>, data: &[u8]) -> Result<()> {
        *turn.state() += 1;
        match data {
            b"fail" => return Err(Error::invalid(berkeley::Operation::Receive, "it was told to")),
            b"close" => turn.close(),
            b"much" => {
                assert_ne!(turn.send(&vec![7; MUCH])?, Taken::Refused);
                self.tell.send(Told::Queued(turn.connection().queue().is_empty())).unwrap();
            }
            b"late" => turn.connection().set_deadline(MILLISECOND),
            b"idle" => turn.connection().set_idle_limit(Some(MILLISECOND * 2)),
            b"all" => {
                let own = turn.key();
                for (key, other) in turn.connections().iter_mut() {
                    if key != own {
                        other.send(b"from another")?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn ended(&mut self, turn: &mut Turn<'_, Self>) -> Result<()> {
        self.tell.send(Told::Ended).unwrap();
        turn.finish(SECOND * 30)
    }

    fn drained(&mut self, _: &mut Turn<'_, Self>) -> Result<()> {
        self.tell.send(Told::Drained).unwrap();
        Ok(())
    }

    fn timed_out(&mut self, turn: &mut Turn<'_, Self>) -> Result<()> {
        self.tell.send(Told::TimedOut).unwrap();
        turn.close();
        Ok(())
    }

    fn closed(&mut self, _: &mut Connections<Self>, state: u32, why: Result<()>) {
        self.tell.send(Told::Closed(state, why.err().map(|error| error.to_string()))).unwrap();
    }

    fn timer(&mut self, connections: &mut Connections<Self>, timer: Key) {
        assert_eq!(Some(timer), self.timer);
        assert!(connections.remove_timer(timer));
        self.tell.send(Told::Timer).unwrap();
    }

    fn woken(&mut self, connections: &mut Connections<Self>) {
        assert_eq!(connections.is_empty(), connections.iter_mut().count() == 0);
        self.tell.send(Told::Woken(connections.len())).unwrap();
    }
}

#[test]
fn a_service_is_told_of_everything_and_obeyed() {
    let _limit = limit();
    each_backend(|backend| {
        let (tell, told) = channel();
        let (send_waker, waker) = channel::<Waker>();
        let server = Running::start(
            backend,
            move || Teller { tell, timer: None },
            move |server| {
                server.set_queue_limit(MUCH);
                send_waker.send(server.waker().unwrap()).unwrap();
            },
        );
        let waker = waker.recv().unwrap();
        let next = || told.recv_timeout(SECOND * 30).unwrap();
        let opened = |stream: &TcpStream| {
            assert_eq!(next(), Told::Opened(stream.local_address().unwrap()));
            let mut greeting = [0; 5];
            stream.by(SECOND * 30).read_exact(&mut greeting).unwrap();
            assert_eq!(&greeting, b"hello");
        };
        assert_eq!(next(), Told::Timer);
        waker.wake().unwrap();
        assert_eq!(next(), Told::Woken(0));
        for (word, reason) in [("fail", Some("receive: it was told to".to_owned())), ("close", None)] {
            let stream = server.connect();
            opened(&stream);
            stream.send(word.as_bytes()).unwrap();
            assert_eq!(next(), Told::Closed(1, reason));
            assert!(is_closed(&stream));
        }
        for word in ["late", "idle"] {
            let stream = server.connect();
            opened(&stream);
            stream.send(word.as_bytes()).unwrap();
            assert_eq!(next(), Told::TimedOut);
            assert_eq!(next(), Told::Closed(1, None));
            assert!(is_closed(&stream));
        }
        let (stream, other) = (server.connect(), server.connect());
        opened(&stream);
        opened(&other);
        waker.wake().unwrap();
        assert_eq!(next(), Told::Woken(2));
        stream.send(b"all").unwrap();
        let mut news = [0; 12];
        other.by(SECOND * 30).read_exact(&mut news).unwrap();
        assert_eq!(&news, b"from another");
        other.send(b"much").unwrap();
        assert_eq!(next(), Told::Queued(false));
        let mut much = vec![0; MUCH];
        other.by(SECOND * 30).read_exact(&mut much).unwrap();
        assert_eq!(next(), Told::Drained);
        other.shutdown(Shutdown::Send).unwrap();
        assert_eq!(next(), Told::Ended);
        assert_eq!(next(), Told::Closed(1, None));
        assert!(is_closed(&other));
        drop(stream);
        assert_eq!(next(), Told::Ended);
        assert_eq!(next(), Told::Closed(1, None));
        assert_eq!(server.stop(SECOND * 30).served, 6);
        assert_eq!(next(), Told::Woken(0));
    });
}

/// A connection that is busy is not idle, however long it lasts.
#[test]
fn who_says_something_now_and_then_may_stay() {
    let _limit = limit();
    each_backend(|backend| {
        let server = Running::start(backend, echo, |server| server.set_idle_limit(Some(MILLISECOND * 400)));
        let (busy, silent) = (server.connect(), server.connect());
        let until = Deadline::after(MILLISECOND * 1200);
        while !until.has_passed() {
            assert_eq!(ask(&busy, b"x"), b"x");
            let _ = silent.by(MILLISECOND).recv(&mut [0; 1]);
        }
        assert!(is_closed(&silent));
        assert_eq!(ask(&busy, b"still here"), b"still here");
        drop(busy);
        server.stop(SECOND * 30);
    });
}

/// Sends much to each who asks, through a queue that holds it.
struct Much;

impl Service for Much {
    type Listener = tcp::Listener;
    type State = ();

    fn admit(&mut self, _: &TcpStream, _: &SocketAddr) -> Option<()> {
        Some(())
    }

    fn received(&mut self, turn: &mut Turn<'_, Self>, _: &[u8]) -> Result<()> {
        turn.send(&vec![1; MUCH]).map(drop)
    }
}

#[test]
fn what_is_under_way_when_it_stops_is_finished() {
    let _limit = limit();
    each_backend(|backend| {
        let server = Running::start(backend, || Much, |server| server.set_queue_limit(1 << 25));
        let slow: Vec<_> = (0..3).map(|_| server.connect()).collect();
        for stream in &slow {
            stream.send(b"?").unwrap();
            stream.by(SECOND * 30).recv(&mut [0; 1]).unwrap();
        }
        // What arrives while it stops is under way as well.
        let (late, address) = (server.connect(), server.address);
        assert!(late.by(MILLISECOND).recv(&mut [0; 1]).is_err());
        late.send(b"?").unwrap();
        server.stopper.stop(SECOND * 40).unwrap();
        while TcpStream::connect(address).is_ok() {}
        // A question that comes now is not answered, and takes no answer away.
        slow[0].send(b"?").unwrap();
        for (stream, length) in slow.into_iter().map(|it| (it, MUCH - 1)).chain([(late, MUCH)]) {
            let mut all = Vec::new();
            stream.by(SECOND * 40).read_to_end(&mut all).unwrap();
            assert_eq!(all.len(), length);
        }
        let report = server.thread.join().unwrap().unwrap();
        assert_eq!(report.cut, 0, "{report:?}");
    });
}

#[test]
fn who_is_not_ready_when_it_has_to_stop_is_cut_off() {
    let _limit = limit();
    each_backend(|backend| {
        let server = Running::start(backend, || Much, |server| server.set_queue_limit(1 << 25));
        let never_reads = server.connect();
        never_reads.send(b"?").unwrap();
        never_reads.by(SECOND * 30).recv(&mut [0; 1]).unwrap();
        server.stopper.stop(Deadline::never()).unwrap();
        while TcpStream::connect(server.address).is_ok() {}
        let deadline = Deadline::after(MILLISECOND * 50);
        let report = server.stop(deadline);
        assert!(deadline.has_passed());
        assert!(report.cut == 1, "{report:?}");
    });
}

#[test]
fn a_server_that_is_to_stop_before_it_begins_serves_nobody() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stopper = Stopper::new();
    stopper.stop(Deadline::never()).unwrap();
    let report = Server::new(listener, echo()).unwrap().run(&stopper).unwrap();
    assert_eq!(report, Report::default());
}

/// Answers with the number of its thread.
struct Numbered(u8);

impl Service for Numbered {
    type Listener = tcp::Listener;
    type State = ();

    fn admit(&mut self, _: &TcpStream, _: &SocketAddr) -> Option<()> {
        Some(())
    }

    fn opened(&mut self, turn: &mut Turn<'_, Self>) -> Result<()> {
        turn.send(&[self.0]).map(drop)
    }

    fn received(&mut self, _: &mut Turn<'_, Self>, data: &[u8]) -> Result<()> {
        assert_ne!(data, b"panic", "as it was told");
        Ok(())
    }
}

#[test]
fn several_threads_share_the_connections() {
    let _limit = limit();
    let listeners = TcpListener::bind_shared("127.0.0.1:0", 3).unwrap();
    let address = listeners[0].local_address().unwrap();
    assert!(listeners.iter().all(|listener| listener.local_address().unwrap() == address));
    let stopper = Stopper::new();
    let stop = stopper.clone();
    let server = std::thread::spawn(move || {
        serve(listeners, &stop, |number, listener| Server::new(listener, Numbered(number as u8)))
    });
    let mut threads = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let stream = TcpStream::connect(address).unwrap();
        let mut number = [9];
        stream.by(SECOND * 30).read_exact(&mut number).unwrap();
        threads.insert(number[0]);
    }
    assert!(threads.iter().all(|number| *number < 3));
    if cfg!(target_os = "linux") {
        assert_eq!(threads.len(), 3, "the system spreads them");
    }
    stopper.stop(SECOND * 30).unwrap();
    assert_eq!(server.join().unwrap().unwrap(), Report { served: 200, ..Report::default() });
}

#[test]
fn a_service_that_panics_ends_the_other_threads_too() {
    let _limit = limit();
    let listeners = TcpListener::bind_shared("127.0.0.1:0", 3).unwrap();
    let address = listeners[0].local_address().unwrap();
    let server = std::thread::spawn(move || {
        serve(listeners, &Stopper::new(), |number, listener| Server::new(listener, Numbered(number as u8)))
    });
    let stream = TcpStream::connect(address).unwrap();
    stream.send(b"panic").unwrap();
    assert!(server.join().is_err());
    while TcpStream::connect(address).is_ok() {}
}

#[test]
fn a_server_that_cannot_be_made_ends_the_others() {
    let _limit = limit();
    let listeners = TcpListener::bind_shared("127.0.0.1:0", 2).unwrap();
    let error = serve(listeners, &Stopper::new(), |number, listener| match number {
        0 => Server::new(listener, Numbered(0)),
        _ => Err(Error::invalid(berkeley::Operation::Wait, "no second one")),
    });
    assert!(error.unwrap_err().to_string().contains("no second one"));
}

/// Tells all, at length, when somebody goes.
struct Mourner;

impl Service for Mourner {
    type Listener = tcp::Listener;
    type State = ();

    fn admit(&mut self, _: &TcpStream, _: &SocketAddr) -> Option<()> {
        Some(())
    }

    fn received(&mut self, turn: &mut Turn<'_, Self>, data: &[u8]) -> Result<()> {
        turn.send(data).map(drop)
    }

    fn closed(&mut self, connections: &mut Connections<Self>, (): (), _: Result<()>) {
        for (_, other) in connections.iter_mut() {
            assert_ne!(other.send(&vec![3; MUCH]).unwrap(), Taken::Refused);
        }
    }
}

#[test]
fn what_is_sent_when_another_goes_arrives() {
    let _limit = limit();
    each_backend(|backend| {
        let server = Running::start(backend, || Mourner, |server| server.set_queue_limit(MUCH));
        let (goes, stays) = (server.connect(), server.connect());
        assert_eq!(ask(&goes, b"in"), b"in");
        assert_eq!(ask(&stays, b"in"), b"in");
        drop(goes);
        let mut news = vec![0; MUCH];
        stays.by(SECOND * 50).read_exact(&mut news).unwrap();
        assert!(news.iter().all(|byte| *byte == 3));
        drop(stays);
        server.stop(SECOND * 30);
    });
}

/// Turns away whoever comes second.
struct Choosy(bool);

impl Service for Choosy {
    type Listener = tcp::Listener;
    type State = ();

    fn admit(&mut self, _: &SocketOf<tcp::Stream>, _: &<tcp::Listener as Role>::Address) -> Option<()> {
        std::mem::replace(&mut self.0, false).then_some(())
    }

    fn received(&mut self, turn: &mut Turn<'_, Self>, data: &[u8]) -> Result<()> {
        turn.send(data).map(drop)
    }
}

#[test]
fn who_is_turned_away_is_closed() {
    let _limit = limit();
    each_backend(|backend| {
        let server = Running::start(backend, || Choosy(true), |server| server.set_limit(2));
        let first = server.connect();
        assert_eq!(ask(&first, b"in"), b"in");
        for _ in 0..5 {
            assert!(is_closed(&server.connect()));
        }
        drop(first);
        let report = server.stop(SECOND * 30);
        assert_eq!((report.served, report.turned_away), (1, 5));
    });
}

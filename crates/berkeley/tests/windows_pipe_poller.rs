//! Named pipes of Windows as sources, beside sockets.

#![cfg(windows)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::Write;
use std::thread;

use berkeley::os::windows::{PipeListener, PipeStream};
use berkeley::{
    AsSource, Backend, Deadline, Events, Interest, Key, MILLISECOND, Poller, Ready, SECOND, Source,
    TcpListener, TcpStream, Watch, option, wait_any,
};
use berkeley_testkit::limit;
use pipes::{exactly, fill, name, pair};

mod pipes;

/// Waits for events, and gives the keys and what they are ready for.
fn events<T: AsSource>(poller: &mut Poller<T>, deadline: impl Into<Deadline>) -> Vec<(Key, Ready)> {
    let mut events = Events::new();
    poller.wait(&mut events, deadline).unwrap();
    events.iter().map(|event| (event.key(), event.ready())).collect()
}

#[test]
fn t_w_11_monitor() {
    let _limit = limit();
    let data: Vec<u8> = (0..20).collect();
    let mut poller = Poller::new().unwrap();
    let [(first, one), (second, two)] = [pair(), pair()];
    let clients = [first, second].map(|pipe| poller.add(pipe, Interest::WRITABLE.once()).unwrap());
    let servers = [one, two].map(|pipe| poller.add(pipe, Interest::READABLE.once()).unwrap());
    for key in clients {
        assert_eq!(poller.get(key).unwrap().send(&data).unwrap(), 20);
    }
    let mut told = Vec::new();
    while told.len() < 4 {
        told.extend(events(&mut poller, SECOND * 10).into_iter().map(|(key, _)| key));
    }
    let mut expected = [clients, servers].concat();
    expected.sort();
    told.sort();
    assert_eq!(told, expected, "each once");
    assert_eq!(events(&mut poller, Deadline::now()), []);
    for key in servers {
        assert_eq!(exactly(poller.get(key).unwrap(), 20), data);
    }
}

/// What a server's loop has in its poller.
#[derive(Debug)]
enum Peer {
    Door(PipeListener),
    Guest(PipeStream),
    Tcp(TcpListener),
}

impl AsSource for Peer {
    fn as_source(&self) -> Source<'_> {
        match self {
            Self::Door(listener) => listener.as_source(),
            Self::Guest(stream) => stream.as_source(),
            Self::Tcp(listener) => listener.as_source(),
        }
    }
}

/// Echoes until a connection comes by TCP and no guest is left.
fn serve(poller: &mut Poller<Peer>) {
    let (mut guests, mut is_ending, mut buffer) = (0, false, [0; 1000]);
    while !is_ending || guests > 0 {
        for (key, ready) in events(poller, SECOND * 20) {
            assert!(!ready.intersects(Ready::DETACHED), "{ready:?}");
            match poller.get(key).unwrap() {
                Peer::Tcp(_) => is_ending = true,
                Peer::Door(listener) => {
                    let Some(guest) = listener.now().accept().unwrap() else { continue };
                    poller.add(Peer::Guest(guest), Interest::READABLE).unwrap();
                    guests += 1;
                }
                Peer::Guest(stream) => match stream.now().recv(&mut buffer).unwrap() {
                    None => {}
                    Some(0) => {
                        poller.remove(key).unwrap();
                        guests -= 1;
                    }
                    Some(length) => assert_eq!(stream.send(&buffer[..length]).unwrap(), length),
                },
            }
        }
        if is_ending {
            let tcp = poller.iter().find(|(_, peer)| matches!(peer, Peer::Tcp(_))).map(|(key, _)| key);
            tcp.map(|key| poller.remove(key));
        }
    }
}

#[test]
fn a_loop_serves_pipes_beside_sockets() {
    let _limit = limit();
    let (door, tcp) = (PipeListener::bind(name()).unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
    let (name, address) = (door.name().clone(), tcp.local_address().unwrap());
    let mut poller = Poller::new().unwrap();
    poller.add(Peer::Door(door), Interest::READABLE).unwrap();
    poller.add(Peer::Tcp(tcp), Interest::READABLE).unwrap();
    let server = thread::spawn(move || serve(&mut poller));
    thread::scope(|scope| {
        for number in 0..10_u8 {
            let name = &name;
            scope.spawn(move || {
                let client = PipeStream::connect_by(name, SECOND * 20).unwrap();
                for round in 0..50_u8 {
                    let question = [number, round, 1, 2, 3];
                    (&client).write_all(&question).unwrap();
                    assert_eq!(exactly(&client, 5), question);
                }
            });
        }
    });
    let _end = TcpStream::connect(address).unwrap();
    server.join().unwrap();
}

#[test]
fn a_level_is_told_again_and_again_and_an_interest_can_be_changed() {
    let _limit = limit();
    let (client, server) = pair();
    let mut poller = Poller::new().unwrap();
    let key = poller.add(server, Interest::READABLE).unwrap();
    assert_eq!(events(&mut poller, Deadline::now()), []);
    client.send(b"ab").unwrap();
    for _ in 0..3 {
        assert_eq!(events(&mut poller, SECOND * 10), [(key, Ready::READABLE)]);
    }
    assert_eq!(exactly(poller.get(key).unwrap(), 2), b"ab");
    assert_eq!(events(&mut poller, MILLISECOND * 20), []);
    poller.set_interest(key, Interest::READABLE | Interest::WRITABLE).unwrap();
    assert_eq!(events(&mut poller, SECOND * 10), [(key, Ready::WRITABLE)]);
    poller.set_interest(key, Interest::NONE).unwrap();
    client.send(b"c").unwrap();
    assert_eq!(events(&mut poller, MILLISECOND * 20), []);
    poller.set_interest(key, Interest::READABLE.once()).unwrap();
    assert_eq!(events(&mut poller, SECOND * 10), [(key, Ready::READABLE)]);
    assert_eq!(events(&mut poller, MILLISECOND * 20), []);
    poller.set_interest(key, Interest::READABLE).unwrap();
    drop(client);
    assert_eq!(exactly(poller.get(key).unwrap(), 1), b"c");
    let [(told, ready)] = events(&mut poller, SECOND * 10)[..] else { panic!("one") };
    assert!(told == key && ready.contains(Ready::READABLE | Ready::READ_CLOSED), "{ready:?}");
    assert_eq!(poller.get(key).unwrap().recv(&mut [0; 1]).unwrap(), 0);
}

#[test]
fn room_is_an_event_too() {
    let _limit = limit();
    let (client, server) = pair();
    let sent = fill(&client);
    let mut poller = Poller::new().unwrap();
    let key = poller.add(client, Interest::WRITABLE).unwrap();
    assert_eq!(events(&mut poller, MILLISECOND * 20), []);
    let reader = thread::spawn(move || (exactly(&server, sent), server));
    assert_eq!(events(&mut poller, SECOND * 10), [(key, Ready::WRITABLE)]);
    reader.join().unwrap();
}

#[test]
fn a_pipe_moves_from_poller_to_poller_and_two_may_have_it() {
    let _limit = limit();
    let (client, server) = pair();
    let mut one = Poller::new().unwrap();
    let mut two = Poller::new().unwrap();
    let [first, second] = [one.add(&server, Interest::READABLE), two.add(&server, Interest::READABLE)];
    let [first, second] = [first.unwrap(), second.unwrap()];
    assert_eq!((events(&mut one, Deadline::now()), events(&mut two, Deadline::now())), (vec![], vec![]));
    client.send(b"x").unwrap();
    assert_eq!(events(&mut one, SECOND * 10), [(first, Ready::READABLE)]);
    assert_eq!(events(&mut two, SECOND * 10), [(second, Ready::READABLE)]);
    one.remove(first).unwrap();
    assert_eq!(events(&mut one, Deadline::now()), []);
    let error = two.add(&server, Interest::READABLE).unwrap_err();
    assert!(error.error().is_invalid(), "{error}");
    drop(two);
    assert_eq!(exactly(&server, 1), b"x");
}

#[test]
fn what_cannot_wait_for_pipes_says_so_and_gives_them_back() {
    let _limit = limit();
    let (client, server) = pair();
    let mut poller = Poller::with_backend(Backend::WsaPoll).unwrap();
    let (error, server) = poller.add(server, Interest::READABLE).unwrap_err().into_parts();
    assert!(error.is_unsupported(), "{error}");
    let mut poller = Poller::new().unwrap();
    let (error, server) = poller.add(server, Interest::READABLE.edge()).unwrap_err().into_parts();
    assert!(error.is_unsupported(), "{error}");
    // What is for sockets is refused, whatever the number is.
    assert!(option::socket::RCVBUF.get(&server).unwrap_err().is_not_a_socket());
    client.send(b"x").unwrap();
    assert_eq!(exactly(&server, 1), b"x");
}

#[test]
fn a_few_pipes_and_sockets_are_waited_for_without_a_poller() {
    let _limit = limit();
    let (client, server) = pair();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut watches = [
        Watch::new(&tcp, Interest::READABLE),
        Watch::new(&server, Interest::READABLE),
        Watch::new(&client, Interest::READABLE | Interest::WRITABLE),
    ];
    assert_eq!(wait_any(&mut watches, SECOND * 10).unwrap(), 1);
    assert_eq!(watches[2].ready(), Ready::WRITABLE);
    watches[2].set_interest(Interest::NONE);
    assert_eq!(wait_any(&mut watches, MILLISECOND * 5).unwrap(), 0);
    let _guest = TcpStream::connect(tcp.local_address().unwrap()).unwrap();
    assert_eq!(wait_any(&mut watches, SECOND * 10).unwrap(), 1);
    assert_eq!(watches[0].ready(), Ready::READABLE);
    drop(client);
}

#[test]
fn entries_dropped_while_they_are_waited_for_are_heard_of_no_more() {
    let _limit = limit();
    let mut poller = Poller::new().unwrap();
    for _ in 0..200 {
        let (client, server) = pair();
        let key = poller.add(server, Interest::READABLE).unwrap();
        assert_eq!(events(&mut poller, Deadline::now()), []);
        let sender = thread::spawn(move || client.send(b"x").map(|_| client).unwrap());
        let server = poller.remove(key).unwrap();
        assert_eq!(events(&mut poller, Deadline::now()), []);
        drop((server, sender.join().unwrap()));
    }
}

//! What is under way over several sources, as one entry of a poller.

#![cfg(any(linux_like, bsd))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::VecDeque;

use berkeley::{
    Address, Bundle, Connect, Deadline, Events, Family, Interest, Key, Kind, MILLISECOND, Poller, Protocol,
    Race, Result, SECOND, Socket, TcpListener, TcpStream, UdpSocket, Underway, Watch, wait_for,
};
use berkeley_testkit::{each_poller, leak, limit};

/// An address that refuses, for as long as the socket is there.
fn refusing() -> (Socket, Address) {
    let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    socket.bind("127.0.0.1:0").unwrap();
    let address = socket.local_address().unwrap();
    (socket, address)
}

fn listening() -> (TcpListener, Address) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_address().unwrap().into();
    (listener, address)
}

/// Drives an entry to its first output, as a program that has other entries would; tells how often it went on.
fn drive<U: Underway>(poller: &mut Poller<Bundle<U>>, key: Key) -> (Result<U::Output>, usize) {
    let mut events = Events::new();
    for times in 1.. {
        let bundle = poller.get_mut(key).unwrap();
        match bundle.go_on() {
            Ok(None) => {}
            Ok(Some(output)) => return (Ok(output), times),
            Err(error) => return (Err(error), times),
        }
        let deadline = bundle.deadline();
        poller.set_deadline(key, deadline).unwrap();
        poller.wait(&mut events, SECOND * 30).unwrap();
        assert!(events.iter().all(|event| event.key() == key) && !events.is_empty());
    }
    unreachable!()
}

fn connect(mut poller: Poller<Bundle<Race>>, race: Race) -> (Result<TcpStream>, usize) {
    let key = poller.add(Bundle::new(race).unwrap(), Interest::READABLE).unwrap();
    drive(&mut poller, key)
}

#[test]
fn a_race_is_one_source_of_every_backend() {
    let _limit = limit();
    leak::check(|| {
        each_poller(|poller| {
            let ((_socket, bad), (_listener, good)) = (refusing(), listening());
            // Attempts that fail leave their numbers to the next ones.
            let all = [bad.clone(), bad.clone(), bad, good.clone()];
            let race = Connect::new().stagger(SECOND * 20).start_any(all, SECOND * 30);
            let (stream, _) = connect(poller, race);
            assert_eq!(Address::from(stream.unwrap().peer_address().unwrap()), good);
        });
    });
}

#[test]
fn a_race_that_fails_says_why() {
    let _limit = limit();
    leak::check(|| {
        each_poller(|poller| {
            let (_socket, bad) = refusing();
            let (error, _) = connect(poller, Connect::new().start_any([bad.clone()], SECOND * 30));
            let error = error.unwrap_err();
            assert!(error.is_refused() && error.address() == Some(&bad), "{error}");
        });
    });
}

#[test]
fn a_race_that_is_dropped_ends_its_attempts() {
    let _limit = limit();
    leak::check(|| {
        let (listener, good) = listening();
        let mut bundle = Bundle::new(Connect::new().start_any([good], SECOND * 30)).unwrap();
        let stream = bundle.go_on().unwrap();
        drop((bundle, stream));
        // It may have been connected by then: then there is its end.
        if let Some((stream, _)) = listener.now().accept().unwrap() {
            assert_eq!(stream.recv(&mut [0; 1]).unwrap(), 0);
        }
    });
}

/// Sockets that come and go, the same numbers again and again.
#[derive(Debug, Default)]
struct Inbox {
    sockets: VecDeque<UdpSocket>,
    deadline: Option<Deadline>,
}

impl Underway for Inbox {
    type Output = Vec<u8>;

    fn go_on(&mut self) -> Result<Option<Vec<u8>>> {
        for socket in &self.sockets {
            let mut room = [0; 16];
            if let Some(received) = socket.now().recv(&mut room)? {
                return Ok(Some(room[..received.len()].to_vec()));
            }
        }
        Ok(None)
    }

    fn watches(&self) -> Vec<Watch<'_>> {
        self.sockets.iter().map(|socket| Watch::new(socket, Interest::READABLE)).collect()
    }

    fn deadline(&self) -> Deadline {
        self.deadline.unwrap_or(Deadline::never())
    }
}

fn send(to: &UdpSocket, text: &[u8]) {
    let from = UdpSocket::bind("127.0.0.1:0").unwrap();
    from.send_to(text, &to.local_address().unwrap()).unwrap();
}

fn inbox(count: usize) -> Inbox {
    let sockets = (0..count).map(|_| UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
    Inbox { sockets, deadline: None }
}

fn is_ready(bundle: &Bundle<Inbox>) -> bool {
    !wait_for(bundle, Interest::READABLE, Deadline::now()).unwrap().is_empty()
}

#[test]
fn it_is_readable_while_one_of_its_sources_is_and_no_longer() {
    let _limit = limit();
    leak::check(|| {
        let mut bundle = Bundle::new(inbox(5)).unwrap();
        assert!(!is_ready(&bundle) && bundle.go_on().unwrap().is_none());
        for socket in &bundle.get_ref().sockets {
            send(socket, b"one");
            send(socket, b"two");
        }
        for _ in 0..10 {
            assert!(is_ready(&bundle));
            assert!(bundle.go_on().unwrap().is_some());
        }
        assert!(bundle.go_on().unwrap().is_none() && !is_ready(&bundle));
    });
}

#[test]
fn a_source_in_the_place_of_a_closed_one_is_waited_for() {
    let _limit = limit();
    leak::check(|| {
        let mut bundle = Bundle::new(inbox(3)).unwrap();
        for turn in 0..20_u8 {
            // The new socket has the number of the one that was just closed.
            bundle
                .change(|inbox| {
                    inbox.sockets.pop_front();
                    inbox.sockets.push_back(UdpSocket::bind("127.0.0.1:0").unwrap());
                })
                .unwrap();
            assert!(!is_ready(&bundle));
            for place in [0, 2] {
                send(&bundle.get_ref().sockets[place], &[turn]);
                assert!(is_ready(&bundle), "turn {turn}, place {place}");
                assert_eq!(bundle.go_on().unwrap(), Some(vec![turn]));
                assert!(bundle.go_on().unwrap().is_none() && !is_ready(&bundle));
            }
        }
        // What it has no longer is not waited for, though it is open.
        let gone = bundle.change(|inbox| std::mem::take(&mut inbox.sockets)).unwrap();
        for socket in &gone {
            send(socket, b"to nobody");
        }
        assert!(!is_ready(&bundle));
    });
}

#[test]
fn it_waits_by_itself_too_and_to_a_deadline() {
    let _limit = limit();
    leak::check(|| {
        let mut inbox = inbox(2);
        assert!(inbox.wait(MILLISECOND * 2).unwrap().is_none());
        // Its own deadline is a reason to go on, not to end.
        inbox.deadline = Some(Deadline::now());
        send(&inbox.sockets[1], b"come");
        assert_eq!(inbox.wait(SECOND * 30).unwrap(), Some(b"come".to_vec()));
        let error = Inbox::default().wait(Deadline::never()).unwrap_err();
        assert!(error.is_invalid(), "{error}");
    });
}

#[cfg(debug_assertions)]
#[test]
fn what_cannot_be_bundled_is_given_back() {
    use berkeley::{Errno, Operation};
    use berkeley_testkit::fault::Faults;

    let _limit = limit();
    leak::check(|| {
        for operation in [Operation::OpenPoller, Operation::Register] {
            let fault = Faults::fail(operation, Errno::MFILE, 1);
            let (error, inbox) = Bundle::new(inbox(2)).unwrap_err().into_parts();
            assert!(error.is_descriptor_limit() && error.operation() == operation, "{error}");
            assert_eq!(inbox.sockets.len(), 2);
            drop(fault);
        }
        // A source that could not be registered is with the next turn.
        let mut bundle = Bundle::new(inbox(1)).unwrap();
        let fault = Faults::fail(Operation::Register, Errno::NOMEM, 1);
        assert!(bundle.go_on().is_err());
        drop(fault);
        send(&bundle.get_ref().sockets[0], b"late");
        assert_eq!(bundle.go_on().unwrap(), Some(b"late".to_vec()));
        send(&bundle.get_ref().sockets[0], b"later");
        assert!(is_ready(&bundle));
    });
}

#[cfg(target_os = "linux")]
#[test]
fn with_dead_paths_it_costs_a_stagger_and_ends_at_the_deadline() {
    use std::time::Instant;

    use berkeley_testkit::{in_own_network, ip, need};

    let _limit = limit();
    let _ran = leak::check(|| {
        in_own_network(|| {
            let made = [
                &["route", "add", "192.0.2.0/24", "dev", "lo"][..],
                &["addr", "add", "2001:db8:ffff::1/128", "dev", "lo"],
                &["-6", "route", "add", "2001:db8::/32", "dev", "lo"],
            ]
            .map(ip);
            if !need(made.iter().all(std::result::Result::is_ok), "ip(8) and IPv6") {
                return;
            }
            let dead: [Address; 2] = ["[2001:db8::1]:80", "192.0.2.1:80"].map(|text| text.parse().unwrap());
            each_poller(|poller| {
                let (_listener, good) = listening();
                let start = Instant::now();
                let all = [dead[0].clone(), good.clone()];
                let (stream, _) = connect(poller, Connect::new().start_any(all, SECOND * 30));
                assert_eq!(Address::from(stream.unwrap().peer_address().unwrap()), good);
                assert!(start.elapsed() >= MILLISECOND * 250);
            });
            each_poller(|poller| {
                let start = Instant::now();
                let race = Connect::new().start_any(dead.clone(), MILLISECOND * 300);
                let (error, times) = connect(poller, race);
                let error = error.unwrap_err();
                assert!(start.elapsed() >= MILLISECOND * 300 && error.is_deadline_passed(), "{error}");
                let told = error.detail().unwrap();
                assert!(
                    dead.iter().all(|address| told.contains(&format!("{address}: no answer"))),
                    "{error}"
                );
                assert!(times < 20, "{times}");
            });
        })
    });
}

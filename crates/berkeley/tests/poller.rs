//! The poller: entries, keys, interests and what is reported, with every backend of the system.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use berkeley::{
    Backend, Deadline, Event, Events, Interest, Poller, Ready, Socket, TcpListener, TcpStream, Trigger,
    UdpSocket,
};
use berkeley_testkit::{
    LOOPBACK, Lack, QUIET, each_poller, each_stream_pair, lacks, limit, ready, soon, tcp_pair, udp_pair,
    wait_for,
};

#[test]
fn an_entry_is_found_changed_and_given_back() {
    let _limit = limit();
    each_poller(|mut poller| {
        let (left, right) = udp_pair(LOOPBACK).unwrap();
        let ports = [&left, &right].map(|socket| socket.local_address().unwrap());
        let keys = [left, right].map(|socket| poller.add(socket, Interest::READABLE).unwrap());
        assert_eq!((poller.len(), poller.is_empty()), (2, false));
        assert_eq!(poller.get(keys[1]).unwrap().local_address().unwrap(), ports[1]);
        assert_eq!(poller.iter().count(), 2);
        let [right, left] = poller.get_disjoint_mut([keys[1], keys[0]]).unwrap();
        std::mem::swap(left, right);
        std::mem::swap(left, right);
        assert!(poller.get_disjoint_mut([keys[0], keys[0]]).is_none());
        let left = poller.remove(keys[0]).unwrap();
        assert_eq!(left.local_address().unwrap(), ports[0]);
        assert!(poller.remove(keys[0]).is_none() && poller.get(keys[0]).is_none());
        assert!(poller.interest(keys[0]).is_none() && !poller.contains(keys[0]));
        assert_eq!(poller.interest(keys[1]), Some(Interest::READABLE));
        // The place is used again, the key is not.
        let again = poller.add(left, Interest::WRITABLE).unwrap();
        assert_ne!(again, keys[0]);
        assert!(poller.get(keys[0]).is_none());
        assert!(poller.set_interest(keys[0], Interest::READABLE).is_err());
    });
}

#[test]
fn entries_are_shared_or_the_users_own() {
    let _limit = limit();
    each_poller(|mut poller| {
        let (left, right) = udp_pair(LOOPBACK).unwrap();
        let right = Arc::new(right);
        let key = poller.add(Arc::clone(&right), Interest::READABLE).unwrap();
        left.send(b"x").unwrap();
        assert_eq!(wait_for(&mut poller, |_| true).key(), key);
        assert_eq!(right.recv(&mut [0; 4]).unwrap().len(), 1);
    });
}

#[test]
fn a_level_is_reported_for_as_long_as_it_lasts() {
    let _limit = limit();
    each_poller(|mut poller| {
        each_stream_pair(|left, right| {
            let key = poller.add(right, Interest::READABLE).unwrap();
            assert_eq!(ready(&mut poller, Deadline::now()), []);
            left.send(b"level").unwrap();
            for _ in 0..3 {
                assert_eq!(ready(&mut poller, soon()), [(key, Ready::READABLE)]);
            }
            assert_eq!(poller.get(key).unwrap().recv(&mut [0; 9]).unwrap().len(), 5);
            assert_eq!(ready(&mut poller, Deadline::after(QUIET)), []);
            poller.remove(key);
        });
    });
}

#[test]
fn an_edge_is_reported_once_for_each_arrival() {
    let _limit = limit();
    each_poller(|mut poller| {
        each_stream_pair(|left, right| {
            if !poller.backend().supports(Trigger::Edge) {
                let error = poller.add(right, Interest::READABLE.edge()).unwrap_err();
                assert!(error.error().is_unsupported(), "{error}");
                let right = error.into_entry();
                let key = poller.add(right, Interest::READABLE).unwrap();
                assert!(poller.set_interest(key, Interest::READABLE.edge()).unwrap_err().is_unsupported());
                assert_eq!(poller.interest(key), Some(Interest::READABLE));
                poller.remove(key);
                return;
            }
            left.send(b"12345").unwrap();
            // What is there already is news to who asks for the first time.
            let key = poller.add(right, Interest::READABLE.edge()).unwrap();
            assert_eq!(ready(&mut poller, soon()), [(key, Ready::READABLE)]);
            assert_eq!(poller.get(key).unwrap().recv(&mut [0; 2]).unwrap().len(), 2);
            assert_eq!(ready(&mut poller, Deadline::after(QUIET)), []);
            left.send(b"6").unwrap();
            assert_eq!(ready(&mut poller, soon()), [(key, Ready::READABLE)]);
            assert_eq!(ready(&mut poller, Deadline::after(QUIET)), []);
            poller.remove(key);
        });
    });
}

#[test]
fn once_is_once_until_it_is_asked_again() {
    let _limit = limit();
    each_poller(|mut poller| {
        each_stream_pair(|left, right| {
            let both = (Interest::READABLE | Interest::WRITABLE).once();
            left.send(b"once").unwrap();
            let key = poller.add(right, Interest::READABLE.once()).unwrap();
            assert_eq!(ready(&mut poller, soon()), [(key, Ready::READABLE)]);
            assert_eq!(poller.interest(key), Some(Interest::NONE));
            left.send(b" more").unwrap();
            // Not even that the peer is gone is told.
            drop(left);
            assert_eq!(ready(&mut poller, Deadline::after(QUIET)), []);
            poller.set_interest(key, both).unwrap();
            let event = wait_for(&mut poller, |_| true);
            assert!(event.key() == key && event.is_readable() && event.is_writable(), "{event:?}");
            assert_eq!(ready(&mut poller, Deadline::after(QUIET)), []);
            poller.remove(key);
        });
    });
}

#[test]
fn a_source_that_is_swapped_while_it_is_waited_for_is_told_of_once() {
    let _limit = limit();
    each_poller(|mut poller| {
        let (_, old) = udp_pair(LOOPBACK).unwrap();
        let (left, right) = udp_pair(LOOPBACK).unwrap();
        let key = poller.add(old, Interest::READABLE).unwrap();
        assert_eq!(ready(&mut poller, Deadline::now()), []);
        let old = std::mem::replace(poller.get_mut(key).unwrap(), right);
        poller.set_interest(key, Interest::READABLE).unwrap();
        // What the system still has to say of the old one is said now, and starts nothing for the new one.
        for _ in 0..3 {
            assert_eq!(ready(&mut poller, Deadline::after(QUIET)), []);
        }
        left.send(b"x").unwrap();
        assert_eq!(ready(&mut poller, soon()), [(key, Ready::READABLE)]);
        poller.remove(key);
        drop(old);
    });
}

#[test]
fn no_interest_is_silence() {
    let _limit = limit();
    each_poller(|mut poller| {
        each_stream_pair(|left, right| {
            let key = poller.add(right, Interest::NONE).unwrap();
            left.send(b"x").unwrap();
            assert_eq!(ready(&mut poller, Deadline::after(QUIET)), []);
            drop(left);
            assert_eq!(ready(&mut poller, Deadline::after(QUIET)), []);
            poller.set_interest(key, Interest::READABLE).unwrap();
            assert!(wait_for(&mut poller, |event| event.key() == key).is_readable());
            poller.set_interest(key, Interest::NONE).unwrap();
            assert_eq!(ready(&mut poller, Deadline::after(QUIET)), []);
            poller.remove(key);
        });
    });
}

#[test]
fn what_is_not_asked_for_is_not_told() {
    let _limit = limit();
    each_poller(|mut poller| {
        each_stream_pair(|left, right| {
            left.send(b"x").unwrap();
            let key = poller.add(right, Interest::WRITABLE).unwrap();
            assert_eq!(ready(&mut poller, soon()), [(key, Ready::WRITABLE)]);
            poller.set_interest(key, Interest::READABLE).unwrap();
            assert_eq!(ready(&mut poller, soon()), [(key, Ready::READABLE)]);
            poller.set_interest(key, Interest::READABLE | Interest::WRITABLE).unwrap();
            assert_eq!(ready(&mut poller, soon()), [(key, Ready::READABLE | Ready::WRITABLE)]);
            poller.remove(key);
        });
    });
}

#[test]
fn a_half_close_is_readable_and_not_an_error() {
    let _limit = limit();
    each_poller(|mut poller| {
        each_stream_pair(|left, right| {
            let key = poller.add(right, Interest::READABLE).unwrap();
            left.shutdown(berkeley::Shutdown::Send).unwrap();
            let event = wait_for(&mut poller, Event::is_readable);
            assert!(!event.is_error() && !event.is_hang_up(), "{event:?}");
            assert!(event.is_read_closed() || cfg!(not(any(target_os = "linux", target_os = "android"))));
            assert_eq!(poller.get(key).unwrap().recv(&mut [0; 4]).unwrap().len(), 0);
            poller.remove(key);
        });
    });
}

#[test]
fn urgent_data_is_a_priority() {
    let _limit = limit();
    each_poller(|mut poller| {
        let (client, server) = tcp_pair(LOOPBACK).unwrap();
        let key = poller.add(server, Interest::PRIORITY).unwrap();
        client.send(b"plain").unwrap();
        assert_eq!(ready(&mut poller, Deadline::after(QUIET)), []);
        client.send_with(b"!", berkeley::SendFlags::OOB).unwrap();
        let event = wait_for(&mut poller, |_| true);
        assert!(event.key() == key && event.is_priority() && !event.is_readable(), "{event:?}");
    });
}

#[test]
fn an_error_makes_ready_for_whatever_was_asked() {
    let _limit = limit();
    if lacks(Lack::Reset) {
        return;
    }
    for interest in [Interest::READABLE, Interest::WRITABLE, Interest::PRIORITY] {
        each_poller(|mut poller| {
            let (client, server) = tcp_pair(LOOPBACK).unwrap();
            if interest.is_writable() {
                // Full, so that there is no room.
                while server.now().send(&[0; 4096]).unwrap().is_some() {}
            }
            let key = poller.add(server, interest).unwrap();
            client.set(berkeley::option::socket::LINGER, berkeley::option::Linger(Some(0))).unwrap();
            drop(client);
            let event = wait_for(&mut poller, |_| true);
            assert!(
                event.key() == key && event.ready().contains(interest.ready()),
                "{interest:?}: {event:?}"
            );
            let error = poller.get(key).unwrap().recv(&mut [0; 4]).unwrap_err();
            assert!(error.is_connection_reset(), "{error}");
        });
    }
}

#[test]
fn a_connect_that_is_refused_makes_writable() {
    let _limit = limit();
    each_poller(|mut poller| {
        let nobody =
            Socket::open(berkeley::Family::INET, berkeley::Kind::STREAM, berkeley::Protocol::DEFAULT)
                .unwrap();
        nobody.bind(LOOPBACK).unwrap();
        let started = TcpStream::start_connect(nobody.local_address().unwrap());
        let Ok(pending) = started else { return };
        let key = poller.add(pending, Interest::WRITABLE).unwrap();
        assert!(wait_for(&mut poller, Event::is_writable).key() == key);
        let error = poller.remove(key).unwrap().finish(Deadline::now()).unwrap_err();
        assert!(error.is_refused(), "{error}");
    });
}

#[test]
fn a_listener_is_readable_while_somebody_waits() {
    let _limit = limit();
    each_poller(|mut poller| {
        let listener = TcpListener::bind(LOOPBACK).unwrap();
        let address = listener.local_address().unwrap();
        let key = poller.add(listener, Interest::READABLE).unwrap();
        assert_eq!(ready(&mut poller, Deadline::now()), []);
        let clients = [&address; 2].map(|address| TcpStream::connect(address).unwrap());
        for _ in &clients {
            assert_eq!(ready(&mut poller, soon()), [(key, Ready::READABLE)]);
            poller.get(key).unwrap().accept().unwrap();
        }
        assert_eq!(ready(&mut poller, Deadline::now()), []);
    });
}

#[test]
fn one_source_is_added_once_and_a_duplicate_is_another() {
    let _limit = limit();
    each_poller(|mut poller| {
        let socket = Arc::new(UdpSocket::bind(LOOPBACK).unwrap());
        let key = poller.add(Arc::clone(&socket), Interest::WRITABLE).unwrap();
        let refused = poller.add(Arc::clone(&socket), Interest::READABLE).unwrap_err();
        assert!(
            refused.to_string().contains("another entry of this poller lends the same source"),
            "{refused}"
        );
        assert!(Arc::ptr_eq(&refused.into_entry(), &socket));
        assert_eq!(poller.interest(key), Some(Interest::WRITABLE));
        let copy = poller.add(Arc::new(socket.duplicate().unwrap()), Interest::WRITABLE).unwrap();
        let mut keys: Vec<_> = ready(&mut poller, soon()).into_iter().map(|(key, _)| key).collect();
        keys.sort_unstable();
        assert_eq!(keys, [key, copy]);
        // Once it is removed it may be added again.
        poller.remove(key);
        let again = poller.add(socket, Interest::WRITABLE).unwrap();
        assert!(ready(&mut poller, soon()).iter().any(|(key, _)| *key == again));
    });
}

#[test]
fn more_than_there_is_room_for_comes_in_turn() {
    let _limit = limit();
    each_poller(|mut poller| {
        let mut expected = std::collections::BTreeSet::new();
        for _ in 0..50 {
            expected.insert(poller.add(UdpSocket::bind(LOOPBACK).unwrap(), Interest::WRITABLE).unwrap());
        }
        let (mut events, mut seen) = (Events::with_capacity(7), std::collections::BTreeSet::new());
        for _ in 0..50_usize.div_ceil(7) {
            poller.wait(&mut events, soon()).unwrap();
            assert_eq!(events.len(), 7);
            seen.extend(events.iter().map(|event| event.key()));
        }
        assert_eq!(seen, expected, "all are ready, and each has its turn");
    });
}

#[test]
fn the_poller_is_changed_while_its_events_are_gone_through() {
    let _limit = limit();
    each_poller(|mut poller| {
        for _ in 0..4 {
            poller.add(UdpSocket::bind(LOOPBACK).unwrap(), Interest::WRITABLE).unwrap();
        }
        let mut events = Events::new();
        poller.wait(&mut events, soon()).unwrap();
        assert_eq!(events.len(), 4);
        let all: Vec<_> = poller.iter().map(|(key, _)| key).collect();
        for event in &events {
            // All but itself go; their places and numbers are used again.
            for key in all.iter().filter(|key| **key != event.key()) {
                if poller.remove(*key).is_some() {
                    poller.add(UdpSocket::bind(LOOPBACK).unwrap(), Interest::READABLE).unwrap();
                }
            }
        }
        let found = events.iter().filter(|event| poller.get(event.key()).is_some()).count();
        assert!(found <= 1, "{found} events reach entries that were not there");
    });
}

#[test]
fn a_backend_that_this_system_lacks_is_unsupported() {
    let all = [Backend::Epoll, Backend::Kqueue, Backend::Poll, Backend::CompletionPort, Backend::WsaPoll];
    for backend in all {
        assert_eq!(backend.name().parse(), Ok(backend));
        match Poller::<UdpSocket>::with_backend(backend) {
            Ok(poller) => assert!(Backend::available().contains(&poller.backend())),
            Err(error) => {
                assert!(error.is_unsupported() && !Backend::available().contains(&backend), "{error}");
                assert!(error.to_string().contains(backend.name()), "{error}");
            }
        }
    }
    let error = "select".parse::<Backend>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`select` is no backend: expected one of epoll kqueue poll completion-port wsapoll"
    );
}

#[test]
fn pollers_are_sent_to_other_threads() {
    fn is_send<T: Send>() {}
    fn is_shared<T: Sync>() {}
    is_send::<Poller<TcpStream>>();
    is_send::<berkeley::Waker>();
    is_shared::<berkeley::Waker>();
}

//! Accepting goes on: through connections that fail, a lack of descriptors, and a limit.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use berkeley::{Acceptor, Interest, SECOND, TcpListener, TcpStream};
use berkeley_testkit::limit;

fn acceptor() -> (Acceptor<TcpListener>, std::net::SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_address().unwrap();
    (Acceptor::new(listener), address)
}

fn clients<const N: usize>(address: std::net::SocketAddr) -> [TcpStream; N] {
    [(); N].map(|()| TcpStream::connect(address).unwrap())
}

#[test]
fn all_that_wait_are_accepted_and_then_there_is_none() {
    let _limit = limit();
    let (mut acceptor, address) = acceptor();
    assert!(acceptor.accept().unwrap().is_none());
    assert!(acceptor.interest() == Interest::READABLE && acceptor.resume_at().is_never());
    let clients = clients::<3>(address);
    for client in &clients {
        let (_stream, from) = acceptor.accept().unwrap().unwrap();
        assert_eq!(from, client.local_address().unwrap());
    }
    assert!(acceptor.accept().unwrap().is_none());
    assert_eq!((acceptor.connections(), acceptor.failed(), acceptor.refused()), (3, 0, 0));
}

#[test]
fn at_the_limit_nobody_is_accepted_until_somebody_has_gone() {
    let _limit = limit();
    let (mut acceptor, address) = acceptor();
    acceptor.set_limit(2);
    let _clients = clients::<3>(address);
    let _first = acceptor.accept().unwrap().unwrap();
    assert_eq!(acceptor.interest(), Interest::READABLE);
    let _second = acceptor.accept().unwrap().unwrap();
    assert!(acceptor.interest().is_none() && acceptor.resume_at().is_never());
    assert!(acceptor.accept().unwrap().is_none());
    acceptor.closed();
    assert_eq!(acceptor.interest(), Interest::READABLE);
    let _third = acceptor.accept().unwrap().unwrap();
    acceptor.set_limit(1);
    acceptor.closed();
    assert!(acceptor.interest().is_none(), "those beyond a new limit stay");
}

#[test]
fn it_gives_its_listener_back() {
    let _limit = limit();
    let (mut acceptor, address) = acceptor();
    acceptor.set_overload(berkeley::Overload::Refuse).unwrap();
    assert!(format!("{acceptor:?}").starts_with("Acceptor { listener: TcpListener {"), "{acceptor:?}");
    let listener = acceptor.into_inner();
    let _client = TcpStream::connect(address).unwrap();
    listener.by(SECOND * 20).accept().unwrap();
}

/// System calls that go wrong, which only debug builds can have.
#[cfg(debug_assertions)]
mod faults {
    use super::*;
    use berkeley::{Deadline, Errno, MILLISECOND, Operation, Overload};
    use berkeley_testkit::fault::{Faults, calls_of};

    #[test]
    fn connections_that_failed_are_passed_over() {
        let _limit = limit();
        for errno in [Errno::CONNABORTED, Errno::PROTO, Errno::NETDOWN, Errno::HOSTUNREACH, Errno::PERM] {
            let (mut acceptor, address) = acceptor();
            let _client = clients::<1>(address);
            let _faults = Faults::fail(Operation::Accept, errno, 3);
            assert!(acceptor.accept().unwrap().is_some(), "{errno}");
            assert_eq!((acceptor.failed(), acceptor.connections()), (3, 1));
        }
    }

    #[test]
    fn an_interruption_counts_as_nothing() {
        let _limit = limit();
        let (mut acceptor, address) = acceptor();
        let _client = clients::<1>(address);
        let _faults = Faults::fail(Operation::Accept, Errno::INTR, 40);
        assert!(acceptor.accept().unwrap().is_some());
        assert_eq!(acceptor.failed(), 0);
    }

    #[test]
    fn a_listener_that_fails_without_end_is_asked_less_and_less() {
        let _limit = limit();
        let (mut acceptor, _) = acceptor();
        let _faults = Faults::fail(Operation::Accept, Errno::CONNABORTED, 16);
        let (none, calls) = calls_of(|| acceptor.accept().unwrap());
        assert!(none.is_none() && calls.len() == 16);
        assert!(!acceptor.resume_at().is_never());
    }

    #[test]
    fn what_is_wrong_with_the_listener_is_told() {
        let _limit = limit();
        let (mut acceptor, _) = acceptor();
        for errno in [Errno::BADF, Errno::INVAL, Errno::OPNOTSUPP] {
            let _faults = Faults::fail(Operation::Accept, errno, 1);
            let error = acceptor.accept().unwrap_err();
            assert_eq!((error.errno(), error.operation()), (Some(errno), Operation::Accept));
        }
    }

    #[test]
    fn for_want_of_anything_it_pauses_longer_and_longer() {
        let _limit = limit();
        for errno in [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM] {
            let (mut acceptor, address) = acceptor();
            let _client = clients::<2>(address);
            for shortest in [1, 2, 4, 8] {
                let before = Deadline::after(MILLISECOND * shortest);
                let faults = Faults::fail(Operation::Accept, errno, 1);
                assert!(acceptor.accept().unwrap().is_none());
                drop(faults);
                assert!(acceptor.resume_at() >= before, "{errno}: {shortest} ms");
                assert!(acceptor.resume_at() <= Deadline::after(MILLISECOND * shortest));
                while !acceptor.resume_at().has_passed() {
                    std::thread::yield_now();
                }
                assert_eq!(acceptor.interest(), Interest::READABLE);
            }
            assert!(acceptor.accept().unwrap().is_some() && acceptor.accept().unwrap().is_some());
            assert!(acceptor.resume_at().is_never());
        }
    }

    #[test]
    fn a_pause_is_a_second_at_most_without_a_call_and_ends_when_somebody_goes() {
        let _limit = limit();
        let (mut acceptor, address) = acceptor();
        let _client = clients::<1>(address);
        for _ in 0..20 {
            let _faults = Faults::fail(Operation::Accept, Errno::MFILE, 1);
            assert!(acceptor.accept().unwrap().is_none());
            assert!(acceptor.resume_at() <= Deadline::after(SECOND));
            acceptor.closed();
            assert!(acceptor.resume_at().is_never() && acceptor.interest() == Interest::READABLE);
        }
        let _faults = Faults::fail(Operation::Accept, Errno::MFILE, 1);
        let before = Deadline::after(SECOND);
        assert!(acceptor.accept().unwrap().is_none());
        assert!(acceptor.resume_at() >= before);
        let (none, calls) = calls_of(|| acceptor.accept().unwrap());
        assert!(none.is_none() && calls.is_empty() && acceptor.interest().is_none());
        acceptor.closed();
        assert!(acceptor.accept().unwrap().is_some());
        let _faults = Faults::fail(Operation::Accept, Errno::MFILE, 1);
        assert!(acceptor.accept().unwrap().is_none());
        assert!(acceptor.resume_at() <= Deadline::after(MILLISECOND), "a connection makes it short again");
    }

    #[test]
    fn who_is_refused_learns_it_at_once() {
        let _limit = limit();
        let (mut acceptor, address) = acceptor();
        acceptor.set_overload(Overload::Refuse).unwrap();
        let [refused, welcome] = clients::<2>(address);
        let _faults = Faults::fail(Operation::Accept, Errno::MFILE, 1);
        let (_stream, from) = acceptor.accept().unwrap().unwrap();
        assert_eq!(from, welcome.local_address().unwrap());
        assert_eq!(refused.by(SECOND * 20).recv(&mut [0; 1]).unwrap(), 0);
        assert_eq!((acceptor.refused(), acceptor.connections()), (1, 1));
    }

    #[test]
    fn a_spare_descriptor_that_somebody_else_took_is_found_again() {
        let _limit = limit();
        let (mut acceptor, address) = acceptor();
        acceptor.set_overload(Overload::Refuse).unwrap();
        let _clients = clients::<2>(address);
        let faults =
            Faults::fail(Operation::Accept, Errno::MFILE, 2).and_fail(Operation::Open, Errno::MFILE, 1);
        assert!(acceptor.accept().unwrap().is_none());
        assert!(!acceptor.resume_at().is_never(), "nobody could be refused");
        drop(faults);
        acceptor.closed();
        let _faults = Faults::fail(Operation::Accept, Errno::MFILE, 1);
        assert!(acceptor.accept().unwrap().is_some(), "one is refused, one is welcome");
        assert_eq!(acceptor.refused(), 1);
    }

    #[test]
    fn a_lack_of_memory_is_nobodys_refusal() {
        let _limit = limit();
        let (mut acceptor, address) = acceptor();
        acceptor.set_overload(Overload::Refuse).unwrap();
        let _client = clients::<1>(address);
        let _faults = Faults::fail(Operation::Accept, Errno::NOMEM, 1);
        assert!(acceptor.accept().unwrap().is_none());
        assert_eq!(acceptor.refused(), 0);
        assert!(!acceptor.resume_at().is_never());
    }
}

//! Connecting to hosts with several addresses: who is tried when, what is left of those that lose, what a failure says.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Instant;

use berkeley::addr::ToAddress;
use berkeley::name::Families;
use berkeley::{Address, Connect, Deadline, Family, Kind, Protocol, SECOND, Socket, TcpListener, wait_any};
use berkeley_testkit::{leak, limit, need};

fn v6() -> bool {
    need(std::net::UdpSocket::bind("[::1]:0").is_ok(), "IPv6 on the loopback")
}

/// An address that refuses, for as long as the socket is there.
fn refusing(loopback: &str) -> (Socket, Address) {
    let family = if loopback.starts_with('[') { Family::INET6 } else { Family::INET };
    let socket = Socket::open(family, Kind::STREAM, Protocol::DEFAULT).unwrap();
    socket.bind(loopback).unwrap();
    let address = socket.local_address().unwrap();
    (socket, address)
}

fn listening() -> (TcpListener, Address) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_address().unwrap().into();
    (listener, address)
}

#[test]
fn an_attempt_that_is_refused_is_followed_at_once() {
    let _limit = limit();
    leak::check(|| {
        let ((_socket, bad), (listener, good)) = (refusing("127.0.0.1:0"), listening());
        let start = Instant::now();
        let race = Connect::new().stagger(SECOND * 30).start_any([bad, good.clone()], SECOND * 40);
        let stream = race.finish().unwrap();
        assert!(start.elapsed() < SECOND * 20);
        assert_eq!(Address::from(stream.peer_address().unwrap()), good);
        let (_, from) = listener.accept().unwrap();
        assert_eq!(from, stream.local_address().unwrap());
        assert!(listener.now().accept().unwrap().is_none(), "it was connected to once");
    });
}

#[test]
fn when_all_refuse_each_is_named() {
    let _limit = limit();
    leak::check(|| {
        let sockets = [refusing("127.0.0.1:0"), refusing("127.0.0.1:0"), refusing("127.0.0.1:0")];
        let addresses = sockets.each_ref().map(|(_, address)| address.clone());
        let error = Connect::new().start_any(addresses.clone(), Deadline::never()).finish().unwrap_err();
        assert!(error.is_refused() && error.address() == Some(&addresses[0]), "{error}");
        for address in &addresses {
            assert!(error.detail().unwrap().contains(&address.to_string()), "{error}");
        }
        let one = Connect::new().start_any([addresses[1].clone()], Deadline::never()).finish().unwrap_err();
        assert!(one.is_refused() && one.detail().is_none(), "{one}");
    });
}

#[test]
fn families_are_chosen() {
    let _limit = limit();
    if !v6() {
        return;
    }
    leak::check(|| {
        let six = TcpListener::bind("[::1]:0").unwrap();
        let port = six.local_address().unwrap().port();
        let all = [("127.0.0.1", port).to_address().unwrap(), six.local_address().unwrap().into()];
        let stream = Connect::new().start_any(all.clone(), SECOND * 20).finish().unwrap();
        assert!(stream.peer_address().unwrap().is_ipv6(), "IPv6 is first");
        let four = TcpListener::bind(("127.0.0.1", port));
        if let Ok(_four) = four {
            let settings = Connect::new().families(Families::V4First);
            let stream = settings.start_any(all, SECOND * 20).finish().unwrap();
            assert!(stream.peer_address().unwrap().is_ipv4());
        }
        let error = Connect::new().families(Families::V4).connect(("::1", port), SECOND * 20);
        // An address is taken as it is, a name is looked up.
        assert!(error.is_ok(), "{error:?}");
    });
}

#[test]
fn sockets_are_prepared_and_come_from_where_they_are_to() {
    let _limit = limit();
    leak::check(|| {
        let (listener, good) = listening();
        let local = if cfg!(target_os = "linux") { "127.0.0.2:0" } else { "127.0.0.1:0" };
        let settings = Connect::new()
            .local_address("[::1]:0".parse().unwrap())
            .local_address("127.0.0.9:0".parse().unwrap())
            .local_address(local.parse().unwrap())
            .prepare(|stream, _| stream.set_nodelay(true));
        let stream = settings.start_any([good.clone()], SECOND * 20).finish().unwrap();
        assert!(stream.nodelay().unwrap());
        let (_, from) = listener.accept().unwrap();
        assert_eq!(format!("{}:0", from.ip()), local);

        let failing = Connect::new().prepare(|stream, address| {
            stream.set_nodelay(true)?;
            Err(berkeley::Error::invalid(berkeley::Operation::SetOption, "not this one")
                .with_address(address.clone()))
        });
        let error = failing.start_any([good], SECOND * 20).finish().unwrap_err();
        assert!(error.to_string().contains("not this one"), "{error}");
        assert!(listener.now().accept().unwrap().is_none());
    });
}

#[test]
fn a_race_goes_on_beside_other_things() {
    let _limit = limit();
    leak::check(|| {
        let ((_socket, bad), (_listener, good)) = (refusing("127.0.0.1:0"), listening());
        let mut race = Connect::new().start_any([bad.clone(), good.clone()], SECOND * 30);
        let stream = loop {
            if let Some(stream) = race.go_on().unwrap() {
                break stream;
            }
            let deadline = race.deadline();
            assert!(deadline <= Deadline::after(SECOND * 30));
            wait_any(&mut race.watches(), deadline).unwrap();
        };
        assert_eq!(Address::from(stream.peer_address().unwrap()), good);
        assert_eq!(race.failures().len(), 1);
        assert!(race.failures()[0].is_refused() && race.failures()[0].address() == Some(&bad));
    });
}

#[test]
fn nothing_to_try_and_no_time_are_failures() {
    let _limit = limit();
    leak::check(|| {
        let (_listener, good) = listening();
        let error = Connect::new().start_any([], Deadline::never()).finish().unwrap_err();
        assert!(error.is_invalid(), "{error}");
        let error = Connect::new().start_any([good], Deadline::now()).finish().unwrap_err();
        assert!(error.is_deadline_passed(), "{error}");
        let error = Connect::new().connect("unix:/run/x", SECOND).unwrap_err();
        assert!(error.is_invalid(), "{error}");
    });
}

#[cfg(target_os = "linux")]
mod dead_ends {
    use std::time::Duration;

    use berkeley::MILLISECOND;
    use berkeley_testkit::{in_own_network, ip};

    use super::*;

    /// Runs a test in a network in which what is sent to 192.0.2.0/24 and 2001:db8::/32 vanishes.
    fn with_dead_ends(test: impl FnOnce() + Send) {
        let _limit = limit();
        let _ = leak::check(|| {
            in_own_network(|| {
                let made = [
                    &["route", "add", "192.0.2.0/24", "dev", "lo"][..],
                    &["addr", "add", "2001:db8:ffff::1/128", "dev", "lo"],
                    &["-6", "route", "add", "2001:db8::/32", "dev", "lo"],
                ]
                .map(ip);
                let made: Result<Vec<()>, _> = made.into_iter().collect();
                if need(made.is_ok(), "ip(8) and IPv6") {
                    test();
                }
            })
        });
    }

    fn dead(count: u16) -> impl Iterator<Item = Address> {
        (1..=count).map(|number| format!("[2001:db8::{number:x}]:80").parse().unwrap())
    }

    /// Returns the best time of a few.
    fn best(mut work: impl FnMut()) -> Duration {
        let timed = |()| {
            let start = Instant::now();
            work();
            start.elapsed()
        };
        [(); 5].map(timed).into_iter().min().unwrap()
    }

    #[test]
    fn a_path_that_leads_nowhere_costs_one_stagger() {
        with_dead_ends(|| {
            let (_listener, good) = listening();
            let took = best(|| {
                let race = Connect::new().start_any(dead(3).chain([good.clone()]), SECOND * 20);
                let stream = race.finish().unwrap();
                assert_eq!(Address::from(stream.peer_address().unwrap()), good);
            });
            assert!(took >= MILLISECOND * 250 && took < MILLISECOND * 300, "{took:?}");
        });
    }

    #[test]
    fn and_so_does_the_other_way_round() {
        with_dead_ends(|| {
            let listener = TcpListener::bind("[::1]:0").unwrap();
            let good = Address::from(listener.local_address().unwrap());
            let dead: Address = "192.0.2.1:80".parse().unwrap();
            let settings = Connect::new().families(Families::V4First);
            let took = best(|| {
                let stream = settings.start_any([dead.clone(), good.clone()], SECOND * 20).finish().unwrap();
                assert!(stream.peer_address().unwrap().is_ipv6());
            });
            assert!(took >= MILLISECOND * 250 && took < MILLISECOND * 300, "{took:?}");
        });
    }

    #[test]
    fn the_time_is_divided_over_what_is_left() {
        with_dead_ends(|| {
            let (_listener, good) = listening();
            let dead =
                (1..=7).map(|number| (std::net::Ipv4Addr::new(192, 0, 2, number), 80).to_address().unwrap());
            let race = Connect::new().start_any(dead.chain([good.clone()]), SECOND);
            let stream = race.finish().expect("eight attempts of 250 ms are two seconds, and there is one");
            assert_eq!(Address::from(stream.peer_address().unwrap()), good);
        });
    }

    #[test]
    fn when_all_are_dead_it_ends_at_the_deadline_and_names_each() {
        with_dead_ends(|| {
            let start = Instant::now();
            let addresses: Vec<Address> = dead(2).chain(["192.0.2.1:80".parse().unwrap()]).collect();
            let error = Connect::new().start_any(addresses.clone(), MILLISECOND * 400).finish().unwrap_err();
            assert!(start.elapsed() >= MILLISECOND * 400);
            assert!(error.is_deadline_passed(), "{error}");
            for address in addresses {
                assert!(error.detail().unwrap().contains(&format!("{address}: no answer")), "{error}");
            }
        });
    }
}

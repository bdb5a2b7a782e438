//! Changes of interfaces, addresses and routes as events, each made by ip(8) in a network of the test's own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::format_collect)]

mod sample_network;

use std::net::IpAddr;

use berkeley::interface::{AddressFlags, Change, Changed, Interface, InterfaceKind};
use berkeley::option::socket::RCVBUF;
use berkeley::{
    Deadline, Errno, Events, Interest, InterfaceChanges, Interfaces, MILLISECOND, Operation, Poller, SECOND,
};
use berkeley_testkit::fault::Faults;
use berkeley_testkit::{in_own_network, ip, limit, need, program};

/// Runs a test in a network with a pair of interfaces, whose first end has the index that is given.
fn with_pair(test: impl FnOnce(u32) + Send) {
    let _ = in_own_network(|| {
        if program("ip").is_none() {
            return;
        }
        let made = ip(&["link", "add", "va", "type", "veth", "peer", "name", "vb"]);
        if need(made.is_ok(), "interfaces of the kind veth") {
            test(Interfaces::open().unwrap().by_name("va").unwrap().index());
        }
    });
}

/// Has ip do it, and waits for the change that it makes among all that it makes.
fn makes(changes: &mut InterfaceChanges, line: &str, is_it: impl Fn(&Change) -> bool) -> Change {
    ip(&line.split(' ').collect::<Vec<_>>()).unwrap();
    let mut others = Vec::new();
    loop {
        match changes.wait(Deadline::after(SECOND * 20)) {
            Ok(change) if is_it(&change) => return change,
            Ok(other) => others.push(other),
            Err(error) => panic!("ip {line}: {error} after {others:#?}"),
        }
    }
}

/// What changed of an interface, and how it is now.
fn changed(change: &Change, index: u32, what: Changed, holds: impl Fn(&Interface) -> bool) -> bool {
    matches!(change, Change::Changed { interface, what: those }
        if interface.index() == index && those.contains(what) && holds(interface))
}

#[test]
fn an_interface_that_comes_and_goes_is_told_with_its_name() {
    let _limit = limit();
    with_pair(|_| {
        let mut changes = InterfaceChanges::open().unwrap();
        let is_new = |change: &Change| matches!(change, Change::Added(it) if it.name() == "xa");
        let line = "link add xa type veth peer name xb";
        let Change::Added(new) = makes(&mut changes, line, is_new) else { unreachable!() };
        assert_eq!(new.kind(), InterfaceKind::Veth);
        assert!(new.addresses().is_empty() && new.hardware_address().len() == 6);
        makes(
            &mut changes,
            "link del xa",
            |change| matches!(change, Change::Removed { index, name } if *index == new.index() && &**name == "xa"),
        );
    });
}

#[test]
fn an_interface_that_is_renamed_keeps_its_index() {
    let _limit = limit();
    with_pair(|va| {
        let mut changes = InterfaceChanges::open().unwrap();
        let renamed = Change::Renamed { index: va, from: "va".into(), to: "outside".into() };
        makes(&mut changes, "link set va name outside", |change| *change == renamed);
        // What was learnt of it is kept: the next name is from this one.
        let renamed = Change::Renamed { index: va, from: "outside".into(), to: "va".into() };
        makes(&mut changes, "link set outside name va", |change| *change == renamed);
    });
}

#[test]
fn a_link_goes_up_when_both_ends_are_and_down_when_one_is_not() {
    let _limit = limit();
    with_pair(|va| {
        let mut changes = InterfaceChanges::open().unwrap();
        makes(&mut changes, "link set va up", |change| {
            changed(change, va, Changed::FLAGS, |it| it.is_enabled() && !it.is_running())
        });
        makes(&mut changes, "link set vb up", |change| *change == Change::Up { index: va });
        makes(&mut changes, "link set vb down", |change| *change == Change::Down { index: va });
        makes(&mut changes, "link set va down", |change| {
            changed(change, va, Changed::FLAGS, |it| !it.is_enabled())
        });
    });
}

#[test]
fn what_is_set_is_told_with_what_it_is_now() {
    let _limit = limit();
    with_pair(|va| {
        let mut changes = InterfaceChanges::open().unwrap();
        makes(&mut changes, "link set va mtu 1280", |change| {
            changed(change, va, Changed::MTU, |it| it.mtu() == Some(1280))
        });
        makes(&mut changes, "link set va address 02:00:00:00:00:07", |change| {
            changed(change, va, Changed::HARDWARE_ADDRESS, |it| it.hardware_address() == [2, 0, 0, 0, 0, 7])
        });
        // Of an interface that is disabled, the kernel says nothing of this.
        ip(&["link", "set", "va", "up"]).unwrap();
        makes(&mut changes, "link set va alias uplink", |change| {
            changed(change, va, Changed::OTHER_NAMES, |it| it.friendly_name() == Some("uplink"))
        });
        makes(&mut changes, "link set va promisc on", |change| {
            changed(change, va, Changed::FLAGS, |it| {
                it.flags().contains(berkeley::interface::InterfaceFlags::PROMISCUOUS)
            })
        });
    });
}

#[test]
fn what_joins_a_bridge_is_told_once_and_what_leaves_it_is_not_gone() {
    let _limit = limit();
    with_pair(|va| {
        if !need(ip(&["link", "add", "br0", "type", "bridge"]).is_ok(), "interfaces of the kind bridge") {
            return;
        }
        let bridge = Interfaces::open().unwrap().by_name("br0").unwrap().index();
        let mut changes = InterfaceChanges::open().unwrap();
        makes(&mut changes, "link set va master br0", |change| {
            changed(change, va, Changed::MASTER, |it| it.master() == Some(bridge))
        });
        makes(&mut changes, "link set va nomaster", |change| {
            // The kernel tells of the port of the bridge that is gone; the interface is not.
            assert!(!matches!(change, Change::Removed { .. }), "{change:?}");
            changed(change, va, Changed::MASTER, |it| it.master().is_none())
        });
        makes(&mut changes, "link set va mtu 1290", |change| changed(change, va, Changed::MTU, |_| true));
    });
}

#[test]
fn addresses_come_change_and_go() {
    let _limit = limit();
    with_pair(|va| {
        for line in ["link set va up", "link set vb up"] {
            ip(&line.split(' ').collect::<Vec<_>>()).unwrap();
        }
        let mut changes = InterfaceChanges::open().unwrap();
        let is = |text: &str| -> IpAddr { text.parse().unwrap() };
        let added = |text: &'static str| move |change: &Change| matches!(change, Change::AddressAdded(it) if it.address() == is(text) && it.interface() == va);
        makes(&mut changes, "addr add 10.0.0.1/24 dev va", added("10.0.0.1"));
        makes(&mut changes, "addr add 10.0.0.2/24 dev va", added("10.0.0.2"));
        let Change::AddressAdded(peer) =
            makes(&mut changes, "addr add 10.9.0.1 peer 10.9.0.2 dev va", added("10.9.0.1"))
        else {
            unreachable!()
        };
        assert_eq!(peer.peer(), Some(is("10.9.0.2")));
        makes(
            &mut changes,
            "addr del 10.0.0.2/24 dev va",
            |change| matches!(change, Change::AddressRemoved(it) if it.address() == is("10.0.0.2") && it.interface() == va),
        );
        // One of IPv6 is tentative first, and told again when nobody else has it.
        let line = "addr add fd00::1/64 dev va";
        let Change::AddressAdded(first) = makes(&mut changes, line, added("fd00::1")) else { unreachable!() };
        assert!(first.flags().contains(AddressFlags::TENTATIVE));
        let settled = loop {
            match changes.wait(SECOND * 20).unwrap() {
                Change::AddressChanged(it) if it.address() == is("fd00::1") => break it,
                _ => {}
            }
        };
        assert!(!settled.flags().contains(AddressFlags::TENTATIVE), "{settled:?}");
    });
}

#[test]
fn lifetimes_that_are_set_anew_are_no_change() {
    let _limit = limit();
    with_pair(|va| {
        let line = "addr add 10.0.0.1/24 valid_lft 500 preferred_lft 400 dev va";
        ip(&line.split(' ').collect::<Vec<_>>()).unwrap();
        let mut changes = InterfaceChanges::open().unwrap();
        let line = "addr change 10.0.0.1/24 valid_lft 600 preferred_lft 500 dev va";
        ip(&line.split(' ').collect::<Vec<_>>()).unwrap();
        let change = makes(&mut changes, "link set va mtu 1290", |_| true);
        assert!(changed(&change, va, Changed::MTU, |_| true), "{change:?}");
    });
}

#[test]
fn routes_come_and_go() {
    let _limit = limit();
    with_pair(|va| {
        for line in ["link set va up", "link set vb up", "addr add 10.0.0.1/24 dev va"] {
            ip(&line.split(' ').collect::<Vec<_>>()).unwrap();
        }
        let mut changes = InterfaceChanges::open().unwrap();
        let gateway = Some("10.0.0.9".parse().unwrap());
        let is_it = |route: &berkeley::interface::Route| {
            route.is_default() && route.gateway() == gateway && route.interface() == Some(va)
        };
        makes(
            &mut changes,
            "route add default via 10.0.0.9",
            |change| matches!(change, Change::RouteAdded(route) if is_it(route)),
        );
        makes(
            &mut changes,
            "route del default via 10.0.0.9",
            |change| matches!(change, Change::RouteRemoved(route) if is_it(route)),
        );
        let line = "-6 route add fd77::/48 dev va";
        makes(
            &mut changes,
            line,
            |change| matches!(change, Change::RouteAdded(route) if route.destination().to_string() == "fd77::/48"),
        );
    });
}

#[test]
fn what_goes_with_an_interface_is_told_before_it() {
    let _limit = limit();
    with_pair(|va| {
        ip(&["addr", "add", "10.0.0.1/24", "dev", "va"]).unwrap();
        let mut changes = InterfaceChanges::open().unwrap();
        makes(&mut changes, "link del va", |change| {
            assert!(
                !matches!(change, Change::Removed { index, .. } if *index == va),
                "the address comes first"
            );
            matches!(change, Change::AddressRemoved(it) if it.interface() == va)
        });
        loop {
            if matches!(changes.wait(SECOND * 20).unwrap(), Change::Removed { index, .. } if index == va) {
                break;
            }
        }
    });
}

#[test]
fn what_was_there_before_is_not_told() {
    let _limit = limit();
    with_pair(|_| {
        let mut changes = InterfaceChanges::open().unwrap();
        assert_eq!(changes.take().unwrap(), None);
        let passed = changes.wait(Deadline::after(MILLISECOND)).unwrap_err();
        assert!(passed.is_deadline_passed() && passed.operation() == Operation::Interface, "{passed}");
    });
}

#[test]
fn a_poller_waits_for_changes_beside_other_sources() {
    let _limit = limit();
    with_pair(|va| {
        let mut poller = Poller::new().unwrap();
        let key = poller.add(InterfaceChanges::open().unwrap(), Interest::READABLE).unwrap();
        let mut events = Events::new();
        poller.wait(&mut events, Deadline::now()).unwrap();
        assert_eq!(events.iter().count(), 0);
        ip(&["link", "set", "va", "mtu", "1290"]).unwrap();
        poller.wait(&mut events, SECOND * 20).unwrap();
        assert_eq!(events.iter().map(|event| event.key()).collect::<Vec<_>>(), [key]);
        let change = poller.get_mut(key).unwrap().take().unwrap().unwrap();
        assert!(changed(&change, va, Changed::MTU, |it| it.mtu() == Some(1290)), "{change:?}");
    });
}

#[test]
fn too_much_at_once_is_lost_and_said_so_and_what_comes_then_is_right() {
    let _limit = limit();
    with_pair(|va| {
        let mut changes = InterfaceChanges::open().unwrap();
        RCVBUF.set(&changes, 4096).unwrap();
        let many: String =
            (0..2000).map(|at| format!("addr add 10.0.{}.{}/32 dev va\n", at / 250, at % 250 + 1)).collect();
        sample_network::batch(&many);
        ip(&["link", "set", "va", "name", "outside"]).unwrap();
        let mut told = Vec::new();
        while let Some(change) = changes.take().unwrap() {
            told.push(change);
        }
        assert!(told.contains(&Change::Lost), "{} changes", told.len());
        assert!(told.len() < 2000);
        // It knows again what there is: only what changes now is told. What is said of a link takes more room than that.
        RCVBUF.set(&changes, 1 << 17).unwrap();
        assert_eq!(changes.take().unwrap(), None);
        let removed = "10.0.3.7".parse::<IpAddr>().unwrap();
        makes(
            &mut changes,
            "addr del 10.0.3.7/32 dev outside",
            |change| matches!(change, Change::AddressRemoved(it) if it.address() == removed),
        );
        let change = makes(&mut changes, "link set outside mtu 1290", |_| true);
        assert!(changed(&change, va, Changed::MTU, |it| it.name() == "outside"), "{change:?}");
    });
}

#[test]
fn what_fails_is_told_and_an_overrun_is_a_change() {
    let _limit = limit();
    with_pair(|va| {
        let mut changes = InterfaceChanges::open().unwrap();
        let faults = Faults::fail(Operation::Receive, Errno::NOBUFS, 1);
        assert_eq!(changes.take().unwrap(), Some(Change::Lost));
        drop(faults);
        assert_eq!(changes.take().unwrap(), None);
        let faults = Faults::fail(Operation::Receive, Errno::NOMEM, 1);
        assert_eq!(changes.take().unwrap_err().errno(), Some(Errno::NOMEM));
        drop(faults);
        makes(&mut changes, "link set va mtu 1290", |change| changed(change, va, Changed::MTU, |_| true));
        for (operation, errno) in [
            (Operation::Open, Errno::MFILE),
            (Operation::Bind, Errno::NOMEM),
            (Operation::Send, Errno::NOBUFS),
        ] {
            let faults = Faults::fail(operation, errno, 1);
            assert_eq!(InterfaceChanges::open().unwrap_err().errno(), Some(errno));
            drop(faults);
        }
    });
}

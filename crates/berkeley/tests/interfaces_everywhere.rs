//! What interfaces are on every system: the loopback is there, what is asked twice is the same, and what a system lacks it
//! says.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

use berkeley::interface::{AddressScope, Change, InterfaceKind};
use berkeley::{
    Deadline, Interest, InterfaceChanges, Interfaces, MILLISECOND, Poller, domain_name, host_name,
};
use berkeley_testkit::{Lack, lacks, limit};

#[test]
fn the_loopback_is_there_with_its_address() {
    let _limit = limit();
    let mut interfaces = Interfaces::open().unwrap();
    let loopback = interfaces.by_address(Ipv4Addr::LOCALHOST).unwrap();
    assert_eq!(loopback.kind(), InterfaceKind::Loopback);
    assert!(loopback.is_loopback() && loopback.is_enabled() && loopback.is_running());
    assert!(loopback.hardware_address().is_empty());
    let address = loopback.addresses().iter().find(|one| one.address().is_ipv4()).unwrap();
    assert_eq!(address.scope(), AddressScope::Host);
    assert_eq!(address.network().to_string(), "127.0.0.0/8");
    assert_eq!((address.peer(), address.broadcast()), (None, None));
    assert!(UdpSocket::bind(address.with_port(0)).is_ok());
}

#[test]
fn every_interface_is_found_by_its_name_and_by_its_index() {
    let _limit = limit();
    let mut interfaces = Interfaces::open().unwrap();
    let list = interfaces.list().unwrap();
    assert!(!list.is_empty());
    for interface in list {
        assert!(interface.index() > 0 && !interface.name().is_empty(), "{interface:?}");
        let by_name = interfaces.by_name(interface.name()).unwrap();
        let by_index = interfaces.by_index(interface.index()).unwrap();
        assert_eq!((by_name.name(), by_name.index()), (interface.name(), interface.index()));
        assert_eq!((by_index.name(), by_index.index()), (interface.name(), interface.index()));
        // Sockets know it by the same name.
        let text = format!("[ff02::1%{}]:9", interface.zone());
        assert!(text.parse::<berkeley::Address>().is_ok(), "{text}");
    }
}

#[test]
fn the_addresses_alone_are_those_of_the_list() {
    let _limit = limit();
    let mut interfaces = Interfaces::open().unwrap();
    let key =
        |one: &berkeley::interface::InterfaceAddress| (one.interface(), one.address(), one.prefix_len());
    let mut alone: Vec<_> = interfaces.addresses().unwrap().iter().map(key).collect();
    let list = interfaces.list().unwrap();
    let mut listed: Vec<_> = list.iter().flat_map(berkeley::Interface::addresses).map(key).collect();
    alone.sort_unstable();
    listed.sort_unstable();
    assert_eq!(alone, listed);
    assert!(alone.iter().any(|one| one.1 == IpAddr::from(Ipv4Addr::LOCALHOST)));
}

#[test]
fn gateways_are_those_of_the_default_routes_or_not_told() {
    let _limit = limit();
    let mut interfaces = Interfaces::open().unwrap();
    let list = interfaces.list().unwrap();
    match interfaces.routes() {
        Err(error) => {
            assert!(error.is_unsupported(), "{error}");
            assert!(list.iter().all(|interface| interface.gateways().is_none()));
        }
        Ok(routes) => {
            for interface in &list {
                for gateway in interface.gateways().unwrap() {
                    let leads = |route: &&berkeley::interface::Route| {
                        route.is_default() && route.interface() == Some(interface.index())
                    };
                    assert!(routes.iter().filter(leads).any(|route| route.gateway() == Some(*gateway)));
                }
            }
        }
    }
}

#[test]
fn a_group_that_a_socket_joins_is_among_those_of_the_interface_or_groups_are_not_told() {
    let _limit = limit();
    let mut interfaces = Interfaces::open().unwrap();
    let loopback = interfaces.by_address(Ipv4Addr::LOCALHOST).unwrap().index();
    let group = IpAddr::from([239, 255, 7, 31]);
    let socket = berkeley::UdpSocket::bind_multicast("0.0.0.0:0").unwrap();
    let joined = socket.join_group(group, loopback);
    if lacks(Lack::GroupIndex) {
        assert!(joined.unwrap_err().is_invalid());
    } else {
        joined.unwrap();
    }
    match interfaces.groups() {
        Err(error) => assert!(error.is_unsupported(), "{error}"),
        Ok(groups) if lacks(Lack::Groups) => assert!(groups.is_empty(), "{groups:?}"),
        Ok(groups) => {
            let joined: Vec<_> = groups.iter().filter(|one| one.address() == group).collect();
            assert_eq!(joined.iter().map(|one| one.index()).collect::<Vec<_>>(), [loopback]);
            assert_eq!(joined[0].users(), cfg!(target_os = "linux").then_some(1));
            assert!(groups.iter().all(|one| one.address().is_multicast()), "{groups:?}");
        }
    }
}

#[test]
fn nothing_is_told_while_nothing_changes_and_a_wait_ends_at_its_deadline() {
    let _limit = limit();
    let mut changes = InterfaceChanges::open().unwrap();
    // Other programs may change something; that it is the loopback is unlikely.
    loop {
        match changes.wait(Deadline::after(MILLISECOND * 20)) {
            Err(error) if error.is_deadline_passed() => break,
            change => assert!(!matches!(change.unwrap(), Change::Lost)),
        }
    }
    let mut poller = Poller::new().unwrap();
    let key = poller.add(changes, Interest::READABLE).unwrap();
    assert!(poller.remove(key).is_some());
}

#[test]
fn this_machine_has_a_name() {
    let _limit = limit();
    assert!(!host_name().unwrap().is_empty());
    assert_ne!(domain_name().unwrap().as_deref(), Some(""));
}

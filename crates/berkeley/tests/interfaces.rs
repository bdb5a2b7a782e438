//! Interfaces, addresses and routes, beside ip(8) and getifs, in networks of the tests' own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::format_collect)]

mod sample_network;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::time::Duration;

use berkeley::interface::{
    AddressFlags, AddressScope, Interface, InterfaceAddress, InterfaceFlags, InterfaceKind, OperationalState,
};
use berkeley::{Deadline, Errno, Interfaces, Operation, PacketSocket, SECOND, domain_name, host_name};
use berkeley_testkit::fault::{Faults, calls_of};
use berkeley_testkit::{in_own_network, ip, limit, need, program};
use sample_network::{Zoo, json, zoo};
use serde_json::Value;

/// What is known of an interface, each fact under ip's name for it.
type Facts = BTreeMap<String, String>;

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns what ip says of an interface: what this library says as well.
fn said(interface: &Value) -> Facts {
    let mut facts = Facts::new();
    for key in ["ifname", "ifindex", "mtu", "operstate", "address", "link", "link_index", "master", "ifalias"]
    {
        facts.extend(interface.get(key).map(|value| (key.to_owned(), text(value))));
    }
    // What lies in another network is a number there, and nothing here.
    if interface.get("link_netnsid").is_some() {
        facts.remove("link_index");
    }
    if interface["link_type"] == "loopback" {
        facts.remove("address");
    }
    let flags: BTreeSet<_> = interface["flags"].as_array().unwrap().iter().map(text).collect();
    // Neither is among the flags of the kernel.
    let flags: Vec<_> =
        flags.into_iter().filter(|flag| !["NO-CARRIER", "M-DOWN"].contains(&flag.as_str())).collect();
    facts.insert("flags".to_owned(), flags.join(" "));
    let kind = interface.pointer("/linkinfo/info_kind");
    facts.extend(kind.map(|kind| ("kind".to_owned(), text(kind))));
    let names =
        interface.get("altnames").and_then(Value::as_array).map(|names| names.iter().map(text).collect());
    facts.extend(names.map(|names: Vec<_>| ("altnames".to_owned(), names.join(" "))));
    for (way, key) in COUNTED {
        let number = &interface["stats64"][way][key];
        facts.insert(format!("{way} {key}"), number.to_string());
    }
    for address in interface["addr_info"].as_array().unwrap() {
        let local = text(&address["local"]);
        facts.insert(format!("addr {local} {}", address["prefixlen"]), said_of_address(address));
    }
    facts
}

const COUNTED: [(&str, &str); 10] = [
    ("rx", "bytes"),
    ("rx", "packets"),
    ("rx", "errors"),
    ("rx", "dropped"),
    ("rx", "multicast"),
    ("tx", "bytes"),
    ("tx", "packets"),
    ("tx", "errors"),
    ("tx", "dropped"),
    ("tx", "collisions"),
];

/// The flags of an address that ip has words for.
const ADDRESS_FLAGS: [(&str, AddressFlags); 7] = [
    ("nodad", AddressFlags::NODAD),
    ("optimistic", AddressFlags::OPTIMISTIC),
    ("dadfailed", AddressFlags::DUPLICATED),
    ("deprecated", AddressFlags::DEPRECATED),
    ("tentative", AddressFlags::TENTATIVE),
    ("mngtmpaddr", AddressFlags::MANAGE_TEMPORARY),
    ("noprefixroute", AddressFlags::NO_PREFIX_ROUTE),
];

fn said_of_address(address: &Value) -> String {
    let words = ADDRESS_FLAGS.iter().filter(|row| address[row.0] == true).map(|row| row.0.to_owned());
    let mut words: Vec<_> = words.collect();
    words.extend(
        (address["secondary"] == true || address["temporary"] == true).then(|| "secondary".to_owned()),
    );
    words.extend((address["dynamic"] == true).then(|| "dynamic".to_owned()));
    for key in ["address", "broadcast", "scope", "label"] {
        words.push(format!("{key}={}", address.get(key).map(text).unwrap_or_default()));
    }
    words.join(" ")
}

/// Returns what this library says of an interface, in ip's words.
fn told(interface: &Interface, all: &[Interface]) -> Facts {
    let name =
        |index: u32| all.iter().find(|other| other.index() == index).map(|other| other.name().to_owned());
    let mac: Vec<_> = interface.hardware_address().iter().map(|byte| format!("{byte:02x}")).collect();
    let state = interface.state().name().to_uppercase().replace(' ', "");
    let rows = [
        ("ifname", Some(interface.name().to_owned())),
        ("ifindex", Some(interface.index().to_string())),
        ("mtu", interface.mtu().map(|mtu| mtu.to_string())),
        ("operstate", Some(state)),
        ("address", Some(mac.join(":")).filter(|mac| !mac.is_empty())),
        ("link", interface.parent().and_then(name)),
        ("master", interface.master().and_then(name)),
        ("ifalias", interface.friendly_name().map(str::to_owned)),
        ("kind", interface.driver_kind().map(str::to_owned)),
        (
            "altnames",
            Some(interface.other_names().collect::<Vec<_>>().join(" ")).filter(|names| !names.is_empty()),
        ),
        ("flags", Some(flags(interface.flags()))),
    ];
    let mut facts: Facts =
        rows.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
    let c = interface.counters().unwrap();
    let numbers = [
        c.rx_bytes,
        c.rx_packets,
        c.rx_errors,
        c.rx_dropped,
        c.rx_multicast,
        c.tx_bytes,
        c.tx_packets,
        c.tx_errors,
        c.tx_dropped,
        c.collisions,
    ];
    facts.extend(
        COUNTED.iter().zip(numbers).map(|((way, key), number)| (format!("{way} {key}"), number.to_string())),
    );
    for address in interface.addresses() {
        let key = format!("addr {} {}", address.address(), address.prefix_len());
        facts.insert(key, told_of_address(address));
    }
    facts
}

fn flags(flags: InterfaceFlags) -> String {
    const NAMES: [(&str, InterfaceFlags); 14] = [
        ("UP", InterfaceFlags::UP),
        ("BROADCAST", InterfaceFlags::BROADCAST),
        ("DEBUG", InterfaceFlags::DEBUG),
        ("LOOPBACK", InterfaceFlags::LOOPBACK),
        ("POINTOPOINT", InterfaceFlags::POINT_TO_POINT),
        ("NOARP", InterfaceFlags::NOARP),
        ("PROMISC", InterfaceFlags::PROMISCUOUS),
        ("ALLMULTI", InterfaceFlags::ALL_MULTICAST),
        ("MASTER", InterfaceFlags::MASTER),
        ("SLAVE", InterfaceFlags::SLAVE),
        ("MULTICAST", InterfaceFlags::MULTICAST),
        ("DYNAMIC", InterfaceFlags::DYNAMIC),
        ("LOWER_UP", InterfaceFlags::LOWER_UP),
        ("DORMANT", InterfaceFlags::DORMANT),
    ];
    let names: BTreeSet<_> = NAMES.iter().filter(|row| flags.contains(row.1)).map(|row| row.0).collect();
    names.into_iter().collect::<Vec<_>>().join(" ")
}

fn told_of_address(address: &InterfaceAddress) -> String {
    let flags = address.flags();
    let words = ADDRESS_FLAGS.iter().filter(|row| flags.contains(row.1)).map(|row| row.0.to_owned());
    let mut words: Vec<_> = words.collect();
    words.extend(flags.contains(AddressFlags::SECONDARY).then(|| "secondary".to_owned()));
    words.extend((!flags.contains(AddressFlags::PERMANENT)).then(|| "dynamic".to_owned()));
    let peer = address.peer().map(|peer| peer.to_string());
    words.push(format!("address={}", peer.unwrap_or_default()));
    words.push(format!("broadcast={}", address.broadcast().map(|all| all.to_string()).unwrap_or_default()));
    words.push(format!("scope={}", address.scope()));
    words.push(format!("label={}", address.label().unwrap_or_default()));
    words.join(" ")
}

/// What both say while nothing changes: the kernel is free to send and to learn what it likes.
fn agree(interfaces: &mut Interfaces) {
    let facts = |interfaces: &mut Interfaces| -> Vec<Facts> {
        let list = interfaces.list().unwrap();
        list.iter().map(|interface| told(interface, &list)).collect()
    };
    loop {
        let before = facts(interfaces);
        let mut beside: Vec<_> = json(&["-s", "-d", "addr"]).iter().map(said).collect();
        beside.sort_by_key(|facts| facts["ifindex"].parse::<u32>().unwrap());
        if before == facts(interfaces) {
            assert_eq!(before, beside);
            return;
        }
    }
}

#[test]
fn a_machine_as_it_is_has_the_interfaces_that_ip_lists() {
    let _limit = limit();
    if program("ip").is_none() {
        return;
    }
    agree(&mut Interfaces::open().unwrap());
}

#[test]
fn every_kind_of_interface_and_address_is_what_ip_says_it_is() {
    let _limit = limit();
    let _ = in_own_network(|| {
        let Some(Zoo { kinds, .. }) = zoo() else { return };
        let mut interfaces = Interfaces::open().unwrap();
        agree(&mut interfaces);
        let list = interfaces.list().unwrap();
        for (name, kind) in kinds {
            let found = list.iter().find(|interface| interface.name() == name).unwrap();
            assert_eq!(found.kind(), kind, "{name}");
        }
    });
}

fn named(interfaces: &[Interface], name: &str) -> Interface {
    interfaces.iter().find(|interface| interface.name() == name).unwrap().clone()
}

#[test]
fn lifetimes_pass_and_what_lasts_has_none() {
    let _limit = limit();
    let _ = in_own_network(|| {
        let Some(_) = zoo() else { return };
        let list = Interfaces::open().unwrap().list().unwrap();
        let address = |text: &str| {
            let address: IpAddr = text.parse().unwrap();
            *named(&list, "va").addresses().iter().find(|one| one.address() == address).unwrap()
        };
        let passing = address("10.8.0.1");
        let between = |time: Option<Duration>, most: u64| {
            assert!((most - 60..=most).contains(&time.unwrap().as_secs()), "{time:?}");
        };
        between(passing.valid_lifetime(), 500);
        between(passing.preferred_lifetime(), 400);
        assert_eq!(passing.scope(), AddressScope::Link);
        let old = address("fd00::1");
        between(old.valid_lifetime(), 1000);
        assert_eq!(old.preferred_lifetime(), Some(Duration::ZERO));
        assert!(old.flags().contains(AddressFlags::DEPRECATED));
        let lasting = address("10.0.0.1");
        assert_eq!((lasting.valid_lifetime(), lasting.preferred_lifetime()), (None, None));
        assert_eq!(lasting.network().to_string(), "10.0.0.0/24");
        let peer = address("10.9.0.1");
        assert_eq!((peer.peer(), peer.prefix_len()), (Some([10, 9, 0, 2].into()), 32));
        assert_eq!(peer.network().to_string(), "10.9.0.2/32");
    });
}

/// The routes as ip has them, one each hop.
fn routes_of_ip(words: &[&str], list: &[Interface]) -> BTreeSet<String> {
    let mut routes = BTreeSet::new();
    for route in json(words) {
        let table = route.get("table").map_or("main".to_owned(), text);
        if route["type"] != "unicast" || table == "local" {
            continue;
        }
        let table = if table == "main" { "254".to_owned() } else { table };
        let hops = route.get("nexthops").and_then(Value::as_array).cloned().unwrap_or(vec![route.clone()]);
        for hop in hops {
            let gateway =
                hop.get("gateway").or_else(|| hop.pointer("/via/host")).map(text).unwrap_or_default();
            let index = named(list, &text(&hop["dev"])).index();
            let metric = route.get("metric").map_or("0".to_owned(), text);
            let source = route.get("prefsrc").map(text).unwrap_or_default();
            let to = text(&route["dst"]);
            let to = match to.as_str() {
                "default" if words.contains(&"-6") => "::/0".to_owned(),
                "default" => "0.0.0.0/0".to_owned(),
                host if !host.contains('/') => {
                    format!("{host}/{}", if host.contains(':') { 128 } else { 32 })
                }
                _ => to,
            };
            routes.insert(format!("{to} {gateway} {index} {metric} {source} {table}"));
        }
    }
    routes
}

#[test]
fn routes_and_gateways_are_those_that_ip_lists() {
    let _limit = limit();
    let _ = in_own_network(|| {
        let Some(_) = zoo() else { return };
        let mut interfaces = Interfaces::open().unwrap();
        loop {
            let list = interfaces.list().unwrap();
            let ours = |interfaces: &mut Interfaces| -> BTreeSet<String> {
                let routes = interfaces.routes().unwrap();
                let words = routes.iter().map(|route| {
                    let some = |ip: Option<IpAddr>| ip.map(|ip| ip.to_string()).unwrap_or_default();
                    let (to, index) = (route.destination(), route.interface().unwrap());
                    let (gateway, source) = (some(route.gateway()), some(route.source()));
                    format!("{to} {gateway} {index} {} {source} {}", route.metric(), route.table())
                });
                words.collect()
            };
            let before = ours(&mut interfaces);
            let mut beside = routes_of_ip(&["-d", "route", "show", "table", "all"], &list);
            beside.extend(routes_of_ip(&["-d", "-6", "route", "show", "table", "all"], &list));
            beside.retain(|route| !(route.starts_with("0.0.0.0/0 fe80")));
            if before == ours(&mut interfaces) {
                assert_eq!(before, beside);
                break;
            }
        }
        let gateways = named(&interfaces.list().unwrap(), "va").gateways().unwrap().to_vec();
        let gateways: Vec<_> = gateways.iter().map(IpAddr::to_string).collect();
        assert_eq!(gateways, ["10.0.0.8", "10.0.0.9", "fe80::9"]);
    });
}

#[test]
fn an_interface_is_found_by_any_name_by_index_and_by_address() {
    let _limit = limit();
    let _ = in_own_network(|| {
        let Some(_) = zoo() else { return };
        let mut interfaces = Interfaces::open().unwrap();
        let va = interfaces.by_name("va").unwrap();
        for name in ["my alias", "averylongaltnameofva"] {
            assert_eq!(interfaces.by_name(name).unwrap().index(), va.index(), "{name}");
        }
        assert_eq!(interfaces.by_address([10, 0, 0, 2]).unwrap().name(), "va");
        assert_eq!(interfaces.by_name("v0.5").unwrap().name(), "v0.5");
        for interface in interfaces.list().unwrap() {
            let again = interfaces.by_index(interface.index()).unwrap();
            assert_eq!(again.name(), interface.name());
            assert_eq!(interfaces.by_name(interface.name()).unwrap().index(), interface.index());
        }
        let missing = interfaces.by_name("eth9").unwrap_err();
        assert!(missing.is_no_such_interface(), "{missing}");
        let said = missing.to_string();
        assert!(said.contains("\"eth9\"") && said.contains("lo, ") && said.contains("va"), "{said}");
        assert!(interfaces.by_index(0).unwrap_err().to_string().contains("index 0"));
        assert!(interfaces.by_address([9, 9, 9, 9]).unwrap_err().is_no_such_interface());
    });
}

#[test]
fn the_states_are_apart_and_groups_are_for_interfaces_that_run() {
    let _limit = limit();
    let _ = in_own_network(|| {
        let Some(_) = zoo() else { return };
        let mut interfaces = Interfaces::open().unwrap();
        let list = interfaces.list().unwrap();
        // The peer of `v0.5` is disabled: that is an unplugged cable.
        let unplugged = named(&list, "v0.5");
        assert!(unplugged.is_enabled() && !unplugged.is_running());
        assert_eq!(unplugged.state(), OperationalState::LowerLayerDown);
        let disabled = named(&list, "v0.6");
        assert!(!disabled.is_enabled());
        assert_eq!(disabled.state(), OperationalState::Down);
        let loopback = named(&list, "lo");
        assert!(loopback.is_running() && loopback.is_loopback());
        assert_eq!(loopback.state(), OperationalState::Unknown);
        let names: Vec<_> = interfaces.multicast().unwrap().iter().map(|one| one.name().to_owned()).collect();
        assert!(names.contains(&"va".to_owned()) && names.contains(&"vb".to_owned()), "{names:?}");
        assert!(["lo", "v0.5", "v0.6"].iter().all(|name| !names.contains(&(*name).to_owned())), "{names:?}");
    });
}

#[test]
fn the_speed_is_the_one_that_the_driver_tells() {
    let _limit = limit();
    let _ = in_own_network(|| {
        let Some(_) = zoo() else { return };
        let list = Interfaces::open().unwrap().list().unwrap();
        // A pair has ten gigabits, as its driver says; tunnels and bridges without ports say nothing.
        assert_eq!(named(&list, "va").speed(), Some(10_000_000_000));
        assert_eq!(named(&list, "lo").speed(), None);
    });
}

#[test]
fn what_passes_is_counted() {
    let _limit = limit();
    let _ = in_own_network(|| {
        let mut interfaces = Interfaces::open().unwrap();
        let mut counters = || *interfaces.by_name("lo").unwrap().counters().unwrap();
        let before = counters();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        for _ in 0..100 {
            socket.send_to(&[0; 972], socket.local_addr().unwrap()).unwrap();
        }
        let after = counters();
        // With the headers of IP and UDP, 28 bytes.
        assert_eq!(after.tx_packets - before.tx_packets, 100);
        assert_eq!(after.tx_bytes - before.tx_bytes, 100 * (972 + 28));
        assert_eq!((after.rx_packets, after.rx_bytes), (after.tx_packets, after.tx_bytes));
    });
}

#[test]
fn an_address_of_the_link_layer_is_one_to_open_a_packet_socket_on() {
    let _limit = limit();
    let _ = in_own_network(|| {
        let Some(_) = zoo() else { return };
        let va = Interfaces::open().unwrap().by_name("va").unwrap();
        assert_eq!(va.hardware_address(), [2, 0, 0, 0, 0, 1]);
        assert_eq!(va.link_address().hardware_address(), va.hardware_address());
        assert_eq!((va.hardware_type(), va.zone().as_index()), (1, Some(va.index())));
        let socket = PacketSocket::bind(berkeley::packet::PacketKind::Raw, va.zone(), 0x800).unwrap();
        assert_eq!(socket.local_address().unwrap().interface().as_index(), Some(va.index()));
    });
}

#[test]
fn link_local_addresses_are_bound_as_they_are_listed() {
    let _limit = limit();
    let _ = in_own_network(|| {
        let Some(_) = zoo() else { return };
        let mut bound = 0;
        for address in Interfaces::open().unwrap().addresses().unwrap() {
            let unfit = AddressFlags::TENTATIVE | AddressFlags::DUPLICATED;
            if !address.flags().intersects(unfit) {
                UdpSocket::bind(address.with_port(0)).unwrap_or_else(|error| panic!("{address:?}: {error}"));
                bound += 1;
            }
        }
        assert!(bound > 5, "{bound}");
    });
}

#[test]
fn getifs_lists_the_same() {
    let _limit = limit();
    let _ = in_own_network(|| {
        let Some(_) = zoo() else { return };
        let mut interfaces = Interfaces::open().unwrap();
        let theirs: BTreeSet<_> = getifs::interfaces()
            .unwrap()
            .iter()
            .map(|one| (one.index(), one.name().to_string(), one.mtu()))
            .collect();
        let ours: BTreeSet<_> = interfaces
            .list()
            .unwrap()
            .iter()
            .map(|one| (one.index(), one.name().to_owned(), one.mtu().unwrap()))
            .collect();
        assert_eq!(theirs, ours);
        // It has the peer for the address of a point-to-point link; beside the kernel those are left out.
        let key = |index, address: IpAddr, prefix| (index, address, prefix);
        let list = interfaces.addresses().unwrap();
        let peers: BTreeSet<_> = list.iter().filter_map(InterfaceAddress::peer).collect();
        let ours: BTreeSet<_> = list
            .iter()
            .filter(|one| one.peer().is_none())
            .map(|one| key(one.interface(), one.address(), one.prefix_len()))
            .collect();
        let with_peers: BTreeSet<_> =
            list.iter().filter(|one| one.peer().is_some()).map(InterfaceAddress::address).collect();
        let theirs: BTreeSet<_> = getifs::interface_addrs()
            .unwrap()
            .iter()
            .map(|one| key(one.index(), one.addr(), one.prefix_len()))
            .filter(|one| !peers.contains(&one.1) && !with_peers.contains(&one.1))
            .collect();
        assert_eq!(theirs, ours);
    });
}

#[test]
fn netdev_lists_the_same() {
    let _limit = limit();
    let _ = in_own_network(|| {
        let Some(_) = zoo() else { return };
        let list = Interfaces::open().unwrap().list().unwrap();
        let mut theirs = netdev::get_interfaces();
        theirs.sort_by_key(|one| one.index);
        assert_eq!(theirs.len(), list.len());
        for (their, our) in theirs.iter().zip(&list) {
            assert_eq!((their.index, their.name.as_str(), their.mtu), (our.index(), our.name(), our.mtu()));
            // It knows addresses of the hardware of six bytes alone, and has zeros for the loopback.
            let mac = their.mac_addr.map(|mac| mac.octets()).filter(|_| our.hardware_address().len() == 6);
            assert_eq!(mac.as_ref().map_or(&[][..], |mac| mac), our.hardware_address(), "{}", our.name());
            // It has the peer for the address of a point-to-point link, as getifs.
            let ours: BTreeSet<_> = our
                .addresses()
                .iter()
                .filter(|one| one.peer().is_none())
                .map(|one| (one.address(), one.prefix_len()))
                .collect();
            let v4 = their.ipv4.iter().map(|net| (IpAddr::V4(net.addr()), net.prefix_len()));
            let v6 = their.ipv6.iter().map(|net| (IpAddr::V6(net.addr()), net.prefix_len()));
            let has_peer = |address: &IpAddr| {
                our.addresses()
                    .iter()
                    .filter(|one| one.peer().is_some())
                    .any(|one| one.address() == *address || one.peer() == Some(*address))
            };
            let theirs: BTreeSet<_> = v4.chain(v6).filter(|(address, _)| !has_peer(address)).collect();
            assert_eq!(theirs, ours, "{}", our.name());
        }
    });
}

#[test]
fn a_list_that_changes_under_way_is_asked_for_again_and_whole() {
    const STABLE: u32 = 1500;
    let _limit = limit();
    let _ = in_own_network(|| {
        let add = |number: u32, word: &str| {
            format!("addr {word} {}/32 dev lo\n", Ipv4Addr::from(0x0a00_0001 + number))
        };
        if !need(program("ip").is_some(), "ip") {
            return;
        }
        sample_network::batch(&(0..STABLE).map(|number| add(number, "add")).collect::<String>());
        let stop = std::sync::atomic::AtomicBool::new(false);
        let restless: String =
            (0..200).map(|at| add(STABLE + 7, if at % 2 == 0 { "add" } else { "del" })).collect();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    sample_network::batch(&restless);
                }
            });
            let mut interfaces = Interfaces::open().unwrap();
            let mut repeated = 0;
            while repeated < 3 {
                let (list, calls) = calls_of(|| interfaces.addresses());
                // One that never settles says so; then it is asked once more.
                let Ok(list) = list else { continue };
                repeated += usize::from(calls.iter().filter(|call| **call == Operation::Send).count() > 1);
                let there: BTreeSet<_> = list.iter().map(InterfaceAddress::address).collect();
                assert_eq!(there.len(), list.len(), "none is there twice");
                assert!(
                    (0..STABLE).all(|number| there.contains(&Ipv4Addr::from(0x0a00_0001 + number).into()))
                );
            }
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        });
    });
}

#[test]
fn addresses_are_one_question_to_the_kernel() {
    let _limit = limit();
    let _ = in_own_network(|| {
        let mut interfaces = Interfaces::open().unwrap();
        let (list, calls) = calls_of(|| interfaces.addresses());
        assert_eq!(list.unwrap()[0].address(), IpAddr::from(Ipv4Addr::LOCALHOST));
        let sends = calls.iter().filter(|call| **call == Operation::Send).count();
        assert!(sends == 1 && calls.len() <= 3, "{calls:?}");
    });
}

#[test]
fn what_fails_is_told_and_the_next_list_is_whole() {
    let _limit = limit();
    let _ = in_own_network(|| {
        let Some(_) = zoo() else { return };
        let mut interfaces = Interfaces::open().unwrap();
        let whole = interfaces.addresses().unwrap().len();
        for (operation, errno) in [(Operation::Send, Errno::NOMEM), (Operation::Receive, Errno::NOBUFS)] {
            let faults = Faults::fail(operation, errno, 1);
            assert_eq!(interfaces.list().unwrap_err().errno(), Some(errno));
            drop(faults);
            assert_eq!(interfaces.addresses().unwrap().len(), whole);
        }
        // An answer that nobody has read to its end is no answer to the next question.
        for skip in 0..8 {
            let faults = Faults::fail_after(skip, Operation::Receive, Errno::NOMEM, 1);
            assert!(interfaces.list().is_err());
            drop(faults);
            assert_eq!(interfaces.addresses().unwrap().len(), whole, "{skip}");
            assert!(interfaces.list().unwrap().iter().any(|one| one.speed().is_some()), "{skip}");
        }
        let faults = Faults::fail(Operation::Receive, Errno::INTR, 2);
        assert_eq!(interfaces.addresses().unwrap().len(), whole);
        drop(faults);
        let faults = Faults::fail(Operation::Open, Errno::MFILE, 1);
        assert!(Interfaces::open().unwrap_err().is_descriptor_limit());
        drop(faults);
    });
}

#[test]
fn this_machine_has_the_name_that_hostname_says() {
    let _limit = limit();
    let said = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    assert_eq!(host_name().unwrap(), said.trim());
    let domain = std::fs::read_to_string("/proc/sys/kernel/domainname").unwrap();
    assert_eq!(domain_name().unwrap().as_deref().unwrap_or("(none)"), domain.trim());
    let faults = Faults::fail(Operation::HostName, Errno::PERM, 2);
    assert!(host_name().unwrap_err().is_permission_denied());
    assert!(domain_name().unwrap_err().is_permission_denied());
    drop(faults);
}

#[test]
fn a_list_lasts_no_longer_than_it_should_on_a_machine_with_many() {
    let _limit = limit();
    let _ = in_own_network(|| {
        if ip(&["link", "add", "m0", "type", "veth", "peer", "name", "n0"]).is_err() {
            let _ = need(false, "interfaces of the kind veth");
            return;
        }
        let more: String = (1..150).map(|at| format!("link add m{at} type veth peer name n{at}\n")).collect();
        sample_network::batch(&more);
        let mut interfaces = Interfaces::open().unwrap();
        let before = Deadline::after(SECOND * 20);
        let list = interfaces.list().unwrap();
        assert!(!before.has_passed());
        assert!(list.len() >= 301, "{}", list.len());
        assert!(list.is_sorted_by_key(Interface::index));
        let pairs = list.iter().filter(|one| one.kind() == InterfaceKind::Veth);
        assert!(pairs.clone().all(|one| one.parent().is_some_and(|parent| parent != one.index())));
        assert_eq!(pairs.count(), 300);
    });
}

/// The groups that ip lists, each with the index of its interface and how often it was joined.
fn groups_of_ip() -> BTreeMap<(u32, IpAddr), u32> {
    let mut groups = BTreeMap::new();
    for interface in json(&["maddr"]) {
        let index = u32::try_from(interface["ifindex"].as_u64().unwrap()).unwrap();
        for group in interface["maddr"].as_array().unwrap() {
            if let Some(address) = group["address"].as_str() {
                let users = group["users"].as_u64().map_or(1, |users| u32::try_from(users).unwrap());
                groups.insert((index, address.parse().unwrap()), users);
            }
        }
    }
    groups
}

#[test]
fn groups_are_as_ip_says_before_and_after_a_socket_joins_one() {
    let _limit = limit();
    let _ran = in_own_network(|| {
        let made = ip(&["link", "add", "one", "type", "veth", "peer", "name", "other"])
            .and_then(|()| ip(&["addr", "add", "192.0.2.1/24", "dev", "one"]))
            .and_then(|()| ip(&["link", "set", "one", "up"]));
        if !need(made.is_ok(), "interfaces of the type veth") {
            return;
        }
        let mut interfaces = Interfaces::open().unwrap();
        let index = interfaces.by_name("one").unwrap().index();
        let ours = |interfaces: &mut Interfaces| -> BTreeMap<_, _> {
            let groups = interfaces.groups().unwrap();
            groups.iter().map(|group| ((group.index(), group.address()), group.users().unwrap())).collect()
        };
        assert_eq!(ours(&mut interfaces), groups_of_ip());

        let group = Ipv4Addr::new(239, 1, 2, 3);
        let sockets = [(); 2].map(|()| UdpSocket::bind("0.0.0.0:0").unwrap());
        for socket in &sockets {
            socket.join_multicast_v4(&group, &Ipv4Addr::new(192, 0, 2, 1)).unwrap();
        }
        let group6 = "ff05::1:3".parse().unwrap();
        let six = UdpSocket::bind("[::]:0");
        if let Ok(six) = &six {
            six.join_multicast_v6(&group6, index).unwrap();
        }
        let joined = ours(&mut interfaces);
        assert_eq!(joined, groups_of_ip());
        assert_eq!(joined.get(&(index, group.into())), Some(&2));
        assert_eq!(joined.contains_key(&(index, group6.into())), six.is_ok());

        drop((sockets, six));
        // A program that another test is just starting may have copies of the sockets for a moment.
        let gone = [(index, group.into()), (index, group6.into())];
        while gone.iter().any(|group| ours(&mut interfaces).contains_key(group)) {
            std::thread::yield_now();
        }
    });
}

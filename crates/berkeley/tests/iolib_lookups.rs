//! IOLib's tests of lookups. What asked the Internet there asks a server of the test's own in `name_server.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::Ipv4Addr;

use berkeley::name::{Families, HostsFile, ProtocolEntry, Query, ServiceEntry, address, port};
use berkeley::{Address, Interest, Protocol, Resolver, SECOND, wait_for};
use berkeley_testkit::limit;

#[test]
fn t_i_36_missing_hosts_file() {
    let _limit = limit();
    assert_eq!(HostsFile::read("/foo/no-such-file").unwrap(), HostsFile::default());
    assert!(HostsFile::read("/foo/no-such-file").unwrap().entries().is_empty());
    // A file that is there and cannot be read is another thing.
    assert!(HostsFile::read(env!("CARGO_MANIFEST_DIR")).is_err());
}

#[test]
fn t_i_40_lookup_hostname_4() {
    let _limit = limit();
    let host = Query::name("127.0.0.1").ask().unwrap();
    assert_eq!(host.addresses(), [Address::from((Ipv4Addr::LOCALHOST, 0))]);
    assert_eq!(Query::address(Ipv4Addr::LOCALHOST).numeric().ask().unwrap().name(), "127.0.0.1");
}

#[test]
fn t_i_41_lookup_hostname_5() {
    let _limit = limit();
    let error = Query::name("127.0.0").ask().unwrap_err();
    assert!(error.parse_error().is_some() && error.name() == Some("127.0.0"), "{error}");
}

#[test]
fn t_i_43_lookup_service_1() {
    let _limit = limit();
    let ssh = ServiceEntry::by_name("ssh", Protocol::TCP).unwrap();
    assert_eq!((ssh.port(), ssh.name(), ssh.protocol_name()), (22, "ssh", "tcp"));
}

#[test]
fn t_i_44_lookup_service_2() {
    let _limit = limit();
    let domain = ServiceEntry::by_port(53, Protocol::UDP).unwrap();
    assert_eq!((domain.port(), domain.name(), domain.protocol_name()), (53, "domain", "udp"));
}

#[test]
fn t_i_45_lookup_service_3() {
    let _limit = limit();
    assert_eq!(ServiceEntry::by_port(1024, Protocol::TCP), None);
    // It has no name, and is a port all the same.
    assert_eq!(port("1024", Protocol::TCP).unwrap(), 1024);
    assert!(port("65536", Protocol::TCP).unwrap_err().is_invalid());
}

#[test]
fn t_i_46_lookup_protocol_1() {
    let _limit = limit();
    let tcp = ProtocolEntry::by_name("tcp").unwrap();
    assert_eq!((tcp.number(), tcp.name(), tcp.protocol()), (6, "tcp", Protocol::TCP));
}

#[test]
fn t_i_47_lookup_protocol_2() {
    let _limit = limit();
    let udp = ProtocolEntry::by_name("udp").unwrap();
    assert_eq!((udp.number(), udp.name()), (17, "udp"));
}

#[test]
fn t_i_48_lookup_protocol_3() {
    let _limit = limit();
    let error = ProtocolEntry::by_name("nonexistent-protocol").unwrap_err();
    assert!(error.is_no_such_protocol() && error.name() == Some("nonexistent-protocol"));
    assert_eq!(error.to_string(), "look up \"nonexistent-protocol\": no such protocol is known");
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
}

#[test]
fn t_i_49_lookup_protocol_4() {
    let _limit = limit();
    assert_eq!(ProtocolEntry::by_number(6).unwrap().name(), "tcp");
    assert_eq!(ProtocolEntry::by_number(60_000), None);
}

/// Aliases, another protocol, and any protocol; the original failed where a line was of a third one.
#[test]
fn services_by_alias_and_of_any_protocol() {
    let _limit = limit();
    let list = "http 80/tcp www web\namqp 5672/sctp\nddp-thing 1/ddp\ndomain 53/tcp\ndomain 53/udp\n";
    let entries: Vec<_> = ServiceEntry::parse(list).collect();
    assert_eq!(entries.len(), 5);
    assert_eq!(entries[0].aliases().collect::<Vec<_>>(), ["www", "web"]);
    assert_eq!(entries[1].protocol(), Some(Protocol::SCTP));
    assert_eq!((entries[2].protocol_name(), entries[2].protocol()), ("ddp", None));

    assert_eq!(ServiceEntry::by_name("ssh", None).unwrap().port(), 22);
    assert_eq!(ServiceEntry::by_name("SSH", None).unwrap().name(), "ssh");
    assert_eq!(ServiceEntry::by_name("ssh", Protocol::MPTCP).unwrap().port(), 22);
    let error = ServiceEntry::by_name("ssh", Protocol::SCTP).unwrap_err();
    let of = if cfg!(windows) { "" } else { "sctp" };
    let expected = format!("look up \"ssh\": no such service is known: it is a service of tcp, not of {of}");
    assert!(error.to_string().starts_with(&expected), "{error}");
    let error = ServiceEntry::by_name("telnett", None).unwrap_err();
    assert!(error.to_string().contains("did you mean \"telnet"), "{error}");
}

#[test]
fn the_family_that_is_wanted_is_the_one_that_is_told() {
    let _limit = limit();
    assert!(Query::name("127.0.0.1").families(Families::V6).ask().unwrap_err().is_no_data());
    assert!(Query::name("::1").families(Families::V6).ask().is_ok());
    assert!(Query::name("localhost").numeric().ask().unwrap_err().is_invalid());
}

#[test]
fn a_port_in_an_address_may_be_a_service() {
    let _limit = limit();
    for (text, right) in
        [("127.0.0.1:ssh", "127.0.0.1:22"), ("[::1]:ssh", "[::1]:22"), ("1.2.3.4:5", "1.2.3.4:5")]
    {
        assert_eq!(address(text, Protocol::TCP).unwrap(), right.parse().unwrap(), "{text}");
    }
    assert!(address("127.0.0.1:nosuch", None).unwrap_err().is_no_such_service());
    for wrong in [
        "::1:ssh",
        "localhost:ssh",
        "10.0.0.300:ssh",
        "[::1]",
        "1.2.3.4:",
        "127.0.0.1",
        "[::1:ssh",
        ":ssh",
        "",
    ] {
        assert!(address(wrong, None).unwrap_err().parse_error().is_some(), "{wrong}");
    }
}

#[test]
fn the_loopback_is_found_by_its_name_as_a_source_and_waiting() {
    let _limit = limit();
    let query = Query::name("localhost");
    let lookup = Resolver::system().start(&query).unwrap();
    assert!(!wait_for(&lookup, Interest::READABLE, SECOND * 30).unwrap().is_empty());
    let host = lookup.now().unwrap().unwrap();
    assert!(host.addresses().iter().all(Address::is_loopback) && !host.addresses().is_empty());
    assert_eq!(host, query.ask().unwrap());
    let connect: Vec<Option<u16>> = host.with_port(80).map(|address| address.port()).collect();
    assert!(connect.iter().all(|port| *port == Some(80)) && connect.len() == host.addresses().len());
}

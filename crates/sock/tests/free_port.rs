//! `sock free-port`: what it prints can be bound, and what is taken is not printed.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test ends with what is wrong")]

#[path = "common/ask.rs"]
mod ask;
mod common;

use std::collections::BTreeSet;

use ask::ask;
use berkeley::{TcpListener, UdpSocket};
use berkeley_testkit::limit;
use serde_json::Value;

fn ports(arguments: &[&str]) -> Vec<u16> {
    let answer = ask(&[&["free-port"], arguments].concat(), "");
    answer.lines(0).iter().map(|line| line.parse().unwrap()).collect()
}

#[test]
fn ports_differ_and_can_be_bound() {
    let _limit = limit();
    for host in ["127.0.0.1", "[::1]"] {
        let found = ports(&["--both", "--count", "50", host]);
        assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), 50);
        // Another program can be faster, which the help says: not fifty times.
        let bound = found.iter().filter(|port| {
            let address = format!("{host}:{port}");
            TcpListener::bind(address.as_str()).is_ok() && UdpSocket::bind(address.as_str()).is_ok()
        });
        assert!(bound.count() > 40, "{found:?}");
    }
}

#[test]
fn a_port_that_is_taken_is_not_found() {
    let _limit = limit();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (tcp_port, udp_port) = (tcp.local_address().unwrap(), udp.local_address().unwrap());
    let (tcp_port, udp_port) = (tcp_port.port().to_string(), udp_port.port().to_string());
    for (arguments, port) in
        [(&[][..], &tcp_port), (&["--udp"], &udp_port), (&["--both"], &tcp_port), (&["--both"], &udp_port)]
    {
        let answer = ask(&[&["free-port", "127.0.0.1", "--range", port], arguments].concat(), "");
        assert!(answer.lines(1).is_empty());
        let said = format!("error: from {port} to {port} there are 0 free ports, and 1 were wanted");
        assert_eq!(answer.said, said);
        // On all addresses it is taken as well.
        assert!(ask(&[&["free-port", "--range", port], arguments].concat(), "").lines(1).is_empty());
    }
}

#[test]
fn a_range_gives_its_lowest_ports() {
    let _limit = limit();
    // Twenty ports, of which most are free, above those that the system chooses from.
    let found = ports(&["127.0.0.1", "--range", "61100-61999", "--count", "20"]);
    assert!(found.is_sorted() && found.iter().all(|port| (61100..=61999).contains(port)), "{found:?}");
    assert_eq!(found.len(), 20);
}

#[test]
fn families_and_protocols_are_chosen() {
    let _limit = limit();
    for arguments in
        [&[][..], &["-4"], &["-6"], &["--udp"], &["*", "--both"], &["::1"], &["0.0.0.0"], &["[::]"]]
    {
        assert_eq!(ports(arguments).len(), 1, "{arguments:?}");
    }
    let json = ask(&["free-port", "--json", "127.0.0.1"], "");
    let document: Value = serde_json::from_str(&json.out).unwrap();
    assert!(document["results"][0]["port"].as_u64().is_some_and(|port| port > 0), "{document}");
}

#[test]
fn mistakes_are_pointed_at() {
    let _limit = limit();
    let rows: &[(&[&str], &str)] = &[
        (
            &["10.0.0.300"],
            "octet 300 is out of range (0 to 255)\n  10.0.0.300\n         ^^^    write 127.0.0.1, [::1], or * for all addresses",
        ),
        (&["--range", "9-1"], "the range ends before it begins\n  --range 9-1\n            ^    write 1-9"),
        (
            &["--range", "1-99999"],
            "\"99999\" is not a port\n  --range 1-99999\n            ^^^^^    write 1 to 65535",
        ),
        (&["--count", "0"], "0 is out of range (1 to 1000000)\n  --count 0\n          ^"),
        (&["--count", "65537"], "65537 is out of range (1 to 65536)\n  --count 65537\n          ^^^^^"),
        (&["-4", "::1"], "-4 asks for IPv4, which ::1 is not\n  ::1\n  ^^^"),
    ];
    for (arguments, message) in rows {
        let answer = ask(&[&["free-port"], *arguments].concat(), "");
        assert_eq!((answer.code, answer.said.as_str()), (Some(2), format!("error: {message}").as_str()));
    }
    // An address that is not this machine's, of the block for documentation.
    let answer = ask(&["free-port", "192.0.2.1"], "");
    assert_eq!((answer.code, answer.out.as_str()), (Some(8), ""));
    assert!(
        answer.said.starts_with("error: find a free port on 192.0.2.1: not an address of this machine"),
        "{}",
        answer.said
    );
}

//! Names of which one address leads nowhere: `sock connect` and `sock forward` are at the other in a quarter of a second.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test ends with what is wrong")]

mod common;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use berkeley_testkit::{in_own_network, ip, limit, need, replace_files};
use common::sock;

/// Runs a test in a network of its own, in which `both.test` is first an address of IPv6 whose neighbour is silent, and then
/// the loopback.
fn with_both(body: impl FnOnce() + Send) {
    let _limit = limit();
    let _ran = in_own_network(|| {
        let hosts = [("/etc/hosts", "fd77::9 both.test\n127.0.0.1 both.test localhost\n")];
        let replaced = replace_files(&hosts);
        let lines = [
            "link add va type veth peer name vb",
            "link set va up",
            "link set vb up",
            "addr add fd77::1/64 dev va nodad",
            "neigh add fd77::9 lladdr 02:00:00:00:00:09 dev va",
        ];
        let made = lines.map(|line| ip(&line.split(' ').collect::<Vec<_>>()));
        let is_made = replaced.is_ok() && made.iter().all(Result::is_ok);
        if need(is_made, "a network with files of its own") {
            body();
        }
    });
}

/// One address leads nowhere, the other to a listener: it is a matter of a quarter of a second.
#[test]
fn the_addresses_of_a_name_are_raced() {
    with_both(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("tcp://both.test:{}", listener.local_addr().unwrap().port());
        let client = sock(&["connect", "-v", &format!("{address}?user-timeout=30s")]);
        drop(listener.accept().unwrap());
        let said = client.finish(0).1;
        let tried: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("trying tcp://")).collect();
        assert!(tried[0].starts_with("[fd77::9]:") && tried[1].starts_with("127.0.0.1:"), "{said}");
        assert!(said.contains("connected to tcp://127.0.0.1:"), "{said}");
        drop(listener);
        let said = sock(&["connect", "--timeout", "1s", &address]).finish(4).1;
        assert!(said.starts_with(&format!("error: connect {address}: no answer in time after ")), "{said}");
        assert!(said.contains("127.0.0.1:") && said.contains("(ECONNREFUSED), [fd77::9]:"), "{said}");
        assert!(said.ends_with(": no answer"), "{said}");
    });
}

/// Every client of a forwarder has a race of its own; one that nobody wins is the client's end alone.
#[test]
fn a_forwarder_races_the_addresses_of_its_target() {
    with_both(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = format!("tcp://both.test:{}", listener.local_addr().unwrap().port());
        let mut forward = sock(&["forward", "-v", "--timeout", "30s", "tcp://127.0.0.1:0", &target]);
        let address = forward.address();
        let client = || TcpStream::connect(address.trim_start_matches("tcp://")).unwrap();
        let mut clients: Vec<_> = (0..8).map(|_| client()).collect();
        let mut taken: Vec<_> = (0..8).map(|_| listener.accept().unwrap().0).collect();
        for client in &mut clients {
            client.write_all(b"question").unwrap();
        }
        for peer in &mut taken {
            peer.read_exact(&mut [0; 8]).unwrap();
            peer.write_all(b"answer").unwrap();
        }
        for client in &mut clients {
            client.read_exact(&mut [0; 6]).unwrap();
        }
        drop((clients, taken));
        forward.terminate();
    });
}

#[test]
fn a_race_that_nobody_wins_ends_its_client() {
    with_both(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = format!("tcp://both.test:{}", listener.local_addr().unwrap().port());
        let mut forward = sock(&["forward", "-v", "--timeout", "1s", "tcp://127.0.0.1:0", &target]);
        let address = forward.address();
        drop(listener);
        let mut client = TcpStream::connect(address.trim_start_matches("tcp://")).unwrap();
        assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
        forward.line_with(&format!("connect {target}: no answer in time after "));
        let said = forward.line_with("127.0.0.1:");
        assert!(said.contains("[fd77::9]:"), "{said}");
        forward.terminate();
    });
}

/// A client that goes while its race is under way leaves nothing behind.
#[test]
fn a_client_that_goes_leaves_no_race_behind() {
    with_both(|| {
        let mut forward = sock(&["forward", "--timeout", "200ms", "tcp://127.0.0.1:0", "tcp://both.test:9"]);
        let address = forward.address();
        let mut open_after_a_few = || {
            for _ in 0..20 {
                drop(TcpStream::connect(address.trim_start_matches("tcp://")).unwrap());
            }
            for _ in 0..20 {
                forward.line_with("no answer in time after ");
            }
            std::fs::read_dir(format!("/proc/{}/fd", forward.id)).unwrap().count()
        };
        let first = open_after_a_few();
        assert!(open_after_a_few() <= first);
        forward.terminate();
    });
}

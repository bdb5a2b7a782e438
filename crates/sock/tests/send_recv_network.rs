//! `sock send` and `sock recv` between two hosts, each a network of its own, with cables between them.
#![allow(clippy::unwrap_used, reason = "a test ends with what is wrong")]
#![cfg(target_os = "linux")]

mod common;
#[path = "common/messages.rs"]
mod messages;

use berkeley_testkit::{in_own_network, ip, limit, need, program};
use common::{Running, sock, start, until};
use messages::{Hearer, hearer, hearer_as, texts};
use serde_json::Value;

/// Another host: its network is that of a process, which ends with its standard input.
struct Host {
    process: Running,
}

const SOCK: &str = env!("CARGO_BIN_EXE_sock");

impl Host {
    fn new() -> Self {
        let mut process = start("unshare", &["-n", "sh", "-c", "echo there; cat"]);
        assert_eq!(process.read_exact(6), b"there\n");
        Self { process }
    }

    /// Starts a program there.
    fn start(&self, program: &str, arguments: &[&str]) -> Running {
        let id = self.process.id.to_string();
        start("nsenter", &[&["-t", &id, "-n", program], arguments].concat())
    }

    fn ip(&self, line: &str) {
        self.start("ip", &line.split(' ').collect::<Vec<_>>()).finish(0);
    }

    /// Sends something from there.
    fn send(&self, arguments: &[&str]) {
        self.start(SOCK, &[&["send"], arguments].concat()).finish(0);
    }
}

fn run(line: &str) {
    ip(&line.split(' ').collect::<Vec<_>>()).unwrap();
}

/// Lays a cable to the other host: `a<number>` at this end, `b<number>` at the other, the second address of each network.
fn cable(host: &Host, number: usize) {
    run(&format!("link add a{number} type veth peer name b{number} netns {}", host.process.id));
    run(&format!("addr add 10.7.{number}.1/24 brd + dev a{number}"));
    run(&format!("addr add fe80::{number}:1/64 dev a{number} nodad"));
    run(&format!("link set a{number} up"));
    host.ip(&format!("addr add 10.7.{number}.2/24 brd + dev b{number}"));
    host.ip(&format!("addr add 10.7.{number}.3/24 brd + dev b{number}"));
    host.ip(&format!("addr add fe80::{number}:2/64 dev b{number} nodad"));
    host.ip(&format!("link set b{number} up"));
    // The kernel says a moment later that frames pass.
    let mut interfaces = berkeley::Interfaces::open().unwrap();
    until("frames pass", || interfaces.by_name(&format!("a{number}")).unwrap().is_running());
}

/// Runs a test with two cables to another host.
fn with_host(test: impl FnOnce(&Host) + Send) {
    let _limit = limit();
    let _ran = in_own_network(|| {
        let there = ["ip", "unshare", "nsenter"].iter().all(|name| program(name).is_some());
        let made = || ip(&["link", "add", "x", "type", "veth", "peer", "name", "y"]).is_ok();
        if !need(there && made(), "ip, unshare, nsenter, and interfaces of the kind veth") {
            return;
        }
        run("link del x");
        let host = Host::new();
        (0..2).for_each(|number| cable(&host, number));
        test(&host);
    });
}

fn field<'a>(records: &'a [Value], name: &str) -> Vec<&'a str> {
    records.iter().map(|record| record[name].as_str().unwrap()).collect()
}

#[test]
fn a_group_is_heard_on_every_interface_and_on_those_that_come() {
    with_host(|host| {
        for group in ["239.255.7.7", "[ff02::77]", "[ff15::77]"] {
            let mut receiver = hearer(&["--expect", "end", &format!("mcast://{group}:0")]);
            let to = format!("mcast://{group}:{}", receiver.port());
            host.send(&[&format!("{to}?if=b0&ttl=3"), "by 0"]);
            host.send(&[&format!("{to}?if=b1"), "by 1"]);
            cable(host, 2);
            receiver.running.line_with(" on a2");
            host.send(&[&format!("{to}?if=b2"), "by 2"]);
            run("link del a2");
            receiver.running.line_with("left ");
            host.send(&[&format!("{to}?if=b0"), "end"]);
            let records = receiver.ends_with(0);
            assert_eq!(texts(&records), ["by 0", "by 1", "by 2", "end"], "{group}");
            assert_eq!(field(&records[..2], "interface"), ["a0", "a1"]);
            assert_eq!((&records[0]["ttl"], &records[1]["ttl"]), (&3.into(), &1.into()));
            assert_eq!(field(&records, "to"), vec![to.as_str(); 4]);
        }
    });
}

#[test]
fn a_group_is_heard_on_one_interface_or_filtered_source() {
    with_host(|host| {
        let on_one = hearer(&["--expect", "end", "mcast://239.255.7.8:0?if=a1"]);
        let filtered = hearer(&["--expect", "end", "mcast://232.7.7.7:0?source=10.7.0.3"]);
        let to = |receiver: &Hearer, group: &str, number: usize| {
            format!("mcast://{group}:{}?if=b{number}", receiver.port())
        };
        host.send(&[&to(&on_one, "239.255.7.8", 0), "elsewhere"]);
        host.send(&[&to(&on_one, "239.255.7.8", 1), "end"]);
        host.send(&["--source", "10.7.0.2", &to(&filtered, "232.7.7.7", 0), "another"]);
        host.send(&["--source", "10.7.0.3", &to(&filtered, "232.7.7.7", 0), "end"]);
        assert_eq!(texts(&on_one.ends_with(0)), ["end"]);
        let records = filtered.ends_with(0);
        assert_eq!(texts(&records), ["end"]);
        assert!(field(&records, "from")[0].starts_with("udp://10.7.0.3:"));
    });
}

#[test]
fn a_group_is_sent_to_by_every_interface() {
    with_host(|host| {
        let there = host.start(SOCK, &["recv", "--jsonl", "--count", "2", "mcast://239.255.7.9:0"]);
        let there = hearer_as(there);
        let mut sender =
            sock(&["send", "--json", &format!("mcast://239.255.7.9:{}?if=*", there.port()), "all"]);
        let document: Value = serde_json::from_slice(&sender.read_to_end()).unwrap();
        sender.ends_with(0);
        let sent = document["results"].as_array().unwrap();
        assert_eq!(field(sent, "interface"), ["a0", "a1"]);
        let mut heard =
            field(&there.ends_with(0), "interface").into_iter().map(str::to_owned).collect::<Vec<_>>();
        heard.sort();
        assert_eq!(heard, ["b0", "b1"]);
    });
}

#[test]
fn a_broadcast_goes_to_every_network_or_to_one() {
    with_host(|host| {
        let there = hearer_as(host.start(SOCK, &["recv", "--jsonl", "--expect", "end", "udp4://:0"]));
        let to = format!("udp4://:{}", there.port());
        let mut sender = sock(&["send", "-v", "--broadcast", &to, "all"]);
        let said = sender.ends_with(0);
        assert!(said.contains("by a0") && said.contains("by a1"), "{said}");
        sock(&["send", "--broadcast", "--interface", "a1", &to, "one"]).finish(0);
        let to = format!("udp4://10.7.0.255:{}?broadcast", there.port());
        sock(&["send", &to, "end"]).finish(0);
        let records = there.ends_with(0);
        let mut heard: Vec<_> = texts(&records).into_iter().zip(field(&records, "to")).collect();
        heard.sort_unstable();
        let port = to.rsplit(':').next().unwrap().split('?').next().unwrap();
        let at = |number: usize| format!("udp://10.7.{number}.255:{port}");
        assert_eq!(heard, [("all", &*at(0)), ("all", &*at(1)), ("end", &*at(0)), ("one", &*at(1))]);
    });
}

#[test]
fn the_way_of_a_datagram_is_chosen_and_told() {
    with_host(|host| {
        let there = hearer_as(host.start(SOCK, &["recv", "--jsonl", "--expect", "end", "udp://:0"]));
        let port = there.port();
        run("addr add 10.7.0.9/24 dev a0");
        sock(&["send", "--source", "10.7.0.9", &format!("udp://10.7.0.3:{port}"), "from 9"]).finish(0);
        // Both ends of both cables have such an address: the zone says which is meant.
        sock(&["send", &format!("udp://[fe80::1:2%a1]:{port}"), "end"]).finish(0);
        let records = there.ends_with(0);
        assert_eq!(texts(&records), ["from 9", "end"]);
        assert!(field(&records, "from")[0].starts_with("udp://10.7.0.9:"), "{records:?}");
        assert_eq!(field(&records, "to")[0], format!("udp://10.7.0.3:{port}"));
        assert_eq!(field(&records, "interface"), ["b0", "b1"]);
    });
}

#[test]
fn who_refuses_far_away_is_told() {
    with_host(|_| {
        let mut sender =
            sock(&["send", "--wait", "20s", "--jsonl", "--interval", "1ms", "udp://10.7.1.3:9", "a"]);
        sender.line_with("refused (ECONNREFUSED), says 10.7.1.3: port unreachable (ICMP 3/3)");
        sender.signal("INT");
        sender.ends_with(130);
    });
}

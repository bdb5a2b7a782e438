//! `sock interface` as it is run: beside ip(8), in networks of the tests' own; changes as they happen.
#![cfg(any(target_os = "linux", target_os = "freebsd", target_vendor = "apple", windows))]
#![allow(clippy::unwrap_used, reason = "a test ends with what is wrong")]

#[path = "common/ask.rs"]
mod ask;
mod common;

use ask::ask;
use berkeley_testkit::limit;
use serde_json::Value;

fn json(arguments: &[&str], code: i32) -> Vec<Value> {
    let answer = ask(&[&["interface", "--json"], arguments].concat(), "");
    assert_eq!(answer.code, Some(code), "{}", answer.said);
    let document: Value = serde_json::from_str(&answer.out).unwrap();
    document["results"].as_array().unwrap().clone()
}

#[test]
fn the_loopback_is_found_by_name_index_and_address() {
    let _limit = limit();
    let found = &json(&["127.0.0.1"], 0)[0];
    assert_eq!(found["kind"], "loopback");
    assert_eq!((&found["enabled"], &found["running"]), (&true.into(), &true.into()));
    let (name, index) = (found["name"].as_str().unwrap(), found["index"].to_string());
    for named in [name, index.as_str()] {
        assert_eq!(json(&[named], 0)[0]["name"], name);
    }
    let table = ask(&["if", "--up", "-4"], "");
    let lines = table.lines(0);
    assert!(lines[0].starts_with("INDEX  NAME"), "{}", table.out);
    let line = lines.iter().find(|line| line.split_ascii_whitespace().nth(1) == Some(name));
    assert!(line.is_some_and(|line| line.contains("127.0.0.1/8") && !line.contains("::1")), "{}", table.out);
    let whole = ask(&["interface", name, "--counters"], "");
    assert!(whole.lines(0).iter().any(|line| line.starts_with("counters rx bytes")), "{}", whole.out);
}

#[test]
fn what_is_not_there_is_code_1_and_named() {
    let _limit = limit();
    let answer = ask(&["interface", "no-such0", "127.0.0.1"], "");
    assert_eq!(answer.code, Some(1));
    assert!(answer.out.contains("loopback"), "{}", answer.out);
    assert!(answer.said.starts_with("error: no interface is called no-such0 (there are "), "{}", answer.said);
    assert!(json(&["--kind", "no such kind"], 1).is_empty());
    let answer = ask(&["interface", "192.0.2.77"], "");
    assert!(
        answer.said.starts_with("error: no interface has the address 192.0.2.77 (there"),
        "{}",
        answer.said
    );
    let wrong = ask(&["interface", "--watch", "--count", "x", "--timeout", "5x"], "");
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.said.contains("--count x") && wrong.said.contains("--timeout 5x"), "{}", wrong.said);
}

#[cfg(target_os = "linux")]
mod in_a_network {
    use std::collections::BTreeMap;
    use std::io::{BufRead, BufReader};
    use std::process::Command;

    use berkeley_testkit::{in_own_network, ip, need, program};

    use super::common::{Running, sock};
    use super::*;

    /// Every kind that each kernel has which these tests are made for, and addresses of every kind.
    const MADE: &[&str] = &[
        "link add va type veth peer name vb",
        "link set va mtu 1300 address 02:00:00:00:00:01",
        "addr add 10.0.0.1/24 brd + dev va label va:x",
        "addr add 10.0.0.2/24 dev va",
        "addr add 10.9.0.1 peer 10.9.0.2/32 dev va",
        "addr add fd00::1/64 preferred_lft 0 valid_lft 1000 dev va",
        "addr add fd01::1 peer fd01::2/128 nodad dev va",
        "link set va up",
        "route add default via 10.0.0.9 metric 5",
    ];

    /// What not every kernel has.
    const MAYBE: &[&str] =
        &["link add br0 type bridge", "link set vb master br0", "tuntap add tun0 mode tun"];

    fn run(line: &str) -> std::io::Result<()> {
        ip(&line.split(' ').collect::<Vec<_>>())
    }

    fn with_network(test: impl FnOnce() + Send) {
        let _ran = in_own_network(|| {
            if program("ip").is_none() || !need(run(MADE[0]).is_ok(), "interfaces of the kind veth") {
                return;
            }
            for line in &MADE[1..] {
                run(line).unwrap();
            }
            for line in MAYBE {
                drop(run(line));
            }
            test();
        });
    }

    /// What ip says, by name.
    fn said() -> BTreeMap<String, Value> {
        let output = Command::new("ip").args(["-j", "-d", "addr"]).output().unwrap();
        let all: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        all.into_iter().map(|one| (one["ifname"].as_str().unwrap().to_owned(), one)).collect()
    }

    /// The words of the kernel's flags; ip has two that are not among them.
    fn flags_of_ip(interface: &Value) -> Vec<String> {
        let words = interface["flags"].as_array().unwrap().iter().map(|flag| flag.as_str().unwrap());
        let words = words.filter(|flag| !["NO-CARRIER", "M-DOWN"].contains(flag));
        let words = words.map(|flag| flag.replace("POINTOPOINT", "POINT-TO-POINT").replace('_', "-"));
        let mut words: Vec<String> = words.map(|word| word.to_ascii_lowercase()).collect();
        words.sort();
        words
    }

    fn agree(ours: &Value, theirs: &Value) {
        let name = ours["name"].as_str().unwrap();
        let fields = [("index", "ifindex"), ("mtu", "mtu"), ("master", "master"), ("parent", "link")];
        for (our, their) in fields {
            assert_eq!(ours.get(our), theirs.get(their), "{name} {our}");
        }
        let state = theirs["operstate"].as_str().unwrap().to_ascii_lowercase();
        assert_eq!(ours["state"].as_str().unwrap().replace(' ', ""), state, "{name}");
        if theirs["link_type"] != "loopback" {
            assert_eq!(ours.get("hardware_address"), theirs.get("address"), "{name}");
        }
        assert_eq!(ours.get("driver_kind"), theirs.pointer("/linkinfo/info_kind"), "{name}");
        let flags = ours["flags"].as_array().unwrap().iter().map(|flag| flag.as_str().unwrap().to_owned());
        // ip says the opposite of this one, by words that it has left out above.
        let flags = flags.filter(|flag| flag != "running");
        let mut flags: Vec<String> = flags.map(|flag| flag.replace("promiscuous", "promisc")).collect();
        flags.sort();
        assert_eq!(flags, flags_of_ip(theirs), "{name}");
        let (our, their) = (ours["addresses"].as_array().unwrap(), theirs["addr_info"].as_array().unwrap());
        assert_eq!(our.len(), their.len(), "{name}");
        for (our, their) in our.iter().zip(their) {
            agree_of_address(our, their);
        }
    }

    fn agree_of_address(ours: &Value, theirs: &Value) {
        let fields = [
            ("address", "local"),
            ("prefix_length", "prefixlen"),
            ("broadcast", "broadcast"),
            ("scope", "scope"),
            ("label", "label"),
            ("peer", "address"),
        ];
        for (our, their) in fields {
            assert_eq!(ours.get(our), theirs.get(their), "{ours} {theirs}");
        }
        let flags: Vec<&str> =
            ours["flags"].as_array().unwrap().iter().map(|flag| flag.as_str().unwrap()).collect();
        for (flag, word) in [("deprecated", "deprecated"), ("secondary", "secondary"), ("nodad", "nodad")] {
            assert_eq!(flags.contains(&flag), theirs.get(word) == Some(&true.into()), "{ours} {theirs}");
        }
        let is_forever = theirs["valid_life_time"] == u32::MAX;
        assert_eq!(ours.get("valid_s").is_none(), is_forever, "{ours} {theirs}");
    }

    #[test]
    fn everything_is_as_ip_says() {
        let _limit = limit();
        with_network(|| {
            // An address may end its tentative state between the two lists: what it is called does not change by that.
            let ours = json(&[], 0);
            let theirs = said();
            assert_eq!(ours.len(), theirs.len());
            for interface in &ours {
                agree(interface, &theirs[interface["name"].as_str().unwrap()]);
            }
            let va = ours.iter().find(|one| one["name"] == "va").unwrap();
            assert_eq!(va["gateways"], serde_json::json!(["10.0.0.9"]));
            assert_eq!((&va["kind"], &va["hardware_address"]), (&"veth".into(), &"02:00:00:00:00:01".into()));
            assert_eq!(json(&["-6", "va"], 0)[0]["addresses"].as_array().unwrap().len(), va_of_ipv6(va));
            let text = ask(&["interface", "va"], "");
            assert!(
                text.out.contains("10.0.0.1/24 broadcast 10.0.0.255 scope global permanent label va:x"),
                "{}",
                text.out
            );
            assert!(text.out.contains("10.9.0.1>10.9.0.2/32"), "{}", text.out);
        });
    }

    fn va_of_ipv6(va: &Value) -> usize {
        va["addresses"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["address"].as_str().unwrap().contains(':'))
            .count()
    }

    /// Watches, and returns the lines that come.
    fn watch(arguments: &[&str]) -> (Running, impl Iterator<Item = String> + use<>) {
        let mut watching = sock(&[&["interface", "--watch"], arguments].concat());
        let lines = BufReader::new(watching.stdout.take().unwrap()).lines().map(Result::unwrap);
        watching.line_with("watching the interfaces");
        (watching, lines)
    }

    #[test]
    fn changes_are_told_as_they_happen_until_a_signal() {
        let _limit = limit();
        with_network(|| {
            let (mut watching, mut lines) = watch(&["--jsonl"]);
            let mut next = |change: &str, interface: &str| {
                let found = lines.by_ref().map(|line| serde_json::from_str::<Value>(&line).unwrap());
                let mut found = found.filter(|one| one["change"] == change && one["interface"] == interface);
                found.next().unwrap()
            };
            run("link add xa type veth peer name xb").unwrap();
            assert_eq!(next("added", "xa")["link"]["kind"], "veth");
            run("addr add 10.7.0.1/24 dev xa").unwrap();
            assert_eq!(next("address_added", "xa")["network"], "10.7.0.0/24");
            run("link set xa name xc").unwrap();
            assert_eq!(next("renamed", "xc")["from"], "xa");
            run("link set xb up").unwrap();
            run("link set xc up").unwrap();
            assert!(next("up", "xc")["t_unix_ns"].as_u64().is_some_and(|time| time > 1 << 60));
            run("link del xc").unwrap();
            next("removed", "xc");
            watching.signal("TERM");
            let last: Value = serde_json::from_str(&lines.last().unwrap()).unwrap();
            assert_eq!((&last["event"], &last["exit"]), (&"end".into(), &143.into()));
            watching.ends_with(143);
        });
    }

    #[test]
    fn one_that_is_not_there_yet_is_watched_for_and_others_are_not_told() {
        let _limit = limit();
        with_network(|| {
            let (mut watching, lines) = watch(&["-4", "--count", "2", "xa"]);
            run("addr add 10.7.0.9/24 dev va").unwrap();
            run("link add xa type veth peer name xb").unwrap();
            run("addr add fd07::1/64 nodad dev xa").unwrap();
            run("addr add 10.7.0.1/24 dev xa").unwrap();
            let told: Vec<String> = lines.collect();
            assert_eq!(
                told,
                ["xa added veth", "xa address added 10.7.0.1/24 scope global permanent label xa"]
            );
            watching.ends_with(0);
        });
    }

    #[test]
    fn the_time_to_watch_is_bounded() {
        let _limit = limit();
        with_network(|| {
            for (arguments, code) in
                [(&["--timeout", "10ms"][..], 0), (&["--timeout", "10ms", "--count", "1"], 4)]
            {
                let answer = ask(&[&["interface", "--watch", "-q", "no-such0"], arguments].concat(), "");
                assert_eq!((answer.code, answer.out.as_str()), (Some(code), ""), "{}", answer.said);
            }
        });
    }
}

//! Lookups in a network and with files of the test's own: what the hosts file says, what a server says, and what none says.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod dnsmasq;

use std::net::{IpAddr, UdpSocket};
use std::process::Command;
use std::time::{Duration, Instant};

use berkeley::name::{Families, HostsFile, Query, Resolver};
use berkeley::{Deadline, Error, Lookup, MILLISECOND, SECOND};
use berkeley_testkit::{again, in_own_network, ip, limit, need, replace_files};
use dnsmasq::Dnsmasq;

const SWITCH: &str = "hosts: files dns\n";
const RESOLV: &str = "nameserver 127.0.0.1\noptions timeout:30 attempts:2\n";
const HOSTS: &str = "\
127.0.0.1 localhost
::1 localhost ip6-localhost
192.0.2.7 www.files.test www WEB
192.0.2.8 www.files.test
2001:db8::7 www.files.test
2001:db8::9 six.files.test
";

/// Runs a test with these files, and with addresses of both families, so that both are of use to the system.
fn with_files(test: impl FnOnce() + Send) {
    let _ran = in_own_network(|| {
        let files = [("/etc/nsswitch.conf", SWITCH), ("/etc/resolv.conf", RESOLV), ("/etc/hosts", HOSTS)];
        let replaced = replace_files(&files);
        if !need(replaced.is_ok(), "files of its own") {
            return;
        }
        ip(&["addr", "add", "192.0.2.99/24", "dev", "lo"]).unwrap();
        ip(&["addr", "add", "2001:db8::99/64", "dev", "lo", "nodad"]).unwrap();
        test();
    });
}

/// The addresses that getent has for a name, in its order.
fn getent(database: &str, name: &str) -> Vec<IpAddr> {
    let output = Command::new("getent").args([database, name]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let streams = text.lines().filter(|line| database == "hosts" || line.contains("STREAM"));
    streams.map(|line| line.split_whitespace().next().unwrap().parse().unwrap()).collect()
}

fn ask(name: &str, families: Families) -> Vec<IpAddr> {
    Query::name(name).families(families).ask().unwrap().ips().collect()
}

/// A question to an error.
type Predicate = fn(&Error) -> bool;

/// Starts dnsmasq, which knows a few names below `.test` and refuses all others.
fn dnsmasq() -> Option<Dnsmasq> {
    const RECORDS: &[&str] = &[
        "--host-record=both.test,192.0.2.21,2001:db8::21",
        "--host-record=four.test,192.0.2.22",
        "--host-record=six.test,2001:db8::23",
        "--cname=alias.test,both.test",
        "--host-record=xn--bcher-kva.test,192.0.2.24",
        "--txt-record=text.test,nothing else",
        "--local=/test/",
        "--local=/2.0.192.in-addr.arpa/",
    ];
    Dnsmasq::start(RECORDS)
}

#[test]
fn names_of_the_hosts_file_are_as_getent_says() {
    let _limit = limit();
    with_files(|| {
        for name in ["localhost", "www.files.test", "www", "six.files.test", "ip6-localhost"] {
            assert_eq!(ask(name, Families::Both), getent("ahosts", name), "{name}");
        }
        assert_eq!(ask("www.files.test", Families::V4), getent("ahostsv4", "www.files.test"));
        assert_eq!(ask("www.files.test", Families::V6), getent("ahostsv6", "www.files.test"));
        let first = ask("www.files.test", Families::V4First);
        assert!(first[0].is_ipv4() && first[2].is_ipv6() && first.len() == 3, "{first:?}");
        let first = ask("www.files.test", Families::V6First);
        assert!(first[0].is_ipv6() && first.len() == 3, "{first:?}");

        let host = Query::name("www").with_names().ask().unwrap();
        assert_eq!((host.name(), host.canonical_name()), ("www", Some("www.files.test")));
        assert_eq!(host.aliases().collect::<Vec<_>>(), ["WEB"]);
        let host = Query::address(IpAddr::from([192, 0, 2, 7])).with_names().ask().unwrap();
        assert_eq!((host.name(), host.canonical_name()), ("192.0.2.7", Some("www.files.test")));
        assert_eq!(host.aliases().collect::<Vec<_>>(), ["www", "WEB"]);
        assert_eq!(HostsFile::system().entries().len(), HOSTS.lines().count());
    });
}

#[test]
fn the_name_of_this_machine_is_as_getent_says() {
    let _limit = limit();
    let Ok(name) = std::fs::read_to_string("/proc/sys/kernel/hostname") else { return };
    let theirs = getent("ahosts", name.trim());
    if need(!theirs.is_empty(), "a name of this machine that it can look up") {
        assert_eq!(ask(name.trim(), Families::Both), theirs);
    }
}

#[test]
fn a_server_is_asked_for_names_and_for_addresses() {
    let _limit = limit();
    with_files(|| {
        let Some(_server) = dnsmasq() else { return };
        for name in ["both.test", "four.test", "six.test", "alias.test"] {
            assert_eq!(ask(name, Families::Both), getent("ahosts", name), "{name}");
        }
        let host = Query::name("alias.test").with_names().ask().unwrap();
        assert_eq!(host.canonical_name(), Some("both.test"));
        let name_of = |text: &str| Query::address(text.parse::<IpAddr>().unwrap()).ask();
        assert_eq!(name_of("192.0.2.21").unwrap().canonical_name(), Some("both.test"));
        assert_eq!(name_of("2001:db8::23").unwrap().canonical_name(), Some("six.test"));
        assert_eq!(name_of("::ffff:192.0.2.22").unwrap().canonical_name(), Some("four.test"));
        let error = name_of("192.0.2.200").unwrap_err();
        assert!(error.is_no_such_name() && error.name() == Some("192.0.2.200"), "{error}");
    });
}

/// `lookup-hostname.1` to `.3` and `.6`, and basic-binary-ipc's: a name, its address, and one that is not there.
#[test]
fn t_i_37_to_39_and_42_lookup_hostname() {
    let _limit = limit();
    with_files(|| {
        let Some(_server) = dnsmasq() else { return };
        let host = Query::name("four.test").families(Families::V4).with_names().ask().unwrap();
        assert_eq!(host.ips().next(), Some(IpAddr::from([192, 0, 2, 22])));
        assert_eq!(host.canonical_name(), Some("four.test"));
        let back = Query::address(IpAddr::from([192, 0, 2, 22])).ask().unwrap();
        assert_eq!(back.canonical_name(), Some("four.test"));
        assert!(Query::name("foo.tninkpad.test.").ask().unwrap_err().is_no_such_name());
        // The loopback has a name, in whichever family it is written.
        let mapped: IpAddr = "::ffff:127.0.0.1".parse().unwrap();
        assert_eq!(Query::address(mapped).ask().unwrap().canonical_name(), Some("localhost"));
    });
}

#[test]
fn each_way_of_having_no_answer_is_told_from_the_others() {
    let _limit = limit();
    with_files(|| {
        let error = |name: &str, families: Families| Query::name(name).families(families).ask().unwrap_err();
        // Nobody listens.
        let again = error("both.test", Families::Both);
        assert!(again.is_resolver_again() && again.should_retry(), "{again}");
        let Some(_server) = dnsmasq() else { return };
        let rows: &[(&str, Families, Predicate)] = &[
            ("nosuch.test", Families::Both, Error::is_no_such_name),
            ("text.test", Families::Both, Error::is_no_data),
            ("four.test", Families::V6, Error::is_no_data),
            ("six.test", Families::V4, Error::is_no_data),
            ("refused.example", Families::Both, Error::is_resolver_again),
        ];
        for (name, families, holds) in rows {
            let error = error(name, *families);
            assert!(holds(&error) && error.name() == Some(*name), "{error}");
            assert!(error.to_string().starts_with(&format!("look up {name:?}: ")), "{error}");
            let io = std::io::Error::from(error);
            assert!(holds(io.get_ref().unwrap().downcast_ref::<Error>().unwrap()));
        }
    });
}

#[test]
#[cfg(feature = "idna")]
fn a_name_in_any_script_is_looked_up() {
    let _limit = limit();
    with_files(|| {
        let Some(_server) = dnsmasq() else { return };
        for name in ["bücher.test", "BÜCHER.test", "xn--bcher-kva.test", "bücher。test"] {
            assert_eq!(ask(name, Families::Both), [IpAddr::from([192, 0, 2, 24])], "{name}");
        }
        let error = Query::name("a\u{378}.test").ask().unwrap_err();
        assert!(error.is_invalid() && error.name() == Some("a\u{378}.test"), "{error}");
    });
}

#[test]
#[cfg(not(feature = "idna"))]
fn a_name_in_another_script_needs_the_feature() {
    let _limit = limit();
    let error = Query::name("bücher.test").ask().unwrap_err();
    assert!(error.is_unsupported() && error.to_string().contains("idna"), "{error}");
}

#[test]
fn a_resolver_asks_from_its_threads_what_a_query_asks_from_this_one() {
    let _limit = limit();
    with_files(|| {
        let Some(_server) = dnsmasq() else { return };
        let resolver = Resolver::new();
        let names = ["both.test", "four.test", "six.test", "alias.test", "www.files.test", "localhost"];
        let lookups: Vec<Lookup> =
            (0..60).map(|index| resolver.start(&Query::name(names[index % names.len()])).unwrap()).collect();
        for lookup in lookups {
            let host = lookup.wait(SECOND * 30).unwrap();
            assert_eq!(host, lookup.query().ask().unwrap());
        }
        let error = resolver.look_up(&Query::name("nosuch.test"), SECOND * 30).unwrap_err();
        assert!(error.is_no_such_name());
    });
}

/// Marks the process that has lookups without an end.
const INSIDE: &str = "BERKELEY_TEST_LOOKUPS_WITHOUT_END";

/// Five hundred lookups of a server that never answers. The process has this test alone, and ends while they go on.
#[test]
fn inside_of_lookups_that_never_end() {
    let _limit = limit();
    if std::env::var_os(INSIDE).is_none() {
        return;
    }
    with_files(|| {
        let silent = UdpSocket::bind("127.0.0.1:53").unwrap();
        let resolver = Resolver::system();
        let before = threads();
        let lookups: Vec<Lookup> =
            (0..500).map(|index| resolver.start(&Query::name(&format!("h{index}.test"))).unwrap()).collect();
        silent.recv(&mut [0; 512]).unwrap();
        let error = resolver.look_up(&Query::name("late.test"), MILLISECOND).unwrap_err();
        assert!(error.is_deadline_passed() && error.name() == Some("late.test"));
        assert!(threads() <= before + 8, "{before} threads, then {}", threads());
        assert!(lookups.iter().all(|lookup| lookup.now().is_none()));
        let cancelled = lookups.into_iter().map(|lookup| {
            let start = Instant::now();
            drop(lookup);
            start.elapsed()
        });
        let mut times: Vec<Duration> = cancelled.collect();
        times.sort();
        println!("cancelled within {:?}, the last within {:?}", times[250], times[499]);
        // On a machine that is busy, this thread itself has to wait now and then.
        assert!(times[250] < Duration::from_millis(10), "{times:?}");
        // Whoever asks on does not wait either.
        assert!(resolver.look_up(&Query::name("on.test"), Deadline::now()).unwrap_err().is_deadline_passed());
        std::mem::forget(silent);
        println!("ends");
    });
}

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

#[test]
fn lookups_that_never_end_keep_no_process_from_ending() {
    let _limit = limit();
    let words = again();
    let start = Instant::now();
    let output = Command::new(&words[0])
        .args(&words[1..])
        .args(["--exact", "inside_of_lookups_that_never_end", "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    if need(said.contains("ends"), "a network and files of its own") {
        // The resolver itself gives up after a minute.
        assert!(start.elapsed() < Duration::from_secs(30), "{said}");
    }
}

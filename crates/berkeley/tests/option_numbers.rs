//! The numbers of options beside those of the C headers on this machine.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use berkeley::option::{self, Row};
use berkeley_testkit::{limit, program, scratch};

/// The kernel's own headers, and the C library's, which cannot be had together.
const HEADERS: &[&[&str]] = &[
    &[
        "stdint.h",
        "linux/types.h",
        "asm/socket.h",
        "linux/in.h",
        "linux/in6.h",
        "linux/tcp.h",
        "linux/udp.h",
        "linux/icmp.h",
        "linux/icmpv6.h",
        "linux/if_packet.h",
        "linux/netlink.h",
        "linux/vm_sockets.h",
        "linux/can/raw.h",
        "linux/can/isotp.h",
        "linux/can/j1939.h",
        "linux/sctp.h",
    ],
    &[
        "sys/socket.h",
        "netinet/in.h",
        "netinet/tcp.h",
        "netinet/udp.h",
        "netinet/icmp6.h",
        "linux/mptcp.h",
        "linux/netfilter_ipv4.h",
        "linux/netfilter_ipv6/ip6_tables.h",
    ],
];

/// C's names of the levels.
const LEVELS: &[(&str, &str)] = &[
    ("socket", "SOL_SOCKET"),
    ("ip", "IPPROTO_IP"),
    ("ipv6", "IPPROTO_IPV6"),
    ("tcp", "IPPROTO_TCP"),
    ("udp", "IPPROTO_UDP"),
    ("udplite", "IPPROTO_UDPLITE"),
    ("icmp", "SOL_RAW"),
    ("icmpv6", "IPPROTO_ICMPV6"),
    ("packet", "SOL_PACKET"),
    ("vsock", "AF_VSOCK"),
    ("netlink", "SOL_NETLINK"),
    ("can", "SOL_CAN_RAW"),
    ("isotp", "SOL_CAN_ISOTP"),
    ("j1939", "SOL_CAN_J1939"),
    ("sctp", "IPPROTO_SCTP"),
    ("mptcp", "SOL_MPTCP"),
];

/// Names that headers have for something else than an option of that name.
const ALIASES: &[(&str, &str)] = &[
    ("IP_RECVRETOPTS", "another name of IP_RETOPTS"),
    ("IPV6_PKTINFO", "a control message here; the option is IPV6_RECVPKTINFO"),
    ("IPV6_HOPLIMIT", "a control message here; the option is IPV6_RECVHOPLIMIT"),
];

/// Writes a program that prints names with their numbers.
fn source(headers: &[&str], names: &BTreeSet<&str>) -> String {
    let mut source = String::new();
    for header in headers {
        writeln!(source, "#if __has_include(<{header}>)\n#include <{header}>\n#endif").unwrap();
    }
    source.push_str("int printf(const char *, ...);\nint main(void) {\n");
    for name in names {
        writeln!(source, "printf(\"{name} %d\\n\", (int){name});").unwrap();
    }
    source + "return 0;\n}\n"
}

/// Returns the numbers that headers have for names; a name that they lack is left out.
fn compiled(headers: &[&str], mut names: BTreeSet<&'static str>) -> Option<BTreeMap<String, i32>> {
    let compiler = program("cc")?;
    let folder = scratch();
    let (code, result) = (folder.path().join("numbers.c"), folder.path().join("numbers"));
    for _ in 0..3 {
        fs::write(&code, source(headers, &names)).unwrap();
        let words = ["-fmax-errors=0".as_ref(), code.as_os_str(), "-o".as_ref(), result.as_os_str()];
        let output = Command::new(&compiler).args(words).env("LC_ALL", "C").output().unwrap();
        if output.status.success() {
            let printed = String::from_utf8(Command::new(&result).output().unwrap().stdout).unwrap();
            let pairs = printed.lines().map(|line| line.split_once(' ').unwrap());
            return Some(pairs.map(|(name, number)| (name.to_owned(), number.parse().unwrap())).collect());
        }
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let before = names.len();
        names.retain(|name| !errors.contains(&format!("'{name}' undeclared")));
        assert!(names.len() < before, "{errors}");
    }
    panic!("the compiler always finds something else");
}

fn numbers(names: &BTreeSet<&'static str>) -> Option<BTreeMap<String, i32>> {
    let mut numbers = BTreeMap::new();
    for headers in HEADERS {
        for (name, number) in compiled(headers, names.clone())? {
            let other = *numbers.entry(name.clone()).or_insert(number);
            assert_eq!(other, number, "{name} of the kernel and of the C library");
        }
    }
    Some(numbers)
}

fn level(row: &Row) -> &'static str {
    let level = row.name().split('.').next().unwrap();
    LEVELS.iter().find(|(name, _)| *name == level).map_or("", |(_, c_name)| c_name)
}

#[test]
fn numbers_are_those_of_the_headers() {
    let _limit = limit();
    let names = option::all().map(Row::c_name).chain(LEVELS.iter().map(|(_, c_name)| *c_name)).collect();
    let Some(numbers) = numbers(&names) else { return };
    let (mut compared, mut lacking, mut wrong) = (0, Vec::new(), Vec::new());
    for row in option::all() {
        match (row.place(), numbers.get(row.c_name())) {
            (Some(place), Some(number)) => {
                compared += 1;
                let of_level = numbers.get(level(row)).copied().unwrap_or(place.level());
                if (place.level(), place.number()) != (of_level, *number) {
                    wrong.push(format!("{}: {place:?}, and not {of_level} {number}", row.c_name()));
                }
            }
            (Some(_), None) => lacking.push(row.c_name()),
            (None, Some(number)) if !ALIASES.iter().any(|(name, _)| *name == row.c_name()) => {
                wrong.push(format!("{} has the number {number} and is not in the table", row.c_name()));
            }
            (None, _) => {}
        }
    }
    println!("{compared} compared; the headers lack {}", lacking.join(" "));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared >= 200, "{compared} compared; the headers lack {lacking:?}");
}

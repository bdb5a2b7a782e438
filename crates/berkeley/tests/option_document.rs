//! docs/OPTIONS.md is what the table of options and the lists of numbers say. `BERKELEY_WRITE=1` writes it anew.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use berkeley::option::{self, Row};

/// The levels: the name in the table, C's names in the lists of numbers, and the heading.
const LEVELS: &[(&str, &str, &str)] = &[
    ("socket", "SOL_SOCKET", "Every socket"),
    ("ip", "IPPROTO_IP", "IPv4"),
    ("ipv6", "IPPROTO_IPV6", "IPv6"),
    ("tcp", "IPPROTO_TCP", "TCP"),
    ("udp", "IPPROTO_UDP", "UDP"),
    ("udplite", "SOL_UDPLITE", "UDP-Lite"),
    ("local", "SOL_LOCAL", "Unix sockets of the BSDs"),
    ("icmp", "SOL_RAW", "Raw ICMP sockets"),
    ("icmpv6", "IPPROTO_ICMPV6", "Raw ICMPv6 sockets"),
    ("packet", "SOL_PACKET", "Packet sockets"),
    ("vsock", "AF_VSOCK", "Sockets between virtual machines"),
    ("netlink", "SOL_NETLINK", "Netlink sockets"),
    ("can", "SOL_CAN_RAW", "Raw CAN sockets"),
    ("isotp", "SOL_CAN_ISOTP", "CAN sockets with ISO 15765-2 transport"),
    ("j1939", "SOL_CAN_J1939", "CAN sockets with SAE J1939 transport"),
    ("sctp", "IPPROTO_SCTP", "SCTP"),
    ("mptcp", "SOL_MPTCP", "Multipath TCP"),
];

const UNIX: &[&str] = &["Linux", "Android", "FreeBSD", "NetBSD", "OpenBSD", "DragonFly", "Apple", "illumos"];

/// The lists of numbers, and the systems that have what is in each.
const LISTS: &[(&str, &[&str])] = &[
    ("unix", UNIX),
    ("linux", &["Linux", "Android"]),
    ("linux_libc", &["Linux"]),
    ("linux_newest", &["Linux", "Android"]),
    ("android", &["Android"]),
    ("bsd", &["FreeBSD", "NetBSD", "OpenBSD", "DragonFly", "Apple"]),
    ("freebsd", &["FreeBSD"]),
    ("netbsd", &["NetBSD"]),
    ("openbsd", &["OpenBSD"]),
    ("dragonfly", &["DragonFly"]),
    ("apple", &["Apple"]),
    ("solarish", &["illumos"]),
    ("windows", &["Windows"]),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sys/number")
}

/// Reads a list: the names of each level.
fn list(file: &str) -> Vec<(String, String)> {
    let source = fs::read_to_string(folder().join(file).with_extension("rs")).unwrap();
    let body = source.split_once("numbers! {").unwrap().1.rsplit_once('}').unwrap().0;
    let before_number = |text: &str| text.split('=').next().unwrap().trim().to_owned();
    let levels = body.split(';').filter_map(|level| level.split_once(':'));
    let names = levels.flat_map(|(level, names)| {
        let names = names.split(',').map(before_number).filter(|name| !name.is_empty());
        names.map(move |name| (before_number(level), name)).collect::<Vec<_>>()
    });
    names.collect()
}

/// Which systems have an option: by C's names of its level and of itself.
type Systems = BTreeMap<(String, String), Vec<&'static str>>;

fn systems() -> Systems {
    let mut systems = Systems::new();
    for (file, have) in LISTS {
        for key in list(file) {
            systems.entry(key).or_default().extend(*have);
        }
    }
    systems
}

/// Names the systems that have an option, in the order of the table's head.
fn column(have: &[&str]) -> String {
    if UNIX.iter().all(|system| have.contains(system)) {
        return if have.contains(&"Windows") { "all".to_owned() } else { "Unix".to_owned() };
    }
    let all = UNIX.iter().chain(&["Windows"]);
    all.filter(|system| have.contains(system)).copied().collect::<Vec<_>>().join(", ")
}

/// The prose of a row on one line, as a cell of a table has it.
fn meaning(row: &Row) -> String {
    let line = row.about().split_whitespace().collect::<Vec<_>>().join(" ");
    // Constants of the module are links where the row is documented, and words here.
    let words = line.replace("[`", "`").replace("`]", "`");
    words.replace('|', "\\|")
}

fn access(row: &Row) -> &'static str {
    match (row.is_readable(), row.is_settable()) {
        (true, true) => "read, set",
        (true, false) => "read",
        _ => "set",
    }
}

fn line(row: &Row, have: &[&str]) -> String {
    let (name, c_name, form) = (row.name(), row.c_name(), row.form().replace('|', "\\|"));
    let (access, meaning, systems) = (access(row), meaning(row), column(have));
    format!("| `{name}` | `{c_name}` | {form} | {access} | {meaning} | {systems} |")
}

const HEAD: &str = "# Options

Every row of the table of options: `option::all()` lists them at run time, `option::by_name` finds one by its name or
C's, and each is a constant, `option::tcp::NODELAY` for `tcp.nodelay`. A system that is not named answers `Unsupported`.
The names of the systems stand for those that the crate builds for: Apple's are macOS, iOS and their kin, illumos stands
for Solaris as well. *Value* is what a text has to be; an option that is set only is not told by any system.

This file is written by a test, `BERKELEY_WRITE=1 cargo test --test option_document`, which otherwise compares it.
";

fn document() -> String {
    let systems = systems();
    let mut text = HEAD.to_owned();
    for (level, c_level, heading) in LEVELS {
        let rows: Vec<_> = option::all().filter(|row| row.name().split('.').next() == Some(level)).collect();
        write!(text, "\n## {heading}: `{c_level}`\n\n").unwrap();
        text.push_str("| name | C | value | access | meaning | systems |\n|---|---|---|---|---|---|\n");
        for row in rows {
            let key = ((*c_level).to_owned(), row.c_name().to_owned());
            writeln!(text, "{}", line(row, systems.get(&key).map_or(&[], Vec::as_slice))).unwrap();
        }
    }
    text
}

#[test]
fn the_document_is_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/OPTIONS.md");
    let text = document();
    if std::env::var_os("BERKELEY_WRITE").is_some_and(|write| write == "1") {
        fs::write(&path, &text).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    for (number, (is, should)) in written.lines().zip(text.lines()).enumerate() {
        assert_eq!(is, should, "docs/OPTIONS.md, line {}: write it with BERKELEY_WRITE=1", number + 1);
    }
    assert_eq!(written.lines().count(), text.lines().count(), "write it with BERKELEY_WRITE=1");
}

#[test]
fn every_row_is_in_the_document() {
    let text = document();
    let lines = text.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(lines, option::all().count(), "a level has no heading");
}

#[test]
fn every_list_of_numbers_is_read_and_every_row_is_in_one() {
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(
            ["mod", "message"].contains(&&*file) || LISTS.iter().any(|(list, _)| *list == file),
            "{file} is not among the lists"
        );
    }
    let systems = systems();
    let of = |row: &Row| {
        let level = row.name().split('.').next().unwrap();
        let c_level = LEVELS.iter().find(|(name, ..)| *name == level).unwrap().1;
        systems.get(&(c_level.to_owned(), row.c_name().to_owned()))
    };
    for row in option::all() {
        let have = of(row).unwrap_or_else(|| panic!("no system has {}", row.name()));
        if cfg!(all(target_os = "linux", not(any(target_arch = "sparc", target_arch = "sparc64")))) {
            assert_eq!(have.contains(&"Linux"), row.is_available(), "{}", row.name());
        }
        if cfg!(windows) {
            assert_eq!(have.contains(&"Windows"), row.is_available(), "{}", row.name());
        }
    }
}

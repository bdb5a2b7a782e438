//! docs/PLATFORMS.md is made of the source: which families, types, flags and options which system has.
//!
//! `BERKELEY_WRITE=1 cargo test --test platforms` writes it anew.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// A system: its name, what holds of it in a `cfg`, and its files in `sys/number`.
struct System {
    name: &'static str,
    holds: &'static [&'static str],
    numbers: &'static [&'static str],
}

const SYSTEMS: &[System] = &[
    System {
        name: "Linux",
        holds: &["unix", "linux_like", "target_os=linux"],
        numbers: &["unix", "linux", "linux_libc", "linux_newest"],
    },
    System {
        name: "Android",
        holds: &["unix", "linux_like", "target_os=android"],
        numbers: &["unix", "linux", "android", "linux_newest"],
    },
    System {
        name: "FreeBSD",
        holds: &["unix", "bsd", "freebsd", "target_os=freebsd"],
        numbers: &["unix", "bsd", "freebsd"],
    },
    System {
        name: "DragonFly",
        holds: &["unix", "bsd", "target_os=dragonfly"],
        numbers: &["unix", "bsd", "dragonfly"],
    },
    System {
        name: "NetBSD",
        holds: &["unix", "bsd", "target_os=netbsd"],
        numbers: &["unix", "bsd", "netbsd"],
    },
    System {
        name: "OpenBSD",
        holds: &["unix", "bsd", "target_os=openbsd"],
        numbers: &["unix", "bsd", "openbsd"],
    },
    System {
        name: "macOS",
        holds: &["unix", "bsd", "apple", "target_os=macos"],
        numbers: &["unix", "bsd", "apple"],
    },
    System {
        name: "illumos",
        holds: &["unix", "solarish", "target_os=illumos"],
        numbers: &["unix", "solarish"],
    },
    System { name: "Windows", holds: &["windows"], numbers: &["windows"] },
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn source(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap().replace('\r', "")
}

/// Returns whether a condition of a `cfg` holds: `all(…)`, `any(…)`, `not(…)`, names, and `target_os = "…"`.
fn holds(condition: &str, system: &System) -> bool {
    let condition: String = condition.chars().filter(|c| !c.is_whitespace() && *c != '"').collect();
    evaluate(&condition, system)
}

fn evaluate(condition: &str, system: &System) -> bool {
    let Some((operator, rest)) = condition.split_once('(') else {
        return system.holds.contains(&condition);
    };
    let inside = rest.strip_suffix(')').expect(condition);
    let mut parts = split(inside).into_iter().map(|part| evaluate(part, system));
    match operator {
        "all" => parts.all(|part| part),
        "any" => parts.any(|part| part),
        "not" => !parts.next().expect(condition),
        _ => panic!("{condition} is no condition"),
    }
}

/// Splits at the commas that no parenthesis encloses.
fn split(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, character) in list.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(list[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// Returns the lines of code between a macro's braces, without comments, as statements that end with a semicolon.
fn rows(text: &str, name: &str) -> Vec<String> {
    let begin = format!("\n{name}! {{\n");
    let inside = text.split(&begin).nth(1).expect(name).split("\n}\n").next().unwrap();
    let code: Vec<_> = inside.lines().map(str::trim).filter(|line| !line.starts_with("//")).collect();
    let code: Vec<_> = code.into_iter().filter(|line| !line.starts_with("#[doc")).collect();
    code.join(" ").split(';').map(|row| row.trim().to_owned()).filter(|row| !row.is_empty()).collect()
}

type Table = Vec<(String, Vec<bool>)>;

fn has(conditions: &[&str]) -> Vec<bool> {
    SYSTEMS.iter().map(|system| conditions.iter().any(|condition| holds(condition, system))).collect()
}

fn families() -> Table {
    let row = |row: &String| {
        let parts = split(row);
        let conditions: Vec<_> =
            parts[2..].iter().map(|part| part.split("=>").next().unwrap().trim()).collect();
        (format!("`{}`", parts[0]), has(&conditions))
    };
    rows(&source("src/addr/family.rs"), "families").iter().skip(1).map(row).collect()
}

/// Reads both files of flags; what a row of the one for Unix has before its name is the condition.
fn flags() -> Table {
    let windows = rows(&source("src/sys/windows/flag.rs"), "flags");
    let on_windows: BTreeSet<_> =
        windows.iter().filter(|row| row.contains("MSG_")).map(|row| name_of(row)).collect();
    let row = |row: &String| {
        let (condition, row) = match row.strip_prefix("#[cfg(") {
            Some(rest) => rest.split_once(")] ").unwrap(),
            None => ("unix", row.as_str()),
        };
        let name = name_of(row);
        let mut has = has(&[condition]);
        *has.last_mut().unwrap() = on_windows.contains(name);
        (format!("`MSG_{name}`"), has)
    };
    rows(&source("src/sys/unix/flag.rs"), "flags").iter().map(row).collect()
}

fn name_of(row: &str) -> &str {
    row.split(['=', ' ']).next().unwrap()
}

/// Counts the options of each level that each system has a number for.
fn options() -> Vec<(String, Vec<usize>)> {
    let mut counts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, system) in SYSTEMS.iter().enumerate() {
        for file in system.numbers {
            for level in rows(&source(&format!("src/sys/number/{file}.rs")), "numbers") {
                let (name, list) = level.split_once(':').unwrap();
                let name = format!("`{}`", name_of(name));
                counts.entry(name).or_insert_with(|| vec![0; SYSTEMS.len()])[at] += split(list).len();
            }
        }
    }
    counts.into_iter().collect()
}

fn header(first: &str, text: &mut String) {
    let names: Vec<_> = SYSTEMS.iter().map(|system| system.name).collect();
    writeln!(text, "| {first} | {} |", names.join(" | ")).unwrap();
    writeln!(text, "|---|{}", ":-:|".repeat(SYSTEMS.len())).unwrap();
}

fn section(title: &str, about: &str, first: &str, table: &[(String, Vec<String>)], text: &mut String) {
    writeln!(text, "\n## {title}\n\n{about}\n").unwrap();
    header(first, text);
    for (name, cells) in table {
        writeln!(text, "| {name} | {} |", cells.join(" | ")).unwrap();
    }
}

fn marks(table: Table) -> Vec<(String, Vec<String>)> {
    let mark = |has: bool| if has { "yes" } else { "-" }.to_owned();
    table.into_iter().map(|(name, cells)| (name, cells.into_iter().map(mark).collect())).collect()
}

fn numbers(table: Vec<(String, Vec<usize>)>) -> Vec<(String, Vec<String>)> {
    let number = |count: usize| if count == 0 { "-".to_owned() } else { count.to_string() };
    table.into_iter().map(|(name, cells)| (name, cells.into_iter().map(number).collect())).collect()
}

/// The names and the first lines of what Wine lacks, as the test kit has them.
fn lacks() -> Vec<(String, String)> {
    let kit = source("../testkit/src/wine.rs");
    let inside = kit.split("pub enum Lack {\n").nth(1).unwrap().split("\n}\n").next().unwrap();
    let mut found = Vec::new();
    let mut about = String::new();
    for line in inside.lines().map(str::trim) {
        match line.strip_prefix("/// ") {
            Some(more) => about.push_str(more),
            None => found.push((line.trim_end_matches(',').to_owned(), std::mem::take(&mut about))),
        }
    }
    found
}

const FRONT: &str = "\
# Platforms

Everything exists on every system: what a system lacks answers [`is_unsupported`](crate::Error::is_unsupported) at run time,
and user code needs no `cfg`. This page says what that leaves. It is made of the source by a test (`tests/platforms.rs`),
which fails when the two differ.

## How each system is checked

| system | how | by |
|---|---|---|
| Linux on x86-64 | the whole suite runs, on libc's calls too, and under sanitizers for addresses, leaks and threads | `.ci/run`, `ci/sanitizers` |
| Linux on x86 of 32 bits, and with musl | the library's suite runs | `ci/emulated` |
| Linux on aarch64 and on s390x, which is big-endian | the library's suite runs under qemu, but for what its user mode does not translate, most options among it | `ci/emulated` |
| Linux 6.1, the kernel that Debian packages | what the kernel of the machine may lack runs in a virtual machine: vsock | `ci/vm` |
| Windows | the whole suite, the tool's too, runs under Wine; the tool speaks with the one of Linux | `ci/windows` |
| Windows, MSVC | type-checked | `ci/targets` |
| FreeBSD, NetBSD, macOS | type-checked and linked with the tests | `ci/targets --link` |
| OpenBSD, DragonFly, illumos, Android | type-checked | `ci/targets` |
| a system that the library does not know | the suite of the backend without sockets runs | `ci/targets unsupported` |

The workflow of the repository (`.github/workflows/ci.yml`) runs the suite on Windows, macOS and FreeBSD themselves.
Positions of structures are compared with libc's and windows-sys's when the code is compiled, so that a type-check is a
check of the layouts too.
";

fn document() -> String {
    let mut text = FRONT.to_owned();
    section(
        "Address families",
        "Opening a socket of a family that is not there is unsupported.",
        "family",
        &marks(families()),
        &mut text,
    );
    section(
        "Flags of sends and receives",
        "A flag that is not there is refused before the system is asked.",
        "flag",
        &marks(flags()),
        &mut text,
    );
    section(
        "Options",
        "How many options of each level a system has a number for; OPTIONS.md names them.",
        "level",
        &numbers(options()),
        &mut text,
    );
    text.push_str("\n## What Wine lacks of Windows\n\nThe tests assert what Wine 8 does instead.\n\n| lack | what it is |\n|---|---|\n");
    for (name, about) in lacks() {
        writeln!(text, "| {name} | {about} |").unwrap();
    }
    text
}

#[test]
fn the_page_is_what_the_source_says() {
    let path = root().join("docs/PLATFORMS.md");
    let made = document();
    if std::env::var_os("BERKELEY_WRITE").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let page = fs::read_to_string(&path).unwrap().replace('\r', "");
    let differs = made.lines().zip(page.lines()).find(|(made, page)| made != page);
    assert_eq!(differs, None, "BERKELEY_WRITE=1 cargo test --test platforms writes it anew");
    assert_eq!(made.lines().count(), page.lines().count());
}

#[test]
fn every_target_of_the_scripts_is_named() {
    let page = document();
    for (script, names) in [
        (
            "targets",
            &["freebsd", "netbsd", "openbsd", "dragonfly", "apple", "illumos", "android", "msvc"][..],
        ),
        ("emulated", &["aarch64", "s390x", "i686", "musl"]),
        ("vm", &["vsock"]),
        ("sanitizers", &["address", "leak", "thread"]),
    ] {
        let text = source(&format!("../../ci/{script}"));
        for name in names {
            assert!(text.contains(name), "ci/{script} has no {name}, which PLATFORMS.md tells of");
        }
        assert!(page.contains(&format!("ci/{script}")));
    }
}

#[test]
fn conditions_are_read_as_the_compiler_reads_them() {
    let [linux, .., windows] = SYSTEMS else { panic!("two systems at least") };
    assert!(holds("any(linux_like, target_os = \"freebsd\")", linux));
    assert!(!holds("all(unix, not(linux_like))", linux));
    assert!(holds("not(any(unix, bsd))", windows));
    // What this very build says is what the reader says of this system.
    let name = std::env::consts::OS;
    let here = SYSTEMS.iter().find(|system| system.name.eq_ignore_ascii_case(name));
    for (family, has) in here.map(|here| (here, families())).into_iter().flat_map(|(here, table)| {
        let at = SYSTEMS.iter().position(|system| system.name == here.name).unwrap();
        table.into_iter().map(move |(name, has)| (name, has[at]))
    }) {
        let known = berkeley::Family::from_name(&format!("AF_{}", family.trim_matches('`'))).expect(&family);
        assert_eq!(known.is_available(), has, "{family}");
    }
}

#[test]
fn the_counts_of_options_are_those_of_the_table() {
    let name = std::env::consts::OS;
    let Some(at) = SYSTEMS.iter().position(|system| system.name.eq_ignore_ascii_case(name)) else { return };
    let counted: usize = options().iter().map(|(_, counts)| counts[at]).sum();
    let available = berkeley::option::all().filter(|row| row.is_available()).count();
    let unsupported = berkeley::option::socket::TYPE.place().is_none();
    assert!(unsupported || counted == available, "{counted} numbers, {available} rows");
}

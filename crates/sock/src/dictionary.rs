//! The library's table of socket options, under the names that people type.

use std::collections::BTreeSet;
use std::ops::Range;

use berkeley::option::{self, Row};

use crate::endpoint::nearest;
use crate::quantity;
use crate::report::Problem;

/// Options of every day. Their short names mean these, wherever they might mean others.
pub const EVERY_DAY: &[(&str, &str)] = &[
    ("broadcast", "socket.broadcast"),
    ("keepalive", "socket.keepalive"),
    ("linger", "socket.linger"),
    ("nodelay", "tcp.nodelay"),
    ("rcvbuf", "socket.rcvbuf"),
    ("reuseaddr", "socket.reuseaddr"),
    ("sndbuf", "socket.sndbuf"),
    ("v6only", "ipv6.v6only"),
];

/// What a value that is turned on by its name alone has to be.
const SWITCH: &str = "on or off";

/// Splits a name into its level and what is behind the dot.
pub fn split(row: &Row) -> (&'static str, &'static str) {
    row.name().split_once('.').unwrap_or((row.name(), row.name()))
}

/// The levels of the table, in its order.
pub fn levels() -> Vec<&'static str> {
    let mut levels: Vec<_> = option::all().map(|row| split(row).0).collect();
    levels.dedup();
    levels
}

/// The name that an option is printed by: the short one if it has one that is its own.
pub fn short(row: &Row) -> &'static str {
    EVERY_DAY.iter().find(|(_, name)| *name == row.name()).map_or(row.name(), |(short, _)| short)
}

/// Finds the option that a part of the input names: in full, as C does, or by what is behind the dot of the only one
/// that fits.
pub fn find(input: &str, span: Range<usize>, fits: impl Fn(&Row) -> bool) -> Result<&'static Row, Problem> {
    let name = input.get(span.clone()).unwrap_or_default();
    let every_day = EVERY_DAY.iter().find(|(short, _)| short.eq_ignore_ascii_case(name));
    if let Ok(row) = option::by_name(every_day.map_or(name, |(_, name)| name)) {
        return Ok(row);
    }
    let named: Vec<_> = option::all().filter(|row| split(row).1.eq_ignore_ascii_case(name)).collect();
    let fitting: Vec<_> = named.iter().copied().filter(|row| fits(row)).collect();
    match (fitting.as_slice(), named.as_slice()) {
        ([row], _) | ([], [row]) => Ok(row),
        ([], []) => Err(unknown(name, input, span)),
        _ => Err(ambiguous(name, input, span, if fitting.is_empty() { &named } else { &fitting })),
    }
}

fn ambiguous(name: &str, input: &str, span: Range<usize>, rows: &[&Row]) -> Problem {
    let names: Vec<_> = rows.iter().map(|row| row.name()).collect();
    let problem = Problem::new(format!("{name} is the name of {} options", names.len()), input, span);
    problem.with_hint(format!("write {}", names.join(" or ")))
}

fn unknown(name: &str, input: &str, span: Range<usize>) -> Problem {
    let problem = Problem::new(format!("unknown option {name:?}"), input, span);
    let lower = name.to_ascii_lowercase();
    let names: BTreeSet<_> = option::all().flat_map(|row| [row.name(), split(row).1]).collect();
    match nearest(&lower, names.into_iter()) {
        Some(meant) => problem.with_hint(format!("did you mean {meant}? (sock option lists all)")),
        None => problem.with_hint("sock option lists all"),
    }
}

/// Reads the value of an option, and returns it as the option prints it; `None` is a name alone.
pub fn value(
    row: &Row,
    name: &str,
    text: Option<&str>,
    input: &str,
    at: Range<usize>,
) -> Result<String, Problem> {
    if !row.is_settable() {
        let start = at.start.saturating_sub(name.len() + usize::from(text.is_some()));
        return Err(Problem::new(format!("{name} can only be read"), input, start..start + name.len()));
    }
    let read = match text {
        None if row.form() == SWITCH => Some("on".to_owned()),
        None => return Err(Problem::new(format!("{name} needs a value"), input, at).with_hint(form(row))),
        Some(text) => row.canonical(text).ok().or_else(|| size(row, text)),
    };
    read.ok_or_else(|| {
        let message = format!("{:?} is no value of {name}", text.unwrap_or_default());
        Problem::new(message, input, at).with_hint(form(row))
    })
}

/// Numbers can be sizes with a unit.
fn size(row: &Row, text: &str) -> Option<String> {
    let number = quantity::bytes(text).ok().filter(|_| can_be_size(row))?;
    row.canonical(&number.to_string()).ok()
}

fn can_be_size(row: &Row) -> bool {
    row.form().starts_with("a number") && row.canonical("65536").is_ok()
}

/// What a value would be, as a hint.
fn form(row: &Row) -> String {
    let size = if can_be_size(row) { ", or a size such as 64KiB" } else { "" };
    format!("{} is {}{size}", short(row), row.form())
}

/// Tells whether an option is turned on by its name alone.
pub fn is_switch(row: &Row) -> bool {
    row.form() == SWITCH
}

/// Says which privilege the option named so needs: the table's text has it.
pub fn privilege(name: &str) -> String {
    let about = option::by_name(name).map_or("", Row::about);
    let words = about.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let named: Vec<_> = words.filter(|word| word.starts_with("CAP_")).collect();
    if named.is_empty() {
        return format!("{name} may need CAP_NET_ADMIN, or to be root");
    }
    format!("{name} needs {}", named.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, level: &str) -> Result<&'static str, String> {
        let found = find(name, 0..name.len(), |row| level.split(' ').any(|level| split(row).0 == level));
        found.map(Row::name).map_err(|problem| problem.to_string())
    }

    #[test]
    fn the_names_of_every_day_are_the_librarys() {
        for (short, name) in EVERY_DAY {
            let row = option::by_name(name).unwrap();
            assert_eq!((split(row).1, super::short(row)), (*short, *short));
        }
    }

    #[test]
    fn an_option_has_a_name_in_full_one_of_c_and_a_short_one() {
        for name in ["tcp.user-timeout", "TCP_USER_TIMEOUT", "user-timeout", "User-Timeout"] {
            assert_eq!(named(name, ""), Ok("tcp.user-timeout"), "{name}");
        }
        assert_eq!(named("nodelay", ""), Ok("tcp.nodelay"));
        assert_eq!(named("sctp.nodelay", "tcp"), Ok("sctp.nodelay"));
        assert_eq!(named("recverr", "socket ip tcp"), Ok("ip.recverr"));
        assert_eq!(named("recverr", "ipv6"), Ok("ipv6.recverr"));
        assert_eq!(
            named("recverr", "ip ipv6"),
            Err("recverr is the name of 2 options\n  recverr\n  ^^^^^^^    write ip.recverr or ipv6.recverr"
                .into())
        );
    }

    #[test]
    fn a_slip_is_told_from_another_word() {
        for (name, meant) in [
            ("tcp.nodelai", "tcp.nodelay"),
            ("keepaliv", "keepalive"),
            ("tcp.user-timout", "tcp.user-timeout"),
        ] {
            let error = named(name, "").unwrap_err();
            assert!(error.ends_with(&format!("did you mean {meant}? (sock option lists all)")), "{error}");
        }
        assert!(named("colour-of-paint", "").unwrap_err().ends_with("^    sock option lists all"));
    }

    #[test]
    fn values_are_written_as_the_option_prints_them() {
        let rows = [
            ("tcp.nodelay", None, Ok("on")),
            ("tcp.nodelay", Some("0"), Ok("off")),
            ("socket.rcvbuf", Some("64KiB"), Ok("65536")),
            ("tcp.user-timeout", Some("30s"), Ok("30s")),
            ("socket.linger", Some("3"), Ok("3s")),
            ("tcp.user-timeout", Some("64KiB"), Err("\"64KiB\" is no value of x")),
            ("socket.rcvbuf", None, Err("x needs a value")),
            ("socket.rcvbuf", Some(""), Err("\"\" is no value of x")),
            ("tcp.info", Some("1"), Err("x can only be read")),
        ];
        for (name, text, expected) in rows {
            let row = option::by_name(name).unwrap();
            let input = format!("x={}", text.unwrap_or_default());
            let read = value(row, "x", text, &input, 2..input.len()).map_err(|problem| problem.to_string());
            let first = read.as_deref().map_err(|message| message.lines().next().unwrap_or_default());
            assert_eq!(first, expected, "{name} {text:?}");
        }
    }

    #[test]
    fn a_privilege_is_named() {
        assert_eq!(privilege("socket.mark"), "socket.mark needs CAP_NET_ADMIN or CAP_NET_RAW");
        assert_eq!(privilege("tcp.nodelay"), "tcp.nodelay may need CAP_NET_ADMIN, or to be root");
    }
}

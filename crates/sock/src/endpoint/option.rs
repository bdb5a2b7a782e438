//! The options that an address can ask for: `?nodelay=off&rcvbuf=1MiB`.

use std::fmt;
use std::ops::Range;

use berkeley::option::{Linger, ipv6, socket, tcp};
use berkeley::{AsSource, Result};

use super::spelling::nearest;
use super::{Scheme, Transport};
use crate::quantity;
use crate::report::Problem;

/// An option as the tool knows it.
#[derive(Debug)]
pub struct Knob {
    pub name: &'static str,
    /// How its value is written.
    pub form: &'static str,
    /// What the manual says of it.
    pub about: &'static str,
    fits: fn(&Scheme) -> bool,
    read: fn(&str) -> Option<Value>,
    set: fn(&dyn AsSource, Value) -> Result<()>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    Switch(bool),
    Bytes(u32),
    Linger(Option<u32>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Switch(true) => Ok(()),
            Self::Switch(false) | Self::Linger(None) => f.write_str("=off"),
            Self::Bytes(number) | Self::Linger(Some(number)) => write!(f, "={number}"),
        }
    }
}

fn switch(text: &str) -> Option<Value> {
    match text {
        "" | "on" | "1" => Some(Value::Switch(true)),
        "off" | "0" => Some(Value::Switch(false)),
        _ => None,
    }
}

fn size(text: &str) -> Option<Value> {
    let number = quantity::bytes(text).ok()?;
    i32::try_from(number).ok().map(|number| Value::Bytes(number.unsigned_abs()))
}

fn linger(text: &str) -> Option<Value> {
    match text {
        "off" => Some(Value::Linger(None)),
        seconds => seconds.parse().ok().filter(|time| *time <= 32767).map(|time| Value::Linger(Some(time))),
    }
}

/// Writes a row: how the option is read, and how it is set.
macro_rules! knob {
    ($name:literal, $form:expr, $fits:expr, $read:ident, $value:ident => $option:expr, $wrap:expr, $about:literal) => {
        Knob {
            name: $name,
            form: $form,
            about: $about,
            fits: $fits,
            read: $read,
            set: |socket, value| match value {
                Value::$value(value) => $option.set(socket, $wrap(value)),
                _ => Ok(()),
            },
        }
    };
}

const SWITCH: &str = "[=on|off]";

const fn as_is<T: Copy>(value: T) -> T {
    value
}

/// Every option there is.
pub const KNOBS: &[Knob] = &[
    knob!("broadcast", SWITCH, |to| to.transport == Transport::Udp, switch, Switch => socket::BROADCAST, as_is,
        "may send to broadcast addresses"),
    knob!("keepalive", SWITCH, |to| to.transport == Transport::Tcp, switch, Switch => socket::KEEPALIVE, as_is,
        "probes an idle connection"),
    knob!("linger", "=SECONDS|off", |to| to.transport == Transport::Tcp, linger, Linger => socket::LINGER, Linger,
        "how long a close waits for what is not sent yet; 0 resets the connection"),
    knob!("nodelay", SWITCH, |to| to.transport == Transport::Tcp, switch, Switch => tcp::NODELAY, as_is,
        "sends small segments at once; on unless turned off"),
    knob!("rcvbuf", "=BYTES", |_| true, size, Bytes => socket::RCVBUF, as_is, "the size of the receive buffer"),
    knob!("reuseaddr", SWITCH, |to| to.transport.is_inet(), switch, Switch => socket::REUSEADDR, as_is,
        "may bind a port that earlier connections still hold; on for TCP listeners"),
    knob!("sndbuf", "=BYTES", |_| true, size, Bytes => socket::SNDBUF, as_is, "the size of the send buffer"),
    knob!("v6only", SWITCH, |to| to.transport.is_inet() && to.family != Some(berkeley::Family::INET), switch,
        Switch => ipv6::V6ONLY, as_is, "keeps IPv4 from a listener on [::]"),
];

/// An option with its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    knob: &'static Knob,
    value: Value,
}

impl PartialEq for Setting {
    fn eq(&self, other: &Self) -> bool {
        self.knob.name == other.knob.name && self.value == other.value
    }
}

impl Eq for Setting {}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.knob.name, self.value)
    }
}

impl Setting {
    pub(super) fn apply(&self, socket: &impl AsSource) -> Result<()> {
        (self.knob.set)(socket, self.value)
    }
}

/// Reads the options behind the question mark, which is the byte before `start`.
pub(super) fn read(text: &str, start: usize, scheme: &Scheme) -> std::result::Result<Vec<Setting>, Problem> {
    let mut settings: Vec<Setting> = Vec::new();
    let mut at = start;
    for piece in text.get(start..).unwrap_or_default().split('&') {
        let setting = read_one(text, at..at + piece.len(), piece, scheme)?;
        if settings.iter().any(|earlier| earlier.knob.name == setting.knob.name) {
            let message = format!("{} is given twice", setting.knob.name);
            return Err(Problem::new(message, text, at..at + setting.knob.name.len()));
        }
        settings.push(setting);
        at += piece.len() + 1;
    }
    Ok(settings)
}

fn read_one(
    text: &str,
    span: Range<usize>,
    piece: &str,
    scheme: &Scheme,
) -> std::result::Result<Setting, Problem> {
    let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
    let name_span = span.start..span.start + name.len();
    let Some(knob) = KNOBS.iter().find(|knob| knob.name == name) else {
        return Err(unknown(text, name_span, name, scheme));
    };
    if !(knob.fits)(scheme) {
        return Err(Problem::new(format!("{} has no option {name}", scheme.name), text, name_span));
    }
    let has_value = piece.len() > name.len();
    let value = if has_value && value.is_empty() { None } else { (knob.read)(value) };
    value.map(|value| Setting { knob, value }).ok_or_else(|| {
        let start = (name_span.end + 1).min(span.end);
        let message = if has_value {
            format!("{value_text:?} is no value of {name}", value_text = &piece[name.len() + 1..])
        } else {
            format!("{name} needs a value")
        };
        Problem::new(message, text, start..span.end).with_hint(format!("write {name}{}", knob.form))
    })
}

fn unknown(text: &str, span: Range<usize>, name: &str, scheme: &Scheme) -> Problem {
    let known: Vec<&str> = KNOBS.iter().filter(|knob| (knob.fits)(scheme)).map(|knob| knob.name).collect();
    let problem = Problem::new(format!("unknown option {name:?}"), text, span);
    match nearest(name, known.iter().copied()) {
        Some(meant) => problem.with_hint(format!("did you mean {meant}? (known: {})", known.join(", "))),
        None => problem.with_hint(format!("known: {}", known.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_the_librarys() {
        let names: Vec<&str> = berkeley::option::all().map(berkeley::option::Row::name).collect();
        for knob in KNOBS {
            let known =
                names.iter().any(|name| name.split_once('.').is_some_and(|(_, name)| name == knob.name));
            assert!(known, "{}", knob.name);
        }
    }

    #[test]
    fn a_setting_reaches_the_socket() {
        let listener =
            berkeley::Socket::open(berkeley::Family::INET, berkeley::Kind::STREAM, berkeley::Protocol::TCP)
                .unwrap();
        let text = "tcp4://:0?keepalive&rcvbuf=64KiB&linger=3&nodelay=off";
        for setting in read(text, text.find('?').unwrap() + 1, &super::super::SCHEMES[1]).unwrap() {
            setting.apply(&listener).unwrap();
        }
        assert!(listener.get(socket::KEEPALIVE).unwrap());
        assert!(listener.get(socket::RCVBUF).unwrap() >= 65536);
        assert_eq!(listener.get(socket::LINGER).unwrap(), Linger(Some(3)));
        assert!(!listener.get(tcp::NODELAY).unwrap());
    }
}

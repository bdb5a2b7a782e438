//! The options that an address can ask for: `?nodelay=off&tcp.user-timeout=30s`.

use std::fmt;
use std::ops::Range;

use berkeley::option::Row;
use berkeley::{AsSource, Family, Result};

use super::{Scheme, Transport};
use crate::dictionary;
use crate::report::Problem;

type Fits = fn(&Scheme) -> bool;

/// Which sockets the options of a level are for; those of the other levels are for none that an address names.
const LEVELS: &[(&str, Fits)] = &[
    ("socket", |_| true),
    ("ip", |to| to.transport.is_inet() && to.family != Some(Family::INET6)),
    ("ipv6", |to| to.transport.is_inet() && to.family != Some(Family::INET)),
    ("tcp", |to| to.transport == Transport::Tcp),
    ("udp", |to| to.transport == Transport::Udp),
    ("udplite", |to| to.transport == Transport::UdpLite),
    ("local", |to| !to.transport.is_inet()),
];

/// Options that systems take of every socket, and that mean something to these.
const ONLY: &[(&str, Fits)] = &[
    ("socket.broadcast", |to| to.transport.is_udp()),
    ("socket.keepalive", |to| to.transport == Transport::Tcp),
    ("socket.linger", |to| to.transport == Transport::Tcp),
    ("socket.reuseaddr", |to| to.transport.is_inet()),
];

/// Tells whether an option is one of the sockets that a scheme names.
pub(super) fn fits(row: &Row, scheme: &Scheme) -> bool {
    let holds =
        |table: &[(&str, Fits)], name| table.iter().find(|row| row.0 == name).map(|row| row.1(scheme));
    let of_level = holds(LEVELS, dictionary::split(row).0).unwrap_or(false);
    of_level && holds(ONLY, row.name()).unwrap_or(true)
}

/// An option with its value.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    row: &'static Row,
    /// As the option prints it.
    value: String,
}

impl PartialEq for Setting {
    fn eq(&self, other: &Self) -> bool {
        self.row.name() == other.row.name() && self.value == other.value
    }
}

impl Eq for Setting {}

/// Escapes what would end the value.
impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(dictionary::short(self.row))?;
        if dictionary::is_switch(self.row) && self.value == "on" {
            return Ok(());
        }
        f.write_str("=")?;
        self.value.chars().try_for_each(|c| match c {
            '%' | '&' | ' ' => write!(f, "%{:02x}", u32::from(c)),
            _ => write!(f, "{c}"),
        })
    }
}

impl Setting {
    pub(super) fn apply(&self, socket: &impl AsSource) -> Result<()> {
        self.row.set(socket, &self.value)
    }
}

/// Reads the options behind the question mark, which is the byte before `start`. Those that `own` takes are none of a
/// socket's.
pub(super) fn read(
    text: &str,
    start: usize,
    scheme: &Scheme,
    mut own: impl FnMut(Range<usize>) -> std::result::Result<bool, Problem>,
) -> std::result::Result<Vec<Setting>, Problem> {
    let mut settings: Vec<Setting> = Vec::new();
    let mut at = start;
    for piece in text.get(start..).unwrap_or_default().split('&') {
        if own(at..at + piece.len())? {
            at += piece.len() + 1;
            continue;
        }
        let setting = read_one(text, at..at + piece.len(), scheme)?;
        // What is only set adds to a list, as memberships do.
        let is_one = setting.row.is_readable();
        if is_one && settings.iter().any(|earlier| earlier.row.name() == setting.row.name()) {
            let length = piece.find('=').unwrap_or(piece.len());
            let message = format!("{} is given twice", &piece[..length]);
            return Err(Problem::new(message, text, at..at + length));
        }
        settings.push(setting);
        at += piece.len() + 1;
    }
    Ok(settings)
}

fn read_one(text: &str, span: Range<usize>, scheme: &Scheme) -> std::result::Result<Setting, Problem> {
    let piece = &text[span.clone()];
    let (name, value) = piece.split_once('=').map_or((piece, None), |(name, value)| (name, Some(value)));
    let name_span = span.start..span.start + name.len();
    let row = dictionary::find(text, name_span.clone(), |row| fits(row, scheme))?;
    if !fits(row, scheme) {
        return Err(Problem::new(format!("{} has no option {name}", scheme.name), text, name_span));
    }
    let at = (name_span.end + usize::from(value.is_some()))..span.end;
    let value = match value {
        Some(value) => Some(unescape(value, text, at.start)?),
        None => None,
    };
    let value = dictionary::value(row, name, value.as_deref(), text, at)?;
    Ok(Setting { row, value })
}

/// Reads the escapes of a value: `%26` is an ampersand.
fn unescape(value: &str, text: &str, start: usize) -> std::result::Result<String, Problem> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let at = start + value.len() - rest.len();
        let hex = || std::str::from_utf8(behind.get(..2)?).ok().filter(|hex| !hex.starts_with('+'));
        let escaped = || u8::from_str_radix(hex()?, 16).ok();
        match (first, escaped()) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            (b'%', None) => {
                let message = "% is not followed by two hexadecimal digits";
                let problem = Problem::new(message, text, at..at + 1);
                return Err(problem.with_hint("write %25 for a percent sign"));
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes)
        .map_err(|_| Problem::new("a value is text (UTF-8)", text, start..start + value.len()))
}

#[cfg(test)]
mod tests {
    use berkeley::option::{Linger, ip, socket, tcp};

    use super::*;

    fn settings(text: &str) -> std::result::Result<Vec<Setting>, Problem> {
        read(text, text.find('?').unwrap() + 1, &super::super::SCHEMES[1], |_| Ok(false))
    }

    #[test]
    fn a_setting_reaches_the_socket() {
        let listener =
            berkeley::Socket::open(berkeley::Family::INET, berkeley::Kind::STREAM, berkeley::Protocol::TCP)
                .unwrap();
        let text = "tcp4://:0?keepalive&rcvbuf=64KiB&linger=3&nodelay=off&IP_TTL=%39";
        for setting in settings(text).unwrap() {
            setting.apply(&listener).unwrap();
        }
        assert!(listener.get(socket::KEEPALIVE).unwrap());
        assert!(listener.get(socket::RCVBUF).unwrap() >= 65536);
        assert_eq!(listener.get(socket::LINGER).unwrap(), Linger(Some(3)));
        assert!(!listener.get(tcp::NODELAY).unwrap());
        assert_eq!(listener.get(ip::TTL).unwrap(), 9);
    }

    #[test]
    fn escapes_come_back() {
        let escaped = settings("tcp4://:0?tcp.congestion=a%26b%25%20c").unwrap();
        assert_eq!(escaped[0].value, "a&b% c");
        assert_eq!(escaped[0].to_string(), "tcp.congestion=a%26b%25%20c");
        let problem = settings("tcp4://:0?tcp.congestion=a%+1").unwrap_err().to_string();
        assert!(
            problem.ends_with("                            ^    write %25 for a percent sign"),
            "{problem}"
        );
        assert!(settings("tcp4://:0?tcp.congestion=%ff").is_err() && settings("tcp4://:0?ttl=%").is_err());
    }

    #[test]
    fn memberships_add_up_and_values_do_not() {
        assert!(
            settings("tcp4://:0?ip.ttl=1&ttl=2").unwrap_err().to_string().starts_with("ttl is given twice")
        );
        let groups = "tcp4://:0?ip.add-membership=239.1.1.1&ip.add-membership=239.1.1.2";
        assert_eq!(settings(groups).map(|settings| settings.len()), Ok(2), "{groups}");
    }
}

//! The words of the command line: names, names with values, levels, addresses.

use std::ffi::OsStr;

use berkeley::option::{self, Row};
use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command};

use crate::dictionary;
use crate::report::Problem;

/// Takes every word, and knows which names shells are to complete.
#[derive(Clone, Copy, Debug)]
pub struct Words;

impl TypedValueParser for Words {
    type Value = String;

    fn parse_ref(&self, command: &Command, _: Option<&Arg>, word: &OsStr) -> Result<String, clap::Error> {
        let text = word.to_str().map(str::to_owned);
        text.ok_or_else(|| clap::Error::new(ErrorKind::InvalidUtf8).with_cmd(command))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let short = dictionary::EVERY_DAY.iter().map(|(short, _)| *short);
        let names = dictionary::levels().into_iter().chain(short).chain(option::all().map(Row::name));
        Some(Box::new(names.map(PossibleValue::new)))
    }
}

/// Tells an address from a name: it has something before its first `=` that no name has.
pub fn is_address(text: &str) -> bool {
    let head = text.split('=').next().unwrap_or_default();
    text.is_empty() || head.contains(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_')))
}

/// What is asked about.
#[derive(Debug)]
pub enum Ask<'a> {
    /// Every option of a level.
    Level(&'static str),
    Row {
        row: &'static Row,
        text: &'a str,
    },
    /// An option that is set to a value first.
    Set {
        row: &'static Row,
        value: String,
        text: &'a str,
    },
}

impl<'a> Ask<'a> {
    pub fn read(text: &'a str, fits: impl Fn(&Row) -> bool) -> Result<Self, Problem> {
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        if let Some(level) = dictionary::levels().into_iter().find(|level| *level == text) {
            return Ok(Self::Level(level));
        }
        let row = dictionary::find(text, 0..name.len(), fits)?;
        match value {
            None => Ok(Self::Row { row, text }),
            Some(value) => {
                let value = dictionary::value(row, name, Some(value), text, name.len() + 1..text.len())?;
                Ok(Self::Set { row, value, text })
            }
        }
    }

    /// Refuses to set what there is no socket for.
    pub fn without_socket(self) -> Result<Self, Problem> {
        match self {
            Self::Set { text, .. } => {
                let problem =
                    Problem::new("an address is missing, of a socket to set it on", text, 0..text.len());
                Err(problem.with_hint(format!("write sock option {text} tcp4://:0, or pid:N/fd:M")))
            }
            _ => Ok(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_told_from_each_other() {
        for name in
            ["nodelay", "tcp.nodelay", "TCP_NODELAY", "tcp", "bindtodevice=eth0/1:2", "x=", "=", "a=b?c"]
        {
            assert!(!is_address(name), "{name}");
        }
        for address in [
            "tcp://:0",
            "localhost:80?nodelay=on",
            "unix:/a=b",
            "/a=b",
            "./x",
            "[::1]:80",
            "pid:1/fd:2",
            "pid:1",
            "",
        ] {
            assert!(is_address(address), "{address}");
        }
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        let rows = [
            ("tcp.nodelai", "^^^^^^^^^^^    did you mean tcp.nodelay? (sock option lists all)"),
            ("nodelay=maybe", "        ^^^^^    nodelay is on or off"),
            ("nodelay=", "        ^    nodelay is on or off"),
            ("tcp.info=1", "^^^^^^^^"),
            ("=1", "^    sock option lists all"),
        ];
        for (text, marked) in rows {
            let problem = Ask::read(text, |_| true).unwrap_err().to_string();
            assert_eq!(problem.lines().last(), Some(format!("  {marked}").as_str()), "{problem}");
        }
        assert!(Ask::read("rcvbuf=1", |_| true).unwrap().without_socket().is_err());
        assert!(Ask::read("tcp", |_| true).unwrap().without_socket().is_ok());
    }
}

//! IP protocols: names of their numbers.

use std::fmt;
use std::iter::once;
use std::sync::Arc;

use super::builtin;
use super::file::{Cached, words};
use super::names::{Names, find, meant};
use crate::error::{Error, LookupFailure, Result};
use crate::kind::Protocol;

/// An IP protocol: its official name, its aliases and its number.
///
/// It is a line of `/etc/protocols`, or on Windows of `drivers\etc\protocol`. The file is read once for each version of it.
/// Where there is none, a table of the well-known protocols takes its place.
///
/// # Examples
///
/// ```
/// use berkeley::Protocol;
/// use berkeley::name::ProtocolEntry;
///
/// let tcp = ProtocolEntry::by_name("tcp")?;
/// assert_eq!((tcp.number(), tcp.protocol()), (6, Protocol::TCP));
/// assert_eq!(ProtocolEntry::by_number(17).unwrap().name(), "udp");
/// let error = ProtocolEntry::by_name("nonexistent-protocol").unwrap_err();
/// assert!(error.is_no_such_protocol() && error.name() == Some("nonexistent-protocol"));
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "protoent")]
pub struct ProtocolEntry {
    names: Names,
    number: u16,
}

static PROTOCOLS: Cached<Vec<ProtocolEntry>> =
    Cached::new("protocols", |text| ProtocolEntry::parse(text).collect(), builtin::PROTOCOLS);

impl ProtocolEntry {
    /// Finds a protocol by its name or an alias. Where none is spelt so, letters count the same in either case.
    ///
    /// # Errors
    ///
    /// [`is_no_such_protocol`](Error::is_no_such_protocol), with the name that was probably meant.
    #[doc(alias = "getprotobyname")]
    pub fn by_name(name: &str) -> Result<Self> {
        let all = PROTOCOLS.get();
        find(all.iter(), |entry| &entry.names, name).cloned().ok_or_else(|| {
            let error = Error::lookup(LookupFailure::NoSuchProtocol).with_name(name);
            meant(error, name, all.iter().map(|entry| &entry.names))
        })
    }

    /// Finds the protocol that has a number.
    #[must_use]
    #[doc(alias = "getprotobynumber")]
    pub fn by_number(number: u16) -> Option<Self> {
        PROTOCOLS.get().iter().find(|entry| entry.number == number).cloned()
    }

    /// Returns all protocols, in the order of the file.
    #[must_use]
    #[doc(alias = "getprotoent")]
    pub fn all() -> Arc<Vec<Self>> {
        PROTOCOLS.get()
    }

    /// Reads a text of the form of `/etc/protocols`. A line that is wrong is passed over.
    pub fn parse(text: &str) -> impl Iterator<Item = Self> {
        text.lines().filter_map(Self::of_line)
    }

    fn of_line(line: &str) -> Option<Self> {
        let mut words = words(line);
        let name = words.next()?;
        let number = words.next().filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some(Self { number: number.parse().ok()?, names: Names::of(once(name).chain(words))? })
    }

    /// Returns the official name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.official()
    }

    /// Returns the other names.
    pub fn aliases(&self) -> impl Iterator<Item = &str> {
        self.names.aliases()
    }

    /// Returns the number.
    #[must_use]
    pub const fn number(&self) -> u16 {
        self.number
    }

    /// Returns the number as what a socket is opened with.
    #[must_use]
    pub const fn protocol(&self) -> Protocol {
        Protocol::from_raw(self.number as i32)
    }
}

/// Prints a line of the file.
impl fmt::Display for ProtocolEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name(), self.number)?;
        self.aliases().try_for_each(|alias| write!(f, " {alias}"))
    }
}

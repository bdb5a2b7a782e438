//! What is asked about a host.

use std::net::IpAddr;

use super::host::Host;
use super::hosts::HostsFile;
use super::idna;
use crate::addr::{Address, Family, ToAddress};
use crate::error::{Error, LookupFailure, Operation, Result};
use crate::sys::lookup;

/// Which families of addresses are wanted, and which comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Families {
    /// Both, in the order in which the system would try them.
    #[default]
    Both,
    /// IPv4 alone.
    V4,
    /// IPv6 alone.
    V6,
    /// Both, those of IPv4 first.
    V4First,
    /// Both, those of IPv6 first.
    V6First,
}

impl Families {
    const fn only(self) -> Option<Family> {
        match self {
            Self::V4 => Some(Family::INET),
            Self::V6 => Some(Family::INET6),
            Self::Both | Self::V4First | Self::V6First => None,
        }
    }

    fn allow(self, address: &Address) -> bool {
        self.only().is_none_or(|family| family == address.family())
    }

    /// Brings the preferred family to the front; within a family the order stays.
    fn arrange(self, addresses: &mut [Address]) {
        let first = match self {
            Self::V4First => Family::INET,
            Self::V6First => Family::INET6,
            Self::Both | Self::V4 | Self::V6 => return,
        };
        addresses.sort_by_key(|address| address.family() != first);
    }
}

/// A question about a host: the addresses of a name, or the name of an address.
///
/// [`ask`](Self::ask) asks the system in this thread, for as long as that takes; a [`Resolver`](super::Resolver) asks from
/// threads of its own.
///
/// A name whose last label is a number is an address in figures (RFC 1123). It is read here: no resolver is asked for
/// `127.0.0.1`, nor for `10.0.0.300`, which is an error that says what is wrong with it. Which addresses this machine has
/// makes no difference to an answer: the flag `AI_ADDRCONFIG` is never set.
///
/// # Examples
///
/// ```
/// use berkeley::name::{Families, Query};
///
/// let host = Query::name("fe80::1%7").ask()?;
/// assert_eq!(host.addresses()[0].to_string(), "[fe80::1%7]:0");
///
/// let error = Query::name("::1").families(Families::V4).ask().unwrap_err();
/// assert!(error.is_no_data());
///
/// let error = Query::name("10.0.0.300").ask().unwrap_err();
/// assert!(error.parse_error().is_some_and(|error| error.token() == "300"));
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[must_use = "a query does nothing until it is asked"]
pub struct Query {
    subject: Subject,
    families: Families,
    wants_names: bool,
    is_numeric: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Name(Box<str>),
    Address(Address),
}

/// A question that only the system can answer, or the answer to one that needs nobody.
#[derive(Debug)]
pub(super) enum Prepared {
    Ask(Question),
    Known(Host),
}

/// A question as the system is asked it. Two that are equal have the same answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Question {
    query: Query,
    /// What the system is given: a name in ASCII. Empty if the question is about an address.
    ascii: Box<str>,
}

impl Query {
    fn new(subject: Subject) -> Self {
        Self { subject, families: Families::Both, wants_names: false, is_numeric: false }
    }

    /// Asks for the addresses of a name, which may be an address in figures.
    pub fn name(name: &str) -> Self {
        Self::new(Subject::Name(name.into()))
    }

    /// Asks for the name of an IP address. One of IPv4 inside IPv6 (`::ffff:192.0.2.1`) is looked up as what it is.
    #[doc(alias = "getnameinfo")]
    pub fn address(address: impl Into<IpAddr>) -> Self {
        Self::new(Subject::Address(Address::from((address.into().to_canonical(), 0))))
    }

    /// Asks for the name of the IP address of a socket address, its zone included.
    ///
    /// # Errors
    ///
    /// [`is_invalid`](Error::is_invalid) if the address is no IP address.
    pub fn socket_address(address: &Address) -> Result<Self> {
        let address = address.to_canonical().with_port(0).ok_or_else(|| {
            let why = "only an IP address has a name to look up";
            Error::invalid(Operation::LookUp, why).with_address(address.clone())
        })?;
        Ok(Self::new(Subject::Address(address)))
    }

    /// Sets which families of addresses are wanted.
    pub const fn families(mut self, families: Families) -> Self {
        self.families = families;
        self
    }

    /// Asks for the canonical name and the aliases of a name as well, which can cost the system further questions.
    #[doc(alias = "AI_CANONNAME")]
    pub const fn with_names(mut self) -> Self {
        self.wants_names = true;
        self
    }

    /// Has nobody asked: a name has to be an address in figures, and an address is its own name.
    #[doc(alias = "AI_NUMERICHOST")]
    #[doc(alias = "NI_NUMERICHOST")]
    pub const fn numeric(mut self) -> Self {
        self.is_numeric = true;
        self
    }

    /// Asks the system, in this thread, for as long as it takes.
    ///
    /// # Errors
    ///
    /// - [`is_no_such_name`](Error::is_no_such_name), also of an address that has no name.
    /// - [`is_no_data`](Error::is_no_data): the name is there, without an address of the families that are wanted.
    /// - [`is_resolver_again`](Error::is_resolver_again), [`is_resolver_failure`](Error::is_resolver_failure): nothing is
    ///   known about the name for now.
    /// - [`is_invalid`](Error::is_invalid): what no name and no address can be.
    ///
    /// Each has the name in it.
    ///
    /// # Platform notes
    ///
    /// - Systems without a resolver say [`is_unsupported`](Error::is_unsupported).
    ///
    /// # System call
    ///
    /// `getaddrinfo(3)`, `getnameinfo(3)`; on Windows `GetAddrInfoW`, `GetNameInfoW`.
    #[doc(alias = "getaddrinfo")]
    #[doc(alias = "gethostbyname")]
    #[doc(alias = "gethostbyaddr")]
    pub fn ask(&self) -> Result<Host> {
        match self.prepare()? {
            Prepared::Known(host) => Ok(host),
            Prepared::Ask(question) => question.ask().map_err(|failure| self.error(failure)),
        }
    }

    /// Says what is wrong with the question, without asking anybody.
    ///
    /// # Errors
    ///
    /// Those errors of [`ask`](Self::ask) that need no asking: what no name and no address can be.
    pub fn check(&self) -> Result<()> {
        self.prepare().map(drop)
    }

    /// Says what failed, with the name in it.
    pub(super) fn error(&self, failure: LookupFailure) -> Error {
        self.about(Error::lookup(failure))
    }

    /// Adds what was asked about.
    pub(super) fn about(&self, error: Error) -> Error {
        error.with_name(self.text())
    }

    fn text(&self) -> Box<str> {
        match &self.subject {
            Subject::Name(name) => name.clone(),
            Subject::Address(address) => figures(address).into(),
        }
    }

    /// Answers what needs nobody, refuses what no name can be, and leaves the rest to the system.
    pub(super) fn prepare(&self) -> Result<Prepared> {
        let name = match &self.subject {
            Subject::Name(name) => name,
            Subject::Address(address) if self.is_numeric => return Ok(self.known(address.clone())),
            Subject::Address(_) => {
                return Ok(Prepared::Ask(Question { query: self.clone(), ascii: Box::default() }));
            }
        };
        if self.is_numeric || is_figures(name) {
            let read = (&**name, 0).to_address();
            let address = read.map_err(|error| self.about(Error::parse(Operation::LookUp, error)))?;
            if !self.families.allow(&address) {
                return Err(self.error(LookupFailure::NoData));
            }
            return Ok(self.known(address));
        }
        let ascii = idna::to_ascii(name)?;
        if let Some(why) = fault(&ascii) {
            return Err(self.about(Error::invalid(Operation::LookUp, why)));
        }
        Ok(Prepared::Ask(Question { query: self.clone(), ascii: ascii.into() }))
    }

    fn known(&self, address: Address) -> Prepared {
        let canonical = self.wants_names.then(|| figures(&address));
        Prepared::Known(Host::new(&self.text(), canonical, vec![address]))
    }
}

impl Question {
    /// Asks the system.
    pub(super) fn ask(&self) -> Result<Host, LookupFailure> {
        let Query { families, wants_names, .. } = self.query;
        let host = match &self.query.subject {
            Subject::Name(name) => {
                let mut found = lookup::addresses(&self.ascii, families.only(), wants_names)?;
                found.addresses.retain(|address| families.allow(address));
                if found.addresses.is_empty() {
                    return Err(LookupFailure::NoData);
                }
                families.arrange(&mut found.addresses);
                Host::new(name, found.canonical, found.addresses)
            }
            Subject::Address(address) => {
                let canonical = lookup::host_name(address)?;
                Host::new(&self.query.text(), Some(canonical), vec![address.clone()])
            }
        };
        Ok(if wants_names { host.with_aliases_of(&HostsFile::system()) } else { host })
    }

    pub(super) const fn query(&self) -> &Query {
        &self.query
    }
}

/// Writes an IP address without its port.
fn figures(address: &Address) -> String {
    let text = address.to_string();
    let text = text.strip_suffix(":0").unwrap_or(&text);
    text.trim_matches(['[', ']']).to_owned()
}

/// Tells whether a text is an address in figures, right or wrong.
pub(super) fn is_figures(name: &str) -> bool {
    let last = name.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    name.contains(':') || (!last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Says why a text can be no name (RFC 1035, of which files and other sources of names take more characters).
fn fault(name: &str) -> Option<&'static str> {
    let labels = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() {
        Some("a name is missing")
    } else if name.contains(|c: char| c.is_control()) {
        Some("a name has no control characters")
    } else if labels.len() > 253 {
        Some("a name has at most 253 characters")
    } else if labels.split('.').any(|label| label.is_empty() || label.len() > 63) {
        Some("a name has 1 to 63 characters between two dots")
    } else {
        None
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_told_from_names() {
        for text in ["127.0.0.1", "10.0.0.300", "127.1", "1", "::1", "fe80::1%eth0", "[::1]", "1.2.3.4."] {
            assert!(is_figures(text), "{text}");
        }
        for text in ["localhost", "1a", "3com.com", "a.b.c", "1.2.3.4.in-addr.arpa", "", "."] {
            assert!(!is_figures(text), "{text}");
        }
    }

    #[test]
    fn what_no_name_can_be_is_refused_with_the_reason() {
        let long = "a.".repeat(127) + "a";
        assert_eq!(fault(&long[..253]), None);
        for (name, why) in [
            ("", "missing"),
            ("a..b", "between two dots"),
            (".", "between two dots"),
            ("a\0b", "control"),
            (&"x".repeat(64), "1 to 63"),
            (&format!("{long}b"), "253"),
        ] {
            let error = Query::name(name).ask().unwrap_err();
            assert!(error.is_invalid() && error.name() == Some(name), "{error}");
            assert!(error.to_string().contains(why), "{error}");
        }
    }

    #[test]
    fn a_preferred_family_comes_first_and_each_keeps_its_order() {
        let all =
            ["1.1.1.1:0", "[::1]:0", "2.2.2.2:0", "[::2]:0"].map(|text| text.parse::<Address>().unwrap());
        let arranged = |families: Families| {
            let mut addresses = all.clone();
            families.arrange(&mut addresses);
            addresses.map(|address| figures(&address)).join(" ")
        };
        assert_eq!(arranged(Families::Both), "1.1.1.1 ::1 2.2.2.2 ::2");
        assert_eq!(arranged(Families::V4First), "1.1.1.1 2.2.2.2 ::1 ::2");
        assert_eq!(arranged(Families::V6First), "::1 ::2 1.1.1.1 2.2.2.2");
    }
}

//! Services: names of ports.

use std::fmt;
use std::iter::once;
use std::sync::Arc;

use super::builtin;
use super::file::{Cached, words};
use super::names::{Names, find, meant};
use super::protocol::ProtocolEntry;
use super::query::is_figures;
use crate::addr::{Address, ToAddress};
use crate::error::{Error, LookupFailure, Operation, Result};
use crate::kind::Protocol;

/// A service: its official name, its aliases, its port and the protocol that the port is of.
///
/// It is a line of `/etc/services`, or on Windows of `drivers\etc\services`. The file is read once for each version of it.
/// Where there is none, a table of the well-known services takes its place.
///
/// # Examples
///
/// ```
/// use berkeley::Protocol;
/// use berkeley::name::ServiceEntry;
///
/// let web = ServiceEntry::by_name("http", Protocol::TCP)?;
/// assert_eq!((web.name(), web.port(), web.protocol()), ("http", 80, Some(Protocol::TCP)));
/// assert_eq!(ServiceEntry::by_port(53, Protocol::UDP).unwrap().name(), "domain");
/// assert!(ServiceEntry::by_name("no such thing", None).unwrap_err().is_no_such_service());
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "servent")]
pub struct ServiceEntry {
    names: Names,
    port: u16,
    protocol: Box<str>,
}

static SERVICES: Cached<Vec<ServiceEntry>> =
    Cached::new("services", |text| ServiceEntry::parse(text).collect(), builtin::SERVICES);

impl ServiceEntry {
    /// Finds a service by its name or an alias, of one protocol or, with `None`, of any.
    ///
    /// The first entry of the file that has the name is it. Where none is spelt so, letters count the same in either case
    /// (RFC 6335). The ports of Multipath TCP are those of TCP, those of UDP-Lite are UDP's.
    ///
    /// # Errors
    ///
    /// [`is_no_such_service`](Error::is_no_such_service), with the name that was probably meant.
    #[doc(alias = "getservbyname")]
    pub fn by_name(name: &str, protocol: impl Into<Option<Protocol>>) -> Result<Self> {
        let (all, protocol) = (SERVICES.get(), protocol.into());
        let of_protocol = all.iter().filter(|entry| entry.is_of(protocol));
        let found = find(of_protocol, |entry| &entry.names, name);
        found.cloned().ok_or_else(|| unknown(name, protocol, &all))
    }

    /// Finds the service that has a port, of one protocol or, with `None`, of any.
    #[must_use]
    #[doc(alias = "getservbyport")]
    pub fn by_port(port: u16, protocol: impl Into<Option<Protocol>>) -> Option<Self> {
        let protocol = protocol.into();
        SERVICES.get().iter().find(|entry| entry.port == port && entry.is_of(protocol)).cloned()
    }

    /// Returns all services, in the order of the file.
    #[must_use]
    #[doc(alias = "getservent")]
    pub fn all() -> Arc<Vec<Self>> {
        SERVICES.get()
    }

    /// Reads a text of the form of `/etc/services`. A line that is wrong is passed over.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::name::ServiceEntry;
    ///
    /// let text = "http 80/tcp www # the web\nwrong 99999/tcp\n";
    /// let entries: Vec<_> = ServiceEntry::parse(text).collect();
    /// assert_eq!(entries.len(), 1);
    /// assert_eq!(entries[0].to_string(), "http 80/tcp www");
    /// ```
    pub fn parse(text: &str) -> impl Iterator<Item = Self> {
        text.lines().filter_map(Self::of_line)
    }

    fn of_line(line: &str) -> Option<Self> {
        let mut words = words(line);
        let name = words.next()?;
        let (port, protocol) = words.next()?.split_once('/')?;
        if protocol.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(Self {
            port: port.parse().ok()?,
            protocol: protocol.into(),
            names: Names::of(once(name).chain(words))?,
        })
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

    /// Returns the port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Returns the protocol as the file names it, `tcp` for example.
    #[must_use]
    pub fn protocol_name(&self) -> &str {
        &self.protocol
    }

    /// Returns the IP protocol; `None` if the port is of another kind, as those of AppleTalk (`ddp`) in old files.
    #[must_use]
    pub fn protocol(&self) -> Option<Protocol> {
        builtin::transport(&self.protocol)
    }

    fn is_of(&self, protocol: Option<Protocol>) -> bool {
        match protocol {
            None | Some(Protocol::DEFAULT) => true,
            Some(Protocol::MPTCP) => self.protocol() == Some(Protocol::TCP),
            Some(Protocol::UDPLITE) => matches!(self.protocol(), Some(Protocol::UDP | Protocol::UDPLITE)),
            protocol => self.protocol() == protocol,
        }
    }
}

/// Prints a line of the file.
impl fmt::Display for ServiceEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.name(), self.port, self.protocol)?;
        self.aliases().try_for_each(|alias| write!(f, " {alias}"))
    }
}

#[cold]
fn unknown(name: &str, protocol: Option<Protocol>, all: &[ServiceEntry]) -> Error {
    let error = Error::lookup(LookupFailure::NoSuchService).with_name(name);
    let elsewhere = all.iter().find(|entry| entry.names.has(name));
    let of = protocol.map(|protocol| {
        let number = protocol.as_raw();
        let entry = u16::try_from(number).ok().and_then(ProtocolEntry::by_number);
        // A system's own list may have few of them.
        entry.map_or_else(|| format!("protocol {number}"), |entry| entry.name().to_owned())
    });
    match (elsewhere, of) {
        (Some(entry), Some(of)) => {
            error.with_detail(format!("it is a service of {}, not of {of}", entry.protocol_name()))
        }
        _ => meant(error, name, all.iter().map(|entry| &entry.names)),
    }
}

/// Reads a port: a number, whether it is listed or not, or the name of a service.
///
/// # Errors
///
/// [`is_no_such_service`](Error::is_no_such_service); [`is_invalid`](Error::is_invalid) for a number that is no port.
///
/// # Examples
///
/// ```
/// use berkeley::Protocol;
/// use berkeley::name::port;
///
/// assert_eq!(port("http", Protocol::TCP)?, 80);
/// assert_eq!(port("1024", Protocol::TCP)?, 1024);
/// let error = port("70000", Protocol::TCP).unwrap_err();
/// assert_eq!(error.to_string(), "look up \"70000\": a port is a number from 0 to 65535");
/// # Ok::<(), berkeley::Error>(())
/// ```
pub fn port(text: &str, protocol: impl Into<Option<Protocol>>) -> Result<u16> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return ServiceEntry::by_name(text, protocol).map(|entry| entry.port());
    }
    text.parse()
        .map_err(|_| Error::invalid(Operation::LookUp, "a port is a number from 0 to 65535").with_name(text))
}

/// Reads the text of an address, whose port may be the name of a service: `127.0.0.1:http`, `[::1]:domain`.
///
/// Every other address is read as [`Address`] reads it. No host is looked up.
///
/// # Errors
///
/// [`is_no_such_service`](Error::is_no_such_service); [`parse_error`](Error::parse_error) for a text that is no address.
///
/// # Examples
///
/// ```
/// use berkeley::Protocol;
/// use berkeley::name::address;
///
/// assert_eq!(address("127.0.0.1:http", Protocol::TCP)?, "127.0.0.1:80".parse()?);
/// assert_eq!(address("[fe80::1%eth0]:domain", Protocol::UDP)?.to_string(), "[fe80::1%eth0]:53");
/// assert_eq!(address("unix:/run/x", None)?, "unix:/run/x".parse()?);
/// # Ok::<(), berkeley::Error>(())
/// ```
pub fn address(text: &str, protocol: impl Into<Option<Protocol>>) -> Result<Address> {
    let named = text.rsplit_once(':').filter(|(host, service)| {
        let is_ip = host.ends_with(']') || (is_figures(host) && !host.contains(':'));
        is_ip && service.starts_with(|c: char| c.is_ascii_alphabetic())
    });
    match named {
        Some((host, service)) => Ok((host, port(service, protocol)?).to_address()?),
        None => Ok(text.to_address()?),
    }
}

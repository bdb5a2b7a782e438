//! The hosts file.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::{fmt, fs, io};

use super::file::{Cached, words};
use super::names::Names;
use crate::addr::{Address, ToAddress};

/// The hosts file: names of addresses that no server is asked for.
///
/// A lookup of a [`Query`](super::Query) heeds it as the system does. This is the file alone, as it is written.
///
/// # Examples
///
/// ```
/// use berkeley::name::HostsFile;
///
/// let hosts = HostsFile::parse("127.0.0.1 localhost\n192.0.2.7 www.example.org www # ours\n");
/// let entry = hosts.by_name("WWW").next().unwrap();
/// assert_eq!(entry.address().ip(), Some([192, 0, 2, 7].into()));
/// assert_eq!(entry.names().collect::<Vec<_>>(), ["www.example.org", "www"]);
/// assert_eq!(hosts.by_address([127, 0, 0, 1].into()).next().unwrap().name(), "localhost");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostsFile {
    entries: Vec<HostsEntry>,
}

/// A line of the hosts file: an address and its names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostsEntry {
    address: Address,
    names: Names,
}

static HOSTS: Cached<HostsFile> = Cached::new("hosts", HostsFile::parse, "");

impl HostsFile {
    /// Returns the system's file, empty if there is none. It is read once for each version of it.
    #[must_use]
    pub fn system() -> Arc<Self> {
        HOSTS.get()
    }

    /// Reads a file; one that does not exist is empty.
    ///
    /// # Errors
    ///
    /// Those of reading a file that is there.
    pub fn read(path: impl AsRef<Path>) -> io::Result<Self> {
        match fs::read(path) {
            Ok(bytes) => Ok(Self::parse(&String::from_utf8_lossy(&bytes))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    /// Reads a text of the form of `/etc/hosts`. A line that is wrong is passed over.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self { entries: text.lines().filter_map(HostsEntry::of_line).collect() }
    }

    /// Returns the lines, in their order.
    #[must_use]
    pub fn entries(&self) -> &[HostsEntry] {
        &self.entries
    }

    /// Returns the lines that have a name, whatever the case of its letters.
    pub fn by_name(&self, name: &str) -> impl Iterator<Item = &HostsEntry> {
        self.entries.iter().filter(move |entry| entry.names.has_in_either_case(name))
    }

    /// Returns the lines that have an IP address.
    pub fn by_address(&self, ip: IpAddr) -> impl Iterator<Item = &HostsEntry> {
        self.entries.iter().filter(move |entry| entry.address.ip() == Some(ip))
    }
}

impl HostsEntry {
    fn of_line(line: &str) -> Option<Self> {
        let mut words = words(line);
        let address = (words.next()?, 0).to_address().ok()?;
        Some(Self { address, names: Names::of(words)? })
    }

    /// Returns the address; its port is zero.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// Returns the canonical name, which is the first.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.official()
    }

    /// Returns all names, the canonical one first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.all()
    }
}

/// Prints a line of the file.
impl fmt::Display for HostsEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address.to_string();
        let address = address.strip_suffix(":0").unwrap_or(&address);
        let bracketed = address.strip_prefix('[').and_then(|address| address.strip_suffix(']'));
        // In the name of a zone too it would begin a comment.
        f.write_str(&bracketed.unwrap_or(address).replace('#', "%23"))?;
        self.names().try_for_each(|name| write!(f, " {name}"))
    }
}

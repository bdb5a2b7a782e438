//! What is known of a host.

use std::net::IpAddr;

use super::hosts::HostsFile;
use crate::addr::Address;

/// A host, as an answer to a [`Query`](super::Query): its addresses, and the names that were asked for.
///
/// The addresses stand in the order in which to try them, which is the system's (RFC 6724). There is at least one, and none is
/// there twice. Their ports are zero: [`with_port`](Self::with_port) gives what to connect to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "hostent")]
#[doc(alias = "addrinfo")]
pub struct Host {
    name: Box<str>,
    canonical: Option<Box<str>>,
    aliases: Box<[Box<str>]>,
    addresses: Box<[Address]>,
}

impl Host {
    /// Makes one of addresses, of which there is one at least; those that are there already are left out.
    pub(super) fn new(name: &str, canonical: Option<String>, found: Vec<Address>) -> Self {
        let mut addresses: Vec<Address> = Vec::with_capacity(found.len());
        for address in found {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        Self {
            name: name.into(),
            canonical: canonical.map(String::into_boxed_str),
            aliases: Box::default(),
            addresses: addresses.into(),
        }
    }

    /// Adds the other names that the hosts file has for an address of this host beside a name of it.
    pub(super) fn with_aliases_of(mut self, file: &HostsFile) -> Self {
        let is_known = |name: &str| {
            name.eq_ignore_ascii_case(&self.name)
                || self.canonical_name().is_some_and(|canonical| name.eq_ignore_ascii_case(canonical))
        };
        let mut aliases: Vec<Box<str>> = Vec::new();
        for entry in file.entries() {
            let is_of_this = self.ips().any(|ip| Some(ip) == entry.address().ip());
            if !is_of_this || !entry.names().any(is_known) {
                continue;
            }
            for name in entry.names().filter(|name| !is_known(name)) {
                if !aliases.iter().any(|alias| **alias == *name) {
                    aliases.push(name.into());
                }
            }
        }
        self.aliases = aliases.into();
        self
    }

    /// Returns what was asked about: the name, or the address in figures.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the official name; `None` if it was not asked for.
    #[must_use]
    #[doc(alias = "AI_CANONNAME")]
    pub fn canonical_name(&self) -> Option<&str> {
        self.canonical.as_deref()
    }

    /// Returns the other names, as far as the hosts file has them and names were asked for.
    pub fn aliases(&self) -> impl Iterator<Item = &str> {
        self.aliases.iter().map(|alias| &**alias)
    }

    /// Returns the addresses, in the order in which to try them. Their ports are zero.
    #[must_use]
    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// Returns the IP addresses, in the same order, without their zones.
    pub fn ips(&self) -> impl Iterator<Item = IpAddr> {
        self.addresses.iter().filter_map(Address::ip)
    }

    /// Returns the addresses with a port, in the same order.
    pub fn with_port(&self, port: u16) -> impl Iterator<Item = Address> {
        self.addresses.iter().filter_map(move |address| address.with_port(port))
    }
}

//! Names of hosts, services and protocols, as the system knows them.
//!
//! | for | look at |
//! |---|---|
//! | the addresses of a name, the name of an address, in this thread | [`Query`], [`Host`] |
//! | the same without waiting, or no longer than a deadline | [`Resolver`], [`Lookup`] |
//! | all addresses of `host:service`, one of which is to listen on or to send to | [`Resolver::addresses`], [`Resolver::try_each`] |
//! | a port by the name of its service, and back | [`ServiceEntry`], [`port`], [`address`] |
//! | an IP protocol by its name, and back | [`ProtocolEntry`] |
//! | the hosts file alone | [`HostsFile`] |
//!
//! Hosts are asked of the system, so that its rules hold: nsswitch.conf, the hosts file, multicast DNS, the servers of a VPN.
//! An address in figures is read here and costs no system call. Services and protocols are read from the system's files,
//! once for each version of a file; where there is none, a table of the well-known ones takes its place.
//!
//! # Examples
//!
//! ```
//! use berkeley::name::{Query, Resolver, ServiceEntry};
//! use berkeley::{Protocol, SECOND};
//!
//! # if !cfg!(any(unix, windows)) { return Ok(()); }
//! let host = Resolver::system().look_up(&Query::name("localhost"), SECOND * 10)?;
//! assert!(host.addresses().iter().all(|address| address.is_loopback()));
//!
//! assert_eq!(ServiceEntry::by_name("http", Protocol::TCP)?.port(), 80);
//! # Ok::<(), berkeley::Error>(())
//! ```

mod addresses;
mod builtin;
mod file;
mod host;
mod hosts;
mod idna;
mod names;
mod pool;
mod protocol;
mod query;
mod resolver;
mod service;

pub use self::host::Host;
pub use self::hosts::{HostsEntry, HostsFile};
pub use self::protocol::ProtocolEntry;
pub use self::query::{Families, Query};
pub use self::resolver::{Lookup, Resolver};
pub use self::service::{ServiceEntry, address, port};

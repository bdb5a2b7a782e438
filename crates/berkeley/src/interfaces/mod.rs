//! The interfaces of this machine: listing them, finding them, and hearing of their changes.

mod change;
#[cfg(linux_like)]
mod generic;
mod host;
#[cfg(linux_like)]
mod rtnetlink;
#[cfg_attr(linux_like, path = "linux.rs")]
#[cfg_attr(not(linux_like), path = "portable.rs")]
mod system;

use std::net::IpAddr;

pub use self::change::InterfaceChanges;
pub use self::host::{domain_name, host_name};
use crate::error::{Errno, Error, Operation, Result};
use crate::interface::{Group, Interface, InterfaceAddress, Route};

/// Says that a listing was given up.
#[cfg(linux_like)]
fn unsettled() -> Error {
    let why = "the interfaces changed each time that they were listed; list them again";
    Error::new(Operation::Interface, Errno::INTR).with_detail(why)
}

/// Lists the interfaces of this machine, and finds them by name, index or address.
///
/// It is kept for several lists: on Linux it holds the sockets by which the kernel is asked.
///
/// # Platform notes
///
/// | system | how | what it lacks |
/// |---|---|---|
/// | Linux | rtnetlink(7), in the network namespace of the thread that opens it; a list that changed under way is asked for again | |
/// | FreeBSD, macOS | `getifaddrs(3)`, `getifmaddrs(3)`, `sysctl(3)` of route(4) | |
/// | the other BSDs | `getifaddrs(3)` | [`routes`](Self::routes), [`groups`](Self::groups) |
/// | Windows | `GetAdaptersAddresses`, `GetIfEntry2`, `GetIpForwardTable2` | |
/// | others | unsupported | |
///
/// # Examples
///
/// ```
/// use berkeley::Interfaces;
/// use std::net::Ipv4Addr;
///
/// # if !cfg!(any(target_os = "linux", windows)) { return Ok(()); }
/// let mut interfaces = Interfaces::open()?;
/// let loopback = interfaces.by_address(Ipv4Addr::LOCALHOST)?;
/// assert!(loopback.is_loopback());
///
/// let error = interfaces.by_name("no-such0").unwrap_err();
/// assert!(error.is_no_such_interface());
/// assert!(error.to_string().contains("there are"));      // and which
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Debug)]
#[doc(alias = "getifaddrs")]
#[doc(alias = "if_nameindex")]
#[doc(alias = "GetAdaptersAddresses")]
pub struct Interfaces(system::Lister);

impl Interfaces {
    /// Prepares to list.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported).
    pub fn open() -> Result<Self> {
        system::Lister::open().map(Self)
    }

    /// Lists all interfaces in the order of their indices, those without an address and those that are disabled too, with
    /// all that is known of them.
    ///
    /// # Errors
    ///
    /// [`is_interrupted`](Error::is_interrupted): they changed again and again while they were listed.
    pub fn list(&mut self) -> Result<Vec<Interface>> {
        self.0.list()
    }

    /// Lists the addresses of all interfaces, and nothing else of them. On Linux that is one question to the kernel.
    pub fn addresses(&mut self) -> Result<Vec<InterfaceAddress>> {
        self.0.addresses()
    }

    /// Lists the routes of all tables but that of the machine's own addresses.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported) on NetBSD, OpenBSD and DragonFly.
    ///
    /// # Platform notes
    ///
    /// - FreeBSD, macOS: those of this process's table (`setfib(2)`), without metrics; what is known of neighbours is no route.
    pub fn routes(&mut self) -> Result<Vec<Route>> {
        self.0.routes()
    }

    /// Lists the interfaces on which groups can be joined: those that are running, and take multicast.
    pub fn multicast(&mut self) -> Result<Vec<Interface>> {
        let mut interfaces = self.list()?;
        interfaces.retain(Interface::can_multicast);
        Ok(interfaces)
    }

    /// Lists the groups that interfaces have joined, for sockets or for the system itself.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported) on NetBSD, OpenBSD and DragonFly.
    ///
    /// # Platform notes
    ///
    /// - Linux: the files `igmp` and `igmp6` of proc(5), of the network namespace of the thread that asks.
    /// - FreeBSD, macOS: `getifmaddrs(3)`. Windows: `GetAdaptersAddresses`. They do not tell how many have joined.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::Interfaces;
    /// use std::net::Ipv4Addr;
    ///
    /// # if !cfg!(target_os = "linux") { return Ok(()); }
    /// let mut interfaces = Interfaces::open()?;
    /// let loopback = interfaces.by_address(Ipv4Addr::LOCALHOST)?;
    /// for group in interfaces.groups()?.iter().filter(|group| group.index() == loopback.index()) {
    ///     println!("{} ({:?})", group.address(), group.users());
    /// }
    /// # Ok::<(), berkeley::Error>(())
    /// ```
    pub fn groups(&mut self) -> Result<Vec<Group>> {
        self.0.groups()
    }

    /// Finds an interface by any of its names.
    ///
    /// # Errors
    ///
    /// [`is_no_such_interface`](Error::is_no_such_interface), with the names that there are.
    pub fn by_name(&mut self, name: &str) -> Result<Interface> {
        self.find(|interface| interface.is_called(name), || format!("no interface is called {name:?}"))
    }

    /// Finds an interface by its index.
    ///
    /// # Errors
    ///
    /// As [`by_name`](Self::by_name).
    pub fn by_index(&mut self, index: u32) -> Result<Interface> {
        self.find(|interface| interface.index() == index, || format!("no interface has the index {index}"))
    }

    /// Finds the interface that has an address; of several with the same link-local address, the first.
    ///
    /// # Errors
    ///
    /// As [`by_name`](Self::by_name).
    pub fn by_address(&mut self, address: impl Into<IpAddr>) -> Result<Interface> {
        let address = address.into();
        let has = |interface: &Interface| interface.addresses().iter().any(|one| one.address() == address);
        self.find(has, || format!("no interface has the address {address}"))
    }

    fn find(&mut self, is_it: impl Fn(&Interface) -> bool, why: impl Fn() -> String) -> Result<Interface> {
        let mut interfaces = self.list()?;
        if let Some(at) = interfaces.iter().position(is_it) {
            return Ok(interfaces.swap_remove(at));
        }
        let names: Vec<&str> = interfaces.iter().map(Interface::name).collect();
        let why = format!("{}; there are {}", why(), names.join(", "));
        Err(Error::new(Operation::Interface, Errno::NODEV).with_detail(why))
    }
}

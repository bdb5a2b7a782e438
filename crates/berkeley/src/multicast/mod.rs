//! Groups: who joins them, on which interface, from which sources, and through which interface what is sent goes out.
//!
//! The calls are methods of every socket whose addresses are of IPv4 or IPv6, and are the same for both:
//! [`join_group`](SocketOf::join_group), [`join_source`](SocketOf::join_source) and their counterparts, whole
//! [`SourceFilter`]s, and [`JoinedEverywhere`] for all interfaces that can, as they come and go.
//!
//! A socket hears what it has joined, and nothing else: Linux would have it hear what any program of the machine has
//! joined (`IP_MULTICAST_ALL`), which the first join of a family ends. Who wants that sets
//! [`ip::MULTICAST_ALL`] again.
//!
//! # Examples
//!
//! One interface, by its index, its name, or an address of its own:
//!
//! ```
//! use berkeley::UdpSocket;
//! use berkeley::multicast::On;
//!
//! let group = "239.255.77.1".parse()?;
//! let receiver = UdpSocket::bind_multicast("0.0.0.0:0")?;
//! # if receiver.join_group(group, "127.0.0.1".parse::<On>()?).is_err() { return Ok(()); }
//! # receiver.leave_group(group, "127.0.0.1".parse::<On>()?)?;
//! receiver.join_group(group, "127.0.0.1".parse::<On>()?)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! All that can, with what came of each:
//!
//! ```no_run
//! use berkeley::{Interfaces, UdpSocket};
//!
//! let receiver = UdpSocket::bind_multicast("0.0.0.0:5353")?;
//! for outcome in receiver.join_everywhere("224.0.0.251".parse()?, &Interfaces::open()?.multicast()?) {
//!     match outcome.result {
//!         Ok(()) => println!("{} hears it", outcome.name),
//!         Err(error) => println!("{} does not: {error}", outcome.name),
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod everywhere;
mod filter;
mod on;

use std::net::{IpAddr, SocketAddr};

pub use self::everywhere::{JoinedEverywhere, Outcome, Update};
pub use self::filter::SourceFilter;
pub use self::on::On;
use crate::addr::{Family, ToAddress, Zone, ip as address_of};
use crate::error::{Error, Operation, Result};
use crate::option::{
    Ipv4Interface, Ipv4Membership, Ipv6Membership, SocketOption, SourceMembership, WriteOnly, ip, ipv6,
    socket,
};
use crate::socket::{Addresses, Role, SocketOf, encode};
use crate::tcp::family_of;
use crate::udp::UdpSocket;

/// Says what is no group.
fn check_group(group: IpAddr) -> Result<()> {
    if address_of::is_multicast(group) {
        return Ok(());
    }
    let why = format!("{group} is no group: those of IPv4 are 224.0.0.0/4, those of IPv6 ff00::/8");
    Err(Error::invalid(Operation::SetOption, "no group").with_detail(why))
}

/// Says what is no source of a group.
fn check_source(group: IpAddr, source: IpAddr) -> Result<()> {
    check_group(group)?;
    let why = if source.is_ipv4() != group.is_ipv4() {
        "is of another family than the group"
    } else if source.is_unspecified() || address_of::is_multicast(source) {
        "is the address of no single sender"
    } else {
        return Ok(());
    };
    let why = format!("{source} is no source of {group}: it {why}");
    Err(Error::invalid(Operation::SetOption, "no source").with_detail(why))
}

/// An option of either family that a membership for one source is given to.
type SourceRow = SocketOption<SourceMembership, WriteOnly>;

impl<R: Addresses + Role<Address = SocketAddr>> SocketOf<R> {
    /// Joins a group on an interface, so that what anybody sends to it there is received.
    ///
    /// # Errors
    ///
    /// - It is no group, or there is no such interface.
    /// - [`is_address_in_use`](Error::is_address_in_use): it is joined there already.
    /// - `ENOBUFS`: so many groups as the system allows a socket are joined; on Linux
    ///   `/proc/sys/net/ipv4/igmp_max_memberships`.
    ///
    /// # System call
    ///
    /// `IP_ADD_MEMBERSHIP`, `IPV6_JOIN_GROUP`; on Linux `IP_MULTICAST_ALL`, `IPV6_MULTICAST_ALL` as well.
    #[doc(alias = "IP_ADD_MEMBERSHIP")]
    #[doc(alias = "IPV6_JOIN_GROUP")]
    #[doc(alias = "IPV6_ADD_MEMBERSHIP")]
    pub fn join_group(&self, group: IpAddr, interface: impl Into<On>) -> Result<()> {
        check_group(group)?;
        let resolved = resolved(interface)?;
        self.hear_what_is_joined(group)?;
        self.set_group(ip::ADD_MEMBERSHIP, ipv6::JOIN_GROUP, group, resolved)
    }

    /// Leaves a group that [`join_group`](Self::join_group) has joined.
    ///
    /// # Errors
    ///
    /// - It is not joined on that interface: `EADDRNOTAVAIL`.
    ///
    /// # System call
    ///
    /// `IP_DROP_MEMBERSHIP`, `IPV6_LEAVE_GROUP`.
    #[doc(alias = "IP_DROP_MEMBERSHIP")]
    #[doc(alias = "IPV6_LEAVE_GROUP")]
    #[doc(alias = "IPV6_DROP_MEMBERSHIP")]
    pub fn leave_group(&self, group: IpAddr, interface: impl Into<On>) -> Result<()> {
        check_group(group)?;
        self.set_group(ip::DROP_MEMBERSHIP, ipv6::LEAVE_GROUP, group, resolved(interface)?)
    }

    fn set_group(
        &self,
        v4: SocketOption<Ipv4Membership, WriteOnly>,
        v6: SocketOption<Ipv6Membership, WriteOnly>,
        group: IpAddr,
        (interface, index): (On, Zone),
    ) -> Result<()> {
        let set = match group {
            IpAddr::V4(group) => self.set(v4, Ipv4Membership { group, interface: of_v4(&interface, index) }),
            IpAddr::V6(group) => self.set(v6, Ipv6Membership { group, interface: index }),
        };
        set.map_err(|error| about(error, group, &interface))
    }

    /// Joins a group for what one source sends to it; further sources are further calls.
    ///
    /// # Errors
    ///
    /// - It is no group, or `source` is no sender of it.
    /// - [`is_unsupported`](Error::is_unsupported): the system knows no sources, as OpenBSD and NetBSD.
    /// - As for [`join_group`](Self::join_group).
    ///
    /// # System call
    ///
    /// `MCAST_JOIN_SOURCE_GROUP`, RFC 3678.
    #[doc(alias = "MCAST_JOIN_SOURCE_GROUP")]
    #[doc(alias = "IP_ADD_SOURCE_MEMBERSHIP")]
    pub fn join_source(&self, group: IpAddr, source: IpAddr, interface: impl Into<On>) -> Result<()> {
        let membership = of_source(group, source, interface)?;
        self.hear_what_is_joined(group)?;
        self.set_source(ip::MCAST_JOIN_SOURCE_GROUP, ipv6::MCAST_JOIN_SOURCE_GROUP, membership)
    }

    /// Leaves a group for one source; with the last one, the group.
    ///
    /// # System call
    ///
    /// `MCAST_LEAVE_SOURCE_GROUP`, RFC 3678.
    #[doc(alias = "MCAST_LEAVE_SOURCE_GROUP")]
    #[doc(alias = "IP_DROP_SOURCE_MEMBERSHIP")]
    pub fn leave_source(&self, group: IpAddr, source: IpAddr, interface: impl Into<On>) -> Result<()> {
        let membership = of_source(group, source, interface)?;
        self.set_source(ip::MCAST_LEAVE_SOURCE_GROUP, ipv6::MCAST_LEAVE_SOURCE_GROUP, membership)
    }

    /// Receives no more of what one source sends to a group that [`join_group`](Self::join_group) has joined.
    ///
    /// # System call
    ///
    /// `MCAST_BLOCK_SOURCE`, RFC 3678.
    #[doc(alias = "MCAST_BLOCK_SOURCE")]
    #[doc(alias = "IP_BLOCK_SOURCE")]
    pub fn block_source(&self, group: IpAddr, source: IpAddr, interface: impl Into<On>) -> Result<()> {
        let membership = of_source(group, source, interface)?;
        self.set_source(ip::MCAST_BLOCK_SOURCE, ipv6::MCAST_BLOCK_SOURCE, membership)
    }

    /// Receives again what [`block_source`](Self::block_source) has ended.
    ///
    /// # System call
    ///
    /// `MCAST_UNBLOCK_SOURCE`, RFC 3678.
    #[doc(alias = "MCAST_UNBLOCK_SOURCE")]
    #[doc(alias = "IP_UNBLOCK_SOURCE")]
    pub fn unblock_source(&self, group: IpAddr, source: IpAddr, interface: impl Into<On>) -> Result<()> {
        let membership = of_source(group, source, interface)?;
        self.set_source(ip::MCAST_UNBLOCK_SOURCE, ipv6::MCAST_UNBLOCK_SOURCE, membership)
    }

    fn set_source(
        &self,
        v4: SourceRow,
        v6: SourceRow,
        (membership, interface): (SourceMembership, On),
    ) -> Result<()> {
        let group = membership.group;
        self.set(if group.is_ipv4() { v4 } else { v6 }, membership)
            .map_err(|error| about(error, group, &interface))
    }

    /// Ends that the socket hears what others have joined, where that is so.
    fn hear_what_is_joined(&self, group: IpAddr) -> Result<()> {
        let row = if group.is_ipv4() { ip::MULTICAST_ALL } else { ipv6::MULTICAST_ALL };
        match self.set(row, false) {
            // That of IPv6 is as old as Linux 4.20.
            Err(error) if error.is_unsupported() => Ok(()),
            set => set,
        }
    }

    /// Sets through which interface multicast goes out; [`Zone::NONE`] leaves it to the routes.
    ///
    /// On a socket of IPv6 that is the interface of IPv6's groups.
    ///
    /// # System call
    ///
    /// `IP_MULTICAST_IF`, `IPV6_MULTICAST_IF`.
    #[doc(alias = "IP_MULTICAST_IF")]
    #[doc(alias = "IPV6_MULTICAST_IF")]
    pub fn set_multicast_interface(&self, interface: impl Into<On>) -> Result<()> {
        match (self.family(), interface.into()) {
            (Family::INET, On::Address(IpAddr::V4(address))) => {
                self.set(ip::MULTICAST_IF, Ipv4Interface::Address(address))
            }
            (Family::INET6, on) => self.set(ipv6::MULTICAST_IF, Zone::index(on.index()?)),
            (_, on) => self.set(ip::MULTICAST_IF, Ipv4Interface::Index(Zone::index(on.index()?))),
        }
    }

    /// Returns over how many hops multicast may go: 1 by default, which is no router.
    #[doc(alias = "IP_MULTICAST_TTL")]
    #[doc(alias = "IPV6_MULTICAST_HOPS")]
    pub fn multicast_hops(&self) -> Result<u8> {
        Ok(match self.family() {
            Family::INET6 => self.get(ipv6::MULTICAST_HOPS)? as u8,
            _ => self.get(ip::MULTICAST_TTL)?,
        })
    }

    /// Sets over how many hops multicast may go; with 0 it does not leave this machine.
    #[doc(alias = "IP_MULTICAST_TTL")]
    #[doc(alias = "IPV6_MULTICAST_HOPS")]
    pub fn set_multicast_hops(&self, hops: u8) -> Result<()> {
        match self.family() {
            Family::INET6 => self.set(ipv6::MULTICAST_HOPS, i32::from(hops)),
            _ => self.set(ip::MULTICAST_TTL, hops),
        }
    }

    /// Returns whether multicast comes back to this machine, as it does by default.
    #[doc(alias = "IP_MULTICAST_LOOP")]
    #[doc(alias = "IPV6_MULTICAST_LOOP")]
    pub fn multicast_loop(&self) -> Result<bool> {
        match self.family() {
            Family::INET6 => self.get(ipv6::MULTICAST_LOOP),
            _ => self.get(ip::MULTICAST_LOOP),
        }
    }

    /// Sets whether multicast comes back to this machine.
    ///
    /// # Platform notes
    ///
    /// - Unix: it is the sender's setting.
    /// - Windows: it is the receiver's.
    #[doc(alias = "IP_MULTICAST_LOOP")]
    #[doc(alias = "IPV6_MULTICAST_LOOP")]
    pub fn set_multicast_loop(&self, comes_back: bool) -> Result<()> {
        match self.family() {
            Family::INET6 => self.set(ipv6::MULTICAST_LOOP, comes_back),
            _ => self.set(ip::MULTICAST_LOOP, comes_back),
        }
    }
}

impl UdpSocket {
    /// Binds a port that other sockets may bind as well, each of which gets what is sent to the groups that it has joined.
    ///
    /// With a group for its address the socket receives nothing else, where the system can have it so; with an
    /// unspecified one also what is sent to this machine alone, which of several sockets only one gets.
    ///
    /// # Platform notes
    ///
    /// - Linux: `SO_REUSEADDR`. The BSDs, macOS: that and `SO_REUSEPORT`.
    /// - Windows: `SO_REUSEADDR`; an unspecified address takes the place of a group, which cannot be bound.
    ///
    /// # System call
    ///
    /// `socket(2)`, `setsockopt(2)`, `bind(2)`.
    pub fn bind_multicast(at: impl ToAddress) -> Result<Self> {
        let (mut address, mut raw) = encode(&at, Operation::Bind)?;
        if let (true, Ok(at)) = (cfg!(windows), SocketAddr::try_from(address.clone()))
            && address_of::is_multicast(at.ip())
        {
            (address, raw) = encode(&unspecified(at), Operation::Bind)?;
        }
        let bound = Self::open(family_of(&address, Operation::Bind)?)?;
        bound.set(socket::REUSEADDR, true)?;
        if cfg!(bsd) {
            bound.set(socket::REUSEPORT, true)?;
        }
        bound.bind_raw(&address, &raw)?;
        Ok(bound)
    }
}

fn unspecified(at: SocketAddr) -> SocketAddr {
    let any = if at.is_ipv4() { IpAddr::from([0_u8; 4]) } else { IpAddr::from([0_u8; 16]) };
    SocketAddr::new(any, at.port())
}

/// Returns the interface as it was named, and as systems are told of it.
fn resolved(interface: impl Into<On>) -> Result<(On, Zone)> {
    let interface = interface.into();
    let index = Zone::index(interface.index()?);
    Ok((interface, index))
}

/// Returns the membership for one source of a group, and the interface as it was named.
fn of_source(group: IpAddr, source: IpAddr, interface: impl Into<On>) -> Result<(SourceMembership, On)> {
    check_source(group, source)?;
    let (interface, index) = resolved(interface)?;
    Ok((SourceMembership { group, source, interface: index }, interface))
}

/// Returns the interface as groups of IPv4 have it: not every system has a place for an index, but each for an address.
fn of_v4(interface: &On, index: Zone) -> Ipv4Interface {
    match interface {
        On::Address(IpAddr::V4(address)) => Ipv4Interface::Address(*address),
        _ => Ipv4Interface::Index(index),
    }
}

/// Says which group it was about, and where.
fn about(error: Error, group: IpAddr, interface: &On) -> Error {
    error.with_detail(format!("the group is {group}, the interface {interface}"))
}

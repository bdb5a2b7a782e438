//! Which sources of a group are heard, as a whole.

use std::net::{IpAddr, SocketAddr};

use super::{On, about, check_group, check_source};
use crate::error::{During, Errno, Operation, Result};
use crate::option::{ip, ipv6};
use crate::socket::{Addresses, Role, SocketOf};
use crate::sys;

/// Which sources of a group are heard: those that are named, or all others. RFC 3678.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "group_filter")]
#[doc(alias = "ip_msfilter")]
pub enum SourceFilter {
    /// These alone; none at all leaves the group.
    #[doc(alias = "MCAST_INCLUDE")]
    Include(Vec<IpAddr>),
    /// All but these.
    #[doc(alias = "MCAST_EXCLUDE")]
    Exclude(Vec<IpAddr>),
}

impl SourceFilter {
    /// Returns the sources that are named.
    #[must_use]
    pub fn sources(&self) -> &[IpAddr] {
        let (Self::Include(sources) | Self::Exclude(sources)) = self;
        sources
    }
}

/// The level of the options of a group's family.
fn level(group: IpAddr) -> Option<i32> {
    let place = if group.is_ipv4() { ip::MCAST_JOIN_GROUP.place() } else { ipv6::MCAST_JOIN_GROUP.place() };
    place.map(sys::Place::level)
}

impl<R: Addresses + Role<Address = SocketAddr>> SocketOf<R> {
    /// Sets which sources of a group are heard on an interface, all at once; joins the group if it is not joined.
    ///
    /// # Errors
    ///
    /// - It is no group, or one of the sources is no sender of it.
    /// - `ENOBUFS`: more sources than the system allows; on Linux `/proc/sys/net/ipv4/igmp_max_msf`, which is 10, and
    ///   `/proc/sys/net/ipv6/mld_max_msf`, which is 64.
    /// - [`is_unsupported`](crate::Error::is_unsupported): OpenBSD, NetBSD, and Wine have no such filters.
    ///
    /// # System call
    ///
    /// `MCAST_MSFILTER` on Linux, `SIOCSMSFILTER` on Windows, `setsourcefilter(3)` on FreeBSD and macOS.
    #[doc(alias = "setsourcefilter")]
    #[doc(alias = "MCAST_MSFILTER")]
    #[doc(alias = "IP_MSFILTER")]
    pub fn set_source_filter(
        &self,
        group: IpAddr,
        interface: impl Into<On>,
        filter: &SourceFilter,
    ) -> Result<()> {
        check_group(group)?;
        filter.sources().iter().try_for_each(|source| check_source(group, *source))?;
        let interface = interface.into();
        let index = interface.index()?;
        let set = || {
            let level = level(group).ok_or(Errno::OPNOTSUPP)?;
            let excludes = matches!(filter, SourceFilter::Exclude(_));
            sys::source_filter::set(self.borrowed(), level, index, group, excludes, filter.sources())
        };
        let set = match (set(), filter) {
            // What is not joined yet has no filter to replace.
            (Err(Errno::INVAL | Errno::ADDRNOTAVAIL), SourceFilter::Include(sources)) => {
                match sources.first() {
                    None => return Ok(()),
                    Some(first) => self.join_source(group, *first, index).map(|()| set())?,
                }
            }
            (Err(Errno::INVAL | Errno::ADDRNOTAVAIL), SourceFilter::Exclude(_)) => {
                self.join_group(group, index).map(|()| set())?
            }
            (set, _) => set,
        };
        set.during(Operation::SetOption).map_err(|error| about(error, group, &interface))
    }

    /// Returns which sources of a group are heard on an interface.
    ///
    /// # Errors
    ///
    /// - The group is not joined on that interface: `EADDRNOTAVAIL`.
    /// - As for [`set_source_filter`](Self::set_source_filter).
    ///
    /// # System call
    ///
    /// `MCAST_MSFILTER` on Linux, `SIOCGMSFILTER` on Windows, `getsourcefilter(3)` on FreeBSD and macOS.
    #[doc(alias = "getsourcefilter")]
    pub fn source_filter(&self, group: IpAddr, interface: impl Into<On>) -> Result<SourceFilter> {
        check_group(group)?;
        let interface = interface.into();
        let index = interface.index()?;
        let got = level(group)
            .ok_or(Errno::OPNOTSUPP)
            .and_then(|level| sys::source_filter::get(self.borrowed(), level, index, group));
        match got.during(Operation::GetOption) {
            Ok((true, sources)) => Ok(SourceFilter::Exclude(sources)),
            Ok((false, sources)) => Ok(SourceFilter::Include(sources)),
            Err(error) => Err(about(error, group, &interface)),
        }
    }
}

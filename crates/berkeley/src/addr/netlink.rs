//! Addresses of messages between the kernel and programs.

use std::fmt;

use super::part::Part;
use super::text::impl_text;
use super::{ParseError, Reason};

pub(super) const SCHEME: &str = "netlink:";

/// Is the address of a netlink socket (`sockaddr_nl`): a port, which is 0 for the kernel, and a mask of
/// multicast groups.
///
/// In text it is `netlink:0` or `netlink:0?groups=0x11`.
///
/// # Platform notes
///
/// Linux has this family.
///
/// # Examples
///
/// ```
/// use berkeley::addr::NetlinkAddress;
///
/// let address: NetlinkAddress = "netlink:0?groups=0x11".parse()?;
/// assert_eq!(address, NetlinkAddress::new(0, 0x11));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[doc(alias = "sockaddr_nl")]
pub struct NetlinkAddress {
    pid: u32,
    groups: u32,
}

impl NetlinkAddress {
    /// Makes an address.
    #[must_use]
    pub const fn new(pid: u32, groups: u32) -> NetlinkAddress {
        NetlinkAddress { pid, groups }
    }

    /// Returns the port, often the number of a process; 0 is the kernel.
    #[must_use]
    pub const fn pid(&self) -> u32 {
        self.pid
    }

    /// Returns the mask of the first 32 multicast groups.
    #[must_use]
    pub const fn groups(&self) -> u32 {
        self.groups
    }

    pub(super) fn write(self, f: &mut dyn fmt::Write) -> fmt::Result {
        write!(f, "{SCHEME}{}", self.pid)?;
        if self.groups == 0 { Ok(()) } else { write!(f, "?groups={:#x}", self.groups) }
    }

    pub(super) fn parse(text: Part<'_>) -> Result<NetlinkAddress, ParseError> {
        let rest = text.strip_prefix(SCHEME).ok_or_else(|| text.fail(Reason::UnknownScheme))?;
        let (pid, query) = rest.split('?');
        let mut groups = 0;
        if let Some(query) = query {
            query.parameters(|parameter, value| {
                if parameter == "groups" {
                    groups = value.hexadecimal(u64::from(u32::MAX))? as u32;
                }
                Ok(parameter == "groups")
            })?;
        }
        Ok(NetlinkAddress { pid: pid.decimal(u64::from(u32::MAX))? as u32, groups })
    }
}

impl_text! { NetlinkAddress, "Netlink"; }

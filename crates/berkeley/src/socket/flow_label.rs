//! Flow labels of IPv6.

use std::net::Ipv6Addr;

use super::SocketOf;
use super::role::Role;
use crate::error::{During, Error, Operation, Result};
use crate::option::FlowLabelShare;
use crate::sys::flow_label;

impl<R: Role> SocketOf<R> {
    /// Leases a flow label (RFC 6437) for what this socket sends to an address, and returns it; without `label` the kernel
    /// chooses one.
    ///
    /// The label is the `flowinfo` of the address that is sent or connected to, with
    /// [`FLOWINFO_SEND`](crate::option::ipv6::FLOWINFO_SEND) on. A label that nobody leased is refused there once anybody on
    /// this machine has leased one exclusively.
    ///
    /// # Errors
    ///
    /// [`is_permission_denied`](Error::is_permission_denied) of a label that somebody else has leased and does not share.
    ///
    /// # Platform notes
    ///
    /// - Linux. Elsewhere unsupported.
    ///
    /// # System call
    ///
    /// `setsockopt(2)` with `IPV6_FLOWLABEL_MGR`.
    #[doc(alias = "IPV6_FLOWLABEL_MGR")]
    pub fn lease_flow_label(&self, to: Ipv6Addr, label: Option<u32>, share: FlowLabelShare) -> Result<u32> {
        let label = within(label)?;
        flow_label::lease(self.borrowed(), to, label, share.as_raw() as u8).during(Operation::SetOption)
    }

    /// Gives a leased flow label back.
    ///
    /// # Errors
    ///
    /// `ESRCH` of a label that this socket has not leased.
    pub fn release_flow_label(&self, label: u32) -> Result<()> {
        flow_label::release(self.borrowed(), within(Some(label))?).during(Operation::SetOption)
    }
}

/// A label has 20 bits, and is not zero, which asks for one.
fn within(label: Option<u32>) -> Result<u32> {
    match label {
        Some(0 | 0x10_0000..) => {
            Err(Error::invalid(Operation::SetOption, "a flow label is a number from 1 to 0xfffff"))
        }
        label => Ok(label.unwrap_or(0)),
    }
}

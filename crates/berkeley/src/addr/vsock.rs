//! Addresses between a virtual machine and its host.

use std::fmt;

use super::part::Part;
use super::text::impl_text;
use super::{ParseError, Reason};

pub(super) const SCHEME: &str = "vsock://";

/// Is the address of a virtual socket (`sockaddr_vm`): a context, which is a machine, and a port of 32 bits.
///
/// In text it is `vsock://2:1024`. The contexts `any`, `hypervisor`, `local` and `host` and the port `any`
/// are read by name; the two wildcards are printed so, everything else as a number.
///
/// # Platform notes
///
/// Linux and macOS have this family.
///
/// # Examples
///
/// ```
/// use berkeley::addr::VsockAddress;
///
/// let address: VsockAddress = "vsock://host:1024".parse()?;
/// assert_eq!(address, VsockAddress::new(VsockAddress::CID_HOST, 1024));
/// assert_eq!(address.to_string(), "vsock://2:1024");
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[doc(alias = "sockaddr_vm")]
pub struct VsockAddress {
    cid: u32,
    port: u32,
}

impl VsockAddress {
    /// Stands for any context.
    #[doc(alias = "VMADDR_CID_ANY")]
    pub const CID_ANY: u32 = u32::MAX;
    /// Is the context of the hypervisor.
    #[doc(alias = "VMADDR_CID_HYPERVISOR")]
    pub const CID_HYPERVISOR: u32 = 0;
    /// Is the context of this same machine.
    #[doc(alias = "VMADDR_CID_LOCAL")]
    pub const CID_LOCAL: u32 = 1;
    /// Is the context of the host.
    #[doc(alias = "VMADDR_CID_HOST")]
    pub const CID_HOST: u32 = 2;
    /// Stands for any port.
    #[doc(alias = "VMADDR_PORT_ANY")]
    pub const PORT_ANY: u32 = u32::MAX;

    /// Makes an address.
    #[must_use]
    pub const fn new(cid: u32, port: u32) -> VsockAddress {
        VsockAddress { cid, port }
    }

    /// Returns the context.
    #[must_use]
    pub const fn cid(&self) -> u32 {
        self.cid
    }

    /// Returns the port.
    #[must_use]
    pub const fn port(&self) -> u32 {
        self.port
    }

    pub(super) fn write(self, f: &mut dyn fmt::Write) -> fmt::Result {
        f.write_str(SCHEME)?;
        write_number(f, self.cid)?;
        f.write_char(':')?;
        write_number(f, self.port)
    }

    pub(super) fn parse(text: Part<'_>) -> Result<VsockAddress, ParseError> {
        let rest = text.strip_prefix(SCHEME).ok_or_else(|| text.fail(Reason::UnknownScheme))?;
        let (cid, port) = rest.split(':');
        let port =
            port.ok_or_else(|| rest.slice(usize::MAX / 2, usize::MAX / 2).fail(Reason::MissingPort))?;
        let cid = match cid.text() {
            "any" => VsockAddress::CID_ANY,
            "hypervisor" => VsockAddress::CID_HYPERVISOR,
            "local" => VsockAddress::CID_LOCAL,
            "host" => VsockAddress::CID_HOST,
            _ => cid.decimal(u64::from(u32::MAX))? as u32,
        };
        let port = match port.text() {
            "any" => VsockAddress::PORT_ANY,
            "" => return Err(port.fail(Reason::MissingPort)),
            _ => port.decimal(u64::from(u32::MAX))? as u32,
        };
        Ok(VsockAddress { cid, port })
    }
}

fn write_number(f: &mut dyn fmt::Write, number: u32) -> fmt::Result {
    if number == u32::MAX { f.write_str("any") } else { write!(f, "{number}") }
}

impl_text! { VsockAddress, "Vsock"; }

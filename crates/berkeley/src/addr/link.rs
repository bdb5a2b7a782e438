//! Addresses of the link layer.

use std::fmt;

use super::part::Part;
use super::text::impl_text;
use super::{ParseError, Reason, Zone, escape};

pub(super) const SCHEME: &str = "packet://";

/// Is the number of bytes of the longest hardware address, that of IP over InfiniBand being 20.
const LONGEST: usize = 32;

/// Is an address of the link layer (`sockaddr_ll` of Linux, `sockaddr_dl` of the BSDs): an interface, the
/// protocol of its frames, and a hardware address.
///
/// In text it is `packet://eth0`, with `protocol`, `type` (of hardware), `packet` (the kind of a packet) and
/// `mac` as parameters: `packet://eth0?protocol=0x800&mac=02:00:00:00:00:01`. What is zero or empty is not
/// printed.
///
/// # Examples
///
/// ```
/// use berkeley::addr::{LinkAddress, Zone};
///
/// let address: LinkAddress = "packet://eth0?protocol=0x800&mac=02:00:00:00:00:01".parse()?;
/// assert_eq!(address.interface(), &Zone::name("eth0")?);
/// assert_eq!(address.protocol(), 0x800);
/// assert_eq!(address.hardware_address(), [2, 0, 0, 0, 0, 1]);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[doc(alias = "sockaddr_ll")]
#[doc(alias = "sockaddr_dl")]
pub struct LinkAddress {
    interface: Zone,
    protocol: u16,
    hardware_type: u16,
    packet_type: u8,
    length: u8,
    // Bytes beyond the length are zero, so that the derived comparison is that of addresses.
    bytes: [u8; LONGEST],
}

impl LinkAddress {
    /// Makes the address of an interface, [`Zone::NONE`] being all of them, with everything else zero.
    #[must_use]
    pub const fn new(interface: Zone) -> LinkAddress {
        LinkAddress {
            interface,
            protocol: 0,
            hardware_type: 0,
            packet_type: 0,
            length: 0,
            bytes: [0; LONGEST],
        }
    }

    /// Returns the address with this protocol, an EtherType in host order (`sll_protocol`).
    #[must_use]
    pub fn with_protocol(mut self, protocol: u16) -> LinkAddress {
        self.protocol = protocol;
        self
    }

    /// Returns the address with this type of hardware (`sll_hatype`, `sdl_type`).
    #[must_use]
    pub fn with_hardware_type(mut self, hardware_type: u16) -> LinkAddress {
        self.hardware_type = hardware_type;
        self
    }

    /// Returns the address with this type of packet (`sll_pkttype`): to this host, broadcast, outgoing, ….
    #[must_use]
    pub fn with_packet_type(mut self, packet_type: u8) -> LinkAddress {
        self.packet_type = packet_type;
        self
    }

    /// Returns the address with these bytes as its hardware address.
    ///
    /// # Errors
    ///
    /// A hardware address has at most 32 bytes.
    pub fn with_hardware_address(mut self, bytes: &[u8]) -> Result<LinkAddress, ParseError> {
        let Some(place) = self.bytes.get_mut(..bytes.len()) else {
            return Err(ParseError::whole("", Reason::HardwareAddressTooLong));
        };
        place.copy_from_slice(bytes);
        self.bytes[bytes.len()..].fill(0);
        self.length = bytes.len() as u8;
        Ok(self)
    }

    /// Returns the interface, [`Zone::NONE`] being all of them.
    #[must_use]
    pub const fn interface(&self) -> &Zone {
        &self.interface
    }

    /// Returns the protocol, an EtherType in host order.
    #[must_use]
    pub const fn protocol(&self) -> u16 {
        self.protocol
    }

    /// Returns the type of hardware.
    #[must_use]
    pub const fn hardware_type(&self) -> u16 {
        self.hardware_type
    }

    /// Returns the type of packet.
    #[must_use]
    pub const fn packet_type(&self) -> u8 {
        self.packet_type
    }

    /// Returns the bytes of the hardware address, none if there is none.
    #[must_use]
    pub fn hardware_address(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    pub(super) fn write(&self, f: &mut dyn fmt::Write) -> fmt::Result {
        f.write_str(SCHEME)?;
        self.interface.write_interface(f)?;
        let mut separator = '?';
        let numbers = [
            ("protocol", self.protocol),
            ("type", self.hardware_type),
            ("packet", u16::from(self.packet_type)),
        ];
        for (name, number) in numbers.into_iter().filter(|row| row.1 != 0) {
            write!(f, "{separator}{name}={number:#x}")?;
            separator = '&';
        }
        for (at, byte) in self.hardware_address().iter().enumerate() {
            if at == 0 {
                write!(f, "{separator}mac={byte:02x}")?;
            } else {
                write!(f, ":{byte:02x}")?;
            }
        }
        Ok(())
    }

    pub(super) fn parse(text: Part<'_>) -> Result<LinkAddress, ParseError> {
        let rest = text.strip_prefix(SCHEME).ok_or_else(|| text.fail(Reason::UnknownScheme))?;
        let (interface, query) = rest.split('?');
        let mut address = LinkAddress::new(interface.interface()?);
        if let Some(query) = query {
            query.parameters(|parameter, value| {
                match parameter {
                    "protocol" => address.protocol = value.hexadecimal(0xffff)? as u16,
                    "type" => address.hardware_type = value.hexadecimal(0xffff)? as u16,
                    "packet" => address.packet_type = value.hexadecimal(0xff)? as u8,
                    "mac" => (address.bytes, address.length) = parse_hardware_address(value)?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(address)
    }
}

fn parse_hardware_address(text: Part<'_>) -> Result<([u8; LONGEST], u8), ParseError> {
    let mut bytes = [0; LONGEST];
    let mut length = 0;
    for piece in text.pieces(':') {
        let value = escape::pair(piece.text().as_bytes());
        let value = value.ok_or_else(|| piece.fail(Reason::BadHardwareAddress))?;
        let place = bytes.get_mut(length).ok_or_else(|| text.fail(Reason::HardwareAddressTooLong))?;
        *place = value;
        length += 1;
    }
    Ok((bytes, length as u8))
}

impl_text! { LinkAddress, "Link"; }

//! Values that are a membership in a group.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::interface::{Ipv4Interface, index_as_address, index_of, parse_interface, parse_zone};
use super::{Form, Unfit, put_address};
use crate::addr::Zone;
use crate::sys::layout;

/// A membership in a group of IPv4 on an interface: `struct ip_mreqn`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ipv4Membership {
    /// The group.
    pub group: Ipv4Addr,
    /// On which interface.
    pub interface: Ipv4Interface,
}

/// A membership in a group of IPv4 for what one source sends: `struct ip_mreq_source`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ipv4SourceMembership {
    /// The group.
    pub group: Ipv4Addr,
    /// Who sends.
    pub source: Ipv4Addr,
    /// On which interface, by one of its addresses; 0.0.0.0 is the system's choice.
    pub interface: Ipv4Addr,
}

/// A membership in a group of IPv6 on an interface: `struct ipv6_mreq`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ipv6Membership {
    /// The group.
    pub group: Ipv6Addr,
    /// On which interface; none is the system's choice.
    pub interface: Zone,
}

/// A membership in a group of either family on an interface: `struct group_req`, RFC 3678.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Membership {
    /// The group.
    pub group: IpAddr,
    /// On which interface; none is the system's choice.
    pub interface: Zone,
}

/// A membership in a group of either family for what one source sends: `struct group_source_req`, RFC 3678.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SourceMembership {
    /// The group.
    pub group: IpAddr,
    /// Who sends.
    pub source: IpAddr,
    /// On which interface; none is the system's choice.
    pub interface: Zone,
}

/// Splits `group@interface`, of which the second part may be missing.
fn halves(text: &str) -> (&str, Option<&str>) {
    text.split_once('@').map_or((text, None), |(group, interface)| (group, Some(interface)))
}

/// Reads `group@interface`, where none is the system's choice.
fn at_interface<T>(text: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<(T, Zone)> {
    let (group, interface) = halves(text);
    Some((read(group)?, interface.map_or(Some(Zone::NONE), parse_zone)?))
}

/// Splits `source,group`.
fn pair<T: std::str::FromStr>(text: &str) -> Option<(T, T)> {
    let (source, group) = text.split_once(',')?;
    Some((source.parse().ok()?, group.parse().ok()?))
}

fn write_at(zone: &Zone, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if zone.is_none() { Ok(()) } else { write!(f, "@{zone}") }
}

/// Writes the layout of a form that is only set: no system tells memberships.
macro_rules! set_only {
    () => {
        const SIZE: usize = 0;

        fn decode(_: &[u8]) -> Option<Self> {
            None
        }
    };
}

impl Form for Ipv4Membership {
    type Value = Self;
    const TEXT: &'static str = "a group, such as 239.1.2.3, or 239.1.2.3@eth0 with its interface";
    set_only!();

    fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        let (address, index) = value.interface.parts()?;
        let mut request = [0; 12];
        request[..4].copy_from_slice(&value.group.octets());
        if layout::HAS_MREQN {
            request[4..8].copy_from_slice(&address.octets());
            request[8..].copy_from_slice(&index.to_ne_bytes());
            return Ok(take(&request));
        }
        request[4..8].copy_from_slice(&index_as_address(address, index)?.octets());
        Ok(take(&request[..8]))
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", value.group, value.interface)
    }

    fn parse(text: &str) -> Option<Self> {
        let (group, interface) = halves(text);
        let interface =
            interface.map_or(Some(Ipv4Interface::Address(Ipv4Addr::UNSPECIFIED)), parse_interface)?;
        Some(Self { group: group.parse().ok()?, interface })
    }
}

impl Form for Ipv4SourceMembership {
    type Value = Self;
    const TEXT: &'static str = "a source and a group, such as 10.0.0.1,232.1.2.3, or 10.0.0.1,232.1.2.3@10.0.0.2 with the interface's address";
    set_only!();

    fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        let mut request = [0; 12];
        let (interface, source) = if layout::SOURCE_IS_LAST { (4, 8) } else { (8, 4) };
        request[..4].copy_from_slice(&value.group.octets());
        request[interface..interface + 4].copy_from_slice(&value.interface.octets());
        request[source..source + 4].copy_from_slice(&value.source.octets());
        Ok(take(&request))
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}@{}", value.source, value.group, value.interface)
    }

    fn parse(text: &str) -> Option<Self> {
        let (pair_text, interface) = halves(text);
        let (source, group) = pair(pair_text)?;
        Some(Self {
            group,
            source,
            interface: interface.map_or(Some(Ipv4Addr::UNSPECIFIED), |text| text.parse().ok())?,
        })
    }
}

impl Form for Ipv6Membership {
    type Value = Self;
    const TEXT: &'static str = "a group, such as ff02::123, or ff02::123@eth0 with its interface";
    set_only!();

    fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        let mut request = [0; 20];
        request[..16].copy_from_slice(&value.group.octets());
        request[16..].copy_from_slice(&index_of(&value.interface)?.to_ne_bytes());
        Ok(take(&request))
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", value.group)?;
        write_at(&value.interface, f)
    }

    fn parse(text: &str) -> Option<Self> {
        let (group, interface) = at_interface(text, |group| group.parse().ok())?;
        Some(Self { group, interface })
    }
}

/// Writes an interface and addresses one after the other, as `group_req` and `group_source_req` have them.
fn request<R, const N: usize>(
    interface: &Zone,
    addresses: [IpAddr; N],
    take: impl FnOnce(&[u8]) -> R,
) -> Result<R, Unfit> {
    const STORAGE: usize = layout::STORAGE_SIZE;
    let mut request = [0; layout::GROUP_AT + 2 * STORAGE];
    request[..4].copy_from_slice(&index_of(interface)?.to_ne_bytes());
    let places = request[layout::GROUP_AT..].chunks_exact_mut(STORAGE);
    for (place, address) in places.zip(addresses) {
        put_address(place, address)?;
    }
    Ok(take(&request[..layout::GROUP_AT + N * STORAGE]))
}

impl Form for Membership {
    type Value = Self;
    const TEXT: &'static str = "a group, such as 239.1.2.3, or ff02::123@eth0 with its interface";
    set_only!();

    fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        request(&value.interface, [value.group], take)
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", value.group)?;
        write_at(&value.interface, f)
    }

    fn parse(text: &str) -> Option<Self> {
        let (group, interface) = at_interface(text, |group| group.parse().ok())?;
        Some(Self { group, interface })
    }
}

impl Form for SourceMembership {
    type Value = Self;
    const TEXT: &'static str =
        "a source and a group, such as 10.0.0.1,232.1.2.3, or fe80::1,ff32::1@eth0 with their interface";
    set_only!();

    fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        request(&value.interface, [value.group, value.source], take)
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", value.source, value.group)?;
        write_at(&value.interface, f)
    }

    fn parse(text: &str) -> Option<Self> {
        let ((source, group), interface) = at_interface(text, pair)?;
        Some(Self { group, source, interface })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Shown;
    use super::*;

    fn text_comes_back<F: Form>(text: &str) {
        assert_eq!(Shown::<F>(&F::parse(text).unwrap()).to_string(), text);
    }

    #[test]
    fn text_comes_back_with_its_interface() {
        text_comes_back::<Ipv4Membership>("239.1.2.3@127.0.0.1");
        text_comes_back::<Ipv4Membership>("239.1.2.3@7");
        text_comes_back::<Ipv4SourceMembership>("10.0.0.1,232.1.2.3@10.0.0.2");
        text_comes_back::<Ipv6Membership>("ff02::123@eth0");
        text_comes_back::<Membership>("ff02::123");
        text_comes_back::<SourceMembership>("10.0.0.1,232.1.2.3@7");
        for text in ["", "239.1.2", "239.1.2.3@", "a,b"] {
            assert_eq!(Membership::parse(text), None, "{text}");
        }
    }

    #[test]
    #[cfg(all(any(unix, windows), not(berkeley_sys = "unsupported")))]
    fn an_index_is_at_the_front_of_a_request() {
        let membership = Membership::parse("239.1.2.3@7").unwrap();
        let bytes = Membership::encode(&membership, <[u8]>::to_vec).unwrap();
        assert_eq!(bytes[..4], 7_u32.to_ne_bytes());
        assert_eq!(bytes[layout::GROUP_AT + 4..][..4], [239, 1, 2, 3]);
    }
}

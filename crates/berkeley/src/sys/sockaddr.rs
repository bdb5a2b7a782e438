//! Socket addresses in bytes: what Unix and Windows have in common.
//!
//! Bytes are read and written by position, so that no structure of C is cast to another. The positions are those of
//! the structures, which a test of each system compares.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use super::system::address::{
    AF_INET, AF_INET6, AF_UNIX, INET_SIZE, INET6_SIZE, PATH, RawAddress, SIZE, decode_more, encode_more,
    encode_unix, interface_index,
};
use super::{Result, Sockaddr};
use crate::addr::{
    Address, CanAddress, Family, Inet6Address, LinkAddress, NetlinkAddress, OtherAddress, UnixAddress,
    VsockAddress, Zone,
};
use crate::error::Errno;

/// Returns the index that the system takes for a zone; zero where there is none.
pub(super) fn resolve(zone: &Zone) -> Result<u32> {
    match zone.as_name() {
        Some(name) => interface_index(name),
        None => Ok(zone.as_index().unwrap_or(0)),
    }
}

#[inline]
pub(super) fn encode_inet(address: SocketAddrV4) -> RawAddress {
    let mut raw = RawAddress::of(AF_INET, INET_SIZE);
    raw.put(2, address.port().to_be_bytes());
    raw.put(4, address.ip().octets());
    raw
}

#[inline]
fn decode_inet(raw: &RawAddress) -> Option<SocketAddrV4> {
    let port = u16::from_be_bytes(raw.get(2)?);
    Some(SocketAddrV4::new(Ipv4Addr::from(raw.get::<4>(4)?), port))
}

#[inline]
fn encode_inet6(ip: Ipv6Addr, port: u16, flowinfo: u32, scope: u32) -> RawAddress {
    let mut raw = RawAddress::of(AF_INET6, INET6_SIZE);
    raw.put(2, port.to_be_bytes());
    // The flow label is in network order on the wire and in the structure; the zone is in the machine's.
    raw.put(4, flowinfo.to_be_bytes());
    raw.put(8, ip.octets());
    raw.put(24, scope.to_ne_bytes());
    raw
}

#[inline]
fn decode_inet6(raw: &RawAddress) -> Option<SocketAddrV6> {
    let port = u16::from_be_bytes(raw.get(2)?);
    let flowinfo = u32::from_be_bytes(raw.get(4)?);
    let ip = Ipv6Addr::from(raw.get::<16>(8)?);
    Some(SocketAddrV6::new(ip, port, flowinfo, u32::from_ne_bytes(raw.get(24)?)))
}

fn decode_unix(raw: &RawAddress) -> UnixAddress {
    UnixAddress::from_sun_path(raw.as_bytes().get(PATH..).unwrap_or_default())
}

fn encode_other(other: &OtherAddress) -> Result<RawAddress> {
    let family = other.family().as_raw().ok_or(Errno::AFNOSUPPORT)?;
    if other.as_bytes().len() > SIZE - 2 {
        return Err(Errno::NAMETOOLONG);
    }
    let mut raw = RawAddress::of(family.into(), 2 + other.as_bytes().len());
    raw.put_slice(2, other.as_bytes());
    Ok(raw)
}

fn decode_other(raw: &RawAddress) -> OtherAddress {
    OtherAddress::new(Family::from_raw(raw.family() as u16), raw.as_bytes().get(2..).unwrap_or_default())
}

impl Sockaddr for SocketAddr {
    #[inline]
    fn encode(&self) -> Result<RawAddress> {
        Ok(match self {
            Self::V4(v4) => encode_inet(*v4),
            Self::V6(v6) => encode_inet6(*v6.ip(), v6.port(), v6.flowinfo(), v6.scope_id()),
        })
    }

    #[inline]
    fn decode(raw: &RawAddress) -> Option<Self> {
        match raw.family() {
            AF_INET => decode_inet(raw).map(Self::V4),
            AF_INET6 => decode_inet6(raw).map(Self::V6),
            _ => None,
        }
    }
}

impl Sockaddr for UnixAddress {
    fn encode(&self) -> Result<RawAddress> {
        encode_unix(self)
    }

    fn decode(raw: &RawAddress) -> Option<Self> {
        (raw.family() == AF_UNIX).then(|| decode_unix(raw))
    }
}

impl Sockaddr for Address {
    fn encode(&self) -> Result<RawAddress> {
        match self {
            Self::Inet(v4) => Ok(encode_inet(*v4)),
            Self::Inet6(v6) => Ok(encode_inet6(v6.ip(), v6.port(), v6.flowinfo(), resolve(v6.zone())?)),
            Self::Unix(unix) => encode_unix(unix),
            Self::Other(other) => encode_other(other),
            _ => encode_more(self),
        }
    }

    fn decode(raw: &RawAddress) -> Option<Self> {
        Some(match raw.family() {
            AF_INET => Self::Inet(decode_inet(raw)?),
            AF_INET6 => Self::Inet6(Inet6Address::from(decode_inet6(raw)?)),
            AF_UNIX => Self::Unix(decode_unix(raw)),
            _ => decode_more(raw).unwrap_or_else(|| Self::Other(decode_other(raw))),
        })
    }
}

/// Addresses of families that few systems have.
macro_rules! more {
    ($($type:ident $variant:ident;)*) => { $(
        impl Sockaddr for $type {
            fn encode(&self) -> Result<RawAddress> {
                encode_more(&Address::$variant(self.clone()))
            }

            fn decode(raw: &RawAddress) -> Option<Self> {
                match decode_more(raw)? {
                    Address::$variant(address) => Some(address),
                    _ => None,
                }
            }
        }
    )* };
}

more! {
    VsockAddress Vsock;
    LinkAddress Link;
    CanAddress Can;
    NetlinkAddress Netlink;
}

//! Options by methods of their own: the ones that programs use every day.

use super::SocketOf;
use super::role::Role;
use crate::addr::Family;
use crate::error::{During, Errno, Operation, Result};
use crate::option::{Form, Linger, TcpInfo, ip, ipv6, socket, tcp};
use crate::sys;

/// Writes the methods that read and set an option: `/// what it says` `get, set: type = option "C_NAME";`.
///
/// The documentation completes "Returns …" and "Sets …".
macro_rules! named {
    ($($(#[$system:meta])* $doc:literal $get:ident, $set:ident: $value:ty = $level:ident::$option:ident $alias:literal;)*) => { $(
        #[doc = concat!("Returns ", $doc, ": [`", stringify!($option), "`](crate::option::", stringify!($level), "::", stringify!($option), ").")]
        #[doc(alias = $alias)]
        pub fn $get(&self) -> Result<$value> {
            self.get($level::$option)
        }

        #[doc = concat!("Sets ", $doc, ": [`", stringify!($option), "`](crate::option::", stringify!($level), "::", stringify!($option), ").")]
        #[doc(alias = $alias)]
        pub fn $set(&self, value: $value) -> Result<()> {
            self.set($level::$option, value)
        }
    )* };
}

pub(crate) use named;

impl<R: Role> SocketOf<R> {
    named! {
        "the size of the receive buffer, in bytes" receive_buffer, set_receive_buffer: u32 = socket::RCVBUF "SO_RCVBUF";
        "the size of the send buffer, in bytes" send_buffer, set_send_buffer: u32 = socket::SNDBUF "SO_SNDBUF";
        "whether an address may be bound that an earlier connection still holds"
            reuse_address, set_reuse_address: bool = socket::REUSEADDR "SO_REUSEADDR";
        "whether several sockets may bind the port, all of which set this"
            reuse_port, set_reuse_port: bool = socket::REUSEPORT "SO_REUSEPORT";
        "whether, and for how many seconds, a close waits for data not yet sent"
            linger, set_linger: Linger = socket::LINGER "SO_LINGER";
        "the mark that packets carry to the firewall and the routing rules" mark, set_mark: u32 = socket::MARK "SO_MARK";
        "the name of the one interface that the socket sends and receives through, empty for all"
            device, set_device: String = socket::BINDTODEVICE "SO_BINDTODEVICE";
    }

    /// Returns over how many hops what is sent may go: the time to live of IPv4, the hop limit of IPv6.
    #[doc(alias = "IP_TTL")]
    #[doc(alias = "IPV6_UNICAST_HOPS")]
    pub fn hop_limit(&self) -> Result<u8> {
        let hops = match self.family() {
            Family::INET6 => self.get(ipv6::UNICAST_HOPS)?,
            _ => self.get(ip::TTL)? as i32,
        };
        Ok(u8::try_from(hops).unwrap_or(u8::MAX))
    }

    /// Sets over how many hops what is sent may go, 1 to 255.
    #[doc(alias = "IP_TTL")]
    #[doc(alias = "IPV6_UNICAST_HOPS")]
    pub fn set_hop_limit(&self, hops: u8) -> Result<()> {
        match self.family() {
            Family::INET6 => self.set(ipv6::UNICAST_HOPS, hops.into()),
            _ => self.set(ip::TTL, hops.into()),
        }
    }

    /// Returns the traffic class of what is sent, called type of service in IPv4: six bits of class (RFC 2474) and two of
    /// congestion marks (RFC 3168).
    #[doc(alias = "IP_TOS")]
    #[doc(alias = "IPV6_TCLASS")]
    pub fn traffic_class(&self) -> Result<u8> {
        match self.family() {
            Family::INET6 => Ok(u8::try_from(self.get(ipv6::TCLASS)?).unwrap_or(0)),
            _ => self.get(ip::TOS),
        }
    }

    /// Sets the traffic class of what is sent.
    ///
    /// # Platform notes
    ///
    /// - Linux: the two bits of congestion marks are TCP's own, and stay as they are.
    #[doc(alias = "IP_TOS")]
    #[doc(alias = "IPV6_TCLASS")]
    pub fn set_traffic_class(&self, class: u8) -> Result<()> {
        match self.family() {
            Family::INET6 => self.set(ipv6::TCLASS, class.into()),
            _ => self.set(ip::TOS, class),
        }
    }

    /// Reads what a TCP connection knows of itself: by its option, or by the request of Windows.
    pub(crate) fn tcp_info(&self) -> Result<TcpInfo> {
        if tcp::INFO.is_available() {
            return self.get(tcp::INFO);
        }
        let mut bytes = [0; TcpInfo::SIZE];
        let told = sys::tcp::info(self.borrowed(), &mut bytes).and_then(|length| {
            let told = bytes.get(..length).and_then(TcpInfo::decode);
            told.ok_or(Errno::OPNOTSUPP)
        });
        told.during(Operation::Control)
    }

    pub(crate) fn set_tcp_ack_frequency(&self, segments: u8) -> Result<()> {
        sys::tcp::set_ack_frequency(self.borrowed(), segments).during(Operation::Control)
    }
}

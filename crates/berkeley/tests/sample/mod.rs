//! Sockets to try options on: one of each sort that has options of its own.

#![allow(dead_code, reason = "each test binary uses its own part")]

use berkeley::option::{self, PacketFanout, RepairQueue};
use berkeley::{
    Address, Family, Kind, NetlinkAddress, Protocol, Result, Socket, TcpListener, UdpSocket, VsockAddress,
};

/// A sort of socket, by a name for messages.
pub struct Sample {
    pub name: &'static str,
    /// Opens the socket itself, and behind it those that it needs to stay as it is.
    pub open: fn() -> Result<Vec<Socket>>,
}

const V4: &str = "127.0.0.1:0";
const V6: &str = "[::1]:0";
const NETLINK_ROUTE: Protocol = Protocol::DEFAULT;
/// `ETH_P_ALL`, which packet sockets have in network order.
const EVERY_FRAME: Protocol = Protocol::from_raw(u16::to_be(3) as i32);
/// For experiments (RFC 3692): nobody answers to it.
const EXPERIMENT: Protocol = Protocol::from_raw(253);

/// Writes the list of samples.
macro_rules! samples {
    ($($name:literal $open:expr;)*) => {
        pub const SAMPLES: &[Sample] = &[$(Sample { name: $name, open: || $open }),*];
    };
}

samples! {
    "tcp4" fresh(Family::INET, Kind::STREAM, Protocol::TCP);
    "tcp4 listening" Ok(vec![TcpListener::bind(V4)?.into_any()]);
    "tcp4 connected" connected(V4);
    "tcp4 accepted" accepted(V4);
    "tcp6" fresh(Family::INET6, Kind::STREAM, Protocol::TCP);
    "tcp6 listening" Ok(vec![TcpListener::bind(V6)?.into_any()]);
    "tcp6 connected" connected(V6);
    "tcp6 mapped" mapped();
    "udp4" fresh(Family::INET, Kind::DGRAM, Protocol::UDP);
    "udp4 connected" udp(V4);
    "udp6" fresh(Family::INET6, Kind::DGRAM, Protocol::UDP);
    "udp6 connected" udp(V6);
    "unix stream" pair(Kind::STREAM);
    "unix datagram" pair(Kind::DGRAM);
    "unix seqpacket" pair(Kind::SEQPACKET);
    "icmp" fresh(Family::INET, Kind::RAW, Protocol::ICMP);
    "icmpv6" fresh(Family::INET6, Kind::RAW, Protocol::ICMPV6);
    "raw4" fresh(Family::INET, Kind::RAW, EXPERIMENT);
    "raw6" fresh(Family::INET6, Kind::RAW, EXPERIMENT);
    "raw6 with header" fresh(Family::INET6, Kind::RAW, Protocol::RAW);
    "packet" fresh(Family::PACKET, Kind::RAW, Protocol::DEFAULT);
    "packet hearing" fresh(Family::PACKET, Kind::RAW, EVERY_FRAME);
    "packet in a group" packet_group();
    "tcp4 in repair" repaired(false);
    "tcp4 connected, in repair" repaired(true);
    "netlink" netlink();
    "vsock" fresh(Family::VSOCK, Kind::STREAM, Protocol::DEFAULT);
    "vsock bound" vsock();
    "udplite" fresh(Family::INET, Kind::DGRAM, Protocol::UDPLITE);
    "udplite6" fresh(Family::INET6, Kind::DGRAM, Protocol::UDPLITE);
    "mptcp" fresh(Family::INET, Kind::STREAM, Protocol::MPTCP);
    "mptcp connected" multipath();
    "can" fresh(Family::CAN, Kind::RAW, Protocol::from_raw(1));
    "isotp" fresh(Family::CAN, Kind::DGRAM, Protocol::from_raw(6));
    "j1939" fresh(Family::CAN, Kind::DGRAM, Protocol::from_raw(7));
    "sctp" fresh(Family::INET, Kind::STREAM, Protocol::SCTP);
    "sctp many" fresh(Family::INET, Kind::SEQPACKET, Protocol::SCTP);
}

/// Opens a sample by its name.
///
/// # Panics
///
/// Panics if there is no sample of that name.
pub fn open(name: &str) -> Result<Vec<Socket>> {
    let sample = SAMPLES.iter().find(|sample| sample.name == name);
    (sample.unwrap_or_else(|| panic!("no sample {name}")).open)()
}

fn fresh(family: Family, kind: Kind, protocol: Protocol) -> Result<Vec<Socket>> {
    Socket::open(family, kind, protocol).map(|socket| vec![socket])
}

fn pair(kind: Kind) -> Result<Vec<Socket>> {
    Socket::pair(Family::UNIX, kind, Protocol::DEFAULT).map(|(left, right)| vec![left, right])
}

fn connected(loopback: &str) -> Result<Vec<Socket>> {
    let (client, server) = berkeley_testkit::tcp_pair(loopback.parse().unwrap())?;
    Ok(vec![client.into_any(), server.into_any()])
}

fn accepted(loopback: &str) -> Result<Vec<Socket>> {
    connected(loopback).map(|mut ends| {
        ends.reverse();
        ends
    })
}

/// A socket of IPv6 whose peer is one of IPv4.
fn mapped() -> Result<Vec<Socket>> {
    let listener = TcpListener::bind(V4)?;
    let port = listener.local_address()?.port();
    let client = Socket::open(Family::INET6, Kind::STREAM, Protocol::TCP)?;
    client.connect(format!("[::ffff:127.0.0.1]:{port}").parse::<Address>().unwrap())?;
    Ok(vec![client, listener.into_any()])
}

fn udp(loopback: &str) -> Result<Vec<Socket>> {
    let (left, right) = (UdpSocket::bind(loopback)?, UdpSocket::bind(loopback)?);
    left.connect(right.local_address()?)?;
    Ok(vec![left.into_any(), right.into_any()])
}

fn netlink() -> Result<Vec<Socket>> {
    let socket = Socket::open(Family::NETLINK, Kind::RAW, NETLINK_ROUTE)?;
    socket.bind(Address::from(NetlinkAddress::new(0, 0)))?;
    Ok(vec![socket])
}

fn vsock() -> Result<Vec<Socket>> {
    let socket = Socket::open(Family::VSOCK, Kind::STREAM, Protocol::DEFAULT)?;
    socket.bind(Address::from(VsockAddress::new(u32::MAX, u32::MAX)))?;
    Ok(vec![socket])
}

fn multipath() -> Result<Vec<Socket>> {
    let listener = Socket::open(Family::INET, Kind::STREAM, Protocol::MPTCP)?;
    listener.bind(V4)?;
    listener.listen(8)?;
    let client = Socket::open(Family::INET, Kind::STREAM, Protocol::MPTCP)?;
    client.connect(listener.local_address()?)?;
    let (server, _) = listener.accept()?;
    Ok(vec![client, server])
}

fn packet_group() -> Result<Vec<Socket>> {
    let sockets = fresh(Family::PACKET, Kind::RAW, EVERY_FRAME)?;
    // The rule 3 is PACKET_FANOUT_ROLLOVER, and the flag 0x2000 has the system find a free group.
    sockets[0].set(option::packet::FANOUT, PacketFanout { group: 0, rule: 0x2003 })?;
    Ok(sockets)
}

fn repaired(is_connected: bool) -> Result<Vec<Socket>> {
    let sockets =
        if is_connected { connected(V4) } else { fresh(Family::INET, Kind::STREAM, Protocol::TCP) }?;
    sockets[0].set(option::tcp::REPAIR, 1)?;
    sockets[0].set(option::tcp::REPAIR_QUEUE, RepairQueue::SEND)?;
    Ok(sockets)
}

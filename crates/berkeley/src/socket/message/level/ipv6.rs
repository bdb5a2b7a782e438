//! Messages of IPv6: `IPPROTO_IPV6`, ipv6(7), RFC 3542.

use crate::option::{Endpoint, Octets, PathMtu};
use crate::socket::message::{
    ArrivalInterface, ExtendedError, Hops, Ipv6PacketInfo, NetworkOrder, Port, Tclass,
};

level! { "IPPROTO_IPV6":
    /// Whether the datagram is refused rather than sent in fragments, if it is too large.
    DONTFRAG: bool = "ipv6.dontfrag" "IPV6_DONTFRAG";
    /// The destination options of a packet (RFC 3542). Received, asked for by `IPV6_RECVDSTOPTS`; sent, for `CAP_NET_RAW`.
    DSTOPTS: Octets<2048> = "ipv6.dstopts" "IPV6_DSTOPTS";
    /// The congestion mark of a packet, 0 to 3. Received, asked for by `IPV6_RECVECN`. Windows; elsewhere in [`TCLASS`].
    ECN: u32 = "ipv6.ecn" "IPV6_ECN";
    /// The number of the packet's flow. FreeBSD.
    FLOWID: u32 = "ipv6.flowid" "IPV6_FLOWID";
    /// The flow label and the traffic class of a packet. Received, asked for by `IPV6_FLOWINFO`.
    FLOWINFO: NetworkOrder = "ipv6.flowinfo" "IPV6_FLOWINFO";
    /// How the number of the packet's flow was made. FreeBSD.
    FLOWTYPE: u32 = "ipv6.flowtype" "IPV6_FLOWTYPE";
    /// The hop limit of a packet. Received, asked for by `IPV6_RECVHOPLIMIT`.
    HOPLIMIT: Hops = "ipv6.hoplimit" "IPV6_HOPLIMIT";
    /// The hop-by-hop options of a packet (RFC 3542). Received, asked for by `IPV6_RECVHOPOPTS`; sent, for `CAP_NET_RAW`.
    HOPOPTS: Octets<2048> = "ipv6.hopopts" "IPV6_HOPOPTS";
    /// The next hop of the datagram: a socket address. The BSDs.
    NEXTHOP: Octets<28> = "ipv6.nexthop" "IPV6_NEXTHOP";
    /// Where a datagram was first sent to, before it was redirected. Asked for by `IPV6_RECVORIGDSTADDR`.
    ORIGDSTADDR: Endpoint = "ipv6.origdstaddr" "IPV6_ORIGDSTADDR";
    /// The largest packet that the path takes, now that it is known. Asked for by `IPV6_RECVPATHMTU`.
    PATHMTU: PathMtu = "ipv6.pathmtu" "IPV6_PATHMTU";
    /// The destination of a datagram, and the interface that it came in on; sent, the source, and the interface that it goes
    /// by. Received, asked for by `IPV6_RECVPKTINFO`, of Windows `IPV6_PKTINFO`.
    PKTINFO: Ipv6PacketInfo = "ipv6.pktinfo" "IPV6_PKTINFO";
    /// The destination port of a datagram. Asked for by `IPV6_RECVDSTPORT`. OpenBSD.
    RECVDSTPORT: Port = "ipv6.recvdstport" "IPV6_RECVDSTPORT";
    /// An error, in the error queue. Asked for by `IPV6_RECVERR`.
    RECVERR: ExtendedError = "ipv6.recverr" "IPV6_RECVERR";
    /// The largest fragment that a datagram came in, in bytes. Asked for by `IPV6_RECVFRAGSIZE`.
    RECVFRAGSIZE: u32 = "ipv6.recvfragsize" "IPV6_RECVFRAGSIZE";
    /// The interface that a datagram came in on, by its index. Asked for by `IPV6_RECVIF`. Windows.
    RECVIF: ArrivalInterface = "ipv6.recvif" "IPV6_RECVIF";
    /// The bucket of the device that a packet came from. FreeBSD.
    RSSBUCKETID: u32 = "ipv6.rssbucketid" "IPV6_RSSBUCKETID";
    /// The routing header of a packet (RFC 3542). Received, asked for by `IPV6_RECVRTHDR`; sent, for `CAP_NET_RAW`.
    RTHDR: Octets<2048> = "ipv6.rthdr" "IPV6_RTHDR";
    /// The destination options for each host of the routing header (RFC 3542). Needs `CAP_NET_RAW`.
    RTHDRDSTOPTS: Octets<2048> = "ipv6.rthdrdstopts" "IPV6_RTHDRDSTOPTS";
    /// The traffic class of a packet, with its congestion mark. Received, asked for by `IPV6_RECVTCLASS`.
    TCLASS: Tclass = "ipv6.tclass" "IPV6_TCLASS";
    /// Whether the datagram is sent in parts that fit the smallest path there may be: 1 yes, 0 no, -1 for multicast alone.
    USE_MIN_MTU: i32 = "ipv6.use-min-mtu" "IPV6_USE_MIN_MTU";
}

//! Messages of IPv4: `IPPROTO_IP`, ip(7), ip(4).

use crate::option::{Endpoint, Octets, Text};
use crate::socket::message::{ArrivalInterface, ExtendedError, Hops, Ipv4, Ipv4PacketInfo, Port, Tos};

level! { "IPPROTO_IP":
    /// The checksum of what was received, not yet folded. Asked for by `IP_CHECKSUM`.
    CHECKSUM: u32 = "ip.checksum" "IP_CHECKSUM";
    /// The congestion mark of a packet, 0 to 3. Received, asked for by `IP_RECVECN`. Windows; elsewhere in [`TOS`].
    ECN: u32 = "ip.ecn" "IP_ECN";
    /// The number of the packet's flow. Received, asked for by `IP_RECVFLOWID`. FreeBSD.
    FLOWID: u32 = "ip.flowid" "IP_FLOWID";
    /// How the number of the packet's flow was made. FreeBSD.
    FLOWTYPE: u32 = "ip.flowtype" "IP_FLOWTYPE";
    /// Where a datagram was first sent to, before it was redirected. Asked for by `IP_RECVORIGDSTADDR`.
    ORIGDSTADDR: Endpoint = "ip.origdstaddr" "IP_ORIGDSTADDR";
    /// The interface that a packet came in on at first, by its index. Windows.
    ORIGINAL_ARRIVAL_IF: u32 = "ip.original-arrival-if" "IP_ORIGINAL_ARRIVAL_IF";
    /// The destination of a datagram, and the interface that it came in on; sent, the source, and the interface that it goes
    /// by. Received, asked for by `IP_PKTINFO`; of NetBSD and Apple `IP_RECVPKTINFO`.
    PKTINFO: Ipv4PacketInfo = "ip.pktinfo" "IP_PKTINFO";
    /// The protocol of what a raw socket sends. Linux 6.5.
    PROTOCOL: u32 = "ip.protocol" "IP_PROTOCOL";
    /// The destination of a datagram; sent, the source. Received, asked for by `IP_RECVDSTADDR`. The BSDs.
    RECVDSTADDR: Ipv4 = "ip.recvdstaddr" "IP_RECVDSTADDR" "IP_SENDSRCADDR";
    /// The destination port of a datagram. Asked for by `IP_RECVDSTPORT`. OpenBSD.
    RECVDSTPORT: Port = "ip.recvdstport" "IP_RECVDSTPORT";
    /// An error, in the error queue. Asked for by `IP_RECVERR`.
    RECVERR: ExtendedError = "ip.recverr" "IP_RECVERR";
    /// The largest fragment that a datagram came in, in bytes. Asked for by `IP_RECVFRAGSIZE`.
    RECVFRAGSIZE: u32 = "ip.recvfragsize" "IP_RECVFRAGSIZE";
    /// The interface that a datagram came in on, by its index. Asked for by `IP_RECVIF`. The BSDs, Windows.
    RECVIF: ArrivalInterface = "ip.recvif" "IP_RECVIF";
    /// The IP options of a datagram. Asked for by `IP_RECVOPTS`.
    RECVOPTS: Octets<40> = "ip.recvopts" "IP_RECVOPTS";
    /// The routing table of a datagram. Asked for by `IP_RECVRTABLE`. OpenBSD.
    RECVRTABLE: u32 = "ip.recvrtable" "IP_RECVRTABLE";
    /// The IP options to answer with; sent, those of the datagram. Received, asked for by `IP_RETOPTS` or `IP_RECVRETOPTS`.
    RETOPTS: Octets<40> = "ip.retopts" "IP_RETOPTS" "IP_RECVRETOPTS";
    /// The bucket of the device that a packet came from. FreeBSD.
    RSSBUCKETID: u32 = "ip.rssbucketid" "IP_RSSBUCKETID";
    /// The sender's security label. Asked for by `IP_PASSSEC`.
    SECURITY: Text<256> = "ip.security" "SCM_SECURITY";
    /// The type of service of a packet, with its congestion mark. Received, asked for by `IP_RECVTOS`.
    TOS: Tos = "ip.tos" "IP_TOS" "IP_RECVTOS";
    /// The time to live of a packet. Received, asked for by `IP_RECVTTL`.
    TTL: Hops = "ip.ttl" "IP_TTL" "IP_RECVTTL" "IP_HOPLIMIT";
}

//! Options of IPv6: `IPPROTO_IPV6`, ipv6(7), RFC 3493, RFC 3542.

use crate::addr::Family;
use crate::option::{
    AddressPreferences, Endpoint, InterfaceIndex, Ipv6Membership, Membership, MtuDiscover, Octets, PathMtu,
    PortClass, ProtectionLevel, Small, SourceMembership, UnicastInterface6,
};

level! { "IPPROTO_IPV6":
    /// Turns a socket that is connected to an IPv4-mapped address into an IPv4 one; read, the family.
    ADDRFORM: Family = "ipv6.addrform" "IPV6_ADDRFORM";
    /// Which source addresses are preferred: public or temporary, home or care-of (RFC 5014). Default: the
    /// system's.
    ADDR_PREFERENCES: AddressPreferences = "ipv6.addr-preferences" "IPV6_ADDR_PREFERENCES";
    /// How strictly IPsec authenticates: 0 bypass, 1 if available, 2 use, 3 require, 4 unique. Default: the
    /// system's.
    AUTH_LEVEL: u32 = "ipv6.auth-level" "IPV6_AUTH_LEVEL";
    /// Whether flow labels are made from the packets' flows. Default: the system's.
    AUTOFLOWLABEL: bool = "ipv6.autoflowlabel" "IPV6_AUTOFLOWLABEL";
    /// Whether addresses may be bound that no interface has. Default: off. Needs root.
    BINDANY: bool = "ipv6.bindany" "IPV6_BINDANY";
    /// The interface that the socket sends through, by index. Default: none.
    BOUND_IF: InterfaceIndex = "ipv6.bound-if" "IPV6_BOUND_IF";
    /// Where in a raw socket's packets the checksum is, which the system then computes and checks; -1 is
    /// nowhere. Default: -1.
    CHECKSUM: i32 = "ipv6.checksum" "IPV6_CHECKSUM";
    /// Whether a datagram that is too large is refused rather than sent in fragments. Default: off.
    DONTFRAG: bool = "ipv6.dontfrag" "IPV6_DONTFRAG";
    /// The destination options of what is sent (RFC 3542). Default: none. Needs `CAP_NET_RAW`.
    DSTOPTS: Octets<2048> = "ipv6.dstopts" "IPV6_DSTOPTS";
    /// Whether a receive tells the flow label and traffic class as the sender's flow information. Default: off.
    FLOWINFO: bool = "ipv6.flowinfo" "IPV6_FLOWINFO";
    /// Whether the flow label of the address is used in what is sent. Default: off.
    FLOWINFO_SEND: bool = "ipv6.flowinfo-send" "IPV6_FLOWINFO_SEND";
    /// Whether addresses may be bound that no interface has, or not yet. Default: off.
    FREEBIND: bool = "ipv6.freebind" "IPV6_FREEBIND";
    /// Whether a raw socket's data begin with the IPv6 header. Default: off.
    HDRINCL: bool = "ipv6.hdrincl" "IPV6_HDRINCL";
    /// Whether a receive tells the hop limit of the packet. Default: off. Windows; elsewhere [`RECVHOPLIMIT`].
    HOPLIMIT: bool = "ipv6.hoplimit" "IPV6_HOPLIMIT";
    /// The hop-by-hop options of what is sent (RFC 3542). Default: none. Needs `CAP_NET_RAW`.
    HOPOPTS: Octets<2048> = "ipv6.hopopts" "IPV6_HOPOPTS";
    /// Takes an anycast address.
    JOIN_ANYCAST: Ipv6Membership, WriteOnly = "ipv6.join-anycast" "IPV6_JOIN_ANYCAST";
    /// Joins a group, on an interface by its index; none lets the system choose one.
    JOIN_GROUP: Ipv6Membership, WriteOnly = "ipv6.join-group" "IPV6_JOIN_GROUP";
    /// Gives an anycast address up.
    LEAVE_ANYCAST: Ipv6Membership, WriteOnly = "ipv6.leave-anycast" "IPV6_LEAVE_ANYCAST";
    /// Leaves a group.
    LEAVE_GROUP: Ipv6Membership, WriteOnly = "ipv6.leave-group" "IPV6_LEAVE_GROUP";
    /// Hears no more of what one source sends to a group that was joined.
    MCAST_BLOCK_SOURCE: SourceMembership, WriteOnly = "ipv6.mcast-block-source" self "MCAST_BLOCK_SOURCE";
    /// Joins a group, on an interface by its index; none lets the system choose one.
    MCAST_JOIN_GROUP: Membership, WriteOnly = "ipv6.mcast-join-group" self "MCAST_JOIN_GROUP";
    /// Joins a group for what one source sends to it.
    MCAST_JOIN_SOURCE_GROUP: SourceMembership, WriteOnly = "ipv6.mcast-join-source-group" self "MCAST_JOIN_SOURCE_GROUP";
    /// Leaves a group.
    MCAST_LEAVE_GROUP: Membership, WriteOnly = "ipv6.mcast-leave-group" self "MCAST_LEAVE_GROUP";
    /// Leaves a group for what one source sends to it.
    MCAST_LEAVE_SOURCE_GROUP: SourceMembership, WriteOnly = "ipv6.mcast-leave-source-group" self "MCAST_LEAVE_SOURCE_GROUP";
    /// Hears again what a blocked source sends to a group.
    MCAST_UNBLOCK_SOURCE: SourceMembership, WriteOnly = "ipv6.mcast-unblock-source" self "MCAST_UNBLOCK_SOURCE";
    /// The least hop limit that a packet received has to have, 0 for any (RFC 5082). Default: 0. Linux heeds
    /// it for TCP alone.
    MINHOPCOUNT: Small = "ipv6.minhopcount" "IPV6_MINHOPCOUNT";
    /// The largest packet that the path to the peer takes, in bytes; set, a limit of the socket's own.
    MTU: u32 = "ipv6.mtu" "IPV6_MTU";
    /// Whether datagrams may be fragmented, and whether the path's limit is found out. Default: the system's.
    MTU_DISCOVER: MtuDiscover = "ipv6.mtu-discover" "IPV6_MTU_DISCOVER";
    /// Whether the socket hears every group that anything on this machine joined. Default: on.
    MULTICAST_ALL: bool = "ipv6.multicast-all" "IPV6_MULTICAST_ALL";
    /// The hop limit of multicast, 0 to 255, or -1 for the system's. Default: 1.
    MULTICAST_HOPS: i32 = "ipv6.multicast-hops" "IPV6_MULTICAST_HOPS";
    /// The interface that multicast goes out through, by index. Default: none.
    MULTICAST_IF: InterfaceIndex = "ipv6.multicast-if" "IPV6_MULTICAST_IF";
    /// Whether this machine hears the multicast that it sends. Default: on. Of the sender on Unix, of the
    /// receiver on Windows.
    MULTICAST_LOOP: bool = "ipv6.multicast-loop" "IPV6_MULTICAST_LOOP";
    /// Where a connection that was redirected here was first made to.
    ORIGINAL_DST: Endpoint, ReadOnly = "ipv6.original-dst" "IP6T_SO_ORIGINAL_DST";
    /// The largest packet that the path to the peer takes, in bytes. Connected sockets.
    PATHMTU: PathMtu, ReadOnly = "ipv6.pathmtu" "IPV6_PATHMTU";
    /// Whether a receive tells the destination of the datagram, and the interface that it came in on. Default:
    /// off. Windows; elsewhere [`RECVPKTINFO`].
    PKTINFO: bool = "ipv6.pktinfo" "IPV6_PKTINFO";
    /// The algorithm by which a wildcard port is chosen.
    PORTALGO: u32 = "ipv6.portalgo" "IPV6_PORTALGO";
    /// The range that a wildcard port is chosen from. Default: default.
    PORTRANGE: PortClass = "ipv6.portrange" "IPV6_PORTRANGE";
    /// Whether temporary source addresses are preferred. Default: the system's.
    PREFER_TEMPADDR: bool = "ipv6.prefer-tempaddr" "IPV6_PREFER_TEMPADDR";
    /// From how far away the socket may be reached. Default: the system's.
    PROTECTION_LEVEL: ProtectionLevel = "ipv6.protection-level" "IPV6_PROTECTION_LEVEL";
    /// Whether a receive tells the destination options of the packet. Default: off.
    RECVDSTOPTS: bool = "ipv6.recvdstopts" "IPV6_RECVDSTOPTS";
    /// Whether a receive tells the destination port of the datagram. Default: off.
    RECVDSTPORT: bool = "ipv6.recvdstport" "IPV6_RECVDSTPORT";
    /// Whether a receive tells the congestion mark of the packet. Default: off.
    RECVECN: bool = "ipv6.recvecn" "IPV6_RECVECN";
    /// Whether errors of single datagrams go to the error queue, with the packet that they are about. Default:
    /// off.
    RECVERR: bool = "ipv6.recverr" "IPV6_RECVERR";
    /// Whether the error queue tells the extensions of ICMP errors (RFC 4884). Default: off.
    RECVERR_RFC4884: bool = "ipv6.recverr-rfc4884" "IPV6_RECVERR_RFC4884";
    /// Whether a receive tells the number of the packet's flow. Default: off.
    RECVFLOWID: bool = "ipv6.recvflowid" "IPV6_RECVFLOWID";
    /// Whether a receive tells the largest fragment that the datagram came in. Default: off.
    RECVFRAGSIZE: bool = "ipv6.recvfragsize" "IPV6_RECVFRAGSIZE";
    /// Whether a receive tells the hop limit of the packet. Default: off.
    RECVHOPLIMIT: bool = "ipv6.recvhoplimit" "IPV6_RECVHOPLIMIT";
    /// Whether a receive tells the hop-by-hop options of the packet. Default: off.
    RECVHOPOPTS: bool = "ipv6.recvhopopts" "IPV6_RECVHOPOPTS";
    /// Whether a receive tells the interface that the datagram came in on. Default: off.
    RECVIF: bool = "ipv6.recvif" "IPV6_RECVIF";
    /// Whether a receive tells where the datagram was first sent to, before it was redirected. Default: off.
    RECVORIGDSTADDR: bool = "ipv6.recvorigdstaddr" "IPV6_RECVORIGDSTADDR";
    /// Whether a receive tells when the path's limit becomes known. Default: off.
    RECVPATHMTU: bool = "ipv6.recvpathmtu" "IPV6_RECVPATHMTU";
    /// Whether a receive tells the destination of the datagram, and the interface that it came in on. Default:
    /// off.
    RECVPKTINFO: bool = "ipv6.recvpktinfo" "IPV6_RECVPKTINFO";
    /// Whether a receive tells the bucket of the device that the packet came from. Default: off.
    RECVRSSBUCKETID: bool = "ipv6.recvrssbucketid" "IPV6_RECVRSSBUCKETID";
    /// Whether a receive tells the routing header of the packet. Default: off.
    RECVRTHDR: bool = "ipv6.recvrthdr" "IPV6_RECVRTHDR";
    /// Whether a receive tells the traffic class of the packet. Default: off.
    RECVTCLASS: bool = "ipv6.recvtclass" "IPV6_RECVTCLASS";
    /// Which router alerts a raw socket gets, by their value; -1 for none (RFC 2711). Linux reads 1 back
    /// for all but 0. Default: none. Sockets of `IPPROTO_RAW`.
    ROUTER_ALERT: i32 = "ipv6.router-alert" "IPV6_ROUTER_ALERT";
    /// Whether a raw socket gets the router alerts of its own network namespace alone. Default: off.
    ROUTER_ALERT_ISOLATE: bool = "ipv6.router-alert-isolate" "IPV6_ROUTER_ALERT_ISOLATE";
    /// The routing header of what is sent (RFC 3542). Default: none. Needs `CAP_NET_RAW`.
    RTHDR: Octets<2048> = "ipv6.rthdr" "IPV6_RTHDR";
    /// The destination options of what is sent, for each host of the routing header (RFC 3542). Default: none.
    /// Needs `CAP_NET_RAW`.
    RTHDRDSTOPTS: Octets<2048> = "ipv6.rthdrdstopts" "IPV6_RTHDRDSTOPTS";
    /// The traffic class of what is sent: six bits of class and two of congestion marks, or -1 for the system's
    /// (RFC 2474, RFC 3168). Default: 0.
    TCLASS: i32 = "ipv6.tclass" "IPV6_TCLASS";
    /// Whether addresses of other hosts may be bound, to answer in their place. Default: off. Needs
    /// `CAP_NET_ADMIN` or `CAP_NET_RAW`.
    TRANSPARENT: bool = "ipv6.transparent" "IPV6_TRANSPARENT";
    /// The hop limit of what is sent, 0 to 255, or -1 for the system's. Default: 64, 128 on Windows.
    UNICAST_HOPS: i32 = "ipv6.unicast-hops" "IPV6_UNICAST_HOPS";
    /// The interface that unicast goes out through, by index. Default: none.
    UNICAST_IF: UnicastInterface6 = "ipv6.unicast-if" "IPV6_UNICAST_IF";
    /// The largest packet that is sent, in bytes; 4294967295 for no limit of its own.
    USER_MTU: u32 = "ipv6.user-mtu" "IPV6_USER_MTU";
    /// Whether what is sent fits the smallest path there may be, 1280 bytes: 1 yes, 0 no, -1 for multicast
    /// alone (RFC 3542). Default: -1.
    USE_MIN_MTU: i32 = "ipv6.use-min-mtu" "IPV6_USE_MIN_MTU";
    /// Whether the socket is for IPv6 alone, and not for IPv4-mapped addresses as well. Default: the system's.
    V6ONLY: bool = "ipv6.v6only" "IPV6_V6ONLY";
}

//! Options of IPv4: `IPPROTO_IP`, ip(7).

use crate::option::{
    Endpoint, InterfaceIndex, InterfaceIndexNetwork, Ipv4Interface, Ipv4Membership, Ipv4SourceMembership,
    Membership, MtuDiscover, Octets, PortClass, PortRange, Small, SmallSwitch, SourceMembership,
};

level! { "IPPROTO_IP":
    /// Joins a group, on an interface by its address or its index.
    ADD_MEMBERSHIP: Ipv4Membership, WriteOnly = "ip.add-membership" "IP_ADD_MEMBERSHIP";
    /// Joins a group for what one source sends to it.
    ADD_SOURCE_MEMBERSHIP: Ipv4SourceMembership, WriteOnly = "ip.add-source-membership" "IP_ADD_SOURCE_MEMBERSHIP";
    /// How strictly IPsec authenticates: 0 bypass, 1 if available, 2 use, 3 require, 4 unique. Default: the
    /// system's.
    AUTH_LEVEL: u32 = "ip.auth-level" "IP_AUTH_LEVEL";
    /// Whether addresses may be bound that no interface has. Default: off. Needs root.
    BINDANY: bool = "ip.bindany" "IP_BINDANY";
    /// Whether several sockets of one user may bind the port. Default: off.
    BINDMULTI: bool = "ip.bindmulti" "IP_BINDMULTI";
    /// Whether a bind to port 0 leaves the choice of the port to connect, so that ports do not run out.
    /// Default: off.
    BIND_ADDRESS_NO_PORT: bool = "ip.bind-address-no-port" "IP_BIND_ADDRESS_NO_PORT";
    /// Hears no more of what one source sends to a group that was joined.
    BLOCK_SOURCE: Ipv4SourceMembership, WriteOnly = "ip.block-source" "IP_BLOCK_SOURCE";
    /// The interface that the socket sends through, by index. Default: none.
    BOUND_IF: InterfaceIndex = "ip.bound-if" "IP_BOUND_IF";
    /// Whether a receive tells the checksum of the datagram. Default: off. UDP.
    CHECKSUM: bool = "ip.checksum" "IP_CHECKSUM";
    /// Whether datagrams are sent with the flag that forbids routers to fragment them. Default: off.
    DONTFRAG: bool = "ip.dontfrag" "IP_DONTFRAG";
    /// Whether datagrams are sent with the flag that forbids routers to fragment them. Default: off.
    DONTFRAGMENT: bool = "ip.dontfragment" "IP_DONTFRAGMENT";
    /// Leaves a group.
    DROP_MEMBERSHIP: Ipv4Membership, WriteOnly = "ip.drop-membership" "IP_DROP_MEMBERSHIP";
    /// Leaves a group for what one source sends to it.
    DROP_SOURCE_MEMBERSHIP: Ipv4SourceMembership, WriteOnly = "ip.drop-source-membership" "IP_DROP_SOURCE_MEMBERSHIP";
    /// How strictly IPsec encrypts whole packets, as `IP_AUTH_LEVEL`.
    ESP_NETWORK_LEVEL: u32 = "ip.esp-network-level" "IP_ESP_NETWORK_LEVEL";
    /// How strictly IPsec encrypts what packets carry, as `IP_AUTH_LEVEL`.
    ESP_TRANS_LEVEL: u32 = "ip.esp-trans-level" "IP_ESP_TRANS_LEVEL";
    /// The number of the connection's flow.
    FLOWID: u32, ReadOnly = "ip.flowid" "IP_FLOWID";
    /// What the number of the connection's flow was made of.
    FLOWTYPE: u32, ReadOnly = "ip.flowtype" "IP_FLOWTYPE";
    /// Whether addresses may be bound that no interface has, or not yet. Default: off.
    FREEBIND: bool = "ip.freebind" "IP_FREEBIND";
    /// Whether a raw socket's data begin with the IP header. Default: off; on for `IPPROTO_RAW`.
    HDRINCL: bool = "ip.hdrincl" "IP_HDRINCL";
    /// How strictly IPsec compresses, as `IP_AUTH_LEVEL`.
    IPCOMP_LEVEL: u32 = "ip.ipcomp-level" "IP_IPCOMP_LEVEL";
    /// The ports to choose a wildcard port from; 0-0 is the system's range. Default: 0-0. Linux 6.3.
    LOCAL_PORT_RANGE: PortRange = "ip.local-port-range" "IP_LOCAL_PORT_RANGE";
    /// Hears no more of what one source sends to a group that was joined.
    MCAST_BLOCK_SOURCE: SourceMembership, WriteOnly = "ip.mcast-block-source" self "MCAST_BLOCK_SOURCE";
    /// Joins a group, on an interface by its index; none lets the system choose one.
    MCAST_JOIN_GROUP: Membership, WriteOnly = "ip.mcast-join-group" self "MCAST_JOIN_GROUP";
    /// Joins a group for what one source sends to it.
    MCAST_JOIN_SOURCE_GROUP: SourceMembership, WriteOnly = "ip.mcast-join-source-group" self "MCAST_JOIN_SOURCE_GROUP";
    /// Leaves a group.
    MCAST_LEAVE_GROUP: Membership, WriteOnly = "ip.mcast-leave-group" self "MCAST_LEAVE_GROUP";
    /// Leaves a group for what one source sends to it.
    MCAST_LEAVE_SOURCE_GROUP: SourceMembership, WriteOnly = "ip.mcast-leave-source-group" self "MCAST_LEAVE_SOURCE_GROUP";
    /// Hears again what a blocked source sends to a group.
    MCAST_UNBLOCK_SOURCE: SourceMembership, WriteOnly = "ip.mcast-unblock-source" self "MCAST_UNBLOCK_SOURCE";
    /// The least time to live that a packet received has to have, 0 for any (RFC 5082). Default: 0. Linux heeds
    /// it for TCP alone.
    MINTTL: Small = "ip.minttl" "IP_MINTTL";
    /// The largest packet that the path to the peer takes, in bytes. Connected sockets.
    MTU: u32, ReadOnly = "ip.mtu" "IP_MTU";
    /// Whether datagrams may be fragmented, and whether the path's limit is found out. Default: the system's.
    MTU_DISCOVER: MtuDiscover = "ip.mtu-discover" "IP_MTU_DISCOVER";
    /// Whether the socket hears every group that anything on this machine joined. Default: on.
    MULTICAST_ALL: bool = "ip.multicast-all" "IP_MULTICAST_ALL";
    /// The interface that multicast goes out through. Default: the system's choice, 0.0.0.0.
    MULTICAST_IF: Ipv4Interface = "ip.multicast-if" "IP_MULTICAST_IF";
    /// The interface that multicast goes out through, by index. Default: none.
    MULTICAST_IFINDEX: InterfaceIndex = "ip.multicast-ifindex" "IP_MULTICAST_IFINDEX";
    /// Whether this machine hears the multicast that it sends. Default: on. Of the sender on Unix, of the
    /// receiver on Windows.
    MULTICAST_LOOP: SmallSwitch = "ip.multicast-loop" "IP_MULTICAST_LOOP";
    /// The time to live of multicast, 0 to 255 hops. Default: 1.
    MULTICAST_TTL: Small = "ip.multicast-ttl" "IP_MULTICAST_TTL";
    /// The virtual interface that multicast goes out through, of a multicast router. Default: none.
    MULTICAST_VIF: u32 = "ip.multicast-vif" "IP_MULTICAST_VIF";
    /// Whether the firewall leaves fragments of a raw socket's packets as they are. Default: off.
    NODEFRAG: bool = "ip.nodefrag" "IP_NODEFRAG";
    /// Whether a datagram to a network's broadcast address goes to 255.255.255.255. Default: off.
    ONESBCAST: bool = "ip.onesbcast" "IP_ONESBCAST";
    /// The IP options of what is sent, and of a TCP connection. Default: none.
    OPTIONS: Octets<40> = "ip.options" "IP_OPTIONS";
    /// Whether a receive tells the interface that the packet first came in on. Default: off.
    ORIGINAL_ARRIVAL_IF: bool = "ip.original-arrival-if" "IP_ORIGINAL_ARRIVAL_IF";
    /// Where a connection that was redirected here was first made to.
    ORIGINAL_DST: Endpoint, ReadOnly = "ip.original-dst" "SO_ORIGINAL_DST";
    /// Whether a receive tells the security label of the sender. Default: off. UDP.
    PASSSEC: bool = "ip.passsec" "IP_PASSSEC";
    /// Whether a receive tells the destination of the datagram, and the interface that it came in on. Default:
    /// off.
    PKTINFO: bool = "ip.pktinfo" "IP_PKTINFO";
    /// The algorithm by which a wildcard port is chosen.
    PORTALGO: u32 = "ip.portalgo" "IP_PORTALGO";
    /// The range that a wildcard port is chosen from. Default: default.
    PORTRANGE: PortClass = "ip.portrange" "IP_PORTRANGE";
    /// The protocol of a raw socket; of others their port. Linux 6.3.
    PROTOCOL: u32, ReadOnly = "ip.protocol" "IP_PROTOCOL";
    /// Whether broadcasts are received. Default: on.
    RECEIVE_BROADCAST: bool = "ip.receive-broadcast" "IP_RECEIVE_BROADCAST";
    /// Whether a receive tells the destination of the datagram. Default: off.
    RECVDSTADDR: bool = "ip.recvdstaddr" "IP_RECVDSTADDR";
    /// Whether a receive tells the destination port of the datagram. Default: off.
    RECVDSTPORT: bool = "ip.recvdstport" "IP_RECVDSTPORT";
    /// Whether a receive tells the congestion mark of the packet. Default: off.
    RECVECN: bool = "ip.recvecn" "IP_RECVECN";
    /// Whether errors of single datagrams go to the error queue, with the packet that they are about. Default:
    /// off.
    RECVERR: bool = "ip.recverr" "IP_RECVERR";
    /// Whether the error queue tells the extensions of ICMP errors (RFC 4884). Default: off.
    RECVERR_RFC4884: bool = "ip.recverr-rfc4884" "IP_RECVERR_RFC4884";
    /// Whether a receive tells the number of the packet's flow. Default: off.
    RECVFLOWID: bool = "ip.recvflowid" "IP_RECVFLOWID";
    /// Whether a receive tells the largest fragment that the datagram came in. Default: off.
    RECVFRAGSIZE: bool = "ip.recvfragsize" "IP_RECVFRAGSIZE";
    /// Whether a receive tells the interface that the datagram came in on. Default: off.
    RECVIF: bool = "ip.recvif" "IP_RECVIF";
    /// Whether a receive tells the IP options of the datagram. Default: off.
    RECVOPTS: bool = "ip.recvopts" "IP_RECVOPTS";
    /// Whether a receive tells where the datagram was first sent to, before it was redirected. Default: off.
    RECVORIGDSTADDR: bool = "ip.recvorigdstaddr" "IP_RECVORIGDSTADDR";
    /// Whether a receive tells the destination of the datagram, and the interface that it came in on. Default:
    /// off.
    RECVPKTINFO: bool = "ip.recvpktinfo" "IP_RECVPKTINFO";
    /// Whether a receive tells the IP options to answer with. Default: off.
    RECVRETOPTS: bool = "ip.recvretopts" "IP_RECVRETOPTS";
    /// Whether a receive tells the bucket of the device that the packet came from. Default: off.
    RECVRSSBUCKETID: bool = "ip.recvrssbucketid" "IP_RECVRSSBUCKETID";
    /// Whether a receive tells the routing table of the datagram. Default: off.
    RECVRTABLE: bool = "ip.recvrtable" "IP_RECVRTABLE";
    /// Whether a receive tells the type of service of the packet. Default: off.
    RECVTOS: bool = "ip.recvtos" "IP_RECVTOS";
    /// Whether a receive tells the time to live of the packet. Default: off.
    RECVTTL: bool = "ip.recvttl" "IP_RECVTTL";
    /// Whether a receive tells the IP options to answer with. Default: off.
    RETOPTS: bool = "ip.retopts" "IP_RETOPTS";
    /// Whether a raw socket gets the packets to be forwarded that carry a router alert (RFC 2113). Default:
    /// off.
    ROUTER_ALERT: bool = "ip.router-alert" "IP_ROUTER_ALERT";
    /// The bucket of the device that the connection belongs to.
    RSSBUCKETID: u32, ReadOnly = "ip.rssbucketid" "IP_RSSBUCKETID";
    /// The bucket of the device whose connections the listener gets.
    RSS_LISTEN_BUCKET: u32 = "ip.rss-listen-bucket" "IP_RSS_LISTEN_BUCKET";
    /// The type of service of what is sent: six bits of class and two of congestion marks (RFC 2474, RFC 3168).
    /// Default: 0.
    TOS: Small = "ip.tos" "IP_TOS";
    /// Whether addresses of other hosts may be bound, to answer in their place. Default: off. Needs
    /// `CAP_NET_ADMIN` or `CAP_NET_RAW`.
    TRANSPARENT: bool = "ip.transparent" "IP_TRANSPARENT";
    /// The time to live of what is sent, 1 to 255 hops. Default: 64, 128 on Windows.
    TTL: u32 = "ip.ttl" "IP_TTL";
    /// Hears again what a blocked source sends to a group.
    UNBLOCK_SOURCE: Ipv4SourceMembership, WriteOnly = "ip.unblock-source" "IP_UNBLOCK_SOURCE";
    /// The interface that unicast goes out through, by index. Default: none.
    UNICAST_IF: InterfaceIndexNetwork = "ip.unicast-if" "IP_UNICAST_IF";
    /// The largest packet that is sent, in bytes; 4294967295 for no limit of its own.
    USER_MTU: u32 = "ip.user-mtu" "IP_USER_MTU";
}

//! Options of UDP: `IPPROTO_UDP`, udp(7).

level! { "IPPROTO_UDP":
    /// Whether data gathers into one datagram until it is turned off. Default: off.
    CORK: bool = "udp.cork" "UDP_CORK";
    /// Which packets of IPsec or of other tunnels the datagrams carry: 2 for ESP (RFC 3948). Default: 0.
    ENCAP: u32 = "udp.encap" "UDP_ENCAP";
    /// Whether datagrams of one size from one sender are received as one, with their size as a control message.
    /// Default: off.
    GRO: bool = "udp.gro" "UDP_GRO";
    /// Whether datagrams are sent without a checksum. Default: off.
    NOCHECKSUM: bool = "udp.nochecksum" "UDP_NOCHECKSUM";
    /// Whether datagrams are sent without a checksum. Default: off.
    NOCKSUM: bool = "udp.nocksum" "UDP_NOCKSUM";
    /// Whether datagrams of IPv6 without a checksum are taken (RFC 6936). Default: off.
    NO_CHECK6_RX: bool = "udp.no-check6-rx" "UDP_NO_CHECK6_RX";
    /// Whether datagrams of IPv6 are sent without a checksum (RFC 6936). Default: off.
    NO_CHECK6_TX: bool = "udp.no-check6-tx" "UDP_NO_CHECK6_TX";
    /// How many bytes of datagrams of one size from one sender are received as one; 0 for none. Default: 0.
    RECV_MAX_COALESCED_SIZE: u32 = "udp.recv-max-coalesced-size" "UDP_RECV_MAX_COALESCED_SIZE";
    /// The size of the datagrams that one send is cut into, in bytes; 0 for no cutting. Default: 0.
    SEGMENT: u32 = "udp.segment" "UDP_SEGMENT";
    /// The size of the datagrams that one send is cut into, in bytes; 0 for no cutting. Default: 0.
    SEND_MSG_SIZE: u32 = "udp.send-msg-size" "UDP_SEND_MSG_SIZE";
}

//! Messages of UDP: `IPPROTO_UDP`, udp(7).

use crate::socket::message::Segment;

level! { "IPPROTO_UDP":
    /// The size of the datagrams that were received as one, in bytes; the last may be shorter. Asked for by `UDP_GRO`, of
    /// Windows `UDP_RECV_MAX_COALESCED_SIZE`.
    GRO: u32 = "udp.gro" "UDP_GRO" "UDP_COALESCED_INFO";
    /// The size of the datagrams that this send is cut into, in bytes.
    SEGMENT: Segment = "udp.segment" "UDP_SEGMENT" "UDP_SEND_MSG_SIZE";
}

//! Options of raw CAN sockets: `SOL_CAN_RAW`.

use crate::option::{CanFilters, XlNetworks};

level! { "SOL_CAN_RAW":
    /// Which errors of the bus are received as frames: a bit each. Default: 0.
    ERR_FILTER: u32 = "can.err-filter" "CAN_RAW_ERR_FILTER";
    /// Whether frames of up to 64 bytes are sent and received. Default: off.
    FD_FRAMES: bool = "can.fd-frames" "CAN_RAW_FD_FRAMES";
    /// Which frames are received: each filter an identifier and a mask. Default: one that lets all through.
    FILTER: CanFilters = "can.filter" "CAN_RAW_FILTER";
    /// Whether a frame has to pass every filter, rather than one of them. Default: off.
    JOIN_FILTERS: bool = "can.join-filters" "CAN_RAW_JOIN_FILTERS";
    /// Whether other sockets on this machine receive what is sent. Default: on.
    LOOPBACK: bool = "can.loopback" "CAN_RAW_LOOPBACK";
    /// Whether the socket receives what itself sent, as its confirmation. Default: off.
    RECV_OWN_MSGS: bool = "can.recv-own-msgs" "CAN_RAW_RECV_OWN_MSGS";
    /// Whether frames of up to 2048 bytes are sent and received. Default: off. Linux 6.1.
    XL_FRAMES: bool = "can.xl-frames" "CAN_RAW_XL_FRAMES";
    /// Which virtual networks of CAN XL are sent into and heard. Default: those without a network. Linux 6.9.
    XL_VCID_OPTS: XlNetworks = "can.xl-vcid-opts" "CAN_RAW_XL_VCID_OPTS";
}

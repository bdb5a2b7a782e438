//! Options of SCTP: `IPPROTO_SCTP`, RFC 6458.

use crate::option::{ForAssociation, InitMessage, RetransmissionTimes, Seconds};

level! { "IPPROTO_SCTP":
    /// How long an association of a one-to-many socket is idle before it is closed; 0s for never. Default: 0s.
    AUTOCLOSE: Seconds = "sctp.autoclose" "SCTP_AUTOCLOSE";
    /// The number that an error of a send carries back. Default: 0.
    CONTEXT: ForAssociation = "sctp.context" "SCTP_CONTEXT";
    /// Whether a message too large for the path is refused rather than sent in parts. Default: off.
    DISABLE_FRAGMENTS: bool = "sctp.disable-fragments" "SCTP_DISABLE_FRAGMENTS";
    /// Whether parts of several messages may be received in turn: 0 no, 1 of several associations, 2 of several
    /// streams.
    FRAGMENT_INTERLEAVE: u32 = "sctp.fragment-interleave" "SCTP_FRAGMENT_INTERLEAVE";
    /// The streams that an association asks for, and how often and how long it tries.
    INITMSG: InitMessage = "sctp.initmsg" "SCTP_INITMSG";
    /// Whether IPv4 addresses are told as IPv4-mapped ones of IPv6. Default: on.
    I_WANT_MAPPED_V4_ADDR: bool = "sctp.i-want-mapped-v4-addr" "SCTP_I_WANT_MAPPED_V4_ADDR";
    /// The largest part that a message is sent in, in bytes; 0 for what the path takes. Default: 0.
    MAXSEG: ForAssociation = "sctp.maxseg" "SCTP_MAXSEG";
    /// How many packets may be sent at once after a pause. Default: 4.
    MAX_BURST: ForAssociation = "sctp.max-burst" "SCTP_MAX_BURST";
    /// Whether small messages are sent at once, without Nagle's algorithm. Default: off.
    NODELAY: bool = "sctp.nodelay" "SCTP_NODELAY";
    /// How many bytes of a message that is not complete make it to be received in parts; 0 for never. Default:
    /// 0.
    PARTIAL_DELIVERY_POINT: u32 = "sctp.partial-delivery-point" "SCTP_PARTIAL_DELIVERY_POINT";
    /// Whether a receive tells of the next message as well. Default: off.
    RECVNXTINFO: bool = "sctp.recvnxtinfo" "SCTP_RECVNXTINFO";
    /// Whether a receive tells the stream and the protocol of the message. Default: off.
    RECVRCVINFO: bool = "sctp.recvrcvinfo" "SCTP_RECVRCVINFO";
    /// Whether several one-to-one sockets may bind the port. Default: off.
    REUSE_PORT: bool = "sctp.reuse-port" "SCTP_REUSE_PORT";
    /// How long an acknowledgement is waited for: at first, at most, at least.
    RTOINFO: RetransmissionTimes = "sctp.rtoinfo" "SCTP_RTOINFO";
}

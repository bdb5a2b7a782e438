//! Messages of SCTP: `IPPROTO_SCTP`, RFC 6458.

use crate::option::Octets;
use crate::socket::message::{Ipv4, SctpNextInfo, SctpReceiveInfo, SctpReliability, SctpSendInfo};

level! { "IPPROTO_SCTP":
    /// The key that the message is authenticated with, by its number.
    AUTHINFO: u16 = "sctp.authinfo" "SCTP_AUTHINFO";
    /// One more address of the peer, of IPv4, as the association begins.
    DSTADDRV4: Ipv4 = "sctp.dstaddrv4" "SCTP_DSTADDRV4";
    /// One more address of the peer, of IPv6, as the association begins.
    DSTADDRV6: Octets<16> = "sctp.dstaddrv6" "SCTP_DSTADDRV6";
    /// The streams that the association asks for, and how often and how long it tries: four u16.
    INIT: Octets<8> = "sctp.init" "SCTP_INIT";
    /// What the next message is. Asked for by `SCTP_RECVNXTINFO`.
    NXTINFO: SctpNextInfo = "sctp.nxtinfo" "SCTP_NXTINFO";
    /// For how long the message is worth sending.
    PRINFO: SctpReliability = "sctp.prinfo" "SCTP_PRINFO";
    /// How a message came. Asked for by `SCTP_RECVRCVINFO`.
    RCVINFO: SctpReceiveInfo = "sctp.rcvinfo" "SCTP_RCVINFO";
    /// How the message is to be sent.
    SNDINFO: SctpSendInfo = "sctp.sndinfo" "SCTP_SNDINFO";
    /// How a message is sent, or came: as RFC 6458 advises against.
    SNDRCV: Octets<128> = "sctp.sndrcv" "SCTP_SNDRCV";
}

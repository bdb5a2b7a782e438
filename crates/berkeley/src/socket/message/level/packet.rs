//! Messages of packet sockets: `SOL_PACKET`, packet(7).

use crate::socket::message::{AuxiliaryData, ExtendedError};

level! { "SOL_PACKET":
    /// The length of a frame, its headers, and its VLAN. Asked for by `PACKET_AUXDATA`.
    AUXDATA: AuxiliaryData = "packet.auxdata" "PACKET_AUXDATA";
    /// When a frame was sent, in the error queue. Asked for by `SO_TIMESTAMPING`.
    TX_TIMESTAMP: ExtendedError = "packet.tx-timestamp" "PACKET_TX_TIMESTAMP";
}

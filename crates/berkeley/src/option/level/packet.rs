//! Options of packet sockets: `SOL_PACKET`, packet(7).

use crate::option::{
    PacketFanout, PacketMembership, PacketStatistics, PacketVersion, RolloverStatistics, Timestamping,
};

level! { "SOL_PACKET":
    /// Makes an interface take frames that are not for it: of a group, of all groups, or all there are.
    ADD_MEMBERSHIP: PacketMembership, WriteOnly = "packet.add-membership" "PACKET_ADD_MEMBERSHIP";
    /// Whether a receive tells of each frame's length, headers and VLAN. Default: off.
    AUXDATA: bool = "packet.auxdata" "PACKET_AUXDATA";
    /// How many bytes of a frame too large for the ring are queued to be received. Default: 0.
    COPY_THRESH: u32 = "packet.copy-thresh" "PACKET_COPY_THRESH";
    /// Undoes `PACKET_ADD_MEMBERSHIP`.
    DROP_MEMBERSHIP: PacketMembership, WriteOnly = "packet.drop-membership" "PACKET_DROP_MEMBERSHIP";
    /// The group of sockets over which frames are spread, and by which rule.
    FANOUT: PacketFanout = "packet.fanout" "PACKET_FANOUT";
    /// Whether frames that this machine sends are not received. Default: off.
    IGNORE_OUTGOING: bool = "packet.ignore-outgoing" "PACKET_IGNORE_OUTGOING";
    /// Whether frames of a ring that cannot be sent are skipped. Default: off.
    LOSS: bool = "packet.loss" "PACKET_LOSS";
    /// Whether the sender's address names the interface that the frame came in on, rather than that of the
    /// bridge or bond. Default: off.
    ORIGDEV: bool = "packet.origdev" "PACKET_ORIGDEV";
    /// Whether frames go to the device past its queues. Default: off.
    QDISC_BYPASS: bool = "packet.qdisc-bypass" "PACKET_QDISC_BYPASS";
    /// How many bytes are kept free before the headers in a ring. Default: 0.
    RESERVE: u32 = "packet.reserve" "PACKET_RESERVE";
    /// How many frames went on to the next socket of the group.
    ROLLOVER_STATS: RolloverStatistics, ReadOnly = "packet.rollover-stats" "PACKET_ROLLOVER_STATS";
    /// How many frames were received and how many there was no room for; reading sets both to zero.
    STATISTICS: PacketStatistics, ReadOnly = "packet.statistics" "PACKET_STATISTICS";
    /// Which times of frames a ring tells. Default: none.
    TIMESTAMP: Timestamping = "packet.timestamp" "PACKET_TIMESTAMP";
    /// Whether frames in the sending ring begin where their header says. Default: off.
    TX_HAS_OFF: bool = "packet.tx-has-off" "PACKET_TX_HAS_OFF";
    /// The layout of the headers in a ring. Default: v1.
    VERSION: PacketVersion = "packet.version" "PACKET_VERSION";
    /// Whether frames begin with the header of a virtual device, which tells of their offloads. Default: off.
    VNET_HDR: bool = "packet.vnet-hdr" "PACKET_VNET_HDR";
    /// The size of the header of a virtual device, in bytes; 0 for none. Default: 0. Linux 6.6.
    VNET_HDR_SZ: u32 = "packet.vnet-hdr-sz" "PACKET_VNET_HDR_SZ";
}

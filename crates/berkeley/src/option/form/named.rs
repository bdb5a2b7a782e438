//! Values with names: one of several, or some of several.

use crate::sys::layout;

choices! {
    /// Whether datagrams may be fragmented, and whether the limit of the path is found out: `IP_MTU_DISCOVER`.
    MtuDiscover:
    /// Datagrams may be fragmented on the way.
    DONT = layout::MTU_DISCOVER[0], "dont";
    /// As the route says.
    WANT = layout::MTU_DISCOVER[1], "want";
    /// A datagram that is too large is refused (RFC 1191).
    DO = layout::MTU_DISCOVER[2], "do";
    /// As `DO`, and what is known of the path is not heeded, so that it can be probed (RFC 4821).
    PROBE = layout::MTU_DISCOVER[3], "probe";
    /// The limit of the interface is heeded, not that of the path. Linux.
    INTERFACE = layout::MTU_DISCOVER[4], "interface";
    /// As `INTERFACE`, and larger datagrams are fragmented. Linux.
    OMIT = layout::MTU_DISCOVER[5], "omit";
}

choices! {
    /// The range that a wildcard port is chosen from: `IP_PORTRANGE`.
    PortClass:
    /// The system's range.
    DEFAULT = 0, "default";
    /// The range of high ports.
    HIGH = 1, "high";
    /// Ports below 1024; needs root.
    LOW = 2, "low";
}

choices! {
    /// From how far away a socket may be reached: `IPV6_PROTECTION_LEVEL`.
    ProtectionLevel:
    /// From everywhere, through tunnels as well.
    UNRESTRICTED = 10, "unrestricted";
    /// From everywhere but through tunnels.
    EDGE_RESTRICTED = 20, "edge-restricted";
    /// From the local network.
    RESTRICTED = 30, "restricted";
}

choices! {
    /// Who may use a flow label of IPv6 that was leased: linux/in6.h.
    FlowLabelShare:
    /// This socket alone.
    EXCLUSIVE = 1, "exclusive";
    /// The sockets of this process.
    PROCESS = 2, "process";
    /// The sockets of this user.
    USER = 3, "user";
    /// Every socket.
    ANY = 255, "any";
}

choices! {
    /// The layout of the headers in a ring of a packet socket: `PACKET_VERSION`.
    PacketVersion:
    /// Depends on the size of a word.
    V1 = 0, "v1";
    /// The same for all processors, with nanoseconds and VLAN.
    V2 = 1, "v2";
    /// Blocks of frames of any size.
    V3 = 2, "v3";
}

choices! {
    /// Which queue of a connection that is being repaired is meant: `TCP_REPAIR_QUEUE`.
    RepairQueue:
    /// None.
    NONE = 0, "none";
    /// What was received.
    RECEIVE = 1, "receive";
    /// What is to be sent.
    SEND = 2, "send";
}

choices! {
    /// A class of service on Apple's systems: `SO_NET_SERVICE_TYPE`.
    ServiceType:
    /// Best effort.
    BEST_EFFORT = 0, "best-effort";
    /// Background.
    BACKGROUND = 1, "background";
    /// Signalling.
    SIGNALLING = 2, "signalling";
    /// Interactive video.
    VIDEO = 3, "video";
    /// Interactive voice.
    VOICE = 4, "voice";
    /// Responsive audio and video.
    AUDIO_VIDEO = 5, "audio-video";
    /// Streaming audio and video.
    STREAMING = 6, "streaming";
    /// Operation and administration of the network.
    OPERATION = 7, "operation";
    /// Responsive data.
    RESPONSIVE = 8, "responsive";
}

choices! {
    /// The clock and the form of times on FreeBSD: `SO_TS_CLOCK`.
    TimestampClock:
    /// The time of day in microseconds.
    REALTIME_MICRO = 0, "realtime-micro";
    /// The time of day in binary fractions.
    BINTIME = 1, "bintime";
    /// The time of day in nanoseconds.
    REALTIME = 2, "realtime";
    /// The time since the start in nanoseconds.
    MONOTONIC = 3, "monotonic";
}

flag_set! {
    /// Which sizes of buffers are fixed: `SO_BUF_LOCK`.
    BufferLock:
    /// That of the send buffer.
    SEND = 1, "send";
    /// That of the receive buffer.
    RECEIVE = 2, "receive";
}

flag_set! {
    /// Which times of packets are told, and by whom: `SO_TIMESTAMPING` of Linux, networking/timestamping.rst.
    Timestamping:
    /// The device makes times of what is sent.
    TX_HARDWARE = 1, "tx-hardware";
    /// The kernel makes times of what is sent.
    TX_SOFTWARE = 1 << 1, "tx-software";
    /// The device makes times of what is received.
    RX_HARDWARE = 1 << 2, "rx-hardware";
    /// The kernel makes times of what is received.
    RX_SOFTWARE = 1 << 3, "rx-software";
    /// Times of the kernel are told.
    SOFTWARE = 1 << 4, "software";
    /// Times of the device are told by the system's clock; obsolete.
    SYS_HARDWARE = 1 << 5, "sys-hardware";
    /// Times of the device are told.
    RAW_HARDWARE = 1 << 6, "raw-hardware";
    /// Each time of a send has a number.
    OPT_ID = 1 << 7, "opt-id";
    /// The kernel makes times as packets enter a queue of the device.
    TX_SCHED = 1 << 8, "tx-sched";
    /// The kernel makes times as data is acknowledged.
    TX_ACK = 1 << 9, "tx-ack";
    /// Times come with the interface and the destination.
    OPT_CMSG = 1 << 10, "opt-cmsg";
    /// Times come without the packet.
    OPT_TSONLY = 1 << 11, "opt-tsonly";
    /// Times come with the connection's figures.
    OPT_STATS = 1 << 12, "opt-stats";
    /// Times of the device come with the interface and the length.
    OPT_PKTINFO = 1 << 13, "opt-pktinfo";
    /// Times of the kernel come also where there is one of the device.
    OPT_TX_SWHW = 1 << 14, "opt-tx-swhw";
    /// Times are by a clock of the device that was bound.
    BIND_PHC = 1 << 15, "bind-phc";
    /// Numbers of a TCP connection count from what is set, not from what was acknowledged.
    OPT_ID_TCP = 1 << 16, "opt-id-tcp";
    /// Times that others asked for are not told.
    OPT_RX_FILTER = 1 << 17, "opt-rx-filter";
    /// The device makes times as it completes what is sent.
    TX_COMPLETION = 1 << 18, "tx-completion";
}

flag_set! {
    /// Which source addresses are preferred: `IPV6_ADDR_PREFERENCES`, RFC 5014.
    AddressPreferences:
    /// Temporary ones.
    TEMPORARY = 0x1, "temporary";
    /// Public ones.
    PUBLIC = 0x2, "public";
    /// Public ones, as far as the system prefers them.
    PUBLIC_DEFAULT = 0x100, "public-default";
    /// Care-of addresses of a mobile host.
    CARE_OF = 0x4, "care-of";
    /// Home addresses of a mobile host.
    HOME = 0x400, "home";
    /// Cryptographically generated ones.
    CGA = 0x8, "cga";
    /// Ones that were not generated so.
    NON_CGA = 0x800, "non-cga";
}

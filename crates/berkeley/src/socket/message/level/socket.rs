//! Messages of every socket: `SOL_SOCKET`, socket(7), unix(7).

use crate::option::{Octets, Text, Timestamping};
use crate::socket::message::{
    DeviceMemory, MicrosecondTime, MonotonicTime, NanosecondTime, SendTime, SenderCredentials,
    TimestampPacket, Timestamps,
};

level! { "SOL_SOCKET":
    /// When a packet came, in the kernel's binary time. FreeBSD.
    BINTIME: Octets<16> = "socket.bintime" "SCM_BINTIME";
    /// The sender's process, user and group. Asked for by `SO_PASSCRED`, `LOCAL_CREDS_PERSISTENT`, `LOCAL_CREDS`.
    CREDENTIALS: SenderCredentials = "socket.credentials" "SCM_CREDENTIALS" "SCM_CREDS2" "SCM_CREDS";
    /// Where in a buffer of the device's memory received data is. Linux 6.12.
    DEVMEM_DMABUF: DeviceMemory = "socket.devmem-dmabuf" "SCM_DEVMEM_DMABUF";
    /// How much of what was received is in plain memory after all. Linux 6.12.
    DEVMEM_LINEAR: DeviceMemory = "socket.devmem-linear" "SCM_DEVMEM_LINEAR";
    /// How many bytes of the stream are left to be received. Asked for by `SO_INQ`. Linux 6.17, Unix streams.
    INQ: u32 = "socket.inq" "SCM_INQ";
    /// The mark of a packet, for the firewall and the routing rules. Received, asked for by `SO_RCVMARK`. Sent, it needs
    /// `CAP_NET_ADMIN`, or since Linux 5.17 `CAP_NET_RAW`.
    MARK: u32 = "socket.mark" "SO_MARK";
    /// When a packet came, since the system began. Asked for by `SO_TS_CLOCK`. FreeBSD.
    MONOTONIC: MonotonicTime = "socket.monotonic" "SCM_MONOTONIC";
    /// The priority of a packet. Received, asked for by `SO_RCVPRIORITY`. Linux 6.14.
    PRIORITY: u32 = "socket.priority" "SO_PRIORITY";
    /// When a packet came, to the nanosecond. Asked for by `SO_TS_CLOCK`. FreeBSD.
    REALTIME: NanosecondTime = "socket.realtime" "SCM_REALTIME";
    /// How many packets the socket has dropped for want of room, since it was opened. Asked for by `SO_RXQ_OVFL`; there from
    /// the first drop on.
    RXQ_OVFL: u32 = "socket.rxq-ovfl" "SO_RXQ_OVFL";
    /// The sender's security label. Asked for by `SO_PASSSEC`.
    SECURITY: Text<256> = "socket.security" "SCM_SECURITY";
    /// When a packet came, to the microsecond. Asked for by `SO_TIMESTAMP`.
    TIMESTAMP: MicrosecondTime = "socket.timestamp" "SCM_TIMESTAMP";
    /// When a packet came or went, by the kernel and by the device. Asked for by `SO_TIMESTAMPING`.
    TIMESTAMPING: Timestamps = "socket.timestamping" "SCM_TIMESTAMPING";
    /// What TCP knew when what was sent got its time stamp. Asked for by `SOF_TIMESTAMPING_OPT_STATS`.
    TIMESTAMPING_OPT_STATS: Octets<1024> = "socket.timestamping-opt-stats" "SCM_TIMESTAMPING_OPT_STATS";
    /// Where a packet with a time stamp of the device came in. Asked for by `SOF_TIMESTAMPING_OPT_PKTINFO`.
    TIMESTAMPING_PKTINFO: TimestampPacket = "socket.timestamping-pktinfo" "SCM_TIMESTAMPING_PKTINFO";
    /// Which times of the message that is sent are told, whatever the option says.
    TIMESTAMPING_REQUEST: Timestamping = "socket.timestamping-request" "SO_TIMESTAMPING";
    /// When a packet came, to the nanosecond. Asked for by `SO_TIMESTAMPNS`.
    TIMESTAMPNS: NanosecondTime = "socket.timestampns" "SCM_TIMESTAMPNS";
    /// When a packet came, in ticks of the clock that goes on while the machine sleeps. Apple.
    TIMESTAMP_CONTINUOUS: u64 = "socket.timestamp-continuous" "SCM_TIMESTAMP_CONTINUOUS";
    /// When a packet came, in ticks of the clock that never goes back. Asked for by `SO_TIMESTAMP_MONOTONIC`. Apple.
    TIMESTAMP_MONOTONIC: u64 = "socket.timestamp-monotonic" "SCM_TIMESTAMP_MONOTONIC";
    /// How a packet's time stamp was made. FreeBSD.
    TIME_INFO: Octets<32> = "socket.time-info" "SCM_TIME_INFO";
    /// The class of service of a packet. Apple.
    TRAFFIC_CLASS: u32 = "socket.traffic-class" "SO_TRAFFIC_CLASS";
    /// The number that the time stamp of what is sent comes back with. Linux 6.13.
    TS_OPT_ID: u32 = "socket.ts-opt-id" "SCM_TS_OPT_ID";
    /// When the message is to be sent. Asked for by `SO_TXTIME`.
    TXTIME: SendTime = "socket.txtime" "SCM_TXTIME";
    /// Whether a frame of a wireless network was acknowledged. Asked for by `SO_WIFI_STATUS`.
    WIFI_STATUS: bool = "socket.wifi-status" "SCM_WIFI_STATUS";
}

//! Options of TCP: `IPPROTO_TCP`, tcp(7).

use crate::option::{
    AoInfo, AoKey, AoKeyName, Md5Key, Microseconds, Milliseconds, Octets, RepairQueue, Seconds, TcpInfo, Text,
};

level! { "IPPROTO_TCP":
    /// How long data may stay unacknowledged before the connection is given up. Default: the system's.
    ABORT_THRESHOLD: Milliseconds = "tcp.abort-threshold" "TCP_ABORT_THRESHOLD";
    /// Adds a key of the authentication option (RFC 5925). Linux 6.7.
    AO_ADD_KEY: AoKey, WriteOnly = "tcp.ao-add-key" "TCP_AO_ADD_KEY";
    /// Takes a key of the authentication option away. Linux 6.7.
    AO_DEL_KEY: AoKeyName, WriteOnly = "tcp.ao-del-key" "TCP_AO_DEL_KEY";
    /// Which keys of the authentication option are used, whether it is required, and how segments fared. Linux 6.7.
    AO_INFO: AoInfo = "tcp.ao-info" "TCP_AO_INFO";
    /// Whether the urgent mark is read as the BSDs do. Default: on.
    BSDURGENT: bool = "tcp.bsdurgent" "TCP_BSDURGENT";
    /// Settings of the congestion control.
    CCALGOOPT: Octets<256> = "tcp.ccalgoopt" "TCP_CCALGOOPT";
    /// What the congestion control tells of itself, as a structure of its own.
    CC_INFO: Octets<64>, ReadOnly = "tcp.cc-info" "TCP_CC_INFO";
    /// The congestion control, by name.
    CONGCTL: Text<64> = "tcp.congctl" "TCP_CONGCTL";
    /// The congestion control, by name: `cubic`, `reno`, `bbr`. Default: the system's
    /// `net.ipv4.tcp_congestion_control`.
    CONGESTION: Text<16> = "tcp.congestion" "TCP_CONGESTION";
    /// The congestion control, by number. Default: the system's.
    CONGESTION_ALGORITHM: u32 = "tcp.congestion-algorithm" "TCP_CONGESTION_ALGORITHM";
    /// How long a connect may take before it is given up. Default: 75 s.
    CONNECTIONTIMEOUT: Seconds = "tcp.connectiontimeout" "TCP_CONNECTIONTIMEOUT";
    /// How long a connect may take before it is given up. Default: the system's.
    CONN_ABORT_THRESHOLD: Milliseconds = "tcp.conn-abort-threshold" "TCP_CONN_ABORT_THRESHOLD";
    /// How long a connect may take before another route is tried. Default: the system's.
    CONN_NOTIFY_THRESHOLD: Milliseconds = "tcp.conn-notify-threshold" "TCP_CONN_NOTIFY_THRESHOLD";
    /// Whether partial segments wait until it is turned off, 200 ms at most. Default: off.
    CORK: bool = "tcp.cork" "TCP_CORK";
    /// How long a listener waits for a connection's first data before it tells of it; rounded to what the
    /// repeats of the handshake take. Default: 0s, not at all.
    DEFER_ACCEPT: Seconds = "tcp.defer-accept" "TCP_DEFER_ACCEPT";
    /// Whether acknowledgements are delayed. Default: on.
    DELACK: bool = "tcp.delack" "TCP_DELACK";
    /// How long an acknowledgement is delayed at most, in ticks of the kernel's clock. Default: 200 ms, and
    /// no longer. Linux 6.15.
    DELACK_MAX_US: Microseconds = "tcp.delack-max-us" "TCP_DELACK_MAX_US";
    /// Whether the acknowledgement of the peer's end is delayed. Default: off.
    DELAY_FIN_ACK: bool = "tcp.delay-fin-ack" "TCP_DELAY_FIN_ACK";
    /// Whether the connection asks for congestion marks (RFC 3168). Default: the system's.
    ENABLE_ECN: bool = "tcp.enable-ecn" "TCP_ENABLE_ECN";
    /// Whether urgent data follows RFC 1122 rather than the BSDs. Default: off.
    EXPEDITED_1122: bool = "tcp.expedited-1122" "TCP_EXPEDITED_1122";
    /// Whether an ICMP error ends a connect at once. Default: off.
    FAIL_CONNECT_ON_ICMP_ERROR: bool = "tcp.fail-connect-on-icmp-error" "TCP_FAIL_CONNECT_ON_ICMP_ERROR";
    /// How many connections with data in their first segment may wait at a listener, 0 for none (RFC 7413); on
    /// Windows and Apple's systems 1 for on. Default: 0.
    FASTOPEN: u32 = "tcp.fastopen" "TCP_FASTOPEN";
    /// Whether a connect waits for the first send and goes with its data (RFC 7413). Default: off.
    FASTOPEN_CONNECT: bool = "tcp.fastopen-connect" "TCP_FASTOPEN_CONNECT";
    /// The key that the listener's cookies are made with: 16 bytes, or 32 with the one before. Default: the
    /// system's.
    FASTOPEN_KEY: Octets<32> = "tcp.fastopen-key" "TCP_FASTOPEN_KEY";
    /// Whether data in the first segment goes without a cookie. Default: off.
    FASTOPEN_NO_COOKIE: bool = "tcp.fastopen-no-cookie" "TCP_FASTOPEN_NO_COOKIE";
    /// The implementation of TCP that the connection uses: a name of 32 bytes, and a count.
    FUNCTION_BLK: Octets<36> = "tcp.function-blk" "TCP_FUNCTION_BLK";
    /// What the connection knows of itself; what the system does not tell is none.
    INFO: TcpInfo, ReadOnly = "tcp.info" "TCP_INFO";
    /// How many segments a connection may begin with. Default: the system's.
    INIT_CWND: u32 = "tcp.init-cwnd" "TCP_INIT_CWND";
    /// Whether a receive tells how many bytes are left, as a control message. Default: off.
    INQ: bool = "tcp.inq" "TCP_INQ";
    /// Whether the connection uses several paths.
    IS_MPTCP: bool, ReadOnly = "tcp.is-mptcp" "TCP_IS_MPTCP";
    /// How long probes stay unanswered before the connection is given up. Default: the system's.
    KEEPALIVE_ABORT_THRESHOLD: Milliseconds = "tcp.keepalive-abort-threshold" "TCP_KEEPALIVE_ABORT_THRESHOLD";
    /// How long a connection is idle before it is probed. Default: the system's.
    KEEPALIVE_THRESHOLD: Milliseconds = "tcp.keepalive-threshold" "TCP_KEEPALIVE_THRESHOLD";
    /// How many probes stay unanswered before the connection is given up, 1 to 127. Default: the system's, 9 on
    /// Linux, 8 on the BSDs, 10 on Windows.
    KEEPCNT: u32 = "tcp.keepcnt" "TCP_KEEPCNT";
    /// How long a connection is idle before it is probed, with `SO_KEEPALIVE` on, 1 s to 32767 s. Default: the
    /// system's, two hours.
    KEEPIDLE: Seconds = "tcp.keepidle" "TCP_KEEPIDLE";
    /// How long a connect may take before it is given up. Default: 75 s.
    KEEPINIT: Seconds = "tcp.keepinit" "TCP_KEEPINIT";
    /// How long after a probe the next one follows, 1 s to 32767 s. Default: the system's, 75 s, 1 s on
    /// Windows.
    KEEPINTVL: Seconds = "tcp.keepintvl" "TCP_KEEPINTVL";
    /// How many seconds a closed connection waits for the peer's end; -1 for not at all. Default: 60.
    LINGER2: i32 = "tcp.linger2" "TCP_LINGER2";
    /// How much the connection logs, of FreeBSD's black box.
    LOG: i32 = "tcp.log" "TCP_LOG";
    /// How long data may stay unacknowledged before the connection is given up. Default: the system's.
    MAXRT: Seconds = "tcp.maxrt" "TCP_MAXRT";
    /// How long data may stay unacknowledged before the connection is given up. Default: the system's.
    MAXRTMS: Milliseconds = "tcp.maxrtms" "TCP_MAXRTMS";
    /// The largest segment, in bytes; set, the most that is asked for and sent. Default: the path's.
    MAXSEG: u32 = "tcp.maxseg" "TCP_MAXSEG";
    /// How long data may stay unacknowledged before the connection is given up. Default: 0s, the system's.
    MAXUNACKTIME: Seconds = "tcp.maxunacktime" "TCP_MAXUNACKTIME";
    /// The key with which segments to and from a peer are signed (RFC 2385); an empty one takes it away.
    MD5SIG: Md5Key, WriteOnly = "tcp.md5sig" "TCP_MD5SIG";
    /// As `TCP_MD5SIG`, for all peers of a network, and of one interface.
    MD5SIG_EXT: Md5Key, WriteOnly = "tcp.md5sig-ext" "TCP_MD5SIG_EXT";
    /// Whether small segments are sent at once, without Nagle's algorithm (RFC 896). Default: off.
    NODELAY: bool = "tcp.nodelay" "TCP_NODELAY";
    /// Whether segments go without TCP options. Default: off.
    NOOPT: bool = "tcp.noopt" "TCP_NOOPT";
    /// Whether partial segments wait until it is turned off. Default: off.
    NOPUSH: bool = "tcp.nopush" "TCP_NOPUSH";
    /// Whether a connect sends its first segment only once. Default: off.
    NOSYNRETRIES: bool = "tcp.nosynretries" "TCP_NOSYNRETRIES";
    /// How long data may stay unacknowledged before another route is tried. Default: the system's.
    NOTIFY_THRESHOLD: Milliseconds = "tcp.notify-threshold" "TCP_NOTIFY_THRESHOLD";
    /// How many bytes not yet sent a connection holds before it is no longer writable. Default: 0, the system's
    /// `net.ipv4.tcp_notsent_lowat`.
    NOTSENT_LOWAT: u32 = "tcp.notsent-lowat" "TCP_NOTSENT_LOWAT";
    /// Whether nothing is sent as urgent. Default: off.
    NOURG: bool = "tcp.nourg" "TCP_NOURG";
    /// Whether the connection may be handed to the device: 0 no preference, 1 not, 2 gladly.
    OFFLOAD_PREFERENCE: u32 = "tcp.offload-preference" "TCP_OFFLOAD_PREFERENCE";
    /// The sequence number of the queue that `TCP_REPAIR_QUEUE` chose. While being repaired, or before the
    /// connect.
    QUEUE_SEQ: u32 = "tcp.queue-seq" "TCP_QUEUE_SEQ";
    /// Whether acknowledgements go at once. It is a hint for the moment: the connection leaves that mode by
    /// itself.
    QUICKACK: bool = "tcp.quickack" "TCP_QUICKACK";
    /// Whether a receive tells the destination. Default: off.
    RECVDSTADDR: bool = "tcp.recvdstaddr" "TCP_RECVDSTADDR";
    /// The peer's port for TCP carried in UDP; 0 for none. Default: 0.
    REMOTE_UDP_ENCAPS_PORT: u32 = "tcp.remote-udp-encaps-port" "TCP_REMOTE_UDP_ENCAPS_PORT";
    /// Whether the connection is being moved: 1 on, 0 off with a probe of the window, -1 off without. Needs
    /// `CAP_NET_ADMIN`.
    REPAIR: i32 = "tcp.repair" "TCP_REPAIR";
    /// TCP options that a connection being repaired had agreed on: pairs of a code and a value, four bytes
    /// each.
    REPAIR_OPTIONS: Octets<64>, WriteOnly = "tcp.repair-options" "TCP_REPAIR_OPTIONS";
    /// Which queue of a connection being repaired is read or written. Default: none.
    REPAIR_QUEUE: RepairQueue = "tcp.repair-queue" "TCP_REPAIR_QUEUE";
    /// The windows of a connection being repaired: five numbers of four bytes.
    REPAIR_WINDOW: Octets<20> = "tcp.repair-window" "TCP_REPAIR_WINDOW";
    /// Which part of the machine's memory the listener gets connections for. Default: none.
    REUSPORT_LB_NUMA: i32 = "tcp.reusport-lb-numa" "TCP_REUSPORT_LB_NUMA";
    /// How long the first acknowledgement is waited for. Default: the system's.
    RTO_INITIAL: Milliseconds = "tcp.rto-initial" "TCP_RTO_INITIAL";
    /// How long an acknowledgement is waited for at most. Default: the system's.
    RTO_MAX: Milliseconds = "tcp.rto-max" "TCP_RTO_MAX";
    /// How long an acknowledgement is waited for at most, 1 s to 120 s. Default: 120 s. Linux 6.15.
    RTO_MAX_MS: Milliseconds = "tcp.rto-max-ms" "TCP_RTO_MAX_MS";
    /// How long an acknowledgement is waited for at least. Default: the system's.
    RTO_MIN: Milliseconds = "tcp.rto-min" "TCP_RTO_MIN";
    /// How long an acknowledgement is waited for at least, in ticks of the kernel's clock. Default: 200 ms,
    /// and no longer. Linux 6.15.
    RTO_MIN_US: Microseconds = "tcp.rto-min-us" "TCP_RTO_MIN_US";
    /// How long data may stay unacknowledged before the connection is given up. Default: 0s, the system's.
    RXT_CONNDROPTIME: Seconds = "tcp.rxt-conndroptime" "TCP_RXT_CONNDROPTIME";
    /// Whether a connection is given up whose end stays unacknowledged. Default: off.
    RXT_FINDROP: bool = "tcp.rxt-findrop" "TCP_RXT_FINDROP";
    /// Whether acknowledgements may be selective (RFC 2018). Default: on.
    SACK_ENABLE: bool = "tcp.sack-enable" "TCP_SACK_ENABLE";
    /// The headers of the segment that opened the connection, once; see `TCP_SAVE_SYN`.
    SAVED_SYN: Octets<256>, ReadOnly = "tcp.saved-syn" "TCP_SAVED_SYN";
    /// Whether the headers of the segment that opens a connection are kept: 0 no, 1 from the IP header on, 2
    /// from the link's on. Default: 0.
    SAVE_SYN: u32 = "tcp.save-syn" "TCP_SAVE_SYN";
    /// Whether every segment is acknowledged. Default: off.
    SENDMOREACKS: bool = "tcp.sendmoreacks" "TCP_SENDMOREACKS";
    /// Whether the urgent mark is read as RFC 1122 has it. Default: off.
    STDURG: bool = "tcp.stdurg" "TCP_STDURG";
    /// How often the first segment is sent again before a connect is given up, 1 to 127. Default: the system's,
    /// 6.
    SYNCNT: u32 = "tcp.syncnt" "TCP_SYNCNT";
    /// Whether one duplicate acknowledgement is enough where few segments are under way. Without effect since
    /// Linux 4.12.
    THIN_DUPACK: bool = "tcp.thin-dupack" "TCP_THIN_DUPACK";
    /// Whether time-outs do not double where few segments are under way. Default: off.
    THIN_LINEAR_TIMEOUTS: bool = "tcp.thin-linear-timeouts" "TCP_THIN_LINEAR_TIMEOUTS";
    /// The clock of the connection's time stamps, in milliseconds; to be set while being repaired.
    TIMESTAMP: u32 = "tcp.timestamp" "TCP_TIMESTAMP";
    /// Whether segments carry time stamps (RFC 7323). Default: the system's.
    TIMESTAMPS: bool = "tcp.timestamps" "TCP_TIMESTAMPS";
    /// By how much each segment is delayed, for tests; the queue of the device has to heed times, as `fq` does.
    /// Default: 0us.
    TX_DELAY: Microseconds = "tcp.tx-delay" "TCP_TX_DELAY";
    /// The layer upon TCP, by name: `tls`, `mptcp`, `espintcp`. Default: none.
    ULP: Text<16> = "tcp.ulp" "TCP_ULP";
    /// How long data may stay unacknowledged before the connection is given up (RFC 5482). Default: 0s, the
    /// system's.
    USER_TIMEOUT: Milliseconds = "tcp.user-timeout" "TCP_USER_TIMEOUT";
    /// The largest window that is offered, in bytes. Default: 0, no limit.
    WINDOW_CLAMP: u32 = "tcp.window-clamp" "TCP_WINDOW_CLAMP";
}

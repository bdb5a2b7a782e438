//! Options that every socket has: `SOL_SOCKET`, socket(7).

use crate::addr::Family;
use crate::error::Errno;
use crate::kind::{Kind, Protocol};
use crate::option::{
    AcceptFilter, BufferLock, ConnectTime, Credentials, Groups, InterfaceIndex, Linger, MemoryInfo,
    Microseconds, Nothing, ServiceType, Text, TimeLimit, TimestampClock, Timestamping, TransmitTime, Word,
};

level! { "SOL_SOCKET":
    /// Whether the socket accepts connections.
    ACCEPTCONN: bool, ReadOnly = "socket.acceptconn" "SO_ACCEPTCONN";
    /// Which filter decides when the listener tells of a connection. Default: none.
    ACCEPTFILTER: AcceptFilter = "socket.acceptfilter" "SO_ACCEPTFILTER";
    /// Whether addresses may be bound that no interface has. Default: off. Needs root.
    BINDANY: bool = "socket.bindany" "SO_BINDANY";
    /// The name of the one interface that the socket sends and receives through; empty for all. Since Linux 5.7
    /// the first binding needs no privilege, a change needs `CAP_NET_RAW`.
    BINDTODEVICE: Text<16> = "socket.bindtodevice" "SO_BINDTODEVICE";
    /// The interface that the socket sends and receives through, by index. Default: none. As for
    /// `SO_BINDTODEVICE`.
    BINDTOIFINDEX: InterfaceIndex = "socket.bindtoifindex" "SO_BINDTOIFINDEX";
    /// Whether a receive tells when the datagram came, in the kernel's binary time. Default: off.
    BINTIME: bool = "socket.bintime" "SO_BINTIME";
    /// How many extensions the kernel's classic packet filters have.
    BPF_EXTENSIONS: u32, ReadOnly = "socket.bpf-extensions" "SO_BPF_EXTENSIONS";
    /// Whether datagrams may go to a broadcast address. Default: off.
    BROADCAST: bool = "socket.broadcast" "SO_BROADCAST";
    /// Which buffer sizes are fixed, so that the system does not tune them.
    BUF_LOCK: BufferLock = "socket.buf-lock" "SO_BUF_LOCK";
    /// How long a receive that finds nothing polls the device before it sleeps. Default: the system's
    /// `net.core.busy_read`. To raise it needs `CAP_NET_ADMIN`.
    BUSY_POLL: Microseconds = "socket.busy-poll" "SO_BUSY_POLL";
    /// How many packets one poll of the device takes at most. Default: 8. Above the default it needs
    /// `CAP_NET_ADMIN`.
    BUSY_POLL_BUDGET: u32, WriteOnly = "socket.busy-poll-budget" "SO_BUSY_POLL_BUDGET";
    /// The routing compartment of the socket.
    COMPARTMENT_ID: u32, ReadOnly = "socket.compartment-id" "SO_COMPARTMENT_ID";
    /// Whether a connection is answered only once the program has accepted it. Default: off.
    CONDITIONAL_ACCEPT: bool = "socket.conditional-accept" "SO_CONDITIONAL_ACCEPT";
    /// How long the socket has been connected; none before.
    CONNECT_TIME: ConnectTime, ReadOnly = "socket.connect-time" "SO_CONNECT_TIME";
    /// A number that no other socket of this boot has, as `ss -e` shows it.
    COOKIE: u64, ReadOnly = "socket.cookie" "SO_COOKIE";
    /// Whether the protocol records what it does. Default: off. Needs `CAP_NET_ADMIN` or root.
    DEBUG: bool = "socket.debug" "SO_DEBUG";
    /// Takes the packet filter off the socket; the value does not matter.
    DETACH_FILTER: bool, WriteOnly = "socket.detach-filter" "SO_DETACH_FILTER";
    /// Takes the program off that chooses among sockets of one port; the value does not matter.
    DETACH_REUSEPORT_BPF: bool, WriteOnly = "socket.detach-reuseport-bpf" "SO_DETACH_REUSEPORT_BPF";
    /// The address family.
    DOMAIN: Family, ReadOnly = "socket.domain" "SO_DOMAIN";
    /// Whether what is sent goes to hosts on a directly connected network alone. Default: off.
    DONTROUTE: bool = "socket.dontroute" "SO_DONTROUTE";
    /// Whether the rest of a datagram that the buffer had no room for stays to be received. Default: off.
    DONTTRUNC: bool = "socket.donttrunc" "SO_DONTTRUNC";
    /// The error that is pending; reading it clears it.
    ERROR: Option<Errno>, ReadOnly = "socket.error" "SO_ERROR";
    /// Whether nobody else may bind an address that overlaps. Default: off.
    EXCLBIND: bool = "socket.exclbind" "SO_EXCLBIND";
    /// Whether nobody else may bind the port, not even with `SO_REUSEADDR`. Default: off.
    EXCLUSIVEADDRUSE: bool = "socket.exclusiveaddruse" "SO_EXCLUSIVEADDRUSE";
    /// The processor that the last packet came in on; set, the one whose packets this socket of a port should
    /// get. -1 is none.
    INCOMING_CPU: i32 = "socket.incoming-cpu" "SO_INCOMING_CPU";
    /// The queue of the device that the last packet came in on; 0 is none.
    INCOMING_NAPI_ID: u32, ReadOnly = "socket.incoming-napi-id" "SO_INCOMING_NAPI_ID";
    /// Whether a receive tells how many bytes are left, as a control message. Default: off. Linux 6.17, Unix
    /// streams.
    INQ: bool = "socket.inq" "SO_INQ";
    /// Whether an idle connection is probed. Default: off.
    KEEPALIVE: bool = "socket.keepalive" "SO_KEEPALIVE";
    /// Whether, and for how many seconds, a close waits for data not yet sent. Default: off.
    ///
    /// On Windows no close waits: the system goes on to send. Zero seconds reset the connection there too.
    LINGER: Linger = "socket.linger" "SO_LINGER";
    /// How many connections of the listener are not complete yet.
    LISTENINCQLEN: u32, ReadOnly = "socket.listenincqlen" "SO_LISTENINCQLEN";
    /// How many connections of the listener wait to be accepted.
    LISTENQLEN: u32, ReadOnly = "socket.listenqlen" "SO_LISTENQLEN";
    /// How many connections of the listener may wait: the backlog.
    LISTENQLIMIT: u32, ReadOnly = "socket.listenqlimit" "SO_LISTENQLIMIT";
    /// Whether the packet filter may no longer be changed or taken off. It cannot be unlocked.
    LOCK_FILTER: bool = "socket.lock-filter" "SO_LOCK_FILTER";
    /// The mark that packets carry to the firewall and the routing rules. Default: 0. Needs `CAP_NET_ADMIN`
    /// or, since Linux 5.17, `CAP_NET_RAW`.
    MARK: u32 = "socket.mark" "SO_MARK";
    /// The longest datagram that can be sent, in bytes.
    MAX_MSG_SIZE: u32, ReadOnly = "socket.max-msg-size" "SO_MAX_MSG_SIZE";
    /// The most bytes a second that are sent. Default: no limit, the largest number there is.
    MAX_PACING_RATE: Word = "socket.max-pacing-rate" "SO_MAX_PACING_RATE";
    /// How much memory the socket uses, in bytes, as `ss -m` shows it.
    MEMINFO: MemoryInfo, ReadOnly = "socket.meminfo" "SO_MEMINFO";
    /// A number that the network namespace of the socket has and no other.
    NETNS_COOKIE: u64, ReadOnly = "socket.netns-cookie" "SO_NETNS_COOKIE";
    /// Which class of service what is sent belongs to. Default: best-effort.
    NET_SERVICE_TYPE: ServiceType = "socket.net-service-type" "SO_NET_SERVICE_TYPE";
    /// Whether the device adds no checksum to the frames sent. Default: off. Packet sockets.
    NOFCS: bool = "socket.nofcs" "SO_NOFCS";
    /// Whether what a raw or routing socket receives comes without its header. Default: off.
    NOHEADER: bool = "socket.noheader" "SO_NOHEADER";
    /// Whether a send to a peer that has gone raises no SIGPIPE. Every socket opened here has it on; the
    /// system's default is off.
    NOSIGPIPE: bool = "socket.nosigpipe" "SO_NOSIGPIPE";
    /// Whether a bind that conflicts tells the other sockets of the port. Default: off.
    NOTIFYCONFLICT: bool = "socket.notifyconflict" "SO_NOTIFYCONFLICT";
    /// Whether UDP datagrams of IPv4 are sent without a checksum. Default: off.
    NO_CHECK: bool = "socket.no-check" "SO_NO_CHECK";
    /// Whether the device may not place data directly. Default: off.
    NO_DDP: bool = "socket.no-ddp" "SO_NO_DDP";
    /// Whether the connection is not handed to the device. Default: off.
    NO_OFFLOAD: bool = "socket.no-offload" "SO_NO_OFFLOAD";
    /// How many bytes wait to be received; of datagrams, those of the first.
    NREAD: u32, ReadOnly = "socket.nread" "SO_NREAD";
    /// How many datagrams wait to be received.
    NUMRCVPKT: u32, ReadOnly = "socket.numrcvpkt" "SO_NUMRCVPKT";
    /// How many bytes of those sent are still here.
    NWRITE: u32, ReadOnly = "socket.nwrite" "SO_NWRITE";
    /// Whether urgent data stays in its place in the stream. Default: off.
    OOBINLINE: bool = "socket.oobinline" "SO_OOBINLINE";
    /// How many packets the receive buffer had no room for.
    OVERFLOWED: u32, ReadOnly = "socket.overflowed" "SO_OVERFLOWED";
    /// Whether a receive tells the sender's process, user and group. Default: off. Unix and netlink sockets.
    PASSCRED: bool = "socket.passcred" "SO_PASSCRED";
    /// Whether a receive tells the sender's process as a descriptor. Default: off. Linux 6.5, Unix sockets.
    PASSPIDFD: bool = "socket.passpidfd" "SO_PASSPIDFD";
    /// Whether descriptors that are sent may be received. Default: on. Linux 6.16, Unix sockets.
    PASSRIGHTS: bool = "socket.passrights" "SO_PASSRIGHTS";
    /// Whether a receive tells the sender's security label. Default: off.
    PASSSEC: bool = "socket.passsec" "SO_PASSSEC";
    /// Whether the listener takes no more connections for a while. Default: off.
    PAUSE_ACCEPT: bool = "socket.pause-accept" "SO_PAUSE_ACCEPT";
    /// Where the next peek begins, in bytes after the first unread one; -1 turns that off, and peeks begin at
    /// the front. Default: -1.
    PEEK_OFF: i32 = "socket.peek-off" "SO_PEEK_OFF";
    /// The process, user and group that the peer had when it connected. Unix sockets.
    PEERCRED: Credentials, ReadOnly = "socket.peercred" "SO_PEERCRED";
    /// The further groups that the peer had when it connected. Unix sockets.
    PEERGROUPS: Groups, ReadOnly = "socket.peergroups" "SO_PEERGROUPS";
    /// The security label that the peer had when it connected.
    PEERSEC: Text<4096>, ReadOnly = "socket.peersec" "SO_PEERSEC";
    /// Whether the wildcard port is chosen for each local address by itself. Default: off.
    PORT_SCALABILITY: bool, WriteOnly = "socket.port-scalability" "SO_PORT_SCALABILITY";
    /// Whether the device is polled by the program rather than by interrupts. Default: off. Needs
    /// `CAP_NET_ADMIN`.
    PREFER_BUSY_POLL: bool = "socket.prefer-busy-poll" "SO_PREFER_BUSY_POLL";
    /// The priority of what is sent; queues of the device send higher ones first. Default: 0. Above 6 it needs
    /// `CAP_NET_ADMIN`.
    PRIORITY: u32 = "socket.priority" "SO_PRIORITY";
    /// The protocol.
    PROTOCOL: Protocol, ReadOnly = "socket.protocol" "SO_PROTOCOL";
    /// Whether a wildcard port is chosen at random. Default: off. Before the bind.
    RANDOMIZE_PORT: bool = "socket.randomize-port" "SO_RANDOMIZE_PORT";
    /// Whether a wildcard port is chosen at random. Default: off. Before the bind.
    RANDOMPORT: bool = "socket.randomport" "SO_RANDOMPORT";
    /// The size of the receive buffer, in bytes. Linux doubles what is set, and reads that back;
    /// `net.core.rmem_max` is the most.
    RCVBUF: u32 = "socket.rcvbuf" "SO_RCVBUF";
    /// As `SO_RCVBUF`, beyond the system's limit. Needs `CAP_NET_ADMIN`.
    RCVBUFFORCE: u32, WriteOnly = "socket.rcvbufforce" "SO_RCVBUFFORCE";
    /// How many bytes there have to be before a receive returns, or a poll tells of them. Default: 1.
    RCVLOWAT: u32 = "socket.rcvlowat" "SO_RCVLOWAT";
    /// Whether a receive tells the mark of the packet. Default: off. Linux 5.19; needs `CAP_NET_ADMIN` or
    /// `CAP_NET_RAW`.
    RCVMARK: bool = "socket.rcvmark" "SO_RCVMARK";
    /// Whether a receive tells the priority of the packet. Default: off. Linux 6.14.
    RCVPRIORITY: bool = "socket.rcvpriority" "SO_RCVPRIORITY";
    /// How long a receive that waits may wait; a deadline is the better way. Default: none.
    RCVTIMEO: TimeLimit = "socket.rcvtimeo" "SO_RCVTIMEO";
    /// Whether a receive tells of packets that the buffer had no room for. Default: off.
    RERROR: bool = "socket.rerror" "SO_RERROR";
    /// How many bytes of memory are kept for the socket. Default: 0.
    RESERVE_MEM: u32 = "socket.reserve-mem" "SO_RESERVE_MEM";
    /// Whether an address may be bound that an earlier connection still holds. Default: off.
    ///
    /// On Windows it lets another process take the port: [`EXCLUSIVEADDRUSE`] is what Unix means.
    REUSEADDR: bool = "socket.reuseaddr" "SO_REUSEADDR";
    /// Whether several sockets of one user may bind the port, all of which set this. Default: off.
    ///
    /// Linux spreads connections and datagrams over them; the BSDs give all to the last one bound
    /// ([`REUSEPORT_LB`] spreads).
    REUSEPORT: bool = "socket.reuseport" "SO_REUSEPORT";
    /// Whether several sockets may bind the port, over which what comes is spread. Default: off.
    REUSEPORT_LB: bool = "socket.reuseport-lb" "SO_REUSEPORT_LB";
    /// Whether sockets of other users may bind the port too. Default: off.
    REUSESHAREUID: bool = "socket.reuseshareuid" "SO_REUSESHAREUID";
    /// Whether a multicast port may be shared. Default: off.
    REUSE_MULTICASTPORT: bool = "socket.reuse-multicastport" "SO_REUSE_MULTICASTPORT";
    /// Whether a wildcard port is chosen only when the socket connects, so that ports do not run out. Default:
    /// off.
    REUSE_UNICASTPORT: bool = "socket.reuse-unicastport" "SO_REUSE_UNICASTPORT";
    /// The routing table that the socket uses. Default: the process's.
    RTABLE: u32 = "socket.rtable" "SO_RTABLE";
    /// Whether a receive tells how many packets the buffer had no room for. Default: off.
    RXQ_OVFL: bool = "socket.rxq-ovfl" "SO_RXQ_OVFL";
    /// Whether what lies in the error queue makes the socket ready as urgent data does. Default: off.
    SELECT_ERR_QUEUE: bool = "socket.select-err-queue" "SO_SELECT_ERR_QUEUE";
    /// The routing table that the socket uses. Default: the process's.
    SETFIB: u32, WriteOnly = "socket.setfib" "SO_SETFIB";
    /// The size of the send buffer, in bytes. Linux doubles what is set, and reads that back;
    /// `net.core.wmem_max` is the most.
    SNDBUF: u32 = "socket.sndbuf" "SO_SNDBUF";
    /// As `SO_SNDBUF`, beyond the system's limit. Needs `CAP_NET_ADMIN`.
    SNDBUFFORCE: u32, WriteOnly = "socket.sndbufforce" "SO_SNDBUFFORCE";
    /// How many bytes of room there have to be before a poll tells of them. Linux: always 1, and not to be set.
    SNDLOWAT: u32 = "socket.sndlowat" "SO_SNDLOWAT";
    /// How long a send that waits may wait; a deadline is the better way. Default: none.
    SNDTIMEO: TimeLimit = "socket.sndtimeo" "SO_SNDTIMEO";
    /// Whether a receive tells when the packet came, in microseconds. Default: off.
    TIMESTAMP: bool = "socket.timestamp" "SO_TIMESTAMP";
    /// Which times of packets are told, and by whom: the device or the kernel. Default: none.
    TIMESTAMPING: Timestamping = "socket.timestamping" "SO_TIMESTAMPING";
    /// Whether a receive tells when the packet came, in nanoseconds. Default: off.
    TIMESTAMPNS: bool = "socket.timestampns" "SO_TIMESTAMPNS";
    /// Whether a receive tells when the packet came, by the clock that never goes back. Default: off.
    TIMESTAMP_MONOTONIC: bool = "socket.timestamp-monotonic" "SO_TIMESTAMP_MONOTONIC";
    /// The clock and the form of the times that `SO_TIMESTAMP` tells. Default: realtime-micro.
    TS_CLOCK: TimestampClock = "socket.ts-clock" "SO_TS_CLOCK";
    /// Whether a new path is tried after time-outs: 1 yes, 0 no, 255 as the system says. Default: 255.
    TXREHASH: i32 = "socket.txrehash" "SO_TXREHASH";
    /// By which clock messages say when they are to be sent. Needs `CAP_NET_ADMIN` for a clock other than the
    /// monotonic one.
    TXTIME: TransmitTime = "socket.txtime" "SO_TXTIME";
    /// The type of the socket.
    TYPE: Kind, ReadOnly = "socket.type" "SO_TYPE";
    /// Whether a close waits until the kernel's own users of the socket are done. Default: off.
    UPCALLCLOSEWAIT: bool = "socket.upcallclosewait" "SO_UPCALLCLOSEWAIT";
    /// Completes the connection that `ConnectEx` made, so that its addresses can be asked for.
    UPDATE_CONNECT_CONTEXT: Nothing, WriteOnly = "socket.update-connect-context" "SO_UPDATE_CONNECT_CONTEXT";
    /// Whether a routing socket hears what itself sends. Default: on.
    USELOOPBACK: bool = "socket.useloopback" "SO_USELOOPBACK";
    /// A number of the program's own, which the firewall can match. Default: 0.
    USER_COOKIE: u32 = "socket.user-cookie" "SO_USER_COOKIE";
    /// Whether the error queue tells how a wireless frame fared. Default: off.
    WIFI_STATUS: bool = "socket.wifi-status" "SO_WIFI_STATUS";
    /// Whether `MSG_ZEROCOPY` may be used. Default: off.
    ZEROCOPY: bool = "socket.zerocopy" "SO_ZEROCOPY";
    /// Whether memory that held data is overwritten. Default: off.
    ZEROIZE: bool = "socket.zeroize" "SO_ZEROIZE";
}

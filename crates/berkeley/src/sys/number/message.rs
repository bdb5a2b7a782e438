//! The numbers of control messages: which a system takes, and which it gives.
//!
//! Numbers are those of `libc` and `windows-sys`, and where these lag behind their system, they are written out: of the
//! headers of Linux 7.2 (include/uapi), FreeBSD 14, NetBSD 10, OpenBSD 7, macOS 15, illumos, and the Windows 11 SDK.

use super::{Level, Place, find, system};

#[cfg(linux_like)]
mod linux_sent {
    numbers! {
        SOL_SOCKET: SO_MARK, SO_PRIORITY, SO_TIMESTAMPING;
        IPPROTO_IP: IP_PKTINFO, IP_PROTOCOL = 52, IP_RETOPTS, IP_TOS, IP_TTL;
        IPPROTO_IPV6: IPV6_DONTFRAG, IPV6_DSTOPTS, IPV6_FLOWINFO, IPV6_HOPLIMIT, IPV6_HOPOPTS, IPV6_PKTINFO, IPV6_RTHDR,
            IPV6_RTHDRDSTOPTS, IPV6_TCLASS;
        IPPROTO_UDP: UDP_SEGMENT;
        SOL_TLS = 282: TLS_SET_RECORD_TYPE = 1;
        IPPROTO_SCTP: SCTP_AUTHINFO = 6, SCTP_DSTADDRV4 = 7, SCTP_DSTADDRV6 = 8, SCTP_INIT = 0, SCTP_PRINFO = 5,
            SCTP_SNDINFO = 2, SCTP_SNDRCV = 1;
        SOL_ALG = 279: ALG_SET_AEAD_ASSOCLEN = 4, ALG_SET_IV = 2, ALG_SET_OP = 3;
    }
}

#[cfg(linux_like)]
mod linux_received {
    numbers! {
        SOL_SOCKET: SCM_CREDENTIALS, SCM_SECURITY = 3, SCM_TIMESTAMP, SCM_TIMESTAMPING, SCM_TIMESTAMPING_OPT_STATS,
            SCM_TIMESTAMPING_PKTINFO, SCM_TIMESTAMPNS, SO_MARK, SO_PRIORITY, SO_RXQ_OVFL;
        IPPROTO_IP: IP_CHECKSUM, IP_ORIGDSTADDR, IP_PKTINFO, IP_RECVERR, IP_RECVFRAGSIZE, IP_RECVOPTS, IP_RETOPTS,
            IP_TOS, IP_TTL, SCM_SECURITY = 3;
        IPPROTO_IPV6: IPV6_DSTOPTS, IPV6_FLOWINFO, IPV6_HOPLIMIT, IPV6_HOPOPTS, IPV6_ORIGDSTADDR = 74, IPV6_PATHMTU,
            IPV6_PKTINFO, IPV6_RECVERR, IPV6_RECVFRAGSIZE, IPV6_RTHDR, IPV6_TCLASS;
        IPPROTO_TCP: TCP_INQ;
        IPPROTO_UDP: UDP_GRO;
        SOL_TLS = 282: TLS_GET_RECORD_TYPE = 2;
        SOL_PACKET = 263: PACKET_AUXDATA = 8, PACKET_TX_TIMESTAMP = 16;
        SOL_NETLINK = 270: NETLINK_LISTEN_ALL_NSID = 8, NETLINK_PKTINFO = 3;
        SOL_VSOCK = 287: VSOCK_RECVERR = 1;
        IPPROTO_SCTP: SCTP_NXTINFO = 4, SCTP_RCVINFO = 3, SCTP_SNDRCV = 1;
        SOL_CAN_RAW = 101: SCM_CAN_RAW_ERRQUEUE = 1;
        SOL_CAN_J1939 = 107: SCM_J1939_DEST_ADDR = 1, SCM_J1939_DEST_NAME = 2, SCM_J1939_ERRQUEUE = 4,
            SCM_J1939_PRIO = 3;
    }
}

/// Numbers of `SOL_SOCKET` that SPARC has others of.
#[cfg(all(linux_like, not(any(target_arch = "sparc", target_arch = "sparc64"))))]
mod linux_socket_sent {
    numbers! {
        SOL_SOCKET: SCM_TS_OPT_ID = 81, SCM_TXTIME = 61;
    }
}

#[cfg(all(linux_like, not(any(target_arch = "sparc", target_arch = "sparc64"))))]
mod linux_socket_received {
    numbers! {
        SOL_SOCKET: SCM_DEVMEM_DMABUF = 79, SCM_DEVMEM_LINEAR = 78, SCM_INQ = 84, SCM_WIFI_STATUS = 41;
    }
}

/// What the BSDs have in common, of RFC 3542 most.
#[cfg(bsd)]
mod bsd_sent {
    numbers! {
        IPPROTO_IPV6: IPV6_DONTFRAG, IPV6_DSTOPTS = 50, IPV6_HOPLIMIT = 47, IPV6_HOPOPTS = 49, IPV6_NEXTHOP = 48,
            IPV6_PKTINFO, IPV6_RTHDR = 51, IPV6_TCLASS, IPV6_USE_MIN_MTU = 42;
    }
}

#[cfg(bsd)]
mod bsd_received {
    numbers! {
        SOL_SOCKET: SCM_TIMESTAMP;
        IPPROTO_IP: IP_RECVDSTADDR, IP_RECVIF, IP_RECVOPTS = 5, IP_RECVRETOPTS = 6;
        IPPROTO_IPV6: IPV6_DSTOPTS = 50, IPV6_HOPLIMIT = 47, IPV6_HOPOPTS = 49, IPV6_PATHMTU = 44, IPV6_PKTINFO,
            IPV6_RTHDR = 51, IPV6_TCLASS;
    }
}

#[cfg(apple)]
mod apple_sent {
    numbers! {
        SOL_SOCKET: SO_TRAFFIC_CLASS = 0x1086;
        IPPROTO_IP: IP_PKTINFO = 26, IP_TOS;
    }
}

#[cfg(apple)]
mod apple_received {
    numbers! {
        SOL_SOCKET: SCM_CREDS, SCM_TIMESTAMP_CONTINUOUS = 7, SCM_TIMESTAMP_MONOTONIC = 4, SO_TRAFFIC_CLASS = 0x1086;
        IPPROTO_IP: IP_PKTINFO = 26, IP_RECVTOS, IP_RECVTTL;
    }
}

#[cfg(freebsd)]
mod freebsd_sent {
    numbers! {
        IPPROTO_IP: IP_FLOWID = 90, IP_FLOWTYPE = 91, IP_RSSBUCKETID = 92, IP_SENDSRCADDR, IP_TOS;
        IPPROTO_IPV6: IPV6_FLOWID = 67, IPV6_FLOWTYPE = 68, IPV6_RSSBUCKETID = 69;
        SOL_TLS = 6: TLS_SET_RECORD_TYPE = 1;
        IPPROTO_SCTP: SCTP_AUTHINFO = 8, SCTP_DSTADDRV4 = 9, SCTP_DSTADDRV6 = 10, SCTP_INIT = 1, SCTP_PRINFO = 7,
            SCTP_SNDINFO = 4, SCTP_SNDRCV = 2;
    }
}

#[cfg(freebsd)]
mod freebsd_received {
    numbers! {
        SOL_SOCKET: SCM_BINTIME, SCM_CREDS2, SCM_MONOTONIC, SCM_REALTIME, SCM_TIME_INFO;
        IPPROTO_IP: IP_FLOWID = 90, IP_FLOWTYPE = 91, IP_ORIGDSTADDR, IP_RECVTOS, IP_RECVTTL, IP_RSSBUCKETID = 92;
        IPPROTO_IPV6: IPV6_FLOWID = 67, IPV6_FLOWTYPE = 68, IPV6_ORIGDSTADDR = 72, IPV6_RSSBUCKETID = 69;
        IPPROTO_SCTP: SCTP_NXTINFO = 6, SCTP_RCVINFO = 5, SCTP_SNDRCV = 2;
    }
}

#[cfg(target_os = "dragonfly")]
mod dragonfly_sent {
    numbers! {
        IPPROTO_IP: IP_SENDSRCADDR;
    }
}

#[cfg(target_os = "dragonfly")]
mod dragonfly_received {
    numbers! {
        IPPROTO_IP: IP_RECVTTL;
    }
}

#[cfg(target_os = "netbsd")]
mod netbsd_sent {
    numbers! {
        IPPROTO_IP: IP_PKTINFO, IP_SENDSRCADDR;
    }
}

#[cfg(target_os = "netbsd")]
mod netbsd_received {
    numbers! {
        SOL_SOCKET: SCM_CREDS;
        IPPROTO_IP: IP_PKTINFO, IP_RECVTTL = 23;
    }
}

#[cfg(target_os = "openbsd")]
mod openbsd_sent {
    numbers! {
        IPPROTO_IP: IP_SENDSRCADDR;
    }
}

#[cfg(target_os = "openbsd")]
mod openbsd_received {
    numbers! {
        IPPROTO_IP: IP_RECVDSTPORT = 33, IP_RECVRTABLE = 35, IP_RECVTTL = 31;
        IPPROTO_IPV6: IPV6_RECVDSTPORT = 64;
    }
}

#[cfg(solarish)]
mod solarish_sent {
    numbers! {
        IPPROTO_IP: IP_PKTINFO = 0x1a;
        IPPROTO_IPV6: IPV6_HOPLIMIT, IPV6_PKTINFO, IPV6_TCLASS;
    }
}

#[cfg(solarish)]
mod solarish_received {
    numbers! {
        SOL_SOCKET: SCM_TIMESTAMP;
        IPPROTO_IP: IP_PKTINFO = 0x1a, IP_RECVDSTADDR, IP_RECVTTL = 11;
        IPPROTO_IPV6: IPV6_HOPLIMIT, IPV6_PKTINFO, IPV6_TCLASS;
    }
}

#[cfg(windows)]
mod windows_sent {
    numbers! {
        IPPROTO_IP: IP_ECN, IP_HOPLIMIT, IP_PKTINFO, IP_TOS;
        IPPROTO_IPV6: IPV6_ECN, IPV6_HOPLIMIT, IPV6_PKTINFO, IPV6_RTHDR = 32, IPV6_TCLASS;
        IPPROTO_UDP: UDP_SEND_MSG_SIZE;
    }
}

#[cfg(windows)]
mod windows_received {
    numbers! {
        IPPROTO_IP: IP_ECN, IP_HOPLIMIT, IP_ORIGINAL_ARRIVAL_IF, IP_PKTINFO, IP_RECVDSTADDR, IP_RECVIF, IP_TOS;
        IPPROTO_IPV6: IPV6_ECN, IPV6_HOPLIMIT, IPV6_PKTINFO, IPV6_RECVIF, IPV6_RTHDR = 32, IPV6_TCLASS;
        IPPROTO_UDP: UDP_COALESCED_INFO;
    }
}

const SENT: &[&[Level]] = &[
    #[cfg(linux_like)]
    linux_sent::LEVELS,
    #[cfg(all(linux_like, not(any(target_arch = "sparc", target_arch = "sparc64"))))]
    linux_socket_sent::LEVELS,
    #[cfg(bsd)]
    bsd_sent::LEVELS,
    #[cfg(apple)]
    apple_sent::LEVELS,
    #[cfg(freebsd)]
    freebsd_sent::LEVELS,
    #[cfg(target_os = "dragonfly")]
    dragonfly_sent::LEVELS,
    #[cfg(target_os = "netbsd")]
    netbsd_sent::LEVELS,
    #[cfg(target_os = "openbsd")]
    openbsd_sent::LEVELS,
    #[cfg(solarish)]
    solarish_sent::LEVELS,
    #[cfg(windows)]
    windows_sent::LEVELS,
];

const RECEIVED: &[&[Level]] = &[
    #[cfg(linux_like)]
    linux_received::LEVELS,
    #[cfg(all(linux_like, not(any(target_arch = "sparc", target_arch = "sparc64"))))]
    linux_socket_received::LEVELS,
    #[cfg(bsd)]
    bsd_received::LEVELS,
    #[cfg(apple)]
    apple_received::LEVELS,
    #[cfg(freebsd)]
    freebsd_received::LEVELS,
    #[cfg(target_os = "dragonfly")]
    dragonfly_received::LEVELS,
    #[cfg(target_os = "netbsd")]
    netbsd_received::LEVELS,
    #[cfg(target_os = "openbsd")]
    openbsd_received::LEVELS,
    #[cfg(solarish)]
    solarish_received::LEVELS,
    #[cfg(windows)]
    windows_received::LEVELS,
];

/// Finds the message that this system takes by one of C's names for it.
pub(crate) const fn sent(level: &str, names: &[&str]) -> Option<Place> {
    first(SENT, level, names)
}

/// Finds the message that this system gives by one of C's names for it.
pub(crate) const fn received(level: &str, names: &[&str]) -> Option<Place> {
    first(RECEIVED, level, names)
}

const fn first(tables: &[&[Level]], level: &str, names: &[&str]) -> Option<Place> {
    let mut at = 0;
    while at < names.len() {
        if let Some(place) = find(tables, level, names[at]) {
            return Some(place);
        }
        at += 1;
    }
    None
}

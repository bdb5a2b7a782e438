//! Every option of Linux on a socket that has it: read; set, read back, changed and read back; or set only.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod sample;

use std::collections::BTreeSet;

use berkeley::option::{self, Row};
use berkeley::{Error, Socket};
use berkeley_testkit::{limit, need};

/// The sample on which a level's options are tried.
const OF_LEVEL: &[(&str, &str)] = &[
    ("socket", "tcp4"),
    ("ip", "udp4"),
    ("ipv6", "udp6 connected"),
    ("tcp", "tcp4"),
    ("udp", "udp6"),
    ("udplite", "udplite"),
    ("icmp", "icmp"),
    ("icmpv6", "icmpv6"),
    ("packet", "packet"),
    ("vsock", "vsock"),
    ("netlink", "netlink"),
    ("can", "can"),
    ("isotp", "isotp"),
    ("j1939", "j1939"),
    ("sctp", "sctp"),
    ("mptcp", "mptcp connected"),
];

/// Options that are tried on another sample than that of their level.
const OF_ROW: &[(&str, &str)] = &[
    ("socket.passcred", "unix stream"),
    ("socket.passpidfd", "unix stream"),
    ("socket.passrights", "unix stream"),
    ("socket.passsec", "unix stream"),
    ("socket.peercred", "unix stream"),
    ("socket.peergroups", "unix stream"),
    ("socket.peersec", "unix stream"),
    ("socket.inq", "unix stream"),
    ("socket.peek-off", "udp4"),
    ("socket.txtime", "udp4"),
    ("ip.hdrincl", "raw4"),
    ("ip.nodefrag", "raw4"),
    ("ip.router-alert", "raw4"),
    ("ip.mtu", "udp4 connected"),
    ("ip.protocol", "raw4"),
    ("ip.local-port-range", "tcp4"),
    ("ip.original-dst", "tcp4 accepted"),
    ("ipv6.original-dst", "tcp6 connected"),
    ("ipv6.checksum", "raw6"),
    ("ipv6.hdrincl", "raw6"),
    ("ipv6.router-alert", "raw6 with header"),
    ("ipv6.v6only", "udp6"),
    ("ipv6.transparent", "udp6"),
    ("ipv6.freebind", "udp6"),
    ("ipv6.addrform", "tcp6 mapped"),
    ("packet.fanout", "packet hearing"),
    ("packet.rollover-stats", "packet in a group"),
    ("tcp.fastopen", "tcp4 listening"),
    ("tcp.queue-seq", "tcp4 in repair"),
    ("tcp.repair-queue", "tcp4 in repair"),
    ("tcp.repair-window", "tcp4 connected, in repair"),
    ("tcp.repair-options", "tcp4 connected, in repair"),
    ("tcp.timestamp", "tcp4 in repair"),
    ("tcp.ulp", "tcp4 connected"),
    ("sctp.autoclose", "sctp many"),
];

/// Options that no socket here can read, and what the system says instead.
const UNREADABLE: &[(&str, &str, &str)] = &[
    ("socket.peersec", "ENOPROTOOPT", "a kernel without security labels"),
    ("ip.original-dst", "ENOENT", "a connection that the firewall redirected"),
    ("ipv6.original-dst", "ENOENT", "a connection that the firewall redirected"),
    ("vsock.peer-host-vm-id", "ENOPROTOOPT", "VMware's kernel module"),
    ("vsock.trusted", "ENOPROTOOPT", "VMware's kernel module"),
    ("tcp.ao-info", "ENOENT", "a key, or a setting"),
];

/// Samples whose protocol many kernels have in a module, or lack; then the options answer that they are unsupported.
const IN_MODULES: &[&str] = &["can", "isotp", "j1939", "sctp", "sctp many"];

/// Options that answer that they are unsupported on many machines: where no control group limits the memory of the process,
/// and where the kernel was built without the authentication option.
const OFTEN_LACKING: &[&str] = &["socket.reserve-mem", "tcp.ao-add-key", "tcp.ao-del-key", "tcp.ao-info"];

/// Switches that do not turn back, or do not turn.
const ONE_WAY: &[(&str, &str)] = &[
    ("socket.lock-filter", "EPERM"),
    // Without effect since Linux 4.12: the value is taken and forgotten.
    ("tcp.thin-dupack", ""),
];

const NETWORKS: &str = "flags=3 send=7 receive=0 mask=0";
const NO_NETWORKS: &str = "flags=0 send=0 receive=0 mask=0";

/// Every field of the option.
const ISOTP: &str =
    "flags=tx-padding frame-time=1000 address=0 send-fill=204 receive-fill=204 receive-address=0";

/// Values to set, one after the other, each with what is read then.
const VALUES: &[(&str, &[(&str, &str)])] = &[
    ("socket.bindtodevice", &[("lo", "lo"), ("", "")]),
    ("socket.bindtoifindex", &[("lo", "1"), ("none", "none"), ("1", "1")]),
    ("socket.buf-lock", &[("send", "send"), ("send,receive", "send,receive"), ("none", "none")]),
    ("socket.busy-poll", &[("50us", "50us"), ("0", "0s")]),
    ("socket.incoming-cpu", &[("0", "0"), ("1", "1")]),
    ("socket.linger", &[("15s", "15s"), ("0", "0s"), ("off", "off")]),
    ("socket.mark", &[("7", "7"), ("0xfffffff0", "4294967280"), ("0", "0")]),
    ("socket.max-pacing-rate", &[("1000000", "1000000"), (FAST, FAST)]),
    ("socket.peek-off", &[("3", "3"), ("-1", "-1")]),
    ("socket.priority", &[("6", "6"), ("7", "7"), ("0", "0")]),
    ("socket.rcvbuf", &[("8192", "16384"), ("20000", "40000")]),
    ("socket.sndbuf", &[("8192", "16384"), ("20000", "40000")]),
    ("socket.rcvlowat", &[("100", "100"), ("1", "1")]),
    ("socket.rcvtimeo", &[("1500ms", "1500ms"), ("2", "2s"), ("none", "none")]),
    ("socket.sndtimeo", &[("1500ms", "1500ms"), ("2", "2s"), ("none", "none")]),
    ("socket.reserve-mem", &[("65536", "65536"), ("131072", "131072")]),
    ("socket.timestamping", &[("software,rx-software", "rx-software,software"), ("none", "none")]),
    ("socket.txrehash", &[("0", "0"), ("1", "1"), ("-1", "1")]),
    ("socket.txtime", &[("clock=1 flags=2", "clock=1 flags=2"), ("clock=11 flags=1", "clock=11 flags=1")]),
    ("ip.local-port-range", &[("40000-40999", "40000-40999"), ("0-0", "0-0")]),
    ("ip.minttl", &[("255", "255"), ("0", "0")]),
    ("ip.mtu-discover", &[("do", "do"), ("omit", "omit"), ("want", "want")]),
    ("ip.multicast-if", &[("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("lo", "0.0.0.0")]),
    ("ip.multicast-ttl", &[("0", "0"), ("255", "255")]),
    ("ip.options", &[("01010100", "01010100"), ("", "")]),
    ("ip.tos", &[("184", "184"), ("0", "0")]),
    ("ip.ttl", &[("1", "1"), ("255", "255")]),
    ("ip.unicast-if", &[("lo", "1"), ("none", "none")]),
    ("ipv6.addr-preferences", &[("public", "public,home"), ("temporary", "temporary,home")]),
    ("ipv6.checksum", &[("4", "4"), ("-1", "-1")]),
    ("ipv6.dstopts", &[("0000010400000000", "0000010400000000"), ("", "")]),
    ("ipv6.hopopts", &[("0000010400000000", "0000010400000000"), ("", "")]),
    ("ipv6.rthdrdstopts", &[("0000010400000000", "0000010400000000"), ("", "")]),
    ("ipv6.rthdr", &[(SEGMENT, SEGMENT), ("", "")]),
    ("ipv6.minhopcount", &[("255", "255"), ("0", "0")]),
    // What is set limits the socket; what is read is the path's.
    ("ipv6.mtu", &[("1400", "65536"), ("0", "65536")]),
    ("ipv6.mtu-discover", &[("do", "do"), ("omit", "omit"), ("want", "want")]),
    ("ipv6.multicast-hops", &[("7", "7"), ("-1", "1")]),
    ("ipv6.multicast-if", &[("lo", "1"), ("none", "none")]),
    ("ipv6.router-alert", &[("5", "1"), ("-1", "1"), ("0", "0")]),
    ("ipv6.tclass", &[("184", "184"), ("-1", "0")]),
    ("ipv6.unicast-hops", &[("7", "7"), ("-1", "64")]),
    ("ipv6.unicast-if", &[("lo", "1"), ("none", "none")]),
    ("tcp.ao-info", &[("required=on", AO_INFO)]),
    ("tcp.congestion", &[("reno", "reno"), ("cubic", "cubic")]),
    ("tcp.defer-accept", &[("1s", "1s"), ("3s", "3s"), ("4s", "7s"), ("0s", "0s")]),
    ("tcp.delack-max-us", &[("100ms", "100ms"), ("200ms", "200ms")]),
    ("tcp.fastopen", &[("5", "5"), ("7", "7")]),
    ("tcp.fastopen-key", &[(KEY, KEY), (OTHER_KEY, OTHER_KEY)]),
    ("tcp.keepcnt", &[("3", "3"), ("127", "127")]),
    ("tcp.keepidle", &[("90s", "90s"), ("1h", "3600s")]),
    ("tcp.keepintvl", &[("9s", "9s"), ("1m", "60s")]),
    ("tcp.linger2", &[("5", "5"), ("-1", "-1")]),
    ("tcp.maxseg", &[("1000", "1000"), ("1400", "1400")]),
    ("tcp.notsent-lowat", &[("16384", "16384"), ("0", "0")]),
    ("tcp.queue-seq", &[("12345", "12345"), ("4000000000", "4000000000")]),
    ("tcp.repair", &[("1", "1"), ("-1", "0")]),
    ("tcp.repair-queue", &[("receive", "receive"), ("none", "none"), ("send", "send")]),
    ("tcp.rto-max-ms", &[("30s", "30s"), ("60s", "60s")]),
    ("tcp.rto-min-us", &[("100ms", "100ms"), ("200ms", "200ms")]),
    ("tcp.save-syn", &[("1", "1"), ("2", "2"), ("0", "0")]),
    ("tcp.syncnt", &[("3", "3"), ("127", "127")]),
    ("tcp.tx-delay", &[("100us", "100us"), ("0", "0s")]),
    ("tcp.user-timeout", &[("9s", "9s"), ("0", "0s")]),
    ("tcp.window-clamp", &[("65536", "65536"), ("32768", "32768")]),
    ("udp.encap", &[("2", "2")]),
    ("udp.segment", &[("1000", "1000"), ("0", "0")]),
    ("udplite.recv-cscov", &[("20", "20"), ("3", "8"), ("0", "0")]),
    ("udplite.send-cscov", &[("20", "20"), ("3", "8"), ("0", "0")]),
    ("icmp.filter", &[("3,8", "3,8"), ("all", "all"), ("none", "none")]),
    ("icmpv6.filter", &[("128,129", "128,129"), ("all", "all"), ("none", "none")]),
    ("packet.copy-thresh", &[("1000", "1000"), ("0", "0")]),
    // A group is joined once.
    ("packet.fanout", &[("7/1", "7/1")]),
    ("packet.reserve", &[("16", "16"), ("0", "0")]),
    ("packet.timestamp", &[("raw-hardware", "raw-hardware"), ("none", "none")]),
    ("packet.version", &[("v2", "v2"), ("v3", "v3"), ("v1", "v1")]),
    ("packet.vnet-hdr-sz", &[("12", "12"), ("10", "10"), ("0", "0")]),
    ("vsock.buffer-max-size", &[("524288", "524288"), ("262144", "262144")]),
    ("vsock.buffer-min-size", &[("256", "256"), ("128", "128")]),
    ("vsock.buffer-size", &[("65536", "65536"), ("131072", "131072")]),
    ("vsock.connect-timeout", &[("5s", "5s"), ("1500ms", "1500ms")]),
    ("can.err-filter", &[("1", "1"), ("536870911", "536870911"), ("0", "0")]),
    ("can.filter", &[("123:7ff,200:700", "123:7ff,200:700"), ("none", "none")]),
    ("can.xl-vcid-opts", &[(NETWORKS, NETWORKS), (NO_NETWORKS, NO_NETWORKS)]),
    (
        "isotp.ll-opts",
        &[
            ("frame=72 data=8 flags=0", "frame=72 data=8 flags=0"),
            ("frame=16 data=8 flags=0", "frame=16 data=8 flags=0"),
        ],
    ),
    ("isotp.opts", &[(ISOTP, ISOTP)]),
    (
        "isotp.recv-fc",
        &[
            ("block=8 separation=5 waits=0", "block=8 separation=5 waits=0"),
            ("block=0 separation=0 waits=0", "block=0 separation=0 waits=0"),
        ],
    ),
    ("isotp.rx-stmin", &[("1000", "1000"), ("0", "0")]),
    ("isotp.tx-stmin", &[("1000", "1000"), ("0", "0")]),
    ("j1939.send-prio", &[("7", "7"), ("6", "6")]),
    ("sctp.autoclose", &[("5s", "5s"), ("0", "0s")]),
    ("sctp.context", &[("association=0 value=9", "association=0 value=9")]),
    ("sctp.fragment-interleave", &[("1", "1"), ("0", "0")]),
    ("sctp.initmsg", &[(INITMSG, INITMSG)]),
    ("sctp.maxseg", &[("association=0 value=1000", "association=0 value=1000")]),
    ("sctp.max-burst", &[("association=0 value=9", "association=0 value=9")]),
    ("sctp.partial-delivery-point", &[("1000", "1000"), ("0", "0")]),
    ("sctp.rtoinfo", &[(RTOINFO, RTOINFO)]),
];

/// A routing header with one segment, the loopback's (RFC 8754).
const SEGMENT: &str = "000204000000000000000000000000000000000000000001";
const KEY: &str = "000102030405060708090a0b0c0d0e0f";
const OTHER_KEY: &str = "0f0e0d0c0b0a09080706050403020100ff0102030405060708090a0b0c0d0eff";
/// More than 32 bits, where the kernel takes more.
const FAST: &str = if cfg!(target_pointer_width = "64") { "8589934592" } else { "2147483648" };
const AO_INFO: &str = "required=on accepts-icmp=off good=0 bad=0 key-not-found=0 missing=0 dropped-icmp=0";
const INITMSG: &str = "streams-out=5 streams-in=6 attempts=7 timeout=8000";
const RTOINFO: &str = "association=0 initial=2000 max=30000 min=500";

/// Options that are set only, and those whose value is not read back: values, and the error that is meant, or none.
const SET_ONLY: &[(&str, &str, &str)] = &[
    ("socket.busy-poll-budget", "8", ""),
    ("socket.detach-filter", "on", "ENOENT"),
    ("socket.detach-reuseport-bpf", "on", "EINVAL"),
    ("socket.inq", "on", ""),
    ("socket.rcvbufforce", "8192", ""),
    ("socket.sndbufforce", "8192", ""),
    ("tcp.ao-add-key", "peer=127.0.0.1 send-id=1 receive-id=2 algorithm=hmac(sha1) key=secret", ""),
    ("tcp.ao-del-key", "peer=127.0.0.1 send-id=1 receive-id=2", "ENOENT"),
    ("tcp.md5sig", "127.0.0.1=secret", ""),
    ("tcp.md5sig", "127.0.0.1=", ""),
    ("tcp.md5sig-ext", "127.0.0.0/8=secret", ""),
    ("tcp.md5sig-ext", "127.0.0.0/8=", ""),
    // TCPOPT_MSS and 1000, TCPOPT_WINDOW and 7.
    ("tcp.repair-options", "02000000e803000003000000", ""),
    // A window scaled by 15 bits: there are 14.
    ("tcp.repair-options", "030000000f000000", "EFBIG"),
    ("tcp.ulp", "no-such-layer", "ENOENT"),
    ("j1939.filter", "none", ""),
];

type Membership = (
    &'static str,
    &'static [(&'static str, &'static str)],
    [&'static str; 2],
    &'static str,
    [&'static str; 2],
);

/// Memberships: the sample, what has to be set before, the option that joins and the one that leaves, the value, and
/// what a second join and a second leave say.
const MEMBERSHIPS: &[Membership] = &[
    (
        "udp4",
        &[],
        ["ip.add-membership", "ip.drop-membership"],
        "239.1.2.3@127.0.0.1",
        ["EADDRINUSE", "EADDRNOTAVAIL"],
    ),
    (
        "udp4",
        &[],
        ["ip.add-membership", "ip.drop-membership"],
        "239.1.2.3@lo",
        ["EADDRINUSE", "EADDRNOTAVAIL"],
    ),
    (
        "udp4",
        &[],
        ["ip.add-source-membership", "ip.drop-source-membership"],
        "127.0.0.1,232.1.2.3@127.0.0.1",
        ["EADDRNOTAVAIL", "EINVAL"],
    ),
    (
        "udp4",
        &[("ip.add-membership", "239.1.2.3@127.0.0.1")],
        ["ip.block-source", "ip.unblock-source"],
        "127.0.0.1,239.1.2.3@127.0.0.1",
        ["EADDRNOTAVAIL", "EADDRNOTAVAIL"],
    ),
    (
        "udp4",
        &[],
        ["ip.mcast-join-group", "ip.mcast-leave-group"],
        "239.1.2.3@lo",
        ["EADDRINUSE", "EADDRNOTAVAIL"],
    ),
    (
        "udp4",
        &[],
        ["ip.mcast-join-source-group", "ip.mcast-leave-source-group"],
        "127.0.0.1,232.1.2.3@lo",
        ["EADDRNOTAVAIL", "EINVAL"],
    ),
    (
        "udp4",
        &[("ip.mcast-join-group", "239.1.2.3@lo")],
        ["ip.mcast-block-source", "ip.mcast-unblock-source"],
        "127.0.0.1,239.1.2.3@lo",
        ["EADDRNOTAVAIL", "EADDRNOTAVAIL"],
    ),
    ("udp6", &[], ["ipv6.join-group", "ipv6.leave-group"], "ff02::123@lo", ["EADDRINUSE", "EADDRNOTAVAIL"]),
    (
        "udp6",
        &[],
        ["ipv6.mcast-join-group", "ipv6.mcast-leave-group"],
        "ff02::123@lo",
        ["EADDRINUSE", "EADDRNOTAVAIL"],
    ),
    (
        "udp6",
        &[],
        ["ipv6.mcast-join-source-group", "ipv6.mcast-leave-source-group"],
        "::1,ff32::123@lo",
        ["EADDRNOTAVAIL", "EINVAL"],
    ),
    (
        "udp6",
        &[("ipv6.mcast-join-group", "ff02::123@lo")],
        ["ipv6.mcast-block-source", "ipv6.mcast-unblock-source"],
        "::1,ff02::123@lo",
        ["EADDRNOTAVAIL", "EADDRNOTAVAIL"],
    ),
    ("netlink", &[], ["netlink.add-membership", "netlink.drop-membership"], "1", ["", ""]),
    ("packet", &[], ["packet.add-membership", "packet.drop-membership"], "promiscuous@lo", ["", ""]),
    ("packet", &[], ["packet.add-membership", "packet.drop-membership"], "all-multicast@lo", ["", ""]),
];

/// Tried by tests of their own, below and in `option_effect.rs`.
const APART: &[&str] = &[
    "ipv6.join-anycast",
    "ipv6.leave-anycast",
    "ipv6.addrform",
    "socket.sndlowat",
    "tcp.repair-window",
    "tcp.timestamp",
];

fn row(name: &str) -> &'static Row {
    option::by_name(name).unwrap_or_else(|error| panic!("{error}"))
}

fn home(row: &Row) -> &'static str {
    let of = |list: &'static [(&'static str, &'static str)], name: &str| {
        list.iter().find(|(key, _)| *key == name).map(|(_, sample)| *sample)
    };
    let level = row.name().split('.').next().unwrap();
    of(OF_ROW, row.name())
        .or_else(|| of(OF_LEVEL, level))
        .unwrap_or_else(|| panic!("{} has no sample", row.name()))
}

/// Opens a sample; without the privilege or the module for it there is none, and options say that they are unsupported.
fn open(name: &str, row: &Row) -> Option<Vec<Socket>> {
    let error = match sample::open(name) {
        Ok(sockets) => return Some(sockets),
        Err(error) => error,
    };
    if IN_MODULES.contains(&name) {
        assert!(error.is_unsupported(), "{name}: {error}");
        let other = sample::open("tcp4").unwrap().remove(0);
        if row.is_readable() {
            let error = row.get(&other).unwrap_err();
            assert!(error.is_unsupported(), "{error}");
        }
    } else {
        let reason = error.is_unsupported() || error.is_permission_denied();
        assert!(reason, "{name}: {error}");
        let _ = need(false, &format!("a socket of the sort {name} for {}: {error}", row.name()));
    }
    None
}

/// Whether an error says that this kernel, or this user, lacks the option.
fn is_lack(error: &Error, row: &Row) -> bool {
    if error.is_unsupported() && OFTEN_LACKING.contains(&row.name()) {
        return true;
    }
    let lacks = error.is_unsupported() || error.is_permission_denied();
    lacks && !need(false, &format!("a kernel and a user with {}: {error}", row.name()))
}

/// The name of the error, or nothing.
fn code(result: Result<(), Error>) -> &'static str {
    let named =
        |error: Error| error.errno().and_then(berkeley::Errno::name).unwrap_or("no error of the system's");
    result.map_or_else(named, |()| "")
}

/// Runs `body` for each of the rows, and fails once, with all that is wrong.
fn check(rows: impl Iterator<Item = &'static Row>, body: impl Fn(&'static Row) -> Result<(), String>) {
    let _limit = limit();
    let (mut count, mut wrong) = (0, Vec::new());
    for row in rows.filter(|row| row.is_available()) {
        count += 1;
        wrong.extend(body(row).err().map(|why| format!("{} on {}: {why}", row.name(), home(row))));
    }
    assert!(wrong.is_empty() && count > 0, "{count} tried, wrong:\n{}", wrong.join("\n"));
}

fn is_switch(row: &Row) -> bool {
    row.form() == "on or off" && row.is_readable() && row.is_settable()
}

#[test]
fn what_is_readable_is_read() {
    check(option::all().filter(|row| row.is_readable()), |row| {
        let Some(sockets) = open(home(row), row) else { return Ok(()) };
        let unreadable = UNREADABLE.iter().find(|(name, ..)| *name == row.name());
        match (row.get(&sockets[0]), unreadable) {
            (Ok(_), None) => Ok(()),
            (Ok(value), Some((_, code, why))) => {
                Err(format!("{value}, not {code}: it needs {why} no longer"))
            }
            (Err(error), Some((_, code, _)))
                if error.errno().and_then(berkeley::Errno::name) == Some(code) =>
            {
                Ok(())
            }
            (Err(error), _) if is_lack(&error, row) => Ok(()),
            (Err(error), _) => Err(error.to_string()),
        }
    });
}

#[test]
fn switches_turn_and_turn_back() {
    let one_way = |row: &&Row| ONE_WAY.iter().any(|(name, _)| *name == row.name());
    check(option::all().filter(|row| is_switch(row) && !one_way(row)), |row| {
        let Some(sockets) = open(home(row), row) else { return Ok(()) };
        let read = || row.get(&sockets[0]).map_err(|error| error.to_string());
        let before = match row.get(&sockets[0]) {
            Err(error) if is_lack(&error, row) => return Ok(()),
            before => before.map_err(|error| error.to_string())?,
        };
        let turned = if before == "on" { "off" } else { "on" };
        for value in [turned, &before, turned] {
            row.set(&sockets[0], value).map_err(|error| error.to_string())?;
            if read()? != value {
                return Err(format!("set to {value}, it stays {}", read()?));
            }
        }
        Ok(())
    });
}

#[test]
fn switches_of_one_way_stay() {
    check(ONE_WAY.iter().map(|(name, _)| row(name)), |row| {
        let Some(sockets) = open(home(row), row) else { return Ok(()) };
        let refusal = ONE_WAY.iter().find(|(name, _)| *name == row.name()).unwrap().1;
        row.set(&sockets[0], "on").unwrap();
        let turned = row.get(&sockets[0]).unwrap();
        assert_eq!(turned == "on", !refusal.is_empty(), "{}", row.name());
        assert_eq!(code(row.set(&sockets[0], "off")), refusal);
        assert_eq!(row.get(&sockets[0]).unwrap(), turned);
        Ok(())
    });
}

#[test]
fn values_read_back_as_they_were_set() {
    check(VALUES.iter().map(|(name, _)| row(name)), |row| {
        let Some(sockets) = open(home(row), row) else { return Ok(()) };
        let values = VALUES.iter().find(|(name, _)| *name == row.name()).unwrap().1;
        for (value, expected) in values {
            match row.set(&sockets[0], value) {
                Err(error) if is_lack(&error, row) => return Ok(()),
                set => set.map_err(|error| format!("{value}: {error}"))?,
            }
            let read = row.get(&sockets[0]).map_err(|error| error.to_string())?;
            if read != *expected {
                return Err(format!("set to {value}, it reads {read} and not {expected}"));
            }
        }
        Ok(())
    });
}

#[test]
fn what_is_set_only_is_set() {
    check(SET_ONLY.iter().map(|(name, ..)| row(name)), |row| {
        let Some(sockets) = open(home(row), row) else { return Ok(()) };
        let often = OFTEN_LACKING.contains(&row.name());
        for (_, value, expected) in SET_ONLY.iter().filter(|(name, ..)| *name == row.name()) {
            match row.set(&sockets[0], value) {
                Err(error) if (expected.is_empty() || often) && is_lack(&error, row) => return Ok(()),
                Err(error) if expected.is_empty() => return Err(format!("{value}: {error}")),
                set => match code(set) {
                    code if code == *expected => {}
                    code => return Err(format!("{value}: {code:?} and not {expected}")),
                },
            }
        }
        Ok(())
    });
}

#[test]
fn groups_are_joined_once_and_left_once() {
    let _limit = limit();
    let mut wrong = Vec::new();
    for (sample, before, [join, leave], value, refusals) in MEMBERSHIPS {
        let (join, leave) = (row(join), row(leave));
        let Some(sockets) = open(sample, join) else { continue };
        for (name, value) in *before {
            row(name).set(&sockets[0], value).unwrap();
        }
        let codes = [join, join, leave, leave].map(|row| code(row.set(&sockets[0], value)));
        let leaves_twice =
            if refusals[0].is_empty() { code(leave.set(&sockets[0], value)) } else { codes[3] };
        if [codes[0], codes[1], codes[2], leaves_twice] != ["", refusals[0], "", refusals[1]] {
            wrong.push(format!("{} {value}: {codes:?}, {leaves_twice}", join.name()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_group_of_messages_that_was_joined_is_listed() {
    let sockets = sample::open("netlink").unwrap();
    let groups = || row("netlink.list-memberships").get(&sockets[0]).unwrap();
    row("netlink.add-membership").set(&sockets[0], "3").unwrap();
    assert_eq!(&groups()[..8], "04000000");
    row("netlink.drop-membership").set(&sockets[0], "3").unwrap();
    assert_eq!(&groups()[..8], "00000000");
}

#[test]
fn a_socket_of_mapped_addresses_becomes_one_of_ipv4() {
    let sockets = sample::open("tcp6 mapped").unwrap();
    assert_eq!(row("socket.domain").get(&sockets[0]).unwrap(), "INET6");
    row("ipv6.addrform").set(&sockets[0], "INET").unwrap();
    assert_eq!(row("socket.domain").get(&sockets[0]).unwrap(), "INET");
    assert!(row("ipv6.addrform").get(&sockets[0]).unwrap_err().is_unsupported());
}

#[test]
fn what_linux_fixes_cannot_be_set() {
    let sockets = sample::open("tcp4").unwrap();
    assert_eq!(row("socket.sndlowat").get(&sockets[0]).unwrap(), "1");
    assert_eq!(code(row("socket.sndlowat").set(&sockets[0], "2")), "ENOPROTOOPT");
}

#[test]
fn a_clock_of_time_stamps_is_set_while_being_repaired() {
    let stamp = row("tcp.timestamp");
    let Some(sockets) = open(home(stamp), stamp) else { return };
    stamp.set(&sockets[0], "1000000").unwrap();
    let read: u32 = stamp.get(&sockets[0]).unwrap().parse().unwrap();
    assert!((1_000_000..1_060_000).contains(&read), "{read}: it goes on from what was set");
    let other = sample::open("tcp4").unwrap();
    assert_eq!(code(stamp.set(&other[0], "1000000")), "EPERM");
}

#[test]
fn windows_of_a_connection_in_repair_are_set_as_they_were_read() {
    let windows = row("tcp.repair-window");
    let Some(sockets) = open(home(windows), windows) else { return };
    let read = windows.get(&sockets[0]).unwrap();
    assert_eq!(read.len(), 40, "{read}");
    windows.set(&sockets[0], &read).unwrap();
    assert_eq!(windows.get(&sockets[0]).unwrap(), read);
    assert_eq!(code(windows.set(&sockets[0], &read[2..])), "EINVAL");
}

#[test]
fn every_option_that_can_be_set_is_in_a_list() {
    let tried: BTreeSet<_> = VALUES
        .iter()
        .map(|(name, _)| *name)
        .chain(SET_ONLY.iter().map(|(name, ..)| *name))
        .chain(ONE_WAY.iter().map(|(name, _)| *name))
        .chain(MEMBERSHIPS.iter().flat_map(|(_, _, pair, ..)| *pair))
        .chain(APART.iter().copied())
        .collect();
    let settable = option::all().filter(|row| row.is_available() && row.is_settable());
    let missed: Vec<_> = settable.filter(|row| !is_switch(row) && !tried.contains(row.name())).collect();
    assert!(missed.is_empty(), "in no list: {missed:?}");
    for name in tried {
        assert!(row(name).is_settable(), "{name} cannot be set");
    }
}

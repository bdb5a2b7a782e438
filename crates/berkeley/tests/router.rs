//! A router on the way: what it reports, how large packets may be, what it loses, and whom it passes groups on to.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod wire;

use std::fs;
use std::io::Read;
use std::net::{IpAddr, SocketAddr};
use std::process::{Child, Command};

use berkeley::message::{Origin, Queued};
use berkeley::multicast::On;
use berkeley::option::{self, MtuDiscover};
use berkeley::{Errno, TcpListener, TcpStream, UdpSocket};
use berkeley_testkit::{Host, ip as configure, need, program, scratch, soon};
use wire::{alone, hears};

/// Two networks with a router between them: the test's own host, 10.1.0.1 and fd01::1, is in the first.
struct Path {
    router: Host,
    server: Host,
}

/// The addresses of the router that the test's host sees, and those of the server.
const ROUTER: [&str; 2] = ["10.1.0.254", "fd01::254"];
const SERVER: [&str; 2] = ["10.2.0.1", "fd02::1"];

/// Turns forwarding on, and the limits of how often something is reported off.
const FORWARDS: &[(&str, &str)] = &[
    ("ipv4/ip_forward", "1"),
    ("ipv6/conf/all/forwarding", "1"),
    ("ipv4/icmp_ratemask", "0"),
    ("ipv6/icmp/ratelimit", "0"),
];

/// Has the router soon know that a neighbour is away.
const IMPATIENT: &[(&str, &str)] = &[
    ("ipv4/neigh/r1/mcast_solicit", "1"),
    ("ipv4/neigh/r1/retrans_time_ms", "20"),
    ("ipv6/neigh/r1/mcast_solicit", "1"),
    ("ipv6/neigh/r1/retrans_time_ms", "20"),
];

/// Sets what is set by files, for the host that it runs on.
fn set(files: &[(&str, &str)]) {
    for (file, value) in files {
        fs::write(format!("/proc/sys/net/{file}"), value).unwrap();
    }
}

impl Path {
    fn new() -> Self {
        let (router, server) = (Host::new().unwrap(), Host::new().unwrap());
        Host::cable((None, "c0"), (Some(&router), "r0"));
        Host::cable((Some(&router), "r1"), (Some(&server), "s0"));
        router.run(|| set(FORWARDS));
        for words in [
            "addr add 10.1.0.1/24 dev c0",
            "addr add fd01::1/64 dev c0 nodad",
            "route add default via 10.1.0.254",
            "route add default via fd01::254",
        ] {
            configure(&words.split(' ').collect::<Vec<_>>()).unwrap();
        }
        router.configure(&[
            "addr add 10.1.0.254/24 dev r0",
            "addr add fd01::254/64 dev r0 nodad",
            "addr add 10.2.0.254/24 dev r1",
            "addr add fd02::254/64 dev r1 nodad",
            // From there it asks for its neighbours, when it forwards what others have sent.
            "addr add fe80::254/64 dev r1 nodad",
        ]);
        server.configure(&[
            "addr add 10.2.0.1/24 dev s0",
            "addr add fd02::1/64 dev s0 nodad",
            "route add default via 10.2.0.254",
            "route add default via fd02::254",
        ]);
        Self { router, server }
    }

    /// Binds a port of the server.
    fn serve(&self, address: &str) -> (UdpSocket, SocketAddr) {
        let address: IpAddr = address.parse().unwrap();
        let socket = self.server.run(move || UdpSocket::bind(SocketAddr::new(address, 0)).unwrap());
        let at = socket.local_address().unwrap();
        (socket, at)
    }

    /// Has the router filter what it forwards, as nft(8); `None` if it cannot.
    fn filter(&self, rules: &'static [&'static str]) -> Option<()> {
        program("nft")?;
        let done = self.router.run(move || {
            let head = ["add table inet t", "add chain inet t c { type filter hook forward priority 0; }"];
            head.iter().chain(rules).all(|words| {
                let status = Command::new("nft").args(words.split(' ')).status();
                status.is_ok_and(|status| status.success())
            })
        });
        need(done, "nftables in the kernel").then_some(())
    }
}

/// Runs `body` with a path, if networks can be made.
fn on_a_path(body: impl FnOnce(Path) + Send) {
    alone(|| body(Path::new()));
}

/// Opens a socket that hears of errors.
fn reporting(to: IpAddr) -> UdpSocket {
    if to.is_ipv4() {
        let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
        socket.set(option::ip::RECVERR, true).unwrap();
        return socket;
    }
    let socket = UdpSocket::bind("[::]:0").unwrap();
    socket.set(option::ipv6::RECVERR, true).unwrap();
    socket
}

fn next(socket: &UdpSocket) -> (Queued<SocketAddr>, Vec<u8>) {
    let mut data = vec![0; 4096];
    let queued = socket.by(soon()).recv_error(&mut data).unwrap();
    data.truncate(queued.received().len());
    (queued, data)
}

/// Sends to an address, over so many hops, and checks what is told of it.
fn is_reported(to: &str, hops: u8, icmp: (u8, u8), errno: Errno) {
    let to = SocketAddr::new(to.parse().unwrap(), 9);
    let socket = reporting(to.ip());
    socket.set_hop_limit(hops).unwrap();
    let text = format!("to {to}");
    socket.send_to(text.as_bytes(), &to).unwrap();
    let (queued, data) = next(&socket);
    let error = queued.error().unwrap();
    let (origin, router) = if to.is_ipv4() { (Origin::Icmp, ROUTER[0]) } else { (Origin::Icmpv6, ROUTER[1]) };
    assert_eq!((error.origin, error.icmp(), error.errno), (origin, Some(icmp), errno), "{to}");
    assert_eq!(error.offender.map(|offender| offender.ip().to_string()).as_deref(), Some(router));
    assert_eq!((queued.to(), data.as_slice()), (Some(&to), text.as_bytes()));
    assert_eq!(error.mtu(), None);
    assert!(socket.now().recv_error(&mut []).unwrap().is_none());
}

#[test]
fn what_a_router_reports_is_told_with_its_type_and_its_sender() {
    on_a_path(|path| {
        path.router.run(|| set(IMPATIENT));
        path.router.configure(&[
            "route add unreachable 10.3.0.0/24",
            "route add prohibit 10.4.0.0/24",
            "route add unreachable fd03::/64",
            "route add prohibit fd04::/64",
        ]);
        for (to, hops, icmp, errno) in [
            (SERVER[0], 1, (11, 0), Errno::HOSTUNREACH),
            ("10.9.9.9", 64, (3, 0), Errno::NETUNREACH),
            ("10.3.0.1", 64, (3, 1), Errno::HOSTUNREACH),
            ("10.4.0.1", 64, (3, 13), Errno::HOSTUNREACH),
            // Nobody has this address.
            ("10.2.0.77", 64, (3, 1), Errno::HOSTUNREACH),
            (SERVER[1], 1, (3, 0), Errno::HOSTUNREACH),
            ("fd09::9", 64, (1, 0), Errno::NETUNREACH),
            ("fd03::1", 64, (1, 0), Errno::NETUNREACH),
            ("fd04::1", 64, (1, 1), Errno::ACCES),
            ("fd02::77", 64, (1, 3), Errno::HOSTUNREACH),
        ] {
            is_reported(to, hops, icmp, errno);
        }
    });
}

#[test]
fn what_a_filter_refuses_is_told_as_prohibited() {
    on_a_path(|path| {
        let rules = &[
            "add rule inet t c ip daddr 10.2.0.66 reject with icmp type admin-prohibited",
            "add rule inet t c ip daddr 10.2.0.67 reject with icmp type net-prohibited",
            "add rule inet t c ip6 daddr fd02::66 reject with icmpv6 type admin-prohibited",
        ];
        if path.filter(rules).is_some() {
            is_reported("10.2.0.66", 64, (3, 13), Errno::HOSTUNREACH);
            is_reported("10.2.0.67", 64, (3, 9), Errno::NETUNREACH);
            is_reported("fd02::66", 64, (1, 1), Errno::ACCES);
        }
    });
}

/// A connected socket has the error as that of a call as well.
#[test]
fn a_stream_that_a_router_refuses_says_why() {
    on_a_path(|path| {
        path.router.configure(&["route add prohibit 10.4.0.0/24", "route add prohibit fd04::/64"]);
        for (to, errno) in [("10.4.0.1", Errno::HOSTUNREACH), ("fd04::1", Errno::ACCES)] {
            let to = SocketAddr::new(to.parse().unwrap(), 9);
            let error = TcpStream::connect_by(to, soon()).unwrap_err();
            assert_eq!(error.errno(), Some(errno), "{error}");
            assert!(error.to_string().contains(&to.to_string()), "{error}");
        }
    });
}

#[test]
fn the_path_learns_how_much_it_takes() {
    on_a_path(|path| {
        path.router.configure(&["link set r1 mtu 1300"]);
        let data: Vec<u8> = (0..1400_u32).map(|byte| byte as u8).collect();
        for (server, (router, headers, icmp)) in
            SERVER.into_iter().zip([(ROUTER[0], 28, (3, 4)), (ROUTER[1], 48, (2, 0))])
        {
            let (far, at) = path.serve(server);
            let socket = reporting(at.ip());
            assert!(socket.path_mtu().unwrap_err().is_not_connected());
            socket.connect(at).unwrap();
            socket.set_dont_fragment(true).unwrap();
            assert!(socket.dont_fragment().unwrap());
            assert_eq!(socket.path_mtu().unwrap(), 1500);
            socket.send(&data).unwrap();
            let (queued, _) = next(&socket);
            let error = queued.error().unwrap();
            assert_eq!((error.icmp(), error.errno, error.mtu()), (Some(icmp), Errno::MSGSIZE, Some(1300)));
            assert_eq!(error.offender.map(|offender| offender.ip().to_string()).as_deref(), Some(router));

            assert_eq!(socket.path_mtu().unwrap(), 1300);
            let refused = socket.send(&data).unwrap_err();
            assert!(refused.is_message_too_long(), "{refused}");
            let (queued, _) = next(&socket);
            assert_eq!(
                queued.error().map(|error| (error.origin, error.mtu())),
                Some((Origin::Local, Some(1300)))
            );
            socket.send(&data[..1300 - headers]).unwrap();
            hears(&far, &data[..1300 - headers]);

            socket.set_dont_fragment(false).unwrap();
            assert!(!socket.dont_fragment().unwrap());
            socket.send(&data).unwrap();
            hears(&far, &data);
        }
    });
}

/// One socket for both families: what it sends to IPv4 goes with the bit too.
#[test]
fn a_socket_of_both_families_fragments_neither() {
    on_a_path(|path| {
        path.router.configure(&["link set r1 mtu 1300"]);
        let socket = UdpSocket::open(berkeley::Family::INET6).unwrap();
        socket.set(option::ipv6::V6ONLY, false).unwrap();
        socket.set_dont_fragment(true).unwrap();
        assert_eq!(socket.get(option::ip::MTU_DISCOVER).unwrap(), MtuDiscover::DO);
        socket.set(option::ip::RECVERR, true).unwrap();
        socket.connect("[::ffff:10.2.0.1]:9").unwrap();
        socket.send(&[0; 1400]).unwrap();
        let (queued, _) = next(&socket);
        assert_eq!(queued.error().and_then(|error| error.mtu()), Some(1300));
        assert_eq!(socket.path_mtu().unwrap(), 1300);
        drop(path);
    });
}

/// Half of the datagrams get through, each whole and in its order; a stream gets through as a whole.
#[test]
fn what_is_lost_on_the_way_is_lost_and_nothing_else() {
    on_a_path(|path| {
        let rules = &[
            "add rule inet t c ip protocol udp numgen random mod 2 0 drop",
            "add rule inet t c ip protocol tcp numgen random mod 20 0 drop",
        ];
        if path.filter(rules).is_none() {
            return;
        }
        let (far, at) = path.serve(SERVER[0]);
        far.set_receive_buffer(1 << 20).unwrap();
        let near = UdpSocket::connected_to(at).unwrap();
        let count = 200_u8;
        (0..count).for_each(|number| assert_eq!(near.send(&[number; 100]).unwrap(), 100));
        let mut came = Vec::new();
        let mut buffer = [0; 200];
        // The cables have no queue: what was not lost has come when the send has returned, or is about to.
        while let Ok(received) =
            far.by(berkeley::Deadline::after(berkeley::MILLISECOND * 300)).recv(&mut buffer)
        {
            assert!(received.full_len() == Some(100) && buffer[1..100].iter().all(|byte| *byte == buffer[0]));
            came.push(buffer[0]);
        }
        assert!(came.is_sorted() && came.windows(2).all(|pair| pair[0] != pair[1]), "{came:?}");
        assert!((20..180).contains(&came.len()), "{} of {count}", came.len());

        let listener = path.server.run(|| TcpListener::bind("10.2.0.1:0").unwrap());
        let mut client = TcpStream::connect_by(listener.local_address().unwrap(), soon()).unwrap();
        let (server, _) = listener.by(soon()).accept().unwrap();
        let data: Vec<u8> = (0..100_000_u32).map(|number| (number % 251) as u8).collect();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::io::Write::write_all(&mut server.by(soon()), &data).unwrap();
                server.shutdown(berkeley::Shutdown::Send).unwrap();
            });
            let mut got = Vec::new();
            client.read_to_end(&mut got).unwrap();
            assert!(got == data, "{} of {} bytes", got.len(), data.len());
        });
    });
}

/// A routing program, which ends with the value.
struct Smcroute(Child);

impl Drop for Smcroute {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// smcroute passes a group on to another network, to whom it is asked for there, and joins another.
#[test]
fn a_group_goes_over_a_multicast_router() {
    let (Some(daemon), Some(control)) = (program("smcrouted"), program("smcroutectl")) else { return };
    on_a_path(|path| {
        let folder = scratch();
        let [file, socket, pid] = ["conf", "socket", "pid"].map(|name| folder.path().join(name));
        fs::write(
            &file,
            "mgroup from r0 group 239.255.1.1\nmroute from r0 source 10.1.0.1 group 239.255.1.1 to r1\n",
        )
        .unwrap();
        let at = socket.clone();
        let _routes = path.router.run(move || {
            let mut command = Command::new(daemon);
            command.arg("-n").arg("-f").arg(file).arg("-u").arg(&at).arg("-P").arg(pid);
            Smcroute(command.spawn().unwrap())
        });
        // It answers when it has read what it is to do.
        let told = |words: &'static [&'static str]| {
            Command::new(&control).arg("-u").arg(&socket).args(words).output().unwrap()
        };
        while !told(&["show", "routes"]).status.success() {
            std::thread::yield_now();
        }
        let group: IpAddr = "239.255.1.1".parse().unwrap();
        let far = path.server.run(move || {
            let far = UdpSocket::bind_multicast("0.0.0.0:0").unwrap();
            far.join_group(group, "s0".parse::<On>().unwrap()).unwrap();
            far
        });
        let port = far.local_address().unwrap().port();
        let near = UdpSocket::bind("10.1.0.1:0").unwrap();
        near.set_multicast_interface("c0".parse::<On>().unwrap()).unwrap();
        near.send_to(b"to this network alone", &(group, port).into()).unwrap();
        near.set_multicast_hops(2).unwrap();
        near.send_to(b"to the next", &(group, port).into()).unwrap();
        hears(&far, b"to the next");

        assert!(told(&["join", "r1", "239.255.2.2"]).status.success());
        let groups = path.router.run(|| berkeley::Interfaces::open().unwrap().groups().unwrap());
        let joined: IpAddr = "239.255.2.2".parse().unwrap();
        assert!(groups.iter().any(|each| each.address() == joined), "{groups:?}");
    });
}

//! What the options of TCP do, as a test sees it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod wire;

use std::fs;
use std::time::{Duration, Instant};

use berkeley::option::{Md5Key, RepairQueue, TcpOptions, TcpState, ip, socket, tcp as option};
use berkeley::{Deadline, Family, Kind, MILLISECOND, Protocol, SECOND, Socket};
use berkeley_testkit::{limit, need, soon};
use wire::{Wire, alone, is_ready, listening, tcp};

fn stream() -> Socket {
    Socket::open(Family::INET, Kind::STREAM, Protocol::TCP).unwrap()
}

fn reads(socket: &Socket, expected: &[u8]) {
    let mut buffer = vec![0; expected.len()];
    std::io::Read::read_exact(&mut socket.by(soon()), &mut buffer).unwrap();
    assert_eq!(buffer, expected);
}

/// How many segments with data went out.
fn segments(socket: &Socket) -> u64 {
    socket.get(option::INFO).unwrap().data_segs_out.unwrap()
}

/// Has a socket take nothing that comes: there is no nearer sender than one.
fn go_deaf(socket: &Socket) {
    socket.set(ip::MINTTL, 255).unwrap();
}

#[test]
fn what_comes_from_too_far_away_is_not_taken() {
    let _limit = limit();
    let (client, server) = tcp(|_| (), |_| ());
    go_deaf(&server);
    client.send(b"far").unwrap();
    assert!(server.by(Deadline::after(MILLISECOND * 20)).recv(&mut [0; 3]).unwrap_err().is_deadline_passed());
    client.set(ip::TTL, 255).unwrap();
    client.send(b"near").unwrap();
    reads(&server, b"farnear");
}

#[test]
fn a_listener_of_near_peers_answers_no_other() {
    let _limit = limit();
    let (listener, address) = listening(go_deaf);
    let far = stream();
    let error = far.by(Deadline::after(MILLISECOND * 20)).connect(address).unwrap_err();
    assert!(error.is_deadline_passed(), "{error}");
    let near = stream();
    near.set(ip::TTL, 255).unwrap();
    near.connect(address).unwrap();
    assert!(listener.now().accept().unwrap().is_some());
}

#[test]
fn small_segments_go_at_once_without_nagles_algorithm() {
    let _limit = limit();
    let (client, server) = tcp(|_| (), |_| ());
    client.set(option::NODELAY, true).unwrap();
    go_deaf(&server);
    for _ in 0..3 {
        client.send(b"x").unwrap();
    }
    assert!(segments(&client) >= 3);
}

#[test]
fn small_segments_wait_for_the_acknowledgement_of_the_first() {
    let _limit = limit();
    let (client, server) = tcp(|_| (), |_| ());
    go_deaf(&server);
    for _ in 0..3 {
        client.send(b"x").unwrap();
    }
    assert_eq!(client.get(option::INFO).unwrap().notsent_bytes, Some(2));
    server.set(ip::MINTTL, 0).unwrap();
    reads(&server, b"xxx");
}

#[test]
fn what_is_corked_goes_in_one_segment() {
    let _limit = limit();
    let (client, server) = tcp(|_| (), |_| ());
    client.set(option::CORK, true).unwrap();
    for _ in 0..3 {
        client.send(&[b'x'; 10]).unwrap();
    }
    let corked = client.get(option::INFO).unwrap();
    client.set(option::CORK, false).unwrap();
    assert_eq!((corked.data_segs_out, corked.notsent_bytes), (Some(0), Some(30)));
    reads(&server, &[b'x'; 30]);
    assert_eq!(segments(&client), 1);
}

#[test]
fn a_connection_with_enough_to_send_is_not_writable() {
    let _limit = limit();
    let (client, _server) = tcp(|_| (), |_| ());
    client.set(socket::SNDBUF, 4 << 20).unwrap();
    while client.get(option::INFO).unwrap().notsent_bytes.unwrap() < 16384 {
        client.now().send(&[0; 16384]).unwrap().unwrap();
    }
    assert!(is_ready(&client, libc::POLLOUT));
    client.set(option::NOTSENT_LOWAT, 16384).unwrap();
    assert!(!is_ready(&client, libc::POLLOUT));
    client.set(option::NOTSENT_LOWAT, u32::MAX).unwrap();
    assert!(is_ready(&client, libc::POLLOUT));
}

#[test]
fn a_connection_is_given_up_after_the_users_time() {
    let _limit = limit();
    let (client, server) = tcp(|_| (), |_| ());
    client.set(option::USER_TIMEOUT, MILLISECOND * 300).unwrap();
    go_deaf(&server);
    client.send(b"x").unwrap();
    let start = Instant::now();
    let error = client.by(soon()).recv(&mut [0; 1]).unwrap_err();
    assert!(error.is_timed_out() && !error.is_deadline_passed(), "{error}");
    assert!(start.elapsed() >= MILLISECOND * 200);
}

#[test]
fn an_idle_connection_is_probed_and_given_up() {
    let _limit = limit();
    let (client, server) = tcp(|_| (), |_| ());
    client.set(option::KEEPIDLE, SECOND).unwrap();
    client.set(option::KEEPINTVL, SECOND).unwrap();
    client.set(option::KEEPCNT, 1).unwrap();
    go_deaf(&server);
    client.set(socket::KEEPALIVE, true).unwrap();
    let start = Instant::now();
    let error = client.by(soon()).recv(&mut [0; 1]).unwrap_err();
    assert!(error.is_timed_out() && !error.is_deadline_passed(), "{error}");
    assert!(start.elapsed() >= SECOND, "{:?}", start.elapsed());
}

#[test]
fn a_connect_is_given_up_after_as_many_tries_as_are_set() {
    let _limit = limit();
    let (_listener, address) = listening(go_deaf);
    let client = stream();
    client.set(option::SYNCNT, 1).unwrap();
    let error = client.by(soon()).connect(address).unwrap_err();
    assert!(error.is_timed_out() && !error.is_deadline_passed(), "{error}");
}

#[test]
fn a_listener_that_defers_tells_of_connections_with_data() {
    let _limit = limit();
    let (listener, address) = listening(|listener| listener.set(option::DEFER_ACCEPT, SECOND * 30).unwrap());
    let client = stream();
    client.connect(address).unwrap();
    assert!(listener.now().accept().unwrap().is_none());
    client.send(b"now").unwrap();
    let (server, _) = listener.by(soon()).accept().unwrap();
    reads(&server, b"now");
}

#[test]
fn the_first_segment_carries_data() {
    alone(|| {
        fs::write("/proc/sys/net/ipv4/tcp_fastopen", "3").unwrap();
        let (listener, address) = listening(|listener| listener.set(option::FASTOPEN, 5).unwrap());
        for (is_known, with_cookie) in [(false, true), (true, true), (true, false)] {
            let client = stream();
            client.set(option::FASTOPEN_CONNECT, true).unwrap();
            if !with_cookie {
                // The listener asks for none either.
                listener.set(option::FASTOPEN_NO_COOKIE, true).unwrap();
                client.set(option::FASTOPEN_NO_COOKIE, true).unwrap();
            }
            client.connect(address).unwrap();
            let waits = client.get(option::INFO).unwrap().state == Some(TcpState::SYN_SENT);
            assert_eq!(waits, is_known, "with a cookie, nothing is sent until there is data");
            client.send(b"early").unwrap();
            let (server, _) = listener.by(soon()).accept().unwrap();
            reads(&server, b"early");
            let agreed = server.get(option::INFO).unwrap().options.unwrap();
            assert_eq!(agreed.contains(TcpOptions::SYN_DATA), is_known, "{agreed}");
        }
    });
}

#[test]
fn the_segment_that_opened_a_connection_is_kept_and_told_once() {
    let _limit = limit();
    let (client, server) = tcp(|listener| listener.set(option::SAVE_SYN, 1).unwrap(), |_| ());
    let headers = server.get(option::SAVED_SYN).unwrap();
    assert_eq!(headers[0] >> 4, 4, "{headers:?}");
    let std::net::SocketAddr::V4(local) = client.local_address().unwrap().try_into().unwrap() else {
        panic!("of IPv4");
    };
    assert_eq!(headers[12..16], local.ip().octets());
    assert_eq!(headers[20..22], local.port().to_be_bytes());
    assert_eq!(server.get(option::SAVED_SYN).unwrap(), []);
}

#[test]
fn what_is_accepted_has_the_listeners_congestion_control() {
    let _limit = limit();
    let reno = || "reno".to_owned();
    let (client, server) = tcp(
        |listener| {
            listener.set(option::CONGESTION, reno()).unwrap();
            listener.set(option::NODELAY, true).unwrap();
            listener.set(option::KEEPIDLE, SECOND * 77).unwrap();
        },
        |_| (),
    );
    assert_eq!(server.get(option::CONGESTION).unwrap(), reno());
    assert!(server.get(option::NODELAY).unwrap());
    assert_eq!(server.get(option::KEEPIDLE).unwrap(), SECOND * 77);
    assert!(!client.get(option::NODELAY).unwrap());
    let error = client.set(option::CONGESTION, "no-such".to_owned()).unwrap_err();
    assert!(error.is_not_found(), "{error}");
}

#[test]
fn the_largest_segment_that_is_asked_for_is_the_largest_that_comes() {
    let _limit = limit();
    let (client, server) = tcp(|_| (), |client| client.set(option::MAXSEG, 1000).unwrap());
    let info = server.get(option::INFO).unwrap();
    assert!(info.snd_mss.unwrap() <= 1000, "{info:?}");
    assert!(server.get(option::MAXSEG).unwrap() <= 1000);
    server.send(&[0; 9000]).unwrap();
    reads(&client, &[0; 9000]);
    assert!(segments(&server) >= 9);
}

#[test]
fn a_clamped_window_is_what_the_peer_sees() {
    let _limit = limit();
    let (client, server) = tcp(|_| (), |client| client.set(option::WINDOW_CLAMP, 4096).unwrap());
    client.send(b"x").unwrap();
    reads(&server, b"x");
    let window = server.get(option::INFO).unwrap().snd_wnd.unwrap();
    assert!(window <= 4096, "{window}");
}

#[test]
fn an_acknowledgement_is_waited_for_as_long_as_is_set() {
    let _limit = limit();
    let (client, server) = tcp(|_| (), |client| client.set(option::RTO_MIN_US, MILLISECOND * 20).unwrap());
    client.send(b"x").unwrap();
    reads(&server, b"x");
    server.send(b"y").unwrap();
    reads(&client, b"y");
    let rto = client.get(option::INFO).unwrap().rto.unwrap();
    let plain = server.get(option::INFO).unwrap().rto.unwrap();
    assert!((MILLISECOND * 20..plain).contains(&rto) && plain >= MILLISECOND * 200, "{rto:?} {plain:?}");
}

#[test]
fn signed_segments_are_for_those_with_the_key() {
    let _limit = limit();
    let key =
        |key: &str| Md5Key { peer: "127.0.0.1".parse().unwrap(), prefix: None, key: key.as_bytes().to_vec() };
    let (listener, address) = listening(|listener| listener.set(option::MD5SIG, key("secret")).unwrap());
    for (candidate, is_right) in [("secret", true), ("guessed", false)] {
        let client = stream();
        match client.set(option::MD5SIG, key(candidate)) {
            Err(error) if !need(!error.is_unsupported(), "a kernel with CONFIG_TCP_MD5SIG") => return,
            set => set.unwrap(),
        }
        let wait = if is_right { SECOND * 20 } else { MILLISECOND * 20 };
        let connected = client.by(Deadline::after(wait)).connect(address);
        assert_eq!(connected.is_ok(), is_right, "{connected:?}");
    }
    assert!(listener.now().accept().unwrap().is_some());
    assert!(listener.now().accept().unwrap().is_none());
}

#[test]
fn a_signature_is_in_every_segment() {
    alone(|| {
        let wire = Wire::new();
        let key =
            |peer: &str, prefix| Md5Key { peer: peer.parse().unwrap(), prefix, key: b"secret".to_vec() };
        let (client, _server) = tcp(
            |listener| listener.set(option::MD5SIG_EXT, key("127.0.0.0", Some(8))).unwrap(),
            |client| client.set(option::MD5SIG, key("127.0.0.1", None)).unwrap(),
        );
        let peer: std::net::SocketAddr = client.peer_address().unwrap().try_into().unwrap();
        let first = wire.to_port(peer.port());
        // Kind 19, 18 bytes long: RFC 2385.
        assert!(first.payload()[20..].windows(2).any(|option| option == [19, 18]), "{first:?}");
    });
}

#[test]
fn a_connection_is_moved_to_another_socket() {
    alone(|| {
        let (old, peer) = tcp(|_| (), |_| ());
        let (local, remote) = (old.local_address().unwrap(), old.peer_address().unwrap());
        old.set(option::REPAIR, 1).unwrap();
        let sequence = |queue| {
            old.set(option::REPAIR_QUEUE, queue).unwrap();
            old.get(option::QUEUE_SEQ).unwrap()
        };
        let (sent, received) = (sequence(RepairQueue::SEND), sequence(RepairQueue::RECEIVE));
        let (window, maxseg) = (old.get(option::REPAIR_WINDOW).unwrap(), old.get(option::MAXSEG).unwrap());
        let scale = old.get(option::INFO).unwrap();
        let stamp = old.get(option::TIMESTAMP).unwrap();
        // While being repaired it ends without a word.
        drop(old);

        let new = stream();
        new.set(option::REPAIR, 1).unwrap();
        new.set(socket::REUSEADDR, true).unwrap();
        new.bind(local).unwrap();
        for (queue, number) in [(RepairQueue::SEND, sent), (RepairQueue::RECEIVE, received)] {
            new.set(option::REPAIR_QUEUE, queue).unwrap();
            new.set(option::QUEUE_SEQ, number).unwrap();
        }
        new.connect(remote).unwrap();
        let scales = scale.snd_wscale.unwrap() as u32 | (scale.rcv_wscale.unwrap() as u32) << 16;
        let options = [(2, maxseg), (3, scales), (4, 0), (8, 0)];
        let bytes =
            options.map(|(code, value): (u32, u32)| [code.to_ne_bytes(), value.to_ne_bytes()].concat());
        new.set(option::REPAIR_OPTIONS, bytes.concat()).unwrap();
        new.set(option::TIMESTAMP, stamp).unwrap();
        new.set(option::REPAIR_WINDOW, window).unwrap();
        new.set(option::REPAIR, 0).unwrap();
        new.send(b"moved").unwrap();
        reads(&peer, b"moved");
        peer.send(b"welcome").unwrap();
        reads(&new, b"welcome");
    });
}

#[test]
fn a_connection_of_several_paths_says_so() {
    let _limit = limit();
    let open = || Socket::open(Family::INET, Kind::STREAM, Protocol::MPTCP);
    let listener = match open() {
        Err(error) if !need(!error.is_unsupported(), "a kernel with MPTCP") => return,
        opened => opened.unwrap(),
    };
    listener.bind("127.0.0.1:0").unwrap();
    listener.listen(1).unwrap();
    let client = open().unwrap();
    client.connect(listener.local_address().unwrap()).unwrap();
    let (server, _) = listener.by(soon()).accept().unwrap();
    assert!(client.get(option::IS_MPTCP).unwrap() && server.get(option::IS_MPTCP).unwrap());
    assert!(!stream().get(option::IS_MPTCP).unwrap());
    assert_eq!(client.get(option::ULP).unwrap(), "mptcp");
    assert!(client.get(berkeley::option::mptcp::INFO).unwrap().len() > 40);
}

#[test]
fn a_rate_is_not_exceeded() {
    let _limit = limit();
    let (client, server) = tcp(
        |_| (),
        |client| {
            client.set(option::CONGESTION, "reno".to_owned()).unwrap();
            client.set(socket::MAX_PACING_RATE, 1_000_000).unwrap();
            client.set(option::MAXSEG, 1000).unwrap();
        },
    );
    let data = vec![0; 200_000];
    let start = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| std::io::Write::write_all(&mut client.by(soon()), &data).unwrap());
        reads(&server, &data);
    });
    // A fifth of a second at that rate, less what may go at once in the beginning.
    assert!(start.elapsed() >= Duration::from_millis(100), "{:?}", start.elapsed());
    let info = client.get(option::INFO).unwrap();
    assert_eq!(info.max_pacing_rate, Some(1_000_000));
    assert!(info.pacing_rate.unwrap() <= 1_000_000);
}

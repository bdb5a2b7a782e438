//! `sock forward` and `sock pipe` as they are run: every family to every other, ends, failures, what is slow.
#![allow(clippy::unwrap_used, reason = "a test ends with what is wrong")]

mod common;
#[path = "common/traffic.rs"]
mod traffic;

use std::io::{Read, Write};

#[cfg(unix)]
use berkeley::UnixListener;
use berkeley::{
    Deadline, Family, Kind, MILLISECOND, Protocol, Shutdown, Socket, TcpListener, TcpStream, UdpSocket,
};
use berkeley_testkit::limit;
use common::{LIMIT, Running, beside, sock};
use tempfile::TempDir;
use traffic::{back, forth, read_all};

const LOOPBACK: &str = "tcp://127.0.0.1:0";

/// Every transport, as an address to listen on, each with a name of its own.
fn addresses(directory: &TempDir, role: &str) -> Vec<String> {
    let mut all: Vec<String> =
        [LOOPBACK, "tcp6://[::1]:0", "udp4://127.0.0.1:0", "udp://[::1]:0"].map(str::to_owned).to_vec();
    if cfg!(unix) {
        for scheme in ["unix", "unix-dgram", "unix-seqpacket"] {
            let path = directory.path().join(format!("{role}-{scheme}"));
            all.push(format!("{scheme}:{}", path.display()));
        }
    }
    if cfg!(target_os = "linux") {
        let name = directory.path().file_name().unwrap().to_string_lossy().into_owned();
        all.push(format!("unix-abstract:{name}-{role}"));
    }
    all
}

fn is_datagram(address: &str) -> bool {
    address.starts_with("udp") || address.contains("dgram")
}

/// A forwarder to a target; returns where it listens as well.
fn forward(from: &str, to: &str, flags: &[&str]) -> (Running, String) {
    let mut forward = sock(&[&["forward", from, to], flags].concat());
    let address = forward.address();
    (forward, address)
}

fn to_tcp(address: &str) -> TcpStream {
    TcpStream::connect(address.trim_start_matches("tcp://")).unwrap()
}

/// A listener of the test's own, and its address.
fn target() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_address().unwrap());
    (listener, address)
}

#[test]
fn every_family_leads_to_every_other() {
    let _limit = limit();
    let wait: &[&str] = &["--wait", "10ms"];
    let directory = TempDir::new().unwrap();
    for (index, to) in addresses(&directory, "to").into_iter().enumerate() {
        let mut server = sock(&["listen", "--echo", &to]);
        let to = server.address();
        let mut running = Vec::new();
        for from in addresses(&directory, &format!("from-{index}")) {
            let (relay, address) =
                forward(&from, &to, if is_datagram(&from) || is_datagram(&to) { wait } else { &[] });
            let wait = if is_datagram(&from) { wait } else { &[] };
            let clients = (0..2).map(|n| {
                let mut client = sock(&[&["connect", &address], wait].concat());
                client.write(format!("hello {n}").as_bytes());
                client
            });
            running.push((relay, clients.collect::<Vec<_>>()));
        }
        for (mut relay, clients) in running {
            for (n, mut client) in clients.into_iter().enumerate() {
                assert_eq!(client.read_exact(7), format!("hello {n}").as_bytes(), "{}", relay.name);
                assert_eq!(client.finish(0), (Vec::new(), String::new()), "{}", relay.name);
            }
            assert_eq!(relay.terminate().lines().count(), 1);
        }
    }
}

/// How many clients come at once, and how much each sends and gets back.
const CLIENTS: usize = 200;
const SHARE: usize = 256 << 10;

#[test]
fn many_clients_at_once_each_get_their_own() {
    let _limit = limit();
    let mut server = sock(&["listen", "--echo", LOOPBACK]);
    let (relay, address) = forward(LOOPBACK, &server.address(), &[]);
    let clients: Vec<TcpStream> = (0..CLIENTS).map(|_| to_tcp(&address)).collect();
    std::thread::scope(|scope| {
        for (n, client) in clients.iter().enumerate() {
            // Each begins elsewhere, so that what is another's is found out.
            let share = &forth(SHARE + CLIENTS)[n..n + SHARE];
            scope.spawn(move || {
                (&*client).write_all(share).and_then(|()| Ok(client.shutdown(Shutdown::Send)?)).unwrap();
            });
            scope.spawn(move || {
                read_all(&mut &*client, share);
                assert_eq!((&*client).read(&mut [0; 1]).unwrap(), 0);
            });
        }
    });
    #[cfg(target_os = "linux")]
    assert!(relay.most_memory() < 64 << 10, "{} KiB", relay.most_memory());
    drop(relay);
}

#[test]
fn each_half_ends_by_itself() {
    let _limit = limit();
    let (listener, to) = target();
    let (_relay, address) = forward(LOOPBACK, &to, &[]);
    let mut rest = Vec::new();

    // The client ends first, and hears what comes later.
    let mut client = to_tcp(&address);
    let (mut peer, _) = listener.accept().unwrap();
    client.write_all(b"question").unwrap();
    client.shutdown(Shutdown::Send).unwrap();
    peer.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"question");
    peer.write_all(back(1 << 20)).unwrap();
    drop(peer);
    read_all(&mut client, back(1 << 20));
    assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);

    // The target ends first, and hears what comes later.
    let mut client = to_tcp(&address);
    let (mut peer, _) = listener.accept().unwrap();
    peer.write_all(b"welcome").unwrap();
    peer.shutdown(Shutdown::Send).unwrap();
    rest.clear();
    client.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"welcome");
    let writing = beside(move || client.write_all(forth(1 << 20)));
    read_all(&mut peer, forth(1 << 20));
    writing.join().unwrap().unwrap();
    assert_eq!(peer.read(&mut [0; 1]).unwrap(), 0);
}

#[test]
fn who_does_not_read_is_not_read_for_and_holds_up_nobody() {
    let _limit = limit();
    let mut server = sock(&["listen", "--echo", LOOPBACK]);
    let (relay, address) = forward(LOOPBACK, &server.address(), &[]);
    let slow: Vec<TcpStream> = (0..8).map(|_| to_tcp(&address)).collect();
    let mut sent = [0; 8];
    // What a client can send without reading is what the buffers on the way hold, and no more.
    for (client, sent) in slow.iter().zip(&mut sent) {
        while let Ok(length) =
            client.by(MILLISECOND * 300).send(&forth(1 << 30 >> 4)[*sent % SHARE..][..SHARE])
        {
            *sent += length;
            assert!(*sent < 64 << 20, "it is kept somewhere");
        }
    }
    let mut quick = to_tcp(&address);
    quick.write_all(b"quick").unwrap();
    read_all(&mut quick, b"quick");
    #[cfg(target_os = "linux")]
    for program in [&relay, &server] {
        assert!(program.most_memory() < 64 << 10, "{} KiB", program.most_memory());
    }
    for (client, sent) in slow.iter().zip(sent) {
        let limit = Deadline::after(LIMIT);
        let mut got = 0;
        while got < sent {
            let mut buffer = vec![0; SHARE];
            let length = client.by(limit).recv(&mut buffer).unwrap();
            assert!(length > 0, "the end after {got} of {sent}");
            got += length;
        }
    }
    drop(relay);
}

#[test]
fn a_target_that_refuses_is_said_and_ends_nothing_else() {
    let _limit = limit();
    let bound = Socket::open(Family::INET, Kind::STREAM, Protocol::TCP).unwrap();
    bound.bind("127.0.0.1:0").unwrap();
    let to = format!("tcp://{}", bound.local_address().unwrap());
    let (mut relay, address) = forward(LOOPBACK, &to, &[]);
    for _ in 0..3 {
        let mut client = to_tcp(&address);
        assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
        let said = relay.line_with("warning: ");
        assert!(said.contains(&format!("connect {to}: refused (")), "{said}");
    }
    bound.listen(8).unwrap();
    let mut client = to_tcp(&address);
    let (peer, _) = bound.accept().unwrap();
    peer.send(b"here now").unwrap();
    read_all(&mut client, b"here now");
}

#[test]
#[cfg(unix)]
fn a_target_that_does_not_answer_holds_up_its_own_client_alone() {
    let _limit = limit();
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("full");
    // No room in the backlog: a connect to it waits.
    let full = UnixListener::bind_with(&path, 0).unwrap();
    let waiting = berkeley::UnixStream::connect(&path).unwrap();
    let to = format!("unix:{}", path.display());
    let (mut relay, address) = forward(LOOPBACK, &to, &["--timeout", "200ms"]);
    let mut clients = [(); 3].map(|()| to_tcp(&address));
    for client in &mut clients {
        assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
        let said = relay.line_with("warning: ");
        assert!(said.contains(&format!("connect {to}: no answer in time after ")), "{said}");
    }
    // One who comes now waits until there is room.
    let (mut patient, address) = forward(LOOPBACK, &to, &["-v"]);
    let mut client = to_tcp(&address);
    patient.line_with("accepted ");
    drop(full.accept().unwrap());
    drop(waiting);
    let (peer, _) = full.accept().unwrap();
    peer.send(b"room").unwrap();
    read_all(&mut client, b"room");
}

#[test]
fn senders_of_datagrams_have_connections_of_their_own() {
    let _limit = limit();
    let target = UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = format!("udp://{}", target.local_address().unwrap());
    let (mut relay, address) = forward("udp://127.0.0.1:0", &to, &["-v", "--idle", "300ms", "--max", "2"]);
    let senders = [(); 2].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
    let mut buffer = [0; 64];
    let mut sessions = Vec::new();
    for sender in &senders {
        sender.connect(address.trim_start_matches("udp://")).unwrap();
        sender.send(b"who am I?").unwrap();
        let (received, from) = target.by(LIMIT).recv_from(&mut buffer).unwrap();
        assert_eq!(&buffer[..received.len()], b"who am I?");
        sessions.push(from);
    }
    assert_ne!(sessions[0], sessions[1]);
    let third = UdpSocket::bind("127.0.0.1:0").unwrap();
    third.connect(address.trim_start_matches("udp://")).unwrap();
    third.send(b"a third").unwrap();
    relay.line_with("is one sender too many");
    for (n, (sender, session)) in senders.iter().zip(&sessions).enumerate() {
        // A datagram of nothing is one as well.
        for answer in [format!("you are {n}"), String::new()] {
            target.send_to(answer.as_bytes(), session).unwrap();
            let received = sender.by(LIMIT).recv(&mut buffer).unwrap();
            assert_eq!(&buffer[..received.len()], answer.as_bytes());
        }
    }
    for _ in 0..2 {
        let said = relay.line_with("closed udp://");
        assert!(said.contains(": 9 bytes forth, 9 bytes back in "), "{said}");
    }
    // There is room for another by now.
    third.send(b"a third").unwrap();
    let received = target.by(LIMIT).recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..received.len()], b"a third");
}

#[test]
fn a_reset_is_no_reason_to_lose_what_came_before() {
    let _limit = limit();
    if berkeley_testkit::lacks(berkeley_testkit::Lack::Reset) {
        return;
    }
    let (listener, to) = target();
    let (mut relay, address) = forward(LOOPBACK, &to, &["-v"]);
    let mut client = to_tcp(&address);
    let (mut peer, _) = listener.accept().unwrap();
    client.write_all(forth(4096)).unwrap();
    read_all(&mut peer, forth(4096));
    client.set(berkeley::option::socket::LINGER, berkeley::option::Linger(Some(0))).unwrap();
    drop(client);
    assert_eq!(peer.read(&mut [0; 1]).unwrap(), 0);
    relay.line_with("closed tcp://");
    // The next is served as before.
    let mut client = to_tcp(&address);
    client.write_all(b"x").unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    read_all(&mut peer, b"x");
}

#[test]
fn who_has_sent_all_and_gone_is_noticed() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let _limit = limit();
    let (listener, to) = target();
    let (_relay, address) = forward(LOOPBACK, &to, &[]);
    let client = to_tcp(&address);
    let (mut peer, _) = listener.accept().unwrap();
    client.shutdown(Shutdown::Send).unwrap();
    assert_eq!(peer.read(&mut [0; 1]).unwrap(), 0);
    client.set(berkeley::option::socket::LINGER, berkeley::option::Linger(Some(0))).unwrap();
    drop(client);
    // The target says nothing, and is told all the same: a send to a closed connection fails in the end.
    let gone = Deadline::after(LIMIT);
    while peer.send(b"is anybody there?").is_ok() {
        assert!(!gone.has_passed(), "nobody noticed");
        std::thread::yield_now();
    }
}

#[test]
fn nothing_that_passes_is_an_end_where_it_is_asked_for() {
    let _limit = limit();
    let (listener, to) = target();
    let (mut relay, address) = forward(LOOPBACK, &to, &["-v", "--idle", "200ms"]);
    let mut client = to_tcp(&address);
    let (mut peer, _) = listener.accept().unwrap();
    assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
    assert_eq!(peer.read(&mut [0; 1]).unwrap(), 0);
    relay.line_with("closed tcp://");
}

#[test]
fn clients_beyond_the_most_wait_and_strangers_are_turned_away() {
    let _limit = limit();
    let mut server = sock(&["listen", "--echo", LOOPBACK]);
    let to = server.address();
    let (_relay, address) = forward(LOOPBACK, &to, &["--max", "1"]);
    let mut first = to_tcp(&address);
    first.write_all(b"1").unwrap();
    read_all(&mut first, b"1");
    let mut second = to_tcp(&address);
    second.write_all(b"2").unwrap();
    assert!(second.by(MILLISECOND * 100).recv(&mut [0; 1]).unwrap_err().is_deadline_passed());
    drop(first);
    read_all(&mut second, b"2");

    let (mut relay, address) = forward(LOOPBACK, &to, &["-v", "--allow", "10.0.0.0/8", "--allow", "::1"]);
    assert_eq!(to_tcp(&address).read(&mut [0; 1]).unwrap_or(0), 0);
    relay.line_with("turned away tcp://127.0.0.1:");
}

#[test]
fn what_passes_is_shown() {
    let _limit = limit();
    let directory = TempDir::new().unwrap();
    let mut server = sock(&["listen", "--echo", LOOPBACK]);
    let (mut relay, address) = forward(LOOPBACK, &server.address(), &["--dump", "hex"]);
    let mut client = sock(&["connect", &address]);
    client.write(b"hello\n");
    assert_eq!(client.read_exact(6), b"hello\n");
    assert!(relay.line_with(" #1 tcp://127.0.0.1:").starts_with("> 2"));
    assert_eq!(
        relay.line_with("68 65 6c"),
        "  00000000  68 65 6c 6c 6f 0a                                 |hello.|"
    );
    assert!(relay.line_with(" #1 tcp://127.0.0.1:").starts_with("< 2"));
    client.finish(0);

    let file = directory.path().join("dump");
    let flags = ["--dump", "text", "--dump-to", file.to_str().unwrap(), "--dump-limit", "9"];
    let (relay, address) = forward(LOOPBACK, &server.address_again(), &flags);
    for _ in 0..2 {
        let mut client = sock(&["connect", &address]);
        client.write(b"hello\n");
        assert_eq!(client.finish(0).0, b"hello\n");
    }
    drop(relay);
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines[1], lines[3]), ("  > hello\\n", "  < hel"), "{text}");
    assert_eq!((lines.len(), lines[4]), (5, "the dump ends here: --dump-limit"));
}

#[test]
fn two_ends_are_joined_once() {
    let _limit = limit();
    let mut server = sock(&["listen", "-v", LOOPBACK]);
    let to = server.address();
    let mut pipe = sock(&["pipe", "-v", &format!("listen+{LOOPBACK}"), &to]);
    let mut client = sock(&["connect", &pipe.address()]);
    client.write(b"forth");
    assert_eq!(server.read_exact(5), b"forth");
    server.write(b"back");
    assert_eq!(client.read_exact(4), b"back");
    client.end();
    server.line_with("nothing more is received");
    server.write(b"late");
    assert_eq!(server.finish(0).0, b"");
    assert_eq!(client.finish(0).0, b"late");
    assert!(pipe.ends_with(0).contains(": 5 bytes forth, 8 bytes back in "));
}

#[test]
fn both_ends_of_a_pipe_may_listen() {
    let _limit = limit();
    let mut pipe =
        sock(&["pipe", &format!("listen+{LOOPBACK}"), "listen+udp://127.0.0.1:0", "--wait", "10ms"]);
    let (stream, datagrams) = (pipe.address(), pipe.address());
    let mut client = to_tcp(&stream);
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.connect(datagrams.trim_start_matches("udp://")).unwrap();
    sender.send(b"first").unwrap();
    read_all(&mut client, b"first");
    client.write_all(b"answer").unwrap();
    let mut buffer = [0; 16];
    assert_eq!(sender.by(LIMIT).recv(&mut buffer).unwrap().len(), 6);
    client.shutdown(Shutdown::Send).unwrap();
    assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
    pipe.ends_with(0);
}

#[test]
fn a_pipe_ends_with_what_went_wrong() {
    let _limit = limit();
    if berkeley_testkit::lacks(berkeley_testkit::Lack::Reset) {
        return;
    }
    let bound = Socket::open(Family::INET, Kind::STREAM, Protocol::TCP).unwrap();
    bound.bind("127.0.0.1:0").unwrap();
    let refusing = format!("tcp://{}", bound.local_address().unwrap());
    let (listener, to) = target();
    let said = sock(&["pipe", &to, &refusing]).finish(5).1;
    assert!(said.contains(&format!("connect {refusing}: refused")), "{said}");
    drop(listener.accept().unwrap());

    let (other_listener, other) = target();
    let pipe = sock(&["pipe", &to, &other]);
    let (one, _) = listener.accept().unwrap();
    let (mut peer, _) = other_listener.accept().unwrap();
    one.send(b"before").unwrap();
    read_all(&mut peer, b"before");
    one.set(berkeley::option::socket::LINGER, berkeley::option::Linger(Some(0))).unwrap();
    drop(one);
    assert_eq!(peer.read(&mut [0; 1]).unwrap(), 0);
    let said = pipe.finish(9).1;
    assert!(said.starts_with(&format!("error: receive {to}: reset by the peer (")), "{said}");
    for arguments in [
        &["pipe", LOOPBACK, &to][..],
        &["pipe", "listen+tcp://:x y", &to],
        &["pipe", &to, &to, "--wait", "1s"],
        &["pipe", &to, &to, "--take-over"],
        &["pipe", &to, &to, "--dump-limit", "3"],
        &["forward", LOOPBACK, "tcp://:80"],
        &["forward", "listen+tcp://:0", &to],
        &["forward", LOOPBACK, &to, "--allow", "nowhere"],
        &["forward", "unix:/tmp/x", &to, "--allow", "::1"],
        &["forward", LOOPBACK, &to, "--dump", "octal"],
        &["forward", LOOPBACK],
    ] {
        let (data, said) = sock(arguments).finish(2);
        assert!(data.is_empty() && said.starts_with("error: "), "{arguments:?}: {said}");
    }
}

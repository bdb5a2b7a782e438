//! The program as it is run: transports, ends, errors, exit codes.
#![allow(clippy::unwrap_used, reason = "a test ends with what is wrong")]

mod common;

#[cfg(unix)]
use std::path::Path;

use berkeley::{Kind, Protocol, Shutdown, Socket, TcpListener, TcpStream};
#[cfg(unix)]
use berkeley::{UnixListener, UnixSeqpacketListener, UnixStream};
use berkeley_testkit::{Lack, lacks};
use common::{Running, beside, sock};
use tempfile::TempDir;

/// The address of a path in a directory of the test's own.
fn at(directory: &TempDir, scheme: &str) -> String {
    format!("{scheme}:{}", directory.path().join("x").display())
}

#[cfg(unix)]
fn path_of(address: &str) -> &Path {
    Path::new(address.split_once(':').unwrap().1)
}

/// Every transport, as an address to listen on.
fn addresses(directory: &TempDir) -> Vec<String> {
    let name = directory.path().file_name().unwrap().to_string_lossy().into_owned();
    let mut all = vec!["tcp://127.0.0.1:0".to_owned(), "tcp6://[::1]:0".to_owned()];
    all.extend(["udp4://127.0.0.1:0".to_owned(), "udp://[::1]:0".to_owned(), "tcp://:0".to_owned()]);
    if cfg!(unix) {
        let schemes = ["unix", "unix-dgram", "unix-seqpacket"];
        all.extend(schemes.map(|scheme| format!("{}-{scheme}", at(directory, scheme))));
    }
    if cfg!(target_os = "linux") {
        let schemes = ["unix-abstract", "unix-abstract-dgram", "unix-abstract-seqpacket"];
        all.extend(schemes.map(|scheme| format!("{scheme}:{name}")));
    }
    all
}

/// How an error's number begins: on Windows they are Winsock's.
const E: &str = if cfg!(windows) { "WSAE" } else { "E" };

/// A client that has said something and ended its input.
fn says(address: &str, text: &str, arguments: &[&str]) -> Running {
    let mut client = sock(&[&["connect", address], arguments].concat());
    client.write(text.as_bytes());
    client.end();
    client
}

fn reachable(address: &str) -> String {
    address.replace("[::]", "[::1]")
}

#[test]
fn an_echo_server_answers_over_every_transport() {
    let directory = TempDir::new().unwrap();
    for address in addresses(&directory) {
        let mut server = sock(&["listen", "--echo", &address]);
        let address = reachable(&server.address());
        let is_datagram = address.contains("udp") || address.contains("dgram");
        let wait: &[&str] = if is_datagram { &["--wait", "10ms"] } else { &[] };
        let arguments = [&["connect", &address], wait].concat();
        let mut clients: Vec<Running> = (0..3).map(|_| sock(&arguments)).collect();
        for (n, client) in clients.iter_mut().enumerate() {
            client.write(format!("hello {n}").as_bytes());
        }
        for (n, mut client) in clients.into_iter().enumerate() {
            assert_eq!(client.read_exact(7), format!("hello {n}").as_bytes(), "{address}");
            assert_eq!(client.finish(0), (Vec::new(), String::new()), "{address}");
        }
        assert_eq!(server.terminate().lines().count(), 1);
        assert_eq!(server.read_to_end(), b"");
    }
}

#[test]
fn one_client_is_served_both_ways_and_then_it_is_over() {
    let directory = TempDir::new().unwrap();
    for address in
        addresses(&directory).iter().filter(|name| !name.contains("dgram") && !name.starts_with("udp"))
    {
        let mut server = sock(&["listen", "-v", address]);
        let mut client = sock(&["connect", &reachable(&server.address())]);
        client.write(b"question");
        assert_eq!(server.read_exact(8), b"question");
        server.write(b"answer");
        assert_eq!(client.read_exact(6), b"answer");
        client.end();
        server.line_with("nothing more is received");
        // The client's end is no reason not to hear the rest.
        server.write(b"late");
        assert_eq!(server.finish(0).0, b"");
        assert_eq!(client.finish(0).0, b"late");
    }
}

#[test]
fn a_listener_of_datagrams_answers_the_sender_heard_last() {
    let directory = TempDir::new().unwrap();
    let schemes = if cfg!(unix) { &["udp", "unix-dgram"][..] } else { &["udp"] };
    for scheme in schemes {
        let address = if *scheme == "udp" { "udp://127.0.0.1:0".to_owned() } else { at(&directory, scheme) };
        let mut server = sock(&["listen", "--lines", &address]);
        let address = server.address();
        server.write(b"to the first\n");
        let mut first = sock(&["connect", "--wait", "1m", &address]);
        first.write(b"one");
        assert_eq!(server.read_exact(4), b"one\n");
        assert_eq!(first.read_exact(12), b"to the first");
        let mut second = sock(&["connect", "--wait", "1m", "--lines", &address]);
        second.write(b"two\n\nthree\n");
        assert_eq!(server.read_exact(11), b"two\n\nthree\n");
        server.write(b"to the second\n");
        assert_eq!(second.read_exact(14), b"to the second\n");
        server.end();
        // Its input has ended, and it listens on.
        first.write(b"four");
        assert_eq!(server.read_exact(5), b"four\n");
        server.terminate();
    }
}

#[test]
fn a_listener_of_datagrams_ends_when_it_is_idle() {
    let mut server = sock(&["listen", "--idle", "3s", "udp://127.0.0.1:0"]);
    let address = server.address();
    says(&address, "hello", &["--wait", "0s"]).finish(0);
    assert_eq!(server.finish(0).0, b"hello");
}

#[test]
fn a_late_answer_is_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_address().unwrap());
    let client = says(&address, "question", &[]);
    let (peer, _) = listener.accept().unwrap();
    let mut buffer = [0; 64];
    let mut question = Vec::new();
    loop {
        match peer.recv(&mut buffer).unwrap() {
            0 => break,
            length => question.extend_from_slice(&buffer[..length]),
        }
    }
    assert_eq!(question, b"question");
    // Its end has arrived here: from now on every moment is late.
    peer.send(b"an answer ").unwrap();
    std::thread::sleep(std::time::Duration::from_millis(700));
    peer.send(b"and its rest").unwrap();
    drop(peer);
    assert_eq!(client.finish(0).0, b"an answer and its rest");
}

#[test]
fn the_end_of_the_peer_is_not_that_of_the_input() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_address().unwrap());
    let mut client = sock(&["connect", "-v", &address]);
    let (peer, _) = listener.accept().unwrap();
    peer.shutdown(Shutdown::Send).unwrap();
    client.line_with("nothing more is received");
    client.write(b"still here");
    let mut buffer = [0; 64];
    let length = peer.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..length], b"still here");
    client.finish(0);
}

#[test]
fn the_end_of_the_peer_can_be_the_end() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_address().unwrap());
    let mut client = sock(&["connect", "--exit-on-eof", &address]);
    let (peer, _) = listener.accept().unwrap();
    peer.send(b"all").unwrap();
    peer.shutdown(Shutdown::Send).unwrap();
    // Its input is still open.
    assert_eq!(client.read_to_end(), b"all");
    client.ends_with(0);
}

#[test]
#[cfg(unix)]
fn a_unix_peer_that_has_closed_is_not_waited_for() {
    let directory = TempDir::new().unwrap();
    let address = at(&directory, "unix");
    let listener = UnixListener::bind(path_of(&address)).unwrap();
    let mut client = sock(&["connect", &address]);
    let (peer, _) = listener.accept().unwrap();
    peer.send(b"bye").unwrap();
    drop(peer);
    assert_eq!(client.read_to_end(), b"bye");
    client.ends_with(0);
}

#[test]
fn a_peer_that_goes_while_it_is_sent_to_is_an_error() {
    let directory = TempDir::new().unwrap();
    let schemes = if cfg!(unix) { &["tcp", "unix", "unix-seqpacket"][..] } else { &["tcp"] };
    for scheme in schemes {
        let (listener, address) = listener(scheme, &directory);
        let mut client = sock(&["connect", &address]);
        let (peer, _) = listener.accept().unwrap();
        peer.send(b"received").unwrap();
        let mut input = client.stdin.take().unwrap();
        let writing = beside(move || while std::io::Write::write_all(&mut input, &[0; 4096]).is_ok() {});
        let mut buffer = [0; 4096];
        assert!(!peer.recv(&mut buffer).unwrap().is_empty());
        assert_eq!(client.read_exact(8), b"received");
        drop(peer);
        let said = client.ends_with(9);
        assert!(said.starts_with("error: ") && said.contains(&format!("{address}: ")), "{said}");
        let ends = ["PIPE", "CONNRESET", "CONNABORTED"].map(|name| format!("({E}{name})"));
        assert!(ends.iter().any(|end| said.contains(end)), "{said}");
        assert!(said.contains("received 8 bytes"), "{said}");
        writing.join().unwrap();
    }
}

fn listener(scheme: &str, directory: &TempDir) -> (Socket, String) {
    if scheme == "tcp" {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("tcp://{}", listener.local_address().unwrap());
        return (listener.into_any(), address);
    }
    let path = directory.path().join(scheme);
    let kind = if scheme == "unix" { Kind::STREAM } else { Kind::SEQPACKET };
    let listener = Socket::open(berkeley::Family::UNIX, kind, Protocol::DEFAULT).unwrap();
    listener.bind(&path).unwrap();
    listener.listen(8).unwrap();
    (listener, format!("{scheme}:{}", path.display()))
}

#[test]
fn a_reset_is_an_error_after_what_was_received() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_address().unwrap());
    let mut client = sock(&["connect", &address]);
    let (peer, _) = listener.accept().unwrap();
    peer.send(b"before").unwrap();
    assert_eq!(client.read_exact(6), b"before");
    peer.set(berkeley::option::socket::LINGER, berkeley::option::Linger(Some(0))).unwrap();
    drop(peer);
    if lacks(Lack::Reset) {
        assert_eq!(client.finish(0), (Vec::new(), String::new()));
        return;
    }
    let said = client.ends_with(9);
    assert!(said.contains(&format!("reset by the peer ({E}CONNRESET)")), "{said}");
}

#[test]
fn an_output_that_nobody_reads_ends_it_without_a_word() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_address().unwrap());
    let mut client = sock(&["connect", &address]);
    client.stdout = None;
    let (peer, _) = listener.accept().unwrap();
    peer.send(b"data").unwrap();
    assert_eq!(client.ends_with(141), "");
}

#[test]
fn refused_is_code_5() {
    // Bound, and nobody listens.
    let bound = Socket::open(berkeley::Family::INET, Kind::STREAM, Protocol::TCP).unwrap();
    bound.bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", bound.local_address().unwrap());
    let (data, said) = sock(&["connect", &address]).finish(5);
    assert_eq!(data, b"");
    assert!(
        said.starts_with(&format!("error: connect {address}: refused ({E}CONNREFUSED) after ")),
        "{said}"
    );
    assert!(said.ends_with("\n  nothing listens there, or a firewall answers with a reset"), "{said}");

    let bound = Socket::open(berkeley::Family::INET, Kind::DGRAM, Protocol::UDP).unwrap();
    bound.bind("127.0.0.1:0").unwrap();
    let address = format!("udp://{}", bound.local_address().unwrap());
    drop(bound);
    if cfg!(windows) {
        // Of datagrams no refusal is reported there.
        let code = says(&address, "hi", &["--wait", "0s"]).status().code();
        assert!(code == Some(0) || (lacks(Lack::Refusals) && code == Some(5)), "{code:?}");
        return;
    }
    let said = says(&address, "hi", &[]).finish(5).1;
    assert!(said.contains(&format!("{address}: refused (ECONNREFUSED)")), "{said}");
}

#[test]
#[cfg(unix)]
fn a_path_that_nobody_listens_at_is_code_5() {
    let directory = TempDir::new().unwrap();
    let address = at(&directory, "unix");
    let said = sock(&["connect", &address]).finish(5).1;
    assert!(said.contains(&format!("connect {address}: there is no such path (ENOENT)")), "{said}");
    drop(std::os::unix::net::UnixListener::bind(path_of(&address)).unwrap());
    let said = sock(&["connect", &address]).finish(5).1;
    assert!(
        said.contains("refused (ECONNREFUSED)") && said.contains("the listener that made it is gone"),
        "{said}"
    );
}

#[test]
#[cfg(unix)]
fn a_deadline_is_code_4() {
    let directory = TempDir::new().unwrap();
    let address = at(&directory, "unix");
    let _full = UnixListener::bind_with(path_of(&address), 0).unwrap();
    let _waiting = UnixStream::connect(path_of(&address)).unwrap();
    let said = sock(&["connect", "--timeout", "50ms", &address]).finish(4).1;
    assert!(said.starts_with(&format!("error: connect {address}: no answer in time after ")), "{said}");
}

#[test]
fn a_name_that_does_not_exist_is_code_3() {
    let said = sock(&["connect", "tcp://nosuch.invalid:80"]).finish(3).1;
    assert!(
        said.starts_with("error: tcp://nosuch.invalid:80: nosuch.invalid could not be resolved: "),
        "{said}"
    );
    let said = sock(&["connect", "tcp://localhost:nosuchservice"]).finish(3).1;
    assert!(said.contains("no service \"nosuchservice\" is known"), "{said}");
}

#[test]
fn a_busy_address_is_code_8() {
    let directory = TempDir::new().unwrap();
    for address in addresses(&directory) {
        let mut first = sock(&["listen", "--echo", &address]);
        let address = first.address();
        if lacks(Lack::InUse) && address.contains("[::]") {
            sock(&["listen", "--echo", &address]).finish(6);
            continue;
        }
        let said = sock(&["listen", "--echo", &address]).finish(8).1;
        assert!(
            said.starts_with(&format!("error: listen {address}: already in use ({E}ADDRINUSE)")),
            "{said}"
        );
        let said = sock(&["listen", "--echo", "-q", &address]).finish(8).1;
        assert!(said.starts_with("error: "), "{said}");
    }
    let said = sock(&["listen", "tcp://192.0.2.1:0"]).finish(8).1;
    assert!(said.contains(&format!("not an address of this machine ({E}ADDRNOTAVAIL)")), "{said}");
}

#[test]
fn what_is_wrong_with_the_command_line_is_said_all_at_once() {
    let (data, said) = sock(&["connect", "tcp://127.0.0.1:99999", "--timeout", "5x"]).finish(2);
    assert_eq!(data, b"");
    assert_eq!(
        said,
        "error: port 99999 is out of range (0 to 65535)\n  tcp://127.0.0.1:99999\n                  ^^^^^\n\
         error: unknown unit of time \"x\"\n  --timeout 5x\n             ^    write 500ms, 2s, 1m or 1h"
    );
    let said = sock(&["listen", "tpc://127.0.0.1:80"]).finish(2).1;
    assert!(
        said.starts_with(
            "error: unknown scheme \"tpc\"\n  tpc://127.0.0.1:80\n  ^^^    did you mean tcp? (known: tcp, "
        ),
        "{said}"
    );
    for arguments in [
        &["listen", "--echo", "--lines", "udp://:0"][..],
        &["listen", "--take-over", "tcp://:0"],
        &["listen", "--idle", "1s", "tcp://:0"],
        &["listen", "--max", "3", "tcp://:0"],
        &["listen", "-k", "udp://:0"],
        &["connect", "--lines", "tcp://localhost:1"],
        &["connect", "--wait", "1s", "unix:/x"],
        &["connect", "--exit-on-eof", "udp://localhost:1"],
        &["connect", "--size", "65508", "udp://localhost:1"],
        &["connect", "-v", "-q", "tcp://localhost:1"],
        &["connect"],
        &["dial", "tcp://localhost:1"],
    ] {
        let (data, said) = sock(arguments).finish(2);
        assert!(data.is_empty() && said.starts_with("error: "), "{arguments:?}: {said}");
        assert!(!said.contains('\x1b'), "{said:?}");
    }
}

#[test]
#[cfg(unix)]
fn a_path_goes_with_its_listener() {
    let directory = TempDir::new().unwrap();
    for scheme in ["unix", "unix-dgram", "unix-seqpacket"] {
        for (signal, code) in [("TERM", 143), ("INT", 130)] {
            let mut server = sock(&["listen", &at(&directory, scheme)]);
            let address = server.address();
            assert!(path_of(&address).exists());
            server.signal(signal);
            server.ends_with(code);
            assert!(!path_of(&address).exists(), "{scheme} {signal}");
        }
    }
    let address = at(&directory, "unix");
    let mut server = sock(&["listen", &address]);
    server.address();
    let client = says(&address, "x", &[]);
    assert_eq!(server.finish(0).0, b"x");
    client.finish(0);
    assert!(!path_of(&address).exists());
}

#[test]
#[cfg(unix)]
fn a_path_whose_socket_is_gone_is_taken_over_if_it_is_said() {
    let directory = TempDir::new().unwrap();
    for scheme in ["unix", "unix-dgram", "unix-seqpacket"] {
        let address = at(&directory, scheme);
        let mut killed = sock(&["listen", &address]);
        killed.address();
        killed.signal("KILL");
        killed.status();
        let said = sock(&["listen", &address]).finish(8).1;
        assert!(said.contains("--take-over"), "{said}");

        let mut server = sock(&["listen", "--take-over", &address]);
        server.address();
        sock(&["listen", "--take-over", &address]).finish(8);
        server.terminate();

        std::fs::write(path_of(&address), "a file").unwrap();
        sock(&["listen", "--take-over", &address]).finish(8);
        assert_eq!(std::fs::read(path_of(&address)).unwrap(), b"a file");
        std::fs::remove_file(path_of(&address)).unwrap();
    }
}

#[test]
fn clients_meet_where_it_is_kept_open() {
    let directory = TempDir::new().unwrap();
    for address in
        addresses(&directory).iter().filter(|name| !name.contains("dgram") && !name.starts_with("udp"))
    {
        let mut server = sock(&["listen", "-kv", address]);
        let address = reachable(&server.address());
        let mut clients: Vec<Running> = (0..3).map(|_| sock(&["connect", &address])).collect();
        for client in &mut clients {
            server.line_with("accepted ");
            client.write(b"hello");
            assert_eq!(server.read_exact(5), b"hello");
        }
        server.write(b"to all");
        for client in &mut clients {
            assert_eq!(client.read_exact(6), b"to all");
        }
        clients.remove(0).end();
        server.end();
        for client in clients {
            assert_eq!(client.finish(0).0, b"");
        }
        // Its input has ended, and it goes on for who comes.
        let late = says(&address, "late", &[]);
        assert_eq!(server.read_exact(4), b"late");
        late.finish(0);
        server.terminate();
    }
}

#[test]
fn those_who_send_no_more_make_room() {
    let mut server = sock(&["listen", "-kv", "--max", "1", "tcp://127.0.0.1:0"]);
    let address = server.address();
    // The input stays open, so that each of them could still be sent something.
    let clients: Vec<Running> = (0..4)
        .map(|_| {
            let client = says(&address, "hello", &[]);
            assert_eq!(server.read_exact(5), b"hello");
            client
        })
        .collect();
    for client in clients.into_iter().take(3) {
        client.finish(0);
    }
}

#[test]
fn an_echo_server_has_as_many_clients_as_it_may() {
    let mut server = sock(&["listen", "--echo", "-v", "--max", "2", "tcp://127.0.0.1:0"]);
    let address = server.address();
    let mut first = sock(&["connect", &address]);
    let mut second = sock(&["connect", &address]);
    for client in [&mut first, &mut second] {
        client.write(b"x");
        assert_eq!(client.read_exact(1), b"x");
    }
    let third = says(&address, "third", &[]);
    first.finish(0);
    assert_eq!(third.finish(0).0, b"third");
    second.finish(0);
    server.line_with("closed tcp://127.0.0.1:");
}

#[test]
#[cfg(unix)]
fn an_echo_server_survives_that_it_has_no_more_descriptors() {
    let program = env!("CARGO_BIN_EXE_sock");
    let command = format!("ulimit -n 14; exec {program} listen --echo tcp://127.0.0.1:0");
    let mut server = common::start("sh", &["-c", &command]);
    let address = server.address();
    let address = address.trim_start_matches("tcp://");
    let connections: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(address).unwrap()).collect();
    server.line_with("warning: accept tcp://127.0.0.1:0: too many open descriptors (EMFILE)");
    // Those that are served go, and the others have their turn.
    for connection in connections {
        connection.send(b"x").unwrap();
        let mut buffer = [0; 1];
        let limit = berkeley::Deadline::after(common::LIMIT);
        assert_eq!(connection.by(limit).recv(&mut buffer).unwrap(), 1);
    }
}

#[test]
fn a_client_that_goes_at_once_ends_no_listener() {
    let mut server = sock(&["listen", "--echo", "-v", "tcp://127.0.0.1:0"]);
    let address = server.address();
    let target = address.trim_start_matches("tcp://");
    for _ in 0..20 {
        let stream = TcpStream::connect(target).unwrap();
        stream.set(berkeley::option::socket::LINGER, berkeley::option::Linger(Some(0))).unwrap();
    }
    let client = says(&address, "hello", &[]);
    assert_eq!(client.finish(0).0, b"hello");
}

#[test]
#[cfg(unix)]
fn messages_keep_their_boundaries() {
    let directory = TempDir::new().unwrap();
    let address = at(&directory, "unix-seqpacket");
    let listener = UnixSeqpacketListener::bind(path_of(&address)).unwrap();
    let client = says(&address, "one\ntwo\n", &["--lines"]);
    let (peer, _) = listener.accept().unwrap();
    let mut buffer = [0; 64];
    let mut records = Vec::new();
    loop {
        let length = peer.recv(&mut buffer).unwrap().len();
        if length == 0 {
            break;
        }
        records.push(buffer[..length].to_vec());
    }
    assert_eq!(records, [&b"one"[..], b"two"]);
    peer.send(b"three").unwrap();
    peer.send(b"four").unwrap();
    drop(peer);
    assert_eq!(client.finish(0).0, b"three\nfour\n");

    let client = says(&address, "one\n\n", &["--lines"]);
    let _peer = listener.accept().unwrap();
    let said = client.finish(2).1;
    assert!(said.contains("an empty record would read as the end of the connection"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_done_is_said_if_it_is_asked_for() {
    let address = format!("unix-abstract:sock-test-quiet-{}", std::process::id());
    let mut server = sock(&["listen", "--echo", "-q", &address]);
    common::until("the listener", || UnixStream::connect(address.as_str()).is_ok());
    let (data, said) = says(&address, "hello", &["-v"]).finish(0);
    assert_eq!(data, b"hello");
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].starts_with(&format!("connected to {address} from unix:(unnamed) in ")), "{said}");
    assert_eq!(lines.len(), 4, "{said}");
    assert!(lines[3].starts_with("sent 5 bytes, received 5 bytes in "), "{said}");
    assert_eq!(server.terminate(), "");
}

#[test]
fn completions_and_pages_are_printed() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (script, said) = sock(&["completions", shell]).finish(0);
        assert!(String::from_utf8(script).unwrap().contains("connect") && said.is_empty(), "{shell}");
    }
    let directory = TempDir::new().unwrap();
    let target = directory.path().join("pages");
    sock(&["man", "--out", target.to_str().unwrap()]).finish(0);
    let files: Vec<_> = std::fs::read_dir(&target).unwrap().map(|file| file.unwrap().file_name()).collect();
    for name in
        ["sock.1", "sock-connect.1", "sock-listen.1", "sock-address-calc.1", "sock-man.1", "sock-addresses.7"]
    {
        assert!(files.iter().any(|file| file == name), "{name} is not in {files:?}");
    }
    let (page, _) = sock(&["man", "addresses"]).finish(0);
    assert_eq!(page, std::fs::read(target.join("sock-addresses.7")).unwrap());
    let (help, _) = sock(&["connect", "--help"]).finish(0);
    assert!(help.starts_with(b"Examples:\n  sock connect ") && !help.contains(&b'\x1b'));
}

//! `sock listen --exec` and `--shell`: a process a client.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test ends with what is wrong")]

mod common;
#[path = "common/traffic.rs"]
mod traffic;

use std::io::{Read, Write};

use berkeley::{MILLISECOND, Shutdown, TcpStream};
use berkeley_testkit::limit;
use common::{Running, sock};
use tempfile::TempDir;
use traffic::{forth, read_all};

const LOOPBACK: &str = "tcp://127.0.0.1:0";

fn listen(flags: &[&str], address: &str) -> (Running, String) {
    let mut server = sock(&[&["listen", "-v", address], flags].concat());
    let address = server.address();
    (server, address)
}

fn to_tcp(address: &str) -> TcpStream {
    TcpStream::connect(address.trim_start_matches("tcp://")).unwrap()
}

fn answer(mut client: impl Read) -> String {
    let mut text = String::new();
    client.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn clients_have_processes_of_their_own_at_the_same_time() {
    let _limit = limit();
    let (_server, address) = listen(&["--exec", "cat"], LOOPBACK);
    let clients: Vec<TcpStream> = (0..20).map(|_| to_tcp(&address)).collect();
    std::thread::scope(|scope| {
        for (n, client) in clients.iter().enumerate() {
            let share = &forth(2 << 20)[n..n + (1 << 20)];
            scope.spawn(move || {
                (&*client).write_all(share).unwrap();
                client.shutdown(Shutdown::Send).unwrap();
            });
            scope.spawn(move || {
                read_all(&mut &*client, share);
                assert_eq!((&*client).read(&mut [0; 1]).unwrap(), 0);
            });
        }
    });
}

#[test]
fn the_end_of_a_process_is_said_and_makes_room() {
    let _limit = limit();
    let flags = ["--max", "1", "--shell", "read word; echo \"got $word\"; exit 3"];
    let (mut server, address) = listen(&flags, LOOPBACK);
    let mut first = to_tcp(&address);
    server.line_with(": process ");
    let mut second = to_tcp(&address);
    second.write_all(b"two\n").unwrap();
    assert!(second.by(MILLISECOND * 100).recv(&mut [0; 1]).unwrap_err().is_deadline_passed());
    first.write_all(b"one\n").unwrap();
    assert_eq!(answer(first), "got one\n");
    let said = server.line_with("closed tcp://127.0.0.1:");
    assert!(said.contains(": exit status: 3 after "), "{said}");
    assert_eq!(answer(second), "got two\n");
    server.line_with("closed tcp://127.0.0.1:");
    #[cfg(target_os = "linux")]
    assert!(!has_zombies(server.id), "what has ended is waited for");
}

#[cfg(target_os = "linux")]
fn has_zombies(parent: u32) -> bool {
    let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap();
    !children.trim().is_empty()
}

#[test]
fn a_process_knows_both_addresses() {
    let _limit = limit();
    let shell =
        "echo $SOCK_PEER $SOCK_PEERADDR $SOCK_PEERPORT; echo $SOCK_LOCAL $SOCK_LOCALADDR $SOCK_LOCALPORT";
    for loopback in [LOOPBACK, "tcp://[::1]:0"] {
        let (_server, address) = listen(&["--shell", shell], loopback);
        let client = to_tcp(&address);
        let lines = [client.local_address().unwrap(), client.peer_address().unwrap()]
            .map(|address| format!("tcp://{address} {} {}\n", address.ip(), address.port()));
        assert_eq!(answer(client), lines.concat());
    }
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("x");
    let shell = "echo $SOCK_LOCALADDR $SOCK_LOCAL$SOCK_LOCALPORT";
    let (_server, address) = listen(&["--shell", shell], path.to_str().unwrap());
    let client = berkeley::UnixStream::connect(&path).unwrap();
    assert_eq!(answer(client), format!("{} {address}\n", path.display()));
}

#[test]
fn records_stay_records() {
    let _limit = limit();
    let directory = TempDir::new().unwrap();
    let address = format!("unix-seqpacket:{}", directory.path().join("x").display());
    let (_server, address) = listen(&["--exec", "cat"], &address);
    let mut client = sock(&["connect", "--lines", &address]);
    client.write(b"one\ntwo\n");
    assert_eq!(client.read_exact(8), b"one\ntwo\n");
    client.finish(0);
}

#[test]
fn words_are_no_shell() {
    let _limit = limit();
    let (_server, address) = listen(&["--exec", "printf '%s|' '$HOME' \"a b\" c\\ d ; true"], LOOPBACK);
    assert_eq!(answer(to_tcp(&address)), "$HOME|a b|c d|;|true|");
}

#[test]
fn what_cannot_be_run_ends_its_client_alone() {
    let _limit = limit();
    let (mut server, address) = listen(&["--exec", "/nonexistent/program --flag"], LOOPBACK);
    for _ in 0..2 {
        assert_eq!(answer(to_tcp(&address)), "");
        let said = server.line_with("warning: ");
        assert!(
            said.ends_with(": /nonexistent/program is not run: No such file or directory (ENOENT)"),
            "{said}"
        );
    }
}

#[test]
fn what_does_not_go_together_is_said() {
    for arguments in [
        &["listen", "--exec", "cat", "tcp://:0"][..],
        &["listen", "--exec", "cat", "tcp://0.0.0.0:0"],
        &["listen", "--shell", "cat", "tcp://[::]:0"],
        &["listen", "--exec", "cat", "udp://127.0.0.1:0"],
        &["listen", "--exec", "'cat", LOOPBACK],
        &["listen", "--exec", " ", LOOPBACK],
        &["listen", "--exec", "cat", "--echo", LOOPBACK],
        &["listen", "--exec", "cat", "--shell", "cat", LOOPBACK],
        &["listen", "--allow", "10.0.0.0/8", LOOPBACK],
        &["listen", "--echo", "--allow", "::1", "unix:/tmp/x"],
        &["listen", "--threads", "2", LOOPBACK],
        &["listen", "--echo", "--threads", "0", LOOPBACK],
        &["listen", "--echo", "--threads", "2", "--max", "2", LOOPBACK],
    ] {
        let (data, said) = sock(arguments).finish(2);
        assert!(data.is_empty() && said.starts_with("error: "), "{arguments:?}: {said}");
    }
    let (_server, address) = listen(&["--exec", "echo hello", "--allow", "127.0.0.1"], "tcp4://:0");
    assert_eq!(answer(to_tcp(&address.replace("0.0.0.0", "127.0.0.1"))), "hello\n");
}

//! `sock fd`: open files and sockets between programs, Python's and each other's.
#![allow(clippy::unwrap_used, reason = "a test ends with what is wrong")]
#![cfg(target_os = "linux")]

#[path = "common/ask.rs"]
mod ask;
mod common;

use std::io::{Read, Write};
use std::path::Path;

use ask::ask;
use berkeley_testkit::{limit, need, program};
use common::{Running, sock, start};
use serde_json::Value;
use tempfile::TempDir;

/// A receiver that is there, and its address.
fn receiver(directory: &TempDir, scheme: &str, arguments: &[&str], command: &[&str]) -> (Running, String) {
    let address = format!("{scheme}:{}", directory.path().join(scheme).display());
    let mut running = sock(&[&["fd", "recv", "-v"], arguments, &[&address], command].concat());
    running.line_with("listening on ");
    (running, address)
}

const SCHEMES: [&str; 3] = ["unix", "unix-dgram", "unix-seqpacket"];

#[test]
fn what_is_passed_is_told_in_its_order() {
    let _limit = limit();
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "in the file").unwrap();
    let name = std::fs::canonicalize(&file).unwrap().display().to_string();
    for scheme in SCHEMES {
        let (mut receiver, address) = receiver(&directory, scheme, &["--json"], &[]);
        let things = [&name, "/dev/null", "listen+tcp://127.0.0.1:0", "listen+udp://127.0.0.1:0", "-"];
        let sent = ask(&[&["fd", "send", "--data", "five", &address], &things[..]].concat(), "");
        assert_eq!(sent.code, Some(0), "{}", sent.said);
        let document: Value = serde_json::from_slice(&receiver.read_to_end()).unwrap();
        receiver.ends_with(0);
        let results = document["results"].as_array().unwrap();
        let types: Vec<&str> = results.iter().map(|each| each["type"].as_str().unwrap()).collect();
        assert_eq!(types, ["file", "character-device", "socket tcp", "socket udp", "pipe"]);
        assert_eq!(
            (&results[0]["name"], &results[0]["data"]["text"]),
            (&name.as_str().into(), &"five".into())
        );
        let listening = sent.said.lines().next().unwrap().trim_start_matches("listening on ");
        assert_eq!(results[2]["name"], format!("{listening} listening"));
        let numbers: Vec<u64> = results.iter().map(|each| each["number"].as_u64().unwrap()).collect();
        assert_eq!(numbers, [3, 4, 5, 6, 7]);
        assert!(!Path::new(address.split_once(':').unwrap().1).exists());
    }
}

#[test]
fn a_command_has_them_from_number_3_on() {
    let _limit = limit();
    if !need(program("python3").is_some(), "python3") {
        return;
    }
    let script = "
import os, socket
assert int(os.environ['LISTEN_PID']) == os.getpid() and os.environ['LISTEN_FDS'] == '2'
assert 'LISTEN_FDNAMES' not in os.environ
links = [f'/proc/self/fd/{n}' for n in os.listdir('/proc/self/fd') if int(n) > 4]
others = [n for n in links if os.path.islink(n) and os.readlink(n).startswith('socket:')]
print(os.read(3, 100).decode(), others, flush=True)
server = socket.socket(fileno=4)
peer, _ = server.accept()
peer.sendall(b'from the command')
";
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "in the file").unwrap();
    let (receiver, address) = receiver(&directory, "unix", &[], &["--", "python3", "-c", script]);
    let sent = ask(&["fd", "send", &address, file.to_str().unwrap(), "listen+tcp://127.0.0.1:0"], "");
    assert_eq!(sent.code, Some(0), "{}", sent.said);
    let place = sent.said.lines().next().unwrap().trim_start_matches("listening on tcp://");
    // The sender is gone, and the socket listens on.
    let mut text = String::new();
    std::net::TcpStream::connect(place).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "from the command");
    let (out, said) = receiver.finish(0);
    assert_eq!(String::from_utf8(out).unwrap(), "in the file []\n");
    assert!(said.contains("the peer is process "), "{said}");
}

#[test]
fn what_can_be_read_from_them_is_copied() {
    let _limit = limit();
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, vec![7; 300_000]).unwrap();
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let to_server = format!("tcp://{}", server.local_addr().unwrap());
    let (mut receiver, address) = receiver(&directory, "unix-seqpacket", &["--copy"], &[]);
    let mut sender = sock(&["fd", "send", &address, file.to_str().unwrap(), &to_server, "-"]);
    let (mut peer, _) = server.accept().unwrap();
    peer.write_all(b"from a server").unwrap();
    drop(peer);
    sender.write(b"from the standard input");
    sender.end();
    sender.ends_with(0);
    let expected = [&vec![7; 300_000][..], b"from a serverfrom the standard input"].concat();
    assert!(receiver.read_to_end() == expected);
    receiver.ends_with(0);
}

#[test]
fn a_descriptor_of_another_process_is_passed_on() {
    let _limit = limit();
    let directory = TempDir::new().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let number = std::os::fd::AsRawFd::as_raw_fd(&listener);
    let thing = format!("pid:{}/fd:{number}", std::process::id());
    let (mut receiver, address) = receiver(&directory, "unix", &[], &[]);
    let sent = ask(&["fd", "send", &address, &thing], "");
    if sent.code == Some(6) {
        let _ = need(false, "the right to trace a process");
        return;
    }
    assert_eq!(sent.code, Some(0), "{}", sent.said);
    let out = String::from_utf8(receiver.read_to_end()).unwrap();
    assert_eq!(out, format!("3 socket tcp tcp://{} listening\n", listener.local_addr().unwrap()));
    receiver.ends_with(0);
    let gone = ask(&["fd", "send", "/x", &format!("pid:{}/fd:9999", std::process::id())], "");
    assert_eq!(gone.code, Some(5));
    assert!(gone.said.contains("the process has no such descriptor"), "{}", gone.said);
}

const PYTHON_SENDS: &str = "
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
s.connect(sys.argv[1])
s.sendall(b'nothing yet')
null = os.open('/dev/null', os.O_RDONLY)
socket.send_fds(s, [b'x'], [null] * int(sys.argv[2]))
";

const PYTHON_RECEIVES: &str = "
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('there', flush=True)
data, descriptors, flags, who = socket.recv_fds(s, 100, 300)
print(data, len(descriptors), os.read(descriptors[0], 100))
";

#[test]
fn python_passes_and_is_passed() {
    let _limit = limit();
    if !need(program("python3").is_some(), "python3") {
        return;
    }
    let directory = TempDir::new().unwrap();
    let (mut hears, address) = receiver(&directory, "unix", &["--jsonl"], &[]);
    start("python3", &["-c", PYTHON_SENDS, address.split_once(':').unwrap().1, "253"]).finish(0);
    assert_eq!(String::from_utf8(hears.read_to_end()).unwrap().lines().count(), 253 + 1);
    hears.ends_with(0);

    let path = directory.path().join("python");
    let mut python = start("python3", &["-c", PYTHON_RECEIVES, path.to_str().unwrap()]);
    assert_eq!(python.read_exact(6), b"there\n");
    let file = directory.path().join("file");
    std::fs::write(&file, "in the file").unwrap();
    let things = vec![file.to_str().unwrap(); 253];
    let address = format!("unix-dgram:{}", path.display());
    assert_eq!(ask(&[&["fd", "send", &address], &things[..]].concat(), "").code, Some(0));
    let (out, _) = python.finish(0);
    assert_eq!(String::from_utf8(out).unwrap(), "b'\\x00' 253 b'in the file'\n");
}

#[test]
fn descriptors_for_which_there_is_no_room_are_told() {
    let _limit = limit();
    if !need(program("python3").is_some(), "python3") {
        return;
    }
    let directory = TempDir::new().unwrap();
    let address = format!("unix:{}", directory.path().join("x").display());
    let line = format!("ulimit -n 40; exec '{}' fd recv '{address}'", env!("CARGO_BIN_EXE_sock"));
    let mut receiver = start("/bin/sh", &["-c", &line]);
    receiver.line_with("listening on ");
    start("python3", &["-c", PYTHON_SENDS, address.split_once(':').unwrap().1, "200"]).finish(0);
    let (out, said) = receiver.finish(9);
    assert!((1..40).contains(&String::from_utf8(out).unwrap().lines().count()), "{said}");
    assert!(said.contains("more descriptors were passed than this process may have open"), "{said}");
}

#[test]
fn what_does_not_come_has_a_code() {
    let _limit = limit();
    let directory = TempDir::new().unwrap();
    let (mut late, _) = receiver(&directory, "unix", &["--timeout", "20ms"], &[]);
    assert!(late.ends_with(4).contains("nothing was passed in time"));
    let (mut none, address) = receiver(&directory, "unix", &[], &[]);
    let mut peer = sock(&["connect", &address]);
    peer.write(b"nothing but data");
    peer.end();
    assert!(none.ends_with(1).contains("the peer has ended without passing anything"));
    let (mut ended, _) = receiver(&directory, "unix", &["--jsonl"], &[]);
    ended.signal("TERM");
    let out = String::from_utf8(ended.read_to_end()).unwrap();
    assert!(out.ends_with("\"exit\":143}\n"), "{out}");
    ended.ends_with(143);
    assert!(!directory.path().join("unix").exists());
}

#[test]
fn a_command_line_that_is_wrong_is_told() {
    let _limit = limit();
    let many = vec!["/dev/null"; 254];
    let rows: [(&[&str], i32, &str); 8] = [
        (&["fd", "send", "udp://127.0.0.1:9", "x"], 2, "descriptors are passed over Unix sockets alone"),
        (&["fd", "recv", "tcp://127.0.0.1:9"], 2, "descriptors are passed over Unix sockets alone"),
        (&["fd", "send", "/x", "pid:7"], 2, "this is no descriptor of a process"),
        (&["fd", "send", "/x", "listen+tcp://:99999"], 2, "port 99999 is out of range"),
        (&["fd", "send", "/x", "/no/such/file"], 2, "open /no/such/file: "),
        (&["fd", "send", "/no/such/path", "/dev/null"], 5, "there is no such path"),
        (&["fd", "send", "--data", "", "/x", "/dev/null"], 2, "descriptors go with at least one byte"),
        (&[&["fd", "send", "/x"], &many[..]].concat(), 2, "at most 253 descriptors, and here are 254"),
    ];
    for (arguments, code, said) in rows {
        let answer = ask(arguments, "");
        assert_eq!(answer.code, Some(code), "{arguments:?}: {}", answer.said);
        assert!(answer.said.contains(said), "{arguments:?}: {}", answer.said);
    }
}

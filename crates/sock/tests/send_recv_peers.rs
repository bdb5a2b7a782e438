//! `sock send` and `sock recv` with Python and socat.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test ends with what is wrong")]

#[path = "common/ask.rs"]
mod ask;
mod common;
#[path = "common/messages.rs"]
mod messages;

use ask::ask;
use berkeley_testkit::{limit, need, program};
use common::{start, until};
use messages::{hearer, texts};
use serde_json::Value;
use tempfile::TempDir;

/// Sends a datagram that has 33 hops to go.
const PYTHON_CLIENT: &str = "
import socket, sys
family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
s = socket.socket(family, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 33)
s.sendto(b'from python', (sys.argv[1], int(sys.argv[2])))
";

/// Receives one datagram with its control messages, and answers it; 12 is IP_RECVTTL, which Python has no name for.
const PYTHON_SERVER: &str = "
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, 12, 1)
s.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
s.bind(('127.0.0.1', 0))
print(s.getsockname()[1], flush=True)
data, beside, flags, who = s.recvmsg(1000, 1000)
found = sorted((level, kind, int.from_bytes(value, sys.byteorder)) for level, kind, value in beside)
s.sendto(repr((data, found, who[0])).encode(), who)
";

#[test]
fn python_and_socat_hear_and_are_heard() {
    let _limit = limit();
    if !need(program("python3").is_some() && program("socat").is_some(), "python3 and socat") {
        return;
    }
    let receiver = hearer(&["--count", "2", "udp4://127.0.0.1:0"]);
    let port = receiver.port().to_string();
    start("python3", &["-c", PYTHON_CLIENT, "127.0.0.1", &port]).finish(0);
    let mut socat = start("socat", &["-u", "-", &format!("UDP4-SENDTO:127.0.0.1:{port},tos=0x20")]);
    socat.write(b"from socat");
    socat.finish(0);
    let records = receiver.ends_with(0);
    assert_eq!(texts(&records), ["from python", "from socat"]);
    assert_eq!((&records[0]["ttl"], &records[1]["tos"]), (&33.into(), &0x20.into()));

    let mut server = start("python3", &["-c", PYTHON_SERVER]);
    let mut port = Vec::new();
    while port.last() != Some(&b'\n') {
        port.extend(server.read_exact(1));
    }
    let address = format!("udp://127.0.0.1:{}", String::from_utf8(port).unwrap().trim());
    let beside = ["--ttl", "9", "--tos", "0xb8", "--ecn", "ce", "--source", "127.0.0.9"];
    let answer = ask(&[&["send", "--expect", "("], &beside[..], &[&address, "question"]].concat(), "");
    assert_eq!(answer.lines(0), ["(b'question', [(0, 1, 187), (0, 2, 9)], '127.0.0.9')"]);
}

/// Sends two open files with one message.
const PYTHON_PASSES: &str = "
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect(sys.argv[1])
socket.send_fds(s, [b'two files'], [os.open('/dev/null', os.O_RDONLY), os.open('/', os.O_RDONLY)])
";

#[test]
fn descriptors_are_told_and_closed() {
    let _limit = limit();
    if !need(program("python3").is_some(), "python3") {
        return;
    }
    let directory = TempDir::new().unwrap();
    let receiver =
        hearer(&["--expect", "end", &format!("unix-dgram:{}", directory.path().join("socket").display())]);
    let path = receiver.address.split_once(':').unwrap().1.to_owned();
    let open = || std::fs::read_dir(format!("/proc/{}/fd", receiver.running.id)).unwrap().count();
    let before = open();
    start("python3", &["-c", PYTHON_PASSES, &path]).finish(0);
    until("the descriptors are closed", || open() == before);
    assert_eq!(ask(&["send", &receiver.address, "end"], "").code, Some(0));
    let records = receiver.ends_with(0);
    let held = records[0]["descriptors"].as_array().unwrap();
    let of = |held: &Value| format!("{} {}", held["type"].as_str().unwrap(), held["name"].as_str().unwrap());
    assert_eq!(held.iter().map(of).collect::<Vec<_>>(), ["character-device /dev/null", "directory /"]);
}

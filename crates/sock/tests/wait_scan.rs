//! `sock wait` and `sock scan` as they are run.
#![cfg(any(unix, windows))]
#![allow(clippy::unwrap_used, reason = "a test ends with what is wrong")]

#[path = "common/ask.rs"]
mod ask;
mod common;

use std::net::TcpListener;
#[cfg(target_os = "linux")]
use std::net::UdpSocket;

use ask::ask;
use berkeley_testkit::limit;
use common::sock;
use serde_json::Value;

/// When a refusal has come, and how often to ask: Windows asks again and again, for two seconds, before it believes one. Who
/// asks often meanwhile fills the queue of a listener that accepts nothing.
const REFUSED_BY: &str = if cfg!(windows) { "5s" } else { "30ms" };
const OFTEN: &str = if cfg!(windows) { "200ms" } else { "5ms" };

/// A port that nobody listens at, as long as the socket lives.
fn refusing() -> (berkeley::Socket, u16) {
    let socket =
        berkeley::Socket::open(berkeley::Family::INET, berkeley::Kind::STREAM, berkeley::Protocol::TCP)
            .unwrap();
    socket.bind("127.0.0.1:0").unwrap();
    let port = socket.local_address().unwrap().port().unwrap();
    (socket, port)
}

fn listening() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[test]
fn who_is_there_is_not_waited_for() {
    let _limit = limit();
    let (_listener, port) = listening();
    let answer = ask(&["wait", &format!("127.0.0.1:{port}"), &format!("tcp://localhost:{port}")], "");
    assert_eq!((answer.code, answer.out.as_str(), answer.said.as_str()), (Some(0), "", ""));
    let answer = ask(&["wait", "--json", &format!("127.0.0.1:{port}")], "");
    let document: Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!((&document["results"][0]["state"], &document["exit"]), (&"there".into(), &0.into()));
}

#[test]
fn who_comes_later_is_waited_for() {
    let _limit = limit();
    let (socket, port) = refusing();
    let address = format!("tcp://127.0.0.1:{port}");
    let mut waiting = sock(&["wait", "-v", "--json", "--interval", "1ms", &address]);
    waiting.line_with(&format!("{address}: refused ("));
    socket.listen(berkeley::BACKLOG).unwrap();
    let out: Value = serde_json::from_slice(&waiting.read_to_end()).unwrap();
    assert!(out["results"][0]["attempts"].as_u64().is_some_and(|attempts| attempts > 1), "{out}");
    assert!(waiting.ends_with(0).contains(&format!("{address} there after ")));
}

#[test]
fn what_is_missing_is_named_when_time_is_over() {
    let _limit = limit();
    let (_socket, refused) = refusing();
    let (_listener, open) = listening();
    let (gone, there) = (format!("tcp://127.0.0.1:{refused}"), format!("tcp://127.0.0.1:{open}"));
    let timed = ["wait", "--timeout", REFUSED_BY, "--interval", OFTEN];
    let answer = ask(&[&timed[..], &[gone.as_str(), &there]].concat(), "");
    assert_eq!(answer.code, Some(4));
    assert!(answer.said.starts_with(&format!("error: {gone}: refused (")), "{}", answer.said);
    assert!(answer.said.contains("times in ") && !answer.said.contains(&there), "{}", answer.said);
    assert_eq!(ask(&[&timed[..], &["--any", &gone, &there]].concat(), "").code, Some(0));
    assert_eq!(ask(&[&timed[..], &["--count", "1", &gone, &there]].concat(), "").code, Some(0));
    assert_eq!(ask(&[&timed[..], &["--gone", &gone]].concat(), "").code, Some(0));
    let answer = ask(&[&timed[..], &["--gone", &gone, &there]].concat(), "");
    assert_eq!(answer.code, Some(4));
    assert!(answer.said.starts_with(&format!("error: {there}: still accepts, tried ")), "{}", answer.said);
    assert_eq!(ask(&["wait", "--count", "2", &gone], "").code, Some(2));
}

#[test]
fn a_listener_that_goes_is_noticed() {
    let _limit = limit();
    let (listener, port) = listening();
    let mut waiting = sock(&["wait", "--gone", "--interval", "1ms", &format!("127.0.0.1:{port}")]);
    // It has met the listener, and goes on.
    drop(listener.accept().unwrap());
    drop(listener);
    assert_eq!(waiting.ends_with(0), "");
}

#[test]
#[cfg(unix)]
fn paths_and_commands() {
    let _limit = limit();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("late");
    let address = format!("unix:{}", path.display());
    let mut waiting =
        sock(&["wait", "--interval", "1ms", &address, "--", "sh", "-c", "echo $0; exit 7", "ran"]);
    let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    assert_eq!(waiting.read_to_end(), b"ran\n");
    waiting.ends_with(7);
    let answer = ask(&["wait", &address, "--", "/no/such/program"], "");
    assert_eq!(answer.code, Some(2));
    assert!(answer.said.starts_with("error: run /no/such/program: "), "{}", answer.said);
    // Datagrams are there when they are bound.
    let path = directory.path().join("datagrams");
    let _bound = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    assert_eq!(ask(&["wait", &format!("unix-dgram:{}", path.display())], "").code, Some(0));
}

#[test]
#[cfg(unix)]
fn a_signal_ends_it_in_good_order() {
    let _limit = limit();
    let (listener, port) = listening();
    let mut waiting = sock(&["wait", "--jsonl", "--gone", "--interval", "1ms", &format!("127.0.0.1:{port}")]);
    drop(listener.accept().unwrap());
    waiting.signal("TERM");
    let out = String::from_utf8(waiting.read_to_end()).unwrap();
    let last: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!((&last["event"], &last["exit"]), (&"end".into(), &143.into()));
    waiting.ends_with(143);
}

fn scan(arguments: &[&str], code: i32) -> Vec<(String, String)> {
    let answer = ask(&[&["scan", "--json"], arguments].concat(), "");
    assert_eq!(answer.code, Some(code), "{}", answer.said);
    let document: Value = serde_json::from_str(&answer.out).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = document["results"].as_array().unwrap().iter();
    rows.map(|row| (text(&row["address"]), text(&row["state"]))).collect()
}

#[test]
fn ports_are_open_or_refused_in_the_order_of_the_targets() {
    let _limit = limit();
    let (_socket, refused) = refusing();
    let (_listener, open) = listening();
    let row = |port: u16, state: &str| (format!("tcp://127.0.0.1:{port}"), state.to_owned());
    let found =
        scan(&[&format!("127.0.0.1:{refused},{open}"), &format!("127.0.0.1:{open}"), "--parallel", "1"], 0);
    assert_eq!(found, [row(refused, "refused"), row(open, "open"), row(open, "open")]);
    assert_eq!(scan(&[&format!("127.0.0.1:{refused}")], 1), [row(refused, "refused")]);
    assert_eq!(scan(&["--open", &format!("127.0.0.1:{refused},{open}")], 0), [row(open, "open")]);
    let text = ask(&["scan", &format!("127.0.0.1:{open}")], "");
    let line = text.lines(0)[0].split_ascii_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!((line[0].as_str(), line[1].as_str()), (row(open, "").0.as_str(), "open"));
}

#[test]
fn too_much_is_refused_and_says_how_much_is_not() {
    let _limit = limit();
    let answer = ask(&["scan", "127.0.0.1:1", "10.0.0.0/8:1-9"], "");
    assert_eq!(answer.code, Some(2));
    let message =
        "error: with this there are 150994927 ports to try, and 65536 are the most\n  10.0.0.0/8:1-9\n";
    assert!(answer.said.starts_with(message), "{}", answer.said);
    assert_eq!(ask(&["scan", "unix:/run/x:1"], "").code, Some(2));
}

/// Every address below 127/8 is this machine's on Linux, which gives connects ports from 32768 on.
#[test]
#[cfg(target_os = "linux")]
fn a_network_is_scanned_and_nobody_meets_himself() {
    let _limit = limit();
    let _ran = berkeley_testkit::in_own_network(|| {
        let _three = TcpListener::bind("127.0.0.3:7000").unwrap();
        let found = scan(&["--open", "127.0.0.0/29:7000-7001", "127.0.0.1:32768-60999"], 0);
        assert_eq!(found, [("tcp://127.0.0.3:7000".to_owned(), "open".to_owned())]);
    });
}

#[test]
#[cfg(target_os = "linux")]
fn what_nobody_answers_is_filtered_or_silent() {
    let _limit = limit();
    let _ran = berkeley_testkit::in_own_network(|| {
        if berkeley_testkit::program("ip").is_none() {
            return;
        }
        // A neighbour that is known, and is nobody.
        let lines = [
            "link add va type veth peer name vb",
            "link set va up",
            "link set vb up",
            "addr add 10.0.0.1/24 dev va",
            "neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev va",
        ];
        for line in lines {
            let made = berkeley_testkit::ip(&line.split(' ').collect::<Vec<_>>());
            if !berkeley_testkit::need(made.is_ok(), "interfaces of the kind veth") {
                return;
            }
        }
        let found = scan(&["--timeout", "20ms", "10.0.0.9:80", "192.0.2.1:80"], 1);
        let states: Vec<&str> = found.iter().map(|row| row.1.as_str()).collect();
        assert_eq!(states, ["filtered", "unreachable"]);
        let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
        let target = format!("udp://{}", silent.local_addr().unwrap());
        assert_eq!(scan(&["--timeout", "20ms", &target, "udp://127.0.0.1:9"], 1)[0].1, "silent");
    });
}

#[test]
#[cfg(target_os = "linux")]
fn an_answer_to_a_datagram_is_open_and_a_refusal_is_not() {
    let _limit = limit();
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let target = format!("udp://{}", server.local_addr().unwrap());
    let answering = common::beside(move || {
        let (_, from) = server.recv_from(&mut [0; 8]).unwrap();
        server.send_to(b"here", from).unwrap();
        server
    });
    assert_eq!(scan(&["--timeout", "30s", &target], 0)[0].1, "open");
    drop(answering.join().unwrap());
    assert_eq!(scan(&["--timeout", "30s", &target], 1)[0].1, "refused");
}

//! Many connections at once, and more than a process can have.
//!
//! `SOCK_MANY="10000 1000 1024"` has ten thousand connections instead of five hundred, of which a thousand exchange a
//! gibibyte instead of five hundred 32 MiB; that takes `ulimit -n 20000`, and better an optimized build.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test ends with what is wrong")]

mod common;
#[path = "common/load.rs"]
mod load;
#[path = "common/traffic.rs"]
mod traffic;

use std::net::SocketAddr;
use std::time::Instant;

use berkeley::{Deadline, MILLISECOND, SECOND, TcpStream};
use berkeley_testkit::limit;
use common::{LIMIT, Running, sock, start};

const LOOPBACK: &str = "tcp://127.0.0.1:0";

/// How many connections, how many of them at work, how many MiB by all of these.
fn size() -> (usize, usize, usize) {
    let Ok(text) = std::env::var("SOCK_MANY") else { return (500, 500, 32) };
    let numbers: Vec<usize> = text.split_ascii_whitespace().map(|word| word.parse().unwrap()).collect();
    (numbers[0], numbers[1], numbers[2])
}

fn where_is(address: &str) -> SocketAddr {
    address.trim_start_matches("tcp://").parse().unwrap()
}

/// Has all connections there, some of them at work, and then each in turn.
fn serves_many(server: &mut Running) {
    let to = where_is(&server.address());
    let (count, active, mebibytes) = size();
    let begun = Instant::now();
    let mut streams: Vec<TcpStream> = (0..count).map(|n| load::connect(n, to)).collect();
    let connected = begun.elapsed();
    let idle = streams.split_off(active);
    // The last to come is there, and so are all.
    let last = idle.last().or(streams.last()).unwrap();
    last.send(b"x").unwrap();
    assert_eq!(last.by(LIMIT).recv(&mut [0; 2]).unwrap(), 1);
    let share = (mebibytes << 20) / active;
    let begun = Instant::now();
    load::exchange(streams, share);
    let exchanged = begun.elapsed();
    for stream in &idle {
        stream.send(b"y").unwrap();
        assert_eq!(stream.by(LIMIT).recv(&mut [0; 2]).unwrap(), 1);
    }
    let peak = server.most_memory();
    eprintln!(
        "{}: {count} connections in {connected:.1?}; {mebibytes} MiB through {active} in {exchanged:.1?}; at most {peak} KiB",
        server.name
    );
    // What is held for one connection is bounded, whatever goes through it.
    assert!(peak < (16 << 10) + 200 * active as u64 + 4 * count as u64, "{peak} KiB");
}

#[test]
fn an_echo_server_loses_nothing_of_many() {
    let _limit = limit();
    serves_many(&mut sock(&["listen", "--echo", LOOPBACK]));
}

#[test]
fn threads_share_the_clients() {
    let _limit = limit();
    let mut server = sock(&["listen", "--echo", "--threads", "2", LOOPBACK]);
    let tasks = || std::fs::read_dir(format!("/proc/{}/task", server.id)).unwrap().count();
    common::until("two threads beside the first", || tasks() >= 3);
    serves_many(&mut server);
}

#[test]
fn a_forwarder_loses_nothing_of_many() {
    let _limit = limit();
    let mut server = sock(&["listen", "--echo", LOOPBACK]);
    serves_many(&mut sock(&["forward", LOOPBACK, &server.address()]));
}

/// How much processor time a process has taken, in hundredths of a second.
fn ticks(id: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let fields: Vec<u64> =
        fields.split_ascii_whitespace().skip(11).take(2).map(|field| field.parse().unwrap()).collect();
    fields.iter().sum()
}

/// Starts the program with 64 descriptors and has a hundred clients come; each is served in the end.
fn survives_a_lack(arguments: &str, uses: usize) {
    let command = format!("ulimit -n 64; exec {} {arguments}", env!("CARGO_BIN_EXE_sock"));
    let mut server = start("sh", &["-c", &command]);
    let to = where_is(&server.address());
    let clients: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(to).unwrap()).collect();
    server.line_with("too many open descriptors (EMFILE); waiting");
    // Those who are in are served, and those who are not wait.
    let answers = |client: &TcpStream, limit| {
        client.send(b"x").unwrap();
        client.by(Deadline::after(limit)).recv(&mut [0; 1]).is_ok_and(|length| length == 1)
    };
    assert!(answers(&clients[0], LIMIT));
    let spent = (0..3)
        .map(|_| {
            let before = ticks(server.id);
            std::thread::sleep(SECOND);
            ticks(server.id) - before
        })
        .min();
    eprintln!("{arguments}: {spent:?} hundredths of a second in one at the limit");
    assert!(spent < Some(5), "{spent:?} hundredths of a second in one");
    assert!(!answers(&clients[99], MILLISECOND * 50), "there is room for {uses} descriptors each");
    for client in &clients[..99] {
        assert!(answers(client, LIMIT));
        client.shutdown(berkeley::Shutdown::Send).unwrap();
        assert_eq!(client.by(LIMIT).recv(&mut [0; 1]).unwrap(), 0);
    }
    assert_eq!(clients[99].by(LIMIT).recv(&mut [0; 1]).unwrap(), 1);
}

#[test]
fn an_echo_server_waits_for_descriptors() {
    let _limit = limit();
    survives_a_lack("listen --echo tcp://127.0.0.1:0", 1);
}

#[test]
fn a_forwarder_waits_for_descriptors() {
    let _limit = limit();
    let mut server = sock(&["listen", "--echo", LOOPBACK]);
    survives_a_lack(&format!("forward tcp://127.0.0.1:0 {}", server.address()), 2);
}

#[test]
fn a_host_of_processes_waits_for_descriptors() {
    let _limit = limit();
    survives_a_lack("listen --exec cat tcp://127.0.0.1:0", 1);
}

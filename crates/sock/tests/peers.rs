//! Against socat and ncat: nothing is lost, nothing out of order, nothing hangs, nothing is piled up.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test ends with what is wrong")]

mod common;
#[path = "common/traffic.rs"]
mod traffic;

use std::sync::Mutex;
use std::sync::mpsc::channel;

use common::{Running, beside, sock, start};
use tempfile::TempDir;
use traffic::{VOLUME, back, forth, read_all, read_and_tell, read_slowly, write_in_windows};

/// These tests take both processors: one after the other each has its time.
static ALONE: Mutex<()> = Mutex::new(());

/// How data that arrives is told from data that is still to come.
#[derive(Clone, Copy, PartialEq)]
enum Flow {
    /// The receiver holds up the sender.
    Controlled,
    /// The sender has to wait by itself.
    Paced,
}

/// How much is under way without flow control: less than the receive buffer holds, and than a datagram can, as which
/// ncat sends whatever it has read.
const WINDOW: usize = 32 << 10;

/// Sends [`VOLUME`] bytes each way at once, and compares all of them.
fn exchange(left: &mut Running, right: &mut Running, flow: Flow) {
    let (mut to_left, mut from_left) = (left.stdin.take().unwrap(), left.stdout.take().unwrap());
    let (mut to_right, mut from_right) = (right.stdin.take().unwrap(), right.stdout.take().unwrap());
    let ((tell_right, at_right), (tell_left, at_left)) = (channel(), channel());
    let writing_left = beside(move || {
        match flow {
            Flow::Controlled => std::io::Write::write_all(&mut to_left, forth(VOLUME)).unwrap(),
            Flow::Paced => write_in_windows(&mut to_left, forth(VOLUME), WINDOW, &at_right),
        }
        to_left
    });
    let writing_right = beside(move || {
        match flow {
            Flow::Controlled => std::io::Write::write_all(&mut to_right, back(VOLUME)).unwrap(),
            Flow::Paced => write_in_windows(&mut to_right, back(VOLUME), WINDOW, &at_left),
        }
        to_right
    });
    let reading_left = beside(move || {
        read_and_tell(&mut from_left, back(VOLUME), &tell_left);
        from_left
    });
    read_and_tell(&mut from_right, forth(VOLUME), &tell_right);
    left.stdout = reading_left.join().ok();
    right.stdout = Some(from_right);
    left.stdin = writing_left.join().ok();
    right.stdin = writing_right.join().ok();
    assert!(left.stdout.is_some() && left.stdin.is_some() && right.stdin.is_some(), "see above");
}

/// Ends a connection: both sides end well, and nothing more has arrived.
fn end(tool: Running, mut peer: Running) {
    peer.end();
    let mut tool = tool;
    tool.end();
    assert_eq!(tool.read_to_end(), b"");
    tool.ends_with(0);
    assert_eq!(peer.read_to_end(), b"");
    peer.status();
}

const BOUNDED: u64 = 64 << 10;

/// Exchanges over a connection; `sock` holds a bounded amount, whatever the volume is.
fn over_connection(mut tool: Running, mut peer: Running) {
    exchange(&mut tool, &mut peer, Flow::Controlled);
    assert!(tool.most_memory() < BOUNDED, "{} KiB", tool.most_memory());
    end(tool, peer);
}

/// Exchanges over datagrams; a signal ends both.
fn over_datagrams(mut tool: Running, mut peer: Running, flow: Flow) {
    exchange(&mut tool, &mut peer, flow);
    assert!(tool.most_memory() < BOUNDED, "{} KiB", tool.most_memory());
    tool.signal("TERM");
    tool.ends_with(143);
    peer.signal("TERM");
    peer.status();
}

fn path(directory: &TempDir, name: &str) -> String {
    directory.path().join(name).to_str().unwrap().to_owned()
}

fn port(address: &str) -> &str {
    address.rsplit_once(':').unwrap().1
}

/// Starts socat with what it is to connect to; it waits long enough for the answer to its end.
fn socat(address: &str) -> Running {
    start("socat", &["-t50", "-", address])
}

/// Starts socat as a listener, and waits until it listens; returns the end of the line that says where.
fn socat_listening(address: &str) -> (Running, String) {
    let mut peer = start("socat", &["-t50", "-d", "-d", "-", address]);
    let line = peer.line_with("ing on ");
    let line = if line.contains("stdio") { peer.line_with("ing on ") } else { line };
    (peer, line)
}

macro_rules! with {
    ($program:literal) => {
        if berkeley_testkit::program($program).is_none() {
            return;
        }
        let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    };
}

/// Needs another program, in a test that has its turn already.
macro_rules! with_too {
    ($program:literal) => {
        if berkeley_testkit::program($program).is_none() {
            return;
        }
    };
}

#[test]
fn socat_over_tcp4() {
    with!("socat");
    let mut tool = sock(&["listen", "tcp4://127.0.0.1:0"]);
    let peer = socat(&format!("TCP4:127.0.0.1:{}", port(&tool.address())));
    over_connection(tool, peer);
    let (peer, line) = socat_listening("TCP4-LISTEN:0,bind=127.0.0.1");
    over_connection(sock(&["connect", &format!("tcp4://127.0.0.1:{}", port(&line))]), peer);
}

#[test]
fn socat_over_tcp6() {
    with!("socat");
    let mut tool = sock(&["listen", "tcp://[::1]:0"]);
    let peer = socat(&format!("TCP6:[::1]:{}", port(&tool.address())));
    over_connection(tool, peer);
    let (peer, line) = socat_listening("TCP6-LISTEN:0,bind=[::1]");
    over_connection(sock(&["connect", &format!("tcp6://[::1]:{}", port(&line))]), peer);
}

#[test]
fn socat_over_unix_streams() {
    with!("socat");
    let directory = TempDir::new().unwrap();
    let at = path(&directory, "a");
    let mut tool = sock(&["listen", &at]);
    tool.address();
    over_connection(tool, socat(&format!("UNIX-CONNECT:{at}")));
    let at = path(&directory, "b");
    let (peer, _) = socat_listening(&format!("UNIX-LISTEN:{at}"));
    over_connection(sock(&["connect", &format!("unix:{at}")]), peer);
}

#[test]
fn socat_over_abstract_names() {
    with!("socat");
    let name = |role| format!("sock-test-{}-{role}", std::process::id());
    let mut tool = sock(&["listen", &format!("unix-abstract:{}", name("a"))]);
    tool.address();
    over_connection(tool, socat(&format!("ABSTRACT-CONNECT:{}", name("a"))));
    let (peer, _) = socat_listening(&format!("ABSTRACT-LISTEN:{}", name("b")));
    over_connection(sock(&["connect", &format!("unix-abstract:{}", name("b"))]), peer);
}

#[test]
fn socat_over_seqpacket() {
    with!("socat");
    let directory = TempDir::new().unwrap();
    let at = path(&directory, "a");
    let mut tool = sock(&["listen", &format!("unix-seqpacket:{at}")]);
    tool.address();
    over_connection(tool, socat(&format!("UNIX-CONNECT:{at},socktype=5")));
    let at = path(&directory, "b");
    let (peer, _) = socat_listening(&format!("UNIX-LISTEN:{at},socktype=5"));
    over_connection(sock(&["connect", &format!("unix-seqpacket:{at}")]), peer);
}

#[test]
fn socat_over_unix_datagrams() {
    with!("socat");
    let directory = TempDir::new().unwrap();
    let (at, own) = (path(&directory, "a"), path(&directory, "own-a"));
    let mut tool = sock(&["listen", &format!("unix-dgram:{at}")]);
    tool.address();
    over_datagrams(tool, socat(&format!("UNIX-SENDTO:{at},bind={own}")), Flow::Controlled);
}

/// socat answers nobody whose name it has not been told, and what connects has one that the system chose.
#[test]
fn both_ends_over_unix_datagrams() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let directory = TempDir::new().unwrap();
    let mut left = sock(&["listen", &format!("unix-dgram:{}", path(&directory, "a"))]);
    let right = sock(&["connect", &left.address()]);
    over_datagrams(left, right, Flow::Controlled);
}

#[test]
fn socat_over_udp() {
    with!("socat");
    let mut tool = sock(&["listen", "udp://127.0.0.1:0"]);
    let peer = socat(&format!("UDP4:127.0.0.1:{}", port(&tool.address())));
    over_datagrams(tool, peer, Flow::Paced);
    let (peer, line) = socat_listening("UDP4-LISTEN:0,bind=127.0.0.1");
    over_datagrams(sock(&["connect", &format!("udp4://127.0.0.1:{}", port(&line))]), peer, Flow::Paced);
}

/// Starts ncat as a listener, and waits until it listens.
fn ncat_listening(arguments: &[&str]) -> Running {
    let mut peer = start("ncat", &[&["-l", "-v"], arguments].concat());
    peer.line_with("Listening on");
    peer
}

/// The port that the system chose for a process: ncat says zero.
fn port_of(id: u32, protocol: &str) -> String {
    let inodes: Vec<String> = std::fs::read_dir(format!("/proc/{id}/fd"))
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.trim_end_matches(']').to_owned()))
        .collect();
    let table = std::fs::read_to_string(format!("/proc/net/{protocol}")).unwrap();
    let line = table.lines().skip(1).map(|line| line.split_ascii_whitespace().collect::<Vec<_>>());
    let mine = line.into_iter().find(|words| inodes.iter().any(|inode| inode == words[9])).unwrap();
    u16::from_str_radix(port(mine[1]), 16).unwrap().to_string()
}

#[test]
fn ncat_over_tcp() {
    with!("ncat");
    let mut tool = sock(&["listen", "tcp://127.0.0.1:0"]);
    let peer = start("ncat", &["127.0.0.1", port(&tool.address())]);
    over_connection(tool, peer);
    let peer = ncat_listening(&["127.0.0.1", "0"]);
    let address = format!("tcp://127.0.0.1:{}", port_of(peer.id, "tcp"));
    over_connection(sock(&["connect", &address]), peer);
}

#[test]
fn ncat_over_unix_streams() {
    with!("ncat");
    let directory = TempDir::new().unwrap();
    let at = path(&directory, "a");
    let mut tool = sock(&["listen", &at]);
    tool.address();
    over_connection(tool, start("ncat", &["-U", &at]));
    let at = path(&directory, "b");
    let peer = ncat_listening(&["-U", &at]);
    over_connection(sock(&["connect", &at]), peer);
}

#[test]
fn ncat_over_udp() {
    with!("ncat");
    let mut tool = sock(&["listen", "udp://127.0.0.1:0"]);
    let peer = start("ncat", &["--udp", "127.0.0.1", port(&tool.address())]);
    over_datagrams(tool, peer, Flow::Paced);
    let peer = ncat_listening(&["--udp", "127.0.0.1", "0"]);
    let address = format!("udp://127.0.0.1:{}", port_of(peer.id, "udp"));
    over_datagrams(sock(&["connect", &address]), peer, Flow::Paced);
}

#[test]
fn ncat_over_unix_datagrams() {
    with!("ncat");
    let directory = TempDir::new().unwrap();
    let at = path(&directory, "a");
    let mut tool = sock(&["listen", &format!("unix-dgram:{at}")]);
    tool.address();
    over_datagrams(tool, start("ncat", &["-U", "--udp", &at]), Flow::Paced);
    let at = path(&directory, "b");
    let peer = ncat_listening(&["-U", "--udp", &at]);
    over_datagrams(sock(&["connect", &format!("unix-dgram:{at}")]), peer, Flow::Paced);
}

/// Exchanges from a peer to another, through a forwarder.
fn through(mut relay: Running, mut left: Running, mut right: Running) {
    exchange(&mut left, &mut right, Flow::Controlled);
    assert!(relay.most_memory() < BOUNDED, "{} KiB", relay.most_memory());
    left.end();
    right.end();
    assert_eq!(left.read_to_end(), b"");
    assert_eq!(right.read_to_end(), b"");
    left.status();
    right.status();
    let said = relay.line_with("closed ");
    assert!(said.contains(&format!(": {VOLUME} bytes forth, {VOLUME} bytes back in ")), "{said}");
    relay.terminate();
}

fn forward(from: &str, to: &str) -> (Running, String) {
    let mut relay = sock(&["forward", "-v", from, to]);
    let address = relay.address();
    (relay, address)
}

#[test]
fn socat_through_a_forwarder_to_ncat() {
    with!("socat");
    with_too!("ncat");
    let peer = ncat_listening(&["127.0.0.1", "0"]);
    let to = format!("tcp://127.0.0.1:{}", port_of(peer.id, "tcp"));
    let (relay, address) = forward("tcp://[::1]:0", &to);
    through(relay, socat(&format!("TCP6:[::1]:{}", port(&address))), peer);
}

#[test]
fn ncat_through_a_forwarder_to_socat() {
    with!("socat");
    with_too!("ncat");
    let directory = TempDir::new().unwrap();
    let at = path(&directory, "a");
    let (peer, _) = socat_listening(&format!("UNIX-LISTEN:{at}"));
    let (relay, address) = forward("tcp4://127.0.0.1:0", &at);
    through(relay, start("ncat", &["127.0.0.1", port(&address)]), peer);
}

#[test]
fn records_of_socat_through_a_forwarder_to_a_stream() {
    with!("socat");
    let directory = TempDir::new().unwrap();
    let (at, to) = (path(&directory, "a"), path(&directory, "b"));
    let (peer, _) = socat_listening(&format!("UNIX-LISTEN:{to}"));
    let (relay, _) = forward(&format!("unix-seqpacket:{at}"), &to);
    through(relay, socat(&format!("UNIX-CONNECT:{at},socktype=5")), peer);
}

#[test]
fn ncat_and_a_process_of_its_own() {
    with!("ncat");
    let mut server = sock(&["listen", "--exec", "cat", "tcp://127.0.0.1:0"]);
    let mut client = start("ncat", &["127.0.0.1", port(&server.address())]);
    let (mut to, mut from) = (client.stdin.take().unwrap(), client.stdout.take().unwrap());
    let writing = beside(move || std::io::Write::write_all(&mut to, forth(VOLUME)).unwrap());
    read_all(&mut from, forth(VOLUME));
    writing.join().unwrap();
    assert_eq!(std::io::Read::read(&mut from, &mut [0; 1]).unwrap(), 0);
    client.ends_with(0);
}

/// A reader that takes 2 MiB a second, where the writer could write hundreds.
const SLOW: usize = 2 << 20;
const SLOW_VOLUME: usize = 8 << 20;

#[test]
fn a_slow_reader_holds_up_the_writer_and_piles_nothing_up() {
    with!("socat");
    let directory = TempDir::new().unwrap();
    let mut pairs = Vec::new();
    for address in [
        "tcp://127.0.0.1:0".to_owned(),
        path(&directory, "a"),
        format!("unix-seqpacket:{}", path(&directory, "b")),
        format!("unix-dgram:{}", path(&directory, "c")),
        format!("unix-abstract:sock-test-{}-slow", std::process::id()),
    ] {
        let mut left = sock(&["listen", &address]);
        let right = sock(&["connect", &left.address()]);
        pairs.push((left, right));
    }
    let mut tool = sock(&["listen", "tcp://127.0.0.1:0"]);
    let peer = socat(&format!("TCP4:127.0.0.1:{}", port(&tool.address())));
    pairs.push((tool, peer));
    let slow: Vec<_> =
        pairs.into_iter().map(|(reader, writer)| beside(move || slowly(reader, writer))).collect();
    for pair in slow {
        pair.join().unwrap();
    }
}

/// UDP holds nobody up: who writes waits for what has arrived.
#[test]
fn a_slow_reader_of_udp_gets_everything_from_a_writer_that_waits_for_it() {
    with!("socat");
    let mut tool = sock(&["listen", "udp://127.0.0.1:0"]);
    let mut peer = socat(&format!("UDP4:127.0.0.1:{}", port(&tool.address())));
    let mut input = peer.stdin.take().unwrap();
    let (tell, arrived) = channel();
    let writing = beside(move || {
        write_in_windows(&mut input, forth(SLOW_VOLUME / 4), WINDOW, &arrived);
        input
    });
    let mut output = tool.stdout.take().unwrap();
    let mut at = 0;
    for piece in forth(SLOW_VOLUME / 4).chunks(WINDOW) {
        read_slowly(&mut output, piece, SLOW);
        at += piece.len();
        tell.send(at).unwrap();
    }
    writing.join().unwrap();
    assert!(tool.most_memory() < BOUNDED, "{} KiB", tool.most_memory());
    tool.signal("TERM");
    tool.ends_with(143);
    peer.signal("TERM");
    peer.status();
}

/// Writes as fast as it goes, and reads slowly.
fn slowly(mut reader: Running, mut writer: Running) {
    let mut input = writer.stdin.take().unwrap();
    let writing = beside(move || std::io::Write::write_all(&mut input, forth(SLOW_VOLUME)).unwrap());
    let mut output = reader.stdout.take().unwrap();
    read_slowly(&mut output, &forth(SLOW_VOLUME)[..SLOW_VOLUME - 1], SLOW);
    for tool in [&reader, &writer] {
        assert!(tool.most_memory() < BOUNDED, "{} KiB", tool.most_memory());
    }
    read_all(&mut output, &forth(SLOW_VOLUME)[SLOW_VOLUME - 1..]);
    writing.join().unwrap();
    reader.end();
    if reader.name.contains("unix-dgram") {
        // Datagrams have no end.
        reader.signal("TERM");
        reader.ends_with(143);
    } else {
        reader.ends_with(0);
    }
    writer.status();
}

//! Values as `ss` and Python read them of the same sockets.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod sample;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::os::fd::{AsRawFd, OwnedFd};
use std::process::{Command, Stdio};
use std::time::Duration;

use berkeley::option::{self, Row, socket, tcp};
use berkeley::{SECOND, Socket};
use berkeley_testkit::{limit, program};

/// Reads options of the socket that is its input: a level, a number and a size each, as bytes in hexadecimal.
const PYTHON: &str = "import socket, sys
given = socket.socket(fileno=0)
for place in sys.argv[1:]:
    level, number, size = map(int, place.split('/'))
    try:
        print(given.getsockopt(level, number, size).hex())
    except OSError as error:
        sys.exit(f'{place}: {error}')
";

/// What moves between two looks, or is an error of Python's: it has no empty values.
const MOVING: &[&str] =
    &["tcp.timestamp", "tcp.info", "tcp.cc-info", "mptcp.info", "socket.incoming-cpu", "socket.meminfo"];

/// The sorts of sockets on which values are compared.
const SOCKETS: &[&str] = &[
    "tcp4",
    "tcp4 listening",
    "tcp4 connected",
    "tcp6 connected",
    "udp4",
    "udp6 connected",
    "unix stream",
    "unix datagram",
    "raw4",
    "icmpv6",
    "netlink",
];

fn python(socket: &Socket, rows: &[&Row]) -> Vec<Vec<u8>> {
    let mut command = Command::new("python3");
    command.args(["-c", PYTHON]).stdin(Stdio::from(OwnedFd::from(socket.duplicate().unwrap())));
    // Linux tells some numbers of eight bytes to those alone who ask for eight.
    let size = |row: &Row| if row.form().ends_with("18446744073709551615") { 8 } else { 1024 };
    let place =
        |row: &&Row| row.place().map(|place| format!("{}/{}/{}", place.level(), place.number(), size(row)));
    let output = command.args(rows.iter().filter_map(place)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    printed.lines().map(|line| line.as_bytes().chunks(2).map(byte).collect()).collect()
}

/// The value in a program of few words of its own: what the form says of bytes, or `None` for structures.
fn text(form: &str, bytes: &[u8]) -> Option<String> {
    let int = || Some(i64::from(i32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?)));
    let time = |unit: Duration| Some(time(unit * u32::try_from(int()?).ok()?));
    Some(match form {
        "on or off" => if int()? == 0 { "off" } else { "on" }.to_owned(),
        "a short text" => {
            str::from_utf8(bytes.split(|byte| *byte == 0).next().unwrap_or_default()).ok()?.to_owned()
        }
        "a number from -2147483648 to 2147483647" => int()?.to_string(),
        form if form.starts_with("a number from 0 to 18446744073709551615") => {
            u64::from_ne_bytes(bytes.try_into().ok()?).to_string()
        }
        form if form.starts_with("a number from 0") => (int()? as u32).to_string(),
        form if form.starts_with("bytes in hexadecimal") => {
            bytes.iter().fold(String::new(), |mut all, byte| {
                let _ = write!(all, "{byte:02x}");
                all
            })
        }
        form if form.ends_with("counts seconds") && !form.starts_with("none") => {
            time(Duration::from_secs(1))?
        }
        form if form.ends_with("counts milliseconds") => time(Duration::from_millis(1))?,
        form if form.ends_with("counts microseconds") => time(Duration::from_micros(1))?,
        _ => return None,
    })
}

fn time(time: Duration) -> String {
    match time.as_micros() {
        micros if micros.is_multiple_of(1_000_000) => format!("{}s", micros / 1_000_000),
        micros if micros.is_multiple_of(1000) => format!("{}ms", micros / 1000),
        micros => format!("{micros}us"),
    }
}

#[test]
fn python_reads_the_same() {
    let _limit = limit();
    if program("python3").is_none() {
        return;
    }
    for name in SOCKETS {
        let sockets = match sample::open(name) {
            Err(error) if error.is_permission_denied() => {
                let _ = berkeley_testkit::need(false, &format!("the privilege for {name}"));
                continue;
            }
            opened => opened.unwrap(),
        };
        let values = option::values(&sockets[0]).filter(|(row, _)| !MOVING.contains(&row.name()));
        let (rows, values): (Vec<_>, Vec<_>) =
            values.filter_map(|(row, value)| Some((row, value.ok()?))).unzip();
        let (mut compared, mut wrong) = (0, Vec::new());
        for ((row, value), bytes) in rows.iter().zip(values).zip(python(&sockets[0], &rows)) {
            if let Some(text) = text(row.form(), &bytes) {
                compared += 1;
                if text != value {
                    wrong.push(format!("{}: {value}, and {text} by Python", row.name()));
                }
            }
        }
        assert!(wrong.is_empty(), "{name}: {}", wrong.join("\n"));
        // The rest are structures, and what has a name for its number.
        assert!(
            compared > 35 && compared * 10 > rows.len() * 7,
            "{name}: {compared} of {} compared",
            rows.len()
        );
    }
}

/// The number of the socket in proc(5).
fn inode(socket: &Socket) -> String {
    let link = std::fs::read_link(format!("/proc/self/fd/{}", socket.as_raw_fd())).unwrap();
    link.to_string_lossy().trim_start_matches("socket:[").trim_end_matches(']').to_owned()
}

/// What `ss` says of a socket, word by word: those with a colon by what stands before it.
fn ss(socket: &Socket, words: &str) -> Option<BTreeMap<String, String>> {
    let output = Command::new(program("ss")?).args([words, "-OHn"]).output().unwrap();
    let inode = inode(socket);
    let printed = String::from_utf8(output.stdout).unwrap();
    // Of Unix sockets it stands where others have a port.
    let is_meant = |line: &&str| {
        let mut words = line.split_whitespace();
        words.clone().any(|word| word.strip_prefix("ino:") == Some(&inode)) || words.nth(5) == Some(&inode)
    };
    let line = printed.lines().find(is_meant).unwrap_or_else(|| panic!("no {inode} in:\n{printed}"));
    let words = line.split_whitespace().collect::<Vec<_>>();
    let mut fields = BTreeMap::new();
    for (at, word) in words.iter().enumerate() {
        let pair = match word.split_once(':') {
            Some((name, value)) => (name, value),
            None => (*word, words.get(at + 1).copied().unwrap_or_default()),
        };
        fields.insert(pair.0.to_owned(), pair.1.to_owned());
    }
    Some(fields)
}

/// The figures of `skmem:(r0,rb131072,…)`.
fn memory(fields: &BTreeMap<String, String>) -> BTreeMap<&str, u32> {
    let figures = fields["skmem"].trim_matches(['(', ')']).split(',');
    figures
        .map(|figure| figure.split_at(figure.find(|c: char| c.is_ascii_digit()).unwrap()))
        .map(|(name, number)| (name, number.parse().unwrap()))
        .collect()
}

#[test]
fn ss_shows_the_same_memory() {
    let _limit = limit();
    for (name, words) in [
        ("tcp4 connected", "-taem"),
        ("tcp6 listening", "-taem"),
        ("udp4 connected", "-uaem"),
        ("udp6", "-uaem"),
        ("unix stream", "-xaem"),
        ("unix datagram", "-xaem"),
    ] {
        let sockets = sample::open(name).unwrap();
        if name == "udp6" {
            // Those without an address are shown to nobody.
            sockets[0].bind("[::1]:0").unwrap();
        }
        sockets[0].set(socket::RCVBUF, 20000).unwrap();
        let Some(fields) = ss(&sockets[0], words) else { return };
        let (figures, ours) = (memory(&fields), sockets[0].get(socket::MEMINFO).unwrap());
        let pairs = [
            ("r", ours.receive_used),
            ("rb", ours.receive_buffer),
            ("t", ours.send_used),
            ("tb", ours.send_buffer),
            ("w", ours.send_queued),
            ("o", ours.options),
            ("bl", ours.backlog),
            ("d", ours.drops),
        ];
        for (figure, ours) in pairs {
            assert_eq!(figures[figure], ours, "{name}: {figure} in {fields:?}");
        }
        assert_eq!(figures["rb"], sockets[0].get(socket::RCVBUF).unwrap());
        assert_eq!(figures["tb"], sockets[0].get(socket::SNDBUF).unwrap());
    }
}

/// A time as `ss` shows it: milliseconds with a fraction.
fn milliseconds(text: &str) -> f64 {
    text.parse().unwrap()
}

#[test]
fn ss_shows_the_same_connection() {
    let _limit = limit();
    for name in ["tcp4 connected", "tcp6 connected", "tcp4 accepted"] {
        let sockets = sample::open(name).unwrap();
        let (client, server) = (&sockets[0], &sockets[1]);
        client.set(tcp::CONGESTION, "reno".to_owned()).unwrap();
        client.set(socket::MAX_PACING_RATE, 1_000_000).unwrap();
        for _ in 0..3 {
            client.send(&[0; 100]).unwrap();
            server.recv(&mut [0; 100][..]).unwrap();
            server.send(b"x").unwrap();
            client.recv(&mut [0; 1][..]).unwrap();
        }
        // Nothing is under way any more when all is acknowledged.
        while client.get(tcp::INFO).unwrap().unacked != Some(0)
            || server.get(tcp::INFO).unwrap().unacked != Some(0)
        {
            std::thread::yield_now();
        }
        let Some(fields) = ss(client, "-taie") else { return };
        let info = client.get(tcp::INFO).unwrap();
        assert!(fields.contains_key("reno") && client.get(tcp::CONGESTION).unwrap() == "reno", "{fields:?}");
        let pairs = [
            ("mss", info.snd_mss),
            ("pmtu", info.pmtu),
            ("rcvmss", info.rcv_mss),
            ("advmss", info.advmss),
            ("cwnd", info.snd_cwnd),
            ("bytes_sent", info.bytes_sent),
            ("bytes_acked", info.bytes_acked),
            ("bytes_received", info.bytes_received),
            ("segs_out", info.segs_out),
            ("segs_in", info.segs_in),
            ("data_segs_out", info.data_segs_out),
            ("data_segs_in", info.data_segs_in),
            ("delivered", info.delivered),
            ("rcv_space", info.rcv_space),
            ("rcv_ssthresh", info.rcv_ssthresh),
            ("snd_wnd", info.snd_wnd),
        ];
        for (field, ours) in pairs {
            assert_eq!(fields[field].parse().ok(), ours, "{name}: {field} in {fields:?}");
        }
        let scales = format!("{},{}", info.snd_wscale.unwrap(), info.rcv_wscale.unwrap());
        assert_eq!(fields["wscale"], scales);
        let (rtt, rttvar) = fields["rtt"].split_once('/').unwrap();
        for (theirs, ours) in [(rtt, info.rtt), (rttvar, info.rttvar), (&*fields["rto"], info.rto)] {
            let ours = ours.unwrap().as_secs_f64() * 1000.0;
            assert!((milliseconds(theirs) - ours).abs() < 0.001, "{name}: {theirs} and {ours}");
        }
        assert!(fields["pacing_rate"].ends_with("/8000000bps"), "{fields:?}");
        assert_eq!(client.get(socket::MAX_PACING_RATE).unwrap(), 1_000_000);
    }
}

#[test]
fn ss_shows_the_probes_of_an_idle_connection() {
    let _limit = limit();
    let sockets = sample::open("tcp4 connected").unwrap();
    sockets[0].set(tcp::KEEPIDLE, SECOND * 1000).unwrap();
    sockets[0].set(socket::KEEPALIVE, true).unwrap();
    let Some(fields) = ss(&sockets[0], "-taeo") else { return };
    let timer = &fields["timer"];
    // 16 minutes and 40 seconds, of which some may be over.
    assert!(timer.starts_with("(keepalive,16min") && timer.ends_with(",0)"), "{timer}");
}

//! Options read and set: by type beside socket2, by name, and the largest of them.
//!
//! `cargo bench --bench option` reports ratios: contenders take turns of some milliseconds, and the median of the
//! turns' ratios is shown, which repeats where times alone move with the machine. `cargo bench --bench option --
//! --criterion` reports times.

#![allow(clippy::unwrap_used, clippy::cast_precision_loss, missing_docs)]

use std::hint::black_box;
use std::time::Instant;

use berkeley::{TcpListener, TcpStream, option};
use criterion::Criterion;
use socket2::SockRef;

const TURNS: usize = 400;
const CALLS: usize = 2000;

/// A pair of closures to compare: a name, the one that is measured against, and the one of this library.
struct Contest<'a>(&'static str, Box<dyn FnMut() + 'a>, Box<dyn FnMut() + 'a>);

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_address().unwrap()).unwrap();
    let mut contests = contests(&client);
    if std::env::args().any(|word| word == "--criterion") {
        let mut criterion = Criterion::default();
        for Contest(name, other, ours) in &mut contests {
            criterion.bench_function(&format!("{name}/other"), |bencher| bencher.iter(&mut *other));
            criterion.bench_function(&format!("{name}/berkeley"), |bencher| bencher.iter(&mut *ours));
        }
        criterion.final_summary();
    } else {
        contests.iter_mut().for_each(compare);
    }
}

fn contests(client: &TcpStream) -> Vec<Contest<'_>> {
    let peer = move || SockRef::from(client);
    vec![
        contest(
            "get TCP_NODELAY, to socket2",
            move || peer().tcp_nodelay().unwrap(),
            move || client.get(option::tcp::NODELAY).unwrap(),
        ),
        contest(
            "set TCP_NODELAY, to socket2",
            move || peer().set_tcp_nodelay(black_box(true)).unwrap(),
            move || {
                client.set(option::tcp::NODELAY, black_box(true)).unwrap();
            },
        ),
        contest(
            "get SO_RCVBUF, to socket2",
            move || peer().recv_buffer_size().unwrap(),
            move || client.get(option::socket::RCVBUF).unwrap(),
        ),
        contest(
            "set SO_RCVBUF, to socket2",
            move || peer().set_recv_buffer_size(black_box(65536)).unwrap(),
            move || {
                client.set(option::socket::RCVBUF, black_box(65536)).unwrap();
            },
        ),
        contest(
            "get by name, to by type",
            move || client.get(option::tcp::NODELAY).unwrap(),
            move || client.get_by_name(black_box("tcp.nodelay")).unwrap(),
        ),
        contest(
            "set by name, to by type",
            move || client.set(option::tcp::NODELAY, black_box(true)).unwrap(),
            move || {
                client.set_by_name(black_box("tcp.nodelay"), black_box("on")).unwrap();
            },
        ),
        contest(
            "set by C's name, to by type",
            move || client.set(option::socket::RCVBUF, 65536).unwrap(),
            move || {
                client.set_by_name(black_box("SO_RCVBUF"), black_box("65536")).unwrap();
            },
        ),
        contest("TCP_INFO, to its bytes", move || bytes_of_info(client), move || client.info().unwrap()),
    ]
}

fn contest<'a, A, B>(
    name: &'static str,
    mut other: impl FnMut() -> A + 'a,
    mut ours: impl FnMut() -> B + 'a,
) -> Contest<'a> {
    let other = Box::new(move || drop(black_box(other())));
    Contest(name, other, Box::new(move || drop(black_box(ours()))))
}

#[cfg(unix)]
#[allow(unsafe_code)]
fn bytes_of_info(client: &TcpStream) -> u8 {
    use std::os::fd::AsRawFd;

    let mut bytes = [0_u8; 256];
    let mut length = bytes.len() as libc::socklen_t;
    let (at, option) =
        (bytes.as_mut_ptr().cast(), option::tcp::INFO.place().map_or(-1, option::Place::number));
    // SAFETY: the bytes are writable for the length that is given.
    unsafe { libc::getsockopt(client.as_raw_fd(), libc::IPPROTO_TCP, option, at, &raw mut length) };
    bytes[0]
}

#[cfg(not(unix))]
fn bytes_of_info(client: &TcpStream) -> bool {
    client.get(option::tcp::NODELAY).unwrap()
}

/// Nanoseconds of a call.
fn turn(call: &mut dyn FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..CALLS {
        call();
    }
    start.elapsed().as_nanos() as f64 / CALLS as f64
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

fn compare(Contest(name, other, ours): &mut Contest<'_>) {
    let turns: Vec<_> = (0..TURNS)
        .map(|turns| {
            // Whoever is second finds a warmer machine: they take turns at that too.
            let first = turns % 2 == 0;
            let before = if first { turn(other) } else { 0.0 };
            let mine = turn(ours);
            (mine, if first { before } else { turn(other) })
        })
        .collect();
    let ratio = median(turns.iter().map(|(mine, other)| mine / other).collect());
    let more = median(turns.iter().map(|(mine, other)| mine - other).collect());
    let mine = median(turns.iter().map(|turn| turn.0).collect());
    println!("{name:32} {ratio:.3} ({mine:.0} ns, {more:+.0} ns)");
}

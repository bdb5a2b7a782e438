//! The poller beside mio, polling and a level-triggered epoll loop in C, in one run.
//!
//! `cargo bench --bench poller` reports ratios to the loop in C: of the rate and the server's processor time of an echo
//! over one to 9,000 connections, of connections that come and go, of registering, waking and waiting; and the memory
//! that a registration takes. `-- --quick` does less of each. `-- --counts` counts system calls and user instructions,
//! which repeat where times do not, and fails if this library makes more than it promises.
//!
//! Every contender is a process of its own, under the same load. All are up at once and take turns of some
//! milliseconds; a ratio is taken within each turn, and the median of the turns is shown. Where the programs of
//! util-linux are there and permitted, everything runs on one processor and first come, first served (SCHED_FIFO):
//! what else the machine does then disturbs little.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::cast_precision_loss, missing_docs)]

#[cfg(target_os = "linux")]
mod count;
#[cfg(target_os = "linux")]
mod echo;
#[cfg(target_os = "linux")]
mod load;
#[cfg(target_os = "linux")]
mod machine;
#[cfg(target_os = "linux")]
mod peer;
#[cfg(target_os = "linux")]
mod small;
#[cfg(target_os = "linux")]
mod table;
#[cfg(target_os = "linux")]
mod worker;

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("skipped: what is measured against is epoll, which this system has not");
}

#[cfg(target_os = "linux")]
fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match &words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", name] => (peer::named(name).serve)(),
        ["small", name] => (peer::named(name).small.expect("one that is measured so"))(),
        ["load", port] => load::obey(port.parse().unwrap()),
        _ if !machine::settled() => {}
        ["--counts"] => count::report(),
        ["--quick"] => times(&Plan::QUICK),
        [] => times(&Plan::WHOLE),
        _ => panic!("--quick, --counts, or nothing: {words:?}"),
    }
}

/// How much is done.
#[cfg(target_os = "linux")]
struct Plan {
    /// Connections, how many of them are active, and in how many turns.
    echoes: &'static [(usize, usize, usize)],
    /// The milliseconds of a turn.
    slice: u64,
    /// Turns with connections that come and go.
    accepts: usize,
    /// Turns of each small measurement.
    turns: usize,
}

#[cfg(target_os = "linux")]
impl Plan {
    const WHOLE: Self = Self {
        echoes: &[(1, 1, 50), (100, 100, 50), (1000, 1000, 40), (9000, 10, 40), (9000, 9000, 9)],
        slice: 40,
        accepts: 40,
        turns: 40,
    };
    const QUICK: Self = Self {
        echoes: &[(1, 1, 15), (100, 100, 15), (1000, 10, 10), (1000, 1000, 8)],
        slice: 30,
        accepts: 10,
        turns: 10,
    };
}

#[cfg(target_os = "linux")]
fn times(plan: &Plan) {
    println!("{}", machine::description());
    let floor = worker::Floor::build();
    echo::report(floor.as_ref(), plan);
    small::report(floor.as_ref(), plan.turns);
}

//! Names looked up at a name server, one by one and 64 at once: beside `getaddrinfo(3)`, std, dns-lookup and
//! hickory-resolver, in one run.
//!
//! `cargo bench --bench lookup` reports times, and how often the first of a table looks up while another
//! does so once: contenders take turns of some milliseconds, and the median of the turns' ratios is shown. `-- --quick` takes
//! fewer turns. `-- --counts` counts the system calls of a lookup, which repeat, and fails if this library makes more than
//! it promises. On a machine that does other things besides, `chrt --fifo 10` in front keeps these out of the turns.
//!
//! All ask the same server, which this program starts at port 53 of a network of its own, with a file resolv.conf of its own.

#![allow(clippy::unwrap_used, missing_docs)]

#[cfg(target_os = "linux")]
#[path = "lookup/contender.rs"]
mod contender;
#[cfg(target_os = "linux")]
#[path = "lookup/contest.rs"]
mod contest;
#[cfg(target_os = "linux")]
#[path = "lookup/server.rs"]
mod server;

#[cfg(target_os = "linux")]
fn main() {
    contest::run();
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("skipped: a network and a file resolv.conf of one's own are Linux's");
}

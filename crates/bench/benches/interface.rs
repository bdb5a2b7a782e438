//! Interfaces listed: addresses beside `getifaddrs(3)`, if-addrs and getifs, whole interfaces beside getifs and netdev.
//!
//! `cargo bench --bench interface` reports times, and how often this library lists while another lists once: contenders
//! take turns of some milliseconds, and the median of the turns' ratios is shown, which repeats where times alone move
//! with the machine. `cargo bench --bench interface -- --counts` counts the system calls of a list, which repeat to the
//! digit, and fails if this library makes more than it promises.

#![allow(clippy::unwrap_used, missing_docs)]

#[cfg(target_os = "linux")]
#[path = "interface/contest.rs"]
mod contest;

#[cfg(target_os = "linux")]
fn main() {
    contest::run();
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("skipped: the peers are compared on Linux");
}

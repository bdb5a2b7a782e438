//! What the tests of `berkeley` share: needs, limits, pairs, networks of their own, faults, leaks, what Wine lacks.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that fails is a test that fails")]

#[cfg(target_os = "linux")]
pub mod descriptor;
// Release builds of the library have no switch.
#[cfg(debug_assertions)]
pub mod fault;
#[cfg(target_os = "linux")]
mod host;
pub mod leak;
mod limit;
mod need;
#[cfg(target_os = "linux")]
mod network;
mod pair;
mod poller;
mod wine;

#[cfg(target_os = "linux")]
pub use host::Host;
pub use limit::{Limit, limit, soon};
pub use need::{again, is_emulated, need, need_of, need_real, program};
#[cfg(target_os = "linux")]
pub use network::{in_own_network, ip, replace_files};
pub use pair::{LOOPBACK, each_loopback, each_stream_pair, scratch, tcp_pair, udp_pair};
pub use poller::{QUIET, each_poller, ready, wait_for};
pub use wine::{Lack, has_unix_sockets, lacks};

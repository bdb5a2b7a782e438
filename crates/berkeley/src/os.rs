//! What only one system could ever have, so that the import shows it.
//!
//! What Linux has exists on every system all the same: elsewhere it answers that it is not supported. What Windows has is
//! there on Windows alone.

pub mod linux;
#[cfg(all(windows, not(berkeley_sys = "unsupported")))]
pub mod windows;

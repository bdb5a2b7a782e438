//! What only one system could ever have, so that the import shows it. It exists on every system all the same: elsewhere it
//! answers that it is not supported.

pub mod linux;
pub mod windows;

//! What the resolvers of all systems answer with, and where their files are.

use std::path::PathBuf;

use crate::addr::Address;
use crate::error::LookupFailure;

pub(crate) use super::system::lookup::{addresses, host_name};

/// The result of a call of the system's resolver.
pub(crate) type Answer<T> = Result<T, LookupFailure>;

/// What the system knows of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// In the order in which to try them; their ports are zero.
    pub(crate) addresses: Vec<Address>,
    pub(crate) canonical: Option<String>,
}

/// Room for the longest name and its NUL: C's `NI_MAXHOST`.
pub(super) const HOST_SIZE: usize = 1025;

/// Takes a name as far as its NUL.
#[cfg_attr(not(unix), allow(dead_code))]
pub(super) fn name(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// Returns the path of one of the system's files of names: `hosts`, `services`, `protocols`.
pub(crate) fn file(name: &str) -> PathBuf {
    if cfg!(not(windows)) {
        return PathBuf::from("/etc").join(name);
    }
    let root = std::env::var_os("SystemRoot").map_or_else(|| PathBuf::from(r"C:\Windows"), PathBuf::from);
    // Windows has the protocols under a name that fits into eight letters.
    root.join(r"System32\drivers\etc").join(if name == "protocols" { "protocol" } else { name })
}

//! The names of this machine: gethostname(2), getdomainname(2).

use super::system::checked;
use super::{Result, check};
#[cfg(not(any(linux_like, bsd)))]
use crate::error::Errno;
use crate::error::Operation;

/// Longer than any system lets a name be: 64 bytes on Linux, 255 elsewhere.
const LONGEST: usize = 257;

/// The text up to its NUL, which a name that was cut may lack.
fn text(bytes: &[u8]) -> String {
    let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

pub(crate) fn host_name() -> Result<String> {
    check(Operation::HostName)?;
    let mut bytes = [0; LONGEST];
    // SAFETY: the bytes are writable for their length.
    checked(unsafe { libc::gethostname(bytes.as_mut_ptr().cast(), bytes.len()) })?;
    Ok(text(&bytes))
}

#[cfg(any(linux_like, bsd))]
pub(crate) fn domain_name() -> Result<String> {
    check(Operation::HostName)?;
    let mut bytes = [0; LONGEST];
    // SAFETY: the bytes are writable for their length, whose type is not the same on every system.
    checked(unsafe { libc::getdomainname(bytes.as_mut_ptr().cast(), bytes.len() as _) })?;
    Ok(text(&bytes))
}

#[cfg(not(any(linux_like, bsd)))]
pub(crate) fn domain_name() -> Result<String> {
    Err(Errno::OPNOTSUPP)
}

//! The Unix systems.

pub(crate) mod address;
pub(crate) mod descriptor;
pub(crate) mod flag;
pub(crate) mod io;
pub(crate) mod layout;
pub(crate) mod lookup;
#[cfg(any(linux_like, bsd))]
pub(in crate::sys) mod mask;
pub(crate) mod message;
pub(crate) mod name;
pub(crate) mod option;
#[cfg(any(linux_like, bsd))]
pub(in crate::sys) mod status;
pub(crate) mod wait;

/// The calls that Linux makes inline and the others through libc.
#[cfg_attr(all(linux_like, not(berkeley_call = "libc")), path = "../linux/call.rs")]
pub(in crate::sys) mod call;

use super::Result;
use crate::error::Errno;

/// Takes what a call of libc returned: -1 says that `errno` has the reason.
#[inline]
pub(in crate::sys) fn checked(returned: libc::c_int) -> Result<libc::c_int> {
    if returned == -1 { Err(last_errno()) } else { Ok(returned) }
}

/// As `checked`, for calls that return a length.
#[inline]
pub(in crate::sys) fn checked_length(returned: isize) -> Result<usize> {
    usize::try_from(returned).map_err(|_| last_errno())
}

/// Returns a time as the calls take it that are precise.
#[cfg(any(linux_like, bsd))]
pub(in crate::sys) fn timespec(time: std::time::Duration) -> libc::timespec {
    libc::timespec { tv_sec: time.as_secs() as _, tv_nsec: time.subsec_nanos() as _ }
}

#[cold]
pub(in crate::sys) fn last_errno() -> Errno {
    Errno::from_raw(std::io::Error::last_os_error().raw_os_error().unwrap_or(0))
}

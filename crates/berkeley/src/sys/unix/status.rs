//! What has become of a child, asked so that it can be asked again.

use std::mem::MaybeUninit;

use super::Result;
use crate::error::Operation;
use crate::sys::{Fate, check};

/// Asks for the status of the child that `kind` and `id` name, and leaves it there for whoever waits for the child.
pub(in crate::sys) fn ask(kind: libc::idtype_t, id: libc::id_t) -> Result<Fate> {
    check(Operation::ExitStatus)?;
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    let how = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: the structure is writable.
    match super::checked(unsafe { libc::waitid(kind, id, info.as_mut_ptr(), how) }) {
        // SAFETY: zeros are a siginfo_t, and so is what the call has written over them.
        Ok(_) => Ok(read(&unsafe { info.assume_init() })),
        Err(errno) if errno.as_raw() == libc::ECHILD => Ok(Fate::NoChild),
        Err(errno) => Err(errno),
    }
}

/// Without a child that has ended, the structure stays empty.
fn read(info: &libc::siginfo_t) -> Fate {
    if info.si_signo == 0 {
        return Fate::Running;
    }
    // SAFETY: the structure is about a child.
    let status = unsafe { info.si_status() };
    Fate::Ended(match info.si_code {
        libc::CLD_EXITED => (status & 0xff) << 8,
        libc::CLD_DUMPED => status | 0x80,
        _ => status,
    })
}

//! Descriptors of other processes: pidfd_open(2), pidfd_getfd(2), and what `/proc` lists.

use std::fs;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;

use super::descriptor::{self, Borrowed, Descriptor};
use super::{Place, Result, check, option};
use crate::error::{Errno, Operation};

/// A process of this machine: a descriptor for it, so that another one with its number is not taken for it.
pub(crate) type Handle = Descriptor;

pub(crate) fn open(process: u32) -> Result<Handle> {
    check(Operation::OpenProcess)?;
    let process = libc::pid_t::try_from(process).ok().filter(|process| *process > 0).ok_or(Errno::SRCH)?;
    // SAFETY: the call takes two numbers.
    opened(unsafe { libc::syscall(libc::SYS_pidfd_open, process, 0) })
}

pub(crate) fn duplicate_from(process: &Handle, number: i32) -> Result<Descriptor> {
    check(Operation::DuplicateFrom)?;
    // SAFETY: `process` is open for as long as it is borrowed; the other two are numbers.
    opened(unsafe { libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), number, 0) })
}

/// Opens the process at the other end of a Unix socket: `SO_PEERPIDFD` of asm-generic/socket.h, of which SPARC has its own
/// number.
pub(crate) fn of_peer(socket: Borrowed<'_>) -> Result<Descriptor> {
    const NUMBER: i32 = if cfg!(any(target_arch = "sparc", target_arch = "sparc64")) { 0x56 } else { 77 };
    let mut number = (-1_i32).to_ne_bytes();
    option::get(socket, Place::of_plain_value(libc::SOL_SOCKET, NUMBER), &mut number)?;
    opened(i32::from_ne_bytes(number).into())
}

/// Takes what a call returned that opens a descriptor, close-on-exec as both here do.
fn opened(returned: libc::c_long) -> Result<Descriptor> {
    match i32::try_from(returned) {
        Ok(number) if number >= 0 => Ok(descriptor::owned(number)),
        _ => Err(errno(&io::Error::last_os_error())),
    }
}

/// Lists the numbers of the process's descriptors that are sockets, in their order.
pub(crate) fn sockets(_: &Handle, process: u32) -> Result<Vec<i32>> {
    check(Operation::OpenProcess)?;
    let mut numbers = Vec::new();
    for entry in fs::read_dir(format!("/proc/{process}/fd")).map_err(|error| errno(&error))? {
        let entry = entry.map_err(|error| errno(&error))?;
        // What is closed while the list is read is left out.
        let number = entry.file_name().to_str().and_then(|name| name.parse().ok());
        if let Some(number) = number.filter(|_| is_socket(&entry.path())) {
            numbers.push(number);
        }
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn is_socket(link: &Path) -> bool {
    fs::read_link(link).is_ok_and(|leads_to| leads_to.as_os_str().as_encoded_bytes().starts_with(b"socket:["))
}

#[cold]
fn errno(error: &io::Error) -> Errno {
    Errno::from_raw(error.raw_os_error().unwrap_or(libc::EIO))
}

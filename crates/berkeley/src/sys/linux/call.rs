//! The calls of the hot paths, inline.
//!
//! The `call` and `ret` around the instruction cost 60 to 900 ns on processors that mitigate speculative return
//! stack overflow (AMD Zen 1 to 4), which is 5 to 21 % of a small message's CPU time. `rustix` issues the
//! instruction where it stands.

use std::mem::MaybeUninit;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno as RustixErrno;
use rustix::net::{self, RecvFlags, SendFlags, SocketFlags};

use super::Result;
use super::address::RawAddress;
use super::descriptor::{Borrowed, Descriptor};
use crate::error::Errno;
use crate::sys::Readiness;

#[inline]
fn errno(error: RustixErrno) -> Errno {
    Errno::from_raw(error.raw_os_error())
}

#[inline]
pub(super) fn send(fd: Borrowed<'_>, data: &[u8], flags: i32) -> Result<usize> {
    net::send(fd, data, SendFlags::from_bits_retain(flags as u32)).map_err(errno)
}

#[inline]
pub(super) fn send_to(fd: Borrowed<'_>, data: &[u8], flags: i32, to: &RawAddress) -> Result<usize> {
    net::sendto(fd, data, SendFlags::from_bits_retain(flags as u32), to).map_err(errno)
}

#[inline]
pub(super) fn recv(fd: Borrowed<'_>, room: &mut [MaybeUninit<u8>], flags: i32) -> Result<usize> {
    let received = net::recv(fd, room, RecvFlags::from_bits_retain(flags as u32));
    received.map(|(_, total)| total).map_err(errno)
}

#[inline]
pub(super) fn recv_from(
    fd: Borrowed<'_>,
    room: &mut [MaybeUninit<u8>],
    flags: i32,
) -> Result<(usize, RawAddress)> {
    let (_, total, from) =
        net::recvfrom(fd, room, RecvFlags::from_bits_retain(flags as u32)).map_err(errno)?;
    Ok((total, RawAddress::from_any(from.as_ref())))
}

#[inline]
pub(in crate::sys) fn write(fd: Borrowed<'_>, data: &[u8]) -> Result<usize> {
    rustix::io::write(fd, data).map_err(errno)
}

/// Accepts a connection whose descriptor is blocking and close-on-exec.
#[inline]
pub(super) fn accept(fd: Borrowed<'_>) -> Result<(Descriptor, RawAddress)> {
    let (accepted, from) = net::acceptfrom_with(fd, SocketFlags::CLOEXEC).map_err(errno)?;
    Ok((accepted, RawAddress::from_any(from.as_ref())))
}

pub(super) fn poll(fd: Borrowed<'_>, readiness: Readiness, limit: Option<Duration>) -> Result<bool> {
    let events = match readiness {
        Readiness::Readable => PollFlags::IN,
        Readiness::Writable => PollFlags::OUT,
        Readiness::Priority => PollFlags::PRI,
        // Errors are told unasked.
        Readiness::Failed => PollFlags::empty(),
    };
    let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
    let ready = rustix::event::poll(&mut [PollFd::from_borrowed_fd(fd, events)], limit.as_ref());
    ready.map(|ready| ready != 0).map_err(errno)
}

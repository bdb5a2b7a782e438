//! Sending and receiving.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;

use super::address::RawAddress;
use super::descriptor::Borrowed;
use super::message::empty_message;
use super::{Result, call, checked, checked_length, flag, message};
use crate::error::{Errno, Operation};
#[cfg(apple)]
use crate::sys::Place;
use crate::sys::{Attempt, Buffer, Delivered, check, limit};

impl Attempt {
    #[inline]
    pub(in crate::sys) fn flag(self) -> i32 {
        match self {
            Self::AsIs => 0,
            Self::Try => flag::DONTWAIT,
        }
    }
}

#[inline]
pub(crate) fn send(fd: Borrowed<'_>, data: &[u8], flags: i32, attempt: Attempt) -> Result<usize> {
    check(Operation::Send)?;
    let data = &data[..limit(Operation::Send, data.len())];
    call::send(fd, data, flags | flag::NOSIGNAL | attempt.flag())
}

#[inline]
pub(crate) fn send_to(
    fd: Borrowed<'_>,
    data: &[u8],
    flags: i32,
    attempt: Attempt,
    to: &RawAddress,
) -> Result<usize> {
    check(Operation::Send)?;
    call::send_to(fd, data, flags | flag::NOSIGNAL | attempt.flag(), to)
}

#[inline]
pub(crate) fn send_vectored(
    fd: Borrowed<'_>,
    data: &[IoSlice<'_>],
    flags: i32,
    attempt: Attempt,
    to: Option<&RawAddress>,
) -> Result<usize> {
    message::send(fd, data, to, &[], flags, attempt)
}

/// Receives from a stream: what there is, up to the room.
#[inline]
pub(crate) fn recv<B: Buffer + ?Sized>(
    fd: Borrowed<'_>,
    buffer: &mut B,
    flags: i32,
    attempt: Attempt,
) -> Result<usize> {
    check(Operation::Receive)?;
    // SAFETY: the system writes values only.
    let room = unsafe { buffer.room() };
    let most = limit(Operation::Receive, room.len());
    // With MSG_TRUNC among the flags, TCP would tell of bytes that it did not write.
    let length = call::recv(fd, &mut room[..most], flags & !libc::MSG_TRUNC | attempt.flag())?;
    // SAFETY: the system wrote that many bytes at the front.
    unsafe { buffer.filled(length) };
    Ok(length)
}

/// Receives one message, and says how much of it the buffer had no room for: `told` if the system tells by how much.
#[inline]
pub(crate) fn recv_message<B: Buffer + ?Sized>(
    fd: Borrowed<'_>,
    buffer: &mut B,
    flags: i32,
    attempt: Attempt,
    told: bool,
) -> Result<Delivered> {
    check(Operation::Receive)?;
    // SAFETY: the system writes values only.
    let room = unsafe { buffer.room() };
    let delivered = if told {
        whole(fd, room, flags | attempt.flag())?
    } else {
        cut(fd, room, flags | attempt.flag(), None)?
    };
    // SAFETY: the system wrote that many bytes at the front.
    unsafe { buffer.filled(delivered.length) };
    Ok(delivered)
}

/// Receives one message and the address that it came from.
#[inline]
pub(crate) fn recv_from<B: Buffer + ?Sized>(
    fd: Borrowed<'_>,
    buffer: &mut B,
    flags: i32,
    attempt: Attempt,
    told: bool,
) -> Result<(Delivered, RawAddress)> {
    check(Operation::Receive)?;
    // SAFETY: the system writes values only.
    let room = unsafe { buffer.room() };
    let (delivered, from) = if told {
        whole_from(fd, room, flags | attempt.flag())?
    } else {
        let mut from = RawAddress::empty();
        (cut(fd, room, flags | attempt.flag(), Some(&mut from))?, from)
    };
    // SAFETY: the system wrote that many bytes at the front.
    unsafe { buffer.filled(delivered.length) };
    Ok((delivered, from))
}

/// On Linux, MSG_TRUNC asks for the whole length of the message, and a plain recv tells it.
#[cfg(linux_like)]
#[inline]
fn whole(fd: Borrowed<'_>, room: &mut [MaybeUninit<u8>], flags: i32) -> Result<Delivered> {
    let total = call::recv(fd, room, flags | libc::MSG_TRUNC)?;
    Ok(Delivered::of(total, room.len()))
}

#[cfg(not(linux_like))]
fn whole(fd: Borrowed<'_>, room: &mut [MaybeUninit<u8>], flags: i32) -> Result<Delivered> {
    cut(fd, room, flags, None)
}

/// Receives one message, and learns whether it was cut, not by how much.
fn cut(
    fd: Borrowed<'_>,
    room: &mut [MaybeUninit<u8>],
    flags: i32,
    from: Option<&mut RawAddress>,
) -> Result<Delivered> {
    let mut slice = libc::iovec { iov_base: room.as_mut_ptr().cast(), iov_len: room.len() };
    // SAFETY: the one slice is writable for its length.
    unsafe { receive_message(fd, &raw mut slice, 1, flags, from) }
}

#[cfg(linux_like)]
#[inline]
fn whole_from(fd: Borrowed<'_>, room: &mut [MaybeUninit<u8>], flags: i32) -> Result<(Delivered, RawAddress)> {
    let (total, from) = call::recv_from(fd, room, flags | libc::MSG_TRUNC)?;
    Ok((Delivered::of(total, room.len()), from))
}

#[cfg(not(linux_like))]
fn whole_from(fd: Borrowed<'_>, room: &mut [MaybeUninit<u8>], flags: i32) -> Result<(Delivered, RawAddress)> {
    let mut from = RawAddress::empty();
    let delivered = cut(fd, room, flags, Some(&mut from))?;
    Ok((delivered, from))
}

/// Receives from a stream until the buffer is full, the stream has ended, or `after` says of an error that it is
/// not to be attempted again. Returns how much was received, or `None` if that was nothing because of an error.
pub(crate) fn recv_all<B: Buffer + ?Sized>(
    fd: Borrowed<'_>,
    buffer: &mut B,
    flags: i32,
    first: Attempt,
    after: &mut dyn FnMut(Errno) -> Option<Attempt>,
) -> Option<usize> {
    // SAFETY: the system writes values only.
    let room = unsafe { buffer.room() };
    let (mut done, mut attempt, mut failed) = (0, first, false);
    while done < room.len() {
        let most = limit(Operation::Receive, room.len() - done);
        let received = check(Operation::Receive).and_then(|()| {
            call::recv(fd, &mut room[done..done + most], flags & !libc::MSG_TRUNC | attempt.flag())
        });
        match received {
            Ok(0) => break,
            Ok(length) => done += length,
            Err(errno) => {
                let Some(next) = after(errno) else {
                    failed = true;
                    break;
                };
                attempt = next;
            }
        }
    }
    // SAFETY: the system wrote that many bytes at the front.
    unsafe { buffer.filled(done) };
    (done > 0 || !failed).then_some(done)
}

/// Receives into several slices, one after the other: `told` if the system tells the length of the whole message.
#[inline]
pub(crate) fn recv_vectored(
    fd: Borrowed<'_>,
    slices: &mut [IoSliceMut<'_>],
    flags: i32,
    attempt: Attempt,
    from: Option<&mut RawAddress>,
    told: bool,
) -> Result<Delivered> {
    check(Operation::Receive)?;
    let count = slices.len();
    // On Linux, MSG_TRUNC asks for the whole length of the message.
    let whole = told && cfg!(linux_like);
    let flags = flags | attempt.flag() | if whole { libc::MSG_TRUNC } else { 0 };
    // SAFETY: IoSliceMut promises the layout of iovec, and the slices are writable for their lengths.
    let delivered = unsafe { receive_message(fd, slices.as_mut_ptr().cast(), count, flags, from) }?;
    if !whole {
        return Ok(delivered);
    }
    Ok(Delivered::of(delivered.length, slices.iter().map(|slice| slice.len()).sum()))
}

/// Receives one message.
///
/// # Safety
///
/// `slices` leads to `count` iovecs whose memory is writable for their lengths.
unsafe fn receive_message(
    fd: Borrowed<'_>,
    slices: *mut libc::iovec,
    count: usize,
    flags: i32,
    from: Option<&mut RawAddress>,
) -> Result<Delivered> {
    let mut message = empty_message();
    message.msg_iov = slices;
    message.msg_iovlen = count as _;
    let mut receive = || {
        // SAFETY: all that the message leads to is writable, as the caller promised or was set up here.
        checked_length(unsafe { libc::recvmsg(fd.as_raw_fd(), &raw mut message, flags) })
    };
    let Some(from) = from else {
        return receive().map(|length| delivered(length, message.msg_flags));
    };
    let length = from.fill(|address, room| {
        message.msg_name = address.cast();
        // SAFETY: `room` leads to the length of the address's memory, which is ours for this call.
        message.msg_namelen = unsafe { *room };
        // SAFETY: all that the message leads to is writable.
        let length = checked_length(unsafe { libc::recvmsg(fd.as_raw_fd(), &raw mut message, flags) })?;
        // SAFETY: as above.
        unsafe { *room = message.msg_namelen };
        Ok(length)
    })?;
    Ok(delivered(length, message.msg_flags))
}

fn delivered(length: usize, flags: i32) -> Delivered {
    Delivered::cut(length, flags & libc::MSG_TRUNC != 0)
}

/// The most slices that a call takes at once: IOV_MAX, which is 1024 on every system here, 16 on illumos.
pub(crate) const MOST_SLICES: usize = if cfg!(solarish) { 16 } else { 1024 };

/// Returns how many bytes wait to be received; for datagrams, those of the first (Linux) or of all (the BSDs).
pub(crate) fn queued_receive(fd: Borrowed<'_>) -> Result<usize> {
    ioctl_length(fd, libc::FIONREAD as _)
}

/// Returns how many bytes of those sent the peer has not acknowledged, or has not read.
#[cfg(linux_like)]
pub(crate) fn queued_send(fd: Borrowed<'_>) -> Result<usize> {
    // SIOCOUTQ has the number of TIOCOUTQ.
    ioctl_length(fd, libc::TIOCOUTQ as _)
}

/// FIONWRITE of FreeBSD, NetBSD and OpenBSD: `_IOR('f', 119, int)` and `_IOR('f', 121, int)`.
#[cfg(all(bsd, not(apple)))]
pub(crate) fn queued_send(fd: Borrowed<'_>) -> Result<usize> {
    const NUMBER: libc::c_ulong = if cfg!(target_os = "netbsd") { 121 } else { 119 };
    ioctl_length(fd, (0x4004_6600 | NUMBER) as _)
}

#[cfg(apple)]
pub(crate) fn queued_send(fd: Borrowed<'_>) -> Result<usize> {
    let mut value = [0; 4];
    super::option::get(fd, Place::of_plain_value(libc::SOL_SOCKET, libc::SO_NWRITE), &mut value)?;
    Ok(u32::from_ne_bytes(value) as usize)
}

#[cfg(not(any(linux_like, bsd)))]
pub(crate) fn queued_send(_: Borrowed<'_>) -> Result<usize> {
    Err(Errno::OPNOTSUPP)
}

/// Returns whether the next byte to be received is the one after the urgent mark.
pub(crate) fn at_mark(fd: Borrowed<'_>) -> Result<bool> {
    // SIOCATMARK: of Linux, whose processors agree but for MIPS, SPARC and the like; of the BSDs `_IOR('s', 7, int)`.
    #[cfg(linux_like)]
    const NUMBER: libc::c_ulong = 0x8905;
    #[cfg(not(linux_like))]
    const NUMBER: libc::c_ulong = 0x4004_7307;
    ioctl_length(fd, NUMBER as _).map(|value| value != 0)
}

#[cfg(all(linux_like, not(any(target_env = "musl", target_os = "android"))))]
type Request = libc::c_ulong;
#[cfg(all(linux_like, any(target_env = "musl", target_os = "android")))]
type Request = libc::c_int;
#[cfg(not(any(linux_like, solarish)))]
type Request = libc::c_ulong;
#[cfg(solarish)]
type Request = libc::c_int;

fn ioctl_length(fd: Borrowed<'_>, request: Request) -> Result<usize> {
    check(Operation::Control)?;
    let mut value: libc::c_int = 0;
    // SAFETY: the requests given here write one int.
    checked(unsafe { libc::ioctl(fd.as_raw_fd(), request, &raw mut value) })?;
    Ok(usize::try_from(value).unwrap_or(0))
}

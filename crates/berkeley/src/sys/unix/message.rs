//! Messages with control data: sendmsg(2), recvmsg(2).

use std::io::{IoSlice, IoSliceMut};
use std::mem::offset_of;
use std::os::fd::AsRawFd;

use super::address::RawAddress;
use super::descriptor::{Borrowed, Descriptor, owned};
use super::{Result, checked_length, flag};
use crate::error::Operation;
use crate::sys::control::{Inbox, Layout};
use crate::sys::{Arrived, Attempt, Delivered, check, limit_slices};

/// Where the data begins, and what headers are aligned to, as the macros of C compute them.
// SAFETY: the macros are sums.
const HEADER: usize = unsafe { libc::CMSG_LEN(0) } as usize;
// SAFETY: as above.
const ALIGN: usize = unsafe { libc::CMSG_SPACE(1) } as usize - HEADER;

pub(in crate::sys) const LAYOUT: Layout =
    match Layout::new(offset_of!(libc::cmsghdr, cmsg_level), HEADER, ALIGN) {
        Some(layout) => layout,
        None => unreachable!(),
    };

const _: () = assert!(offset_of!(libc::cmsghdr, cmsg_type) == offset_of!(libc::cmsghdr, cmsg_level) + 4);

/// The levels and types whose data are descriptors.
pub(in crate::sys) const DESCRIPTORS: &[(i32, i32)] = &[
    (libc::SOL_SOCKET, libc::SCM_RIGHTS),
    #[cfg(linux_like)]
    (libc::SOL_SOCKET, SCM_PIDFD),
];

/// `SCM_PIDFD` of linux/socket.h.
#[cfg(linux_like)]
const SCM_PIDFD: i32 = 4;

/// The levels that have messages with pointers in them: RDS, whose remote memory is described by addresses.
pub(in crate::sys) const POINTERS: &[i32] = if cfg!(linux_like) { &[276] } else { &[] };

/// Where descriptors are passed, and where a process is told as a descriptor.
pub(crate) const RIGHTS: Option<(i32, i32)> = Some((libc::SOL_SOCKET, libc::SCM_RIGHTS));
#[cfg(linux_like)]
pub(crate) const PIDFD: Option<(i32, i32)> = Some((libc::SOL_SOCKET, SCM_PIDFD));
#[cfg(not(linux_like))]
pub(crate) const PIDFD: Option<(i32, i32)> = None;

/// Takes over a number that was received; a negative one is none.
pub(in crate::sys) fn adopt(number: i32) -> Option<Descriptor> {
    (number >= 0).then(|| owned(number))
}

/// The flag with which received descriptors are close-on-exec from their first instant, where the system has it. Packet and
/// CAN sockets of Linux refuse it.
#[cfg(not(any(apple, target_os = "solaris")))]
pub(crate) const CLOEXEC: i32 = libc::MSG_CMSG_CLOEXEC;
#[cfg(any(apple, target_os = "solaris"))]
pub(crate) const CLOEXEC: i32 = 0;

pub(in crate::sys) fn empty_message() -> libc::msghdr {
    // SAFETY: a msghdr is numbers and pointers, for which zero is a value: nothing there.
    unsafe { std::mem::zeroed() }
}

/// Makes the header of a message to be sent: its pointers lead to what is lent here, for as long as that lives; the system only reads it.
#[inline]
pub(in crate::sys) fn outgoing(
    data: &[IoSlice<'_>],
    to: Option<&RawAddress>,
    control: &[u8],
) -> libc::msghdr {
    let mut message = empty_message();
    // IoSlice promises the layout of iovec.
    message.msg_iov = data.as_ptr().cast_mut().cast();
    message.msg_iovlen = data.len() as _;
    if let Some(to) = to {
        message.msg_name = to.as_ptr().cast_mut().cast();
        message.msg_namelen = to.len();
    }
    if !control.is_empty() {
        message.msg_control = control.as_ptr().cast_mut().cast();
        message.msg_controllen = control.len() as _;
    }
    message
}

#[inline]
pub(crate) fn send(
    fd: Borrowed<'_>,
    data: &[IoSlice<'_>],
    to: Option<&RawAddress>,
    control: &[u8],
    flags: i32,
    attempt: Attempt,
) -> Result<usize> {
    check(Operation::Send)?;
    let data = limit_slices(Operation::Send, data);
    let message = outgoing(&data, to, control);
    let flags = flags | flag::NOSIGNAL | attempt.flag();
    // SAFETY: the slices, the address and the control messages are readable for their lengths, which the message has;
    // sendmsg writes to none of them.
    checked_length(unsafe { libc::sendmsg(fd.as_raw_fd(), &raw const message, flags) })
}

/// Receives one message with its control messages: `told` if the system tells the length of the whole message.
#[inline]
pub(crate) fn recv(
    fd: Borrowed<'_>,
    slices: &mut [IoSliceMut<'_>],
    from: &mut RawAddress,
    inbox: &mut Inbox<'_>,
    flags: i32,
    attempt: Attempt,
    told: bool,
) -> Result<Arrived> {
    check(Operation::Receive)?;
    let whole = told && cfg!(linux_like);
    // MSG_TRUNC asks for the whole length of the message, where it does anything.
    let flags = flags & !libc::MSG_TRUNC | attempt.flag() | if whole { libc::MSG_TRUNC } else { 0 };
    let mut message = empty_message();
    // IoSliceMut promises the layout of iovec.
    message.msg_iov = slices.as_mut_ptr().cast();
    message.msg_iovlen = slices.len() as _;
    let room = inbox.room();
    message.msg_control = room.as_mut_ptr().cast();
    message.msg_controllen = room.len() as _;
    let length = from.fill(|address, room| {
        message.msg_name = address.cast();
        // SAFETY: `room` leads to the length of the address's memory, which is ours for this call.
        message.msg_namelen = unsafe { *room };
        // SAFETY: all that the message leads to is writable for the lengths that it has.
        let length = checked_length(unsafe { libc::recvmsg(fd.as_raw_fd(), &raw mut message, flags) })?;
        // SAFETY: as above.
        unsafe { *room = message.msg_namelen };
        Ok(length)
    })?;
    #[allow(clippy::unnecessary_cast, reason = "it is a socklen_t on most systems")]
    let written = message.msg_controllen as usize;
    // SAFETY: the call succeeded, and wrote that many bytes.
    unsafe { inbox.filled(written) };
    // A look at a message opens its descriptors on Linux; the BSDs show what the kernel keeps in their place.
    #[cfg(not(linux_like))]
    if flags & libc::MSG_PEEK != 0 {
        inbox.scrub();
    }
    #[cfg(any(apple, target_os = "solaris"))]
    close_on_exec(inbox.bytes());
    let delivered = if whole {
        Delivered::of(length, slices.iter().map(|slice| slice.len()).sum())
    } else {
        Delivered::cut(length, message.msg_flags & libc::MSG_TRUNC != 0)
    };
    Ok(Arrived { delivered, flags: message.msg_flags })
}

/// Makes what was received close-on-exec, one by one.
#[cfg(any(apple, target_os = "solaris"))]
fn close_on_exec(control: &[u8]) {
    use crate::sys::control::{Frames, holds_descriptors};

    for frame in Frames::of(control).filter(|frame| holds_descriptors(frame.level, frame.number)) {
        let (numbers, _) = control[frame.data].as_chunks::<4>();
        for number in numbers.iter().map(|number| i32::from_ne_bytes(*number)).filter(|number| *number >= 0) {
            // SAFETY: the system has just opened the number; F_SETFD takes an int.
            unsafe { libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC) };
        }
    }
}

/// Credentials as messages have them: process, user, group.
pub(crate) type Credentials = (Option<i32>, u32, u32);

/// Where credentials are sent.
#[cfg(linux_like)]
pub(crate) const CREDENTIALS: Option<(i32, i32)> = Some((libc::SOL_SOCKET, libc::SCM_CREDENTIALS));
#[cfg(any(freebsd, target_os = "dragonfly"))]
pub(crate) const CREDENTIALS: Option<(i32, i32)> = Some((libc::SOL_SOCKET, libc::SCM_CREDS));
#[cfg(not(any(linux_like, freebsd, target_os = "dragonfly")))]
pub(crate) const CREDENTIALS: Option<(i32, i32)> = None;

/// The most bytes of credentials that are sent.
pub(crate) const CREDENTIALS_SIZE: usize = 96;

/// Writes the credentials that go with a message, and returns how many bytes they take; `None` where none can be sent.
#[cfg(linux_like)]
#[allow(clippy::unnecessary_wraps, reason = "as the others are called")]
pub(crate) fn encode_credentials(
    (pid, uid, gid): Credentials,
    room: &mut [u8; CREDENTIALS_SIZE],
) -> Option<usize> {
    let fields = [pid.unwrap_or(std::process::id() as i32) as u32, uid, gid];
    for (place, field) in room.as_chunks_mut::<4>().0.iter_mut().zip(fields) {
        *place = field.to_ne_bytes();
    }
    Some(size_of::<libc::ucred>())
}

/// The kernel fills `struct cmsgcred` in, whatever is there.
#[cfg(any(freebsd, target_os = "dragonfly"))]
#[allow(clippy::unnecessary_wraps, reason = "as the others are called")]
pub(crate) fn encode_credentials(_: Credentials, _: &mut [u8; CREDENTIALS_SIZE]) -> Option<usize> {
    const SIZE: usize = size_of::<libc::cmsgcred>();
    const _: () = assert!(SIZE <= CREDENTIALS_SIZE);
    Some(SIZE)
}

#[cfg(not(any(linux_like, freebsd, target_os = "dragonfly")))]
pub(crate) fn encode_credentials(_: Credentials, _: &mut [u8; CREDENTIALS_SIZE]) -> Option<usize> {
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::sys::Place;
    use crate::sys::control::Frames;

    /// C's own macros walk over what was written here, and find the same.
    #[test]
    fn the_macros_of_c_agree() {
        for data in 0..40_usize {
            // SAFETY: the macro is a sum.
            let space = unsafe { libc::CMSG_SPACE(data as _) } as usize;
            assert_eq!(Layout::SYSTEM.space(data), space);
        }
        let mut words = [0_u64; 64];
        // SAFETY: words are bytes that all have values.
        let room = unsafe { std::slice::from_raw_parts_mut(words.as_mut_ptr().cast::<u8>(), 512) };
        let (mut at, lengths) = (0, [4, 0, 1, 13, 16, 8]);
        for (number, length) in lengths.into_iter().enumerate() {
            let place = Place::of_plain_value(77, number as i32);
            let data = Layout::SYSTEM.put(room, at, place, length).unwrap();
            room[data].fill(number as u8 + 1);
            at += Layout::SYSTEM.space(length);
        }
        let frames: Vec<_> = Frames::of(&room[..at]).collect();
        let mut message = empty_message();
        message.msg_control = room.as_mut_ptr().cast();
        message.msg_controllen = at as _;
        // SAFETY: the message leads to the control messages.
        let mut header = unsafe { libc::CMSG_FIRSTHDR(&raw const message) };
        for (frame, length) in frames.iter().zip(lengths) {
            // SAFETY: the macros lead to headers within the room.
            let there = unsafe { *header };
            // SAFETY: and to their data.
            let data = unsafe { libc::CMSG_DATA(header) };
            assert_eq!((there.cmsg_level, there.cmsg_type), (frame.level, frame.number));
            assert_eq!(data.addr() - room.as_ptr().addr(), frame.data.start);
            assert_eq!(frame.data.len(), length);
            // SAFETY: as above.
            header = unsafe { libc::CMSG_NXTHDR(&raw const message, header) };
        }
        assert!(header.is_null());
        assert_eq!(frames.len(), lengths.len());
    }
}

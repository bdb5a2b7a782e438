//! sendmmsg(2), recvmmsg(2).

use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;

use super::{Entry, MOST, Outgoing, Room};
use crate::error::Operation;
use crate::sys::descriptor::Borrowed;
use crate::sys::system::checked;
use crate::sys::system::message::{empty_message, outgoing};
use crate::sys::{Arrived, Attempt, Delivered, Result, check, flag};

type Headers = [MaybeUninit<libc::mmsghdr>; MOST];

/// Sends up to [`MOST`] messages; returns how many.
#[inline]
pub(crate) fn send<'a>(
    socket: Borrowed<'_>,
    messages: impl Iterator<Item = Outgoing<'a>>,
    flags: i32,
    attempt: Attempt,
) -> Result<usize> {
    check(Operation::Send)?;
    let mut headers: Headers = [const { MaybeUninit::uninit() }; MOST];
    let mut count = 0;
    for (place, message) in headers.iter_mut().zip(messages) {
        let header = outgoing(message.data, message.to, message.control);
        place.write(libc::mmsghdr { msg_hdr: header, msg_len: 0 });
        count += 1;
    }
    let flags = flags | flag::NOSIGNAL | attempt.flag();
    let first = headers.as_mut_ptr().cast();
    // SAFETY: so many headers are written, and lead to what the messages lend: slices, addresses and control messages,
    // which sendmmsg only reads.
    let sent = unsafe { libc::sendmmsg(socket.as_raw_fd(), first, count, flags as _) };
    checked(sent).map(|sent| sent as usize)
}

/// Receives up to [`MOST`] messages, and waits for the first alone; returns how many.
pub(crate) fn receive(
    room: &mut Room,
    socket: Borrowed<'_>,
    flags: i32,
    attempt: Attempt,
    told: bool,
) -> Result<usize> {
    // recvmsg(2) costs less than recvmmsg(2) for one.
    if let [_] = *room.entries {
        return room.receive_each(socket, flags, attempt, told);
    }
    room.clear();
    check(Operation::Receive)?;
    let mut headers: Headers = [const { MaybeUninit::uninit() }; MOST];
    let mut slices = [const { MaybeUninit::<libc::iovec>::uninit() }; MOST];
    let places = room.memory.chunks_mut(room.size);
    let mut count = 0;
    for (((header, slice), entry), place) in
        headers.iter_mut().zip(&mut slices).zip(&mut room.entries).zip(places)
    {
        let slice = slice.write(libc::iovec { iov_base: place.as_mut_ptr().cast(), iov_len: place.len() });
        header.write(libc::mmsghdr { msg_hdr: lend(entry, slice), msg_len: 0 });
        count += 1;
    }
    // MSG_TRUNC asks for the whole length of each message, where it does anything.
    let whole = if told { libc::MSG_TRUNC } else { 0 };
    let flags = flags & !libc::MSG_TRUNC | whole | attempt.flag() | libc::MSG_WAITFORONE;
    let first = headers.as_mut_ptr().cast();
    // SAFETY: so many headers are written, and lead to memory of the room that is writable for the lengths that they have;
    // no time is given.
    let received =
        unsafe { libc::recvmmsg(socket.as_raw_fd(), first, count, flags as _, std::ptr::null_mut()) };
    let received = checked(received)? as usize;
    for (header, entry) in headers[..received].iter().zip(&mut room.entries) {
        // SAFETY: it was written above, and the kernel has filled it.
        let header = unsafe { header.assume_init_ref() };
        entry.from.filled(header.msg_hdr.msg_namelen);
        #[allow(clippy::unnecessary_cast, reason = "it is a socklen_t with musl")]
        let written = header.msg_hdr.msg_controllen as usize;
        // SAFETY: the call has received this message, and wrote that many bytes of control messages.
        unsafe { entry.inbox.filled(written) };
        entry.arrived = arrived(header, room.size, told);
    }
    room.taken = received;
    Ok(received)
}

/// Makes the header that lends an entry's memory to the kernel.
fn lend(entry: &mut Entry, slice: &mut libc::iovec) -> libc::msghdr {
    let mut header = empty_message();
    let (name, length) = entry.from.room();
    let control = entry.inbox.room();
    header.msg_name = name.cast();
    header.msg_namelen = length;
    header.msg_iov = std::ptr::from_mut(slice);
    header.msg_iovlen = 1;
    header.msg_control = control.as_mut_ptr().cast();
    header.msg_controllen = control.len() as _;
    header
}

fn arrived(header: &libc::mmsghdr, size: usize, told: bool) -> Arrived {
    let (length, flags) = (header.msg_len as usize, header.msg_hdr.msg_flags);
    let delivered =
        if told { Delivered::of(length, size) } else { Delivered::cut(length, flags & libc::MSG_TRUNC != 0) };
    Arrived { delivered, flags }
}

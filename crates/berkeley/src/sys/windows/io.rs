//! Sending and receiving.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::ptr::{null_mut, slice_from_raw_parts_mut};

use super::address::RawAddress;
use super::descriptor::{Borrowed, raw};
use super::{Result, checked, checked_address, checked_length, option, ws};
use crate::error::{Errno, Operation};
use crate::sys::{Attempt, Buffer, Delivered, Place, check, limit, limit_slices};

/// Returns how much of `length` a call takes at once: as much as an int says.
#[inline]
fn most(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

#[inline]
pub(crate) fn send(socket: Borrowed<'_>, data: &[u8], flags: i32, _: Attempt) -> Result<usize> {
    check(Operation::Send)?;
    let length = most(limit(Operation::Send, data.len()));
    // SAFETY: `data` is readable for the length, which is no more than its own.
    checked_length(unsafe { ws::send(raw(socket), data.as_ptr(), length, flags) })
}

#[inline]
pub(crate) fn send_to(
    socket: Borrowed<'_>,
    data: &[u8],
    flags: i32,
    _: Attempt,
    to: &RawAddress,
) -> Result<usize> {
    check(Operation::Send)?;
    let (data, length) = (data.as_ptr(), most(data.len()));
    // SAFETY: `data` and the address are readable for the lengths that are given.
    checked_address(unsafe { ws::sendto(raw(socket), data, length, flags, to.as_ptr(), to.len()) })
}

#[inline]
pub(crate) fn send_vectored(
    socket: Borrowed<'_>,
    data: &[IoSlice<'_>],
    flags: i32,
    _: Attempt,
    to: Option<&RawAddress>,
) -> Result<usize> {
    check(Operation::Send)?;
    let data = limit_slices(Operation::Send, data);
    // Winsock takes no list without a slice in it.
    let data = if data.is_empty() { &[IoSlice::new(&[])] } else { &data[..] };
    let (socket, flags, count) = (raw(socket), flags as u32, most(data.len()) as u32);
    // IoSlice promises the layout of WSABUF.
    let slices = data.as_ptr().cast();
    let mut sent = 0;
    let returned = match to {
        // SAFETY: the slices are readable for their lengths, and `sent` is writable; nothing is overlapped.
        None => unsafe { ws::WSASend(socket, slices, count, &raw mut sent, flags, null_mut(), None) },
        Some(to) => {
            let (to, length) = (to.as_ptr(), to.len());
            // SAFETY: as above, and the address is readable for its length.
            unsafe {
                ws::WSASendTo(socket, slices, count, &raw mut sent, flags, to, length, null_mut(), None)
            }
        }
    };
    checked_address(returned).map(|_| sent as usize)
}

/// Receives from a stream: what there is, up to the room.
#[inline]
pub(crate) fn recv<B: Buffer + ?Sized>(
    socket: Borrowed<'_>,
    buffer: &mut B,
    flags: i32,
    _: Attempt,
) -> Result<usize> {
    check(Operation::Receive)?;
    // SAFETY: the system writes values only.
    let room = unsafe { buffer.room() };
    let most = limit(Operation::Receive, room.len());
    let length = receive(socket, &mut room[..most], flags)?;
    // SAFETY: the system wrote that many bytes at the front.
    unsafe { buffer.filled(length) };
    Ok(length)
}

#[inline]
fn receive(socket: Borrowed<'_>, room: &mut [MaybeUninit<u8>], flags: i32) -> Result<usize> {
    let length = most(room.len());
    let at = room.as_mut_ptr().cast();
    // SAFETY: `room` is writable for the length, which is no more than its own.
    let returned = checked_length(unsafe { ws::recv(raw(socket), at, length, without_waitall(flags)) });
    delivered(returned, length as usize).map(|delivered| delivered.length)
}

/// Winsock refuses MSG_WAITALL on a non-blocking socket. The loop that it stands for is the caller's; only with
/// MSG_PEEK there can be none, so that there the refusal stands.
#[inline]
fn without_waitall(flags: i32) -> i32 {
    if flags & ws::MSG_PEEK == 0 { flags & !ws::MSG_WAITALL } else { flags }
}

/// Takes what a receive into `room` bytes returned.
#[inline]
fn delivered(returned: Result<usize>, room: usize) -> Result<Delivered> {
    match returned {
        Ok(length) => Ok(Delivered::cut(length, false)),
        // The buffer is full, and the rest of the message is lost: Winsock has an error of what others have a flag.
        Err(Errno::MSGSIZE) => Ok(Delivered::cut(room, true)),
        // What this side shut down has ended.
        Err(Errno::SHUTDOWN) => Ok(Delivered::cut(0, false)),
        Err(errno) => Err(errno),
    }
}

/// Receives one message, and says whether the buffer had room for it. Winsock never tells how much was missing.
#[inline]
pub(crate) fn recv_message<B: Buffer + ?Sized>(
    socket: Borrowed<'_>,
    buffer: &mut B,
    flags: i32,
    _: Attempt,
    _: bool,
) -> Result<Delivered> {
    check(Operation::Receive)?;
    // SAFETY: the system writes values only.
    let delivered = receive_message(socket, unsafe { buffer.room() }, flags, None)?;
    // SAFETY: the system wrote that many bytes at the front.
    unsafe { buffer.filled(delivered.length) };
    Ok(delivered)
}

/// Receives one message and the address that it came from.
#[inline]
pub(crate) fn recv_from<B: Buffer + ?Sized>(
    socket: Borrowed<'_>,
    buffer: &mut B,
    flags: i32,
    _: Attempt,
    _: bool,
) -> Result<(Delivered, RawAddress)> {
    check(Operation::Receive)?;
    let mut from = RawAddress::empty();
    // SAFETY: the system writes values only.
    let delivered = receive_message(socket, unsafe { buffer.room() }, flags, Some(&mut from))?;
    // SAFETY: the system wrote that many bytes at the front.
    unsafe { buffer.filled(delivered.length) };
    Ok((delivered, from))
}

/// Receives from a stream until the buffer is full, the stream has ended, or `after` says of an error that it is
/// not to be attempted again. Returns how much was received, or `None` if that was nothing because of an error.
pub(crate) fn recv_all<B: Buffer + ?Sized>(
    socket: Borrowed<'_>,
    buffer: &mut B,
    flags: i32,
    _: Attempt,
    after: &mut dyn FnMut(Errno) -> Option<Attempt>,
) -> Option<usize> {
    // SAFETY: the system writes values only.
    let room = unsafe { buffer.room() };
    let (mut done, mut failed) = (0, false);
    while done < room.len() {
        let most = limit(Operation::Receive, room.len() - done);
        let received =
            check(Operation::Receive).and_then(|()| receive(socket, &mut room[done..done + most], flags));
        match received {
            Ok(0) => break,
            Ok(length) => done += length,
            Err(errno) if after(errno).is_some() => {}
            Err(_) => {
                failed = true;
                break;
            }
        }
    }
    // SAFETY: the system wrote that many bytes at the front.
    unsafe { buffer.filled(done) };
    (done > 0 || !failed).then_some(done)
}

/// Receives into several slices, one after the other.
#[inline]
pub(crate) fn recv_vectored(
    socket: Borrowed<'_>,
    slices: &mut [IoSliceMut<'_>],
    flags: i32,
    _: Attempt,
    from: Option<&mut RawAddress>,
    _: bool,
) -> Result<Delivered> {
    check(Operation::Receive)?;
    if slices.is_empty() {
        // Winsock takes no list without a slice in it.
        return receive_message(socket, &mut [], flags, from);
    }
    let room = slices.iter().map(|slice| slice.len()).sum();
    let slices = slice_from_raw_parts_mut(slices.as_mut_ptr().cast(), slices.len());
    // SAFETY: IoSliceMut promises the layout of WSABUF, and the slices are writable for their lengths.
    unsafe { receive_slices(socket, slices, room, flags, from) }
}

fn receive_message(
    socket: Borrowed<'_>,
    room: &mut [MaybeUninit<u8>],
    flags: i32,
    from: Option<&mut RawAddress>,
) -> Result<Delivered> {
    let length = u32::try_from(room.len()).unwrap_or(u32::MAX);
    let mut slice = [ws::WSABUF { len: length, buf: room.as_mut_ptr().cast() }];
    // SAFETY: the one slice is writable for its length.
    unsafe { receive_slices(socket, &raw mut slice, length as usize, flags, from) }
}

/// Receives one message into slices that have `room` bytes together.
///
/// # Safety
///
/// `slices` leads to WSABUFs whose memory is writable for their lengths.
unsafe fn receive_slices(
    socket: Borrowed<'_>,
    slices: *mut [ws::WSABUF],
    room: usize,
    flags: i32,
    from: Option<&mut RawAddress>,
) -> Result<Delivered> {
    let (socket, count, slices) = (raw(socket), most(slices.len()) as u32, slices.cast());
    let (mut length, mut flags) = (0, without_waitall(flags) as u32);
    let received = match from {
        None => {
            let (length_at, flags_at) = (&raw mut length, &raw mut flags);
            // SAFETY: all of it is writable, as the caller promised or was set up here; nothing is overlapped.
            let returned =
                unsafe { ws::WSARecv(socket, slices, count, length_at, flags_at, null_mut(), None) };
            delivered(checked(returned).map(|_| length as usize), room)?
        }
        Some(from) => from.fill(|at, size| {
            let (length_at, flags_at) = (&raw mut length, &raw mut flags);
            // SAFETY: as above, and the address is writable for the length that is given.
            let returned = unsafe {
                ws::WSARecvFrom(socket, slices, count, length_at, flags_at, at, size, null_mut(), None)
            };
            delivered(checked(returned).map(|_| length as usize), room)
        })?,
    };
    // A transport with messages of any length gives them in parts; the next receive gets the next.
    let part = flags & ws::MSG_PARTIAL != 0;
    Ok(if part { Delivered::cut(received.length, true) } else { received })
}

/// Returns how many bytes wait to be received; for datagrams, those of all.
pub(crate) fn queued_receive(socket: Borrowed<'_>) -> Result<usize> {
    ask(socket, ws::FIONREAD).map(|value| value as usize)
}

/// The most slices that a call takes at once: a DWORD counts them.
pub(crate) const MOST_SLICES: usize = u32::MAX as usize;

/// Winsock does not tell.
pub(crate) fn queued_send(_: Borrowed<'_>) -> Result<usize> {
    Err(Errno::OPNOTSUPP)
}

/// Returns whether the next byte to be received is the one after the urgent mark.
///
/// Winsock answers the opposite question: TRUE says that no urgent data is ahead. Where urgent data stays in its
/// place in the stream it answers TRUE of everything, which is no answer.
pub(crate) fn at_mark(socket: Borrowed<'_>) -> Result<bool> {
    let mut inline = [0; 4];
    option::get(socket, Place::of_plain_value(ws::SOL_SOCKET, ws::SO_OOBINLINE), &mut inline)?;
    if inline != [0; 4] {
        return Err(Errno::OPNOTSUPP);
    }
    ask(socket, ws::SIOCATMARK).map(|value| value == 0)
}

fn ask(socket: Borrowed<'_>, request: i32) -> Result<u32> {
    check(Operation::Control)?;
    let mut value = 0;
    // SAFETY: the requests given here write one number.
    checked(unsafe { ws::ioctlsocket(raw(socket), request, &raw mut value) })?;
    Ok(value)
}

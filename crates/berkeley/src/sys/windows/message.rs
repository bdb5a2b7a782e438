//! Messages with control data: WSASendMsg, WSARecvMsg.
//!
//! Both are for datagrams: what has no messages has no control data either.

use std::io::{IoSlice, IoSliceMut};
use std::mem::offset_of;
use std::ptr::null_mut;
use std::sync::OnceLock;

use super::address::RawAddress;
use super::descriptor::{Borrowed, Descriptor, raw};
use super::{Result, checked, io, last_errno, ws};
use crate::error::{Errno, Operation};
use crate::sys::control::{Inbox, Layout};
use crate::sys::{Arrived, Attempt, Delivered, check, limit_slices};

/// `WSA_CMSGHDR_ALIGN` and `WSA_CMSGDATA_ALIGN` are both that of a word.
pub(in crate::sys) const LAYOUT: Layout =
    match Layout::new(offset_of!(ws::CMSGHDR, cmsg_level), size_of::<ws::CMSGHDR>(), align_of::<usize>()) {
        Some(layout) => layout,
        None => unreachable!(),
    };

const _: () = assert!(offset_of!(ws::CMSGHDR, cmsg_type) == offset_of!(ws::CMSGHDR, cmsg_level) + 4);

/// No message of Winsock has sockets or pointers in it.
pub(in crate::sys) const DESCRIPTORS: &[(i32, i32)] = &[];
pub(in crate::sys) const POINTERS: &[i32] = &[];
pub(crate) const RIGHTS: Option<(i32, i32)> = None;
pub(crate) const PIDFD: Option<(i32, i32)> = None;
pub(crate) const CLOEXEC: i32 = 0;

pub(in crate::sys) fn adopt(_: i32) -> Option<Descriptor> {
    None
}

#[inline]
pub(crate) fn send(
    socket: Borrowed<'_>,
    data: &[IoSlice<'_>],
    to: Option<&RawAddress>,
    control: &[u8],
    flags: i32,
    attempt: Attempt,
) -> Result<usize> {
    if control.is_empty() {
        return io::send_vectored(socket, data, flags, attempt, to);
    }
    check(Operation::Send)?;
    let data = limit_slices(Operation::Send, data);
    let (name, length) = to.map_or((null_mut(), 0), |to| (to.as_ptr().cast_mut(), to.len()));
    let message = ws::WSAMSG {
        name,
        namelen: length,
        // IoSlice promises the layout of WSABUF.
        lpBuffers: data.as_ptr().cast_mut().cast(),
        dwBufferCount: data.len() as u32,
        Control: ws::WSABUF { len: control.len() as u32, buf: control.as_ptr().cast_mut() },
        dwFlags: 0,
    };
    let mut sent = 0;
    // SAFETY: all that the message leads to is readable for its length, and `sent` is writable; nothing is overlapped.
    let returned = unsafe {
        ws::WSASendMsg(raw(socket), &raw const message, flags as u32, &raw mut sent, null_mut(), None)
    };
    checked(returned).map(|_| sent as usize)
}

/// The flags that say what had no room.
const CUT: u32 = ws::MSG_TRUNC | ws::MSG_CTRUNC;

/// Receives one message with its control messages.
pub(crate) fn recv(
    socket: Borrowed<'_>,
    slices: &mut [IoSliceMut<'_>],
    from: &mut RawAddress,
    inbox: &mut Inbox<'_>,
    flags: i32,
    attempt: Attempt,
    told: bool,
) -> Result<Arrived> {
    check(Operation::Receive)?;
    let receive = receiver(socket)?;
    let total = slices.iter().map(|slice| slice.len()).sum();
    let mut nothing = [IoSliceMut::new(&mut [])];
    // Winsock takes no list without a slice in it.
    let list = if slices.is_empty() { &mut nothing[..] } else { &mut *slices };
    let room = inbox.room();
    let mut message = ws::WSAMSG {
        name: null_mut(),
        namelen: 0,
        // IoSliceMut promises the layout of WSABUF.
        lpBuffers: list.as_mut_ptr().cast(),
        dwBufferCount: list.len() as u32,
        Control: ws::WSABUF { len: room.len() as u32, buf: room.as_mut_ptr() },
        dwFlags: flags as u32,
    };
    let arrived = from.fill(|address, size| {
        message.name = address;
        // SAFETY: `size` leads to the length of the address's memory, which is ours for this call.
        message.namelen = unsafe { *size };
        let mut length = 0;
        // SAFETY: all that the message leads to is writable for its length; nothing is overlapped.
        let returned = unsafe { receive(raw(socket), &raw mut message, &raw mut length, null_mut(), None) };
        let delivered = match checked(returned) {
            Ok(_) => Delivered::cut(length as usize, false),
            // What had no room is in the flags: the control messages alone, or the data.
            Err(Errno::MSGSIZE) if message.dwFlags & CUT == ws::MSG_CTRUNC => {
                Delivered::cut(length as usize, false)
            }
            Err(Errno::MSGSIZE) => {
                // Wine has the error without the flag.
                message.dwFlags |= ws::MSG_TRUNC;
                Delivered::cut(total, true)
            }
            Err(errno) => return Err(errno),
        };
        // SAFETY: as above.
        unsafe { *size = message.namelen };
        Ok(Arrived { delivered, flags: message.dwFlags as i32 })
    });
    let arrived = match arrived {
        // Streams have no messages.
        Err(Errno::OPNOTSUPP | Errno::INVAL) => {
            let delivered = io::recv_vectored(socket, slices, flags, attempt, None, told)?;
            return Ok(Arrived { delivered, flags: 0 });
        }
        arrived => arrived?,
    };
    // SAFETY: the call succeeded, and wrote that many bytes.
    unsafe { inbox.filled(message.Control.len as usize) };
    Ok(arrived)
}

type Receiver = unsafe extern "system" fn(
    ws::SOCKET,
    *mut ws::WSAMSG,
    *mut u32,
    *mut windows_sys::Win32::System::IO::OVERLAPPED,
    ws::LPWSAOVERLAPPED_COMPLETION_ROUTINE,
) -> i32;

/// Returns WSARecvMsg, which no library exports: a provider of sockets tells where it has it. It is the same for every
/// socket of the system's own.
fn receiver(socket: Borrowed<'_>) -> Result<Receiver> {
    static FOUND: OnceLock<Receiver> = OnceLock::new();
    if let Some(found) = FOUND.get() {
        return Ok(*found);
    }
    let (mut found, mut told): (ws::LPFN_WSARECVMSG, u32) = (None, 0);
    let name = ws::WSAID_WSARECVMSG;
    // SAFETY: the identifier is readable, and the pointer writable, for the lengths that are given; nothing is overlapped.
    let asked = unsafe {
        ws::WSAIoctl(
            raw(socket),
            ws::SIO_GET_EXTENSION_FUNCTION_POINTER,
            (&raw const name).cast(),
            size_of_val(&name) as u32,
            (&raw mut found).cast(),
            size_of_val(&found) as u32,
            &raw mut told,
            null_mut(),
            None,
        )
    };
    if asked == ws::SOCKET_ERROR {
        return Err(last_errno());
    }
    let found = found.ok_or(Errno::OPNOTSUPP)?;
    Ok(*FOUND.get_or_init(|| found))
}

/// Credentials as messages have them, which Winsock lacks.
pub(crate) type Credentials = (Option<i32>, u32, u32);
pub(crate) const CREDENTIALS: Option<(i32, i32)> = None;
pub(crate) const CREDENTIALS_SIZE: usize = 0;

pub(crate) fn encode_credentials(_: Credentials, _: &mut [u8; CREDENTIALS_SIZE]) -> Option<usize> {
    None
}

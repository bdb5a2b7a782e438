//! Windows: the calls of Winsock.
//!
//! No call of Winsock has a flag for "do not wait". So every socket here is non-blocking from its first instant,
//! and calls that wait do so by [`wait`]: an [`Attempt`](super::Attempt) makes no difference.

pub(in crate::sys) mod adapters;
pub(crate) mod address;
pub(crate) mod descriptor;
pub(crate) mod flag;
pub(crate) mod io;
pub(crate) mod layout;
pub(crate) mod lookup;
pub(crate) mod message;
pub(crate) mod name;
pub(crate) mod option;
pub(crate) mod wait;

use windows_sys::Win32::Networking::WinSock as ws;

use super::Result;
use crate::error::Errno;

/// Takes what a call of Winsock returned: -1 says that the reason is to be asked for.
#[inline]
pub(in crate::sys) fn checked(returned: i32) -> Result<i32> {
    if returned == ws::SOCKET_ERROR { Err(last_errno()) } else { Ok(returned) }
}

/// As `checked`, for calls that return a length.
#[inline]
fn checked_length(returned: i32) -> Result<usize> {
    usize::try_from(returned).map_err(|_| last_errno())
}

/// As `checked`, for calls that take an address. Winsock says of one of another family than the socket's that it
/// cannot be read, `WSAEFAULT`; as memory, what is given to it here always can.
#[inline]
fn checked_address(returned: i32) -> Result<usize> {
    checked_length(returned).map_err(|errno| match errno.as_raw() {
        ws::WSAEFAULT => Errno::AFNOSUPPORT,
        _ => errno,
    })
}

#[cold]
fn last_errno() -> Errno {
    // SAFETY: the call takes nothing, and returns a number of this thread.
    Errno::from_raw(unsafe { ws::WSAGetLastError() })
}

/// Makes a request of a socket that is no option; returns how many bytes of the answer the system wrote.
pub(in crate::sys) fn control(
    socket: descriptor::Borrowed<'_>,
    request: u32,
    given: &[u8],
    room: &mut [u8],
) -> Result<usize> {
    let mut told = 0;
    let (from, to) = (given.as_ptr().cast(), room.as_mut_ptr().cast());
    let (given, most) = (given.len() as u32, room.len() as u32);
    let socket = descriptor::raw(socket);
    let (none, later) = (std::ptr::null_mut(), None);
    // SAFETY: what is given is readable, and the room writable, for their lengths; nothing is overlapped.
    checked(unsafe { ws::WSAIoctl(socket, request, from, given, to, most, &raw mut told, none, later) })?;
    Ok(told as usize)
}

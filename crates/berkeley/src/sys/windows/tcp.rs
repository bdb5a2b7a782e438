//! What Windows asks of TCP by requests rather than options.

use std::ptr::null_mut;

use windows_sys::Win32::Networking::WinSock as ws;

use super::descriptor::{Borrowed, number};
use super::{Result, check};
use crate::error::{Errno, Operation};

/// Reads `TCP_INFO_v1` into `room`; returns how many bytes the system wrote.
pub(crate) fn info(socket: Borrowed<'_>, room: &mut [u8]) -> Result<usize> {
    const VERSION: u32 = 1;
    check(Operation::Control)?;
    ask(socket, ws::SIO_TCP_INFO, &VERSION.to_ne_bytes(), room)
}

/// Sets after how many segments an acknowledgement goes at once.
pub(crate) fn set_ack_frequency(socket: Borrowed<'_>, segments: u8) -> Result<()> {
    check(Operation::Control)?;
    let frequency = i32::from(segments).to_ne_bytes();
    ask(socket, ws::SIO_TCP_SET_ACK_FREQUENCY, &frequency, &mut []).map(drop)
}

fn ask(socket: Borrowed<'_>, request: u32, given: &[u8], room: &mut [u8]) -> Result<usize> {
    let mut told = 0;
    let (from, to) = (given.as_ptr().cast(), room.as_mut_ptr().cast());
    let (given, most) = (given.len() as u32, room.len() as u32);
    // SAFETY: what is given is readable, and the room writable, for their lengths; nothing is overlapped.
    let asked = unsafe {
        ws::WSAIoctl(number(socket), request, from, given, to, most, &raw mut told, null_mut(), None)
    };
    if asked == ws::SOCKET_ERROR {
        // SAFETY: the call takes nothing, and returns a number of this thread.
        return Err(Errno::from_raw(unsafe { ws::WSAGetLastError() }));
    }
    Ok(told as usize)
}

//! What Windows asks of TCP by requests rather than options.

use windows_sys::Win32::Networking::WinSock as ws;

use super::descriptor::Borrowed;
use super::system::control;
use super::{Result, check};
use crate::error::Operation;

/// Reads `TCP_INFO_v1` into `room`; returns how many bytes the system wrote.
pub(crate) fn info(socket: Borrowed<'_>, room: &mut [u8]) -> Result<usize> {
    const VERSION: u32 = 1;
    check(Operation::Control)?;
    control(socket, ws::SIO_TCP_INFO, &VERSION.to_ne_bytes(), room)
}

/// Sets after how many segments an acknowledgement goes at once.
pub(crate) fn set_ack_frequency(socket: Borrowed<'_>, segments: u8) -> Result<()> {
    check(Operation::Control)?;
    let frequency = i32::from(segments).to_ne_bytes();
    control(socket, ws::SIO_TCP_SET_ACK_FREQUENCY, &frequency, &mut []).map(drop)
}

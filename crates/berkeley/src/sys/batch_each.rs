//! The calls for many messages, where the system has none.

use super::{Outgoing, Room, send_each};
use crate::sys::descriptor::Borrowed;
use crate::sys::{Attempt, Result};

pub(crate) fn send<'a>(
    socket: Borrowed<'_>,
    messages: impl Iterator<Item = Outgoing<'a>>,
    flags: i32,
    attempt: Attempt,
) -> Result<usize> {
    send_each(socket, messages, flags, attempt)
}

pub(crate) fn receive(
    room: &mut Room,
    socket: Borrowed<'_>,
    flags: i32,
    attempt: Attempt,
    told: bool,
) -> Result<usize> {
    room.receive_each(socket, flags, attempt, told)
}

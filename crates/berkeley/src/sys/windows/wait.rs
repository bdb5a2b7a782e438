//! Waiting for one socket.

use std::ptr::null_mut;
use std::time::Duration;

use super::descriptor::{Borrowed, number};
use super::{Result, checked, name, option, ws};
use crate::error::Operation;
use crate::sys::{LONGEST_WAIT, Place, Readiness, check};

/// Waits until the socket is ready, or `limit` is over; returns whether it is ready.
///
/// May return `false` before `limit` is over. An error or a hang-up makes a socket ready for everything.
pub(crate) fn wait(socket: Borrowed<'_>, readiness: Readiness, limit: Option<Duration>) -> Result<bool> {
    check(Operation::Wait)?;
    let limit = limit.map(|limit| limit.min(LONGEST_WAIT));
    match readiness {
        // POLLIN would have POLLRDBAND in it, which is urgent data, not what a plain receive gets.
        Readiness::Readable => poll(socket, ws::POLLRDNORM, limit),
        Readiness::Priority => poll(socket, ws::POLLRDBAND, limit),
        // Before Windows 10 2004, WSAPoll told nothing of a connect that failed. Select does, in its third set; but
        // there it has urgent data as well, so that a socket that has its peer is not waited for that way.
        Readiness::Writable if name::has_peer(socket) => poll(socket, ws::POLLWRNORM, limit),
        Readiness::Writable => select_writable(socket, limit),
    }
}

/// Returns the time limit that the socket has for such a call, `SO_RCVTIMEO` or `SO_SNDTIMEO`.
///
/// The system keeps it in calls that wait there alone, of which there are none here.
pub(crate) fn own_limit(socket: Borrowed<'_>, operation: Operation) -> Option<Duration> {
    let number = match operation {
        Operation::Receive => ws::SO_RCVTIMEO,
        Operation::Send => ws::SO_SNDTIMEO,
        _ => return None,
    };
    let place = Place::of_plain_value(ws::SOL_SOCKET, number);
    let mut time = [0; option::TIME_SIZE];
    option::get(socket, place, &mut time).ok()?;
    option::decode_time(&time)?
}

fn poll(socket: Borrowed<'_>, events: ws::WSAPOLL_EVENT_FLAGS, limit: Option<Duration>) -> Result<bool> {
    let mut entry = ws::WSAPOLLFD { fd: number(socket), events, revents: 0 };
    // Rounded up: a wait that ends too early is made again, at once, until the time is there.
    let milliseconds =
        limit.map_or(-1, |limit| i32::try_from(limit.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX));
    // SAFETY: `entry` is one writable WSAPOLLFD.
    checked(unsafe { ws::WSAPoll(&raw mut entry, 1, milliseconds) }).map(|ready| ready != 0)
}

fn select_writable(socket: Borrowed<'_>, limit: Option<Duration>) -> Result<bool> {
    let mut writable = ws::FD_SET { fd_count: 1, fd_array: [number(socket); 64] };
    let mut failed = writable;
    // Rounded up, as above.
    let microseconds = limit.map_or(0, |limit| limit.as_nanos().div_ceil(1000));
    let time = ws::TIMEVAL {
        tv_sec: i32::try_from(microseconds / 1_000_000).unwrap_or(i32::MAX),
        tv_usec: (microseconds % 1_000_000) as i32,
    };
    let time = limit.map_or(std::ptr::null(), |_| &raw const time);
    // SAFETY: both sets are writable, and the time is readable or null, which is no limit.
    let ready = unsafe { ws::select(0, null_mut(), &raw mut writable, &raw mut failed, time) };
    checked(ready).map(|ready| ready != 0)
}

//! Socket options: bytes in, bytes out.

// libc's time_t for musl is to grow; whatever it is, it is what timeval has.
#![cfg_attr(target_env = "musl", allow(deprecated))]

use std::mem::offset_of;
use std::os::fd::AsRawFd;
use std::time::Duration;

use super::descriptor::Borrowed;
use super::{Result, checked};
use crate::error::Operation;
use crate::sys::{Place, check};

/// Reads an option into `value`; returns how many bytes the system wrote.
#[inline]
pub(crate) fn get(fd: Borrowed<'_>, place: Place, value: &mut [u8]) -> Result<usize> {
    check(Operation::GetOption)?;
    let mut length = value.len() as libc::socklen_t;
    let at = value.as_mut_ptr().cast();
    // SAFETY: `value` is writable for the length that is given.
    checked(unsafe { libc::getsockopt(fd.as_raw_fd(), place.level(), place.number(), at, &raw mut length) })?;
    Ok(value.len().min(length as usize))
}

/// Sets an option to the bytes of `value`.
///
/// Not for options whose bytes are pointers or descriptors: the rows of the option table have none.
#[inline]
pub(crate) fn set(fd: Borrowed<'_>, place: Place, value: &[u8]) -> Result<()> {
    check(Operation::SetOption)?;
    let length = value.len() as libc::socklen_t;
    // SAFETY: `value` is readable for the length that is given.
    checked(unsafe {
        libc::setsockopt(fd.as_raw_fd(), place.level(), place.number(), value.as_ptr().cast(), length)
    })
    .map(drop)
}

/// The bytes of a time limit: a timeval.
pub(crate) const TIME_SIZE: usize = size_of::<libc::timeval>();

/// Writes a time limit; zero stands for none, so that less than a microsecond is rounded up to one.
pub(crate) fn encode_time(time: Option<Duration>) -> [u8; TIME_SIZE] {
    const SECONDS: usize = size_of::<libc::time_t>();
    let time = time.map_or(Duration::ZERO, |time| time.max(Duration::from_micros(1)));
    let seconds = libc::time_t::try_from(time.as_secs()).unwrap_or(libc::time_t::MAX);
    let microseconds = libc::suseconds_t::from(time.subsec_micros() as i32);
    let mut bytes = [0; TIME_SIZE];
    bytes[..SECONDS].copy_from_slice(&seconds.to_ne_bytes());
    let at = offset_of!(libc::timeval, tv_usec);
    bytes[at..at + size_of::<libc::suseconds_t>()].copy_from_slice(&microseconds.to_ne_bytes());
    bytes
}

/// Reads a time limit; zero stands for none.
#[allow(clippy::option_option, reason = "no such value, and no limit, are two things")]
pub(crate) fn decode_time(bytes: &[u8]) -> Option<Option<Duration>> {
    const SECONDS: usize = size_of::<libc::time_t>();
    let at = offset_of!(libc::timeval, tv_usec);
    let seconds = libc::time_t::from_ne_bytes(bytes.get(..SECONDS)?.try_into().ok()?);
    let end = at + size_of::<libc::suseconds_t>();
    let microseconds = libc::suseconds_t::from_ne_bytes(bytes.get(at..end)?.try_into().ok()?);
    let time = Duration::new(seconds.try_into().ok()?, u32::try_from(microseconds).ok()?.checked_mul(1000)?);
    Some(Some(time).filter(|time| !time.is_zero()))
}

/// The bytes of `SO_LINGER`: on or off, then seconds, each an int; a Winsock short each.
pub(crate) const LINGER_SIZE: usize = size_of::<libc::linger>();

const _: () = {
    assert!(offset_of!(libc::linger, l_onoff) == 0);
    assert!(offset_of!(libc::linger, l_linger) == 4);
    assert!(LINGER_SIZE == 8);
    assert!(offset_of!(libc::timeval, tv_sec) == 0);
};

pub(crate) fn encode_linger(seconds: Option<u32>) -> [u8; LINGER_SIZE] {
    let mut bytes = [0; LINGER_SIZE];
    let (on, time) = bytes.split_at_mut(4);
    on.copy_from_slice(&libc::c_int::from(seconds.is_some()).to_ne_bytes());
    time.copy_from_slice(&i32::try_from(seconds.unwrap_or(0)).unwrap_or(i32::MAX).to_ne_bytes());
    bytes
}

#[allow(clippy::option_option, reason = "no such value, and no lingering, are two things")]
pub(crate) fn decode_linger(bytes: &[u8]) -> Option<Option<u32>> {
    let on = i32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?);
    let time = i32::from_ne_bytes(bytes.get(4..8)?.try_into().ok()?);
    Some((on != 0).then_some(u32::try_from(time).ok()?))
}

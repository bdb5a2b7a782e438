//! Socket options: bytes in, bytes out.

use std::mem::offset_of;
use std::time::Duration;

use super::descriptor::{Borrowed, raw};
use super::{Result, checked, ws};
use crate::error::Operation;
use crate::sys::{Place, check};

/// Reads an option into `value`; returns how many bytes the system wrote.
#[inline]
pub(crate) fn get(socket: Borrowed<'_>, place: Place, value: &mut [u8]) -> Result<usize> {
    check(Operation::GetOption)?;
    let mut length = i32::try_from(value.len()).unwrap_or(i32::MAX);
    let at = value.as_mut_ptr();
    // SAFETY: `value` is writable for the length that is given.
    checked(unsafe { ws::getsockopt(raw(socket), place.level(), place.number(), at, &raw mut length) })?;
    Ok(value.len().min(usize::try_from(length).unwrap_or(0)))
}

/// Sets an option to the bytes of `value`.
///
/// Not for options whose bytes are pointers or descriptors: the rows of the option table have none.
#[inline]
pub(crate) fn set(socket: Borrowed<'_>, place: Place, value: &[u8]) -> Result<()> {
    check(Operation::SetOption)?;
    let length = i32::try_from(value.len()).unwrap_or(i32::MAX);
    // SAFETY: `value` is readable for the length that is given.
    checked(unsafe { ws::setsockopt(raw(socket), place.level(), place.number(), value.as_ptr(), length) })
        .map(drop)
}

/// Returns what Winsock has in the description of a socket alone: the address family, with the type beside it.
pub(super) fn described(socket: Borrowed<'_>) -> Result<ws::WSAPROTOCOL_INFOW> {
    check(Operation::GetOption)?;
    let mut described = ws::WSAPROTOCOL_INFOW::default();
    let mut length = size_of_val(&described) as i32;
    let at = (&raw mut described).cast();
    // SAFETY: the description is writable for its length, and of the type that the option has.
    checked(unsafe {
        ws::getsockopt(raw(socket), ws::SOL_SOCKET, ws::SO_PROTOCOL_INFOW, at, &raw mut length)
    })?;
    Ok(described)
}

/// The bytes of a time limit: milliseconds.
pub(crate) const TIME_SIZE: usize = size_of::<u32>();

/// Writes a time limit; zero stands for none, so that less than a millisecond is rounded up to one.
pub(crate) fn encode_time(time: Option<Duration>) -> [u8; TIME_SIZE] {
    let milliseconds = time.map_or(0, |time| time.as_nanos().div_ceil(1_000_000).max(1));
    u32::try_from(milliseconds).unwrap_or(u32::MAX).to_ne_bytes()
}

/// Reads a time limit; zero stands for none.
#[allow(clippy::option_option, reason = "no such value, and no limit, are two things")]
pub(crate) fn decode_time(bytes: &[u8]) -> Option<Option<Duration>> {
    let milliseconds = u32::from_ne_bytes(bytes.get(..TIME_SIZE)?.try_into().ok()?);
    Some((milliseconds != 0).then(|| Duration::from_millis(milliseconds.into())))
}

/// The bytes of `SO_LINGER`: on or off, then seconds, each a short.
pub(crate) const LINGER_SIZE: usize = size_of::<ws::LINGER>();

const LINGER_TIME: usize = offset_of!(ws::LINGER, l_linger);

pub(crate) fn encode_linger(seconds: Option<u32>) -> [u8; LINGER_SIZE] {
    let mut bytes = [0; LINGER_SIZE];
    let (on, time) = bytes.split_at_mut(LINGER_TIME);
    on.copy_from_slice(&u16::from(seconds.is_some()).to_ne_bytes());
    time.copy_from_slice(&u16::try_from(seconds.unwrap_or(0)).unwrap_or(u16::MAX).to_ne_bytes());
    bytes
}

#[allow(clippy::option_option, reason = "no such value, and no lingering, are two things")]
pub(crate) fn decode_linger(bytes: &[u8]) -> Option<Option<u32>> {
    let on = u16::from_ne_bytes(bytes.get(..LINGER_TIME)?.try_into().ok()?);
    let time = u16::from_ne_bytes(bytes.get(LINGER_TIME..LINGER_SIZE)?.try_into().ok()?);
    Some((on != 0).then_some(time.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lingering_is_two_shorts() {
        assert_eq!(encode_linger(None), [0, 0, 0, 0]);
        assert_eq!(encode_linger(Some(0)), [1, 0, 0, 0]);
        assert_eq!(encode_linger(Some(258)), [1, 0, 2, 1]);
        assert_eq!(encode_linger(Some(70000)), [1, 0, 0xff, 0xff], "the longest that there is");
        for seconds in [None, Some(0), Some(15)] {
            assert_eq!(decode_linger(&encode_linger(seconds)), Some(seconds));
        }
        assert_eq!(decode_linger(&[1, 0]), None);
    }

    #[test]
    fn a_time_limit_is_milliseconds_and_no_limit_is_zero() {
        assert_eq!(encode_time(None), [0, 0, 0, 0]);
        assert_eq!(encode_time(Some(Duration::ZERO)), [1, 0, 0, 0], "zero would be no limit");
        assert_eq!(encode_time(Some(Duration::from_micros(1_500))), [2, 0, 0, 0]);
        assert_eq!(encode_time(Some(Duration::MAX)), [0xff; 4]);
        assert_eq!(decode_time(&[0xe8, 3, 0, 0]), Some(Some(Duration::from_secs(1))));
        assert_eq!(decode_time(&[0; 4]), Some(None));
        assert_eq!(decode_time(&[0; 3]), None);
    }
}

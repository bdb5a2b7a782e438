//! What an option's value is, and how it lies in bytes.

use std::time::Duration;

use crate::addr::Family;
use crate::error::Errno;
use crate::kind::{Kind, Protocol};
use crate::sys;

/// The most bytes that a value takes.
const ROOM: usize = 64;

/// The bytes of a value.
#[derive(Debug)]
pub struct Bytes {
    bytes: [u8; ROOM],
    length: usize,
}

impl Bytes {
    fn of(value: &[u8]) -> Self {
        let mut bytes = [0; ROOM];
        bytes[..value.len()].copy_from_slice(value);
        Self { bytes, length: value.len() }
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// A value that an option can have.
///
/// Values write and read their own bytes, so that nothing is cast.
pub trait Value: Sized {
    /// How many bytes the system is asked for.
    const SIZE: usize;

    /// Reads the value from what the system wrote, or returns `None` if those are no such value.
    fn decode(bytes: &[u8]) -> Option<Self>;

    /// Writes the value as the system takes it.
    fn encode(&self) -> Bytes;
}

impl Value for i32 {
    const SIZE: usize = 4;

    fn decode(bytes: &[u8]) -> Option<Self> {
        // The BSDs and Windows answer some of them in one byte.
        match *bytes {
            [byte] => Some(byte.into()),
            _ => Some(Self::from_ne_bytes(bytes.get(..4)?.try_into().ok()?)),
        }
    }

    fn encode(&self) -> Bytes {
        Bytes::of(&self.to_ne_bytes())
    }
}

/// A value that lies in bytes as an int does.
macro_rules! as_int {
    ($($type:ty: $from:expr, $to:expr;)*) => { $(
        impl Value for $type {
            const SIZE: usize = i32::SIZE;

            fn decode(bytes: &[u8]) -> Option<Self> {
                i32::decode(bytes).map($from)
            }

            fn encode(&self) -> Bytes {
                let to: fn(&$type) -> i32 = $to;
                to(self).encode()
            }
        }
    )* };
}

as_int! {
    bool: |value| value != 0, |value| i32::from(*value);
    u32: |value| value as u32, |value| *value as i32;
    Kind: Kind::from_raw, |value| value.as_raw();
    Protocol: Protocol::from_raw, |value| value.as_raw();
    Family: |value| Family::from_raw(value as u16), |value| value.as_raw().map_or(-1, i32::from);
    Option<Errno>: |value| (value != 0).then(|| Errno::from_raw(value)), |value| value.map_or(0, Errno::as_raw);
}

/// A time limit; `None` is no limit.
impl Value for Option<Duration> {
    const SIZE: usize = sys::option::TIME_SIZE;

    fn decode(bytes: &[u8]) -> Option<Self> {
        sys::option::decode_time(bytes)
    }

    fn encode(&self) -> Bytes {
        Bytes::of(&sys::option::encode_time(*self))
    }
}

/// How long a close waits for data not yet sent; `None` is not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Linger(
    /// Whole seconds; zero resets the connection.
    pub Option<u32>,
);

impl Value for Linger {
    const SIZE: usize = sys::option::LINGER_SIZE;

    fn decode(bytes: &[u8]) -> Option<Self> {
        sys::option::decode_linger(bytes).map(Self)
    }

    fn encode(&self) -> Bytes {
        Bytes::of(&sys::option::encode_linger(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_limit_comes_back_in_whole_milliseconds() {
        for time in [None, Some(Duration::from_millis(1500)), Some(Duration::from_secs(7))] {
            assert_eq!(Value::decode(time.encode().as_slice()), Some(time));
        }
    }

    #[test]
    fn a_time_limit_too_short_to_say_is_not_no_limit() {
        let shortest: Option<Option<Duration>> =
            Value::decode(Some(Duration::from_nanos(1)).encode().as_slice());
        assert!(shortest.flatten().is_some_and(|time| !time.is_zero()));
    }

    #[test]
    fn linger_comes_back() {
        for linger in [Linger(None), Linger(Some(0)), Linger(Some(15))] {
            assert_eq!(Linger::decode(linger.encode().as_slice()), Some(linger));
        }
    }

    #[test]
    fn a_value_cut_short_is_none() {
        assert_eq!(i32::decode(&[1, 2]), None);
        assert_eq!(Linger::decode(&[0; 3]), None);
    }
}

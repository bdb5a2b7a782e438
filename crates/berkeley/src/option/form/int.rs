//! Values that are an int, or another number.

use std::fmt;

use super::{Form, Unfit};
use crate::addr::Family;
use crate::error::Errno;
use crate::kind::{Kind, Protocol};
use crate::sys::layout;

/// Marks forms whose value is an int of C, so that options of any place can be made of them.
pub trait Integer: Form {}

/// Reads an int; the BSDs and Windows answer some of them in one byte.
pub(super) fn decode(bytes: &[u8]) -> Option<i32> {
    match *bytes {
        [byte] => Some(byte.into()),
        _ => Some(i32::from_ne_bytes(*bytes.first_chunk()?)),
    }
}

/// Forms that lie in bytes as an int does: for each its text, how it is made of an int, its int, how it is written, and
/// how it is read.
macro_rules! ints {
    ($($type:ty, $text:literal: $from:expr, $to:expr, $write:expr, $parse:expr;)*) => { $(
        impl Form for $type {
            type Value = Self;
            const SIZE: usize = 4;
            const TEXT: &'static str = $text;

            #[inline]
            fn decode(bytes: &[u8]) -> Option<Self> {
                decode(bytes).map($from)
            }

            #[inline]
            fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
                let to: fn(&Self) -> Option<i32> = $to;
                to(value).map(|int| take(&int.to_ne_bytes())).ok_or(Unfit::OutOfRange)
            }

            fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let write: fn(&Self, &mut fmt::Formatter<'_>) -> fmt::Result = $write;
                write(value, f)
            }

            fn parse(text: &str) -> Option<Self> {
                let parse: fn(&str) -> Option<Self> = $parse;
                parse(text)
            }
        }

        impl Integer for $type {}
    )* };
}

ints! {
    bool, "on or off": |int| int != 0, |on| Some(i32::from(*on)),
        |on, f| f.write_str(if *on { "on" } else { "off" }), switch;
    i32, "a number from -2147483648 to 2147483647": |int| int, |number| Some(*number),
        |number, f| write!(f, "{number}"), |text| text.parse().ok();
    u32, "a number from 0 to 4294967295": |int| int as u32, |number| Some(*number as i32),
        |number, f| write!(f, "{number}"), unsigned;
    Kind, "a type of socket, such as STREAM": Kind::from_raw, |kind| Some(kind.as_raw()),
        |kind, f| write!(f, "{kind:?}"), Kind::by_name;
    Protocol, "a protocol, such as TCP": Protocol::from_raw, |protocol| Some(protocol.as_raw()),
        |protocol, f| write!(f, "{protocol:?}"), Protocol::by_name;
    Family, "an address family, such as INET6": |int| Family::from_raw(int as u16), |family| family.as_raw().map(i32::from),
        |family, f| write!(f, "{family:?}"), Family::from_name;
    Option<Errno>, "none, or a number": |int| (int != 0).then(|| Errno::from_raw(int)),
        |errno| Some(errno.map_or(0, Errno::as_raw)),
        write_errno,
        parse_errno;
}

#[allow(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "as the others are called")]
fn write_errno(errno: &Option<Errno>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match errno {
        None => f.write_str("none"),
        Some(errno) => write!(f, "{errno}"),
    }
}

#[allow(clippy::option_option, reason = "no such value, and no error, are two things")]
fn parse_errno(text: &str) -> Option<Option<Errno>> {
    match text {
        "none" => Some(None),
        _ => Errno::by_name(text).or_else(|| text.parse().ok().map(Errno::from_raw)).map(Some),
    }
}

fn switch(text: &str) -> Option<bool> {
    const WORDS: [[&str; 2]; 4] = [["off", "on"], ["no", "yes"], ["false", "true"], ["0", "1"]];
    let is = |word: &str| word.eq_ignore_ascii_case(text);
    WORDS.iter().find_map(|[off, on]| if is(on) { Some(true) } else { is(off).then_some(false) })
}

/// Reads a number, decimal or hexadecimal.
pub(super) fn unsigned<T: TryFrom<u64>>(text: &str) -> Option<T> {
    let number = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) if !digits.starts_with('+') => u64::from_str_radix(digits, 16).ok()?,
        Some(_) => return None,
        None if text.starts_with('+') => return None,
        None => text.parse().ok()?,
    };
    T::try_from(number).ok()
}

/// Numbers of other sizes, which lie in bytes as they are.
macro_rules! plain {
    ($($type:ty: $text:literal;)*) => { $(
        impl Form for $type {
            type Value = Self;
            const SIZE: usize = size_of::<Self>();
            const TEXT: &'static str = $text;

            fn decode(bytes: &[u8]) -> Option<Self> {
                bytes.first_chunk().copied().map(Self::from_ne_bytes)
            }

            fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
                Ok(take(&value.to_ne_bytes()))
            }

            fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{value}")
            }

            fn parse(text: &str) -> Option<Self> {
                unsigned(text)
            }
        }
    )* };
}

plain! {
    u8: "a number from 0 to 255";
    u16: "a number from 0 to 65535";
    u64: "a number from 0 to 18446744073709551615";
}

/// A number from 0 to 255 that some systems take as an int, and others as a byte.
#[derive(Clone, Copy, Debug)]
pub enum Small {}

impl Form for Small {
    type Value = u8;
    const SIZE: usize = 4;
    const TEXT: &'static str = "a number from 0 to 255";

    fn decode(bytes: &[u8]) -> Option<u8> {
        decode(bytes)?.try_into().ok()
    }

    fn encode<R>(value: &u8, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        Ok(if layout::SMALL_IS_A_BYTE { take(&[*value]) } else { take(&i32::from(*value).to_ne_bytes()) })
    }

    fn write(value: &u8, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{value}")
    }

    fn parse(text: &str) -> Option<u8> {
        unsigned(text)
    }
}

/// On or off, which some systems take as an int, and others as a byte.
#[derive(Clone, Copy, Debug)]
pub enum SmallSwitch {}

impl Form for SmallSwitch {
    type Value = bool;
    const SIZE: usize = 4;
    const TEXT: &'static str = bool::TEXT;

    fn decode(bytes: &[u8]) -> Option<bool> {
        bool::decode(bytes)
    }

    fn encode<R>(value: &bool, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        Small::encode(&u8::from(*value), take)
    }

    fn write(value: &bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        bool::write(value, f)
    }

    fn parse(text: &str) -> Option<bool> {
        switch(text)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::comes_back;
    use super::*;

    #[test]
    fn numbers_come_back() {
        comes_back::<bool>(&true, "on");
        comes_back::<bool>(&false, "off");
        comes_back::<i32>(&-7, "-7");
        comes_back::<u32>(&u32::MAX, "4294967295");
        comes_back::<u64>(&u64::MAX, "18446744073709551615");
        comes_back::<u8>(&255, "255");
        comes_back::<Small>(&255, "255");
        comes_back::<SmallSwitch>(&true, "on");
        comes_back::<Kind>(&Kind::STREAM, "STREAM");
        comes_back::<Protocol>(&Protocol::TCP, "TCP");
        comes_back::<Family>(&Family::INET6, "INET6");
    }

    #[test]
    fn an_int_in_one_byte_is_read() {
        assert_eq!(bool::decode(&[1]), Some(true));
        assert_eq!(u32::decode(&[255]), Some(255));
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "+1", "0x", "0x+1", "-", "256", "1 ", "one"] {
            assert_eq!(Small::parse(text), None, "{text}");
        }
        assert_eq!(Small::parse("0xff"), Some(255));
        assert_eq!(bool::parse("maybe"), None);
        assert_eq!(i32::decode(&[1, 2]), None);
        assert_eq!(u64::decode(&[0; 7]), None);
    }
}

//! Values that are a time.

use std::fmt;
use std::time::Duration;

use super::{Form, Unfit, int};
use crate::sys;

/// Writes a time in the largest unit that has no fraction.
pub(super) fn write(time: Duration, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let nanoseconds = time.as_nanos();
    let units = [("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1000), ("ns", 1)];
    let (unit, size) =
        units.into_iter().find(|(_, size)| nanoseconds.is_multiple_of(*size)).unwrap_or(("ns", 1));
    write!(f, "{}{unit}", nanoseconds / size)
}

/// Reads a time: a number, with a fraction perhaps, and its unit; without one it counts `bare`.
pub(super) fn parse(text: &str, bare: Duration) -> Option<Duration> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = match unit {
        "" => bare,
        "ns" => Duration::from_nanos(1),
        "us" | "µs" => Duration::from_micros(1),
        "ms" => Duration::from_millis(1),
        "s" => Duration::from_secs(1),
        "m" => Duration::from_secs(60),
        "h" => Duration::from_secs(3600),
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let (unit, digits) = (unit.as_nanos(), u32::try_from(fraction.len()).ok()?);
    let part = fraction.parse::<u128>().ok()?.checked_mul(unit)? / 10_u128.checked_pow(digits)?;
    let nanoseconds = whole.parse::<u128>().ok()?.checked_mul(unit)?.checked_add(part)?;
    let seconds = u64::try_from(nanoseconds / 1_000_000_000).ok()?;
    Some(Duration::new(seconds, (nanoseconds % 1_000_000_000) as u32))
}

/// Times that the system counts in an int of one unit. What lies between two of them is rounded up.
macro_rules! units {
    ($($(#[$doc:meta])* $name:ident: $nanoseconds:literal, $text:literal;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl Form for $name {
            type Value = Duration;
            const SIZE: usize = 4;
            const TEXT: &'static str = concat!("a time such as ", $text);

            fn decode(bytes: &[u8]) -> Option<Duration> {
                let count = u64::try_from(int::decode(bytes)?).ok()?;
                Some(Duration::from_nanos(count.checked_mul($nanoseconds)?))
            }

            fn encode<R>(value: &Duration, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
                let count = value.as_nanos().div_ceil($nanoseconds);
                let count = i32::try_from(count).map_err(|_| Unfit::OutOfRange)?;
                Ok(take(&count.to_ne_bytes()))
            }

            fn write(value: &Duration, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write(*value, f)
            }

            fn parse(text: &str) -> Option<Duration> {
                parse(text, Duration::from_nanos($nanoseconds))
            }
        }
    )* };
}

units! {
    /// A time that the system counts in seconds.
    Seconds: 1_000_000_000, "90s, up to 2147483647s; a bare number counts seconds";
    /// A time that the system counts in milliseconds.
    Milliseconds: 1_000_000, "1500ms, up to 2147483647ms; a bare number counts milliseconds";
    /// A time that the system counts in microseconds.
    Microseconds: 1000, "50us, up to 2147483647us; a bare number counts microseconds";
}

/// A time limit, as `SO_RCVTIMEO` has it: `None` is no limit.
#[derive(Clone, Copy, Debug)]
pub enum TimeLimit {}

impl Form for TimeLimit {
    type Value = Option<Duration>;
    const SIZE: usize = sys::option::TIME_SIZE;
    const TEXT: &'static str = "none, or a time such as 1500ms; a bare number counts seconds";

    fn decode(bytes: &[u8]) -> Option<Option<Duration>> {
        sys::option::decode_time(bytes)
    }

    fn encode<R>(value: &Option<Duration>, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        Ok(take(&sys::option::encode_time(*value)))
    }

    fn write(value: &Option<Duration>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *value {
            None => f.write_str("none"),
            Some(time) => write(time, f),
        }
    }

    fn parse(text: &str) -> Option<Option<Duration>> {
        if text == "none" { Some(None) } else { parse(text, Duration::from_secs(1)).map(Some) }
    }
}

/// How long a close waits for data not yet sent; `None` is not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Linger(
    /// Whole seconds; zero resets the connection.
    pub Option<u32>,
);

impl Form for Linger {
    type Value = Self;
    const SIZE: usize = sys::option::LINGER_SIZE;
    const TEXT: &'static str = "off, or whole seconds such as 15s";

    fn decode(bytes: &[u8]) -> Option<Self> {
        sys::option::decode_linger(bytes).map(Self)
    }

    fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        Ok(take(&sys::option::encode_linger(value.0)))
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match value.0 {
            None => f.write_str("off"),
            Some(seconds) => write!(f, "{seconds}s"),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "off" => Some(Self(None)),
            _ => int::unsigned(text.strip_suffix('s').unwrap_or(text)).map(|seconds| Self(Some(seconds))),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::comes_back;
    use super::*;

    #[test]
    fn times_come_back() {
        comes_back::<Seconds>(&Duration::from_secs(90), "90s");
        comes_back::<Milliseconds>(&Duration::from_millis(1500), "1500ms");
        comes_back::<Microseconds>(&Duration::from_micros(50), "50us");
        comes_back::<TimeLimit>(&None, "none");
        comes_back::<TimeLimit>(&Some(Duration::from_millis(1500)), "1500ms");
        comes_back::<TimeLimit>(&Some(Duration::from_secs(7)), "7s");
    }

    #[test]
    fn a_time_is_rounded_up_and_never_to_none() {
        assert_eq!(
            Seconds::encode(&Duration::from_millis(1001), Seconds::decode),
            Ok(Some(Duration::from_secs(2)))
        );
        let shortest = TimeLimit::encode(&Some(Duration::from_nanos(1)), TimeLimit::decode).unwrap();
        assert!(shortest.flatten().is_some_and(|time| !time.is_zero()));
        assert_eq!(Milliseconds::encode(&Duration::MAX, |_| ()), Err(Unfit::OutOfRange));
    }

    #[test]
    fn times_are_read_with_a_unit_or_without() {
        for (text, milliseconds) in
            [("2", 2000), ("1.5", 1500), ("0.25s", 250), ("1m", 60_000), ("1h", 3_600_000)]
        {
            assert_eq!(Seconds::parse(text), Some(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "-1s",
            "1 s",
            "1d",
            "1.2.3s",
            "1e3",
            "99999999999999999999999999999999999999999s",
        ] {
            assert_eq!(Seconds::parse(text), None, "{text}");
        }
    }

    #[test]
    fn linger_comes_back() {
        comes_back::<Linger>(&Linger(None), "off");
        comes_back::<Linger>(&Linger(Some(0)), "0s");
        comes_back::<Linger>(&Linger(Some(15)), "15s");
        assert_eq!(Linger::decode(&[0; 3]), None);
    }
}

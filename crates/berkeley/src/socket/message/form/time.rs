//! When a packet came, went, or is to go.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::received_only;
use crate::option::{Form, Unfit};
use crate::sys::layout;

/// Writes a time as seconds with nine digits of their fraction.
fn write_seconds(time: Duration, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{}.{:09}", time.as_secs(), time.subsec_nanos())
}

/// Times by a clock, of a structure of C.
macro_rules! clocks {
    ($($(#[$doc:meta])* $name:ident: $value:ty, $decode:path, $of:expr, $since:expr;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl Form for $name {
            type Value = $value;
            const SIZE: usize = 16;
            received_only!("a time in seconds");

            #[inline]
            fn decode(bytes: &[u8]) -> Option<$value> {
                let of: fn(Duration) -> Option<$value> = $of;
                of($decode(bytes)?)
            }

            fn write(value: &$value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let since: fn(&$value) -> Duration = $since;
                write_seconds(since(value), f)
            }
        }
    )* };
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

clocks! {
    /// A time of the day, to the microsecond.
    MicrosecondTime: SystemTime, layout::decode_timeval, |time| UNIX_EPOCH.checked_add(time), |time| since_epoch(*time);
    /// A time of the day, to the nanosecond.
    NanosecondTime: SystemTime, layout::decode_timespec, |time| UNIX_EPOCH.checked_add(time), |time| since_epoch(*time);
    /// A time by a clock that never goes back, since that began.
    MonotonicTime: Duration, layout::decode_timespec, Some, |time| *time;
}

/// When a packet came or went, by the kernel and by the device: `struct scm_timestamping`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Timestamps {
    /// By the kernel, in time of the day.
    pub software: Option<SystemTime>,
    /// By the device, since its own clock began.
    pub hardware: Option<Duration>,
}

impl Form for Timestamps {
    type Value = Self;
    const SIZE: usize = 48;
    received_only!("times of the kernel and of the device");

    fn decode(bytes: &[u8]) -> Option<Self> {
        let each = bytes.len() / 3;
        let part = |index: usize| {
            let time = layout::decode_timespec(bytes.get(index * each..(index + 1) * each)?)?;
            Some(time).filter(|time| !time.is_zero())
        };
        // The one between was the device's in time of the day, and is no more.
        (each > 0).then(|| Self {
            software: part(0).and_then(|time| UNIX_EPOCH.checked_add(time)),
            hardware: part(2),
        })
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = "";
        if let Some(time) = value.software {
            f.write_str("software=")?;
            write_seconds(since_epoch(time), f)?;
            before = " ";
        }
        if let Some(time) = value.hardware {
            write!(f, "{before}hardware=")?;
            write_seconds(time, f)?;
        }
        Ok(())
    }
}

/// When a packet is to be sent, in nanoseconds of the clock that `SO_TXTIME` named.
#[derive(Clone, Copy, Debug)]
pub enum SendTime {}

impl Form for SendTime {
    type Value = Duration;
    const SIZE: usize = 8;
    const TEXT: &'static str = "a number of nanoseconds";

    fn decode(bytes: &[u8]) -> Option<Duration> {
        <u64 as Form>::decode(bytes).map(Duration::from_nanos)
    }

    fn encode<R>(value: &Duration, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        let nanoseconds = u64::try_from(value.as_nanos()).map_err(|_| Unfit::OutOfRange)?;
        Ok(take(&nanoseconds.to_ne_bytes()))
    }

    fn write(value: &Duration, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", value.as_nanos())
    }

    fn parse(text: &str) -> Option<Duration> {
        text.parse().ok().map(Duration::from_nanos)
    }
}

//! The instant at which a call gives up waiting.

use std::fmt;
use std::time::{Duration, Instant};

/// One second, so that a deadline reads as it is said: `Deadline::after(SECOND * 3)`.
pub const SECOND: Duration = Duration::from_secs(1);

/// One millisecond.
pub const MILLISECOND: Duration = Duration::from_millis(1);

/// The instant at which a call gives up waiting.
///
/// A deadline is absolute. It can be handed through any number of calls, and an interruption or a part of the
/// work done never prolongs it. Time is that of [`Instant`]: monotonic, untouched by changes of the wall clock.
///
/// A duration converts into the deadline that many seconds from the conversion on.
///
/// # Examples
///
/// ```
/// use berkeley::{Deadline, SECOND};
///
/// let deadline = Deadline::after(SECOND * 3);
/// assert!(!deadline.has_passed());
/// assert!(deadline.remaining().unwrap() <= SECOND * 3);
/// assert_eq!(Deadline::never().remaining(), None);
/// assert!(Deadline::now().has_passed());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Deadline(When);

// The order of the variants is the order of the instants.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum When {
    Now,
    At(Instant),
    Never,
}

impl Deadline {
    /// Makes a deadline that never passes.
    #[must_use]
    pub const fn never() -> Self {
        Self(When::Never)
    }

    /// Makes a deadline that has passed already: a call does what it can at once, then gives up.
    #[must_use]
    pub const fn now() -> Self {
        Self(When::Now)
    }

    /// Makes the deadline that lies `duration` from now.
    ///
    /// A duration too long for the system's clock gives a deadline that never passes.
    #[must_use]
    pub fn after(duration: Duration) -> Self {
        Instant::now().checked_add(duration).map_or(Self::never(), Self::at)
    }

    /// Makes the deadline that passes at `instant`.
    #[must_use]
    pub const fn at(instant: Instant) -> Self {
        Self(When::At(instant))
    }

    /// Returns `true` if the deadline lies in the past.
    #[must_use]
    pub fn has_passed(self) -> bool {
        match self.0 {
            When::Now => true,
            When::At(instant) => instant <= Instant::now(),
            When::Never => false,
        }
    }

    /// Returns `true` if the deadline never passes.
    #[must_use]
    pub const fn is_never(self) -> bool {
        matches!(self.0, When::Never)
    }

    /// Returns the time left: zero once the deadline has passed, `None` if it never passes.
    #[must_use]
    pub fn remaining(self) -> Option<Duration> {
        match self.0 {
            When::Now => Some(Duration::ZERO),
            When::At(instant) => Some(instant.saturating_duration_since(Instant::now())),
            When::Never => None,
        }
    }

    /// Returns the instant at which the deadline passes, if it has one.
    #[must_use]
    pub const fn instant(self) -> Option<Instant> {
        match self.0 {
            When::At(instant) => Some(instant),
            When::Now | When::Never => None,
        }
    }

    /// Returns the earlier of two deadlines.
    #[must_use]
    pub fn earlier(self, other: Self) -> Self {
        self.min(other)
    }
}

impl PartialOrd for Deadline {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Deadline {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl From<Duration> for Deadline {
    fn from(duration: Duration) -> Self {
        Self::after(duration)
    }
}

impl From<Instant> for Deadline {
    fn from(instant: Instant) -> Self {
        Self::at(instant)
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0, self.remaining()) {
            (When::Never, _) => f.write_str("Deadline(never)"),
            (_, Some(left)) if !left.is_zero() => write!(f, "Deadline(in {left:?})"),
            _ => f.write_str("Deadline(passed)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_too_long_never_passes() {
        assert!(Deadline::after(Duration::MAX).is_never());
    }

    #[test]
    fn deadlines_are_ordered_by_when_they_pass() {
        let (soon, late) = (Deadline::after(SECOND), Deadline::after(SECOND * 9));
        assert!(Deadline::now() < soon && soon < late && late < Deadline::never());
        assert_eq!(late.earlier(soon), soon);
    }

    #[test]
    fn debug_tells_how_long() {
        assert_eq!(format!("{:?}", Deadline::never()), "Deadline(never)");
        assert_eq!(format!("{:?}", Deadline::now()), "Deadline(passed)");
        assert!(format!("{:?}", Deadline::after(SECOND * 9)).starts_with("Deadline(in 8."));
    }
}

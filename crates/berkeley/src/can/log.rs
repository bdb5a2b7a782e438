//! Lines of the logs that candump(1) writes and canplayer(1) reads.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::{Frame, text};
use crate::addr::{ParseError, Part, Reason};

/// A line of a log: when a frame was on which interface.
///
/// # Examples
///
/// ```
/// use berkeley::can::LogLine;
///
/// let line: LogLine = "(1436509052.249713) vcan0 123#11".parse()?;
/// assert_eq!((line.interface.as_str(), line.time.as_secs()), ("vcan0", 1436509052));
/// assert_eq!(line.frame.data(), [0x11]);
/// assert_eq!(line.to_string(), "(1436509052.249713) vcan0 123#11");
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LogLine {
    /// When: since 1970, or since whatever the log begins with. It is written with six digits of its second, with nine
    /// if it has them.
    pub time: Duration,
    /// The interface.
    pub interface: String,
    /// The frame.
    pub frame: Frame,
    /// Whether this machine sent it, where the log says so: `candump -x`.
    pub direction: Option<Direction>,
}

/// Whether this machine has sent a frame or received it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Received: `R`.
    Received,
    /// Sent: `T`.
    Sent,
}

impl fmt::Display for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, nanoseconds) = (self.time.as_secs(), self.time.subsec_nanos());
        match nanoseconds % 1000 {
            0 => write!(f, "({seconds:010}.{:06})", nanoseconds / 1000)?,
            _ => write!(f, "({seconds:010}.{nanoseconds:09})")?,
        }
        write!(f, " {} {}", self.interface, self.frame)?;
        match self.direction {
            None => Ok(()),
            Some(Direction::Received) => f.write_str(" R"),
            Some(Direction::Sent) => f.write_str(" T"),
        }
    }
}

impl FromStr for LogLine {
    type Err = ParseError;

    /// Reads a line; the blanks between its parts may be several, as candump(1) writes them to have columns.
    fn from_str(line: &str) -> Result<Self, ParseError> {
        let mut rest = Part::all(line);
        let mut word = || {
            let trimmed = rest.trim();
            let end = trimmed.text().find(char::is_whitespace).unwrap_or(trimmed.text().len());
            rest = trimmed.slice(end, usize::MAX / 2);
            Some(trimmed.slice(0, end)).filter(|word| !word.is_empty())
        };
        let (Some(time), Some(interface), Some(frame)) = (word(), word(), word()) else {
            return Err(ParseError::whole(line, Reason::LogTooShort));
        };
        let (direction, junk) = (word(), word());
        if let Some(junk) = junk {
            return Err(junk.fail(Reason::LogJunk));
        }
        Ok(Self {
            time: parse_time(time)?,
            interface: interface.text().to_owned(),
            frame: text::parse(frame)?,
            direction: direction.map(parse_direction).transpose()?,
        })
    }
}

fn parse_direction(word: Part<'_>) -> Result<Direction, ParseError> {
    match word.text() {
        "R" => Ok(Direction::Received),
        "T" => Ok(Direction::Sent),
        _ => Err(word.fail(Reason::LogJunk)),
    }
}

/// Reads seconds, and one to nine digits of their fraction.
fn parse_time(word: Part<'_>) -> Result<Duration, ParseError> {
    let number = word.text().strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    let read = |number: &str| {
        let (seconds, fraction) = number.split_once('.')?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(seconds) || !digits(fraction) || fraction.len() > 9 {
            return None;
        }
        let nanoseconds = fraction.parse::<u32>().ok()? * 10_u32.pow(9 - fraction.len() as u32);
        Some(Duration::new(seconds.parse().ok()?, nanoseconds))
    };
    number.and_then(read).ok_or_else(|| word.fail(Reason::LogTime))
}

//! How messages are printed, and which one is waited for.

use clap::Args;

use crate::hex;
use crate::report::Problems;

/// How a message is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// A line that says what it is, and its text with escapes for what is none
    Text,
    /// A line that says what it is, and its bytes as hexadecimal digits and characters
    Hex,
    /// Its data and a newline
    Lines,
    /// Its data and nothing else
    Raw,
}

#[derive(Debug, Args)]
pub struct AnswerArgs {
    /// End as soon as a message arrives that has TEXT in it
    #[arg(long, value_name = "TEXT")]
    expect: Option<String>,
    /// The same, of bytes in hexadecimal digits
    #[arg(long, value_name = "HEX", conflicts_with = "expect")]
    expect_hex: Option<String>,
    /// Print what arrives as text with a head line, as hex, as lines, or raw
    #[arg(long, value_name = "FORM")]
    form: Option<Form>,
    /// Receive at most so many bytes of a message: 1400, 64KiB
    #[arg(long, value_name = "BYTES", default_value = "64KiB")]
    room: String,
}

/// Which message is waited for, and how each is printed.
#[derive(Debug)]
pub struct Expected {
    part: Option<Vec<u8>>,
    pub form: Form,
    pub room: usize,
}

impl AnswerArgs {
    pub fn read(&self, usual: Form, problems: &mut Problems) -> Expected {
        let digits = problems.take_some("--expect-hex", self.expect_hex.as_ref(), hex::read);
        let most = crate::stdio::LONGEST as u64;
        let room = problems
            .take_some("--room", Some(&self.room), |text| crate::quantity::between(text, 1, most))
            .unwrap_or(most);
        let part = self.expect.as_ref().map(|text| text.clone().into_bytes()).or(digits);
        Expected { part, form: self.form.unwrap_or(usual), room: room as usize }
    }
}

impl Expected {
    pub const fn is_some(&self) -> bool {
        self.part.is_some()
    }

    /// Tells whether a message is the one that is waited for.
    pub fn is_in(&self, data: &[u8]) -> bool {
        self.part
            .as_ref()
            .is_some_and(|part| part.is_empty() || data.windows(part.len()).any(|window| window == &part[..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_expected_may_stand_anywhere() {
        let expects = |part: &[u8]| Expected { part: Some(part.to_vec()), form: Form::Raw, room: 1 };
        assert!(expects(b"lo w").is_in(b"hello world") && expects(b"").is_in(b""));
        assert!(!expects(b"low").is_in(b"hello world") && !expects(b"x").is_in(b""));
        assert!(!Expected { part: None, form: Form::Raw, room: 1 }.is_in(b"x"));
    }
}

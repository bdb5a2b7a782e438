//! Names of pipes.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Operation, Result};

/// How the name of a pipe begins, in its canonical form.
const PREFIX: &str = r"\\.\pipe\";

/// The most UTF-16 units of a name, prefix and all: CreateNamedPipe says so.
const LONGEST: usize = 256;

/// The name of a pipe of this machine, `\\.\pipe\` and what it is called there.
///
/// It is checked when it is made, because Windows would take more: it strips what a name ends with, and follows `..` out of
/// the pipes to whatever has a name.
///
/// - The prefix is `\\.\pipe\` or `//./pipe/`, in upper or lower case; pipes of other machines are not reached.
/// - The rest is not empty, and of its parts, between backslashes or slashes, none is empty, `.` or `..`, ends with a dot
///   or a space, or has a control character in it.
/// - All of it is no longer than 256 units of UTF-16.
///
/// # Platform notes
///
/// Windows pays no heed to case. Two names here are equal if they are spelt the same.
///
/// # Examples
///
/// ```
/// use berkeley::os::windows::PipeName;
///
/// let name: PipeName = "//./PIPE/service/control".parse()?;
/// assert_eq!(name.as_str(), r"\\.\pipe\service\control");
/// assert_eq!(PipeName::local(r"service\control")?, name);
///
/// let error = r"\\server\pipe\service".parse::<PipeName>().unwrap_err();
/// assert!(error.is_invalid() && error.to_string().contains(r"begins with `\\.\pipe\`"));
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "UNC")]
pub struct PipeName(Box<str>);

impl PipeName {
    /// Makes the name of the pipe that is called `name` on this machine: `\\.\pipe\name`.
    ///
    /// # Errors
    ///
    /// [`is_invalid`](Error::is_invalid), with what is wrong with the name.
    pub fn local(name: &str) -> Result<Self> {
        let whole = format!("{PREFIX}{}", name.replace('/', r"\"));
        match fault(&whole[PREFIX.len()..], &whole) {
            None => Ok(Self(whole.into())),
            Some(why) => Err(refused(why, &whole)),
        }
    }

    /// Returns the name in its canonical form, with the prefix `\\.\pipe\`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name as the system takes it, with NUL at its end.
    pub(super) fn encode(&self) -> Vec<u16> {
        self.0.encode_utf16().chain([0]).collect()
    }
}

/// Says what is wrong with a name, if anything is.
fn fault(rest: &str, whole: &str) -> Option<&'static str> {
    let faults: [(bool, &str); 5] = [
        (rest.is_empty(), r"the name of a pipe follows `\\.\pipe\`, and there is nothing"),
        (whole.encode_utf16().count() > LONGEST, "the name of a pipe is at most 256 units of UTF-16 long"),
        (rest.chars().any(char::is_control), "the name of a pipe has no control characters in it"),
        (parts(rest).any(str::is_empty), "no part of the name of a pipe is empty"),
        (
            parts(rest).any(|part| part.ends_with(['.', ' '])),
            "no part of the name of a pipe ends with a dot or a space: Windows would take that away",
        ),
    ];
    faults.into_iter().find_map(|(is_so, why)| is_so.then_some(why))
}

fn parts(rest: &str) -> impl Iterator<Item = &str> {
    rest.split('\\')
}

#[cold]
fn refused(why: &'static str, name: &str) -> Error {
    Error::invalid(Operation::Address, why)
        .with_detail(format!("`{}`", name.escape_debug()).replace(r"\\", r"\"))
}

impl FromStr for PipeName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let spelt = text.get(..PREFIX.len()).map(|start| start.replace('/', r"\"));
        if spelt.is_none_or(|start| !start.eq_ignore_ascii_case(PREFIX)) {
            let why = r"the name of a pipe of this machine begins with `\\.\pipe\`, or `//./pipe/`";
            return Err(refused(why, text));
        }
        Self::local(&text[PREFIX.len()..])
    }
}

impl TryFrom<&str> for PipeName {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self> {
        text.parse()
    }
}

impl TryFrom<&String> for PipeName {
    type Error = Error;

    fn try_from(text: &String) -> Result<Self> {
        text.parse()
    }
}

impl From<&PipeName> for PipeName {
    fn from(name: &PipeName) -> Self {
        name.clone()
    }
}

impl AsRef<str> for PipeName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PipeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

//! What is said on the standard error: errors of one shape, notes, details.

use std::fmt;
use std::io::{IsTerminal, Write};
use std::ops::Range;
use std::time::Duration;

use berkeley::{Errno, Error, Operation, ParseError};

use crate::exit::{Exit, Predicate};
use crate::output::Record;

/// What is wrong with the command line, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    message: String,
    input: String,
    span: Range<usize>,
    hint: Option<String>,
}

impl Problem {
    pub fn new(message: impl Into<String>, input: &str, span: Range<usize>) -> Self {
        Self { message: message.into(), input: input.to_owned(), span, hint: None }
    }

    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says in which line of its input it is.
    pub fn in_line(mut self, line: u64) -> Self {
        self.message = format!("line {line}: {}", self.message);
        self
    }

    /// What a record says of it.
    pub fn record(&self) -> Record {
        Record::new()
            .with("kind", "usage")
            .with("text", self.message.as_str())
            .with("start", self.span.start as u64)
            .with("end", self.span.end as u64)
            .with_some("hint", self.hint.as_deref())
    }

    /// Points into a text that is longer by what is before it, and a blank.
    fn behind(mut self, before: &str) -> Self {
        let longer = before.len() + 1;
        self.input = format!("{before} {}", self.input);
        self.span = self.span.start + longer..self.span.end + longer;
        self
    }

    /// Points into another text, which differs from its own at one place: what is behind that is as far from the end.
    pub fn moved(mut self, place: usize, into: &str) -> Self {
        let own = self.input.len();
        let moved =
            |at: usize| if at > place { (at + into.len()).saturating_sub(own) } else { at.min(into.len()) };
        self.span = moved(self.span.start)..moved(self.span.end);
        into.clone_into(&mut self.input);
        self
    }

    /// Takes over what the library said of a part of `input`; its byte `from` is byte `to` of `input`.
    pub fn of_part(error: &ParseError, input: &str, from: usize, to: usize) -> Self {
        let message = error.caret().to_string().lines().next().unwrap_or_default().to_owned();
        let moved = |at: usize| (at + to).saturating_sub(from).min(input.len());
        let span = moved(error.span().start)..moved(error.span().end);
        Self { message, input: input.to_owned(), span, hint: error.hint().map(str::to_owned) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every character takes one column: what would move the cursor is replaced.
        let shown: String = self
            .input
            .chars()
            .map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
            .collect();
        let width = |range| self.input.get::<Range<usize>>(range).map_or(0, |text| text.chars().count());
        let before = width(0..self.span.start);
        let marked = width(self.span.clone()).max(1);
        write!(f, "{}\n  {shown}\n  {:before$}{:^<marked$}", self.message, "", "")?;
        match &self.hint {
            Some(hint) => write!(f, "    {hint}"),
            None => Ok(()),
        }
    }
}

/// What is wrong with a command line, all of it.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Keeps what is wrong, or gives what is right.
    pub fn take<T>(&mut self, read: Result<T, Problem>) -> Option<T> {
        read.map_err(|problem| self.0.push(problem)).ok()
    }

    /// Reads the value of a flag that need not be there.
    pub fn take_some<T>(
        &mut self,
        flag: &str,
        text: Option<&String>,
        read: impl FnOnce(&str) -> Result<T, Problem>,
    ) -> Option<T> {
        text.and_then(|text| self.take(read(text).map_err(|problem| problem.behind(flag))))
    }

    /// Ends in all that was wrong, if anything was.
    pub fn check(self) -> Result<(), Failure> {
        if self.0.is_empty() { Ok(()) } else { Err(Failure::usage(&self.0)) }
    }
}

/// Why the program ends without having done what it was to do.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    errors: Vec<String>,
}

impl Failure {
    /// Says it in a sentence, with a hint below it.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, errors: vec![message.into()] }
    }

    /// Ends with a code and not a word.
    pub fn quiet(exit: Exit) -> Self {
        Self { exit, errors: Vec::new() }
    }

    fn usage(problems: &[Problem]) -> Self {
        Self { exit: Exit::Usage, errors: problems.iter().map(Problem::to_string).collect() }
    }

    /// Says what failed, on which address and why.
    pub fn of(doing: impl fmt::Display, error: &Error) -> Self {
        Self::new(Exit::from(error), format!("{doing}: {}", reason(error)))
    }

    /// Ends with another code.
    pub const fn with_exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// Adds a line with what may help.
    pub fn with_hint(mut self, hint: impl AsRef<str>) -> Self {
        if let Some(error) = self.errors.last_mut().filter(|_| !hint.as_ref().is_empty()) {
            error.push_str("\n  ");
            error.push_str(hint.as_ref());
        }
        self
    }

    pub const fn exit(&self) -> Exit {
        self.exit
    }

    /// What is printed of it.
    pub fn messages(&self) -> &[String] {
        &self.errors
    }

    /// Prints it.
    pub fn print(&self) {
        let (on, off) = if has_colours() { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
        for error in &self.errors {
            say(format_args!("{on}error:{off} {error}"));
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::usage(&[problem])
    }
}

/// Says why an option was not read or not set; an error number means other things there than elsewhere.
pub fn option_reason(error: &Error) -> String {
    const WORDS: &[(Predicate, &str)] = &[
        (Error::is_permission_denied, "not permitted"),
        (Error::is_unsupported, "this socket has no such option, or this kernel"),
        (Error::is_no_such_interface, "there is no such interface"),
        (Error::is_not_found, "this system has none of that name"),
        (Error::is_invalid, "not a value that it can have now"),
    ];
    let Some(errno) = error.errno() else {
        let whole = error.to_string();
        return whole.splitn(2, ": ").last().unwrap_or_default().to_owned();
    };
    match (WORDS.iter().find(|(holds, _)| holds(error)), errno.name()) {
        (Some((_, words)), Some(name)) => format!("{words} ({name})"),
        _ => errno.to_string(),
    }
}

/// Says in a few words why a call failed, with C's name for it.
pub fn reason(error: &Error) -> String {
    const WORDS: &[(Predicate, &str)] = &[
        (Error::is_refused, "refused"),
        (Error::is_timed_out, "timed out"),
        (Error::is_connection_reset, "reset by the peer"),
        (Error::is_connection_aborted, "given up before it was there"),
        (Error::is_broken_pipe, "the peer takes no more data"),
        (Error::is_address_in_use, "already in use"),
        (Error::is_address_not_available, "not an address of this machine"),
        (Error::is_permission_denied, "not permitted"),
        (Error::is_network_unreachable, "no route to the network"),
        (Error::is_host_unreachable, "no route to the host"),
        (Error::is_not_found, "there is no such path"),
        (Error::is_no_such_interface, "there is no such interface"),
        (Error::is_message_too_long, "longer than a message can be"),
        (Error::is_descriptor_limit, "too many open descriptors"),
    ];
    if let Some(option) = error.option() {
        return format!("{} {option}: {}", error.operation(), option_reason(error));
    }
    if error.is_deadline_passed() {
        return "no answer in time".to_owned();
    }
    if let Some(name) = error.name() {
        let whole = error.to_string();
        let before = format!("{} {name:?}: ", error.operation());
        return whole.strip_prefix(&before).map_or(whole.clone(), str::to_owned);
    }
    let Some(errno) = error.errno() else {
        // What the library itself refuses has a sentence after the operation and the address.
        let whole = error.to_string();
        return whole.rsplit_once(": ").map_or(whole.clone(), |(_, why)| why.to_owned());
    };
    match (WORDS.iter().find(|(holds, _)| holds(error)), errno.name()) {
        (Some((_, words)), Some(name)) => format!("{words} ({name})"),
        _ => errno.to_string(),
    }
}

/// Says in a few words what an error number of a call on a socket means.
pub fn errno_reason(errno: Errno) -> String {
    reason(&Error::new(Operation::Accept, errno))
}

/// Says in a few words why a file or a pipe could not be read or written.
pub fn io_reason(error: &std::io::Error) -> String {
    error.raw_os_error().map_or_else(|| error.to_string(), |raw| berkeley::Errno::from_raw(raw).to_string())
}

/// How much is said on the standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Voice {
    /// Errors alone.
    Quiet,
    /// What the caller has to know.
    Normal,
    /// What is done.
    Verbose,
}

impl Voice {
    /// Says what the caller has to know.
    pub fn note(self, text: impl fmt::Display) {
        if self >= Self::Normal {
            say(format_args!("{text}"));
        }
    }

    /// Says what is done.
    pub fn detail(self, text: impl fmt::Display) {
        if self >= Self::Verbose {
            say(format_args!("{text}"));
        }
    }
}

/// Prints a line. A standard error that is gone hears nothing, and that is no reason to end.
fn say(text: fmt::Arguments<'_>) {
    let _ = std::io::stderr().write_all(format!("{text}\n").as_bytes());
}

fn has_colours() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && std::io::stderr().is_terminal()
}

/// Prints a time as one reads it: `0.4 ms`, `2.5 s`.
pub fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 1.0 { format!("{:.1} ms", seconds * 1e3) } else { format!("{seconds:.1} s") }
}

#[cfg(test)]
mod tests {
    use berkeley::Address;

    use super::*;

    #[test]
    fn a_problem_points_at_its_place() {
        let problem = Problem::new("port 99999 is out of range", "tcp://é:99999", 9..14).with_hint("less");
        assert_eq!(
            problem.to_string(),
            "port 99999 is out of range\n  tcp://é:99999\n          ^^^^^    less"
        );
        let end = Problem::new("a port is missing", "tcp://a", 7..7);
        assert_eq!(end.to_string(), "a port is missing\n  tcp://a\n         ^");
    }

    #[test]
    fn a_control_character_is_not_printed() {
        let problem = Problem::new("bad", "a\x1b[31mb", 0..1);
        assert!(!problem.to_string().contains('\x1b'));
    }

    #[test]
    fn what_the_library_says_of_a_part_points_into_the_whole() {
        let error = "unix:/a%zz".parse::<Address>().unwrap_err();
        let problem = Problem::of_part(&error, "unix-dgram:/a%zz", 5, 11);
        assert_eq!(
            problem.to_string(),
            "\"%zz\" is not an escape (% and two hexadecimal digits)\n  unix-dgram:/a%zz\n               ^^^    write %25 for a percent sign"
        );
    }

    #[test]
    fn a_reason_has_words_and_a_name_and_never_a_number() {
        let of = |errno| reason(&Error::new(Operation::Connect, errno));
        let name = if cfg!(windows) { "WSAECONNREFUSED" } else { "ECONNREFUSED" };
        assert_eq!(of(Errno::CONNREFUSED), format!("refused ({name})"));
        // The words are the system's own.
        #[cfg(unix)]
        assert_eq!(of(Errno::NOBUFS), "No buffer space available (ENOBUFS)");
        assert_eq!(reason(&Error::deadline_passed(Operation::Connect)), "no answer in time");
        assert_eq!(
            reason(&Error::unsupported(Operation::Open, "such address family")),
            "this system has no such address family"
        );
        #[cfg(target_os = "linux")]
        assert_eq!(io_reason(&std::io::Error::from_raw_os_error(28)), "No space left on device (ENOSPC)");
    }

    #[test]
    fn times_read_as_they_are_said() {
        assert_eq!(elapsed(Duration::from_micros(412)), "0.4 ms");
        assert_eq!(elapsed(Duration::from_millis(2540)), "2.5 s");
    }
}

//! `sock errno`: errors by name or by number.

mod elsewhere;

use berkeley::{Errno, Error, Operation};
use clap::Args;

use crate::endpoint::nearest;
use crate::exit::Exit;
use crate::input::Input;
use crate::output::{OutputArgs, Record, Sink};
use crate::report::{Failure, Problem, Problems};

const EXAMPLES: &str = "\
Examples:
  sock errno ECONNREFUSED          its number here and elsewhere, its text, what the library says of it
  sock errno 111 104 32
  sock errno                       every error of this system";

/// Explain errors of this system by name or number, or list all of them
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct ErrnoArgs {
    /// Names, with or without the E, or numbers
    errors: Vec<String>,
    #[command(flatten)]
    output: OutputArgs,
}

impl ErrnoArgs {
    pub fn run(&self) -> Result<(), Failure> {
        self.output.run("errno", |sink| if self.errors.is_empty() { list(sink) } else { self.explain(sink) })
    }

    fn explain(&self, sink: &mut Sink) -> Result<Exit, Failure> {
        let mut problems = Problems::default();
        let read: Vec<_> =
            self.errors.iter().filter_map(|text| problems.take(read(text)).zip(Some(text))).collect();
        problems.check()?;
        for (errno, text) in read {
            sink.block(&Input::argument(text), record(errno))?;
        }
        Ok(Exit::Done)
    }
}

/// A line an error.
fn list(sink: &mut Sink) -> Result<Exit, Failure> {
    let width = Errno::all().map(|(_, name)| name.len()).max().unwrap_or(0);
    for (errno, name) in Errno::all() {
        let line = format!("{:>5}  {name:width$}  {}", errno.as_raw(), errno.text());
        sink.line(&Input::none(), line, || record(errno))?;
    }
    Ok(Exit::Done)
}

fn read(text: &str) -> Result<Errno, Problem> {
    let fail = |message: String| Problem::new(message, text, 0..text.len());
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let errno = text.parse().map(Errno::from_raw).ok().filter(|errno| errno.name().is_some());
        let last = Errno::all().last().map_or(0, |(errno, _)| errno.as_raw());
        return errno.ok_or_else(|| {
            fail(format!("this system has no error {text}")).with_hint(format!("its numbers end at {last}"))
        });
    }
    let found = Errno::by_name(text).or_else(|| Errno::by_name(&format!("E{text}")));
    found.ok_or_else(|| {
        let problem = fail(format!("this system has no error {text:?}"));
        match nearest(&text.to_ascii_uppercase(), Errno::all().map(|(_, name)| name)) {
            Some(name) => problem.with_hint(format!("did you mean {name}?")),
            None => problem.with_hint("sock errno lists what there is"),
        }
    })
}

fn record(errno: Errno) -> Record {
    let name = errno.name().unwrap_or_default();
    Record::new()
        .with("name", name)
        .with("number", u64::from(errno.as_raw().unsigned_abs()))
        .with("text", errno.text())
        .with("predicates", predicates(errno))
        .with_some("exit", is_of_sockets(errno).then(|| Exit::from(&of(Operation::Connect, errno)).code()))
        .with_some("elsewhere", elsewhere(name))
}

fn of(operation: Operation, errno: Errno) -> Error {
    Error::new(operation, errno)
}

/// The predicates of the library that hold: of a connect, and those that hold of an accept alone.
fn predicates(errno: Errno) -> Vec<String> {
    let (connect, accept) = (of(Operation::Connect, errno), of(Operation::Accept, errno));
    let held = |(name, holds): &(&str, fn(&Error) -> bool)| match (holds(&connect), holds(&accept)) {
        (true, _) => Some((*name).to_owned()),
        (false, true) => Some(format!("{name} (of accept)")),
        (false, false) => None,
    };
    Error::PREDICATES.iter().filter_map(held).collect()
}

/// Whether the library has a question for it: the others say nothing about a connect.
fn is_of_sockets(errno: Errno) -> bool {
    !predicates(errno).is_empty()
}

/// The number on each of the other systems that have it.
fn elsewhere(name: &str) -> Option<Record> {
    let bare = name.strip_prefix("WSA").unwrap_or(name);
    let numbers = elsewhere::numbers(bare)?;
    let mut record = Record::new();
    for (system, number) in elsewhere::SYSTEMS.into_iter().zip(numbers) {
        if system != std::env::consts::OS && *number != 0 {
            record.push(system, *number);
        }
    }
    (!record.is_empty()).then_some(record)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_read() {
        for text in ["ECONNREFUSED", "econnrefused", "ConnRefused", &Errno::CONNREFUSED.as_raw().to_string()]
        {
            assert_eq!(read(text), Ok(Errno::CONNREFUSED), "{text}");
        }
        let problem = |text| read(text).unwrap_err().to_string();
        let near = problem("ECONREFUSED");
        assert!(
            near.starts_with("this system has no error \"ECONREFUSED\"\n  ECONREFUSED\n  ^^^^^^^^^^^"),
            "{near}"
        );
        assert!(near.contains("did you mean") && near.ends_with("ECONNREFUSED?"), "{near}");
        assert!(problem("9999999").starts_with("this system has no error 9999999\n"));
        assert!(problem("99999999999999999999").contains("its numbers end at"));
        assert!(problem("").contains("sock errno lists what there is"));
        assert!(problem("nonsense").contains("sock errno lists what there is"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_holds_of_an_error_is_said() {
        let refused = record(Errno::CONNREFUSED).to_string();
        for part in
            ["Connection refused", "is_refused", "elsewhere freebsd  61", "elsewhere windows  10061", "111"]
        {
            assert!(refused.contains(part), "{part} is not in\n{refused}");
        }
        assert_eq!(predicates(Errno::MFILE), ["is_descriptor_limit", "should_retry (of accept)"]);
        assert!(predicates(Errno::by_name("EDOM").unwrap()).is_empty());
    }
}

//! The values of a socket's options: set, read back, printed.

use berkeley::option::{self, Row};
use berkeley::{AsSource, Error, Operation};

use super::subject::Subject;
use super::word::Ask;
use crate::dictionary;
use crate::exit::Exit;
use crate::input::Input;
use crate::output::{Record, Sink};
use crate::report::{Failure, option_reason};

/// An option with what came of it.
struct Answer<'a> {
    input: Input<'a>,
    row: &'static Row,
    /// What it was set to.
    set: Option<&'a str>,
    /// `None` is an option that is only set.
    value: Option<Result<String, Error>>,
    /// Whether it was asked for by name, so that it is a failure if it cannot be read.
    is_named: bool,
}

/// Sets what is to be set, in the order of the words, and reads everything back after that.
pub fn run(sink: &mut Sink, subject: &Subject, asks: &[Ask<'_>]) -> Result<Exit, Failure> {
    let opened = subject.open()?;
    for ask in asks {
        if let Ask::Set { row, value, .. } = ask {
            row.set(&opened.source(), value).map_err(|error| failure(subject, row, &error))?;
        }
    }
    print(sink, subject, &answers(&opened.source(), asks))
}

fn answers<'a>(source: &impl AsSource, asks: &'a [Ask<'a>]) -> Vec<Answer<'a>> {
    let all = |level: Option<&'static str>| {
        let values = option::values(source)
            .filter(move |(row, _)| level.is_none_or(|level| dictionary::split(row).0 == level));
        let answer = |(row, value)| Answer {
            input: Input::none(),
            row,
            set: None,
            value: Some(value),
            is_named: false,
        };
        values.map(answer).collect::<Vec<_>>()
    };
    let named = |row: &'static Row, text: &'a str, set: Option<&'a str>| {
        let value = (row.is_readable() || set.is_none()).then(|| row.get(source));
        vec![Answer { input: Input::argument(text), row, set, value, is_named: true }]
    };
    if asks.is_empty() {
        return all(None);
    }
    let answer = |ask: &'a Ask<'a>| match ask {
        Ask::Level(level) => all(Some(level)),
        Ask::Row { row, text } => named(row, text, None),
        Ask::Set { row, value, text } => named(row, text, Some(value)),
    };
    asks.iter().flat_map(answer).collect()
}

fn print(sink: &mut Sink, subject: &Subject, answers: &[Answer<'_>]) -> Result<Exit, Failure> {
    let width = answers.iter().map(|answer| answer.row.name().len()).max().unwrap_or(0);
    let mut exit = Exit::Done;
    for answer in answers {
        match &answer.value {
            Some(Err(error)) if answer.is_named => {
                let failure = failure(subject, answer.row, error);
                // The code is that of the first.
                exit = if exit == Exit::Done { failure.exit() } else { exit };
                sink.failed(&answer.input, &failure)?;
            }
            _ => sink.line(
                &answer.input,
                format_args!("{:width$}  {}", answer.row.name(), answer.text()),
                || answer.record(),
            )?,
        }
    }
    Ok(exit)
}

impl Answer<'_> {
    fn text(&self) -> String {
        match (&self.value, self.set) {
            (None, set) => format!("{} was set; it cannot be read", set.unwrap_or_default()),
            (Some(Ok(value)), Some(set)) if value != set => format!("{value}  ({set} was set)"),
            (Some(Ok(value)), _) if value.is_empty() => "(empty)".to_owned(),
            (Some(Ok(value)), _) => value.clone(),
            (Some(Err(error)), _) => format!("({})", option_reason(error)),
        }
    }

    fn record(&self) -> Record {
        let value = self.value.as_ref().and_then(|value| value.as_ref().ok());
        let error = self.value.as_ref().and_then(|value| value.as_ref().err());
        Record::new()
            .with("name", self.row.name())
            .with("c_name", self.row.c_name())
            .with_some("set", self.set)
            .with_some("value", value.map(String::as_str))
            .with_some("error", error.map(option_reason))
    }
}

fn failure(subject: &Subject, row: &Row, error: &Error) -> Failure {
    let failure = Failure::of(subject, error);
    let is_refused_value = error.is_invalid() && error.operation() == Operation::SetOption;
    if error.is_permission_denied() {
        failure.with_hint(dictionary::privilege(row.name()))
    } else if is_refused_value {
        failure.with_hint(format!("{} is {}", row.name(), row.form()))
    } else {
        failure
    }
}

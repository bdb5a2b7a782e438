//! Kinds of control messages by name, at run time.

use std::fmt;

use super::{Control, ControlMessage, level};
use crate::addr::{ParseError, Reason};
use crate::error::{Error, Operation, Result};
use crate::option::{Form, Shown};
use crate::sys::Place;

/// One kind of control message, known by its name.
#[derive(Clone, Copy)]
pub struct Row {
    name: &'static str,
    c_name: &'static str,
    about: &'static str,
    form: &'static str,
    sent: Option<Place>,
    received: Option<Place>,
    show: fn(&[u8]) -> Option<String>,
    push: fn(&mut Control<'_>, Place, &str) -> Option<Result<()>>,
}

impl<F: Form> ControlMessage<F> {
    /// Returns the kind as a row of the table.
    #[must_use]
    pub const fn row(self, about: &'static str) -> Row {
        Row {
            name: self.name(),
            c_name: self.c_name(),
            about,
            form: F::TEXT,
            sent: self.sent(),
            received: self.received(),
            show: show::<F>,
            push: push::<F>,
        }
    }
}

fn show<F: Form>(data: &[u8]) -> Option<String> {
    F::decode(data).map(|value| Shown::<F>(&value).to_string())
}

/// Returns `None` if the text is no value of that form.
fn push<F: Form>(control: &mut Control<'_>, place: Place, text: &str) -> Option<Result<()>> {
    F::parse(text).map(|value| control.encode::<F>(place, &value))
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({})", self.name)
    }
}

impl Row {
    /// Returns the name: level, dot, C's name without its prefix, `ip.pktinfo` for example.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns C's name.
    #[must_use]
    pub const fn c_name(&self) -> &'static str {
        self.c_name
    }

    /// Returns what the message is for, in sentences.
    #[must_use]
    pub fn about(&self) -> &'static str {
        self.about.trim()
    }

    /// Returns what a value has to be, as a noun.
    #[must_use]
    pub const fn form(&self) -> &'static str {
        self.form
    }

    /// Returns the level and the type with which this system takes it, or `None` where it does not.
    #[must_use]
    pub const fn sent(&self) -> Option<Place> {
        self.sent
    }

    /// Returns the level and the type with which this system gives it, or `None` where it does not.
    #[must_use]
    pub const fn received(&self) -> Option<Place> {
        self.received
    }

    /// Writes the data of such a message as text, or returns `None` if it is no value of the kind.
    #[must_use]
    pub fn show(&self, data: &[u8]) -> Option<String> {
        (self.show)(data)
    }
}

impl Control<'_> {
    /// Appends the control message of that name with what a text says: [`by_name`] says which names there are.
    ///
    /// # Errors
    ///
    /// Those of [`push`](Self::push). Of a text that is no value, the message says what would be one.
    pub fn push_by_name(&mut self, name: &str, value: &str) -> Result<()> {
        let row = by_name(name).map_err(|error| Error::parse(Operation::Send, error))?;
        let Some(place) = row.sent else {
            return Err(Error::unsupported(Operation::Send, row.c_name).with_option(row.name));
        };
        (row.push)(self, place, value)
            .unwrap_or_else(|| Err(Error::form(Operation::Send, row.form)))
            .map_err(|error| error.with_option(row.name))
    }
}

/// Returns every kind of the table, in its order: by level, then by name.
pub fn all() -> impl Iterator<Item = &'static Row> {
    level::ROWS.iter().flat_map(|rows| rows.iter())
}

/// Finds a kind by its name, `ip.ttl`, in either case.
///
/// # Errors
///
/// There is no such kind; the hint names the one that was probably meant.
pub fn by_name(name: &str) -> Result<&'static Row, ParseError> {
    all().find(|row| row.name.eq_ignore_ascii_case(name)).ok_or_else(|| unknown(name))
}

#[cold]
fn unknown(name: &str) -> ParseError {
    let error = ParseError::whole(name, Reason::UnknownMessage);
    error.with_nearest(&name.to_ascii_lowercase(), all().map(Row::name))
}

pub(super) fn received_at(place: Place) -> Option<&'static Row> {
    all().find(|row| row.received == Some(place))
}

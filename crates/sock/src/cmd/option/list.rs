//! The dictionary: all of it, a level, or an entry in full.

use berkeley::option::{self, Row};

use super::word::Ask;
use crate::dictionary;
use crate::exit::Exit;
use crate::input::Input;
use crate::output::{Record, Sink};
use crate::report::Failure;

pub fn run(sink: &mut Sink, asks: &[Ask<'_>]) -> Result<Exit, Failure> {
    if asks.is_empty() {
        dictionary::levels()
            .into_iter()
            .enumerate()
            .try_for_each(|(index, name)| level(sink, name, index > 0))?;
    }
    for (index, ask) in asks.iter().enumerate() {
        match ask {
            Ask::Level(name) => level(sink, name, index > 0)?,
            Ask::Row { row, text } | Ask::Set { row, text, .. } => {
                sink.block(&Input::argument(text), record(row))?;
            }
        }
    }
    Ok(Exit::Done)
}

/// Writes a line an option, below the name of the level.
fn level(sink: &mut Sink, name: &str, is_after_others: bool) -> Result<(), Failure> {
    let rows = || option::all().filter(|row| dictionary::split(row).0 == name);
    let width = rows().map(|row| row.name().len()).max().unwrap_or(0);
    for (index, row) in rows().enumerate() {
        let heading = match (index, is_after_others) {
            (0, true) => format!("\n{name}\n"),
            (0, false) => format!("{name}\n"),
            _ => String::new(),
        };
        let access = if row.is_available() { access(row) } else { "not here" };
        let line = format!("{heading}  {:width$}  {access:8}  {}", row.name(), first_sentence(row.about()));
        sink.line(&Input::none(), line, || record(row))?;
    }
    Ok(())
}

/// Says whether an option is read, set, or both.
pub fn access(row: &Row) -> &'static str {
    match (row.is_readable(), row.is_settable()) {
        (true, true) => "get, set",
        (true, false) => "get",
        _ => "set",
    }
}

/// The first sentence of a text, whose lines are joined.
fn first_sentence(text: &str) -> String {
    let text = joined(text);
    let end = text.find(". ").map_or(text.len(), |end| end + 1);
    text[..end].to_owned()
}

/// Writes what the documentation says in one line, without its marks of code and links.
pub fn joined(text: &str) -> String {
    let text = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    text.replace("[`", "").replace("`]", "").replace('`', "")
}

fn record(row: &Row) -> Record {
    let short = dictionary::short(row);
    let place = row.place();
    Record::new()
        .with("name", row.name())
        .with("c_name", row.c_name())
        .with_some("short_name", (short != row.name()).then_some(short))
        .with("about", joined(row.about()))
        .with("value", row.form())
        .with("access", access(row))
        .with("available", row.is_available())
        .with_some("level", place.map(|place| i64::from(place.level())))
        .with_some("number", place.map(|place| i64::from(place.number())))
}

//! The tables of parity are complete, and every test that they name exists.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

const COMING_FROM: &str = include_str!("../docs/COMING_FROM.md");
const CAPABILITIES: &str = include_str!("../docs/CAPABILITIES.md");

/// What a cell of the column `here` says of something that is not built.
const NOT_YET: &str = "not yet";

/// What comes before the words for what is missing of something that is built in part.
const PARTLY: &str = "; not yet:";

/// The ids of COMING_FROM.md: what comes before the number, and the numbers.
const IDS: &[(&str, RangeInclusive<usize>)] = &[
    // fsocket, its gaps and its test programs.
    ("F", 1..=64),
    ("G-F", 1..=23),
    ("T-F", 1..=21),
    // m-socket.
    ("M", 1..=17),
    ("G-M", 1..=12),
    // basic-binary-ipc; W and T-W are its overlapped operations.
    ("B", 1..=43),
    ("W", 1..=9),
    ("G-B", 1..=20),
    ("T-B", 1..=28),
    ("T-W", 1..=21),
    // IOLib: addresses, networks, sockets, options, lookups, DNS, conditions.
    ("IA", 1..=24),
    ("IN", 1..=8),
    ("IS", 1..=23),
    ("IO", 1..=3),
    ("IL", 1..=7),
    ("ID", 1..=8),
    ("IE", 1..=5),
    // IOLib: multiplexing, streams, constants, trivial-sockets.
    ("IM", 1..=17),
    ("IG", 1..=14),
    ("IX", 1..=4),
    ("IT", 1..=4),
    ("G-I", 1..=28),
    // IOLib's tests of sockets, multiplexing and streams.
    ("T-I", 1..=72),
    ("T-M", 1..=5),
    ("T-S", 1..=1),
    // Examples of the last three.
    ("T-X", 1..=5),
];

/// The sections of CAPABILITIES.md and how many rows each has.
const SECTIONS: &[(char, usize)] = &[
    ('A', 15),
    ('B', 35),
    ('C', 20),
    ('D', 13),
    ('E', 14),
    ('F', 11),
    ('G', 13),
    ('H', 11),
    ('I', 17),
    ('J', 9),
    ('K', 23),
    ('L', 8),
];

/// One row of a table, with what the table's heading calls its cells.
struct Row {
    headings: Vec<String>,
    cells: Vec<String>,
}

impl Row {
    /// The first cell: in the tables with ids, the id.
    fn id(&self) -> &str {
        &self.cells[0]
    }

    /// The cell under that heading; `None` when the table has no such column or the row is too short.
    fn under(&self, heading: &str) -> Option<&str> {
        let column = self.headings.iter().position(|each| each == heading)?;
        self.cells.get(column).map(String::as_str)
    }
}

/// Splits a line of a table into its cells; `\|` does not end one.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim().trim_start_matches('|').trim_end_matches('|').replace(r"\|", "\0");
    line.split('|').map(|cell| cell.trim().replace('\0', "|")).collect()
}

/// All rows of all tables of a document, in order.
fn rows(document: &str) -> Vec<Row> {
    let mut headings: Option<Vec<String>> = None;
    let mut rows = Vec::new();
    for line in document.lines() {
        if !line.starts_with('|') {
            headings = None;
            continue;
        }
        let is_rule = line.chars().all(|each| "|-: ".contains(each));
        match &headings {
            None => headings = Some(cells(line)),
            Some(_) if is_rule => {}
            Some(headings) => rows.push(Row { headings: headings.clone(), cells: cells(line) }),
        }
    }
    rows
}

/// The rows of the tables whose first column has that heading.
fn rows_by(document: &str, heading: &str) -> Vec<Row> {
    rows(document).into_iter().filter(|row| row.headings[0] == heading).collect()
}

/// The ids that COMING_FROM.md must have.
fn expected_ids() -> BTreeSet<String> {
    let numbered = |(prefix, numbers): &(&str, RangeInclusive<usize>)| -> Vec<String> {
        numbers.clone().map(|number| format!("{prefix}-{number:02}")).collect()
    };
    IDS.iter().flat_map(numbered).collect()
}

/// The code spans of a cell, without their backticks.
fn code_spans(cell: &str) -> Vec<&str> {
    assert!(cell.matches('`').count().is_multiple_of(2), "an odd number of backticks in {cell:?}");
    cell.split('`').skip(1).step_by(2).collect()
}

/// Every Rust file below a directory; none when there is no such directory.
fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The name of the function whose definition a line begins, if it does.
fn function_name(line: &str) -> Option<&str> {
    let mut words = line.trim_start();
    for word in ["pub ", "const ", "async ", "unsafe "] {
        words = words.strip_prefix(word).unwrap_or(words);
    }
    let name = words.strip_prefix("fn ")?;
    name.split(|each: char| !each.is_alphanumeric() && each != '_').next()
}

/// The names of all functions in the sources and tests of the workspace.
fn functions() -> BTreeSet<String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut names = BTreeSet::new();
    for member in fs::read_dir(crates).unwrap().map(|entry| entry.unwrap().path()) {
        for file in ["src", "tests"].iter().flat_map(|part| rust_files(&member.join(part))) {
            let text = fs::read_to_string(&file).unwrap();
            names.extend(text.lines().filter_map(function_name).map(str::to_owned));
        }
    }
    names
}

#[test]
fn coming_from_has_each_id_once() {
    let expected = expected_ids();
    let mut found = BTreeSet::new();
    for row in rows_by(COMING_FROM, "id") {
        assert!(expected.contains(row.id()), "{} is no id, or is not in the list of this test", row.id());
        assert!(found.insert(row.id().to_owned()), "{} is there twice", row.id());
    }
    let missing: Vec<_> = expected.difference(&found).collect();
    assert!(missing.is_empty(), "without a row: {missing:?}");
}

#[test]
fn capabilities_has_189_numbered_rows() {
    let expected: Vec<String> = SECTIONS
        .iter()
        .flat_map(|(section, count)| (1..=*count).map(move |number| format!("{section}{number}")))
        .collect();
    let found: Vec<String> = rows_by(CAPABILITIES, "#").iter().map(|row| row.id().to_owned()).collect();
    assert_eq!(found, expected);
    assert_eq!(found.len(), 189);
}

#[test]
fn every_row_is_whole() {
    for row in [rows(COMING_FROM), rows(CAPABILITIES)].iter().flatten() {
        assert_eq!(row.cells.len(), row.headings.len(), "a cell too many or too few: {:?}", row.cells);
        assert!(row.under("here").is_some(), "a table without the column `here`: {:?}", row.headings);
        for cell in &row.cells {
            assert!(!cell.is_empty(), "an empty cell: {:?}", row.cells);
        }
    }
}

#[test]
fn every_named_test_exists() {
    let functions = functions();
    for row in rows_by(COMING_FROM, "id").iter().filter(|row| row.id().starts_with("T-")) {
        for name in code_spans(row.under("here").unwrap()) {
            let last = name.rsplit("::").next().unwrap();
            assert!(functions.contains(last), "{}: no test is called `{name}`", row.id());
        }
    }
}

#[test]
fn functions_are_found_by_name() {
    assert_eq!(function_name("    pub async fn one_two<T>() {"), Some("one_two"));
    assert_eq!(function_name("// fn commented() {}"), None);
    assert_eq!(function_name("let call = fn_pointer;"), None);
    assert!(functions().contains("functions_are_found_by_name"));
}

#[test]
fn cells_are_split_at_unescaped_bars() {
    assert_eq!(cells(r"| a | `b \| c` | - |"), ["a", "`b | c`", "-"]);
    assert_eq!(code_spans("`one`, `two` and three"), ["one", "two"]);
}

/// How many rows of a document are there, there in part, and not there, as the cells of the column `here` say.
#[derive(Debug, Default, PartialEq, Eq)]
struct Progress {
    here: usize,
    partly: usize,
    not_yet: usize,
}

impl Progress {
    fn of(document: &str) -> Self {
        let mut progress = Self::default();
        for row in rows(document) {
            let here = row.under("here").unwrap();
            let outside = here.split_once(PARTLY).map_or(here, |(built, _)| built);
            match here {
                NOT_YET => progress.not_yet += 1,
                _ if here.contains(PARTLY) => progress.partly += 1,
                _ => progress.here += 1,
            }
            let vague = here != NOT_YET && outside.contains(NOT_YET);
            assert!(!vague, "{:?} is neither `{NOT_YET}` nor says `{PARTLY}`", row.cells);
        }
        progress
    }

    /// The sentence that tells it.
    fn sentence(&self) -> String {
        let Self { here, partly, not_yet } = self;
        format!("Of these rows {here} are here, {partly} partly, {not_yet} not yet.")
    }
}

#[test]
fn both_tell_how_far_they_are() {
    for (name, document) in [("COMING_FROM.md", COMING_FROM), ("CAPABILITIES.md", CAPABILITIES)] {
        let sentence = Progress::of(document).sentence();
        assert!(document.lines().any(|line| line == sentence), "{name} should say: {sentence}");
    }
}

#[test]
fn progress_is_counted_by_cells() {
    let table = "| # | here |\n|---|---|\n| 1 | not yet |\n| 2 | one; not yet: two |\n| 3 | one |";
    assert_eq!(Progress::of(table), Progress { here: 1, partly: 1, not_yet: 1 });
}

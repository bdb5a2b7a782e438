//! The names of an entry in one of the system's files.

use crate::addr::nearest;
use crate::error::Error;

/// The names of an entry: the official one, and then its aliases.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Names(Box<[Box<str>]>);

impl Names {
    /// Takes words as names; none at all are no entry's.
    pub(super) fn of<'a>(words: impl Iterator<Item = &'a str>) -> Option<Self> {
        let names: Box<[Box<str>]> = words.map(Box::from).collect();
        (!names.is_empty()).then_some(Self(names))
    }

    pub(super) fn official(&self) -> &str {
        self.0.first().map_or("", |name| name)
    }

    pub(super) fn aliases(&self) -> impl Iterator<Item = &str> {
        self.all().skip(1)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|name| &**name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.all().any(|own| own == name)
    }

    pub(super) fn has_in_either_case(&self, name: &str) -> bool {
        self.all().any(|own| own.eq_ignore_ascii_case(name))
    }
}

/// Finds the first entry with a name. Where none is spelt so, letters count the same in either case.
pub(super) fn find<'a, E>(
    mut entries: impl Iterator<Item = &'a E> + Clone,
    names: fn(&E) -> &Names,
    name: &str,
) -> Option<&'a E> {
    let exact = entries.clone().find(|entry| names(entry).has(name));
    exact.or_else(|| entries.find(|entry| names(entry).has_in_either_case(name)))
}

/// Says which name was probably meant by one that no entry has.
pub(super) fn meant<'a>(error: Error, name: &str, entries: impl Iterator<Item = &'a Names>) -> Error {
    match nearest(name, entries.flat_map(Names::all)) {
        Some(near) => error.with_detail(format!("did you mean {near:?}?")),
        None => error,
    }
}

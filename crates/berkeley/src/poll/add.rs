//! The error of an addition, which gives the entry back.

use std::fmt;

use crate::error::Error;

/// The error of an entry that could not be added to a poller, and the entry.
///
/// Becomes an [`Error`] by `?`, which drops the entry.
pub struct AddError<T> {
    error: Error,
    entry: T,
}

impl<T> AddError<T> {
    pub(crate) const fn new(error: Error, entry: T) -> Self {
        Self { error, entry }
    }

    /// Returns what went wrong.
    #[must_use]
    pub const fn error(&self) -> &Error {
        &self.error
    }

    /// Gives the entry back.
    #[must_use]
    pub fn into_entry(self) -> T {
        self.entry
    }

    /// Gives what went wrong, and the entry back.
    #[must_use]
    pub fn into_parts(self) -> (Error, T) {
        (self.error, self.entry)
    }
}

impl<T> From<AddError<T>> for Error {
    fn from(error: AddError<T>) -> Self {
        error.error
    }
}

impl<T> From<AddError<T>> for std::io::Error {
    fn from(error: AddError<T>) -> Self {
        error.error.into()
    }
}

impl<T> fmt::Debug for AddError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddError").field("error", &self.error).finish_non_exhaustive()
    }
}

impl<T> fmt::Display for AddError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<T> std::error::Error for AddError<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

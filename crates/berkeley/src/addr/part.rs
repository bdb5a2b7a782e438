//! A piece of a text that knows where it stands in the whole, so that every error can point at its place.

use super::{ParseError, Reason};

#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    whole: &'a str,
    start: usize,
    end: usize,
}

impl<'a> Part<'a> {
    pub(crate) const fn all(whole: &'a str) -> Part<'a> {
        Part { whole, start: 0, end: whole.len() }
    }

    pub(crate) fn text(&self) -> &'a str {
        self.whole.get(self.start..self.end).unwrap_or_default()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Returns the piece between two bytes of this one.
    pub(crate) fn slice(&self, from: usize, to: usize) -> Part<'a> {
        let end = self.end.min(self.start + to);
        Part { whole: self.whole, start: end.min(self.start + from), end }
    }

    /// Returns what is before and what is behind the first `separator`.
    pub(crate) fn split(&self, separator: char) -> (Part<'a>, Option<Part<'a>>) {
        match self.text().find(separator) {
            None => (*self, None),
            Some(at) => (self.slice(0, at), Some(self.slice(at + separator.len_utf8(), usize::MAX / 2))),
        }
    }

    /// Returns what is before and what is behind the last `separator`.
    pub(crate) fn rsplit(&self, separator: char) -> (Part<'a>, Option<Part<'a>>) {
        match self.text().rfind(separator) {
            None => (*self, None),
            Some(at) => (self.slice(0, at), Some(self.slice(at + separator.len_utf8(), usize::MAX / 2))),
        }
    }

    /// Returns the pieces between separators, empty ones too.
    pub(crate) fn pieces(self, separator: char) -> impl Iterator<Item = Part<'a>> {
        let mut rest = Some(self);
        std::iter::from_fn(move || {
            let (first, behind) = rest?.split(separator);
            rest = behind;
            Some(first)
        })
    }

    pub(crate) fn strip_prefix(&self, prefix: &str) -> Option<Part<'a>> {
        self.text().starts_with(prefix).then(|| self.slice(prefix.len(), usize::MAX / 2))
    }

    /// Returns the piece without the blanks at its ends.
    pub(crate) fn trim(&self) -> Part<'a> {
        let behind = self.text().trim_start();
        let start = self.text().len() - behind.len();
        self.slice(start, start + behind.trim_end().len())
    }

    /// Makes an error about this piece.
    #[cold]
    pub(crate) fn fail(&self, reason: Reason) -> ParseError {
        ParseError::new(self.whole, self.start..self.end, reason)
    }

    /// Moves the error of a parser that saw this piece alone into the whole.
    pub(crate) fn lift<T>(&self, result: Result<T, ParseError>) -> Result<T, ParseError> {
        result.map_err(|error| error.within(self.whole, self.start))
    }

    /// Reads a decimal number.
    pub(crate) fn decimal(&self, most: u64) -> Result<u64, ParseError> {
        self.number(10, most, Reason::NotANumber)
    }

    /// Reads a hexadecimal number, with or without `0x`.
    pub(crate) fn hexadecimal(&self, most: u64) -> Result<u64, ParseError> {
        let digits = self.strip_prefix("0x").unwrap_or(*self);
        digits.number(16, most, Reason::NotHex)
    }

    fn number(&self, radix: u32, most: u64, otherwise: Reason) -> Result<u64, ParseError> {
        if self.is_empty() {
            return Err(self.fail(Reason::MissingValue));
        }
        if !self.text().chars().all(|c| c.is_digit(radix)) {
            return Err(self.fail(otherwise));
        }
        match u64::from_str_radix(self.text(), radix) {
            Ok(value) if value <= most => Ok(value),
            _ => Err(self.fail(Reason::OutOfRange)),
        }
    }

    /// Reads the interface that a text names, `*` being all of them.
    pub(crate) fn interface(&self) -> Result<super::Zone, ParseError> {
        match self.text() {
            "" => Err(self.fail(Reason::MissingInterface)),
            "*" => Ok(super::Zone::NONE),
            text => self.lift(text.parse()),
        }
    }

    /// Reads `name=value` parameters between ampersands, each name at most once, by calling `each`, which
    /// answers `false` for a name that it does not know.
    pub(crate) fn parameters(
        &self,
        mut each: impl FnMut(&str, Part<'a>) -> Result<bool, ParseError>,
    ) -> Result<(), ParseError> {
        let mut seen: Vec<&str> = Vec::new();
        for piece in self.pieces('&') {
            let (name, value) = piece.split('=');
            if seen.contains(&name.text()) {
                return Err(name.fail(Reason::RepeatedParameter));
            }
            seen.push(name.text());
            let value = value.unwrap_or(piece.slice(usize::MAX / 2, usize::MAX / 2));
            if !each(name.text(), value)? {
                return Err(name.fail(Reason::UnknownParameter));
            }
        }
        Ok(())
    }
}

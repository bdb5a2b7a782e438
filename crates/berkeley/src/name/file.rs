//! Files of the system: lines of words, read once for each version of the file.

use std::fs::{self, Metadata};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// Splits a line into its words; `#` begins a comment.
pub(super) fn words(line: &str) -> impl Iterator<Item = &str> {
    let content = line.split('#').next().unwrap_or_default();
    content.split(|c: char| c.is_ascii_whitespace() || c == '\x0b').filter(|word| !word.is_empty())
}

/// Tells one version of a file from another.
type Version = (Option<SystemTime>, u64);

/// What was read from a file, for as long as the file stays the same.
#[derive(Debug)]
pub(super) struct Cached<T: 'static> {
    file: &'static str,
    parse: fn(&str) -> T,
    /// Stands for the file where there is none.
    absent: &'static str,
    kept: Mutex<Option<(Option<Version>, Arc<T>)>>,
}

impl<T> Cached<T> {
    pub(super) const fn new(file: &'static str, parse: fn(&str) -> T, absent: &'static str) -> Self {
        Self { file, parse, absent, kept: Mutex::new(None) }
    }

    /// Returns what the file says now. An unchanged file is not read again.
    pub(super) fn get(&self) -> Arc<T> {
        self.of(&crate::sys::lookup::file(self.file))
    }

    fn of(&self, path: &PathBuf) -> Arc<T> {
        // The version comes before the content: a change in between is seen next time.
        let version = fs::metadata(path).ok().map(|about| version(&about));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((known, value)) if *known == version => Arc::clone(value),
            _ => {
                let bytes = version.and_then(|_| fs::read(path).ok());
                let text = bytes.as_deref().map(String::from_utf8_lossy);
                let value = Arc::new((self.parse)(text.as_deref().unwrap_or(self.absent)));
                *kept = Some((version, Arc::clone(&value)));
                value
            }
        }
    }
}

fn version(about: &Metadata) -> Version {
    (about.modified().ok(), about.len())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_file_is_read_again_when_it_has_changed_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("names");
        let cached = Cached::new("names", lines, "absent");
        assert_eq!(*cached.of(&path), ["absent"]);

        fs::write(&path, "one").unwrap();
        let first = cached.of(&path);
        assert_eq!(*first, ["one"]);
        assert!(Arc::ptr_eq(&first, &cached.of(&path)));

        fs::write(&path, "one\ntwo").unwrap();
        assert_eq!(*cached.of(&path), ["one", "two"]);
        // Of the same length, and older.
        fs::write(&path, "six\nten").unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(*cached.of(&path), ["six", "ten"]);

        fs::remove_file(&path).unwrap();
        assert_eq!(*cached.of(&path), ["absent"]);
    }

    #[test]
    fn words_end_at_blanks_and_comments() {
        assert_eq!(words(" a\tb  c#d e\r").collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(words("# a").count(), 0);
    }
}

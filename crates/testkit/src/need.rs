//! A test that cannot run says why.

use std::env;
use std::path::{Path, PathBuf};

/// Returns whether a test can run; if not, says what it lacks.
///
/// # Panics
///
/// With `BERKELEY_NEED=all` in the environment, what is lacking is a failure.
#[must_use]
pub fn need(there: bool, what: &str) -> bool {
    if !there {
        assert!(env::var_os("BERKELEY_NEED").is_none_or(|need| need != "all"), "this test needs {what}");
        eprintln!("skipped: needs {what}");
    }
    there
}

/// Finds a program that a test needs.
#[must_use]
pub fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found =
        env::split_paths(&path).map(|folder| folder.join(name)).find(|path: &PathBuf| Path::is_file(path));
    need(found.is_some(), &format!("the program {name}")).then_some(())?;
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_missed() {
        assert!(need(true, "nothing"));
    }

    #[test]
    #[cfg(unix)]
    fn the_shell_is_found() {
        assert!(program("sh").is_some());
    }
}

//! A test that cannot run says why.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The environment variable that says what must be there.
const NEED: &str = "BERKELEY_NEED";

/// Returns whether a list with commas names a thing.
fn names(list: &str, thing: &str) -> bool {
    list.split(',').any(|word| word == thing)
}

/// Returns whether a test can run; if not, says what it lacks.
///
/// # Panics
///
/// With `all` in the list `BERKELEY_NEED`, what is lacking is a failure.
#[must_use]
pub fn need(there: bool, what: &str) -> bool {
    need_of("all", there, what)
}

/// Returns whether the tests run in qemu's user mode, which does not translate every option and request.
#[must_use]
pub fn is_emulated() -> bool {
    env::var("BERKELEY_RUNNER").is_ok_and(|runner| runner.starts_with("qemu-"))
}

/// Returns whether a test can run that needs the kernel itself; if not, says for what. No list demands of an emulator what
/// it cannot.
#[must_use]
pub fn need_real(what: &str) -> bool {
    need_of("no emulator", !is_emulated(), &format!("{what}, which qemu does not have"))
}

/// Returns whether a test can run that few machines can; if not, says what it lacks.
///
/// # Panics
///
/// With `name` in the list `BERKELEY_NEED`, what is lacking is a failure; with `all` alone it is not.
#[must_use]
pub fn need_of(name: &str, there: bool, what: &str) -> bool {
    if !there {
        let demanded = env::var(NEED).unwrap_or_default();
        assert!(!names(&demanded, name), "this test needs {what}");
        eprintln!("skipped: needs {what}");
    }
    there
}

/// Returns the words of a command that runs this program again: its path, after those of the list `BERKELEY_RUNNER`,
/// which is an emulator where the kernel does not run the program by itself.
///
/// # Panics
///
/// Panics if the system does not tell the path.
#[must_use]
pub fn again() -> Vec<OsString> {
    let runner = env::var("BERKELEY_RUNNER").unwrap_or_default();
    let this = env::current_exe().expect("a program knows its path");
    runner.split_whitespace().map(OsString::from).chain([this.into_os_string()]).collect()
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
        assert!(need_of("nothing of this name", true, "nothing"));
    }

    #[test]
    fn a_list_names_its_words_and_no_parts_of_them() {
        assert!(names("all,vsock", "vsock") && names("all,vsock", "all"));
        assert!(!names("vsocks", "vsock") && !names("", "all"));
    }

    #[test]
    fn a_machine_need_not_have_what_nobody_names() {
        assert!(!need_of("nothing of this name", false, "what no machine has"));
    }

    #[test]
    fn the_program_that_runs_again_is_this_one() {
        assert_eq!(PathBuf::from(again().last().unwrap()), env::current_exe().unwrap());
    }

    #[test]
    #[cfg(unix)]
    fn the_shell_is_found() {
        assert!(program("sh").is_some());
    }
}

//! The paths of Unix sockets that this process made, removed however it ends.
//!
//! The library removes the path of a listener that is dropped. A signal drops nothing, and a datagram socket leaves
//! its path: so that all of them are kept here, where the thread that waits for signals finds them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

static MADE: Mutex<Vec<Made>> = Mutex::new(Vec::new());

#[derive(Debug)]
struct Made {
    path: PathBuf,
    /// Which file it is: one that has taken its place since stays.
    id: Option<Id>,
}

#[cfg(unix)]
type Id = (u64, u64);
#[cfg(not(unix))]
type Id = std::time::SystemTime;

#[cfg(unix)]
fn id(path: &Path) -> Option<Id> {
    use std::os::unix::fs::MetadataExt;

    fs::symlink_metadata(path).ok().map(|data| (data.dev(), data.ino()))
}

#[cfg(not(unix))]
fn id(path: &Path) -> Option<Id> {
    fs::symlink_metadata(path).ok()?.created().ok()
}

fn made() -> MutexGuard<'static, Vec<Made>> {
    MADE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes the path when it is dropped.
#[derive(Debug)]
pub struct OwnPath(PathBuf);

impl OwnPath {
    /// Leaves the path: the socket goes on in another process.
    pub fn leave(self) {
        made().retain(|entry| entry.path != self.0);
    }
}

impl Drop for OwnPath {
    fn drop(&mut self) {
        let mut made = made();
        if let Some(at) = made.iter().position(|entry| entry.path == self.0) {
            made.swap_remove(at).remove();
        }
    }
}

impl Made {
    fn remove(self) {
        if self.id.is_some() && id(&self.path) == self.id {
            // Nobody is left to be told.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Makes a path by `make`, which binds a socket there. A signal that arrives meanwhile waits, so that none is left.
pub fn making<T, E>(path: &Path, make: impl FnOnce() -> Result<T, E>) -> Result<(T, OwnPath), E> {
    let mut all = made();
    let value = make()?;
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    all.push(Made { id: id(&path), path: path.clone() });
    Ok((value, OwnPath(path)))
}

/// Removes every path, and lets no further one be made.
pub fn remove_all() {
    let mut made = made();
    for entry in made.drain(..) {
        entry.remove();
    }
    // The process ends now: who waits for this waits for the end.
    std::mem::forget(made);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_goes_with_its_owner_and_one_that_took_its_place_stays() {
        let directory = tempfile::tempdir().unwrap();
        let (first, second) = (directory.path().join("a"), directory.path().join("b"));
        let ((), own) = making(&first, || fs::write(&first, "")).unwrap();
        drop(own);
        assert!(!first.exists());

        let ((), own) = making(&second, || fs::write(&second, "")).unwrap();
        fs::write(&first, "another").unwrap();
        fs::rename(&first, &second).unwrap();
        drop(own);
        assert!(second.exists());
    }

    #[test]
    fn what_fails_to_be_made_is_not_removed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        fs::write(&path, "").unwrap();
        assert!(making(&path, || Err::<(), ()>(())).is_err());
        assert!(path.exists());
    }
}

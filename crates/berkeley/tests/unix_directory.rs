//! A Unix path, and the directory that it is relative to. A program of its own: the directory belongs to the process.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use berkeley::UnixListener;
use berkeley_testkit::{again, scratch};

#[test]
fn a_relative_path_is_removed_after_a_change_of_directory() {
    let folder = scratch();
    if let Some(folder) = std::env::var_os("BERKELEY_FOLDER") {
        std::env::set_current_dir(folder).unwrap();
        let listener = UnixListener::bind(Path::new("s")).unwrap();
        std::env::set_current_dir("/").unwrap();
        drop(listener);
        return;
    }
    let this = again();
    let status = std::process::Command::new(&this[0])
        .args(&this[1..])
        .args(["--exact", "a_relative_path_is_removed_after_a_change_of_directory"])
        .env("BERKELEY_FOLDER", folder.path())
        .stdout(std::process::Stdio::null())
        .status();
    assert!(status.unwrap().success());
    assert!(!folder.path().join("s").exists());
}

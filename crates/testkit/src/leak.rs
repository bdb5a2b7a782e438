//! Descriptors that are left open.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// What is open in this process: number and what it leads to. `None` where the system does not tell.
#[cfg(not(windows))]
fn open() -> Option<BTreeMap<u32, String>> {
    use std::fs;

    let entries = fs::read_dir("/proc/self/fd").ok()?;
    let mut open = BTreeMap::new();
    for entry in entries.flatten() {
        let leads_to = fs::read_link(entry.path()).map(|path| path.to_string_lossy().into_owned());
        // The folder that is being read is open too, and not any more when its entry is looked at.
        if let (Ok(number), Ok(leads_to)) = (entry.file_name().to_string_lossy().parse(), leads_to) {
            open.insert(number, leads_to);
        }
    }
    let kinds = ["socket:", "pipe:", "anon_inode:", "pidfd:"];
    open.retain(|_, leads_to| kinds.iter().any(|kind| leads_to.starts_with(kind)));
    Some(open)
}

/// Windows tells of a number whether it is a socket. Numbers are given out from four on, in steps of four.
#[cfg(windows)]
#[allow(unsafe_code)]
#[allow(clippy::unnecessary_wraps, reason = "its twin may have nowhere to look")]
fn open() -> Option<BTreeMap<u32, String>> {
    use std::os::windows::io::BorrowedSocket;

    let mut open = BTreeMap::new();
    for number in (4..16384).step_by(4) {
        // SAFETY: the number is only asked what it is, which may be nothing; no other thread opens or closes meanwhile.
        let socket = unsafe { BorrowedSocket::borrow_raw(number.into()) };
        if let Ok(kind) = berkeley::option::socket::TYPE.get(&socket) {
            open.insert(number, format!("a socket of the type {kind:?}"));
        }
    }
    Some(open)
}

/// One check at a time: what another test opens in between would count.
static ALONE: Mutex<()> = Mutex::new(());

/// Runs `work` and checks that it leaves open no socket, no pipe, and nothing that is there to be waited for.
///
/// For test binaries all of whose tests use this: it keeps them apart from each other, not from anything else.
///
/// # Panics
///
/// Panics if something is left open, and says what.
pub fn check<T>(work: impl FnOnce() -> T) -> T {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let before = open();
    let result = work();
    let after = open();
    if !crate::need(before.is_some(), "/proc/self/fd") {
        return result;
    }
    let before = before.unwrap_or_default();
    let left: Vec<_> =
        after.into_iter().flatten().filter(|(number, _)| !before.contains_key(number)).collect();
    assert!(left.is_empty(), "left open: {left:?}");
    result
}

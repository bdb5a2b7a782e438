//! A network of a test's own: interfaces, addresses and ports that nobody else has.

use std::ffi::CString;
use std::process::Command;
use std::thread;
use std::{fs, io};

use crate::need;

/// Runs a test in a network namespace of its own, in which there is a loopback that is up and nothing else. Programs
/// that it starts are in it too.
///
/// `None` where the process may not make one, and that was said.
#[must_use]
pub fn in_own_network<R: Send>(test: impl FnOnce() -> R + Send) -> Option<R> {
    let inside = || {
        let entered = enter();
        let what = entered
            .as_ref()
            .map_or_else(|error| format!("a network namespace of its own ({error})"), |()| String::new());
        need(entered.is_ok(), &what).then(test)
    };
    // The namespace is the thread's, and ends with it.
    thread::scope(|scope| scope.spawn(inside).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
}

/// Configures interfaces and routes of the network that the thread is in, as ip(8).
///
/// # Errors
///
/// Those of starting it, and what it said if it failed.
pub fn ip(words: &[&str]) -> io::Result<()> {
    let output = Command::new("ip").args(words).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("ip {}: {}", words.join(" "), said.trim())))
}

/// Puts texts in the place of files, for this thread and what it starts. It is for threads of [`in_own_network`], which end
/// with the test. What is returned is to be kept as long as the files are read.
///
/// # Errors
///
/// Those of mounting, which a process without privileges has.
pub fn replace_files(files: &[(&str, &str)]) -> io::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    unshare(libc::CLONE_NEWNS)?;
    mount(None, "/", libc::MS_REC | libc::MS_PRIVATE)?;
    for (number, (path, text)) in files.iter().enumerate() {
        let with = folder.path().join(number.to_string());
        fs::write(&with, text)?;
        mount(with.to_str(), path, libc::MS_BIND)?;
    }
    Ok(folder)
}

#[allow(unsafe_code)]
fn mount(what: Option<&str>, place: &str, flags: libc::c_ulong) -> io::Result<()> {
    let (what, place) = (CString::new(what.unwrap_or("none"))?, CString::new(place)?);
    // SAFETY: both paths end with NUL; such a mount takes neither a type nor data.
    match unsafe { libc::mount(what.as_ptr(), place.as_ptr(), std::ptr::null(), flags, std::ptr::null()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Has the thread in a network of its own from now on.
pub(crate) fn enter() -> io::Result<()> {
    unshare(libc::CLONE_NEWNET)?;
    raise_loopback()
}

#[allow(unsafe_code)]
fn unshare(what: libc::c_int) -> io::Result<()> {
    // SAFETY: unshare(2) takes a number, and changes this thread alone.
    match unsafe { libc::unshare(what) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

#[allow(unsafe_code)]
fn raise_loopback() -> io::Result<()> {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0")?;
    // SAFETY: an ifreq is numbers and names, for which zero is a value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    request.ifr_name[..2].copy_from_slice(&[b'l' as libc::c_char, b'o' as libc::c_char]);
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_LOOPBACK | libc::IFF_RUNNING) as libc::c_short;
    let number = std::os::fd::AsRawFd::as_raw_fd(&socket);
    // SAFETY: the request reads one ifreq.
    match unsafe { libc::ioctl(number, libc::SIOCSIFFLAGS as _, &raw const request) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_its_own_has_a_loopback_and_no_more() {
        let names = in_own_network(|| {
            std::net::UdpSocket::bind("127.0.0.1:9").expect("nobody else has the port");
            let table =
                std::fs::read_to_string("/proc/thread-self/net/dev").expect("the table of interfaces");
            table
                .lines()
                .filter_map(|line| Some(line.split_once(':')?.0.trim().to_owned()))
                .collect::<Vec<_>>()
        });
        // Modules that are loaded may add interfaces of their own to every network.
        assert!(
            names.is_none_or(|names| names.contains(&"lo".to_owned()) && !names.contains(&"eth0".to_owned()))
        );
    }
    #[test]
    fn a_file_is_replaced_for_the_thread_alone() {
        let before = fs::read_to_string("/etc/hosts").unwrap();
        let read = in_own_network(|| {
            let replaced = replace_files(&[("/etc/hosts", "192.0.2.1 ours\n")]);
            let entered = replaced.is_ok();
            need(entered, "files of its own").then(|| fs::read_to_string("/etc/hosts").unwrap())
        });
        assert!(read.flatten().is_none_or(|text| text == "192.0.2.1 ours\n"));
        assert_eq!(fs::read_to_string("/etc/hosts").unwrap(), before);
    }
}

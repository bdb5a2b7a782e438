//! A network of a test's own.

use std::io;
use std::process::Command;
use std::thread;

/// Runs `body` on a thread with a network namespace of its own, in which there is nothing but the loopback.
///
/// What the thread starts is in it as well. Returns `None`, and says so, where the system or the user cannot have one.
///
/// # Panics
///
/// Panics if the body does.
pub fn namespace<T: Send>(body: impl FnOnce() -> T + Send) -> Option<T> {
    let name = thread::current().name().unwrap_or("a test").to_owned();
    thread::scope(|scope| {
        let inside = || {
            let entered = enter().and_then(|()| ip(&["link", "set", "lo", "up"]));
            let reason = entered.as_ref().map_or_else(ToString::to_string, |()| String::new());
            crate::need(entered.is_ok(), &format!("a network namespace: {reason}")).then(body)
        };
        let thread = thread::Builder::new().name(name).spawn_scoped(scope, inside).expect("a thread");
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
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

#[allow(unsafe_code)]
fn enter() -> io::Result<()> {
    // SAFETY: the call takes no memory, and changes the network of this thread alone.
    match unsafe { libc::unshare(libc::CLONE_NEWNET) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inode() -> std::path::PathBuf {
        std::fs::read_link("/proc/thread-self/ns/net").unwrap()
    }

    #[test]
    fn a_network_of_its_own_has_a_loopback_and_ends_with_the_thread() {
        let outside = inode();
        let Some(inside) = namespace(|| {
            let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
            assert_eq!(socket.send_to(b"x", socket.local_addr().unwrap()).unwrap(), 1);
            assert!(ip(&["link", "set", "no-such-interface", "up"]).is_err());
            inode()
        }) else {
            return;
        };
        assert_ne!(inside, outside);
        assert_eq!(inode(), outside);
    }
}

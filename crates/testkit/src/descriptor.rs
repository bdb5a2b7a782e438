//! What the system says of a descriptor.

use std::os::fd::AsRawFd;

/// Returns the flags of a descriptor, as fcntl(2) would, from proc(5).
fn flags(descriptor: &impl AsRawFd) -> i32 {
    let path = format!("/proc/self/fdinfo/{}", descriptor.as_raw_fd());
    let info = std::fs::read_to_string(path).expect("an open descriptor has its file");
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).expect("and its flags");
    i32::from_str_radix(flags.trim(), 8).expect("in octal")
}

/// Returns whether calls on the descriptor wait: whether it lacks O_NONBLOCK.
///
/// # Panics
///
/// Panics if it is not open.
#[must_use]
pub fn is_blocking(descriptor: &impl AsRawFd) -> bool {
    flags(descriptor) & 0o4000 == 0
}

/// Returns whether the programs that this one starts do not have the descriptor: whether it has O_CLOEXEC.
///
/// # Panics
///
/// Panics if it is not open.
#[must_use]
pub fn is_close_on_exec(descriptor: &impl AsRawFd) -> bool {
    flags(descriptor) & 0o2_000_000 != 0
}

/// Raises the limit of descriptors as far as it goes, and returns it.
#[must_use]
#[allow(unsafe_code)]
pub fn raise_limit() -> u64 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the limit is writable.
    unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) };
    limit.rlim_cur = limit.rlim_max;
    // SAFETY: the limit is readable.
    unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
    #[allow(clippy::useless_conversion, reason = "32 bits on some processors")]
    limit.rlim_cur.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_of_the_standard_library_blocks_until_it_is_told_not_to() {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        assert!(is_blocking(&socket) && is_close_on_exec(&socket));
        socket.set_nonblocking(true).unwrap();
        assert!(!is_blocking(&socket));
    }
}

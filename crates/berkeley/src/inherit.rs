//! Descriptors for programs that are started.

use crate::error::{Error, Operation, Result};
use crate::source::Descriptor;
use crate::sys::{descriptor, inherit};

/// Gives descriptors the numbers from `first` on, under which programs that are started from now on inherit them.
///
/// That is how a service manager passes sockets (`sd_listen_fds(3)`: `first` is 3). For as long as what is returned lives,
/// every program that this process starts has them; dropped, they are closed. Whoever is to replace this process by a program
/// (`CommandExt::exec`) drops everything else before, so that the numbers are free.
///
/// # Errors
///
/// - One of the numbers is open already, and none of `descriptors`: nothing is taken from whoever has it.
/// - [`is_unsupported`](Error::is_unsupported) on Windows, where programs inherit no sockets by numbers.
///
/// # System call
///
/// `fcntl(2)` with `F_DUPFD`.
///
/// # Examples
///
/// ```standalone_crate
/// # #[cfg(all(unix, not(berkeley_sys = "unsupported")))] {
/// use berkeley::UdpSocket;
/// use std::process::Command;
///
/// let socket = UdpSocket::bind("127.0.0.1:0")?.into_descriptor();
/// let held = berkeley::inherit_from(9, vec![socket])?;
/// let status = Command::new("sh").args(["-c", "true <&9"]).status()?;
/// assert!(status.success());
/// drop(held);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "LISTEN_FDS")]
#[doc(alias = "dup2")]
pub fn inherit_from(first: i32, descriptors: Vec<Descriptor>) -> Result<Vec<Descriptor>> {
    let failed = |errno| Error::new(Operation::Duplicate, errno);
    let count = i32::try_from(descriptors.len()).unwrap_or(i32::MAX);
    let end = first.saturating_add(count);
    let mut moved = Vec::with_capacity(descriptors.len());
    for each in descriptors {
        let borrowed = descriptor::borrow(&each);
        // What is in the way of another one goes first.
        moved.push(inherit::out_of_the_way(borrowed, end).map_err(failed)?);
    }
    let place = |(number, each): (i32, Descriptor)| {
        inherit::place(descriptor::borrow(&each), number)
            .map_err(|errno| failed(errno).with_detail(format!("the number {number} may be in use")))
    };
    (first..end).zip(moved).map(place).collect()
}

//! From one connection to another without passing through this process.

use std::fmt;

use crate::error::{During, Errno, Error, Operation, Result};
use crate::kind::Kind;
use crate::socket::{HoldsSocket, Transfers};
use crate::sys::splice::{self, Pipe};

/// How much a pipe holds: no more makes a relay faster.
const SIZE: usize = 256 * 1024;

/// A pipe in the kernel, through which the data of one connection goes to another.
///
/// What is [taken](Self::take) from the one is [given](Self::give) to the other, in that order, and never is in this process:
/// a relay of much data costs less than half of what it does with a buffer. For small messages a buffer is as good.
///
/// An empty one can serve any two connections next. Of several pairs that share a thread only those need one to
/// themselves whose reader is slow.
///
/// Neither call waits, as long as both sockets are [non-blocking](crate::SocketOf::set_nonblocking): splice(2) heeds the
/// mode of a TCP socket, and no flag. No call raises SIGPIPE.
///
/// # Platform notes
///
/// - Linux: TCP and Unix streams. 256 KiB, or as much as the user may have in a pipe (`pipe(7)`).
/// - Others: unsupported.
///
/// # Examples
///
/// ```
/// use berkeley::{Splice, UnixStream};
///
/// # if !cfg!(unix) { return Ok(()); }
/// let ((client, near), (far, server)) = (UnixStream::pair()?, UnixStream::pair()?);
/// near.set_nonblocking(true)?;
/// far.set_nonblocking(true)?;
/// let mut splice = match Splice::open() {
///     Err(error) if error.is_unsupported() => return Ok(()),
///     splice => splice?,
/// };
/// assert_eq!(splice.take(&near)?, None);
///
/// client.send(b"hello")?;
/// assert_eq!(splice.take(&near)?, Some(5));
/// splice.give(&far)?;
/// assert!(splice.is_empty());
/// let mut buffer = [0; 8];
/// assert_eq!(server.recv(&mut buffer)?, 5);
///
/// drop(client);
/// assert_eq!(splice.take(&near)?, Some(0));
/// # Ok::<(), berkeley::Error>(())
/// ```
#[doc(alias = "splice")]
pub struct Splice {
    pipe: Pipe,
    held: usize,
}

impl Splice {
    /// Opens a pipe.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported); [`is_descriptor_limit`](Error::is_descriptor_limit): it takes two.
    ///
    /// # System call
    ///
    /// `pipe2(2)`, `fcntl(2)` with `F_SETPIPE_SZ`.
    pub fn open() -> Result<Self> {
        match splice::open(SIZE) {
            Err(Errno::OPNOTSUPP) => {
                Err(Error::unsupported(Operation::OpenPipe, "moving data in the kernel"))
            }
            opened => Ok(Self { pipe: opened.during(Operation::OpenPipe)?, held: 0 }),
        }
    }

    /// Returns how many bytes are in the pipe.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.held
    }

    /// Returns `true` if nothing is in the pipe.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.held == 0
    }

    /// Takes what a connection has, as much as fits; returns how much that was, zero at the end of the data, and `None` if
    /// there is nothing for now, or the pipe is full.
    ///
    /// # Errors
    ///
    /// Those of a receive; [`is_invalid`](Error::is_invalid): the connection is no stream, or none that the system can take from.
    ///
    /// # System call
    ///
    /// `splice(2)`.
    pub fn take<S: HoldsSocket>(&mut self, from: &S) -> Result<Option<usize>>
    where
        S::Role: Transfers,
    {
        check(from, Operation::Receive)?;
        loop {
            match splice::take(&self.pipe, from.socket().borrowed(), SIZE) {
                Ok(taken) => {
                    self.held += taken;
                    return Ok(Some(taken));
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(None),
                failed => return failed.during(Operation::Receive).map(Some),
            }
        }
    }

    /// Gives a connection what is in the pipe, until it is empty or the connection takes no more for now; returns how much
    /// that was.
    ///
    /// # Errors
    ///
    /// Those of a send; [`is_invalid`](Error::is_invalid): the connection is no stream. What the pipe holds then is for nobody: drop it.
    ///
    /// # System call
    ///
    /// `splice(2)`.
    pub fn give<S: HoldsSocket>(&mut self, to: &S) -> Result<usize>
    where
        S::Role: Transfers,
    {
        check(to, Operation::Send)?;
        let mut given = 0;
        while self.held > 0 {
            match splice::give(&self.pipe, to.socket().borrowed(), self.held) {
                Ok(0) | Err(Errno::AGAIN) => break,
                Ok(length) => {
                    self.held -= length;
                    given += length;
                }
                Err(Errno::INTR) => {}
                failed => return failed.during(Operation::Send),
            }
        }
        Ok(given)
    }
}

/// Refuses sockets that keep boundaries, which data in a pipe has none of.
fn check<S: HoldsSocket>(socket: &S, operation: Operation) -> Result<()> {
    match socket.socket().kind() {
        Kind::STREAM => Ok(()),
        _ => Err(Error::invalid(operation, "only streams are moved through a pipe")),
    }
}

impl fmt::Debug for Splice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Splice").field("held", &self.held).finish_non_exhaustive()
    }
}

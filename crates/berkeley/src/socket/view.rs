//! A socket seen through a mode: calls that wait until a deadline, calls that never wait.

use std::io::{self, IoSlice, IoSliceMut, Read, Write};

use super::role::{HoldsSocket, Role, Streams, Transfers};
use super::{Any, Received, SocketOf};
use crate::deadline::Deadline;
use crate::error::{Errno, Error, Operation, Result};

/// A socket whose calls wait until a deadline and no longer.
///
/// [`SocketOf::by`] makes one that borrows, [`SocketOf::into_by`] one that owns. All its calls, however many, have the
/// one deadline: a [`read_exact`](Read::read_exact) or [`write_all`](Write::write_all) gives up when it passes,
/// whatever was done by then.
///
/// While there is something to do, a call is the same one system call as without a deadline.
///
/// # Examples
///
/// ```
/// use berkeley::{Deadline, MILLISECOND, UnixStream};
/// use std::io::Read;
///
/// # if !cfg!(unix) { return Ok(()); }
/// let (left, right) = UnixStream::pair()?;
/// left.send(b"half")?;
///
/// let mut frame = [0; 8];
/// let error = right.by(Deadline::after(MILLISECOND * 5)).read_exact(&mut frame).unwrap_err();
/// assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct By<S> {
    socket: S,
    pub(super) deadline: Deadline,
}

/// A socket whose calls never wait.
///
/// [`SocketOf::now`] makes one that borrows, [`SocketOf::into_now`] one that owns. A call that would have to wait gives
/// `None`; as [`Read`] and [`Write`] it fails with [`io::ErrorKind::WouldBlock`].
///
/// # Examples
///
/// ```
/// use berkeley::UnixStream;
///
/// # if !cfg!(unix) { return Ok(()); }
/// let (left, right) = UnixStream::pair()?;
/// let mut buffer = [0; 8];
/// assert_eq!(right.now().recv(&mut buffer)?, None);
/// left.send(b"x")?;
/// assert_eq!(right.now().recv(&mut buffer)?, Some(1));
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Now<S> {
    socket: S,
}

impl<R: Role> SocketOf<R> {
    /// Borrows the socket for calls that wait until `deadline`.
    #[inline]
    pub fn by(&self, deadline: impl Into<Deadline>) -> By<&Self> {
        By { socket: self, deadline: deadline.into() }
    }

    /// Borrows the socket for calls that never wait.
    #[inline]
    pub fn now(&self) -> Now<&Self> {
        Now { socket: self }
    }

    /// Turns the socket into one whose calls wait until `deadline`.
    #[inline]
    pub fn into_by(self, deadline: impl Into<Deadline>) -> By<Self> {
        By { socket: self, deadline: deadline.into() }
    }

    /// Turns the socket into one whose calls never wait.
    #[inline]
    pub fn into_now(self) -> Now<Self> {
        Now { socket: self }
    }
}

impl<S> By<S> {
    /// Views `socket`, which may be a reference or a pointer to one.
    pub fn new(socket: S, deadline: impl Into<Deadline>) -> Self {
        Self { socket, deadline: deadline.into() }
    }

    /// Returns the deadline.
    #[inline]
    #[must_use]
    pub const fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// Sets the deadline of the calls to come.
    pub fn set_deadline(&mut self, deadline: impl Into<Deadline>) {
        self.deadline = deadline.into();
    }

    /// Lends what is viewed.
    #[inline]
    #[must_use]
    pub const fn get_ref(&self) -> &S {
        &self.socket
    }

    /// Gives back what was viewed.
    pub fn into_inner(self) -> S {
        self.socket
    }
}

impl<S> Now<S> {
    /// Views `socket`, which may be a reference or a pointer to one.
    pub const fn new(socket: S) -> Self {
        Self { socket }
    }

    /// Lends what is viewed.
    #[inline]
    #[must_use]
    pub const fn get_ref(&self) -> &S {
        &self.socket
    }

    /// Gives back what was viewed.
    pub fn into_inner(self) -> S {
        self.socket
    }
}

impl<S: HoldsSocket> HoldsSocket for By<S> {
    type Role = S::Role;

    #[inline]
    fn socket(&self) -> &SocketOf<S::Role> {
        self.socket.socket()
    }
}

impl<S: HoldsSocket> HoldsSocket for Now<S> {
    type Role = S::Role;

    #[inline]
    fn socket(&self) -> &SocketOf<S::Role> {
        self.socket.socket()
    }
}

/// What a call that reads as from a stream makes of what was received.
pub trait AsBytes: Transfers {
    #[doc(hidden)]
    fn bytes(received: Self::Received) -> Result<usize>;
}

impl<R: Streams<Received = usize>> AsBytes for R {
    #[inline]
    fn bytes(received: usize) -> Result<usize> {
        Ok(received)
    }
}

/// A socket of any type is read as it comes; of a message that did not fit, the rest is lost, and that is an error.
impl AsBytes for Any {
    #[inline]
    fn bytes(received: Received) -> Result<usize> {
        if received.is_truncated() {
            return Err(Error::new(Operation::Receive, Errno::MSGSIZE));
        }
        Ok(received.len())
    }
}

#[cold]
fn would_block(operation: Operation) -> io::Error {
    Error::new(operation, Errno::AGAIN).into()
}

/// What a call that perhaps gave nothing is for `std::io`.
#[inline]
fn some<T>(given: Option<T>, operation: Operation) -> io::Result<T> {
    given.ok_or_else(|| would_block(operation))
}

/// Gives a type `Read` and `Write`, owned and borrowed. `$given` makes an `io::Result<T>` of what a call gave.
macro_rules! streams {
    ([$($generics:tt)*] $type:ty, $role:ty, $given:expr) => {
        impl<$($generics)*> Read for &$type
        where
            $role: AsBytes,
        {
            #[inline]
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let received = $given(self.recv(buffer)?, Operation::Receive)?;
                Ok(<$role>::bytes(received)?)
            }

            #[inline]
            fn read_vectored(&mut self, slices: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
                let received = $given(self.recv_vectored(slices)?, Operation::Receive)?;
                Ok(<$role>::bytes(received)?)
            }
        }

        impl<$($generics)*> Write for &$type
        where
            $role: AsBytes,
        {
            #[inline]
            fn write(&mut self, data: &[u8]) -> io::Result<usize> {
                $given(self.send(data)?, Operation::Send)
            }

            #[inline]
            fn write_vectored(&mut self, data: &[IoSlice<'_>]) -> io::Result<usize> {
                $given(self.send_vectored(data)?, Operation::Send)
            }

            #[inline]
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        impl<$($generics)*> Read for $type
        where
            $role: AsBytes,
        {
            #[inline]
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                (&*self).read(buffer)
            }

            #[inline]
            fn read_vectored(&mut self, slices: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
                (&*self).read_vectored(slices)
            }
        }

        impl<$($generics)*> Write for $type
        where
            $role: AsBytes,
        {
            #[inline]
            fn write(&mut self, data: &[u8]) -> io::Result<usize> {
                (&*self).write(data)
            }

            #[inline]
            fn write_vectored(&mut self, data: &[IoSlice<'_>]) -> io::Result<usize> {
                (&*self).write_vectored(data)
            }

            #[inline]
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
    };
}

#[inline]
#[allow(clippy::unnecessary_wraps, reason = "the twin of `some`")]
fn always<T>(given: T, _: Operation) -> io::Result<T> {
    Ok(given)
}

streams!([R: Role] SocketOf<R>, R, always);
streams!([S: HoldsSocket] By<S>, S::Role, always);
streams!([S: HoldsSocket] Now<S>, S::Role, some);

//! An end of a pipe.

use std::io::{self, Read, Write};
use std::sync::Arc;

use super::{PipeName, PipeOptions, at_once, lends_pipe, until};
use crate::deadline::Deadline;
use crate::error::{During, Errno, Error, Operation, Result};
use crate::socket::{By, Now};
use crate::sys::Buffer;
use crate::sys::pipe::{Stream, Waitable};

/// An end of a named pipe: a stream of bytes both ways.
///
/// Its calls are those of a stream socket, in the three modes. To drop it closes it, and the other end reads the end of the
/// stream once it has read what was sent. There is no half of it to shut down.
///
/// # What a send does
///
/// The data is taken over, up to 64 KiB at a time, and goes on by itself where the other end reads slowly: the next send
/// waits for that, and tells if it failed. [`flush`](Self::flush) waits until the system has all of it. What is still
/// under way when the stream is dropped is sent all the same, for as long as this process lives.
///
/// # What a receive does
///
/// It reads into the caller's memory. When a deadline passes, what is being read is either cancelled with nothing of it
/// lost, or it has come.
///
/// # As a source
///
/// It is readable while there is data, or the end; and writable while a send would take data at once.
#[derive(Debug)]
pub struct PipeStream {
    stream: Arc<Stream>,
    source: Arc<Waitable>,
}

impl PipeStream {
    pub(super) fn new(stream: Stream) -> Self {
        let stream = Arc::new(stream);
        let source = Arc::new(Waitable::Stream(Arc::clone(&stream)));
        Self { stream, source }
    }

    /// Connects to a pipe; waits until its server has room for a client.
    ///
    /// [`PipeOptions::connect`] is this with a deadline and more to say.
    ///
    /// # Errors
    ///
    /// - [`is_not_found`](Error::is_not_found) if nobody has made that name.
    /// - [`is_permission_denied`](Error::is_permission_denied) if who made it does not let this user.
    /// - [`is_invalid`](Error::is_invalid) if the name is none of a pipe.
    ///
    /// # System call
    ///
    /// `CreateFile` with `SECURITY_IDENTIFICATION`, and `WaitNamedPipe` while all instances have clients.
    pub fn connect(name: impl TryInto<PipeName, Error: Into<Error>>) -> Result<Self> {
        Self::connect_by(name, Deadline::never())
    }

    /// Connects to a pipe, as [`connect`](Self::connect), until the deadline.
    ///
    /// # Errors
    ///
    /// Those of [`connect`](Self::connect), and [`is_deadline_passed`](Error::is_deadline_passed).
    pub fn connect_by(
        name: impl TryInto<PipeName, Error: Into<Error>>,
        deadline: impl Into<Deadline>,
    ) -> Result<Self> {
        PipeOptions::new().connect(name, deadline)
    }

    /// Receives what there is, up to the room; waits while that is nothing. Zero is the end.
    ///
    /// The end comes when the other end is closed or its process has ended, after all that it has sent.
    ///
    /// # System call
    ///
    /// `ReadFile`.
    pub fn recv<B: Buffer + ?Sized>(&self, buffer: &mut B) -> Result<usize> {
        self.recv_until(buffer, Deadline::never())
    }

    fn recv_until<B: Buffer + ?Sized>(&self, buffer: &mut B, deadline: Deadline) -> Result<usize> {
        until(Operation::Receive, deadline, |limit| self.stream.read(buffer, limit))
    }

    /// Sends, and returns how much was taken over; waits while the last send is under way.
    ///
    /// # Errors
    ///
    /// [`is_broken_pipe`](Error::is_broken_pipe) if the other end is closed; that the data of the last send did not all
    /// arrive is told by this one.
    ///
    /// # System call
    ///
    /// `WriteFile`.
    pub fn send(&self, data: &[u8]) -> Result<usize> {
        self.send_until(data, Deadline::never())
    }

    fn send_until(&self, data: &[u8], deadline: Deadline) -> Result<usize> {
        until(Operation::Send, deadline, |limit| self.stream.write(data, limit))
    }

    /// Waits until the system has all that was sent: in its own memory, or read by the other end.
    ///
    /// # Errors
    ///
    /// [`is_broken_pipe`](Error::is_broken_pipe) if the other end was closed before that.
    pub fn flush(&self) -> Result<()> {
        self.flush_until(Deadline::never())
    }

    fn flush_until(&self, deadline: Deadline) -> Result<()> {
        until(Operation::Send, deadline, |limit| Ok(self.stream.flush(limit)?.then_some(())))
    }

    /// Returns how many bytes can be received at once.
    ///
    /// # System call
    ///
    /// `PeekNamedPipe`.
    #[doc(alias = "FIONREAD")]
    pub fn queued_receive(&self) -> Result<usize> {
        self.stream.available().during(Operation::Receive)
    }

    /// Returns the number of the process that opened the other end.
    ///
    /// By the time it is asked, that may have ended, and another process have its number.
    ///
    /// # System call
    ///
    /// `GetNamedPipeClientProcessId` for a server, `GetNamedPipeServerProcessId` for a client.
    #[doc(alias = "GetNamedPipeClientProcessId")]
    #[doc(alias = "GetNamedPipeServerProcessId")]
    pub fn peer_process(&self) -> Result<u32> {
        self.stream.peer_process().during(Operation::PeerAddress)
    }

    /// Returns `true` if this end was accepted, `false` if it has connected.
    #[must_use]
    pub fn is_server(&self) -> bool {
        self.stream.is_server()
    }

    /// Borrows the stream for calls that wait until `deadline`.
    pub fn by(&self, deadline: impl Into<Deadline>) -> By<&Self> {
        By::new(self, deadline)
    }

    /// Borrows the stream for calls that never wait.
    #[must_use]
    pub fn now(&self) -> Now<&Self> {
        Now::new(self)
    }

    /// Turns the stream into one whose calls wait until `deadline`.
    pub fn into_by(self, deadline: impl Into<Deadline>) -> By<Self> {
        By::new(self, deadline)
    }

    /// Turns the stream into one whose calls never wait.
    #[must_use]
    pub fn into_now(self) -> Now<Self> {
        Now::new(self)
    }
}

lends_pipe! {
    PipeStream, |it| &it.source;
    &PipeStream, |it| &it.source;
    By<PipeStream>, |it| &it.get_ref().source;
    By<&PipeStream>, |it| &it.get_ref().source;
    Now<PipeStream>, |it| &it.get_ref().source;
    Now<&PipeStream>, |it| &it.get_ref().source;
}

/// What a call that perhaps gave nothing is for `std::io`.
fn some<T>(given: Option<T>, operation: Operation) -> io::Result<T> {
    given.ok_or_else(|| Error::new(operation, Errno::AGAIN).into())
}

/// Gives a type `Read` and `Write`, owned and borrowed; `$given` makes an `io::Result` of what its calls gave.
macro_rules! streams {
    ($($type:ty, $given:expr;)*) => { $(
        impl Read for &$type {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                $given(self.recv(buffer)?, Operation::Receive)
            }
        }

        impl Write for &$type {
            fn write(&mut self, data: &[u8]) -> io::Result<usize> {
                $given(self.send(data)?, Operation::Send)
            }

            fn flush(&mut self) -> io::Result<()> {
                $given(<$type>::flush(self)?, Operation::Send)
            }
        }

        impl Read for $type {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                (&*self).read(buffer)
            }
        }

        impl Write for $type {
            fn write(&mut self, data: &[u8]) -> io::Result<usize> {
                (&*self).write(data)
            }

            fn flush(&mut self) -> io::Result<()> {
                Write::flush(&mut &*self)
            }
        }
    )* };
}

macro_rules! views {
    ($($stream:ty),*) => { $(
        impl By<$stream> {
            /// Receives until the deadline, as [`PipeStream::recv`].
            pub fn recv<B: Buffer + ?Sized>(&self, buffer: &mut B) -> Result<usize> {
                self.get_ref().recv_until(buffer, self.deadline())
            }

            /// Sends until the deadline, as [`PipeStream::send`].
            pub fn send(&self, data: &[u8]) -> Result<usize> {
                self.get_ref().send_until(data, self.deadline())
            }

            /// Waits until the deadline for the system to have all that was sent, as [`PipeStream::flush`].
            pub fn flush(&self) -> Result<()> {
                self.get_ref().flush_until(self.deadline())
            }
        }

        impl Now<$stream> {
            /// Receives what is there, as [`PipeStream::recv`].
            pub fn recv<B: Buffer + ?Sized>(&self, buffer: &mut B) -> Result<Option<usize>> {
                at_once(self.get_ref().recv_until(buffer, Deadline::now()))
            }

            /// Sends if the last send is over, as [`PipeStream::send`].
            pub fn send(&self, data: &[u8]) -> Result<Option<usize>> {
                at_once(self.get_ref().send_until(data, Deadline::now()))
            }

            /// Tells whether the system has all that was sent: `None` says that it has not yet.
            pub fn flush(&self) -> Result<Option<()>> {
                at_once(self.get_ref().flush_until(Deadline::now()))
            }
        }

        streams! {
            By<$stream>, (|given, _| Ok::<_, io::Error>(given));
            Now<$stream>, some;
        }
    )* };
}

streams! { PipeStream, (|given, _| Ok::<_, io::Error>(given)); }
views!(PipeStream, &PipeStream);

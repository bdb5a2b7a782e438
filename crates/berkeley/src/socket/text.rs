//! Text over a socket: how long its calls wait.

use std::borrow::BorrowMut;

use super::SocketOf;
use super::role::HoldsSocket;
use super::view::{By, Now};
use crate::deadline::Deadline;
use crate::source::lends_source;
use crate::text::{Buffers, TextStream};

impl<S: HoldsSocket, B: BorrowMut<Buffers>> TextStream<S, B> {
    /// Borrows the stream for calls that wait until `deadline`.
    ///
    /// A line has the one deadline, however many pieces it comes in. When it passes, the call fails with
    /// [`TimedOut`](std::io::ErrorKind::TimedOut), and what has come stays with the stream.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::{MILLISECOND, SECOND, TcpListener, TcpStream, text::TextStream};
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let client = TcpStream::connect(listener.local_address()?)?;
    /// let mut server = TextStream::new(listener.accept()?.0);
    /// let mut line = String::new();
    ///
    /// client.send(b"half a")?;
    /// let error = server.by(MILLISECOND * 5).read_line(&mut line).unwrap_err();
    /// assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    ///
    /// client.send(b" line\n")?;
    /// assert!(server.by(SECOND * 3).read_line(&mut line)?);
    /// assert_eq!(line, "half a line");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn by(&mut self, deadline: impl Into<Deadline>) -> TextStream<By<&S>, &mut Buffers> {
        self.view(|source| By::new(source, deadline))
    }

    /// Borrows the stream for calls that never wait: instead they fail with
    /// [`WouldBlock`](std::io::ErrorKind::WouldBlock), and what has come stays with the stream.
    ///
    /// A poller tells of what comes from the socket, not of what the stream holds already: lines are to be read until one
    /// would have to be waited for.
    #[inline]
    pub fn now(&mut self) -> TextStream<Now<&S>, &mut Buffers> {
        self.view(Now::new)
    }
}

impl<S: HoldsSocket, B> HoldsSocket for TextStream<S, B>
where
    B: BorrowMut<Buffers>,
{
    type Role = S::Role;

    #[inline]
    fn socket(&self) -> &SocketOf<S::Role> {
        self.get_ref().socket()
    }
}

lends_source!([S: HoldsSocket, B: BorrowMut<Buffers>] TextStream<S, B>, |it| it.socket().borrowed());

//! What a connection is ready for: what has become of it, and what could be done with it without waiting.

use bitflags::bitflags;

use super::mode::back_off;
use super::role::{HoldsSocket, Role};
use super::{By, SocketOf};
use crate::deadline::Deadline;
use crate::error::{Errno, Error, Operation, Result};
use crate::kind::Kind;
use crate::ready::Ready;
use crate::sys::watch::{self, Watch};
use crate::sys::{self, Attempt, flag};

bitflags! {
    /// What a connection is ready for: what has become of it, and what could be done with it without waiting.
    ///
    /// [`SocketOf::readiness`] tells it, [`SocketOf::wait_until`] and [`By::wait_until`] wait for it. Where [`Ready`] has the
    /// words of the system, which differ, these are the same everywhere:
    ///
    /// | state of a stream | what holds |
    /// |---|---|
    /// | connect under way | nothing |
    /// | connect failed | `DETERMINED`, `FAILED`, `DISCONNECTED` |
    /// | connected | `DETERMINED`, `CONNECTED`; with room `ROOM`, with data `DATA` |
    /// | closed by the peer, data left | `DETERMINED`, `CONNECTED`, `DATA`; over TCP `ROOM` |
    /// | closed by the peer, all data received | `DETERMINED`, `FAILED`, `DISCONNECTED` |
    /// | reset by the peer, data left where the system keeps it | `DETERMINED`, `FAILED`, `DATA` |
    ///
    /// A peer that has shut down its sending half alone cannot be told from one that has closed. Whoever goes on
    /// sending to such a peer waits for [`Interest::WRITABLE`](crate::Interest::WRITABLE) instead.
    ///
    /// A listener has `CONNECTION` or nothing. Sockets for datagrams have no connection: of theirs, `DATA` and `ROOM`
    /// say something.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct Readiness: u8 {
        /// The connect has ended, either way.
        const DETERMINED = 1;
        /// The connect succeeded, and the connection has not ended, or not all of its data is received.
        const CONNECTED = 1 << 1;
        /// The connect failed, or the connection has ended and all of its data is received.
        const FAILED = 1 << 2;
        /// There is data to receive.
        const DATA = 1 << 3;
        /// There is room for data to send, and the peer may receive it.
        const ROOM = 1 << 4;
        /// There is no peer any more, and no data of it is left.
        const DISCONNECTED = 1 << 5;
        /// A listener has a connection to accept.
        const CONNECTION = 1 << 6;
    }
}

/// What a look at the data to receive tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Peek {
    Nothing,
    Data,
    End,
    Listener,
}

impl Readiness {
    /// Puts together what was told. Pure: this is the one rule.
    ///
    /// `told` has the flags as the system set them, and `has_peer` is asked only where they leave it open.
    fn of(told: Ready, peek: Peek, has_peer: impl Fn() -> bool) -> Self {
        let has = |flags: Ready| told.intersects(flags);
        if peek == Peek::Listener {
            return Self::CONNECTION;
        }
        let (data, end) = (peek == Peek::Data, peek == Peek::End);
        let is_over = end || (has(Ready::HANG_UP) && !data);
        // An error alone is a message in the error queue, or of a path that TCP goes on trying.
        let is_broken = has(Ready::ERROR) && (has(Ready::HANG_UP) || !has_peer());
        let failed = is_over || is_broken;
        // Neither data nor room: a connect under way, or a full buffer.
        let determined = has(Ready::READABLE | Ready::WRITABLE | Ready::HANG_UP | Ready::ERROR) || has_peer();
        let room = has(Ready::WRITABLE) && !has(Ready::HANG_UP) && !failed;
        [
            (determined, Self::DETERMINED),
            (determined && !failed, Self::CONNECTED),
            (failed, Self::FAILED),
            (data, Self::DATA),
            (room, Self::ROOM),
            (failed && !data, Self::DISCONNECTED),
        ]
        .into_iter()
        .filter(|row| row.0)
        .fold(Self::empty(), |readiness, row| readiness | row.1)
    }

    /// What of a socket to wait for, so that any of these may come to hold, if that is what holds now.
    fn awaited(self, now: Self) -> Ready {
        let mut awaited = Ready::empty();
        awaited.set(Ready::WRITABLE, self.intersects(Self::DETERMINED | Self::CONNECTED | Self::ROOM));
        // The end of a connection ends every wait, and makes it readable; but so does data that nobody receives.
        awaited.set(Ready::READABLE, awaited.is_empty() || !now.contains(Self::DATA));
        awaited
    }
}

impl<R: Role> SocketOf<R> {
    /// Tells what the connection is ready for, without waiting.
    ///
    /// Of a connect under way, ask [`Connecting::socket`](crate::Connecting::socket).
    ///
    /// # Errors
    ///
    /// An error of the connection that was pending: it is told once, here instead of by the next call. One of a connect
    /// stays where it is, for [`take_error`](Self::take_error) or [`Connecting::state`](crate::Connecting::state).
    ///
    /// # System call
    ///
    /// `poll(2)`, and if there is something to receive `recv(2)` with `MSG_PEEK`, which moves `SO_PEEK_OFF`.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::{Readiness, SECOND, TcpListener, TcpStream};
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// assert!(listener.readiness()?.is_empty());
    /// let client = TcpStream::connect(listener.local_address()?)?;
    /// listener.by(SECOND).wait_until(Readiness::CONNECTION)?;
    /// let (server, _) = listener.accept()?;
    ///
    /// assert_eq!(server.readiness()?, Readiness::DETERMINED | Readiness::CONNECTED | Readiness::ROOM);
    /// client.send(b"bye")?;
    /// drop(client);
    /// assert!(server.by(SECOND).wait_until(Readiness::DATA)?.contains(Readiness::CONNECTED));
    /// server.recv(&mut [0; 8])?;
    /// assert!(server.by(SECOND).wait_until(Readiness::DISCONNECTED)?.contains(Readiness::FAILED));
    /// # Ok::<(), berkeley::Error>(())
    /// ```
    pub fn readiness(&self) -> Result<Readiness> {
        self.look(Ready::READABLE | Ready::WRITABLE)
    }

    /// Waits until one of those holds, or the connection has ended; returns what holds then.
    ///
    /// An end of the connection ends the wait whatever was asked for, since nothing else can come after it: what is
    /// returned has [`Readiness::FAILED`] then. Asked for nothing, it waits for that.
    ///
    /// # Errors
    ///
    /// Those of [`readiness`](Self::readiness).
    pub fn wait_until(&self, asked: Readiness) -> Result<Readiness> {
        self.ready_until(asked, Deadline::never())
    }

    fn ready_until(&self, asked: Readiness, deadline: Deadline) -> Result<Readiness> {
        let mut in_vain = 0;
        loop {
            let readiness = self.readiness()?;
            if readiness.intersects(asked | Readiness::FAILED) {
                return Ok(readiness);
            }
            back_off(in_vain, deadline);
            if deadline.has_passed() {
                return Err(Error::deadline_passed(Operation::Wait));
            }
            self.poll(asked.awaited(readiness), deadline)?;
            in_vain += 1;
        }
    }

    /// Waits until the system has something to tell of what is awaited, or the deadline has passed.
    fn poll(&self, awaited: Ready, deadline: Deadline) -> Result<Ready> {
        let mut watch = [Watch::of(self.borrowed(), awaited)];
        loop {
            match watch::wait_any(&mut watch, deadline.remaining()) {
                Ok(0) if !deadline.has_passed() => {}
                Err(Errno::INTR) => {}
                Ok(_) => break,
                Err(errno) => return Err(Error::new(Operation::Wait, errno)),
            }
        }
        let [watch] = watch;
        Ok(watch.told())
    }

    fn look(&self, asked: Ready) -> Result<Readiness> {
        let told = self.poll(asked, Deadline::now())?;
        let peek = if told.intersects(Ready::READABLE | Ready::HANG_UP) {
            self.peek_at_data(told)?
        } else {
            Peek::Nothing
        };
        // Datagrams need no connection, so that none is under way and none fails.
        let is_connection = matches!(self.kind(), Kind::STREAM | Kind::SEQPACKET);
        Ok(Readiness::of(told, peek, || !is_connection || self.is_connected()))
    }

    /// Looks whether there is data, or the end.
    ///
    /// While an error is pending, data is counted: to peek where there is none would take the error away.
    fn peek_at_data(&self, told: Ready) -> Result<Peek> {
        if told.contains(Ready::ERROR) {
            let queued = sys::io::queued_receive(self.borrowed()).unwrap_or(0);
            return Ok(if queued > 0 { Peek::Data } else { Peek::Nothing });
        }
        let mut byte = [0];
        loop {
            match sys::io::recv(self.borrowed(), &mut byte, flag::PEEK as i32, Attempt::Try) {
                Ok(0) if self.ends(told) => return Ok(Peek::End),
                Ok(_) | Err(Errno::MSGSIZE) => return Ok(Peek::Data),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(Peek::Nothing),
                // Only a listener is readable and has no peer.
                Err(Errno::NOTCONN | Errno::INVAL | Errno::OPNOTSUPP) => {
                    let is_listener = told.contains(Ready::READABLE) && !told.contains(Ready::HANG_UP);
                    return Ok(if is_listener { Peek::Listener } else { Peek::Nothing });
                }
                Err(errno) => return Err(Error::new(Operation::Receive, errno)),
            }
        }
    }

    /// Whether no bytes are the end of the data, and not a message without any.
    fn ends(&self, told: Ready) -> bool {
        self.kind() == Kind::STREAM
            || self.kind() == Kind::SEQPACKET && told.intersects(Ready::READ_CLOSED | Ready::HANG_UP)
    }
}

impl<S: HoldsSocket> By<S> {
    /// Waits as [`SocketOf::wait_until`] does, and not beyond the deadline.
    ///
    /// # Errors
    ///
    /// [`is_deadline_passed`](Error::is_deadline_passed) if none of them has come to hold, and the connection is there.
    pub fn wait_until(&self, asked: Readiness) -> Result<Readiness> {
        self.socket().ready_until(asked, self.deadline())
    }
}

//! A server's connections, as its service sees them.

use std::fmt;
use std::time::{Duration, Instant};

use super::service::{Service, Stream};
use crate::acceptor::Acceptor;
use crate::deadline::{Deadline, MILLISECOND};
use crate::error::{Error, Result};
use crate::kind::Kind;
use crate::poll::{Key, Poller};
use crate::queue::{Progress, Queued, Taken};
use crate::ready::Interest;
use crate::socket::{AsBytes, SocketOf};
use crate::source::{AsSource, Source};

/// How long to wait for memory for what is to be sent.
const LACK: Duration = MILLISECOND.saturating_mul(10);

/// What there is to receive.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Incoming {
    /// There may be something.
    Unread,
    /// There is nothing; an event tells of more.
    Nothing,
    /// There was the end.
    Ended,
}

/// One connection of a server: its socket, what is queued for it, and what belongs to it.
pub struct Connection<S: Service> {
    pub(super) queue: Queued<SocketOf<Stream<S>>>,
    /// What belongs to the connection.
    pub state: S::State,
    pub(super) incoming: Incoming,
    /// Whether the end of the data, or an error, is known to come.
    pub(super) end_is_near: bool,
    pub(super) closing: bool,
    pub(super) active: Instant,
    pub(super) idle: Option<Duration>,
    pub(super) deadline: Deadline,
    /// By when the connection is to be over, once it is to finish.
    finish_by: Option<Deadline>,
    /// When the poller is to tell of one of the three.
    pub(super) alarm: Deadline,
}

impl<S: Service> Connection<S> {
    pub(super) fn new(queue: Queued<SocketOf<Stream<S>>>, state: S::State, idle: Option<Duration>) -> Self {
        Self {
            queue,
            state,
            incoming: Incoming::Unread,
            end_is_near: false,
            closing: false,
            active: Instant::now(),
            idle,
            deadline: Deadline::never(),
            finish_by: None,
            alarm: Deadline::never(),
        }
    }

    /// Sends `data`, or queues it; takes all of it or nothing, as [`Queued::send`] does.
    ///
    /// # Errors
    ///
    /// Those of [`Queued::send`]. A connection that has failed is closed after the turn, whatever becomes of the error.
    #[inline]
    pub fn send(&mut self, data: &[u8]) -> Result<Taken> {
        self.queue.send(data)
    }

    /// Lends the queue, which lends the socket.
    pub const fn queue(&mut self) -> &mut Queued<SocketOf<Stream<S>>> {
        &mut self.queue
    }

    /// Lends the socket, for its options and addresses.
    pub const fn socket(&self) -> &SocketOf<Stream<S>> {
        self.queue.get_ref()
    }

    /// Sends nothing more than what is queued, then the end of the data; the connection is over when the peer has ended
    /// its half as well, or when the deadline passes.
    ///
    /// What the peer still sends is received, and dropped. Who wants it finishes the [`queue`](Self::queue) alone.
    ///
    /// # Errors
    ///
    /// Those of [`Queued::finish`].
    pub fn finish(&mut self, deadline: impl Into<Deadline>) -> Result<()> {
        let deadline = deadline.into();
        self.finish_by = Some(deadline);
        self.queue.finish(deadline).map(drop)
    }

    /// Closes the connection after this turn; what is queued is lost.
    pub fn close(&mut self) {
        self.closing = true;
    }

    /// Gives the connection a deadline: when it passes, [`Service::timed_out`] is called, once.
    pub fn set_deadline(&mut self, deadline: impl Into<Deadline>) {
        self.deadline = deadline.into();
    }

    /// Sets for how long nothing may come before [`Service::timed_out`] is called, each time; `None`: for ever.
    pub fn set_idle_limit(&mut self, limit: Option<Duration>) {
        self.idle = limit;
    }

    /// Receives what there is, and takes note of whether there may be more.
    #[inline]
    pub(super) fn receive(&mut self, buffer: &mut [u8]) -> Result<Option<usize>> {
        let most = buffer.len().min(self.queue.limit() / 2).max(1);
        let buffer = &mut buffer[..most];
        let Some(received) = self.queue.recv(buffer)? else {
            self.incoming = Incoming::Nothing;
            return Ok(None);
        };
        let length = <Stream<S> as AsBytes>::bytes(received)?;
        if length < buffer.len() && !self.end_is_near && self.socket().kind() == Kind::STREAM {
            // epoll(7): less than was asked for means that there is no more, and what comes is reported anew.
            self.incoming = Incoming::Nothing;
        }
        Ok(Some(length))
    }

    pub(super) const fn is_finishing(&self) -> bool {
        self.finish_by.is_some()
    }

    /// Whether to receive when there is something: not from a peer that sends and does not read.
    pub(super) fn is_welcome(&self) -> bool {
        let has_room = self.is_finishing() || self.queue.queued() <= self.queue.limit() / 2;
        has_room && self.incoming != Incoming::Ended && !self.closing
    }

    /// Whether to receive now.
    #[inline]
    pub(super) fn is_to_be_heard(&self) -> bool {
        self.incoming == Incoming::Unread && self.is_welcome()
    }

    pub(super) fn interest(&self) -> Interest {
        let reading = if self.is_welcome() { Interest::READABLE } else { Interest::NONE };
        reading | self.queue.interest()
    }

    /// When the first of the deadlines passes, or a send is to be tried again that no event tells of.
    pub(super) fn next_alarm(&self) -> Deadline {
        let memory = if self.queue.is_short_of_memory() { LACK.into() } else { Deadline::never() };
        let idle = || {
            let instant = self.idle.and_then(|limit| self.active.checked_add(limit));
            instant.map_or(Deadline::never(), Deadline::at)
        };
        // A connection that is to finish has no other time left.
        let own = self.finish_by.unwrap_or_else(|| idle().earlier(self.deadline));
        own.earlier(self.queue.deadline()).earlier(memory)
    }

    /// Whether the connection is over, and how it ended: `None` while it goes on.
    pub(super) fn over(&self) -> Option<Result<()>> {
        if let Some(error) = self.queue.failure() {
            return Some(Err(error));
        }
        let ended = self.queue.is_finished() && self.incoming == Incoming::Ended;
        (self.closing || ended).then_some(Ok(()))
    }

    /// The end of a connection that was to finish and has not in time.
    pub(super) fn overdue(&mut self) -> Option<Result<()>> {
        let finish_by = self.finish_by.unwrap_or(Deadline::never());
        if !finish_by.earlier(self.queue.deadline()).has_passed() {
            return None;
        }
        Some(match self.queue.flush() {
            Ok(Progress::Finished) => Ok(()),
            Ok(_) => Err(Error::deadline_passed(crate::error::Operation::Send)),
            Err(error) => Err(error),
        })
    }
}

impl<S: Service> fmt::Debug for Connection<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("queue", &self.queue).finish_non_exhaustive()
    }
}

/// What a server's poller owns.
pub(super) enum Entry<S: Service> {
    Door(Acceptor<SocketOf<S::Listener>>),
    Guest(Connection<S>),
}

impl<S: Service> AsSource for Entry<S> {
    #[inline]
    fn as_source(&self) -> Source<'_> {
        match self {
            Self::Door(acceptor) => acceptor.as_source(),
            Self::Guest(connection) => connection.queue.as_source(),
        }
    }
}

/// The connections of a server, and its timers.
pub struct Connections<S: Service> {
    pub(super) poller: Poller<Entry<S>>,
    /// What was lent to the service beside the connection whose turn it is, and has to be looked at.
    pub(super) lent: Vec<Key>,
    pub(super) count: usize,
}

impl<S: Service> Connections<S> {
    /// Returns the number of connections.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Returns `true` if there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns a connection, if it is still there.
    pub fn get_mut(&mut self, key: Key) -> Option<&mut Connection<S>> {
        self.lent.push(key);
        self.guest(key)
    }

    /// Goes through all connections, in no particular order.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Key, &mut Connection<S>)> {
        let Self { poller, lent, .. } = self;
        poller.iter_mut().filter_map(|(key, entry)| match entry {
            Entry::Guest(connection) => {
                lent.push(key);
                Some((key, connection))
            }
            Entry::Door(_) => None,
        })
    }

    /// Adds a timer: at `deadline`, [`Service::timer`] is called with its key.
    pub fn add_timer(&mut self, deadline: impl Into<Deadline>) -> Key {
        self.poller.add_timer(deadline)
    }

    /// Adds a timer that comes each `period`. Times that were missed are one call.
    pub fn add_periodic_timer(&mut self, period: Duration) -> Key {
        self.poller.add_periodic_timer(period)
    }

    /// Removes a timer; returns `true` if it was there.
    pub fn remove_timer(&mut self, timer: Key) -> bool {
        self.poller.remove_timer(timer)
    }

    #[inline]
    pub(super) fn guest(&mut self, key: Key) -> Option<&mut Connection<S>> {
        match self.poller.get_mut(key)? {
            Entry::Guest(connection) => Some(connection),
            Entry::Door(_) => None,
        }
    }
}

impl<S: Service> fmt::Debug for Connections<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").field("len", &self.count).finish_non_exhaustive()
    }
}

/// A connection's turn: something has happened to it.
///
/// The other connections can be reached too: what is sent to them goes out as at once as to this one.
pub struct Turn<'a, S: Service> {
    pub(super) connections: &'a mut Connections<S>,
    pub(super) key: Key,
}

impl<S: Service> Turn<'_, S> {
    /// Returns what the connection is found by later.
    #[must_use]
    pub const fn key(&self) -> Key {
        self.key
    }

    /// Returns the connection whose turn it is.
    #[inline]
    pub fn connection(&mut self) -> &mut Connection<S> {
        match self.connections.guest(self.key) {
            Some(connection) => connection,
            None => unreachable!("a connection is removed after its turn"),
        }
    }

    /// Returns all connections.
    pub fn connections(&mut self) -> &mut Connections<S> {
        self.connections
    }

    /// Returns what belongs to the connection.
    #[inline]
    pub fn state(&mut self) -> &mut S::State {
        &mut self.connection().state
    }

    /// Sends `data`, or queues it, as [`Connection::send`] does.
    #[inline]
    pub fn send(&mut self, data: &[u8]) -> Result<Taken> {
        self.connection().send(data)
    }

    /// Ends the connection once everything is sent, as [`Connection::finish`] does.
    pub fn finish(&mut self, deadline: impl Into<Deadline>) -> Result<()> {
        self.connection().finish(deadline)
    }

    /// Closes the connection after this turn, as [`Connection::close`] does.
    pub fn close(&mut self) {
        self.connection().close();
    }
}

impl<S: Service> fmt::Debug for Turn<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn").field("key", &self.key).finish_non_exhaustive()
    }
}

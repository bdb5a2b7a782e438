//! What is sent when there is room: an outgoing queue in front of a socket.

mod chunks;

use std::fmt;
use std::io::{self, IoSlice, Read, Write};

use self::chunks::Chunks;
use crate::deadline::Deadline;
use crate::error::{Errno, Error, Operation, Result};
use crate::ready::Interest;
use crate::socket::{AsBytes, By, HoldsSocket, Now, SocketOf, Transfers};
use crate::source::lends_source;
use crate::sys::{Buffer, Shutdown};

/// How many pieces one system call sends.
const SLICES: usize = 16;

/// A connection whose sends never wait: what the system does not take at once is queued, and sent in order later.
///
/// It holds a socket, or something that [lends one](HoldsSocket), and can be what a poller waits for. Sends are tried at
/// once; while something is queued, [`interest`](Self::interest) asks for writability, and [`flush`](Self::flush) is to be
/// called when there is some. Of a queue that is empty no memory is left.
///
/// The queue has a limit, 64 KiB if nothing else is said: [`send`](Self::send) takes all of what it is given or nothing,
/// [`send_part`](Self::send_part) and [`Write`] take what there is room for. That is how a reader who is too slow
/// is noticed.
///
/// Receiving has nothing to do with the queue: a peer that has ended its half still gets what is queued for it.
///
/// Connections that keep the boundaries of messages keep them here too.
///
/// # Ends
///
/// [`finish`](Self::finish) takes no more, and ends the sending half when the rest is sent. Dropping the value closes
/// the socket, and what is queued is lost.
///
/// # Errors
///
/// An error of the connection, [`is_broken_pipe`](Error::is_broken_pipe) for example, comes again with every later call.
/// [`take_unsent`](Self::take_unsent) gives back what was never handed to the system.
///
/// # Examples
///
/// ```
/// use berkeley::{Deadline, Interest, Progress, Queued, SECOND, Taken, TcpListener, TcpStream};
/// use std::io::Read;
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let mut reader = TcpStream::connect(listener.local_address()?)?;
/// let mut writer = Queued::with_limit(listener.accept()?.0, 1 << 20);
///
/// // The reader is slow: the system takes some of it, the queue some, and then there is no room.
/// let page = [7; 50_000];
/// let mut pages = 0;
/// while writer.send(&page)? != Taken::Refused {
///     pages += 1;
/// }
/// assert_eq!(writer.interest(), Interest::WRITABLE);
/// assert!(writer.queued() <= 1 << 20);
///
/// writer.finish(Deadline::after(SECOND * 10))?;
/// let reader = std::thread::spawn(move || reader.read_to_end(&mut Vec::new()));
/// while writer.flush()? != Progress::Finished { /* a poller would wait for `interest` here */ }
/// assert_eq!(reader.join().unwrap()?, pages * page.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "send queue")]
pub struct Queued<S> {
    socket: S,
    chunks: Chunks,
    limit: usize,
    end: End,
    /// What the system said of a connection that takes no more.
    failed: Option<Errno>,
    /// Whether the last send was refused memory.
    short_of_memory: bool,
}

#[derive(Clone, Copy)]
enum End {
    Open,
    Finishing(Deadline),
    Finished,
}

/// What became of data that a queue was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Taken {
    /// The system has all of it, and all that came before.
    Sent,
    /// The system has so many bytes of it, the queue has the rest.
    Partly(usize),
    /// The queue has all of it.
    Queued,
    /// Neither has any of it: there is no room. It can be tried again after a [`flush`](Queued::flush).
    Refused,
}

/// How far a queue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "what is not sent is to be flushed later"]
pub enum Progress {
    /// Something is still queued.
    Pending,
    /// Everything is sent.
    Drained,
    /// Everything is sent, and the sending half is ended: [`finish`](Queued::finish) was called before.
    Finished,
}

impl<S> Queued<S> {
    /// How many bytes a queue holds when nothing else is said: 64 KiB.
    pub const LIMIT: usize = 64 * 1024;

    /// Puts a queue of the usual limit in front of a connection.
    pub fn new(socket: S) -> Self {
        Self::with_limit(socket, Self::LIMIT)
    }

    /// Puts a queue of at most `limit` bytes in front of a connection.
    pub fn with_limit(socket: S, limit: usize) -> Self {
        Self {
            socket,
            chunks: Chunks::default(),
            limit,
            end: End::Open,
            failed: None,
            short_of_memory: false,
        }
    }

    /// Returns how many bytes the queue holds at most.
    #[must_use]
    pub const fn limit(&self) -> usize {
        self.limit
    }

    /// Sets how many bytes the queue holds at most. What is queued beyond that stays.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Returns how many bytes are queued.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.chunks.len()
    }

    /// Returns `true` if nothing is queued.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Returns `true` if everything is sent and the sending half is ended, as [`finish`](Self::finish) was told to.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        matches!(self.end, End::Finished)
    }

    /// Returns what is to be waited for on behalf of the queue: writability while something is queued, else nothing.
    ///
    /// It is to be joined to what the connection's reader waits for: `Interest::READABLE | queue.interest()`.
    #[must_use]
    pub fn interest(&self) -> Interest {
        if self.is_empty() || self.failed.is_some() { Interest::NONE } else { Interest::WRITABLE }
    }

    /// Returns by when the queue is to be empty: never, unless [`finish`](Self::finish) was called.
    #[must_use]
    pub fn deadline(&self) -> Deadline {
        match self.end {
            End::Finishing(deadline) => deadline,
            End::Open | End::Finished => Deadline::never(),
        }
    }

    /// Returns `true` if something is queued because the system lacked memory for it. A poller may never tell that there
    /// is some: [`flush`](Self::flush) is to be tried again after a while.
    #[must_use]
    pub fn is_short_of_memory(&self) -> bool {
        self.short_of_memory && !self.is_empty()
    }

    /// Returns the error that has ended the connection, if one has.
    #[must_use]
    pub fn failure(&self) -> Option<Error> {
        self.failed.map(|errno| Error::new(Operation::Send, errno))
    }

    /// Takes out of the queue what it was given and has not sent, in pieces; of messages each is one.
    ///
    /// Of a stream the first piece may be the rest of something that was sent in part.
    pub fn take_unsent(&mut self) -> Vec<Vec<u8>> {
        self.chunks.take()
    }

    /// Lends what the queue is in front of. Data sent there goes before what is queued.
    pub const fn get_ref(&self) -> &S {
        &self.socket
    }

    /// Gives back what the queue is in front of; what is queued is lost.
    pub fn into_inner(self) -> S {
        self.socket
    }
}

impl<S: HoldsSocket> Queued<S>
where
    S::Role: Transfers,
{
    /// Sends `data`, or queues what the system does not take; takes all of it or nothing.
    ///
    /// While something is queued, no system call is made as long as there is room behind it.
    ///
    /// # Errors
    ///
    /// [`is_message_too_long`](Error::is_message_too_long): the data is longer than the limit, so that it could never be
    /// taken as a whole. [`is_broken_pipe`](Error::is_broken_pipe): the peer takes no more, or
    /// [`finish`](Self::finish) was called. Nothing of `data` was taken then, except that of a connection that fails just
    /// now part may have been sent.
    ///
    /// # System call
    ///
    /// `send(2)`.
    pub fn send(&mut self, data: &[u8]) -> Result<Taken> {
        self.send_vectored(&[IoSlice::new(data)])
    }

    /// Sends as [`send`](Self::send) does what lies in several places, as one message or piece of the stream.
    ///
    /// # System call
    ///
    /// `sendmsg(2)`.
    pub fn send_vectored(&mut self, parts: &[IoSlice<'_>]) -> Result<Taken> {
        self.check_open()?;
        let length = parts.iter().map(|part| part.len()).sum::<usize>();
        if self.weight_of(length) > self.limit {
            return Err(self.too_long(length));
        }
        if length == 0 && !self.keeps_boundaries() {
            return Ok(if self.is_empty() { Taken::Sent } else { Taken::Queued });
        }
        if !self.make_room(self.weight_of(length))? {
            return Ok(Taken::Refused);
        }
        let sent = self.send_now(parts)?;
        if sent == Some(length) {
            return Ok(Taken::Sent);
        }
        self.keep(parts, sent.unwrap_or(0));
        if sent.is_some() {
            // Only a call that sends nothing says that there is no room, and that a poller will tell of some.
            self.push_unless_short_of_memory()?;
        }
        Ok(match sent {
            _ if self.is_empty() => Taken::Sent,
            Some(sent) => Taken::Partly(sent),
            None => Taken::Queued,
        })
    }

    /// Sends or queues as much of `data` as there is room for; returns how much that was.
    ///
    /// A message is taken whole or not at all.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send); data longer than the limit is taken in part.
    pub fn send_part(&mut self, data: &[u8]) -> Result<usize> {
        if self.keeps_boundaries() {
            let taken = self.send(data)?;
            return Ok(if taken == Taken::Refused { 0 } else { data.len() });
        }
        self.check_open()?;
        if data.is_empty() {
            return Ok(0);
        }
        self.make_room(data.len())?;
        let sent = self.send_now(&[IoSlice::new(data)])?;
        let now = sent.unwrap_or(0);
        let taken = now + (data.len() - now).min(self.room());
        self.chunks.append(&data[now..taken]);
        if sent.is_some() {
            self.push_unless_short_of_memory()?;
        }
        Ok(taken)
    }

    /// Sends what is queued, as much of it as the system takes, and says how far that went. Never waits.
    ///
    /// It is to be called when the socket is writable, and when the [`deadline`](Self::deadline) passes.
    ///
    /// # Errors
    ///
    /// Those of the connection; [`is_deadline_passed`](Error::is_deadline_passed) if something is queued and it was to be
    /// sent before now; [`should_retry`](Error::should_retry) where the system is short of memory.
    ///
    /// # System call
    ///
    /// `sendmsg(2)`, once for 16 pieces of the queue.
    pub fn flush(&mut self) -> Result<Progress> {
        self.check_alive()?;
        self.push(|socket, slices| Now::new(socket).send_vectored(slices))?;
        self.progress()
    }

    /// Sends what is queued, all of it, or gives up when the deadline passes.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Self::flush). What is not sent by the deadline stays queued.
    pub fn flush_by(&mut self, deadline: impl Into<Deadline>) -> Result<Progress> {
        self.check_alive()?;
        let deadline = deadline.into().earlier(self.deadline());
        self.push(|socket, slices| By::new(socket, deadline).send_vectored(slices).map(Some))?;
        self.progress()
    }

    /// Takes no more, and ends the sending half of the connection when everything is sent: at once if nothing is queued.
    ///
    /// The peer then reads the end of the data, and can still send; a connection that is to be closed can be dropped
    /// when this or [`flush`](Self::flush) says [`Progress::Finished`]. What is not sent by `deadline` is an error of
    /// `flush`. A second call changes the deadline.
    ///
    /// # System call
    ///
    /// `shutdown(2)`, after the last byte is sent.
    pub fn finish(&mut self, deadline: impl Into<Deadline>) -> Result<Progress> {
        if !matches!(self.end, End::Finished) {
            self.end = End::Finishing(deadline.into());
        }
        self.flush()
    }

    /// Receives what there is, or one message, and never waits: `None` says that there is nothing now.
    ///
    /// # System call
    ///
    /// `recv(2)`.
    #[inline]
    pub fn recv<B: Buffer + ?Sized>(
        &self,
        buffer: &mut B,
    ) -> Result<Option<<S::Role as Transfers>::Received>> {
        Now::new(&self.socket).recv(buffer)
    }

    fn keeps_boundaries(&self) -> bool {
        self.socket.socket().kind().keeps_boundaries()
    }

    /// What counts against the limit: bytes, and each message as one more, so that empty ones are not free.
    fn weight_of(&self, length: usize) -> usize {
        length + usize::from(self.keeps_boundaries())
    }

    fn room(&self) -> usize {
        let messages = if self.keeps_boundaries() { self.chunks.pieces() } else { 0 };
        self.limit.saturating_sub(self.chunks.len() + messages)
    }

    /// Says whether there is room for so much, after sending some of the queue if there was none before.
    fn make_room(&mut self, weight: usize) -> Result<bool> {
        if !self.is_empty() && self.room() < weight {
            self.push_unless_short_of_memory()?;
        }
        Ok(self.room() >= weight)
    }

    /// Sends past the queue if that is empty. Lacking memory is lacking room.
    fn send_now(&mut self, parts: &[IoSlice<'_>]) -> Result<Option<usize>> {
        if !self.is_empty() {
            return Ok(None);
        }
        let now = Now::new(&self.socket);
        let sent = if let [data] = parts { now.send(data) } else { now.send_vectored(parts) };
        match sent {
            Ok(Some(0)) if !self.keeps_boundaries() => Ok(None),
            Err(error) if error.is_message_too_long() => Err(error),
            sent => sent.map_err(|error| self.fail(error)).or_else(pass_over_lack),
        }
    }

    /// Queues what comes after the first `sent` bytes.
    fn keep(&mut self, parts: &[IoSlice<'_>], mut sent: usize) {
        if self.keeps_boundaries() {
            return self.chunks.append_message(parts);
        }
        for part in parts {
            let gone = sent.min(part.len());
            sent -= gone;
            self.chunks.append(&part[gone..]);
        }
    }

    fn push_unless_short_of_memory(&mut self) -> Result<()> {
        let pushed = self.push(|socket, slices| Now::new(socket).send_vectored(slices));
        pushed.map(Some).or_else(pass_over_lack).map(drop)
    }

    /// Sends the queue, from the front, until it is empty or a call sends nothing.
    fn push(&mut self, transmit: impl Fn(&S, &[IoSlice<'_>]) -> Result<Option<usize>>) -> Result<()> {
        self.short_of_memory = false;
        let boundaries = self.keeps_boundaries();
        let most = if boundaries { 1 } else { SLICES };
        while !self.is_empty() {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let lent = self.chunks.lend(&mut slices[..most]);
            match transmit(&self.socket, &slices[..lent]) {
                Ok(Some(_)) if boundaries => self.chunks.advance_message(),
                Ok(None | Some(0)) => break,
                Ok(Some(sent)) => self.chunks.advance(sent),
                Err(error) => return Err(self.fail(error)),
            }
        }
        Ok(())
    }

    fn progress(&mut self) -> Result<Progress> {
        match (self.is_empty(), self.end) {
            (true, End::Open) => Ok(Progress::Drained),
            (true, End::Finished) => Ok(Progress::Finished),
            (true, End::Finishing(_)) => {
                self.end = End::Finished;
                let ended = self.socket.socket().shutdown(Shutdown::Send);
                ended.map_err(|error| self.fail(error)).map(|()| Progress::Finished)
            }
            (false, End::Finishing(deadline)) if deadline.has_passed() => {
                Err(Error::deadline_passed(Operation::Send))
            }
            (false, _) => Ok(Progress::Pending),
        }
    }

    fn check_open(&self) -> Result<()> {
        self.check_alive()?;
        match self.end {
            End::Open => Ok(()),
            End::Finishing(_) | End::Finished => Err(Error::new(Operation::Send, Errno::PIPE)
                .with_detail("the queue was told to finish, and takes no more")),
        }
    }

    fn check_alive(&self) -> Result<()> {
        self.failure().map_or(Ok(()), Err)
    }

    /// Remembers what ends the connection, and what is to be tried again.
    fn fail(&mut self, error: Error) -> Error {
        if error.should_retry() {
            self.short_of_memory = true;
        } else {
            self.failed = error.errno();
        }
        error
    }

    #[cold]
    fn too_long(&self, length: usize) -> Error {
        let limit = self.limit;
        Error::new(Operation::Send, Errno::MSGSIZE)
            .with_detail(format!("{length} bytes never fit a queue of {limit}; send_part takes a part"))
    }
}

/// Takes a lack of memory for a lack of room.
fn pass_over_lack<T>(error: Error) -> Result<Option<T>> {
    if error.should_retry() { Ok(None) } else { Err(error) }
}

impl<S: HoldsSocket> HoldsSocket for Queued<S> {
    type Role = S::Role;

    #[inline]
    fn socket(&self) -> &SocketOf<S::Role> {
        self.socket.socket()
    }
}

lends_source!([S: HoldsSocket] Queued<S>, |it| it.socket().borrowed());

/// Reads what there is; fails with [`io::ErrorKind::WouldBlock`] where there is nothing now.
impl<S: HoldsSocket> Read for Queued<S>
where
    S::Role: AsBytes,
{
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Now::new(&self.socket).read(buffer)
    }

    fn read_vectored(&mut self, slices: &mut [io::IoSliceMut<'_>]) -> io::Result<usize> {
        Now::new(&self.socket).read_vectored(slices)
    }
}

/// Takes what there is room for; fails with [`io::ErrorKind::WouldBlock`] where there is none, and in `flush` while
/// something is queued.
impl<S: HoldsSocket> Write for Queued<S>
where
    S::Role: Transfers,
{
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        match self.send_part(data)? {
            0 if !data.is_empty() => Err(Error::new(Operation::Send, Errno::AGAIN).into()),
            taken => Ok(taken),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match Self::flush(self)? {
            Progress::Pending => Err(Error::new(Operation::Send, Errno::AGAIN).into()),
            Progress::Drained | Progress::Finished => Ok(()),
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for Queued<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queued")
            .field("socket", &self.socket)
            .field("queued", &self.queued())
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

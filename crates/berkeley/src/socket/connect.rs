//! Connecting: at once, by a deadline, or started and finished later.

use super::mode::{Until, Wait, Waiting};
use super::role::{Addresses, HoldsSocket, Role};
use super::{By, SocketOf, encode};
use crate::addr::{Address, Family, ToAddress};
use crate::deadline::Deadline;
use crate::error::{During, Errno, Error, Operation, Result};
use crate::option;
use crate::sys::address::RawAddress;
use crate::sys::{self, LONGEST_WAIT, Readiness, descriptor};

/// A connect under way.
///
/// It can be asked for its [`state`](Self::state), waited for, or dropped, which closes the socket. It is a source:
/// writable when the connect has ended, either way.
///
/// # Examples
///
/// ```
/// use berkeley::{Deadline, SECOND, State, TcpListener, TcpStream};
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let mut pending = TcpStream::start_connect(listener.local_address()?)?;
/// let stream = loop {
///     match pending.state() {
///         State::Pending => pending.wait(Deadline::after(SECOND))?,
///         State::Connected => break pending.finish(Deadline::now())?,
///         State::Failed(error) => return Err(error),
///     }
/// };
/// assert_eq!(stream.peer_address()?, listener.local_address()?);
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Debug)]
pub struct Connecting<S: HoldsSocket> {
    pub(super) socket: S,
    address: Address,
    progress: Progress,
    /// Whether the descriptor is to be blocking again when the connect has ended.
    blocking: bool,
}

/// How far a connect has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Pending,
    Connected,
    Failed(Errno),
}

/// What has become of a connect.
#[derive(Debug)]
pub enum State {
    /// Nothing yet.
    Pending,
    /// It succeeded.
    Connected,
    /// It failed, for this reason.
    Failed(Error),
}

impl State {
    /// Returns `true` if the connect has ended, either way.
    #[must_use]
    pub const fn is_determined(&self) -> bool {
        !matches!(self, Self::Pending)
    }
}

impl<S: HoldsSocket> Connecting<S> {
    /// Starts to connect.
    pub(super) fn start(socket: S, address: Address, raw: &RawAddress) -> Result<Self> {
        let borrowed = socket.socket().borrowed();
        let blocking = !descriptor::is_nonblocking(borrowed).during(Operation::Connect)?;
        if blocking {
            descriptor::set_nonblocking(borrowed, true).during(Operation::Connect)?;
        }
        let progress = match sys::name::connect(borrowed, raw) {
            Ok(()) => Progress::Connected,
            // After an interruption the connect goes on, as connect(2) has it.
            Err(Errno::INPROGRESS | Errno::INTR | Errno::ALREADY) => Progress::Pending,
            // Winsock says that a connect is under way as it says that a receive would have to wait.
            Err(Errno::AGAIN) if cfg!(windows) => Progress::Pending,
            Err(errno) => Progress::Failed(errno),
        };
        let connecting = Self { socket, address, progress, blocking };
        match progress {
            Progress::Pending => Ok(connecting),
            Progress::Connected => connecting.settle().map(|()| connecting),
            // The backlog of a Unix listener is full: nothing is under way, so that there is nothing to wait for.
            Progress::Failed(errno) => {
                let restored = connecting.settle();
                restored.and(if errno == Errno::AGAIN {
                    Err(connecting.error(errno))
                } else {
                    Ok(connecting)
                })
            }
        }
    }

    /// Gives the descriptor back the mode that it had.
    fn settle(&self) -> Result<()> {
        if !self.blocking {
            return Ok(());
        }
        descriptor::set_nonblocking(self.socket.socket().borrowed(), false).during(Operation::Connect)
    }

    fn error(&self, errno: Errno) -> Error {
        Error::new(Operation::Connect, errno).with_address(self.address.clone())
    }

    /// Returns the address that is connected to.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Says what has become of the connect, without waiting.
    pub fn state(&mut self) -> State {
        if self.progress == Progress::Pending
            && let Err(error) = self.look(Deadline::now())
            && !error.is_deadline_passed()
        {
            return State::Failed(error);
        }
        match self.progress {
            Progress::Pending => State::Pending,
            Progress::Connected => State::Connected,
            Progress::Failed(errno) => State::Failed(self.error(errno)),
        }
    }

    /// Waits until the connect has ended, either way.
    ///
    /// # Errors
    ///
    /// [`is_deadline_passed`](Error::is_deadline_passed): the connect goes on.
    pub fn wait(&mut self, deadline: impl Into<Deadline>) -> Result<()> {
        match self.progress {
            Progress::Pending => self.look(deadline.into()),
            _ => Ok(()),
        }
    }

    /// Waits until the descriptor can be written to, and asks what that means.
    fn look(&mut self, deadline: Deadline) -> Result<()> {
        let socket = self.socket.socket();
        let wait = Wait::new(socket.borrowed(), Readiness::Writable, Operation::Connect);
        wait.until_ready(deadline).map_err(|error| error.with_address(self.address.clone()))?;
        self.progress = match socket.take_error()? {
            Some(errno) => Progress::Failed(errno),
            None => Progress::Connected,
        };
        self.settle()
    }

    /// Waits until the connect has ended, and gives the socket if it succeeded.
    ///
    /// # Errors
    ///
    /// What the connect failed with; [`is_deadline_passed`](Error::is_deadline_passed). The socket is closed, if it
    /// was not borrowed.
    pub fn finish(mut self, deadline: impl Into<Deadline>) -> Result<S> {
        let deadline = deadline.into();
        while self.progress == Progress::Pending {
            if let Err(error) = self.wait(deadline) {
                // What is lent goes back in the mode that it had.
                let _ = self.settle();
                return Err(error);
            }
        }
        match self.progress {
            Progress::Failed(errno) => Err(self.error(errno)),
            _ => Ok(self.socket),
        }
    }

    /// Lends the socket: it has a local address already, and takes options.
    pub fn socket(&self) -> &SocketOf<S::Role> {
        self.socket.socket()
    }

    /// Gives back the socket, in the mode that it had, whatever has become of the connect. One still pending goes on.
    pub fn into_inner(self) -> S {
        if self.progress == Progress::Pending {
            let _ = self.settle();
        }
        self.socket
    }
}

impl<R: Role> SocketOf<R> {
    /// Connects the socket that `open` makes for an address.
    pub(crate) fn connected(
        address: &impl ToAddress,
        deadline: impl Into<Deadline>,
        open: impl FnOnce(&Address) -> Result<Self>,
    ) -> Result<Self> {
        let (address, raw) = encode(address, Operation::Connect)?;
        let socket = open(&address)?;
        socket.connect_until(address, &raw, deadline.into())?;
        Ok(socket)
    }

    /// Connects, or waits until the deadline for that.
    fn connect_until(&self, address: Address, raw: &RawAddress, deadline: Deadline) -> Result<()> {
        if self.family() == Family::UNIX && sys::CONNECT_WAITS {
            return self.connect_unix(raw, deadline).map_err(|error| error.with_address(address));
        }
        if deadline.is_never() && sys::CONNECT_WAITS {
            match sys::name::connect(self.borrowed(), raw) {
                Ok(()) => return Ok(()),
                // After an interruption the connect goes on.
                Err(Errno::INTR) => {}
                // It does so too on a descriptor that does not block; on one that does, SO_SNDTIMEO has run out,
                // which connect(2) reports by this number, and so do we.
                Err(Errno::INPROGRESS) if descriptor::is_nonblocking(self.borrowed()).unwrap_or(false) => {}
                failed => return failed.during_to(Operation::Connect, &address),
            }
            let mut pending =
                Connecting { socket: self, address, progress: Progress::Pending, blocking: false };
            pending.wait(deadline)?;
            return pending.finish(deadline).map(drop);
        }
        Connecting::start(self, address, raw)?.finish(deadline).map(drop)
    }

    /// Connects to a Unix socket: at once, or as soon as its backlog has room.
    ///
    /// A full backlog is nothing that poll(2) tells of. A connect that waits for it in the system ends by
    /// `SO_SNDTIMEO` alone, and one that may not wait is tried again and again.
    fn connect_unix(&self, raw: &RawAddress, deadline: Deadline) -> Result<()> {
        let wait = Wait::new(self.borrowed(), Readiness::Writable, Operation::Connect);
        if deadline.is_never() {
            return wait.run(Waiting, |_| sys::name::connect(wait.source, raw));
        }
        if descriptor::is_nonblocking(self.borrowed()).during(Operation::Connect)? {
            return wait.run(Until(&deadline), |_| sys::name::connect(wait.source, raw));
        }
        loop {
            let left = deadline.remaining().unwrap_or(LONGEST_WAIT);
            match self.connect_within(raw, left)? {
                Ok(()) => return Ok(()),
                Err(Errno::AGAIN) if deadline.has_passed() => {
                    return Err(Error::deadline_passed(Operation::Connect));
                }
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(errno) => return Err(Error::new(Operation::Connect, errno)),
            }
        }
    }

    /// Connects with a time limit of the descriptor's own, and puts back the one that it had.
    fn connect_within(
        &self,
        raw: &RawAddress,
        left: std::time::Duration,
    ) -> Result<std::result::Result<(), Errno>> {
        let before = self.get(option::socket::SNDTIMEO)?;
        self.set(option::socket::SNDTIMEO, Some(left))?;
        let connected = sys::name::connect(self.borrowed(), raw);
        self.set(option::socket::SNDTIMEO, before)?;
        Ok(connected)
    }
}

impl<R: Addresses> SocketOf<R> {
    /// Connects to a peer; on a datagram socket sets the one that it sends to and receives from.
    ///
    /// Waits until the connection is there.
    ///
    /// # Errors
    ///
    /// [`is_refused`](Error::is_refused), [`is_timed_out`](Error::is_timed_out) when TCP has given up,
    /// [`is_not_found`](Error::is_not_found) for a Unix path.
    ///
    /// # System call
    ///
    /// `connect(2)`.
    pub fn connect(&self, address: impl ToAddress) -> Result<()> {
        let (address, raw) = encode(&address, Operation::Connect)?;
        self.connect_until(address, &raw, Deadline::never())
    }

    /// Starts to connect, and does not wait.
    ///
    /// What is known at once to fail is a [`Connecting`] that has failed, not an error of this call.
    ///
    /// # Errors
    ///
    /// [`is_would_block`](Error::is_would_block) where nothing could be started: the backlog of a Unix listener is
    /// full.
    ///
    /// # System call
    ///
    /// `connect(2)`.
    pub fn start_connect(&self, address: impl ToAddress) -> Result<Connecting<&Self>> {
        let (address, raw) = encode(&address, Operation::Connect)?;
        Connecting::start(self, address, &raw)
    }
}

impl<S: HoldsSocket> By<S>
where
    S::Role: Addresses,
{
    /// Connects to a peer, or waits until the deadline for that.
    ///
    /// # Errors
    ///
    /// Those of [`SocketOf::connect`], and [`is_deadline_passed`](Error::is_deadline_passed). What has become of the
    /// connect is then unknown: close the socket.
    pub fn connect(&self, address: impl ToAddress) -> Result<()> {
        let (address, raw) = encode(&address, Operation::Connect)?;
        self.socket().connect_until(address, &raw, self.deadline())
    }
}

impl<R: Role> SocketOf<R> {
    /// Starts to connect a socket that is given up to the connect.
    pub(crate) fn into_connecting(self, address: impl ToAddress) -> Result<Connecting<Self>> {
        let (address, raw) = encode(&address, Operation::Connect)?;
        Connecting::start(self, address, &raw)
    }
}

#[cfg(unix)]
impl<S: HoldsSocket> std::os::fd::AsFd for Connecting<S>
where
    SocketOf<S::Role>: std::os::fd::AsFd,
{
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.socket.socket().as_fd()
    }
}

#[cfg(windows)]
impl<S: HoldsSocket> std::os::windows::io::AsSocket for Connecting<S>
where
    SocketOf<S::Role>: std::os::windows::io::AsSocket,
{
    fn as_socket(&self) -> std::os::windows::io::BorrowedSocket<'_> {
        self.socket.socket().as_socket()
    }
}

//! Accepting for as long as a server runs: through lack of descriptors, connections that fail, and a limit of them.

use std::fmt;
use std::time::Duration;

use crate::deadline::{Deadline, MILLISECOND, SECOND};
use crate::error::{Errno, Error, Result};
use crate::kind::Protocol;
use crate::ready::Interest;
use crate::socket::{Accepts, HoldsSocket, Now, Role, Socket, SocketOf};
use crate::source::lends_source;

/// How long accepting pauses the first time, and at most.
const SHORTEST_PAUSE: Duration = MILLISECOND;
const LONGEST_PAUSE: Duration = SECOND;

/// How many connections that failed are passed over in one call, and how many are refused.
const MOST_FAILED: usize = 16;
const MOST_REFUSED: usize = 64;

/// What becomes of connections that arrive when the process has no descriptor left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Overload {
    /// They wait in the backlog, until one is left.
    #[default]
    Wait,
    /// They are accepted and closed, so that their peers learn of it at once.
    ///
    /// One descriptor is kept spare for that. Where the whole system has none left, or no memory, they wait.
    Refuse,
}

/// A listener, and all that keeps a server accepting.
///
/// It belongs to any loop over readiness: [`interest`](Self::interest) tells what to wait for,
/// [`resume_at`](Self::resume_at) by when to look again whether or not there is anything, and
/// [`accept`](Self::accept) gives one connection after the other until there are no more for now.
///
/// | what goes wrong | what is done |
/// |---|---|
/// | a call is interrupted | it is repeated |
/// | a connection has failed before it was accepted | it is passed over |
/// | no descriptor or memory is left | accepting pauses, 1 ms at first, up to 1 s; or, as [`Overload`] says, peers are refused |
/// | the limit of connections is reached | accepting pauses until one is [closed](Self::closed) |
/// | the listener itself fails | the error is told |
///
/// A pause is not spent in calls that fail: nothing is waited for meanwhile. It ends early when a connection is closed.
/// The listener is to be registered level-triggered, as is the rule, since it may be left with connections.
///
/// # Examples
///
/// ```
/// use berkeley::{Acceptor, Deadline, Events, Interest, Poller, SECOND, TcpListener, TcpStream};
///
/// # if !cfg!(any(unix, windows)) { return Ok(()); }
/// let mut acceptor = Acceptor::new(TcpListener::bind("127.0.0.1:0")?);
/// acceptor.set_limit(2);
/// let address = acceptor.get_ref().local_address()?;
/// let clients = [(); 3].map(|()| TcpStream::connect(address));
///
/// let (mut poller, mut events) = (Poller::new()?, Events::new());
/// let key = poller.add(acceptor, Interest::NONE)?;
/// let mut guests = Vec::new();
/// while guests.len() < 2 {
///     let Some(acceptor) = poller.get_mut(key) else { break };
///     while let Some((stream, _from)) = acceptor.accept()? {
///         guests.push(stream);
///     }
///     let (interest, resume_at) = (acceptor.interest(), acceptor.resume_at());
///     poller.set_interest(key, interest)?;
///     poller.set_deadline(key, resume_at)?;
///     poller.wait(&mut events, Deadline::after(SECOND / 10))?;
/// }
/// assert!(poller.interest(key).unwrap().is_none(), "the third has to wait");
/// # Ok::<(), berkeley::Error>(())
/// ```
pub struct Acceptor<L> {
    listener: L,
    limit: usize,
    connections: usize,
    overload: Overload,
    /// What is closed to have a descriptor for a connection that is to be refused.
    spare: Option<Socket>,
    /// Until when nothing is accepted.
    pause: Option<Deadline>,
    next_pause: Duration,
    failed: u64,
    refused: u64,
    lack: Option<Errno>,
}

/// A connection, and whose it is.
type Accepted<R> = (SocketOf<<R as Accepts>::Stream>, <R as Role>::Address);

impl<L> Acceptor<L> {
    /// Accepts from a listener, any number of connections.
    pub fn new(listener: L) -> Self {
        Self {
            listener,
            limit: usize::MAX,
            connections: 0,
            overload: Overload::Wait,
            spare: None,
            pause: None,
            next_pause: SHORTEST_PAUSE,
            failed: 0,
            refused: 0,
            lack: None,
        }
    }

    /// Sets how many connections there are at most. Those that there are beyond it stay.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Returns how many connections there are: accepted, and not [`closed`](Self::closed).
    #[must_use]
    pub const fn connections(&self) -> usize {
        self.connections
    }

    /// Takes note that a connection was closed: there is room for another, and a descriptor.
    pub fn closed(&mut self) {
        self.connections = self.connections.saturating_sub(1);
        self.pause = None;
    }

    /// Returns what is to be waited for: readability, or nothing while accepting pauses.
    #[must_use]
    pub fn interest(&self) -> Interest {
        if self.is_open() { Interest::READABLE } else { Interest::NONE }
    }

    /// Returns when a pause ends, so that [`accept`](Self::accept) is to be called; never, if there is none.
    #[must_use]
    pub fn resume_at(&self) -> Deadline {
        self.pause.unwrap_or(Deadline::never())
    }

    /// Returns how many connections had failed before they could be accepted.
    #[must_use]
    pub const fn failed(&self) -> u64 {
        self.failed
    }

    /// Returns how many connections were refused because no descriptor was left.
    #[must_use]
    pub const fn refused(&self) -> u64 {
        self.refused
    }

    /// Takes what the process or the system lacked, if that is why accepting pauses: told once for each pause.
    pub const fn take_lack(&mut self) -> Option<Errno> {
        self.lack.take()
    }

    /// Lends the listener.
    pub const fn get_ref(&self) -> &L {
        &self.listener
    }

    /// Gives back the listener.
    pub fn into_inner(self) -> L {
        self.listener
    }

    fn is_open(&self) -> bool {
        self.connections < self.limit && self.pause.is_none_or(Deadline::has_passed)
    }

    /// Lets accepting pause, each time twice as long as the last, until a connection is accepted.
    fn rest(&mut self) {
        self.pause = Some(Deadline::after(self.next_pause));
        self.next_pause = LONGEST_PAUSE.min(self.next_pause * 2);
    }
}

impl<L: HoldsSocket> Acceptor<L>
where
    L::Role: Accepts,
{
    /// Sets what becomes of connections that arrive when no descriptor is left.
    ///
    /// # Errors
    ///
    /// Those of opening a socket, for [`Overload::Refuse`]: it needs a descriptor now.
    pub fn set_overload(&mut self, overload: Overload) -> Result<()> {
        self.spare = match overload {
            Overload::Wait => None,
            Overload::Refuse => Some(self.open_spare()?),
        };
        self.overload = overload;
        Ok(())
    }

    /// Accepts a connection; returns its socket and the peer's address, or `None` if there is none for now.
    ///
    /// After `None`, [`interest`](Self::interest) and [`resume_at`](Self::resume_at) tell what comes next.
    ///
    /// # Errors
    ///
    /// Those of the listener itself. What concerns a connection, or the descriptors of the moment, is none.
    ///
    /// # System call
    ///
    /// `accept4(2)`; none while accepting pauses.
    pub fn accept(&mut self) -> Result<Option<Accepted<L::Role>>> {
        if !self.is_open() {
            return Ok(None);
        }
        self.pause = None;
        let (mut failed, mut refused) = (0, 0);
        while failed < MOST_FAILED {
            match Now::new(&self.listener).accept() {
                Ok(accepted) => {
                    self.welcome(accepted.is_some());
                    return Ok(accepted);
                }
                Err(error) if error.is_descriptor_limit() && self.refuse() => {
                    refused += 1;
                    if refused == MOST_REFUSED {
                        return Ok(None);
                    }
                }
                Err(error) if is_overload(&error) => {
                    self.lack = error.errno();
                    break;
                }
                Err(error) if error.should_retry() => {
                    failed += 1;
                    self.failed += 1;
                }
                Err(error) => return Err(error),
            }
        }
        self.rest();
        Ok(None)
    }

    fn welcome(&mut self, somebody: bool) {
        if somebody {
            self.connections += 1;
            self.next_pause = SHORTEST_PAUSE;
        }
    }

    /// Accepts a connection in the place of the spare descriptor, and closes it; returns `false` if that failed.
    fn refuse(&mut self) -> bool {
        if self.overload == Overload::Wait {
            return false;
        }
        drop(self.spare.take());
        let refused = matches!(Now::new(&self.listener).accept(), Ok(Some(_)));
        self.refused += u64::from(refused);
        // If another thread was faster, one may be free the next time.
        self.spare = self.open_spare().ok();
        refused
    }

    fn open_spare(&self) -> Result<Socket> {
        let listener = self.listener.socket();
        Socket::open(listener.family(), listener.kind(), Protocol::DEFAULT)
    }
}

/// Whether the process or the system lacks what a connection takes.
fn is_overload(error: &Error) -> bool {
    error.is_descriptor_limit() || error.is_no_buffer_space() || error.errno() == Some(Errno::NOMEM)
}

impl<L: HoldsSocket> HoldsSocket for Acceptor<L> {
    type Role = L::Role;

    #[inline]
    fn socket(&self) -> &SocketOf<L::Role> {
        self.listener.socket()
    }
}

lends_source!([L: HoldsSocket] Acceptor<L>, |it| it.socket().borrowed());

impl<L: fmt::Debug> fmt::Debug for Acceptor<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acceptor")
            .field("listener", &self.listener)
            .field("connections", &self.connections)
            .field("limit", &self.limit)
            .field("overload", &self.overload)
            .field("resume_at", &self.resume_at())
            .finish_non_exhaustive()
    }
}

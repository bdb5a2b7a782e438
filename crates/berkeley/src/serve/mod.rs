//! A whole server over a poller: it accepts, receives, sends what is queued, keeps deadlines, and stops in good order.

mod attend;
mod connection;
mod door;
mod service;
mod stop;
mod threads;

use std::fmt;
use std::time::Duration;

use self::connection::Entry;
pub use self::connection::{Connection, Connections, Turn};
pub use self::service::Service;
pub use self::stop::{Report, Stopper};
pub use self::threads::serve;
use crate::acceptor::{Acceptor, Overload};
use crate::deadline::Deadline;
use crate::error::{Error, Operation, Result};
use crate::poll::{Backend, Event, Events, Key, Poller, Waker};
use crate::ready::{Interest, Trigger};
use crate::socket::SocketOf;

/// What is received at once, from any connection.
const BUFFER: usize = 64 * 1024;

/// How often one connection is received from, and how many are accepted, before others have their turn.
const RECEIVES: usize = 16;
const ACCEPTS: usize = 64;

/// A server of one thread: a listener, its connections, and the [`Service`] that answers them.
///
/// Connections are registered once, edge-triggered where the [`Backend`] can, and received from until there is no
/// more. What a service sends goes out at once, and what the system does not take is [queued](crate::Queued); a peer that does
/// not read what it is sent is not received from either. Accepting goes on as an [`Acceptor`] does.
///
/// [`serve`] runs one on each of several threads.
///
/// # Examples
///
/// ```
/// use berkeley::{Deadline, Result, SECOND, Server, Service, Stopper, TcpListener, TcpStream, Turn, tcp};
/// use std::net::SocketAddr;
///
/// struct Upper;
///
/// impl Service for Upper {
///     type Listener = tcp::Listener;
///     type State = ();
///
///     fn admit(&mut self, _: &TcpStream, _: &SocketAddr) -> Option<()> {
///         Some(())
///     }
///
///     fn received(&mut self, turn: &mut Turn<'_, Self>, data: &[u8]) -> Result<()> {
///         turn.send(&data.to_ascii_uppercase()).map(drop)
///     }
/// }
///
/// # if !cfg!(any(unix, windows)) { return Ok(()); }
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let address = listener.local_address()?;
/// let stopper = Stopper::new();
/// let server = std::thread::spawn({
///     let stopper = stopper.clone();
///     move || Server::new(listener, Upper)?.run(&stopper)
/// });
///
/// let client = TcpStream::connect(address)?;
/// client.send(b"hello")?;
/// let mut answer = [0; 5];
/// client.recv(&mut answer)?;
/// assert_eq!(&answer, b"HELLO");
/// drop(client);
///
/// stopper.stop(Deadline::after(SECOND * 5))?;
/// let report = server.join().unwrap()?;
/// assert_eq!((report.served, report.cut), (1, 0));
/// # Ok::<(), berkeley::Error>(())
/// ```
pub struct Server<S: Service> {
    service: S,
    connections: Connections<S>,
    door: Key,
    settings: Settings,
    buffer: Box<[u8]>,
    /// Connections that may have more to receive than one turn takes.
    again: Vec<Key>,
    report: Report,
    stop_at: Option<Deadline>,
}

/// What a connection starts with.
#[derive(Clone, Copy)]
struct Settings {
    trigger: Trigger,
    queue_limit: usize,
    idle_limit: Option<Duration>,
}

impl<S: Service> Server<S> {
    /// Makes a server with the best backend of the system.
    ///
    /// # Errors
    ///
    /// Those of [`Poller::new`] and [`Poller::add`].
    pub fn new(listener: SocketOf<S::Listener>, service: S) -> Result<Self> {
        Self::with_poller(listener, service, Poller::new()?)
    }

    /// Makes a server with a backend of the caller's choice.
    ///
    /// # Errors
    ///
    /// Those of [`Poller::with_backend`] and [`Poller::add`].
    pub fn with_backend(listener: SocketOf<S::Listener>, service: S, backend: Backend) -> Result<Self> {
        Self::with_poller(listener, service, Poller::with_backend(backend)?)
    }

    fn with_poller(
        listener: SocketOf<S::Listener>,
        service: S,
        mut poller: Poller<Entry<S>>,
    ) -> Result<Self> {
        let edge = poller.backend().supports(Trigger::Edge);
        let trigger = if edge { Trigger::Edge } else { Trigger::Level };
        let door = poller.add(Entry::Door(Acceptor::new(listener)), Interest::READABLE)?;
        Ok(Self {
            service,
            connections: Connections { poller, lent: Vec::new(), count: 0 },
            door,
            settings: Settings { trigger, queue_limit: 2 * BUFFER, idle_limit: None },
            buffer: vec![0; BUFFER].into(),
            again: Vec::new(),
            report: Report::default(),
            stop_at: None,
        })
    }

    /// Sets how many connections there are at most. Others wait in the backlog.
    pub fn set_limit(&mut self, limit: usize) {
        if let Some(acceptor) = self.acceptor() {
            acceptor.set_limit(limit);
        }
    }

    /// Sets what becomes of connections that arrive when no descriptor is left.
    ///
    /// # Errors
    ///
    /// Those of [`Acceptor::set_overload`].
    pub fn set_overload(&mut self, overload: Overload) -> Result<()> {
        self.acceptor().map_or(Ok(()), |acceptor| acceptor.set_overload(overload))
    }

    /// Sets how much is queued at most for a connection that is accepted from now on. Default: 128 KiB.
    ///
    /// At most half of it is received at once, and only while no more than half of it is queued: an answer that is no
    /// longer than what it answers always finds room.
    pub fn set_queue_limit(&mut self, limit: usize) {
        self.settings.queue_limit = limit;
    }

    /// Sets how much is received at once: of messages, how long one can be. Default: 64 KiB.
    ///
    /// A [queue](Self::set_queue_limit) of at least twice that and two bytes lets all of it be received.
    pub fn set_receive_size(&mut self, size: usize) {
        self.buffer = vec![0; size.max(1)].into();
    }

    /// Sets for how long nothing may come from a connection that is accepted from now on, before
    /// [`Service::timed_out`] is called. Default: `None`, for ever.
    pub fn set_idle_limit(&mut self, limit: Option<Duration>) {
        self.settings.idle_limit = limit;
    }

    /// Returns what has [`Service::woken`] called, from any thread.
    ///
    /// # Errors
    ///
    /// Those of [`Poller::waker`].
    pub fn waker(&mut self) -> Result<Waker> {
        self.connections.poller.waker()
    }

    /// Lends the service.
    pub const fn service(&mut self) -> &mut S {
        &mut self.service
    }

    /// Serves until `stopper` says to stop; tells what was done.
    ///
    /// # Errors
    ///
    /// Those of the listener, of waiting, and of [`Service::started`].
    ///
    /// # Panics
    ///
    /// Those of the service are its own.
    pub fn run(&mut self, stopper: &Stopper) -> Result<Report> {
        stopper.wakes(self.connections.poller.waker()?);
        self.service.started(&mut self.connections)?;
        self.heed(stopper);
        let mut events = Events::new();
        while !self.has_stopped() {
            self.look_at_lent();
            let until = if self.again.is_empty() { Deadline::never() } else { Deadline::now() };
            self.connections.poller.wait(&mut events, until.earlier(self.stop_at.unwrap_or(until)))?;
            for event in &events {
                self.dispatch(event, stopper)?;
            }
            for key in std::mem::take(&mut self.again) {
                self.receive(key);
            }
        }
        Ok(self.end())
    }

    #[inline]
    fn dispatch(&mut self, event: Event, stopper: &Stopper) -> Result<()> {
        if self.connections.guest(event.key()).is_some() {
            self.attend(event);
            return Ok(());
        }
        if event.key() == self.door {
            return self.welcome();
        }
        if event.is_wake() {
            self.service.woken(&mut self.connections);
            self.heed(stopper);
        } else if self.connections.poller.contains(event.key()) {
            self.service.timer(&mut self.connections, event.key());
        }
        Ok(())
    }

    /// Begins to stop, if that is wanted.
    fn heed(&mut self, stopper: &Stopper) {
        let Some(deadline) = stopper.deadline() else { return };
        let is_known = self.stop_at.replace(deadline) == Some(deadline);
        if let Some(Entry::Door(acceptor)) = self.connections.poller.remove(self.door) {
            self.report.refused = acceptor.refused();
            self.report.failed = acceptor.failed();
        }
        if is_known {
            return;
        }
        let keys: Vec<_> = self.connections.iter_mut().map(|(key, _)| key).collect();
        for key in keys {
            // What has arrived is under way too.
            self.receive(key);
            self.turn(key, |service, turn| service.stopping(turn, deadline));
            self.settle(key);
        }
    }

    fn has_stopped(&self) -> bool {
        self.stop_at.is_some_and(|deadline| self.connections.is_empty() || deadline.has_passed())
    }

    /// Closes what is left.
    fn end(&mut self) -> Report {
        let keys: Vec<_> = self.connections.iter_mut().map(|(key, _)| key).collect();
        for key in keys {
            self.remove(key, Err(Error::deadline_passed(Operation::Wait)));
        }
        self.report
    }
}

impl<S: Service> fmt::Debug for Server<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("connections", &self.connections.count)
            .field("report", &self.report)
            .field("stop_at", &self.stop_at)
            .finish_non_exhaustive()
    }
}

//! The server's side of a name.

use std::sync::Arc;

use super::{PipeName, PipeOptions, PipeStream, at_once, lends_pipe, until};
use crate::deadline::Deadline;
use crate::error::{Error, Operation, Result};
use crate::socket::{By, Now};
use crate::sys::pipe::{Listener, Waitable};

/// A named pipe that accepts clients.
///
/// The name is there for as long as this, or what it has accepted, exists. As a source it is readable when a client can be
/// accepted.
///
/// Who may connect is what Windows says unless it is told otherwise: this user, administrators and the system. Everybody
/// else may open it to read, which no client here does.
///
/// # Platform notes
///
/// One client at a time waits to be accepted; others wait in their [`connect`](PipeStream::connect).
///
/// # Examples
///
/// ```
/// use berkeley::os::windows::{PipeListener, PipeStream};
/// use berkeley::{Interest, Poller, SECOND};
///
/// # if !cfg!(windows) { return Ok(()); }
/// let name = format!(r"\\.\pipe\berkeley-listener-{}", std::process::id());
/// let mut poller = Poller::new()?;
/// let key = poller.add(PipeListener::bind(&name)?, Interest::READABLE)?;
/// let _client = PipeStream::connect(&name)?;
///
/// let mut events = berkeley::Events::new();
/// poller.wait(&mut events, SECOND * 10)?;
/// assert!(events.iter().any(|event| event.key() == key && event.is_readable()));
/// let server = poller.get(key).unwrap().now().accept()?;
/// assert!(server.is_some());
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Debug)]
pub struct PipeListener {
    listener: Arc<Listener>,
    source: Arc<Waitable>,
    name: PipeName,
}

impl PipeListener {
    pub(super) fn new(listener: Arc<Listener>, name: PipeName) -> Self {
        let source = Arc::new(Waitable::Listener(Arc::clone(&listener)));
        Self { listener, source, name }
    }

    /// Makes the pipe, and waits for clients from now on.
    ///
    /// [`PipeOptions::bind`] is this with more to say.
    ///
    /// # Errors
    ///
    /// - [`is_address_in_use`](Error::is_address_in_use) if somebody has made that name.
    /// - [`is_invalid`](Error::is_invalid) if the name is none of a pipe.
    /// - [`is_permission_denied`](Error::is_permission_denied) of names that Windows keeps for some.
    ///
    /// # System call
    ///
    /// `CreateNamedPipe` with `FILE_FLAG_FIRST_PIPE_INSTANCE` and `PIPE_REJECT_REMOTE_CLIENTS`.
    pub fn bind(name: impl TryInto<PipeName, Error: Into<Error>>) -> Result<Self> {
        PipeOptions::new().bind(name)
    }

    /// Returns the name.
    #[must_use]
    pub const fn name(&self) -> &PipeName {
        &self.name
    }

    /// Waits for a client.
    ///
    /// A client that has gone by then is accepted all the same: what it has written can be read.
    ///
    /// # Errors
    ///
    /// What the system lacks to wait for the next one; that client is not lost.
    ///
    /// # System call
    ///
    /// `ConnectNamedPipe`, which was begun before.
    pub fn accept(&self) -> Result<PipeStream> {
        self.accept_until(Deadline::never())
    }

    fn accept_until(&self, deadline: Deadline) -> Result<PipeStream> {
        until(Operation::Accept, deadline, |limit| self.listener.accept(limit)).map(PipeStream::new)
    }

    /// Borrows the listener for calls that wait until `deadline`.
    pub fn by(&self, deadline: impl Into<Deadline>) -> By<&Self> {
        By::new(self, deadline)
    }

    /// Borrows the listener for calls that never wait.
    #[must_use]
    pub fn now(&self) -> Now<&Self> {
        Now::new(self)
    }

    /// Turns the listener into one whose calls wait until `deadline`.
    pub fn into_by(self, deadline: impl Into<Deadline>) -> By<Self> {
        By::new(self, deadline)
    }

    /// Turns the listener into one whose calls never wait.
    #[must_use]
    pub fn into_now(self) -> Now<Self> {
        Now::new(self)
    }
}

lends_pipe! {
    PipeListener, |it| &it.source;
    &PipeListener, |it| &it.source;
    By<PipeListener>, |it| &it.get_ref().source;
    By<&PipeListener>, |it| &it.get_ref().source;
    Now<PipeListener>, |it| &it.get_ref().source;
    Now<&PipeListener>, |it| &it.get_ref().source;
}

macro_rules! views {
    ($($listener:ty),*) => { $(
        impl By<$listener> {
            /// Waits for a client until the deadline, as [`PipeListener::accept`].
            pub fn accept(&self) -> Result<PipeStream> {
                self.get_ref().accept_until(self.deadline())
            }
        }

        impl Now<$listener> {
            /// Accepts a client that is there, as [`PipeListener::accept`].
            pub fn accept(&self) -> Result<Option<PipeStream>> {
                at_once(self.get_ref().accept_until(Deadline::now()))
            }
        }
    )* };
}

views!(PipeListener, &PipeListener);

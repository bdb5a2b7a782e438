//! What is under way over several sources, waited for as one.

use crate::deadline::Deadline;
use crate::error::{Errno, Error, Operation, Result};
use crate::poll::AddError;
use crate::source::lends_source;
use crate::sys::poll::Nest;
use crate::wait::{Watch, wait_any};

/// Something under way that waits for several sources and for a time: a [`Race`](crate::Race), the questions of a
/// `dns::Client`.
///
/// Whoever waits for nothing else calls [`wait`](Self::wait). Beside a few other sources, in a loop of
/// [`wait_any`](crate::wait_any), its [`watches`](Self::watches) are among the entries and its [`deadline`](Self::deadline)
/// bounds the wait; after each it is told to [`go_on`](Self::go_on). For a poller, a [`Bundle`] makes one source of all.
///
/// None of the first three waits. Any type can be one.
pub trait Underway {
    /// What comes of it.
    type Output;

    /// Goes on as far as it can without waiting; returns what has come of it, if anything has by now. What brings forth
    /// several things is asked again until there is nothing.
    fn go_on(&mut self) -> Result<Option<Self::Output>>;

    /// Returns what to wait for.
    fn watches(&self) -> Vec<Watch<'_>>;

    /// Returns when to go on, even if nothing is ready.
    fn deadline(&self) -> Deadline;

    /// Waits for what comes of it; nothing says that `deadline` has passed.
    ///
    /// # Errors
    ///
    /// Those of [`go_on`](Self::go_on); [`is_invalid`](Error::is_invalid) if there is neither a source nor a time to wait
    /// for.
    fn wait(&mut self, deadline: impl Into<Deadline>) -> Result<Option<Self::Output>>
    where
        Self: Sized,
    {
        let deadline = deadline.into();
        loop {
            if let Some(output) = self.go_on()? {
                return Ok(Some(output));
            }
            if deadline.has_passed() {
                return Ok(None);
            }
            let until = deadline.earlier(self.deadline());
            wait_any(&mut self.watches(), until)?;
        }
    }
}

/// All sources of something [`Underway`] as one source, readable while it can go on: an entry for any poller.
///
/// [`go_on`](Self::go_on) is called once at the start, then whenever the bundle is readable or its
/// [`deadline`](Self::deadline) has passed; each time the deadline may be another. It may be readable in vain.
///
/// # Platform notes
///
/// A bundle is an epoll(7) or kqueue(2) with the sources in it, of which every backend can wait for the descriptor. Windows
/// and the systems with poll(2) alone have nothing like it: there the sources are waited for as they are, by
/// [`Underway::watches`].
///
/// # Examples
///
/// ```
/// use berkeley::{Bundle, Connect, Events, Interest, Poller, SECOND, TcpListener};
///
/// # if !cfg!(any(target_os = "linux", target_vendor = "apple")) { return Ok(()); }
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let port = listener.local_address()?.port();
/// let race = Connect::new().start(("localhost", port), SECOND * 10)?;
///
/// let (mut poller, mut events) = (Poller::new()?, Events::new());
/// let key = poller.add(Bundle::new(race)?, Interest::READABLE)?;
/// let stream = loop {
///     let bundle = poller.get_mut(key).expect("it is there until it is removed");
///     if let Some(stream) = bundle.go_on()? {
///         break stream;
///     }
///     let deadline = bundle.deadline();
///     poller.set_deadline(key, deadline)?;
///     poller.wait(&mut events, SECOND * 10)?;                  // beside all the other entries
/// };
/// assert_eq!(stream.peer_address()?.port(), port);
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Debug)]
pub struct Bundle<U> {
    // Is dropped first, so that it never has a source that is closed.
    nest: Nest,
    underway: U,
}

lends_source!([U] Bundle<U>, |it| it.nest.source());

impl<U: Underway> Bundle<U> {
    /// Makes one source of all.
    ///
    /// # Errors
    ///
    /// All give back what is under way.
    ///
    /// - [`is_unsupported`](Error::is_unsupported), see the platform notes.
    /// - `EMFILE`, `ENFILE`: no descriptor is left.
    ///
    /// # System call
    ///
    /// `epoll_create1(2)`, `kqueue(2)`.
    pub fn new(underway: U) -> Result<Self, AddError<U>> {
        let nest = match Nest::open() {
            Ok(nest) => nest,
            Err(errno) => return Err(AddError::new(refusal(errno), underway)),
        };
        let mut bundle = Self { nest, underway };
        match bundle.register() {
            Ok(()) => Ok(bundle),
            Err(error) => Err(AddError::new(error, bundle.underway)),
        }
    }

    /// Goes on as far as it can without waiting; returns what has come of it, if anything has by now.
    ///
    /// # Errors
    ///
    /// Those of what is under way; `ENOMEM`, `ENOSPC`: no more sources can be registered.
    ///
    /// # System call
    ///
    /// Beside those of what is under way, `epoll_ctl(2)` or `kevent(2)` for each source.
    pub fn go_on(&mut self) -> Result<Option<U::Output>> {
        let output = self.underway.go_on();
        match (output, self.register()) {
            (Ok(None), Err(error)) => Err(error),
            (output, _) => output,
        }
    }

    /// Returns when to go on, even if it is not readable.
    #[must_use]
    pub fn deadline(&self) -> Deadline {
        self.underway.deadline()
    }

    /// Changes what is under way: asks another question, for one. Its deadline may be another after that.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, `ENOSPC`: no more sources can be registered. The change was made.
    pub fn change<R>(&mut self, change: impl FnOnce(&mut U) -> R) -> Result<R> {
        let returned = change(&mut self.underway);
        self.register().map(|()| returned)
    }

    /// Lends what is under way.
    #[must_use]
    pub const fn get_ref(&self) -> &U {
        &self.underway
    }

    /// Gives back what is under way.
    #[must_use]
    pub fn into_inner(self) -> U {
        self.underway
    }

    fn register(&mut self) -> Result<()> {
        self.nest.set(&self.underway.watches()).map_err(|errno| Error::new(Operation::Register, errno))
    }
}

#[cold]
fn refusal(errno: Errno) -> Error {
    match errno {
        Errno::OPNOTSUPP => Error::unsupported(Operation::OpenPoller, "several sources as one"),
        errno => Error::new(Operation::OpenPoller, errno),
    }
}

//! Lookups that never block who asks.

use std::sync::{Arc, OnceLock};

use super::host::Host;
use super::pool::{Job, Outcome, Pool, Refusal};
use super::query::{Prepared, Query, Question};
use crate::deadline::Deadline;
use crate::error::{During, Errno, Error, Operation, Result};
use crate::source::lends_source;
use crate::sys::wake::Notice;

/// How many threads ask at once, unless something else is said.
const THREADS: usize = 8;

/// How many questions may wait for a thread, unless something else is said.
const QUEUE: usize = 1024;

/// Lookups on a few threads of its own, so that none blocks who asks.
///
/// No system can end a question to its resolver that is under way: so it is left behind. A lookup whose deadline has passed,
/// or that was dropped, costs its caller nothing more; the thread goes on until the system answers, and then takes the next
/// question. There are never more threads than the limit, and what waits for one beyond the other limit is refused. Threads
/// start when they are needed, end when there has been nothing to do for ten seconds, and do not keep the process from ending.
///
/// Equal questions that are under way at the same time are one.
///
/// # Examples
///
/// ```
/// use berkeley::name::{Query, Resolver};
/// use berkeley::{Interest, SECOND, wait_for};
///
/// # if !cfg!(any(unix, windows)) { return Ok(()); }
/// let resolver = Resolver::new();
/// let lookup = resolver.start(&Query::name("localhost"))?;
/// wait_for(&lookup, Interest::READABLE, SECOND * 10)?;      // or a poller, among sockets
/// let host = lookup.now().expect("it is readable")?;
/// assert!(host.addresses()[0].is_loopback());
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Resolver(Arc<Handle>);

/// The last of a resolver's clones lets the threads end.
#[derive(Debug)]
struct Handle {
    pool: Arc<Pool>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.pool.close();
    }
}

impl Default for Resolver {
    fn default() -> Self {
        Self::new()
    }
}

impl Resolver {
    /// Makes a resolver of at most 8 threads, for which at most 1024 questions wait.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limits(THREADS, QUEUE)
    }

    /// Makes a resolver of at most so many threads, one at least, for which at most so many questions wait.
    #[must_use]
    pub fn with_limits(threads: usize, queue: usize) -> Self {
        Self::asking(threads, queue, Question::ask)
    }

    /// Makes a resolver that asks in another way than the system's.
    pub(super) fn asking(
        threads: usize,
        queue: usize,
        ask: impl Fn(&Question) -> Outcome + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Handle { pool: Pool::new(threads, queue, Box::new(ask)) }))
    }

    /// Returns the resolver of the whole process, with the limits of [`new`](Self::new).
    #[must_use]
    pub fn system() -> &'static Self {
        static SYSTEM: OnceLock<Resolver> = OnceLock::new();
        SYSTEM.get_or_init(Self::new)
    }

    /// Starts a lookup, and returns at once.
    ///
    /// # Errors
    ///
    /// - [`is_invalid`](Error::is_invalid) and the other errors of [`Query::ask`] that need no asking.
    /// - [`is_no_buffer_space`](Error::is_no_buffer_space) if too many questions wait already.
    /// - [`is_unsupported`](Error::is_unsupported) where the system has no descriptors to wait for.
    ///
    /// # System call
    ///
    /// `eventfd(2)`, or `pipe(2)`; on Windows a UDP socket of the loopback.
    pub fn start(&self, query: &Query) -> Result<Lookup> {
        let prepared = query.prepare()?;
        let notice = Arc::new(Notice::open().during(Operation::LookUp).map_err(|error| query.about(error))?);
        let state = match prepared {
            Prepared::Known(host) => {
                notice.signal().during(Operation::Wake)?;
                State::Known(host)
            }
            Prepared::Ask(question) => {
                let pending = self.begin(question)?;
                pending.job.tell(&notice);
                State::Pending(pending)
            }
        };
        Ok(Lookup { query: query.clone(), state, notice })
    }

    /// Looks up, and waits for the answer until the deadline at the latest.
    ///
    /// # Errors
    ///
    /// Those of [`Query::ask`]; [`is_deadline_passed`](Error::is_deadline_passed), with the name;
    /// [`is_no_buffer_space`](Error::is_no_buffer_space) if too many questions wait already.
    pub fn look_up(&self, query: &Query, deadline: impl Into<Deadline>) -> Result<Host> {
        match query.prepare()? {
            Prepared::Known(host) => Ok(host),
            Prepared::Ask(question) => self.begin(question)?.wait(query, deadline.into()),
        }
    }

    /// Returns how many threads there are now, and how many questions wait for one.
    #[must_use]
    pub fn load(&self) -> (usize, usize) {
        self.0.pool.load()
    }

    fn begin(&self, question: Question) -> Result<Pending> {
        let query = question.query().clone();
        let (threads, queue) = self.0.pool.limits();
        match self.0.pool.begin(question) {
            Ok(job) => Ok(Pending { job, pool: Arc::clone(&self.0.pool) }),
            Err(refusal) => Err(query.about(refused(refusal, threads, queue))),
        }
    }
}

#[cold]
fn refused(refusal: Refusal, threads: usize, queue: usize) -> Error {
    match refusal {
        Refusal::QueueIsFull => Error::new(Operation::LookUp, Errno::NOBUFS).with_detail(format!(
            "all {threads} threads are waiting for the system, and {queue} questions for them"
        )),
        Refusal::NoThread => {
            Error::new(Operation::LookUp, Errno::AGAIN).with_detail("the system gave no thread to ask from")
        }
    }
}

/// The interest in a job, which ends when it is dropped.
#[derive(Debug)]
struct Pending {
    job: Arc<Job>,
    pool: Arc<Pool>,
}

impl Pending {
    fn wait(&self, query: &Query, deadline: Deadline) -> Result<Host> {
        match self.job.wait(deadline) {
            Some(outcome) => outcome.map_err(|failure| query.error(failure)),
            None => Err(query.about(Error::deadline_passed(Operation::LookUp))),
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.pool.cancel(&self.job);
    }
}

/// A lookup under way: a source that is readable from its end on.
///
/// Any poller can wait for it beside sockets. The answer stays and can be taken again and again. Dropping the lookup cancels
/// it: a question that is not being asked yet and that nobody else has is not asked any more.
#[derive(Debug)]
pub struct Lookup {
    query: Query,
    state: State,
    notice: Arc<Notice>,
}

#[derive(Debug)]
enum State {
    Known(Host),
    Pending(Pending),
}

lends_source!([] Lookup, |it| it.notice.source());

impl Lookup {
    /// Returns the question.
    pub const fn query(&self) -> &Query {
        &self.query
    }

    /// Returns what came of it, or `None` while the system is being asked. Never waits.
    #[must_use]
    pub fn now(&self) -> Option<Result<Host>> {
        match &self.state {
            State::Known(host) => Some(Ok(host.clone())),
            State::Pending(pending) => {
                let outcome = pending.job.outcome()?;
                Some(outcome.map_err(|failure| self.query.error(failure)))
            }
        }
    }

    /// Waits for the answer until the deadline at the latest. The lookup goes on after that.
    ///
    /// # Errors
    ///
    /// Those of [`Query::ask`]; [`is_deadline_passed`](Error::is_deadline_passed), with the name.
    pub fn wait(&self, deadline: impl Into<Deadline>) -> Result<Host> {
        match &self.state {
            State::Known(host) => Ok(host.clone()),
            State::Pending(pending) => pending.wait(&self.query, deadline.into()),
        }
    }
}

impl Drop for Lookup {
    fn drop(&mut self) {
        if let State::Pending(pending) = &self.state {
            pending.job.forget(&self.notice);
        }
    }
}

// A system without descriptors has no lookups to wait for.
#[cfg(all(test, any(unix, windows), not(berkeley_sys = "unsupported")))]
#[allow(clippy::unwrap_used)]
mod tests;

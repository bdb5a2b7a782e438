//! Threads that ask the system, few of them, and the questions that wait for one.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::host::Host;
use super::query::Question;
use crate::deadline::Deadline;
use crate::error::LookupFailure;
use crate::sys::wake::Notice;

/// What came of a question.
pub(super) type Outcome = Result<Host, LookupFailure>;

/// How a question is asked: by the system's resolver, or in tests by what they want.
pub(super) type Ask = dyn Fn(&Question) -> Outcome + Send + Sync;

/// How long a thread without work waits for some.
const LINGER: Duration = Duration::from_secs(10);

/// One question under way, which any number of lookups wait for.
#[derive(Debug)]
pub(super) struct Job {
    question: Question,
    progress: Mutex<Progress>,
    done: Condvar,
}

#[derive(Debug, Default)]
struct Progress {
    outcome: Option<Outcome>,
    notices: Vec<Arc<Notice>>,
}

/// Takes a lock. Nothing panics while it has one.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Job {
    pub(super) fn outcome(&self) -> Option<Outcome> {
        lock(&self.progress).outcome.clone()
    }

    /// Waits for the outcome; `None` says that the deadline has passed.
    pub(super) fn wait(&self, deadline: Deadline) -> Option<Outcome> {
        let mut progress = lock(&self.progress);
        loop {
            if progress.outcome.is_some() {
                return progress.outcome.clone();
            }
            progress = match deadline.remaining() {
                Some(Duration::ZERO) => return None,
                Some(left) => {
                    self.done.wait_timeout(progress, left).unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.done.wait(progress).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Has the outcome told by `notice`, at once if it is there.
    pub(super) fn tell(&self, notice: &Arc<Notice>) {
        let mut progress = lock(&self.progress);
        if progress.outcome.is_some() {
            signal(notice);
        } else {
            progress.notices.push(Arc::clone(notice));
        }
    }

    pub(super) fn forget(&self, notice: &Arc<Notice>) {
        lock(&self.progress).notices.retain(|other| !Arc::ptr_eq(other, notice));
    }

    fn finish(&self, outcome: Outcome) {
        let mut progress = lock(&self.progress);
        progress.outcome = Some(outcome);
        progress.notices.drain(..).for_each(|notice| signal(&notice));
        self.done.notify_all();
    }
}

/// No system is known to refuse a write to a descriptor of one's own that is open.
fn signal(notice: &Notice) {
    let _ = notice.signal();
}

/// The threads and what they have to do.
pub(super) struct Pool {
    state: Mutex<State>,
    work: Condvar,
    ask: Box<Ask>,
    threads: usize,
    queue: usize,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Arc<Job>>,
    /// Every job that is queued or being asked, and how many lookups want it.
    jobs: HashMap<Question, (Arc<Job>, usize)>,
    threads: usize,
    /// How many of the threads are asking.
    busy: usize,
    is_closed: bool,
}

/// Why a question was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    QueueIsFull,
    NoThread,
}

impl Pool {
    pub(super) fn new(threads: usize, queue: usize, ask: Box<Ask>) -> Arc<Self> {
        let (state, work) = (Mutex::default(), Condvar::new());
        Arc::new(Self { state, work, ask, threads: threads.max(1), queue })
    }

    /// Joins the job that asks the same, or begins one.
    pub(super) fn begin(self: &Arc<Self>, question: Question) -> Result<Arc<Job>, Refusal> {
        let mut state = lock(&self.state);
        if let Some((job, wanted)) = state.jobs.get_mut(&question) {
            *wanted += 1;
            return Ok(Arc::clone(job));
        }
        // What is queued and a thread is about to take does not wait.
        if state.queue.len() >= self.queue.saturating_add(self.threads - state.busy) {
            return Err(Refusal::QueueIsFull);
        }
        if state.queue.len() >= state.threads - state.busy && state.threads < self.threads {
            let pool = Arc::clone(self);
            let spawned = thread::Builder::new().name("resolver".to_owned()).spawn(move || pool.work());
            match spawned {
                Ok(_) => state.threads += 1,
                Err(_) if state.threads == 0 => return Err(Refusal::NoThread),
                Err(_) => {}
            }
        }
        let job =
            Arc::new(Job { question: question.clone(), progress: Mutex::default(), done: Condvar::new() });
        state.jobs.insert(question, (Arc::clone(&job), 1));
        state.queue.push_back(Arc::clone(&job));
        self.work.notify_one();
        Ok(job)
    }

    /// Takes a lookup's interest back. What nobody wants and nobody asks yet is not asked.
    pub(super) fn cancel(&self, job: &Arc<Job>) {
        let mut state = lock(&self.state);
        let State { jobs, queue, .. } = &mut *state;
        let Some((_, wanted)) = jobs.get_mut(&job.question).filter(|(own, _)| Arc::ptr_eq(own, job)) else {
            return;
        };
        *wanted = wanted.saturating_sub(1);
        if *wanted > 0 {
            return;
        }
        if let Some(at) = queue.iter().position(|queued| Arc::ptr_eq(queued, job)) {
            queue.remove(at);
            jobs.remove(&job.question);
        }
    }

    /// Ends the threads once nothing is left to do.
    pub(super) fn close(&self) {
        lock(&self.state).is_closed = true;
        self.work.notify_all();
    }

    /// What a thread does.
    fn work(&self) {
        while let Some(job) = self.next() {
            let outcome = (self.ask)(&job.question);
            let mut state = lock(&self.state);
            state.busy -= 1;
            // From here on the same question is asked anew.
            state.jobs.remove(&job.question);
            drop(state);
            job.finish(outcome);
        }
    }

    /// Waits for a job; `None` ends the thread, which is no longer counted then.
    fn next(&self) -> Option<Arc<Job>> {
        let mut state = lock(&self.state);
        let linger = Deadline::after(LINGER);
        loop {
            if let Some(job) = state.queue.pop_front() {
                state.busy += 1;
                return Some(job);
            }
            let left = linger.remaining().unwrap_or_default();
            if state.is_closed || left.is_zero() {
                state.threads -= 1;
                return None;
            }
            state = self.work.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// How many threads there are, and how many questions wait for one.
    pub(super) fn load(&self) -> (usize, usize) {
        let state = lock(&self.state);
        (state.threads, state.queue.len())
    }

    pub(super) const fn limits(&self) -> (usize, usize) {
        (self.threads, self.queue)
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (threads, waiting) = self.load();
        f.debug_struct("Pool").field("threads", &threads).field("waiting", &waiting).finish_non_exhaustive()
    }
}

//! Waiting for many sources at once: the poller, its keys, events, timers and wakers.

mod add;
mod alarms;
mod event;
mod register;
mod slab;
mod sleep;
mod timer;
mod waker;

use std::collections::HashMap;
use std::fmt;
use std::time::Instant;

pub use self::add::AddError;
use self::alarms::Alarms;
pub use self::event::{Event, Events, Iter};
use self::register::NumberHasher;
use self::slab::{Slab, Slot};
use self::sleep::Sleep;
pub use self::waker::Waker;
use crate::deadline::Deadline;
use crate::error::{Errno, Error, Operation, Result};
use crate::ready::{Interest, Ready, Trigger};
use crate::source::AsSource;
pub use crate::sys::poll::{Backend, UnknownBackend};
use crate::sys::poll::{Mechanism, Number};

/// Names an entry or a timer of one poller.
///
/// A key is never used again: once what it names is removed, it finds nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(Slot);

impl Key {
    /// What events of wakers have as their key; it finds nothing.
    pub const WAKER: Self = Self(Slot::from_bits(crate::sys::poll::WAKE));
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::WAKER {
            return f.write_str("Key(waker)");
        }
        write!(f, "Key({:#x})", self.0.bits())
    }
}

/// Waits for many sources at once, and owns them.
///
/// `T` is a type of the user's own that lends a source: a socket, an [`Arc`](std::sync::Arc) of one, a structure that
/// has one beside all that belongs to the connection, an enum of such. An entry is [added](Self::add) with an
/// [`Interest`], found by its [`Key`], and given back when it is [removed](Self::remove).
///
/// # Guarantees
///
/// - No event reaches an entry that was removed, or another that has its place or its descriptor's number: the key of
///   such an event finds nothing.
/// - The same interest means the same with every [`Backend`]; a backend that cannot do it refuses it.
/// - A wait never ends before something happened or its deadline passed. Interrupted system calls are repeated.
/// - A registration changes nothing about the source: not its mode, nor how its calls behave.
///
/// # Sources that change
///
/// An entry keeps lending the source that it was added with. One whose source was replaced is found out, at the latest
/// by the next event: it gets an event for which [`is_detached`](Event::is_detached) holds, and the old source is waited
/// for no more. A new source under the same number cannot be told from the old one, except that nothing comes of it;
/// [`set_interest`](Self::set_interest) registers it. A duplicate of a source is a source of its own.
///
/// # Examples
///
/// An echo server. The entry says what the event is about.
///
/// ```
/// use berkeley::{Deadline, Events, Interest, Poller, Result, SECOND, TcpListener, TcpStream};
/// # use berkeley::{AsSource, Source};
///
/// enum Peer {
///     Door(TcpListener),
///     Guest(TcpStream),
/// }
///
/// impl AsSource for Peer {
///     fn as_source(&self) -> Source<'_> {
///         match self {
///             Self::Door(listener) => listener.as_source(),
///             Self::Guest(stream) => stream.as_source(),
///         }
///     }
/// }
///
/// fn serve(poller: &mut Poller<Peer>, events: &mut Events) -> Result<()> {
///     poller.wait(events, Deadline::after(SECOND * 10))?;
///     for event in &*events {
///         while let Some(Peer::Door(listener)) = poller.get_mut(event.key()) {
///             let Some((stream, _)) = listener.now().accept()? else { break };
///             poller.add(Peer::Guest(stream), Interest::READABLE)?;
///         }
///         if let Some(Peer::Guest(stream)) = poller.get_mut(event.key()) {
///             let mut buffer = [0; 512];
///             match stream.now().recv(&mut buffer)? {
///                 Some(0) => drop(poller.remove(event.key())),
///                 Some(length) => _ = stream.now().send(&buffer[..length])?,
///                 None => {}
///             }
///         }
///     }
///     Ok(())
/// }
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let client = TcpStream::connect(listener.local_address()?)?;
/// client.send(b"hello")?;
///
/// let (mut poller, mut events) = (Poller::new()?, Events::new());
/// poller.add(Peer::Door(listener), Interest::READABLE)?;
/// serve(&mut poller, &mut events)?;                             // the guest comes
/// serve(&mut poller, &mut events)?;                             // and is heard
/// let mut answer = [0; 5];
/// assert_eq!(client.recv(&mut answer)?, 5);
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Debug)]
pub struct Poller<T> {
    // Is dropped first, so that it never has a source that is closed.
    mechanism: Mechanism,
    entries: Slab<Entry<T>>,
    timers: usize,
    /// Which place has registered a number.
    owners: HashMap<Number, u32, NumberHasher>,
    alarms: Alarms,
    waker: Option<Waker>,
}

/// What the slab holds: an entry with its registration, or a timer, which has no value.
#[derive(Debug)]
struct Entry<T> {
    value: Option<T>,
    /// The number that was registered. Nothing is registered of a timer, nor of an entry whose source has changed.
    number: Option<Number>,
    interest: Interest,
}

impl<T> Poller<T> {
    /// Opens a poller with the best backend of this system.
    ///
    /// # Errors
    ///
    /// `EMFILE`, `ENFILE`: no descriptor is left.
    ///
    /// # System call
    ///
    /// `epoll_create1(2)`, `kqueue(2)`, `CreateIoCompletionPort`.
    pub fn new() -> Result<Self> {
        match Backend::available().first() {
            Some(best) => Self::with_backend(*best),
            None => Err(Error::unsupported(Operation::OpenPoller, "waiting for many sources")),
        }
    }

    /// Opens a poller with a backend of the caller's choice.
    ///
    /// # Errors
    ///
    /// `Unsupported` if it is none of [`Backend::available`].
    pub fn with_backend(backend: Backend) -> Result<Self> {
        let mechanism = Mechanism::open(backend).map_err(|errno| match errno {
            Errno::OPNOTSUPP => Error::unsupported(Operation::OpenPoller, backend.name()),
            _ => Error::new(Operation::OpenPoller, errno),
        })?;
        Ok(Self {
            mechanism,
            entries: Slab::new(),
            timers: 0,
            owners: HashMap::default(),
            alarms: Alarms::default(),
            waker: None,
        })
    }

    /// Returns the backend.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.mechanism.backend()
    }

    /// Returns what ends a wait from any thread. All wakers of a poller are one.
    ///
    /// # Errors
    ///
    /// `EMFILE`, `ENFILE`: no descriptor is left.
    ///
    /// # System call
    ///
    /// `eventfd(2)` the first time, or what the system has instead.
    pub fn waker(&mut self) -> Result<Waker> {
        if let Some(waker) = &self.waker {
            return Ok(waker.clone());
        }
        let wake = self.mechanism.wake().map_err(|errno| Error::new(Operation::OpenPoller, errno))?;
        Ok(self.waker.insert(Waker::new(wake)).clone())
    }

    /// Returns the entry, if it is still there.
    #[inline]
    #[must_use]
    pub fn get(&self, key: Key) -> Option<&T> {
        self.entries.get(key.0)?.value.as_ref()
    }

    /// Returns the entry for changes, if it is still there. It keeps lending the same source.
    #[inline]
    #[must_use]
    pub fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        self.entries.get_mut(key.0)?.value.as_mut()
    }

    /// Returns several entries for changes at once; `None` if one is not there or two keys are the same.
    #[must_use]
    pub fn get_disjoint_mut<const N: usize>(&mut self, keys: [Key; N]) -> Option<[&mut T; N]> {
        let entries = self.entries.get_disjoint_mut(keys.map(|key| key.0))?;
        let values = entries.map(|entry| entry.value.as_mut());
        // A timer has no value.
        if values.iter().any(Option::is_none) {
            return None;
        }
        Some(values.map(|value| value.unwrap_or_else(|| unreachable!("each was looked at"))))
    }

    /// Returns `true` if the entry or the timer is still there.
    #[must_use]
    pub fn contains(&self, key: Key) -> bool {
        self.entries.get(key.0).is_some()
    }

    /// Returns what is waited for on an entry: [`Interest::NONE`] after its one report, if it has
    /// [`Trigger::Once`], and when its source has changed.
    #[must_use]
    pub fn interest(&self, key: Key) -> Option<Interest> {
        let entry = self.entries.get(key.0)?;
        entry.value.as_ref().map(|_| entry.interest)
    }

    /// Goes through the entries, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (Key, &T)> {
        self.entries.iter().filter_map(|(slot, entry)| Some((Key(slot), entry.value.as_ref()?)))
    }

    /// Goes through the entries for changes. Each keeps lending the same source.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Key, &mut T)> {
        self.entries.iter_mut().filter_map(|(slot, entry)| Some((Key(slot), entry.value.as_mut()?)))
    }

    /// Returns the number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len() - self.timers
    }

    /// Returns `true` if there are no entries; there may be timers.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T: AsSource> Poller<T> {
    /// Waits until something happens, or the deadline has passed; then `events` is empty.
    ///
    /// What was in `events` before is gone.
    ///
    /// # Errors
    ///
    /// What the system says against waiting, which for a poller that was opened is lack of memory.
    ///
    /// # Platform notes
    ///
    /// - Linux: to the nanosecond, and not before, as the kernel's timers are; before 5.11 with one more call.
    /// - FreeBSD, OpenBSD, DragonFly: to the nanosecond.
    /// - poll(2) of macOS and NetBSD, Windows: to the millisecond, rounded up.
    ///
    /// # System call
    ///
    /// `epoll_wait(2)`, `epoll_pwait2(2)`, `kevent(2)`, `poll(2)`, `GetQueuedCompletionStatusEx`, `WSAPoll`: one.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "where calls return right after a system call, that return is slow"
    )]
    pub fn wait(&mut self, events: &mut Events, deadline: impl Into<Deadline>) -> Result<()> {
        let deadline = deadline.into();
        events.clear();
        loop {
            let until = self.alarms.first().map_or(deadline, |alarm| deadline.earlier(Deadline::at(alarm)));
            self.gather(events, until)?;
            if self.alarms.first().is_some() {
                self.expire(events);
            }
            if !events.is_empty() || deadline.has_passed() {
                return Ok(());
            }
        }
    }

    /// Waits once, as long as nobody has used a waker; takes what is ready.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as `wait`")]
    fn gather(&mut self, events: &mut Events, until: Deadline) -> Result<()> {
        let sleep = self.waker.as_ref().map(|Waker(shared)| &shared.sleep);
        let undisturbed = sleep.is_none_or(Sleep::begin);
        let collected = self.collect(events, if undisturbed { until } else { Deadline::now() });
        if self.waker.as_ref().is_some_and(|Waker(shared)| shared.sleep.end()) {
            events.push(Event::new(Key::WAKER, Ready::WOKEN));
        }
        collected
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as `wait`")]
    fn collect(&mut self, events: &mut Events, until: Deadline) -> Result<()> {
        let Self { mechanism, entries, .. } = self;
        let (mut dead, mut changed) = (false, false);
        let waited = mechanism.wait(events.capacity(), until.remaining(), |token, said| {
            let slot = Slot::from_bits(token);
            let Some(entry) = entries.get_mut(slot) else {
                dead = true;
                return;
            };
            if entry.is_as_asked(said) {
                events.push(Event::new(Key(slot), said));
                return;
            }
            let ready = entry.report(said);
            changed |= ready.contains(Ready::DETACHED);
            if !ready.is_empty() {
                events.push(Event::new(Key(slot), ready));
            }
        });
        if changed {
            self.detach_changed(events);
        }
        if dead {
            self.renew()?;
        }
        match waited {
            Ok(()) | Err(Errno::INTR) => Ok(()),
            Err(errno) => Err(Error::new(Operation::Wait, errno)),
        }
    }

    /// Reports the deadlines and timers whose time has come, each once.
    #[cold]
    fn expire(&mut self, events: &mut Events) {
        let now = Instant::now();
        while let Some((place, times)) = self.alarms.due(now) {
            if let Some(slot) = self.entries.at(place) {
                events.push(Event::timed_out(Key(slot), times));
            }
        }
    }
}

impl<T: AsSource> Entry<T> {
    /// Returns `true` if what the system said is told to the user as it is: nothing but what was asked for, again and
    /// again.
    #[inline]
    fn is_as_asked(&self, said: Ready) -> bool {
        self.interest.ready().contains(said) && self.interest.trigger() != Trigger::Once && !self.is_changed()
    }

    /// Makes of what the system said what is told to the user.
    #[inline(never)]
    fn report(&mut self, said: Ready) -> Ready {
        const TROUBLE: Ready = Ready::HANG_UP.union(Ready::ERROR);
        if self.is_changed() || said.contains(Ready::DETACHED) {
            return Ready::DETACHED;
        }
        let asked = self.interest.ready();
        if asked.is_empty() {
            return asked;
        }
        let mut ready = said & (asked | Ready::READ_CLOSED | TROUBLE);
        if said.intersects(TROUBLE) {
            ready |= asked;
        }
        if self.interest.trigger() == Trigger::Once && !ready.is_empty() {
            self.interest = Interest::NONE;
        }
        ready
    }

    /// Returns `true` if another source is lent than was registered.
    #[inline]
    fn is_changed(&self) -> bool {
        match (&self.value, self.number) {
            (Some(value), Some(number)) => {
                crate::sys::descriptor::number(value.as_source().borrowed()) != number
            }
            (value, _) => value.is_some(),
        }
    }

    #[inline]
    fn lent(&self) -> Option<Number> {
        self.value.as_ref().map(|value| crate::sys::descriptor::number(value.as_source().borrowed()))
    }
}

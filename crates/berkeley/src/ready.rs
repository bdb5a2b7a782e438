//! What is waited for, and what came of it.

use std::fmt;
use std::ops::{BitOr, BitOrAssign};

use bitflags::bitflags;

bitflags! {
    // The bits are those of epoll(7) and of poll(2) on Linux, where taking them over is then one instruction.
    /// What has become of a source.
    ///
    /// [`READABLE`](Self::READABLE), [`WRITABLE`](Self::WRITABLE) and [`PRIORITY`](Self::PRIORITY) are guaranteed: they
    /// come to whoever asked for them, and an error or a hang-up makes a source ready for all that was asked. A loop
    /// that looks at nothing else is complete. The others say more, where the system does.
    ///
    /// # Platform notes
    ///
    /// | flag | hint because |
    /// |---|---|
    /// | `READ_CLOSED` | poll(2) of macOS, NetBSD and OpenBSD does not tell; a receive of no bytes does everywhere |
    /// | `HANG_UP` | some systems tell it of one half, some of both |
    /// | `ERROR` | where no pending error is told apart, the next call gives it |
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct Ready: u16 {
        /// A receive or accept would not wait: there is data, a connection, the end of the data, or an error.
        #[doc(alias = "POLLIN")]
        #[doc(alias = "EPOLLIN")]
        const READABLE = 1;
        /// A send would not wait: there is room, a connect has ended, or there is an error.
        #[doc(alias = "POLLOUT")]
        #[doc(alias = "EPOLLOUT")]
        const WRITABLE = 4;
        /// There is urgent data.
        #[doc(alias = "POLLPRI")]
        #[doc(alias = "EPOLLPRI")]
        const PRIORITY = 2;
        /// The peer has closed its sending half: after the data that is there comes the end.
        #[doc(alias = "POLLRDHUP")]
        #[doc(alias = "EPOLLRDHUP")]
        const READ_CLOSED = 0x2000;
        /// Both halves are closed.
        #[doc(alias = "POLLHUP")]
        #[doc(alias = "EPOLLHUP")]
        const HANG_UP = 0x10;
        /// An error is pending, or on Linux a message in the error queue.
        #[doc(alias = "POLLERR")]
        #[doc(alias = "EPOLLERR")]
        const ERROR = 8;
        /// A deadline or a timer has passed.
        const TIMED_OUT = 0x40;
        /// The entry no longer lends the source that it was registered with, and is not waited for any more.
        #[doc(alias = "POLLNVAL")]
        const DETACHED = 0x20;
        /// A waker was used.
        const WOKEN = 0x80;
    }
}

/// When a source that is ready is reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// By every wait, for as long as it is ready.
    #[default]
    Level,
    /// Once for each time that something arrives, or that room becomes free: what is ready when it is registered, and
    /// then each news. Whoever leaves something behind hears of it with the next.
    #[doc(alias = "EPOLLET")]
    #[doc(alias = "EV_CLEAR")]
    Edge,
    /// Once, and then no more until the interest is set again.
    #[doc(alias = "EPOLLONESHOT")]
    #[doc(alias = "EV_DISPATCH")]
    Once,
}

/// What to wait for on a source, and when to report it.
///
/// # Examples
///
/// ```
/// use berkeley::{Interest, Trigger};
///
/// let both = Interest::READABLE | Interest::WRITABLE;
/// assert!(both.is_readable() && both.is_writable() && !both.is_priority());
/// assert_eq!(both.edge().trigger(), Trigger::Edge);
/// assert_eq!(format!("{:?}", both.once()), "READABLE | WRITABLE, once");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Interest {
    ready: Ready,
    trigger: Trigger,
    exclusive: bool,
}

impl Interest {
    /// Nothing: the source stays registered, and not even an error of it is reported.
    pub const NONE: Self = Self::of(Ready::empty());
    /// Data, a connection, the end of the data.
    pub const READABLE: Self = Self::of(Ready::READABLE);
    /// Room for data, the end of a connect.
    pub const WRITABLE: Self = Self::of(Ready::WRITABLE);
    /// Urgent data.
    pub const PRIORITY: Self = Self::of(Ready::PRIORITY);

    pub(crate) const fn of(ready: Ready) -> Self {
        Self { ready, trigger: Trigger::Level, exclusive: false }
    }

    /// Reports each arrival once: [`Trigger::Edge`].
    #[must_use]
    pub const fn edge(self) -> Self {
        Self { trigger: Trigger::Edge, ..self }
    }

    /// Reports once, then no more until the interest is set again: [`Trigger::Once`].
    #[must_use]
    pub const fn once(self) -> Self {
        Self { trigger: Trigger::Once, ..self }
    }

    /// Reports for as long as the source is ready: [`Trigger::Level`], as is the rule.
    #[must_use]
    pub const fn level(self) -> Self {
        Self { trigger: Trigger::Level, ..self }
    }

    /// Has one poller woken, and not all, of several that wait for the same source in this way: of the threads that accept
    /// from one listener, for example.
    ///
    /// A hint: more than one may be woken, and who was woken may find nothing.
    ///
    /// # Platform notes
    ///
    /// - epoll(7), since Linux 4.5: readability and writability, by levels and edges. That the peer has closed its sending
    ///   half is not told apart then. With anything else, and with other backends, all are woken.
    #[doc(alias = "EPOLLEXCLUSIVE")]
    #[must_use]
    pub const fn exclusive(self) -> Self {
        Self { exclusive: true, ..self }
    }

    /// Returns `true` if one poller is to be woken of several.
    #[inline]
    #[must_use]
    pub const fn is_exclusive(self) -> bool {
        self.exclusive
    }

    /// Returns when a source that is ready is reported.
    #[inline]
    #[must_use]
    pub const fn trigger(self) -> Trigger {
        self.trigger
    }

    /// Returns what is asked for, as what can come of it.
    #[inline]
    #[must_use]
    pub const fn ready(self) -> Ready {
        self.ready
    }

    /// Returns `true` if readability is asked for.
    #[inline]
    #[must_use]
    pub const fn is_readable(self) -> bool {
        self.ready.contains(Ready::READABLE)
    }

    /// Returns `true` if writability is asked for.
    #[inline]
    #[must_use]
    pub const fn is_writable(self) -> bool {
        self.ready.contains(Ready::WRITABLE)
    }

    /// Returns `true` if urgent data is asked for.
    #[inline]
    #[must_use]
    pub const fn is_priority(self) -> bool {
        self.ready.contains(Ready::PRIORITY)
    }

    /// Returns `true` if nothing is asked for.
    #[inline]
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.ready.is_empty()
    }

    /// Returns the interest without what `other` asks for.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self { ready: self.ready.difference(other.ready), ..self }
    }
}

/// What either asks for, reported and woken as the left one says.
impl BitOr for Interest {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self { ready: self.ready | other.ready, ..self }
    }
}

impl BitOrAssign for Interest {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

impl fmt::Debug for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return f.write_str("NONE");
        }
        bitflags::parser::to_writer(&self.ready, &mut *f)?;
        f.write_str(match self.trigger {
            Trigger::Level => "",
            Trigger::Edge => ", edge",
            Trigger::Once => ", once",
        })?;
        f.write_str(if self.exclusive { ", exclusive" } else { "" })
    }
}

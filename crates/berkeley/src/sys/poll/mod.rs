//! Waiting on many sources at once: one mechanism of a system a file, one contract.
//!
//! A mechanism remembers sources, each with a token and an interest, and tells which tokens became ready.
//!
//! - `add` takes a source that is not there yet; `modify` and `remove` one that is. A mechanism that notices that the
//!   system has forgotten a source, because somebody closed it, answers `modify` with `ENOENT`.
//! - `wait` reports at most so many tokens as it was asked for, each at most once, and goes round where more are ready.
//!   It may end before its limit, with nothing.
//! - What is reported is what the system said, as [`Ready`]; an error or a hang-up is reported in any case. Who waits
//!   makes of it what was asked for.
//! - [`Interest::NONE`] keeps a source without a report that comes again and again.
//! - After a report to a source with [`Trigger::Once`] it is as if its interest were none.

#![cfg_attr(
    any(berkeley_sys = "unsupported", not(any(unix, windows))),
    allow(unused_variables, reason = "without a mechanism, nothing is done with what is given")
)]

#[cfg(all(windows, not(berkeley_sys = "unsupported")))]
pub(super) mod completion_port;
#[cfg(all(linux_like, not(berkeley_sys = "unsupported")))]
mod epoll;
#[cfg(all(bsd, not(berkeley_sys = "unsupported")))]
mod kqueue;
#[cfg(all(any(unix, windows), not(berkeley_sys = "unsupported")))]
mod list;
mod nest;
#[cfg(all(windows, not(berkeley_sys = "unsupported")))]
mod pipes;

pub(crate) use self::nest::Nest;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use super::Result;
use super::descriptor::Borrowed;
use super::wake::Wake;
use crate::error::Errno;
use crate::ready::{Interest, Ready, Trigger};

/// The token of the waker, which no source has.
pub(crate) const WAKE: u64 = u64::MAX;

/// A mechanism of the system to wait on many sources.
///
/// All give the same meaning to the same interest. Where one cannot, adding such an interest answers `Unsupported`.
///
/// # Platform notes
///
/// | backend | systems | edge-triggered | cost of a wait |
/// |---|---|---|---|
/// | `Epoll` | Linux, Android | yes | what is ready |
/// | `Kqueue` | FreeBSD, NetBSD, OpenBSD, DragonFly, Apple's | yes | what is ready |
/// | `Poll` | every Unix | no | what is registered |
/// | `CompletionPort` | Windows | no | what is ready |
/// | `WsaPoll` | Windows | no | what is registered |
///
/// Named pipes of Windows are sources of `CompletionPort` alone.
///
/// `WsaPoll` cannot be kept from noticing that a peer has closed its half: while only writability is asked of such a
/// source, and it is not writable, a wait keeps the processor busy.
///
/// # Examples
///
/// ```
/// use berkeley::{Backend, Poller, UnixStream};
///
/// # if !cfg!(unix) { return Ok(()); }
/// for &backend in Backend::available() {
///     let poller = Poller::<UnixStream>::with_backend(backend)?;
///     assert_eq!(poller.backend(), backend);
/// }
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// epoll(7).
    Epoll,
    /// kqueue(2).
    Kqueue,
    /// poll(2).
    Poll,
    /// An I/O completion port with requests to the driver of the sockets (AFD).
    CompletionPort,
    /// WSAPoll.
    WsaPoll,
}

impl Backend {
    /// Every backend there is on any system, with its name.
    const NAMES: [(Self, &'static str); 5] = [
        (Self::Epoll, "epoll"),
        (Self::Kqueue, "kqueue"),
        (Self::Poll, "poll"),
        (Self::CompletionPort, "completion-port"),
        (Self::WsaPoll, "wsapoll"),
    ];

    /// Returns the backends of this system, the best first.
    #[must_use]
    pub const fn available() -> &'static [Self] {
        AVAILABLE
    }

    /// Returns `true` if sources can be reported that way.
    #[must_use]
    pub const fn supports(self, trigger: Trigger) -> bool {
        match trigger {
            Trigger::Level | Trigger::Once => true,
            Trigger::Edge => matches!(self, Self::Epoll | Self::Kqueue),
        }
    }

    /// Returns the name, as [`FromStr`] takes it: `epoll`, `kqueue`, `poll`, `completion-port`, `wsapoll`.
    #[must_use]
    pub fn name(self) -> &'static str {
        let row = Self::NAMES.iter().find(|(backend, _)| *backend == self);
        row.map_or("", |(_, name)| name)
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The error of a text that names no backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownBackend(String);

impl fmt::Display for UnknownBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no backend: expected one of", self.0)?;
        Backend::NAMES.iter().try_for_each(|(_, name)| write!(f, " {name}"))
    }
}

impl std::error::Error for UnknownBackend {}

impl FromStr for Backend {
    type Err = UnknownBackend;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownBackend> {
        let row = Self::NAMES.iter().find(|(_, name)| *name == text);
        row.map(|(backend, _)| *backend).ok_or_else(|| UnknownBackend(text.to_owned()))
    }
}

/// Makes the sum of the mechanisms of a system, which hands each call to the one that is there.
macro_rules! mechanisms {
    ($($(#[$condition:meta])* $name:ident($type:ty)),* $(,)?) => {
        /// The backends of this system, the best first.
        const AVAILABLE: &[Backend] = &[$($(#[$condition])* Backend::$name),*];

        /// One of the mechanisms of this system.
        #[derive(Debug)]
        pub(crate) enum Mechanism {
            $($(#[$condition])* $name($type),)*
        }

        impl Mechanism {
            pub(crate) fn open(backend: Backend) -> Result<Self> {
                match backend {
                    $($(#[$condition])* Backend::$name => <$type>::open().map(Self::$name),)*
                    #[allow(unreachable_patterns, reason = "a system may have all")]
                    _ => Err(Errno::OPNOTSUPP),
                }
            }

            pub(crate) fn backend(&self) -> Backend {
                match *self {
                    $($(#[$condition])* Self::$name(_) => Backend::$name,)*
                }
            }

            #[inline]
            pub(crate) fn add(&mut self, source: Borrowed<'_>, token: u64, interest: Interest) -> Result<()> {
                match *self {
                    $($(#[$condition])* Self::$name(ref mut mechanism) => mechanism.add(source, token, interest),)*
                }
            }

            #[inline]
            pub(crate) fn modify(&mut self, source: Borrowed<'_>, token: u64, interest: Interest) -> Result<()> {
                match *self {
                    $($(#[$condition])* Self::$name(ref mut mechanism) => mechanism.modify(source, token, interest),)*
                }
            }

            /// Forgets a source by its number, which may have been closed since.
            #[inline]
            pub(crate) fn remove(&mut self, number: Number, token: u64) -> Result<()> {
                match *self {
                    $($(#[$condition])* Self::$name(ref mut mechanism) => mechanism.remove(number, token),)*
                }
            }

            /// Forgets a source that is about to be closed, which ends its registration where the system has it.
            #[inline]
            pub(crate) fn forget(&mut self, number: Number, token: u64) -> Result<()> {
                match *self {
                    $($(#[$condition])* Self::$name(ref mut mechanism) => mechanism.forget(number, token),)*
                }
            }

            /// Waits until something is ready, a wake was used, or the limit is over.
            #[inline(always)]
            #[allow(clippy::inline_always, reason = "as `Poller::wait`")]
            pub(crate) fn wait(
                &mut self,
                most: usize,
                limit: Option<Duration>,
                report: impl FnMut(u64, Ready),
            ) -> Result<()> {
                match *self {
                    $($(#[$condition])* Self::$name(ref mut mechanism) => mechanism.wait(most, limit, report),)*
                }
            }

            /// Makes what ends a wait from elsewhere. Called once.
            pub(crate) fn wake(&mut self) -> Result<Arc<Wake>> {
                match *self {
                    $($(#[$condition])* Self::$name(ref mut mechanism) => mechanism.wake(),)*
                }
            }

            /// Forgets all sources, those too that cannot be named any more; returns `false` where there are no such.
            pub(crate) fn renew(&mut self) -> Result<bool> {
                match *self {
                    $($(#[$condition])* Self::$name(ref mut mechanism) => mechanism.renew(),)*
                }
            }
        }
    };
}

mechanisms! {
    #[cfg(all(linux_like, not(berkeley_sys = "unsupported")))]
    Epoll(epoll::Epoll),
    #[cfg(all(bsd, not(berkeley_sys = "unsupported")))]
    Kqueue(kqueue::Kqueue),
    #[cfg(all(unix, not(berkeley_sys = "unsupported")))]
    Poll(list::List),
    #[cfg(all(windows, not(berkeley_sys = "unsupported")))]
    CompletionPort(completion_port::CompletionPort),
    #[cfg(all(windows, not(berkeley_sys = "unsupported")))]
    WsaPoll(list::List),
}

/// The number of a source, as the system counts.
pub(crate) use super::descriptor::Number;

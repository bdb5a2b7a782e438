//! What ends a wait from another thread: one way a file.

#[cfg(all(windows, not(berkeley_sys = "unsupported")))]
mod datagram;
#[cfg(all(any(linux_like, freebsd), not(berkeley_sys = "unsupported")))]
mod eventfd;
#[cfg(all(unix, not(any(linux_like, freebsd, berkeley_sys = "unsupported"))))]
mod pipe;

#[cfg(all(windows, not(berkeley_sys = "unsupported")))]
use self::datagram::Datagram;
#[cfg(all(any(linux_like, freebsd), not(berkeley_sys = "unsupported")))]
pub(crate) use self::eventfd::EventFd;
#[cfg(all(unix, not(any(linux_like, freebsd, berkeley_sys = "unsupported"))))]
pub(crate) use self::pipe::Pipe;
use super::Result;
#[cfg(all(any(unix, windows), not(berkeley_sys = "unsupported")))]
use super::descriptor::Borrowed;

/// What one thread makes readable, once, for another that waits for it among its sources.
#[cfg(all(any(linux_like, freebsd), not(berkeley_sys = "unsupported")))]
pub(crate) type Notice = EventFd;
#[cfg(all(unix, not(any(linux_like, freebsd, berkeley_sys = "unsupported"))))]
pub(crate) type Notice = Pipe;
#[cfg(all(windows, not(berkeley_sys = "unsupported")))]
pub(crate) type Notice = Datagram;
#[cfg(any(berkeley_sys = "unsupported", not(any(unix, windows))))]
pub(crate) type Notice = NoNotice;

/// A system without descriptors has nothing to wait for.
#[cfg(any(berkeley_sys = "unsupported", not(any(unix, windows))))]
#[derive(Debug)]
pub(crate) enum NoNotice {}

#[cfg(any(berkeley_sys = "unsupported", not(any(unix, windows))))]
impl NoNotice {
    pub(crate) fn open() -> Result<Self> {
        Err(crate::error::Errno::OPNOTSUPP)
    }

    pub(crate) fn signal(&self) -> Result<()> {
        match *self {}
    }

    pub(crate) fn source(&self) -> super::descriptor::Borrowed<'_> {
        match *self {}
    }
}

/// What ends a wait from another thread.
#[derive(Debug)]
pub(crate) enum Wake {
    #[cfg(all(any(linux_like, freebsd), not(berkeley_sys = "unsupported")))]
    EventFd(EventFd),
    #[cfg(all(unix, not(any(linux_like, freebsd, berkeley_sys = "unsupported"))))]
    Pipe(Pipe),
    #[cfg(all(windows, not(berkeley_sys = "unsupported")))]
    Port(super::poll::completion_port::Port),
    #[cfg(all(windows, not(berkeley_sys = "unsupported")))]
    Datagram(Datagram),
}

impl Wake {
    /// Makes one that can be waited for as any source.
    #[cfg(all(any(unix, windows), not(berkeley_sys = "unsupported")))]
    pub(super) fn for_poll() -> Result<Self> {
        #[cfg(any(linux_like, freebsd))]
        return EventFd::open().map(Self::EventFd);
        #[cfg(all(unix, not(any(linux_like, freebsd))))]
        return Pipe::open().map(Self::Pipe);
        #[cfg(windows)]
        return Datagram::open().map(Self::Datagram);
    }

    /// Lends what can be waited for, where there is such.
    #[cfg(all(any(unix, windows), not(berkeley_sys = "unsupported")))]
    #[allow(clippy::unnecessary_wraps, reason = "a completion port cannot")]
    pub(super) fn source(&self) -> Option<Borrowed<'_>> {
        match *self {
            #[cfg(any(linux_like, freebsd))]
            Self::EventFd(ref wake) => Some(wake.source()),
            #[cfg(all(unix, not(any(linux_like, freebsd))))]
            Self::Pipe(ref wake) => Some(wake.source()),
            #[cfg(windows)]
            Self::Port(_) => None,
            #[cfg(windows)]
            Self::Datagram(ref wake) => Some(wake.source()),
        }
    }

    /// Ends the wait that is under way, or the next one.
    #[inline]
    pub(crate) fn signal(&self) -> Result<()> {
        match *self {
            #[cfg(all(any(linux_like, freebsd), not(berkeley_sys = "unsupported")))]
            Self::EventFd(ref wake) => wake.signal(),
            #[cfg(all(unix, not(any(linux_like, freebsd, berkeley_sys = "unsupported"))))]
            Self::Pipe(ref wake) => wake.signal(),
            #[cfg(all(windows, not(berkeley_sys = "unsupported")))]
            Self::Port(ref port) => port.signal(),
            #[cfg(all(windows, not(berkeley_sys = "unsupported")))]
            Self::Datagram(ref wake) => wake.signal(),
        }
    }

    /// Forgets that it was used, where it would be told again and again.
    #[cfg(all(any(unix, windows), not(berkeley_sys = "unsupported")))]
    pub(super) fn clear(&self) {
        match *self {
            #[cfg(all(any(linux_like, freebsd), not(berkeley_sys = "unsupported")))]
            Self::EventFd(ref wake) => wake.clear(),
            #[cfg(all(unix, not(any(linux_like, freebsd, berkeley_sys = "unsupported"))))]
            Self::Pipe(ref wake) => wake.clear(),
            #[cfg(windows)]
            Self::Port(_) => {}
            #[cfg(windows)]
            Self::Datagram(ref wake) => wake.clear(),
        }
    }
}

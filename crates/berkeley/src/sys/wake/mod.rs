//! What ends a wait from another thread: one way a file.

#[cfg(all(any(linux_like, freebsd), not(berkeley_sys = "unsupported")))]
mod eventfd;
#[cfg(all(unix, not(any(linux_like, freebsd, berkeley_sys = "unsupported"))))]
mod pipe;

#[cfg(all(any(linux_like, freebsd), not(berkeley_sys = "unsupported")))]
pub(crate) use self::eventfd::EventFd;
#[cfg(all(unix, not(any(linux_like, freebsd, berkeley_sys = "unsupported"))))]
pub(crate) use self::pipe::Pipe;
use super::Result;

/// What ends a wait from another thread.
#[derive(Debug)]
pub(crate) enum Wake {
    #[cfg(all(any(linux_like, freebsd), not(berkeley_sys = "unsupported")))]
    EventFd(EventFd),
    #[cfg(all(unix, not(any(linux_like, freebsd, berkeley_sys = "unsupported"))))]
    Pipe(Pipe),
    #[cfg(all(windows, not(berkeley_sys = "unsupported")))]
    Port(super::poll::completion_port::Port),
}

impl Wake {
    /// Makes the one that poll(2) can wait for.
    #[cfg(all(unix, not(berkeley_sys = "unsupported")))]
    pub(super) fn for_poll() -> Result<Self> {
        #[cfg(all(any(linux_like, freebsd), not(berkeley_sys = "unsupported")))]
        return EventFd::open().map(Self::EventFd);
        #[cfg(not(any(linux_like, freebsd)))]
        return Pipe::open().map(Self::Pipe);
    }

    /// Ends the wait that is under way, or the next one.
    pub(crate) fn signal(&self) -> Result<()> {
        match *self {
            #[cfg(all(any(linux_like, freebsd), not(berkeley_sys = "unsupported")))]
            Self::EventFd(ref wake) => wake.signal(),
            #[cfg(all(unix, not(any(linux_like, freebsd, berkeley_sys = "unsupported"))))]
            Self::Pipe(ref wake) => wake.signal(),
            #[cfg(all(windows, not(berkeley_sys = "unsupported")))]
            Self::Port(ref port) => port.signal(),
        }
    }

    /// Forgets that it was used, where it would be told again and again.
    #[cfg(all(unix, not(berkeley_sys = "unsupported")))]
    pub(super) fn clear(&self) {
        match *self {
            #[cfg(all(any(linux_like, freebsd), not(berkeley_sys = "unsupported")))]
            Self::EventFd(ref wake) => wake.clear(),
            #[cfg(all(unix, not(any(linux_like, freebsd, berkeley_sys = "unsupported"))))]
            Self::Pipe(ref wake) => wake.clear(),
        }
    }
}

#[cfg(all(unix, not(berkeley_sys = "unsupported")))]
impl std::os::fd::AsFd for Wake {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        match *self {
            #[cfg(all(any(linux_like, freebsd), not(berkeley_sys = "unsupported")))]
            Self::EventFd(ref wake) => wake.as_fd(),
            #[cfg(all(unix, not(any(linux_like, freebsd, berkeley_sys = "unsupported"))))]
            Self::Pipe(ref wake) => wake.as_fd(),
        }
    }
}

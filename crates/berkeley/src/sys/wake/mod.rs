//! What ends a wait from another thread: one way a file.

#[cfg(any(linux_like, freebsd))]
mod eventfd;
#[cfg(all(unix, not(any(linux_like, freebsd))))]
mod pipe;

#[cfg(any(linux_like, freebsd))]
pub(crate) use self::eventfd::EventFd;
#[cfg(all(unix, not(any(linux_like, freebsd))))]
pub(crate) use self::pipe::Pipe;
use super::Result;

/// What ends a wait from another thread.
#[derive(Debug)]
pub(crate) enum Wake {
    #[cfg(any(linux_like, freebsd))]
    EventFd(EventFd),
    #[cfg(all(unix, not(any(linux_like, freebsd))))]
    Pipe(Pipe),
}

impl Wake {
    /// Makes the one that poll(2) can wait for.
    #[cfg(unix)]
    pub(super) fn for_poll() -> Result<Self> {
        #[cfg(any(linux_like, freebsd))]
        return EventFd::open().map(Self::EventFd);
        #[cfg(not(any(linux_like, freebsd)))]
        return Pipe::open().map(Self::Pipe);
    }

    /// Ends the wait that is under way, or the next one.
    pub(crate) fn signal(&self) -> Result<()> {
        match self {
            #[cfg(any(linux_like, freebsd))]
            Self::EventFd(wake) => wake.signal(),
            #[cfg(all(unix, not(any(linux_like, freebsd))))]
            Self::Pipe(wake) => wake.signal(),
        }
    }

    /// Forgets that it was used, where it would be told again and again.
    #[cfg(unix)]
    pub(super) fn clear(&self) {
        match self {
            #[cfg(any(linux_like, freebsd))]
            Self::EventFd(wake) => wake.clear(),
            #[cfg(all(unix, not(any(linux_like, freebsd))))]
            Self::Pipe(wake) => wake.clear(),
        }
    }
}

#[cfg(unix)]
impl std::os::fd::AsFd for Wake {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        match self {
            #[cfg(any(linux_like, freebsd))]
            Self::EventFd(wake) => wake.as_fd(),
            #[cfg(all(unix, not(any(linux_like, freebsd))))]
            Self::Pipe(wake) => wake.as_fd(),
        }
    }
}

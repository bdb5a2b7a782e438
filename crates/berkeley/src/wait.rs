//! Waiting on a few sources, without a poller.

use std::fmt;

use crate::deadline::Deadline;
use crate::error::{Errno, Error, Operation, Result};
use crate::ready::{Interest, Ready};
use crate::source::AsSource;
use crate::sys::watch;
pub use crate::sys::watch::Watch;

impl<'a> Watch<'a> {
    /// Makes the entry for a source that is lent to it.
    ///
    /// It waits for the source as it is: [`Interest::trigger`] makes no difference. A source of which nothing is asked,
    /// [`Interest::NONE`], is passed over.
    pub fn new(source: &'a (impl AsSource + ?Sized), interest: Interest) -> Self {
        Self::of(source.as_source().borrowed(), interest.ready())
    }

    /// Sets what to wait for from now on; what came of the last wait is forgotten.
    pub fn set_interest(&mut self, interest: Interest) {
        self.ask(interest.ready());
        self.clear();
    }
}

impl fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("asked", &self.asked()).field("ready", &self.ready()).finish()
    }
}

/// Waits until one of the sources is ready, or the deadline has passed; returns how many are ready.
///
/// Zero says that the deadline has passed, and nothing else. Each entry tells by [`Watch::ready`] what came of it. A
/// source that is ready is ready again with the next wait, until it is read from or written to.
///
/// The entries are what the system takes, so that nothing is copied and nothing allocated: for a handful of sources, or a
/// hundred now and then. Each wait costs the length of the list.
///
/// # Errors
///
/// [`is_invalid`](Error::is_invalid) if nothing is asked of any source and the deadline never passes: that wait would have
/// no end. On Unix also if there are more entries than this process may have descriptors.
///
/// # Platform notes
///
/// - Linux, FreeBSD, OpenBSD and DragonFly wait to the nanosecond, other systems to the millisecond, rounded up.
/// - Windows waits for named pipes, and for what is beside them, by a completion port that is made for the call.
/// - Windows before 10 version 2004 tells nothing of a connect that failed, if there are more than 64 entries.
///
/// # System call
///
/// `poll(2)`, on Linux `ppoll(2)`; on Windows `WSAPoll`, or where a connect may be under way `select`.
///
/// # Examples
///
/// ```
/// use berkeley::{Deadline, Interest, MILLISECOND, SECOND, TcpListener, TcpStream, UdpSocket, Watch, wait_any};
///
/// let door = TcpListener::bind("127.0.0.1:0")?;
/// let bell = UdpSocket::bind("127.0.0.1:0")?;
/// let mut watches = [Watch::new(&door, Interest::READABLE), Watch::new(&bell, Interest::READABLE)];
/// assert_eq!(wait_any(&mut watches, MILLISECOND)?, 0);
///
/// let _guest = TcpStream::connect(door.local_address()?)?;
/// assert_eq!(wait_any(&mut watches, SECOND)?, 1);
/// assert!(!watches[0].ready().is_empty() && watches[1].ready().is_empty());
/// # Ok::<(), berkeley::Error>(())
/// ```
#[doc(alias = "poll")]
#[doc(alias = "ppoll")]
#[doc(alias = "select")]
#[doc(alias = "WSAPoll")]
pub fn wait_any(watches: &mut [Watch<'_>], deadline: impl Into<Deadline>) -> Result<usize> {
    let deadline = deadline.into();
    if deadline.is_never() && watches.iter().all(|watch| watch.asked().is_empty()) {
        let why =
            "nothing is asked of any source, and the deadline never passes: this wait would have no end";
        return Err(Error::invalid(Operation::Wait, why));
    }
    loop {
        match watch::wait_any(watches, deadline.remaining()) {
            Ok(0) if !deadline.has_passed() => {}
            Err(Errno::INTR) => {}
            Ok(count) => return Ok(count),
            Err(errno) => return Err(Error::new(Operation::Wait, errno)),
        }
    }
}

/// Waits until the source is ready, or the deadline has passed; returns what it is ready for.
///
/// Nothing says that the deadline has passed. With [`Deadline::now`] this is the question what the source is ready for.
///
/// # Errors
///
/// Those of [`wait_any`].
///
/// # Examples
///
/// ```
/// use berkeley::{Deadline, Interest, Ready, UdpSocket, wait_for};
///
/// let socket = UdpSocket::bind("127.0.0.1:0")?;
/// let ready = wait_for(&socket, Interest::READABLE | Interest::WRITABLE, Deadline::now())?;
/// assert_eq!(ready, Ready::WRITABLE);
/// # Ok::<(), berkeley::Error>(())
/// ```
pub fn wait_for(
    source: &(impl AsSource + ?Sized),
    interest: Interest,
    deadline: impl Into<Deadline>,
) -> Result<Ready> {
    let mut watch = [Watch::new(source, interest)];
    wait_any(&mut watch, deadline)?;
    let [watch] = watch;
    Ok(watch.ready())
}

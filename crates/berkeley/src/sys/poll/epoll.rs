//! epoll(7).

use std::fmt;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{Timespec, epoll};
use rustix::io::Errno as RustixErrno;

use super::{Number, WAKE};
use crate::error::{Errno, Operation};
use crate::ready::{Interest, Ready, Trigger};
use crate::sys::descriptor::Borrowed;
use crate::sys::system::{checked, timespec};
use crate::sys::wake::{EventFd, Wake};
use crate::sys::{LONGEST_WAIT, Result, check};

/// What is asked of the kernel for each thing that is asked of us, and what it is called in a report.
const FLAGS: [(Ready, epoll::EventFlags); 3] = [
    (Ready::READABLE, epoll::EventFlags::IN.union(epoll::EventFlags::RDHUP)),
    (Ready::WRITABLE, epoll::EventFlags::OUT),
    (Ready::PRIORITY, epoll::EventFlags::PRI),
];

/// A limit from which on a wait first passes the whole seconds of it, by the call that is inline and knows milliseconds
/// only; the rest is another wait. A loop whose next timer is far away seldom waits until then.
const LONG: Duration = Duration::from_secs(2);

pub(crate) struct Epoll {
    set: OwnedFd,
    /// Where the kernel puts its reports.
    reports: Vec<epoll::Event>,
    wake: Option<Arc<Wake>>,
    /// Whether the kernel takes time limits in nanoseconds: Linux 5.11.
    precise: bool,
}

// SAFETY: the pointer that could be in an event never is: the tokens are numbers.
unsafe impl Send for Epoll {}
// SAFETY: as above; and nothing is changed through a shared reference.
unsafe impl Sync for Epoll {}

impl fmt::Debug for Epoll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Epoll").field("set", &self.set).finish_non_exhaustive()
    }
}

fn errno(error: RustixErrno) -> Errno {
    Errno::from_raw(error.raw_os_error())
}

#[inline]
fn flags(interest: Interest) -> epoll::EventFlags {
    if interest.is_none() {
        // An error or a hang-up is always reported; this way, once.
        return epoll::EventFlags::ET;
    }
    let trigger = match interest.trigger() {
        Trigger::Level => epoll::EventFlags::empty(),
        Trigger::Edge => epoll::EventFlags::ET,
        Trigger::Once => epoll::EventFlags::ONESHOT,
    };
    let asked = FLAGS.iter().filter(|(ready, _)| interest.ready().contains(*ready));
    let flags = asked.fold(trigger, |flags, (_, flag)| flags | *flag);
    if interest.is_exclusive() { exclusive(flags) } else { flags }
}

/// The kernel knows it together with few others, and refuses the rest.
#[cold]
fn exclusive(flags: epoll::EventFlags) -> epoll::EventFlags {
    const KNOWN: epoll::EventFlags =
        epoll::EventFlags::IN.union(epoll::EventFlags::OUT).union(epoll::EventFlags::ET);
    let asked = flags.difference(epoll::EventFlags::RDHUP);
    if KNOWN.contains(asked) { asked | epoll::EventFlags::EXCLUSIVE } else { flags }
}

/// The bits of the kernel and ours, where they are in other places.
#[inline]
fn ready(flags: epoll::EventFlags) -> Ready {
    const fn bit(flags: u32, flag: epoll::EventFlags, ready: Ready) -> u16 {
        if flags & flag.bits() != 0 { ready.bits() } else { 0 }
    }
    let flags = flags.bits();
    Ready::from_bits_retain(
        bit(flags, epoll::EventFlags::IN, Ready::READABLE)
            | bit(flags, epoll::EventFlags::OUT, Ready::WRITABLE)
            | bit(flags, epoll::EventFlags::PRI, Ready::PRIORITY)
            | bit(flags, epoll::EventFlags::RDHUP, Ready::READ_CLOSED)
            | bit(flags, epoll::EventFlags::HUP, Ready::HANG_UP)
            | bit(flags, epoll::EventFlags::ERR, Ready::ERROR),
    )
}

impl Epoll {
    pub(super) fn open() -> Result<Self> {
        Ok(Self { set: create()?, reports: Vec::new(), wake: None, precise: true })
    }

    #[inline]
    pub(super) fn add(&mut self, source: Borrowed<'_>, token: u64, interest: Interest) -> Result<()> {
        check(Operation::Register)?;
        match epoll::add(&self.set, source, epoll::EventData::new_u64(token), flags(interest)) {
            // Left over from an entry that is gone, because the source was not closed.
            Err(RustixErrno::EXIST) => self.modify(source, token, interest),
            added => added.map_err(errno),
        }
    }

    #[inline]
    pub(super) fn modify(&mut self, source: Borrowed<'_>, token: u64, interest: Interest) -> Result<()> {
        check(Operation::Register)?;
        match epoll::modify(&self.set, source, epoll::EventData::new_u64(token), flags(interest)) {
            Err(RustixErrno::INVAL) => self.replace(source, token, interest),
            modified => modified.map_err(errno),
        }
    }

    /// A registration that is exclusive, or is to be, cannot be modified.
    #[cold]
    fn replace(&mut self, source: Borrowed<'_>, token: u64, interest: Interest) -> Result<()> {
        epoll::delete(&self.set, source).map_err(errno)?;
        epoll::add(&self.set, source, epoll::EventData::new_u64(token), flags(interest)).map_err(errno)
    }

    /// The number may have been closed, and be another's by now: one that is not registered, then.
    #[inline]
    pub(super) fn remove(&mut self, number: Number, _: u64) -> Result<()> {
        check(Operation::Register)?;
        // SAFETY: the number was a descriptor's when it was registered, not -1. It is handed to the kernel, which looks
        // whether it is registered here, and to nothing else.
        let source = unsafe { BorrowedFd::borrow_raw(number) };
        epoll::delete(&self.set, source).map_err(errno)
    }

    /// The registration goes with the last descriptor of its file.
    #[inline]
    #[allow(clippy::unnecessary_wraps, clippy::unused_self, reason = "the contract of all mechanisms")]
    pub(super) fn forget(&mut self, _: Number, _: u64) -> Result<()> {
        Ok(())
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "as `Poller::wait`")]
    pub(super) fn wait(
        &mut self,
        most: usize,
        limit: Option<Duration>,
        mut report: impl FnMut(u64, Ready),
    ) -> Result<()> {
        check(Operation::Wait)?;
        self.reports.clear();
        if self.reports.capacity() < most {
            self.reports.reserve(most);
        }
        match limit {
            None | Some(Duration::ZERO) => self.take(limit)?,
            Some(limit) if limit >= LONG => {
                self.take(Some(Duration::from_secs(limit.min(LONGEST_WAIT).as_secs())))?;
            }
            Some(limit) => self.wait_for(limit)?,
        }
        for &epoll::Event { flags, data } in &self.reports {
            if data.u64() != WAKE {
                report(data.u64(), ready(flags));
            }
        }
        Ok(())
    }

    /// Takes what is ready, waiting for ever, not at all, or for whole seconds.
    #[inline]
    fn take(&mut self, limit: Option<Duration>) -> Result<()> {
        let limit = limit.map(|limit| Timespec { tv_sec: limit.as_secs() as _, tv_nsec: 0 });
        let room = rustix::buffer::spare_capacity(&mut self.reports);
        epoll::wait(&self.set, room, limit.as_ref()).map_err(errno).map(drop)
    }

    fn wait_for(&mut self, limit: Duration) -> Result<()> {
        if self.precise {
            match self.wait_precisely(limit) {
                // EPERM: what sandboxes answer that do not know the call.
                Err(Errno::NOSYS | Errno::PERM) => self.precise = false,
                result => return result,
            }
        }
        // An epoll descriptor can itself be polled, and ppoll(2) is as precise as epoll_pwait2(2).
        let limit = Timespec::try_from(limit).map_err(|_| Errno::INVAL)?;
        let mut entry = [rustix::event::PollFd::new(&self.set, rustix::event::PollFlags::IN)];
        match rustix::event::poll(&mut entry, Some(&limit)).map_err(errno)? {
            0 => Ok(()),
            _ => self.take(Some(Duration::ZERO)),
        }
    }

    fn wait_precisely(&mut self, limit: Duration) -> Result<()> {
        let limit = timespec(limit);
        let room = self.reports.spare_capacity_mut();
        let most = room.len().min(i32::MAX as usize) as libc::c_int;
        // SAFETY: `room` takes `most` events, which are laid out as the kernel's; the time is readable; a null mask
        // leaves the signals alone.
        let ready = unsafe {
            libc::syscall(
                libc::SYS_epoll_pwait2,
                self.set.as_raw_fd(),
                room.as_mut_ptr(),
                most,
                &raw const limit,
                std::ptr::null::<libc::sigset_t>(),
                0usize,
            )
        };
        let ready = checked(ready as libc::c_int)?;
        // SAFETY: the kernel has written that many.
        unsafe { self.reports.set_len(ready as usize) };
        Ok(())
    }

    pub(super) fn source(&self) -> Borrowed<'_> {
        self.set.as_fd()
    }

    pub(super) fn wake(&mut self) -> Result<Arc<Wake>> {
        let wake = Arc::new(Wake::EventFd(EventFd::open()?));
        self.attach(&wake)?;
        self.wake = Some(Arc::clone(&wake));
        Ok(wake)
    }

    /// Edge-triggered, each use of a waker is news, so that nobody needs to read the counter.
    fn attach(&self, wake: &Wake) -> Result<()> {
        let Wake::EventFd(wake) = wake;
        let flags = epoll::EventFlags::IN | epoll::EventFlags::ET;
        epoll::add(&self.set, wake.source(), epoll::EventData::new_u64(WAKE), flags).map_err(errno)
    }

    /// A registration lives as long as the open file, of which a duplicate may be anywhere: with its descriptor gone,
    /// only a new set is without it.
    pub(super) fn renew(&mut self) -> Result<bool> {
        let old = std::mem::replace(&mut self.set, create()?);
        if let Some(wake) = &self.wake
            && let Err(error) = self.attach(wake)
        {
            self.set = old;
            return Err(error);
        }
        Ok(true)
    }
}

fn create() -> Result<OwnedFd> {
    check(Operation::OpenPoller)?;
    epoll::create(epoll::CreateFlags::CLOEXEC).map_err(errno)
}

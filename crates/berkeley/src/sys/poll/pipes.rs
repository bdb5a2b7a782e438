//! Named pipes, for the completion port: their events are waited for by the system's pool of threads, which then tells the
//! port.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::c_void;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::ptr::{null, null_mut};
use std::sync::Arc;

use windows_sys::Win32::System::IO::PostQueuedCompletionStatus;
use windows_sys::Win32::System::Threading::{
    CloseThreadpoolWait, CreateThreadpoolWait, PTP_CALLBACK_INSTANCE, PTP_WAIT, SetThreadpoolWait,
    WaitForThreadpoolWaitCallbacks,
};

use crate::error::Errno;
use crate::ready::{Interest, Ready, Trigger};
use crate::sys::Result;
use crate::sys::pipe::Waitable;

/// What an event is waited for each.
const ASKED: [Ready; 2] = [Ready::READABLE, Ready::WRITABLE];

/// The pipes that are registered with a port.
#[derive(Debug)]
pub(super) struct Pipes {
    port: Arc<OwnedHandle>,
    /// By the lower half of the token.
    registrations: BTreeMap<u32, Registration>,
    /// Which are to be looked at before the next wait, whoever has waited longest first.
    idle: VecDeque<u64>,
    /// Which have been told of by this wait.
    told: Vec<u64>,
}

#[derive(Debug)]
struct Registration {
    token: u64,
    interest: Interest,
    /// Before the pipe, whose events they wait for.
    waits: [Option<PoolWait>; ASKED.len()],
    pipe: Arc<Waitable>,
    /// Whether it is in `idle`, or in `told`.
    is_listed: bool,
    /// Whether the pool has been asked, and has not told the port.
    is_awaited: bool,
}

impl Pipes {
    pub(super) fn new(port: Arc<OwnedHandle>) -> Self {
        Self { port, registrations: BTreeMap::new(), idle: VecDeque::new(), told: Vec::new() }
    }

    pub(super) fn has(&self, token: u64) -> bool {
        self.registrations.get(&(token as u32)).is_some_and(|registration| registration.token == token)
    }

    pub(super) fn add(&mut self, pipe: Arc<Waitable>, token: u64, interest: Interest) {
        let waits = [None, None];
        let registration = Registration { token, interest, waits, pipe, is_listed: true, is_awaited: false };
        self.registrations.insert(token as u32, registration);
        self.idle.push_back(token);
    }

    pub(super) fn modify(&mut self, token: u64, interest: Interest) -> Result<()> {
        let registration = self.registration(token).ok_or(Errno::NOENT)?;
        registration.interest = interest;
        registration.is_awaited = false;
        if !std::mem::replace(&mut registration.is_listed, true) {
            self.idle.push_back(token);
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, token: u64) {
        self.registrations.remove(&(token as u32));
    }

    pub(super) fn len(&self) -> usize {
        self.registrations.len()
    }

    fn registration(&mut self, token: u64) -> Option<&mut Registration> {
        self.registrations.get_mut(&(token as u32)).filter(|registration| registration.token == token)
    }

    /// Tells of what is ready, of `most` pipes at most, and has the others waited for; returns how many it told of.
    pub(super) fn begin(&mut self, most: usize, report: &mut impl FnMut(u64, Ready)) -> usize {
        self.idle.extend(self.told.drain(..));
        let mut count = 0;
        while count < most
            && let Some(token) = self.idle.pop_front()
        {
            if let Some(registration) = self.registration(token) {
                registration.is_listed = false;
            }
            count += usize::from(self.look(token, report));
        }
        count
    }

    /// Looks at a pipe that the pool has told of.
    pub(super) fn complete(&mut self, token: u64, report: &mut impl FnMut(u64, Ready)) {
        // Not of one that is told of already, nor of one that is gone.
        if self.registration(token).is_some_and(|registration| std::mem::take(&mut registration.is_awaited)) {
            self.look(token, report);
        }
    }

    /// Tells of a pipe if it is ready, and else has it waited for; returns whether it is.
    fn look(&mut self, token: u64, report: &mut impl FnMut(u64, Ready)) -> bool {
        let port = Arc::clone(&self.port);
        let Some(registration) = self.registration(token) else { return false };
        if registration.interest.is_none() || registration.is_awaited || registration.is_listed {
            return false;
        }
        let mut ready = registration.pipe.ready(registration.interest.ready());
        if ready.is_empty() {
            match registration.await_events(&port) {
                Ok(()) => return false,
                Err(_) => ready = Ready::DETACHED,
            }
        }
        if registration.interest.trigger() == Trigger::Once || ready.contains(Ready::DETACHED) {
            registration.interest = Interest::NONE;
        }
        registration.is_listed = true;
        report(token, ready);
        self.told.push(token);
        true
    }
}

impl Registration {
    fn await_events(&mut self, port: &Arc<OwnedHandle>) -> Result<()> {
        for (asked, place) in ASKED.into_iter().zip(&mut self.waits) {
            let Some(signal) = self.pipe.signal(asked) else { continue };
            if !self.interest.ready().contains(asked) {
                continue;
            }
            let wait = match place {
                Some(wait) => wait,
                none => none.insert(PoolWait::new(Arc::clone(port), self.token)?),
            };
            // SAFETY: the pipe, whose event it is, stays with the wait.
            unsafe { SetThreadpoolWait(wait.wait, signal.handle(), null()) };
        }
        self.is_awaited = true;
        Ok(())
    }
}

/// A wait of the pool, which tells the port of its end.
#[derive(Debug)]
struct PoolWait {
    wait: PTP_WAIT,
    /// What the pool has the address of. Owned, but no `Box`, which would claim that nobody else looks at it.
    context: *mut Context,
}

// SAFETY: the pool does not care for threads, and the context can be shared: a handle and a number.
unsafe impl Send for PoolWait {}
// SAFETY: as above.
unsafe impl Sync for PoolWait {}

#[derive(Debug)]
struct Context {
    port: Arc<OwnedHandle>,
    token: u64,
}

impl PoolWait {
    fn new(port: Arc<OwnedHandle>, token: u64) -> Result<Self> {
        let context = Box::into_raw(Box::new(Context { port, token }));
        // SAFETY: the context is there until `drop` has waited for the end of all calls.
        let wait = unsafe { CreateThreadpoolWait(Some(is_set), context.cast(), null()) };
        if wait == 0 {
            // SAFETY: it was made above, and nobody else has it.
            drop(unsafe { Box::from_raw(context) });
            return Err(Errno::NOMEM);
        }
        Ok(Self { wait, context })
    }
}

impl Drop for PoolWait {
    fn drop(&mut self) {
        // SAFETY: the wait is open; from here on no further call of it begins.
        unsafe { SetThreadpoolWait(self.wait, null_mut(), null()) };
        // SAFETY: as above. A call that has begun does nothing that waits.
        unsafe { WaitForThreadpoolWaitCallbacks(self.wait, 1) };
        // SAFETY: as above, and no call is left.
        unsafe { CloseThreadpoolWait(self.wait) };
        // SAFETY: `new` made it, and the pool has no part in it any more.
        drop(unsafe { Box::from_raw(self.context) });
    }
}

/// Is called by a thread of the pool when an event is set.
unsafe extern "system" fn is_set(_: PTP_CALLBACK_INSTANCE, context: *mut c_void, _: PTP_WAIT, _: u32) {
    // SAFETY: the context exists until all calls have returned, and nobody changes it.
    let Context { port, token } = unsafe { &*context.cast::<Context>() };
    let (high, low) = ((token >> 32) as u32, token_key(*token));
    // SAFETY: the handle is open; there is no request. If there is no memory for it, the next wait looks by itself.
    unsafe { PostQueuedCompletionStatus(port.as_raw_handle(), high, low, null()) };
}

/// Returns the key of what the pool tells of a pipe, which nothing else in a port has: it is not zero.
const fn token_key(token: u64) -> usize {
    token as u32 as usize + 1
}

/// Returns the token of the pipe that an entry of the port is about, if it is about one.
pub(super) const fn token_of(key: usize, bytes: u32) -> Option<u64> {
    match key.checked_sub(1) {
        None => None,
        Some(low) => Some((bytes as u64) << 32 | low as u64),
    }
}

//! Events, which stay set until somebody resets them.

use std::cell::RefCell;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr::null;
use std::rc::Rc;
use std::time::Duration;

use windows_sys::Win32::Foundation::{HANDLE, WAIT_OBJECT_0};
use windows_sys::Win32::System::Threading::{CreateEventW, ResetEvent, SetEvent, WaitForSingleObject};

use super::{Result, done};
use crate::sys::{LONGEST_WAIT, milliseconds};

#[derive(Debug)]
pub(crate) struct Event(OwnedHandle);

impl Event {
    pub(super) fn new(is_set: bool) -> Result<Self> {
        // SAFETY: the event has no name and no attributes.
        let event = unsafe { CreateEventW(null(), 1, i32::from(is_set), null()) };
        done(i32::from(!event.is_null()))?;
        // SAFETY: the call has just opened it.
        Ok(Self(unsafe { OwnedHandle::from_raw_handle(event) }))
    }

    pub(super) fn handle(&self) -> HANDLE {
        self.0.as_raw_handle()
    }

    pub(super) fn set(&self) {
        // SAFETY: the handle is open. An event of one's own can always be set.
        unsafe { SetEvent(self.handle()) };
    }

    pub(super) fn reset(&self) {
        // SAFETY: as above.
        unsafe { ResetEvent(self.handle()) };
    }

    /// Waits until the event is set; returns whether it is. May return `false` before `limit` is over.
    pub(super) fn wait(&self, limit: Option<Duration>) -> bool {
        let limit = milliseconds(limit.map(|limit| limit.min(LONGEST_WAIT)));
        // SAFETY: the handle is open. No limit is `INFINITE`, which has the bits of -1.
        unsafe { WaitForSingleObject(self.handle(), limit as u32) == WAIT_OBJECT_0 }
    }
}

thread_local! {
    #[allow(clippy::missing_const_for_thread_local, reason = "it is one")]
    static OWN: RefCell<Option<Rc<Event>>> = const { RefCell::new(None) };
}

/// Returns the event of this thread, for an operation that is over before the thread begins another.
pub(super) fn of_thread() -> Result<Rc<Event>> {
    let kept = OWN.try_with(|own| match &mut *own.borrow_mut() {
        Some(event) => Ok(Rc::clone(event)),
        none => Event::new(false).map(|event| Rc::clone(none.insert(Rc::new(event)))),
    });
    // A thread that is ending keeps nothing.
    kept.unwrap_or_else(|_| Event::new(false).map(Rc::new))
}

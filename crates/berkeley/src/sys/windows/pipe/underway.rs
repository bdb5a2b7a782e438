//! An operation that goes on by itself: nobody has to be there when it completes.

use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use windows_sys::Win32::Foundation::{ERROR_IO_PENDING, ERROR_SUCCESS, HANDLE};
use windows_sys::Win32::System::IO::{CancelIoEx, OVERLAPPED};
use windows_sys::Win32::System::Threading::{
    CancelThreadpoolIo, PTP_CALLBACK_INSTANCE, PTP_IO, StartThreadpoolIo,
};

use super::event::Event;
use super::file::File;
use super::{Result, is, last_error};
use crate::error::Errno;

/// An operation that is made again and again, each time when the last one has completed.
///
/// It has no event of the system's: operations with one are cancelled when the thread ends that has begun them.
#[repr(C)]
pub(super) struct Underway {
    /// The system's while the operation is pending. First, so that its address is that of the whole.
    overlapped: UnsafeCell<OVERLAPPED>,
    state: Mutex<State>,
    /// Set while nothing is pending.
    idle: Event,
}

// SAFETY: the system alone looks into `overlapped` while the operation is pending, and `begin` alone, which has locked the
// state, while it is not; everything else can be shared.
unsafe impl Send for Underway {}
// SAFETY: as above.
unsafe impl Sync for Underway {}

/// What is known of the operation.
#[derive(Debug)]
pub(super) struct State {
    is_pending: bool,
    /// The file that it is pending on, which stays open until it has completed.
    file: Option<Arc<File>>,
    /// The memory that it is about: not touched while it is pending.
    pub(super) data: Vec<u8>,
    /// Why the last one failed, until that is told.
    pub(super) failed: Option<Errno>,
}

impl State {
    pub(super) fn is_pending(&self) -> bool {
        self.is_pending
    }
}

impl fmt::Debug for Underway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Underway").field("idle", &self.idle).finish_non_exhaustive()
    }
}

impl Underway {
    pub(super) fn new() -> Result<Arc<Self>> {
        let state = State { is_pending: false, file: None, data: Vec::new(), failed: None };
        let (overlapped, state) = (UnsafeCell::default(), Mutex::new(state));
        Ok(Arc::new(Self { overlapped, state, idle: Event::new(true)? }))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn idle(&self) -> &Event {
        &self.idle
    }

    /// Begins the operation on the file, by a call that is given its handle, the memory and the OVERLAPPED. Returns
    /// whether it is over already.
    ///
    /// # Safety
    ///
    /// The state is that of this operation, which is not pending. The call begins one overlapped operation with what it is
    /// given, about no other memory, and returns what the system returned.
    pub(super) unsafe fn begin(
        self: &Arc<Self>,
        state: &mut State,
        file: &Arc<File>,
        call: impl FnOnce(HANDLE, &[u8], *mut OVERLAPPED) -> i32,
    ) -> bool {
        debug_assert!(!state.is_pending());
        let overlapped = self.overlapped.get();
        // SAFETY: nothing is pending, so that nobody else looks at it while the state is locked.
        unsafe { overlapped.write(OVERLAPPED::default()) };
        self.idle.reset();
        state.failed = None;
        state.is_pending = true;
        state.file = Some(Arc::clone(file));
        // What `completed` takes back; it has to wait for the lock until this call has returned.
        let kept = Arc::into_raw(Arc::clone(self));
        // SAFETY: the file is open.
        unsafe { StartThreadpoolIo(file.pool()) };
        let errno = match call(file.handle(), &state.data, kept.cast::<OVERLAPPED>().cast_mut()) {
            0 => last_error(),
            _ => Errno::from_raw(ERROR_SUCCESS as i32),
        };
        if is(errno, ERROR_IO_PENDING) {
            return false;
        }
        // SAFETY: what is over at once, or never began, is not told to the pool: the file's mode says so.
        unsafe { CancelThreadpoolIo(file.pool()) };
        // SAFETY: as above, so that this is still ours.
        drop(unsafe { Arc::from_raw(kept) });
        state.file = None;
        self.end(state, errno);
        true
    }

    fn end(&self, state: &mut State, errno: Errno) {
        state.is_pending = false;
        state.failed = Some(errno).filter(|errno| !is(*errno, ERROR_SUCCESS));
        self.idle.set();
    }

    /// Cancels the operation, if it is pending: it completes very soon, whoever waits for that.
    pub(super) fn cancel(&self) {
        if let Some(file) = &self.lock().file {
            // SAFETY: the file is open. What has completed since is not found, which is as good.
            unsafe { CancelIoEx(file.handle(), self.overlapped.get()) };
        }
    }
}

/// Is called by a thread of the pool when an operation has completed.
pub(super) unsafe extern "system" fn completed(
    _: PTP_CALLBACK_INSTANCE,
    _: *mut c_void,
    overlapped: *mut c_void,
    error: u32,
    _: usize,
    _: PTP_IO,
) {
    // SAFETY: `begin` has given the system the address of a whole that it kept for this call alone.
    let operation = unsafe { Arc::from_raw(overlapped.cast_const().cast::<Underway>()) };
    // To close a file may take the locks of others. It is closed before anybody hears that the operation is over, if
    // nobody else has it.
    let file = operation.lock().file.take();
    drop(file);
    operation.end(&mut operation.lock(), Errno::from_raw(error as i32));
}

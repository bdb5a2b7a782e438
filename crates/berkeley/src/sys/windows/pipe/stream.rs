//! Reads and writes.

use std::ptr::null_mut;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use windows_sys::Win32::Foundation::{
    ERROR_BROKEN_PIPE, ERROR_IO_INCOMPLETE, ERROR_IO_PENDING, ERROR_NETNAME_DELETED, ERROR_NO_DATA,
    ERROR_OPERATION_ABORTED, ERROR_PIPE_NOT_CONNECTED, HANDLE,
};
use windows_sys::Win32::Storage::FileSystem::{ReadFile, WriteFile};
use windows_sys::Win32::System::IO::{CancelIoEx, GetOverlappedResult, OVERLAPPED};
use windows_sys::Win32::System::Pipes::PeekNamedPipe;

use super::event::{self, Event};
use super::file::{self, File};
use super::underway::{State, Underway};
use super::{Result, done, is};
use crate::error::{Errno, Operation};
use crate::ready::Ready;
use crate::sys::{Buffer, check, limit as at_most};

/// The most that one write takes: it is copied.
const LONGEST_WRITE: usize = 64 * 1024;

/// How long a drop waits for the system to have let go of what was cancelled; it does so at once.
const LETTING_GO: Duration = Duration::from_secs(1);

/// What says that the other end is closed, or was never there.
const GONE: [u32; 4] = [ERROR_BROKEN_PIPE, ERROR_PIPE_NOT_CONNECTED, ERROR_NO_DATA, ERROR_NETNAME_DELETED];

/// An end of a pipe that has another end.
#[derive(Debug)]
pub(crate) struct Stream {
    file: Arc<File>,
    /// A read of no bytes, which completes when there are some.
    arriving: Arc<Underway>,
    /// The last write, which goes on when its call has returned: what has been taken over is sent.
    writing: Arc<Underway>,
}

impl Stream {
    pub(super) fn new(file: Arc<File>) -> Result<Self> {
        Ok(Self { file, arriving: Underway::new()?, writing: Underway::new()? })
    }

    /// Opens the client's end: `ERROR_PIPE_BUSY`, as [`is_busy`](Self::is_busy) knows, if no instance waits for one.
    pub(crate) fn open(name: &[u16], impersonation: u32) -> Result<Self> {
        File::open(name, impersonation).and_then(|file| Self::new(Arc::new(file)))
    }

    pub(crate) fn is_busy(errno: Errno) -> bool {
        file::is_busy(errno)
    }

    /// Waits until an instance waits for a client; returns whether one did. May return `false` before `limit` is over.
    pub(crate) fn wait_for_instance(name: &[u16], limit: Option<Duration>) -> Result<bool> {
        check(Operation::Wait)?;
        file::wait_for_instance(name, limit)
    }

    pub(crate) fn peer_process(&self) -> Result<u32> {
        self.file.peer_process()
    }

    pub(crate) fn is_server(&self) -> bool {
        self.file.is_server()
    }

    /// Reads what there is, up to the room; `Some(0)` is the end. `None` if there was nothing for `limit`, or less.
    pub(crate) fn read<B: Buffer + ?Sized>(
        &self,
        buffer: &mut B,
        limit: Option<Duration>,
    ) -> Result<Option<usize>> {
        check(Operation::Receive)?;
        // SAFETY: the system writes values only.
        let room = unsafe { buffer.room() };
        let length = u32::try_from(at_most(Operation::Receive, room.len())).unwrap_or(u32::MAX);
        if length == 0 {
            // The system would wait for something to be there.
            return Ok(Some(0));
        }
        let event = event::of_thread()?;
        let mut overlapped = OVERLAPPED { hEvent: quiet(&event), ..OVERLAPPED::default() };
        let (handle, at) = (self.file.handle(), room.as_mut_ptr().cast());
        let overlapped = &raw mut overlapped;
        // SAFETY: the memory is writable for the length, and both outlive the operation, which is over when `finish` returns.
        let begun = done(unsafe { ReadFile(handle, at, length, null_mut(), overlapped) });
        let read = match begun {
            Err(errno) if !is(errno, ERROR_IO_PENDING) => Err(errno),
            begun => {
                if begun.is_err() && !event.wait(limit) {
                    // SAFETY: the handle is open. What has completed since is not found, which is as good.
                    unsafe { CancelIoEx(handle, overlapped) };
                }
                // SAFETY: the operation was begun with these.
                unsafe { finish(handle, overlapped) }
            }
        };
        match read {
            Ok(length) => {
                // SAFETY: the system wrote that many bytes at the front.
                unsafe { buffer.filled(length) };
                Ok(Some(length))
            }
            Err(errno) if is(errno, ERROR_OPERATION_ABORTED) => Ok(None),
            Err(errno) if is_gone(errno) => Ok(Some(0)),
            Err(errno) => Err(errno),
        }
    }

    /// Takes data over and begins to write it; `None` if the last write is not over after `limit`, or less.
    ///
    /// An error of the last write is told here, and the data is not taken then.
    pub(crate) fn write(&self, data: &[u8], limit: Option<Duration>) -> Result<Option<usize>> {
        check(Operation::Send)?;
        let data = &data[..at_most(Operation::Send, data.len()).min(LONGEST_WRITE)];
        let Some(mut state) = self.written(limit)? else { return Ok(None) };
        if data.is_empty() {
            return Ok(Some(0));
        }
        state.data.clear();
        state.data.extend_from_slice(data);
        let call = |handle: HANDLE, data: &[u8], overlapped: *mut OVERLAPPED| {
            // SAFETY: `begin` gives memory that is readable until the operation has completed.
            unsafe { WriteFile(handle, data.as_ptr(), data.len() as u32, null_mut(), overlapped) }
        };
        // SAFETY: the state is the operation's own, which is not pending; the call begins one operation.
        unsafe { self.writing.begin(&mut state, &self.file, call) };
        told(&mut state).map(|()| Some(data.len()))
    }

    /// Waits until the system has taken all that was written; `false` if it has not after `limit`, or less.
    pub(crate) fn flush(&self, limit: Option<Duration>) -> Result<bool> {
        check(Operation::Send)?;
        Ok(self.written(limit)?.is_some())
    }

    /// Waits for the end of the last write, and gives the state in which the next can begin.
    fn written(&self, limit: Option<Duration>) -> Result<Option<MutexGuard<'_, State>>> {
        for limit in [limit, Some(Duration::ZERO)] {
            let mut state = self.writing.lock();
            if !state.is_pending() {
                return told(&mut state).map(|()| Some(state));
            }
            drop(state);
            if !self.writing.idle().wait(limit) {
                break;
            }
        }
        Ok(None)
    }

    /// Returns how many bytes can be read at once.
    pub(crate) fn available(&self) -> Result<usize> {
        check(Operation::Receive)?;
        let mut length = 0;
        let (handle, at) = (self.file.handle(), &raw mut length);
        // SAFETY: the handle is open, and the length writable; nothing else is asked for.
        match done(unsafe { PeekNamedPipe(handle, null_mut(), 0, null_mut(), at, null_mut()) }) {
            Ok(()) => Ok(length as usize),
            Err(errno) if is_gone(errno) => Ok(0),
            Err(errno) => Err(errno),
        }
    }

    pub(super) fn ready(&self, asked: Ready) -> Ready {
        let mut ready = Ready::empty();
        if asked.contains(Ready::READABLE) {
            ready |= self.arrived();
        }
        if asked.contains(Ready::WRITABLE) && !self.writing.lock().is_pending() {
            ready |= Ready::WRITABLE;
        }
        ready
    }

    /// Returns whether there is something to read, and else waits for it in the background.
    fn arrived(&self) -> Ready {
        let mut state = self.arriving.lock();
        if state.is_pending() {
            return Ready::empty();
        }
        let call = |handle: HANDLE, data: &[u8], overlapped: *mut OVERLAPPED| {
            // SAFETY: nothing is read, so that nothing is written to.
            unsafe { ReadFile(handle, data.as_ptr().cast_mut(), 0, null_mut(), overlapped) }
        };
        // SAFETY: the state is the operation's own, which is not pending; the call begins one operation.
        let over = unsafe { self.arriving.begin(&mut state, &self.file, call) };
        match state.failed {
            _ if !over => Ready::empty(),
            None => Ready::READABLE,
            Some(errno) if is_gone(errno) => Ready::READABLE | Ready::READ_CLOSED | Ready::HANG_UP,
            Some(_) => Ready::READABLE | Ready::ERROR,
        }
    }

    pub(super) fn arrival(&self) -> &Event {
        self.arriving.idle()
    }

    pub(super) fn room(&self) -> &Event {
        self.writing.idle()
    }
}

/// What is being written goes on, and closes the file when it is over.
impl Drop for Stream {
    fn drop(&mut self) {
        self.arriving.cancel();
        // So that the file is closed when this returns.
        self.arriving.idle().wait(Some(LETTING_GO));
    }
}

/// Returns the event as an operation takes it that is not to be told to the pool.
fn quiet(event: &Event) -> HANDLE {
    event.handle().wrapping_byte_add(1)
}

/// Waits until an operation is over, for as long as that takes, and returns how many bytes it was about.
///
/// # Safety
///
/// The operation was begun with these two, and with an event.
unsafe fn finish(handle: HANDLE, overlapped: *const OVERLAPPED) -> Result<usize> {
    let mut length = 0;
    loop {
        // SAFETY: the caller has begun the operation with these.
        match done(unsafe { GetOverlappedResult(handle, overlapped, &raw mut length, 1) }) {
            Ok(()) => return Ok(length as usize),
            // It is still the system's: so is the memory.
            Err(errno) if is(errno, ERROR_IO_INCOMPLETE) => std::thread::yield_now(),
            Err(errno) => return Err(errno),
        }
    }
}

/// Takes the error of the last operation, if there is one.
fn told(state: &mut State) -> Result<()> {
    match state.failed.take() {
        None => Ok(()),
        Some(errno) if is_gone(errno) => Err(Errno::PIPE),
        Some(errno) => Err(errno),
    }
}

fn is_gone(errno: Errno) -> bool {
    GONE.iter().any(|number| is(errno, *number))
}

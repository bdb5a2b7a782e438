//! An end of a pipe.

use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr::{null, null_mut};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND, ERROR_PIPE_BUSY, ERROR_SEM_TIMEOUT, GENERIC_READ,
    GENERIC_WRITE, HANDLE, INVALID_HANDLE_VALUE,
};
use windows_sys::Win32::Storage::FileSystem::{
    CreateFileW, FILE_FLAG_FIRST_PIPE_INSTANCE, FILE_FLAG_OVERLAPPED, OPEN_EXISTING, PIPE_ACCESS_DUPLEX,
    SECURITY_ANONYMOUS, SECURITY_DELEGATION, SECURITY_IDENTIFICATION, SECURITY_IMPERSONATION,
    SECURITY_SQOS_PRESENT, SetFileCompletionNotificationModes,
};
use windows_sys::Win32::System::Pipes::{
    CreateNamedPipeW, GetNamedPipeClientProcessId, GetNamedPipeServerProcessId, PIPE_ACCEPT_REMOTE_CLIENTS,
    PIPE_READMODE_BYTE, PIPE_REJECT_REMOTE_CLIENTS, PIPE_TYPE_BYTE, PIPE_UNLIMITED_INSTANCES, PIPE_WAIT,
    WaitNamedPipeW,
};
use windows_sys::Win32::System::Threading::{CloseThreadpoolIo, CreateThreadpoolIo, PTP_IO};

use windows_sys::Win32::System::WindowsProgramming::FILE_SKIP_COMPLETION_PORT_ON_SUCCESS;

use super::listener::Listener;
use super::underway::completed;
use super::{Result, done, is, last_error};
use crate::error::{Errno, Operation};
use crate::sys::{LONGEST_WAIT, PipeSettings, check, milliseconds};

/// How many instances a pipe may be limited to; one more says that there is no limit.
pub(crate) const MOST_INSTANCES: u8 = PIPE_UNLIMITED_INSTANCES as u8 - 1;

/// What a server may do in the name of its client, least first.
pub(crate) const IMPERSONATION: [u32; 4] =
    [SECURITY_ANONYMOUS, SECURITY_IDENTIFICATION, SECURITY_IMPERSONATION, SECURITY_DELEGATION];

/// An end of a pipe, open for overlapped operations, which the system's pool of threads completes.
#[derive(Debug)]
pub(crate) struct File {
    /// Closed by `drop`, and `None` after that.
    handle: Option<OwnedHandle>,
    io: PTP_IO,
    is_server: bool,
    /// Who would have another instance if this one were closed.
    door: OnceLock<Weak<Listener>>,
}

impl File {
    /// Makes the server's end of a new instance, which no client has yet.
    pub(super) fn create(name: &[u16], settings: PipeSettings) -> Result<Self> {
        check(Operation::Bind)?;
        let first = if settings.is_first { FILE_FLAG_FIRST_PIPE_INSTANCE } else { 0 };
        let remote =
            if settings.accepts_remote { PIPE_ACCEPT_REMOTE_CLIENTS } else { PIPE_REJECT_REMOTE_CLIENTS };
        let most = settings.instances.map_or(PIPE_UNLIMITED_INSTANCES, u32::from);
        debug_assert_eq!(name.last(), Some(&0));
        // SAFETY: the name ends with NUL; without attributes nothing is inherited, and who may connect is the default.
        let handle = unsafe {
            CreateNamedPipeW(
                name.as_ptr(),
                PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | first,
                PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | remote,
                most,
                settings.buffer,
                settings.buffer,
                0,
                null(),
            )
        };
        let handle = opened(handle)
            .map_err(|errno| if settings.is_first { first_refused(errno, name) } else { errno })?;
        Self::of(handle, true)
    }

    /// Opens the client's end of an instance that is waiting for one: `ERROR_PIPE_BUSY` if none is.
    pub(super) fn open(name: &[u16], impersonation: u32) -> Result<Self> {
        check(Operation::Connect)?;
        debug_assert_eq!(name.last(), Some(&0));
        let flags = FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | impersonation;
        let access = GENERIC_READ | GENERIC_WRITE;
        // SAFETY: the name ends with NUL; without attributes nothing is inherited.
        let handle =
            unsafe { CreateFileW(name.as_ptr(), access, 0, null(), OPEN_EXISTING, flags, null_mut()) };
        Self::of(opened(handle)?, false)
    }

    fn of(handle: OwnedHandle, is_server: bool) -> Result<Self> {
        let modes = FILE_SKIP_COMPLETION_PORT_ON_SUCCESS as u8;
        // SAFETY: the handle is open.
        done(unsafe { SetFileCompletionNotificationModes(handle.as_raw_handle(), modes) })?;
        // SAFETY: the handle is open; `completed` takes what `Underway::begin` gives.
        let io = unsafe { CreateThreadpoolIo(handle.as_raw_handle(), Some(completed), null_mut(), null()) };
        done(i32::from(io != 0))?;
        Ok(Self { handle: Some(handle), io, is_server, door: OnceLock::new() })
    }

    pub(super) fn handle(&self) -> HANDLE {
        self.handle.as_ref().map_or(INVALID_HANDLE_VALUE, AsRawHandle::as_raw_handle)
    }

    pub(super) fn pool(&self) -> PTP_IO {
        self.io
    }

    /// Returns the number of the process at the other end.
    pub(super) fn peer_process(&self) -> Result<u32> {
        check(Operation::PeerAddress)?;
        let mut id = 0;
        let (handle, at) = (self.handle(), &raw mut id);
        done(if self.is_server {
            // SAFETY: the handle is open, and the number writable.
            unsafe { GetNamedPipeClientProcessId(handle, at) }
        } else {
            // SAFETY: as above.
            unsafe { GetNamedPipeServerProcessId(handle, at) }
        })?;
        Ok(id)
    }

    /// Says who is to be told when this is closed.
    pub(super) fn set_door(&self, door: Weak<Listener>) {
        let _ = self.door.set(door);
    }

    pub(super) fn is_server(&self) -> bool {
        self.is_server
    }
}

impl Drop for File {
    fn drop(&mut self) {
        drop(self.handle.take());
        // SAFETY: each operation has a reference to this value until it is completed, so that there is none.
        unsafe { CloseThreadpoolIo(self.io) };
        if let Some(door) = self.door.get().and_then(Weak::upgrade) {
            door.replenish();
        }
    }
}

// The handle may be used by any thread, as may what the pool has for it.
const _: () = {
    const fn is_shared<T: Send + Sync>() {}
    is_shared::<Arc<File>>();
};

fn opened(handle: HANDLE) -> Result<OwnedHandle> {
    if handle == INVALID_HANDLE_VALUE {
        return Err(last_error());
    }
    // SAFETY: the callers have it from a call that has just opened it.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// Tells a name that others have from one that this process may not have: Windows denies access to both.
fn first_refused(errno: Errno, name: &[u16]) -> Errno {
    let exists = || match wait_for_instance(name, Some(Duration::ZERO)) {
        Err(errno) => !is(errno, ERROR_FILE_NOT_FOUND),
        Ok(_) => true,
    };
    let taken = is(errno, ERROR_PIPE_BUSY) || (is(errno, ERROR_ACCESS_DENIED) && exists());
    if taken { Errno::ADDRINUSE } else { errno }
}

/// Waits until an instance of the pipe waits for a client, which another may get sooner; returns whether one did.
pub(super) fn wait_for_instance(name: &[u16], limit: Option<Duration>) -> Result<bool> {
    debug_assert_eq!(name.last(), Some(&0));
    let limit = milliseconds(Some(limit.map_or(LONGEST_WAIT, |limit| limit.min(LONGEST_WAIT))));
    // Zero would be the time that the server has set.
    // SAFETY: the name ends with NUL.
    match done(unsafe { WaitNamedPipeW(name.as_ptr(), limit.max(1) as u32) }) {
        Ok(()) => Ok(true),
        Err(errno) if is(errno, ERROR_SEM_TIMEOUT) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// Returns whether an error says that all instances have clients.
pub(super) fn is_busy(errno: Errno) -> bool {
    is(errno, ERROR_PIPE_BUSY)
}

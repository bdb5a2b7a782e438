//! An I/O completion port, with requests to the driver of the sockets.
//!
//! `\Device\Afd` is where Winsock's own `select` and `WSAPoll` go. A request to it names sockets and what to wait for,
//! and completes once: for as long as an interest lasts, it is made again by each wait. That is how libuv, Go and
//! wepoll wait as well; <https://github.com/piscisaureus/wepoll> tells the story.

use std::ffi::c_void;
use std::fmt;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::time::Duration;

use windows_sys::Wdk::Foundation::OBJECT_ATTRIBUTES;
use windows_sys::Wdk::Storage::FileSystem::{FILE_OPEN, NtCreateFile};
use windows_sys::Wdk::System::IO::NtDeviceIoControlFile;
use windows_sys::Win32::Foundation::{
    GetLastError, HANDLE, INVALID_HANDLE_VALUE, NTSTATUS, RtlNtStatusToDosError, STATUS_CANCELLED,
    STATUS_PENDING, STATUS_SUCCESS, UNICODE_STRING, WAIT_TIMEOUT,
};
use windows_sys::Win32::Networking::WinSock::{
    SIO_BASE_HANDLE, SIO_BSP_HANDLE_POLL, SIO_BSP_HANDLE_SELECT, WSAIoctl,
};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_SHARE_READ, FILE_SHARE_WRITE, SYNCHRONIZE, SetFileCompletionNotificationModes,
};
use windows_sys::Win32::System::IO::{
    CancelIoEx, CreateIoCompletionPort, GetQueuedCompletionStatusEx, IO_STATUS_BLOCK, OVERLAPPED,
    OVERLAPPED_ENTRY, PostQueuedCompletionStatus,
};
use windows_sys::Win32::System::WindowsProgramming::FILE_SKIP_SET_EVENT_ON_HANDLE;

use super::{Number, pipes};
use crate::error::{Errno, Operation};
use crate::ready::{Interest, Ready, Trigger};
use crate::sys::descriptor::{Borrowed, raw};
use crate::sys::system::checked;
use crate::sys::wake::Wake;
use crate::sys::{LONGEST_WAIT, Result, check, milliseconds};

const IOCTL_AFD_POLL: u32 = 0x0001_2024;

// What the driver tells of a socket, as ReactOS and wepoll document it; Microsoft has no header for it.
const RECEIVE: u32 = 0x001;
const RECEIVE_EXPEDITED: u32 = 0x002;
const SEND: u32 = 0x004;
const DISCONNECT: u32 = 0x008;
const ABORT: u32 = 0x010;
const LOCAL_CLOSE: u32 = 0x020;
const ACCEPT: u32 = 0x080;
const CONNECT_FAIL: u32 = 0x100;

/// What is asked of the driver for each thing that is asked of us.
const ASKED: [(Ready, u32); 3] = [
    (Ready::READABLE, RECEIVE | ACCEPT | DISCONNECT),
    (Ready::WRITABLE, SEND),
    (Ready::PRIORITY, RECEIVE_EXPEDITED),
];

/// What its answers mean.
const TOLD: [(u32, Ready); 8] = [
    (RECEIVE, Ready::READABLE),
    (ACCEPT, Ready::READABLE),
    (SEND, Ready::WRITABLE),
    (RECEIVE_EXPEDITED, Ready::PRIORITY),
    (DISCONNECT, Ready::READABLE.union(Ready::READ_CLOSED)),
    (ABORT, Ready::ERROR.union(Ready::HANG_UP)),
    (CONNECT_FAIL, Ready::ERROR.union(Ready::HANG_UP)),
    (LOCAL_CLOSE, Ready::DETACHED),
];

/// `AFD_POLL_INFO` with one socket.
#[repr(C)]
struct PollInfo {
    /// In units of 100 ns; the longest is for ever.
    timeout: i64,
    sockets: u32,
    exclusive: u32,
    socket: HANDLE,
    events: u32,
    status: NTSTATUS,
}

/// What the driver writes to while a request is pending; so it is freed when the request has completed.
#[repr(C)]
struct Request {
    status: IO_STATUS_BLOCK,
    info: PollInfo,
    token: u64,
}

#[derive(Debug)]
struct Registration {
    token: u64,
    interest: Interest,
    /// The socket of the driver, under whatever layers have been installed over it.
    base: HANDLE,
    request: *mut Request,
    pending: bool,
}

pub(crate) struct CompletionPort {
    port: Arc<OwnedHandle>,
    driver: OwnedHandle,
    /// By the lower half of the token.
    registrations: Vec<Option<Registration>>,
    /// Whose requests are to be made by the next wait.
    idle: Vec<u64>,
    /// How many requests the driver has, those of removed registrations too.
    pending: usize,
    /// Where the port puts what has completed.
    completed: Vec<OVERLAPPED_ENTRY>,
    pipes: pipes::Pipes,
}

impl fmt::Debug for CompletionPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompletionPort").field("port", &self.port).finish_non_exhaustive()
    }
}

// SAFETY: the requests belong to this value alone, and to the driver, which does not care for threads.
unsafe impl Send for CompletionPort {}
// SAFETY: nothing is changed through a shared reference.
unsafe impl Sync for CompletionPort {}

impl CompletionPort {
    pub(in crate::sys) fn open() -> Result<Self> {
        check(Operation::OpenPoller)?;
        // SAFETY: no file is given, so that a new port is made.
        let port = unsafe { CreateIoCompletionPort(INVALID_HANDLE_VALUE, null_mut(), 0, 0) };
        let port = owned(port)?;
        let driver = open_driver()?;
        // SAFETY: both handles are open.
        let joined = unsafe { CreateIoCompletionPort(driver.as_raw_handle(), port.as_raw_handle(), 0, 0) };
        done(i32::from(!joined.is_null()))?;
        let modes = FILE_SKIP_SET_EVENT_ON_HANDLE as u8;
        // SAFETY: the handle is open.
        done(unsafe { SetFileCompletionNotificationModes(driver.as_raw_handle(), modes) })?;
        let port = Arc::new(port);
        let pipes = pipes::Pipes::new(Arc::clone(&port));
        Ok(Self {
            port,
            driver,
            pipes,
            registrations: Vec::new(),
            idle: Vec::new(),
            pending: 0,
            completed: Vec::new(),
        })
    }

    pub(in crate::sys) fn add(&mut self, source: Borrowed<'_>, token: u64, interest: Interest) -> Result<()> {
        check(Operation::Register)?;
        refuse(interest)?;
        if let Some(pipe) = source.pipe() {
            self.pipes.add(pipe, token, interest);
            return Ok(());
        }
        let base = base_of(source)?;
        let place = token as u32 as usize;
        if self.registrations.len() <= place {
            self.registrations.resize_with(place + 1, || None);
        }
        let request = Box::into_raw(Box::new(Request::new(token)));
        self.registrations[place] = Some(Registration { token, interest, base, request, pending: false });
        self.idle.push(token);
        Ok(())
    }

    pub(super) fn modify(&mut self, _: Borrowed<'_>, token: u64, interest: Interest) -> Result<()> {
        check(Operation::Register)?;
        refuse(interest)?;
        if self.pipes.has(token) {
            return self.pipes.modify(token, interest);
        }
        let registration = self.registration(token).ok_or(Errno::NOENT)?;
        registration.interest = interest;
        if registration.pending {
            let request = registration.request;
            // When it has completed, it is made again for what is asked now.
            self.cancel(request);
        } else {
            self.idle.push(token);
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, _: Number, token: u64) -> Result<()> {
        if self.pipes.has(token) {
            self.pipes.remove(token);
            return Ok(());
        }
        let removed = self.registrations.get_mut(token as u32 as usize);
        let removed = removed.and_then(|place| place.take_if(|removed| removed.token == token));
        let Registration { request, pending, .. } = removed.ok_or(Errno::NOENT)?;
        if pending {
            self.cancel(request);
        } else {
            // SAFETY: it was made by `add`, is not pending, and nobody else has it.
            drop(unsafe { Box::from_raw(request) });
        }
        Ok(())
    }

    pub(super) fn forget(&mut self, number: Number, token: u64) -> Result<()> {
        self.remove(number, token)
    }

    fn registration(&mut self, token: u64) -> Option<&mut Registration> {
        let place = self.registrations.get_mut(token as u32 as usize)?;
        place.as_mut().filter(|registration| registration.token == token)
    }

    /// Cancels a request, which completes all the same.
    fn cancel(&self, request: *mut Request) {
        // SAFETY: the status is the first of the request, and of OVERLAPPED; the request exists until it has completed.
        unsafe { CancelIoEx(self.driver.as_raw_handle(), request.cast::<OVERLAPPED>()) };
    }

    pub(in crate::sys) fn wait(
        &mut self,
        most: usize,
        limit: Option<Duration>,
        mut report: impl FnMut(u64, Ready),
    ) -> Result<()> {
        check(Operation::Wait)?;
        let failed = self.request_all(&mut report);
        let told = self.pipes.begin(most, &mut report);
        if told == most {
            return Ok(());
        }
        let at_once = failed || told > 0;
        let limit = if at_once { Some(Duration::ZERO) } else { limit.map(|limit| limit.min(LONGEST_WAIT)) };
        self.take(most - told, limit)?;
        self.complete_all(&mut report);
        Ok(())
    }

    fn complete_all(&mut self, report: &mut impl FnMut(u64, Ready)) {
        // The list is lent for the time being, and its memory is used again.
        let completed = std::mem::take(&mut self.completed);
        for entry in &completed {
            if let Some(pipe) = pipes::token_of(entry.lpCompletionKey, entry.dwNumberOfBytesTransferred) {
                self.pipes.complete(pipe, report);
            } else if !entry.lpOverlapped.is_null() {
                // A wake has no request.
                self.complete(entry.lpOverlapped.cast(), report);
            }
        }
        self.completed = completed;
    }

    /// Makes the requests that are to be made; tells of sockets that were closed, and returns whether there were any.
    fn request_all(&mut self, report: &mut impl FnMut(u64, Ready)) -> bool {
        let mut failed = false;
        for token in std::mem::take(&mut self.idle) {
            let driver = self.driver.as_raw_handle();
            let Some(registration) = self.registration(token) else { continue };
            if registration.pending || registration.interest.is_none() {
                continue;
            }
            if registration.request(driver).is_ok() {
                self.pending += 1;
            } else {
                registration.interest = Interest::NONE;
                report(token, Ready::DETACHED);
                failed = true;
            }
        }
        failed
    }

    /// Waits until something has completed, or the limit is over.
    fn take(&mut self, most: usize, limit: Option<Duration>) -> Result<()> {
        let most = most.min(self.pending + self.pipes.len() + 1);
        self.completed.clear();
        self.completed.reserve(most);
        let mut count = 0;
        let place = self.completed.as_mut_ptr();
        // SAFETY: there is room for as many entries as are said.
        let waited = unsafe {
            GetQueuedCompletionStatusEx(
                self.port.as_raw_handle(),
                place,
                most as u32,
                &raw mut count,
                // No limit is `INFINITE`, which has the bits of -1.
                milliseconds(limit) as u32,
                0,
            )
        };
        match done(waited) {
            // SAFETY: so many were written.
            Ok(()) => unsafe { self.completed.set_len(count as usize) },
            Err(errno) if errno == Errno::from_raw(WAIT_TIMEOUT as i32) => {}
            Err(errno) => return Err(errno),
        }
        Ok(())
    }

    fn complete(&mut self, request: *mut Request, report: &mut impl FnMut(u64, Ready)) {
        self.pending -= 1;
        // SAFETY: it has completed, so that the driver has no part in it any more, and nobody else refers to it.
        let Request { status, info, token } = unsafe { &*request };
        let token = *token;
        // SAFETY: of the union, the driver has written the status.
        let status = unsafe { status.Anonymous.Status };
        let told = if status == STATUS_SUCCESS && info.sockets > 0 { info.events } else { 0 };
        // Not by the token alone: an entry whose source has changed is registered again under the same one.
        let registration = self.registration(token).filter(|registration| registration.request == request);
        let Some(registration) = registration else {
            // SAFETY: its registration is removed, which left it to be freed here; it completes once.
            drop(unsafe { Box::from_raw(request) });
            return;
        };
        registration.pending = false;
        let asked = events(registration.interest);
        let mut ready = said(told & asked);
        if status != STATUS_SUCCESS && status != STATUS_CANCELLED {
            ready = Ready::DETACHED;
        }
        if !ready.is_empty() {
            let once = registration.interest.trigger() == Trigger::Once;
            if once || ready.contains(Ready::DETACHED) {
                registration.interest = Interest::NONE;
            }
            report(token, ready);
        }
        self.idle.push(token);
    }

    #[allow(clippy::unnecessary_wraps, reason = "the contract of all mechanisms")]
    pub(super) fn wake(&mut self) -> Result<Arc<Wake>> {
        Ok(Arc::new(Wake::Port(Port(Arc::clone(&self.port)))))
    }

    /// What completes without a registration is freed, and comes no more.
    #[allow(clippy::unnecessary_wraps, clippy::unused_self, reason = "the contract of all mechanisms")]
    pub(super) fn renew(&mut self) -> Result<bool> {
        Ok(false)
    }
}

impl Drop for CompletionPort {
    fn drop(&mut self) {
        for token in self.registrations.iter().flatten().map(|each| each.token).collect::<Vec<_>>() {
            let _ = self.remove(0, token);
        }
        // Cancelled requests complete at once. If one should not, its memory stays the driver's.
        for _ in 0..100 {
            if self.pending == 0 {
                break;
            }
            if self.take(usize::MAX, Some(Duration::from_millis(10))).is_ok() {
                self.complete_all(&mut |_, _| {});
            }
        }
    }
}

impl Request {
    fn new(token: u64) -> Self {
        // SAFETY: structures of numbers and pointers may be all zeros.
        Self { token, ..unsafe { std::mem::zeroed() } }
    }
}

impl Registration {
    /// Asks the driver to complete the request when something is ready.
    fn request(&mut self, driver: HANDLE) -> Result<()> {
        let info = PollInfo {
            timeout: i64::MAX,
            sockets: 1,
            exclusive: 0,
            socket: self.base,
            events: events(self.interest),
            status: 0,
        };
        let request = self.request;
        // SAFETY: it is not pending, so that it is ours.
        let Request { status, info: place, .. } = unsafe { &mut *request };
        *place = info;
        status.Anonymous.Status = STATUS_PENDING;
        let (status, place) = (&raw mut *status, (&raw mut *place).cast::<c_void>());
        let size = size_of::<PollInfo>() as u32;
        // SAFETY: the request is readable and writable until it completes, which its owner waits for.
        let returned = unsafe {
            NtDeviceIoControlFile(
                driver,
                null_mut(),
                None,
                request.cast(),
                status,
                IOCTL_AFD_POLL,
                place,
                size,
                place,
                size,
            )
        };
        match returned {
            STATUS_SUCCESS | STATUS_PENDING => {
                self.pending = true;
                Ok(())
            }
            status => Err(of_status(status)),
        }
    }
}

/// Ends a wait by an entry in the port that no request has made.
#[derive(Clone, Debug)]
pub(crate) struct Port(Arc<OwnedHandle>);

impl Port {
    pub(crate) fn signal(&self) -> Result<()> {
        check(Operation::Wake)?;
        // SAFETY: the handle is open; there is no request.
        done(unsafe { PostQueuedCompletionStatus(self.0.as_raw_handle(), 0, 0, null()) })
    }
}

fn refuse(interest: Interest) -> Result<()> {
    if interest.trigger() == Trigger::Edge { Err(Errno::OPNOTSUPP) } else { Ok(()) }
}

/// What is asked of the driver for an interest: errors in any case.
fn events(interest: Interest) -> u32 {
    if interest.is_none() {
        return 0;
    }
    let asked = ASKED.iter().filter(|(ready, _)| interest.ready().contains(*ready));
    asked.fold(ABORT | CONNECT_FAIL | LOCAL_CLOSE, |events, (_, each)| events | each)
}

fn said(events: u32) -> Ready {
    let told = TOLD.iter().filter(|(event, _)| events & event != 0);
    told.fold(Ready::empty(), |ready, (_, each)| ready | *each)
}

/// Returns the socket of the driver. Programs that install themselves between Winsock and the driver may leave the
/// first question unanswered, but not all three.
fn base_of(socket: Borrowed<'_>) -> Result<HANDLE> {
    let mut first = None;
    for question in [SIO_BASE_HANDLE, SIO_BSP_HANDLE_POLL, SIO_BSP_HANDLE_SELECT] {
        match ask(socket, question) {
            Ok(base) => return Ok(base),
            Err(errno) => first = first.or(Some(errno)),
        }
    }
    Err(first.unwrap_or(Errno::OPNOTSUPP))
}

/// Asks a socket for another.
fn ask(socket: Borrowed<'_>, question: u32) -> Result<HANDLE> {
    let mut answer: HANDLE = null_mut();
    let (place, size) = ((&raw mut answer).cast(), size_of::<HANDLE>() as u32);
    let mut told = 0;
    // SAFETY: the answer is writable for its size; nothing is given, and nothing is to be done later.
    checked(unsafe {
        WSAIoctl(raw(socket), question, null(), 0, place, size, &raw mut told, null_mut(), None)
    })?;
    Ok(answer)
}

fn open_driver() -> Result<OwnedHandle> {
    let mut name: Vec<u16> = r"\Device\Afd\Berkeley".encode_utf16().collect();
    let length = size_of_val(name.as_slice()) as u16;
    let name = UNICODE_STRING { Length: length, MaximumLength: length, Buffer: name.as_mut_ptr() };
    // SAFETY: structures of numbers and pointers may be all zeros.
    let (mut attributes, mut status): (OBJECT_ATTRIBUTES, IO_STATUS_BLOCK) = unsafe { std::mem::zeroed() };
    attributes.Length = size_of::<OBJECT_ATTRIBUTES>() as u32;
    attributes.ObjectName = &raw const name;
    let mut driver = null_mut();
    let share = FILE_SHARE_READ | FILE_SHARE_WRITE;
    // SAFETY: everything that is pointed to outlives the call.
    let opened = unsafe {
        NtCreateFile(
            &raw mut driver,
            SYNCHRONIZE,
            &raw const attributes,
            &raw mut status,
            null(),
            0,
            share,
            FILE_OPEN,
            0,
            null(),
            0,
        )
    };
    if opened == STATUS_SUCCESS { owned(driver) } else { Err(of_status(opened)) }
}

fn owned(handle: HANDLE) -> Result<OwnedHandle> {
    done(i32::from(!handle.is_null()))?;
    // SAFETY: the call that returned it has just opened it.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// Takes what a function of Windows returned: zero says that the last error has the reason.
fn done(returned: i32) -> Result<()> {
    // SAFETY: the call takes nothing.
    if returned == 0 { Err(Errno::from_raw(unsafe { GetLastError() } as i32)) } else { Ok(()) }
}

fn of_status(status: NTSTATUS) -> Errno {
    // SAFETY: the call takes a number.
    Errno::from_raw(unsafe { RtlNtStatusToDosError(status) } as i32)
}

//! Sockets: owned, lent, duplicated, closed; their blocking mode.

use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::os::windows::io::{
    AsRawSocket, AsSocket, BorrowedSocket, FromRawSocket, IntoRawSocket, OwnedSocket, RawSocket,
};
use std::ptr::with_exposed_provenance;
use std::sync::Arc;

use windows_sys::Win32::Foundation::{HANDLE, HANDLE_FLAG_INHERIT, SetHandleInformation};
use windows_sys::Win32::System::Threading::GetCurrentProcessId;

use super::{Result, checked, last_errno, name, option, ws};
use crate::error::{Errno, Operation};
use crate::sys::check;
use crate::sys::pipe::Waitable;

/// A descriptor that is closed when it is dropped: `OwnedFd` on Unix, `OwnedSocket` on Windows.
pub type Descriptor = OwnedSocket;

/// A socket that is lent, or a pipe.
///
/// The system pays no heed to the two lowest bits of a handle, and the address of a pipe has none: so `PIPE` tells them
/// apart.
#[derive(Clone, Copy)]
pub(crate) struct Borrowed<'a>(Number, PhantomData<&'a ()>);

/// What the system calls a socket by; of a pipe, the address of what is known of it, with the bit.
pub(crate) type Number = ws::SOCKET;

const PIPE: Number = 1;
const BITS: Number = 3;

impl<'a> Borrowed<'a> {
    /// Lends what a number was lent as.
    ///
    /// # Safety
    ///
    /// [`number`] gave it of what is lent for `'a`.
    pub(in crate::sys) unsafe fn of_number(number: Number) -> Self {
        Self(number, PhantomData)
    }

    pub(crate) fn of_pipe(pipe: &'a Arc<Waitable>) -> Self {
        Self(Arc::as_ptr(pipe).expose_provenance() | PIPE, PhantomData)
    }

    /// Returns the pipe, if it is one.
    pub(in crate::sys) fn pipe(self) -> Option<Arc<Waitable>> {
        if !is_pipe(self.0) {
            return None;
        }
        let pipe = with_exposed_provenance::<Waitable>(self.0 & !BITS);
        // SAFETY: `of_pipe` has the address from an `Arc` that is lent for `'a`.
        unsafe { Arc::increment_strong_count(pipe) };
        // SAFETY: as above; the count is this one's.
        Some(unsafe { Arc::from_raw(pipe) })
    }

    /// Returns the socket.
    ///
    /// # Panics
    ///
    /// Panics of a pipe: the caller has a socket.
    pub(crate) fn socket(self) -> BorrowedSocket<'a> {
        assert!(!is_pipe(self.0), "a pipe is no socket");
        // SAFETY: the number is that of a socket that is lent for `'a`.
        unsafe { BorrowedSocket::borrow_raw(self.0 as RawSocket) }
    }
}

impl<'a> From<BorrowedSocket<'a>> for Borrowed<'a> {
    #[inline]
    fn from(socket: BorrowedSocket<'a>) -> Self {
        Self(socket.as_raw_socket() as Number & !BITS, PhantomData)
    }
}

impl fmt::Debug for Borrowed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if is_pipe(self.0) { "Pipe" } else { "Socket" };
        f.debug_tuple(kind).field(&self.0).finish()
    }
}

/// Returns whether a number is that of a pipe.
#[inline]
pub(in crate::sys) fn is_pipe(number: Number) -> bool {
    number & BITS == PIPE
}

/// A socket that is closed when it is dropped, also where the close that `OwnedSocket` makes would fail.
pub(crate) struct Held(ManuallyDrop<OwnedSocket>);

impl Deref for Held {
    type Target = OwnedSocket;

    #[inline]
    fn deref(&self) -> &OwnedSocket {
        &self.0
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: the value is being dropped, so that nothing looks at the socket again.
        let _ = end(unsafe { ManuallyDrop::take(&mut self.0) });
    }
}

#[inline]
pub(crate) fn hold(socket: Descriptor) -> Held {
    Held(ManuallyDrop::new(socket))
}

#[inline]
pub(crate) fn release(held: Held) -> Descriptor {
    let mut held = ManuallyDrop::new(held);
    // SAFETY: what held the socket is never dropped, so that nothing looks at it again.
    unsafe { ManuallyDrop::take(&mut held.0) }
}

#[inline]
pub(crate) fn borrow(socket: &Descriptor) -> Borrowed<'_> {
    socket.as_socket().into()
}

/// Returns the number that tells a source from others.
#[inline]
pub(crate) fn number(source: Borrowed<'_>) -> Number {
    source.0
}

/// Returns the number as Winsock's functions take it, which of a pipe is none.
#[inline]
pub(in crate::sys) fn raw(source: Borrowed<'_>) -> ws::SOCKET {
    if is_pipe(source.0) { ws::INVALID_SOCKET } else { source.0 }
}

/// Takes over the number that a call of Winsock has just returned, if it is one.
pub(super) fn owned(returned: ws::SOCKET) -> Result<Descriptor> {
    if returned == ws::INVALID_SOCKET {
        return Err(last_errno());
    }
    // SAFETY: the only callers have the number from a call that opened it, so it is open and nobody else's.
    Ok(unsafe { OwnedSocket::from_raw_socket(returned as RawSocket) })
}

/// Opens another number for the same socket; it is non-blocking as that is, which the two share.
pub(crate) fn duplicate(socket: Borrowed<'_>) -> Result<Descriptor> {
    check(Operation::Duplicate)?;
    let mut described = ws::WSAPROTOCOL_INFOW::default();
    // SAFETY: the call takes nothing.
    let process = unsafe { GetCurrentProcessId() };
    // SAFETY: the description is writable, and of the type that the call writes.
    checked(unsafe { ws::WSADuplicateSocketW(raw(socket), process, &raw mut described) })?;
    name::open_described(&described)
}

/// Closes the socket and tells what went wrong with what it still had to do.
pub(crate) fn close(socket: Descriptor) -> Result<()> {
    // The fault comes after the call: a close that fails has closed all the same.
    let closed = end(socket);
    check(Operation::Close)?;
    closed
}

/// Closes the socket.
///
/// Winsock refuses that for a non-blocking one that is to linger and still has something to send (closesocket: "the
/// application must call closesocket again"). Without lingering it goes on to send that by itself.
fn end(socket: OwnedSocket) -> Result<()> {
    let number = socket.into_raw_socket() as ws::SOCKET;
    // SAFETY: the number was owned, and is given up here.
    let closed = checked(unsafe { ws::closesocket(number) });
    if closed != Err(Errno::AGAIN) {
        return closed.map(drop);
    }
    let none = option::encode_linger(None);
    let length = none.len() as i32;
    // SAFETY: the value is readable for its length, and the number still the socket's, which was not closed.
    checked(unsafe { ws::setsockopt(number, ws::SOL_SOCKET, ws::SO_LINGER, none.as_ptr(), length) })?;
    // SAFETY: as above; here it is given up.
    checked(unsafe { ws::closesocket(number) }).map(drop)
}

/// Winsock cannot be asked. Every socket that was opened or adopted here is non-blocking.
#[allow(clippy::unnecessary_wraps, reason = "the twin for Unix can fail")]
pub(crate) fn is_nonblocking(_: Borrowed<'_>) -> Result<bool> {
    Ok(true)
}

pub(crate) fn set_nonblocking(socket: Borrowed<'_>, on: bool) -> Result<()> {
    check(Operation::Control)?;
    let mut value = u32::from(on);
    // SAFETY: `value` is the one number that the request reads.
    checked(unsafe { ws::ioctlsocket(raw(socket), ws::FIONBIO, &raw mut value) }).map(drop)
}

/// Makes a socket one that child processes do not inherit, for calls that cannot do that as they open it.
pub(super) fn set_not_inheritable(socket: Borrowed<'_>) -> Result<()> {
    check(Operation::Control)?;
    let handle = raw(socket) as HANDLE;
    // SAFETY: the socket is open for as long as it is borrowed, and sockets are handles.
    match unsafe { SetHandleInformation(handle, HANDLE_FLAG_INHERIT, 0) } {
        0 => Err(last_errno()),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use windows_sys::Win32::Foundation::GetHandleInformation;

    use super::*;
    use crate::sys::address::RawAddress;

    fn is_inherited(socket: &Descriptor) -> bool {
        let mut flags = 0;
        // SAFETY: the socket is open, and `flags` is writable.
        let told = unsafe { GetHandleInformation(raw(borrow(socket)) as HANDLE, &raw mut flags) };
        assert_ne!(told, 0);
        flags & HANDLE_FLAG_INHERIT != 0
    }

    /// The address 127.0.0.1 with a port that the system chooses.
    fn loopback() -> RawAddress {
        use crate::sys::Sockaddr;

        std::net::SocketAddr::from(([127, 0, 0, 1], 0)).encode().unwrap()
    }

    #[test]
    fn nothing_is_inherited_but_what_is_opened_raw() {
        let [family, kind] = [i32::from(ws::AF_INET), ws::SOCK_STREAM];
        let listener = name::open(family, kind, 0).unwrap();
        name::bind(borrow(&listener), &loopback()).unwrap();
        name::listen(borrow(&listener), 1).unwrap();
        let client = name::open(family, kind, 0).unwrap();
        // Under way: accept has it all the same.
        let _ = name::connect(borrow(&client), &name::local_address(borrow(&listener)).unwrap());
        let ready = crate::sys::wait::wait(borrow(&listener), crate::sys::Readiness::Readable, None);
        assert_eq!(ready, Ok(true));
        let (accepted, _) = name::accept(borrow(&listener)).unwrap();
        for socket in [duplicate(borrow(&accepted)).unwrap(), accepted, listener, client] {
            assert!(!is_inherited(&socket));
        }
        assert!(is_inherited(&name::open_raw(family, kind, 0).unwrap()));
    }
}

//! The numbers and the names of the errors of Winsock.

use windows_sys::Win32::Networking::WinSock as ws;

use super::Errno;

macro_rules! named {
    ($($name:ident)*) => { &[$((Errno::from_raw(ws::$name), stringify!($name)),)*] };
}

const NAMES: &[(Errno, &str)] = named![
    WSAEINTR WSAEBADF WSAEACCES WSAEFAULT WSAEINVAL WSAEMFILE WSAEWOULDBLOCK WSAEINPROGRESS WSAEALREADY
    WSAENOTSOCK WSAEDESTADDRREQ WSAEMSGSIZE WSAEPROTOTYPE WSAENOPROTOOPT WSAEPROTONOSUPPORT
    WSAESOCKTNOSUPPORT WSAEOPNOTSUPP WSAEPFNOSUPPORT WSAEAFNOSUPPORT WSAEADDRINUSE WSAEADDRNOTAVAIL
    WSAENETDOWN WSAENETUNREACH WSAENETRESET WSAECONNABORTED WSAECONNRESET WSAENOBUFS WSAEISCONN
    WSAENOTCONN WSAESHUTDOWN WSAETOOMANYREFS WSAETIMEDOUT WSAECONNREFUSED WSAELOOP WSAENAMETOOLONG
    WSAEHOSTDOWN WSAEHOSTUNREACH WSAENOTEMPTY WSAEPROCLIM WSAEUSERS WSAEDQUOT WSAESTALE WSAEREMOTE
    WSASYSNOTREADY WSAVERNOTSUPPORTED WSANOTINITIALISED WSAEDISCON WSAECANCELLED WSAEREFUSED
    WSAHOST_NOT_FOUND WSATRY_AGAIN WSANO_RECOVERY WSANO_DATA
];

pub(super) fn all() -> impl Iterator<Item = &'static (Errno, &'static str)> {
    NAMES.iter()
}

pub(super) fn name(errno: Errno) -> Option<&'static str> {
    NAMES.iter().find(|row| row.0 == errno).map(|row| row.1)
}

/// Takes Winsock's own names and the ones without the prefix, which are what Unix calls the same errors.
pub(super) fn by_name(name: &str) -> Option<Errno> {
    let bare = |row: &str| row.trim_start_matches("WSA").to_owned();
    NAMES
        .iter()
        .find(|row| row.1.eq_ignore_ascii_case(name) || bare(row.1).eq_ignore_ascii_case(name))
        .map(|row| row.0)
}

pub(super) use ws::{
    WSAEACCES as ACCES, WSAEADDRINUSE as ADDRINUSE, WSAEADDRNOTAVAIL as ADDRNOTAVAIL,
    WSAEAFNOSUPPORT as AFNOSUPPORT, WSAEALREADY as ALREADY, WSAEBADF as BADF, WSAECONNABORTED as CONNABORTED,
    WSAECONNREFUSED as CONNREFUSED, WSAECONNRESET as CONNRESET, WSAEDESTADDRREQ as DESTADDRREQ,
    WSAEHOSTDOWN as HOSTDOWN, WSAEHOSTUNREACH as HOSTUNREACH, WSAEINPROGRESS as INPROGRESS, WSAEINTR as INTR,
    WSAEINVAL as INVAL, WSAEISCONN as ISCONN, WSAEMFILE as MFILE, WSAEMSGSIZE as MSGSIZE,
    WSAENAMETOOLONG as NAMETOOLONG, WSAENETDOWN as NETDOWN, WSAENETRESET as NETRESET,
    WSAENETUNREACH as NETUNREACH, WSAENOBUFS as NOBUFS, WSAENOPROTOOPT as NOPROTOOPT, WSAENOTCONN as NOTCONN,
    WSAENOTSOCK as NOTSOCK, WSAEOPNOTSUPP as OPNOTSUPP, WSAEPFNOSUPPORT as PFNOSUPPORT,
    WSAEPROTONOSUPPORT as PROTONOSUPPORT, WSAEPROTOTYPE as PROTOTYPE, WSAESHUTDOWN as SHUTDOWN,
    WSAESOCKTNOSUPPORT as SOCKTNOSUPPORT, WSAETIMEDOUT as TIMEDOUT, WSAEWOULDBLOCK as AGAIN,
};

// Winsock has no number for these; the nearest are those of the system below it.
pub(super) const NODEV: i32 = windows_sys::Win32::Foundation::ERROR_DEV_NOT_EXIST as i32;
pub(super) const NOENT: i32 = windows_sys::Win32::Foundation::ERROR_FILE_NOT_FOUND as i32;
pub(super) const NOMEM: i32 = windows_sys::Win32::Foundation::ERROR_NOT_ENOUGH_MEMORY as i32;
pub(super) const NXIO: i32 = windows_sys::Win32::Foundation::ERROR_INVALID_NAME as i32;
pub(super) const NOSYS: i32 = windows_sys::Win32::Foundation::ERROR_CALL_NOT_IMPLEMENTED as i32;
pub(super) const PIPE: i32 = windows_sys::Win32::Foundation::ERROR_BROKEN_PIPE as i32;
pub(super) const PERM: i32 = windows_sys::Win32::Foundation::ERROR_ACCESS_DENIED as i32;
pub(super) const SRCH: i32 = windows_sys::Win32::Foundation::ERROR_INVALID_PARAMETER as i32;
pub(super) const IO: i32 = windows_sys::Win32::Foundation::ERROR_IO_DEVICE as i32;
pub(super) const NFILE: i32 = -2;
pub(super) const NONET: i32 = -1;
pub(super) const PROTO: i32 = -3;

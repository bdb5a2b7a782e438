//! Opening, naming, connecting, accepting, ending.

use std::ptr::{null, null_mut};
use std::sync::OnceLock;

use super::address::RawAddress;
use super::descriptor::{Borrowed, Descriptor, borrow, owned, raw, set_nonblocking, set_not_inheritable};
use super::{Result, checked, checked_address, option, ws};
use crate::error::{Errno, Operation};
use crate::sys::{Shutdown, check};

/// What sockets are opened as: for overlapped calls, as socket() does, and not inherited by child processes.
const FLAGS: u32 = ws::WSA_FLAG_OVERLAPPED | ws::WSA_FLAG_NO_HANDLE_INHERIT;

/// Starts Winsock, once in the life of the process; it is never stopped, which the end of the process does.
pub(super) fn start() -> Result<()> {
    const VERSION_2_2: u16 = 0x0202;
    static STARTED: OnceLock<i32> = OnceLock::new();
    let number = *STARTED.get_or_init(|| {
        let mut about = ws::WSADATA::default();
        // SAFETY: `about` is writable, and of the type that the call writes.
        unsafe { ws::WSAStartup(VERSION_2_2, &raw mut about) }
    });
    if number == 0 { Ok(()) } else { Err(Errno::from_raw(number)) }
}

fn socket(family: i32, kind: i32, protocol: i32, flags: u32) -> Result<Descriptor> {
    start()?;
    // SAFETY: the call takes numbers, and no description of a socket.
    let opened = owned(unsafe { ws::WSASocketW(family, kind, protocol, null(), 0, flags) })?;
    set_nonblocking(borrow(&opened), true)?;
    Ok(opened)
}

/// Opens a socket: non-blocking, not inheritable, and UDP without the errors that are no error of a call.
pub(crate) fn open(family: i32, kind: i32, protocol: i32) -> Result<Descriptor> {
    check(Operation::Open)?;
    let opened = socket(family, kind, protocol, FLAGS)?;
    if is_udp(family, kind) {
        ignore_unreachable(borrow(&opened));
    }
    Ok(opened)
}

/// Opens a socket as the system does, inheritable; but non-blocking, as all the calls here need it.
pub(crate) fn open_raw(family: i32, kind: i32, protocol: i32) -> Result<Descriptor> {
    check(Operation::Open)?;
    socket(family, kind, protocol, ws::WSA_FLAG_OVERLAPPED)
}

/// Opens the socket that WSADuplicateSocketW described.
pub(super) fn open_described(described: &ws::WSAPROTOCOL_INFOW) -> Result<Descriptor> {
    const DESCRIBED: i32 = ws::FROM_PROTOCOL_INFO;
    // SAFETY: the description is readable.
    owned(unsafe { ws::WSASocketW(DESCRIBED, DESCRIBED, DESCRIBED, described, 0, FLAGS) })
}

fn is_udp(family: i32, kind: i32) -> bool {
    let is_ip = family == i32::from(ws::AF_INET) || family == i32::from(ws::AF_INET6);
    is_ip && kind == ws::SOCK_DGRAM
}

/// Has a receive on a UDP socket not fail because some datagram sent before it has reached nobody.
///
/// Such a report has no place in a socket with more than one peer: it makes the next receive fail, whoever that is
/// from. A system or a provider that lacks the switch has no such reports, or cannot be helped.
fn ignore_unreachable(socket: Borrowed<'_>) {
    for switch in [ws::SIO_UDP_CONNRESET, ws::SIO_UDP_NETRESET] {
        let off = 0u32;
        let (input, size) = ((&raw const off).cast(), size_of_val(&off) as u32);
        let mut written = 0;
        // SAFETY: the request reads one number and writes none; `written` is writable; nothing is overlapped.
        let _ = unsafe {
            ws::WSAIoctl(raw(socket), switch, input, size, null_mut(), 0, &raw mut written, null_mut(), None)
        };
    }
}

/// Windows has no such pairs.
pub(crate) fn pair(_: i32, _: i32, _: i32) -> Result<(Descriptor, Descriptor)> {
    check(Operation::Pair)?;
    Err(Errno::OPNOTSUPP)
}

/// Prepares a socket that something else opened for the calls here, as [`open`] does with its own.
pub(crate) fn adopt(socket: Borrowed<'_>) -> Result<()> {
    let described = option::described(socket)?;
    if is_udp(described.iAddressFamily, described.iSocketType) {
        ignore_unreachable(socket);
    }
    set_nonblocking(socket, true)
}

pub(crate) fn bind(socket: Borrowed<'_>, address: &RawAddress) -> Result<()> {
    check(Operation::Bind)?;
    // SAFETY: the address is readable for its length.
    checked_address(unsafe { ws::bind(raw(socket), address.as_ptr(), address.len()) }).map(drop)
}

pub(crate) fn listen(socket: Borrowed<'_>, backlog: i32) -> Result<()> {
    check(Operation::Listen)?;
    // SAFETY: listen() takes numbers only.
    checked(unsafe { ws::listen(raw(socket), backlog) }).map(drop)
}

/// Starts to connect; says `WSAEWOULDBLOCK` of a connect that is under way.
pub(crate) fn connect(socket: Borrowed<'_>, address: &RawAddress) -> Result<()> {
    check(Operation::Connect)?;
    // SAFETY: the address is readable for its length.
    checked_address(unsafe { ws::connect(raw(socket), address.as_ptr(), address.len()) }).map(drop)
}

/// Dissolves the association of a datagram socket, which Winsock does for an address of zeros.
pub(crate) fn disconnect(socket: Borrowed<'_>) -> Result<()> {
    check(Operation::Disconnect)?;
    let nowhere = RawAddress::unspecified(option::described(socket)?.iAddressFamily);
    // SAFETY: the address is readable for its length.
    checked(unsafe { ws::connect(raw(socket), nowhere.as_ptr(), nowhere.len()) }).map(drop)
}

/// Accepts a connection: non-blocking and not inheritable, whatever the listener is.
pub(crate) fn accept(socket: Borrowed<'_>) -> Result<(Descriptor, RawAddress)> {
    check(Operation::Accept)?;
    let mut from = RawAddress::empty();
    let accepted = from.fill(|address, length| {
        // SAFETY: the address is writable for the length that is given.
        match owned(unsafe { ws::accept(raw(socket), address, length) }) {
            // So says Wine when the peer has gone meanwhile; Winsock says WSAECONNRESET.
            Err(Errno::NOTCONN) => Err(Errno::CONNABORTED),
            accepted => accepted,
        }
    })?;
    set_not_inheritable(borrow(&accepted))?;
    set_nonblocking(borrow(&accepted), true)?;
    Ok((accepted, from))
}

pub(crate) fn local_cid() -> Result<u32> {
    Err(Errno::OPNOTSUPP)
}

pub(crate) fn shutdown(socket: Borrowed<'_>, how: Shutdown) -> Result<()> {
    check(Operation::Shutdown)?;
    let how = match how {
        Shutdown::Receive => ws::SD_RECEIVE,
        Shutdown::Send => ws::SD_SEND,
        Shutdown::Both => ws::SD_BOTH,
    };
    // SAFETY: shutdown() takes numbers only.
    checked(unsafe { ws::shutdown(raw(socket), how) }).map(drop)
}

/// Winsock fails for a socket that was never bound, where Unix tells the unspecified address of its family.
pub(crate) fn local_address(socket: Borrowed<'_>) -> Result<RawAddress> {
    check(Operation::LocalAddress)?;
    let mut address = RawAddress::empty();
    // SAFETY: the address is writable for the length that is given.
    match address.fill(|at, length| checked(unsafe { ws::getsockname(raw(socket), at, length) })) {
        Ok(_) => Ok(address),
        Err(Errno::INVAL) => {
            option::described(socket).map(|described| RawAddress::unspecified(described.iAddressFamily))
        }
        Err(errno) => Err(errno),
    }
}

pub(crate) fn peer_address(socket: Borrowed<'_>) -> Result<RawAddress> {
    check(Operation::PeerAddress)?;
    peer(socket)
}

/// Whether the socket is connected, not counted as a call of its own.
pub(super) fn has_peer(socket: Borrowed<'_>) -> bool {
    peer(socket).is_ok()
}

fn peer(socket: Borrowed<'_>) -> Result<RawAddress> {
    let mut address = RawAddress::empty();
    // SAFETY: the address is writable for the length that is given.
    address.fill(|at, length| checked(unsafe { ws::getpeername(raw(socket), at, length) }))?;
    Ok(address)
}

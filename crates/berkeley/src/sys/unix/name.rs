//! Opening, naming, connecting, accepting, ending.

#[cfg(apple)]
use std::os::fd::AsFd;
use std::os::fd::AsRawFd;

use super::address::RawAddress;
use super::descriptor::{Borrowed, Descriptor, owned};
use super::{Result, call, checked};
use crate::error::{Errno, Operation};
#[cfg(apple)]
use crate::sys::Place;
use crate::sys::{Shutdown, check};

/// Opens a socket: close-on-exec and, where sends have no flag for it, without SIGPIPE.
pub(crate) fn open(family: i32, kind: i32, protocol: i32) -> Result<Descriptor> {
    check(Operation::Open)?;
    // SAFETY: socket(2) takes numbers only.
    let opened = owned(checked(unsafe { libc::socket(family, kind | CLOEXEC, protocol) })?);
    prepare(&opened)?;
    Ok(opened)
}

/// Opens a socket just as the system does.
pub(crate) fn open_raw(family: i32, kind: i32, protocol: i32) -> Result<Descriptor> {
    check(Operation::Open)?;
    // SAFETY: socket(2) takes numbers only.
    checked(unsafe { libc::socket(family, kind, protocol) }).map(owned)
}

/// Opens two sockets that are connected to each other.
pub(crate) fn pair(family: i32, kind: i32, protocol: i32) -> Result<(Descriptor, Descriptor)> {
    check(Operation::Pair)?;
    let mut fds = [-1; 2];
    // SAFETY: socketpair(2) writes two ints, for which there is room.
    checked(unsafe { libc::socketpair(family, kind | CLOEXEC, protocol, fds.as_mut_ptr()) })?;
    let pair = (owned(fds[0]), owned(fds[1]));
    prepare(&pair.0)?;
    prepare(&pair.1)?;
    Ok(pair)
}

#[cfg(not(apple))]
const CLOEXEC: i32 = libc::SOCK_CLOEXEC;
#[cfg(apple)]
const CLOEXEC: i32 = 0;

#[cfg(not(apple))]
#[allow(clippy::unnecessary_wraps, reason = "the twin for Apple's systems can fail")]
fn prepare(_: &Descriptor) -> Result<()> {
    Ok(())
}

#[cfg(apple)]
fn prepare(fd: &Descriptor) -> Result<()> {
    super::descriptor::set_close_on_exec(fd.as_fd())?;
    no_sigpipe(fd.as_fd())
}

/// Prepares a descriptor that something else opened for the calls here: without SIGPIPE.
#[cfg(not(apple))]
#[allow(clippy::unnecessary_wraps, reason = "the twin for Apple's systems can fail")]
pub(crate) fn adopt(_: Borrowed<'_>) -> Result<()> {
    Ok(())
}

#[cfg(apple)]
pub(crate) fn adopt(fd: Borrowed<'_>) -> Result<()> {
    no_sigpipe(fd)
}

/// XNU refuses every option of a socket both of whose halves have ended, which is nothing to fail for.
#[cfg(apple)]
pub(super) fn no_sigpipe(fd: Borrowed<'_>) -> Result<()> {
    let place = Place::of_plain_value(libc::SOL_SOCKET, libc::SO_NOSIGPIPE);
    match super::option::set(fd, place, &1i32.to_ne_bytes()) {
        Err(errno) if errno != Errno::INVAL => Err(errno),
        _ => Ok(()),
    }
}

pub(crate) fn bind(fd: Borrowed<'_>, address: &RawAddress) -> Result<()> {
    check(Operation::Bind)?;
    // SAFETY: the address is readable for its length.
    checked(unsafe { libc::bind(fd.as_raw_fd(), address.as_ptr(), address.len()) }).map(drop)
}

pub(crate) fn listen(fd: Borrowed<'_>, backlog: i32) -> Result<()> {
    check(Operation::Listen)?;
    // SAFETY: listen(2) takes numbers only.
    checked(unsafe { libc::listen(fd.as_raw_fd(), backlog) }).map(drop)
}

pub(crate) fn connect(fd: Borrowed<'_>, address: &RawAddress) -> Result<()> {
    check(Operation::Connect)?;
    // SAFETY: the address is readable for its length.
    checked(unsafe { libc::connect(fd.as_raw_fd(), address.as_ptr(), address.len()) }).map(drop)
}

/// Dissolves the association of a datagram socket.
///
/// The BSDs dissolve it and report that the address is of no family they know.
pub(crate) fn disconnect(fd: Borrowed<'_>) -> Result<()> {
    check(Operation::Disconnect)?;
    // SAFETY: zero is a value of every field of a sockaddr.
    let mut nowhere: libc::sockaddr = unsafe { std::mem::zeroed() };
    nowhere.sa_family = libc::AF_UNSPEC as _;
    let length = size_of::<libc::sockaddr>() as libc::socklen_t;
    // SAFETY: the address is readable for its length.
    match checked(unsafe { libc::connect(fd.as_raw_fd(), &raw const nowhere, length) }) {
        Err(errno) if !(cfg!(bsd) && errno == Errno::AFNOSUPPORT) => Err(errno),
        _ => Ok(()),
    }
}

/// Accepts a connection: close-on-exec and blocking, whatever the listener is.
#[inline]
pub(crate) fn accept(fd: Borrowed<'_>) -> Result<(Descriptor, RawAddress)> {
    check(Operation::Accept)?;
    call::accept(fd)
}

/// Returns the context of this machine among virtual machines. On Linux a device tells it.
#[cfg(linux_like)]
pub(crate) fn local_cid() -> Result<u32> {
    /// IOCTL_VM_SOCKETS_GET_LOCAL_CID of linux/vm_sockets.h: `_IO(7, 0xb9)`, where "no direction" may be a bit.
    const LOCAL_CID: libc::c_uint = if cfg!(any(
        target_arch = "mips",
        target_arch = "mips64",
        target_arch = "powerpc",
        target_arch = "powerpc64",
        target_arch = "sparc",
        target_arch = "sparc64"
    )) {
        0x2000_07b9
    } else {
        0x7b9
    };
    check(Operation::Control)?;
    // SAFETY: the path ends with NUL.
    let device =
        owned(checked(unsafe { libc::open(c"/dev/vsock".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) })?);
    let mut cid = 0_u32;
    // SAFETY: the request writes one unsigned int.
    checked(unsafe { libc::ioctl(device.as_raw_fd(), LOCAL_CID as _, &raw mut cid) })?;
    Ok(cid)
}

/// Returns the context of this machine among virtual machines. On Apple's systems a socket tells it.
#[cfg(apple)]
pub(crate) fn local_cid() -> Result<u32> {
    /// IOCTL_VM_SOCKETS_GET_LOCAL_CID of sys/vsock.h: `_IOR('s', 209, uint32_t)`.
    const LOCAL_CID: libc::c_ulong = 0x4004_73d1;
    let socket = open(libc::AF_VSOCK, libc::SOCK_STREAM, 0)?;
    let mut cid = 0_u32;
    // SAFETY: the request writes one number of 32 bits.
    checked(unsafe { libc::ioctl(socket.as_raw_fd(), LOCAL_CID, &raw mut cid) })?;
    Ok(cid)
}

#[cfg(not(any(linux_like, apple)))]
pub(crate) fn local_cid() -> Result<u32> {
    Err(Errno::OPNOTSUPP)
}

pub(crate) fn shutdown(fd: Borrowed<'_>, how: Shutdown) -> Result<()> {
    check(Operation::Shutdown)?;
    let how = match how {
        Shutdown::Receive => libc::SHUT_RD,
        Shutdown::Send => libc::SHUT_WR,
        Shutdown::Both => libc::SHUT_RDWR,
    };
    // SAFETY: shutdown(2) takes numbers only.
    checked(unsafe { libc::shutdown(fd.as_raw_fd(), how) }).map(drop)
}

pub(crate) fn local_address(fd: Borrowed<'_>) -> Result<RawAddress> {
    check(Operation::LocalAddress)?;
    let mut address = RawAddress::empty();
    // SAFETY: the address is writable for the length that is given.
    address.fill(|at, length| checked(unsafe { libc::getsockname(fd.as_raw_fd(), at, length) }))?;
    Ok(address)
}

pub(crate) fn peer_address(fd: Borrowed<'_>) -> Result<RawAddress> {
    check(Operation::PeerAddress)?;
    let mut address = RawAddress::empty();
    // SAFETY: the address is writable for the length that is given.
    address.fill(|at, length| checked(unsafe { libc::getpeername(fd.as_raw_fd(), at, length) }))?;
    Ok(address)
}

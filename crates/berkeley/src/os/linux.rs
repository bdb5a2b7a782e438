//! What only Linux has.

use crate::error::{During, Operation, Result};
use crate::source::Descriptor;
use crate::sys::process;

/// A running process, whose descriptors can be duplicated into this one.
///
/// It stays the process that was opened: when that has ended, another one that the system gives the same number is
/// not taken for it.
///
/// # Platform notes
///
/// Linux 5.6 and later. Other systems answer [`is_unsupported`](crate::Error::is_unsupported) when it is opened.
///
/// # Examples
///
/// The sockets of this process itself, and an option of one of them:
///
/// ```
/// use berkeley::os::linux::Process;
/// use berkeley::{UdpSocket, option};
///
/// let _socket = UdpSocket::bind("127.0.0.1:0")?;
/// let process = match Process::open(std::process::id()) {
///     Err(error) if error.is_unsupported() => return Ok(()),
///     process => process?,
/// };
/// for number in process.sockets()? {
///     let descriptor = process.descriptor(number)?;
///     println!("{number} {}", option::socket::RCVBUF.get(&descriptor)?);
/// }
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Debug)]
pub struct Process {
    handle: process::Handle,
    id: u32,
}

impl Process {
    /// Opens the process with a number, as [`std::process::Child::id`] tells it.
    ///
    /// # Errors
    ///
    /// [`is_no_such_process`](crate::Error::is_no_such_process) if there is none. The number of a thread that is not
    /// its process's first is refused, as invalid or as not found, as the kernel is old or new.
    ///
    /// # System call
    ///
    /// `pidfd_open(2)`.
    pub fn open(id: u32) -> Result<Self> {
        process::open(id).during(Operation::OpenProcess).map(|handle| Self { handle, id })
    }

    /// Returns the number of the process.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// Duplicates the process's descriptor `number`; what it leads to is then shared by both processes.
    ///
    /// Options, shutting down and what is received are the socket's, and so the other process's too; so is
    /// `O_NONBLOCK`, which [`Socket::adopt`](crate::Socket::adopt) sets on a listener and
    /// [`adopt_raw`](crate::Socket::adopt_raw) does not. To close the duplicate changes nothing there.
    ///
    /// # Errors
    ///
    /// [`is_permission_denied`](crate::Error::is_permission_denied) unless this process may trace the other one
    /// (ptrace(2), "Ptrace access mode checking"): the same user, where `kernel.yama.ptrace_scope` allows that, or
    /// `CAP_SYS_PTRACE`. [`is_not_a_socket`](crate::Error::is_not_a_socket) if it has no such descriptor; one that it
    /// has can be of any kind.
    ///
    /// # System call
    ///
    /// `pidfd_getfd(2)`.
    pub fn descriptor(&self, number: i32) -> Result<Descriptor> {
        process::duplicate_from(&self.handle, number).during(Operation::DuplicateFrom)
    }

    /// Lists the numbers of those of the process's descriptors that are sockets.
    ///
    /// # Errors
    ///
    /// As [`descriptor`](Self::descriptor); and where `/proc` is not mounted.
    pub fn sockets(&self) -> Result<Vec<i32>> {
        process::sockets(&self.handle, self.id).during(Operation::OpenProcess)
    }
}

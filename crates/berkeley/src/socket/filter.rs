//! Programs that run for what a socket receives.

use super::SocketOf;
use super::role::Role;
use crate::error::{During, Operation, Result};
use crate::option;
use crate::source::AsSource;
pub use crate::sys::filter::Instruction;
use crate::sys::filter::{self, Program};

impl<R: Role> SocketOf<R> {
    /// Attaches a classic packet filter: the socket receives what it lets through, as many bytes of it as it says.
    ///
    /// The program sees a datagram from the header of UDP on, and a segment from that of TCP on.
    ///
    /// # Errors
    ///
    /// `EINVAL` of a program that is empty, longer than 4096 instructions, or not well-formed.
    ///
    /// # Platform notes
    ///
    /// - Linux. Elsewhere unsupported.
    ///
    /// # System call
    ///
    /// `setsockopt(2)` with `SO_ATTACH_FILTER`.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::{Instruction, UdpSocket};
    ///
    /// let deaf = UdpSocket::bind("127.0.0.1:0")?;
    /// match deaf.attach_filter(&[Instruction::give(0)]) {
    ///     Ok(()) => {
    ///         UdpSocket::connected_to(deaf.local_address()?)?.send(b"unheard")?;
    ///         assert!(deaf.now().recv(&mut [0; 8])?.is_none());
    ///     }
    ///     Err(error) => assert!(error.is_unsupported()),
    /// }
    /// # Ok::<(), berkeley::Error>(())
    /// ```
    #[doc(alias = "SO_ATTACH_FILTER")]
    pub fn attach_filter(&self, program: &[Instruction]) -> Result<()> {
        filter::attach(self.borrowed(), Program::Filter, program).during(Operation::SetOption)
    }

    /// Attaches a filter that was loaded with `bpf(2)`, of the type `BPF_PROG_TYPE_SOCKET_FILTER`.
    #[doc(alias = "SO_ATTACH_BPF")]
    pub fn attach_filter_program(&self, program: &(impl AsSource + ?Sized)) -> Result<()> {
        let program = program.as_source().borrowed();
        filter::attach_extended(self.borrowed(), Program::Filter, program).during(Operation::SetOption)
    }

    /// Takes the packet filter off: [`DETACH_FILTER`](option::socket::DETACH_FILTER).
    ///
    /// # Errors
    ///
    /// `EPERM` of one that [`LOCK_FILTER`](option::socket::LOCK_FILTER) holds, `ENOENT` where there is none.
    #[doc(alias = "SO_DETACH_FILTER")]
    pub fn detach_filter(&self) -> Result<()> {
        self.set(option::socket::DETACH_FILTER, true)
    }

    /// Returns the classic packet filter that is attached; empty where there is none.
    #[doc(alias = "SO_GET_FILTER")]
    pub fn attached_filter(&self) -> Result<Vec<Instruction>> {
        filter::attached(self.borrowed()).during(Operation::GetOption)
    }

    /// Attaches a classic program that chooses among the sockets of this one's port, which share it by
    /// [`REUSEPORT`](option::socket::REUSEPORT): it gives the number of the socket, in the order in which they were bound.
    ///
    /// The program sees what comes behind the header of UDP or TCP. A number that no socket has lets the system choose.
    ///
    /// # Platform notes
    ///
    /// - Linux. Elsewhere unsupported.
    ///
    /// # System call
    ///
    /// `setsockopt(2)` with `SO_ATTACH_REUSEPORT_CBPF`.
    #[doc(alias = "SO_ATTACH_REUSEPORT_CBPF")]
    pub fn attach_chooser(&self, program: &[Instruction]) -> Result<()> {
        filter::attach(self.borrowed(), Program::Chooser, program).during(Operation::SetOption)
    }

    /// Attaches a program that chooses and was loaded with `bpf(2)`.
    #[doc(alias = "SO_ATTACH_REUSEPORT_EBPF")]
    pub fn attach_chooser_program(&self, program: &(impl AsSource + ?Sized)) -> Result<()> {
        let program = program.as_source().borrowed();
        filter::attach_extended(self.borrowed(), Program::Chooser, program).during(Operation::SetOption)
    }

    /// Takes the program that chooses off: [`DETACH_REUSEPORT_BPF`](option::socket::DETACH_REUSEPORT_BPF).
    #[doc(alias = "SO_DETACH_REUSEPORT_BPF")]
    pub fn detach_chooser(&self) -> Result<()> {
        self.set(option::socket::DETACH_REUSEPORT_BPF, true)
    }
}

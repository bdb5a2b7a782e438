//! Sockets between a virtual machine and its host.
//!
//! # Platform notes
//!
//! - Linux: streams, and where the transport has them sequenced packets (virtio, Linux 5.14) and datagrams (VMware).
//! - macOS: streams.
//! - Elsewhere opening is unsupported.

use crate::addr::{Address, Family, ToAddress, VsockAddress};
use crate::deadline::Deadline;
use crate::error::{During, Error, Operation, Result};
use crate::kind::{Kind, Protocol};
use crate::socket::{
    Accepts, Addresses, BACKLOG, Connecting, Received, Role, SocketOf, Streams, Transfers, encode, role,
};
use crate::sys;

/// A stream between a virtual machine and its host.
///
/// # Examples
///
/// ```no_run
/// use berkeley::{SECOND, VsockAddress, VsockStream};
/// use std::io::Write;
///
/// let mut stream = VsockStream::connect_by(VsockAddress::new(VsockAddress::CID_HOST, 1024), SECOND * 3)?;
/// stream.write_all(b"hello, host")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type VsockStream = SocketOf<Stream>;

/// A socket that accepts streams.
///
/// # Examples
///
/// ```no_run
/// use berkeley::{VsockAddress, VsockListener};
///
/// let listener = VsockListener::bind(VsockAddress::new(VsockAddress::CID_ANY, 1024))?;
/// let (stream, from) = listener.accept()?;
/// println!("machine {} is here", from.cid());
/// # Ok::<(), berkeley::Error>(())
/// ```
pub type VsockListener = SocketOf<Listener>;

/// A connection that keeps the boundaries of messages.
pub type VsockSeqpacket = SocketOf<Seqpacket>;

/// A socket that accepts connections that keep boundaries.
pub type VsockSeqpacketListener = SocketOf<SeqpacketListener>;

/// A socket for datagrams.
pub type VsockDatagram = SocketOf<Datagram>;

role! {
    /// The role of a stream.
    Stream: "VsockStream", VsockAddress,
        |family, kind, listening| family == Family::VSOCK && kind == Kind::STREAM && !listening,
        [], "the descriptor is no vsock stream, or it listens";
    /// The role of a socket that accepts streams.
    Listener: "VsockListener", VsockAddress,
        |family, kind, listening| family == Family::VSOCK && kind == Kind::STREAM && listening,
        [], "the descriptor is no vsock stream that listens";
    /// The role of a connection that keeps boundaries.
    Seqpacket: "VsockSeqpacket", VsockAddress,
        |family, kind, listening| family == Family::VSOCK && kind == Kind::SEQPACKET && !listening,
        [], "the descriptor is no vsock sequenced-packet socket, or it listens";
    /// The role of a socket that accepts connections that keep boundaries.
    SeqpacketListener: "VsockSeqpacketListener", VsockAddress,
        |family, kind, listening| family == Family::VSOCK && kind == Kind::SEQPACKET && listening,
        [], "the descriptor is no vsock sequenced-packet socket that listens";
    /// The role of a socket for datagrams.
    Datagram: "VsockDatagram", VsockAddress,
        |family, kind, _| family == Family::VSOCK && kind == Kind::DGRAM,
        [], "the descriptor is no vsock datagram socket";
}

impl Transfers for Stream {
    type Received = usize;
}

impl Streams for Stream {}

impl Transfers for Seqpacket {
    type Received = Received;
}

impl Transfers for Datagram {
    type Received = Received;
}

impl Addresses for Datagram {}

impl Accepts for Listener {
    type Stream = Stream;
}

impl Accepts for SeqpacketListener {
    type Stream = Seqpacket;
}

/// Takes an address of this family or its text, and refuses every other.
fn vsock(address: &impl ToAddress, operation: Operation) -> Result<Address> {
    match address.to_address()? {
        address @ Address::Vsock(_) => Ok(address),
        address => Err(Error::invalid(operation, "a vsock address is needed, such as vsock://2:1024")
            .with_address(address)),
    }
}

fn bound<R: Role>(address: &impl ToAddress, kind: Kind, role: R) -> Result<(SocketOf<R>, Address)> {
    let (address, raw) = encode(&vsock(address, Operation::Bind)?, Operation::Bind)?;
    let socket = SocketOf::open_as(Family::VSOCK, kind, Protocol::DEFAULT, role)?;
    socket.bind_raw(&address, &raw)?;
    Ok((socket, address))
}

/// Gives a role the calls that connect.
macro_rules! connects {
    ($($role:ident: $kind:ident;)*) => { $(
        impl SocketOf<$role> {
            /// Connects to a port of a machine.
            ///
            /// # Errors
            ///
            /// [`is_connection_reset`](Error::is_connection_reset): nobody listens there.
            /// [`is_timed_out`](Error::is_timed_out): the machine did not answer, by default within two seconds.
            /// [`is_no_such_interface`](Error::is_no_such_interface): there is no way to that machine.
            ///
            /// # System call
            ///
            /// `connect(2)`.
            pub fn connect(address: impl ToAddress) -> Result<Self> {
                Self::connect_by(address, Deadline::never())
            }

            /// Connects as [`connect`](Self::connect) does, or gives up when the deadline passes.
            pub fn connect_by(address: impl ToAddress, deadline: impl Into<Deadline>) -> Result<Self> {
                Self::connected(&vsock(&address, Operation::Connect)?, deadline, |_| {
                    Self::open_as(Family::VSOCK, Kind::$kind, Protocol::DEFAULT, $role)
                })
            }

            /// Starts to connect, and does not wait.
            pub fn start_connect(address: impl ToAddress) -> Result<Connecting<Self>> {
                let address = vsock(&address, Operation::Connect)?;
                Self::open_as(Family::VSOCK, Kind::$kind, Protocol::DEFAULT, $role)?.into_connecting(address)
            }
        }
    )* };
}

connects! {
    Stream: STREAM;
    Seqpacket: SEQPACKET;
}

/// Gives a role the calls that listen.
macro_rules! listens {
    ($($role:ident: $kind:ident;)*) => { $(
        impl SocketOf<$role> {
            /// Binds an address and listens there: [`VsockAddress::CID_ANY`] is every context of this machine, and
            /// [`VsockAddress::PORT_ANY`] has the system choose a port.
            ///
            /// # Errors
            ///
            /// [`is_address_in_use`](Error::is_address_in_use); [`is_permission_denied`](Error::is_permission_denied)
            /// for a port below 1024 without a privilege.
            ///
            /// # System call
            ///
            /// `socket(2)`, `bind(2)`, `listen(2)`.
            pub fn bind(address: impl ToAddress) -> Result<Self> {
                Self::bind_with(address, BACKLOG)
            }

            /// Binds as [`bind`](Self::bind) does; at most `backlog` connections wait to be accepted.
            pub fn bind_with(address: impl ToAddress, backlog: u32) -> Result<Self> {
                let (listener, address) = bound(&address, Kind::$kind, $role)?;
                listener.listen(backlog).map_err(|error| error.with_address(address))?;
                Ok(listener)
            }
        }
    )* };
}

listens! {
    Listener: STREAM;
    SeqpacketListener: SEQPACKET;
}

impl SocketOf<Datagram> {
    /// Opens a socket at an address.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported) for the transports of most machines.
    ///
    /// # System call
    ///
    /// `socket(2)`, `bind(2)`.
    pub fn bind(address: impl ToAddress) -> Result<Self> {
        bound(&address, Kind::DGRAM, Datagram).map(|(socket, _)| socket)
    }
}

/// Returns the context of this machine: of a virtual machine the one that its host gave it, of a host
/// [`VsockAddress::CID_HOST`], and [`VsockAddress::CID_ANY`] or [`VsockAddress::CID_LOCAL`] of a machine that is
/// neither.
///
/// # Errors
///
/// [`is_not_found`](Error::is_not_found) and [`is_permission_denied`](Error::is_permission_denied) are about Linux'
/// `/dev/vsock`; [`is_unsupported`](Error::is_unsupported): the system has no such sockets.
///
/// # System call
///
/// `ioctl(2)` with `IOCTL_VM_SOCKETS_GET_LOCAL_CID`.
#[doc(alias = "IOCTL_VM_SOCKETS_GET_LOCAL_CID")]
pub fn local_cid() -> Result<u32> {
    sys::name::local_cid().during(Operation::Control).map_err(|error| {
        if error.is_not_found() || error.is_permission_denied() {
            return error.with_detail("the context of this machine is read from /dev/vsock");
        }
        error
    })
}

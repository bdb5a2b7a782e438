//! The socket: opened, named, connected, accepted from, ended.

mod accept;
mod all;
pub mod batch;
mod connect;
mod debug;
mod filter;
mod flags;
mod flow_label;
mod interop;
mod io;
pub mod message;
mod mode;
mod named;
mod path;
mod readiness;
mod received;
mod role;
#[cfg(feature = "text")]
mod text;
mod view;

pub(crate) use self::mode::back_off;
pub(crate) use self::named::named;
pub(crate) use self::role::role;

pub use self::connect::{Connecting, State};
pub use self::filter::Instruction;
pub use self::flags::{ReceiveFlags, SendFlags};
pub use self::interop::AdoptError;
pub use self::readiness::Readiness;
pub use self::received::{Outcome, Received};
pub use self::role::{Accepts, Addresses, Any, HoldsSocket, Local, Role, Streams, Transfers};
pub use self::view::{AsBytes, By, Now};
use crate::addr::{Address, Family, ToAddress, UnixAddress};
use crate::error::{During, Errno, Error, Operation, Result};
use crate::kind::{Kind, Protocol};
use crate::option::{self, Form, Reads, Sets, SocketOption};
use crate::sys::address::RawAddress;
use crate::sys::descriptor::{self, Borrowed, Descriptor, Held};
use crate::sys::{self, Shutdown, Sockaddr};

/// A socket of any family and type, with every call.
///
/// [`SocketOf`] has the calls: this is one in the role [`Any`].
///
/// # Examples
///
/// ```
/// use berkeley::{Family, Kind, Protocol, Socket};
///
/// let receiver = Socket::open(Family::INET, Kind::DGRAM, Protocol::DEFAULT)?;
/// receiver.bind("127.0.0.1:0")?;
///
/// let sender = Socket::open(Family::INET, Kind::DGRAM, Protocol::UDP)?;
/// sender.send_to(b"hello", &receiver.local_address()?)?;
///
/// let mut buffer = [0; 64];
/// let (received, from) = receiver.recv_from(&mut buffer)?;
/// assert_eq!(&buffer[..received.len()], b"hello");
/// assert_eq!(from.port(), sender.local_address()?.port());
/// # Ok::<(), berkeley::Error>(())
/// ```
pub type Socket = SocketOf<Any>;

/// A socket in a role.
///
/// The role says what the socket is for, and with that which calls it has and which addresses it deals in.
/// [`Socket`] is one of any family and type, with every call; [`TcpStream`](crate::TcpStream),
/// [`UdpSocket`](crate::UdpSocket) and the other typed sockets are the same in other roles.
///
/// # Modes
///
/// A socket has no mode: a call has. The plain calls wait, whatever O_NONBLOCK says. Those of [`by`](Self::by) wait
/// until a deadline, those of [`now`](Self::now) do not wait at all.
///
/// # Ends
///
/// Dropping a socket closes it; [`close`](Self::close) does so too and tells what went wrong. Every descriptor is
/// close-on-exec, and nothing here raises SIGPIPE.
pub struct SocketOf<R: Role> {
    descriptor: Held,
    family: Family,
    kind: Kind,
    /// Whether a receive call can ask for the length of the whole message.
    tells_length: bool,
    role: R,
}

/// How many connections wait to be accepted when nothing else is said: as many as the system allows.
pub const BACKLOG: u32 = i32::MAX as u32;

impl SocketOf<Any> {
    /// Opens a socket.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported) where the system lacks the family, the type or the protocol;
    /// [`is_permission_denied`](Error::is_permission_denied) for most raw sockets.
    ///
    /// # System call
    ///
    /// `socket(2)`.
    #[doc(alias = "socket")]
    pub fn open(family: Family, kind: Kind, protocol: Protocol) -> Result<Self> {
        Self::open_as(family, kind, protocol, Any)
    }

    /// Opens a socket just as the system does: inherited by the programs that this one starts, and on Apple's
    /// systems with SIGPIPE.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    pub fn open_raw(family: Family, kind: Kind, protocol: Protocol) -> Result<Self> {
        let number = available(Operation::Open, family, kind)?;
        let descriptor =
            sys::name::open_raw(number, kind.as_raw(), protocol.as_raw()).during(Operation::Open)?;
        Ok(Self::of(descriptor, family, kind, protocol, Any))
    }

    /// Opens two sockets that are connected to each other.
    ///
    /// # Platform notes
    ///
    /// - Unix: of the family `UNIX`; Linux has pairs of TIPC as well.
    /// - Windows: unsupported.
    ///
    /// # System call
    ///
    /// `socketpair(2)`.
    #[doc(alias = "socketpair")]
    pub fn pair(family: Family, kind: Kind, protocol: Protocol) -> Result<(Self, Self)> {
        Self::pair_as(family, kind, protocol, || Any)
    }

    /// Gives the socket its local address.
    ///
    /// Port zero has the system choose one; [`local_address`](Self::local_address) tells which.
    ///
    /// # Errors
    ///
    /// [`is_address_in_use`](Error::is_address_in_use), for a Unix path that exists as well;
    /// [`is_address_not_available`](Error::is_address_not_available) for one of another machine.
    ///
    /// # System call
    ///
    /// `bind(2)`.
    pub fn bind(&self, address: impl ToAddress) -> Result<()> {
        let (address, raw) = encode(&address, Operation::Bind)?;
        self.bind_raw(&address, &raw)
    }
}

/// Returns the system's number of a family that it has.
fn available(operation: Operation, family: Family, kind: Kind) -> Result<i32> {
    if !kind.is_available() {
        return Err(Error::unsupported(operation, "such type of socket"));
    }
    match family.as_raw() {
        Some(number) => Ok(number.into()),
        None => Err(Error::unsupported(operation, family.name().unwrap_or("such address family"))),
    }
}

impl<R: Role> SocketOf<R> {
    pub(crate) fn open_as(family: Family, kind: Kind, protocol: Protocol, role: R) -> Result<Self> {
        let number = available(Operation::Open, family, kind)?;
        let descriptor = sys::name::open(number, kind.as_raw(), protocol.as_raw()).during(Operation::Open)?;
        Ok(Self::of(descriptor, family, kind, protocol, role))
    }

    pub(crate) fn pair_as(
        family: Family,
        kind: Kind,
        protocol: Protocol,
        role: impl Fn() -> R,
    ) -> Result<(Self, Self)> {
        let number = available(Operation::Pair, family, kind)?;
        let (left, right) =
            sys::name::pair(number, kind.as_raw(), protocol.as_raw()).during(Operation::Pair)?;
        let of = |descriptor| Self::of(descriptor, family, kind, protocol, role());
        Ok((of(left), of(right)))
    }

    pub(crate) fn of(
        descriptor: Descriptor,
        family: Family,
        kind: Kind,
        protocol: Protocol,
        role: R,
    ) -> Self {
        let (descriptor, tells_length) = (descriptor::hold(descriptor), tells_length(family, kind, protocol));
        Self { descriptor, family, kind, tells_length, role }
    }

    /// Returns what an address from the system is. A Unix socket without a name comes with none at all.
    #[inline]
    pub(crate) fn decode(&self, raw: &RawAddress) -> sys::Result<R::Address> {
        decode(self.family, raw)
    }

    /// Whether a receive call can ask for the length of the whole message.
    #[inline]
    fn tells_length(&self) -> bool {
        self.tells_length && self.kind != Kind::STREAM
    }

    #[inline]
    pub(crate) fn borrowed(&self) -> Borrowed<'_> {
        descriptor::borrow(&self.descriptor)
    }

    pub(crate) fn role_mut(&mut self) -> &mut R {
        &mut self.role
    }

    /// Puts the socket into another role.
    pub(crate) fn into_role<Q: Role>(self, role: Q) -> SocketOf<Q> {
        let Self { descriptor, family, kind, tells_length, role: before } = self;
        before.give_up();
        SocketOf { descriptor, family, kind, tells_length, role }
    }

    /// Returns the address family.
    #[must_use]
    pub const fn family(&self) -> Family {
        self.family
    }

    /// Returns the type.
    #[must_use]
    #[doc(alias = "type")]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn bind_raw(&self, address: &Address, raw: &RawAddress) -> Result<()> {
        sys::name::bind(self.borrowed(), raw).during_to(Operation::Bind, address)
    }

    /// Returns the address that the socket has on this machine.
    ///
    /// A socket that was not bound has the unspecified address of its family.
    ///
    /// # System call
    ///
    /// `getsockname(2)`.
    #[doc(alias = "getsockname")]
    pub fn local_address(&self) -> Result<R::Address> {
        let raw = sys::name::local_address(self.borrowed()).during(Operation::LocalAddress)?;
        self.decode(&raw).during(Operation::LocalAddress)
    }

    /// Returns the address of the peer that the socket is connected to.
    ///
    /// # Errors
    ///
    /// [`is_not_connected`](Error::is_not_connected).
    ///
    /// # System call
    ///
    /// `getpeername(2)`.
    #[doc(alias = "getpeername")]
    pub fn peer_address(&self) -> Result<R::Address> {
        let raw = sys::name::peer_address(self.borrowed()).during(Operation::PeerAddress)?;
        self.decode(&raw).during(Operation::PeerAddress)
    }

    /// Returns `true` if the socket is connected to a peer.
    ///
    /// A connection that the peer has ended or reset still counts, until a call has found that out.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        sys::name::peer_address(self.borrowed()).is_ok()
    }

    /// Returns `true` if the socket accepts connections.
    #[must_use]
    pub fn is_listening(&self) -> bool {
        option::socket::ACCEPTCONN.get(self).unwrap_or(false)
    }

    /// Shuts down the half of the connection that receives, the one that sends, or both.
    ///
    /// After [`Shutdown::Send`] the peer reads the end of the data, and can still answer.
    ///
    /// # Errors
    ///
    /// [`is_not_connected`](Error::is_not_connected).
    ///
    /// # System call
    ///
    /// `shutdown(2)`.
    pub fn shutdown(&self, how: Shutdown) -> Result<()> {
        sys::name::shutdown(self.borrowed(), how).during(Operation::Shutdown)
    }

    /// Opens another descriptor of the same socket.
    ///
    /// The two share everything: options, the blocking mode, the place in the stream. What a role removes at its
    /// end, the path of a Unix listener, stays with this one.
    ///
    /// # Platform notes
    ///
    /// - Windows: where one of the two becomes a type of the standard library, calls of the other wait in the system,
    ///   by a deadline and now as well.
    ///
    /// # System call
    ///
    /// `fcntl(2)` with `F_DUPFD_CLOEXEC`.
    #[doc(alias = "dup")]
    #[doc(alias = "F_DUPFD_CLOEXEC")]
    pub fn duplicate(&self) -> Result<Self> {
        let descriptor = descriptor::duplicate(self.borrowed()).during(Operation::Duplicate)?;
        let Self { family, kind, tells_length, .. } = *self;
        let descriptor = descriptor::hold(descriptor);
        Ok(Self { descriptor, family, kind, tells_length, role: R::adopted() })
    }

    /// Closes the socket, and tells what went wrong.
    ///
    /// The descriptor is closed whatever is returned.
    ///
    /// # System call
    ///
    /// `close(2)`.
    pub fn close(self) -> Result<()> {
        let Self { descriptor, role, .. } = self;
        let closed = descriptor::close(descriptor::release(descriptor)).during(Operation::Close);
        closed.and(role.end())
    }

    /// Reads an option.
    ///
    /// # System call
    ///
    /// `getsockopt(2)`.
    pub fn get<F: Form, A: Reads>(&self, option: SocketOption<F, A>) -> Result<F::Value> {
        option.get(self)
    }

    /// Sets an option.
    ///
    /// # System call
    ///
    /// `setsockopt(2)`.
    pub fn set<F: Form, A: Sets>(&self, option: SocketOption<F, A>, value: F::Value) -> Result<()> {
        option.set(self, value)
    }

    /// Reads the option of that name, as text: [`option::by_name`] says which names there are.
    pub fn get_by_name(&self, name: &str) -> Result<String> {
        option::by_name(name).map_err(|error| Error::parse(Operation::GetOption, error))?.get(self)
    }

    /// Sets the option of that name to what a text says.
    pub fn set_by_name(&self, name: &str, value: &str) -> Result<()> {
        option::by_name(name).map_err(|error| Error::parse(Operation::SetOption, error))?.set(self, value)
    }

    /// Takes the error that is pending on the socket, if there is one.
    ///
    /// # System call
    ///
    /// `getsockopt(2)` with `SO_ERROR`.
    #[doc(alias = "SO_ERROR")]
    pub fn take_error(&self) -> Result<Option<Errno>> {
        self.get(option::socket::ERROR)
    }
}

impl<R: Transfers> SocketOf<R> {
    /// Returns how many bytes wait to be received.
    ///
    /// # Platform notes
    ///
    /// - Linux: for datagrams the length of the first; zero also where the first is empty.
    /// - The BSDs and Windows: for datagrams those of all.
    ///
    /// # System call
    ///
    /// `ioctl(2)` with `FIONREAD`.
    #[doc(alias = "FIONREAD")]
    #[doc(alias = "SIOCINQ")]
    pub fn queued_receive(&self) -> Result<usize> {
        sys::io::queued_receive(self.borrowed()).during(Operation::Control)
    }

    /// Returns how many of the bytes sent are still here: not yet acknowledged by a TCP peer, not yet read by one on
    /// this machine.
    ///
    /// # Platform notes
    ///
    /// - Linux: `SIOCOUTQ`; of a Unix socket the memory, not the bytes.
    /// - The BSDs: `FIONWRITE`; Apple: `SO_NWRITE`.
    /// - illumos, Windows: unsupported.
    #[doc(alias = "SIOCOUTQ")]
    pub fn queued_send(&self) -> Result<usize> {
        sys::io::queued_send(self.borrowed()).during(Operation::Control)
    }

    /// Returns `true` if the next byte received is the one after the mark of urgent data.
    ///
    /// # System call
    ///
    /// `sockatmark(3)`.
    #[doc(alias = "sockatmark")]
    #[doc(alias = "SIOCATMARK")]
    pub fn at_mark(&self) -> Result<bool> {
        sys::io::at_mark(self.borrowed()).during(Operation::Control)
    }
}

impl<R: Addresses> SocketOf<R> {
    /// Dissolves the association of a datagram socket with its peer.
    ///
    /// # System call
    ///
    /// `connect(2)` with `AF_UNSPEC`.
    pub fn disconnect(&self) -> Result<()> {
        sys::name::disconnect(self.borrowed()).during(Operation::Disconnect)
    }
}

/// Turns what names an address into the address, and into what the system takes.
pub(crate) fn encode(address: &impl ToAddress, operation: Operation) -> Result<(Address, RawAddress)> {
    let address = address.to_address()?;
    let raw = address.encode().during_to(operation, &address)?;
    Ok((address, raw))
}

/// Whether a receive call on such a socket can ask for the length of the whole message: MSG_TRUNC as a flag.
///
/// udp(7), raw(7), unix(7), netlink(7) and packet(7) take it. Linux's ping sockets, CAN and SCTP do not.
fn tells_length(family: Family, kind: Kind, protocol: Protocol) -> bool {
    match family {
        Family::INET | Family::INET6 => {
            kind == Kind::RAW
                || kind == Kind::DGRAM
                    && matches!(protocol, Protocol::DEFAULT | Protocol::UDP | Protocol::UDPLITE)
        }
        Family::UNIX | Family::NETLINK | Family::PACKET => true,
        _ => false,
    }
}

/// Sources where there are no descriptors of the standard library to be sources.
#[cfg(any(berkeley_sys = "unsupported", not(any(unix, windows))))]
mod sources {
    use super::{By, Connecting, HoldsSocket, Now, Role, SocketOf};
    use crate::source::{AsSource, Source};

    impl<R: Role> AsSource for SocketOf<R> {
        fn as_source(&self) -> Source<'_> {
            Source::new(self.borrowed())
        }
    }

    macro_rules! lends {
        ($($type:ident),*) => { $(
            impl<S: HoldsSocket> AsSource for $type<S> {
                fn as_source(&self) -> Source<'_> {
                    self.socket().as_source()
                }
            }
        )* };
    }

    lends!(By, Now);

    impl<S: HoldsSocket> AsSource for Connecting<S> {
        fn as_source(&self) -> Source<'_> {
            self.socket.socket().as_source()
        }
    }
}

/// Reads an address that the system told of a socket of that family: a sender without a name is one of Unix sockets.
fn decode<A: Sockaddr>(family: Family, raw: &RawAddress) -> sys::Result<A> {
    let decoded = if family == Family::UNIX && raw.family() == 0 {
        A::decode(&UnixAddress::unnamed().encode()?)
    } else {
        A::decode(raw)
    };
    decoded.ok_or(Errno::AFNOSUPPORT)
}

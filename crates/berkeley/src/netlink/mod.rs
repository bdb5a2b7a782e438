//! Netlink: messages between programs and the kernel, on Linux and FreeBSD 14.
//!
//! A [`Request`] is built, [`ask`](SocketOf::ask) sends it, and the [`Answer`] is an iterator over messages. What the
//! kernel tells unasked comes to a socket that has [joined](SocketOf::join) a group. Messages and attributes are read
//! by [`Messages`] and [`Attributes`], which need no socket and take any bytes for what they are.
//!
//! # Platform notes
//!
//! - Linux: all of it. FreeBSD 14: the protocol `ROUTE` and some of `GENERIC`. Elsewhere opening is unsupported.

mod answer;
mod attribute;
#[cfg(linux_like)]
mod dump;
mod message;
mod request;

pub use self::answer::Answer;
pub use self::attribute::{Attribute, Attributes};
#[cfg(linux_like)]
pub(crate) use self::dump::Dumped;
pub use self::message::{Malformed, Message, MessageFlags, Messages};
pub use self::request::Request;
use crate::addr::{Family, NetlinkAddress};
use crate::deadline::Deadline;
use crate::error::{Operation, Result};
use crate::kind::{Kind, Protocol};
use crate::option::netlink;
use crate::socket::{Addresses, Received, SocketOf, Transfers, encode, role};

/// A netlink socket.
///
/// # Examples
///
/// The names of all interfaces:
///
/// ```
/// use berkeley::NetlinkSocket;
/// use berkeley::netlink::{self, MessageFlags, Request};
///
/// const RTM_GETLINK: u16 = 18;
/// const IFLA_IFNAME: u16 = 3;
/// const IFINFOMSG: usize = 16;
///
/// # if !cfg!(target_os = "linux") { return Ok(()); }
/// let socket = NetlinkSocket::open(netlink::ROUTE)?;
/// let mut request = Request::new(RTM_GETLINK, MessageFlags::DUMP);
/// request.structure(&[0; IFINFOMSG]);
/// for message in socket.ask(&request)? {
///     let message = message?;
///     let name = message.attributes(IFINFOMSG)?.find(IFLA_IFNAME)?;
///     println!("{}", name.and_then(|name| name.text()).unwrap_or("?"));
/// }
/// # Ok::<(), berkeley::Error>(())
/// ```
pub type NetlinkSocket = SocketOf<Netlink>;

role! {
    /// The role of a netlink socket.
    Netlink: "NetlinkSocket", NetlinkAddress,
        |family, kind, _| family == Family::NETLINK && (kind == Kind::RAW || kind == Kind::DGRAM),
        [], "the descriptor is no netlink socket";
}

impl Transfers for Netlink {
    type Received = Received;
}

impl Addresses for Netlink {}

/// Writes the protocols: what of the kernel one speaks with.
macro_rules! protocols {
    ($($(#[$doc:meta])* $name:ident = $number:literal $alias:literal;)*) => { $(
        $(#[$doc])*
        #[doc(alias = $alias)]
        pub const $name: Protocol = Protocol::from_raw($number);
    )* };
}

protocols! {
    /// Interfaces, addresses, routes, neighbours, queues: rtnetlink(7).
    ROUTE = 0 "NETLINK_ROUTE";
    /// Programs among themselves.
    USERSOCK = 2 "NETLINK_USERSOCK";
    /// What sockets there are: sock_diag(7).
    SOCK_DIAG = 4 "NETLINK_SOCK_DIAG";
    /// IPsec.
    XFRM = 6 "NETLINK_XFRM";
    /// Events of SELinux.
    SELINUX = 7 "NETLINK_SELINUX";
    /// Auditing.
    AUDIT = 9 "NETLINK_AUDIT";
    /// Modules that speak with programs, events of processes among them.
    CONNECTOR = 11 "NETLINK_CONNECTOR";
    /// Firewalls and connection tracking.
    NETFILTER = 12 "NETLINK_NETFILTER";
    /// Events of devices, as text.
    KOBJECT_UEVENT = 15 "NETLINK_KOBJECT_UEVENT";
    /// Families that have names instead of numbers.
    GENERIC = 16 "NETLINK_GENERIC";
    /// Algorithms of the kernel's cryptography.
    CRYPTO = 21 "NETLINK_CRYPTO";
}

impl SocketOf<Netlink> {
    /// Opens a socket, with a port that the system chooses and without groups.
    ///
    /// Where the system can, errors come with a sentence, and acknowledgements without the request.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](crate::Error::is_unsupported): this system, or this kernel, does not have it.
    ///
    /// # System call
    ///
    /// `socket(2)`, `bind(2)`.
    pub fn open(protocol: Protocol) -> Result<Self> {
        Self::bind(protocol, NetlinkAddress::new(0, 0))
    }

    /// Opens a socket at an address: a port, or zero to have the system choose one, and a mask of the first 32 groups.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open); [`is_address_in_use`](crate::Error::is_address_in_use); some groups need a privilege.
    pub fn bind(protocol: Protocol, address: NetlinkAddress) -> Result<Self> {
        let socket = Self::open_as(Family::NETLINK, Kind::RAW, protocol, Netlink)?;
        for option in [netlink::EXT_ACK, netlink::CAP_ACK] {
            match socket.set(option, true) {
                Err(error) if !error.is_unsupported() => return Err(error),
                _ => {}
            }
        }
        let (address, raw) = encode(&address, Operation::Bind)?;
        socket.bind_raw(&address, &raw)?;
        Ok(socket)
    }

    /// Joins a group: what it tells comes to this socket from now on.
    ///
    /// # Errors
    ///
    /// [`is_invalid`](crate::Error::is_invalid): the protocol has no such group. Some groups need a privilege.
    #[doc(alias = "NETLINK_ADD_MEMBERSHIP")]
    pub fn join(&self, group: u32) -> Result<()> {
        self.set(netlink::ADD_MEMBERSHIP, group)
    }

    /// Leaves a group.
    #[doc(alias = "NETLINK_DROP_MEMBERSHIP")]
    pub fn leave(&self, group: u32) -> Result<()> {
        self.set(netlink::DROP_MEMBERSHIP, group)
    }

    /// Sends a request to the kernel; what comes back is the kernel's answer to it and nothing else.
    ///
    /// Of a request that has none of [`DUMP`](MessageFlags::DUMP) and [`ACK`](MessageFlags::ACK) the answer is one
    /// message. A request that makes or deletes has an answer only with `ACK`.
    ///
    /// What a group tells meanwhile is passed over: a socket that has joined one is for hearing, another for asking.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::NetlinkSocket;
    /// use berkeley::netlink::{self, MessageFlags, Request};
    ///
    /// # if !cfg!(target_os = "linux") { return Ok(()); }
    /// let socket = NetlinkSocket::open(netlink::ROUTE)?;
    /// let nonsense = Request::new(9999, MessageFlags::ACK);
    /// let error = socket.ask(&nonsense)?.finish().unwrap_err();
    /// assert!(error.is_unsupported(), "{error}");
    /// # Ok::<(), berkeley::Error>(())
    /// ```
    pub fn ask(&self, request: &Request) -> Result<Answer<'_>> {
        self.ask_by(request, Deadline::never())
    }

    /// Asks as [`ask`](Self::ask) does; sending and the whole answer have until the deadline.
    pub fn ask_by(&self, request: &Request, deadline: impl Into<Deadline>) -> Result<Answer<'_>> {
        let deadline = deadline.into();
        self.by(deadline).send_to(request.as_bytes(), &NetlinkAddress::new(0, 0))?;
        Ok(Answer::new(self, request, deadline))
    }

    /// Receives one datagram of the kernel's into `buffer`, in place of what is in it, however long it is; returns its
    /// messages.
    ///
    /// What others than the kernel send is passed over. This is for groups; where many sockets are waited on,
    /// `now().recv_from` and [`Messages`] do the same without waiting.
    ///
    /// # Errors
    ///
    /// [`is_no_buffer_space`](crate::Error::is_no_buffer_space): the kernel had no room, so that messages are lost. What the
    /// program knows is out of date: it has to ask for the whole again. [`is_deadline_passed`](crate::Error::is_deadline_passed).
    pub fn receive_by<'a>(
        &self,
        buffer: &'a mut Vec<u8>,
        deadline: impl Into<Deadline>,
    ) -> Result<Messages<'a>> {
        let deadline = deadline.into();
        while answer::receive(self, buffer, deadline).map_err(answer::explain)?.pid() != 0 {}
        Ok(Messages::new(buffer))
    }
}

//! SAE J1939: the messages of vehicles, to addresses and names.

use super::J1939;
use crate::addr::{Address, CanAddress, CanIds, Family, Zone};
use crate::error::{Errno, Operation, Result};
use crate::kind::Kind;
use crate::option::{J1939Filter, j1939, socket};
use crate::socket::message::{Origin, Report, Stage};
use crate::socket::{Addresses, Received, SocketOf, Transfers, encode, named, role};

/// A socket for the messages of J1939.
///
/// Where it is and where messages go is a [`CanAddress`] with [`CanIds::J1939`]: a name, a group, an address on the bus.
/// Messages of more than 8 bytes go by the transport protocols of J1939, which the kernel does; of who sent one of these it
/// does not tell the interface.
///
/// # Platform notes
///
/// - Linux 5.4.
///
/// # Examples
///
/// ```
/// use berkeley::{CanAddress, CanIds, CanJ1939, Zone};
///
/// let here = CanIds::J1939 { name: CanIds::NO_NAME, pgn: CanIds::NO_PGN, address: 0x20 };
/// let socket = match CanJ1939::bind(Zone::name("vcan0")?, here) {
///     Ok(socket) => socket,
///     Err(error) => return Ok(println!("{error}")),
/// };
/// let there = CanIds::J1939 { name: CanIds::NO_NAME, pgn: 0x12300, address: 0x30 };
/// socket.send_to(b"more than eight bytes", &CanAddress::new(Zone::name("vcan0")?).with_ids(there))?;
/// # Ok::<(), berkeley::Error>(())
/// ```
pub type CanJ1939 = SocketOf<J1939Transport>;

role! {
    /// The role of a socket for the messages of J1939.
    J1939Transport: "CanJ1939", CanAddress,
        |family, kind, _| family == Family::CAN && kind == Kind::DGRAM,
        [J1939], "the descriptor is no CAN socket with J1939";
}

impl Transfers for J1939Transport {
    type Received = Received;
}

impl Addresses for J1939Transport {}

impl SocketOf<J1939Transport> {
    /// Opens a socket that is bound to no interface.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](crate::Error::is_unsupported): this system, or this kernel, does not have it.
    ///
    /// # System call
    ///
    /// `socket(2)`.
    pub fn open() -> Result<Self> {
        Self::open_as(Family::CAN, Kind::DGRAM, J1939, J1939Transport)
    }

    /// Opens a socket at an address of an interface: with a group it hears that one alone, with
    /// [`CanIds::NO_ADDRESS`] and [`CanIds::NO_NAME`] all that goes to everybody.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open); [`is_no_such_interface`](crate::Error::is_no_such_interface) if there is none, or it
    /// is none of CAN; [`is_invalid`](crate::Error::is_invalid) for identifiers of another protocol or a group that is
    /// none.
    ///
    /// # System call
    ///
    /// `socket(2)`, `bind(2)`.
    pub fn bind(interface: impl Into<Zone>, ids: CanIds) -> Result<Self> {
        let socket = Self::open()?;
        socket.rebind(interface, ids)?;
        Ok(socket)
    }

    /// Binds the socket, or binds it anew on the same interface: after another address was claimed.
    ///
    /// # System call
    ///
    /// `bind(2)`.
    pub fn rebind(&self, interface: impl Into<Zone>, ids: CanIds) -> Result<()> {
        let address = Address::Can(CanAddress::new(interface.into()).with_ids(ids));
        let (address, raw) = encode(&address, Operation::Bind)?;
        self.bind_raw(&address, &raw)
    }

    named! {
        "whether messages to other addresses are received" promiscuous, set_promiscuous: bool = j1939::PROMISC "SO_J1939_PROMISC";
        "the priority of what is sent, 0 the highest, to 7" priority, set_priority: u32 = j1939::SEND_PRIO "SO_J1939_SEND_PRIO";
        "whether messages may go to everybody, and those to everybody are received"
            broadcast, set_broadcast: bool = socket::BROADCAST "SO_BROADCAST";
        "whether the error queue tells how sends and receives get on; which of them is
        [`TIMESTAMPING`](crate::option::socket::TIMESTAMPING)'s"
            reports, set_reports: bool = j1939::ERRQUEUE "SO_J1939_ERRQUEUE";
    }

    /// Sets the filters: a message is received that passes one of them. With none at all, every message is.
    ///
    /// # Errors
    ///
    /// More than 512.
    #[doc(alias = "SO_J1939_FILTER")]
    pub fn set_filters(&self, filters: &[J1939Filter]) -> Result<()> {
        self.set(j1939::FILTER, filters.to_vec())
    }
}

/// What an entry of the error queue of a J1939 socket says: [`recv_error`](SocketOf::recv_error) takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum J1939Report {
    /// A message is on the bus, or of a long one the next part.
    Scheduled {
        /// Which: the count of those sent before it, with `SOF_TIMESTAMPING_OPT_ID`.
        id: u32,
    },
    /// A message has arrived, as far as the protocol tells.
    Acknowledged {
        /// Which.
        id: u32,
    },
    /// A message did not arrive.
    Aborted {
        /// Which.
        id: u32,
        /// Why.
        errno: Errno,
    },
    /// Somebody has begun to send a long message: `J1939_EE_INFO_RX_RTS`.
    Announced,
    /// More of a long message has come: `J1939_EE_INFO_RX_DPO`.
    Arriving,
    /// A long message did not come to its end: `J1939_EE_INFO_RX_ABORT`.
    Broken {
        /// Why.
        errno: Errno,
    },
}

impl J1939Report {
    /// Returns what an entry says, or `None` if it is none of J1939.
    #[must_use]
    pub fn of(report: Report) -> Option<Self> {
        const TX_ABORT: u32 = 1;
        const RX_RTS: u32 = 2;
        const RX_DPO: u32 = 3;
        const RX_ABORT: u32 = 4;
        match report {
            Report::Transmitted(told) if told.stage == Stage::Scheduled => {
                Some(Self::Scheduled { id: told.id })
            }
            Report::Transmitted(told) if told.stage == Stage::Acknowledged => {
                Some(Self::Acknowledged { id: told.id })
            }
            Report::Failed(error) if error.origin == Origin::Local => match error.info {
                TX_ABORT => Some(Self::Aborted { id: error.data, errno: error.errno }),
                RX_RTS => Some(Self::Announced),
                RX_DPO => Some(Self::Arriving),
                RX_ABORT => Some(Self::Broken { errno: error.errno }),
                _ => None,
            },
            _ => None,
        }
    }
}

//! ISO 15765-2: messages of many frames, between two nodes.

use super::{ISOTP, Id};
use crate::addr::{Address, CanAddress, CanIds, Family, Zone};
use crate::error::{Operation, Result};
use crate::kind::Kind;
use crate::option::{IsoTpFlags, IsoTpFlowControl, IsoTpLinkLayer, IsoTpOptions, isotp};
use crate::socket::{Received, SocketOf, Transfers, encode, named, role};

/// A socket for the messages of ISO-TP.
///
/// It is bound to an interface and two identifiers, and then sends and receives whole messages: the kernel makes frames
/// of them, and minds the other side's flow control.
///
/// A send gives the message to the kernel. That the other side never answered is told by a later call, as
/// [`take_error`](SocketOf::take_error) tells it, or with [`IsoTpFlags::WAIT_TX_DONE`] by the send itself, which then waits in
/// the kernel: by a deadline and now as well.
///
/// # Platform notes
///
/// - Linux 5.10. A message has up to 8200 bytes, since 6.4 up to the parameter `max_pdu_size` of the module, 8300 unless
///   set.
///
/// # Examples
///
/// ```
/// use berkeley::can::Id;
/// use berkeley::{CanIsoTp, SECOND, Zone};
///
/// let tester = match CanIsoTp::bind(Zone::name("vcan0")?, Id::standard(0x7e8)?, Id::standard(0x7e0)?) {
///     Ok(tester) => tester,
///     Err(error) => return Ok(println!("{error}")),
/// };
/// tester.send(&[0x09, 0x02])?;
/// let mut answer = [0; 4096];
/// match tester.by(SECOND).recv(&mut answer) {
///     Ok(received) => println!("{:02x?}", &answer[..received.len()]),
///     Err(error) => println!("{error}"),
/// }
/// # Ok::<(), berkeley::Error>(())
/// ```
pub type CanIsoTp = SocketOf<IsoTp>;

role! {
    /// The role of a socket for the messages of ISO-TP.
    IsoTp: "CanIsoTp", CanAddress,
        |family, kind, _| family == Family::CAN && kind == Kind::DGRAM,
        [ISOTP], "the descriptor is no CAN socket with ISO-TP";
}

impl Transfers for IsoTp {
    type Received = Received;
}

impl SocketOf<IsoTp> {
    /// Opens a socket, whose options are to be set before it [takes its identifiers](Self::bind_ids).
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](crate::Error::is_unsupported): this system, or this kernel, does not have it.
    ///
    /// # System call
    ///
    /// `socket(2)`.
    pub fn open() -> Result<Self> {
        Self::open_as(Family::CAN, Kind::DGRAM, ISOTP, IsoTp)
    }

    /// Opens a socket that hears frames of one identifier and sends those of another.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open) and [`bind_ids`](Self::bind_ids).
    ///
    /// # System call
    ///
    /// `socket(2)`, `bind(2)`.
    pub fn bind(interface: impl Into<Zone>, receive: Id, transmit: Id) -> Result<Self> {
        let socket = Self::open()?;
        socket.bind_ids(interface, receive, transmit)?;
        Ok(socket)
    }

    /// Opens a socket that sends to every node that hears the identifier (functional addressing): single frames, and
    /// nobody answers.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open); [`is_invalid`](crate::Error::is_invalid) before Linux 5.17.
    #[doc(alias = "CAN_ISOTP_SF_BROADCAST")]
    pub fn broadcast(interface: impl Into<Zone>, transmit: Id) -> Result<Self> {
        let socket = Self::open()?;
        socket.set_options(IsoTpOptions { flags: IsoTpFlags::SF_BROADCAST, ..IsoTpOptions::default() })?;
        let ids = CanIds::IsoTp { receive: 0, transmit: transmit.to_canid() };
        socket.bind_address(CanAddress::new(interface.into()).with_ids(ids))?;
        Ok(socket)
    }

    /// Gives the socket its interface and identifiers, once: it hears frames of `receive` and sends those of `transmit`.
    ///
    /// # Errors
    ///
    /// [`is_no_such_interface`](crate::Error::is_no_such_interface);
    /// [`is_address_not_available`](crate::Error::is_address_not_available) if both are the same, or the interface none of
    /// CAN; [`is_invalid`](crate::Error::is_invalid) the second time.
    ///
    /// # System call
    ///
    /// `bind(2)`.
    pub fn bind_ids(&self, interface: impl Into<Zone>, receive: Id, transmit: Id) -> Result<()> {
        let ids = CanIds::IsoTp { receive: receive.to_canid(), transmit: transmit.to_canid() };
        self.bind_address(CanAddress::new(interface.into()).with_ids(ids))
    }

    fn bind_address(&self, address: CanAddress) -> Result<()> {
        let (address, raw) = encode(&Address::Can(address), Operation::Bind)?;
        self.bind_raw(&address, &raw)
    }

    named! {
        "flags and times of the transport" options, set_options: IsoTpOptions = isotp::OPTS "CAN_ISOTP_OPTS";
        "what is asked of those who send to this socket"
            flow_control, set_flow_control: IsoTpFlowControl = isotp::RECV_FC "CAN_ISOTP_RECV_FC";
        "of which frames messages are made" link_layer, set_link_layer: IsoTpLinkLayer = isotp::LL_OPTS "CAN_ISOTP_LL_OPTS";
    }
}

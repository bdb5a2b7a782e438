//! The broadcast manager: the kernel sends by the clock, and tells of changes only.

use super::broadcast_message::{
    Layout, MOST_BYTES, Message, RX_DELETE, RX_READ, RX_SETUP, SETTIMER, STARTTIMER, TX_ANNOUNCE, TX_DELETE,
    TX_READ, TX_SEND,
};
use super::call::{Always, always, perhaps};
use super::{BCM, BroadcastEvent, CyclicSend, Frame, Malformed, Subscription};
use crate::addr::{Address, CanAddress, Family, Zone};
use crate::error::{Operation, Result};
use crate::kind::Kind;
use crate::socket::{Addresses, By, HoldsSocket, Now, Received, SocketOf, Transfers, role};
use crate::sys::spare;

/// A socket of the broadcast manager.
///
/// What it has set up ends with it.
///
/// # Examples
///
/// ```
/// use berkeley::can::{BroadcastEvent, CyclicSend, Id, Subscription};
/// use berkeley::{CanBroadcastManager, MILLISECOND, SECOND, Zone};
///
/// let manager = match CanBroadcastManager::connected_to(Zone::name("vcan0")?) {
///     Ok(manager) => manager,
///     Err(error) => return Ok(println!("{error}")),
/// };
/// manager.set_up(&CyclicSend::new(&["123#00".parse()?], MILLISECOND * 100)?)?;
/// manager.subscribe(&Subscription::of_all(Id::standard(0x321)?).with_timeout(SECOND))?;
/// match manager.by(SECOND * 3).recv_event()?.0 {
///     BroadcastEvent::Changed(frame) => println!("{frame}"),
///     BroadcastEvent::TimedOut(id) => println!("no {id} for a second"),
///     other => println!("{other:?}"),
/// }
/// # Ok::<(), berkeley::Error>(())
/// ```
pub type CanBroadcastManager = SocketOf<BroadcastManager>;

role! {
    /// The role of a socket of the broadcast manager.
    BroadcastManager: "CanBroadcastManager", CanAddress,
        |family, kind, _| family == Family::CAN && kind == Kind::DGRAM,
        [BCM], "the descriptor is no CAN socket of the broadcast manager";
}

impl Transfers for BroadcastManager {
    type Received = Received;
}

impl Addresses for BroadcastManager {}

fn decode(bytes: &[u8], from: CanAddress) -> Result<(BroadcastEvent, CanAddress)> {
    let event = BroadcastEvent::decode(bytes, Layout::SYSTEM);
    event.map(|event| (event, from)).map_err(|malformed| malformed.during(Operation::Receive))
}

macro_rules! calls {
    ([$($generics:tt)*] $type:ty, $output:ident, $then:ident, $waits:literal) => {
        impl<$($generics)*> $type {
            #[doc = concat!("Receives what the kernel tells, and the interface that it is about.\n\n", $waits)]
            ///
            /// # Errors
            ///
            /// [`is_network_down`](crate::Error::is_network_down) and [`is_no_such_interface`](crate::Error::is_no_such_interface), once:
            /// the interface went down, or away.
            ///
            /// # System call
            ///
            /// `recvmsg(2)`.
            #[allow(clippy::type_complexity, reason = "what is told, and of which interface")]
            pub fn recv_event(&self) -> Result<$output<(BroadcastEvent, CanAddress)>> {
                let mut memory = Vec::with_capacity(MOST_BYTES);
                let received = self.recv_from(&mut spare(&mut memory))?;
                $then(received, |(_, from)| decode(&memory, from))
            }
        }
    };
}

calls!([] SocketOf<BroadcastManager>, Always, always, "Waits until there is something to do.");
calls!([S: HoldsSocket<Role = BroadcastManager>] By<S>, Always, always, "Waits until there is something to do, or the deadline passes.");
calls!([S: HoldsSocket<Role = BroadcastManager>] Now<S>, Option, perhaps, "Never waits: `None` says that there is nothing to do now.");

impl SocketOf<BroadcastManager> {
    /// Opens a socket for an interface, or with [`Zone::NONE`] for subscriptions of all.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](crate::Error::is_unsupported): this system, or this kernel, does not have it.
    /// [`is_no_such_interface`](crate::Error::is_no_such_interface) if there is none, or it is none of CAN.
    ///
    /// # System call
    ///
    /// `socket(2)`, `connect(2)`.
    pub fn connected_to(interface: impl Into<Zone>) -> Result<Self> {
        let socket = Self::open_as(Family::CAN, Kind::DGRAM, BCM, BroadcastManager)?;
        socket.connect(Address::Can(CanAddress::new(interface.into())))?;
        Ok(socket)
    }

    fn tell(&self, message: std::result::Result<Message, Malformed>) -> Result<()> {
        let bytes = message.and_then(|message| message.encode(Layout::SYSTEM))?;
        self.send(&bytes).map(|_| ())
    }

    /// Has the kernel send frames by the clock, the first at once.
    ///
    /// # System call
    ///
    /// `send(2)` with `TX_SETUP`.
    #[doc(alias = "TX_SETUP")]
    pub fn set_up(&self, cyclic: &CyclicSend) -> Result<()> {
        self.tell(cyclic.message(SETTIMER | STARTTIMER))
    }

    /// Changes the frames of a cyclic send: the clock goes on as it was set up. There may be fewer frames, not more.
    ///
    /// # Errors
    ///
    /// [`is_message_too_long`](crate::Error::is_message_too_long): more frames than were set up.
    ///
    /// # System call
    ///
    /// `send(2)` with `TX_SETUP`.
    pub fn change(&self, cyclic: &CyclicSend) -> Result<()> {
        self.tell(cyclic.message(0))
    }

    /// Changes the frames as [`change`](Self::change) does, and sends the next of them at once, besides the clock.
    #[doc(alias = "TX_ANNOUNCE")]
    pub fn announce(&self, cyclic: &CyclicSend) -> Result<()> {
        self.tell(cyclic.message(TX_ANNOUNCE))
    }

    /// Ends a cyclic send.
    ///
    /// # Errors
    ///
    /// [`is_invalid`](crate::Error::is_invalid): there is none of that identifier and kind of frames.
    ///
    /// # System call
    ///
    /// `send(2)` with `TX_DELETE`.
    #[doc(alias = "TX_DELETE")]
    pub fn end(&self, cyclic: &CyclicSend) -> Result<()> {
        self.about(cyclic, TX_DELETE)
    }

    /// Asks for what a cyclic send is; [`recv_event`](Self::recv_event) tells it.
    ///
    /// # Errors
    ///
    /// Those of [`end`](Self::end).
    #[doc(alias = "TX_READ")]
    pub fn ask(&self, cyclic: &CyclicSend) -> Result<()> {
        self.about(cyclic, TX_READ)
    }

    /// Says something of a cyclic send that has no frames with it.
    fn about(&self, cyclic: &CyclicSend, code: u32) -> Result<()> {
        let message = Message::new(code, cyclic.id().to_canid(), cyclic.frames());
        self.tell(message.map(|message| Message { frames: Vec::new(), ..message }))
    }

    /// Sends a frame once.
    ///
    /// # Errors
    ///
    /// [`is_no_buffer_space`](crate::Error::is_no_buffer_space): the queue of the interface is full.
    ///
    /// # System call
    ///
    /// `send(2)` with `TX_SEND`.
    #[doc(alias = "TX_SEND")]
    pub fn send_once(&self, frame: &Frame) -> Result<()> {
        self.tell(Message::new(
            TX_SEND,
            frame.id().map_or(0, super::Id::to_canid),
            std::slice::from_ref(frame),
        ))
    }

    /// Subscribes to changes of frames, or changes the subscription of that identifier.
    ///
    /// # System call
    ///
    /// `send(2)` with `RX_SETUP`.
    #[doc(alias = "RX_SETUP")]
    pub fn subscribe(&self, subscription: &Subscription) -> Result<()> {
        self.tell(subscription.message(RX_SETUP))
    }

    /// Ends a subscription.
    ///
    /// # Errors
    ///
    /// [`is_invalid`](crate::Error::is_invalid): there is none of that identifier and kind of frames.
    ///
    /// # System call
    ///
    /// `send(2)` with `RX_DELETE`.
    #[doc(alias = "RX_DELETE")]
    pub fn unsubscribe(&self, subscription: &Subscription) -> Result<()> {
        self.tell(subscription.message(RX_DELETE))
    }

    /// Asks for what a subscription is; [`recv_event`](Self::recv_event) tells it.
    ///
    /// # Errors
    ///
    /// Those of [`unsubscribe`](Self::unsubscribe).
    #[doc(alias = "RX_READ")]
    pub fn ask_subscription(&self, subscription: &Subscription) -> Result<()> {
        self.tell(subscription.message(RX_READ))
    }
}

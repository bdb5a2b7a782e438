//! The controller area network: frames, and the sockets that send and receive them.
//!
//! A [`Frame`] is a value that is complete when it is made: classic data and remote frames, frames of CAN FD and CAN XL,
//! and what controllers tell of errors. Text, logs and the kernel's bytes are read and written without a socket.
//!
//! | socket | for |
//! |---|---|
//! | [`CanSocket`] | frames as they are on the bus |
//! | [`CanIsoTp`] | messages of many frames to one peer, ISO 15765-2 |
//! | [`CanJ1939`] | the messages of vehicles, SAE J1939 |
//! | [`CanBroadcastManager`] | frames that the kernel sends by the clock, and frames of which only changes are told |
//!
//! [`CanInterface`] makes virtual buses and sets controllers up.
//!
//! # Platform notes
//!
//! - Linux: all of it. CAN XL since 6.1, and since 6.9 its virtual networks; ISO-TP since 5.10, J1939 since 5.4.
//! - Elsewhere frames are values all the same, and opening a socket is unsupported.

mod broadcast_manager;
mod broadcast_message;
mod bus_error;
mod call;
mod filter;
mod frame;
mod id;
mod interface;
mod isotp;
mod j1939;
mod j1939_name;
mod kernel;
mod log;
mod malformed;
mod raw;
mod setup;
mod text;
mod xl;

pub use self::broadcast_manager::{BroadcastManager, CanBroadcastManager};
pub use self::broadcast_message::{BroadcastEvent, CyclicSend, Subscription, SubscriptionFlags};
pub use self::bus_error::{
    ControllerStates, ErrorClasses, ErrorCounters, ErrorFrame, Position, Transceiver, Violation, Violations,
};
pub use self::frame::{DataFrame, FdFlags, FdFrame, Frame, RemoteFrame};
pub use self::id::{ExtendedId, Id, StandardId};
pub use self::interface::{CanInterface, FrameSize};
pub use self::isotp::{CanIsoTp, IsoTp};
pub use self::j1939::{CanJ1939, J1939Report, J1939Transport};
pub use self::j1939_name::{J1939Header, J1939Name, Pgn};
pub use self::log::{Direction, LogLine};
pub use self::malformed::Malformed;
pub use self::raw::{CanSocket, FrameArrival, Raw};
pub use self::setup::{BitTiming, CanModes, CanSetup, CanState, CanStatistics, CanStatus};
pub use self::xl::{XlFlags, XlFrame};
use crate::kind::Protocol;

/// Writes the protocols of the family.
macro_rules! protocols {
    ($($(#[$doc:meta])* $name:ident = $number:literal $alias:literal;)*) => { $(
        $(#[$doc])*
        #[doc(alias = $alias)]
        pub const $name: Protocol = Protocol::from_raw($number);
    )* };
}

protocols! {
    /// Frames as they are on the bus, of sockets of the type `RAW`.
    RAW = 1 "CAN_RAW";
    /// The broadcast manager, of sockets of the type `DGRAM`.
    BCM = 2 "CAN_BCM";
    /// ISO 15765-2, of sockets of the type `DGRAM`.
    ISOTP = 6 "CAN_ISOTP";
    /// SAE J1939, of sockets of the type `DGRAM`.
    J1939 = 7 "CAN_J1939";
}

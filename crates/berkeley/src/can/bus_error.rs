//! Frames of errors: what the controller tells of itself and of the bus, linux/can/error.h.

use std::fmt;

use super::frame::Payload;
use super::{Frame, Malformed};

bitflags::bitflags! {
    /// Which kinds of errors a frame tells of, and which of them a socket is to hear of.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct ErrorClasses: u32 {
        /// The driver gave up sending: `CAN_ERR_TX_TIMEOUT`.
        #[doc(alias = "CAN_ERR_TX_TIMEOUT")]
        const TX_TIMEOUT = 0x1;
        /// Another node won the bus: `CAN_ERR_LOSTARB`.
        #[doc(alias = "CAN_ERR_LOSTARB")]
        const LOST_ARBITRATION = 0x2;
        /// Buffers and counters of the controller: `CAN_ERR_CRTL`.
        #[doc(alias = "CAN_ERR_CRTL")]
        const CONTROLLER = 0x4;
        /// A violation of the protocol: `CAN_ERR_PROT`.
        #[doc(alias = "CAN_ERR_PROT")]
        const PROTOCOL = 0x8;
        /// The state of the transceiver: `CAN_ERR_TRX`.
        #[doc(alias = "CAN_ERR_TRX")]
        const TRANSCEIVER = 0x10;
        /// Nobody acknowledged what was sent: `CAN_ERR_ACK`.
        #[doc(alias = "CAN_ERR_ACK")]
        const NO_ACKNOWLEDGEMENT = 0x20;
        /// The controller has left the bus: `CAN_ERR_BUSOFF`.
        #[doc(alias = "CAN_ERR_BUSOFF")]
        const BUS_OFF = 0x40;
        /// An error on the bus, of which there may be very many: `CAN_ERR_BUSERROR`.
        #[doc(alias = "CAN_ERR_BUSERROR")]
        const BUS_ERROR = 0x80;
        /// The controller has been restarted: `CAN_ERR_RESTARTED`.
        #[doc(alias = "CAN_ERR_RESTARTED")]
        const RESTARTED = 0x100;
        /// The frame has the counters of errors: `CAN_ERR_CNT`. Linux 6.0.
        #[doc(alias = "CAN_ERR_CNT")]
        const COUNTERS = 0x200;

        const _ = 0x1fff_ffff;
    }

    /// What is wrong with buffers and counters of the controller.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct ControllerStates: u8 {
        /// Received frames are lost: `CAN_ERR_CRTL_RX_OVERFLOW`.
        const RX_OVERFLOW = 0x01;
        /// Frames to be sent are lost: `CAN_ERR_CRTL_TX_OVERFLOW`.
        const TX_OVERFLOW = 0x02;
        /// Errors in receiving have reached the level of warning: `CAN_ERR_CRTL_RX_WARNING`.
        const RX_WARNING = 0x04;
        /// Errors in sending have reached the level of warning: `CAN_ERR_CRTL_TX_WARNING`.
        const TX_WARNING = 0x08;
        /// Errors in receiving have made the controller error passive: `CAN_ERR_CRTL_RX_PASSIVE`.
        const RX_PASSIVE = 0x10;
        /// Errors in sending have made the controller error passive: `CAN_ERR_CRTL_TX_PASSIVE`.
        const TX_PASSIVE = 0x20;
        /// The controller is error active again: `CAN_ERR_CRTL_ACTIVE`.
        const ACTIVE = 0x40;

        const _ = !0;
    }

    /// How the protocol was violated.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct Violations: u8 {
        /// A bit on the bus was not the one sent: `CAN_ERR_PROT_BIT`.
        const BIT = 0x01;
        /// A field of a fixed form had another one: `CAN_ERR_PROT_FORM`.
        const FORM = 0x02;
        /// Six equal bits in a row: `CAN_ERR_PROT_STUFF`.
        const STUFF = 0x04;
        /// A dominant bit could not be sent: `CAN_ERR_PROT_BIT0`.
        const DOMINANT_BIT = 0x08;
        /// A recessive bit could not be sent: `CAN_ERR_PROT_BIT1`.
        const RECESSIVE_BIT = 0x10;
        /// The bus is overloaded: `CAN_ERR_PROT_OVERLOAD`.
        const OVERLOAD = 0x20;
        /// An error was announced actively: `CAN_ERR_PROT_ACTIVE`.
        const ACTIVE = 0x40;
        /// It happened while sending: `CAN_ERR_PROT_TX`.
        const TX = 0x80;
    }
}

/// Writes names of numbers: `NAME = number "what it is";`.
macro_rules! numbers {
    ($($(#[$doc:meta])* $type:ident { $($name:ident = $number:literal $text:literal;)* })*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $type(u8);

        impl $type {
            $(#[doc = concat!("Is the ", $text, ".")] pub const $name: Self = Self($number);)*

            /// Makes one of the kernel's number.
            #[must_use]
            pub const fn from_raw(number: u8) -> Self {
                Self(number)
            }

            /// Returns the kernel's number.
            #[must_use]
            pub const fn as_raw(self) -> u8 {
                self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.0 {
                    $($number => f.pad($text),)*
                    other => write!(f, "number {other:#04x}"),
                }
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($type), "({})"), self)
            }
        }
    )* };
}

numbers! {
    /// Where in a frame the protocol was violated.
    Position {
    UNKNOWN = 0x00 "unknown place";
    ID_28_21 = 0x02 "bits 28 to 21 of the identifier";
    SOF = 0x03 "start of the frame";
    SRTR = 0x04 "substitute of the remote request";
    IDE = 0x05 "flag of the extended identifier";
    ID_20_18 = 0x06 "bits 20 to 18 of the identifier";
    ID_17_13 = 0x07 "bits 17 to 13 of the identifier";
    CRC_SEQUENCE = 0x08 "checksum";
    RESERVED_0 = 0x09 "reserved bit 0";
    DATA = 0x0a "data";
    LENGTH_CODE = 0x0b "length code";
    RTR = 0x0c "remote request";
    RESERVED_1 = 0x0d "reserved bit 1";
    ID_4_0 = 0x0e "bits 4 to 0 of the identifier";
    ID_12_5 = 0x0f "bits 12 to 5 of the identifier";
    INTERMISSION = 0x12 "intermission";
    CRC_DELIMITER = 0x18 "delimiter of the checksum";
    ACKNOWLEDGEMENT = 0x19 "acknowledgement";
    EOF = 0x1a "end of the frame";
    ACKNOWLEDGEMENT_DELIMITER = 0x1b "delimiter of the acknowledgement";
    }

    /// What the transceiver tells of the wires of the bus.
    Transceiver {
    UNKNOWN = 0x00 "unknown state";
    CANH_NO_WIRE = 0x04 "missing wire CANH";
    CANH_SHORT_TO_BAT = 0x05 "short from CANH to the battery";
    CANH_SHORT_TO_VCC = 0x06 "short from CANH to the supply";
    CANH_SHORT_TO_GND = 0x07 "short from CANH to the ground";
    CANL_NO_WIRE = 0x40 "missing wire CANL";
    CANL_SHORT_TO_BAT = 0x50 "short from CANL to the battery";
    CANL_SHORT_TO_VCC = 0x60 "short from CANL to the supply";
    CANL_SHORT_TO_GND = 0x70 "short from CANL to the ground";
    CANL_SHORT_TO_CANH = 0x80 "short from CANL to CANH";
    }
}

/// A violation of the protocol: how, and where in the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Violation {
    /// How the protocol was violated.
    pub how: Violations,
    /// Where in the frame.
    pub position: Position,
}

/// The counters of errors: at 96 the controller warns, at 128 it is error passive, at 256 off the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ErrorCounters {
    /// Of errors in sending.
    pub transmit: u8,
    /// Of errors in receiving.
    pub receive: u8,
}

/// What the controller tells of itself and of the bus. Which classes a socket hears of is its
/// [error filter](crate::CanSocket::set_error_filter), by default none.
///
/// # Examples
///
/// ```
/// use berkeley::can::{ControllerStates, ErrorClasses, ErrorFrame};
///
/// let frame = ErrorFrame::new(ErrorClasses::CONTROLLER | ErrorClasses::BUS_ERROR, &[0, 0x20, 0, 0, 0, 0, 0, 0])?;
/// assert_eq!(frame.controller(), Some(ControllerStates::TX_PASSIVE));
/// assert_eq!(frame.to_string(), "controller: error passive in sending; error on the bus");
/// # Ok::<(), berkeley::can::Malformed>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "CAN_ERR_FLAG")]
pub struct ErrorFrame {
    classes: ErrorClasses,
    payload: Payload<8>,
}

impl ErrorFrame {
    /// Makes one, for tests of those who receive them; a kernel's has 8 bytes of data.
    ///
    /// # Errors
    ///
    /// More than 8 bytes, or more than 29 bits of classes.
    pub fn new(classes: ErrorClasses, data: &[u8]) -> Result<Self, Malformed> {
        if classes.bits() > 0x1fff_ffff {
            let right = "the classes of errors are 29 bits";
            return Err(Malformed::hexadecimal("classes", classes.bits(), right));
        }
        let payload = Payload::new(data).ok_or(Malformed::decimal(
            "length",
            data.len(),
            "an error frame has 0 to 8 bytes",
        ))?;
        Ok(Self { classes, payload })
    }

    /// Returns which kinds of errors it tells of.
    #[must_use]
    pub const fn classes(&self) -> ErrorClasses {
        self.classes
    }

    /// Returns the data, of which byte 5 is for the controller's own use.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        self.payload.get()
    }

    /// Returns a byte of the data, if the frame tells of that class.
    fn byte(&self, class: ErrorClasses, at: usize) -> Option<u8> {
        self.classes.contains(class).then_some(self.payload.padded()[at])
    }

    /// Returns the bit at which another node won the bus, zero where the controller does not tell it; `None` if no
    /// arbitration was lost.
    #[must_use]
    pub fn lost_arbitration(&self) -> Option<u8> {
        self.byte(ErrorClasses::LOST_ARBITRATION, 0)
    }

    /// Returns what is wrong with the controller, if the frame tells of that.
    #[must_use]
    pub fn controller(&self) -> Option<ControllerStates> {
        self.byte(ErrorClasses::CONTROLLER, 1).map(ControllerStates::from_bits_retain)
    }

    /// Returns how the protocol was violated, if it was.
    #[must_use]
    pub fn violation(&self) -> Option<Violation> {
        let how = self.byte(ErrorClasses::PROTOCOL, 2).map(Violations::from_bits_retain)?;
        Some(Violation { how, position: Position(self.payload.padded()[3]) })
    }

    /// Returns the state of the transceiver, if the frame tells of it.
    #[must_use]
    pub fn transceiver(&self) -> Option<Transceiver> {
        self.byte(ErrorClasses::TRANSCEIVER, 4).map(Transceiver)
    }

    /// Returns the counters of errors, if the frame has them.
    #[must_use]
    pub fn counters(&self) -> Option<ErrorCounters> {
        let transmit = self.byte(ErrorClasses::COUNTERS, 6)?;
        Some(ErrorCounters { transmit, receive: self.payload.padded()[7] })
    }

    /// Returns `true` if the controller has left the bus.
    #[must_use]
    pub const fn is_bus_off(&self) -> bool {
        self.classes.contains(ErrorClasses::BUS_OFF)
    }

    pub(super) const fn padded(&self) -> &[u8; 8] {
        self.payload.padded()
    }
}

const CONTROLLER_WORDS: [(ControllerStates, &str); 7] = [
    (ControllerStates::RX_OVERFLOW, "overflow in receiving"),
    (ControllerStates::TX_OVERFLOW, "overflow in sending"),
    (ControllerStates::RX_WARNING, "warning in receiving"),
    (ControllerStates::TX_WARNING, "warning in sending"),
    (ControllerStates::RX_PASSIVE, "error passive in receiving"),
    (ControllerStates::TX_PASSIVE, "error passive in sending"),
    (ControllerStates::ACTIVE, "error active again"),
];

const VIOLATION_WORDS: [(Violations, &str); 8] = [
    (Violations::BIT, "wrong bit"),
    (Violations::FORM, "wrong form"),
    (Violations::STUFF, "missing stuff bit"),
    (Violations::DOMINANT_BIT, "dominant bit not sent"),
    (Violations::RECESSIVE_BIT, "recessive bit not sent"),
    (Violations::OVERLOAD, "overload"),
    (Violations::ACTIVE, "announced actively"),
    (Violations::TX, "in sending"),
];

/// The classes that say all there is to say.
const PLAIN_WORDS: [(ErrorClasses, &str); 5] = [
    (ErrorClasses::TX_TIMEOUT, "sending timed out"),
    (ErrorClasses::NO_ACKNOWLEDGEMENT, "no acknowledgement"),
    (ErrorClasses::BUS_OFF, "off the bus"),
    (ErrorClasses::BUS_ERROR, "error on the bus"),
    (ErrorClasses::RESTARTED, "controller restarted"),
];

fn words<F: bitflags::Flags + Copy>(flags: F, table: &[(F, &str)]) -> String {
    let names: Vec<_> =
        table.iter().filter(|(flag, _)| flags.contains(*flag)).map(|(_, name)| *name).collect();
    if names.is_empty() { "not told".to_owned() } else { names.join(", ") }
}

impl fmt::Display for ErrorFrame {
    /// Writes what it tells, in words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = Vec::new();
        told.extend(self.lost_arbitration().map(|bit| match bit {
            0 => "arbitration lost".to_owned(),
            bit => format!("arbitration lost at bit {bit}"),
        }));
        told.extend(
            self.controller().map(|states| format!("controller: {}", words(states, &CONTROLLER_WORDS))),
        );
        told.extend(self.violation().map(|Violation { how, position }| {
            format!("violation of the protocol: {} at the {position}", words(how, &VIOLATION_WORDS))
        }));
        told.extend(self.transceiver().map(|state| format!("transceiver: {state}")));
        let plain = PLAIN_WORDS.iter().filter(|(class, _)| self.classes.contains(*class));
        told.extend(plain.map(|(_, word)| (*word).to_owned()));
        told.extend(self.counters().map(|ErrorCounters { transmit, receive }| {
            format!("counters: {transmit} in sending, {receive} in receiving")
        }));
        f.pad(&if told.is_empty() { "error of no known class".to_owned() } else { told.join("; ") })
    }
}

impl fmt::Debug for ErrorFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ErrorFrame({})", Frame::from(*self))
    }
}

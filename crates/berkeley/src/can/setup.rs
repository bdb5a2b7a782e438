//! What is set of an interface of CAN, and what it tells: linux/can/netlink.h.

use std::fmt;
use std::time::Duration;

use crate::error::Result;
use crate::netlink::{Attribute, Attributes, Malformed, Request};

const BITTIMING: u16 = 1;
const CLOCK: u16 = 3;
const STATE: u16 = 4;
const CTRLMODE: u16 = 5;
const RESTART_MS: u16 = 6;
const BERR_COUNTER: u16 = 8;
const DATA_BITTIMING: u16 = 9;
const TERMINATION: u16 = 11;

bitflags::bitflags! {
    /// How a controller works.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct CanModes: u32 {
        /// It hears itself, and the bus hears nothing: `CAN_CTRLMODE_LOOPBACK`.
        const LOOPBACK = 0x1;
        /// It sends nothing, not even acknowledgements: `CAN_CTRLMODE_LISTENONLY`.
        const LISTEN_ONLY = 0x2;
        /// It samples each bit three times: `CAN_CTRLMODE_3_SAMPLES`.
        const TRIPLE_SAMPLING = 0x4;
        /// It does not repeat what nobody acknowledged: `CAN_CTRLMODE_ONE_SHOT`.
        const ONE_SHOT = 0x8;
        /// It tells of each error on the bus: `CAN_CTRLMODE_BERR_REPORTING`.
        const BERR_REPORTING = 0x10;
        /// It speaks CAN FD: `CAN_CTRLMODE_FD`.
        const FD = 0x20;
        /// It takes what it sends for acknowledged: `CAN_CTRLMODE_PRESUME_ACK`.
        const PRESUME_ACK = 0x40;
        /// It speaks CAN FD as it was before the standard: `CAN_CTRLMODE_FD_NON_ISO`.
        const FD_NON_ISO = 0x80;
        /// It takes and gives length codes of 9 to 15: `CAN_CTRLMODE_CC_LEN8_DLC`. Linux 5.11.
        const CC_LEN8_DLC = 0x100;
        /// It finds the delay of its transceiver by itself: `CAN_CTRLMODE_TDC_AUTO`. Linux 5.16.
        const TDC_AUTO = 0x200;
        /// It is told that delay: `CAN_CTRLMODE_TDC_MANUAL`. Linux 5.16.
        const TDC_MANUAL = 0x400;

        const _ = !0;
    }
}

/// The time of a bit: how long it is, where it is sampled, and of what it is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[doc(alias = "can_bittiming")]
pub struct BitTiming {
    /// Bits per second.
    pub bit_rate: u32,
    /// Where it is sampled, in thousandths of the bit; zero has the kernel choose.
    pub sample_point: u32,
    /// The time quantum, in nanoseconds.
    pub quantum: u32,
    /// The propagation segment, in quanta.
    pub propagation: u32,
    /// The first phase segment, in quanta.
    pub phase_1: u32,
    /// The second phase segment, in quanta.
    pub phase_2: u32,
    /// By how many quanta it may jump to keep step.
    pub jump_width: u32,
    /// By what the clock of the controller is divided.
    pub prescaler: u32,
}

/// Reads the number at a place, counted in numbers.
fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.as_chunks().0.get(at).map(|number| u32::from_ne_bytes(*number))
}

impl BitTiming {
    fn encode(self) -> Vec<u8> {
        let Self { bit_rate, sample_point, quantum, propagation, phase_1, phase_2, jump_width, prescaler } =
            self;
        let all = [bit_rate, sample_point, quantum, propagation, phase_1, phase_2, jump_width, prescaler];
        all.map(u32::to_ne_bytes).concat()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let at = |place| number(bytes, place);
        Some(Self {
            bit_rate: at(0)?,
            sample_point: at(1)?,
            quantum: at(2)?,
            propagation: at(3)?,
            phase_1: at(4)?,
            phase_2: at(5)?,
            jump_width: at(6)?,
            prescaler: at(7)?,
        })
    }
}

/// What is to be set of an interface, while it is down; what is not named stays.
///
/// # Examples
///
/// ```
/// use berkeley::SECOND;
/// use berkeley::can::{CanModes, CanSetup};
///
/// let setup = CanSetup::new().with_bit_rate(500_000).with_data_bit_rate(2_000_000)
///     .with_modes(CanModes::FD, CanModes::LISTEN_ONLY).with_restart_after(SECOND);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CanSetup {
    timing: Option<BitTiming>,
    data_timing: Option<BitTiming>,
    on: CanModes,
    off: CanModes,
    restart_after: Option<Duration>,
    termination: Option<u16>,
}

impl CanSetup {
    /// Makes one that changes nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the bits per second; the kernel finds the rest.
    #[must_use]
    pub fn with_bit_rate(self, bit_rate: u32) -> Self {
        self.with_timing(BitTiming { bit_rate, ..BitTiming::default() })
    }

    /// Sets the bits per second of the data of frames of CAN FD.
    #[must_use]
    pub fn with_data_bit_rate(self, bit_rate: u32) -> Self {
        self.with_data_timing(BitTiming { bit_rate, ..BitTiming::default() })
    }

    /// Sets the time of a bit: its rate, or all of its segments.
    #[must_use]
    pub fn with_timing(self, timing: BitTiming) -> Self {
        Self { timing: Some(timing), ..self }
    }

    /// Sets the time of a bit of the data of frames of CAN FD.
    #[must_use]
    pub fn with_data_timing(self, timing: BitTiming) -> Self {
        Self { data_timing: Some(timing), ..self }
    }

    /// Turns modes on and off.
    #[must_use]
    pub fn with_modes(self, on: CanModes, off: CanModes) -> Self {
        Self { on, off, ..self }
    }

    /// Has the controller restarted so long after it has left the bus, to the millisecond; zero for never.
    #[must_use]
    pub fn with_restart_after(self, time: Duration) -> Self {
        Self { restart_after: Some(time), ..self }
    }

    /// Sets the resistance at the end of the bus, in ohms; zero for none.
    #[must_use]
    pub fn with_termination(self, ohms: u16) -> Self {
        Self { termination: Some(ohms), ..self }
    }

    /// Adds the attributes.
    pub(super) fn fill(&self, request: &mut Request) -> Result<()> {
        for (kind, timing) in [(BITTIMING, self.timing), (DATA_BITTIMING, self.data_timing)] {
            if let Some(timing) = timing {
                request.attribute(kind, &timing.encode())?;
            }
        }
        let changed = self.on | self.off;
        if !changed.is_empty() {
            let modes = [changed.bits(), self.on.bits()].map(u32::to_ne_bytes).concat();
            request.attribute(CTRLMODE, &modes)?;
        }
        if let Some(time) = self.restart_after {
            let milliseconds = u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
            request.attribute(RESTART_MS, &milliseconds.to_ne_bytes())?;
        }
        if let Some(ohms) = self.termination {
            request.attribute(TERMINATION, &ohms.to_ne_bytes())?;
        }
        Ok(())
    }
}

/// How a controller is to the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[doc(alias = "can_state")]
pub enum CanState {
    /// It takes part, and announces errors actively.
    ErrorActive,
    /// A counter of errors has reached 96.
    ErrorWarning,
    /// A counter of errors has reached 128: it takes part, and announces errors passively.
    ErrorPassive,
    /// A counter of errors has reached 256: it has left the bus.
    BusOff,
    /// It is not running.
    Stopped,
    /// It sleeps.
    Sleeping,
    /// One that this library does not know.
    Other(u32),
}

impl CanState {
    fn from_raw(number: u32) -> Self {
        const STATES: [CanState; 6] = [
            CanState::ErrorActive,
            CanState::ErrorWarning,
            CanState::ErrorPassive,
            CanState::BusOff,
            CanState::Stopped,
            CanState::Sleeping,
        ];
        STATES.get(number as usize).copied().unwrap_or(Self::Other(number))
    }
}

/// How often something has happened to a controller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[doc(alias = "can_device_stats")]
pub struct CanStatistics {
    /// Errors on the bus.
    pub bus_errors: u32,
    /// Times that it warned.
    pub warnings: u32,
    /// Times that it became error passive.
    pub passive: u32,
    /// Times that it left the bus.
    pub bus_off: u32,
    /// Arbitrations that it lost.
    pub lost_arbitrations: u32,
    /// Times that it was restarted.
    pub restarts: u32,
}

/// What an interface tells of itself. A virtual one tells its kind and no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CanStatus {
    /// The kind of the interface: `can`, `vcan`, `vxcan`.
    pub kind: String,
    /// How the controller is to the bus.
    pub state: Option<CanState>,
    /// The time of a bit, once it is set.
    pub timing: Option<BitTiming>,
    /// The time of a bit of the data of frames of CAN FD, once it is set.
    pub data_timing: Option<BitTiming>,
    /// The clock of the controller, in Hertz.
    pub clock: Option<u32>,
    /// The modes that are on.
    pub modes: Option<CanModes>,
    /// How long after it has left the bus the controller is restarted; zero for never.
    pub restart_after: Option<Duration>,
    /// The counters of errors in sending and in receiving, which not every controller tells.
    pub error_counters: Option<(u16, u16)>,
    /// The resistance at the end of the bus, in ohms.
    pub termination: Option<u16>,
    /// How often something has happened.
    pub statistics: Option<CanStatistics>,
}

impl CanStatus {
    /// Reads what stands in `IFLA_LINKINFO`.
    pub(super) fn decode(info: Attributes<'_>) -> Result<Self, Malformed> {
        const KIND: u16 = 1;
        const DATA: u16 = 2;
        const STATISTICS: u16 = 3;
        let mut status = Self::default();
        for attribute in info {
            let attribute = attribute?;
            match attribute.kind() {
                KIND => attribute.text().unwrap_or_default().clone_into(&mut status.kind),
                STATISTICS => status.statistics = statistics(attribute.payload()),
                DATA => {
                    for attribute in attribute.attributes() {
                        status.take(&attribute?);
                    }
                }
                _ => {}
            }
        }
        Ok(status)
    }

    fn take(&mut self, attribute: &Attribute<'_>) {
        let bytes = attribute.payload();
        match attribute.kind() {
            BITTIMING => self.timing = BitTiming::decode(bytes),
            DATA_BITTIMING => self.data_timing = BitTiming::decode(bytes),
            CLOCK => self.clock = attribute.as_u32(),
            STATE => self.state = attribute.as_u32().map(CanState::from_raw),
            CTRLMODE => self.modes = number(bytes, 1).map(CanModes::from_bits_retain),
            RESTART_MS => {
                self.restart_after = attribute.as_u32().map(|time| Duration::from_millis(time.into()));
            }
            BERR_COUNTER => {
                let half = |at: usize| bytes.as_chunks().0.get(at).map(|half| u16::from_ne_bytes(*half));
                self.error_counters = half(0).zip(half(1));
            }
            TERMINATION => self.termination = attribute.as_u16(),
            _ => {}
        }
    }
}

fn statistics(bytes: &[u8]) -> Option<CanStatistics> {
    Some(CanStatistics {
        bus_errors: number(bytes, 0)?,
        warnings: number(bytes, 1)?,
        passive: number(bytes, 2)?,
        bus_off: number(bytes, 3)?,
        lost_arbitrations: number(bytes, 4)?,
        restarts: number(bytes, 5)?,
    })
}

impl fmt::Display for CanState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            Self::ErrorActive => "error active",
            Self::ErrorWarning => "error warning",
            Self::ErrorPassive => "error passive",
            Self::BusOff => "off the bus",
            Self::Stopped => "stopped",
            Self::Sleeping => "asleep",
            Self::Other(number) => return write!(f, "state {number}"),
        };
        f.pad(word)
    }
}

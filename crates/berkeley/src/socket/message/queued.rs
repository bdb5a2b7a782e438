//! What the queue of errors holds: errors, times of what was sent, memory that is free again.

use super::{
    Arrival, ControlBuffer, ExtendedError, Origin, Timestamps, can, ip, ipv6, j1939, packet, socket, vsock,
};
use crate::socket::received::Received;

/// One entry of the queue of errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued<A> {
    arrival: Arrival<A>,
    report: Report,
}

/// What an entry of the queue of errors is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Report {
    /// Something that was sent met with an error.
    Failed(ExtendedError),
    /// Something that was sent has got on, and when.
    Transmitted(Transmission),
    /// Memory that was sent from is free again.
    Released(ZeroCopy),
    /// An entry without anything that this library knows.
    Unknown,
}

/// How far something that was sent has got, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Transmission {
    /// How far it has got.
    pub stage: Stage,
    /// Which message: the count of those sent before it, or on a stream the count of bytes, with
    /// `SOF_TIMESTAMPING_OPT_ID`.
    pub id: u32,
    /// When.
    pub times: Timestamps,
}

/// How far something that was sent has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// It left the kernel, or the device: `SCM_TSTAMP_SND`.
    Sent,
    /// It came to the queue of the device: `SCM_TSTAMP_SCHED`.
    Scheduled,
    /// The peer has acknowledged it: `SCM_TSTAMP_ACK`.
    Acknowledged,
    /// The device has reported its completion: `SCM_TSTAMP_COMPLETION`.
    Completed,
    /// Something that a newer kernel has.
    Other(u32),
}

/// Sends from memory that is free again: a range of the count of such sends, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "SO_EE_ORIGIN_ZEROCOPY")]
pub struct ZeroCopy {
    /// The first.
    pub first: u32,
    /// The last.
    pub last: u32,
    /// Whether the kernel copied after all.
    pub was_copied: bool,
}

impl<A> Queued<A> {
    pub(super) fn new(arrival: Arrival<A>, control: &ControlBuffer<'_>) -> Self {
        let error = control.get(ip::RECVERR).or_else(|| control.get(ipv6::RECVERR));
        let error =
            error.or_else(|| control.get(packet::TX_TIMESTAMP)).or_else(|| control.get(vsock::RECVERR));
        let error = error.or_else(|| control.get(can::ERRQUEUE)).or_else(|| control.get(j1939::ERRQUEUE));
        let report = error.map_or(Report::Unknown, |error| Report::of(error, control));
        Self { arrival, report }
    }

    /// Returns what the entry is about.
    #[must_use]
    pub const fn report(&self) -> Report {
        self.report
    }

    /// Returns the error, if the entry is about one.
    #[must_use]
    pub const fn error(&self) -> Option<ExtendedError> {
        match self.report {
            Report::Failed(error) => Some(error),
            _ => None,
        }
    }

    /// Returns how much of what was sent is in the buffer.
    #[must_use]
    pub const fn received(&self) -> Received {
        self.arrival.received()
    }

    /// Returns where it was sent to; none on a stream.
    #[must_use]
    pub const fn to(&self) -> Option<&A> {
        self.arrival.from()
    }
}

impl Report {
    fn of(error: ExtendedError, control: &ControlBuffer<'_>) -> Self {
        const COPIED: u8 = 1;
        match error.origin {
            Origin::ZeroCopy => Self::Released(ZeroCopy {
                first: error.info,
                last: error.data,
                was_copied: error.code & COPIED != 0,
            }),
            Origin::Timestamping => Self::Transmitted(Transmission {
                stage: match error.info {
                    0 => Stage::Sent,
                    1 => Stage::Scheduled,
                    2 => Stage::Acknowledged,
                    3 => Stage::Completed,
                    other => Stage::Other(other),
                },
                id: error.data,
                times: control.get(socket::TIMESTAMPING).unwrap_or_default(),
            }),
            _ => Self::Failed(error),
        }
    }
}

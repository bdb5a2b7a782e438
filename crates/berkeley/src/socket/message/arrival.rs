//! What a receive call with control data tells.

use bitflags::bitflags;

use crate::socket::received::{Outcome, Received};
use crate::sys::{Arrived, flag};

bitflags! {
    /// What the system says of a message: C's `MSG_` flags, as recvmsg(2) gives them.
    ///
    /// The lower 32 bits are the system's own. A flag that a system lacks has a bit above, and is never set.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct ArrivalFlags: u64 {
        /// The buffer was too small, and the rest of the message is lost.
        #[doc(alias = "MSG_TRUNC")]
        const TRUNC = flag::TRUNC;
        /// Control messages are lost.
        #[doc(alias = "MSG_CTRUNC")]
        const CTRUNC = flag::CTRUNC;
        /// A record ends here, on sockets that have records.
        #[doc(alias = "MSG_EOR")]
        const EOR = flag::EOR;
        /// The data is urgent.
        #[doc(alias = "MSG_OOB")]
        const OOB = flag::OOB;
        /// It comes from the queue of errors. Linux.
        #[doc(alias = "MSG_ERRQUEUE")]
        const ERRQUEUE = flag::ERRQUEUE;
        /// It is an event of the association, and no data of the peer's. SCTP.
        #[doc(alias = "MSG_NOTIFICATION")]
        const NOTIFICATION = flag::NOTIFICATION;
        /// This machine sent it. CAN.
        #[doc(alias = "MSG_DONTROUTE")]
        const DONTROUTE = flag::DONTROUTE;
        /// This very socket sent it. CAN.
        #[doc(alias = "MSG_CONFIRM")]
        const CONFIRM = flag::CONFIRM;
        /// It was a broadcast. NetBSD, OpenBSD, Windows.
        #[doc(alias = "MSG_BCAST")]
        const BCAST = flag::BCAST;
        /// It was a multicast. NetBSD, OpenBSD, Windows.
        #[doc(alias = "MSG_MCAST")]
        const MCAST = flag::MCAST;

        const _ = !0;
    }
}

/// A message that was received: its length, its flags, its sender. Its data and control messages are in the buffers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival<A> {
    received: Received,
    flags: ArrivalFlags,
    from: Option<A>,
}

impl<A> Arrival<A> {
    pub(super) fn new(arrived: Arrived, from: Option<A>) -> Self {
        let flags = ArrivalFlags::from_bits_retain(arrived.flags as u32 as u64);
        Self { received: Received::from_delivered(arrived.delivered), flags, from }
    }

    /// Returns how many bytes are in the buffers.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.received.len()
    }

    /// Returns `true` if the message is empty; on a stream, if it has ended.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.received.is_empty()
    }

    /// Returns how much was received, and how long the whole message is.
    #[inline]
    #[must_use]
    pub const fn received(&self) -> Received {
        self.received
    }

    /// Returns `true` if the buffers were too small for the message, the rest of which is lost.
    #[inline]
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.received.is_truncated()
    }

    /// Returns `true` if control messages are lost: the buffer for them was too small, or of descriptors, the process has
    /// as many as it may have. What did arrive is there.
    #[inline]
    #[must_use]
    pub const fn is_control_truncated(&self) -> bool {
        self.flags.contains(ArrivalFlags::CTRUNC)
    }

    /// Returns `true` if a record ends with this message.
    #[inline]
    #[must_use]
    pub const fn is_end_of_record(&self) -> bool {
        self.flags.contains(ArrivalFlags::EOR)
    }

    /// Returns `true` if the message is an event of the association, and no data of the peer's.
    #[inline]
    #[must_use]
    pub const fn is_notification(&self) -> bool {
        self.flags.contains(ArrivalFlags::NOTIFICATION)
    }

    /// Returns what the system says of the message.
    #[inline]
    #[must_use]
    pub const fn flags(&self) -> ArrivalFlags {
        self.flags
    }

    /// Returns the sender; none on a stream, where the system does not tell it.
    #[inline]
    #[must_use]
    pub const fn from(&self) -> Option<&A> {
        self.from.as_ref()
    }

    /// Gives the sender.
    #[inline]
    #[must_use]
    pub fn into_from(self) -> Option<A> {
        self.from
    }
}

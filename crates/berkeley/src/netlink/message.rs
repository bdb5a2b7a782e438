//! Messages: `struct nlmsghdr`, and what follows it.

use std::borrow::Cow;
use std::fmt;

use super::attribute::Attributes;
use crate::error::{Errno, Error, Operation};

bitflags::bitflags! {
    /// What a message is to the others, and what a request asks for.
    ///
    /// The upper half means one thing in a request to get, another in one to make or to delete, and a third in an
    /// acknowledgement.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct MessageFlags: u16 {
        /// A request: `NLM_F_REQUEST`.
        const REQUEST = 0x1;
        /// One of several messages, which `NLMSG_DONE` ends: `NLM_F_MULTI`.
        const MULTI = 0x2;
        /// An acknowledgement is asked for: `NLM_F_ACK`.
        const ACK = 0x4;
        /// What is asked for is told to this socket as well: `NLM_F_ECHO`.
        const ECHO = 0x8;
        /// What was dumped changed under way, so that it may contradict itself: `NLM_F_DUMP_INTR`.
        const DUMP_INTR = 0x10;
        /// A dump was filtered as it was asked for: `NLM_F_DUMP_FILTERED`.
        const DUMP_FILTERED = 0x20;

        /// To get: the whole table. `NLM_F_ROOT`.
        const ROOT = 0x100;
        /// To get: all that match. `NLM_F_MATCH`.
        const MATCH = 0x200;
        /// To get: all of it, as several messages. `NLM_F_DUMP`.
        const DUMP = 0x300;

        /// To make: in the place of one that exists. `NLM_F_REPLACE`.
        const REPLACE = 0x100;
        /// To make: not if it exists. `NLM_F_EXCL`.
        const EXCL = 0x200;
        /// To make: if it does not exist. `NLM_F_CREATE`.
        const CREATE = 0x400;
        /// To make: at the end of the list. `NLM_F_APPEND`.
        const APPEND = 0x800;

        /// An acknowledgement: the request is not repeated in it. `NLM_F_CAPPED`.
        const CAPPED = 0x100;
        /// An acknowledgement: attributes say more. `NLM_F_ACK_TLVS`.
        const ACK_TLVS = 0x200;
    }
}

/// The bytes of a header: length 32, type 16, flags 16, sequence 32, port 32.
pub(super) const HEADER: usize = 16;

/// Messages and attributes begin at multiples of four.
pub(super) const fn align(length: usize) -> usize {
    length.next_multiple_of(4)
}

/// Types that every protocol has.
pub(super) const NOOP: u16 = 1;
pub(super) const ERROR: u16 = 2;
pub(super) const DONE: u16 = 3;
pub(super) const OVERRUN: u16 = 4;

/// One message: its header, and its payload.
#[derive(Clone, PartialEq, Eq)]
#[doc(alias = "nlmsghdr")]
pub struct Message<'a> {
    kind: u16,
    flags: MessageFlags,
    sequence: u32,
    port: u32,
    payload: Cow<'a, [u8]>,
}

impl Message<'_> {
    /// Returns the type: `RTM_NEWLINK` for example, or one below 16 that every protocol has.
    #[must_use]
    #[doc(alias = "nlmsg_type")]
    pub const fn kind(&self) -> u16 {
        self.kind
    }

    /// Returns the flags.
    #[must_use]
    #[doc(alias = "nlmsg_flags")]
    pub const fn flags(&self) -> MessageFlags {
        self.flags
    }

    /// Returns the number of the request that this answers; of a notification, that of whoever caused it, or zero.
    #[must_use]
    #[doc(alias = "nlmsg_seq")]
    pub const fn sequence(&self) -> u32 {
        self.sequence
    }

    /// Returns the port of the socket that asked.
    #[must_use]
    #[doc(alias = "nlmsg_pid")]
    pub const fn port(&self) -> u32 {
        self.port
    }

    /// Returns what follows the header.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Returns the attributes behind a structure of `fixed` bytes, 16 of a `struct ifinfomsg` for example.
    ///
    /// # Errors
    ///
    /// The message is shorter than that.
    pub fn attributes(&self, fixed: usize) -> Result<Attributes<'_>, Malformed> {
        match self.payload.get(align(fixed)..) {
            Some(attributes) => Ok(Attributes::new(attributes)),
            // Without attributes the structure need not be padded.
            None if self.payload.len() >= fixed => Ok(Attributes::new(&[])),
            None => Err(Malformed::new(Missing::Structure(fixed), 0, self.payload.len())),
        }
    }

    /// Copies the payload, if it is not the message's own.
    #[must_use]
    pub fn into_owned(self) -> Message<'static> {
        Message { payload: Cow::Owned(self.payload.into_owned()), ..self }
    }

    /// Returns what an acknowledgement or the end of a dump says: `None` for any other message, and `Some(Ok(()))` if
    /// all is well.
    ///
    /// An error has the kernel's number and, where the kernel says more (`NETLINK_EXT_ACK`), its sentence.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::netlink::Messages;
    ///
    /// // NLMSG_ERROR, with the number zero: an acknowledgement.
    /// let mut bytes = [0; 20];
    /// bytes[..4].copy_from_slice(&20_u32.to_ne_bytes());
    /// bytes[4..6].copy_from_slice(&2_u16.to_ne_bytes());
    /// let message = Messages::new(&bytes).next().unwrap()?;
    /// assert!(message.outcome().unwrap().is_ok());
    /// # Ok::<(), berkeley::netlink::Malformed>(())
    /// ```
    #[must_use]
    #[doc(alias = "NLMSG_ERROR")]
    #[doc(alias = "NLMSG_DONE")]
    pub fn outcome(&self) -> Option<Result<(), Error>> {
        let number = match (self.kind, self.payload.first_chunk()) {
            (ERROR | DONE, Some(number)) => i32::from_ne_bytes(*number),
            // A dump may end without a number.
            (DONE, None) => 0,
            (ERROR, None) => {
                let why = "the kernel's acknowledgement has no number";
                return Some(Err(Error::invalid(Operation::Request, why)));
            }
            _ => return None,
        };
        if number == 0 {
            return Some(Ok(()));
        }
        let error = Error::new(Operation::Request, Errno::from_raw(number.saturating_neg()));
        Some(Err(match self.sentence() {
            Some(sentence) => error.with_detail(sentence),
            None => error,
        }))
    }

    /// Returns the kernel's sentence, and the place in the request that it is about.
    fn sentence(&self) -> Option<String> {
        const SENTENCE: u16 = 1;
        const OFFSET: u16 = 2;
        if !self.flags.contains(MessageFlags::ACK_TLVS) {
            return None;
        }
        let mut at = 4;
        if self.kind == ERROR {
            // The request's header, and unless it is capped the rest of it.
            let length = u32::from_ne_bytes(*self.payload.get(4..)?.first_chunk()?);
            let repeated = if self.flags.contains(MessageFlags::CAPPED) { HEADER } else { length as usize };
            at += repeated.checked_next_multiple_of(4)?;
        }
        let attributes = || Attributes::new(self.payload.get(at..).unwrap_or_default());
        let text = attributes().find(SENTENCE).ok()??.text()?;
        Some(match attributes().find(OFFSET).ok()?.and_then(|offset| offset.as_u32()) {
            Some(offset) => format!("{text} (at byte {offset} of the request)"),
            None => text.to_owned(),
        })
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("kind", &self.kind)
            .field("flags", &self.flags)
            .field("sequence", &self.sequence)
            .field("port", &self.port)
            .field("length", &self.payload.len())
            .finish()
    }
}

/// Is an iterator over the messages of one datagram.
///
/// A length that cannot be is an error, and the end.
#[derive(Clone, Debug)]
pub struct Messages<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Messages<'a> {
    /// Reads messages from what was received.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn first(&self, rest: &'a [u8]) -> Result<(Message<'a>, usize), Malformed> {
        let malformed = |what| Err(Malformed::new(what, self.at, rest.len()));
        let Some(header) = rest.first_chunk::<HEADER>() else {
            return malformed(Missing::MessageHeader);
        };
        let word =
            |at: usize| u32::from_ne_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let half = |at: usize| u16::from_ne_bytes([header[at], header[at + 1]]);
        let length = word(0) as usize;
        let Some(payload) = rest.get(HEADER..length) else {
            let short = length < HEADER;
            return malformed(if short { Missing::MessageLength(length) } else { Missing::Message(length) });
        };
        let message = Message {
            kind: half(4),
            flags: MessageFlags::from_bits_retain(half(6)),
            sequence: word(8),
            port: word(12),
            payload: Cow::Borrowed(payload),
        };
        Ok((message, length))
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Result<Message<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let first = self.first(rest);
        self.at = match first {
            Ok((_, length)) => self.at + align(length),
            Err(_) => self.bytes.len(),
        };
        Some(first.map(|(message, _)| message))
    }
}

impl std::iter::FusedIterator for Messages<'_> {}

/// Why bytes are no message or no attribute: what is missing, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    what: Missing,
    at: usize,
    there: usize,
}

/// What is missing, with the length that was claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    MessageHeader,
    MessageLength(usize),
    Message(usize),
    AttributeHeader,
    AttributeLength(usize),
    Attribute(usize),
    Structure(usize),
}

impl Malformed {
    pub(super) const fn new(what: Missing, at: usize, there: usize) -> Self {
        Self { what, at, there }
    }

    /// Returns the place in the bytes at which it begins.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.at
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, there) = (self.at, self.there);
        match self.what {
            Missing::MessageHeader => {
                write!(f, "the header of a message has 16 bytes, {there} are left at {at}")
            }
            Missing::MessageLength(length) => {
                write!(f, "the message at {at} claims {length} bytes, fewer than its header has")
            }
            Missing::Message(length) => {
                write!(f, "the message at {at} claims {length} bytes, {there} are left")
            }
            Missing::AttributeHeader => {
                write!(f, "the header of an attribute has 4 bytes, {there} are left at {at}")
            }
            Missing::AttributeLength(length) => {
                write!(f, "the attribute at {at} claims {length} bytes, fewer than its header has")
            }
            Missing::Attribute(length) => {
                write!(f, "the attribute at {at} claims {length} bytes, {there} are left")
            }
            Missing::Structure(length) => {
                write!(
                    f,
                    "a structure of {length} bytes comes before the attributes, the payload has {there}"
                )
            }
        }
    }
}

impl std::error::Error for Malformed {}

impl From<Malformed> for Error {
    /// Makes the error of a receive.
    fn from(malformed: Malformed) -> Self {
        Self::invalid(Operation::Receive, "malformed netlink message").with_detail(malformed.to_string())
    }
}

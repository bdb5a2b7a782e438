//! Messages of ICMP and ICMPv6, in bytes: RFC 792, RFC 4443.

use std::fmt;

use super::{Kind4, Kind6};
use crate::addr::Family;

/// Returns the Internet checksum of some bytes: RFC 1071.
///
/// Over bytes that have their checksum among them it is zero.
///
/// # Examples
///
/// ```
/// use berkeley::icmp::checksum;
///
/// // The example of RFC 1071, section 3: the sum of its words is ddf2.
/// assert_eq!(checksum(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]), !0xddf2);
/// ```
#[must_use]
pub fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| match *pair {
        [high, low] => u64::from(u16::from_be_bytes([high, low])),
        // An odd byte is the first of a word whose second is zero.
        [high] => u64::from(high) << 8,
        _ => 0,
    });
    let mut sum: u64 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

/// The bytes before the data: type, code, checksum, and four that mean something else in each type.
const HEADER: usize = 8;

/// A question that the other side sends back, and the answer: identifier, sequence number, data.
///
/// # Examples
///
/// ```
/// use berkeley::Family;
/// use berkeley::icmp::{Echo, Message};
///
/// let echo = Echo { identifier: 7, sequence: 1, data: b"abc" };
/// let bytes = echo.to_request(Family::INET);
/// let message = Message::parse(Family::INET, &bytes)?;
/// assert_eq!(message.echo(), Some(echo));
/// assert!(message.is_echo_request());
/// assert_eq!(message.to_string(), "echo request");
/// # Ok::<(), berkeley::icmp::Malformed>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Echo<'a> {
    /// Tells the questions of one program from those of another. Linux' unprivileged sockets put their port here.
    pub identifier: u16,
    /// Tells the questions of one program from each other.
    pub sequence: u16,
    /// What is to come back.
    pub data: &'a [u8],
}

impl Echo<'_> {
    /// Returns the bytes of the question: of ICMPv6 if the family is `INET6`, else of ICMP.
    ///
    /// The checksum of ICMPv6 is left to the system, which knows the addresses that it covers.
    #[must_use]
    pub fn to_request(&self, family: Family) -> Vec<u8> {
        let kind =
            if family == Family::INET6 { Kind6::ECHO_REQUEST.as_raw() } else { Kind4::ECHO_REQUEST.as_raw() };
        self.write(family, kind)
    }

    /// Returns the bytes of the answer, as [`to_request`](Self::to_request) does of the question.
    #[must_use]
    pub fn to_reply(&self, family: Family) -> Vec<u8> {
        let kind =
            if family == Family::INET6 { Kind6::ECHO_REPLY.as_raw() } else { Kind4::ECHO_REPLY.as_raw() };
        self.write(family, kind)
    }

    fn write(&self, family: Family, kind: u8) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + self.data.len());
        bytes.extend_from_slice(&[kind, 0, 0, 0]);
        bytes.extend_from_slice(&self.identifier.to_be_bytes());
        bytes.extend_from_slice(&self.sequence.to_be_bytes());
        bytes.extend_from_slice(self.data);
        if family != Family::INET6 {
            let sum = checksum(&bytes).to_be_bytes();
            bytes[2..4].copy_from_slice(&sum);
        }
        bytes
    }
}

/// A message of ICMP or ICMPv6.
///
/// `Display` prints what its type and code say: `destination unreachable, port unreachable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    family: Family,
    kind: u8,
    code: u8,
    rest: [u8; 4],
    data: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads a message, without the IP header that some sockets give before it: of ICMPv6 if the family is `INET6`, else
    /// of ICMP.
    ///
    /// # Errors
    ///
    /// There are fewer than eight bytes, or the checksum of ICMP is wrong. That of ICMPv6 the system has checked, which
    /// knows the addresses that it covers.
    pub fn parse(family: Family, bytes: &'a [u8]) -> Result<Self, Malformed> {
        let Some(([kind, code, _, _, a, b, c, d], data)) = bytes.split_first_chunk::<HEADER>() else {
            return Err(Malformed::Short(bytes.len()));
        };
        if family != Family::INET6 && checksum(bytes) != 0 {
            return Err(Malformed::Checksum);
        }
        Ok(Self { family, kind: *kind, code: *code, rest: [*a, *b, *c, *d], data })
    }

    /// As `parse`, of a message that an error quotes, of which only the beginning may be there.
    fn parse_quoted(family: Family, bytes: &'a [u8]) -> Option<Self> {
        let ([kind, code, _, _, a, b, c, d], data) = bytes.split_first_chunk::<HEADER>()?;
        Some(Self { family, kind: *kind, code: *code, rest: [*a, *b, *c, *d], data })
    }

    /// Returns the number of the type: one of [`Kind4`] or of [`Kind6`].
    #[must_use]
    pub const fn kind(&self) -> u8 {
        self.kind
    }

    /// Returns the number of the code, which means something else in each type.
    #[must_use]
    pub const fn code(&self) -> u8 {
        self.code
    }

    /// Returns the four bytes behind the checksum.
    #[must_use]
    pub const fn rest(&self) -> [u8; 4] {
        self.rest
    }

    /// Returns what follows the first eight bytes.
    #[must_use]
    pub const fn data(&self) -> &'a [u8] {
        self.data
    }

    fn is_one_of(&self, v4: Kind4, v6: Kind6) -> bool {
        self.kind == if self.family == Family::INET6 { v6.as_raw() } else { v4.as_raw() }
    }

    /// Returns `true` if it is a question that is to be sent back.
    #[must_use]
    pub fn is_echo_request(&self) -> bool {
        self.is_one_of(Kind4::ECHO_REQUEST, Kind6::ECHO_REQUEST)
    }

    /// Returns `true` if it is what was sent back.
    #[must_use]
    pub fn is_echo_reply(&self) -> bool {
        self.is_one_of(Kind4::ECHO_REPLY, Kind6::ECHO_REPLY)
    }

    /// Returns `true` if it tells of a packet that did not arrive.
    #[must_use]
    pub fn is_error(&self) -> bool {
        const ERRORS: &[Kind4] = &[
            Kind4::DESTINATION_UNREACHABLE,
            Kind4::SOURCE_QUENCH,
            Kind4::REDIRECT,
            Kind4::TIME_EXCEEDED,
            Kind4::PARAMETER_PROBLEM,
        ];
        if self.family == Family::INET6 {
            return self.kind < 128;
        }
        ERRORS.iter().any(|kind| kind.as_raw() == self.kind)
    }

    /// Returns the question or the answer, if it is one of them.
    #[must_use]
    pub fn echo(&self) -> Option<Echo<'a>> {
        if !self.is_echo_request() && !self.is_echo_reply() {
            return None;
        }
        let [a, b, c, d] = self.rest;
        Some(Echo {
            identifier: u16::from_be_bytes([a, b]),
            sequence: u16::from_be_bytes([c, d]),
            data: self.data,
        })
    }

    /// Returns the echo request that an error quotes, as much of it as is quoted.
    #[must_use]
    pub fn quoted_echo(&self) -> Option<Echo<'a>> {
        if !self.is_error() {
            return None;
        }
        let quoted = if self.family == Family::INET6 {
            // Protocol 58 directly behind the header: one of options between them is not looked through.
            let is_icmp = *self.data.get(6)? == 58;
            self.data.get(40..).filter(|_| is_icmp)?
        } else {
            let is_icmp = *self.data.get(9)? == 1;
            let header = usize::from(self.data.first()? & 0x0f) * 4;
            self.data.get(header.max(20)..).filter(|_| is_icmp)?
        };
        let quoted = Message::parse_quoted(self.family, quoted)?;
        quoted.is_echo_request().then(|| quoted.echo())?
    }
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.family == Family::INET6 {
            super::kind::write6(self.kind, self.code, f)
        } else {
            super::kind::write4(self.kind, self.code, f)
        }
    }
}

/// Why bytes are no message of ICMP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// There are so many, and eight are needed.
    Short(usize),
    /// The checksum is not that of the bytes.
    Checksum,
    /// They should begin with an IPv4 header, and do not.
    Header,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short(there) => write!(f, "a message of ICMP has at least 8 bytes, there are {there}"),
            Self::Checksum => f.write_str("the checksum is not that of the message"),
            Self::Header => f.write_str("there is no whole IPv4 header before the message"),
        }
    }
}

impl std::error::Error for Malformed {}

//! Requests: a message as it is built.

use std::sync::atomic::{AtomicU32, Ordering};

use super::attribute;
use super::message::{HEADER, MessageFlags, align};
use crate::error::{Error, Operation, Result};

/// A message to the kernel, as it is built: header, a structure, attributes.
///
/// # Examples
///
/// ```
/// use berkeley::netlink::{Attributes, MessageFlags, Messages, Request};
///
/// const RTM_GETLINK: u16 = 18;
/// const IFLA_IFNAME: u16 = 3;
///
/// let mut request = Request::new(RTM_GETLINK, MessageFlags::empty());
/// request.structure(&[0; 16]);
/// request.attribute(IFLA_IFNAME, b"lo\0")?;
///
/// let message = Messages::new(request.as_bytes()).next().unwrap()?;
/// assert_eq!(message.kind(), RTM_GETLINK);
/// assert_eq!(message.attributes(16)?.find(IFLA_IFNAME)?.unwrap().text(), Some("lo"));
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    bytes: Vec<u8>,
}

/// The number that the next request gets: one sequence for all sockets of the process, since descriptors of one socket
/// share its answers.
static NEXT: AtomicU32 = AtomicU32::new(1);

impl Request {
    /// Makes a request of that type, with a number that no other of this process has, and without anything else.
    ///
    /// [`MessageFlags::REQUEST`] is set whatever the flags are.
    #[must_use]
    pub fn new(kind: u16, flags: MessageFlags) -> Self {
        let mut number = NEXT.fetch_add(1, Ordering::Relaxed);
        // Zero is the number of notifications.
        if number == 0 {
            number = NEXT.fetch_add(1, Ordering::Relaxed);
        }
        let mut bytes = Vec::with_capacity(64);
        bytes.extend_from_slice(&(HEADER as u32).to_ne_bytes());
        bytes.extend_from_slice(&kind.to_ne_bytes());
        bytes.extend_from_slice(&(flags | MessageFlags::REQUEST).bits().to_ne_bytes());
        bytes.extend_from_slice(&number.to_ne_bytes());
        bytes.extend_from_slice(&[0; 4]);
        Self { bytes }
    }

    /// Adds the bytes of a structure, which comes before the attributes: a `struct ifinfomsg` for example.
    pub fn structure(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self.finish();
        self
    }

    /// Adds an attribute.
    ///
    /// # Errors
    ///
    /// An attribute has at most 65531 bytes; the request is as it was.
    pub fn attribute(&mut self, kind: u16, payload: &[u8]) -> Result<&mut Self> {
        self.nest_as(kind, |request| {
            request.bytes.extend_from_slice(payload);
            Ok(())
        })
    }

    /// Adds an attribute made of those that `fill` adds, and marks it so (`NLA_F_NESTED`).
    ///
    /// # Errors
    ///
    /// Those of `fill`; all together have at most 65531 bytes. The request is as it was.
    pub fn nest(&mut self, kind: u16, fill: impl FnOnce(&mut Self) -> Result<()>) -> Result<&mut Self> {
        const NESTED: u16 = 0x8000;
        self.nest_as(kind | NESTED, fill)
    }

    fn nest_as(&mut self, kind: u16, fill: impl FnOnce(&mut Self) -> Result<()>) -> Result<&mut Self> {
        let before = self.bytes.len();
        self.bytes.resize(align(before), 0);
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; attribute::HEADER]);
        let filled = fill(self).and_then(|()| {
            u16::try_from(self.bytes.len() - start).map_err(|_| {
                Error::invalid(Operation::Request, "an attribute of netlink has at most 65531 bytes")
            })
        });
        match filled {
            Ok(length) => {
                self.bytes[start..start + 2].copy_from_slice(&length.to_ne_bytes());
                self.bytes[start + 2..start + 4].copy_from_slice(&kind.to_ne_bytes());
                self.finish();
                Ok(self)
            }
            Err(error) => {
                self.bytes.truncate(before);
                self.finish();
                Err(error)
            }
        }
    }

    /// Pads what there is, and says in the header how long it is.
    fn finish(&mut self) {
        self.bytes.resize(align(self.bytes.len()), 0);
        let length = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        self.bytes[..4].copy_from_slice(&length.to_ne_bytes());
    }

    /// Returns the message, as it is sent.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the number that the answer is to have.
    #[must_use]
    pub fn sequence(&self) -> u32 {
        let mut number = [0; 4];
        number.copy_from_slice(&self.bytes[8..12]);
        u32::from_ne_bytes(number)
    }

    /// Returns the flags.
    #[must_use]
    pub fn flags(&self) -> MessageFlags {
        MessageFlags::from_bits_retain(u16::from_ne_bytes([self.bytes[6], self.bytes[7]]))
    }
}

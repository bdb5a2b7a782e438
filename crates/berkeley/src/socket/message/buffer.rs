//! What is received: control messages, and the descriptors that came with them.

use std::fmt;

use super::{ControlMessage, Row, name};
use crate::option::{Credentials, Form};
use crate::source::Descriptor;
use crate::sys::control::{Frame, Frames, Inbox, Memory, holds_descriptors};
use crate::sys::{Place, message as system};

/// Where control messages are received.
///
/// Each receive forgets what the one before it brought. Descriptors among it belong to the buffer until they are taken; those
/// that nobody takes are closed, by the next receive or when the buffer is dropped. All are close-on-exec.
///
/// A buffer that is too small for what comes loses the rest, and
/// [`is_control_truncated`](super::Arrival::is_control_truncated) says so. Rows and
/// [`descriptor_room`](super::descriptor_room) say how much room a message takes.
#[derive(Debug)]
pub struct ControlBuffer<'a> {
    inbox: Inbox<'a>,
}

impl<'a> ControlBuffer<'a> {
    /// Makes one with memory of its own, of at least so many bytes.
    #[must_use]
    pub fn with_room(room: usize) -> Self {
        Self { inbox: Inbox::new(Memory::of(room)) }
    }

    /// Makes one over the caller's memory: nothing is allocated.
    ///
    /// Up to seven bytes at the front stay unused, for the sake of the alignment.
    #[must_use]
    pub fn over(memory: &'a mut [u8]) -> Self {
        Self { inbox: Inbox::new(Memory::lent(memory)) }
    }

    #[inline]
    pub(crate) fn inbox(&mut self) -> &mut Inbox<'a> {
        &mut self.inbox
    }

    /// Returns how many bytes of control messages there is room for.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.inbox.capacity()
    }

    /// Makes room for so many bytes in all; over the caller's memory it stays as it is.
    pub fn reserve(&mut self, room: usize) {
        self.inbox.reserve(room);
    }

    /// Forgets what was received, and closes the descriptors that nobody took.
    pub fn clear(&mut self) {
        self.inbox.clear();
    }

    /// Returns the value of the first message of a kind.
    ///
    /// `None` also of one that was cut, or is no such value.
    #[inline]
    #[must_use]
    pub fn get<F: Form>(&self, row: ControlMessage<F>) -> Option<F::Value> {
        self.items().get(row)
    }

    /// Returns all messages but those that are descriptors.
    #[inline]
    #[must_use]
    pub fn items(&self) -> Items<'_> {
        Items::of(self.inbox.bytes())
    }

    /// Takes the next descriptor that the sender passed.
    #[doc(alias = "SCM_RIGHTS")]
    pub fn take_descriptor(&mut self) -> Option<Descriptor> {
        let (level, number) = system::RIGHTS?;
        self.inbox.take(level, number)
    }

    /// Takes the descriptors that the sender passed, one after the other.
    pub fn take_descriptors(&mut self) -> impl Iterator<Item = Descriptor> + use<'_, 'a> {
        std::iter::from_fn(|| self.take_descriptor())
    }

    /// Returns how many descriptors wait to be taken.
    #[must_use]
    pub fn descriptors(&self) -> usize {
        system::RIGHTS.map_or(0, |(level, number)| self.inbox.count(level, number))
    }

    /// Takes the descriptor of the sender's process, which polls readable from its end on.
    ///
    /// # Platform notes
    ///
    /// - Linux 6.5 and later, once [`PASSPIDFD`](crate::option::socket::PASSPIDFD) is set. Elsewhere always `None`.
    #[doc(alias = "SCM_PIDFD")]
    pub fn take_pidfd(&mut self) -> Option<Descriptor> {
        let (level, number) = system::PIDFD?;
        self.inbox.take(level, number)
    }

    /// Returns the sender's process, user and group.
    ///
    /// # Platform notes
    ///
    /// - Linux: once [`PASSCRED`](crate::option::socket::PASSCRED) is set.
    /// - FreeBSD: once [`CREDS_PERSISTENT`](crate::option::local::CREDS_PERSISTENT) is set; NetBSD:
    ///   [`CREDS`](crate::option::local::CREDS).
    /// - Others: always `None`.
    #[doc(alias = "SCM_CREDENTIALS")]
    #[must_use]
    pub fn credentials(&self) -> Option<Credentials> {
        self.get(super::socket::CREDENTIALS)
    }
}

/// Control messages, one after the other.
#[derive(Clone, Debug)]
pub struct Items<'a> {
    bytes: &'a [u8],
    frames: Frames<'a>,
}

/// One control message that was received.
#[derive(Clone)]
pub struct Item<'a> {
    frame: Frame,
    data: &'a [u8],
}

impl<'a> Items<'a> {
    /// Reads control messages from bytes in this system's layout; whatever the bytes are, it survives them.
    #[inline]
    #[must_use]
    pub fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, frames: Frames::of(bytes) }
    }

    /// Returns the value of the next message of a kind.
    #[inline]
    pub fn get<F: Form>(&mut self, row: ControlMessage<F>) -> Option<F::Value> {
        self.find(|item| item.is(row)).and_then(|item| item.get(row))
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Item<'a>;

    #[inline]
    fn next(&mut self) -> Option<Item<'a>> {
        let frame = self.frames.by_ref().find(|frame| !holds_descriptors(frame.level, frame.number))?;
        let data = &self.bytes[frame.data.clone()];
        Some(Item { frame, data })
    }
}

impl<'a> Item<'a> {
    /// Returns the level, `SOL_SOCKET` for example.
    #[must_use]
    pub const fn level(&self) -> i32 {
        self.frame.level
    }

    /// Returns the type, `SCM_TIMESTAMP` for example.
    #[must_use]
    #[doc(alias = "type")]
    pub const fn number(&self) -> i32 {
        self.frame.number
    }

    /// Returns the data.
    #[must_use]
    pub const fn data(&self) -> &'a [u8] {
        self.data
    }

    /// Returns `true` if some of the data is lost, as the header says.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.frame.is_cut
    }

    /// Returns `true` if the message is of that kind.
    #[inline]
    #[must_use]
    pub fn is<F>(&self, row: ControlMessage<F>) -> bool {
        row.received() == Some(self.place())
    }

    /// Returns the value, if the message is of that kind and whole.
    #[inline]
    #[must_use]
    pub fn get<F: Form>(&self, row: ControlMessage<F>) -> Option<F::Value> {
        if !self.is(row) || self.frame.is_cut {
            return None;
        }
        F::decode(self.data)
    }

    fn place(&self) -> Place {
        Place::of_plain_value(self.frame.level, self.frame.number)
    }

    /// Returns the row of the table that the message is of; `None` of a kind that this library does not know.
    #[must_use]
    pub fn row(&self) -> Option<&'static Row> {
        name::received_at(self.place())
    }
}

/// Writes the name and the value of what is known, and of what is not the level, the type and the bytes.
impl fmt::Display for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.row().and_then(|row| Some((row.name(), row.show(self.data)?)));
        match known {
            Some((name, value)) if !self.frame.is_cut => write!(f, "{name}={value}"),
            _ => {
                write!(f, "{}:{}=", self.frame.level, self.frame.number)?;
                self.data.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

impl fmt::Debug for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Item({self})")
    }
}

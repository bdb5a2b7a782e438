//! Where many messages are received.

use std::fmt;
use std::marker::PhantomData;
use std::net::SocketAddr;

use super::Path;
use crate::addr::Family;
use crate::option;
use crate::socket::message::{ArrivalFlags, Items, udp};
use crate::socket::{Role, SocketOf, decode};
use crate::source::Descriptor;
use crate::sys::batch::{Entry, MOST, Room};
use crate::sys::descriptor::Borrowed;
use crate::sys::{self, Attempt, Sockaddr, message};

/// Memory for several messages, with their senders and control messages; it is kept beside the socket.
///
/// Each receive forgets what the one before it brought. `A` is the type of the addresses that the socket deals in.
pub struct Receiver<A = SocketAddr> {
    room: Room,
    path: Path,
    pub(super) family: Family,
    addresses: PhantomData<fn() -> A>,
}

impl<A: Sockaddr> Receiver<A> {
    /// Makes one for so many messages of at most so many bytes each: 1 to 64 messages.
    #[must_use]
    pub fn new(messages: usize, size: usize) -> Self {
        Self::with_control(messages, size, 0)
    }

    /// Makes one with so many bytes for the control messages of each message: rows say how much they take.
    #[must_use]
    pub fn with_control(messages: usize, size: usize, control: usize) -> Self {
        let room = Room::new(messages.clamp(1, MOST), size, control);
        Self { room, path: Path::Many, family: Family::UNSPEC, addresses: PhantomData }
    }

    /// Makes one for as many messages of any size as the system puts together from datagrams that come after each other, and
    /// has it do so where it can: it takes 64 KiB for each. What is told of them is the same in any case.
    ///
    /// Such a socket is to be received from by batches alone: another call would get datagrams put together.
    ///
    /// # Platform notes
    ///
    /// - Linux 5.0: `UDP_GRO`. Windows 10 2004: `UDP_RECV_MAX_COALESCED_SIZE`. Elsewhere nothing is put together.
    #[doc(alias = "UDP_GRO")]
    #[doc(alias = "URO")]
    #[must_use]
    pub fn coalescing<R: Role<Address = A>>(socket: &SocketOf<R>, messages: usize) -> Self {
        // One of them is there, or none, and then nothing is put together.
        let _ = socket.set(option::udp::GRO, true);
        let _ = socket.set(option::udp::RECV_MAX_COALESCED_SIZE, LARGEST as u32);
        Self::with_control(messages, LARGEST, udp::GRO.room())
    }

    /// Has it receive this way, or a later one.
    #[must_use]
    pub fn by(self, path: Path) -> Self {
        Self { path, ..self }
    }

    pub(super) fn receive(
        &mut self,
        socket: Borrowed<'_>,
        flags: i32,
        attempt: Attempt,
        told: bool,
    ) -> sys::Result<usize> {
        match self.path {
            Path::OneByOne => self.room.receive_each(socket, flags, attempt, told),
            Path::Segments | Path::Many => sys::batch::receive(&mut self.room, socket, flags, attempt, told),
        }
    }

    /// Returns how many messages it has room for.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.room.capacity()
    }

    /// Returns how many bytes of each message it has room for.
    #[must_use]
    pub fn size(&self) -> usize {
        self.room.size()
    }

    /// Returns the datagrams of the last receive.
    #[must_use]
    pub fn datagrams(&self) -> Datagrams<'_, A> {
        Datagrams { receiver: self, next: 0, at: 0 }
    }

    /// Takes note of what each message was put together from, and counts the datagrams.
    pub(super) fn count(&mut self) -> usize {
        let entries = self.room.taken_mut().iter_mut();
        entries
            .map(|entry| {
                let length = entry.arrived.delivered.length;
                entry.piece = piece(entry, length);
                length.div_ceil(entry.piece).max(1)
            })
            .sum()
    }

    /// Takes the next descriptor that came with the message of that number.
    #[doc(alias = "SCM_RIGHTS")]
    pub fn take_descriptor(&mut self, number: usize) -> Option<Descriptor> {
        let (level, kind) = message::RIGHTS?;
        self.room.taken_mut().get_mut(number)?.inbox.take(level, kind)
    }

    /// Forgets what was received, and closes descriptors that nobody took.
    pub fn clear(&mut self) {
        self.room.clear();
    }
}

/// The largest message that any system puts together.
const LARGEST: usize = 1 << 16;

/// Returns the size of the datagrams that a message was put together from: its own, if it is one.
#[inline]
fn piece(entry: &Entry, length: usize) -> usize {
    let told =
        if entry.inbox.bytes().is_empty() { None } else { Items::of(entry.inbox.bytes()).get(udp::GRO) };
    told.map_or(length, |size| size as usize).max(1)
}

impl<A> fmt::Debug for Receiver<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Receiver({} of {} messages)", self.room.len(), self.room.capacity())
    }
}

/// The datagrams of a receive, one after the other.
#[derive(Clone, Debug)]
pub struct Datagrams<'a, A> {
    receiver: &'a Receiver<A>,
    /// Which message, and where in it.
    next: usize,
    at: usize,
}

impl<'a, A: Sockaddr> Iterator for Datagrams<'a, A> {
    type Item = Datagram<'a, A>;

    #[inline]
    fn next(&mut self) -> Option<Datagram<'a, A>> {
        let (entry, data) = self.receiver.room.get(self.next)?;
        let (number, start) = (self.next, self.at);
        let end = data.len().min(start + entry.piece);
        if end == data.len() {
            (self.next, self.at) = (self.next + 1, 0);
        } else {
            self.at = end;
        }
        let is_last = end == data.len();
        let family = self.receiver.family;
        Some(Datagram { entry, number, data: &data[start..end], is_last, family, addresses: PhantomData })
    }
}

/// A datagram that was received with others.
#[derive(Clone, Copy)]
pub struct Datagram<'a, A = SocketAddr> {
    entry: &'a Entry,
    number: usize,
    data: &'a [u8],
    is_last: bool,
    family: Family,
    addresses: PhantomData<fn() -> A>,
}

impl<'a, A: Sockaddr> Datagram<'a, A> {
    /// Returns the data.
    #[inline]
    #[must_use]
    pub const fn data(&self) -> &'a [u8] {
        self.data
    }

    /// Returns the sender; `None` where the system does not tell it, as on a connected stream of records.
    #[inline]
    #[must_use]
    pub fn from(&self) -> Option<A> {
        decode(self.family, &self.entry.from).ok()
    }

    /// Returns `true` if there was no room for all of it, and the rest is lost.
    #[inline]
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.is_last && self.entry.arrived.delivered.missing != 0
    }

    /// Returns the length of the whole datagram, or `None` if some of it is lost and the system does not say how much.
    #[must_use]
    pub const fn full_len(&self) -> Option<usize> {
        match self.entry.arrived.delivered.missing {
            usize::MAX if self.is_last => None,
            missing if self.is_last => Some(self.data.len() + missing),
            _ => Some(self.data.len()),
        }
    }

    /// Returns what the system says of the message.
    #[must_use]
    pub const fn flags(&self) -> ArrivalFlags {
        ArrivalFlags::from_bits_retain(self.entry.arrived.flags as u32 as u64)
    }

    /// Returns the control messages that came with it; datagrams that were put together have the same.
    #[inline]
    #[must_use]
    pub fn control(&self) -> Items<'a> {
        Items::of(self.entry.inbox.bytes())
    }

    /// Returns the number of the message that it came in, which others may have come in as well.
    #[must_use]
    pub const fn message(&self) -> usize {
        self.number
    }
}

impl<A: Sockaddr + fmt::Debug> fmt::Debug for Datagram<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Datagram");
        out.field("length", &self.data.len()).field("from", &self.from()).finish_non_exhaustive()
    }
}

//! Many messages by one call, where the system has such a call; else by as many.

#[cfg_attr(
    all(linux_like, not(any(berkeley_call = "libc", berkeley_sys = "unsupported"))),
    path = "linux/batch.rs"
)]
#[cfg_attr(
    any(not(linux_like), berkeley_call = "libc", berkeley_sys = "unsupported"),
    path = "batch_each.rs"
)]
mod many;

use std::io::{IoSlice, IoSliceMut};

use super::address::RawAddress;
use super::control::{Inbox, Memory};
use super::descriptor::Borrowed;
use super::{Arrived, Attempt, Delivered, Result, message};
use crate::error::Errno;

pub(crate) use self::many::{receive, send};

/// The most messages that one call is about.
pub(crate) const MOST: usize = 64;

/// A message to send.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outgoing<'a> {
    pub(crate) data: &'a [IoSlice<'a>],
    pub(crate) to: Option<&'a RawAddress>,
    pub(crate) control: &'a [u8],
}

/// Sends one after the other; returns how many, of which the first decides whether it is an error to send none.
pub(crate) fn send_each<'a>(
    socket: Borrowed<'_>,
    messages: impl Iterator<Item = Outgoing<'a>>,
    flags: i32,
    attempt: Attempt,
) -> Result<usize> {
    let mut sent = 0;
    for Outgoing { data, to, control } in messages {
        // What would have to wait is left to the next call, once something was sent.
        let attempt = if sent == 0 { attempt } else { Attempt::Try };
        match message::send(socket, data, to, control, flags, attempt) {
            Ok(_) => sent += 1,
            Err(errno) if sent == 0 => return Err(errno),
            Err(_) => break,
        }
    }
    Ok(sent)
}

/// A place for a message, and what came of it.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) from: RawAddress,
    pub(crate) inbox: Inbox<'static>,
    pub(crate) arrived: Arrived,
    /// The size of the datagrams that the message was put together from, or its own; at least one.
    pub(crate) piece: usize,
}

/// Places for several messages, all as long.
#[derive(Debug)]
pub(crate) struct Room {
    memory: Vec<u8>,
    size: usize,
    entries: Vec<Entry>,
    taken: usize,
    /// What ended a receive after its first message, to be told by the next.
    failed: Option<Errno>,
}

impl Room {
    pub(crate) fn new(messages: usize, size: usize, control: usize) -> Self {
        let arrived = Arrived { delivered: Delivered::cut(0, false), flags: 0 };
        let size = size.max(1);
        let inbox = || Inbox::new(Memory::of(control));
        let entry = || Entry { from: RawAddress::empty(), inbox: inbox(), arrived, piece: 1 };
        Self {
            memory: vec![0; messages.saturating_mul(size)],
            size,
            entries: std::iter::repeat_with(entry).take(messages).collect(),
            taken: 0,
            failed: None,
        }
    }

    pub(crate) fn capacity(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Returns a message that was received, and its data.
    #[inline]
    pub(crate) fn get(&self, number: usize) -> Option<(&Entry, &[u8])> {
        let entry = self.entries[..self.taken].get(number)?;
        let start = number * self.size;
        Some((entry, &self.memory[start..start + entry.arrived.delivered.length]))
    }

    /// Returns all messages that were received.
    pub(crate) fn taken_mut(&mut self) -> &mut [Entry] {
        &mut self.entries[..self.taken]
    }

    /// Counts the messages that were received.
    pub(crate) fn len(&self) -> usize {
        self.taken
    }

    /// Forgets what was received, and closes descriptors in it that nobody took.
    pub(crate) fn clear(&mut self) {
        self.entries[..self.taken].iter_mut().for_each(|entry| entry.inbox.clear());
        self.taken = 0;
    }

    /// Receives one after the other, and waits for the first alone.
    pub(crate) fn receive_each(
        &mut self,
        socket: Borrowed<'_>,
        flags: i32,
        attempt: Attempt,
        told: bool,
    ) -> Result<usize> {
        self.clear();
        if let Some(errno) = self.failed.take() {
            return Err(errno);
        }
        let places = self.memory.chunks_mut(self.size);
        for (entry, place) in self.entries.iter_mut().zip(places) {
            let attempt = if self.taken == 0 { attempt } else { Attempt::Try };
            let mut slices = [IoSliceMut::new(place)];
            let Entry { from, inbox, .. } = entry;
            match message::recv(socket, &mut slices, from, inbox, flags, attempt, told) {
                Ok(arrived) => entry.arrived = arrived,
                Err(errno) if self.taken == 0 => return Err(errno),
                Err(errno) => {
                    self.failed = Some(errno).filter(|errno| !matches!(*errno, Errno::AGAIN | Errno::INTR));
                    break;
                }
            }
            self.taken += 1;
        }
        Ok(self.taken)
    }
}

//! Answers: the messages that follow a request.

use std::collections::VecDeque;

use super::message::{Message, MessageFlags, Messages, NOOP, OVERRUN};
use super::{Netlink, Request};
use crate::addr::NetlinkAddress;
use crate::deadline::Deadline;
use crate::error::{Errno, Error, Operation, Result};
use crate::socket::SocketOf;
use crate::sys::spare;

/// How much is received at once where the system does not say how much there is. A dump's messages have 32 KiB at most.
const ROOM: usize = 1 << 17;

/// Receives one datagram into the buffer, however long it is, and says whose it is.
pub(super) fn receive(
    socket: &SocketOf<Netlink>,
    buffer: &mut Vec<u8>,
    deadline: Deadline,
) -> Result<NetlinkAddress> {
    let view = socket.by(deadline);
    let there = view.peek(&mut [0_u8; 0])?.full_len().unwrap_or(ROOM);
    buffer.clear();
    buffer.reserve(there);
    let (received, from) = view.recv_from(&mut spare(buffer))?;
    if received.is_truncated() {
        let why =
            "the datagram is longer than it was when it was looked at: does another thread receive too?";
        return Err(Error::invalid(Operation::Receive, why));
    }
    Ok(from)
}

/// Is an iterator over the messages that answer a request, in the order in which the kernel sends them.
///
/// It ends with the answer: with the acknowledgement or the end of a dump, which are not among the messages, or after
/// the one message of an answer that has neither. An error is the last item; it has the kernel's number and, where the
/// kernel says more, its sentence. What does not come from the kernel, or answers another request, is passed over.
///
/// An answer that is dropped before its end is received to its end all the same: the kernel refuses a dump to a socket
/// that has another under way.
///
/// # Errors
///
/// [`is_no_buffer_space`](Error::is_no_buffer_space): the kernel had no room for all of it, so that messages are lost;
/// ask again. [`is_deadline_passed`](Error::is_deadline_passed).
#[derive(Debug)]
#[must_use = "an answer that is not read tells nothing"]
pub struct Answer<'a> {
    socket: &'a SocketOf<Netlink>,
    deadline: Deadline,
    sequence: u32,
    acknowledged: bool,
    inconsistent: bool,
    ready: VecDeque<Message<'static>>,
    ended: bool,
    failed: Option<Error>,
    buffer: Vec<u8>,
}

impl<'a> Answer<'a> {
    pub(super) fn new(socket: &'a SocketOf<Netlink>, request: &Request, deadline: Deadline) -> Self {
        Self {
            socket,
            deadline,
            sequence: request.sequence(),
            acknowledged: request.flags().contains(MessageFlags::ACK),
            inconsistent: false,
            ready: VecDeque::new(),
            ended: false,
            failed: None,
            buffer: Vec::new(),
        }
    }

    /// Returns `true` if what was dumped changed under way, so that messages so far may contradict each other: ask again.
    #[must_use]
    #[doc(alias = "NLM_F_DUMP_INTR")]
    pub const fn is_inconsistent(&self) -> bool {
        self.inconsistent
    }

    /// Reads the answer to its end, for requests whose answer is whether it went well.
    ///
    /// # Errors
    ///
    /// The first of the answer.
    pub fn finish(mut self) -> Result<()> {
        self.try_for_each(|message| message.map(drop))
    }

    /// Receives one datagram, and sorts its messages.
    fn fill(&mut self) -> Result<()> {
        let from = receive(self.socket, &mut self.buffer, self.deadline).map_err(explain)?;
        if from.pid() != 0 {
            return Ok(());
        }
        let buffer = std::mem::take(&mut self.buffer);
        for message in Messages::new(&buffer) {
            let message = message?;
            if message.sequence() == self.sequence && !self.ended {
                self.take(message)?;
            }
        }
        self.buffer = buffer;
        Ok(())
    }

    fn take(&mut self, message: Message<'_>) -> Result<()> {
        self.inconsistent |= message.flags().contains(MessageFlags::DUMP_INTR);
        if let Some(outcome) = message.outcome() {
            self.ended = true;
            return outcome;
        }
        match message.kind() {
            NOOP => {}
            OVERRUN => return Err(explain(Error::new(Operation::Receive, Errno::NOBUFS))),
            _ => {
                self.ended = !self.acknowledged && !message.flags().contains(MessageFlags::MULTI);
                self.ready.push_back(message.into_owned());
            }
        }
        Ok(())
    }
}

impl Drop for Answer<'_> {
    fn drop(&mut self) {
        // The kernel answers in the call that asks, so that what is there can be had without waiting.
        self.deadline = Deadline::now();
        while !self.ended {
            self.ready.clear();
            self.ended |= self.fill().is_err();
        }
    }
}

impl Iterator for Answer<'_> {
    type Item = Result<Message<'static>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Some(Ok(message));
            }
            if let Some(error) = self.failed.take() {
                return Some(Err(error));
            }
            if self.ended {
                return None;
            }
            // What came before an error is given before it.
            if let Err(error) = self.fill() {
                (self.ended, self.failed) = (true, Some(error));
            }
        }
    }
}

impl std::iter::FusedIterator for Answer<'_> {}

/// Says what it means that the kernel had no room.
pub(super) fn explain(error: Error) -> Error {
    if error.is_no_buffer_space() {
        return error.with_detail(
            "the kernel had no room for all messages and some are lost; ask for the whole again",
        );
    }
    error
}

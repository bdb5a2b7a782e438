//! Answers that are read where they were received, without a copy of each message.

use super::message::{Message, MessageFlags, Messages, OVERRUN};
use super::{Netlink, Request};
use crate::addr::NetlinkAddress;
use crate::error::{Errno, Error, Operation, Result};
use crate::socket::SocketOf;
use crate::sys::spare;

/// A dump comes in pieces that the kernel makes as long as the longest receive so far had room for, up to 32 KiB.
const ROOM: usize = 1 << 15;

/// What has become of a dump.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Dumped {
    Whole,
    /// What was dumped changed under way.
    Inconsistent,
    /// A message did not fit into the buffer, which is longer now. The rest of the answer is still to come.
    TooLong,
}

impl SocketOf<Netlink> {
    /// Sends a request, and shows each message of the answer to `visit`. The buffer is for several calls.
    ///
    /// Whatever goes wrong, an answer that is not whole has to be asked for again; after an error, on another socket.
    pub(crate) fn dump(
        &self,
        request: &Request,
        buffer: &mut Vec<u8>,
        mut visit: impl FnMut(&Message<'_>) -> Result<()>,
    ) -> Result<Dumped> {
        self.send_to(request.as_bytes(), &NetlinkAddress::new(0, 0))?;
        let mut dumped = Dumped::Whole;
        loop {
            let longest = self.receive(buffer)?;
            if longest > buffer.len() {
                buffer.clear();
                buffer.reserve(longest);
                return Ok(Dumped::TooLong);
            }
            for message in Messages::new(buffer) {
                let message = message?;
                if message.sequence() != request.sequence() {
                    continue;
                }
                if message.flags().contains(MessageFlags::DUMP_INTR) {
                    dumped = Dumped::Inconsistent;
                }
                if let Some(outcome) = message.outcome() {
                    return outcome.map(|()| dumped);
                }
                if message.kind() == OVERRUN {
                    return Err(Error::new(Operation::Receive, Errno::NOBUFS));
                }
                visit(&message)?;
                if !message.flags().contains(MessageFlags::MULTI) {
                    return Ok(dumped);
                }
            }
        }
    }

    /// Receives a datagram of the kernel's; returns how long it was.
    fn receive(&self, buffer: &mut Vec<u8>) -> Result<usize> {
        loop {
            buffer.clear();
            buffer.reserve(ROOM);
            let (received, from) = self.recv_from(&mut spare(buffer))?;
            if from.pid() == 0 {
                return Ok(if received.is_truncated() {
                    received.full_len().unwrap_or(buffer.len() * 2)
                } else {
                    buffer.len()
                });
            }
        }
    }
}

//! Datagrams: every sender has a pair of its own.

use std::collections::VecDeque;

use berkeley::{Address, Deadline, Key};

use super::pair::End;
use super::{Entry, Relay};
use crate::transfer::is_gone;

/// How many datagrams are received before others have their turn.
const DATAGRAMS: usize = 64;

/// How many datagrams of a sender wait for the target to answer.
const WAITING: usize = 16;

impl Relay {
    /// Receives what senders have sent.
    pub fn hear(&mut self) -> berkeley::Result<()> {
        for _ in 0..DATAGRAMS {
            let Some(door) = &self.door else { return Ok(()) };
            let Some(Entry::Datagrams(socket)) = self.poller.get(door.key) else { return Ok(()) };
            match socket.now().recv_from(&mut self.buffer) {
                Ok(None) => return Ok(()),
                Ok(Some((received, from))) if received.is_truncated() => {
                    let name = door.keeper.endpoint.transport().show(&from);
                    let text = format!("warning: receive {name}: longer than a message can be: dropped");
                    self.settings.voice.note(text);
                }
                Ok(Some((received, from))) => self.heard(received.len(), from),
                // What an earlier answer came to.
                Err(error) if error.is_refused() || is_gone(&error) || error.should_retry() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Passes on a datagram that is in the buffer.
    fn heard(&mut self, length: usize, from: Address) {
        let Some(id) = self.sessions.get(&from).copied() else {
            return self.open_session(length, from);
        };
        let Some(pair) = self.pairs.get_mut(&id) else { return };
        if pair.dial.is_none() {
            self.deliver(id, 1, length);
            self.settle(id);
        } else if pair.waiting.len() < WAITING {
            pair.waiting.push_back(self.buffer[..length].to_vec());
        } else {
            pair.lose(0);
        }
    }

    fn open_session(&mut self, length: usize, from: Address) {
        let Some(door) = &mut self.door else { return };
        let keeper = &door.keeper;
        let name = keeper.endpoint.transport().show(&from);
        if !keeper.allows(&from) {
            return keeper
                .voice
                .detail(format_args!("turned away {name}: --allow has no network that it is in"));
        }
        if self.sessions.len() >= door.most {
            if !std::mem::replace(&mut door.is_full, true) {
                let text = format_args!("warning: {name} is one sender too many: its datagrams are dropped");
                keeper.voice.note(text);
            }
            return;
        }
        keeper.voice.detail(format_args!("datagrams from {name}"));
        let id: Key = self.poller.add_timer(Deadline::never());
        let first = self.buffer[..length].to_vec();
        self.sessions.insert(from.clone(), id);
        self.admit(id, name, End::Sender(from), VecDeque::from([first]));
    }
}

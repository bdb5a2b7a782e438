//! The connect to a target that has several addresses: they are raced, as `sock connect` races them.

use berkeley::{Bundle, Connect, Deadline, Error, Interest, Key, Race, TcpStream};

use super::pair::End;
use super::{Entry, Relay};
use crate::endpoint::Transport;
use crate::open::race_failure;

/// The race for a pair's other end.
pub struct Racer {
    pair: Key,
    pub bundle: Bundle<Race>,
}

impl Relay {
    /// Starts to connect to whichever address of the target can be reached first. Returns `false` if there is but one, or
    /// if a race is nothing that this system can wait for here.
    pub fn race(&mut self, id: Key) -> bool {
        let (Some(pair), Some(door)) = (self.pairs.get_mut(&id), &self.door) else { return false };
        let Some(dial) = &mut pair.dial else { return false };
        let target = &door.target;
        if target.endpoint.transport() != Transport::Tcp || target.addresses.len() < 2 {
            return false;
        }
        let endpoint = target.endpoint.clone();
        let connect = Connect::new().prepare(move |stream, _| endpoint.configure(stream));
        let race = connect.start_any(target.addresses.iter().cloned(), dial.deadline);
        let Ok(bundle) = Bundle::new(race) else { return false };
        let Ok(key) = self.poller.add(Entry::Race(Box::new(Racer { pair: id, bundle })), Interest::READABLE)
        else {
            return false;
        };
        // The race knows by itself when its time is over.
        dial.deadline = Deadline::never();
        self.set_end(id, 1, End::Socket(key));
        self.raced(key);
        true
    }

    /// Goes on with a race.
    pub fn raced(&mut self, key: Key) {
        let Some(Entry::Race(racer)) = self.poller.get_mut(key) else { return };
        let (id, outcome) = (racer.pair, racer.bundle.go_on());
        let deadline = racer.bundle.deadline();
        match outcome {
            Ok(None) => {
                // The entry is there.
                let _ = self.poller.set_deadline(key, deadline);
            }
            Ok(Some(stream)) => self.won(id, stream),
            Err(error) => self.lost(id, &error),
        }
    }

    fn won(&mut self, id: Key, stream: TcpStream) {
        self.hang_up(id);
        match self.add(id, 1, stream.into_any(), Interest::NONE) {
            Ok(key) => {
                self.set_end(id, 1, End::Socket(key));
                self.reached(id);
            }
            Err(error) => self.lost(id, &error),
        }
    }

    /// What failed for want of descriptors is tried once more, with less of them at once.
    fn lost(&mut self, id: Key, error: &Error) {
        self.hang_up(id);
        let (Some(pair), Some(door)) = (self.pairs.get_mut(&id), &mut self.door) else { return };
        if error.is_descriptor_limit() {
            if let Some(dial) = &mut pair.dial {
                dial.deadline = door.target.timeout.map_or(Deadline::never(), Deadline::after);
            }
            return self.dial(id);
        }
        let begun = pair.dial.take().map_or(pair.begun, |dial| dial.begun);
        let failure = race_failure(&door.target.endpoint, error, begun);
        let message = failure.messages().join("\n");
        pair.fail(failure.exit(), format!("{}: {message}", pair.names[0]));
        self.remove(id);
    }
}

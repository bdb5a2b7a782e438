//! Who comes in.

use super::connection::{Connection, Entry};
use super::service::{Service, Stream};
use super::{ACCEPTS, Server};
use crate::acceptor::Acceptor;
use crate::error::Result;
use crate::queue::Queued;
use crate::ready::{Interest, Trigger};
use crate::socket::{Role, SocketOf};

impl<S: Service> Server<S> {
    pub(super) fn acceptor(&mut self) -> Option<&mut Acceptor<SocketOf<S::Listener>>> {
        match self.connections.poller.get_mut(self.door) {
            Some(Entry::Door(acceptor)) => Some(acceptor),
            _ => None,
        }
    }

    /// Accepts who waits.
    pub(super) fn welcome(&mut self) -> Result<()> {
        for _ in 0..ACCEPTS {
            let Some(acceptor) = self.acceptor() else { return Ok(()) };
            match acceptor.accept()? {
                Some((stream, from)) => self.admit(stream, &from),
                None => break,
            }
        }
        if let Some(lack) = self.acceptor().and_then(Acceptor::take_lack) {
            self.service.overloaded(&mut self.connections, lack);
            self.look_at_lent();
        }
        self.watch_door()
    }

    /// Has the poller wait for connections, or not, as the acceptor says.
    pub(super) fn watch_door(&mut self) -> Result<()> {
        let Some(acceptor) = self.acceptor() else { return Ok(()) };
        let (interest, resume_at) = (acceptor.interest(), acceptor.resume_at());
        let (door, poller) = (self.door, &mut self.connections.poller);
        if poller.interest(door) != Some(interest) {
            poller.set_interest(door, interest)?;
        }
        if poller.deadline(door) != resume_at {
            poller.set_deadline(door, resume_at)?;
        }
        Ok(())
    }

    pub(super) fn admit(&mut self, stream: SocketOf<Stream<S>>, from: &<S::Listener as Role>::Address) {
        let Some(state) = self.service.admit(&stream, from) else {
            self.report.turned_away += 1;
            return self.gone();
        };
        let queue = Queued::with_limit(stream, self.settings.queue_limit);
        let mut connection = Connection::new(queue, state, self.settings.idle_limit);
        // What a peer sends with its connect is here by now, and is not to be waited for.
        let first = connection.receive(&mut self.buffer);
        let interest = match self.settings.trigger {
            Trigger::Edge => (Interest::READABLE | Interest::WRITABLE).edge(),
            _ => Interest::READABLE,
        };
        self.report.served += 1;
        match self.connections.poller.add(Entry::Guest(connection), interest) {
            Ok(key) => {
                self.connections.count += 1;
                self.turn(key, Service::opened);
                self.hand_over(key, first);
                self.receive(key);
            }
            Err(error) => {
                let (error, entry) = error.into_parts();
                self.gone();
                self.tell_closed(entry, Err(error));
            }
        }
    }

    /// A descriptor is free: the acceptor may go on.
    pub(super) fn gone(&mut self) {
        let Some(acceptor) = self.acceptor() else { return };
        let paused = acceptor.interest().is_none();
        acceptor.closed();
        if paused {
            // What the poller says against it, it says again when it is waited with.
            let _ = self.watch_door();
        }
    }
}

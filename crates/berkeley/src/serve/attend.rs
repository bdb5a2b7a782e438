//! What happens to those who are in.

use std::time::Instant;

use super::connection::{Connection, Entry, Incoming, Turn};
use super::service::Service;
use super::{RECEIVES, Server};
use crate::deadline::Deadline;
use crate::error::{Error, Result};
use crate::poll::{Event, Key};
use crate::queue::Progress;
use crate::ready::Trigger;

impl<S: Service> Server<S> {
    /// Does what an event asks for.
    #[inline]
    pub(super) fn attend(&mut self, event: Event) {
        let key = event.key();
        let Some(connection) = self.connections.guest(key) else { return };
        if event.is_readable() && connection.incoming != Incoming::Ended {
            connection.incoming = Incoming::Unread;
        }
        connection.end_is_near |= event.is_read_closed() || event.is_hang_up() || event.is_error();
        if connection.idle.is_some() && event.is_readable() {
            connection.active = Instant::now();
        }
        if event.is_detached() {
            connection.close();
        }
        if (event.is_writable() || event.is_timed_out()) && !connection.queue.is_empty() {
            self.flush(key);
        }
        if event.is_timed_out() {
            self.time_out(key);
        }
        self.receive(key);
    }

    fn flush(&mut self, key: Key) {
        let Some(connection) = self.connections.guest(key) else { return };
        match connection.queue.flush() {
            Ok(Progress::Drained) => self.turn(key, Service::drained),
            // What ended the connection is found when it is looked at.
            Ok(Progress::Pending | Progress::Finished) | Err(_) => {}
        }
    }

    #[cold]
    fn time_out(&mut self, key: Key) {
        let Some(connection) = self.connections.guest(key) else { return };
        connection.alarm = Deadline::never();
        if let Some(end) = connection.overdue() {
            // What was sent was sent, but the peer has not ended its half.
            self.report.cut += u64::from(self.stop_at.is_some() && end.is_ok());
            return self.remove(key, end);
        }
        let is_idle = connection.idle.is_some_and(|limit| connection.active.elapsed() >= limit);
        let is_late = connection.deadline.has_passed();
        if is_idle {
            connection.active = Instant::now();
        }
        if is_late {
            connection.deadline = Deadline::never();
        }
        if (is_idle || is_late) && !connection.is_finishing() {
            self.turn(key, Service::timed_out);
        }
    }

    /// Receives from a connection until there is no more, or others should have their turn.
    #[inline]
    pub(super) fn receive(&mut self, key: Key) {
        for _ in 0..RECEIVES {
            let Some(connection) = self.connections.guest(key) else { return };
            if !connection.is_to_be_heard() {
                return self.settle(key);
            }
            let received = connection.receive(&mut self.buffer);
            self.hand_over(key, received);
        }
        self.settle(key);
        self.again.push(key);
    }

    /// Gives the service what a receive gave, unless the connection is only to finish.
    #[inline]
    pub(super) fn hand_over(&mut self, key: Key, received: Result<Option<usize>>) {
        let Some(connection) = self.connections.guest(key) else { return };
        let is_over = connection.is_finishing();
        match received {
            Ok(Some(0)) => {
                connection.incoming = Incoming::Ended;
                if !is_over {
                    self.turn(key, Service::ended);
                }
            }
            Ok(Some(length)) if !is_over => {
                let Self { service, connections, buffer, .. } = self;
                let done = service.received(&mut Turn { connections, key }, &buffer[..length]);
                self.after_turn(key, done);
            }
            Ok(_) => {}
            Err(error) => self.remove(key, Err(error)),
        }
    }

    pub(super) fn turn(&mut self, key: Key, call: impl FnOnce(&mut S, &mut Turn<'_, S>) -> Result<()>) {
        let Self { service, connections, .. } = self;
        if connections.guest(key).is_none() {
            return;
        }
        let done = call(service, &mut Turn { connections, key });
        self.after_turn(key, done);
    }

    #[inline]
    fn after_turn(&mut self, key: Key, done: Result<()>) {
        if let Err(error) = done {
            self.remove(key, Err(error));
        }
        if !self.connections.lent.is_empty() {
            self.look_at_lent();
        }
    }

    /// Looks at the connections that the service had in its hands beside the one whose turn it was.
    pub(super) fn look_at_lent(&mut self) {
        // Whoever has room again because of it hears so by an event of its own.
        while let Some(key) = self.connections.lent.pop() {
            self.settle(key);
        }
    }

    /// Has the poller wait for what a connection needs now, and removes one that is over.
    #[inline]
    pub(super) fn settle(&mut self, key: Key) {
        let Some(connection) = self.connections.guest(key) else { return };
        if let Some(end) = connection.over() {
            return self.remove(key, end);
        }
        let (interest, alarm, set) = (connection.interest(), connection.next_alarm(), connection.alarm);
        if self.settings.trigger == Trigger::Level && self.connections.poller.interest(key) != Some(interest)
        {
            let set = self.connections.poller.set_interest(key, interest);
            if let Err(error) = set {
                return self.remove(key, Err(error));
            }
        }
        // One that is set too early costs an event; one that moved with each message would cost a change each.
        if alarm < set {
            self.set_alarm(key, alarm);
        }
    }

    fn set_alarm(&mut self, key: Key, alarm: Deadline) {
        let set = self.connections.poller.set_deadline(key, alarm);
        if let (Ok(()), Some(connection)) = (set, self.connections.guest(key)) {
            connection.alarm = alarm;
        }
    }

    #[cold]
    pub(super) fn remove(&mut self, key: Key, end: Result<()>) {
        if self.connections.guest(key).is_none() {
            return;
        }
        if let Some(entry) = self.connections.poller.remove_to_close(key) {
            self.connections.count -= 1;
            let late = end.as_ref().is_err_and(Error::is_deadline_passed);
            self.report.cut += u64::from(self.stop_at.is_some() && late);
            self.tell_closed(entry, end);
            self.gone();
        }
    }

    pub(super) fn tell_closed(&mut self, entry: Entry<S>, end: Result<()>) {
        let Entry::Guest(connection) = entry else { return };
        let Connection { queue, state, .. } = connection;
        drop(queue);
        self.service.closed(&mut self.connections, state, end);
    }
}

//! Deadlines of entries, and timers that stand for themselves.

use std::time::{Duration, Instant};

use super::{Entry, Key, Poller};
use crate::deadline::Deadline;
use crate::error::{Error, Operation, Result};
use crate::ready::Interest;

impl<T> Poller<T> {
    /// Returns the deadline of an entry, or when a timer is due next; never, if there is none.
    #[must_use]
    pub fn deadline(&self, key: Key) -> Deadline {
        let alarm = self.entries.get(key.0).and_then(|_| self.alarms.get(key.0.place));
        alarm.map_or(Deadline::never(), Deadline::at)
    }

    /// Returns when the first of all deadlines and timers is; never, if there is none.
    #[must_use]
    pub fn next_deadline(&self) -> Deadline {
        self.alarms.first().map_or(Deadline::never(), Deadline::at)
    }

    /// Gives an entry a deadline, or a timer another one: when it passes, there is an event for which
    /// [`is_timed_out`](super::Event::is_timed_out) holds, once. [`Deadline::never`] takes it away.
    ///
    /// Events of the entry leave the deadline as it is. Of a periodic timer only the next time is changed, to one that
    /// does not come again.
    ///
    /// # Errors
    ///
    /// The key finds no entry or timer.
    pub fn set_deadline(&mut self, key: Key, deadline: impl Into<Deadline>) -> Result<()> {
        if !self.contains(key) {
            return Err(Error::invalid(Operation::Wait, "the key finds no entry or timer"));
        }
        self.set_alarm(key, deadline.into(), None);
        Ok(())
    }

    /// Adds a timer: at `deadline` there is an event of its key, for which
    /// [`is_timed_out`](super::Event::is_timed_out) holds.
    ///
    /// The timer stays, without a time, until it is [removed](Self::remove_timer);
    /// [`set_deadline`](Self::set_deadline) gives it another. Thousands cost little: each change takes time with the
    /// logarithm of how many there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::{Deadline, Events, MILLISECOND, Poller, UdpSocket};
    ///
    /// # if !cfg!(any(unix, windows)) { return Ok(()); }
    /// let (mut poller, mut events) = (Poller::<UdpSocket>::new()?, Events::new());
    /// let soon = poller.add_timer(MILLISECOND * 2);
    /// poller.wait(&mut events, Deadline::never())?;
    /// let event = events.iter().next().unwrap();
    /// assert!(event.key() == soon && event.is_timed_out());
    /// # Ok::<(), berkeley::Error>(())
    /// ```
    pub fn add_timer(&mut self, deadline: impl Into<Deadline>) -> Key {
        let key = self.insert_timer();
        self.set_alarm(key, deadline.into(), None);
        key
    }

    /// Adds a timer that comes again each `period`, the first time after one.
    ///
    /// It keeps to its times, whenever the events are taken. Times that were missed are one event, which tells
    /// [how many](super::Event::expirations); there is no burst. A period of zero is due at each wait.
    pub fn add_periodic_timer(&mut self, period: Duration) -> Key {
        let key = self.insert_timer();
        self.set_alarm(key, Deadline::after(period), Some(period));
        key
    }

    /// Removes a timer; returns `true` if it was there.
    pub fn remove_timer(&mut self, key: Key) -> bool {
        if self.entries.get(key.0).is_none_or(|entry| entry.value.is_some()) {
            return false;
        }
        self.alarms.cancel(key.0.place);
        self.timers -= 1;
        self.entries.remove(key.0).is_some()
    }

    fn insert_timer(&mut self) -> Key {
        self.timers += 1;
        Key(self.entries.insert(Entry { value: None, number: None, interest: Interest::NONE }))
    }

    fn set_alarm(&mut self, key: Key, deadline: Deadline, period: Option<Duration>) {
        if deadline.is_never() {
            return self.alarms.cancel(key.0.place);
        }
        self.alarms.set(key.0.place, deadline.instant().unwrap_or_else(Instant::now), period);
    }
}

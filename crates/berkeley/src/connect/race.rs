//! The attempts to reach one host, side by side.

use std::time::Duration;

use super::Connect;
use super::order::Order;
use crate::addr::{Address, Family, Target};
use crate::deadline::{Deadline, MILLISECOND};
use crate::error::{Error, Operation, Result};
use crate::kind::Protocol;
use crate::name::{Families, Lookup, Query, Resolver, port};
use crate::ready::Interest;
use crate::socket::{Connecting, State};
use crate::tcp::TcpStream;
use crate::underway::Underway;
use crate::wait::Watch;

/// RFC 8305, section 5: no attempt follows another faster.
const LEAST_STAGGER: Duration = MILLISECOND.saturating_mul(10);

/// A connect to a host under way: its names being looked up, its addresses being tried.
///
/// [`finish`](Self::finish) waits for it. Who waits for other things too calls [`go_on`](Self::go_on) whenever one of
/// [`watches`](Self::watches) is ready or [`deadline`](Self::deadline) has passed; it never waits. A poller waits for all of
/// them as one source, a [`Bundle`](crate::Bundle). Dropping the race ends all attempts.
#[derive(Debug)]
pub struct Race {
    settings: Connect,
    /// What was asked for, where that was a name.
    target: Option<String>,
    port: u16,
    /// Those under way, each with whether it is of the family that is first.
    lookups: Vec<(Lookup, bool)>,
    order: Order,
    attempts: Vec<Connecting<TcpStream>>,
    failures: Vec<Error>,
    /// When the next attempt is due; before that only if the last one fails.
    next: Deadline,
    until: Deadline,
}

impl Race {
    pub(super) fn start(settings: Connect, target: Target, until: Deadline) -> Result<Self> {
        match target {
            Target::Address(address) => Ok(Self::among(settings, [address], until)),
            Target::Host { ref name, ref service } => {
                let mut race = Self::among(settings, [], until);
                race.target = Some(target.to_string());
                race.look_up(name, service)?;
                Ok(race)
            }
        }
    }

    pub(super) fn among(
        settings: Connect,
        addresses: impl IntoIterator<Item = Address>,
        until: Deadline,
    ) -> Self {
        let mut order = Order::new(settings.first());
        order.extend(addresses);
        let (lookups, attempts, failures) = (Vec::new(), Vec::new(), Vec::new());
        let (target, port, next) = (None, 0, Deadline::now());
        Self { settings, target, port, lookups, order, attempts, failures, next, until }
    }

    /// Asks for each family apart, so that neither waits for the other.
    fn look_up(&mut self, name: &str, service: &str) -> Result<()> {
        self.port = port(service, Protocol::TCP)?;
        let families: &[Families] = match self.settings.families {
            Families::Both | Families::V6First | Families::V4First => &[Families::V6, Families::V4],
            Families::V6 => &[Families::V6],
            Families::V4 => &[Families::V4],
        };
        let resolver = self.settings.resolver.as_ref().unwrap_or(Resolver::system());
        let first = if self.settings.first() == Family::INET { Families::V4 } else { Families::V6 };
        for family in families {
            match resolver.start(&Query::name(name).families(*family)) {
                Ok(lookup) => self.lookups.push((lookup, *family == first)),
                // An address in figures has one family.
                Err(error) if error.is_no_data() => self.failures.push(error),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Goes on as far as it can without waiting; returns the connection when there is one.
    ///
    /// # Errors
    ///
    /// Those of [`Connect::connect`], when nothing is left to try or the deadline has passed.
    pub fn go_on(&mut self) -> Result<Option<TcpStream>> {
        self.take_answers();
        if let Some(stream) = self.take_connection() {
            return Ok(Some(stream));
        }
        while self.is_due() && !self.until.has_passed() {
            self.attempt();
            // What connects at once, or fails at once, is known now.
            if let Some(stream) = self.take_connection() {
                return Ok(Some(stream));
            }
        }
        let is_over = self.attempts.is_empty() && self.lookups.is_empty() && self.order.len() == 0;
        if is_over || self.until.has_passed() { Err(self.failure(is_over)) } else { Ok(None) }
    }

    /// Returns when to go on, even if nothing is ready.
    #[must_use]
    pub fn deadline(&self) -> Deadline {
        if self.order.len() > 0 { self.next.earlier(self.until) } else { self.until }
    }

    /// Returns what to wait for.
    #[must_use]
    pub fn watches(&self) -> Vec<Watch<'_>> {
        let lookups = self.lookups.iter().map(|(lookup, _)| Watch::new(lookup, Interest::READABLE));
        let attempts = self.attempts.iter().map(|attempt| Watch::new(attempt, Interest::WRITABLE));
        lookups.chain(attempts).collect()
    }

    /// Waits for the connection, until the deadline that the race was started with.
    ///
    /// # Errors
    ///
    /// Those of [`Connect::connect`].
    pub fn finish(mut self) -> Result<TcpStream> {
        loop {
            // It ends by its own deadline.
            if let Some(stream) = self.wait(Deadline::never())? {
                return Ok(stream);
            }
        }
    }

    /// Returns why attempts and lookups have failed so far, in the order in which they did.
    #[must_use]
    pub fn failures(&self) -> &[Error] {
        &self.failures
    }

    fn take_answers(&mut self) {
        let Self { lookups, order, failures, port, .. } = self;
        let before = order.len();
        lookups.retain(|(lookup, _)| match lookup.now() {
            None => true,
            Some(Ok(host)) => {
                order.extend(host.with_port(*port));
                false
            }
            Some(Err(error)) => {
                failures.push(error);
                false
            }
        });
        // The first answer is of the family that is not first, whose own may be about to come: it has a little time.
        let is_first = before == 0 && self.attempts.is_empty() && order.len() > 0;
        let awaits_first = self.lookups.iter().any(|(_, is_first)| *is_first);
        if is_first && awaits_first {
            self.next = Deadline::after(self.settings.resolution_delay);
        } else if is_first || (before == 0 && self.attempts.is_empty()) {
            self.next = Deadline::now();
        } else if self.order.len() > before {
            self.divide_again();
        }
    }

    /// Takes account of addresses that came while an attempt was under way, which has the whole time for itself without.
    fn divide_again(&mut self) {
        self.next = self.next.earlier(Deadline::after(self.stagger()));
    }

    /// Takes the attempt that has succeeded, if one has, and those that have failed out of the others.
    fn take_connection(&mut self) -> Option<TcpStream> {
        let mut number = 0;
        while let Some(attempt) = self.attempts.get_mut(number) {
            match attempt.state() {
                State::Pending => number += 1,
                State::Connected => match self.attempts.swap_remove(number).finish(Deadline::now()) {
                    Ok(stream) => return Some(stream),
                    Err(error) => self.fail(error),
                },
                State::Failed(error) => {
                    self.attempts.remove(number);
                    self.fail(error);
                }
            }
        }
        None
    }

    fn fail(&mut self, error: Error) {
        self.failures.push(error);
        self.next = Deadline::now();
    }

    fn is_due(&self) -> bool {
        self.order.len() > 0 && self.next.has_passed()
    }

    fn attempt(&mut self) {
        let Some(address) = self.order.next() else { return };
        self.next = Deadline::after(self.stagger());
        let started = self.settings.open(&address).and_then(|stream| stream.into_connecting(address.clone()));
        match started {
            Ok(attempt) => self.attempts.push(attempt),
            Err(error) => self.fail(error.with_address(address)),
        }
    }

    /// Divides the time that is left over the addresses that are.
    fn stagger(&self) -> Duration {
        let shares = self.order.len() as u32 + 1;
        let share = self.until.remaining().map_or(self.settings.stagger, |left| left / shares);
        self.settings.stagger.min(share).max(LEAST_STAGGER.min(self.settings.stagger))
    }

    /// Makes one error of all: the most telling, with a line for each attempt.
    fn failure(&mut self, is_over: bool) -> Error {
        let mut failures = std::mem::take(&mut self.failures);
        let pending = self.attempts.iter().map(|attempt| format!("{}: no answer", attempt.address()));
        let waiting = self.lookups.iter().map(|_| "no answer to a lookup".to_owned());
        let told = failures.iter().map(Error::to_string);
        let all: Vec<String> = told.chain(pending).chain(waiting).collect();
        let telling = failures.iter().position(|error| error.address().is_some() && !is_unreachable(error));
        let attempted = telling.or_else(|| failures.iter().position(|error| error.address().is_some()));
        let named = attempted.or_else(|| failures.iter().position(|error| !error.is_no_data()));
        if is_over && failures.len() == 1 {
            return failures.swap_remove(0);
        }
        if is_over && failures.is_empty() {
            return Error::invalid(Operation::Connect, "there is no address to connect to");
        }
        let error = if is_over {
            failures.swap_remove(named.unwrap_or(0))
        } else {
            Error::deadline_passed(Operation::Connect)
        };
        let error = error.with_detail(all.join("; "));
        match self.target.take() {
            Some(target) => error.with_name(target),
            None => error,
        }
    }
}

impl Underway for Race {
    type Output = TcpStream;

    fn go_on(&mut self) -> Result<Option<TcpStream>> {
        self.go_on()
    }

    fn watches(&self) -> Vec<Watch<'_>> {
        self.watches()
    }

    fn deadline(&self) -> Deadline {
        self.deadline()
    }
}

fn is_unreachable(error: &Error) -> bool {
    error.is_network_unreachable() || error.is_host_unreachable() || error.is_address_not_available()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_comes_late_has_its_share_of_the_time() {
        let whole = MILLISECOND * 200;
        let mut race = Race::among(Connect::new(), [], Deadline::after(whole));
        // As after an attempt at the only address that was known then.
        race.next = Deadline::after(whole);
        race.order.extend("127.0.0.1:1".parse());
        race.divide_again();
        assert!(race.next.remaining().unwrap() <= whole / 2);
        race.order.extend("127.0.0.2:1".parse());
        race.divide_again();
        assert!(race.next.remaining().unwrap() <= whole / 3);
    }
}

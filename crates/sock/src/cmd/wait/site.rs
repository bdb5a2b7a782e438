//! One of those that are waited for.

use std::time::Instant;

use berkeley::{Address, Deadline, Error, Host};

use crate::endpoint::{Endpoint, Sought};
use crate::probe::{Found, Probes};
use crate::report::{Failure, reason};

/// How a site is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    There,
    Gone,
}

impl Wish {
    pub const fn name(self) -> &'static str {
        match self {
            Self::There => "there",
            Self::Gone => "gone",
        }
    }
}

/// An endpoint, and what is known of it.
pub struct Site {
    pub endpoint: Endpoint,
    sought: Sought,
    number: usize,
    /// How often it was tried, and when last.
    pub attempts: u64,
    pub tried: Instant,
    /// How much of the last attempt is under way: the lookup, or an address each.
    pending: usize,
    is_open: bool,
    /// Whether the last attempt failed for a reason that is this machine's.
    is_unknown: bool,
    pub last: Option<Error>,
    pub is_done: bool,
}

impl Site {
    pub fn new(endpoint: Endpoint) -> Result<Self, Failure> {
        let sought = endpoint.sought()?;
        Ok(Self {
            endpoint,
            sought,
            number: 0,
            attempts: 0,
            tried: Instant::now(),
            pending: 0,
            is_open: false,
            is_unknown: false,
            last: None,
            is_done: false,
        })
    }

    /// Begins another attempt: at every address, or with the lookup.
    pub fn attempt(&mut self, number: usize, probes: &mut Probes, limit: Deadline) {
        self.number = number;
        self.attempts += 1;
        self.tried = Instant::now();
        (self.is_open, self.is_unknown, self.last) = (false, false, None);
        match &self.sought {
            Sought::Addresses(addresses) => {
                let addresses = addresses.clone();
                self.try_all(&addresses, probes, limit);
            }
            Sought::Name { query, .. } => match probes.look_up(number, query, limit) {
                Ok(()) => self.pending = 1,
                Err(error) => self.fail(error),
            },
        }
    }

    pub fn looked_up(&mut self, host: berkeley::Result<Host>, probes: &mut Probes, limit: Deadline) {
        self.pending = 0;
        let Sought::Name { port, .. } = &self.sought else { return };
        match host {
            Ok(host) => {
                let addresses: Vec<Address> = host.with_port(*port).collect();
                self.try_all(&addresses, probes, limit);
            }
            Err(error) => self.fail(error),
        }
    }

    fn try_all(&mut self, addresses: &[Address], probes: &mut Probes, limit: Deadline) {
        for address in addresses {
            match probes.begin(self.number, &self.endpoint, address, limit) {
                Ok(Some(found)) => self.take(found),
                Ok(None) => self.pending += 1,
                Err(error) => {
                    self.is_unknown = true;
                    self.last = Some(error);
                }
            }
        }
    }

    /// A name that no server could say anything of may be there all the same; one that is not there has nobody.
    fn fail(&mut self, error: Error) {
        self.is_unknown = !(error.is_no_such_name() || error.is_no_data());
        self.last = Some(error);
    }

    fn take(&mut self, found: Found) {
        match found {
            Found::Open => self.is_open = true,
            Found::Silent => {}
            Found::Failed(error) => self.last = Some(error),
        }
    }

    pub fn tell(&mut self, found: Found) {
        self.pending -= 1;
        self.take(found);
    }

    /// Tells whether all that was tried has ended.
    pub const fn is_over(&self) -> bool {
        self.pending == 0
    }

    pub fn is_as(&self, wish: Wish) -> bool {
        match wish {
            Wish::There => self.is_open,
            Wish::Gone => self.is_over() && !self.is_open && !self.is_unknown,
        }
    }

    /// Says what it is like instead.
    pub fn missing(&self, wish: Wish, took: &str) -> String {
        let times = if self.attempts == 1 { "once".to_owned() } else { format!("{} times", self.attempts) };
        let why = self.why(wish);
        format!("{}: {why}, tried {times} in {took}", self.endpoint)
    }

    /// Says what it is like, in a few words.
    pub fn why(&self, wish: Wish) -> String {
        match (&self.last, wish) {
            (Some(error), _) => reason(error),
            (None, Wish::Gone) => "still accepts".to_owned(),
            (None, Wish::There) => "no answer".to_owned(),
        }
    }
}

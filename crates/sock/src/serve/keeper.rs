//! Who may come in, what is set on a connection that was accepted, and what is said of it.

use std::net::IpAddr;

use berkeley::addr::network::{self, IpNet};
use berkeley::{Address, Errno, Socket};

use crate::endpoint::Endpoint;
use crate::report::{Voice, errno_reason, reason};

/// Stands at a door that many come to.
#[derive(Clone, Debug)]
pub struct Keeper {
    pub endpoint: Endpoint,
    pub voice: Voice,
    /// The networks that peers may come from; none stands for all.
    pub allow: Vec<IpNet>,
    warned: bool,
}

impl Keeper {
    pub const fn new(endpoint: Endpoint, voice: Voice, allow: Vec<IpNet>) -> Self {
        Self { endpoint, voice, allow, warned: false }
    }

    /// Prepares a connection that was accepted; returns what to call it, or `None` if it may not come in.
    pub fn welcome(&self, socket: &Socket, from: &Address) -> Option<String> {
        let name = self.endpoint.transport().show(from);
        if !self.allows(from) {
            self.voice.detail(format_args!("turned away {name}: --allow has no network that it is in"));
            return None;
        }
        if let Err(error) = self.endpoint.configure(socket) {
            self.voice.note(format_args!("warning: {name}: {}", reason(&error)));
        }
        self.voice.detail(format_args!("accepted {name}"));
        Some(name)
    }

    /// Tells whether a peer may come in.
    pub fn allows(&self, from: &Address) -> bool {
        let of = |ip: IpAddr| self.allow.iter().any(|allowed| network::contains(*allowed, ip));
        self.allow.is_empty() || from.to_canonical().ip().is_some_and(of)
    }

    /// Says, once, that nobody can come in for now.
    pub fn lacks(&mut self, lack: Errno) {
        if !std::mem::replace(&mut self.warned, true) {
            let why = errno_reason(lack);
            self.voice.note(format_args!("warning: accept {}: {why}; waiting", self.endpoint));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::Purpose;

    #[test]
    fn a_peer_comes_from_a_network_that_is_allowed() {
        let endpoint = Endpoint::parse("tcp://:0", Purpose::Listen).unwrap();
        let allow = ["10.0.0.0/8", "2001:db8::/32"].map(|network| network.parse().unwrap()).to_vec();
        let keeper = Keeper::new(endpoint.clone(), Voice::Quiet, allow);
        let may = |address: &str| keeper.allows(&address.parse().unwrap());
        assert!(may("10.1.2.3:4") && may("[2001:db8::1]:4") && may("[::ffff:10.1.2.3]:4"));
        assert!(!may("11.1.2.3:4") && !may("[2001:db9::1]:4") && !may("unix:/tmp/x"));
        assert!(Keeper::new(endpoint, Voice::Quiet, Vec::new()).allows(&"11.1.2.3:4".parse().unwrap()));
    }
}

//! What the queue of errors tells of what was sent: who refused it, and why.

use berkeley::message::ExtendedError;
use berkeley::{Error, Operation, Socket};

use crate::exit::Exit;
use crate::report::{Failure, reason};

/// How many different refusals are kept in mind, so that each is told once.
const MOST: usize = 16;

/// What ICMP says, by its type and code.
const ICMP: &[(u8, u8, &str)] = &[
    (3, 0, "network unreachable"),
    (3, 1, "host unreachable"),
    (3, 2, "protocol unreachable"),
    (3, 3, "port unreachable"),
    (3, 4, "too long for the path"),
    (3, 9, "network prohibited"),
    (3, 10, "host prohibited"),
    (3, 13, "prohibited"),
    (11, 0, "too many hops"),
    (11, 1, "fragments are missing"),
];

/// What ICMPv6 says.
const ICMPV6: &[(u8, u8, &str)] = &[
    (1, 0, "no route"),
    (1, 1, "prohibited"),
    (1, 2, "beyond the scope of the source"),
    (1, 3, "address unreachable"),
    (1, 4, "port unreachable"),
    (1, 5, "the source is refused"),
    (1, 6, "the route rejects it"),
    (2, 0, "too long for the path"),
    (3, 0, "too many hops"),
];

/// The refusals of what was sent, each of which is told once.
#[derive(Debug, Default)]
pub struct Refusals {
    told: Vec<String>,
    /// How many there were.
    pub count: u64,
}

impl Refusals {
    /// Asks for errors with who says so; where there is no queue, they come as errors of the calls.
    pub fn ask(socket: &Socket) {
        for row in ["ip.recverr", "ipv6.recverr"] {
            let _ = socket.set_by_name(row, "on");
        }
    }

    /// Takes what waits in the queue: the failures that have not been told.
    pub fn take(&mut self, socket: &Socket, to: &str) -> Vec<Failure> {
        let mut new = Vec::new();
        while let Ok(Some(queued)) = socket.now().recv_error(&mut [0; 64]) {
            if let Some(error) = queued.error() {
                new.extend(self.add(to, words(&error), &Error::new(Operation::Send, error.errno)));
            }
        }
        new
    }

    /// Counts a refusal that a call has told, and has it told if it is new.
    pub fn add(&mut self, to: &str, why: String, error: &Error) -> Option<Failure> {
        self.count += 1;
        if self.told.contains(&why) || self.told.len() == MOST {
            return None;
        }
        let failure = Failure::new(Exit::from(error), format!("send {to}: {why}"));
        self.told.push(why);
        Some(failure)
    }
}

fn words(error: &ExtendedError) -> String {
    let why = reason(&Error::new(Operation::Send, error.errno));
    let offender = error.offender.map(|offender| offender.ip());
    let Some((kind, code)) = error.icmp() else {
        return match error.mtu() {
            Some(mtu) => format!("{why}; the path takes {mtu} bytes"),
            None => why,
        };
    };
    let table = if offender.is_some_and(|ip| ip.is_ipv6()) { ICMPV6 } else { ICMP };
    let said = table.iter().find(|row| (row.0, row.1) == (kind, code)).map_or("", |row| row.2);
    let who = offender.map_or_else(|| "somebody".to_owned(), |ip| ip.to_string());
    let mtu = error.mtu().map(|mtu| format!(", which takes {mtu} bytes")).unwrap_or_default();
    let said = if said.is_empty() { String::new() } else { format!(": {said}") };
    format!("{why}, says {who}{said}{mtu} (ICMP {kind}/{code})")
}

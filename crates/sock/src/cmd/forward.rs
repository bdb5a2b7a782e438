//! `sock forward`: every client is taken to a target.

use std::time::Duration;

use berkeley::SECOND;
use berkeley::addr::network::IpNet;
use clap::Args;

use super::listen::bound_to;
use super::relay::{Limits, RelayArgs};
use super::{misplaced, networks};
use crate::endpoint::{Endpoint, Purpose};
use crate::exit::Exit;
use crate::open::{self, Opened};
use crate::relay::{Relay, Target};
use crate::report::{Failure, Problems, Voice};
use crate::serve::Keeper;
use crate::{quantity, signal};

const EXAMPLES: &str = "\
Examples:
  sock forward tcp://:8080 unix:/run/app.sock               a port that leads to a path
  sock forward --timeout 3s -v tcp://[::1]:5432 db:5432     another host, three seconds to answer
  sock forward --dump hex udp://:5353 udp://192.0.2.1:53    what is asked and answered, in hexadecimal";

const AFTER: &str = "\
Any family leads to any other, and any number of clients are served at once. Each half of a connection ends by itself: the \
end that one side sends is passed on when all before it is. What one side does not read is not read from the other. On Linux, and without --dump, the kernel passes on much \
data by itself. A \
target that does not answer is said, and its client is let go; nothing else ends. A name is looked up once, at the start, \
and its addresses are tried as sock connect tries them: over TCP side by side, so that one that is silent costs a quarter of a \
second.

Of a datagram socket every sender has a connection of its own, which ends when nothing has passed for a minute, or for \
--idle. What comes faster than the target takes it is dropped. A stream that leads to datagrams or records is cut where \
reads end, at 8192 bytes at the latest; when it has ended, datagrams are waited for until none has come for --wait. --max counts senders there.";

/// How long a sender of datagrams is remembered if nothing is said.
const IDLE: Duration = SECOND.saturating_mul(60);

/// Listen at FROM, and take every client to TO
#[derive(Debug, Args)]
#[command(visible_alias = "relay", before_help = EXAMPLES, after_help = AFTER)]
pub struct Forward {
    /// Where to listen: tcp://:PORT, udp://:PORT, unix:PATH … (see `sock man addresses`)
    from: String,
    /// Where to take clients: tcp://HOST:PORT, unix:PATH …
    to: String,
    /// Serve at most N clients at once: others wait
    #[arg(long, value_name = "N")]
    max: Option<String>,
    /// Serve only clients in NETWORK: 10.0.0.0/8; may be given several times
    #[arg(long, value_name = "NETWORK")]
    allow: Vec<String>,
    /// Replace a Unix path whose socket is gone
    #[arg(long)]
    take_over: bool,
    #[command(flatten)]
    relay: RelayArgs,
}

/// What the arguments come to.
#[derive(Debug)]
pub struct Job {
    from: Endpoint,
    to: Endpoint,
    max: Option<u64>,
    allow: Vec<IpNet>,
    limits: Limits,
}

impl Forward {
    pub(super) fn read(&self) -> Result<Job, Failure> {
        let mut problems = Problems::default();
        let from = problems.take(Endpoint::parse(&self.from, Purpose::Listen));
        let to = problems.take(Endpoint::parse(&self.to, Purpose::Connect));
        let max = problems.take_some("--max", self.max.as_ref(), quantity::count);
        let allow = networks(&self.allow, &mut problems);
        let mut limits = self.relay.read([from.as_ref(), to.as_ref()], &mut problems);
        if let Some(from) = &from {
            if self.take_over && from.path().is_none() {
                problems.take(Err::<(), _>(misplaced("--take-over", "the paths of Unix sockets")));
            }
            if !allow.is_empty() && !from.transport().is_inet() {
                problems.take(Err::<(), _>(misplaced("--allow", "clients that have IP addresses")));
            }
            if from.transport().is_datagram() {
                limits.idle.get_or_insert(IDLE);
            }
        }
        problems.check()?;
        match (from, to) {
            (Some(from), Some(to)) => Ok(Job { from, to, max, allow, limits }),
            _ => Err(Failure::quiet(Exit::Usage)),
        }
    }

    pub fn run(&self, voice: Voice) -> Result<(), Failure> {
        let Job { from, to, max, allow, limits } = self.read()?;
        signal::watch();
        let addresses = to.addresses()?;
        let mut relay = Relay::new(self.relay.settings(&limits, voice)?)?;
        let opened = open::bind(&from, self.take_over)?;
        voice.note(format_args!("listening on {}", bound_to(&from, &opened.socket)));
        let Opened { socket, path } = opened;
        let target = Target { endpoint: to, addresses, timeout: limits.timeout };
        relay.open(socket, Keeper::new(from, voice, allow), target, max)?;
        let ended = relay.run();
        drop(path);
        ended
    }
}

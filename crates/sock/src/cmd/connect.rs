//! `sock connect`: the standard input and output to a peer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use berkeley::SECOND;
use clap::Args;

use super::{CutArgs, misplaced};
use crate::endpoint::{Endpoint, Purpose, Transport};
use crate::report::{Failure, Problems, Voice, elapsed};
use crate::transfer::{self, Connected, Ending, Plan};
use crate::{open, quantity, signal};

const EXAMPLES: &str = "\
Examples:
  sock connect tcp://example.org:80 < request       send a request, print the answer
  sock connect --timeout 2s unix:/run/app.sock      talk to a daemon
  sock connect --lines --wait 500ms udp://[::1]:53  a datagram a line, half a second for answers";

const AFTER: &str = "\
The end of the standard input is told to the peer, whose answer is still waited for: streams and seqpackets end when \
both sides have. Datagrams have no end: when nothing has arrived for --wait after the standard input's end, it is over.

A peer that has gone is noticed when something is sent to it. TCP does not tell one that is gone from one that only \
sends no more: use --exit-on-eof where its end is to end everything.";

/// Connect to ADDRESS: standard input to the peer, the peer to standard output
#[derive(Debug, Args)]
#[command(visible_alias = "cat", before_help = EXAMPLES, after_help = AFTER)]
pub struct Connect {
    /// Where to: tcp://HOST:PORT, udp://HOST:PORT, unix:PATH, unix-dgram:PATH … (see `sock man addresses`)
    address: String,
    /// Give up connecting after DURATION: 500ms, 3s, 1m
    #[arg(long, value_name = "DURATION")]
    timeout: Option<String>,
    /// Wait for datagrams for DURATION after the last one, or after the end of the standard input [default: 1s]
    #[arg(long, value_name = "DURATION")]
    wait: Option<String>,
    /// End as soon as the peer sends no more
    #[arg(long)]
    exit_on_eof: bool,
    #[command(flatten)]
    cut: CutArgs,
}

/// What the arguments come to.
#[derive(Debug)]
pub struct Job {
    endpoint: Endpoint,
    timeout: Option<Duration>,
    plan: Plan,
}

impl Connect {
    pub(super) fn read(&self) -> Result<Job, Failure> {
        let mut problems = Problems::default();
        let endpoint = problems.take(Endpoint::parse(&self.address, Purpose::Connect));
        let timeout = problems.take_some("--timeout", self.timeout.as_ref(), quantity::duration);
        let wait = problems.take_some("--wait", self.wait.as_ref(), quantity::duration);
        let transport = endpoint.as_ref().map(Endpoint::transport);
        let cut = self.cut.cut(transport, &mut problems);
        let is_datagram = transport.is_some_and(Transport::is_datagram);
        if transport.is_some() && !is_datagram && self.wait.is_some() {
            problems
                .take(Err::<(), _>(misplaced("--wait", "datagrams: a connection is waited for to its end")));
        }
        if is_datagram && self.exit_on_eof {
            problems.take(Err::<(), _>(misplaced("--exit-on-eof", "connections: datagrams have no end")));
        }
        problems.check()?;
        let ending = if is_datagram {
            Ending::Quiet(wait.unwrap_or(SECOND))
        } else {
            Ending::Connection { at_peers_end: self.exit_on_eof }
        };
        let plan = Plan { cut, ending, voice: Voice::Normal };
        match endpoint {
            Some(endpoint) => Ok(Job { endpoint, timeout, plan }),
            None => Err(Failure::quiet(crate::exit::Exit::Usage)),
        }
    }

    pub fn run(&self, voice: Voice) -> Result<(), Failure> {
        let Job { endpoint, timeout, plan } = self.read()?;
        signal::watch();
        let begun = Instant::now();
        let opened = open::connect(&endpoint, timeout, voice)?;
        let transport = endpoint.transport();
        let show = |address: berkeley::Result<berkeley::Address>| {
            address.map_or_else(|_| String::from("(unknown)"), |address| transport.show(&address))
        };
        let from = show(opened.socket.local_address());
        let to = show(opened.socket.peer_address());
        voice.detail(format_args!("connected to {to} from {from} in {}", elapsed(begun.elapsed())));
        if let Ending::Quiet(wait) = plan.ending {
            voice.detail(format_args!("datagrams are waited for {} after the last", elapsed(wait)));
        }
        let name = endpoint.to_string();
        let link = Connected { socket: opened.socket, transport, name };
        transfer::run(Arc::new(link), Plan { voice, ..plan })
    }
}

//! `sock pipe`: two ends joined, once.

use berkeley::{Deadline, Operation, ReceiveFlags};
use clap::Args;

use super::listen::bound_to;
use super::misplaced;
use super::relay::{Limits, RelayArgs};
use crate::endpoint::{Endpoint, Purpose};
use crate::exit::Exit;
use crate::open::{self, Opened};
use crate::relay::Relay;
use crate::report::{Failure, Problem, Problems, Voice};
use crate::serve::Keeper;
use crate::signal;

const EXAMPLES: &str = "\
Examples:
  sock pipe listen+tcp://:9000 unix:/run/app.sock        one client, taken to a path
  sock pipe tcp://192.0.2.1:80 tcp://192.0.2.2:80        two servers that are to speak to each other
  sock pipe --dump text listen+tcp://:25 listen+/tmp/x   two clients, and what they say";

const AFTER: &str = "\
An address that begins with listen+ is listened at, for one client; others are connected to. Both listen before either \
is waited for, the first is waited for first. It ends when both sides have ended, each of which is told the end of the \
other when it has all before it.

Of a datagram socket that listens, the first sender is the peer. Datagrams have no end: when the other side has ended and \
none has arrived for --wait, it is over; of two datagram sockets, by a signal or --idle.";

/// Join two addresses: what arrives at either goes to the other
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, after_help = AFTER)]
pub struct Pipe {
    /// The one end: [listen+]ADDRESS (see `sock man addresses`)
    one: String,
    /// The other end
    other: String,
    /// Replace a Unix path whose socket is gone
    #[arg(long)]
    take_over: bool,
    #[command(flatten)]
    relay: RelayArgs,
}

/// What the arguments come to.
#[derive(Debug)]
pub struct Job {
    ends: [(Endpoint, Purpose); 2],
    limits: Limits,
}

/// What says that an address is to be listened at.
const LISTEN: &str = "listen+";

/// Reads an address with its role.
fn end(text: &str) -> Result<(Endpoint, Purpose), Problem> {
    let (address, purpose) =
        text.strip_prefix(LISTEN).map_or((text, Purpose::Connect), |rest| (rest, Purpose::Listen));
    Endpoint::parse(address, purpose).map(|endpoint| (endpoint, purpose))
}

/// An end that is bound, or is still to be connected.
enum Start {
    Bound(Opened),
    Unconnected,
}

impl Pipe {
    pub(super) fn read(&self) -> Result<Job, Failure> {
        let mut problems = Problems::default();
        let one = problems.take(end(&self.one));
        let other = problems.take(end(&self.other));
        let endpoints = [&one, &other].map(|end| end.as_ref().map(|end| &end.0));
        let limits = self.relay.read(endpoints, &mut problems);
        if let (Some(one), Some(other)) = (&one, &other) {
            let ends = [one, other];
            let is_listening_path =
                |end: &&(Endpoint, Purpose)| end.1 == Purpose::Listen && end.0.path().is_some();
            if self.take_over && !ends.iter().any(is_listening_path) {
                problems
                    .take(Err::<(), _>(misplaced("--take-over", "the paths of Unix sockets that listen")));
            }
        }
        problems.check()?;
        match (one, other) {
            (Some(one), Some(other)) => Ok(Job { ends: [one, other], limits }),
            _ => Err(Failure::quiet(Exit::Usage)),
        }
    }

    pub fn run(&self, voice: Voice) -> Result<(), Failure> {
        let Job { ends, limits } = self.read()?;
        signal::watch();
        let mut relay = Relay::new(self.relay.settings(&limits, voice)?)?;
        let starts = [self.start(&ends[0], voice)?, self.start(&ends[1], voice)?];
        let mut opened = Vec::with_capacity(2);
        for ((endpoint, _), start) in ends.into_iter().zip(starts) {
            opened.push(match start {
                Start::Bound(bound) => meet(endpoint, bound, voice)?,
                Start::Unconnected => {
                    let opened = open::connect(&endpoint, limits.timeout, voice)?;
                    voice.detail(format_args!("connected to {endpoint}"));
                    (opened, endpoint.to_string())
                }
            });
        }
        let mut paths = Vec::with_capacity(2);
        let mut joined = opened.into_iter().map(|(Opened { socket, path }, name)| {
            paths.push(path);
            (socket, name)
        });
        if let (Some(one), Some(other)) = (joined.next(), joined.next()) {
            relay.join([one, other])?;
        }
        let ended = relay.run();
        drop(paths);
        ended
    }

    fn start(&self, (endpoint, purpose): &(Endpoint, Purpose), voice: Voice) -> Result<Start, Failure> {
        if *purpose == Purpose::Connect {
            return Ok(Start::Unconnected);
        }
        let opened = open::bind(endpoint, self.take_over && endpoint.path().is_some())?;
        voice.note(format_args!("listening on {}", bound_to(endpoint, &opened.socket)));
        Ok(Start::Bound(opened))
    }
}

/// Waits for the peer of an end that listens; returns what to call it as well.
fn meet(endpoint: Endpoint, bound: Opened, voice: Voice) -> Result<(Opened, String), Failure> {
    let keeper = Keeper::new(endpoint, voice, Vec::new());
    if keeper.endpoint.transport().is_datagram() {
        return hear(&keeper, bound);
    }
    loop {
        match bound.socket.accept() {
            Ok((socket, from)) => {
                let name = keeper.welcome(&socket, &from).unwrap_or_default();
                // Nobody else is served: who comes now is better refused than left waiting.
                return Ok((Opened { socket, path: None }, name));
            }
            Err(error) if error.is_connection_aborted() => {}
            Err(error) => return Err(Failure::of(format_args!("accept {}", keeper.endpoint), &error)),
        }
    }
}

/// Waits for the first datagram, whose sender is the peer from then on; it stays to be received.
fn hear(keeper: &Keeper, bound: Opened) -> Result<(Opened, String), Failure> {
    let endpoint = &keeper.endpoint;
    let failed = |error| Failure::of(format_args!("receive {endpoint}"), &error);
    let socket = bound.socket.by(Deadline::never());
    let (_, from) = socket.recv_from_with(&mut [0; 1], ReceiveFlags::PEEK).map_err(failed)?;
    let name = endpoint.transport().show(&from);
    bound
        .socket
        .connect(&from)
        .map_err(|error| Failure::of(format_args!("{} {name}", Operation::Connect), &error))?;
    keeper.voice.detail(format_args!("datagrams from {name}"));
    Ok((bound, name))
}

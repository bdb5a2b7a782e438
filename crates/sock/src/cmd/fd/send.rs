//! `sock fd send`: opens what is named, and passes it.

use std::time::Duration;

use berkeley::Deadline;
use berkeley::message::MOST_DESCRIPTORS;
use clap::Args;

use super::local;
use super::thing::{Open, Thing};
use crate::endpoint::{Endpoint, Purpose};
use crate::exit::Exit;
use crate::report::{Failure, Problem, Problems, Voice};
use crate::{open, quantity, signal};

const EXAMPLES: &str = "\
Examples:
  sock fd send /run/app.sock /etc/hosts                  an open file
  sock fd send unix-dgram:/tmp/x listen+tcp://:8080 -    a socket that listens, and the standard input
  sock fd send --data log /run/app.sock pid:812/fd:7     what another process has open (Linux)";

const AFTER: &str = "\
A THING is a file, - for the standard input, a descriptor of a running process (pid:N/fd:M, Linux), or a socket that is opened \
for it: tcp://HOST:PORT is connected, listen+tcp://:PORT listens. All go with one message, in their order, 253 at most.

The files are opened for reading, or with --write for both. What was opened is closed here as soon as it is passed; the path \
of a Unix socket that listens stays, as the receiver has the socket.";

/// Pass open files and sockets to who receives at PATH
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, after_help = AFTER)]
pub struct FdSend {
    /// Where to: a path, unix:PATH, unix-dgram:PATH, unix-seqpacket:PATH …
    address: String,
    /// What to pass
    #[arg(required = true, value_name = "THING")]
    things: Vec<String>,
    /// Send TEXT with them [default: a byte that is zero]
    #[arg(long, value_name = "TEXT")]
    data: Option<String>,
    /// Open files for writing as well
    #[arg(long)]
    write: bool,
    /// Give up after DURATION: 500ms, 3s, 1m
    #[arg(long, value_name = "DURATION")]
    timeout: Option<String>,
}

/// What the arguments come to.
#[derive(Debug)]
pub struct Job {
    endpoint: Endpoint,
    things: Vec<Thing>,
    timeout: Option<Duration>,
}

impl FdSend {
    pub(super) fn read(&self) -> Result<Job, Failure> {
        let mut problems = Problems::default();
        let endpoint = problems.take(local(&self.address, Purpose::Connect));
        let things: Vec<Thing> =
            self.things.iter().filter_map(|text| problems.take(Thing::read(text))).collect();
        let timeout = problems.take_some("--timeout", self.timeout.as_ref(), quantity::duration);
        if self.things.len() > MOST_DESCRIPTORS {
            let last = &self.things[MOST_DESCRIPTORS];
            let message = format!(
                "a message carries at most {MOST_DESCRIPTORS} descriptors, and here are {}",
                self.things.len()
            );
            problems.take(Err::<(), _>(Problem::new(message, last, 0..last.len())));
        }
        if self.data.as_ref().is_some_and(String::is_empty) {
            let problem = Problem::new("descriptors go with at least one byte", "--data ''", 7..9);
            problems.take(Err::<(), _>(problem));
        }
        problems.check()?;
        match endpoint {
            Some(endpoint) => Ok(Job { endpoint, things, timeout }),
            None => Err(Failure::quiet(Exit::Usage)),
        }
    }

    pub fn run(&self, voice: Voice) -> Result<(), Failure> {
        let Job { endpoint, things, timeout } = self.read()?;
        signal::watch();
        let deadline = timeout.map_or(Deadline::never(), Deadline::after);
        let opened: Vec<Open> =
            things.iter().map(|thing| thing.open(self.write, voice)).collect::<Result<_, _>>()?;
        let peer = open::connect(&endpoint, timeout, voice)?;
        if let Ok(who) = peer.socket.peer_credentials() {
            let pid = who.pid.map(|pid| format!("process {pid}, ")).unwrap_or_default();
            voice.detail(format_args!("the peer is {pid}user {}, group {}", who.uid, who.gid));
        }
        let data = self.data.as_ref().map_or(&b"\0"[..], |text| text.as_bytes());
        let sent = peer.socket.by(deadline).send_descriptors(data, &opened);
        sent.map_err(|error| Failure::of(format_args!("send to {endpoint}"), &error))?;
        voice.detail(format_args!("passed {} to {endpoint}", opened.len()));
        opened.into_iter().for_each(Open::leave_path);
        Ok(())
    }
}

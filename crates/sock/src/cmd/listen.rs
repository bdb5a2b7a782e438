//! `sock listen`: peers that arrive, to the standard input and output or back to themselves.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::{CutArgs, misplaced};
use crate::endpoint::{Endpoint, Purpose};
use crate::exit::Exit;
use crate::open::{self, Opened};
use crate::report::{Failure, Problems, Voice};
use crate::serve::{self, Door};
use crate::stdio::Cut;
use crate::transfer::{self, Connected, Ending, Latest, Plan};
use crate::{quantity, signal};

const EXAMPLES: &str = "\
Examples:
  sock listen tcp://:9000 > received          one client, then the end
  sock listen -k unix:/tmp/log.sock >> log    all clients, into one file
  sock listen --echo --max 100 tcp://[::1]:7  an echo server";

const AFTER: &str = "\
Without --echo and --keep-open one client is served, as `sock connect` serves its peer. With --keep-open what any \
client sends goes to the standard output, and the standard input to every client that is there; it is read no faster \
than the slowest takes it, and a client that takes nothing for 10 s is turned out. While there is no client it waits.

A datagram socket hears every sender; the standard input goes to the one heard last. It ends by a signal, or by --idle.

Ports are not shared with another listener. A Unix path goes with its listener, at SIGINT and SIGTERM too.";

/// Listen at ADDRESS: serve one client, all of them, or give each back what it sends
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, after_help = AFTER)]
#[allow(clippy::struct_excessive_bools, reason = "a flag each, as clap takes them")]
pub struct Listen {
    /// Where: tcp://:PORT, tcp://127.0.0.1:0, udp://:PORT, unix:PATH … (see `sock man addresses`)
    address: String,
    /// Send everything back to where it came from, to any number of clients at once
    #[arg(long, conflicts_with_all = ["keep_open", "size", "lines", "exit_on_eof", "idle"])]
    echo: bool,
    /// Serve client after client, and several at once
    #[arg(short, long, conflicts_with = "exit_on_eof")]
    keep_open: bool,
    /// Serve at most N clients at once: others wait
    #[arg(long, value_name = "N")]
    max: Option<String>,
    /// End when no datagram has arrived for DURATION: 500ms, 3s, 1m
    #[arg(long, value_name = "DURATION")]
    idle: Option<String>,
    /// Replace a Unix path whose socket is gone
    #[arg(long)]
    take_over: bool,
    /// End as soon as the client sends no more
    #[arg(long)]
    exit_on_eof: bool,
    #[command(flatten)]
    cut: CutArgs,
}

/// What the arguments come to.
#[derive(Debug)]
pub struct Job {
    endpoint: Endpoint,
    max: Option<u64>,
    idle: Option<Duration>,
    cut: Cut,
}

impl Listen {
    pub(super) fn read(&self) -> Result<Job, Failure> {
        let mut problems = Problems::default();
        let endpoint = problems.take(Endpoint::parse(&self.address, Purpose::Listen));
        let max = problems.take_some("--max", self.max.as_ref(), quantity::count);
        let idle = problems.take_some("--idle", self.idle.as_ref(), quantity::duration);
        let cut = self.cut.cut(endpoint.as_ref().map(Endpoint::transport), &mut problems);
        if let Some(endpoint) = &endpoint {
            self.check(endpoint, &mut problems);
        }
        problems.check()?;
        match endpoint {
            Some(endpoint) => Ok(Job { endpoint, max, idle, cut }),
            None => Err(Failure::quiet(Exit::Usage)),
        }
    }

    /// Finds the flags that do not go with the address, or with each other.
    fn check(&self, endpoint: &Endpoint, problems: &mut Problems) {
        let is_datagram = endpoint.transport().is_datagram();
        let one_client = !self.echo && !self.keep_open;
        let rows = [
            (
                self.keep_open && is_datagram,
                "--keep-open",
                "connections: datagrams come from everybody as it is",
            ),
            (self.exit_on_eof && is_datagram, "--exit-on-eof", "connections: datagrams have no end"),
            (
                self.max.is_some() && (is_datagram || one_client),
                "--max",
                "connections with --echo or --keep-open",
            ),
            (
                self.idle.is_some() && !is_datagram,
                "--idle",
                "datagrams: a connection is waited for to its end",
            ),
            (self.take_over && endpoint.path().is_none(), "--take-over", "the paths of Unix sockets"),
        ];
        for (_, flag, what) in rows.iter().filter(|row| row.0) {
            problems.take(Err::<(), _>(misplaced(flag, what)));
        }
    }

    pub fn run(&self, voice: Voice) -> Result<(), Failure> {
        let job = self.read()?;
        signal::watch();
        let opened = open::bind(&job.endpoint, self.take_over)?;
        voice.note(format_args!("listening on {}", bound_to(&job.endpoint, &opened)));
        if job.endpoint.transport().is_datagram() {
            return self.serve_datagrams(&job, opened, voice);
        }
        let door = Door { endpoint: &job.endpoint, opened, voice, most: job.max };
        if self.echo {
            serve::echo_connections(&door)
        } else if self.keep_open {
            serve::meet(&door, job.cut)
        } else {
            self.serve_one(&job, door)
        }
    }

    fn serve_one(&self, job: &Job, door: Door<'_>) -> Result<(), Failure> {
        let (socket, name) = door.accept()?;
        let voice = door.voice;
        // Nobody else is served: who comes now is better refused than left waiting.
        drop(door);
        let link = Connected { socket, transport: job.endpoint.transport(), name };
        let ending = Ending::Connection { at_peers_end: self.exit_on_eof };
        transfer::run(Arc::new(link), Plan { cut: job.cut, ending, voice })
    }

    fn serve_datagrams(&self, job: &Job, opened: Opened, voice: Voice) -> Result<(), Failure> {
        if self.echo {
            return serve::echo_datagrams(&job.endpoint, &opened.socket, voice);
        }
        let Opened { socket, path } = opened;
        let name = job.endpoint.to_string();
        let link = Latest::new(socket, job.endpoint.transport(), name, voice);
        let ended =
            transfer::run(Arc::new(link), Plan { cut: job.cut, ending: Ending::Idle(job.idle), voice });
        drop(path);
        ended
    }
}

/// What the socket is bound to, which is more than was asked for where the system chose the port.
fn bound_to(endpoint: &Endpoint, opened: &Opened) -> String {
    match opened.socket.local_address() {
        Ok(address) if endpoint.transport().is_inet() => endpoint.transport().show(&address),
        _ => endpoint.to_string(),
    }
}

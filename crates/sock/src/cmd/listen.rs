//! `sock listen`: peers that arrive, to the standard input and output, back to themselves, or to processes of their own.

use std::sync::Arc;
use std::time::Duration;

use berkeley::Socket;
use berkeley::addr::network::IpNet;
use clap::Args;

use super::{CutArgs, misplaced, networks};
use crate::endpoint::{Endpoint, Purpose, Transport};
use crate::exit::Exit;
use crate::open::{self, Opened};
use crate::report::{Failure, Problems, Voice};
use crate::serve::{self, Door, Host, Keeper, Program};
use crate::stdio::Cut;
use crate::transfer::{self, Connected, Ending, Latest, Plan};
use crate::{quantity, signal};

const EXAMPLES: &str = "\
Examples:
  sock listen tcp://:9000 > received          one client, then the end
  sock listen -k unix:/tmp/log.sock >> log    all clients, into one file
  sock listen --exec 'sort -n' tcp://[::1]:9  a process of its own for each client";

const AFTER: &str = "\
Without --echo, --exec, --shell and --keep-open one client is served, as `sock connect` serves its peer. With --keep-open what any \
client sends goes to the standard output, and the standard input to every client that is there; it is read no faster \
than the slowest takes it, and a client that takes nothing for 10 s is turned out. While there is no client it waits.

With --echo a client that does not read what it gets back is not read from either, and never turned out for being slow.

With --exec and --shell the connection is the process's standard input and output, and the standard error is this \
program's. SOCK_PEER and SOCK_LOCAL are the addresses of both ends, SOCK_PEERADDR, SOCK_PEERPORT, SOCK_LOCALADDR and \
SOCK_LOCALPORT their parts. Whoever can connect can have processes run: every address of the machine is listened at \
only with --allow. Processes that run when this one ends keep their connections.

A datagram socket hears every sender; the standard input goes to the one heard last. It ends by a signal, or by --idle.

Ports are not shared with another listener, except with --threads on Linux and FreeBSD. A Unix path goes with its listener, at SIGINT and SIGTERM too.";

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
    /// Run COMMAND for each client, with the connection as its standard input and output (Unix)
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["echo", "keep_open", "size", "lines", "exit_on_eof", "idle"])]
    exec: Option<String>,
    /// The same with a line for the shell
    #[arg(long, value_name = "LINE", conflicts_with_all = ["exec", "echo", "keep_open", "size", "lines", "exit_on_eof", "idle"])]
    shell: Option<String>,
    /// Serve only clients in NETWORK: 10.0.0.0/8; may be given several times
    #[arg(long, value_name = "NETWORK")]
    allow: Vec<String>,
    /// Echo on N threads, among which the system shares out the clients
    #[arg(long, value_name = "N", conflicts_with = "max")]
    threads: Option<String>,
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

/// More threads than any machine has processors.
const MOST_THREADS: u64 = 1024;

/// What the arguments come to.
#[derive(Debug)]
pub struct Job {
    endpoint: Endpoint,
    max: Option<u64>,
    idle: Option<Duration>,
    cut: Cut,
    program: Option<Program>,
    allow: Vec<IpNet>,
    threads: Option<u64>,
}

impl Listen {
    pub(super) fn read(&self) -> Result<Job, Failure> {
        let mut problems = Problems::default();
        let endpoint = problems.take(Endpoint::parse(&self.address, Purpose::Listen));
        let max = problems.take_some("--max", self.max.as_ref(), quantity::count);
        let idle = problems.take_some("--idle", self.idle.as_ref(), quantity::duration);
        let cut = self.cut.cut(endpoint.as_ref().map(Endpoint::transport), &mut problems);
        let words = problems.take_some("--exec", self.exec.as_ref(), serve::split);
        let program = words.map(Program::Words).or_else(|| self.shell.clone().map(Program::Shell));
        let allow = networks(&self.allow, &mut problems);
        let threads = problems
            .take_some("--threads", self.threads.as_ref(), |text| quantity::between(text, 1, MOST_THREADS));
        if let Some(endpoint) = &endpoint {
            self.check(endpoint, &mut problems);
        }
        problems.check()?;
        match endpoint {
            Some(endpoint) => Ok(Job { endpoint, max, idle, cut, program, allow, threads }),
            None => Err(Failure::quiet(Exit::Usage)),
        }
    }

    /// Finds the flags that do not go with the address, or with each other.
    fn check(&self, endpoint: &Endpoint, problems: &mut Problems) {
        let is_datagram = endpoint.transport().is_datagram();
        let runs = if self.exec.is_some() { Some("--exec") } else { self.shell.as_ref().map(|_| "--shell") };
        let one_client = !self.echo && !self.keep_open && runs.is_none();
        let has_allow = !self.allow.is_empty();
        if let Some(flag) = runs.filter(|_| endpoint.is_wildcard() && !has_allow) {
            let problem = misplaced(flag, "one address, unless --allow says who may come to all of them");
            problems
                .take(Err::<(), _>(problem.with_hint("write tcp://127.0.0.1:PORT, or add --allow NETWORK")));
        }
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
                "connections with --echo, --exec, --shell or --keep-open",
            ),
            (runs.is_some() && is_datagram, runs.unwrap_or_default(), "connections: datagrams have no end"),
            (
                has_allow
                    && !(endpoint.transport().is_inet() && !is_datagram && (self.echo || runs.is_some())),
                "--allow",
                "TCP with --echo, --exec or --shell",
            ),
            (
                self.threads.is_some() && !(self.echo && endpoint.transport() == Transport::Tcp),
                "--threads",
                "TCP with --echo",
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
        if job.program.is_some() && !cfg!(unix) {
            let message = "on this system a connection cannot be the standard input and output of a process";
            return Err(Failure::new(Exit::Unsupported, message)
                .with_hint("--echo and --keep-open serve without one"));
        }
        signal::watch();
        if let Some(threads) = job.threads {
            return echo_on_threads(job, threads, voice);
        }
        let opened = open::bind(&job.endpoint, self.take_over)?;
        voice.note(format_args!("listening on {}", bound_to(&job.endpoint, &opened.socket)));
        if job.endpoint.transport().is_datagram() {
            return self.serve_datagrams(&job, opened, voice);
        }
        if self.echo || job.program.is_some() {
            return serve_alone(job, opened, voice);
        }
        let door = Door { endpoint: &job.endpoint, opened, voice, most: job.max };
        if self.keep_open { serve::meet(&door, job.cut) } else { self.serve_one(&job, door) }
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

/// Serves each client by itself: back to it, or with a process of its own.
fn serve_alone(job: Job, opened: Opened, voice: Voice) -> Result<(), Failure> {
    let Opened { socket, path } = opened;
    let keeper = Keeper::new(job.endpoint, voice, job.allow);
    let ended = match job.program {
        Some(program) => Host::new(socket, job.max, keeper, program)?.run(),
        None => serve::echo_connections([socket], &keeper, job.max),
    };
    drop(path);
    ended
}

fn echo_on_threads(job: Job, threads: u64, voice: Voice) -> Result<(), Failure> {
    let sockets = open::bind_shared(&job.endpoint, threads as usize)?;
    if let Some(first) = sockets.first() {
        voice.note(format_args!("listening on {}", bound_to(&job.endpoint, first)));
    }
    serve::echo_connections(sockets, &Keeper::new(job.endpoint, voice, job.allow), None)
}

/// What the socket is bound to, which is more than was asked for where the system chose the port.
pub fn bound_to(endpoint: &Endpoint, socket: &Socket) -> String {
    match socket.local_address() {
        Ok(address) if endpoint.transport().is_inet() => endpoint.transport().show(&address),
        _ => endpoint.to_string(),
    }
}

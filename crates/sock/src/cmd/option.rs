//! `sock option`: the dictionary of socket options, and their values: of fresh sockets, connected ones, and those of
//! running processes.

mod list;
mod process;
mod subject;
mod value;
mod word;

use clap::Args;

pub use self::list::{access, joined};
pub use self::process::row as socket_of;
use self::subject::Subject;
use self::word::Ask;
pub use self::word::Words;
use crate::exit::Exit;
use crate::output::{OutputArgs, Sink};
use crate::quantity;
use crate::report::{Failure, Problem, Problems};

const EXAMPLES: &str = "\
Examples:
  sock option keepalive tcp.keepidle        what they are for, what their values are
  sock option rcvbuf=64KiB ttl tcp4://:0    set and read of a fresh socket
  sock option pid:812/fd:7 keepalive=on     set in a running process (Linux)";

const AFTER: &str = "\
Without an address: what options there are, and what each is for. With one: their values, all of them unless some are \
named; NAME=VALUE sets the option first and reads it back. A name is tcp.nodelay, TCP_NODELAY or, where no other option \
has it, nodelay; a level alone, such as tcp, is all options of that level.

The socket is a fresh one of the address's kind with the address's own options, or with --connect a connected one. \
pid:N lists the sockets of a process, and pid:N/fd:M is one of them, which it shares: what is set here is set there. \
It takes the right to trace the process: the same user, if kernel.yama.ptrace_scope is 0, or CAP_SYS_PTRACE.";

/// Explain the options of sockets, read them and set them, of running processes as well
#[derive(Debug, Args)]
#[command(visible_alias = "opts", before_help = EXAMPLES, after_help = AFTER)]
pub struct OptionArgs {
    /// Names of options or levels, NAME=VALUE, and an address: tcp://HOST:PORT, unix:PATH, pid:N, pid:N/fd:M …
    #[arg(value_name = "NAME|ADDRESS", value_parser = Words, hide_possible_values = true)]
    words: Vec<String>,
    /// Connect the socket to the address, as sock connect does
    #[arg(long)]
    connect: bool,
    /// Give up connecting after DURATION: 500ms, 3s, 1m
    #[arg(long, value_name = "DURATION", requires = "connect")]
    timeout: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

/// What the arguments come to.
#[derive(Debug)]
pub struct Job<'a> {
    asks: Vec<Ask<'a>>,
    subject: Option<Subject>,
}

impl OptionArgs {
    pub fn run(&self) -> Result<(), Failure> {
        self.output.run("option", |sink| self.read()?.run(sink))
    }

    pub(super) fn read(&self) -> Result<Job<'_>, Failure> {
        let mut problems = Problems::default();
        let timeout = problems.take_some("--timeout", self.timeout.as_ref(), quantity::duration);
        let (addresses, names): (Vec<&String>, Vec<_>) =
            self.words.iter().partition(|text| word::is_address(text));
        let subject =
            addresses.first().and_then(|text| problems.take(Subject::read(text, self.connect, timeout)));
        for text in addresses.iter().skip(1) {
            let problem = Problem::new("one address is enough", text, 0..text.len());
            problems.take(Err::<(), _>(problem.with_hint("name the options of one socket at a time")));
        }
        if self.connect && addresses.is_empty() {
            problems.take(Err::<(), _>(super::misplaced("--connect", "an address, and there is none")));
        }
        let mut asks = Vec::new();
        for text in names {
            let ask = Ask::read(text, |row| subject.as_ref().is_none_or(|subject| subject.fits(row)));
            let ask = if addresses.is_empty() { ask.and_then(Ask::without_socket) } else { ask };
            asks.extend(problems.take(ask));
        }
        problems.check()?;
        Ok(Job { asks, subject })
    }
}

impl Job<'_> {
    fn run(&self, sink: &mut Sink) -> Result<Exit, Failure> {
        match &self.subject {
            None => list::run(sink, &self.asks),
            Some(Subject::Process(process)) => process.run(sink, &self.asks),
            Some(subject) => value::run(sink, subject, &self.asks),
        }
    }
}

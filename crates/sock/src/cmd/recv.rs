//! `sock recv`: datagrams and records as they arrive, with all that the system tells of each.

mod joined;
mod receiving;

use std::time::Duration;

use clap::Args;

use self::receiving::Receiving;
use super::misplaced;
use crate::endpoint::{Endpoint, Purpose};
use crate::exit::Exit;
use crate::message::{AnswerArgs, Expected, Form};
use crate::output::OutputArgs;
use crate::quantity;
use crate::report::{Failure, Problem, Problems, Voice};

const EXAMPLES: &str = "\
Examples:
  sock recv udp://:514                            every datagram: who sent it, where to, by which interface, when
  sock recv 'mcast://239.1.2.3:5000?if=eth0'      a group on one interface; on every one that can if none is said
  sock recv --count 1 --timeout 3s --form raw unix-dgram:/tmp/x > answer";

const AFTER: &str = "\
Each message has a line that says when the kernel got it, its sender, its destination and interface, its length, over how many \
hops it may still go, its type of service with the mark of congestion, how many the socket has dropped, and of Unix sockets \
who the sender is; its data is below that. What a system does not tell is left out. --form lines and --form raw print \
the data alone.

A group is joined by the interface that the address says (if=eth0), else on every one that can, those that come later as \
well; source=ADDRESS hears one sender alone. Of each interface it is told whether the group is joined there.

Of a unix-seqpacket address all connections are accepted. Descriptors that come with a message are told and closed: sock fd \
recv keeps them. A Unix path goes at the end, by a signal too.

It ends after --count messages, with the one that --expect has, after --timeout, or by a signal. The exit code is 4 if --timeout \
passes before --count or --expect is met, and 1 if nothing at all arrived within it.";

/// Receive datagrams or records at ADDRESS, and print each with what is known of it
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, after_help = AFTER)]
pub struct Recv {
    /// Where: udp://:PORT, mcast://GROUP:PORT, unix-dgram:PATH, unix-seqpacket:PATH … (see `sock man addresses`)
    address: String,
    /// End after N messages
    #[arg(long, value_name = "N")]
    count: Option<String>,
    /// End after DURATION: 500ms, 3s, 1m
    #[arg(long, value_name = "DURATION")]
    timeout: Option<String>,
    /// Replace a Unix path whose socket is gone
    #[arg(long)]
    take_over: bool,
    #[command(flatten)]
    answer: AnswerArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// What the arguments come to.
#[derive(Debug)]
pub struct Job {
    endpoint: Endpoint,
    count: Option<u64>,
    timeout: Option<Duration>,
    expected: Expected,
    take_over: bool,
}

impl Recv {
    pub(super) fn read(&self) -> Result<Job, Failure> {
        let mut problems = Problems::default();
        let endpoint = problems.take(Endpoint::parse(&self.address, Purpose::Receive));
        let count = problems.take_some("--count", self.count.as_ref(), quantity::count);
        let timeout = problems.take_some("--timeout", self.timeout.as_ref(), quantity::duration);
        let expected = self.answer.read(Form::Text, &mut problems);
        if let Some(endpoint) = &endpoint {
            if !endpoint.transport().has_messages() {
                let length = self.address.len();
                let problem =
                    Problem::new("a stream has no datagrams and no records", &self.address, 0..length);
                problems.take(Err::<(), _>(problem.with_hint("sock listen is for streams")));
            }
            if self.take_over && endpoint.path().is_none() {
                problems.take(Err::<(), _>(misplaced("--take-over", "the paths of Unix sockets")));
            }
        }
        problems.check()?;
        match endpoint {
            Some(endpoint) => Ok(Job { endpoint, count, timeout, expected, take_over: self.take_over }),
            None => Err(Failure::quiet(Exit::Usage)),
        }
    }

    pub fn run(&self, voice: Voice) -> Result<(), Failure> {
        let job = self.read()?;
        self.output.run("recv", |sink| Receiving::open(job, voice, sink)?.run(sink))
    }
}

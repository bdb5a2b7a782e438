//! `sock send`: datagrams and records to a peer, a group, or every machine of a network.

mod pieces;
mod sending;
mod target;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use berkeley::{MILLISECOND, SECOND};
use clap::Args;

use self::pieces::Source;
use self::sending::Sending;
use self::target::{Beside, Target};
use super::misplaced;
use crate::endpoint::{Endpoint, Purpose, Transport};
use crate::exit::Exit;
use crate::message::{AnswerArgs, ECN, Expected, Form};
use crate::output::OutputArgs;
use crate::report::{Failure, Problem, Problems, Voice};
use crate::stdio::Cut;
use crate::{hex, quantity};

const EXAMPLES: &str = "\
Examples:
  sock send udp://127.0.0.1:514 hello                      a datagram; if nobody is there, that is said
  sock send --expect pong --timeout 2s udp://[::1]:7 ping  a question, and the answer to it
  sock send 'mcast://239.1.2.3:5000?if=eth0&ttl=2' news    to a group, by one interface";

const AFTER: &str = "\
Each DATA is a datagram or record. Without any, each line of the standard input is one, or of --file; --size and --whole cut it \
otherwise. With --hex they are hexadecimal digits.

What comes back is printed, as lines if --form says nothing else. With --expect it ends as soon as the answer is there, and \
with code 4 if it is not within --timeout. Otherwise UDP waits a little (--wait) for the refusals of what was sent: each is told \
once, with who says so where the system tells it (Linux), and the exit code is 5.

To a group it goes where the routes lead, by the interface of the address (if=eth0), or by every one that can (if=*). \
--broadcast udp4://:PORT sends to the broadcast address of every network, or of those of the interfaces that --interface names. Of each \
interface it is told if it fails, and with -v if it does not.

--source and --interface choose the way of each datagram without binding (IP_PKTINFO); every option of sockets can stand in \
the address: ?mark=7&priority=3.";

/// Send datagrams or records to ADDRESS, and tell what comes back
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, after_help = AFTER)]
#[allow(clippy::struct_excessive_bools, reason = "a flag each, as clap takes them")]
pub struct Send {
    /// Where to: udp://HOST:PORT, mcast://GROUP:PORT, unix-dgram:PATH, unix-seqpacket:PATH … (see `sock man addresses`)
    address: String,
    /// What to send, each as a datagram or record
    data: Vec<String>,
    /// Send what is in FILE, each line by itself
    #[arg(short, long, value_name = "FILE", conflicts_with = "data")]
    file: Option<PathBuf>,
    /// Take DATA, or the lines, for hexadecimal digits
    #[arg(long, conflicts_with_all = ["size", "whole"])]
    hex: bool,
    /// Cut what is read after every so many bytes
    #[arg(long, value_name = "BYTES", conflicts_with_all = ["data", "whole"])]
    size: Option<String>,
    /// Send all that is read as one
    #[arg(long, conflicts_with = "data")]
    whole: bool,
    /// Send all DATA N times
    #[arg(long, value_name = "N")]
    count: Option<String>,
    /// Let DURATION pass between two: 500ms, 3s
    #[arg(long, value_name = "DURATION")]
    interval: Option<String>,
    /// Send to the broadcast address of every network: udp4://:PORT
    #[arg(long)]
    broadcast: bool,
    /// Send by this interface: a name, an index, an address; with --broadcast several
    #[arg(long, value_name = "INTERFACE")]
    interface: Vec<String>,
    /// Send from this address of the machine
    #[arg(long, value_name = "ADDRESS")]
    source: Option<String>,
    /// Send over N hops at most
    #[arg(long, value_name = "N")]
    ttl: Option<String>,
    /// Send with this type of service, or traffic class: 0 to 255, 0x10
    #[arg(long, value_name = "N")]
    tos: Option<String>,
    /// Send with this mark of congestion: not-ect, ect0, ect1, ce
    #[arg(long, value_name = "MARK")]
    ecn: Option<String>,
    /// Wait for an answer that is expected for DURATION at most [default: 3s]
    #[arg(long, value_name = "DURATION")]
    timeout: Option<String>,
    /// Wait for answers and refusals for DURATION after the last [default: 100ms for UDP to one peer]
    #[arg(long, value_name = "DURATION")]
    wait: Option<String>,
    #[command(flatten)]
    answer: AnswerArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// What the arguments come to.
#[derive(Debug)]
pub struct Job {
    endpoint: Endpoint,
    words: Vec<Vec<u8>>,
    cut: Cut,
    count: u64,
    interval: Duration,
    beside: Beside,
    expected: Expected,
    patience: Duration,
}

/// How long refusals are waited for.
const REFUSALS: Duration = MILLISECOND.saturating_mul(100);

/// How long an answer is waited for.
const ANSWER: Duration = SECOND.saturating_mul(3);

impl Send {
    pub(super) fn read(&self) -> Result<Job, Failure> {
        let mut problems = Problems::default();
        let endpoint = problems.take(self.endpoint());
        let words: Vec<Vec<u8>> =
            self.data.iter().filter_map(|text| problems.take(self.word(text))).collect();
        let most = endpoint.as_ref().map_or(crate::stdio::LONGEST, |endpoint| longest(endpoint.transport()));
        let size =
            problems.take_some("--size", self.size.as_ref(), |text| quantity::between(text, 1, most as u64));
        let count = problems.take_some("--count", self.count.as_ref(), quantity::count);
        let interval = problems.take_some("--interval", self.interval.as_ref(), quantity::duration);
        let timeout = problems.take_some("--timeout", self.timeout.as_ref(), quantity::duration);
        let wait = problems.take_some("--wait", self.wait.as_ref(), quantity::duration);
        let expected = self.answer.read(Form::Lines, &mut problems);
        let beside = self.beside(&mut problems);
        if let Some(endpoint) = &endpoint {
            self.check(endpoint, expected.is_some(), &mut problems);
        }
        problems.check()?;
        let Some(endpoint) = endpoint else { return Err(Failure::quiet(Exit::Usage)) };
        let cut = match size {
            Some(size) => Cut::Sizes(size as usize),
            None if self.whole => Cut::Whole,
            None => Cut::Lines,
        };
        let has_refusals = endpoint.transport().is_udp() && endpoint.group().is_none() && !self.broadcast;
        let usual = if has_refusals { REFUSALS } else { Duration::ZERO };
        let patience = if expected.is_some() { timeout.unwrap_or(ANSWER) } else { wait.unwrap_or(usual) };
        let (count, interval) = (count.unwrap_or(1), interval.unwrap_or_default());
        Ok(Job { endpoint, words, cut, count, interval, beside, expected, patience })
    }

    /// Reads the address, which for a broadcast has no host.
    fn endpoint(&self) -> Result<Endpoint, Problem> {
        let purpose = if self.broadcast { Purpose::Receive } else { Purpose::Send };
        let endpoint = Endpoint::parse(&self.address, purpose)?;
        if !endpoint.transport().has_messages() {
            let problem = Problem::new(
                "a stream has no datagrams and no records",
                &self.address,
                0..self.address.len(),
            );
            return Err(problem.with_hint("sock connect is for streams"));
        }
        Ok(endpoint)
    }

    fn word(&self, text: &str) -> Result<Vec<u8>, Problem> {
        if self.hex { hex::read(text) } else { Ok(text.as_bytes().to_vec()) }
    }

    fn beside(&self, problems: &mut Problems) -> Beside {
        let source = problems.take_some("--source", self.source.as_ref(), read_source);
        let hops = problems.take_some("--ttl", self.ttl.as_ref(), |text| read_byte(text, "a number of hops"));
        let tos = problems.take_some("--tos", self.tos.as_ref(), |text| read_byte(text, "a type of service"));
        let ecn = problems.take_some("--ecn", self.ecn.as_ref(), read_ecn);
        let class = (tos.is_some() || ecn.is_some())
            .then(|| ecn.map_or(tos.unwrap_or(0), |ecn| tos.unwrap_or(0) & !3 | ecn));
        Beside { source, interface: None, hops, class }
    }

    /// Finds the flags that do not go with the address, or with each other.
    fn check(&self, endpoint: &Endpoint, expects: bool, problems: &mut Problems) {
        let transport = endpoint.transport();
        let (is_inet, is_group) = (transport.is_inet(), endpoint.group().is_some());
        let of_one = |is_given: bool| is_given && (!is_inet || self.broadcast);
        let rows = [
            (
                self.broadcast && !(transport == Transport::Udp && endpoint.is_wildcard() && !is_group),
                "--broadcast",
                "udp4://:PORT, without a host",
            ),
            (
                !self.interface.is_empty() && (!is_inet || is_group),
                "--interface",
                "udp; the address of a group says if=INTERFACE",
            ),
            (self.interface.len() > 1 && !self.broadcast, "--interface more than once", "--broadcast"),
            (of_one(self.source.is_some()), "--source", "IP, and not for --broadcast"),
            (of_one(self.ttl.is_some()), "--ttl", "IP, and not for --broadcast: write ?ip.ttl=N"),
            (of_one(self.tos.is_some()), "--tos", "IP, and not for --broadcast: write ?ip.tos=N"),
            (of_one(self.ecn.is_some()), "--ecn", "IP, and not for --broadcast: write ?ip.tos=N"),
            (self.count.is_some() && self.data.is_empty(), "--count", "DATA of the command line"),
            (
                self.timeout.is_some() && !expects,
                "--timeout",
                "an answer that is expected; --wait is for the rest",
            ),
            (
                self.wait.is_some() && expects,
                "--wait",
                "answers that are not expected; --timeout is for the others",
            ),
        ];
        for (_, flag, what) in rows.iter().filter(|row| row.0) {
            problems.take(Err::<(), _>(misplaced(flag, what)));
        }
    }

    pub fn run(&self, voice: Voice) -> Result<(), Failure> {
        let mut job = self.read()?;
        self.output.run("send", |sink| {
            let target = if self.broadcast {
                Target::broadcast(&job.endpoint, &self.interface)?
            } else {
                let named = self.interface.first().map(|named| super::interface::find(named)).transpose()?;
                job.beside.interface = named.map(|interface| interface.index());
                Target::open(&job.endpoint, &job.beside, voice)?
            };
            let source = match (&self.file, job.words.is_empty()) {
                (_, false) => Source::Words(std::mem::take(&mut job.words)),
                (Some(path), true) => Source::file(path)?,
                (None, true) => Source::Stdin,
            };
            Sending::new(job, target, voice)?.run(source, self.hex, sink)
        })
    }
}

/// The most bytes that one can have.
const fn longest(transport: Transport) -> usize {
    if transport.is_udp() { super::LONGEST_UDP as usize } else { crate::stdio::LONGEST }
}

fn read_source(text: &str) -> Result<IpAddr, Problem> {
    text.parse().map_err(|_| {
        let problem = Problem::new(format!("{text:?} is no address"), text, 0..text.len());
        problem.with_hint("write one of this machine's: 192.0.2.1, 2001:db8::1")
    })
}

fn read_byte(text: &str, what: &str) -> Result<u8, Problem> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u8::from_str_radix(digits, 16),
        None => text.parse(),
    };
    number.map_err(|_| {
        let problem = Problem::new(format!("{text:?} is not {what}"), text, 0..text.len());
        problem.with_hint("it is from 0 to 255")
    })
}

fn read_ecn(text: &str) -> Result<u8, Problem> {
    let found = ECN.iter().position(|word| word.eq_ignore_ascii_case(text));
    found.and_then(|at| u8::try_from(at).ok()).ok_or_else(|| {
        let problem = Problem::new(format!("unknown mark {text:?}"), text, 0..text.len());
        problem.with_hint("write not-ect, ect0, ect1 or ce")
    })
}

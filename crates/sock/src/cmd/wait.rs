//! `sock wait`: until somebody is there, or nobody is.

mod site;

use std::collections::HashMap;
use std::process::Command;
use std::time::{Duration, Instant};

use berkeley::{Deadline, Key, MILLISECOND, SECOND};
use clap::Args;

use self::site::{Site, Wish};
use crate::endpoint::{Endpoint, Purpose};
use crate::exit::Exit;
use crate::input::Input;
use crate::output::{OutputArgs, Record, Sink};
use crate::probe::{Probes, Told};
use crate::report::{Failure, Problems, Voice, elapsed, io_reason};
use crate::{open, quantity};

const EXAMPLES: &str = "\
Examples:
  sock wait --timeout 30s tcp://localhost:5432 -- psql       start a program when its server is there
  sock wait --any unix:/run/app.sock tcp://[::1]:8080        until one of them accepts
  sock wait --gone --timeout 5s tcp://127.0.0.1:8080         until nobody accepts any more";

const AFTER: &str = "\
A connection is made and closed again, or for unix-dgram the socket is found to be bound. To udp an empty datagram is sent, \
and anything that comes back is an answer; not every server answers one. Every address of a name is tried at once, and the \
name is looked up each time. A path that is not there yet, a name that is not known yet, a network that is not up yet: all \
are waited for. What can never succeed, as a family that this system does not have, ends it at once.

Nothing is printed but what JSON is asked for; -v tells what is done. The exit code is 0 as soon as all are there (or --any, \
or --count of them), 4 after --timeout, with an error for each that is missing. A COMMAND takes the place of this program, \
and its exit code is the result.";

/// How long an attempt may go on that nobody answers, before it is made anew.
const PATIENCE: Duration = SECOND.saturating_mul(3);

/// Wait until ADDRESS accepts connections, or no longer does
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, after_help = AFTER)]
pub struct Wait {
    /// What to wait for: tcp://HOST:PORT, unix:PATH … (see `sock man addresses`)
    #[arg(required = true, value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// Give up after DURATION: 500ms, 3s, 1m [default: never]
    #[arg(long, value_name = "DURATION")]
    timeout: Option<String>,
    /// Try each again DURATION after it was last tried
    #[arg(long, value_name = "DURATION", default_value = "100ms")]
    interval: String,
    /// Until one of them is there
    #[arg(long, conflicts_with = "count")]
    any: bool,
    /// Until N of them are there
    #[arg(long, value_name = "N")]
    count: Option<String>,
    /// Until they are gone: nobody accepts
    #[arg(long)]
    gone: bool,
    /// What to run then, with its arguments, behind --
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
    #[command(flatten)]
    output: OutputArgs,
}

/// What the arguments come to.
#[derive(Debug)]
pub struct Job {
    endpoints: Vec<Endpoint>,
    timeout: Option<Duration>,
    interval: Duration,
    count: usize,
}

impl Wait {
    pub(super) fn read(&self) -> Result<Job, Failure> {
        let mut problems = Problems::default();
        let parse = |text: &String| problems.take(Endpoint::parse(text, Purpose::Connect));
        let endpoints: Vec<Endpoint> = self.addresses.iter().filter_map(parse).collect();
        let timeout = problems.take_some("--timeout", self.timeout.as_ref(), quantity::duration);
        let interval = problems.take_some("--interval", Some(&self.interval), quantity::duration);
        let most = self.addresses.len() as u64;
        let count = problems
            .take_some("--count", self.count.as_ref(), |text| quantity::between(text, 1, most))
            .unwrap_or(if self.any { 1 } else { most });
        problems.check()?;
        // Nothing is gained by asking faster than this, and a processor is lost.
        let interval = interval.unwrap_or_default().max(MILLISECOND);
        Ok(Job { endpoints, timeout, interval, count: count as usize })
    }

    pub fn run(&self, voice: Voice) -> Result<(), Failure> {
        let job = self.read()?;
        self.output.run("wait", |sink| {
            let wish = if self.gone { Wish::Gone } else { Wish::There };
            Watch::open(job, wish, voice)?.run(sink, &self.addresses)
        })?;
        match self.command.as_slice() {
            [] => Ok(()),
            [program, arguments @ ..] => {
                let mut command = Command::new(program);
                command.args(arguments);
                become_program(command, program)
            }
        }
    }
}

/// Runs a program in the place of this one.
#[cfg(unix)]
pub(super) fn become_program(mut command: Command, program: &str) -> Result<(), Failure> {
    use std::os::unix::process::CommandExt;

    let error = command.exec();
    Err(not_run(program, &error))
}

/// Runs a program, and ends as it does.
#[cfg(not(unix))]
pub(super) fn become_program(mut command: Command, program: &str) -> Result<(), Failure> {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => Err(not_run(program, &error)),
    }
}

fn not_run(program: &str, error: &std::io::Error) -> Failure {
    let exit = match error.kind() {
        std::io::ErrorKind::PermissionDenied => Exit::Permission,
        _ => Exit::Usage,
    };
    Failure::new(exit, format!("run {program}: {}", io_reason(error)))
}

/// Everything that is waited for.
struct Watch {
    probes: Probes,
    sites: Vec<Site>,
    /// When which is tried again.
    timers: HashMap<Key, usize>,
    interval: Duration,
    deadline: Deadline,
    begun: Instant,
    wish: Wish,
    /// How many are still to be as wished.
    missing: usize,
    voice: Voice,
}

impl Watch {
    fn open(job: Job, wish: Wish, voice: Voice) -> Result<Self, Failure> {
        let sites: Result<Vec<Site>, Failure> = job.endpoints.into_iter().map(Site::new).collect();
        Ok(Self {
            probes: Probes::open()?,
            sites: sites?,
            timers: HashMap::new(),
            interval: job.interval,
            deadline: job.timeout.map_or(Deadline::never(), Deadline::after),
            begun: Instant::now(),
            wish,
            missing: job.count,
            voice,
        })
    }

    fn run(mut self, sink: &mut Sink, texts: &[String]) -> Result<Exit, Failure> {
        for number in 0..self.sites.len() {
            self.try_site(number, sink, texts)?;
        }
        while self.missing > 0 {
            let told = self.probes.wait(self.deadline)?;
            if told.is_empty() && self.deadline.has_passed() {
                return self.give_up(sink, texts);
            }
            for told in told {
                match told {
                    Told::Signal(exit) => return Ok(exit),
                    Told::Timer(key) => {
                        if let Some(number) = self.timers.remove(&key) {
                            self.try_site(number, sink, texts)?;
                        }
                    }
                    Told::Lookup { number, host } => {
                        self.sites[number].looked_up(host, &mut self.probes, Deadline::after(PATIENCE));
                        self.settle(number, sink, texts)?;
                    }
                    Told::Attempt { number, found, .. } => {
                        self.sites[number].tell(found);
                        self.settle(number, sink, texts)?;
                    }
                }
            }
        }
        Ok(Exit::Done)
    }

    fn try_site(&mut self, number: usize, sink: &mut Sink, texts: &[String]) -> Result<(), Failure> {
        self.sites[number].attempt(number, &mut self.probes, Deadline::after(PATIENCE));
        self.settle(number, sink, texts)
    }

    /// Looks whether a site is as wished; if not, and all that was tried has ended, it is tried again later.
    fn settle(&mut self, number: usize, sink: &mut Sink, texts: &[String]) -> Result<(), Failure> {
        let site = &mut self.sites[number];
        if site.is_done || self.missing == 0 {
            return Ok(());
        }
        if site.is_as(self.wish) {
            site.is_done = true;
            self.missing -= 1;
            let took = self.begun.elapsed();
            let (state, attempts) = (self.wish.name(), site.attempts);
            self.voice.detail(format_args!("{} {state} after {}", site.endpoint, elapsed(took)));
            return sink.record_alone(&Input::argument(&texts[number]), || {
                let took = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
                Record::new().with("state", state).with("took_ns", took).with("attempts", attempts)
            });
        }
        if !site.is_over() {
            return Ok(());
        }
        // Neither a family that is not there nor an option that is refused comes by waiting.
        let is_final = |error: &&berkeley::Error| error.is_unsupported() || error.option().is_some();
        if let Some(error) = site.last.as_ref().filter(is_final) {
            return Err(open::with_privilege(
                Failure::of(format_args!("connect {}", site.endpoint), error),
                error,
            ));
        }
        if site.attempts == 1 {
            self.voice.detail(format_args!("{}: {}; waiting", site.endpoint, site.why(self.wish)));
        }
        let next = Deadline::at(site.tried + self.interval);
        let key = self.probes.add_timer(next);
        self.timers.insert(key, number);
        Ok(())
    }

    fn give_up(self, sink: &mut Sink, texts: &[String]) -> Result<Exit, Failure> {
        let took = elapsed(self.begun.elapsed());
        for (site, text) in self.sites.iter().zip(texts).filter(|(site, _)| !site.is_done) {
            let failure = Failure::new(Exit::TimedOut, site.missing(self.wish, &took));
            sink.failed(&Input::argument(text), &failure)?;
        }
        Ok(Exit::TimedOut)
    }
}

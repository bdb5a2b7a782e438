//! `sock scan`: which ports of which hosts accept connections.

mod target;

use std::time::{Duration, Instant};

use berkeley::{Address, Deadline, Error, Lookup, Resolver, SECOND};
use clap::Args;

use self::target::{Hosts, MOST, Target};
use crate::endpoint::{Endpoint, Sought, Transport};
use crate::exit::Exit;
use crate::input::Input;
use crate::output::{OutputArgs, Record, Sink};
use crate::probe::{Found, Probes, Told};
use crate::quantity;
use crate::report::{Failure, Problem, Problems, Voice, elapsed, reason};

const EXAMPLES: &str = "\
Examples:
  sock scan localhost:22,80,8000-8099                  ports of a host
  sock scan --open --timeout 300ms 192.0.2.0/28:ssh,https   those that are open, of every host of a network
  sock scan udp://[::1]:53 127.0.0.1-127.0.0.9:domain  datagrams; hosts from one to another";

const AFTER: &str = "\
A target is HOSTS:PORTS, with tcp:// or udp:// before it (tcp4, udp6 …), and options behind a question mark as in any \
address. HOSTS is a name, all addresses of which are tried, an address, a network, or a range; IPv6 is in brackets: \
[2001:db8::/124]:22. Of a network of IPv4, its own address and that of everybody are left out. PORTS is numbers, ranges and \
names of services, with commas.

A port is open if the connection is made, which is closed again at once; refused if its host says so; filtered if nothing is \
heard in time; unreachable if a router, or this machine, says that there is no way. To udp an empty datagram is sent: it is \
open if an answer comes, silent if nothing does, which says nothing.

The exit code is 0 if anything is open, 1 if nothing is, 3 if a name could not be resolved.";

/// How long each may take. Windows asks again and again, for two seconds, before it believes that a port is closed.
const LIMIT: &str = if cfg!(windows) { "3s" } else { "1s" };

/// Find out which ports of which hosts accept connections
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, after_help = AFTER)]
pub struct Scan {
    /// What to try: HOSTS:PORTS
    #[arg(required = true, value_name = "TARGET")]
    targets: Vec<String>,
    /// How long an answer is waited for
    #[arg(long, value_name = "DURATION", default_value = LIMIT)]
    timeout: String,
    /// How many are tried at once, at most
    #[arg(long, value_name = "N", default_value = "256")]
    parallel: String,
    /// Print only what is open
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// What the arguments come to.
#[derive(Debug)]
pub struct Job {
    targets: Vec<Target>,
    timeout: Duration,
    parallel: usize,
}

impl Scan {
    pub(super) fn read(&self) -> Result<Job, Failure> {
        let mut problems = Problems::default();
        let parse = |text: &String| problems.take(Target::parse(text));
        let targets: Vec<Target> = self.targets.iter().filter_map(parse).collect();
        let timeout = problems.take_some("--timeout", Some(&self.timeout), quantity::duration);
        let parallel =
            problems.take_some("--parallel", Some(&self.parallel), |text| quantity::between(text, 1, 65536));
        let mut probes = 0_u128;
        for (target, text) in targets.iter().zip(&self.targets) {
            probes = probes.saturating_add(target.probes());
            if probes > MOST {
                let message = format!("with this there are {probes} ports to try, and {MOST} are the most");
                problems.take(Err::<(), _>(Problem::new(message, text, 0..text.len())));
                break;
            }
        }
        problems.check()?;
        let parallel = parallel.unwrap_or(1) as usize;
        Ok(Job { targets, timeout: timeout.unwrap_or(SECOND), parallel })
    }

    pub fn run(&self, voice: Voice) -> Result<(), Failure> {
        let job = self.read()?;
        self.output.run("scan", |sink| {
            let (tries, mut exit) = addresses(sink, &job)?;
            let begun = Instant::now();
            let mut sweep =
                Sweep { probes: Probes::open()?, job: &job, results: Results::new(tries, self.open) };
            if let Some(signal) = sweep.run(sink)? {
                return Ok(signal);
            }
            let Results { open, tries, .. } = sweep.results;
            voice.detail(format_args!("{open} of {} open, in {}", tries.len(), elapsed(begun.elapsed())));
            if exit == Exit::Done && open == 0 {
                exit = Exit::No;
            }
            Ok(exit)
        })
    }
}

/// A port of an address, and what the scan is told of it.
struct Try {
    /// The number of its target.
    target: usize,
    address: Address,
}

/// Lists everything to try, in the order of the targets; names are looked up all at once.
fn addresses(sink: &mut Sink, job: &Job) -> Result<(Vec<Try>, Exit), Failure> {
    let lookups: Vec<_> = job.targets.iter().map(|target| start(&target.endpoint, &target.hosts)).collect();
    let (mut tries, mut exit) = (Vec::new(), Exit::Done);
    for (number, (target, lookup)) in job.targets.iter().zip(lookups).enumerate() {
        let hosts = match lookup? {
            None => target.addresses(),
            Some(lookup) => match lookup.and_then(|lookup| lookup.wait(Deadline::never())) {
                Ok(host) => host.addresses().to_vec(),
                Err(error) => {
                    let failure = target.endpoint.not_found(&error);
                    exit = failure.exit();
                    sink.failed(&Input::argument(&target.text), &failure)?;
                    continue;
                }
            },
        };
        if (tries.len() + hosts.len() * target.ports.len()) as u128 > MOST {
            let message =
                format!("{} has so many addresses that there are more than {MOST} ports to try", target.text);
            return Err(Failure::new(Exit::Usage, message));
        }
        let each = |host: &Address| {
            let with = |port: &u16| host.with_port(*port).map(|address| Try { target: number, address });
            target.ports.iter().filter_map(with).collect::<Vec<_>>()
        };
        tries.extend(hosts.iter().flat_map(each));
    }
    Ok((tries, exit))
}

/// Starts to look the name of a target up, if it has one.
fn start(endpoint: &Endpoint, hosts: &Hosts) -> Result<Option<berkeley::Result<Lookup>>, Failure> {
    match (hosts, endpoint.sought()?) {
        (Hosts::One, Sought::Name { query, .. }) => Ok(Some(Resolver::system().start(&query))),
        _ => Ok(None),
    }
}

/// What has come of each, printed in their order as far as all before are known.
struct Results {
    tries: Vec<Try>,
    found: Vec<Option<(Found, Duration)>>,
    next: usize,
    /// The width of the longest address.
    width: usize,
    open: u64,
    is_open_alone: bool,
}

impl Results {
    fn new(tries: Vec<Try>, is_open_alone: bool) -> Self {
        let found = tries.iter().map(|_| None).collect();
        let width = |each: &Try| Transport::Tcp.show(&each.address).len();
        let width = tries.iter().map(width).max().unwrap_or(0);
        Self { tries, found, next: 0, width, open: 0, is_open_alone }
    }

    fn take(&mut self, number: usize, found: Found, took: Duration) {
        self.found[number] = Some((found, took));
    }

    fn print(&mut self, sink: &mut Sink, targets: &[Target]) -> Result<(), Failure> {
        while let Some((found, took)) = self.found.get_mut(self.next).and_then(Option::take) {
            let each = &self.tries[self.next];
            self.next += 1;
            let is_open = matches!(found, Found::Open);
            self.open += u64::from(is_open);
            if self.is_open_alone && !is_open {
                continue;
            }
            let target = &targets[each.target];
            let address = target.endpoint.transport().show(&each.address);
            let (state, why) = state(&found);
            let width = self.width;
            let after = why.as_deref().map_or_else(String::new, |why| format!("{why} after "));
            let line = format!("{address:width$}  {state:11}  {after}{}", elapsed(took));
            sink.line(&Input::argument(&target.text), line, || {
                let took = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
                let record = Record::new().with("address", address.as_str()).with("state", state);
                record.with_some("error", why.as_deref()).with("took_ns", took)
            })?;
        }
        Ok(())
    }
}

/// The state of a port in a word, and why it is so.
fn state(found: &Found) -> (&'static str, Option<String>) {
    let error = match found {
        Found::Open => return ("open", None),
        Found::Silent => return ("silent", None),
        Found::Failed(error) => error,
    };
    let is_unreachable = |error: &Error| error.is_network_unreachable() || error.is_host_unreachable();
    let state = match error {
        _ if error.is_refused() => "refused",
        _ if error.is_deadline_passed() || error.is_timed_out() => "filtered",
        _ if is_unreachable(error) => "unreachable",
        _ => "failed",
    };
    (state, Some(reason(error)))
}

/// The scan under way.
struct Sweep<'a> {
    probes: Probes,
    job: &'a Job,
    results: Results,
}

impl Sweep<'_> {
    /// Tries everything; returns early with how a signal ends the program.
    fn run(&mut self, sink: &mut Sink) -> Result<Option<Exit>, Failure> {
        let (mut next, mut most) = (0, self.job.parallel);
        loop {
            while next < self.results.tries.len() && self.probes.attempts() < most {
                if let Err(error) = self.begin(next) {
                    // Fewer have room than were asked for.
                    if self.probes.attempts() == 0 {
                        return Err(Failure::of("scan", &error));
                    }
                    most = self.probes.attempts();
                    break;
                }
                next += 1;
            }
            self.results.print(sink, &self.job.targets)?;
            if self.probes.attempts() == 0 && next == self.results.tries.len() {
                return Ok(None);
            }
            for told in self.probes.wait(Deadline::never())? {
                match told {
                    Told::Signal(exit) => return Ok(Some(exit)),
                    Told::Attempt { number, found, took } => self.results.take(number, found, took),
                    Told::Timer(_) | Told::Lookup { .. } => {}
                }
            }
        }
    }

    fn begin(&mut self, number: usize) -> berkeley::Result<()> {
        let each = &self.results.tries[number];
        let endpoint = &self.job.targets[each.target].endpoint;
        let begun = Instant::now();
        let limit = Deadline::after(self.job.timeout);
        if let Some(found) = self.probes.begin(number, endpoint, &each.address, limit)? {
            self.results.take(number, found, begun.elapsed());
        }
        Ok(())
    }
}

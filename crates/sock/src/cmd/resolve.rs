//! `sock resolve`: what the system knows of names.

mod dns;
mod table;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use berkeley::addr::Zone;
use berkeley::name::{Families, Query, Resolver};
use berkeley::{Address, Connect, Deadline, Error, Family, Host, Inet6Address, Lookup, Operation};
use clap::Args;

use crate::exit::Exit;
use crate::input::{self, Input};
use crate::output::{OutputArgs, Record, Sink};
use crate::quantity;
use crate::report::{Failure, Problem, Problems, reason};

const EXAMPLES: &str = "\
Examples:
  sock resolve localhost example.org      addresses in the order in which connect tries them, names
  sock resolve --dns --server 127.0.0.1 example.org    what the system knows beside what a name server says
  sock resolve --service http 443/udp     ports of services, services of ports";

const AFTER: &str = "\
The system is asked as every other program asks it: nsswitch.conf, the hosts file, multicast DNS, name servers. All names \
are looked up at once. Names in other scripts are turned into what servers know them by (UTS 46). An address in figures is \
looked up backwards.

--dns asks the name servers themselves beside that, for addresses or, backwards, for names; --type asks them alone, for what \
the system cannot tell. They are those of resolv.conf, with its domains and options, or those of --server.

The exit code is 1 if there is no such name or it has nothing of what was asked for, 3 if no name server could say, 4 after \
the timeout. With several names it is that of the first that failed; the others are answered. Where the system and a name \
server were asked, either can fail.";

/// Look up names and addresses as the system knows them; services and protocols too
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, after_help = AFTER)]
#[allow(clippy::struct_excessive_bools, reason = "a flag each, as clap takes them")]
pub struct Resolve {
    /// Names or IP addresses [default: the lines of the standard input]
    names: Vec<String>,
    /// Only addresses of IPv4
    #[arg(short = '4', long, conflicts_with = "ipv6")]
    ipv4: bool,
    /// Only addresses of IPv6
    #[arg(short = '6', long)]
    ipv6: bool,
    /// Give up after DURATION: 500ms, 3s, 1m [default: when the system does]
    #[arg(long, value_name = "DURATION")]
    timeout: Option<String>,
    /// Ask the name servers too
    #[arg(long, conflicts_with_all = ["service", "protocol"])]
    dns: bool,
    /// Ask the name servers alone, for records of TYPE: MX, TXT, SRV, NS … or several with commas
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',', conflicts_with_all = ["service", "protocol", "ipv4", "ipv6"])]
    types: Vec<String>,
    /// Ask the name server at ADDRESS, by port 53 if it has none (implies --dns)
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["service", "protocol"])]
    server: Vec<String>,
    /// Ask name servers over TCP (implies --dns)
    #[arg(long, conflicts_with_all = ["service", "protocol"])]
    tcp: bool,
    /// Look up services: NAME, PORT, NAME/PROTOCOL, PORT/PROTOCOL
    #[arg(long, conflicts_with_all = ["protocol", "ipv4", "ipv6", "timeout"])]
    service: bool,
    /// Look up IP protocols: NAME, NUMBER
    #[arg(long, conflicts_with_all = ["ipv4", "ipv6", "timeout"])]
    protocol: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// How many names are looked up ahead of the one whose answer is next.
const AHEAD: usize = 64;

/// Lookups in the order of their names: some are under way, the others wait for their turn.
#[derive(Default)]
struct Ahead {
    waiting: VecDeque<Query>,
    started: VecDeque<(Result<Lookup, Error>, Deadline)>,
}

impl Ahead {
    fn push(&mut self, query: Query, timeout: Option<Duration>) {
        self.waiting.push_back(query);
        self.start(timeout);
    }

    fn start(&mut self, timeout: Option<Duration>) {
        while self.started.len() < AHEAD {
            let Some(query) = self.waiting.pop_front() else { return };
            let deadline = timeout.map_or(Deadline::never(), Deadline::after);
            self.started.push_back((Resolver::system().start(&query), deadline));
        }
    }

    /// The lookup whose answer is next, and when it is given up.
    fn first(&self) -> Option<(&Lookup, Deadline)> {
        let (lookup, deadline) = self.started.front()?;
        lookup.as_ref().ok().map(|lookup| (lookup, *deadline))
    }

    /// Waits for the next answer.
    fn next(&mut self, timeout: Option<Duration>) -> Option<Result<Host, Error>> {
        let (lookup, deadline) = self.started.pop_front()?;
        let host = lookup.and_then(|lookup| lookup.wait(deadline));
        self.start(timeout);
        Some(host)
    }
}

impl Resolve {
    /// Reads how long a lookup may take, and what name servers are asked.
    pub(super) fn read(&self) -> Result<(Option<Duration>, Option<dns::Plan>), Failure> {
        let mut problems = Problems::default();
        let timeout = problems.take_some("--timeout", self.timeout.as_ref(), quantity::duration);
        let server = |text: &String| problems.take_some("--server", Some(text), dns::read_server);
        let servers = self.server.iter().filter_map(server).collect();
        let kind = |text: &String| problems.take_some("--type", Some(text), dns::read_type);
        let types: Vec<_> = self.types.iter().filter_map(kind).collect();
        problems.check()?;
        let asks = self.dns || self.tcp || !self.server.is_empty() || !types.is_empty();
        let plan =
            asks.then(|| dns::Plan { servers, types, tcp: self.tcp, families: self.families(), timeout });
        Ok((timeout, plan))
    }

    pub fn run(&self) -> Result<(), Failure> {
        let (timeout, plan) = self.read()?;
        self.output.run("resolve", |sink| {
            if self.service {
                return self
                    .each(sink, table::read_service, |service| table::service(service).map(Answer::from));
            }
            if self.protocol {
                return self.each(
                    sink,
                    |text| Ok(text.to_owned()),
                    |name| table::protocol(&name).map(Answer::from),
                );
            }
            match plan {
                None => self.ask_system(sink, timeout),
                Some(plan) if self.types.is_empty() => self.ask_both(sink, timeout, plan),
                Some(plan) => self.ask_servers(sink, plan),
            }
        })
    }

    fn ask_system(&self, sink: &mut Sink, timeout: Option<Duration>) -> Result<Exit, Failure> {
        let ahead = RefCell::new(Ahead::default());
        let begin = |text: &str| {
            ahead.borrow_mut().push(self.query(text)?, timeout);
            Ok(text.to_owned())
        };
        self.each(sink, begin, |text| {
            let host = ahead.borrow_mut().next(timeout).unwrap_or_else(|| Err(never_asked(&text)));
            host.map(|host| system(&text, &host))
        })
    }

    fn ask_servers(&self, sink: &mut Sink, plan: dns::Plan) -> Result<Exit, Failure> {
        let asker = RefCell::new(dns::Asker::open(plan)?);
        let begin = |text: &str| {
            self.query(text).map(drop)?;
            asker.borrow_mut().push(text);
            Ok(text.to_owned())
        };
        self.each(sink, begin, |text| asker.borrow_mut().next().unwrap_or_else(|| Err(never_asked(&text))))
    }

    fn ask_both(&self, sink: &mut Sink, timeout: Option<Duration>, plan: dns::Plan) -> Result<Exit, Failure> {
        let both_ahead = RefCell::new((Ahead::default(), dns::Asker::open(plan)?));
        let begin = |text: &str| {
            let (ahead, asker) = &mut *both_ahead.borrow_mut();
            ahead.push(self.query(text)?, timeout);
            asker.push(text);
            Ok(text.to_owned())
        };
        self.each(sink, begin, |text| {
            let (ahead, asker) = &mut *both_ahead.borrow_mut();
            if let Some((lookup, deadline)) = ahead.first() {
                asker.wait_beside(lookup, deadline)?;
            }
            let host = ahead.next(timeout).unwrap_or_else(|| Err(never_asked(&text)));
            both(&text, host, asker.next().unwrap_or_else(|| Err(never_asked(&text))))
        })
    }

    /// Answers each question. The first failure says how the program ends.
    fn each<T>(
        &self,
        sink: &mut Sink,
        read: impl Fn(&str) -> Result<T, Problem>,
        answer: impl Fn(T) -> Result<Answer, Error>,
    ) -> Result<Exit, Failure> {
        let mut exit = Exit::Done;
        let read = input::each(&self.names, sink, read, |sink, input, question| match answer(question) {
            Ok(Answer { record, failed }) => {
                if let Some(error) = failed {
                    exit = if exit == Exit::Done { failure(input, &error).exit() } else { exit };
                }
                sink.block(input, record)
            }
            Err(error) => {
                let failure = failure(input, &error);
                exit = if exit == Exit::Done { failure.exit() } else { exit };
                sink.failed(input, &failure)
            }
        })?;
        Ok(if read == Exit::Done { exit } else { read })
    }

    fn families(&self) -> Families {
        match (self.ipv4, self.ipv6) {
            (true, _) => Families::V4,
            (_, true) => Families::V6,
            _ => Families::Both,
        }
    }

    /// Reads a name to look up, or an address to look up backwards.
    fn query(&self, text: &str) -> Result<Query, Problem> {
        let query = match read_address(text) {
            Some(address) => Query::socket_address(&address),
            None => Ok(Query::name(text).families(self.families())),
        };
        let checked = query.and_then(|query| query.check().map(|()| query.with_names()));
        checked.map_err(|error| problem(text, &error))
    }
}

/// Reads an address in figures, with a zone or without one.
fn read_address(text: &str) -> Option<Address> {
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Some(Address::from((ip, 0)));
    }
    let (ip, zone) = text.split_once('%')?;
    let zone: Zone = zone.parse().ok()?;
    Some(Inet6Address::new(ip.parse().ok()?, 0).with_zone(zone).into())
}

/// Points at what is wrong with a name.
fn problem(text: &str, error: &Error) -> Problem {
    match error.parse_error() {
        Some(error) => Problem::of_part(error, text, 0, 0),
        None => Problem::new(reason(error), text, 0..text.len()),
    }
}

fn failure(input: &Input<'_>, error: &Error) -> Failure {
    let exit = match Exit::from(error) {
        _ if error.is_no_such_name() || error.is_no_data() => Exit::No,
        _ if error.is_no_such_service() || error.is_no_such_protocol() => Exit::No,
        exit => exit,
    };
    Failure::new(exit, format!("{}: {}", input.text, reason(error)))
}

/// Writes an IP address without its port.
fn figures(address: &Address) -> String {
    let text = address.to_string();
    text.strip_suffix(":0").unwrap_or(&text).trim_matches(['[', ']']).to_owned()
}

/// What is known, and why one of two who were asked knows nothing.
struct Answer {
    record: Record,
    failed: Option<Error>,
}

impl From<Record> for Answer {
    fn from(record: Record) -> Self {
        Self { record, failed: None }
    }
}

fn never_asked(name: &str) -> Error {
    Error::deadline_passed(Operation::LookUp).with_name(name)
}

/// What the system says.
fn system(text: &str, host: &Host) -> Answer {
    let record = if read_address(text).is_some() { of_address(host) } else { of_name(host) };
    record.into()
}

/// What the system says beside what a name server does; an error if neither knows anything.
fn both(text: &str, host: Result<Host, Error>, dns_answer: Result<Answer, Error>) -> Result<Answer, Error> {
    let dns = |answer: Answer| Record::new().with("dns", answer.record);
    let error = |name, error: &Error| Record::new().with(name, reason(error));
    match (host, dns_answer) {
        (Ok(host), Ok(answer)) => Ok(system(text, &host).record.and(dns(answer)).into()),
        (Ok(host), Err(failed)) => {
            let record = system(text, &host).record.and(error("dns_error", &failed));
            Ok(Answer { record, failed: Some(failed) })
        }
        (Err(failed), Ok(answer)) => {
            let record = Record::new().with("name", text).and(error("error", &failed)).and(dns(answer));
            Ok(Answer { record, failed: Some(failed) })
        }
        (Err(failed), Err(_)) => Err(failed),
    }
}

fn of_name(host: &Host) -> Record {
    // As connect tries them.
    let order = Connect::new().order(host.addresses().iter().cloned());
    let addresses: Vec<String> = order.iter().map(figures).collect();
    let has = |family: Family| host.addresses().iter().any(|address| address.family() == family);
    let families = [(Family::INET, "IPv4"), (Family::INET6, "IPv6")];
    let families = families.into_iter().filter(|row| has(row.0)).map(|row| row.1.to_owned());
    Record::new()
        .with("name", host.name())
        .and(names(host))
        .with("families", families.collect::<Vec<_>>())
        .with("addresses", addresses)
}

fn of_address(host: &Host) -> Record {
    Record::new().with("address", host.name()).and(names(host))
}

fn names(host: &Host) -> Record {
    let aliases: Vec<String> = host.aliases().map(str::to_owned).collect();
    Record::new()
        .with_some("canonical_name", host.canonical_name())
        .with_some("aliases", (!aliases.is_empty()).then_some(aliases))
}

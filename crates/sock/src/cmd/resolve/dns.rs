//! What name servers say, asked themselves.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use berkeley::addr::arpa;
use berkeley::dns::{self, Client, Config, Question, RecordType};
use berkeley::name::Families;
use berkeley::{Deadline, Error, Interest, Lookup, Underway, Watch, wait_any};

use super::{AHEAD, Answer, read_address};
use crate::endpoint::nearest;
use crate::output::Record;
use crate::report::{Failure, Problem};

/// Where name servers listen.
const PORT: u16 = 53;

/// Who is asked, for what.
#[derive(Debug)]
pub struct Plan {
    /// Those of the system, if there is none.
    pub servers: Vec<SocketAddr>,
    /// Addresses or names, if there is none.
    pub types: Vec<RecordType>,
    pub tcp: bool,
    pub families: Families,
    pub timeout: Option<Duration>,
}

/// Reads an address, with a port or without one.
pub fn read_server(text: &str) -> Result<SocketAddr, Problem> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Ok((ip, PORT).into());
    }
    text.parse().map_err(|_| {
        let problem = Problem::new(format!("{text:?} is not the address of a server"), text, 0..text.len());
        problem.with_hint("write 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53")
    })
}

/// Reads the name of a type, or its number: TYPE65.
pub fn read_type(text: &str) -> Result<RecordType, Problem> {
    const NAMES: [&str; 15] = [
        "A", "AAAA", "ANY", "CAA", "CNAME", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SRV", "SVCB",
        "TLSA", "TXT",
    ];
    let name = text.to_ascii_uppercase();
    let number = name.strip_prefix("TYPE").and_then(|number| number.parse::<u16>().ok());
    if let Some(kind) = name.parse().ok().or_else(|| number.map(RecordType::from)) {
        return Ok(kind);
    }
    let problem = Problem::new(format!("{text:?} is no type of records"), text, 0..text.len());
    Err(match nearest(&name, NAMES.into_iter()) {
        Some(meant) => problem.with_hint(format!("did you mean {meant}?")),
        None => problem.with_hint(format!("known: {}, TYPE and a number", NAMES.join(", "))),
    })
}

/// Asks the servers of a plan: some names are under way, the others wait for their turn.
pub struct Asker {
    client: Client,
    plan: Plan,
    waiting: VecDeque<String>,
    started: VecDeque<(String, Vec<Question>)>,
    ended: HashMap<Question, Result<dns::Answer, Error>>,
}

impl Asker {
    pub fn open(plan: Plan) -> Result<Self, Failure> {
        let failed = |error: Error| Failure::of("ask a name server", &error).with_hint("--server says which");
        let mut config = match (Config::system(), plan.servers.is_empty()) {
            (Ok(config), _) => config,
            (Err(error), true) => return Err(failed(error)),
            (Err(_), false) => Config::default(),
        };
        if !plan.servers.is_empty() {
            config.servers.clone_from(&plan.servers);
        }
        config.tcp |= plan.tcp;
        let client = Client::new(config).map_err(failed)?;
        let (waiting, started, ended) = Default::default();
        Ok(Self { client, plan, waiting, started, ended })
    }

    /// Takes a name, or an address to ask for backwards; its answer comes when it is next.
    pub fn push(&mut self, text: &str) {
        self.waiting.push_back(text.to_owned());
        self.start();
    }

    fn start(&mut self) {
        while self.started.len() < AHEAD {
            let Some(text) = self.waiting.pop_front() else { return };
            let address = read_address(&text).and_then(|address| address.ip());
            let name = address.map_or_else(|| text.clone(), |ip| arpa::name(ip) + ".");
            let deadline = self.plan.timeout.map_or(Deadline::never(), Deadline::after);
            let types = self.types(address.is_some());
            let questions = types.into_iter().map(|kind| self.client.start(&name, kind, deadline)).collect();
            self.started.push_back((text, questions));
        }
    }

    /// Goes on until the system has answered as well, which takes its own time.
    pub fn wait_beside(&mut self, lookup: &Lookup, deadline: Deadline) -> Result<(), Error> {
        while lookup.now().is_none() && !deadline.has_passed() {
            self.ended.extend(
                std::iter::from_fn(|| self.client.go_on().transpose()).collect::<Result<Vec<_>, _>>()?,
            );
            let until = deadline.earlier(self.client.deadline());
            let mut watches = self.client.watches();
            watches.push(Watch::new(lookup, Interest::READABLE));
            wait_any(&mut watches, until)?;
        }
        Ok(())
    }

    /// Waits for the next answer.
    ///
    /// A name that has records of some of the types has an answer. If it has none, that is the error.
    pub fn next(&mut self) -> Option<Result<Answer, Error>> {
        let (text, questions) = self.started.pop_front()?;
        let results: Vec<_> = questions.into_iter().map(|question| self.result(question)).collect();
        self.start();
        Some(answer(&text, results))
    }

    fn result(&mut self, question: Question) -> Result<dns::Answer, Error> {
        loop {
            if let Some(result) = self.ended.remove(&question) {
                return result;
            }
            if let Some((question, result)) = Underway::wait(&mut self.client, Deadline::never())? {
                self.ended.insert(question, result);
            }
        }
    }

    fn types(&self, is_address: bool) -> Vec<RecordType> {
        match self.plan.families {
            _ if !self.plan.types.is_empty() => self.plan.types.clone(),
            _ if is_address => vec![RecordType::PTR],
            Families::V4 => vec![RecordType::A],
            Families::V6 => vec![RecordType::AAAA],
            _ => vec![RecordType::AAAA, RecordType::A],
        }
    }
}

fn answer(text: &str, results: Vec<Result<dns::Answer, Error>>) -> Result<Answer, Error> {
    let mut answers = Vec::new();
    let mut failed: Option<Error> = None;
    for result in results {
        match result {
            Ok(answer) => answers.push(answer),
            // That a name has none of a type says less than that nobody answered.
            Err(error) if failed.as_ref().is_none_or(Error::is_no_data) => failed = Some(error),
            Err(_) => {}
        }
    }
    match (answers.first(), failed) {
        (None, Some(error)) => Err(error),
        (_, failed) => {
            let failed = failed.filter(|error| !error.is_no_data());
            Ok(Answer { record: record(text, &answers), failed })
        }
    }
}

fn record(text: &str, answers: &[dns::Answer]) -> Record {
    let records = answers.iter().flat_map(dns::Answer::records);
    let records: Vec<String> =
        records.map(|record| format!("{} {}", record.record_type(), record.data)).collect();
    let first = answers.first();
    let whole = first.map(|answer| plain(answer.name()));
    let canonical = first.map(|answer| plain(answer.canonical_name()));
    let time_to_live = answers.iter().map(dns::Answer::time_to_live).min();
    Record::new()
        .with("name", text)
        .with_some("canonical_name", canonical.filter(|name| Some(name) != whole.as_ref()))
        .with_some("asked_for", whole.filter(|name| !name.eq_ignore_ascii_case(text.trim_end_matches('.'))))
        .with("records", records)
        .with_some("time_to_live_s", time_to_live.map(|time| time.as_secs()))
        .with_some("server", first.map(|answer| answer.server().to_string()))
}

/// A name without the dot at its end.
fn plain(name: &dns::Name) -> String {
    let text = name.to_string();
    text.strip_suffix('.').unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_read_with_and_without_a_port() {
        for (text, address) in [
            ("192.0.2.1", "192.0.2.1:53"),
            ("192.0.2.1:5353", "192.0.2.1:5353"),
            ("::1", "[::1]:53"),
            ("[::1]", "[::1]:53"),
            ("[::1]:54", "[::1]:54"),
        ] {
            assert_eq!(read_server(text).map(|address| address.to_string()), Ok(address.to_owned()));
        }
        assert!(
            read_server("ns.example.org").unwrap_err().to_string().contains("is not the address of a server")
        );
    }

    #[test]
    fn types_have_names_and_numbers() {
        assert_eq!(read_type("mx"), Ok(RecordType::MX));
        assert_eq!(read_type("TYPE15"), Ok(RecordType::MX));
        assert!(read_type("AAAAA").unwrap_err().to_string().ends_with("did you mean AAAA?"));
        assert!(read_type("42x").unwrap_err().to_string().contains("known: A, AAAA"));
    }
}

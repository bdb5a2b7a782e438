//! The client: many questions at once, over a few sockets.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query};
use hickory_proto::rr::{Name, RecordType};

use super::answer::{Answer, Verdict, answers, judge};
use super::exchange::Exchange;
use super::{Config, Failure};
use crate::deadline::Deadline;
use crate::error::{Errno, Error, Operation, Result};
use crate::poll::{Events, Key, Poller};
use crate::ready::Interest;
use crate::socket::SocketOf;
use crate::source::{AsSource, Source};
use crate::udp::{Udp, UdpSocket};

/// What passes every path without being cut into fragments: the value of DNS Flag Day 2020.
const LONGEST_DATAGRAM: u16 = 1232;

/// How many questions wait for an answer at once, so that answers find room in the sockets' buffers.
const MOST_AT_ONCE: usize = 128;

/// How many questions one socket asks, before the next has another port: whoever guesses has to begin again.
const QUESTIONS_A_SOCKET: u32 = 256;

/// Asks name servers.
///
/// A question is asked of one server after the other until one answers, several times if need be, in each domain of the
/// [`Config`]; over TCP when an answer has no room in a datagram. Answers are taken from the server that was asked, to
/// the port and with the number and the question that were sent, both chosen at random; others are passed over.
///
/// Many questions are asked [at once](Self::query_all): the sockets are kept from one to the next.
///
/// # Examples
///
/// ```no_run
/// use berkeley::dns::{Client, Config, RData, RecordType};
/// use berkeley::{Deadline, SECOND};
///
/// let mut client = Client::new(Config::system()?)?;
/// let answer = client.query("example.org", RecordType::MX, Deadline::after(SECOND * 5))?;
/// for record in answer.records() {
///     if let RData::MX(mx) = &record.data {
///         println!("{} {}", mx.preference, mx.exchange);
///     }
/// }
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Debug)]
pub struct Client {
    config: Config,
    poller: Poller<Channel>,
    /// The datagram socket to each server, if there is one.
    channels: Vec<Option<Key>>,
    random: Random,
    /// Which server the next question begins with.
    first: usize,
}

/// What the poller waits for.
#[derive(Debug)]
enum Channel {
    Datagrams { socket: UdpSocket, server: usize, asked: u32 },
    Stream(Exchange),
}

impl AsSource for Channel {
    fn as_source(&self) -> Source<'_> {
        match self {
            Self::Datagrams { socket, .. } => socket.as_source(),
            Self::Stream(exchange) => exchange.as_source(),
        }
    }
}

/// Numbers that nobody can guess: a keyed hash, whose key is the system's, of a counter.
#[derive(Debug)]
struct Random {
    key: RandomState,
    count: u64,
}

impl Random {
    fn next(&mut self) -> u16 {
        self.count += 1;
        self.key.hash_one(self.count) as u16
    }
}

/// A question on its way to an answer.
#[derive(Debug)]
struct Job {
    /// What the caller calls it.
    name: String,
    /// The names to try, the present one first.
    names: VecDeque<Name>,
    kind: RecordType,
    /// How often the present name was asked for.
    tries: usize,
    first: usize,
    edns: bool,
    /// Which message is under way, to which server.
    asked: Option<(usize, u16)>,
    stream: Option<Key>,
    timer: Key,
    /// The best that is known until there is an answer.
    failure: Failure,
}

/// The questions of one call.
struct Batch<'a> {
    client: &'a mut Client,
    jobs: Vec<Option<Job>>,
    results: Vec<Option<Result<Answer>>>,
    /// Who waits for an answer, by server and number.
    waiting: HashMap<(usize, u16), usize>,
    timers: HashMap<Key, usize>,
}

impl Client {
    /// Makes a client. Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// Those of [`Poller::new`].
    pub fn new(config: Config) -> Result<Self> {
        let channels = config.servers.iter().map(|_| None).collect();
        let random = Random { key: RandomState::new(), count: 0 };
        Ok(Self { config, poller: Poller::new()?, channels, random, first: 0 })
    }

    /// Returns the configuration.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Asks for the records of a type that a name has.
    ///
    /// # Errors
    ///
    /// With the name, and the [`Failure`] as [`Error::detail`]:
    ///
    /// - [`is_no_such_name`](Error::is_no_such_name), [`is_no_data`](Error::is_no_data).
    /// - [`is_resolver_again`](Error::is_resolver_again): no server answered, or none could for now.
    /// - [`is_resolver_failure`](Error::is_resolver_failure): a server would not, or there is none.
    /// - The deadline passed; the text is no name.
    pub fn query(&mut self, name: &str, kind: RecordType, deadline: impl Into<Deadline>) -> Result<Answer> {
        let mut results = self.query_all([(name, kind)], deadline);
        results.pop().unwrap_or_else(|| Err(failed(name, Failure::NoAnswer)))
    }

    /// Asks many questions at once; gives their answers in the order of the questions.
    ///
    /// # Errors
    ///
    /// Of each question, those of [`query`](Self::query).
    pub fn query_all<'n>(
        &mut self,
        questions: impl IntoIterator<Item = (&'n str, RecordType)>,
        deadline: impl Into<Deadline>,
    ) -> Vec<Result<Answer>> {
        let deadline = deadline.into();
        let questions: Vec<_> = questions.into_iter().collect();
        let mut batch = Batch {
            client: self,
            jobs: questions.iter().map(|_| None).collect(),
            results: questions.iter().map(|_| None).collect(),
            waiting: HashMap::new(),
            timers: HashMap::new(),
        };
        let ended = batch.run(&questions, deadline);
        batch.end();
        let given = questions.iter().zip(batch.results);
        let error = || match &ended {
            Err(error) => Error::new(error.operation(), error.errno().unwrap_or(Errno::AGAIN)),
            Ok(()) => Error::deadline_passed(Operation::LookUp),
        };
        given.map(|((name, _), result)| result.unwrap_or_else(|| Err(error().with_name(*name)))).collect()
    }

    /// Returns the key of a datagram socket to a server, one that has not asked too much yet.
    fn channel(&mut self, server: usize) -> Result<Key> {
        if let Some(key) = self.channels[server] {
            match self.poller.get(key) {
                Some(Channel::Datagrams { asked, .. }) if *asked < QUESTIONS_A_SOCKET => return Ok(key),
                // Its last answers may be under way: it goes when the batch does.
                _ => self.channels[server] = None,
            }
        }
        let socket = UdpSocket::connected_to(self.config.servers[server])?;
        let channel = Channel::Datagrams { socket, server, asked: 0 };
        let key = self.poller.add(channel, Interest::READABLE)?;
        self.channels[server] = Some(key);
        Ok(key)
    }
}

/// Makes the error of a question.
fn failed(name: &str, failure: Failure) -> Error {
    let error = Error::lookup(failure.into()).with_name(name);
    match failure {
        Failure::NoSuchName | Failure::NoData => error,
        _ => error.with_detail(failure.to_string()),
    }
}

impl Batch<'_> {
    fn run(&mut self, questions: &[(&str, RecordType)], deadline: Deadline) -> Result<()> {
        let mut events = Events::new();
        let mut next = 0;
        loop {
            while next < questions.len() && self.timers.len() < MOST_AT_ONCE {
                let (name, kind) = questions[next];
                self.start(next, name, kind);
                next += 1;
            }
            if self.timers.is_empty() {
                return Ok(());
            }
            self.client.poller.wait(&mut events, deadline)?;
            if events.is_empty() {
                return Ok(());
            }
            for event in &events {
                if let Some(&job) = self.timers.get(&event.key()) {
                    self.give_up_try(job, Failure::NoAnswer);
                } else {
                    self.receive(event.key());
                }
            }
        }
    }

    fn start(&mut self, number: usize, name: &str, kind: RecordType) {
        let config = &self.client.config;
        let names: std::result::Result<VecDeque<_>, _> =
            config.names(name).iter().map(|name| parse(name)).collect();
        let names = match names {
            Ok(names) => names,
            Err(error) => return self.results[number] = Some(Err(error)),
        };
        if config.servers.is_empty() {
            return self.results[number] = Some(Err(failed(name, Failure::NoServer)));
        }
        let first = self.client.first;
        if config.rotate {
            self.client.first = (first + 1) % config.servers.len();
        }
        let timer = self.client.poller.add_timer(Deadline::never());
        self.timers.insert(timer, number);
        let edns = self.client.config.edns;
        let (tries, asked, stream, failure) = (0, None, None, Failure::NoAnswer);
        let name = name.to_owned();
        self.jobs[number] =
            Some(Job { name, names, kind, tries, first, edns, asked, stream, timer, failure });
        self.ask(number);
    }

    /// Asks the server whose turn it is, or ends the job when all had theirs.
    fn ask(&mut self, number: usize) {
        loop {
            let Some(job) = &self.jobs[number] else { return };
            let (servers, attempts) =
                (self.client.config.servers.len(), self.client.config.attempts as usize);
            if job.tries >= servers * attempts {
                let failure = job.failure;
                return self.fail(number, failure);
            }
            let server = (job.first + job.tries) % servers;
            let sent = if self.client.config.tcp {
                self.send_stream(number, server)
            } else {
                self.send(number, server)
            };
            let Err(error) = sent else { return };
            // This server cannot even be sent to.
            self.count_try(number, Failure::NoAnswer);
            if error.is_refused() {
                // What the host said was of an earlier datagram, and is told once.
                self.refuse(server);
            }
        }
    }

    fn send(&mut self, number: usize, server: usize) -> Result<()> {
        let (id, message) = self.message(number, server)?;
        let key = self.client.channel(server)?;
        if let Some(Channel::Datagrams { socket, asked, .. }) = self.client.poller.get_mut(key) {
            *asked += 1;
            // A full queue is a lost datagram: it is asked again when the time is over.
            let _ = socket.now().send(&message)?;
        }
        self.is_asked(number, server, id)
    }

    fn send_stream(&mut self, number: usize, server: usize) -> Result<()> {
        let (id, message) = self.message(number, server)?;
        let exchange = Exchange::start(number, self.client.config.servers[server], &message)?;
        let interest = exchange.interest();
        let key = self.client.poller.add(Channel::Stream(exchange), interest)?;
        self.is_asked(number, server, id)?;
        if let Some(job) = &mut self.jobs[number] {
            job.stream = Some(key);
        }
        Ok(())
    }

    fn is_asked(&mut self, number: usize, server: usize, id: u16) -> Result<()> {
        let Some(job) = &mut self.jobs[number] else { return Ok(()) };
        job.asked = Some((server, id));
        self.waiting.insert((server, id), number);
        let timeout = self.client.config.timeout;
        self.client.poller.set_deadline(job.timer, timeout)
    }

    /// Makes the message that asks for the present name, with a number that nobody waits for yet.
    fn message(&mut self, number: usize, server: usize) -> Result<(u16, Vec<u8>)> {
        let Some(job) = &self.jobs[number] else {
            return Err(Error::invalid(Operation::LookUp, "no such question"));
        };
        let id = loop {
            let id = self.client.random.next();
            if !self.waiting.contains_key(&(server, id)) {
                break id;
            }
        };
        let mut message = Message::new(id, MessageType::Query, OpCode::Query);
        message.metadata.recursion_desired = true;
        message.add_query(Query::query(job.names[0].clone(), job.kind));
        if job.edns {
            let mut edns = Edns::new();
            edns.set_max_payload(LONGEST_DATAGRAM);
            message.set_edns(edns);
        }
        let bytes = message
            .to_vec()
            .map_err(|_| Error::invalid(Operation::LookUp, "a name has no room in a message"))?;
        Ok((id, bytes))
    }

    /// Takes what has come by a channel.
    fn receive(&mut self, key: Key) {
        match self.client.poller.get_mut(key) {
            Some(Channel::Datagrams { socket, server, .. }) => {
                let server = *server;
                let (messages, is_refused) = datagrams(socket);
                for message in messages {
                    self.take(server, &message, true);
                }
                if is_refused {
                    self.refuse(server);
                }
            }
            Some(Channel::Stream(exchange)) => {
                let (job, went) = (exchange.job, exchange.go_on());
                self.take_stream(key, job, went);
            }
            None => {}
        }
    }

    /// The host says that nobody listens there: there is no need to wait for its answers.
    fn refuse(&mut self, server: usize) {
        let all: Vec<_> =
            self.waiting.iter().filter(|((to, _), _)| *to == server).map(|(_, job)| *job).collect();
        for job in all {
            self.give_up_try(job, Failure::NoAnswer);
        }
    }

    fn take_stream(&mut self, key: Key, job: usize, went: Result<Option<Vec<u8>>>) {
        match went {
            Ok(None) => {
                let interest = match self.client.poller.get(key) {
                    Some(Channel::Stream(exchange)) => exchange.interest(),
                    _ => return,
                };
                let _ = self.client.poller.set_interest(key, interest);
            }
            Ok(Some(message)) => {
                let server = self.jobs[job].as_ref().and_then(|job| job.asked).map(|(server, _)| server);
                if let Some(server) = server
                    && !self.take(server, &message, false)
                {
                    self.give_up_try(job, Failure::NoAnswer);
                }
            }
            Err(_) => self.give_up_try(job, Failure::NoAnswer),
        }
    }

    /// Takes a message; returns `false` if it answers nothing that was asked.
    fn take(&mut self, server: usize, message: &[u8], is_datagram: bool) -> bool {
        let Some(id) = message.first_chunk().map(|id| u16::from_be_bytes(*id)) else { return false };
        let Some(&number) = self.waiting.get(&(server, id)) else { return false };
        let Some(job) = &self.jobs[number] else { return false };
        let Ok(message) = Message::from_vec(message) else { return false };
        // Over TCP there is one question, and one answer.
        if job.stream.is_some() == is_datagram || !answers(&message, id, &job.names[0], job.kind) {
            return false;
        }
        let (name, address) = (job.names[0].clone(), self.client.config.servers[server]);
        let verdict = judge(message, name, job.kind, address, is_datagram, job.edns);
        self.heed(number, server, verdict);
        true
    }

    fn heed(&mut self, number: usize, server: usize, verdict: Verdict) {
        self.forget_message(number);
        let Some(job) = &mut self.jobs[number] else { return };
        match verdict {
            Verdict::Answered(answer) => return self.finish(number, Ok(*answer)),
            Verdict::Truncated => {
                if self.send_stream(number, server).is_ok() {
                    return;
                }
                self.count_try(number, Failure::NoAnswer);
            }
            Verdict::NoEdns => job.edns = false,
            Verdict::Useless(failure) => self.count_try(number, failure),
            Verdict::Nothing(failure) => {
                // That a name is there, without such a record, is worth more than that another is not.
                if job.failure != Failure::NoData {
                    job.failure = failure;
                }
                job.names.pop_front();
                job.tries = 0;
                if job.names.is_empty() {
                    let failure = job.failure;
                    return self.fail(number, failure);
                }
            }
        }
        self.ask(number);
    }

    fn give_up_try(&mut self, number: usize, failure: Failure) {
        self.forget_message(number);
        self.count_try(number, failure);
        self.ask(number);
    }

    fn count_try(&mut self, number: usize, failure: Failure) {
        let Some(job) = &mut self.jobs[number] else { return };
        job.tries += 1;
        // What a server said is worth more than silence.
        if matches!(failure, Failure::Server(_))
            || !matches!(job.failure, Failure::Server(_) | Failure::NoData)
        {
            job.failure = failure;
        }
    }

    /// Forgets the message that is under way, and its connection.
    fn forget_message(&mut self, number: usize) {
        let Some(job) = &mut self.jobs[number] else { return };
        if let Some(asked) = job.asked.take() {
            self.waiting.remove(&asked);
        }
        if let Some(key) = job.stream.take() {
            self.client.poller.remove_to_close(key);
        }
    }

    fn fail(&mut self, number: usize, failure: Failure) {
        if let Some(job) = &self.jobs[number] {
            let error = failed(&job.name, failure);
            self.finish(number, Err(error));
        }
    }

    fn finish(&mut self, number: usize, result: Result<Answer>) {
        self.forget_message(number);
        if let Some(job) = self.jobs[number].take() {
            self.timers.remove(&job.timer);
            self.client.poller.remove_timer(job.timer);
        }
        self.results[number] = Some(result);
    }

    /// Leaves nothing behind but the sockets that will ask again.
    fn end(&mut self) {
        for number in 0..self.jobs.len() {
            self.forget_message(number);
        }
        for timer in self.timers.drain() {
            self.client.poller.remove_timer(timer.0);
        }
        let Client { poller, channels, .. } = &mut *self.client;
        let old: Vec<_> =
            poller.iter().map(|(key, _)| key).filter(|key| !channels.contains(&Some(*key))).collect();
        for key in old {
            poller.remove_to_close(key);
        }
    }
}

/// Takes all datagrams that are there, and tells whether the host said that nobody listens.
fn datagrams(socket: &SocketOf<Udp>) -> (Vec<Vec<u8>>, bool) {
    let (mut messages, mut buffer) = (Vec::new(), [0; LONGEST_DATAGRAM as usize + 1]);
    loop {
        match socket.now().recv(&mut buffer) {
            // What is longer than was welcome is passed over.
            Ok(Some(received)) if received.is_truncated() => {}
            Ok(Some(received)) => messages.push(buffer[..received.len()].to_vec()),
            Ok(None) => return (messages, false),
            Err(error) => return (messages, error.is_refused()),
        }
    }
}

fn parse(name: &str) -> Result<Name> {
    let mut parsed = Name::from_utf8(name).map_err(|error| {
        Error::invalid(Operation::LookUp, "the text is no name").with_detail(format!("`{name}`: {error}"))
    })?;
    parsed.set_fqdn(true);
    Ok(parsed)
}

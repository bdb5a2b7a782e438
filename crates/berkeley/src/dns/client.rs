//! The client: many questions at once, over a few sockets.

mod asking;

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

use hickory_proto::rr::RecordType;

use self::asking::Job;
use super::answer::Answer;
use super::exchange::Exchange;
use super::random::Random;
use super::{Config, Failure};
use crate::addr::arpa;
use crate::deadline::Deadline;
use crate::error::{Errno, Error, Operation, Result};
use crate::poll::{Events, Key, Poller};
use crate::ready::Interest;
use crate::source::{AsSource, Source};
use crate::udp::UdpSocket;
use crate::underway::Underway;
use crate::wait::Watch;

/// How many questions wait for an answer at once, so that answers find room in the sockets' buffers.
const MOST_AT_ONCE: usize = 128;

/// Asks name servers.
///
/// A question is asked of one server after the other until one answers, several times if need be, in each domain of the
/// [`Config`]; over TCP when an answer has no room in a datagram. Answers are taken from the server that was asked, to
/// the port and with the number and the question that were sent, both chosen at random; others are passed over.
///
/// Many questions are asked [at once](Self::query_all), or [started](Self::start) at any time and waited for beside other
/// things: the client is [`Underway`], and a [`Bundle`](crate::Bundle) makes of it one source for a poller. The sockets are
/// kept from one question to the next.
///
/// # Examples
///
/// ```no_run
/// use berkeley::dns::{Client, Config, RecordType};
/// use berkeley::{Deadline, SECOND};
///
/// let mut client = Client::new(Config::system()?)?;
/// let answer = client.query("example.org", RecordType::MX, Deadline::after(SECOND * 5))?;
/// for mail in answer.mail_servers() {
///     println!("{} {}", mail.preference, mail.exchange);
/// }
/// # Ok::<(), berkeley::Error>(())
/// ```
///
/// Two questions on their way, while the poller has other things to do:
///
/// ```no_run
/// use berkeley::dns::{Client, Config, RecordType};
/// use berkeley::{Bundle, Events, Interest, Poller, SECOND};
///
/// let mut client = Client::new(Config::system()?)?;
/// client.start("example.org", RecordType::A, SECOND * 5);
/// client.start("example.org", RecordType::AAAA, SECOND * 5);
/// let (mut poller, mut events) = (Poller::new()?, Events::new());
/// let key = poller.add(Bundle::new(client)?, Interest::READABLE)?;
/// while let Some(bundle) = poller.get_mut(key) {
///     while let Some((question, answer)) = bundle.go_on()? {
///         println!("{question:?}: {answer:?}");
///     }
///     if bundle.get_ref().is_idle() {
///         break;
///     }
///     let deadline = bundle.deadline();
///     poller.set_deadline(key, deadline)?;
///     poller.wait(&mut events, SECOND)?;
/// }
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Debug)]
pub struct Client {
    config: Config,
    poller: Poller<Channel>,
    events: Events,
    /// The datagram socket to each server, if there is one that has not asked too much yet.
    channels: Vec<Option<Key>>,
    random: Random,
    /// Which server the next question begins with.
    first: usize,
    /// The questions, by the timer that each has.
    jobs: HashMap<Key, Job>,
    /// Those that were not asked yet, because too many wait for an answer.
    queue: VecDeque<Key>,
    /// Who waits for an answer, by channel and number.
    waiting: HashMap<(Key, u16), Key>,
    ended: VecDeque<(Question, Result<Answer>)>,
}

/// Names a question that a [`Client`] was given. No other question of the client has the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Question(Key);

/// What the poller waits for.
#[derive(Debug)]
enum Channel {
    Datagrams(Datagrams),
    Stream(Exchange),
}

/// A datagram socket to one server.
#[derive(Debug)]
struct Datagrams {
    socket: UdpSocket,
    server: usize,
    /// How many questions it has asked.
    asked: u32,
    /// How many of them wait for an answer.
    waiting: u32,
}

impl AsSource for Channel {
    fn as_source(&self) -> Source<'_> {
        match self {
            Self::Datagrams(Datagrams { socket, .. }) => socket.as_source(),
            Self::Stream(exchange) => exchange.as_source(),
        }
    }
}

impl Client {
    /// Makes a client. Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// Those of [`Poller::new`].
    pub fn new(config: Config) -> Result<Self> {
        let channels = config.servers.iter().map(|_| None).collect();
        Ok(Self {
            config,
            poller: Poller::new()?,
            events: Events::new(),
            channels,
            random: Random::new(),
            first: 0,
            jobs: HashMap::new(),
            queue: VecDeque::new(),
            waiting: HashMap::new(),
            ended: VecDeque::new(),
        })
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

    /// Asks for the [names](Answer::names) of an address, in whichever family: the records that reverse lookups go by.
    ///
    /// # Errors
    ///
    /// Those of [`query`](Self::query), with the name below `arpa` that was asked for.
    pub fn query_address(
        &mut self,
        address: impl Into<IpAddr>,
        deadline: impl Into<Deadline>,
    ) -> Result<Answer> {
        // With its dot at the end it is looked for in no domain.
        let name = format!("{}.", arpa::name(address.into()).trim_end_matches('.'));
        self.query(&name, RecordType::PTR, deadline)
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
        let places: HashMap<Question, usize> = (0..)
            .zip(&questions)
            .map(|(place, (name, kind))| (self.start(name, *kind, deadline), place))
            .collect();
        let mut results: Vec<_> = questions.iter().map(|_| None).collect();
        let (mut missing, mut others) = (questions.len(), VecDeque::new());
        let ended = loop {
            while let Some((question, result)) = self.ended.pop_front() {
                match places.get(&question) {
                    Some(place) => {
                        results[*place] = Some(result);
                        missing -= 1;
                    }
                    None => others.push_back((question, result)),
                }
            }
            if missing == 0 {
                break Ok(());
            }
            if let Err(error) = self.work(Deadline::never()) {
                for question in places.keys() {
                    self.cancel(*question);
                }
                break Err(error);
            }
        };
        self.ended = others;
        let error = |name: &str| match &ended {
            Err(error) => {
                Error::new(error.operation(), error.errno().unwrap_or(Errno::AGAIN)).with_name(name)
            }
            Ok(()) => failed(name, Failure::NoAnswer),
        };
        let given = questions.iter().zip(results);
        given.map(|((name, _), result)| result.unwrap_or_else(|| Err(error(name)))).collect()
    }

    /// Starts to ask for the records of a type that a name has, and does not wait. [`go_on`](Self::go_on) gives what comes
    /// of it, which may be there already.
    pub fn start(&mut self, name: &str, kind: RecordType, deadline: impl Into<Deadline>) -> Question {
        let deadline = deadline.into();
        let key = self.poller.add_timer(deadline);
        match self.job(name, kind, deadline) {
            Ok(job) => {
                self.jobs.insert(key, job);
                self.queue.push_back(key);
                self.fill();
            }
            Err(error) => {
                self.poller.remove_timer(key);
                self.ended.push_back((Question(key), Err(error)));
            }
        }
        Question(key)
    }

    /// Forgets a question; returns `true` if it was under way. Nothing comes of it any more.
    pub fn cancel(&mut self, question: Question) -> bool {
        self.ended.retain(|(ended, _)| *ended != question);
        self.end(question.0).is_some()
    }

    /// Returns `true` if no question is under way and none has ended that was not told yet.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.jobs.is_empty() && self.ended.is_empty()
    }

    /// Goes on as far as it can without waiting; returns the next question that has ended, with its answer or with the
    /// error that [`query`](Self::query) would have. There may be more.
    ///
    /// # Errors
    ///
    /// What the system says against waiting, which is lack of memory.
    pub fn go_on(&mut self) -> Result<Option<(Question, Result<Answer>)>> {
        if self.ended.is_empty() {
            self.work(Deadline::now())?;
        }
        Ok(self.ended.pop_front())
    }

    /// Returns what to wait for, before it can go on: nothing, if no question is under way.
    #[must_use]
    pub fn watches(&self) -> Vec<Watch<'_>> {
        if self.jobs.is_empty() {
            return Vec::new();
        }
        let interest = |key| self.poller.interest(key).unwrap_or(Interest::NONE);
        self.poller.iter().map(|(key, channel)| Watch::new(channel, interest(key))).collect()
    }

    /// Returns when to go on, even if nothing is ready.
    #[must_use]
    pub fn deadline(&self) -> Deadline {
        if self.ended.is_empty() { self.poller.next_deadline() } else { Deadline::now() }
    }

    /// Waits until something happens or the deadline has passed, and does what is to be done then.
    fn work(&mut self, deadline: Deadline) -> Result<()> {
        let mut events = std::mem::take(&mut self.events);
        let waited = self.poller.wait(&mut events, deadline);
        for event in &events {
            if self.jobs.contains_key(&event.key()) {
                self.expire(event.key());
            } else {
                self.receive(event.key());
            }
        }
        self.events = events;
        self.fill();
        waited
    }

    /// Asks what waits to be asked, as far as there is room.
    fn fill(&mut self) {
        while self.jobs.len() - self.queue.len() < MOST_AT_ONCE
            && let Some(key) = self.queue.pop_front()
        {
            if let Some(job) = self.jobs.get_mut(&key) {
                job.is_queued = false;
            }
            self.ask(key);
        }
    }

    /// Returns the server of an index that the configuration has.
    fn server(&self, index: usize) -> SocketAddr {
        self.config.servers[index]
    }
}

impl Underway for Client {
    type Output = (Question, Result<Answer>);

    fn go_on(&mut self) -> Result<Option<Self::Output>> {
        self.go_on()
    }

    fn watches(&self) -> Vec<Watch<'_>> {
        self.watches()
    }

    fn deadline(&self) -> Deadline {
        self.deadline()
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

/// Makes the error of a question whose time is over.
fn late(name: &str) -> Error {
    Error::deadline_passed(Operation::LookUp).with_name(name)
}

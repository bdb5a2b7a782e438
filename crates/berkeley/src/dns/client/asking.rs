//! How a question gets its answer: which server is asked how, and what is made of what it says.

use std::collections::VecDeque;

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query};
use hickory_proto::rr::{Name, RecordType};

use super::{Channel, Client, Datagrams, Failure, Question, failed, late};
use crate::deadline::Deadline;
use crate::dns::answer::{Answer, Verdict, answers, judge};
use crate::dns::exchange::Exchange;
use crate::error::{Error, Operation, Result};
use crate::poll::Key;
use crate::ready::Interest;
use crate::udp::UdpSocket;

/// What passes every path without being cut into fragments: the value of DNS Flag Day 2020.
const LONGEST_DATAGRAM: u16 = 1232;

/// How many questions one socket asks, before the next has another port: whoever guesses has to begin again.
const QUESTIONS_A_SOCKET: u32 = 256;

/// A question on its way to an answer.
#[derive(Debug)]
pub(super) struct Job {
    /// What the caller calls it.
    name: String,
    /// The names to try, the present one first.
    names: VecDeque<Name>,
    kind: RecordType,
    deadline: Deadline,
    /// How often the present name was asked for.
    tries: usize,
    first: usize,
    edns: bool,
    asked: Option<Asked>,
    /// Whether it waits to be asked.
    pub(super) is_queued: bool,
    /// The best that is known until there is an answer.
    failure: Failure,
}

/// The message that is under way.
#[derive(Clone, Copy, Debug)]
struct Asked {
    channel: Key,
    id: u16,
    server: usize,
}

impl Client {
    /// Makes the job of a question.
    pub(super) fn job(&mut self, name: &str, kind: RecordType, deadline: Deadline) -> Result<Job> {
        let names: Result<VecDeque<_>> = self.config.names(name).iter().map(|name| parse(name)).collect();
        let names = names?;
        if self.config.servers.is_empty() {
            return Err(failed(name, Failure::NoServer));
        }
        let first = self.first;
        if self.config.rotate {
            self.first = (first + 1) % self.config.servers.len();
        }
        let (edns, name) = (self.config.edns, name.to_owned());
        let (tries, asked, failure) = (0, None, Failure::NoAnswer);
        Ok(Job { name, names, kind, deadline, tries, first, edns, asked, is_queued: true, failure })
    }

    /// Asks the server whose turn it is, or ends the job when all had theirs.
    pub(super) fn ask(&mut self, key: Key) {
        while let Some(job) = self.jobs.get(&key) {
            let (servers, attempts) = (self.config.servers.len(), self.config.attempts as usize);
            if job.tries >= servers * attempts {
                let failure = job.failure;
                return self.fail(key, failure);
            }
            let server = (job.first + job.tries) % servers;
            let sent = if self.config.tcp { self.send_stream(key, server) } else { self.send(key, server) };
            let Err(error) = sent else { return };
            // This server cannot even be sent to.
            self.count_try(key, Failure::NoAnswer);
            if error.is_refused()
                && let Some(channel) = self.channels[server]
            {
                // What the host said was of an earlier datagram, and is told once.
                self.refuse(channel);
            }
        }
    }

    fn send(&mut self, key: Key, server: usize) -> Result<()> {
        let channel = self.channel(server)?;
        let (id, message) = self.message(key, channel)?;
        if let Some(Channel::Datagrams(datagrams)) = self.poller.get_mut(channel) {
            datagrams.asked += 1;
            // A full queue is a lost datagram: it is asked again when the time is over.
            let _ = datagrams.socket.now().send(&message)?;
            datagrams.waiting += 1;
        }
        self.is_asked(key, Asked { channel, id, server })
    }

    fn send_stream(&mut self, key: Key, server: usize) -> Result<()> {
        // A connection has one question: its number need not differ from any other's.
        let (id, message) = self.message(key, Key::WAKER)?;
        let exchange = Exchange::start(key, self.server(server), &message)?;
        let interest = exchange.interest();
        let channel = self.poller.add(Channel::Stream(exchange), interest)?;
        self.is_asked(key, Asked { channel, id, server })
    }

    fn is_asked(&mut self, key: Key, asked: Asked) -> Result<()> {
        let Some(job) = self.jobs.get_mut(&key) else { return Ok(()) };
        job.asked = Some(asked);
        self.waiting.insert((asked.channel, asked.id), key);
        let until = Deadline::after(self.config.timeout).earlier(job.deadline);
        self.poller.set_deadline(key, until)
    }

    /// Returns a datagram socket to a server, one that has not asked too much yet.
    fn channel(&mut self, server: usize) -> Result<Key> {
        if let Some(key) = self.channels[server].take() {
            match self.poller.get(key) {
                Some(Channel::Datagrams(channel)) if channel.asked < QUESTIONS_A_SOCKET => {
                    self.channels[server] = Some(key);
                    return Ok(key);
                }
                // Its last answers may be under way.
                Some(Channel::Datagrams(channel)) if channel.waiting > 0 => {}
                _ => drop(self.poller.remove_to_close(key)),
            }
        }
        let socket = UdpSocket::connected_to(self.server(server))?;
        let channel = Channel::Datagrams(Datagrams { socket, server, asked: 0, waiting: 0 });
        let key = self.poller.add(channel, Interest::READABLE)?;
        self.channels[server] = Some(key);
        Ok(key)
    }

    /// Makes the message that asks for the present name, with a number that nobody waits for yet at that channel.
    fn message(&mut self, key: Key, channel: Key) -> Result<(u16, Vec<u8>)> {
        let Some(job) = self.jobs.get(&key) else {
            return Err(Error::invalid(Operation::LookUp, "no such question"));
        };
        let id = loop {
            let id = self.random.next() as u16;
            if !self.waiting.contains_key(&(channel, id)) {
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
    pub(super) fn receive(&mut self, channel: Key) {
        match self.poller.get_mut(channel) {
            Some(Channel::Datagrams(Datagrams { socket, server, .. })) => {
                let server = *server;
                let (messages, is_refused) = datagrams(socket);
                for message in messages {
                    self.take(channel, server, &message, true);
                }
                if is_refused {
                    self.refuse(channel);
                }
            }
            Some(Channel::Stream(exchange)) => {
                let (job, went) = (exchange.job, exchange.go_on());
                self.take_stream(channel, job, went);
            }
            None => {}
        }
    }

    /// The host says that nobody listens there: there is no need to wait for its answers.
    fn refuse(&mut self, channel: Key) {
        let all = self.waiting.iter().filter(|((by, _), _)| *by == channel).map(|(_, job)| *job);
        for job in all.collect::<Vec<_>>() {
            self.give_up_try(job);
        }
    }

    fn take_stream(&mut self, channel: Key, job: Key, went: Result<Option<Vec<u8>>>) {
        match went {
            Ok(None) => {
                let Some(Channel::Stream(exchange)) = self.poller.get(channel) else { return };
                let interest = exchange.interest();
                let _ = self.poller.set_interest(channel, interest);
            }
            Ok(Some(message)) => {
                let asked = self.jobs.get(&job).and_then(|job| job.asked);
                if let Some(Asked { server, .. }) = asked
                    && !self.take(channel, server, &message, false)
                {
                    self.give_up_try(job);
                }
            }
            Err(_) => self.give_up_try(job),
        }
    }

    /// Takes a message; returns `false` if it answers nothing that was asked.
    fn take(&mut self, channel: Key, server: usize, message: &[u8], is_datagram: bool) -> bool {
        let Some(id) = message.first_chunk().map(|id| u16::from_be_bytes(*id)) else { return false };
        let Some(&key) = self.waiting.get(&(channel, id)) else { return false };
        let Some(job) = self.jobs.get(&key) else { return false };
        let Ok(message) = Message::from_vec(message) else { return false };
        if !answers(&message, id, &job.names[0], job.kind) {
            return false;
        }
        let verdict =
            judge(message, job.names[0].clone(), job.kind, self.server(server), is_datagram, job.edns);
        self.heed(key, server, verdict);
        true
    }

    fn heed(&mut self, key: Key, server: usize, verdict: Verdict) {
        self.forget_message(key);
        let Some(job) = self.jobs.get_mut(&key) else { return };
        match verdict {
            Verdict::Answered(answer) => return self.finish(key, Ok(*answer)),
            Verdict::Truncated => {
                if self.send_stream(key, server).is_ok() {
                    return;
                }
                self.count_try(key, Failure::NoAnswer);
            }
            Verdict::NoEdns => job.edns = false,
            Verdict::Useless(failure) => self.count_try(key, failure),
            Verdict::Nothing(failure) => {
                // That a name is there, without such a record, is worth more than that another is not.
                if job.failure != Failure::NoData {
                    job.failure = failure;
                }
                job.names.pop_front();
                job.tries = 0;
                if job.names.is_empty() {
                    let failure = job.failure;
                    return self.fail(key, failure);
                }
            }
        }
        self.ask(key);
    }

    /// The time of a message, or of a whole question, is over.
    pub(super) fn expire(&mut self, key: Key) {
        let Some(job) = self.jobs.get(&key) else { return };
        if job.deadline.has_passed() {
            let error = late(&job.name);
            return self.finish(key, Err(error));
        }
        self.give_up_try(key);
    }

    fn give_up_try(&mut self, key: Key) {
        self.forget_message(key);
        self.count_try(key, Failure::NoAnswer);
        self.ask(key);
    }

    fn count_try(&mut self, key: Key, failure: Failure) {
        let Some(job) = self.jobs.get_mut(&key) else { return };
        job.tries += 1;
        // What a server said is worth more than silence, and that a name is there more than that another is refused.
        let is_more = matches!(failure, Failure::Server(_)) || !matches!(job.failure, Failure::Server(_));
        if job.failure != Failure::NoData && is_more {
            job.failure = failure;
        }
    }

    /// Forgets the message that is under way, and the socket that nothing more is to come by.
    fn forget_message(&mut self, key: Key) {
        let Some(Asked { channel, id, server }) = self.jobs.get_mut(&key).and_then(|job| job.asked.take())
        else {
            return;
        };
        self.waiting.remove(&(channel, id));
        let is_over = match self.poller.get_mut(channel) {
            Some(Channel::Datagrams(datagrams)) => {
                datagrams.waiting -= 1;
                datagrams.waiting == 0 && self.channels[server] != Some(channel)
            }
            Some(Channel::Stream(_)) => true,
            None => false,
        };
        if is_over {
            self.poller.remove_to_close(channel);
        }
    }

    fn fail(&mut self, key: Key, failure: Failure) {
        if let Some(job) = self.jobs.get(&key) {
            let error = failed(&job.name, failure);
            self.finish(key, Err(error));
        }
    }

    fn finish(&mut self, key: Key, result: Result<Answer>) {
        if self.end(key).is_some() {
            self.ended.push_back((Question(key), result));
        }
    }

    /// Ends a job, of which nothing is left but the sockets that will ask again.
    pub(super) fn end(&mut self, key: Key) -> Option<Job> {
        self.forget_message(key);
        let job = self.jobs.remove(&key)?;
        self.poller.remove_timer(key);
        if job.is_queued {
            self.queue.retain(|queued| *queued != key);
        }
        Some(job)
    }
}

/// Takes all datagrams that are there, and tells whether the host said that nobody listens.
fn datagrams(socket: &UdpSocket) -> (Vec<Vec<u8>>, bool) {
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
    let invalid = |why: String| {
        Error::invalid(Operation::LookUp, "the text is no name").with_detail(format!("`{name}`: {why}"))
    };
    // The dot of the root was taken away.
    if name.ends_with('.') {
        return Err(invalid("there is nothing between two dots".to_owned()));
    }
    let mut parsed = Name::from_utf8(name).map_err(|error| invalid(error.to_string()))?;
    parsed.set_fqdn(true);
    Ok(parsed)
}

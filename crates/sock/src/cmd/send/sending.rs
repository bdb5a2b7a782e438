//! The loop of `sock send`: pieces out, answers and refusals in, until it is over.

use std::time::{Instant, SystemTime};

use berkeley::{AsSource, Deadline, Event, Events, Interest, Key, Poller, Signals, Socket, Source as Waited};

use super::Job;
use super::pieces::{Next, Pieces, Source};
use super::target::{Sent, Target};
use crate::exit::Exit;
use crate::input::Input;
use crate::message::{Receiver, Refusals, nanoseconds};
use crate::open;
use crate::output::{Record, Sink};
use crate::report::{Failure, Voice, elapsed, reason};
use crate::signal::Ending;

/// How many messages are received before something else has its turn.
const AT_ONCE: usize = 64;

enum Entry {
    Socket(Socket),
    Signals(Signals),
}

impl AsSource for Entry {
    fn as_source(&self) -> Waited<'_> {
        match self {
            Self::Socket(socket) => socket.as_source(),
            Self::Signals(signals) => signals.as_source(),
        }
    }
}

/// Everything under way.
pub struct Sending {
    job: Job,
    target: Target,
    poller: Poller<Entry>,
    socket: Key,
    receiver: Receiver,
    refusals: Refusals,
    /// How many were sent, and in how many bytes; how many answers came.
    sent: (u64, u64),
    answers: u64,
    exit: Exit,
    voice: Voice,
}

impl Sending {
    pub fn new(job: Job, target: Target, voice: Voice) -> Result<Self, Failure> {
        let failed = |error: berkeley::Error| Failure::of("wait", &error);
        let mut poller = Poller::new().map_err(failed)?;
        let receiver = Receiver::new(job.endpoint.transport(), job.expected.room);
        receiver.ask(&target.socket);
        let entry = Entry::Socket(target.socket.duplicate().map_err(failed)?);
        let socket = poller.add(entry, Interest::READABLE).map_err(|error| failed(error.into()))?;
        if let Some(signals) = Ending::open().into_source() {
            poller.add(Entry::Signals(signals), Interest::READABLE).map_err(|error| failed(error.into()))?;
        }
        let (refusals, sent) = (Refusals::default(), (0, 0));
        Ok(Self {
            job,
            target,
            poller,
            socket,
            receiver,
            refusals,
            sent,
            answers: 0,
            exit: Exit::Done,
            voice,
        })
    }

    pub fn run(mut self, source: Source, is_hex: bool, sink: &mut Sink) -> Result<Exit, Failure> {
        let waker = self.poller.waker().map_err(|error| Failure::of("wait", &error))?;
        let mut pieces = Pieces::new(source, self.job.count, self.job.cut, is_hex, waker)?;
        let mut events = Events::new();
        // What is to be sent, and not before which instant; at the end, until when is waited.
        let (mut piece, mut next, mut last) = (None, Deadline::now(), None);
        loop {
            let mut is_later = false;
            if piece.is_none() && last.is_none() {
                match pieces.next() {
                    Next::Piece(data) => piece = Some(data),
                    Next::Wrong(failure) => self.tell(&failure, sink)?,
                    Next::Later => is_later = true,
                    Next::End => last = Some(Deadline::after(self.job.patience)),
                }
            }
            if let Some(data) = piece.take_if(|_| next.has_passed()) {
                if self.send(&data, sink)? {
                    next = Deadline::at(Instant::now() + self.job.interval);
                } else {
                    piece = Some(data);
                }
            }
            let until = match (&piece, last) {
                (Some(_), _) => next,
                (None, Some(last)) => last,
                (None, None) if is_later => Deadline::never(),
                (None, None) => Deadline::now(),
            };
            if let Some(exit) = self.wait(&mut events, until, sink)? {
                return Ok(exit);
            }
            if last.is_some_and(Deadline::has_passed) {
                return self.over(sink);
            }
        }
    }

    /// Sends a piece; `false` if the peer takes nothing now.
    fn send(&mut self, data: &[u8], sink: &mut Sink) -> Result<bool, Failure> {
        let to = self.job.endpoint.to_string();
        // An earlier datagram's refusal ends the call that comes next, which then has sent nothing.
        for is_again in [false, true] {
            let ways =
                self.target.send(data).map_err(|error| Failure::of(format_args!("send {to}"), &error))?;
            let is_late = |sent: &Sent| sent.result.as_ref().is_err_and(berkeley::Error::is_deadline_passed);
            if self.target.is_peer() && ways.iter().any(is_late) {
                return Ok(false);
            }
            let is_refusal = |sent: &Sent| sent.result.as_ref().is_err_and(is_refusal);
            if !is_again && self.target.is_peer() && ways.iter().any(is_refusal) {
                self.hear_refusals(&to, ways, sink)?;
                continue;
            }
            if ways.is_empty() {
                let message = format!("send {to}: no interface has a network with a broadcast address now");
                return Err(Failure::new(Exit::Refused, message));
            }
            ways.iter().try_for_each(|sent| self.report(&to, data, sent, sink))?;
            return Ok(true);
        }
        Ok(true)
    }

    /// Tells of refusals that a call has met with; where there is a queue of them, as that has them.
    fn hear_refusals(&mut self, to: &str, ways: Vec<Sent>, sink: &mut Sink) -> Result<(), Failure> {
        let before = self.refusals.count;
        self.take_refusals(sink)?;
        if self.refusals.count > before {
            return Ok(());
        }
        for error in ways.into_iter().filter_map(|sent| sent.result.err()) {
            let new = self.refusals.add(to, reason(&error), &error);
            new.map_or(Ok(()), |failure| self.tell(&failure, sink))?;
        }
        Ok(())
    }

    fn take_refusals(&mut self, sink: &mut Sink) -> Result<(), Failure> {
        // Others have no queue of errors, and a Unix socket would give its data instead.
        if !self.job.endpoint.transport().is_udp() {
            return Ok(());
        }
        let to = self.job.endpoint.to_string();
        let new = self.refusals.take(&self.target.socket, &to);
        new.iter().try_for_each(|failure| self.tell(failure, sink))
    }

    /// Tells what went wrong, which is how it ends in the end.
    fn tell(&mut self, failure: &Failure, sink: &mut Sink) -> Result<(), Failure> {
        self.exit = failure.exit();
        sink.failed(&Input::none(), failure)
    }

    fn report(&mut self, to: &str, data: &[u8], sent: &Sent, sink: &mut Sink) -> Result<(), Failure> {
        let by = sent.interface.as_ref().map(|name| format!(" by {name}")).unwrap_or_default();
        match &sent.result {
            Ok(length) => {
                self.sent = (self.sent.0 + 1, self.sent.1 + *length as u64);
                self.voice.detail(format_args!("sent {length} bytes to {to}{by}"));
                sink.record_alone(&Input::none(), || {
                    Record::new()
                        .with("what", "sent")
                        .with("t_unix_ns", nanoseconds(SystemTime::now()))
                        .with("to", to)
                        .with_some("interface", sent.interface.as_deref())
                        .with("bytes", *length as u64)
                })
            }
            Err(error) => {
                let failure = Failure::of(format_args!("send {to}{by}"), error).with_hint(hint(error, data));
                self.tell(&open::with_privilege(failure, error), sink)
            }
        }
    }

    /// Waits for what comes back, and how it is to end if it is.
    fn wait(
        &mut self,
        events: &mut Events,
        until: Deadline,
        sink: &mut Sink,
    ) -> Result<Option<Exit>, Failure> {
        sink.flush()?;
        self.poller.wait(events, until).map_err(|error| Failure::of("wait", &error))?;
        for event in &*events {
            if let Some(exit) = self.attend(event, sink)? {
                return Ok(Some(exit));
            }
        }
        Ok(None)
    }

    fn attend(&mut self, event: Event, sink: &mut Sink) -> Result<Option<Exit>, Failure> {
        if event.key() != self.socket {
            let Some(Entry::Signals(signals)) = self.poller.get(event.key()) else { return Ok(None) };
            return Ok(signals.take().ok().flatten().map(|taken| Ending::exit(taken.signal())));
        }
        self.take_refusals(sink)?;
        if let Some(exit) = self.take_answers(sink)? {
            return Ok(Some(exit));
        }
        // An answer comes from nobody who refuses.
        Ok((self.job.expected.is_some() && self.refusals.count > 0).then_some(Exit::Refused))
    }

    fn take_answers(&mut self, sink: &mut Sink) -> Result<Option<Exit>, Failure> {
        let to = self.job.endpoint.to_string();
        for _ in 0..AT_ONCE {
            let seen = match self.receiver.take(&self.target.socket) {
                Ok(Some(seen)) => seen,
                Ok(None) => return Ok(None),
                Err(error) if is_refusal(&error) => {
                    let new = self.refusals.add(&to, reason(&error), &error);
                    new.map_or(Ok(()), |failure| self.tell(&failure, sink))?;
                    continue;
                }
                Err(error) => return Err(Failure::of(format_args!("receive from {to}"), &error)),
            };
            let is_end = seen.data.is_empty() && !self.job.endpoint.transport().is_datagram();
            if is_end && seen.credentials.is_none() {
                return self.ended(&to);
            }
            self.answers += 1;
            sink.bytes(&seen.text(self.job.expected.form), || seen.record())?;
            if self.job.expected.is_in(&seen.data) {
                return Ok(Some(Exit::Done));
            }
        }
        Ok(None)
    }

    /// The peer has ended its connection.
    fn ended(&mut self, to: &str) -> Result<Option<Exit>, Failure> {
        if self.job.expected.is_some() {
            let message = format!("{to} has ended the connection without the answer that was expected");
            return Err(Failure::new(Exit::No, message));
        }
        self.poller.set_interest(self.socket, Interest::NONE).map_err(|error| Failure::of("wait", &error))?;
        Ok(None)
    }

    /// Says what there is to say at the end.
    fn over(self, sink: &mut Sink) -> Result<Exit, Failure> {
        let (count, bytes) = self.sent;
        self.voice.detail(format_args!("sent {count} in {bytes} bytes, {} came back", self.answers));
        if self.refusals.count > 1 {
            self.voice.note(format_args!("{} were refused", self.refusals.count));
        }
        if self.job.expected.is_some() {
            let others = if self.answers > 0 {
                format!("; {} came that are not", self.answers)
            } else {
                String::new()
            };
            let took = elapsed(self.job.patience);
            let message = format!("{}: no such answer within {took}{others}", self.job.endpoint);
            sink.failed(&Input::none(), &Failure::new(Exit::TimedOut, message))?;
            return Ok(Exit::TimedOut);
        }
        Ok(self.exit)
    }
}

/// Tells whether an error is one of an earlier datagram.
fn is_refusal(error: &berkeley::Error) -> bool {
    error.is_refused() || error.is_host_unreachable() || error.is_connection_reset()
}

fn hint(error: &berkeley::Error, data: &[u8]) -> String {
    if error.is_message_too_long() {
        return format!("it has {} bytes; UDP over IPv4 takes 65507, and the path may take less", data.len());
    }
    String::new()
}

//! The copying engine: standard input to a peer, the peer to standard output, each in a thread of its own.
//!
//! Each direction holds one buffer, and waits for its slower end: nothing is queued, however slow a reader is.

mod activity;
mod link;

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use berkeley::{Kind, MILLISECOND};

use self::activity::Activity;
pub use self::link::{Connected, Latest, Link, has_hung_up, repeat_while_full};
use crate::exit::Exit;
use crate::report::{Failure, Voice, io_reason, reason};
use crate::stdio::{BUFFER, Cut, Input, LONGEST, Output, stdin, stdout};

/// When a transfer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// When both sides have ended; or at once when the peer has.
    Connection { at_peers_end: bool },
    /// When the standard input has ended and nothing has arrived for so long since.
    Quiet(Duration),
    /// When nothing has arrived for so long; if nothing is said, by a signal alone.
    Idle(Option<Duration>),
}

/// How a transfer is made.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub cut: Cut,
    pub ending: Ending,
    pub voice: Voice,
}

/// How long a sender that is at work has to find out that the peer is gone.
const GRACE: Duration = MILLISECOND.saturating_mul(100);

/// What a direction says when it has ended. The error of one that sends is that the peer takes no more.
enum Event {
    Sent(Result<Option<berkeley::Error>, Failure>),
    Received(Result<(), Failure>),
}

/// Copies both ways until the plan's ending.
pub fn run(link: Arc<dyn Link>, plan: Plan) -> Result<(), Failure> {
    let shared = Arc::new(Shared { link, plan, activity: Activity::new() });
    // Each thread tells one thing: neither waits for it to be heard.
    let (tell, events) = sync_channel(2);
    spawn(&shared, tell.clone(), |shared| Event::Sent(shared.send()))?;
    spawn(&shared, tell, |shared| Event::Received(shared.receive()))?;
    let ended = match plan.ending {
        Ending::Connection { at_peers_end } => shared.until_both_ended(&events, at_peers_end),
        Ending::Quiet(limit) => until_one_ended(&events).and_then(|()| {
            shared.activity.touch();
            shared.until_idle(&events, limit)
        }),
        Ending::Idle(Some(limit)) => shared.until_idle(&events, limit),
        Ending::Idle(None) => until_one_ended(&events).and_then(|()| until_one_ended(&events)),
    };
    plan.voice.detail(shared.activity.summary());
    ended
}

fn spawn(
    shared: &Arc<Shared>,
    tell: SyncSender<Event>,
    work: impl FnOnce(&Shared) -> Event + Send + 'static,
) -> Result<(), Failure> {
    let shared = Arc::clone(shared);
    // The program may have ended meanwhile: then there is nobody to tell.
    let run = move || drop(tell.send(work(&shared)));
    match std::thread::Builder::new().spawn(run) {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::new(Exit::EndedEarly, format!("start a thread: {}", io_reason(&error)))),
    }
}

struct Shared {
    link: Arc<dyn Link>,
    plan: Plan,
    activity: Activity,
}

impl Shared {
    /// Sends what comes from the standard input, and tells the peer its end.
    fn send(&self) -> Result<Option<berkeley::Error>, Failure> {
        let mut input = Input::new(stdin(), self.plan.cut);
        while let Some(piece) = input.next().map_err(|error| of_input(&error))? {
            match self.link.send(piece) {
                Ok(()) => self.activity.sent(piece.len()),
                Err(error) if self.is_connection() && is_gone(&error) => return Ok(Some(error)),
                Err(error) => return Err(self.failed("send", &error)),
            }
        }
        match self.link.end() {
            Err(error) if !error.is_not_connected() => Ok(Some(error)),
            _ => Ok(None),
        }
    }

    /// Writes what arrives to the standard output.
    fn receive(&self) -> Result<(), Failure> {
        let has_messages = self.link.kind() != Kind::STREAM;
        let mut buffer = vec![0; if has_messages { LONGEST } else { BUFFER }];
        let mut output = Output::new(stdout(), self.plan.cut == Cut::Lines);
        loop {
            let received = self.link.recv(&mut buffer).map_err(|error| self.failed("receive", &error))?;
            if received.is_empty() && self.is_connection() {
                return Ok(());
            }
            self.activity.arrived(received.len());
            output.write(&buffer[..received.len()]).map_err(|error| of_output(&error))?;
            self.activity.delivered();
            if received.is_truncated() {
                return Err(self.truncated(received.full_len()));
            }
        }
    }

    fn is_connection(&self) -> bool {
        matches!(self.plan.ending, Ending::Connection { .. })
    }

    fn until_both_ended(&self, events: &Receiver<Event>, at_peers_end: bool) -> Result<(), Failure> {
        let (mut sent, mut received, mut patience) = (None, false, None);
        while sent.is_none() || !received {
            match next(events, patience) {
                Some(Event::Sent(result)) => {
                    sent = Some(result?);
                    self.plan.voice.detail("nothing more is sent");
                }
                Some(Event::Received(result)) => {
                    result?;
                    received = true;
                    self.plan.voice.detail("nothing more is received");
                    if at_peers_end {
                        break;
                    }
                    // A peer that is gone for good is not waited for, unless something is being sent to it.
                    patience = self.link.has_hung_up().then_some(GRACE);
                }
                None => break,
            }
        }
        match sent {
            Some(Some(error)) => Err(self.failed("send", &error)),
            // What the peer did not read it answers with a reset, which no call has told yet.
            _ => match self.link.take_error() {
                Some(error) if is_gone(&error) => Err(self.failed("send", &error)),
                _ => Ok(()),
            },
        }
    }

    fn until_idle(&self, events: &Receiver<Event>, limit: Duration) -> Result<(), Failure> {
        while let Some(left) = self.activity.left(limit, self.link.is_waiting()) {
            match next(events, Some(left)) {
                Some(Event::Sent(result)) => drop(result?),
                Some(Event::Received(result)) => result?,
                None => {}
            }
        }
        Ok(())
    }

    fn failed(&self, doing: &str, error: &berkeley::Error) -> Failure {
        let name = self.link.name();
        let exit = if is_gone(error) { Exit::EndedEarly } else { Exit::from(error) };
        let message = format!("{doing} {name}: {} after {}", reason(error), self.activity.age());
        let failure = Failure::new(exit, message);
        if is_gone(error) {
            failure.with_hint(self.activity.summary())
        } else {
            failure.with_hint(hint(error))
        }
    }

    fn truncated(&self, full: Option<usize>) -> Failure {
        let length = full.map_or_else(String::new, |full| format!(" of {full} bytes"));
        let name = self.link.name();
        let message = format!("receive {name}: a message{length} is longer than {LONGEST}: its rest is lost");
        Failure::new(Exit::EndedEarly, message)
    }
}

fn hint(error: &berkeley::Error) -> &'static str {
    if error.is_message_too_long() {
        "--size limits what is sent at once; a UDP datagram holds at most 65507 bytes"
    } else if error.is_refused() {
        "nothing listens there"
    } else {
        ""
    }
}

fn until_one_ended(events: &Receiver<Event>) -> Result<(), Failure> {
    match next(events, None) {
        Some(Event::Sent(result)) => result.map(drop),
        Some(Event::Received(result)) => result,
        None => Ok(()),
    }
}

/// Waits for what a direction says when it has ended; `None` when there was no patience for it.
fn next(events: &Receiver<Event>, patience: Option<Duration>) -> Option<Event> {
    match patience {
        None => events.recv().ok(),
        Some(limit) => match events.recv_timeout(limit) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(limit);
                None
            }
        },
    }
}

/// Whether the peer of a connection is gone, or takes no more.
pub fn is_gone(error: &berkeley::Error) -> bool {
    error.is_broken_pipe() || error.is_connection_reset() || error.is_connection_aborted()
}

/// What the end of the standard input that is none comes to.
pub fn of_input(error: &io::Error) -> Failure {
    Failure::new(Exit::EndedEarly, format!("standard input: {}", io_reason(error)))
}

/// What a standard output that takes nothing comes to.
pub fn of_output(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::quiet(Exit::BrokenPipe),
        _ => Failure::new(Exit::EndedEarly, format!("standard output: {}", io_reason(error))),
    }
}

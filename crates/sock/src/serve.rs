//! Doors at which many arrive: the echo server, a process a client, the meeting of all clients.

mod echo;
mod exec;
mod hub;
mod keeper;
mod reserve;
mod seats;
mod words;

use berkeley::{Deadline, Kind, MILLISECOND, SECOND, Socket};

pub use self::echo::{echo_connections, echo_datagrams};
pub use self::exec::{Host, Program};
pub use self::hub::meet;
pub use self::keeper::Keeper;
pub use self::reserve::Reserve;
use self::seats::{Seat, Seats};
pub use self::words::split;
use crate::endpoint::Endpoint;
use crate::open::Opened;
use crate::report::{Failure, Voice, reason};
use crate::transfer::repeat_while_full;

/// How long one peer may take nothing before it is no longer waited for.
const STALL: std::time::Duration = SECOND.saturating_mul(10);

/// How long to wait for descriptors to become free: nothing tells when they are.
const PAUSE: std::time::Duration = MILLISECOND.saturating_mul(50);

/// A door, and how it is kept.
#[derive(Debug)]
pub struct Door<'a> {
    pub endpoint: &'a Endpoint,
    pub opened: Opened,
    pub voice: Voice,
    /// How many connections there may be at once.
    pub most: Option<u64>,
}

impl Door<'_> {
    /// Accepts one connection; returns what to call it as well.
    pub fn accept(&self) -> Result<(Socket, String), Failure> {
        let seats = Seats::new(None);
        let (socket, name, _) = self.accept_to(&seats, &mut false, &|| false)?;
        Ok((socket, name))
    }

    /// Accepts for ever. What is wrong with one connection, or with the descriptors of the moment, ends nothing.
    fn accept_all(
        &self,
        make_room: &dyn Fn() -> bool,
        mut each: impl FnMut(Socket, String, Seat),
    ) -> Result<(), Failure> {
        let seats = Seats::new(self.most);
        let mut warned = false;
        loop {
            let (socket, name, seat) = self.accept_to(&seats, &mut warned, make_room)?;
            each(socket, name, seat);
        }
    }

    fn accept_to(
        &self,
        seats: &Seats,
        warned: &mut bool,
        make_room: &dyn Fn() -> bool,
    ) -> Result<(Socket, String, Seat), Failure> {
        loop {
            let seat = seats.take(make_room);
            match self.opened.socket.accept() {
                Ok((socket, from)) => {
                    let name = self.endpoint.transport().show(&from);
                    if let Err(error) = self.endpoint.configure(&socket) {
                        self.voice.note(format_args!("warning: {name}: {}", reason(&error)));
                    }
                    self.voice.detail(format_args!("accepted {name}"));
                    return Ok((socket, name, seat));
                }
                Err(error) if error.should_retry() => self.bear(&error, warned, make_room),
                Err(error) => return Err(Failure::of(format_args!("accept {}", self.endpoint), &error)),
            }
        }
    }

    /// Waits until what has kept a connection from being accepted may be over.
    fn bear(&self, error: &berkeley::Error, warned: &mut bool, make_room: &dyn Fn() -> bool) {
        let is_lack = error.is_descriptor_limit() || error.is_no_buffer_space();
        if is_lack && !std::mem::replace(warned, true) {
            let text = format_args!("warning: accept {}: {}; waiting", self.endpoint, reason(error));
            self.voice.note(text);
        }
        if !error.is_connection_aborted() && !make_room() {
            std::thread::sleep(PAUSE);
        }
    }
}

/// Sends a piece of a stream or a message to a peer that may take nothing for a while, but not for ever.
fn send_patiently(socket: &Socket, piece: &[u8]) -> berkeley::Result<()> {
    if socket.kind() != Kind::STREAM {
        return repeat_while_full(|| socket.by(Deadline::after(STALL)).send(piece));
    }
    let mut rest = piece;
    while !rest.is_empty() {
        rest = &rest[socket.by(Deadline::after(STALL)).send(rest)?..];
    }
    Ok(())
}

//! The echo server: what arrives goes back, to any number of clients at once, on one thread or several.

use std::time::Instant;

use berkeley::{
    Address, Any, Connections, Deadline, Errno, Error, Result, Server, Service, Socket, Stopper, Turn,
};

use super::{Keeper, STALL};
use crate::endpoint::Endpoint;
use crate::report::{Failure, Voice, elapsed, reason};
use crate::stdio::LONGEST;
use crate::transfer::{is_gone, repeat_while_full};

/// What is received at once of a stream. Twice as much is held in memory of a client that does not read.
const PIECE: usize = 64 << 10;

/// Sends back what it gets.
struct Echo(Keeper);

/// What is known of a client.
struct Client {
    name: String,
    begun: Instant,
    bytes: u64,
}

impl Service for Echo {
    type Listener = Any;
    type State = Client;

    fn admit(&mut self, socket: &Socket, from: &Address) -> Option<Client> {
        let name = self.0.welcome(socket, from)?;
        Some(Client { name, begun: Instant::now(), bytes: 0 })
    }

    fn received(&mut self, turn: &mut Turn<'_, Self>, data: &[u8]) -> Result<()> {
        turn.send(data)?;
        turn.state().bytes += data.len() as u64;
        Ok(())
    }

    /// However long a client takes to read the rest, it has the time.
    fn ended(&mut self, turn: &mut Turn<'_, Self>) -> Result<()> {
        turn.finish(Deadline::never())
    }

    fn closed(&mut self, _: &mut Connections<Self>, client: Client, why: Result<()>) {
        let Client { name, begun, bytes } = client;
        // That it is not connected any more is what it ended with.
        let why = why.err().filter(|error: &Error| !error.is_not_connected());
        let why = why.map_or_else(String::new, |error| format!(": {}", reason(&error)));
        let took = elapsed(begun.elapsed());
        self.0.voice.detail(format_args!("closed {name}: {bytes} bytes echoed in {took}{why}"));
    }

    fn overloaded(&mut self, _: &mut Connections<Self>, lack: Errno) {
        self.0.lacks(lack);
    }
}

fn server(listener: Socket, keeper: Keeper, most: Option<u64>) -> Result<Server<Echo>> {
    let piece = if listener.kind().keeps_boundaries() { LONGEST } else { PIECE };
    let mut server = Server::new(listener, Echo(keeper))?;
    server.set_receive_size(piece);
    server.set_queue_limit(2 * (piece + 1));
    server.set_limit(most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX)));
    Ok(server)
}

/// Gives every client back what it sends, until a signal ends the program; each listener is a thread's.
pub fn echo_connections(
    listeners: impl IntoIterator<Item = Socket>,
    keeper: &Keeper,
    most: Option<u64>,
) -> std::result::Result<(), Failure> {
    let make = |_, listener| server(listener, keeper.clone(), most);
    berkeley::serve(listeners, &Stopper::new(), make)
        .map(drop)
        .map_err(|error| Failure::of(format_args!("serve {}", keeper.endpoint), &error))
}

/// Answers each datagram with itself, until a signal ends the program.
pub fn echo_datagrams(
    endpoint: &Endpoint,
    socket: &Socket,
    voice: Voice,
) -> std::result::Result<(), Failure> {
    let mut buffer = vec![0; LONGEST];
    loop {
        match socket.recv_from(&mut buffer) {
            Ok((received, from)) => {
                if let Err(error) = answer(socket, &buffer[..received.len()], &from) {
                    let to = endpoint.transport().show(&from);
                    voice.detail(format_args!("send {to}: {}", reason(&error)));
                }
            }
            // What an earlier answer came to.
            Err(error) if error.is_refused() || is_gone(&error) || error.should_retry() => {}
            Err(error) => return Err(Failure::of(format_args!("receive {endpoint}"), &error)),
        }
    }
}

fn answer(socket: &Socket, piece: &[u8], to: &Address) -> Result<()> {
    repeat_while_full(|| socket.by(Deadline::after(STALL)).send_to(piece, to))
}

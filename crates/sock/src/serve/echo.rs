//! The echo server: what arrives goes back, to any number of clients at once.

use std::time::Instant;

use berkeley::{Address, Deadline, Kind, Shutdown, Socket};

use super::{Door, STALL};
use crate::endpoint::Endpoint;
use crate::report::{Failure, Voice, elapsed, io_reason, reason};
use crate::stdio::LONGEST;
use crate::transfer::{is_gone, repeat_while_full, send_piece};

/// What is held in memory of one client's stream.
const PIECE: usize = 64 << 10;

/// The thread of a client has a small stack: its buffer is elsewhere.
const STACK: usize = 128 << 10;

/// Gives every client back what it sends, until a signal ends the program.
pub fn echo_connections(door: &Door<'_>) -> Result<(), Failure> {
    let voice = door.voice;
    door.accept_all(&|| false, |socket, name, seat| {
        let called = name.clone();
        let serve = move || {
            let _seat = seat;
            let begun = Instant::now();
            let (bytes, ended) = echo(&socket);
            let why = ended.map_or_else(|error| format!(": {}", reason(&error)), |()| String::new());
            voice.detail(format_args!(
                "closed {name}: {bytes} bytes echoed in {}{why}",
                elapsed(begun.elapsed())
            ));
        };
        if let Err(error) = std::thread::Builder::new().stack_size(STACK).spawn(serve) {
            voice.note(format_args!("warning: {called} is turned away: {}", io_reason(&error)));
        }
    })
}

/// Echoes until the client's end, and ends then.
fn echo(socket: &Socket) -> (u64, berkeley::Result<()>) {
    let mut buffer = vec![0; if socket.kind() == Kind::STREAM { PIECE } else { LONGEST }];
    let mut bytes = 0;
    loop {
        match socket.recv(&mut buffer) {
            Err(error) => return (bytes, Err(error)),
            Ok(received) if received.is_empty() => break,
            Ok(received) => match send_piece(socket, &buffer[..received.len()]) {
                Ok(()) => bytes += received.len() as u64,
                Err(error) => return (bytes, Err(error)),
            },
        }
    }
    match socket.shutdown(Shutdown::Send) {
        Err(error) if !error.is_not_connected() && !is_gone(&error) => (bytes, Err(error)),
        _ => (bytes, Ok(())),
    }
}

/// Answers each datagram with itself, until a signal ends the program.
pub fn echo_datagrams(endpoint: &Endpoint, socket: &Socket, voice: Voice) -> Result<(), Failure> {
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

fn answer(socket: &Socket, piece: &[u8], to: &Address) -> berkeley::Result<()> {
    repeat_while_full(|| socket.by(Deadline::after(STALL)).send_to(piece, to))
}

#[cfg(test)]
mod tests {
    use super::super::send_patiently;
    use super::*;
    use berkeley_testkit::{each_stream_pair, limit};

    fn comes_back_and_ends(client: &Socket, server: Socket) {
        let serving = std::thread::spawn(move || echo(&server).0);
        send_patiently(client, b"hello").unwrap();
        client.shutdown(Shutdown::Send).unwrap();
        let mut buffer = [0; 16];
        assert_eq!(client.recv(&mut buffer).unwrap().len(), 5);
        assert!(client.recv(&mut buffer).unwrap().is_empty());
        assert_eq!(serving.join().unwrap(), 5);
    }

    #[test]
    fn an_echo_ends_with_its_client() {
        let _limit = limit();
        each_stream_pair(|client, server| comes_back_and_ends(&client, server));
        #[cfg(unix)]
        {
            let (client, server) =
                Socket::pair(berkeley::Family::UNIX, Kind::SEQPACKET, berkeley::Protocol::DEFAULT).unwrap();
            comes_back_and_ends(&client, server);
        }
    }
}

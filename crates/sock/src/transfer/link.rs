//! What a transfer has at its far end: a peer, or whoever has last sent a datagram.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use berkeley::{Address, Error, Family, Kind, MILLISECOND, Operation, Received, Result, Shutdown, Socket};

use crate::endpoint::Transport;
use crate::report::{Voice, reason};

/// The far end of a transfer.
pub trait Link: Send + Sync {
    fn socket(&self) -> &Socket;

    /// What an error calls it.
    fn name(&self) -> String;

    /// Sends a piece of a stream, or a message.
    fn send(&self, piece: &[u8]) -> Result<()>;

    /// Receives a piece of a stream, or a message.
    fn recv(&self, buffer: &mut [u8]) -> Result<Received>;

    /// Tells the peer that nothing follows.
    fn end(&self) -> Result<()>;

    fn kind(&self) -> Kind {
        self.socket().kind()
    }

    /// Whether the peer, which sends no more, is known to receive no more either.
    fn has_hung_up(&self) -> bool {
        false
    }

    /// Whether something can be received at once.
    fn is_waiting(&self) -> bool {
        self.socket().queued_receive().is_ok_and(|bytes| bytes > 0)
    }

    /// Takes the error that no call has told yet.
    fn take_error(&self) -> Option<Error> {
        let errno = self.socket().take_error().ok().flatten()?;
        Some(Error::new(Operation::Send, errno))
    }
}

/// A peer that the socket is connected to.
#[derive(Debug)]
pub struct Connected {
    pub socket: Socket,
    pub transport: Transport,
    pub name: String,
}

impl Link for Connected {
    fn socket(&self) -> &Socket {
        &self.socket
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    fn send(&self, piece: &[u8]) -> Result<()> {
        send_piece(&self.socket, piece)
    }

    fn recv(&self, buffer: &mut [u8]) -> Result<Received> {
        self.socket.recv(buffer)
    }

    fn end(&self) -> Result<()> {
        if self.transport.is_datagram() { Ok(()) } else { self.socket.shutdown(Shutdown::Send) }
    }

    fn has_hung_up(&self) -> bool {
        has_hung_up(&self.socket)
    }
}

/// Whether a Unix stream has no reader any more: there a send of nothing fails at once. TCP knows no more than that the
/// peer sends no more; of a seqpacket it would be a record.
pub fn has_hung_up(socket: &Socket) -> bool {
    socket.family() == Family::UNIX
        && socket.kind() == Kind::STREAM
        && socket.now().send(&[]).is_err_and(|error| error.is_broken_pipe())
}

/// Sends all of a piece of a stream, or one message.
pub fn send_piece(socket: &Socket, piece: &[u8]) -> Result<()> {
    if socket.kind() == Kind::STREAM {
        let mut rest = piece;
        while !rest.is_empty() {
            rest = &rest[socket.send(rest)?..];
        }
        return Ok(());
    }
    if piece.is_empty() && socket.kind() == Kind::SEQPACKET {
        return Err(Error::invalid(
            Operation::Send,
            "an empty record would read as the end of the connection",
        ));
    }
    repeat_while_full(|| socket.send(piece))
}

/// Sends a message again for as long as the system has no room for it, of which it tells the end in no way.
pub fn repeat_while_full(send: impl Fn() -> Result<usize>) -> Result<()> {
    loop {
        match send() {
            Err(error) if error.is_no_buffer_space() => std::thread::sleep(MILLISECOND),
            result => return result.map(drop),
        }
    }
}

/// Whoever has last sent a datagram.
#[derive(Debug)]
pub struct Latest {
    socket: Socket,
    transport: Transport,
    name: String,
    voice: Voice,
    sender: Mutex<Option<Address>>,
    known: Condvar,
}

impl Latest {
    pub fn new(socket: Socket, transport: Transport, name: String, voice: Voice) -> Self {
        Self { socket, transport, name, voice, sender: Mutex::new(None), known: Condvar::new() }
    }

    fn sender(&self) -> MutexGuard<'_, Option<Address>> {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is somebody to send to.
    fn wait_for_sender(&self) -> Address {
        let mut sender = self.sender();
        loop {
            if let Some(address) = &*sender {
                return address.clone();
            }
            sender = self.known.wait(sender).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn heard(&self, from: Address) {
        // Who has no name cannot be answered.
        if matches!(&from, Address::Unix(unix) if unix.is_unnamed()) {
            return;
        }
        let mut sender = self.sender();
        if sender.as_ref() != Some(&from) {
            self.voice.detail(format_args!("datagrams from {}", self.transport.show(&from)));
            *sender = Some(from);
            self.known.notify_all();
        }
    }
}

impl Link for Latest {
    fn socket(&self) -> &Socket {
        &self.socket
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    /// That one sender is gone is no reason to end: others may come.
    fn send(&self, piece: &[u8]) -> Result<()> {
        let to = self.wait_for_sender();
        match repeat_while_full(|| self.socket.send_to(piece, &to)) {
            Err(error) if !error.is_message_too_long() => {
                let to = self.transport.show(&to);
                self.voice.note(format_args!("warning: send {to}: {}", reason(&error)));
                Ok(())
            }
            sent => sent,
        }
    }

    /// What an earlier send came to is not what this one is about.
    fn recv(&self, buffer: &mut [u8]) -> Result<Received> {
        loop {
            match self.socket.recv_from(buffer) {
                Err(error) if error.is_refused() || error.is_connection_reset() => {}
                received => {
                    return received.map(|(received, from)| {
                        self.heard(from);
                        received
                    });
                }
            }
        }
    }

    fn end(&self) -> Result<()> {
        Ok(())
    }
}

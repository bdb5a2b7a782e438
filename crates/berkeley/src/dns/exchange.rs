//! One question over TCP: two bytes of length before each message (RFC 1035, 4.2.2).

use std::net::SocketAddr;

use crate::error::{Errno, Error, Operation, Result};
use crate::poll::Key;
use crate::ready::Interest;
use crate::socket::{Connecting, State};
use crate::source::{AsSource, Source};
use crate::tcp::TcpStream;

/// A question under way over TCP.
#[derive(Debug)]
pub(super) struct Exchange {
    /// Whose it is.
    pub(super) job: Key,
    stream: Connecting<TcpStream>,
    is_connected: bool,
    /// What is to be sent yet, then what has been received.
    bytes: Vec<u8>,
    has_sent: bool,
}

impl Exchange {
    /// Begins to connect. A message has less than 64 KiB.
    pub(super) fn start(job: Key, server: SocketAddr, message: &[u8]) -> Result<Self> {
        let mut bytes = (message.len() as u16).to_be_bytes().to_vec();
        bytes.extend_from_slice(message);
        let stream = TcpStream::start_connect(server)?;
        Ok(Self { job, stream, is_connected: false, bytes, has_sent: false })
    }

    /// Returns what it waits for.
    pub(super) fn interest(&self) -> Interest {
        if self.has_sent { Interest::READABLE } else { Interest::WRITABLE }
    }

    /// Goes on as far as it can without waiting; returns the whole message when it is there.
    pub(super) fn go_on(&mut self) -> Result<Option<Vec<u8>>> {
        if !self.is_connected {
            match self.stream.state() {
                State::Pending => return Ok(None),
                State::Failed(error) => return Err(error),
                State::Connected => self.is_connected = true,
            }
        }
        let stream = self.stream.socket();
        while !self.has_sent {
            let Some(sent) = stream.now().send(&self.bytes)? else { return Ok(None) };
            self.bytes.drain(..sent);
            self.has_sent = self.bytes.is_empty();
        }
        loop {
            if let Some((length, rest)) = self.bytes.split_first_chunk::<2>()
                && let Some(message) = rest.get(..usize::from(u16::from_be_bytes(*length)))
            {
                return Ok(Some(message.to_vec()));
            }
            let mut room = [0; 4096];
            match stream.now().recv(&mut room)? {
                None => return Ok(None),
                Some(0) => return Err(Error::new(Operation::Receive, Errno::CONNRESET)),
                Some(length) => self.bytes.extend_from_slice(&room[..length]),
            }
        }
    }
}

impl AsSource for Exchange {
    fn as_source(&self) -> Source<'_> {
        self.stream.as_source()
    }
}

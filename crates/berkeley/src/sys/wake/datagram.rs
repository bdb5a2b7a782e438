//! A datagram to oneself, for a mechanism that waits for sockets alone.

use std::io;
use std::net::{Ipv4Addr, UdpSocket};
use std::os::windows::io::AsSocket;

use crate::error::{Errno, Operation};
use crate::sys::descriptor::Borrowed;
use crate::sys::{Result, check};

/// A socket that is its own peer, so that nobody else can send to it.
#[derive(Debug)]
pub(crate) struct Datagram(UdpSocket);

fn errno(error: &io::Error) -> Errno {
    Errno::from_raw(error.raw_os_error().unwrap_or(0))
}

impl Datagram {
    pub(crate) fn open() -> Result<Self> {
        check(Operation::OpenPoller)?;
        let open = || {
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
            socket.connect(socket.local_addr()?)?;
            socket.set_nonblocking(true)?;
            Ok(Self(socket))
        };
        open().map_err(|error| errno(&error))
    }

    pub(crate) fn signal(&self) -> Result<()> {
        check(Operation::Wake)?;
        match self.0.send(&[1]) {
            // There is no room, so that there are datagrams.
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(errno(&error)),
            _ => Ok(()),
        }
    }

    pub(super) fn clear(&self) {
        while self.0.recv(&mut [0]).is_ok() {}
    }

    pub(crate) fn source(&self) -> Borrowed<'_> {
        self.0.as_socket().into()
    }
}

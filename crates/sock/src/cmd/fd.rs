//! `sock fd`: open descriptors from one program to another, over a Unix socket.

mod recv;
mod send;
mod thing;

use clap::{Args, Subcommand};

use self::recv::FdRecv;
use self::send::FdSend;
use crate::endpoint::{Endpoint, Purpose};
use crate::report::{Failure, Problem, Voice};

const EXAMPLES: &str = "\
Examples:
  sock fd send /run/app.sock /etc/hosts listen+tcp://:80      an open file, and a socket that listens
  sock fd recv /run/app.sock                                  what they are
  sock fd recv /run/app.sock -- server                        a program that has them, from number 3 on";

/// Pass open files and sockets from one program to another, over a Unix socket
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Fd {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Send(FdSend),
    Recv(FdRecv),
}

impl Fd {
    #[cfg(test)]
    pub(super) fn read(&self) -> Result<(), Failure> {
        match &self.verb {
            Verb::Send(send) => send.read().map(drop),
            Verb::Recv(recv) => recv.read().map(drop),
        }
    }

    pub fn run(&self, voice: Voice) -> Result<(), Failure> {
        match &self.verb {
            Verb::Send(send) => send.run(voice),
            Verb::Recv(recv) => recv.run(voice),
        }
    }
}

/// Reads an address over which descriptors can be passed.
fn local(text: &str, purpose: Purpose) -> Result<Endpoint, Problem> {
    let endpoint = Endpoint::parse(text, purpose)?;
    if endpoint.transport().is_inet() {
        let problem = Problem::new("descriptors are passed over Unix sockets alone", text, 0..text.len());
        return Err(problem.with_hint("write unix:PATH, unix-dgram:PATH or unix-seqpacket:PATH"));
    }
    Ok(endpoint)
}

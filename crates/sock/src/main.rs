//! `sock`: the socket API at the prompt.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test ends with what is wrong"))]

mod cmd;
mod describe;
mod dictionary;
mod endpoint;
mod exit;
mod hex;
mod input;
mod message;
mod open;
mod output;
mod paths;
mod probe;
mod quantity;
mod relay;
mod report;
mod serve;
mod signal;
mod stdio;
mod transfer;

use std::process::ExitCode;

use clap::Parser;

use crate::exit::Exit;
use crate::report::Failure;

fn main() -> ExitCode {
    let exit = match cmd::Cli::parse().run() {
        Ok(()) => Exit::Done,
        Err(failure) => {
            failure.print();
            failure.exit()
        }
    };
    exit.into()
}

/// Ends the program from a thread that is not the first.
fn end_now(failure: &Failure) -> ! {
    failure.print();
    paths::remove_all();
    std::process::exit(failure.exit().code().into())
}

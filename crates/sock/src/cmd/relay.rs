//! The flags of the verbs that pass on what arrives.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::misplaced;
use crate::endpoint::Endpoint;
use crate::exit::Exit;
use crate::quantity;
use crate::relay::{Dump, Form, QUIET, Settings};
use crate::report::{Failure, Problems, Voice, io_reason};

/// How what passes is shown, and when it is over.
#[derive(Debug, Args)]
pub struct RelayArgs {
    /// Give up connecting after DURATION: 500ms, 3s, 1m
    #[arg(long, value_name = "DURATION")]
    timeout: Option<String>,
    /// End a connection when nothing has passed for DURATION
    #[arg(long, value_name = "DURATION")]
    idle: Option<String>,
    /// Wait for datagrams for DURATION after the end of the other side [default: 1s]
    #[arg(long, value_name = "DURATION")]
    wait: Option<String>,
    /// Show what passes on the standard error, with its direction, connection and time
    #[arg(long, value_name = "FORM", value_enum)]
    dump: Option<Form>,
    /// Append the dump to FILE instead
    #[arg(long, value_name = "FILE")]
    dump_to: Option<PathBuf>,
    /// Show at most so many bytes: 64KiB, 1MiB
    #[arg(long, value_name = "BYTES")]
    dump_limit: Option<String>,
}

/// What the flags come to.
#[derive(Debug)]
pub struct Limits {
    pub timeout: Option<Duration>,
    pub idle: Option<Duration>,
    wait: Option<Duration>,
    dump_limit: Option<u64>,
}

impl RelayArgs {
    /// Reads the flags, for two ends of which one may have datagrams.
    pub fn read(&self, ends: [Option<&Endpoint>; 2], problems: &mut Problems) -> Limits {
        let timeout = problems.take_some("--timeout", self.timeout.as_ref(), quantity::duration);
        let idle = problems.take_some("--idle", self.idle.as_ref(), quantity::duration);
        let wait = problems.take_some("--wait", self.wait.as_ref(), quantity::duration);
        let dump_limit = problems
            .take_some("--dump-limit", self.dump_limit.as_ref(), |text| quantity::between(text, 1, u64::MAX));
        for (flag, given) in
            [("--dump-to", self.dump_to.is_some()), ("--dump-limit", self.dump_limit.is_some())]
        {
            if given && self.dump.is_none() {
                problems.take(Err::<(), _>(misplaced(flag, "a dump: --dump hex or --dump text")));
            }
        }
        let has_datagrams = |end: Option<&Endpoint>| end.is_none_or(|end| end.transport().is_datagram());
        if self.wait.is_some() && !ends.into_iter().any(has_datagrams) {
            let what = "datagrams: a connection is waited for to its end";
            problems.take(Err::<(), _>(misplaced("--wait", what)));
        }
        Limits { timeout, idle, wait, dump_limit }
    }

    /// What pairs are joined by.
    pub fn settings(&self, limits: &Limits, voice: Voice) -> Result<Settings, Failure> {
        let dump = match self.dump {
            Some(form) => Some(Dump::new(self.open()?, form, limits.dump_limit)),
            None => None,
        };
        Ok(Settings { voice, idle: limits.idle, quiet: limits.wait.unwrap_or(QUIET), dump })
    }

    fn open(&self) -> Result<Box<dyn Write + Send>, Failure> {
        let Some(path) = &self.dump_to else { return Ok(Box::new(io::stderr())) };
        match File::options().append(true).create(true).open(path) {
            Ok(file) => Ok(Box::new(file)),
            Err(error) => {
                let denied = error.kind() == io::ErrorKind::PermissionDenied;
                let exit = if denied { Exit::Permission } else { Exit::Usage };
                Err(Failure::new(exit, format!("--dump-to {}: {}", path.display(), io_reason(&error))))
            }
        }
    }
}

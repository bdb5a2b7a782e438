//! The flags of the verbs that pass on what arrives.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::misplaced;
use crate::exit::Exit;
use crate::quantity;
use crate::relay::{Dump, Form, Settings};
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
    dump_limit: Option<u64>,
}

impl RelayArgs {
    pub fn read(&self, problems: &mut Problems) -> Limits {
        let timeout = problems.take_some("--timeout", self.timeout.as_ref(), quantity::duration);
        let idle = problems.take_some("--idle", self.idle.as_ref(), quantity::duration);
        let dump_limit = problems
            .take_some("--dump-limit", self.dump_limit.as_ref(), |text| quantity::between(text, 1, u64::MAX));
        for (flag, given) in
            [("--dump-to", self.dump_to.is_some()), ("--dump-limit", self.dump_limit.is_some())]
        {
            if given && self.dump.is_none() {
                problems.take(Err::<(), _>(misplaced(flag, "a dump: --dump hex or --dump text")));
            }
        }
        Limits { timeout, idle, dump_limit }
    }

    /// What pairs are joined by.
    pub fn settings(&self, limits: &Limits, quiet: Duration, voice: Voice) -> Result<Settings, Failure> {
        let dump = match self.dump {
            Some(form) => Some(Dump::new(self.open()?, form, limits.dump_limit)),
            None => None,
        };
        Ok(Settings { voice, idle: limits.idle, quiet, dump })
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

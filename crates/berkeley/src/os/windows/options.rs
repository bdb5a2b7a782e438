//! How pipes are opened.

use std::time::Duration;

use super::{PipeListener, PipeName, PipeStream, until};
use crate::deadline::Deadline;
use crate::error::{During, Errno, Error, Operation, Result};
use crate::sys::PipeSettings;
use crate::sys::pipe::{IMPERSONATION, Listener, MOST_INSTANCES, Stream};

/// What the system keeps of a direction unless it is told otherwise, as much as a pipe of Linux has.
const BUFFER: u32 = 64 * 1024;

/// What a server may do in the name of its client.
///
/// Whoever runs a program can make a pipe of a name at which it expects somebody else. So what it may do there is little,
/// unless the client says more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[doc(alias = "SECURITY_IMPERSONATION_LEVEL")]
pub enum Impersonation {
    /// It is not told who the client is.
    #[doc(alias = "SECURITY_ANONYMOUS")]
    Anonymous,
    /// It is told who the client is, and what that one may do.
    #[default]
    #[doc(alias = "SECURITY_IDENTIFICATION")]
    Identification,
    /// It can do on this machine whatever the client may.
    #[doc(alias = "SECURITY_IMPERSONATION")]
    Impersonation,
    /// It can do on other machines too whatever the client may.
    #[doc(alias = "SECURITY_DELEGATION")]
    Delegation,
}

/// How a pipe is opened, by a server or by a client.
///
/// What is not said is the safe thing: the name is the listener's alone, clients are those of this machine, and a server is
/// told who its client is but cannot act in its name.
///
/// # Examples
///
/// ```
/// use berkeley::SECOND;
/// use berkeley::os::windows::{Impersonation, PipeName, PipeOptions};
///
/// # if !cfg!(windows) { return Ok(()); }
/// let name = PipeName::local(&format!("berkeley-options-{}", std::process::id()))?;
/// let listener = PipeOptions::new().instances(4).buffer(4096).bind(&name)?;
/// let client = PipeOptions::new().impersonation(Impersonation::Anonymous).connect(&name, SECOND)?;
/// # drop((listener, client));
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PipeOptions {
    settings: PipeSettings,
    impersonation: Impersonation,
}

impl Default for PipeOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl PipeOptions {
    /// Makes the options of which nothing is said.
    #[must_use]
    pub const fn new() -> Self {
        let settings =
            PipeSettings { is_first: true, accepts_remote: false, instances: None, buffer: BUFFER };
        Self { settings, impersonation: Impersonation::Identification }
    }

    /// Limits how many clients the pipe has at a time, 1 to 254; without it there is no limit.
    ///
    /// While the pipe has as many, others wait until one of them has gone. Of a name that several listeners share, the first
    /// one sets it, and a poller does not hear that a client of another listener has gone.
    #[must_use]
    #[doc(alias = "nMaxInstances")]
    pub const fn instances(mut self, most: u8) -> Self {
        self.settings.instances = Some(most);
        self
    }

    /// Sets how many bytes the system keeps in each direction; 64 KiB unless it is said.
    ///
    /// What does not fit waits in the writer for the reader. The system takes it as advice.
    #[must_use]
    pub const fn buffer(mut self, bytes: u32) -> Self {
        self.settings.buffer = bytes;
        self
    }

    /// Lets the listener share a name that others have made, in this process or in another.
    ///
    /// Without it, to make a name that is there is an error: so nobody gets clients who are meant for somebody else. That
    /// is asked for with the first instance alone, so that this listener's name can be shared by others who say this, as
    /// far as who made it lets them.
    #[must_use]
    #[doc(alias = "FILE_FLAG_FIRST_PIPE_INSTANCE")]
    pub const fn shared_name(mut self) -> Self {
        self.settings.is_first = false;
        self
    }

    /// Accepts clients of other machines too, which reach the pipe under this machine's name.
    #[must_use]
    #[doc(alias = "PIPE_ACCEPT_REMOTE_CLIENTS")]
    #[doc(alias = "PIPE_REJECT_REMOTE_CLIENTS")]
    pub const fn remote_clients(mut self) -> Self {
        self.settings.accepts_remote = true;
        self
    }

    /// Sets what the server may do in the name of this client; [`Impersonation::Identification`] unless it is said.
    #[must_use]
    #[doc(alias = "SECURITY_SQOS_PRESENT")]
    pub const fn impersonation(mut self, level: Impersonation) -> Self {
        self.impersonation = level;
        self
    }

    /// Makes the pipe, and waits for clients from now on.
    ///
    /// # Errors
    ///
    /// Those of [`PipeListener::bind`]; and [`is_invalid`](Error::is_invalid) if the limit of clients is none.
    #[doc(alias = "CreateNamedPipe")]
    pub fn bind(&self, name: impl TryInto<PipeName, Error: Into<Error>>) -> Result<PipeListener> {
        let name = name.try_into().map_err(Into::into)?;
        if self.settings.instances.is_some_and(|most| !(1..=MOST_INSTANCES).contains(&most)) {
            let why = "a pipe can be limited to 1 to 254 clients; without a limit nothing is to be said";
            return Err(Error::invalid(Operation::Bind, why).with_detail(name.to_string()));
        }
        let listener = Listener::bind(name.encode(), self.settings)
            .during(Operation::Bind)
            .map_err(|error| error.with_detail(name.to_string()))?;
        Ok(PipeListener::new(listener, name))
    }

    /// Connects to a pipe; waits until its server has room for a client, or the deadline has passed.
    ///
    /// # Errors
    ///
    /// Those of [`PipeStream::connect`]; and [`is_deadline_passed`](Error::is_deadline_passed).
    #[doc(alias = "CreateFile")]
    #[doc(alias = "WaitNamedPipe")]
    pub fn connect(
        &self,
        name: impl TryInto<PipeName, Error: Into<Error>>,
        deadline: impl Into<Deadline>,
    ) -> Result<PipeStream> {
        let (name, deadline) = (name.try_into().map_err(Into::into)?, deadline.into());
        let encoded = name.encode();
        let level = IMPERSONATION[self.impersonation as usize];
        let attempt = |limit: Option<Duration>| match Stream::open(&encoded, level) {
            // Another may be faster than who was told of an instance.
            Err(errno) if Stream::is_busy(errno) && limit != Some(Duration::ZERO) => {
                Stream::wait_for_instance(&encoded, limit).map(|_| None)
            }
            Err(errno) if Stream::is_busy(errno) => Ok(None),
            Err(Errno::INTR) => Ok(None),
            opened => opened.map(Some),
        };
        let connected = until(Operation::Connect, deadline, attempt);
        connected.map(PipeStream::new).map_err(|error| error.with_detail(name.to_string()))
    }
}

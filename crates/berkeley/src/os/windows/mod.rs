//! What only Windows has: named pipes. Names are checked everywhere; to open one is unsupported elsewhere.
//!
//! A named pipe is what other systems have Unix sockets for, and Windows had before it had these: a stream of bytes both
//! ways between processes of one machine, under a name. Many programs are spoken to by one.
//!
//! They keep the rules of sockets: a call waits, waits until a deadline, or does not wait, as it is called; what is read
//! from them and written to them goes through [`Read`](std::io::Read) and [`Write`](std::io::Write) as well; they are
//! sources, of a [`Poller`](crate::Poller) beside sockets; and nothing is inherited by child processes.
//!
//! | there | here |
//! |---|---|
//! | a listener | [`PipeListener`]: makes the name, accepts clients |
//! | a stream | [`PipeStream`]: an end of a pipe, of a server or of a client |
//! | a name | [`PipeName`]: checked when it is made |
//! | how either is opened | [`PipeOptions`] |
//!
//! # Examples
//!
//! ```
//! use berkeley::SECOND;
//! use berkeley::os::windows::{PipeListener, PipeStream};
//! use std::io::{Read, Write};
//!
//! # if !cfg!(windows) { return Ok(()); }
//! let name = format!(r"\\.\pipe\berkeley-example-{}", std::process::id());
//! let listener = PipeListener::bind(name.as_str())?;
//! let mut client = PipeStream::connect(name.as_str())?;
//! let server = listener.by(SECOND * 10).accept()?;
//!
//! client.write_all(b"question")?;
//! let mut question = [0; 8];
//! server.by(SECOND * 10).read_exact(&mut question)?;
//! assert_eq!(&question, b"question");
//!
//! drop(client);
//! assert_eq!(server.recv(&mut question)?, 0, "the end");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod listener;
mod name;
mod options;
mod stream;

use std::time::Duration;

pub use self::listener::PipeListener;
pub use self::name::PipeName;
pub use self::options::{Impersonation, PipeOptions};
pub use self::stream::PipeStream;
use crate::deadline::Deadline;
use crate::error::{Errno, Error, Operation, Result};
use crate::sys;

/// Makes sources of types that have a pipe: `the type, |it| what is known of the pipe`. Types that lend
/// a socket are sources whatever holds them; of these, what holds them is written out.
macro_rules! lends_pipe {
    ($($type:ty, |$it:ident| $pipe:expr;)*) => { $(
        impl $crate::source::AsSource for $type {
            fn as_source(&self) -> $crate::source::Source<'_> {
                let $it = self;
                $crate::source::Source::new($crate::sys::pipe::borrowed($pipe))
            }
        }
    )* };
}

use lends_pipe;

/// Attempts a call until it gives something or the deadline has passed, at least once.
fn until<T>(
    operation: Operation,
    deadline: Deadline,
    mut attempt: impl FnMut(Option<Duration>) -> sys::Result<Option<T>>,
) -> Result<T> {
    loop {
        match attempt(deadline.remaining()) {
            Ok(Some(value)) => return Ok(value),
            Ok(None) if deadline.has_passed() => return Err(Error::deadline_passed(operation)),
            Ok(None) | Err(Errno::INTR) => {}
            Err(errno) => return Err(Error::new(operation, errno)),
        }
    }
}

/// Makes of a call that had no time to wait what a view gives that never waits.
fn at_once<T>(given: Result<T>) -> Result<Option<T>> {
    match given {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_deadline_passed() => Ok(None),
        Err(error) => Err(error),
    }
}

//! Named pipes: handles whose operations are overlapped, and calls that wait for them a time.
//!
//! | part | does |
//! |---|---|
//! | `event` | something to wait for; one for each thread that reads |
//! | `file` | an end of a pipe: opened, created, closed |
//! | `underway` | an operation that goes on by itself, whoever has let go of it |
//! | `stream` | reads and writes |
//! | `listener` | the instance that the next client is to have |
//!
//! A read goes into the caller's memory: it is over, or was cancelled and has ended, before the call returns. Everything
//! that outlives its call is of memory of its own, which is freed when the system has let go.

mod event;
mod file;
mod listener;
mod stream;
mod underway;

use std::marker::PhantomData;
use std::sync::Arc;

use windows_sys::Win32::Foundation::{GetLastError, HANDLE};

pub(crate) use self::file::{IMPERSONATION, MOST_INSTANCES};
pub(crate) use self::listener::Listener;
pub(crate) use self::stream::Stream;
use super::Result;
use super::descriptor::Borrowed;
use crate::error::Errno;
use crate::ready::Ready;

/// What a source that is no socket leads to.
#[derive(Debug)]
// The two lowest bits of its address are zero, which `descriptor::Borrowed` needs.
#[repr(align(8))]
pub(crate) enum Waitable {
    Stream(Arc<Stream>),
    Listener(Arc<Listener>),
}

pub(crate) fn borrowed(pipe: &Arc<Waitable>) -> Borrowed<'_> {
    Borrowed::of_pipe(pipe)
}

/// An event that is lent.
#[derive(Clone, Copy, Debug)]
pub(in crate::sys) struct Signal<'a>(HANDLE, PhantomData<&'a ()>);

impl Signal<'_> {
    pub(in crate::sys) fn handle(self) -> HANDLE {
        self.0
    }
}

impl Waitable {
    /// Returns what of that is ready, and has the events of the rest be set when it may have become so.
    pub(in crate::sys) fn ready(&self, asked: Ready) -> Ready {
        match self {
            Self::Stream(stream) => stream.ready(asked),
            Self::Listener(listener) => listener.ready(asked),
        }
    }

    /// Lends the event that is set when something may have become readable, or else writable.
    pub(in crate::sys) fn signal(&self, of: Ready) -> Option<Signal<'_>> {
        let event = match self {
            Self::Stream(stream) if of == Ready::READABLE => stream.arrival(),
            Self::Stream(stream) if of == Ready::WRITABLE => stream.room(),
            Self::Listener(listener) if of == Ready::READABLE => listener.arrival(),
            _ => return None,
        };
        Some(Signal(event.handle(), PhantomData))
    }
}

/// Takes what a function of Windows returned: zero says that the last error has the reason.
fn done(returned: i32) -> Result<()> {
    if returned == 0 { Err(last_error()) } else { Ok(()) }
}

fn last_error() -> Errno {
    // SAFETY: the call takes nothing.
    Errno::from_raw(unsafe { GetLastError() } as i32)
}

/// Returns whether an error is that number of Windows'.
fn is(errno: Errno, number: u32) -> bool {
    errno.as_raw() == number as i32
}

//! Receiving until the buffer is full.
//!
//! `MSG_WAITALL` asks for that only of a call that waits in the system: a view's does not, nor does any on a
//! descriptor that is non-blocking. Here it is asked for in every mode.

use std::io::IoSliceMut;
use std::ops::ControlFlow;

use super::SocketOf;
use super::flags::ReceiveFlags;
use super::io::{Message, at_once};
use super::mode::{Mode, Waiter};
use super::received::Outcome;
use super::role::{Role, Transfers};
use crate::error::{During, Errno, Error, Operation, Result};
use crate::kind::Kind;
use crate::sys::address::RawAddress;
use crate::sys::{self, Attempt, Buffer, Delivered};

/// Whether a receive is to fill the buffer: of a stream, of which each piece is taken once.
#[inline]
pub(super) fn is_wanted<R: Role>(socket: &SocketOf<R>, flags: ReceiveFlags) -> bool {
    flags.contains(ReceiveFlags::WAITALL)
        && !flags.contains(ReceiveFlags::PEEK)
        && socket.kind() == Kind::STREAM
}

/// What an attempt that failed leads to: the next one, or the end and perhaps its reason.
struct Attempts<'a> {
    waiter: Waiter<'a>,
    failed: Option<Error>,
}

impl<'a> Attempts<'a> {
    fn new<M: Mode, R: Role>(socket: &'a SocketOf<R>, mode: M, flags: i32) -> Self {
        Self { waiter: Waiter::new(socket.receiving(flags), mode.patience()), failed: None }
    }

    fn after(&mut self, errno: Errno) -> Option<Attempt> {
        match self.waiter.after(errno) {
            Ok(ControlFlow::Continue(attempt)) => Some(attempt),
            Ok(ControlFlow::Break(())) => None,
            Err(error) => {
                self.failed = Some(error);
                None
            }
        }
    }

    /// Gives what was received, or, where that was nothing, why: an error that comes later comes again.
    fn end<M: Mode, T: Outcome>(self, length: Option<usize>) -> Result<M::Output<T>> {
        match (length, self.failed) {
            (Some(length), _) => Ok(M::done(T::from_delivered(Delivered { length, missing: 0 }))),
            (None, Some(error)) => Err(error),
            (None, None) => M::nothing().ok_or_else(|| Error::new(Operation::Receive, Errno::AGAIN)),
        }
    }
}

#[cold]
pub(super) fn recv<M: Mode, R: Transfers, B: Buffer + ?Sized>(
    socket: &SocketOf<R>,
    mode: M,
    buffer: &mut B,
    flags: i32,
) -> Result<M::Output<R::Received>> {
    let mut attempts = Attempts::new(socket, mode, flags);
    let after = &mut |errno| attempts.after(errno);
    let length = sys::io::recv_all(socket.borrowed(), buffer, flags, M::FIRST, after);
    attempts.end::<M, _>(length)
}

#[cold]
pub(super) fn recv_vectored<M: Mode, R: Transfers>(
    socket: &SocketOf<R>,
    mode: M,
    slices: &mut [IoSliceMut<'_>],
    flags: i32,
) -> Result<M::Output<R::Received>> {
    let mut attempts = Attempts::new(socket, mode, flags);
    let mut rest: Vec<_> = slices.iter_mut().map(|slice| IoSliceMut::new(slice)).collect();
    let (mut rest, mut done, mut attempt) = (&mut rest[..], 0, M::FIRST);
    while rest.iter().any(|slice| !slice.is_empty()) {
        let count = at_once(socket, rest.len());
        match sys::io::recv_vectored(socket.borrowed(), &mut rest[..count], flags, attempt, None, false) {
            Ok(Delivered { length: 0, .. }) => break,
            Ok(Delivered { length, .. }) => {
                done += length;
                IoSliceMut::advance_slices(&mut rest, length);
            }
            Err(errno) => match attempts.after(errno) {
                Some(next) => attempt = next,
                None => return attempts.end::<M, _>((done > 0).then_some(done)),
            },
        }
    }
    attempts.end::<M, _>(Some(done))
}

/// What was received of a stream, and the address that a stream's data comes with: none.
pub(super) fn from_nobody<M: Mode, R: Transfers>(
    socket: &SocketOf<R>,
    received: M::Output<R::Received>,
) -> Result<M::Output<Message<R>>> {
    let nobody = socket.decode(&RawAddress::empty()).during(Operation::Receive)?;
    Ok(M::map(received, |received| (received, nobody)))
}

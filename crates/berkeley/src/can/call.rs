//! What the calls of the three modes have in common: a value that is there at once, or perhaps not.

use crate::deadline::Deadline;
use crate::error::{Error, Operation, Result};
use crate::socket::back_off;

/// What a call gives of a `T` in the modes that wait.
pub(super) type Always<T> = T;

pub(super) fn always<T, U>(given: T, into: impl FnOnce(T) -> Result<U>) -> Result<U> {
    into(given)
}

pub(super) fn perhaps<T, U>(given: Option<T>, into: impl FnOnce(T) -> Result<U>) -> Result<Option<U>> {
    given.map(into).transpose()
}

/// Sends until the queue of the interface has room: it is full without the socket being so, and no poll tells when that
/// ends.
pub(super) fn until_room<T>(deadline: Deadline, mut send: impl FnMut() -> Result<T>) -> Result<T> {
    let mut in_vain = 0;
    loop {
        match send() {
            Err(error) if error.is_no_buffer_space() => {
                in_vain += 1;
                back_off(in_vain, deadline);
                if deadline.has_passed() {
                    return Err(Error::deadline_passed(Operation::Send)
                        .with_detail("the queue of the interface stayed full"));
                }
            }
            outcome => return outcome,
        }
    }
}

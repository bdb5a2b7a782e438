//! A switch under the system calls: it makes them fail, cuts them short and counts them. Debug builds only.
//!
//! The switch belongs to a thread, so that tests beside each other do not meet.

use std::cell::RefCell;
use std::io::IoSlice;

use crate::error::{Errno, Operation};

/// What a fault does to the calls that it befalls.
#[derive(Clone, Copy, Debug)]
pub enum Effect {
    /// The call is not made; it fails with this number.
    Fail(Errno),
    /// The call is made with at most this many bytes.
    Shorten(usize),
}

/// Calls that are to go wrong.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// What the calls do.
    pub operation: Operation,
    /// How many calls go well first.
    pub skip: usize,
    /// How many calls go wrong then.
    pub times: usize,
    /// What goes wrong.
    pub effect: Effect,
}

#[derive(Default)]
struct Switch {
    faults: Vec<Fault>,
    calls: Vec<Operation>,
    counting: bool,
}

thread_local! {
    static SWITCH: RefCell<Switch> = RefCell::default();
}

/// Arms a fault for the calls of this thread.
pub fn arm(fault: Fault) {
    SWITCH.with_borrow_mut(|switch| switch.faults.push(fault));
}

/// Disarms all faults of this thread; returns how many calls were still to go wrong.
#[allow(clippy::must_use_candidate, reason = "who only ends a test need not look")]
pub fn disarm() -> usize {
    SWITCH.with_borrow_mut(|switch| switch.faults.drain(..).map(|fault| fault.times).sum())
}

/// Runs `work` and returns the system calls that this thread made in it.
pub fn calls_of<T>(work: impl FnOnce() -> T) -> (T, Vec<Operation>) {
    SWITCH.with_borrow_mut(|switch| {
        switch.counting = true;
        switch.calls.clear();
    });
    let result = work();
    let calls = SWITCH.with_borrow_mut(|switch| {
        switch.counting = false;
        std::mem::take(&mut switch.calls)
    });
    (result, calls)
}

/// Takes the effect that is due for this call, if any.
fn due(operation: Operation, wanted: impl Fn(Effect) -> bool) -> Option<Effect> {
    SWITCH.with_borrow_mut(|switch| {
        let fault = switch
            .faults
            .iter_mut()
            .find(|fault| fault.operation == operation && fault.times > 0 && wanted(fault.effect))?;
        if fault.skip > 0 {
            fault.skip -= 1;
            return None;
        }
        fault.times -= 1;
        Some(fault.effect)
    })
}

/// Fails if this call is to fail; counts it.
pub(crate) fn check(operation: Operation) -> Result<(), Errno> {
    SWITCH.with_borrow_mut(|switch| {
        if switch.counting {
            switch.calls.push(operation);
        }
    });
    match due(operation, |effect| matches!(effect, Effect::Fail(_))) {
        Some(Effect::Fail(errno)) => Err(errno),
        _ => Ok(()),
    }
}

/// Returns how many of `length` bytes this call is to be about.
pub(crate) fn limit(operation: Operation, length: usize) -> usize {
    match due(operation, |effect| matches!(effect, Effect::Shorten(_))) {
        Some(Effect::Shorten(most)) => length.min(most),
        _ => length,
    }
}

/// Returns what of data in several places this call is to be about, if that is not all of it.
pub(crate) fn limit_slices<'a>(operation: Operation, data: &'a [IoSlice<'a>]) -> Option<Vec<IoSlice<'a>>> {
    let total = data.iter().map(|slice| slice.len()).sum();
    let mut left = limit(operation, total);
    if left == total {
        return None;
    }
    let cut = data.iter().map(|slice| {
        let now = &slice[..left.min(slice.len())];
        left -= now.len();
        IoSlice::new(now)
    });
    Some(cut.collect())
}

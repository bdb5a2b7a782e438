//! System calls that go wrong as a test says.

pub use berkeley::fault::{Effect, Fault, calls_of};
use berkeley::{Errno, Operation};

/// Faults of this thread's system calls, for as long as the value exists.
///
/// Dropping it checks that each of them has happened: a test of a fault that never came proves nothing.
#[derive(Debug)]
#[must_use = "the faults end with the value"]
pub struct Faults(());

impl Faults {
    /// Makes the next `times` calls fail.
    pub fn fail(operation: Operation, errno: Errno, times: usize) -> Self {
        Self(()).and_fail(operation, errno, times)
    }

    /// Makes `times` calls fail, after `skip` that go well.
    pub fn fail_after(skip: usize, operation: Operation, errno: Errno, times: usize) -> Self {
        Self(()).and_fail_after(skip, operation, errno, times)
    }

    /// Makes the next `times` calls be about at most `length` bytes.
    pub fn shorten(operation: Operation, length: usize, times: usize) -> Self {
        berkeley::fault::arm(Fault { operation, skip: 0, times, effect: Effect::Shorten(length) });
        Self(())
    }

    /// Adds calls that fail.
    pub fn and_fail(self, operation: Operation, errno: Errno, times: usize) -> Self {
        self.and_fail_after(0, operation, errno, times)
    }

    /// Adds calls that fail, after `skip` that go well.
    pub fn and_fail_after(self, skip: usize, operation: Operation, errno: Errno, times: usize) -> Self {
        berkeley::fault::arm(Fault { operation, skip, times, effect: Effect::Fail(errno) });
        self
    }
}

impl Drop for Faults {
    fn drop(&mut self) {
        let left = berkeley::fault::disarm();
        if !std::thread::panicking() {
            assert_eq!(left, 0, "so many faults never happened");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use berkeley::{Family, Kind, Protocol, Socket};

    fn open() -> berkeley::Result<Socket> {
        Socket::open(Family::INET, Kind::DGRAM, Protocol::DEFAULT)
    }

    #[test]
    fn a_fault_happens_as_often_as_it_is_to() {
        let faults = Faults::fail(Operation::Open, Errno::MFILE, 2);
        assert!(open().unwrap_err().is_descriptor_limit());
        assert!(open().is_err());
        assert!(open().is_ok());
        drop(faults);
    }

    #[test]
    #[should_panic(expected = "never happened")]
    fn a_fault_that_does_not_happen_is_a_failure() {
        drop(Faults::fail(Operation::Open, Errno::MFILE, 1));
    }

    #[test]
    fn calls_are_counted() {
        let (socket, calls) = calls_of(open);
        // Windows has another call that makes it non-blocking.
        assert_eq!(calls, [Operation::Open, Operation::Control][..=usize::from(cfg!(windows))]);
        drop(socket);
    }
}

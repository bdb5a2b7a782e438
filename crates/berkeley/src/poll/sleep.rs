//! Whether the poller is asleep, as its wakers see it.

#[cfg(all(test, berkeley_loom))]
use loom::sync::atomic::{AtomicU8, Ordering};
#[cfg(not(all(test, berkeley_loom)))]
use std::sync::atomic::{AtomicU8, Ordering};

const AWAKE: u8 = 0;
const ASLEEP: u8 = 1;
/// A waker was used, and the poller does not know yet.
const DISTURBED: u8 = 2;
/// As that; and the poller, which waits, could not be signalled.
const UNSIGNALLED: u8 = 3;

/// The state that a poller shares with its wakers.
#[derive(Debug)]
pub(super) struct Sleep(AtomicU8);

impl Sleep {
    pub(super) fn new() -> Self {
        Self(AtomicU8::new(AWAKE))
    }

    /// Says that the poller is about to wait; returns `false` if it need not, because it was disturbed.
    #[inline]
    pub(super) fn begin(&self) -> bool {
        // Whoever disturbs from here on signals.
        self.0.compare_exchange(AWAKE, ASLEEP, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Says that the poller has waited; returns whether it was disturbed, and forgets that.
    #[inline]
    pub(super) fn end(&self) -> bool {
        self.0.swap(AWAKE, Ordering::AcqRel) >= DISTURBED
    }

    /// Disturbs; returns `true` if the poller has to be signalled because it waits.
    #[inline]
    pub(super) fn disturb(&self) -> bool {
        matches!(self.0.swap(DISTURBED, Ordering::AcqRel), ASLEEP | UNSIGNALLED)
    }

    /// Says that the poller could not be signalled, so that whoever disturbs next tries again.
    #[cold]
    pub(super) fn unsignalled(&self) {
        let _ = self.0.compare_exchange(DISTURBED, UNSIGNALLED, Ordering::AcqRel, Ordering::Relaxed);
    }
}

#[cfg(all(test, berkeley_loom))]
mod tests {
    use loom::sync::{Arc, Condvar, Mutex};
    use loom::thread;

    use super::*;

    /// What the system does: a signal stays until a wait ends by it.
    #[derive(Default)]
    struct Signal {
        there: Mutex<u32>,
        came: Condvar,
    }

    impl Signal {
        fn set(&self) {
            *self.there.lock().unwrap() += 1;
            self.came.notify_one();
        }

        fn wait(&self) {
            let mut there = self.there.lock().unwrap();
            while *there == 0 {
                there = self.came.wait(there).unwrap();
            }
            *there -= 1;
        }
    }

    /// Waits as a poller does, until it was disturbed. A wait that is never ended is a deadlock, which loom reports.
    fn wait(sleep: &Sleep, signal: &Signal) {
        loop {
            if sleep.begin() {
                signal.wait();
            }
            if sleep.end() {
                return;
            }
        }
    }

    fn check(wakers: usize, wakes: usize) {
        let mut model = loom::model::Builder::new();
        // All that two threads can do to a third takes no more changes of who runs; without a bound it takes minutes.
        model.preemption_bound = Some(3);
        model.check(move || {
            let shared = Arc::new((Sleep::new(), Signal::default(), AtomicU8::new(0)));
            let threads: Vec<_> = (0..wakers)
                .map(|_| {
                    let shared = Arc::clone(&shared);
                    thread::spawn(move || {
                        for _ in 0..wakes {
                            shared.2.fetch_add(1, Ordering::Relaxed);
                            if shared.0.disturb() {
                                shared.1.set();
                            }
                        }
                    })
                })
                .collect();
            // Each wait sees all that came before the wake that ended it: it ends when it has seen everything.
            while shared.2.load(Ordering::Relaxed) < (wakers * wakes) as u8 {
                wait(&shared.0, &shared.1);
            }
            for thread in threads {
                thread.join().unwrap();
            }
        });
    }

    #[test]
    fn no_wake_of_one_thread_is_lost() {
        check(1, 2);
    }

    #[test]
    fn no_wake_of_two_threads_is_lost() {
        check(2, 1);
    }

    #[test]
    fn a_signal_that_failed_is_tried_again() {
        loom::model(|| {
            let shared = Arc::new((Sleep::new(), Signal::default()));
            let other = Arc::clone(&shared);
            let thread = thread::spawn(move || {
                // The first signal fails.
                if other.0.disturb() {
                    other.0.unsignalled();
                }
                if other.0.disturb() {
                    other.1.set();
                }
            });
            wait(&shared.0, &shared.1);
            thread.join().unwrap();
        });
    }
}

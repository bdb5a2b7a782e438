//! Sources that are not what they were: removed, closed by others, swapped, numbers that are used again, faults.

#![allow(clippy::unwrap_used, clippy::expect_used)]
#![cfg(unix)]
#![allow(unsafe_code, reason = "to close a descriptor that another value owns")]

use std::mem::ManuallyDrop;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use berkeley::{Backend, Deadline, Event, Events, Interest, Key, Poller, Ready, SECOND, Trigger, UdpSocket};
use berkeley_testkit::{LOOPBACK, QUIET, leak, limit, ready, udp_pair, wait_for};

/// A socket that its owner never closes, because somebody else does.
struct Kept(ManuallyDrop<UdpSocket>);

impl Kept {
    fn new(socket: UdpSocket) -> Self {
        Self(ManuallyDrop::new(socket))
    }

    fn close(&self) {
        // SAFETY: the owner never closes it, and nobody touches the number again as this socket.
        drop(unsafe { OwnedFd::from_raw_fd(self.as_fd().as_raw_fd()) });
    }
}

impl AsFd for Kept {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Runs `body` with a poller of each backend, and nothing beside it that opens or closes descriptors.
fn each_poller<T>(body: impl FnMut(Poller<T>)) {
    let _limit = limit();
    leak::check(|| berkeley_testkit::each_poller(body));
}

/// Makes `socket` another one, under the number that it has.
fn replace_under(socket: &UdpSocket, other: &UdpSocket) {
    // SAFETY: both are open; what had the number is closed, and its owner owns the new one.
    assert!(unsafe { libc::dup2(other.as_fd().as_raw_fd(), socket.as_fd().as_raw_fd()) } >= 0);
}

#[test]
fn a_source_that_is_replaced_in_its_entry_is_found_out() {
    each_poller(|mut poller| {
        let (left, right) = udp_pair(LOOPBACK).unwrap();
        let (other_left, other_right) = udp_pair(LOOPBACK).unwrap();
        let key = poller.add(right, Interest::READABLE).unwrap();
        // The old source lives on, elsewhere.
        let old = std::mem::replace(poller.get_mut(key).unwrap(), other_right);
        left.send(b"to the old one").unwrap();
        other_left.send(b"to the new one").unwrap();
        let event = wait_for(&mut poller, |_| true);
        assert!(event.key() == key && event.ready() == Ready::DETACHED, "{event:?}");
        assert_eq!(poller.interest(key), Some(Interest::NONE));
        assert_eq!(ready(&mut poller, QUIET), [], "it is waited for no more");
        // The interest is that in the source which is lent now.
        poller.set_interest(key, Interest::READABLE).unwrap();
        assert_eq!(ready(&mut poller, SECOND * 10), [(key, Ready::READABLE)]);
        assert_eq!(poller.get(key).unwrap().recv(&mut [0; 20]).unwrap().len(), 14);
        // And the old one may be added again.
        let again = poller.add(old, Interest::READABLE).unwrap();
        assert_eq!(ready(&mut poller, SECOND * 10), [(again, Ready::READABLE)]);
    });
}

#[test]
fn an_interest_that_is_set_registers_the_source_that_is_lent_now() {
    each_poller(|mut poller| {
        let (left, right) = udp_pair(LOOPBACK).unwrap();
        let key = poller.add(UdpSocket::bind(LOOPBACK).unwrap(), Interest::READABLE).unwrap();
        drop(std::mem::replace(poller.get_mut(key).unwrap(), right));
        poller.set_interest(key, Interest::READABLE).unwrap();
        left.send(b"x").unwrap();
        assert_eq!(ready(&mut poller, SECOND * 10), [(key, Ready::READABLE)]);
    });
}

#[test]
fn a_removal_ends_no_other_registration_that_has_its_number() {
    each_poller(|mut poller| {
        let (left, right) = udp_pair(LOOPBACK).unwrap();
        let number = right.as_fd().as_raw_fd();
        let key = poller.add(right, Interest::READABLE).unwrap();
        // The entry lends another source now, and its number goes to a third.
        drop(std::mem::replace(poller.get_mut(key).unwrap(), UdpSocket::bind(LOOPBACK).unwrap()));
        let third = left.duplicate().unwrap();
        assert_eq!(third.as_fd().as_raw_fd(), number, "the lowest number that is free is given out");
        let third = poller.add(third, Interest::WRITABLE).unwrap();
        poller.remove(key).unwrap();
        assert_eq!(ready(&mut poller, SECOND * 10), [(third, Ready::WRITABLE)]);
        poller.set_interest(third, Interest::READABLE).unwrap();
        assert_eq!(ready(&mut poller, QUIET), []);
    });
}

#[test]
fn a_source_that_was_closed_by_somebody_else_can_be_removed() {
    each_poller(|mut poller| {
        let key = poller.add(Kept::new(UdpSocket::bind(LOOPBACK).unwrap()), Interest::READABLE).unwrap();
        let number = poller.get(key).unwrap().as_fd().as_raw_fd();
        poller.get(key).unwrap().close();
        if poller.backend() == Backend::Poll {
            let event = wait_for(&mut poller, |_| true);
            assert!(event.is_detached(), "{event:?}");
        }
        assert_eq!(ready(&mut poller, QUIET), []);
        // Another source gets the number, and is added while the first entry still claims it.
        let other = Kept::new(UdpSocket::bind(LOOPBACK).unwrap());
        assert_eq!(other.as_fd().as_raw_fd(), number, "the lowest number that is free is given out");
        match poller.add(other, Interest::WRITABLE) {
            Ok(other) => {
                poller.remove(key).unwrap();
                assert_eq!(ready(&mut poller, SECOND * 10), [(other, Ready::WRITABLE)]);
                poller.remove(other).unwrap().close();
            }
            // In a list of numbers, both are the same.
            Err(error) => {
                assert_eq!(poller.backend(), Backend::Poll, "{error}");
                error.into_entry().close();
                poller.remove(key).unwrap();
            }
        }
    });
}

#[test]
fn another_source_under_the_same_number_is_registered_by_setting_the_interest() {
    each_poller(|mut poller| {
        let (left, right) = udp_pair(LOOPBACK).unwrap();
        let key = poller.add(UdpSocket::bind(LOOPBACK).unwrap(), Interest::READABLE).unwrap();
        replace_under(poller.get(key).unwrap(), &right);
        drop(right);
        poller.set_interest(key, Interest::READABLE).unwrap();
        left.send(b"x").unwrap();
        assert_eq!(ready(&mut poller, SECOND * 10), [(key, Ready::READABLE)]);
    });
}

#[test]
#[cfg(debug_assertions)]
fn a_registration_that_nobody_can_name_any_more_is_got_rid_of() {
    each_poller(|mut poller| {
        let (left, right) = udp_pair(LOOPBACK).unwrap();
        // What the kernel watches is the open file, and a duplicate keeps it open.
        let duplicate = right.duplicate().unwrap();
        let key = poller.add(Kept::new(right), Interest::READABLE).unwrap();
        let bystander = Kept::new(UdpSocket::bind(LOOPBACK).unwrap());
        let bystander = poller.add(bystander, Interest::WRITABLE).unwrap();
        let waker = poller.waker().unwrap();
        poller.get(key).unwrap().close();
        poller.remove(key).unwrap();
        left.send(b"to the duplicate").unwrap();
        assert_eq!(ready(&mut poller, SECOND * 10), [(bystander, Ready::WRITABLE)]);
        poller.set_interest(bystander, Interest::READABLE).unwrap();
        let (found, calls) = berkeley::fault::calls_of(|| ready(&mut poller, QUIET));
        assert_eq!(found, []);
        let waits = calls.iter().filter(|call| **call == berkeley::Operation::Wait).count();
        assert!(waits <= 3, "it wakes the poller {waits} times");
        waker.wake().unwrap();
        assert_eq!(
            ready(&mut poller, Deadline::never()),
            [(Key::WAKER, Ready::WOKEN)],
            "the waker is in the new set"
        );
        drop(duplicate);
        poller.remove(bystander).unwrap().close();
    });
}

#[test]
#[cfg(debug_assertions)]
fn an_entry_that_is_removed_to_be_closed_costs_no_system_call() {
    each_poller(|mut poller| {
        let (left, right) = udp_pair(LOOPBACK).unwrap();
        let key = poller.add(right, Interest::READABLE).unwrap();
        let (removed, calls) = berkeley::fault::calls_of(|| poller.remove_to_close(key));
        assert_eq!(calls, []);
        assert!(poller.remove_to_close(key).is_none() && poller.is_empty());
        drop(removed);
        left.send(b"x").unwrap();
        assert_eq!(ready(&mut poller, QUIET), []);
    });
}

#[test]
#[cfg(debug_assertions)]
fn an_entry_that_is_removed_to_be_closed_and_is_not_is_reported_to_nobody() {
    each_poller(|mut poller| {
        let (left, right) = udp_pair(LOOPBACK).unwrap();
        let key = poller.add(right, Interest::READABLE).unwrap();
        let bystander = poller.add(UdpSocket::bind(LOOPBACK).unwrap(), Interest::READABLE).unwrap();
        let kept = poller.remove_to_close(key).unwrap();
        left.send(b"x").unwrap();
        assert_eq!(ready(&mut poller, QUIET), []);
        let (found, calls) = berkeley::fault::calls_of(|| ready(&mut poller, QUIET));
        let waits = calls.iter().filter(|call| **call == berkeley::Operation::Wait).count();
        assert!(found.is_empty() && waits <= 3, "it wakes the poller {waits} times");
        // It may be added again, and the others are where they were.
        let again = poller.add(kept, Interest::READABLE).unwrap();
        assert_eq!(ready(&mut poller, SECOND * 10), [(again, Ready::READABLE)]);
        poller.set_interest(bystander, Interest::WRITABLE).unwrap();
        poller.remove(again);
        assert_eq!(ready(&mut poller, SECOND * 10), [(bystander, Ready::WRITABLE)]);
    });
}

/// To add what is still registered, before the next wait has found that out.
#[test]
fn an_entry_that_is_removed_to_be_closed_may_be_added_at_once() {
    each_poller(|mut poller| {
        let (left, right) = udp_pair(LOOPBACK).unwrap();
        let key = poller.add(right, Interest::READABLE).unwrap();
        let kept = poller.remove_to_close(key).unwrap();
        let again = poller.add(kept, Interest::READABLE).unwrap();
        left.send(b"x").unwrap();
        assert_eq!(ready(&mut poller, SECOND * 10), [(again, Ready::READABLE)]);
    });
}

#[test]
fn a_regular_file_is_refused_or_always_ready() {
    each_poller(|mut poller| match poller.add(tempfile::tempfile().unwrap(), Interest::READABLE) {
        Ok(key) => assert_eq!(ready(&mut poller, SECOND * 10), [(key, Ready::READABLE)]),
        Err(error) => {
            assert_eq!(poller.backend(), Backend::Epoll);
            assert!(error.to_string().contains("regular files"), "{error}");
            assert!(error.into_entry().metadata().unwrap().is_file());
        }
    });
}

#[test]
fn pipes_and_terminals_are_waited_for_as_well() {
    each_poller(|mut poller| {
        let (reading, writing) = std::io::pipe().unwrap();
        let reading = poller.add(OwnedFd::from(reading), Interest::READABLE).unwrap();
        let writing = poller.add(OwnedFd::from(writing), Interest::WRITABLE.once()).unwrap();
        assert_eq!(ready(&mut poller, SECOND * 10), [(writing, Ready::WRITABLE)]);
        drop(poller.remove(writing));
        let event = wait_for(&mut poller, Event::is_readable);
        assert!(event.key() == reading && event.is_hang_up() || cfg!(not(target_os = "linux")), "{event:?}");
    });
}

#[test]
fn a_poller_closes_what_it_has() {
    let _limit = limit();
    each_poller(|mut poller| {
        poller.add(UdpSocket::bind(LOOPBACK).unwrap(), Interest::READABLE).unwrap();
        poller.waker().unwrap();
        poller.add_timer(SECOND);
    });
}

#[cfg(debug_assertions)]
mod faults {
    use std::rc::Rc;

    use berkeley::fault::{Effect, Fault};
    use berkeley::{Errno, Operation};
    use berkeley_testkit::fault::Faults;

    use super::*;

    /// poll(2) has a list of ours: adding and removing is no system call.
    fn each_poller_that_registers<T>(mut body: impl FnMut(Poller<T>)) {
        each_poller(|poller| {
            if !matches!(poller.backend(), Backend::Poll | Backend::WsaPoll) {
                body(poller);
            }
        });
    }

    #[test]
    fn a_wait_that_is_interrupted_waits_on() {
        each_poller(|mut poller| {
            let (left, right) = udp_pair(LOOPBACK).unwrap();
            let key = poller.add(right, Interest::READABLE).unwrap();
            {
                let _faults = Faults::fail(Operation::Wait, Errno::INTR, 5);
                let start = std::time::Instant::now();
                assert_eq!(ready(&mut poller, QUIET), []);
                assert!(start.elapsed() >= QUIET);
            }
            left.send(b"x").unwrap();
            let _faults = Faults::fail(Operation::Wait, Errno::INTR, 5);
            assert_eq!(ready(&mut poller, Deadline::never()), [(key, Ready::READABLE)]);
        });
    }

    #[test]
    fn an_interruption_does_not_prolong_a_wait_for_nothing() {
        each_poller::<UdpSocket>(|mut poller| {
            let _faults = Faults::fail(Operation::Wait, Errno::INTR, 1);
            assert_eq!(ready(&mut poller, Deadline::now()), []);
        });
    }

    #[test]
    fn a_wait_that_fails_says_so_and_the_next_one_works() {
        each_poller::<UdpSocket>(|mut poller| {
            let waker = poller.waker().unwrap();
            {
                let _faults = Faults::fail(Operation::Wait, Errno::NOMEM, 1);
                let error = poller.wait(&mut Events::new(), Deadline::now()).unwrap_err();
                assert_eq!((error.operation(), error.errno()), (Operation::Wait, Some(Errno::NOMEM)));
            }
            waker.wake().unwrap();
            assert_eq!(ready(&mut poller, Deadline::never()), [(Key::WAKER, Ready::WOKEN)]);
        });
    }

    #[test]
    fn an_addition_that_fails_gives_the_entry_back_and_leaves_nothing() {
        each_poller_that_registers(|mut poller| {
            let socket = UdpSocket::bind(LOOPBACK).unwrap();
            let error = {
                let _faults = Faults::fail(Operation::Register, Errno::NOMEM, 1);
                poller.add(socket, Interest::WRITABLE).unwrap_err()
            };
            assert_eq!(error.error().errno(), Some(Errno::NOMEM));
            assert_eq!((poller.len(), poller.iter().count()), (0, 0));
            let key = poller.add(error.into_entry(), Interest::WRITABLE).unwrap();
            assert_eq!(ready(&mut poller, SECOND * 10), [(key, Ready::WRITABLE)]);
        });
    }

    #[test]
    fn an_interest_that_cannot_be_set_leaves_the_old_one() {
        each_poller_that_registers(|mut poller| {
            let key = poller.add(UdpSocket::bind(LOOPBACK).unwrap(), Interest::WRITABLE).unwrap();
            {
                let _faults = Faults::fail(Operation::Register, Errno::NOMEM, 1);
                assert!(poller.set_interest(key, Interest::READABLE).is_err());
            }
            assert_eq!(poller.interest(key), Some(Interest::WRITABLE));
            assert_eq!(ready(&mut poller, SECOND * 10), [(key, Ready::WRITABLE)]);
        });
    }

    #[test]
    fn an_entry_that_the_system_will_not_forget_is_removed_all_the_same() {
        each_poller_that_registers(|mut poller| {
            let socket = Rc::new(UdpSocket::bind(LOOPBACK).unwrap());
            let key = poller.add(Rc::clone(&socket), Interest::WRITABLE).unwrap();
            {
                let _faults = Faults::fail(Operation::Register, Errno::NOMEM, 1);
                assert!(poller.remove(key).is_some());
            }
            assert_eq!(ready(&mut poller, QUIET), []);
            assert_eq!(ready(&mut poller, QUIET), []);
            let again = poller.add(socket, Interest::WRITABLE).unwrap();
            assert_eq!(ready(&mut poller, SECOND * 10), [(again, Ready::WRITABLE)]);
        });
    }

    #[test]
    fn a_wake_that_fails_is_made_by_the_next() {
        each_poller::<UdpSocket>(|mut poller| {
            let waker = poller.waker().unwrap();
            std::thread::scope(|scope| {
                scope.spawn(move || {
                    let effect = Effect::Fail(Errno::NOMEM);
                    berkeley::fault::arm(Fault { operation: Operation::Wake, skip: 0, times: 1, effect });
                    // It fails if the poller waits by now, and is noted in any case.
                    let failed = waker.wake().is_err();
                    assert_eq!(berkeley::fault::disarm(), usize::from(!failed));
                    waker.wake().unwrap();
                });
                assert_eq!(ready(&mut poller, Deadline::never()), [(Key::WAKER, Ready::WOKEN)]);
            });
        });
    }

    #[test]
    fn a_poller_that_cannot_be_opened_leaves_nothing_open() {
        each_poller::<UdpSocket>(|mut poller| {
            if poller.backend() != Backend::Poll {
                let _faults = Faults::fail(Operation::OpenPoller, Errno::MFILE, 1);
                let error = Poller::<UdpSocket>::with_backend(poller.backend()).unwrap_err();
                assert!(error.is_descriptor_limit() && error.operation() == Operation::OpenPoller, "{error}");
            }
            {
                let _faults = Faults::fail(Operation::OpenPoller, Errno::MFILE, 1);
                assert!(poller.waker().is_err());
            }
            poller.waker().unwrap().wake().unwrap();
            assert_eq!(ready(&mut poller, Deadline::never()), [(Key::WAKER, Ready::WOKEN)]);
        });
    }
}

#[test]
fn an_edge_is_reported_again_after_a_new_interest() {
    each_poller(|mut poller| {
        for trigger in [Trigger::Level, Trigger::Edge, Trigger::Once] {
            let interest = match trigger {
                Trigger::Level => Interest::READABLE,
                Trigger::Edge => Interest::READABLE.edge(),
                Trigger::Once => Interest::READABLE.once(),
            };
            if !poller.backend().supports(trigger) {
                continue;
            }
            let (left, right) = udp_pair(LOOPBACK).unwrap();
            left.send(b"x").unwrap();
            let key = poller.add(right, interest).unwrap();
            for _ in 0..2 {
                assert_eq!(ready(&mut poller, SECOND * 10), [(key, Ready::READABLE)], "{trigger:?}");
                poller.set_interest(key, interest).unwrap();
            }
            poller.remove(key);
        }
    });
}

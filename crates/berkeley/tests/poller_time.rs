//! Time and wakes: deadlines of waits and of entries, timers, wakers, with every backend of the system.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use berkeley::{Deadline, Event, Events, Interest, Key, MILLISECOND, Poller, SECOND, UdpSocket};
use berkeley_testkit::{LOOPBACK, each_poller, limit, udp_pair, wait_for};

fn keys<T: berkeley::AsSource>(poller: &mut Poller<T>, deadline: impl Into<Deadline>) -> Vec<Key> {
    let mut events = Events::new();
    poller.wait(&mut events, deadline).unwrap();
    events.iter().map(|event| event.key()).collect()
}

#[test]
fn a_wait_ends_at_its_deadline_and_not_before() {
    let _limit = limit();
    each_poller::<UdpSocket>(|mut poller| {
        for asked in [Duration::from_micros(1), Duration::from_micros(200), MILLISECOND, MILLISECOND * 3] {
            let mut shortest = Duration::MAX;
            for _ in 0..50 {
                let start = Instant::now();
                assert_eq!(keys(&mut poller, asked), []);
                let took = start.elapsed();
                assert!(took >= asked, "{took:?} is less than {asked:?}");
                shortest = shortest.min(took);
            }
            let allowed = if berkeley_testkit::is_emulated() || cfg!(windows) { SECOND } else { MILLISECOND };
            assert!(shortest < asked + allowed, "{shortest:?} at best for {asked:?}");
        }
        assert_eq!(keys(&mut poller, Deadline::now()), []);
    });
}

#[test]
#[cfg(debug_assertions)]
fn a_wait_of_less_than_a_millisecond_does_not_spin() {
    let _limit = limit();
    each_poller::<UdpSocket>(|mut poller| {
        let (_, calls) = berkeley::fault::calls_of(|| keys(&mut poller, Duration::from_micros(900)));
        // A system may say too early that the time is over, but not again and again.
        assert!(calls.len() <= 3, "{calls:?}");
    });
}

#[test]
fn a_deadline_of_an_entry_is_reported_once() {
    let _limit = limit();
    each_poller(|mut poller| {
        let (left, right) = udp_pair(LOOPBACK).unwrap();
        let key = poller.add(right, Interest::READABLE).unwrap();
        assert!(poller.deadline(key).is_never());
        let start = Instant::now();
        poller.set_deadline(key, MILLISECOND * 5).unwrap();
        assert!(!poller.deadline(key).is_never());
        let event = wait_for(&mut poller, |_| true);
        assert!(event.is_timed_out() && event.key() == key && !event.is_readable(), "{event:?}");
        assert_eq!(event.expirations(), 1);
        assert!(start.elapsed() >= MILLISECOND * 5);
        assert!(poller.deadline(key).is_never());
        assert_eq!(keys(&mut poller, MILLISECOND * 20), []);
        // One that was set again replaces the old one; one that was taken away never comes.
        poller.set_deadline(key, MILLISECOND).unwrap();
        poller.set_deadline(key, SECOND * 100).unwrap();
        assert_eq!(keys(&mut poller, MILLISECOND * 10), []);
        poller.set_deadline(key, MILLISECOND).unwrap();
        poller.set_deadline(key, Deadline::never()).unwrap();
        assert_eq!(keys(&mut poller, MILLISECOND * 10), []);
        // Events leave it alone, and it leaves events alone.
        poller.set_deadline(key, Deadline::now()).unwrap();
        left.send(b"x").unwrap();
        let (mut read, mut timed_out) = (0, 0);
        while read == 0 || timed_out == 0 {
            let event = wait_for(&mut poller, |_| true);
            timed_out += u32::from(event.is_timed_out());
            if event.is_readable() {
                read += poller.get(key).unwrap().recv(&mut [0; 4]).unwrap().len();
            }
            if timed_out == 0 {
                poller.set_deadline(key, Deadline::now()).unwrap();
            }
        }
        poller.set_deadline(key, MILLISECOND).unwrap();
        poller.remove(key);
        assert_eq!(keys(&mut poller, MILLISECOND * 10), [], "it goes with its entry");
        assert!(poller.set_deadline(key, MILLISECOND).is_err());
    });
}

#[test]
fn timers_come_in_their_order_and_stay_until_they_are_removed() {
    let _limit = limit();
    each_poller::<UdpSocket>(|mut poller| {
        let late = poller.add_timer(MILLISECOND * 12);
        let soon = poller.add_timer(MILLISECOND * 4);
        let removed = poller.add_timer(MILLISECOND);
        assert!(poller.remove_timer(removed) && !poller.remove_timer(removed));
        assert_eq!((poller.len(), poller.is_empty(), poller.iter().count()), (0, true, 0));
        assert!(poller.contains(soon) && poller.get(soon).is_none() && poller.interest(soon).is_none());
        // On a busy machine one wait may give both.
        let mut came = Vec::new();
        let deadline = Deadline::after(SECOND * 10);
        while came.len() < 2 && !deadline.has_passed() {
            came.extend(keys(&mut poller, deadline));
        }
        assert_eq!(came, [soon, late]);
        assert_eq!(keys(&mut poller, MILLISECOND * 10), []);
        poller.set_deadline(soon, MILLISECOND).unwrap();
        assert_eq!(wait_for(&mut poller, Event::is_timed_out).key(), soon);
        assert!(poller.remove(late).is_none(), "a timer is no entry");
        assert!(poller.remove_timer(late));
        let entry = poller.add(UdpSocket::bind(LOOPBACK).unwrap(), Interest::NONE).unwrap();
        assert!(!poller.remove_timer(entry), "an entry is no timer");
        assert_eq!(poller.len(), 1);
    });
}

#[test]
fn a_periodic_timer_keeps_to_its_times_without_bursts() {
    let _limit = limit();
    each_poller::<UdpSocket>(|mut poller| {
        let start = Instant::now();
        let period = MILLISECOND * 5;
        let tick = poller.add_periodic_timer(period);
        let mut ticks = 0;
        for turn in 0..6 {
            if turn == 2 {
                // A wake that is late on purpose: this is what is tested.
                thread::sleep(period * 4);
            }
            let event = wait_for(&mut poller, Event::is_timed_out);
            assert_eq!(event.key(), tick);
            ticks += event.expirations();
            assert!(turn != 2 || event.expirations() >= 4, "{}", event.expirations());
            let elapsed = start.elapsed();
            assert!(elapsed >= period * ticks, "tick {ticks} at {elapsed:?}");
        }
        poller.set_deadline(tick, MILLISECOND).unwrap();
        assert_eq!(wait_for(&mut poller, Event::is_timed_out).key(), tick);
        assert!(poller.deadline(tick).is_never(), "what was set by hand does not come again");
    });
}

#[test]
fn a_period_of_nothing_comes_at_each_wait() {
    let _limit = limit();
    each_poller::<UdpSocket>(|mut poller| {
        let tick = poller.add_periodic_timer(Duration::ZERO);
        for _ in 0..10 {
            assert_eq!(keys(&mut poller, Deadline::never()), [tick]);
        }
        assert!(poller.remove_timer(tick), "in its own event");
        assert_eq!(keys(&mut poller, MILLISECOND), []);
    });
}

#[test]
fn thousands_of_timers_all_come_and_none_too_early() {
    let _limit = limit();
    each_poller::<UdpSocket>(|mut poller| {
        let start = Instant::now();
        let mut when = std::collections::HashMap::new();
        for number in 0..5000u64 {
            // In no order, over 50 ms.
            let after = Duration::from_micros(number * 7919 % 50_000);
            let at = start + after;
            let key = poller.add_timer(Deadline::at(at));
            if number % 5 == 0 {
                assert!(poller.remove_timer(key));
            } else {
                when.insert(key, at);
            }
        }
        let mut events = Events::with_capacity(1);
        while !when.is_empty() {
            poller.wait(&mut events, SECOND * 10).unwrap();
            assert!(!events.is_empty(), "{} timers never came", when.len());
            let mut last = start;
            for event in &events {
                let at = when.remove(&event.key()).expect("each timer comes once");
                assert!(at <= Instant::now() && at >= last, "too early, or out of order");
                last = at;
            }
        }
    });
}

#[test]
fn a_wake_before_a_wait_or_in_it_ends_it() {
    let _limit = limit();
    each_poller::<UdpSocket>(|mut poller| {
        let waker = poller.waker().unwrap();
        waker.wake().unwrap();
        waker.wake().unwrap();
        let mut events = Events::new();
        poller.wait(&mut events, Deadline::never()).unwrap();
        assert_eq!(events.len(), 1, "wakes before the event are one");
        let event = events.iter().next().unwrap();
        assert!(event.is_wake() && event.key() == Key::WAKER && poller.get(event.key()).is_none());
        assert_eq!(keys(&mut poller, MILLISECOND * 5), []);

        let other = waker.clone();
        thread::scope(|scope| {
            scope.spawn(move || other.wake().unwrap());
            assert_eq!(keys(&mut poller, Deadline::never()), [Key::WAKER]);
        });
        assert_eq!(keys(&mut poller, MILLISECOND * 5), []);
        drop(poller);
        waker.wake().unwrap();
    });
}

#[test]
fn a_waker_that_is_dropped_after_its_wake_has_woken() {
    let _limit = limit();
    each_poller::<UdpSocket>(|mut poller| {
        let waker = poller.waker().unwrap();
        thread::spawn(move || {
            waker.wake().unwrap();
            drop(waker);
        });
        assert_eq!(keys(&mut poller, Deadline::never()), [Key::WAKER]);
    });
}

#[test]
fn no_wake_of_many_threads_is_lost() {
    const WAKERS: u64 = 4;
    const ROUNDS: u64 = 500;
    let _limit = limit();
    each_poller::<UdpSocket>(|mut poller| {
        let (done, start) = (AtomicU64::new(0), Barrier::new(WAKERS as usize + 1));
        thread::scope(|scope| {
            for _ in 0..WAKERS {
                let waker = poller.waker().unwrap();
                let (done, start) = (&done, &start);
                scope.spawn(move || {
                    start.wait();
                    for _ in 0..ROUNDS {
                        done.fetch_add(1, Ordering::Relaxed);
                        waker.wake().unwrap();
                    }
                });
            }
            start.wait();
            let mut events = Events::new();
            while done.load(Ordering::Relaxed) < WAKERS * ROUNDS {
                poller.wait(&mut events, Deadline::never()).unwrap();
                assert!(events.iter().any(|event| event.is_wake()));
            }
        });
    });
}

#[test]
#[cfg(debug_assertions)]
fn a_wake_of_a_poller_that_does_not_wait_is_no_system_call() {
    let _limit = limit();
    each_poller::<UdpSocket>(|mut poller| {
        let waker = poller.waker().unwrap();
        let ((), calls) = berkeley::fault::calls_of(|| (0..10).for_each(|_| waker.wake().unwrap()));
        assert_eq!(calls, []);
        assert_eq!(keys(&mut poller, Deadline::never()), [Key::WAKER]);
    });
}

#[test]
#[cfg(debug_assertions)]
fn a_wait_is_one_system_call() {
    let _limit = limit();
    each_poller(|mut poller| {
        let key = poller.add(UdpSocket::bind(LOOPBACK).unwrap(), Interest::WRITABLE).unwrap();
        poller.set_deadline(key, SECOND * 100).unwrap();
        poller.waker().unwrap();
        let (found, calls) = berkeley::fault::calls_of(|| keys(&mut poller, SECOND * 10));
        assert_eq!((found, calls), (vec![key], vec![berkeley::Operation::Wait]));
    });
}

//! The pool, with a way of asking that the tests hold in their hands.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use berkeley_testkit::limit;

use super::*;
use crate::addr::Address;
use crate::deadline::{MILLISECOND, SECOND};
use crate::error::LookupFailure;

/// A way of asking in which every question waits until the gate is opened, and says that it began.
struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
    began: Mutex<Sender<String>>,
    asked: AtomicUsize,
}

impl Gate {
    fn resolver(threads: usize, queue: usize) -> (Arc<Self>, Resolver, Receiver<String>) {
        let (began, heard) = channel();
        let gate = Arc::new(Self {
            is_open: Mutex::new(false),
            opened: Condvar::new(),
            began: Mutex::new(began),
            asked: AtomicUsize::new(0),
        });
        let asking = Arc::clone(&gate);
        (gate, Resolver::asking(threads, queue, move |question| asking.ask(question)), heard)
    }

    fn ask(&self, question: &Question) -> Outcome {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let name =
            question.query().about(Error::deadline_passed(Operation::LookUp)).name().unwrap().to_owned();
        // Who does not listen does not want to know.
        let _ = self.began.lock().unwrap().send(name.clone());
        let mut is_open = self.is_open.lock().unwrap();
        while !*is_open {
            is_open = self.opened.wait(is_open).unwrap();
        }
        match name.strip_prefix("no.") {
            Some(_) => Err(LookupFailure::NoSuchName),
            None => Ok(Host::new(&name, None, vec![Address::from((std::net::Ipv4Addr::LOCALHOST, 0))])),
        }
    }

    fn open(&self) {
        *self.is_open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

fn named(index: usize) -> Query {
    Query::name(&format!("host{index}.test"))
}

#[test]
fn five_hundred_lookups_that_never_end_are_cancelled_at_once_and_take_no_more_threads() {
    let _limit = limit();
    let (gate, resolver, began) = Gate::resolver(3, 1024);
    let lookups: Vec<Lookup> = (0..500).map(|index| resolver.start(&named(index)).unwrap()).collect();
    (0..3).for_each(|_| drop(began.recv().unwrap()));
    assert_eq!(resolver.load(), (3, 497));
    let cancelled = lookups.into_iter().map(|lookup| {
        assert!(lookup.now().is_none());
        let start = Instant::now();
        drop(lookup);
        start.elapsed()
    });
    let mut times: Vec<Duration> = cancelled.collect();
    times.sort();
    // On a machine that is busy, this thread itself has to wait now and then.
    assert!(times[250] < Duration::from_millis(10), "{times:?}");
    assert_eq!(resolver.load(), (3, 0));
    gate.open();
    // Those that nobody wanted any more were never asked.
    resolver.look_up(&Query::name("last.test"), SECOND * 30).unwrap();
    assert_eq!(gate.asked.load(Ordering::SeqCst), 4);
}

#[test]
fn equal_questions_under_way_are_one_and_each_has_the_answer() {
    let _limit = limit();
    let (gate, resolver, began) = Gate::resolver(2, 10);
    let first = resolver.start(&named(1)).unwrap();
    began.recv().unwrap();
    let joined: Vec<Lookup> = (0..20).map(|_| resolver.start(&named(1)).unwrap()).collect();
    assert_eq!(resolver.load(), (1, 0));
    // The others go on without the one that began.
    drop(first);
    gate.open();
    for lookup in &joined {
        assert_eq!(lookup.wait(SECOND * 30).unwrap().name(), "host1.test");
        assert!(lookup.now().unwrap().is_ok());
    }
    assert_eq!(gate.asked.load(Ordering::SeqCst), 1);
    // What has ended is asked anew.
    resolver.look_up(&named(1), SECOND * 30).unwrap();
    assert_eq!(gate.asked.load(Ordering::SeqCst), 2);
}

#[test]
fn other_families_are_another_question() {
    let _limit = limit();
    let (gate, resolver, began) = Gate::resolver(2, 10);
    let _both = resolver.start(&named(1)).unwrap();
    let _one = resolver.start(&named(1).families(crate::name::Families::V4)).unwrap();
    (0..2).for_each(|_| drop(began.recv().unwrap()));
    assert_eq!(gate.asked.load(Ordering::SeqCst), 2);
    gate.open();
}

#[test]
fn a_deadline_is_kept_and_names_the_name() {
    let _limit = limit();
    let (gate, resolver, _began) = Gate::resolver(1, 10);
    let error = resolver.look_up(&named(7), MILLISECOND).unwrap_err();
    assert!(error.is_deadline_passed());
    assert_eq!(error.to_string(), "look up \"host7.test\": the deadline has passed");
    let lookup = resolver.start(&named(7)).unwrap();
    assert!(lookup.wait(Deadline::now()).unwrap_err().is_deadline_passed());
    gate.open();
    assert!(lookup.wait(SECOND * 30).is_ok());
}

#[test]
fn a_full_queue_refuses_and_says_so() {
    let _limit = limit();
    let (gate, resolver, began) = Gate::resolver(2, 3);
    let mut lookups: Vec<Lookup> = (0..5).map(|index| resolver.start(&named(index)).unwrap()).collect();
    let error = resolver.start(&named(9)).unwrap_err();
    assert!(
        error.is_no_buffer_space() && error.should_retry() && error.name() == Some("host9.test"),
        "{error}"
    );
    assert!(
        error.to_string().ends_with("all 2 threads are waiting for the system, and 3 questions for them")
    );
    // One that is joined takes no place, and one that is cancelled gives its own back.
    assert!(resolver.start(&named(4)).is_ok());
    (0..2).for_each(|_| drop(began.recv().unwrap()));
    lookups.pop();
    lookups.push(resolver.start(&named(9)).unwrap());
    gate.open();
    assert!(lookups.iter().all(|lookup| lookup.wait(SECOND * 30).is_ok()));
}

#[test]
fn a_lookup_is_readable_from_its_end_on() {
    let _limit = limit();
    let (gate, resolver, began) = Gate::resolver(2, 10);
    let (yes, no) = (resolver.start(&named(1)).unwrap(), resolver.start(&Query::name("no.such")).unwrap());
    (0..2).for_each(|_| drop(began.recv().unwrap()));
    let ready = |lookup: &Lookup, deadline: Deadline| {
        !crate::wait_for(lookup, crate::Interest::READABLE, deadline).unwrap().is_empty()
    };
    assert!(!ready(&yes, Deadline::now()) && yes.now().is_none());
    gate.open();
    for _ in 0..2 {
        assert!(ready(&yes, Deadline::after(SECOND * 30)) && ready(&no, Deadline::after(SECOND * 30)));
    }
    assert!(yes.now().unwrap().is_ok());
    let error = no.now().unwrap().unwrap_err();
    assert!(error.is_no_such_name() && error.name() == Some("no.such"));
}

#[test]
fn an_address_in_figures_is_there_at_once_and_nobody_is_asked() {
    let _limit = limit();
    let (gate, resolver, _began) = Gate::resolver(1, 1);
    let lookup = resolver.start(&Query::name("192.0.2.7")).unwrap();
    assert!(!crate::wait_for(&lookup, crate::Interest::READABLE, Deadline::now()).unwrap().is_empty());
    assert_eq!(lookup.now().unwrap().unwrap().addresses()[0].to_string(), "192.0.2.7:0");
    assert!(resolver.start(&Query::name("192.0.2.777")).unwrap_err().is_invalid());
    assert_eq!((gate.asked.load(Ordering::SeqCst), resolver.load()), (0, (0, 0)));
}

#[test]
fn the_threads_end_with_the_resolver_and_a_lookup_outlives_it() {
    let _limit = limit();
    let (gate, resolver, began) = Gate::resolver(2, 10);
    let lookup = resolver.start(&named(1)).unwrap();
    began.recv().unwrap();
    let pool = Arc::downgrade(&resolver.0.pool);
    drop(resolver);
    gate.open();
    assert!(lookup.wait(SECOND * 30).is_ok());
    drop(lookup);
    while pool.strong_count() > 0 {
        std::thread::yield_now();
    }
}

#[test]
fn lookups_from_many_threads_all_end() {
    let _limit = limit();
    let (gate, resolver, _began) = Gate::resolver(4, 1000);
    gate.open();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let resolver = &resolver;
            scope.spawn(move || {
                for index in 0..200 {
                    let lookup = resolver.start(&named((thread * 37 + index) % 50)).unwrap();
                    if index % 3 > 0 {
                        assert!(lookup.wait(SECOND * 30).is_ok());
                    }
                }
            });
        }
    });
    let (threads, _) = resolver.load();
    assert!((1..=4).contains(&threads));
}

//! IOLib's tests of its event loop, by their numbers in docs/COMING_FROM.md, over every backend as there.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use berkeley::{
    AsSource, Deadline, Event, Events, Interest, Key, MILLISECOND, Poller, SECOND, Source, TcpListener,
    TcpStream,
};
use berkeley_testkit::{each_poller, limit, wait_for};

/// What an event base watches there by a function for each descriptor.
#[derive(Debug)]
enum Entry {
    Passive(TcpListener),
    Peer(TcpStream),
}

impl AsSource for Entry {
    fn as_source(&self) -> Source<'_> {
        match self {
            Self::Passive(listener) => listener.as_source(),
            Self::Peer(stream) => stream.as_source(),
        }
    }
}

fn fired(poller: &mut Poller<Entry>, deadline: impl Into<Deadline>) -> Vec<Key> {
    let mut events = Events::new();
    poller.wait(&mut events, deadline).unwrap();
    events.iter().map(|event| event.key()).collect()
}

#[test]
fn t_m_01_a_wait_of_zero_on_nothing_returns() {
    let _limit = limit();
    each_poller(|mut poller| assert_eq!(fired(&mut poller, Duration::ZERO), []));
}

#[test]
fn t_m_02_a_distant_timer_does_not_fire() {
    let _limit = limit();
    each_poller(|mut poller| {
        poller.add_timer(SECOND * 30);
        assert_eq!(fired(&mut poller, Duration::ZERO), []);
    });
}

#[test]
fn t_m_03_a_timer_that_is_due_fires_in_the_turn_in_which_it_is() {
    let _limit = limit();
    each_poller(|mut poller| {
        let timer = poller.add_timer(Duration::ZERO);
        assert_eq!(fired(&mut poller, Deadline::never()), [timer]);
        assert_eq!(fired(&mut poller, Duration::ZERO), []);
    });
}

/// The original had absolute times incremented again and again: the wait is so much longer that it would show.
#[test]
fn t_m_04_a_timer_fires_within_a_longer_wait() {
    let _limit = limit();
    each_poller(|mut poller| {
        let start = Instant::now();
        let timer = poller.add_timer(MILLISECOND * 150);
        assert_eq!(fired(&mut poller, SECOND * 50), [timer]);
        assert!(start.elapsed() >= MILLISECOND * 150 && start.elapsed() < SECOND * 40);
    });
}

#[test]
fn t_m_05_accept_then_four_bytes_each_announced_once() {
    let _limit = limit();
    each_poller(|mut poller| {
        let passive = TcpListener::bind("0.0.0.0:0").unwrap();
        let port = passive.local_address().unwrap().port();
        // To connect to the unspecified address means this host, but not on Windows.
        let host = if cfg!(windows) { "127.0.0.1" } else { "0.0.0.0" };
        let active = TcpStream::connect((host, port)).unwrap();
        let guard = poller.add_periodic_timer(SECOND * 30);
        let passive = poller.add(Entry::Passive(passive), Interest::READABLE.once()).unwrap();
        assert_eq!(fired(&mut poller, Deadline::never()), [passive]);
        let Some(Entry::Passive(listener)) = poller.get(passive) else { panic!("it is the listener") };
        let (peer, _) = listener.now().accept().unwrap().expect("a connection was announced");
        let peer = poller.add(Entry::Peer(peer), Interest::READABLE.once()).unwrap();
        active.send(&[1, 2, 3, 4]).unwrap();
        assert_eq!(fired(&mut poller, Deadline::never()), [peer]);
        let Some(Entry::Peer(stream)) = poller.get(peer) else { panic!("it is the stream") };
        let mut buffer = [0; 5];
        assert_eq!(stream.now().recv(&mut buffer).unwrap(), Some(4));
        assert_eq!(buffer, [1, 2, 3, 4, 0]);
        assert!(poller.remove_timer(guard), "the guard never came");
    });
}

/// IM-10, IM-11: timers without a burst, removed in their own event.
#[test]
fn a_timer_removes_itself_in_its_own_event() {
    let _limit = limit();
    each_poller::<Entry>(|mut poller| {
        let timer = poller.add_periodic_timer(MILLISECOND);
        let event = wait_for(&mut poller, Event::is_timed_out);
        assert!(poller.remove_timer(event.key()) && event.key() == timer);
        assert_eq!(fired(&mut poller, MILLISECOND * 10), []);
    });
}

/// IM-03, IM-14: an event base says what it has; closing it closes nothing but itself.
#[test]
fn a_poller_says_what_it_has_and_gives_it_back() {
    let _limit = limit();
    each_poller(|mut poller| {
        assert!(poller.is_empty());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_address().unwrap();
        let key = poller.add(Entry::Passive(listener), Interest::READABLE).unwrap();
        assert!(!poller.is_empty() && format!("{poller:?}").contains("Passive"));
        let entry = poller.remove(key).unwrap();
        drop(poller);
        let Entry::Passive(listener) = entry else { panic!("it is the listener") };
        assert_eq!(listener.local_address().unwrap(), address);
    });
}

//! No handle of a pipe stays open. One binary, whose tests are one after the other: it counts those of the process.

#![cfg(windows)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::thread;

use berkeley::os::windows::{PipeListener, PipeName, PipeOptions, PipeStream};
use berkeley::{Deadline, Events, Interest, MILLISECOND, Poller, SECOND};
use berkeley_testkit::{limit, soon};
use pipes::{exactly, fill, name, pair};

mod pipes;

/// Counts the handles of this process: they are given out from four on, in steps of four. Wine does not count them itself.
#[allow(unsafe_code)]
fn handles() -> usize {
    use windows_sys::Win32::Foundation::GetHandleInformation;

    let is_open = |number: &usize| {
        let mut flags = 0;
        // SAFETY: the number is only asked what it is, which may be nothing; the flags are writable.
        unsafe { GetHandleInformation(std::ptr::without_provenance_mut(*number), &raw mut flags) != 0 }
    };
    (4..16384).step_by(4).filter(is_open).count()
}

/// Does it once, so that whatever is opened once for all is open, and then often. Threads of the system's pool come and
/// go, and what they close they close a moment later: so more than one handle for each two rounds counts.
fn check(what: &str, work: impl Fn()) {
    const ROUNDS: usize = 100;
    (0..10).for_each(|_| work());
    let before = handles();
    (0..ROUNDS).for_each(|_| work());
    let (most, until) = (before + ROUNDS / 2, soon());
    while handles() > most && !until.has_passed() {
        thread::yield_now();
    }
    assert!(handles() <= most, "{what}: {before} handles, and {} after {ROUNDS} rounds", handles());
}

fn half_used(name: &PipeName) {
    let listener = PipeOptions::new().instances(3).bind(name).unwrap();
    let client = PipeStream::connect(name).unwrap();
    drop(PipeStream::connect_by(name, MILLISECOND));
    let server = listener.by(SECOND * 10).accept().unwrap();
    assert!(server.by(Deadline::now()).recv(&mut [0; 1]).is_err());
    drop(client);
}

fn in_a_poller() {
    let (client, server) = pair();
    let listener = PipeListener::bind(name()).unwrap();
    let (mut streams, mut listeners) = (Poller::new().unwrap(), Poller::new().unwrap());
    let mut events = Events::new();
    streams.add(server, Interest::READABLE | Interest::WRITABLE).unwrap();
    let client = streams.add(client, Interest::READABLE).unwrap();
    listeners.add(listener, Interest::READABLE).unwrap();
    streams.wait(&mut events, Deadline::now()).unwrap();
    listeners.wait(&mut events, Deadline::now()).unwrap();
    drop(streams.remove(client));
}

fn dropped_while_sending() {
    let (client, server) = pair();
    let sent = fill(&client);
    drop(client);
    assert_eq!(exactly(&server, sent).len(), sent);
    let (client, server) = pair();
    fill(&client);
    drop((client, server));
}

#[test]
fn nothing_stays_open() {
    let _limit = limit();
    check("pairs", || drop(pair()));
    check("a pipe of which not all was used", || half_used(&name()));
    check("registrations", in_a_poller);
    check("sends under way", dropped_while_sending);
    check("names that are not there", || drop(PipeStream::connect(name()).unwrap_err()));
    check("threads that have read", || {
        let (_client, server) = pair();
        thread::scope(|scope| scope.spawn(|| server.now().recv(&mut [0; 1]).unwrap()).join().unwrap());
    });
}

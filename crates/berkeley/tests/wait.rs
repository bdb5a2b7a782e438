//! Waiting on a few sources at once: what is told of each, by which deadline, and what an interruption changes.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Instant;

use berkeley::{
    Deadline, Family, Interest, Kind, MILLISECOND, Protocol, Ready, SECOND, SendFlags, Socket, TcpListener,
    TcpStream, UdpSocket, UnixListener, UnixStream, Watch, wait_any, wait_for,
};
use berkeley_testkit::{each_stream_pair, has_unix_sockets, limit, scratch, tcp_pair};

/// What the system has to say of a closed peer's half before the data is received.
const TELLS_READ_CLOSED: bool = cfg!(any(linux_like, freebsd));

fn pair() -> (TcpStream, TcpStream) {
    tcp_pair("127.0.0.1:0".parse().unwrap()).unwrap()
}

#[test]
fn each_source_tells_what_it_is_ready_for() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (client, server) = pair();
    let both = Interest::READABLE | Interest::WRITABLE;
    let mut watches =
        [Watch::new(&listener, Interest::READABLE), Watch::new(&datagrams, both), Watch::new(&server, both)];
    assert!(watches.iter().all(|watch| watch.ready().is_empty()), "before the first wait");
    assert_eq!(wait_any(&mut watches, Deadline::now()).unwrap(), 2);
    assert_eq!(watches.each_ref().map(Watch::ready), [Ready::empty(), Ready::WRITABLE, Ready::WRITABLE]);

    client.send(b"x").unwrap();
    datagrams.send_to(b"x", &datagrams.local_address().unwrap()).unwrap();
    let _guest = TcpStream::connect(listener.local_address().unwrap()).unwrap();
    assert_eq!(wait_for(&listener, Interest::READABLE, SECOND * 10).unwrap(), Ready::READABLE);
    assert_eq!(wait_for(&datagrams, Interest::READABLE, SECOND * 10).unwrap(), Ready::READABLE);
    assert_eq!(wait_for(&server, Interest::READABLE, SECOND * 10).unwrap(), Ready::READABLE);
    assert_eq!(wait_any(&mut watches, SECOND * 10).unwrap(), 3);
    assert_eq!(watches[0].ready(), Ready::READABLE);
    assert_eq!(watches[1].ready(), Ready::READABLE | Ready::WRITABLE);
    assert_eq!(watches[2].ready(), Ready::READABLE | Ready::WRITABLE);
    assert_eq!(wait_any(&mut watches, SECOND * 10).unwrap(), 3, "it stays ready until it is received from");
}

#[test]
fn nothing_ready_by_the_deadline_is_zero_and_not_before_it() {
    let _limit = limit();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for wanted in [MILLISECOND / 5, MILLISECOND * 3] {
        let began = Instant::now();
        let mut watches = [Watch::new(&socket, Interest::READABLE)];
        assert_eq!(wait_any(&mut watches, Deadline::at(began + wanted)).unwrap(), 0);
        assert!(began.elapsed() >= wanted);
        assert!(watches[0].ready().is_empty());
    }
    assert_eq!(wait_for(&socket, Interest::READABLE, Deadline::now()).unwrap(), Ready::empty());
}

#[test]
#[cfg(target_os = "linux")]
fn a_wait_of_less_than_a_millisecond_is_one() {
    let _limit = limit();
    if !berkeley_testkit::need_real("time to the microsecond") {
        return;
    }
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let waited = |_| {
        let began = Instant::now();
        wait_for(&socket, Interest::READABLE, MILLISECOND / 5).unwrap();
        began.elapsed()
    };
    let best = (0..200).map(waited).min().unwrap();
    assert!(best < MILLISECOND, "200 us took {best:?}");
}

#[test]
fn a_source_of_which_nothing_is_asked_is_passed_over() {
    let _limit = limit();
    let (client, server) = pair();
    client.close().unwrap();
    assert!(!wait_for(&server, Interest::READABLE, SECOND * 10).unwrap().is_empty());
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut watches = [Watch::new(&server, Interest::NONE), Watch::new(&other, Interest::READABLE)];
    assert_eq!(wait_any(&mut watches, MILLISECOND * 3).unwrap(), 0, "not even the end is told");
    assert!(watches[0].ready().is_empty());

    watches[0].set_interest(Interest::READABLE);
    assert_eq!(wait_any(&mut watches, SECOND * 10).unwrap(), 1);
    assert!(watches[0].ready().contains(Ready::READABLE));
    watches[0].set_interest(Interest::NONE);
    assert!(watches[0].ready().is_empty());
}

#[test]
fn waiting_for_nothing_lasts_as_long_as_it_is_to_and_not_for_ever() {
    let _limit = limit();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut asked_nothing = [Watch::new(&socket, Interest::NONE)];
    for watches in [&mut [][..], &mut asked_nothing] {
        let began = Instant::now();
        assert_eq!(wait_any(watches, Deadline::at(began + MILLISECOND * 3)).unwrap(), 0);
        assert!(began.elapsed() >= MILLISECOND * 3);
        let error = wait_any(watches, Deadline::never()).unwrap_err();
        assert!(error.is_invalid() && error.to_string().contains("no end"), "{error}");
    }
}

#[test]
fn an_end_is_ready_for_all_that_was_asked() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        right.send(b"x").unwrap();
        drop(right);
        let ready = wait_for(&left, Interest::READABLE, SECOND * 10).unwrap();
        assert!(ready.contains(Ready::READABLE));
        left.recv(&mut [0; 8]).unwrap();
        let ready = wait_for(&left, Interest::READABLE, SECOND * 10).unwrap();
        assert!(
            ready.contains(Ready::READABLE) && (ready.contains(Ready::READ_CLOSED) || !TELLS_READ_CLOSED)
        );
    });
    // Both halves are closed, of either: over TCP after the end of both directions.
    let (client, server) = pair();
    server.shutdown(berkeley::Shutdown::Send).unwrap();
    assert!(!wait_for(&client, Interest::READABLE, SECOND * 10).unwrap().is_empty());
    client.shutdown(berkeley::Shutdown::Send).unwrap();
    if cfg!(target_os = "linux") {
        let ready = wait_for(&client, Interest::PRIORITY, SECOND * 10).unwrap();
        assert_eq!(ready, Ready::PRIORITY | Ready::HANG_UP);
    }
}

#[test]
fn a_connect_that_ends_is_writable_either_way() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let bound = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    bound.bind("127.0.0.1:0").unwrap();
    let accepted = TcpStream::start_connect(listener.local_address().unwrap()).unwrap();
    let refused = TcpStream::start_connect(bound.local_address().unwrap()).unwrap();
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut watches = [
        Watch::new(&accepted, Interest::WRITABLE),
        Watch::new(&refused, Interest::WRITABLE),
        Watch::new(&silent, Interest::READABLE),
    ];
    let deadline = Deadline::after(SECOND * 30);
    while !watches[..2].iter().all(|watch| watch.ready().contains(Ready::WRITABLE)) {
        assert!(wait_any(&mut watches, deadline).unwrap() > 0);
    }
    assert!(watches[1].ready().intersects(Ready::ERROR | Ready::HANG_UP), "{watches:?}");
    assert!(!watches[0].ready().intersects(Ready::ERROR | Ready::HANG_UP), "{watches:?}");
    accepted.finish(Deadline::now()).unwrap();
    assert!(refused.finish(Deadline::now()).unwrap_err().is_refused());
}

#[test]
fn urgent_data_is_priority() {
    let _limit = limit();
    let (client, server) = pair();
    assert!(wait_for(&server, Interest::PRIORITY, Deadline::now()).unwrap().is_empty());
    client.send_with(b"!", SendFlags::OOB).unwrap();
    let mut watches = [Watch::new(&server, Interest::PRIORITY)];
    assert_eq!(wait_any(&mut watches, SECOND * 10).unwrap(), 1);
    assert_eq!(watches[0].ready(), Ready::PRIORITY);
}

#[test]
fn the_trigger_makes_no_difference() {
    let _limit = limit();
    let (client, server) = pair();
    client.send(b"x").unwrap();
    for interest in [Interest::READABLE.edge(), Interest::READABLE.once()] {
        let mut watches = [Watch::new(&server, interest)];
        for _ in 0..2 {
            assert_eq!(wait_any(&mut watches, SECOND * 10).unwrap(), 1);
        }
    }
}

#[test]
fn an_entry_is_as_small_as_the_systems_and_goes_between_threads() {
    fn goes_between_threads<T: Send + Sync>() {}
    goes_between_threads::<Watch<'_>>();
    assert_eq!(size_of::<Watch<'_>>(), if cfg!(windows) { 2 * size_of::<usize>() } else { 8 });
}

#[test]
#[cfg(debug_assertions)]
fn a_wait_is_one_call_and_an_interrupted_one_goes_on() {
    use berkeley::{Errno, Operation};
    use berkeley_testkit::fault::{Faults, calls_of};

    let _limit = limit();
    let sockets = [(); 8].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
    let mut watches = sockets.each_ref().map(|socket| Watch::new(socket, Interest::READABLE));
    let (count, calls) = calls_of(|| wait_any(&mut watches, Deadline::now()).unwrap());
    assert_eq!((count, calls), (0, vec![Operation::Wait]));

    let began = Instant::now();
    let faults = Faults::fail(Operation::Wait, Errno::INTR, 5);
    assert_eq!(wait_any(&mut watches, Deadline::at(began + MILLISECOND * 3)).unwrap(), 0);
    assert!(began.elapsed() >= MILLISECOND * 3);
    drop(faults);

    let faults = Faults::fail(Operation::Wait, Errno::NOMEM, 1);
    let error = wait_any(&mut watches, SECOND).unwrap_err();
    assert_eq!((error.operation(), error.errno()), (Operation::Wait, Some(Errno::NOMEM)));
    drop(faults);
}

/// Connects to both, waits, and returns which of the two have a connection.
fn pending(tcp: &TcpListener, unix: &UnixListener, deadline: impl Into<Deadline>) -> [bool; 2] {
    let mut watches = [Watch::new(tcp, Interest::READABLE), Watch::new(unix, Interest::READABLE)];
    let count = wait_any(&mut watches, deadline).unwrap();
    let pending = watches.each_ref().map(|watch| watch.ready().contains(Ready::READABLE));
    assert_eq!(count, pending.iter().filter(|each| **each).count());
    pending
}

#[test]
fn t_b_18_poll_sockets() {
    let _limit = limit();
    if !has_unix_sockets() {
        return;
    }
    let folder = scratch();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let unix = UnixListener::bind(folder.path().join("s")).unwrap();
    assert_eq!(pending(&tcp, &unix, Deadline::now()), [false, false]);
    let _guest = TcpStream::connect(tcp.local_address().unwrap()).unwrap();
    assert_eq!(pending(&tcp, &unix, SECOND * 10), [true, false]);
    let _local = UnixStream::connect(folder.path().join("s")).unwrap();
    assert_eq!(pending(&tcp, &unix, SECOND * 10), [true, true]);
    tcp.accept().unwrap();
    assert_eq!(pending(&tcp, &unix, SECOND * 10), [false, true]);
    unix.accept().unwrap();
    assert_eq!(pending(&tcp, &unix, Deadline::now()), [false, false]);
}

/// A thread that waits is sent signals until it has handled many, and waits on; then it gets what it waits for.
#[test]
#[cfg(unix)]
#[allow(unsafe_code)]
fn t_b_19_poll_sockets_interrupt() {
    use std::os::unix::thread::JoinHandleExt;
    use std::sync::atomic::{AtomicU32, Ordering};

    static HANDLED: AtomicU32 = AtomicU32::new(0);
    extern "C" fn handle(_: libc::c_int) {
        HANDLED.fetch_add(1, Ordering::Relaxed);
    }

    let _limit = limit();
    // SAFETY: zeros are such a structure: no flags, an empty set of signals.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handle as *const () as libc::sighandler_t;
    // SAFETY: the handler does nothing but count.
    let set = unsafe { libc::sigaction(libc::SIGUSR2, &raw const action, std::ptr::null_mut()) };
    assert_eq!(set, 0);

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_address().unwrap();
    let waiter = std::thread::spawn(move || wait_for(&listener, Interest::READABLE, SECOND * 50).unwrap());
    while HANDLED.load(Ordering::Relaxed) < 50 {
        assert!(!waiter.is_finished(), "an interruption ended the wait");
        // SAFETY: the thread exists until it is joined.
        unsafe { libc::pthread_kill(waiter.as_pthread_t(), libc::SIGUSR2) };
        std::thread::yield_now();
    }
    let _guest = TcpStream::connect(address).unwrap();
    assert_eq!(waiter.join().unwrap(), Ready::READABLE);
}

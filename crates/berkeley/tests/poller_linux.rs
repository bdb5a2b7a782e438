//! What of the poller is Linux' own: kernels without epoll_pwait2, limits of descriptors, many registrations.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![allow(unsafe_code, reason = "to have a system call fail for one thread")]

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use berkeley::{
    Backend, Deadline, Errno, Events, Interest, MILLISECOND, Poller, TcpListener, TcpStream, UdpSocket,
};
use berkeley_testkit::{QUIET, descriptor, limit, need};

/// Has a system call answer `errno` from now on, for this thread.
fn deny(call: libc::c_long, errno: Errno) -> bool {
    let instruction = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
    let denied = libc::SECCOMP_RET_ERRNO | errno.as_raw() as u32;
    // Loads the number of the call, which is the first of `seccomp_data`, and compares.
    let mut program = [
        instruction((libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16, 0, 0, 0),
        instruction((libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16, 0, 1, call as u32),
        instruction((libc::BPF_RET | libc::BPF_K) as u16, 0, 0, denied),
        instruction((libc::BPF_RET | libc::BPF_K) as u16, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    // SAFETY: the call takes numbers.
    let alone = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    // SAFETY: the program is readable, and copied.
    let set = unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) };
    need(alone == 0 && set == 0, "seccomp(2)")
}

/// As before Linux 5.11, and as in sandboxes that do not know the call.
#[test]
fn without_epoll_pwait2_waits_are_as_precise() {
    let _limit = limit();
    for errno in [Errno::NOSYS, Errno::PERM] {
        thread::spawn(move || {
            if !deny(libc::SYS_epoll_pwait2, errno) {
                return;
            }
            let (mut poller, mut events) = (Poller::with_backend(Backend::Epoll).unwrap(), Events::new());
            let mut shortest = Duration::MAX;
            for _ in 0..50 {
                let start = Instant::now();
                poller.wait(&mut events, Duration::from_micros(200)).unwrap();
                assert!(events.is_empty() && start.elapsed() >= Duration::from_micros(200));
                shortest = shortest.min(start.elapsed());
            }
            assert!(shortest < MILLISECOND || berkeley_testkit::is_emulated(), "{shortest:?}");
            let key = poller.add(UdpSocket::bind("127.0.0.1:0").unwrap(), Interest::WRITABLE).unwrap();
            poller.wait(&mut events, MILLISECOND * 900).unwrap();
            assert_eq!(events.iter().map(|event| event.key()).collect::<Vec<_>>(), [key]);
        })
        .join()
        .unwrap();
    }
}

/// A wait of more than seconds is made of more than one; nothing comes of that but its end.
#[test]
fn a_long_wait_ends_when_it_should() {
    let _limit = limit();
    for &backend in Backend::available() {
        let (mut poller, mut events) = (Poller::<UdpSocket>::with_backend(backend).unwrap(), Events::new());
        let (start, asked) = (Instant::now(), Duration::from_millis(2050));
        poller.wait(&mut events, Deadline::at(start + asked)).unwrap();
        assert!(start.elapsed() >= asked, "{backend}: {:?}", start.elapsed());
    }
}

/// Ten thousand registrations, or as many as there may be, each found again.
#[test]
fn ten_thousand_registrations_are_told_apart() {
    let _limit = limit();
    let many = descriptor::raise_limit().saturating_sub(100).min(20_000) / 2;
    if !need(many >= 1000, "a limit of some thousand descriptors") {
        return;
    }
    let (mut poller, mut events) = (Poller::new().unwrap(), Events::with_capacity(64));
    let mut peers = std::collections::HashMap::new();
    for _ in 0..many {
        let (left, right) = berkeley::UnixStream::pair().unwrap();
        peers.insert(poller.add(left, Interest::READABLE).unwrap(), right);
    }
    assert_eq!(poller.len(), many as usize);
    for (key, peer) in peers.iter().step_by(101) {
        peer.send(b"x").unwrap();
        poller.wait(&mut events, Deadline::never()).unwrap();
        assert_eq!(events.iter().map(|event| event.key()).collect::<Vec<_>>(), [*key]);
        assert_eq!(poller.get(*key).unwrap().now().recv(&mut [0; 2]).unwrap(), Some(1));
    }
}

/// Has `count` threads wait for one listener, each with a poller of its own; returns how many a connection wakes.
fn woken(count: usize, interest: Interest) -> usize {
    let listener = Arc::new(TcpListener::bind("127.0.0.1:0").unwrap());
    let asleep = Barrier::new(count + 1);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|_| {
                let (listener, asleep) = (Arc::clone(&listener), &asleep);
                scope.spawn(move || {
                    let (mut poller, mut events) =
                        (Poller::with_backend(Backend::Epoll).unwrap(), Events::new());
                    poller.add(listener, interest).unwrap();
                    asleep.wait();
                    poller.wait(&mut events, MILLISECOND * 100).unwrap();
                    usize::from(!events.is_empty())
                })
            })
            .collect();
        asleep.wait();
        thread::sleep(QUIET);
        let _client = TcpStream::connect(listener.local_address().unwrap()).unwrap();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

#[test]
fn an_exclusive_interest_wakes_one_of_many() {
    let _limit = limit();
    for interest in [Interest::READABLE, Interest::READABLE.edge()] {
        // On a busy machine somebody may not be asleep yet, or not for long enough.
        assert!((0..20).any(|_| woken(6, interest) == 6), "{interest:?}");
        assert!((0..20).any(|_| woken(6, interest.exclusive()) == 1), "{interest:?}");
    }
}

#[test]
fn an_exclusive_interest_is_set_and_given_up() {
    let _limit = limit();
    let mut poller = Poller::with_backend(Backend::Epoll).unwrap();
    let mut events = Events::new();
    let key = poller.add(UdpSocket::bind("127.0.0.1:0").unwrap(), Interest::WRITABLE.exclusive()).unwrap();
    let mut is_reported = |poller: &mut Poller<UdpSocket>| {
        poller.wait(&mut events, Deadline::now()).unwrap();
        !events.is_empty()
    };
    assert!(is_reported(&mut poller));
    let both = Interest::READABLE | Interest::WRITABLE;
    // What the kernel does not know together is asked for without it.
    let all = [both, both.exclusive(), both.once().exclusive(), both.edge().exclusive(), both];
    for interest in all.into_iter().chain([(both | Interest::PRIORITY).exclusive()]) {
        poller.set_interest(key, interest).unwrap();
        assert!(is_reported(&mut poller), "{interest:?}");
    }
    poller.set_interest(key, Interest::NONE.exclusive()).unwrap();
    assert!(!is_reported(&mut poller));
    assert_eq!(format!("{:?}", both.exclusive()), "READABLE | WRITABLE, exclusive");
    poller.remove(key).unwrap();
}

//! What of the poller is Linux' own: kernels without epoll_pwait2, limits of descriptors, many registrations.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![allow(unsafe_code, reason = "to have a system call fail for one thread")]

use std::thread;
use std::time::{Duration, Instant};

use berkeley::{Backend, Deadline, Errno, Events, Interest, MILLISECOND, Poller, UdpSocket};
use berkeley_testkit::{descriptor, limit, need};

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

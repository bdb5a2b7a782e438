//! Data moved from one connection to another by the kernel.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use berkeley::{Interest, SECOND, Shutdown, Socket, Splice, wait_for};
use berkeley_testkit::{each_stream_pair, limit, need_of, udp_pair};

/// A pipe, where the system has such; says so where not.
fn splice() -> Option<Splice> {
    match Splice::open() {
        Err(error) if error.is_unsupported() && !cfg!(target_os = "linux") => {
            let _ = need_of("splice", false, "splice(2)");
            None
        }
        splice => Some(splice.unwrap()),
    }
}

/// The middle of a relay: two connections, as a relay has them.
fn each_relay(mut body: impl FnMut(Splice, Socket, [Socket; 2], Socket)) {
    each_stream_pair(|client, near| {
        let mut near = Some(near);
        let mut client = Some(client);
        each_stream_pair(|far, server| {
            let (Some(splice), Some(near), Some(client)) = (splice(), near.take(), client.take()) else {
                return;
            };
            near.set_nonblocking(true).unwrap();
            far.set_nonblocking(true).unwrap();
            body(splice, client, [near, far], server);
        });
    });
}

const VOLUME: usize = 8 << 20;

fn data() -> Vec<u8> {
    (0..VOLUME as u64).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect()
}

#[test]
fn everything_arrives_in_order_however_slow_the_reader_is() {
    let _limit = limit();
    let data = data();
    each_relay(|mut splice, client, [near, far], server| {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut rest = &data[..];
                while !rest.is_empty() {
                    rest = &rest[client.send(rest).unwrap()..];
                }
                client.shutdown(Shutdown::Send).unwrap();
            });
            scope.spawn(|| {
                let (mut buffer, mut at) = (vec![0; 100_000], 0);
                loop {
                    let length = server.by(SECOND * 30).recv(&mut buffer).unwrap().len();
                    if length == 0 {
                        break;
                    }
                    assert!(buffer[..length] == data[at..at + length], "from {at} on");
                    at += length;
                }
                assert_eq!(at, VOLUME);
            });
            let (mut taken, mut given) = (0, 0);
            loop {
                match splice.take(&near).unwrap() {
                    Some(0) => break,
                    Some(length) => taken += length,
                    None => drop(wait_for(&near, Interest::READABLE, SECOND * 30).unwrap()),
                }
                while !splice.is_empty() {
                    given += splice.give(&far).unwrap();
                    assert_eq!(splice.len(), taken - given);
                    if !splice.is_empty() {
                        wait_for(&far, Interest::WRITABLE, SECOND * 30).unwrap();
                    }
                }
            }
            assert_eq!((taken, given), (VOLUME, VOLUME));
            far.shutdown(Shutdown::Send).unwrap();
        });
    });
}

#[test]
fn nothing_is_waited_for() {
    let _limit = limit();
    each_relay(|mut splice, client, [near, far], _server| {
        assert_eq!(splice.take(&near).unwrap(), None);
        assert_eq!(splice.give(&far).unwrap(), 0);
        // Until the reader's buffers are full.
        let piece = vec![7; 1 << 20];
        let mut taken = 0;
        loop {
            while client.now().send(&piece).unwrap().is_some() {}
            let more = splice.take(&near).unwrap().unwrap_or(0);
            let given = splice.give(&far).unwrap();
            taken += more;
            if more == 0 && given == 0 {
                break;
            }
        }
        assert!(taken > 0 && !splice.is_empty() && splice.take(&near).unwrap().is_none());
    });
}

/// SIGPIPE would end this process.
#[test]
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "the standard library has this signal ignored")]
fn giving_to_nobody_is_an_error_and_no_signal() {
    let _limit = limit();
    // SAFETY: no handler is installed; what a program does by itself is what this is about.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    let (client, near) = berkeley::UnixStream::pair().unwrap();
    let (far, server) = berkeley::UnixStream::pair().unwrap();
    drop(server);
    let mut splice = splice().unwrap();
    near.set_nonblocking(true).unwrap();
    for _ in 0..2 {
        client.send(b"hello").unwrap();
        assert_eq!(splice.take(&near).unwrap(), Some(5));
        let error = splice.give(&far).unwrap_err();
        assert!(error.is_broken_pipe(), "{error}");
    }
    // And one that is sent by somebody ends a program as before.
    let killed = std::process::Command::new("sh").args(["-c", "kill -PIPE $$"]).status().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&killed), Some(libc::SIGPIPE));
}

#[test]
#[cfg(all(target_os = "linux", debug_assertions))]
fn what_the_system_says_is_repeated_or_told() {
    use berkeley::{Errno, Operation};
    use berkeley_testkit::fault::Faults;

    let _limit = limit();
    for (errno, is_limit) in [(Errno::MFILE, true), (Errno::NFILE, true), (Errno::NOMEM, false)] {
        let _faults = Faults::fail(Operation::OpenPipe, errno, 1);
        assert_eq!(Splice::open().unwrap_err().is_descriptor_limit(), is_limit);
    }
    each_relay(|mut splice, client, [near, far], server| {
        client.send(b"hello").unwrap();
        wait_for(&near, Interest::READABLE, SECOND * 30).unwrap();
        let faults =
            Faults::fail(Operation::Receive, Errno::INTR, 2).and_fail(Operation::Send, Errno::INTR, 2);
        assert_eq!(splice.take(&near).unwrap(), Some(5));
        assert_eq!(splice.give(&far).unwrap(), 5);
        drop(faults);
        assert_eq!(server.recv(&mut [0; 8]).unwrap().len(), 5);
        let faults = Faults::fail(Operation::Receive, Errno::CONNRESET, 1);
        assert!(splice.take(&near).unwrap_err().is_connection_reset());
        drop(faults);
    });
}

#[test]
fn what_is_no_stream_is_refused() {
    let _limit = limit();
    let Some(mut splice) = splice() else { return };
    let (left, right) = udp_pair(([127, 0, 0, 1], 0).into()).unwrap();
    left.send(b"hello").unwrap();
    right.set_nonblocking(true).unwrap();
    for error in [splice.take(&right).unwrap_err(), splice.give(&right).unwrap_err()] {
        assert!(error.is_invalid(), "{error}");
    }
}

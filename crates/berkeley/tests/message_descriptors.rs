//! Descriptors that are passed: any number, over every kind of socket, and nothing leaks, whatever the sender does. Every test
//! here goes through the leak check.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs::File;
use std::io::{IoSlice, IoSliceMut, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt;

use berkeley::message::{Control, ControlBuffer, MOST_DESCRIPTORS, Message, descriptor_room};
use berkeley::{
    Deadline, Family, Kind, MILLISECOND, Protocol, ReceiveFlags, Socket, UnixDatagram, UnixSeqpacket,
    UnixStream,
};
use berkeley_testkit::{leak, limit, need_real, soon};

fn each_pair(mut body: impl FnMut(Socket, Socket)) {
    for kind in [Kind::STREAM, Kind::DGRAM, Kind::SEQPACKET] {
        match Socket::pair(Family::UNIX, kind, Protocol::DEFAULT) {
            Ok((left, right)) => body(left, right),
            Err(error) => assert!(error.is_unsupported() && kind == Kind::SEQPACKET, "{kind:?}: {error}"),
        }
    }
}

/// What a descriptor leads to.
fn identity(descriptor: impl AsFd) -> (u64, u64) {
    let file = File::from(descriptor.as_fd().try_clone_to_owned().unwrap());
    let data = file.metadata().unwrap();
    (data.dev(), data.ino())
}

#[allow(unsafe_code)]
fn is_close_on_exec(descriptor: &impl AsRawFd) -> bool {
    // SAFETY: F_GETFD takes no argument.
    let flags = unsafe { libc::fcntl(descriptor.as_raw_fd(), libc::F_GETFD) };
    assert!(flags >= 0);
    flags & libc::FD_CLOEXEC != 0
}

fn receive(socket: &Socket) -> (usize, bool, Vec<OwnedFd>) {
    let mut descriptors = Vec::new();
    let deadline = soon();
    let arrival = socket.by(deadline).recv_descriptors(&mut [0; 64], &mut descriptors).unwrap();
    (arrival.len(), arrival.is_control_truncated(), descriptors)
}

#[test]
fn descriptors_go_over_every_kind_of_socket() {
    let _limit = limit();
    leak::check(|| {
        each_pair(|left, right| {
            let (reader, mut writer) = std::io::pipe().unwrap();
            let passed = [reader.as_fd(), left.as_fd()];
            assert_eq!(left.send_descriptors(b"two", &passed).unwrap(), 3);
            let (length, cut, received) = receive(&right);
            assert_eq!((length, cut, received.len()), (3, false, 2));
            assert_eq!(identity(&received[0]), identity(&reader));
            assert_eq!(identity(&received[1]), identity(&left));
            assert!(received.iter().all(is_close_on_exec));
            writer.write_all(b"through it").unwrap();
            let mut text = [0; 10];
            File::from(received.into_iter().next().unwrap()).read_exact(&mut text).unwrap();
            assert_eq!(&text, b"through it");
        });
    });
}

#[test]
fn a_message_carries_as_many_as_the_system_takes_and_no_more() {
    let _limit = limit();
    leak::check(|| {
        let (reader, _writer) = std::io::pipe().unwrap();
        let many = vec![reader.as_fd(); MOST_DESCRIPTORS + 1];
        each_pair(|left, right| {
            left.send_descriptors(b"x", &many[1..]).unwrap();
            let (_, cut, received) = receive(&right);
            assert_eq!((cut, received.len()), (false, 253));
            assert!(received.iter().all(|one| identity(one) == identity(&reader)));
            let error = left.send_descriptors(b"x", &many).unwrap_err();
            assert_eq!(error.to_string(), "send: a message carries at most 253 descriptors: here are 254");
        });
        let mut control = Control::new();
        control.push_descriptors(&many[..200]).unwrap();
        let before = control.as_bytes().to_vec();
        control.push_descriptors(&many[..54]).unwrap_err();
        assert_eq!(control.as_bytes(), before, "what is refused leaves nothing");
        control.push_descriptors(&many[..53]).unwrap();
    });
}

#[test]
fn a_stream_needs_a_byte_and_a_datagram_does_not() {
    let _limit = limit();
    leak::check(|| {
        let (left, right) = UnixStream::pair().unwrap();
        let error = left.send_descriptors(b"", &[&left]).unwrap_err();
        assert_eq!(error.to_string(), "send: on a stream, descriptors go with at least one byte of data");
        assert!(right.now().recv(&mut [0; 8]).unwrap().is_none());

        let (left, right) = UnixDatagram::pair().unwrap();
        left.send_descriptors(b"", &[&left]).unwrap();
        let mut received = Vec::new();
        let arrival = right.recv_descriptors(&mut [0; 8], &mut received).unwrap();
        assert_eq!((arrival.len(), received.len()), (0, 1));
    });
}

#[test]
fn those_that_nobody_takes_are_closed() {
    let _limit = limit();
    leak::check(|| {
        each_pair(|left, right| {
            let (reader, writer) = std::io::pipe().unwrap();
            let mut control = ControlBuffer::with_room(descriptor_room(3));
            for _ in 0..3 {
                left.send_descriptors(b"abc", &[&reader; 3]).unwrap();
                let mut data = [0; 3];
                right.recv_message(&mut [IoSliceMut::new(&mut data)], &mut control).unwrap();
                assert_eq!(control.descriptors(), 3);
            }
            let taken = control.take_descriptor().unwrap();
            assert_eq!((control.descriptors(), control.items().count()), (2, 0));
            control.clear();
            assert!(control.take_descriptor().is_none());
            drop((taken, reader));
            // Nobody has the other end any more.
            assert!((&writer).write(b"x").is_err());
        });
    });
}

/// A receiver that does not ask for them gets none, and the system closes them.
#[test]
fn a_plain_receive_loses_them_and_leaks_none() {
    let _limit = limit();
    leak::check(|| {
        each_pair(|left, right| {
            let (reader, writer) = std::io::pipe().unwrap();
            left.send_descriptors(b"a", &[&reader]).unwrap();
            left.send_descriptors(b"b", &[&reader]).unwrap();
            right.recv(&mut [0; 1]).unwrap();
            let mut none = ControlBuffer::with_room(0);
            let mut data = [0];
            let arrival = right.recv_message(&mut [IoSliceMut::new(&mut data)], &mut none).unwrap();
            assert_eq!((arrival.is_control_truncated(), none.descriptors(), data), (true, 0, *b"b"));
            drop((reader, left, right));
            assert!((&writer).write(b"x").is_err());
        });
    });
}

#[test]
fn what_has_no_room_is_reported_and_closed_whatever_the_room() {
    let _limit = limit();
    if !need_real("control messages that are cut") {
        return;
    }
    leak::check(|| {
        let (reader, writer) = std::io::pipe().unwrap();
        each_pair(|left, right| {
            for room in 0..descriptor_room(12) {
                left.send_descriptors(b"x", &[&reader; 10]).unwrap();
                let mut memory = vec![0; room];
                let mut control = ControlBuffer::over(&mut memory);
                let mut data = [0; 8];
                let arrival = right.recv_message(&mut [IoSliceMut::new(&mut data)], &mut control).unwrap();
                let received: Vec<_> = control.take_descriptors().collect();
                assert!(received.len() <= 10);
                assert_eq!(arrival.is_control_truncated(), received.len() < 10, "{room} bytes");
                assert!(
                    received.iter().all(|one| identity(one) == identity(&reader) && is_close_on_exec(one))
                );
            }
        });
        drop(reader);
        assert!((&writer).write(b"x").is_err(), "none is open anywhere");
    });
}

#[test]
fn the_room_that_is_told_is_enough() {
    let _limit = limit();
    leak::check(|| {
        let (left, right) = UnixStream::pair().unwrap();
        for count in [1, 2, 3, 7, 100, MOST_DESCRIPTORS] {
            left.send_descriptors(b"x", &vec![&left; count]).unwrap();
            let mut control = ControlBuffer::with_room(descriptor_room(count));
            let mut data = [0; 8];
            let arrival = right.recv_message(&mut [IoSliceMut::new(&mut data)], &mut control).unwrap();
            assert_eq!((arrival.is_control_truncated(), control.descriptors()), (false, count));
        }
    });
}

#[test]
fn a_peer_that_closes_leaves_what_it_sent() {
    let _limit = limit();
    leak::check(|| {
        each_pair(|left, right| {
            left.send_descriptors(b"last words", &[&right]).unwrap();
            drop(left);
            let (length, _, received) = receive(&right);
            assert_eq!((length, received.len()), (10, 1));
        });
        // Sent and never received.
        each_pair(|left, _right| assert_eq!(left.send_descriptors(b"x", &[&left]).unwrap(), 1));
    });
}

#[test]
fn a_stream_gives_descriptors_with_the_bytes_that_they_came_with() {
    let _limit = limit();
    leak::check(|| {
        let (left, right) = UnixStream::pair().unwrap();
        left.send(b"before").unwrap();
        left.send_descriptors(b"with", &[&left]).unwrap();
        left.send_descriptors(b"more", &[&left, &right]).unwrap();
        let mut got = Vec::new();
        let mut data = [0; 64];
        while got.iter().map(|(length, _)| length).sum::<usize>() < 14 {
            let mut received = Vec::new();
            let arrival = right.recv_descriptors(&mut data, &mut received).unwrap();
            got.push((arrival.len(), received.len()));
        }
        // Where the bytes before are given with those that have descriptors, those of two sends are still apart.
        let counts: Vec<_> = got.iter().map(|(_, count)| *count).filter(|count| *count > 0).collect();
        assert_eq!(counts, [1, 2], "{got:?}");
    });
}

#[test]
fn the_modes_mean_the_same() {
    let _limit = limit();
    leak::check(|| {
        let (left, right) = UnixStream::pair().unwrap();
        let mut received = Vec::new();
        assert!(right.now().recv_descriptors(&mut [0; 8], &mut received).unwrap().is_none());
        let soon = Deadline::after(MILLISECOND);
        let error = right.by(soon).recv_descriptors(&mut [0; 8], &mut received).unwrap_err();
        assert!(error.is_deadline_passed());
        assert_eq!(left.now().send_descriptors(b"x", &[&left]).unwrap(), Some(1));
        assert_eq!(left.by(Deadline::never()).send_descriptors(b"y", &[&left]).unwrap(), 1);
        for _ in 0..2 {
            let arrival = right.now().recv_descriptors(&mut [0; 1], &mut received).unwrap();
            assert_eq!(arrival.map(|arrival| arrival.len()), Some(1));
        }
        assert_eq!(received.len(), 2);
        // Full: nothing is sent, and nothing is kept.
        while left.now().send_descriptors(&[0; 4096], &[&left]).unwrap().is_some() {}
        let error = left.by(Deadline::now()).send_descriptors(&[0; 4096], &[&left]).unwrap_err();
        assert!(error.is_deadline_passed());
    });
}

/// Linux opens what is only looked at; the BSDs do not give it.
#[test]
fn a_look_leaks_nothing() {
    let _limit = limit();
    leak::check(|| {
        let (left, right) = UnixDatagram::pair().unwrap();
        left.send_descriptors(b"x", &[&left, &right]).unwrap();
        let mut control = ControlBuffer::with_room(descriptor_room(2));
        for _ in 0..2 {
            let mut data = [0; 8];
            right
                .recv_message_with(&mut [IoSliceMut::new(&mut data)], &mut control, ReceiveFlags::PEEK)
                .unwrap();
            assert_eq!(control.descriptors(), if cfg!(target_os = "linux") { 2 } else { 0 });
        }
        let mut received = Vec::new();
        right.recv_descriptors(&mut [0; 8], &mut received).unwrap();
        assert_eq!(received.len(), 2);
    });
}

#[test]
fn no_row_of_an_outsider_makes_bytes_of_descriptors() {
    let _limit = limit();
    leak::check(|| {
        const FORGED: berkeley::message::ControlMessage<u32> =
            berkeley::message::ControlMessage::integer("forged", libc::SOL_SOCKET, libc::SCM_RIGHTS);
        let mut control = Control::new();
        let error = control.push(FORGED, &2).unwrap_err();
        assert_eq!(error.to_string(), "send forged: descriptors and pointers are never taken from bytes");
        assert!(control.is_empty());
        let (left, right) = UnixStream::pair().unwrap();
        left.send_descriptors(b"x", &[&left]).unwrap();
        let mut received = ControlBuffer::with_room(64);
        let mut data = [0; 8];
        right.recv_message(&mut [IoSliceMut::new(&mut data)], &mut received).unwrap();
        assert_eq!((received.get(FORGED), received.descriptors()), (None, 1));
    });
}

#[test]
fn several_messages_of_descriptors_are_one_after_the_other() {
    let _limit = limit();
    leak::check(|| {
        let (left, right) = UnixSeqpacket::pair().unwrap();
        let (reader, _writer) = std::io::pipe().unwrap();
        let (first, second) = ([left.as_fd()], [reader.as_fd(), right.as_fd()]);
        let mut control = Control::new();
        control.push_descriptors(&first).unwrap();
        control.push_descriptors(&second).unwrap();
        let data = [IoSlice::new(b"x")];
        left.send_message(&Message::new(&data).control(&control)).unwrap();
        let mut received = Vec::new();
        right.recv_descriptors(&mut [0; 8], &mut received).unwrap();
        let sent: [BorrowedFd<'_>; 3] = [left.as_fd(), reader.as_fd(), right.as_fd()];
        assert_eq!(
            received.iter().map(identity).collect::<Vec<_>>(),
            sent.into_iter().map(identity).collect::<Vec<_>>()
        );
    });
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, Stdio};

    use super::*;
    use berkeley::UnixListener;
    use berkeley_testkit::{need, program, scratch};

    /// The limit is the process's, so that a process of its own has it.
    #[test]
    fn a_process_that_may_open_no_more_hears_of_it() {
        const NAME: &str = "BERKELEY_DESCRIPTORS";
        let _limit = limit();
        if !need_real("limits of descriptors") {
            return;
        }
        if std::env::var_os(NAME).is_none() {
            let status = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "linux::a_process_that_may_open_no_more_hears_of_it"])
                .env(NAME, "few")
                .status()
                .unwrap();
            assert!(status.success());
            return;
        }
        leak::check(|| {
            let (left, right) = UnixStream::pair().unwrap();
            left.send_descriptors(b"ten", &[&left; 10]).unwrap();
            left.send_descriptors(b"ten", &[&left; 10]).unwrap();
            let before = raise_to_just_above(&left, 4);
            let (length, cut, received) = receive_from(&right);
            assert_eq!((length, cut, received.len()), (3, true, 4));
            drop(received);
            restore(before);
            assert_eq!(receive_from(&right).2.len(), 10);
        });
    }

    fn receive_from(stream: &UnixStream) -> (usize, bool, Vec<OwnedFd>) {
        let mut descriptors = Vec::with_capacity(16);
        let arrival = stream.recv_descriptors(&mut [0; 3], &mut descriptors).unwrap();
        (arrival.len(), arrival.is_control_truncated(), descriptors)
    }

    /// Leaves room for so many descriptors more, above the least number that is free.
    #[allow(unsafe_code)]
    fn raise_to_just_above(any: &UnixStream, more: u64) -> libc::rlimit {
        let free = any.duplicate().unwrap().as_fd().as_raw_fd() as u64;
        // SAFETY: a limit is two numbers.
        let mut before: libc::rlimit = unsafe { std::mem::zeroed() };
        // SAFETY: the limit is writable.
        assert_eq!(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut before) }, 0);
        restore(libc::rlimit { rlim_cur: (free + more) as _, ..before });
        before
    }

    #[allow(unsafe_code)]
    fn restore(limit: libc::rlimit) {
        // SAFETY: the limit is readable.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
    }

    const PYTHON: &str = r#"
import array, os, socket, sys
peer = socket.socket(socket.AF_UNIX, getattr(socket, sys.argv[1]))
peer.connect(sys.argv[2])
pipes = [os.pipe() for _ in range(int(sys.argv[3]))]
socket.send_fds(peer, [b"from python"], [reader for reader, _ in pipes])
for index, (reader, writer) in enumerate(pipes):
    os.write(writer, b"%d" % index)
    os.close(reader)
    os.close(writer)
data, descriptors, flags, _ = socket.recv_fds(peer, 64, 253)
assert data == b"from berkeley" and flags & socket.MSG_CTRUNC == 0, (data, flags)
for index, descriptor in enumerate(descriptors):
    os.write(descriptor, b"%d;" % index)
print(len(descriptors), flush=True)
"#;

    struct Running(Child);

    impl Drop for Running {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    #[test]
    fn pythons_socket_module_passes_them_both_ways() {
        let _limit = limit();
        let found = program("python3");
        if !need(found.is_some(), "python3") {
            return;
        }
        for (kind, count) in [("SOCK_STREAM", 1), ("SOCK_STREAM", 253), ("SOCK_SEQPACKET", 3)] {
            leak::check(|| with_python(found.as_ref().unwrap(), kind, count));
        }
    }

    fn with_python(python: &std::path::Path, kind: &str, count: usize) {
        let folder = scratch();
        let path = folder.path().join("s");
        let listener: Socket = if kind == "SOCK_STREAM" {
            UnixListener::bind(&path).unwrap().into_any()
        } else {
            berkeley::UnixSeqpacketListener::bind(&path).unwrap().into_any()
        };
        let mut command = Command::new(python);
        command.args(["-c", PYTHON, kind]).arg(&path).arg(count.to_string()).stdout(Stdio::piped());
        let mut child = Running(command.spawn().unwrap());
        let (peer, _) = listener.by(soon()).accept().unwrap();
        let (length, cut, received) = receive(&peer);
        assert_eq!((length, cut, received.len()), (11, false, count));
        for (index, descriptor) in received.into_iter().enumerate() {
            let mut text = String::new();
            File::from(descriptor).read_to_string(&mut text).unwrap();
            assert_eq!(text, index.to_string());
        }
        let (mut reader, writer) = std::io::pipe().unwrap();
        peer.send_descriptors(b"from berkeley", &vec![&writer; count]).unwrap();
        drop(writer);
        let mut line = String::new();
        BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), count.to_string());
        assert!(child.0.wait().unwrap().success());
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        let expected = (0..count).map(|index| format!("{index};")).collect::<Vec<_>>().concat();
        assert_eq!(text, expected);
    }
}

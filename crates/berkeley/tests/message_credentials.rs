//! Who the peer is, and who sent each message.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd};
use std::process::{Command, Stdio};

use berkeley::message::{Control, ControlBuffer, Message};
use berkeley::option::{self, Credentials};
use berkeley::{
    Family, Interest, Kind, Protocol, SECOND, Socket, UdpSocket, UnixDatagram, UnixListener, UnixSeqpacket,
    UnixStream, wait_for,
};
use berkeley_testkit::descriptor::is_close_on_exec;
use berkeley_testkit::{limit, need, need_of, program, scratch, soon};

#[allow(unsafe_code)]
fn own() -> Credentials {
    // SAFETY: the call takes nothing and cannot fail.
    let uid = unsafe { libc::geteuid() };
    // SAFETY: as above.
    let gid = unsafe { libc::getegid() };
    Credentials { pid: Some(std::process::id() as i32), uid, gid }
}

/// The process that a descriptor is of, as proc(5) tells it.
fn process_of(descriptor: &impl AsRawFd) -> u32 {
    let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", descriptor.as_raw_fd())).unwrap();
    info.lines().find_map(|line| line.strip_prefix("Pid:")).unwrap().trim().parse().unwrap()
}

#[test]
fn the_peer_of_a_connection_is_known() {
    let _limit = limit();
    let (left, _right) = UnixStream::pair().unwrap();
    assert_eq!(left.peer_credentials().unwrap(), own());
    let (left, _right) = UnixSeqpacket::pair().unwrap();
    assert_eq!(left.peer_credentials().unwrap(), own());
    let label = left.get(option::socket::PEERSEC);
    if need_of("labels", label.is_ok(), "a security module that gives labels") {
        assert!(!label.unwrap().is_empty());
    }
}

#[test]
fn the_peers_process_is_a_descriptor() {
    let _limit = limit();
    let (left, _right) = UnixStream::pair().unwrap();
    let peer = left.peer_pidfd();
    if !need(peer.is_ok(), "SO_PEERPIDFD, which is of Linux 6.5") {
        return;
    }
    let peer = peer.unwrap();
    assert_eq!(process_of(&peer), std::process::id());
    assert!(is_close_on_exec(&peer));
    let error = UdpSocket::bind("127.0.0.1:0").unwrap().into_any().peer_pidfd().unwrap_err();
    assert!(error.errno().is_some(), "{error}");
}

/// One that is not this process: its descriptor polls readable when it ends.
#[test]
fn another_process_is_known_until_its_end() {
    let _limit = limit();
    let found = program("python3");
    if !need(found.is_some(), "python3") {
        return;
    }
    let folder = scratch();
    let path = folder.path().join("s");
    let listener = UnixListener::bind(&path).unwrap();
    let code = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.recv(1)";
    let mut command = Command::new(found.unwrap());
    let mut child = command.args(["-c", code]).arg(&path).stdin(Stdio::null()).spawn().unwrap();
    let (peer, _) = listener.by(soon()).accept().unwrap();
    assert_eq!(peer.peer_credentials().unwrap(), Credentials { pid: Some(child.id() as i32), ..own() });
    let process = peer.peer_pidfd();
    drop(peer);
    if need(process.is_ok(), "SO_PEERPIDFD, which is of Linux 6.5") {
        let process = process.unwrap();
        assert_eq!(process_of(&process), child.id());
        wait_for(&process, Interest::READABLE, SECOND * 20).unwrap();
    }
    child.wait().unwrap();
}

fn receive(socket: &Socket, control: &mut ControlBuffer<'_>) -> usize {
    let mut room = [0; 64];
    let arrival = socket.recv_message(&mut [IoSliceMut::new(&mut room)], control).unwrap();
    assert!(!arrival.is_control_truncated());
    arrival.len()
}

#[test]
fn each_message_tells_its_sender() {
    let _limit = limit();
    for kind in [Kind::STREAM, Kind::DGRAM, Kind::SEQPACKET] {
        let (left, right) = Socket::pair(Family::UNIX, kind, Protocol::DEFAULT).unwrap();
        let mut control = ControlBuffer::with_room(256);
        left.send(b"before").unwrap();
        receive(&right, &mut control);
        assert_eq!(control.credentials(), None, "nobody asked");
        right.set(option::socket::PASSCRED, true).unwrap();
        left.send(b"after").unwrap();
        receive(&right, &mut control);
        assert_eq!(control.credentials(), Some(own()));
        let mut sent = Control::new();
        sent.push_credentials(own()).unwrap();
        let data = [IoSlice::new(b"sent")];
        left.send_message(&Message::new(&data).control(&sent)).unwrap();
        receive(&right, &mut control);
        assert_eq!(control.credentials(), Some(own()));
    }
}

/// Only root may name another; and nobody one that there is not.
#[test]
fn the_kernel_checks_who_one_says_to_be() {
    let _limit = limit();
    let (left, right) = UnixDatagram::pair().unwrap();
    right.set(option::socket::PASSCRED, true).unwrap();
    let mut sent = Control::new();
    sent.push_credentials(Credentials { pid: Some(i32::MAX), ..own() }).unwrap();
    let data = [IoSlice::new(b"x")];
    let error = left.send_message(&Message::new(&data).control(&sent)).unwrap_err();
    assert!(error.is_no_such_process() || error.is_permission_denied(), "{error}");
    assert!(right.now().recv(&mut [0; 8]).unwrap().is_none());
}

#[test]
fn each_message_tells_its_process_as_a_descriptor() {
    let _limit = limit();
    let (left, right) = UnixDatagram::pair().unwrap();
    let asked = right.set(option::socket::PASSPIDFD, true);
    if !need(asked.is_ok(), "SO_PASSPIDFD, which is of Linux 6.5") {
        return;
    }
    let right = right.into_any();
    let mut control = ControlBuffer::with_room(256);
    left.send_descriptors(b"x", &[&left]).unwrap();
    receive(&right, &mut control);
    let process = control.take_pidfd().unwrap();
    assert_eq!(process_of(&process), std::process::id());
    assert!(is_close_on_exec(&process));
    assert!(control.take_pidfd().is_none(), "it is taken");
    assert_eq!(control.descriptors(), 1, "and no passed one is taken for it");
    let passed = control.take_descriptor().unwrap();
    assert_ne!(passed.as_fd().as_raw_fd(), process.as_raw_fd());
    // Nobody takes it.
    left.send(b"y").unwrap();
    receive(&right, &mut control);
}

#[test]
fn a_label_comes_with_the_message_where_there_are_labels() {
    let _limit = limit();
    let (left, right) = UnixDatagram::pair().unwrap();
    right.set(option::socket::PASSSEC, true).unwrap();
    left.send(b"x").unwrap();
    let mut control = ControlBuffer::with_room(512);
    receive(&right.into_any(), &mut control);
    let label = control.get(berkeley::message::socket::SECURITY);
    if need_of("labels", label.is_some(), "a security module that gives labels") {
        assert!(!label.unwrap().is_empty());
    }
}

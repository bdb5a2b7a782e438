//! Unix sockets: names, paths and who removes them, boundaries.
//!
//! No test here starts a program: until that runs, it has a copy of every listener that another test has closed.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;

use berkeley::{MILLISECOND, SECOND, Shutdown, UnixAddress, UnixDatagram, UnixListener, UnixStream};
use berkeley_testkit::{limit, scratch};

#[test]
fn a_listener_removes_its_path_when_it_is_dropped_and_when_it_is_closed() {
    let folder = scratch();
    let path = folder.path().join("s");
    let listener = UnixListener::bind(&path).unwrap();
    assert!(path.exists());
    drop(listener);
    assert!(!path.exists());
    UnixListener::bind(&path).unwrap().close().unwrap();
    assert!(!path.exists());
}

#[test]
fn a_path_that_is_gone_or_is_another_file_by_now_stays_as_it_is() {
    let folder = scratch();
    let path = folder.path().join("s");
    let listener = UnixListener::bind(&path).unwrap();
    fs::remove_file(&path).unwrap();
    fs::write(&path, b"somebody else's").unwrap();
    listener.close().unwrap();
    assert!(path.exists());
    fs::remove_file(&path).unwrap();
    let listener = UnixListener::bind(&path).unwrap();
    fs::remove_file(&path).unwrap();
    listener.close().unwrap();
}

#[test]
fn a_listener_given_away_keeps_its_path() {
    let folder = scratch();
    let path = folder.path().join("s");
    let std: std::os::unix::net::UnixListener = UnixListener::bind(&path).unwrap().into();
    assert!(path.exists());
    let adopted = UnixListener::try_from(std).unwrap();
    let copy = adopted.duplicate().unwrap();
    drop((adopted, copy));
    assert!(path.exists(), "neither made it");
    let any = UnixListener::bind(folder.path().join("t")).unwrap().into_any();
    drop(any);
    assert!(folder.path().join("t").exists());
}

#[test]
fn a_duplicate_of_a_listener_goes_on_after_the_path_is_gone() {
    let _limit = limit();
    let folder = scratch();
    let path = folder.path().join("s");
    let listener = UnixListener::bind(&path).unwrap();
    let client = UnixStream::connect(&path).unwrap();
    let copy = listener.duplicate().unwrap();
    drop(listener);
    assert!(!path.exists());
    copy.by(SECOND * 10).accept().unwrap();
    drop(client);
}

#[test]
fn a_stale_path_is_taken_over_on_request_and_nothing_else_is() {
    let folder = scratch();
    let path = folder.path().join("s");
    // A listener of the standard library leaves its path.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let error = UnixListener::bind(&path).unwrap_err();
    assert!(error.is_address_in_use());
    let listener = UnixListener::bind_over_stale(&path).unwrap();
    let error = UnixListener::bind_over_stale(&path).unwrap_err();
    assert!(error.is_address_in_use(), "somebody listens");
    UnixStream::connect(&path).unwrap();
    drop(listener);

    for file in ["file", "folder"] {
        let path = folder.path().join(file);
        if file == "file" {
            fs::write(&path, b"data").unwrap();
        } else {
            fs::create_dir(&path).unwrap();
        }
        assert!(UnixListener::bind_over_stale(&path).unwrap_err().is_address_in_use());
        assert!(path.exists());
    }
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(folder.path().join("file"), &link).unwrap();
    assert!(UnixListener::bind_over_stale(&link).unwrap_err().is_address_in_use());
    UnixListener::bind_over_stale(folder.path().join("new")).unwrap();
}

#[test]
fn a_datagram_socket_that_is_bound_is_not_stale() {
    let folder = scratch();
    let path = folder.path().join("s");
    let _bound = UnixDatagram::bind(&path).unwrap();
    assert!(UnixListener::bind_over_stale(&path).unwrap_err().is_address_in_use());
    assert!(path.exists());
}

#[test]
fn a_full_backlog_is_not_stale() {
    let folder = scratch();
    let path = folder.path().join("s");
    let _listener = UnixListener::bind_with(&path, 0).unwrap();
    let mut clients = Vec::new();
    while let Ok(client) = UnixStream::connect_by(&path, MILLISECOND) {
        clients.push(client);
    }
    assert!(UnixListener::bind_over_stale(&path).unwrap_err().is_address_in_use());
}

#[test]
#[cfg(target_os = "linux")]
fn abstract_names_are_any_bytes_and_leave_nothing() {
    let _limit = limit();
    let name = [b"berkeley\0\xff", std::process::id().to_string().as_bytes()].concat();
    let address = UnixAddress::abstract_name(&name).unwrap();
    let listener = UnixListener::bind(address).unwrap();
    assert_eq!(listener.local_address().unwrap(), address);
    let client = UnixStream::connect(address).unwrap();
    assert_eq!(client.peer_address().unwrap().as_abstract(), Some(&name[..]));
    let text = berkeley::Address::from(address).to_string();
    UnixStream::connect(&*text).unwrap();
    drop(listener);
    assert!(UnixStream::connect(address).unwrap_err().is_refused());
}

#[test]
#[cfg(target_os = "linux")]
fn the_longest_names_work_and_longer_ones_are_refused_with_a_reason() {
    use std::os::unix::ffi::OsStrExt;

    let folder = scratch();
    let base = folder.path().as_os_str().len() + 1;
    let path = |length: usize| folder.path().join("x".repeat(length - base));
    for length in [107, 108] {
        let listener = UnixListener::bind(path(length)).unwrap();
        UnixStream::connect(path(length)).unwrap();
        let local = listener.local_address().unwrap();
        assert_eq!(local.as_path().unwrap().as_os_str().as_bytes().len(), length);
    }
    let error = UnixListener::bind(path(109)).unwrap_err();
    assert!(error.parse_error().is_some(), "{error}");
    let full = UnixAddress::abstract_name(&[b'n'; 107]).unwrap();
    assert_eq!(UnixListener::bind(full).unwrap().local_address().unwrap(), full);
}

#[test]
fn datagrams_carry_the_path_of_their_sender() {
    let _limit = limit();
    let folder = scratch();
    let (one, two) = (folder.path().join("1"), folder.path().join("2"));
    let (left, right) = (UnixDatagram::bind(&one).unwrap(), UnixDatagram::bind(&two).unwrap());
    left.send_to(b"hello", &UnixAddress::path(&two).unwrap()).unwrap();
    let mut buffer = [0; 16];
    let (received, from) = right.recv_from(&mut buffer).unwrap();
    assert_eq!((received.len(), from.as_path()), (5, Some(&*one)));
    right.send_to(b"back", &from).unwrap();
    assert_eq!(left.recv(&mut buffer).unwrap().len(), 4);
    let unnamed = UnixDatagram::unbound().unwrap();
    unnamed.connect(&two).unwrap();
    unnamed.send(b"?").unwrap();
    assert!(right.recv_from(&mut buffer).unwrap().1.is_unnamed());
}

#[test]
fn an_address_of_another_family_is_refused() {
    assert!(UnixListener::bind("127.0.0.1:0").unwrap_err().is_invalid());
    assert!(UnixStream::connect("127.0.0.1:1").unwrap_err().is_invalid());
    assert!(UnixDatagram::bind("[::1]:0").unwrap_err().is_invalid());
}

#[test]
fn the_end_of_a_stream_is_told_on_each_half() {
    let (left, right) = UnixStream::pair().unwrap();
    left.shutdown(Shutdown::Send).unwrap();
    assert_eq!(right.recv(&mut [0; 4]).unwrap(), 0);
    right.send(b"x").unwrap();
    assert_eq!(left.recv(&mut [0; 4]).unwrap(), 1);
    left.shutdown(Shutdown::Receive).unwrap();
    assert!(right.send(b"y").unwrap_err().is_broken_pipe());
}

//! The sockets of running processes: of this one, of a child, of none; and what systems without that say.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use berkeley::os::linux::Process;
use berkeley_testkit::limit;

#[test]
fn other_systems_say_that_they_cannot() {
    let _limit = limit();
    if cfg!(not(any(target_os = "linux", target_os = "android"))) || cfg!(berkeley_sys = "unsupported") {
        let error = Process::open(std::process::id()).unwrap_err();
        assert!(error.is_unsupported(), "{error}");
    }
}

#[cfg(all(target_os = "linux", not(berkeley_sys = "unsupported")))]
mod linux {
    use std::io::{Read, Write};
    use std::os::fd::OwnedFd;
    use std::process::{Child, Command, Stdio};

    use berkeley::{Errno, Operation, Socket, TcpListener, TcpStream, UdpSocket, UnixStream, option};
    use berkeley_testkit::descriptor::{is_blocking, is_close_on_exec};
    use berkeley_testkit::need;

    use super::*;

    /// Opens a process, if this kernel can: before 5.6, and under some emulators, it cannot.
    fn open(id: u32) -> Option<Process> {
        match Process::open(id) {
            Err(error) if error.is_unsupported() => {
                assert!(!need(false, "pidfd_open(2)"), "{error}");
                None
            }
            process => Some(process.unwrap()),
        }
    }

    /// A child with a socket for its standard input, and another one here at the other end of it.
    struct Peer {
        child: Child,
        far_end: Option<UnixStream>,
    }

    impl Peer {
        fn start() -> Self {
            let (mut ours, theirs) = UnixStream::pair().unwrap();
            let stdin = OwnedFd::from(std::os::unix::net::UnixStream::from(theirs));
            // It reads to the end of its input, which is when the other end is closed.
            let mut child = Command::new("cat").stdin(stdin).stdout(Stdio::piped()).spawn().unwrap();
            // Between fork and exec it has all that this process has; what it answers, it answers after that.
            ours.write_all(b"x").unwrap();
            child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
            Self { child, far_end: Some(ours) }
        }
    }

    impl Drop for Peer {
        fn drop(&mut self) {
            self.far_end = None;
            let _ = self.child.wait();
        }
    }

    fn number_of(socket: &impl std::os::fd::AsFd) -> i32 {
        std::os::fd::AsRawFd::as_raw_fd(&socket.as_fd())
    }

    #[test]
    fn a_socket_of_this_process_is_shared() {
        let _limit = limit();
        let Some(process) = open(std::process::id()) else { return };
        assert_eq!(process.id(), std::process::id());
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        assert!(process.sockets().unwrap().contains(&number_of(&socket)));
        let copy = process.descriptor(number_of(&socket)).unwrap();
        assert!(is_close_on_exec(&copy));
        option::ip::TTL.set(&copy, 9).unwrap();
        assert_eq!(socket.get(option::ip::TTL).unwrap(), 9);
        let copy = UdpSocket::adopt(copy).unwrap();
        assert_eq!(copy.local_address().unwrap(), socket.local_address().unwrap());
        drop(copy);
        assert!(socket.local_address().is_ok());
    }

    #[test]
    fn a_listener_stays_as_it_is_unless_it_is_adopted() {
        let _limit = limit();
        let Some(process) = open(std::process::id()) else { return };
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let descriptor = process.descriptor(number_of(&listener)).unwrap();
        let socket = Socket::adopt_raw(descriptor, berkeley::Family::INET, berkeley::Kind::STREAM);
        assert!(socket.get(option::socket::ACCEPTCONN).unwrap() && is_blocking(&listener));
        let descriptor = process.descriptor(number_of(&listener)).unwrap();
        TcpListener::adopt(descriptor).unwrap();
        assert!(!is_blocking(&listener));
    }

    #[test]
    fn a_childs_socket_is_listed_and_changed() {
        let _limit = limit();
        let peer = Peer::start();
        let Some(process) = open(peer.child.id()) else { return };
        assert!(process.sockets().unwrap().contains(&0) && !process.sockets().unwrap().contains(&1));
        let stdin = process.descriptor(0).unwrap();
        assert_eq!(option::socket::DOMAIN.get(&stdin).unwrap(), berkeley::Family::UNIX);
        option::socket::PASSCRED.set(&stdin, true).unwrap();
        let again = process.descriptor(0).unwrap();
        assert!(option::socket::PASSCRED.get(&again).unwrap());
        let error = TcpStream::adopt(process.descriptor(1).unwrap()).unwrap_err();
        assert!(error.error().is_not_a_socket(), "{error}");
    }

    #[test]
    fn what_is_not_there_is_told() {
        let _limit = limit();
        let mut peer = Peer::start();
        let Some(process) = open(peer.child.id()) else { return };
        let error = process.descriptor(999_999).unwrap_err();
        assert_eq!((error.operation(), error.errno()), (Operation::DuplicateFrom, Some(Errno::BADF)));
        peer.far_end = None;
        let _ = peer.child.wait();
        // It has ended, and whatever its number means now, the handle means nothing any more.
        for error in [process.descriptor(0).unwrap_err(), Process::open(peer.child.id()).unwrap_err()] {
            assert!(error.is_no_such_process(), "{error}");
        }
        process.sockets().unwrap_err();
        for id in [0, u32::MAX, i32::MAX as u32] {
            let error = Process::open(id).unwrap_err();
            assert_eq!(error.operation(), Operation::OpenProcess);
            assert!(error.is_no_such_process(), "{id}: {error}");
        }
    }

    #[test]
    #[cfg(debug_assertions)]
    fn faults_are_told() {
        use berkeley_testkit::fault::Faults;

        let _limit = limit();
        let Some(process) = open(std::process::id()) else { return };
        let _faults = Faults::fail(Operation::OpenProcess, Errno::MFILE, 1).and_fail(
            Operation::DuplicateFrom,
            Errno::PERM,
            1,
        );
        assert!(Process::open(std::process::id()).unwrap_err().is_descriptor_limit());
        assert!(process.descriptor(0).unwrap_err().is_permission_denied());
    }
}

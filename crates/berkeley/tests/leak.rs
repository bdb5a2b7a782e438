//! Nothing leaks: not when it works, not on any path where it fails. Every test here goes through the leak check.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use berkeley::{
    Deadline, Family, Kind, MILLISECOND, Protocol, SECOND, Socket, TcpListener, TcpStream, UdpSocket,
    UnixDatagram, UnixListener, UnixStream,
};
use berkeley_testkit::{has_unix_sockets, leak, scratch};

#[test]
fn sockets_close_when_they_are_dropped() {
    leak::check(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_address().unwrap()).unwrap();
        let (server, _) = listener.accept().unwrap();
        let _copy = server.duplicate().unwrap();
        let _std: std::net::TcpStream = client.into();
        let _view = server.into_now();
        let pair = UnixStream::pair();
        assert_eq!(pair.is_err_and(|error| error.is_unsupported()), cfg!(windows));
    });
}

#[test]
#[cfg(unix)]
fn signals_and_ends_of_processes_close_too() {
    use berkeley::{ProcessExit, Signal, Signals};

    leak::check(|| {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let exit = ProcessExit::of(&child);
        child.wait().unwrap();
        ProcessExit::of(&child).unwrap_err();
        drop(exit);
        let signals = Signals::new([Signal::USR1]);
        Signals::new([Signal::USR2, Signal::KILL]).unwrap_err();
        drop(signals);
    });
}

#[test]
fn what_fails_to_connect_bind_or_be_adopted_is_closed() {
    leak::check(|| {
        let bound = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = bound.local_address().unwrap();
        TcpStream::connect(address).unwrap_err();
        TcpStream::connect_by(address, Deadline::now()).unwrap_err();
        let _ = TcpStream::start_connect(address).map(drop);
        UdpSocket::bind(address).unwrap_err();
        TcpListener::bind("192.0.2.1:0").unwrap_err();
        UnixStream::connect("/nonexistent/socket").unwrap_err();
        UnixDatagram::bind("/nonexistent/socket").unwrap_err();
        UnixListener::bind("/nonexistent/socket").unwrap_err();
        TcpStream::adopt(bound).unwrap_err();
    });
}

#[test]
fn what_waits_in_vain_is_closed() {
    leak::check(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.by(MILLISECOND).accept().unwrap_err();
        let pending = TcpStream::start_connect(listener.local_address().unwrap()).unwrap();
        drop(pending);
        if !has_unix_sockets() {
            return;
        }
        let folder = scratch();
        let path = folder.path().join("s");
        let unix = UnixListener::bind_with(&path, 0).unwrap();
        let _first = UnixStream::connect(&path).unwrap();
        let second = UnixStream::connect_by(&path, MILLISECOND);
        drop((second, unix));
    });
}

#[test]
#[cfg(debug_assertions)]
fn what_fails_halfway_is_closed() {
    use berkeley::{Errno, Operation};
    use berkeley_testkit::fault::Faults;

    leak::check(|| {
        let _faults = Faults::fail(Operation::SetOption, Errno::NOBUFS, 1)
            .and_fail(Operation::Bind, Errno::ACCES, 1)
            .and_fail(Operation::Listen, Errno::OPNOTSUPP, 1)
            .and_fail(Operation::Control, Errno::BADF, 1)
            .and_fail(Operation::Connect, Errno::NETUNREACH, 1);
        for _ in 0..4 {
            TcpListener::bind("127.0.0.1:0").unwrap_err();
        }
        TcpListener::bind("127.0.0.1:0").unwrap();
        TcpStream::connect_by("127.0.0.1:9", SECOND).unwrap_err();
        Socket::open(Family::INET, Kind::from_raw(99), Protocol::DEFAULT).unwrap_err();
    });
}

#[test]
fn descriptors_of_processes_close_when_they_are_dropped() {
    use berkeley::os::linux::Process;

    leak::check(|| {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let Ok(process) = Process::open(std::process::id()) else { return };
        for number in process.sockets().unwrap() {
            let _copy = process.descriptor(number).map(Socket::adopt);
        }
        process.descriptor(-1).unwrap_err();
        Process::open(0).unwrap_err();
        drop(socket);
    });
}

#[test]
fn queues_and_acceptors_close_what_they_hold_sent_or_not() {
    use berkeley::{Acceptor, Overload, Queued, Taken};

    leak::check(|| {
        let mut acceptor = Acceptor::new(TcpListener::bind("127.0.0.1:0").unwrap());
        acceptor.set_overload(Overload::Refuse).unwrap();
        let address = acceptor.get_ref().local_address().unwrap();
        let reader = TcpStream::connect(address).unwrap();
        let (stream, _) = acceptor.accept().unwrap().unwrap();
        let mut full = Queued::new(stream);
        while full.send(&[0; 1000]).unwrap() != Taken::Refused {}
        let _ = full.finish(Deadline::never()).unwrap();
        let mut gone = Queued::new(reader);
        drop(full);
        while gone.send(b"x").is_ok() {}
        acceptor.set_overload(Overload::Wait).unwrap();
        acceptor.set_overload(Overload::Refuse).unwrap();
    });
}

#[test]
fn a_server_leaves_nothing_open_however_its_connections_end() {
    use berkeley::{Report, Result, Server, Service, Stopper, Turn, serve, tcp};

    /// Turns away every other one.
    struct Ends(bool);

    impl Service for Ends {
        type Listener = tcp::Listener;
        type State = ();

        fn admit(&mut self, _: &TcpStream, _: &std::net::SocketAddr) -> Option<()> {
            self.0 = !self.0;
            self.0.then_some(())
        }

        fn received(&mut self, turn: &mut Turn<'_, Self>, data: &[u8]) -> Result<()> {
            match data[0] {
                0 => turn.close(),
                1 => return Err(berkeley::Error::deadline_passed(berkeley::Operation::Wait)),
                2 => turn.finish(Deadline::now())?,
                _ => {}
            }
            Ok(())
        }
    }

    leak::check(|| {
        let listeners = TcpListener::bind_shared("127.0.0.1:0", 2).unwrap();
        let (address, stopper) = (listeners[0].local_address().unwrap(), Stopper::new());
        let stop = stopper.clone();
        let server = std::thread::spawn(move || {
            serve(listeners, &stop, |_, listener| Server::new(listener, Ends(false)))
        });
        let clients: Vec<_> = (0..40).map(|_| TcpStream::connect(address).unwrap()).collect();
        for (number, client) in clients.iter().enumerate() {
            let _ = client.send(&[number as u8 % 4]);
        }
        for client in clients.iter().enumerate().filter(|(number, _)| number % 4 != 3).map(|it| it.1) {
            let _ = client.by(SECOND * 30).recv(&mut [0; 1]);
        }
        stopper.stop(MILLISECOND * 50).unwrap();
        let Report { served, turned_away, .. } = server.join().unwrap().unwrap();
        assert_eq!(served + turned_away, 40);
        assert!(served >= 20 && turned_away >= 19);
    });
}

//! Servers with more connections than they can have: many, too many, and system calls that go wrong meanwhile.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::SocketAddr;

use berkeley::{Result, Service, TcpStream, Turn, tcp};

/// Sends back what it gets, after it has prepared its thread.
struct Echo<P>(Option<P>);

impl<P: FnOnce()> Service for Echo<P> {
    type Listener = tcp::Listener;
    type State = ();

    fn started(&mut self, _: &mut berkeley::Connections<Self>) -> Result<()> {
        if let Some(prepare) = self.0.take() {
            prepare();
        }
        Ok(())
    }

    fn admit(&mut self, _: &TcpStream, _: &SocketAddr) -> Option<()> {
        Some(())
    }

    fn received(&mut self, turn: &mut Turn<'_, Self>, data: &[u8]) -> Result<()> {
        turn.send(data).map(drop)
    }
}

/// Descriptors that are really not there, which needs a process with a limit of its own.
#[cfg(target_os = "linux")]
mod descriptors {
    use super::*;
    use std::fs;
    use std::io::{BufRead, BufReader, Read};
    use std::process::{Child, Command, Stdio};
    use std::time::Instant;

    use berkeley::{Backend, Deadline, MILLISECOND, Overload, SECOND, Server, Stopper, TcpListener};
    use berkeley_testkit::{descriptor, limit};

    /// How many descriptors the server has, and how many clients come.
    const DESCRIPTORS: usize = 64;
    const CLIENTS: usize = 100;

    /// Is no test but the server of those below: it serves until its standard input ends.
    #[test]
    fn a_server_for_the_others() {
        let (Ok(overload), Ok(backend)) =
            (std::env::var("BERKELEY_OVERLOAD"), std::env::var("BERKELEY_BACKEND"))
        else {
            return;
        };
        let _limit = limit();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        println!("\nserves at {}", listener.local_address().unwrap());
        let backend: Backend = backend.parse().unwrap();
        let mut server = Server::with_backend(listener, Echo(Some(|| {})), backend).unwrap();
        if overload == "refuse" {
            server.set_overload(Overload::Refuse).unwrap();
        }
        let stopper = Stopper::new();
        let stop = stopper.clone();
        let stdin = std::thread::spawn(move || {
            std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
            stop.stop(Deadline::after(SECOND * 10)).unwrap();
        });
        let report = server.run(&stopper).unwrap();
        stdin.join().unwrap();
        println!("\nserved {} refused {} cut {}", report.served, report.refused, report.cut);
    }

    struct Elsewhere {
        child: Child,
        output: BufReader<std::process::ChildStdout>,
        address: SocketAddr,
    }

    impl Elsewhere {
        fn start(overload: &str, backend: Backend) -> Self {
            let mut child = Command::new("sh")
                .args(["-c", &format!("ulimit -n {DESCRIPTORS} && exec \"$@\""), "sh"])
                .args(berkeley_testkit::again())
                .args(["--exact", "descriptors::a_server_for_the_others", "--nocapture"])
                .env("BERKELEY_OVERLOAD", overload)
                .env("BERKELEY_BACKEND", backend.name())
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut output = BufReader::new(child.stdout.take().unwrap());
            let address = said(&mut output, "serves at ").parse().unwrap();
            Self { child, output, address }
        }

        /// The time that it has had a processor, from proc(5): in hundredths of a second.
        fn processor_time(&self) -> u64 {
            let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
            let after_name = stat.rsplit(')').next().unwrap();
            after_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
        }

        /// Ends it; returns what it says in the end.
        fn stop(mut self) -> String {
            drop(self.child.stdin.take());
            let report = said(&mut self.output, "served ");
            assert!(self.child.wait().unwrap().success());
            report
        }
    }

    /// Returns the rest of the line that begins with that.
    fn said(output: &mut impl BufRead, start: &str) -> String {
        let lines = output.lines().map(|line| line.unwrap());
        lines.into_iter().find_map(|line| Some(line.strip_prefix(start)?.to_owned())).expect(start)
    }

    #[test]
    fn without_descriptors_a_server_rests_and_goes_on_when_there_are_some() {
        let _limit = limit();
        for backend in Backend::available() {
            let server = Elsewhere::start("wait", *backend);
            let mut clients: Vec<_> =
                (0..CLIENTS).map(|_| TcpStream::connect(server.address).unwrap()).collect();
            for client in &clients {
                client.send(b"hello").unwrap();
            }
            let answered = |client: &TcpStream, by: Deadline| {
                client.by(by).recv(&mut [0; 5]).is_ok_and(|length| length == 5)
            };
            // They are accepted in the order in which they came.
            let patience = || Deadline::after(MILLISECOND * 500);
            let present = clients.iter().take_while(|client| answered(client, patience())).count();
            assert!((DESCRIPTORS / 2..DESCRIPTORS).contains(&present), "{present} present");

            let (start, before) = (Instant::now(), server.processor_time());
            assert!(
                !answered(&clients[CLIENTS - 1], Deadline::after(SECOND)),
                "there is no descriptor for it"
            );
            let (spent, passed) = (server.processor_time() - before, start.elapsed());
            assert!(spent * 10 * 20 <= passed.as_millis() as u64, "{spent} ticks of {passed:?}");

            // Each that goes makes room for one that waits.
            let waiting = clients.split_off(present);
            for next in &waiting {
                drop(clients.remove(0));
                assert!(answered(next, Deadline::after(SECOND * 30)));
            }
            drop((clients, waiting));
            assert_eq!(server.stop(), format!("{CLIENTS} refused 0 cut 0"));
        }
    }

    #[test]
    fn without_descriptors_a_server_refuses_at_once_if_it_is_to() {
        let _limit = limit();
        for backend in Backend::available() {
            let server = Elsewhere::start("refuse", *backend);
            let clients: Vec<_> = (0..CLIENTS).map(|_| TcpStream::connect(server.address).unwrap()).collect();
            let mut answers = 0;
            for client in &clients {
                let sent = client.send(b"hello");
                match client.by(Deadline::after(SECOND * 30)).recv(&mut [0; 5]) {
                    Ok(5) => answers += 1,
                    Ok(0) => {}
                    Ok(length) => panic!("{length} bytes"),
                    Err(error) => assert!(error.is_connection_reset() || sent.is_err(), "{error}"),
                }
            }
            assert!((DESCRIPTORS / 2..DESCRIPTORS).contains(&answers), "{answers} served");
            drop(clients);
            assert_eq!(server.stop(), format!("{answers} refused {} cut 0", CLIENTS - answers));
        }
    }

    #[test]
    fn thousands_are_served_at_once() {
        const MANY: usize = 4000;
        let _limit = limit();
        if !berkeley_testkit::need(descriptor::raise_limit() as usize >= 2 * MANY + 500, "8500 descriptors") {
            return;
        }
        for backend in Backend::available() {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let (address, stopper) = (listener.local_address().unwrap(), Stopper::new());
            let (stop, backend) = (stopper.clone(), *backend);
            let server = std::thread::spawn(move || {
                Server::with_backend(listener, Echo(Some(|| {})), backend)?.run(&stop)
            });
            let clients: Vec<_> = (0..MANY).map(|_| TcpStream::connect(address).unwrap()).collect();
            for round in 0..3_u32 {
                for (number, client) in clients.iter().enumerate() {
                    let word = (number as u32 * 7 + round).to_be_bytes();
                    client.send(&word).unwrap();
                }
                for (number, client) in clients.iter().enumerate() {
                    let mut answer = [0; 4];
                    let word = (number as u32 * 7 + round).to_be_bytes();
                    client.by(Deadline::after(SECOND * 30)).recv(&mut answer).unwrap();
                    assert_eq!(answer, word);
                }
            }
            drop(clients);
            stopper.stop(SECOND * 30).unwrap();
            let report = server.join().unwrap().unwrap();
            assert_eq!((report.served, report.cut), (MANY as u64, 0));
        }
    }
}

/// System calls that go wrong, which only debug builds can have.
#[cfg(debug_assertions)]
mod faults {
    use super::*;
    use berkeley::{Backend, Deadline, Errno, Operation, Report, SECOND, Server, Stopper, TcpListener};
    use berkeley_testkit::fault::{Faults, calls_of};
    use berkeley_testkit::limit;

    /// Runs a server whose thread is prepared, and `client` against it; returns the calls of the server's thread.
    fn run(
        backend: Backend,
        prepare: impl FnOnce() + Send + 'static,
        client: impl FnOnce(SocketAddr),
    ) -> (Report, Vec<Operation>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, stopper) = (listener.local_address().unwrap(), Stopper::new());
        let stop = stopper.clone();
        let server = std::thread::spawn(move || {
            let mut server = Server::with_backend(listener, Echo(Some(prepare)), backend).unwrap();
            let (report, calls) = calls_of(|| server.run(&stop).unwrap());
            assert_eq!(berkeley::fault::disarm(), 0, "so many faults never happened");
            (report, calls)
        });
        client(address);
        stopper.stop(SECOND * 30).unwrap();
        server.join().unwrap()
    }

    fn echo(stream: &TcpStream, word: &[u8]) {
        stream.send(word).unwrap();
        let mut answer = vec![0; word.len()];
        let mut done = 0;
        while done < answer.len() {
            done += stream.by(Deadline::after(SECOND * 30)).recv(&mut answer[done..]).unwrap();
        }
        assert_eq!(answer, word);
    }

    #[test]
    fn accepting_goes_on_whatever_accept_says() {
        let _limit = limit();
        for backend in Backend::available() {
            for errno in [
                Errno::CONNABORTED,
                Errno::PROTO,
                Errno::INTR,
                Errno::AGAIN,
                Errno::MFILE,
                Errno::NFILE,
                Errno::NOBUFS,
                Errno::NOMEM,
                Errno::PERM,
            ] {
                let faults = move || std::mem::forget(Faults::fail(Operation::Accept, errno, 3));
                let (report, _) = run(*backend, faults, |address| {
                    let clients = [(); 3].map(|()| TcpStream::connect(address).unwrap());
                    for client in &clients {
                        echo(client, b"hello");
                    }
                });
                assert_eq!(report.served, 3, "{errno}");
                assert_eq!(report.failed, 3 * u64::from(is_of_one_connection(errno)), "{errno}");
            }
        }
    }

    fn is_of_one_connection(errno: Errno) -> bool {
        [Errno::CONNABORTED, Errno::PROTO, Errno::PERM].contains(&errno)
    }

    #[test]
    fn interruptions_short_counts_and_false_alarms_lose_nothing() {
        let _limit = limit();
        for backend in Backend::available() {
            let faults = || {
                std::mem::forget(Faults::fail(Operation::Wait, Errno::INTR, 5));
                std::mem::forget(Faults::fail(Operation::Send, Errno::INTR, 5));
                std::mem::forget(Faults::fail(Operation::Receive, Errno::INTR, 5));
                std::mem::forget(Faults::fail(Operation::Send, Errno::NOBUFS, 3));
                std::mem::forget(Faults::shorten(Operation::Send, 3, 20));
            };
            run(*backend, faults, |address| {
                let client = TcpStream::connect(address).unwrap();
                for round in 0..10 {
                    echo(&client, &vec![round; 1000]);
                }
            });
        }
    }

    #[test]
    fn a_connection_that_cannot_be_registered_is_closed_and_the_server_goes_on() {
        let _limit = limit();
        let faults = || std::mem::forget(Faults::fail(Operation::Register, Errno::NOMEM, 1));
        run(Backend::available()[0], faults, |address| {
            let first = TcpStream::connect(address).unwrap();
            let end = first.by(Deadline::after(SECOND * 30)).recv(&mut [0; 1]);
            assert!(end.is_ok_and(|length| length == 0));
            echo(&TcpStream::connect(address).unwrap(), b"hello");
        });
    }

    /// Where events are edges: one wait, one receive, one send an exchange, and no registration is changed.
    #[test]
    fn an_exchange_costs_three_calls() {
        const EXCHANGES: usize = 200;
        let _limit = limit();
        let (_, calls) = run(
            Backend::available()[0],
            || {},
            |address| {
                let client = TcpStream::connect(address).unwrap();
                (0..EXCHANGES).for_each(|_| echo(&client, b"hello"));
            },
        );
        let count = |wanted| calls.iter().filter(|call| **call == wanted).count();
        assert_eq!(count(Operation::Send), EXCHANGES);
        // What comes on top is accepting, the end of the connection, and the stop.
        let most =
            [(Operation::Receive, EXCHANGES + 3), (Operation::Wait, EXCHANGES + 5), (Operation::Register, 4)];
        for (operation, most) in most {
            assert!(count(operation) <= most, "{} of {operation:?}", count(operation));
        }
        assert!(calls.len() <= 3 * EXCHANGES + 20, "{}", calls.len());
    }
}

//! What the example programs of m-socket, IOLib and basic-binary-ipc do, done with this library.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::thread;

use berkeley::{
    Acceptor, AsSource, Backend, Connections, Events, HoldsSocket, Interest, Key, MILLISECOND, Poller,
    Progress, Queued, Result, SECOND, Server, Service, Shutdown, Source, Stopper, TcpListener, TcpStream,
    Turn, tcp,
};
use berkeley_testkit::{Lack, lacks, limit};

/// The two kinds of socket that m-socket's example has in its multiplexer.
enum Peer {
    Listener(Acceptor<TcpListener>),
    Client(Queued<TcpStream>),
}

impl AsSource for Peer {
    fn as_source(&self) -> Source<'_> {
        match self {
            Self::Listener(acceptor) => acceptor.as_source(),
            Self::Client(queue) => queue.as_source(),
        }
    }
}

/// Accepts who waits, and echoes what a client sent, by a hundred bytes; drops who is done.
fn serve_one(poller: &mut Poller<Peer>, key: Key) -> Result<()> {
    while let Some(Peer::Listener(acceptor)) = poller.get_mut(key) {
        let Some((stream, _)) = acceptor.accept()? else { break };
        poller.add(Peer::Client(Queued::new(stream)), Interest::READABLE)?;
    }
    if let Some(Peer::Client(queue)) = poller.get_mut(key) {
        let done = echo(queue).unwrap_or(true);
        let reading = if queue.queued() < 4096 { Interest::READABLE } else { Interest::NONE };
        let interest = reading | queue.interest();
        if done {
            drop(poller.remove(key));
        } else {
            poller.set_interest(key, interest)?;
        }
    }
    Ok(())
}

/// Returns `true` when the client has said all and been told all.
fn echo(queue: &mut Queued<TcpStream>) -> Result<bool> {
    let mut buffer = [0; 100];
    while queue.queued() < 4096 {
        match queue.recv(&mut buffer)? {
            Some(0) => return Ok(queue.finish(SECOND * 30)? == Progress::Finished),
            Some(length) => drop(queue.send(&buffer[..length])?),
            None => break,
        }
    }
    queue.flush().map(|_| false)
}

#[test]
fn t_x_01_an_echo_server_by_multiplexer_listener_and_queues() {
    let _limit = limit();
    for backend in Backend::available() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_address().unwrap();
        let data: Vec<u8> = (0..=255).cycle().take(200_000).collect();
        let clients: Vec<_> = (0..3)
            .map(|_| {
                let data = data.clone();
                thread::spawn(move || {
                    let stream = TcpStream::connect(address).unwrap();
                    stream.by(SECOND * 30).write_all(&data).unwrap();
                    stream.shutdown(Shutdown::Send).unwrap();
                    let mut answer = Vec::new();
                    stream.by(SECOND * 30).read_to_end(&mut answer).unwrap();
                    assert!(answer == data, "{} of {} bytes", answer.len(), data.len());
                })
            })
            .collect();
        let (mut poller, mut events) = (Poller::with_backend(*backend).unwrap(), Events::new());
        poller.add(Peer::Listener(Acceptor::new(listener)), Interest::READABLE).unwrap();
        while !clients.iter().all(thread::JoinHandle::is_finished) {
            poller.wait(&mut events, MILLISECOND * 50).unwrap();
            for event in &events {
                serve_one(&mut poller, event.key()).unwrap();
            }
        }
        for client in clients {
            client.join().unwrap();
        }
    }
}

#[test]
fn t_x_02_a_line_with_the_time_and_each_failure() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_address().unwrap();
    assert!(TcpListener::bind(address).unwrap_err().is_address_in_use());
    thread::scope(|scope| {
        scope.spawn(|| {
            let (mut first, _) = listener.accept().unwrap();
            first.write_all(b"11/21/2026 10:10:44\r\n").unwrap();
            drop(first);
            let (second, _) = listener.accept().unwrap();
            // What is closed with something unread in it is reset.
            second.recv(&mut [0; 1]).unwrap();
            drop(second);
        });
        let mut lines = BufReader::new(TcpStream::connect(address).unwrap().into_by(SECOND * 30)).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "11/21/2026 10:10:44");
        assert!(lines.next().is_none(), "the end of the file");
        let reset = TcpStream::connect(address).unwrap();
        reset.send(b"unread").unwrap();
        match reset.by(SECOND * 30).recv(&mut [0; 1]) {
            Ok(length) => assert!(lacks(Lack::Reset) && length == 0),
            Err(error) => assert!(error.is_connection_reset() && !lacks(Lack::Reset), "{error}"),
        }
    });
    drop(listener);
    assert!(TcpStream::connect(address).unwrap_err().is_refused());
}

/// Echoes lines; a line `quit` ends the connection, and so does silence, which is said.
struct Lines;

impl Service for Lines {
    type Listener = tcp::Listener;
    type State = Vec<u8>;

    fn admit(&mut self, _: &TcpStream, _: &SocketAddr) -> Option<Vec<u8>> {
        Some(Vec::new())
    }

    fn received(&mut self, turn: &mut Turn<'_, Self>, data: &[u8]) -> Result<()> {
        turn.state().extend_from_slice(data);
        while let Some(end) = turn.state().iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = turn.state().drain(..=end).collect();
            if line == b"quit\n" {
                return turn.finish(SECOND * 30);
            }
            turn.send(&line)?;
        }
        Ok(())
    }

    fn timed_out(&mut self, turn: &mut Turn<'_, Self>) -> Result<()> {
        turn.send(b"Got a server timeout!\n")?;
        turn.finish(SECOND * 30)
    }

    fn closed(&mut self, _: &mut Connections<Self>, _: Vec<u8>, why: Result<()>) {
        why.unwrap();
    }
}

/// Runs a server of lines for as long as `clients` take.
fn with_lines(
    backend: Backend,
    configure: impl FnOnce(&mut Server<Lines>) + Send,
    clients: impl FnOnce(SocketAddr),
) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, stopper) = (listener.local_address().unwrap(), Stopper::new());
    thread::scope(|scope| {
        let server = scope.spawn(|| {
            let mut server = Server::with_backend(listener, Lines, backend).unwrap();
            configure(&mut server);
            server.run(&stopper).unwrap()
        });
        clients(address);
        stopper.stop(SECOND * 30).unwrap();
        server.join().unwrap();
    });
}

#[test]
fn t_x_03_lines_are_queued_to_a_mark_and_drained_before_the_end() {
    let _limit = limit();
    for backend in Backend::available() {
        with_lines(
            *backend,
            |server| server.set_queue_limit(2 * 4096),
            |address| {
                let mut stream = TcpStream::connect(address).unwrap().into_by(SECOND * 30);
                let reader = stream.socket().duplicate().unwrap();
                // The reader begins only when no more can be sent: the server has stopped to receive.
                let line = [b"0123456789abcdef".repeat(16).split_at(255).0, b"\n"].concat();
                let (mut sent, mut reader) = (0, reader.into_by(SECOND * 30));
                stream.set_deadline(MILLISECOND * 100);
                let lines = line.repeat(100);
                while let Ok(length) = stream.send(&lines[sent % 256..]) {
                    stream.set_deadline(MILLISECOND * 100);
                    sent += length;
                }
                let rest = &line[sent % 256..];
                let reading = thread::spawn(move || {
                    let mut all = Vec::new();
                    reader.read_to_end(&mut all).map(|_| all)
                });
                stream.set_deadline(SECOND * 30);
                stream.write_all(rest).unwrap();
                stream.socket().shutdown(Shutdown::Send).unwrap();
                let all = reading.join().unwrap().unwrap();
                assert_eq!(all.len(), sent + rest.len());
                assert!(all.chunks(256).all(|chunk| chunk == line));
            },
        );
    }
}

#[test]
fn t_x_04_silence_is_told_and_a_word_ends_it() {
    let _limit = limit();
    for backend in Backend::available() {
        with_lines(
            *backend,
            |server| server.set_idle_limit(Some(MILLISECOND * 50)),
            |address| {
                let mut talker = TcpStream::connect(address).unwrap().into_by(SECOND * 30);
                talker.write_all(b"one\ntwo\nquit\nthree\n").unwrap();
                let mut said = String::new();
                talker.read_to_string(&mut said).unwrap();
                assert_eq!(said, "one\ntwo\n");
                let mut silent = TcpStream::connect(address).unwrap().into_by(SECOND * 30);
                said.clear();
                silent.read_to_string(&mut said).unwrap();
                assert_eq!(said, "Got a server timeout!\n");
            },
        );
    }
}

#[test]
fn t_x_05_three_reads_of_each_client_are_echoed() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_address().unwrap();
    let server = thread::spawn(move || {
        for _ in 0..2 {
            let (stream, _) = listener.by(SECOND * 10).accept().unwrap();
            let mut buffer = [0; 10_000];
            for _ in 0..3 {
                match stream.by(SECOND * 10).recv(&mut buffer).unwrap() {
                    0 => break,
                    length => stream.by(SECOND * 10).write_all(&buffer[..length]).unwrap(),
                }
            }
        }
    });
    let mut short = TcpStream::connect(address).unwrap().into_by(SECOND * 30);
    short.write_all(b"Hello World").unwrap();
    let mut answer = [0; 11];
    short.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"Hello World");
    drop(short);
    let mut long = TcpStream::connect(address).unwrap().into_by(SECOND * 30);
    for _ in 0..3 {
        long.write_all(b"Hello World").unwrap();
        long.read_exact(&mut answer).unwrap();
    }
    assert_eq!(long.recv(&mut answer).unwrap(), 0, "the fourth read is not its own");
    server.join().unwrap();
}

//! The load: the same for every contender, in a process of its own.

use std::io::{BufRead, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};
use socket2::SockRef;

const MESSAGE: [u8; 64] = [7; 64];
/// How many connections are opened at a time: fewer than any contender's backlog.
const BATCH: usize = 64;
const EVENTS: usize = 1024;

/// Does what it is told on stdin until that ends:
///
/// - `open COUNT` opens connections that stay;
/// - `echo ACTIVE MILLISECONDS ROUNDS` has one request outstanding on each of so many of them;
/// - `short MILLISECONDS ROUNDS` has connections come, echo and go, the first of those that stay being there.
///
/// Answers with what was done and the nanoseconds that it took.
pub fn obey(port: u16) {
    let mut load =
        Load { port, poll: Poll::new().unwrap(), events: Events::with_capacity(EVENTS), kept: vec![] };
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let mut words = line.split(' ');
        let what = words.next().unwrap();
        let numbers: Vec<usize> = words.map(|word| word.parse().unwrap()).collect();
        let start = Instant::now();
        let done = match (what, &numbers[..]) {
            ("open", &[count]) => load.open(count),
            ("echo", &[active, time, rounds]) => load.echo(active, &Until::new(time, rounds * active)),
            ("short", &[time, rounds]) => load.short(&Until::new(time, rounds * BATCH)),
            _ => panic!("{line}"),
        };
        println!("{done} {}", start.elapsed().as_nanos());
    }
}

/// When enough is done: so much, and for so long.
struct Until {
    start: Instant,
    time: Duration,
    operations: usize,
}

impl Until {
    fn new(milliseconds: usize, operations: usize) -> Self {
        Self { start: Instant::now(), time: Duration::from_millis(milliseconds as u64), operations }
    }

    fn is_enough(&self, done: usize) -> bool {
        done >= self.operations && self.start.elapsed() >= self.time
    }
}

/// A connection, and the bytes of its reply that have not come.
struct Connection {
    stream: mio::net::TcpStream,
    missing: usize,
}

struct Load {
    port: u16,
    poll: Poll,
    events: Events,
    kept: Vec<Connection>,
}

impl Load {
    /// Connects so many at once, and waits for an echo of each: then the server has accepted it.
    fn batch(&self, count: usize) -> Vec<TcpStream> {
        let mut streams: Vec<_> =
            (0..count).map(|_| TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap()).collect();
        for stream in &mut streams {
            stream.write_all(&MESSAGE).unwrap();
        }
        for stream in &mut streams {
            stream.read_exact(&mut [0; MESSAGE.len()]).unwrap();
        }
        streams
    }

    fn open(&mut self, count: usize) -> usize {
        for done in (0..count).step_by(BATCH) {
            for stream in self.batch(BATCH.min(count - done)) {
                stream.set_nonblocking(true).unwrap();
                stream.set_nodelay(true).unwrap();
                let mut stream = mio::net::TcpStream::from_std(stream);
                let token = Token(self.kept.len());
                self.poll.registry().register(&mut stream, token, Interest::READABLE).unwrap();
                self.kept.push(Connection { stream, missing: 0 });
            }
        }
        count
    }

    fn echo(&mut self, active: usize, until: &Until) -> usize {
        // The active ones lie among the idle ones as they do with a real server: here and there.
        let step = self.kept.len() / active;
        self.kept.iter_mut().step_by(step).take(active).for_each(ask);
        let (mut outstanding, mut done, mut enough) = (active, 0, false);
        while outstanding > 0 {
            self.poll.poll(&mut self.events, None).unwrap();
            for event in &self.events {
                let connection = &mut self.kept[event.token().0];
                if !answered(connection) {
                    continue;
                }
                done += 1;
                if enough {
                    outstanding -= 1;
                } else {
                    ask(connection);
                }
            }
            enough = enough || until.is_enough(done);
        }
        done
    }

    fn short(&self, until: &Until) -> usize {
        let mut done = 0;
        while !until.is_enough(done) {
            for stream in self.batch(BATCH) {
                // It ends by a reset: thousands of closed connections would wait for two minutes.
                SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
            }
            done += BATCH;
        }
        done
    }
}

fn ask(connection: &mut Connection) {
    assert_eq!(connection.stream.write(&MESSAGE).unwrap(), MESSAGE.len());
    connection.missing = MESSAGE.len();
}

/// Receives what there is of a reply; returns whether that was the last of it.
fn answered(connection: &mut Connection) -> bool {
    let mut buffer = [0; MESSAGE.len()];
    if connection.missing == 0 {
        return false;
    }
    match connection.stream.read(&mut buffer[..connection.missing]) {
        Ok(0) => panic!("the contender has closed a connection"),
        Ok(length) => connection.missing -= length,
        Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
        Err(error) => panic!("{error}"),
    }
    connection.missing == 0
}

//! A chat: lines that one sends, all others get. Who says nothing for a while is told to, who does not read is turned out.
//!
//! `cargo run --example chat_server` shows a short conversation on a port of its own; with an address,
//! `cargo run --example chat_server -- 127.0.0.1:7000`, it serves there until its standard input ends.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use berkeley::{
    By, Connections, Deadline, Key, MILLISECOND, Result, SECOND, Server, Service, Stopper, Taken,
    TcpListener, TcpStream, Turn, tcp,
};

/// The longest line.
const LONGEST: usize = 1024;

struct Chat {
    /// How often the time since the start is told to all.
    chime: Duration,
    chimes: u32,
}

/// Who somebody is, and the line that is not yet whole.
struct Guest {
    name: String,
    line: Vec<u8>,
}

impl Chat {
    /// Sends a line to all but one; who has no room for it is too slow.
    fn tell(connections: &mut Connections<Self>, except: Option<Key>, line: &str) {
        let line = format!("{line}\n");
        for (key, connection) in connections.iter_mut().filter(|(key, _)| Some(*key) != except) {
            if !matches!(connection.send(line.as_bytes()), Ok(taken) if taken != Taken::Refused) {
                println!("{} is too slow ({key:?})", connection.state.name);
                connection.close();
            }
        }
    }
}

impl Service for Chat {
    type Listener = tcp::Listener;
    type State = Guest;

    fn started(&mut self, connections: &mut Connections<Self>) -> Result<()> {
        connections.add_periodic_timer(self.chime);
        Ok(())
    }

    fn admit(&mut self, _: &TcpStream, from: &SocketAddr) -> Option<Guest> {
        Some(Guest { name: format!("guest {}", from.port()), line: Vec::new() })
    }

    fn opened(&mut self, turn: &mut Turn<'_, Self>) -> Result<()> {
        let (own, others) = (turn.key(), turn.connections().len() - 1);
        let name = turn.state().name.clone();
        turn.send(format!("welcome, {name}: {others} are here\n").as_bytes())?;
        Self::tell(turn.connections(), Some(own), &format!("{name} has come"));
        Ok(())
    }

    fn received(&mut self, turn: &mut Turn<'_, Self>, data: &[u8]) -> Result<()> {
        let own = turn.key();
        let Guest { name, line } = turn.state();
        line.extend_from_slice(data);
        let whole = line.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let (name, lines) = (name.clone(), line.drain(..whole).collect::<Vec<_>>());
        if line.len() > LONGEST {
            turn.close();
        }
        for line in String::from_utf8_lossy(&lines).lines() {
            Self::tell(turn.connections(), Some(own), &format!("{name}: {line}"));
        }
        Ok(())
    }

    fn timed_out(&mut self, turn: &mut Turn<'_, Self>) -> Result<()> {
        turn.send(b"say something\n").map(drop)
    }

    fn timer(&mut self, connections: &mut Connections<Self>, _: Key) {
        self.chimes += 1;
        Self::tell(connections, None, &format!("* {:?} *", self.chime * self.chimes));
    }

    fn closed(&mut self, connections: &mut Connections<Self>, guest: Guest, why: Result<()>) {
        let why = why.map_or_else(|error| format!(" ({error})"), |()| String::new());
        Self::tell(connections, None, &format!("{} has gone{why}", guest.name));
    }
}

/// One who takes part.
struct Talker(BufReader<By<TcpStream>>);

impl Talker {
    fn come(address: SocketAddr) -> io::Result<Self> {
        Ok(Self(BufReader::new(TcpStream::connect(address)?.into_by(SECOND * 10))))
    }

    fn say(&mut self, line: &str) -> io::Result<()> {
        self.0.get_mut().write_all(format!("{line}\n").as_bytes())
    }

    /// Listens until a line has that in it.
    fn hear(&mut self, what: &str) -> io::Result<()> {
        let mut line = String::new();
        while !line.contains(what) {
            line.clear();
            if self.0.read_line(&mut line)? == 0 {
                return Err(io::Error::other(format!("never heard {what:?}")));
            }
        }
        print!("heard: {line}");
        Ok(())
    }
}

fn converse(address: SocketAddr) -> io::Result<()> {
    let mut ada = Talker::come(address)?;
    ada.hear("0 are here")?;
    let mut ben = Talker::come(address)?;
    ben.hear("1 are here")?;
    ada.hear("has come")?;
    ada.say("good morning")?;
    ben.hear(": good morning")?;
    ben.hear("* ")?;
    ben.hear("say something")?;
    drop(ben);
    ada.hear("has gone")
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let given = std::env::args().nth(1);
    let listener = TcpListener::bind(given.as_deref().unwrap_or("127.0.0.1:0"))?;
    let address = listener.local_address()?;
    println!("serves at {address}");

    let (chime, patience) =
        if given.is_some() { (SECOND * 600, SECOND * 60) } else { (MILLISECOND * 30, MILLISECOND * 50) };
    let stopper = Stopper::new();
    let server = thread::spawn({
        let stopper = stopper.clone();
        move || {
            let mut server = Server::new(listener, Chat { chime, chimes: 0 })?;
            server.set_idle_limit(Some(patience));
            server.run(&stopper)
        }
    });
    let conversed = match given {
        Some(_) => io::stdin().read_to_end(&mut Vec::new()).map(drop),
        None => converse(address),
    };
    stopper.stop(Deadline::after(SECOND))?;
    let report = server.join().map_err(|_| "the server panicked")??;
    println!("served {}", report.served);
    Ok(conversed?)
}

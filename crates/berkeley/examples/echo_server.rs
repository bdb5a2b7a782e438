//! An echo server on two threads, some clients of it, and its orderly end.
//!
//! `cargo run --example echo_server` shows all of that on a port of its own; with an address,
//! `cargo run --example echo_server -- 127.0.0.1:7000`, it serves there until its standard input ends.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::thread;

use berkeley::{
    Deadline, HoldsSocket, Overload, Report, Result, SECOND, Server, Service, Shutdown, Stopper, TcpListener,
    TcpStream, Turn, serve, tcp,
};

struct Echo;

impl Service for Echo {
    type Listener = tcp::Listener;
    type State = ();

    fn admit(&mut self, stream: &TcpStream, _: &SocketAddr) -> Option<()> {
        // An answer that is small goes at once, and does not wait for the acknowledgement of the last.
        stream.set_nodelay(true).ok()
    }

    fn received(&mut self, turn: &mut Turn<'_, Self>, data: &[u8]) -> Result<()> {
        turn.send(data).map(drop)
    }
}

fn run(listeners: Vec<TcpListener>, stopper: &Stopper) -> Result<Report> {
    serve(listeners, stopper, |_, listener| {
        let mut server = Server::new(listener, Echo)?;
        server.set_limit(10_000);
        server.set_overload(Overload::Refuse)?;
        server.set_idle_limit(Some(SECOND * 60));
        Ok(server)
    })
}

/// Sends a text and reads the answer to its end.
fn ask(address: SocketAddr, text: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?.into_by(SECOND * 10);
    stream.write_all(text.as_bytes())?;
    stream.socket().shutdown(Shutdown::Send)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let given = std::env::args().nth(1);
    let listeners = TcpListener::bind_shared(given.as_deref().unwrap_or("127.0.0.1:0"), 2)?;
    let address = listeners[0].local_address()?;
    println!("serves at {address}");

    let stopper = Stopper::new();
    let server = thread::spawn({
        let stopper = stopper.clone();
        move || run(listeners, &stopper)
    });
    if given.is_some() {
        std::io::stdin().read_to_end(&mut Vec::new())?;
    } else {
        for number in 1..=3 {
            let question = format!("question {number}");
            let answer = ask(address, &question)?;
            assert_eq!(answer, question);
            println!("{question:?} is answered with {answer:?}");
        }
    }
    stopper.stop(Deadline::after(SECOND * 5))?;
    let report = server.join().map_err(|_| "a thread of the server panicked")??;
    println!("served {}, cut off {}", report.served, report.cut);
    Ok(())
}

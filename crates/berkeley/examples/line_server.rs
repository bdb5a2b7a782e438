//! A server of a line protocol on one thread: a commonplace book, kept by `keep TEXT`, `list` and `quit`.
//!
//! `cargo run --example line_server` shows it on a port of its own; with an address and perhaps an encoding,
//! `cargo run --example line_server -- 127.0.0.1:7000 latin-1`, it serves there.

use std::io::{self, ErrorKind};
use std::thread;

use berkeley::text::{Encoding, Newline, TextError, TextStream};
use berkeley::{AsSource, Deadline, Events, Interest, Key, Poller, SECOND, Source, TcpListener, TcpStream};

enum Entry {
    Door(TcpListener),
    Guest(Box<TextStream<TcpStream>>),
}

impl AsSource for Entry {
    fn as_source(&self) -> Source<'_> {
        match self {
            Self::Door(listener) => listener.as_source(),
            Self::Guest(stream) => stream.as_source(),
        }
    }
}

struct Server {
    poller: Poller<Entry>,
    encoding: Encoding,
    book: Vec<String>,
}

impl Server {
    fn new(listener: TcpListener, encoding: Encoding) -> berkeley::Result<Self> {
        let mut poller = Poller::new()?;
        poller.add(Entry::Door(listener), Interest::READABLE)?;
        Ok(Self { poller, encoding, book: Vec::new() })
    }

    fn run(&mut self, guests: usize) -> berkeley::Result<()> {
        let (mut events, mut gone) = (Events::new(), 0);
        while gone < guests {
            self.poller.wait(&mut events, Deadline::never())?;
            for event in &events {
                self.admit(event.key())?;
                if self.serve(event.key()).is_none_or(|served| served.is_ok()) {
                    continue;
                }
                self.poller.remove(event.key());
                gone += 1;
            }
        }
        Ok(())
    }

    fn admit(&mut self, key: Key) -> berkeley::Result<()> {
        while let Some(Entry::Door(listener)) = self.poller.get_mut(key) {
            let Some((stream, _)) = listener.now().accept()? else { break };
            let mut text = TextStream::new(stream).with_encoding(self.encoding).with_newline(Newline::Any);
            text.set_output_newline(Newline::CrLf);
            text.set_line_limit(1000);
            self.poller.add(Entry::Guest(Box::new(text)), Interest::READABLE)?;
        }
        Ok(())
    }

    /// Answers all lines that have come whole; an error ends the connection.
    fn serve(&mut self, key: Key) -> Option<io::Result<()>> {
        let Entry::Guest(text) = self.poller.get_mut(key)? else { return None };
        let mut line = String::new();
        Some(loop {
            match text.now().read_line(&mut line) {
                Ok(true) => {
                    if let Err(error) = answer(&mut self.book, text, &line) {
                        break Err(error);
                    }
                }
                Ok(false) => break Err(ErrorKind::UnexpectedEof.into()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break Ok(()),
                Err(error) => match complain(text, error) {
                    Ok(()) => {}
                    Err(error) => break Err(error),
                },
            }
        })
    }
}

fn answer(book: &mut Vec<String>, text: &mut TextStream<TcpStream>, line: &str) -> io::Result<()> {
    match line.split_once(' ').unwrap_or((line, "")) {
        ("keep", words) => {
            book.push(words.to_owned());
            writeln!(text, "kept as number {}", book.len())?;
        }
        ("list", _) => book.iter().try_for_each(|words| text.write_line(words))?,
        ("quit", _) => return Err(ErrorKind::UnexpectedEof.into()),
        (verb, _) => writeln!(text, "unknown: {verb}; say keep TEXT, list or quit")?,
    }
    // A guest who does not read is waited for no longer than this.
    text.by(SECOND).flush()
}

/// Passes a line over that is no text, and says why.
fn complain(text: &mut TextStream<TcpStream>, error: io::Error) -> io::Result<()> {
    if TextError::of(&error).is_none() {
        return Err(error);
    }
    text.by(SECOND).skip_line()?;
    writeln!(text, "{error}")?;
    text.by(SECOND).flush()
}

fn guest(address: std::net::SocketAddr) -> io::Result<()> {
    let stream = TcpStream::connect(address)?;
    let mut text = TextStream::new(stream.into_by(SECOND * 10)).with_newline(Newline::CrLf);
    let mut line = String::new();
    for (question, expected) in [
        ("keep Grüße aus Köln", "kept as number 1"),
        ("list", "Grüße aus Köln"),
        ("burn", "unknown: burn; say keep TEXT, list or quit"),
    ] {
        text.write_line(question)?;
        text.flush()?;
        text.read_line(&mut line)?;
        assert_eq!(line, expected);
        println!("{question:?} is answered with {line:?}");
    }
    io::Write::write_all(&mut text.bytes(), b"keep \xFF\r\n")?;
    text.write_line("quit")?;
    text.flush()?;
    text.read_line(&mut line)?;
    println!("what is no UTF-8 is answered with {line:?}");
    assert!(line.starts_with("malformed UTF-8"));
    assert!(!text.read_line(&mut line)?, "the end");
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let given = arguments.next();
    let encoding: Encoding = arguments.next().as_deref().unwrap_or("utf-8").parse()?;
    let listener = TcpListener::bind(given.as_deref().unwrap_or("127.0.0.1:0"))?;
    let address = listener.local_address()?;
    println!("serves {encoding} at {address}");
    let mut server = Server::new(listener, encoding)?;
    if given.is_some() {
        return Ok(server.run(usize::MAX)?);
    }
    let guest = thread::spawn(move || guest(address));
    server.run(1)?;
    guest.join().map_err(|_| "the guest panicked")??;
    Ok(())
}

//! What is sent: the words of the command line, or what is read, as it comes.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};

use berkeley::Waker;

use crate::exit::Exit;
use crate::hex;
use crate::report::{Failure, io_reason};
use crate::stdio::{Cut, Input, stdin};

/// How many pieces are read ahead.
const AHEAD: usize = 16;

/// Where the pieces come from.
pub enum Source {
    Words(Vec<Vec<u8>>),
    File(File, String),
    Stdin,
}

impl Source {
    pub fn file(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => Ok(Self::File(file, name)),
            Err(error) => {
                let exit = match error.kind() {
                    std::io::ErrorKind::PermissionDenied => Exit::Permission,
                    _ => Exit::Usage,
                };
                Err(Failure::new(exit, format!("read {name}: {}", io_reason(&error))))
            }
        }
    }
}

/// What is to be sent next.
pub enum Next {
    Piece(Vec<u8>),
    /// A line that is none; the ones behind it are read.
    Wrong(Failure),
    /// It is not there yet; the waker says when.
    Later,
    End,
}

/// The pieces, one after the other.
pub enum Pieces {
    Words { words: Vec<Vec<u8>>, next: usize, left: u64 },
    Read(Receiver<Result<Vec<u8>, Failure>>),
}

impl Pieces {
    /// Prepares the pieces: words so many times each; what is read, in a thread that the waker tells of.
    pub fn new(source: Source, count: u64, cut: Cut, is_hex: bool, waker: Waker) -> Result<Self, Failure> {
        let (reader, name): (Box<dyn Read + Send>, _) = match source {
            Source::Words(words) => return Ok(Self::Words { words, next: 0, left: count }),
            Source::File(file, name) => (Box::new(file), name),
            Source::Stdin => (stdin(), "standard input".to_owned()),
        };
        let (give, pieces) = sync_channel(AHEAD);
        let read = move || {
            feed(&mut Input::new(reader, cut), &name, is_hex, &give, &waker);
            drop(give);
            let _ = waker.wake();
        };
        std::thread::Builder::new().name("input".to_owned()).spawn(read).map_err(|error| {
            Failure::new(Exit::EndedEarly, format!("start a thread: {}", io_reason(&error)))
        })?;
        Ok(Self::Read(pieces))
    }

    pub fn next(&mut self) -> Next {
        match self {
            Self::Words { words, next, left } => {
                if *next == words.len() {
                    (*next, *left) = (0, left.saturating_sub(1));
                }
                if *left == 0 {
                    return Next::End;
                }
                *next += 1;
                Next::Piece(words[*next - 1].clone())
            }
            Self::Read(pieces) => match pieces.try_recv() {
                Ok(Ok(piece)) => Next::Piece(piece),
                Ok(Err(failure)) => Next::Wrong(failure),
                Err(TryRecvError::Empty) => Next::Later,
                Err(TryRecvError::Disconnected) => Next::End,
            },
        }
    }
}

/// Gives every piece, until nobody takes them any more.
fn feed(
    input: &mut Input,
    name: &str,
    is_hex: bool,
    give: &SyncSender<Result<Vec<u8>, Failure>>,
    waker: &Waker,
) {
    let mut line = 0;
    loop {
        line += 1;
        let piece = match input.next() {
            Ok(None) => return,
            Ok(Some(piece)) if is_hex => read_digits(piece, line),
            Ok(Some(piece)) => Ok(piece.to_vec()),
            Err(error) => {
                let failure = Failure::new(Exit::EndedEarly, format!("{name}: {}", io_reason(&error)));
                let _ = give.send(Err(failure));
                return;
            }
        };
        if give.send(piece).is_err() || waker.wake().is_err() {
            return;
        }
    }
}

fn read_digits(piece: &[u8], line: u64) -> Result<Vec<u8>, Failure> {
    hex::read(&String::from_utf8_lossy(piece)).map_err(|problem| Failure::from(problem.in_line(line)))
}

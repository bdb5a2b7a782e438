//! The standard input in pieces, the standard output without a buffer.

use std::io::{self, Read, Write};
use std::time::Duration;

use berkeley::MILLISECOND;

/// How much of a stream is read at once: what is held in memory of one direction.
pub const BUFFER: usize = 128 << 10;

/// The longest line that becomes a datagram, and the longest message that is received.
pub const LONGEST: usize = 256 << 10;

/// Where the standard input is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Wherever a read ends, and at this many bytes at the latest.
    Reads(usize),
    /// At the end of each line, which itself goes.
    Lines,
    /// After every so many bytes, however they are read; the last piece may be shorter.
    Sizes(usize),
    /// Nowhere: all of it is one piece.
    Whole,
}

/// The standard input in pieces.
pub struct Input {
    reader: Box<dyn Read + Send>,
    cut: Cut,
    buffer: Vec<u8>,
    /// What is read and not yet given.
    start: usize,
    end: usize,
    is_over: bool,
}

impl Input {
    pub fn new(reader: Box<dyn Read + Send>, cut: Cut) -> Self {
        let room = match cut {
            Cut::Reads(most) | Cut::Sizes(most) => most,
            Cut::Lines | Cut::Whole => LONGEST + 1,
        };
        Self { reader, cut, buffer: vec![0; room], start: 0, end: 0, is_over: false }
    }

    /// Returns the next piece, or `None` at the end.
    pub fn next(&mut self) -> io::Result<Option<&[u8]>> {
        match self.cut {
            Cut::Reads(_) => {
                let length = read(&mut self.reader, &mut self.buffer)?;
                Ok((length > 0).then(|| &self.buffer[..length]))
            }
            Cut::Sizes(_) => {
                let length = self.fill()?;
                Ok((length > 0).then(|| &self.buffer[..length]))
            }
            // Nothing is a piece too, once.
            Cut::Whole if self.is_over => Ok(None),
            Cut::Whole => {
                let length = self.fill()?;
                self.is_over = true;
                if length > LONGEST {
                    let message = format!("a datagram of the whole would be longer than {LONGEST} bytes");
                    return Err(io::Error::new(io::ErrorKind::InvalidData, message));
                }
                Ok(Some(&self.buffer[..length]))
            }
            Cut::Lines => {
                let line = self.line()?;
                Ok(line.map(|(start, end)| &self.buffer[start..end]))
            }
        }
    }

    /// Reads until the buffer is full or the end is there.
    fn fill(&mut self) -> io::Result<usize> {
        let mut length = 0;
        while length < self.buffer.len() {
            match read(&mut self.reader, &mut self.buffer[length..])? {
                0 => break,
                more => length += more,
            }
        }
        Ok(length)
    }

    /// Finds the next line, and reads until there is one.
    fn line(&mut self) -> io::Result<Option<(usize, usize)>> {
        let mut looked = 0;
        loop {
            let known = &self.buffer[self.start..self.end];
            if let Some(at) = known[looked..].iter().position(|byte| *byte == b'\n') {
                let (start, end) = (self.start, self.start + looked + at);
                self.start = end + 1;
                return Ok(Some((start, end)));
            }
            looked = known.len();
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, looked);
            if self.end == self.buffer.len() {
                let message = format!("a line is longer than {LONGEST} bytes");
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            let length = read(&mut self.reader, &mut self.buffer[self.end..])?;
            self.end += length;
            if length == 0 {
                (self.start, self.end) = (0, 0);
                return Ok((looked > 0).then_some((0, looked)));
            }
        }
    }
}

/// Where what is received goes.
pub struct Output {
    writer: Box<dyn Write + Send>,
    /// Whether each message becomes a line.
    lines: bool,
}

impl Output {
    pub fn new(writer: Box<dyn Write + Send>, lines: bool) -> Self {
        Self { writer, lines }
    }

    /// Writes a piece of a stream, or a message.
    pub fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        write_all(&mut self.writer, piece)?;
        if self.lines {
            write_all(&mut self.writer, b"\n")?;
        }
        self.writer.flush()
    }
}

/// How long to pause where somebody else made the descriptor non-blocking.
const PAUSE: Duration = MILLISECOND.saturating_mul(5);

fn read(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => std::thread::sleep(PAUSE),
            result => return result,
        }
    }
}

fn write_all(writer: &mut dyn Write, mut data: &[u8]) -> io::Result<()> {
    while !data.is_empty() {
        match writer.write(data) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(length) => data = &data[length..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => std::thread::sleep(PAUSE),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The standard input as it is: the standard library's would hold back what it has read ahead.
#[cfg(unix)]
pub fn stdin() -> Box<dyn Read + Send> {
    use std::os::fd::AsFd;

    let input = io::stdin();
    match input.as_fd().try_clone_to_owned() {
        Ok(descriptor) => Box::new(std::fs::File::from(descriptor)),
        Err(_) => Box::new(input),
    }
}

#[cfg(not(unix))]
pub fn stdin() -> Box<dyn Read + Send> {
    Box::new(io::stdin())
}

/// The standard output as it is: the standard library's would keep the last line until it ends.
#[cfg(unix)]
pub fn stdout() -> Box<dyn Write + Send> {
    use std::os::fd::AsFd;

    let output = io::stdout();
    match output.as_fd().try_clone_to_owned() {
        Ok(descriptor) => Box::new(std::fs::File::from(descriptor)),
        Err(_) => Box::new(output),
    }
}

#[cfg(not(unix))]
pub fn stdout() -> Box<dyn Write + Send> {
    Box::new(io::stdout())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives what it holds three bytes at a time.
    struct Slowly(io::Cursor<Vec<u8>>);

    impl Read for Slowly {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let room = buffer.len().min(3);
            self.0.read(&mut buffer[..room])
        }
    }

    fn pieces(text: &[u8], cut: Cut) -> io::Result<Vec<Vec<u8>>> {
        let mut input = Input::new(Box::new(Slowly(io::Cursor::new(text.to_vec()))), cut);
        let mut all = Vec::new();
        while let Some(piece) = input.next()? {
            all.push(piece.to_vec());
        }
        Ok(all)
    }

    #[test]
    fn lines_are_cut_wherever_reads_end() {
        let of = |text: &str| pieces(text.as_bytes(), Cut::Lines).unwrap();
        assert_eq!(of("one\ntwo\n\nlonger line"), [&b"one"[..], b"two", b"", b"longer line"]);
        assert_eq!(of("a\n"), [b"a"]);
        assert!(of("").is_empty());
    }

    #[test]
    fn a_line_too_long_is_an_error_and_not_cut() {
        let longest = vec![b'x'; LONGEST];
        assert_eq!(pieces(&longest, Cut::Lines).unwrap().len(), 1);
        let error = pieces(&[longest, b"xx".to_vec()].concat(), Cut::Lines).unwrap_err();
        assert_eq!(error.to_string(), "a line is longer than 262144 bytes");
    }

    #[test]
    fn sizes_and_the_whole_are_gathered_from_reads() {
        assert_eq!(pieces(b"abcdefghij", Cut::Sizes(4)).unwrap(), [&b"abcd"[..], b"efgh", b"ij"]);
        assert_eq!(pieces(b"abcdefgh", Cut::Whole).unwrap(), [b"abcdefgh"]);
        assert_eq!(pieces(b"", Cut::Whole).unwrap(), [b""]);
        assert!(pieces(b"", Cut::Sizes(4)).unwrap().is_empty());
        assert!(pieces(&vec![0; LONGEST + 1], Cut::Whole).is_err());
    }

    #[test]
    fn reads_are_cut_at_the_size() {
        assert_eq!(pieces(b"abcde", Cut::Reads(2)).unwrap(), [&b"ab"[..], b"cd", b"e"]);
        assert_eq!(pieces(b"abcde", Cut::Reads(9)).unwrap(), [&b"abc"[..], b"de"]);
    }
}

//! What a verb works on: its arguments, or the lines of the standard input.

use std::io::{self, BufRead, BufReader, Read};

use crate::exit::Exit;
use crate::output::{Record, Sink};
use crate::report::{Failure, Problem, io_reason};

/// The longest line of the standard input: no address comes near it.
const LONGEST: usize = 4096;

/// One argument or one line.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    pub text: &'a str,
    /// The number of the line, from 1 on.
    line: Option<u64>,
}

impl<'a> Input<'a> {
    pub const fn argument(text: &'a str) -> Self {
        Self { text, line: None }
    }

    /// Stands for all of them together, for an answer to no single one.
    pub const fn none() -> Self {
        Self::argument("")
    }

    /// What a record says of the question that it answers.
    pub fn record(&self) -> Record {
        let text = Some(self.text).filter(|text| !text.is_empty());
        Record::new().with_some("line", self.line).with_some("input", text)
    }

    /// Says in which line the problem is.
    pub fn locate(&self, problem: &Problem) -> Problem {
        match self.line {
            Some(line) => problem.clone().in_line(line),
            None => problem.clone(),
        }
    }
}

/// Reads each argument, or each line if there is none, and acts on it.
///
/// Of arguments all have to be right before anything is done. A line that is wrong is told, and the next is read.
pub fn each<T>(
    arguments: &[String],
    sink: &mut Sink,
    read: impl Fn(&str) -> Result<T, Problem>,
    mut act: impl FnMut(&mut Sink, &Input<'_>, T) -> Result<(), Failure>,
) -> Result<Exit, Failure> {
    if arguments.is_empty() {
        return each_line(sink, read, act);
    }
    let mut right = Vec::with_capacity(arguments.len());
    for text in arguments {
        let input = Input::argument(text);
        match read(text) {
            Ok(value) => right.push((input, value)),
            Err(problem) => sink.problem(&input, &problem)?,
        }
    }
    if right.len() < arguments.len() {
        return Ok(Exit::Usage);
    }
    for (input, value) in right {
        act(sink, &input, value)?;
    }
    Ok(Exit::Done)
}

/// Reads everything there is, all of which has to be right.
pub fn all<T>(
    arguments: &[String],
    sink: &mut Sink,
    read: impl Fn(&str) -> Result<T, Problem>,
) -> Result<Vec<T>, Failure> {
    let mut values = Vec::new();
    let exit = each(arguments, sink, read, |_, _, value| {
        values.push(value);
        Ok(())
    })?;
    if exit == Exit::Done { Ok(values) } else { Err(Failure::quiet(exit)) }
}

fn each_line<T>(
    sink: &mut Sink,
    read: impl Fn(&str) -> Result<T, Problem>,
    mut act: impl FnMut(&mut Sink, &Input<'_>, T) -> Result<(), Failure>,
) -> Result<Exit, Failure> {
    let mut lines = Lines::new(io::stdin().lock());
    let mut exit = Exit::Done;
    loop {
        // Who writes a line and waits for the answer gets it.
        if lines.would_wait() {
            sink.flush()?;
        }
        let Some(line) = lines.next().map_err(|error| of_input(&error))? else { return Ok(exit) };
        let text = line.text.split('#').next().unwrap_or_default().trim();
        if text.is_empty() && !line.is_cut {
            continue;
        }
        let input = Input { text, line: Some(line.number) };
        let value = if line.is_cut { Err(too_long(text)) } else { read(text) };
        match value {
            Ok(value) => act(sink, &input, value)?,
            Err(problem) => {
                sink.problem(&input, &problem)?;
                exit = Exit::Usage;
            }
        }
    }
}

fn too_long(text: &str) -> Problem {
    let start: String = text.chars().take(40).collect();
    let end = start.len();
    Problem::new(
        format!("a line has at most {LONGEST} bytes"),
        &format!("{start}…"),
        end..end + '…'.len_utf8(),
    )
}

fn of_input(error: &io::Error) -> Failure {
    Failure::new(Exit::EndedEarly, format!("standard input: {}", io_reason(error)))
}

/// Lines of bounded length.
struct Lines<R> {
    from: BufReader<R>,
    buffer: Vec<u8>,
    number: u64,
}

struct Line<'a> {
    text: std::borrow::Cow<'a, str>,
    number: u64,
    is_cut: bool,
}

impl<R: Read> Lines<R> {
    fn new(from: R) -> Self {
        Self { from: BufReader::with_capacity(64 << 10, from), buffer: Vec::new(), number: 0 }
    }

    /// Whether the next line is not there yet.
    fn would_wait(&self) -> bool {
        !self.from.buffer().contains(&b'\n')
    }

    fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buffer.clear();
        let most = LONGEST as u64 + 1;
        if self.from.by_ref().take(most).read_until(b'\n', &mut self.buffer)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        let is_cut = self.buffer.len() > LONGEST && self.buffer.last() != Some(&b'\n');
        if is_cut {
            self.from.skip_until(b'\n')?;
        }
        Ok(Some(Line { text: String::from_utf8_lossy(&self.buffer), number: self.number, is_cut }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(data: &[u8]) -> Vec<(String, u64, bool)> {
        let mut lines = Lines::new(data);
        std::iter::from_fn(|| {
            let line = lines.next().unwrap()?;
            Some((line.text.into_owned(), line.number, line.is_cut))
        })
        .collect()
    }

    #[test]
    fn lines_are_counted_and_their_length_is_bounded() {
        assert_eq!(lines(b""), []);
        assert_eq!(
            lines(b"a\r\n\nb"),
            [("a\r\n".into(), 1, false), ("\n".into(), 2, false), ("b".into(), 3, false)]
        );
        let long = [vec![b'x'; 1 << 20], b"\nafter\n".to_vec()].concat();
        let read = lines(&long);
        assert_eq!((read[0].0.len(), read[0].1, read[0].2), (LONGEST + 1, 1, true));
        assert_eq!(read[1..], [("after\n".into(), 2, false)]);
        let longest = [vec![b'x'; LONGEST], b"\n".to_vec()].concat();
        assert!(!lines(&longest)[0].2);
        assert!(lines(&longest[..LONGEST])[0].0.len() == LONGEST);
    }
}

//! Where answers go: the standard output, in the form that was asked for.

use std::fmt::Display;
use std::io::{self, BufWriter, Stdout, Write};

use clap::Args;

use super::Record;
use crate::exit::Exit;
use crate::input::Input;
use crate::report::{Failure, Problem};
use crate::transfer::of_output;

/// In which form answers are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    /// One document.
    Json,
    /// A record a line, as it happens; the last says how it ended.
    JsonLines,
}

#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Print one JSON document
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
    /// Print a JSON record a line, the last of which is the end and has the exit code
    #[arg(long)]
    jsonl: bool,
}

impl OutputArgs {
    const fn format(&self) -> Format {
        match (self.json, self.jsonl) {
            (true, _) => Format::Json,
            (false, true) => Format::JsonLines,
            (false, false) => Format::Text,
        }
    }

    /// Lets `work` answer, and ends the output however the work ended.
    pub fn run(
        &self,
        schema: &'static str,
        work: impl FnOnce(&mut Sink) -> Result<Exit, Failure>,
    ) -> Result<(), Failure> {
        let mut sink = Sink::new(self.format(), schema);
        let worked = work(&mut sink);
        let exit = worked.as_ref().map_or_else(Failure::exit, |exit| *exit);
        // Nothing is said to a reader that is gone.
        if exit == Exit::BrokenPipe {
            return worked.map(drop);
        }
        let told = worked.as_ref().err().map_or(Ok(()), |failure| sink.failure(failure));
        told.and_then(|()| sink.end(exit)).map_err(|error| of_output(&error))?;
        match worked? {
            Exit::Done => Ok(()),
            exit => Err(Failure::quiet(exit)),
        }
    }
}

/// What takes the answers of a verb.
#[derive(Debug)]
pub struct Sink {
    out: BufWriter<Stdout>,
    format: Format,
    /// Names the form of the records.
    schema: &'static str,
    results: u64,
    /// What went wrong, for the end of a document.
    errors: Vec<Record>,
}

impl Sink {
    fn new(format: Format, schema: &'static str) -> Self {
        let out = BufWriter::with_capacity(64 << 10, io::stdout());
        Self { out, format, schema, results: 0, errors: Vec::new() }
    }

    /// Answers a question in one line of text, or with a record.
    pub fn line(
        &mut self,
        input: &Input<'_>,
        text: impl Display,
        record: impl FnOnce() -> Record,
    ) -> Result<(), Failure> {
        let put = match self.format {
            Format::Text => writeln!(self.out, "{text}"),
            _ => self.record(&input.record().and(record())),
        };
        self.results += 1;
        put.map_err(|error| of_output(&error))
    }

    /// Answers with bytes as they are, or with a record.
    pub fn bytes(&mut self, text: &[u8], record: impl FnOnce() -> Record) -> Result<(), Failure> {
        let put = match self.format {
            Format::Text => self.out.write_all(text),
            _ => self.record(&record()),
        };
        self.results += 1;
        put.map_err(|error| of_output(&error))
    }

    /// Answers a question with a record, of which text has no word.
    pub fn record_alone(
        &mut self,
        input: &Input<'_>,
        record: impl FnOnce() -> Record,
    ) -> Result<(), Failure> {
        let put = match self.format {
            Format::Text => Ok(()),
            _ => self.record(&input.record().and(record())),
        };
        self.results += 1;
        put.map_err(|error| of_output(&error))
    }

    /// Answers a question with a line a field.
    pub fn block(&mut self, input: &Input<'_>, record: Record) -> Result<(), Failure> {
        let put = match self.format {
            Format::Text => writeln!(self.out, "{}{record}", if self.results > 0 { "\n" } else { "" }),
            _ => self.record(&input.record().and(record)),
        };
        self.results += 1;
        put.map_err(|error| of_output(&error))
    }

    fn record(&mut self, record: &Record) -> io::Result<()> {
        if self.format == Format::JsonLines {
            return self.event("result", record.clone());
        }
        if self.results == 0 {
            self.head()?;
        }
        self.out.write_all(if self.results == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut self.out, record).map_err(io::Error::from)
    }

    fn head(&mut self) -> io::Result<()> {
        write!(self.out, "{{\"v\":\"{}/1\",\"results\":[", self.schema)
    }

    fn event(&mut self, event: &str, record: Record) -> io::Result<()> {
        let head = Record::new().with("v", format!("{}/1", self.schema)).with("event", event);
        serde_json::to_writer(&mut self.out, &head.and(record)).map_err(io::Error::from)?;
        self.out.write_all(b"\n")
    }

    /// Says what is wrong with an input, on the standard error and among the records.
    pub fn problem(&mut self, input: &Input<'_>, problem: &Problem) -> Result<(), Failure> {
        // What is right so far stands before what is wrong.
        self.flush()?;
        Failure::from(input.locate(problem)).print();
        self.error(input.record().with("error", problem.record())).map_err(|error| of_output(&error))
    }

    /// Says what could not be answered, on the standard error and among the records, and lets the work go on.
    pub fn failed(&mut self, input: &Input<'_>, failure: &Failure) -> Result<(), Failure> {
        self.flush()?;
        failure.print();
        for text in failure.messages() {
            let error = Record::new().with("exit", failure.exit().code()).with("text", text.as_str());
            self.error(input.record().with("error", error)).map_err(|error| of_output(&error))?;
        }
        Ok(())
    }

    fn failure(&mut self, failure: &Failure) -> io::Result<()> {
        for text in failure.messages() {
            let code = failure.exit().code();
            self.error(
                Record::new().with("error", Record::new().with("exit", code).with("text", text.as_str())),
            )?;
        }
        Ok(())
    }

    fn error(&mut self, record: Record) -> io::Result<()> {
        match self.format {
            Format::Text => Ok(()),
            Format::JsonLines => self.event("error", record),
            Format::Json => {
                self.errors.push(record);
                Ok(())
            }
        }
    }

    pub fn flush(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(|error| of_output(&error))
    }

    fn end(&mut self, exit: Exit) -> io::Result<()> {
        match self.format {
            Format::Text => {}
            Format::Json => {
                if self.results == 0 {
                    self.head()?;
                }
                let errors = serde_json::to_string(&self.errors).map_err(io::Error::from)?;
                writeln!(self.out, "\n],\"errors\":{errors},\"exit\":{}}}", exit.code())?;
            }
            Format::JsonLines => {
                self.event("end", Record::new().with("results", self.results).with("exit", exit.code()))?;
            }
        }
        self.out.flush()
    }
}

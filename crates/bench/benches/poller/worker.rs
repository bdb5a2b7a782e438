//! Processes of a run: contenders and their load, which are told what to do by a line and answer with one.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::machine::find;

/// The contender in C.
pub const FLOOR: &str = "c";

/// The program in C, for as long as it is needed.
pub struct Floor(PathBuf);

impl Floor {
    /// Builds the program, if there is a compiler.
    pub fn build() -> Option<Self> {
        let program = std::env::temp_dir().join(format!("berkeley-poller-{}", std::process::id()));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/poller/poller.c");
        let built =
            Command::new(find("cc")?).args(["-O2", "-pthread", "-o"]).arg(&program).arg(source).status();
        built.is_ok_and(|status| status.success()).then_some(Self(program))
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// The words that start a contender in a role.
pub fn words(floor: Option<&Floor>, role: &str, name: &str) -> Vec<String> {
    match floor {
        Some(floor) if name == FLOOR => vec![floor.0.display().to_string(), role.into()],
        _ => vec![std::env::current_exe().unwrap().display().to_string(), role.into(), name.into()],
    }
}

/// A process that is told what to do.
pub struct Worker {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts a program; `watched` collects what it says on its standard error.
    pub fn start(words: &[String], watched: bool) -> Self {
        let errors = if watched { Stdio::piped() } else { Stdio::inherit() };
        let mut child = Command::new(&words[0])
            .args(&words[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .unwrap();
        let (orders, answers) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, orders, answers }
    }

    /// Reads the numbers of a line.
    pub fn answer(&mut self) -> Vec<f64> {
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        answer.split_whitespace().map(|word| word.parse().unwrap()).collect()
    }

    pub fn ask(&mut self, order: &str) -> Vec<f64> {
        writeln!(self.orders.as_mut().unwrap(), "{order}").unwrap();
        self.answer()
    }

    /// The nanoseconds that the process has had a processor.
    pub fn processor_time(&self) -> f64 {
        let text = self.about("schedstat");
        text.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// The bytes that the process has written to and no file has.
    pub fn memory(&self) -> f64 {
        let text = self.about("smaps_rollup");
        let line = text.lines().find(|line| line.starts_with("Anonymous:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1024.0
    }

    fn about(&self, what: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{what}", self.child.id())).unwrap()
    }

    /// Waits for the process, which has no more orders to expect; returns what it said on its standard error.
    pub fn end(mut self) -> String {
        drop(self.orders.take());
        let mut said = String::new();
        if let Some(mut errors) = self.child.stderr.take() {
            std::io::Read::read_to_string(&mut errors, &mut said).unwrap();
        }
        assert!(self.child.wait().unwrap().success(), "{said}");
        said
    }
}

/// A contender that serves, and the load on it.
pub struct Echo {
    pub server: Worker,
    load: Worker,
    /// The memory of the server before the first connection.
    before: f64,
    open: usize,
}

impl Echo {
    /// Starts a contender, by way of the words before it, which watch it.
    pub fn start(floor: Option<&Floor>, name: &str, before: &[&str]) -> Self {
        let mut program: Vec<String> = before.iter().map(ToString::to_string).collect();
        program.extend(words(floor, "serve", name));
        let mut server = Worker::start(&program, !before.is_empty());
        let port = server.answer().first().copied().expect("a port").to_string();
        let load = Worker::start(&words(None, "load", &port), false);
        let before = server.memory();
        Self { server, load, before, open: 0 }
    }

    /// Opens connections, each of which has its first echo, until there are so many.
    pub fn open(&mut self, connections: usize) {
        self.load.ask(&format!("open {}", connections - self.open));
        self.open = connections;
    }

    /// The bytes that a connection has taken.
    pub fn memory(&self) -> f64 {
        (self.server.memory() - self.before) / self.open as f64
    }

    /// Has so many connections echo for so long, and so many rounds at least.
    pub fn run(&mut self, active: usize, milliseconds: u64, rounds: usize) -> Turn {
        self.turn(&format!("echo {active} {milliseconds} {rounds}"))
    }

    /// Has connections come, echo once and go.
    pub fn come_and_go(&mut self, milliseconds: u64, rounds: usize) -> Turn {
        self.turn(&format!("short {milliseconds} {rounds}"))
    }

    fn turn(&mut self, order: &str) -> Turn {
        let before = self.server.processor_time();
        let answer = self.load.ask(order);
        let processor = self.server.processor_time() - before;
        Turn { done: answer[0], nanoseconds: answer[1], processor }
    }

    /// Ends the load, and with it the server; returns what its watcher said.
    pub fn end(self) -> String {
        self.load.end();
        self.server.end()
    }
}

/// What came of a turn: what was done, in what time, and what the server had of it.
pub struct Turn {
    pub done: f64,
    pub nanoseconds: f64,
    pub processor: f64,
}

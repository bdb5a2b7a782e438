//! Programs under test and their peers: started, spoken with, and ended, each wait with a deadline.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long anything may take: far more than it does.
pub const LIMIT: Duration = Duration::from_secs(50);

/// A program that is running. It is killed when it is dropped, and when it has run for [`LIMIT`].
pub struct Running {
    pub name: String,
    pub id: u32,
    pub stdin: Option<ChildStdin>,
    pub stdout: Option<ChildStdout>,
    said: Receiver<String>,
    heard: Vec<String>,
    ended: Receiver<ExitStatus>,
    status: Option<ExitStatus>,
}

/// Starts the program under test.
pub fn sock(arguments: &[&str]) -> Running {
    start(env!("CARGO_BIN_EXE_sock"), arguments)
}

/// Starts a program with its three streams in hand.
pub fn start(program: &str, arguments: &[&str]) -> Running {
    let mut command = Command::new(program);
    command.args(arguments).env_remove("NO_COLOR");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{program}: {error}"));
    let name = format!("{program} {}", arguments.join(" "));
    let (id, stdin, stdout) = (child.id(), child.stdin.take(), child.stdout.take());
    let (say, said) = channel();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    std::thread::spawn(move || {
        for line in stderr.lines().map_while(Result::ok) {
            if say.send(line).is_err() {
                break;
            }
        }
    });
    let ended = guard(child);
    Running { name, id, stdin, stdout, said, heard: Vec::new(), ended, status: None }
}

/// Waits for a program in one thread, and ends it from another when its time is over.
fn guard(mut child: Child) -> Receiver<ExitStatus> {
    let id = child.id();
    let (tell, ended) = channel();
    let (done, over): (Sender<()>, Receiver<()>) = channel();
    std::thread::spawn(move || {
        let status = child.wait();
        drop(done);
        if let Ok(status) = status {
            // Who does not want to know is not told.
            let _ = tell.send(status);
        }
    });
    std::thread::spawn(move || {
        if over.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
            kill(id);
        }
    });
    ended
}

/// Ends a process that this test started. Windows has one way to do that from outside.
#[cfg(windows)]
fn kill(id: u32) {
    let ended = Command::new("taskkill").args(["/f", "/pid", &id.to_string()]).output();
    assert!(ended.is_ok());
}

#[cfg(unix)]
fn kill(id: u32) {
    signal(id, "KILL");
}

/// Sends a signal to a process that this test started.
#[cfg(unix)]
pub fn signal(id: u32, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &id.to_string()]).stderr(Stdio::null()).status();
    assert!(sent.is_ok());
}

impl Running {
    /// Waits for a line on the standard error that holds `text`.
    pub fn line_with(&mut self, text: &str) -> String {
        loop {
            match self.said.recv_timeout(LIMIT) {
                Ok(line) => {
                    self.heard.push(line.clone());
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(error) => panic!("{}: {text:?} was not said ({error}), but {:?}", self.name, self.heard),
            }
        }
    }

    /// Waits for the address that a listener says it listens on.
    pub fn address(&mut self) -> String {
        let line = self.line_with("listening on ");
        line.trim_start_matches("listening on ").to_owned()
    }

    /// The address that it has said already.
    pub fn address_again(&self) -> String {
        let said = self.heard.iter().find_map(|line| line.strip_prefix("listening on "));
        said.unwrap().to_owned()
    }

    pub fn write(&mut self, data: &[u8]) {
        self.stdin.as_mut().unwrap().write_all(data).unwrap();
    }

    /// Ends the standard input.
    pub fn end(&mut self) {
        self.stdin = None;
    }

    pub fn read_exact(&mut self, length: usize) -> Vec<u8> {
        let mut data = vec![0; length];
        if let Err(error) = self.stdout.as_mut().unwrap().read_exact(&mut data) {
            panic!("{}: {error}; it said {:?}", self.name, self.said.try_iter().collect::<Vec<_>>());
        }
        data
    }

    pub fn read_to_end(&mut self) -> Vec<u8> {
        let mut data = Vec::new();
        self.stdout.as_mut().unwrap().read_to_end(&mut data).unwrap();
        data
    }

    /// Waits for the end.
    pub fn status(&mut self) -> ExitStatus {
        let status = self.status.or_else(|| self.ended.recv_timeout(LIMIT).ok());
        self.status = status;
        status.unwrap_or_else(|| panic!("{} did not end", self.name))
    }

    /// Waits for the end, which is to be with this code.
    pub fn ends_with(&mut self, code: i32) -> String {
        let status = self.status();
        let said = self.all_said();
        assert_eq!(status.code(), Some(code), "{}: {said}", self.name);
        said
    }

    /// Ends the standard input, and waits for the end.
    pub fn finish(mut self, code: i32) -> (Vec<u8>, String) {
        self.end();
        let data = self.read_to_end();
        let said = self.ends_with(code);
        (data, said)
    }

    /// Everything on the standard error of a program that has ended.
    pub fn all_said(&mut self) -> String {
        let rest = std::iter::from_fn(|| self.said.recv_timeout(LIMIT).ok());
        self.heard.extend(rest);
        self.heard.join("\n")
    }

    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        signal(self.id, name);
    }

    /// Ends a program that goes on by itself, and returns what it has said.
    pub fn terminate(&mut self) -> String {
        if cfg!(unix) {
            #[cfg(unix)]
            self.signal("TERM");
            return self.ends_with(143);
        }
        kill(self.id);
        self.status();
        self.all_said()
    }

    /// The most memory that the program has had in use, in KiB.
    #[cfg(target_os = "linux")]
    pub fn most_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id)).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_ascii_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.status.is_none() && self.ended.try_recv().is_err() {
            kill(self.id);
        }
    }
}

/// Tries until it succeeds: for what no program says, as that a path is there.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + LIMIT;
    while !holds() {
        assert!(Instant::now() < end, "{what}: not within {LIMIT:?}");
        std::thread::yield_now();
    }
}

/// Lets a part of a test go on beside it.
pub fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    std::thread::spawn(work)
}

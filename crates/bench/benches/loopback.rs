//! TCP over the loopback, beside the standard library, socket2 and a loop in C, in one run.
//!
//! `cargo bench --bench loopback` reports ratios of processor time: they repeat to a few per cent, where times alone
//! move with the machine. `cargo bench --bench loopback -- --counts` counts system calls and user instructions of a
//! round trip, which repeat to the digit, and fails if this library makes more than it promises.
//!
//! All contenders are up at once and take turns of some milliseconds; a ratio is taken within each turn, and the
//! median of the turns is shown. Where `taskset` is there, everything runs on one processor.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::cast_precision_loss, missing_docs)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use berkeley::{Deadline, SECOND};

const SMALL: usize = 64;
const BULK: usize = 64 << 10;
const TURNS: usize = 120;

/// What the promise is: system calls and user instructions of a round trip.
const PROMISED: (f64, f64) = (2.0, 40.0);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match &words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["echo", contender, port] => echo(contender, port.parse().unwrap()),
        ["--counts"] => counts(),
        _ if !on_one_processor() => {}
        _ => times(),
    }
}

/// Starts this program again on one processor, where that can be done; returns whether it runs there already.
fn on_one_processor() -> bool {
    if std::env::var_os("BERKELEY_PINNED").is_some() || find("taskset").is_none() {
        return true;
    }
    let last = std::thread::available_parallelism().map_or(0, |count| count.get() - 1);
    let this = std::env::current_exe().unwrap();
    let pinned = Command::new("taskset")
        .args(["-c", &last.to_string()])
        .arg(this)
        .env("BERKELEY_PINNED", "1")
        .status();
    !pinned.is_ok_and(|status| status.success())
}

fn find(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

// The echo: a process that receives and sends back, and is waited for by another.

/// Each echo is a function of its own, so that what is measured can be read in a disassembly.
fn echo(contender: &str, port: u16) {
    let to = (Ipv4Addr::LOCALHOST, port);
    match contender {
        "std" => echo_std(TcpStream::connect(to).unwrap()),
        "socket2" => echo_socket2(&TcpStream::connect(to).unwrap().into()),
        "waiting" => echo_waiting(&berkeley::TcpStream::connect(to).unwrap()),
        "deadline" => echo_deadline(&berkeley::TcpStream::connect(to).unwrap()),
        other => panic!("{other}"),
    }
}

#[inline(never)]
fn echo_std(mut stream: TcpStream) {
    let mut buffer = [0; SMALL];
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        stream.write_all(&buffer[..length]).unwrap();
    }
}

#[inline(never)]
fn echo_socket2(socket: &socket2::Socket) {
    // Its `recv` takes memory without values, which only unsafe code can read again; its `Read` does not.
    let mut buffer = [0; SMALL];
    while let Ok(length @ 1..) = (&*socket).read(&mut buffer) {
        socket.send(&buffer[..length]).unwrap();
    }
}

#[inline(never)]
fn echo_waiting(stream: &berkeley::TcpStream) {
    let mut buffer = [0; SMALL];
    while let Ok(length @ 1..) = stream.recv(&mut buffer) {
        stream.send(&buffer[..length]).unwrap();
    }
}

#[inline(never)]
fn echo_deadline(stream: &berkeley::TcpStream) {
    let stream = stream.by(Deadline::after(SECOND * 3600));
    let mut buffer = [0; SMALL];
    while let Ok(length @ 1..) = stream.recv(&mut buffer) {
        stream.send(&buffer[..length]).unwrap();
    }
}

/// A process that echoes, and the stream to it.
struct Echo {
    child: Child,
    stream: TcpStream,
}

impl Echo {
    /// Starts `contender`, by way of the program and words before it, which watch it.
    fn start(contender: &str, before: &[&str]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        let mut words: Vec<String> = before.iter().map(ToString::to_string).collect();
        if contender == "C" {
            words.extend([floor().unwrap().display().to_string(), "echo".into(), port]);
        } else {
            let this = std::env::current_exe().unwrap().display().to_string();
            words.extend([this, "echo".into(), contender.into(), port]);
        }
        let child = Command::new(&words[0]).args(&words[1..]).stderr(Stdio::piped()).spawn().unwrap();
        let (stream, _) = listener.accept().unwrap();
        stream.set_nodelay(true).unwrap();
        Self { child, stream }
    }

    fn round_trips(&mut self, rounds: usize) {
        let mut buffer = [7; SMALL];
        for _ in 0..rounds {
            self.stream.write_all(&buffer).unwrap();
            self.stream.read_exact(&mut buffer).unwrap();
        }
    }

    fn processor_time(&self) -> u64 {
        schedstat(&format!("/proc/{}/schedstat", self.child.id()))
    }

    /// Ends the stream, and with it the process; returns what its watcher said.
    fn end(self) -> String {
        drop(self.stream);
        String::from_utf8_lossy(&self.child.wait_with_output().unwrap().stderr).into_owned()
    }
}

/// The nanoseconds that a thread has had a processor.
fn schedstat(path: &str) -> u64 {
    let text = fs::read_to_string(path).expect("Linux tells how long a thread has run");
    text.split_whitespace().next().unwrap().parse().unwrap()
}

/// Builds the loop in C, if there is a compiler.
fn floor() -> Option<PathBuf> {
    let program = std::env::temp_dir().join(format!("berkeley-loopback-{}", std::process::id()));
    if !program.exists() {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/loopback.c");
        let built = Command::new(find("cc")?).args(["-O2", "-o"]).arg(&program).arg(source).status();
        built.is_ok_and(|status| status.success()).then_some(())?;
    }
    Some(program)
}

// The pair: one thread that sends on one end and receives on the other.

trait Both {
    fn there(&mut self, data: &mut [u8], rounds: usize);
}

/// Both ends in one thread, by the calls that `$send` and `$receive` are.
macro_rules! both {
    ($name:ident, $type:ty, |$left:ident, $data:ident| $send:expr, |$right:ident, $room:ident| $receive:expr) => {
        struct $name($type, $type);

        impl Both for $name {
            #[inline(never)]
            fn there(&mut self, $data: &mut [u8], rounds: usize) {
                for _ in 0..rounds {
                    let $left = &mut self.0;
                    let sent: usize = $send;
                    assert_eq!(sent, $data.len());
                    let mut done = 0;
                    while done < sent {
                        let ($right, $room) = (&mut self.1, &mut *$data);
                        let received: usize = $receive;
                        done += received;
                    }
                }
            }
        }
    };
}

both!(Std, TcpStream, |left, data| left.write(data).unwrap(), |right, room| right.read(room).unwrap());
both!(Socket2, socket2::Socket, |left, data| left.send(data).unwrap(), |right, room| right
    .read(room)
    .unwrap());
both!(Waiting, berkeley::TcpStream, |left, data| left.send(data).unwrap(), |right, room| right
    .recv(room)
    .unwrap());
both!(ByDeadline, berkeley::By<berkeley::TcpStream>, |left, data| left.send(data).unwrap(), |right, room| {
    right.recv(room).unwrap()
});
both!(
    NotAtAll,
    berkeley::Now<berkeley::TcpStream>,
    |left, data| left.send(data).unwrap().unwrap_or(0),
    |right, room| right.recv(room).unwrap().unwrap_or(0)
);

/// The loop in C, which is told what to do and tells how long it took.
struct Floor {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Floor {
    fn start() -> Option<Self> {
        let mut child =
            Command::new(floor()?).arg("pair").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
        let (orders, answers) = (child.stdin.take()?, BufReader::new(child.stdout.take()?));
        Some(Self { child, orders, answers })
    }

    fn run(&mut self, size: usize, rounds: usize) -> u64 {
        writeln!(self.orders, "{size} {rounds}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        answer.trim().parse().unwrap()
    }

    fn end(self) {
        let Self { mut child, orders, .. } = self;
        drop(orders);
        child.wait().unwrap();
    }
}

fn std_pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let left = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    left.set_nodelay(true).unwrap();
    (left, listener.accept().unwrap().0)
}

fn contenders() -> Vec<(&'static str, Box<dyn Both>)> {
    let ours = || {
        let (left, right) = std_pair();
        (berkeley::TcpStream::try_from(left).unwrap(), berkeley::TcpStream::try_from(right).unwrap())
    };
    let deadline = Deadline::after(SECOND * 3600);
    let (left, right) = std_pair();
    let socket2 = Socket2(left.into(), right.into());
    let std = std_pair();
    let (waiting, by, now) = (ours(), ours(), ours());
    vec![
        ("std", Box::new(Std(std.0, std.1))),
        ("socket2", Box::new(socket2)),
        ("waiting", Box::new(Waiting(waiting.0, waiting.1))),
        ("deadline", Box::new(ByDeadline(by.0.into_by(deadline), by.1.into_by(deadline)))),
        ("now", Box::new(NotAtAll(now.0.into_now(), now.1.into_now()))),
    ]
}

// The reports.

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Prints the processor time of each contender, and how it stands to the first's.
fn report(title: &str, names: &[&str], turns: &[Vec<u64>], rounds: usize) {
    println!("\n{title}\n{:>10}  {:>9}  {:>9}", "", "ns", "of std's");
    for (contender, name) in names.iter().enumerate() {
        let time = median(turns.iter().map(|turn| turn[contender] as f64 / rounds as f64).collect());
        let ratio = median(turns.iter().map(|turn| turn[contender] as f64 / turn[0] as f64).collect());
        println!("{name:>10}  {time:>9.0}  {ratio:>9.3}");
    }
}

fn times() {
    times_of_echo();
    times_of_pair("64 B sent and received by one thread", SMALL, 400);
    times_of_pair("64 KiB sent and received by one thread", BULK, 40);
    if let Some(program) = floor() {
        let _ = fs::remove_file(program);
    }
}

fn times_of_echo() {
    let mut names = vec!["std", "socket2", "waiting", "deadline"];
    names.extend(floor().is_some().then_some("C"));
    let mut echoes: Vec<_> = names.iter().map(|name| Echo::start(name, &[])).collect();
    let rounds = 300;
    let mut turns = Vec::new();
    for _ in 0..TURNS {
        let turn = echoes.iter_mut().map(|echo| {
            let before = echo.processor_time();
            echo.round_trips(rounds);
            echo.processor_time() - before
        });
        turns.push(turn.collect());
    }
    report("64 B echoed by a process, its processor time", &names, &turns[TURNS / 10..], rounds);
    for echo in echoes {
        echo.end();
    }
}

fn times_of_pair(title: &str, size: usize, rounds: usize) {
    let mut contenders = contenders();
    let mut floor = Floor::start();
    let mut data = vec![7; size];
    let mut turns = Vec::new();
    for _ in 0..TURNS {
        let mut turn: Vec<u64> = Vec::new();
        for (_, contender) in &mut contenders {
            // The system accounts for a thread that runs at its own pace; in a turn this short a clock is as good.
            let start = Instant::now();
            contender.there(&mut data, rounds);
            turn.push(start.elapsed().as_nanos() as u64);
        }
        turn.extend(floor.as_mut().map(|floor| floor.run(size, rounds)));
        turns.push(turn);
    }
    let mut names: Vec<_> = contenders.iter().map(|(name, _)| *name).collect();
    names.extend(floor.is_some().then_some("C"));
    report(title, &names, &turns[TURNS / 10..], rounds);
    if let Some(floor) = floor {
        floor.end();
    }
}

/// Counts what a round trip of the echo takes: the difference of two runs, so that the start does not count.
fn counts() {
    let (few, many) = (1000, 3000);
    let per_round =
        |count: &dyn Fn(usize) -> Option<f64>| Some((count(many)? - count(few)?) / (many - few) as f64);
    println!("a round trip of the echo\n{:>10}  {:>12}  {:>17}", "", "system calls", "user instructions");
    let mut kept = true;
    for name in ["std", "socket2", "C", "waiting", "deadline"] {
        if name == "C" && floor().is_none() {
            continue;
        }
        let calls = per_round(&|rounds| system_calls(name, rounds));
        let instructions = per_round(&|rounds| instructions(name, rounds));
        let shown = |count: Option<f64>| count.map_or("not counted".into(), |count| format!("{count:.2}"));
        println!("{name:>10}  {:>12}  {:>17}", shown(calls), shown(instructions));
        // A deadline's call finds the data there or does not: its counts depend on who is faster.
        if name == "waiting" {
            kept = calls.is_none_or(|count| count < PROMISED.0 + 0.01)
                && instructions.is_none_or(|count| count < PROMISED.1 + 0.01);
        }
    }
    if let Some(program) = floor() {
        let _ = fs::remove_file(program);
    }
    assert!(kept, "more than {} system calls or {} instructions", PROMISED.0, PROMISED.1);
}

fn system_calls(contender: &str, rounds: usize) -> Option<f64> {
    find("strace")?;
    let mut echo = Echo::start(contender, &["strace", "-f", "-c", "-U", "calls,name"]);
    echo.round_trips(rounds);
    let said = echo.end();
    let total = said.lines().find(|line| line.trim_end().ends_with("total"))?;
    total.split_whitespace().next()?.parse().ok()
}

/// By valgrind, which counts them wherever it runs; a processor's own counters are often out of reach.
fn instructions(contender: &str, rounds: usize) -> Option<f64> {
    find("valgrind")?;
    let mut echo =
        Echo::start(contender, &["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    echo.round_trips(rounds);
    let said = echo.end();
    let collected = said.split("Collected : ").nth(1)?;
    collected.split_whitespace().next()?.parse().ok()
}

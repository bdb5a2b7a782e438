//! The machine: one processor, first come first served, and as many descriptors as it gives.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Descriptors that a process has open besides its connections.
const SPARE: usize = 64;

const SETTLED: &str = "BERKELEY_SETTLED";

pub fn find(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// Starts this program again with what the machine permits; returns whether it is that one already.
pub fn settled() -> bool {
    if std::env::var_os(SETTLED).is_some() {
        return true;
    }
    let (last, descriptors) = (last_processor().to_string(), hard_limit());
    let mut words: Vec<String> = Vec::new();
    for wrapper in [
        &["prlimit", &format!("--nofile={descriptors}:{descriptors}")][..],
        &["chrt", "--fifo", "10"],
        &["taskset", "--cpu-list", &last],
    ] {
        if permits(wrapper) {
            words.extend(wrapper.iter().map(ToString::to_string));
        }
    }
    let Some(program) = words.first().cloned() else { return true };
    let this = std::env::current_exe().unwrap();
    let status = Command::new(program)
        .args(&words[1..])
        .arg(this)
        .args(std::env::args().skip(1))
        .env(SETTLED, "1")
        .status()
        .unwrap();
    std::process::exit(status.code().unwrap_or(1));
}

/// Whether a program that starts another is there and may do what it does.
fn permits(wrapper: &[&str]) -> bool {
    let tried = Command::new(wrapper[0])
        .args(&wrapper[1..])
        .arg("true")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    tried.is_ok_and(|status| status.success())
}

pub fn last_processor() -> usize {
    processors() - 1
}

pub fn processors() -> usize {
    // Those of the machine: this process may be bound to one of them already.
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    text.lines().filter(|line| line.starts_with("processor")).count().max(1)
}

/// Binds the calling thread to a processor, where that can be done.
pub fn pin(processor: usize) {
    let thread = fs::read_link("/proc/thread-self").unwrap();
    let _ = Command::new("taskset")
        .args(["--cpu-list", "--pid", &processor.to_string()])
        .arg(thread.file_name().unwrap())
        .stdout(Stdio::null())
        .status();
}

fn limits() -> (usize, usize) {
    let text = fs::read_to_string("/proc/self/limits").unwrap();
    let line = text.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let mut numbers =
        line.split_whitespace().skip(3).map(|word| word.parse().unwrap_or(usize::from(u16::MAX)));
    (numbers.next().unwrap(), numbers.next().unwrap())
}

fn hard_limit() -> usize {
    limits().1
}

/// How many connections of `wanted` a process can have here; says why if not all.
pub fn connections(wanted: usize) -> usize {
    let (limit, _) = limits();
    let possible = wanted.min(limit.saturating_sub(SPARE));
    if possible < wanted {
        println!("\n{possible} connections instead of {wanted}: a process may have {limit} descriptors");
    }
    possible
}

/// Whether processes of this run give way to each other only when they wait.
pub fn is_first_come_first_served() -> bool {
    fs::read_to_string("/proc/self/stat").is_ok_and(|text| {
        // The name of the program, in parentheses, may have spaces; the policy is the 41st word, FIFO is 1.
        text.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(38)) == Some("1")
    })
}

pub fn description() -> String {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let policy = if is_first_come_first_served() { "SCHED_FIFO" } else { "its own policy: times are rough" };
    format!("Linux {}, {} processors, {policy}", kernel.trim(), processors())
}

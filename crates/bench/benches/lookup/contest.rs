//! How they are compared.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use berkeley_testkit::{in_own_network, replace_files};

use crate::contender::{ALL, Contender, LookUp, MANY, ONE};
use crate::server::{Server, serve};

const TURN: Duration = Duration::from_millis(5);

/// How many turns there are, and how many if it has to be quick.
const TURNS: usize = 200;
const QUICK: usize = 40;

/// Nothing but the server is asked.
const FILES: &[(&str, &str)] = &[
    ("/etc/nsswitch.conf", "hosts: dns\n"),
    ("/etc/resolv.conf", "nameserver 127.0.0.1\n"),
    ("/etc/hosts", ""),
];

pub fn run() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match &words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve"] => serve(),
        ["times", table, contender, times] => repeat(table, contender, times.parse().unwrap()),
        ["--counts"] => with_server(counts),
        ["--quick"] => with_server(|| times(QUICK)),
        [] => with_server(|| times(TURNS)),
        _ => panic!("--quick, --counts, or nothing: {words:?}"),
    }
}

fn with_server(work: impl FnOnce() + Send) {
    let ran = in_own_network(|| match replace_files(FILES) {
        Ok(_files) => {
            let _server = Server::start();
            work();
        }
        Err(error) => println!("skipped: needs files of its own: {error}"),
    });
    if ran.is_none() {
        println!("skipped: needs a network of its own");
    }
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("host-{number}.test")).collect()
}

/// Nanoseconds of a name.
fn turn(look_up: &mut LookUp, names: &[String]) -> f64 {
    let start = Instant::now();
    let mut times = 0;
    while start.elapsed() < TURN {
        look_up(names);
        times += names.len();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(u32::try_from(times).unwrap())
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

fn times(turns: usize) {
    println!("one name");
    compare(ONE, 1, turns);
    println!("\n{MANY} names at once, each");
    compare(ALL, MANY, turns);
}

fn compare(contenders: &[Contender], count: usize, turns: usize) {
    let names = names(count);
    let mut all: Vec<LookUp> = contenders.iter().map(|contender| contender.1()).collect();
    let turns: Vec<Vec<f64>> =
        (0..turns).map(|_| all.iter_mut().map(|look_up| turn(look_up, &names)).collect()).collect();
    for (at, (name, ..)) in contenders.iter().enumerate() {
        let times = median(turns.iter().map(|turn| turn[at]).collect());
        let ratio = median(turns.iter().map(|turn| turn[at] / turn[0]).collect());
        println!("{name:20} {:9.1} µs  {ratio:6.2}", times / 1000.0);
    }
}

const TABLES: [(&str, &[Contender], usize); 2] = [("one", ONE, 1), ("all", ALL, MANY)];

fn repeat(table: &str, name: &str, times: usize) {
    let (_, contenders, count) = TABLES.iter().find(|row| row.0 == table).unwrap();
    let mut look_up = contenders.iter().find(|contender| contender.0 == name).unwrap().1();
    let names = names(*count);
    (0..times).for_each(|_| look_up(&names));
}

/// The system calls of so many lookups, and of the start.
fn system_calls(table: &str, name: &str, times: usize) -> Option<f64> {
    let output = Command::new("strace")
        .args(["-f", "-c", "-U", "calls,name", "--"])
        .arg(std::env::current_exe().ok()?)
        .args(["times", table, name, &times.to_string()])
        .stdout(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let total = said.lines().find(|line| line.trim_end().ends_with("total"))?;
    total.split_whitespace().next()?.parse().ok()
}

fn counts() {
    let mut broken = Vec::new();
    for (table, contenders, count) in TABLES {
        println!("{count} at once");
        for (name, _, promised) in contenders {
            let (few, many) = (system_calls(table, name, 5), system_calls(table, name, 55));
            let Some((few, many)) = few.zip(many) else {
                println!("skipped: needs strace");
                return;
            };
            let calls = (many - few) / 50.0 / f64::from(u32::try_from(count).unwrap());
            println!("{name:20} {calls:6.1} system calls a name");
            let is_more = promised.is_some_and(|promised| calls > promised + 0.05);
            broken.extend(is_more.then_some((table, *name, calls)));
        }
    }
    assert!(broken.is_empty(), "more system calls than promised: {broken:?}");
}

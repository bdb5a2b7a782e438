//! The contenders, and how they are compared.

use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use berkeley::Interfaces;

const TURNS: usize = 200;
const TURN: Duration = Duration::from_millis(3);

/// Who lists: a name, what makes the list, and how many system calls that may be, if it is this library.
type Contender = (&'static str, fn() -> Box<dyn FnMut()>, Option<f64>);

/// Addresses, the first one being what the others are measured against.
const ADDRESSES: &[Contender] = &[
    (
        "berkeley addresses",
        || {
            let mut interfaces = Interfaces::open().unwrap();
            Box::new(move || drop(black_box(interfaces.addresses().unwrap())))
        },
        Some(3.0),
    ),
    ("getifaddrs", || Box::new(getifaddrs), None),
    ("if-addrs", || Box::new(|| drop(black_box(if_addrs::get_if_addrs().unwrap()))), None),
    ("getifs addresses", || Box::new(|| drop(black_box(getifs::interface_addrs().unwrap()))), None),
];

/// Whole interfaces; what getifs gives has neither addresses nor counters, speed or gateways.
const WHOLE: &[Contender] = &[
    (
        "berkeley list",
        || {
            let mut interfaces = Interfaces::open().unwrap();
            Box::new(move || drop(black_box(interfaces.list().unwrap())))
        },
        // Links, addresses, routes, speeds; and whether there is a family for what is wireless.
        Some(14.0),
    ),
    ("getifs interfaces", || Box::new(|| drop(black_box(getifs::interfaces().unwrap()))), None),
    ("netdev", || Box::new(|| drop(black_box(netdev::get_interfaces()))), None),
];

pub fn run() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match &words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["times", contender, times] => repeat(contender, times.parse().unwrap()),
        ["--counts"] => counts(),
        _ => [ADDRESSES, WHOLE].into_iter().for_each(compare),
    }
}

#[allow(unsafe_code)]
fn getifaddrs() {
    let mut list = std::ptr::null_mut();
    // SAFETY: the pointer is writable.
    assert_eq!(unsafe { libc::getifaddrs(&raw mut list) }, 0);
    black_box(list);
    // SAFETY: the system made the list.
    unsafe { libc::freeifaddrs(list) };
}

/// Nanoseconds of a list.
fn turn(list: &mut dyn FnMut()) -> f64 {
    let start = Instant::now();
    let mut times = 0_u32;
    while start.elapsed() < TURN {
        list();
        times += 1;
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(times)
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

fn compare(contenders: &[Contender]) {
    let mut lists: Vec<_> = contenders.iter().map(|contender| contender.1()).collect();
    let turns: Vec<Vec<f64>> =
        (0..TURNS).map(|_| lists.iter_mut().map(|list| turn(&mut **list)).collect()).collect();
    for (at, (name, ..)) in contenders.iter().enumerate() {
        let times = median(turns.iter().map(|turn| turn[at]).collect());
        let ratio = median(turns.iter().map(|turn| turn[at] / turn[0]).collect());
        println!("{name:20} {:9.1} µs  {ratio:6.2}", times / 1000.0);
    }
    println!();
}

fn repeat(name: &str, times: usize) {
    let contender = [ADDRESSES, WHOLE].concat().into_iter().find(|contender| contender.0 == name).unwrap();
    let mut list = contender.1();
    (0..times).for_each(|_| list());
}

/// The system calls of so many lists, and of the start.
fn system_calls(name: &str, times: usize) -> Option<f64> {
    let output = Command::new("strace")
        .args(["-f", "-c", "-U", "calls,name", "--"])
        .arg(std::env::current_exe().ok()?)
        .args(["times", name, &times.to_string()])
        .stdout(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let total = said.lines().find(|line| line.trim_end().ends_with("total"))?;
    total.split_whitespace().next()?.parse().ok()
}

fn counts() {
    let mut broken = Vec::new();
    for (name, _, promised) in [ADDRESSES, WHOLE].concat() {
        let (few, many) = (system_calls(name, 5), system_calls(name, 55));
        let Some((few, many)) = few.zip(many) else {
            println!("skipped: needs strace");
            return;
        };
        let calls = (many - few) / 50.0;
        println!("{name:20} {calls:6.1} system calls");
        broken.extend(
            promised.filter(|promised| calls > promised + 0.05).map(|promised| (name, calls, promised)),
        );
    }
    assert!(broken.is_empty(), "more system calls than promised: {broken:?}");
}

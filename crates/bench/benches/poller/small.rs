//! What is measured in one process: registering, waking, waiting.

use std::io::BufRead;
use std::time::{Duration, Instant};

use crate::machine;
use crate::peer::{Measured, PEERS};
use crate::table::{Line, median, medians, rotate};
use crate::worker::{FLOOR, Floor, Worker, words};

/// Does what it is told on stdin until that ends, and answers with nanoseconds:
///
/// - `register IDLE ROUNDS 0` registers and removes a socket beside so many that are there; `modify` changes it;
/// - `ping CPU OTHER ROUNDS` wakes a thread that waits, from another, one way;
/// - `again ROUNDS 0 0` wakes a poller that is woken already, `turn` has it wait after each;
/// - `sleep MICROSECONDS ROUNDS 0` is the median time that a wait of so long takes.
pub fn obey<M: Measured>() {
    let (mut measured, mut idle) = (M::new(), 0);
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let mut words = line.split(' ');
        let what = words.next().unwrap();
        let numbers: Vec<usize> = words.map(|word| word.parse().unwrap()).collect();
        let [first, second, third] = numbers[..] else { panic!("{line}") };
        if matches!(what, "register" | "modify") {
            (idle..first).for_each(|_| measured.fill());
            idle = idle.max(first);
        }
        let time = match what {
            "register" => per_round(second, |rounds| measured.register(rounds)),
            "modify" => per_round(second, |rounds| measured.modify(rounds)),
            "ping" => ping::<M>(first, second, third),
            "again" => wakes::<M>(first, false),
            "turn" => wakes::<M>(first, true),
            "sleep" => sleeps(&mut measured, Duration::from_micros(first as u64), second),
            _ => panic!("{line}"),
        };
        println!("{time:.1}");
    }
}

fn per_round(rounds: usize, run: impl FnOnce(usize)) -> f64 {
    let start = Instant::now();
    run(rounds);
    start.elapsed().as_nanos() as f64 / rounds as f64
}

fn ping<M: Measured>(processor: usize, other: usize, rounds: usize) -> f64 {
    let mut left = M::new();
    let of_left = left.waker();
    let (tell, told) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let mut right = M::new();
        machine::pin(other);
        tell.send(right.waker()).unwrap();
        for _ in 0..rounds {
            right.wait(None);
            M::wake(&of_left);
        }
        // The other thread is awake before this poller and its waker end.
        right
    });
    machine::pin(processor);
    let of_right = told.recv().unwrap();
    let time = per_round(rounds, |rounds| {
        for _ in 0..rounds {
            M::wake(&of_right);
            left.wait(None);
        }
    });
    drop(thread.join().unwrap());
    time / 2.0
}

fn wakes<M: Measured>(rounds: usize, each_waits: bool) -> f64 {
    let mut measured = M::new();
    let waker = measured.waker();
    per_round(rounds, |rounds| {
        for _ in 0..rounds {
            M::wake(&waker);
            if each_waits {
                measured.wait(None);
            }
        }
    })
}

fn sleeps<M: Measured>(measured: &mut M, limit: Duration, rounds: usize) -> f64 {
    let once = |_| per_round(1, |_| measured.wait(Some(limit)));
    median((0..rounds).map(once).collect())
}

/// A measurement: its title, the order, and for how many processors it is.
struct Measurement(&'static str, String, usize);

fn measurements() -> Vec<Measurement> {
    let last = machine::last_processor();
    let idle = machine::connections(8000);
    let one = |title, order| Measurement(title, order, 1);
    vec![
        one("registered and removed, alone", "register 0 1000 0".into()),
        one("changed, alone", "modify 0 3000 0".into()),
        one("registered and removed beside 8,000", format!("register {idle} 1000 0")),
        one("changed beside 8,000", format!("modify {idle} 3000 0")),
        one("woken by a thread of the same processor, one way", format!("ping {last} {last} 500")),
        Measurement(
            "woken by a thread of another processor, one way",
            format!("ping {} {last} 300", last.saturating_sub(1)),
            2,
        ),
        one("woken once more", "again 3000 0 0".into()),
        one("woken, then waiting", "turn 2000 0 0".into()),
        one("200 µs asked, waited", "sleep 200 15 0".into()),
    ]
}

pub fn report(floor: Option<&Floor>, turns: usize) {
    let mut names: Vec<_> = floor.iter().map(|_| FLOOR).collect();
    names.extend(PEERS.iter().filter(|peer| peer.small.is_some()).map(|peer| peer.name));
    let start = |name: &&str| Worker::start(&words(floor, "small", name), false);
    let mut workers: Vec<_> = names.iter().map(start).collect();
    for Measurement(title, order, processors) in measurements() {
        if processors > machine::processors() {
            println!("\n{title}: skipped, needs {processors} processors");
            continue;
        }
        let all = rotate(names.len(), turns, |which| workers[which].ask(&order)[0]);
        let lines: Vec<_> = names.iter().zip(all).map(|(name, turns)| Line { name, turns }).collect();
        println!("\n{title}\n{:>16}  {:>9}  {:>9}", "", "ns", format!("of {}'s", lines[0].name));
        for line in &lines {
            let (time, ratio) = medians(line, &lines[0]);
            println!("{:>16}  {time:>9.0}  {ratio:>9.3}", line.name);
        }
    }
    for worker in workers {
        worker.end();
    }
}

//! System calls and user instructions of an echo: they repeat where times do not, and are promised.
//!
//! A loop that drains makes fewer calls under strace than without: stopped at each, it gives the load time to send.

use std::collections::BTreeMap;

use crate::echo::names;
use crate::machine::{find, is_first_come_first_served};
use crate::worker::{Echo, Floor};

/// What a server is to do while it is watched: how many operations there were is what comes of it.
struct Work {
    title: &'static str,
    connections: usize,
    /// The rounds of the two runs whose difference counts, so that the start does not.
    rounds: [usize; 2],
    run: fn(&mut Echo, usize, usize) -> f64,
    /// The most user instructions of an operation that this library may take.
    instructions: f64,
    /// How often an operation may make each call, this library's; those that do not stand here it may not make.
    calls: &'static [(&'static str, f64)],
}

const ECHO: &[(&str, f64)] = &[("wait", 1.0), ("recvfrom", 1.0), ("sendto", 1.0)];

const WORKS: &[Work] = &[
    Work {
        title: "1 connection",
        connections: 1,
        rounds: [200, 1200],
        run: echo,
        instructions: 230.0,
        calls: ECHO,
    },
    Work {
        title: "100 connections",
        connections: 100,
        rounds: [5, 25],
        run: echo,
        instructions: 125.0,
        calls: ECHO,
    },
    Work {
        title: "a connection that comes, echoes and goes",
        connections: 1,
        rounds: [2, 12],
        run: come_and_go,
        instructions: f64::INFINITY,
        calls: &[
            ("wait", 2.0),
            ("accept4", 2.0),
            ("epoll_ctl", 2.0),
            ("recvfrom", 2.0),
            ("sendto", 1.0),
            ("close", 1.0),
        ],
    },
];

fn echo(server: &mut Echo, connections: usize, rounds: usize) -> f64 {
    server.run(connections, 0, rounds).done
}

fn come_and_go(server: &mut Echo, _: usize, rounds: usize) -> f64 {
    server.come_and_go(0, rounds).done
}

pub fn report() {
    let floor = Floor::build();
    let mut broken = Vec::new();
    for work in WORKS {
        println!("\n{}\n{:>16}  {:>12}  {:>12}", work.title, "", "instructions", "system calls");
        for name in names(floor.as_ref()) {
            let calls = find("strace").map(|_| system_calls(floor.as_ref(), name, work));
            let instructions = find("valgrind").map(|_| instructions(floor.as_ref(), name, work));
            let shown = instructions.map_or("not counted".into(), |count| format!("{count:.1}"));
            println!("{name:>16}  {shown:>12}  {}", calls.as_ref().map_or("not counted".into(), listed));
            if name.starts_with("berkeley") {
                let kept = faults(work, instructions, calls.as_ref());
                broken.extend(kept.iter().map(|fault| format!("{name}, {}: {fault}", work.title)));
            }
        }
    }
    drop(floor);
    assert!(broken.is_empty(), "more than is promised:\n{}", broken.join("\n"));
}

/// How often an operation makes each system call.
type Calls = BTreeMap<String, f64>;

fn listed(calls: &Calls) -> String {
    let total: f64 = calls.values().sum();
    let each = calls.iter().filter(|(_, count)| **count >= 0.005);
    let each: Vec<_> = each.map(|(name, count)| format!("{name} {count:.2}")).collect();
    format!("{total:>5.2}: {}", each.join(", "))
}

fn faults(work: &Work, instructions: Option<f64>, calls: Option<&Calls>) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, count) in calls.into_iter().flatten() {
        let known =
            if name.starts_with("epoll_wait") || name.starts_with("epoll_pwait") { "wait" } else { name };
        let most = work.calls.iter().find(|(name, _)| *name == known).map_or(0.0, |(_, most)| *most);
        if *count > most + 0.01 {
            faults.push(format!("{count:.2} of {name}, not {most}"));
        }
    }
    // Whoever is given the processor in between makes a wait find fewer events, and each event cost more.
    let repeats = work.connections == 1 || is_first_come_first_served();
    if let Some(count) = instructions.filter(|count| repeats && *count > work.instructions) {
        faults.push(format!("{count:.1} instructions, not {}", work.instructions));
    }
    faults
}

/// Has a server do its work while it is watched; returns the operations, and what the watcher said.
fn watched(floor: Option<&Floor>, name: &str, watcher: &[&str], work: &Work, rounds: usize) -> (f64, String) {
    let mut server = Echo::start(floor, name, watcher);
    server.open(work.connections);
    let done = (work.run)(&mut server, work.connections, rounds);
    (done, server.end())
}

fn system_calls(floor: Option<&Floor>, name: &str, work: &Work) -> Calls {
    let [few, many] = work.rounds.map(|rounds| {
        let (done, said) = watched(floor, name, &["strace", "-f", "-c", "-U", "calls,name"], work, rounds);
        let pairs = said.lines().filter_map(|line| line.trim().split_once(' '));
        let calls: Calls =
            pairs.filter_map(|(count, name)| Some((name.trim().to_owned(), count.parse().ok()?))).collect();
        (done, calls)
    });
    let operations = many.0 - few.0;
    let each = many.1.into_iter().filter(|(name, _)| name != "total");
    each.map(|(name, count)| {
        let before = few.1.get(&name).copied().unwrap_or(0.0);
        (name, (count - before) / operations)
    })
    .collect()
}

/// By valgrind, which counts them wherever it runs; a processor's own counters are often out of reach.
fn instructions(floor: Option<&Floor>, name: &str, work: &Work) -> f64 {
    let [few, many] = work.rounds.map(|rounds| {
        let watcher = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
        let (done, said) = watched(floor, name, &watcher, work, rounds);
        let collected = said.split("Collected : ").nth(1).unwrap_or_else(|| panic!("{said}"));
        (done, collected.split_whitespace().next().unwrap().parse::<f64>().unwrap())
    });
    (many.1 - few.1) / (many.0 - few.0)
}

//! The echo over many connections, and connections that come and go.

use crate::peer::PEERS;
use crate::table::{Line, medians, rotate};
use crate::worker::{Echo, FLOOR, Floor, Turn};
use crate::{Plan, machine};

/// A turn has every active connection echo so often at least.
const ROUNDS: usize = 2;

pub fn names(floor: Option<&Floor>) -> Vec<&'static str> {
    let floor = floor.map(|_| FLOOR);
    floor.into_iter().chain(PEERS.iter().map(|peer| peer.name)).collect()
}

pub fn report(floor: Option<&Floor>, plan: &Plan) {
    let names = names(floor);
    let mut echoes: Vec<_> = names.iter().map(|name| Echo::start(floor, name, &[])).collect();
    for echo in &mut echoes {
        echo.open(1);
    }
    let turns = rotate(names.len(), plan.accepts, |which| echoes[which].come_and_go(plan.slice, 1));
    show("connections that come, echo and go", &names, &turns);
    let mut most = 0;
    for &(connections, active, turns) in plan.echoes {
        let connections = machine::connections(connections);
        let active = active.min(connections);
        for echo in &mut echoes {
            echo.open(connections);
        }
        most = connections;
        let turns = rotate(names.len(), turns, |which| echoes[which].run(active, plan.slice, ROUNDS));
        show(&format!("64 B echoed: {connections} connections, {active} active"), &names, &turns);
    }
    println!("\nbytes that each of {most} registrations takes, besides the kernel's");
    for (name, echo) in names.iter().zip(&echoes) {
        println!("{name:>16}  {:>9.0}", echo.memory());
    }
    for echo in echoes {
        echo.end();
    }
}

fn show(title: &str, names: &[&'static str], turns: &[Vec<Turn>]) {
    let lines = |value: &dyn Fn(&Turn) -> f64| -> Vec<Line> {
        let line = |(&name, turns): (&&'static str, &Vec<Turn>)| Line {
            name,
            turns: turns.iter().map(value).collect(),
        };
        names.iter().zip(turns).map(line).collect()
    };
    let rates = lines(&|turn| turn.done / turn.nanoseconds * 1e6);
    let times = lines(&|turn| turn.processor / turn.done);
    let of = format!("of {}'s", names[0]);
    println!("\n{title}\n{:>16}  {:>9}  {of:>9}  {:>9}  {of:>9}", "", "1,000/s", "server ns");
    for (rate, time) in rates.iter().zip(&times) {
        let ((many, faster), (long, longer)) = (medians(rate, &rates[0]), medians(time, &times[0]));
        println!("{:>16}  {many:>9.1}  {faster:>9.3}  {long:>9.0}  {longer:>9.3}", rate.name);
    }
}

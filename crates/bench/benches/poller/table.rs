//! Turns of contenders, and what is made of them.

/// Whom a line is about, and the values of all its turns; infinitely many if it did not take part.
pub struct Line {
    pub name: &'static str,
    pub turns: Vec<f64>,
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The median of a line, and of the ratios to the first line of each turn.
pub fn medians(line: &Line, first: &Line) -> (f64, f64) {
    let ratios = line.turns.iter().zip(&first.turns).map(|(value, first)| value / first);
    (median(line.turns.clone()), median(ratios.collect()))
}

/// Visits every contender in each of so many turns, beginning with another each time; `visit` is told whom.
///
/// The first turns warm the machine and are not given.
pub fn rotate<V>(contenders: usize, turns: usize, mut visit: impl FnMut(usize) -> V) -> Vec<Vec<V>> {
    let mut all: Vec<Vec<V>> = (0..contenders).map(|_| Vec::new()).collect();
    let warm = turns / 10 + 1;
    for turn in 0..turns + warm {
        for step in 0..contenders {
            let which = (turn + step) % contenders;
            let value = visit(which);
            if turn >= warm {
                all[which].push(value);
            }
        }
    }
    all
}

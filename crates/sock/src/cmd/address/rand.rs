//! `sock address rand`: addresses by chance.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;

use berkeley::addr::range::IpRange;
use clap::Args;

use super::parse;
use crate::input;
use crate::output::{OutputArgs, Record};
use crate::quantity;
use crate::report::{Failure, Problem, Problems};

const EXAMPLES: &str = "\
Examples:
  sock address rand 10.0.0.0/8
  sock address rand --count 100 2001:db8::/32
  sock address rand --seed 7 10.0.0.1-10.0.0.9         the same each time";

const AFTER: &str =
    "Every address is as likely as any other. They are for tests: who knows a few can guess the others.";

/// Print addresses of networks and ranges by chance
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, after_help = AFTER)]
pub struct Rand {
    /// Networks and ranges [default: the lines of the standard input]
    items: Vec<String>,
    /// How many of each
    #[arg(long, value_name = "N", default_value = "1")]
    count: String,
    /// Begin with this number, so that the same addresses come again
    #[arg(long, value_name = "NUMBER")]
    seed: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

impl Rand {
    pub fn run(&self) -> Result<(), Failure> {
        self.output.run("address.rand", |sink| {
            let mut problems = Problems::default();
            let count = problems.take_some("--count", Some(&self.count), quantity::count).unwrap_or(1);
            let seed = problems.take_some("--seed", self.seed.as_ref(), number);
            problems.check()?;
            // The standard library's keys are the system's random numbers.
            let mut numbers = Numbers(seed.unwrap_or_else(|| RandomState::new().hash_one(0)));
            let read = |text: &str| parse(text, str::parse::<IpRange>);
            input::each(&self.items, sink, read, |sink, input, range| {
                (0..count).try_for_each(|_| {
                    let address = numbers.address(range);
                    sink.line(input, address, || Record::new().with("address", address))
                })
            })
        })
    }
}

fn number(text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| {
        Problem::new(format!("{text:?} is not a number"), text, 0..text.len())
            .with_hint("write 0 to 18446744073709551615")
    })
}

/// The generator SplitMix64.
#[derive(Debug)]
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn address(&mut self, range: IpRange) -> IpAddr {
        let last = range.count().last_index();
        let mask = u128::MAX.checked_shr(last.leading_zeros()).unwrap_or(0);
        // What is too great is drawn again, more than half of the time never: a remainder would favour the small ones.
        loop {
            let bits = (u128::from(self.next()) << 64 | u128::from(self.next())) & mask;
            if let Some(address) = range.nth(bits) {
                return address;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_address_is_as_likely_as_any_other() {
        const EACH: usize = 10_000;
        let mut numbers = Numbers(42);
        let range: IpRange = "10.0.0.1-10.0.0.9".parse().unwrap();
        let mut counts = BTreeMap::<IpAddr, usize>::new();
        for _ in 0..9 * EACH {
            *counts.entry(numbers.address(range)).or_default() += 1;
        }
        assert_eq!(counts.len(), 9);
        // Six standard deviations.
        assert!(counts.values().all(|count| count.abs_diff(EACH) < 600), "{counts:?}");
    }

    #[test]
    fn the_whole_of_ipv6_and_a_single_address_have_one_each() {
        let mut numbers = Numbers(1);
        assert_eq!(numbers.address("::1".parse().unwrap()).to_string(), "::1");
        let all: IpRange = "::/0".parse().unwrap();
        assert_ne!(numbers.address(all), numbers.address(all));
    }
}

//! `sock address`: the arithmetic of addresses and networks, one question a file.

mod calc;
mod class;
mod member;
mod merge;
mod nth;
mod rand;
mod range;
mod rev;
mod sort;
mod split;

use berkeley::addr::ParseError;
use clap::{Args, Subcommand};

pub use self::calc::Place;
use crate::report::{Failure, Problem};

const EXAMPLES: &str = "\
Examples:
  sock address calc 10.1.2.3/20                        network, hosts, masks, names, and what it is
  sock address merge < networks                        the fewest networks that are the same
  sock address in 10.0.0.0/8,fc00::/7 10.1.2.3         exit 0 if it is in them, 1 if not";

const AFTER: &str = "\
What is asked about are arguments or, without any, the lines of the standard input, where # begins a comment. IPv4 and \
IPv6 may be mixed. A network is 10.0.0.0/8, 10.0.0.0/255.0.0.0 or 2001:db8::/32; a range is 10.0.0.1-10.0.0.9.

A line that is wrong is told with its number, the others are answered, and the exit code is 2.";

/// Calculate with IP addresses, networks and ranges
#[derive(Debug, Args)]
#[command(visible_alias = "ip", before_help = EXAMPLES, after_help = AFTER, arg_required_else_help = true)]
pub struct Address {
    #[command(subcommand)]
    question: Question,
}

#[derive(Debug, Subcommand)]
enum Question {
    Calc(calc::Calc),
    Split(split::Split),
    Merge(merge::Merge),
    Range(range::Range),
    In(member::In),
    Sort(sort::Sort),
    Nth(nth::Nth),
    Rand(rand::Rand),
    Rev(rev::Rev),
    Class(class::Class),
}

impl Address {
    pub fn run(&self) -> Result<(), Failure> {
        match &self.question {
            Question::Calc(calc) => calc.run(),
            Question::Split(split) => split.run(),
            Question::Merge(merge) => merge.run(),
            Question::Range(range) => range.run(),
            Question::In(member) => member.run(),
            Question::Sort(sort) => sort.run(),
            Question::Nth(nth) => nth.run(),
            Question::Rand(rand) => rand.run(),
            Question::Rev(rev) => rev.run(),
            Question::Class(class) => class.run(),
        }
    }
}

/// What the library said of the whole of an input.
fn problem(error: &ParseError, text: &str) -> Problem {
    Problem::of_part(error, text, 0, 0)
}

/// Reads a whole input as a type of the library's.
fn parse<T>(text: &str, read: impl FnOnce(&str) -> Result<T, ParseError>) -> Result<T, Problem> {
    read(text).map_err(|error| problem(&error, text))
}

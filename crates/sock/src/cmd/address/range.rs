//! `sock address range`: a range as networks, a network as a range.

use berkeley::addr::range::IpRange;
use clap::Args;

use super::parse;
use super::split::of_network;
use crate::input;
use crate::output::{OutputArgs, Record, count_of};
use crate::report::Failure;

const EXAMPLES: &str = "\
Examples:
  sock address range 10.0.0.1-10.0.0.9         the fewest networks that are the range
  sock address range 10.0.0.0/20               the first and the last address of the network
  sock address range '2001:db8:: - 2001:db8::ff'";

/// Turn ranges into the fewest networks, and networks into ranges
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Range {
    /// Ranges and networks [default: the lines of the standard input]
    items: Vec<String>,
    #[command(flatten)]
    output: OutputArgs,
}

impl Range {
    pub fn run(&self) -> Result<(), Failure> {
        self.output.run("address.range", |sink| {
            let read = |text: &str| parse(text, str::parse::<IpRange>);
            input::each(&self.items, sink, read, |sink, input, range| {
                if !input.text.contains('-') {
                    return sink.line(input, range, || of_range(range));
                }
                range.networks().try_for_each(|network| sink.line(input, network, || of_network(network)))
            })
        })
    }
}

/// What a record says of a range that is an answer.
pub fn of_range(range: IpRange) -> Record {
    Record::new()
        .with("range", range.to_string())
        .with("first", range.first())
        .with("last", range.last())
        .with("addresses", count_of(range.first().is_ipv4(), range.count()))
}

//! `sock address merge`: the fewest networks that are the same addresses.

use berkeley::addr::range::{IpRange, merge, subtract};
use clap::Args;

use super::parse;
use super::range::of_range;
use super::split::of_network;
use crate::exit::Exit;
use crate::input::{self, Input};
use crate::output::{OutputArgs, Sink};
use crate::report::{Failure, Problem, Problems};

const EXAMPLES: &str = "\
Examples:
  sock address merge 10.0.0.0/25 10.0.0.128/25 10.0.1.0-10.0.1.255
  sock address merge --except 10.0.0.1,10.0.0.254 10.0.0.0/24
  sock address merge --ranges < networks";

/// Print the fewest networks that hold exactly these addresses, networks and ranges, in order
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Merge {
    /// Addresses, networks and ranges [default: the lines of the standard input]
    items: Vec<String>,
    /// Leave these out: addresses, networks and ranges between commas
    #[arg(long, value_name = "SET")]
    except: Option<String>,
    /// Print ranges instead of networks
    #[arg(long)]
    ranges: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// Reads addresses, networks and ranges between commas.
pub fn set(text: &str) -> Result<Vec<IpRange>, Problem> {
    let mut start = 0;
    text.split(',')
        .map(|item| {
            let at = start;
            start += item.len() + 1;
            item.parse().map_err(|error| Problem::of_part(&error, text, 0, at))
        })
        .collect()
}

impl Merge {
    pub fn run(&self) -> Result<(), Failure> {
        self.output.run("address.merge", |sink| {
            let mut problems = Problems::default();
            let except = problems.take_some("--except", self.except.as_ref(), set);
            problems.check()?;
            let items = input::all(&self.items, sink, |text| parse(text, str::parse))?;
            let merged = match except {
                Some(except) => subtract(items, except),
                None => merge(items),
            };
            merged.into_iter().try_for_each(|range| self.put(sink, range))?;
            Ok(Exit::Done)
        })
    }

    fn put(&self, sink: &mut Sink, range: IpRange) -> Result<(), Failure> {
        if self.ranges {
            return sink.line(&Input::none(), range, || of_range(range));
        }
        range.networks().try_for_each(|network| sink.line(&Input::none(), network, || of_network(network)))
    }
}

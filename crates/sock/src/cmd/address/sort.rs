//! `sock address sort`: by number, not by letter.

use std::net::IpAddr;

use berkeley::addr::network::{self, IpNet};
use berkeley::addr::range::IpRange;
use clap::Args;

use super::parse;
use crate::exit::Exit;
use crate::input::{self, Input};
use crate::output::{OutputArgs, Record};
use crate::report::{Failure, Problem};

const EXAMPLES: &str = "\
Examples:
  sock address sort 10.0.0.10 10.0.0.9 ::1
  sock address sort --unique < addresses
  sock address sort --reverse < networks";

/// Sort addresses, networks and ranges: IPv4 before IPv6, by first address, the larger network first
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Sort {
    /// Addresses, networks and ranges [default: the lines of the standard input]
    items: Vec<String>,
    /// The greatest first
    #[arg(long)]
    reverse: bool,
    /// Print what is there twice once
    #[arg(long)]
    unique: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// What is sorted: by its first field, then by the next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    first: IpAddr,
    /// How many addresses follow, complemented: more come first.
    fewness: u128,
    text: String,
}

impl Item {
    fn read(text: &str) -> Result<Self, Problem> {
        let range = parse(text, str::parse::<IpRange>)?;
        // A network sorts and prints with the bits of its host, if it has any.
        let network = text.contains('/').then(|| network::parse(text).ok()).flatten();
        let first = network.map_or(range.first(), |network| IpNet::addr(&network));
        let text = match (network, text.contains('-')) {
            (Some(network), _) => network.to_string(),
            (None, true) => range.to_string(),
            (None, false) => first.to_string(),
        };
        Ok(Self { first, fewness: !range.count().last_index(), text })
    }
}

impl Sort {
    pub fn run(&self) -> Result<(), Failure> {
        self.output.run("address.sort", |sink| {
            let mut items = input::all(&self.items, sink, Item::read)?;
            items.sort_unstable();
            if self.unique {
                items.dedup();
            }
            if self.reverse {
                items.reverse();
            }
            for item in items {
                sink.line(&Input::none(), &item.text, || Record::new().with("item", item.text.as_str()))?;
            }
            Ok(Exit::Done)
        })
    }
}

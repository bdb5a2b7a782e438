//! `sock address in`: which addresses are in a set.

use berkeley::addr::range::{IpRange, merge};
use clap::Args;

use super::merge::set;
use super::parse;
use crate::exit::Exit;
use crate::input;
use crate::output::{OutputArgs, Record};
use crate::report::Failure;

const EXAMPLES: &str = "\
Examples:
  sock address in 10.0.0.0/8 10.1.2.3                      exit 0: it is
  sock address in 10.0.0.0/8,192.168.0.0/16 < addresses    print those that are
  sock address in --not 10.0.0.0-10.0.0.9 10.0.0.5         exit 1: it is not out of it";

const AFTER: &str = "\
A network or a range is in the set if all of its addresses are. The exit code is 0 if anything is printed, 1 if nothing is.";

/// Print what is in a set of networks, ranges and addresses
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, after_help = AFTER)]
pub struct In {
    /// Networks, ranges and addresses between commas
    set: String,
    /// Addresses, networks and ranges to ask about [default: the lines of the standard input]
    items: Vec<String>,
    /// Print what is not in the set
    #[arg(long)]
    not: bool,
    #[command(flatten)]
    output: OutputArgs,
}

impl In {
    pub fn run(&self) -> Result<(), Failure> {
        self.output.run("address.in", |sink| {
            let set = merge(set(&self.set)?);
            let read = |text: &str| parse(text, str::parse::<IpRange>);
            let mut found = false;
            let exit = input::each(&self.items, sink, read, |sink, input, range| {
                let within = holder(&set, range);
                if within.is_some() == self.not {
                    return Ok(());
                }
                found = true;
                sink.line(input, input.text, || {
                    Record::new().with_some("within", within.map(|set| set.to_string()))
                })
            })?;
            Ok(if exit == Exit::Done && !found { Exit::No } else { exit })
        })
    }
}

/// Finds the range that holds all of another, among ranges in order that do not touch.
fn holder(set: &[IpRange], range: IpRange) -> Option<IpRange> {
    let behind = set.partition_point(|each| each.first() <= range.first());
    set.get(behind.checked_sub(1)?).copied().filter(|each| each.contains(range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_in_what_holds_all_of_it() {
        let set = merge(set("10.0.0.0/25,10.0.0.128/25,::/0,192.0.2.1").unwrap());
        for (text, within) in [
            ("10.0.0.0/24", true),
            ("10.0.0.0/23", false),
            ("9.255.255.255", false),
            ("192.0.2.1", true),
            ("192.0.2.2", false),
            ("::/0", true),
            ("255.255.255.255", false),
        ] {
            assert_eq!(holder(&set, text.parse().unwrap()).is_some(), within, "{text}");
        }
        assert_eq!(holder(&[], "::".parse().unwrap()), None);
    }
}

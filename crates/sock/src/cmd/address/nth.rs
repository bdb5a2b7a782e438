//! `sock address nth`: one address of a network, by its place.

use std::net::IpAddr;

use berkeley::addr::range::IpRange;
use clap::Args;

use super::parse;
use crate::input;
use crate::output::{OutputArgs, Record};
use crate::report::{Failure, Problem};

const EXAMPLES: &str = "\
Examples:
  sock address nth 0 10.0.0.0/24           the network itself
  sock address nth 5 2001:db8::/32
  sock address nth -1 10.0.0.0/24          the last address, which is that of all its hosts";

/// Print the address with the number N in networks and ranges: 0 is the first, -1 the last
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Nth {
    /// Which: 5, 0xff, -1
    #[arg(allow_negative_numbers = true)]
    n: String,
    /// Networks and ranges [default: the lines of the standard input]
    items: Vec<String>,
    #[command(flatten)]
    output: OutputArgs,
}

/// A place, from one of the ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    FromStart(u128),
    FromEnd(u128),
}

impl Place {
    fn read(text: &str) -> Result<Self, Problem> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let number = match digits.strip_prefix("0x") {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                u128::from_str_radix(digits, 16).ok()
            }
            None if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
            _ => None,
        };
        let place = match number {
            Some(number) if digits.len() == text.len() => Some(Self::FromStart(number)),
            Some(number) => number.checked_sub(1).map(Self::FromEnd),
            None => None,
        };
        place.ok_or_else(|| {
            Problem::new(format!("{text:?} is not the number of an address"), text, 0..text.len())
                .with_hint("write 5, 0xff, or -1 for the last")
        })
    }

    fn of(self, range: IpRange) -> Option<IpAddr> {
        match self {
            Self::FromStart(index) => range.nth(index),
            Self::FromEnd(index) => range.nth(range.count().last_index().checked_sub(index)?),
        }
    }
}

impl Nth {
    pub fn run(&self) -> Result<(), Failure> {
        self.output.run("address.nth", |sink| {
            let place = Place::read(&self.n)?;
            let read = |text: &str| {
                let range = parse(text, str::parse::<IpRange>)?;
                place.of(range).ok_or_else(|| {
                    let (count, last) = (range.count(), range.count().last_index());
                    Problem::new(
                        format!("{text} has {count} addresses, and none is number {}", self.n),
                        text,
                        0..text.len(),
                    )
                    .with_hint(format!("write 0 to {last}, or -1 to -{count}"))
                })
            };
            input::each(&self.items, sink, read, |sink, input, address| {
                sink.line(input, address, || Record::new().with("address", address))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_from_both_ends() {
        let of = |place: &str, range: &str| {
            Place::read(place).unwrap().of(range.parse().unwrap()).map(|address| address.to_string())
        };
        assert_eq!(of("0", "10.0.0.7/24").as_deref(), Some("10.0.0.0"));
        assert_eq!(of("-1", "10.0.0.0/24").as_deref(), Some("10.0.0.255"));
        assert_eq!(of("-256", "10.0.0.0/24").as_deref(), Some("10.0.0.0"));
        assert_eq!(of("-257", "10.0.0.0/24"), None);
        assert_eq!(of("256", "10.0.0.0/24"), None);
        assert_eq!(of("0x10", "::/0").as_deref(), Some("::10"));
        assert_eq!(of(&u128::MAX.to_string(), "::/0"), of("-1", "::/0"));
        for text in ["", "-", "-0", "x", "0x", "1.5", "+1", "340282366920938463463374607431768211456"] {
            assert!(Place::read(text).is_err(), "{text}");
        }
    }
}

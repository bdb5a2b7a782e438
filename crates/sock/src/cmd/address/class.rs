//! `sock address class`: what kind of address each is, in a line.

use std::net::IpAddr;

use berkeley::addr::{ip, registry};
use clap::Args;

use super::calc::Place;
use crate::describe;
use crate::input;
use crate::output::OutputArgs;
use crate::report::Failure;

const EXAMPLES: &str = "\
Examples:
  sock address class 10.1.2.3 ff02::1 8.8.8.8
  sock address class < addresses | cut -f 4            the kind of each
  sock address class --jsonl < addresses";

const AFTER: &str = "\
The fields of a line stand between tabs: address, family, class (of IPv4), kind, what the registry of special addresses \
(RFC 6890) has it set aside for, and whether it is reachable from everywhere: global or local.";

/// Say in a line what each address is
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, after_help = AFTER)]
pub struct Class {
    /// Addresses [default: the lines of the standard input]
    addresses: Vec<String>,
    #[command(flatten)]
    output: OutputArgs,
}

impl Class {
    pub fn run(&self) -> Result<(), Failure> {
        self.output.run("address.class", |sink| {
            input::each(&self.addresses, sink, Place::read, |sink, input, place| {
                let address = place.address();
                sink.line(input, line(&place), || describe::nature(address))
            })
        })
    }
}

fn line(place: &Place) -> String {
    let address = place.address();
    let (family, class) = match address {
        IpAddr::V4(address) => ("IPv4", describe::class(address)),
        IpAddr::V6(_) => ("IPv6", "-"),
    };
    let special = registry::find(address).map_or("-", registry::Block::name);
    let reach = if ip::is_globally_reachable(address) { "global" } else { "local" };
    [&place.zoned(), family, class, &describe::kind(address), special, reach].join("\t")
}

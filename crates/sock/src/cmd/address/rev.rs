//! `sock address rev`: names to look up backwards, both ways.

use berkeley::addr::network::{self, IpNet};
use berkeley::addr::{arpa, ip};
use clap::Args;

use super::parse;
use crate::input;
use crate::output::{OutputArgs, Record};
use crate::report::{Failure, Problem};

const EXAMPLES: &str = "\
Examples:
  sock address rev 192.0.2.1 2001:db8::1          1.2.0.192.in-addr.arpa, and the one of ip6.arpa
  sock address rev 10.1.0.0/20                    the zones that are delegated for the network
  sock address rev 1.2.0.192.in-addr.arpa         192.0.2.1";

/// Turn addresses and networks into names below in-addr.arpa and ip6.arpa, and back
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Rev {
    /// Addresses, networks and names [default: the lines of the standard input]
    items: Vec<String>,
    #[command(flatten)]
    output: OutputArgs,
}

/// What is asked about.
enum Item {
    Name(IpNet),
    Address(IpNet),
    Network(IpNet),
}

impl Item {
    fn read(text: &str) -> Result<Self, Problem> {
        let is_name = text.trim_end_matches('.').to_ascii_lowercase().ends_with("arpa");
        if is_name {
            return parse(text, arpa::parse).map(Self::Name);
        }
        if text.contains('/') {
            return parse(text, network::parse).map(Self::Network);
        }
        parse(text, ip::parse).map(|address| Self::Address(address.into()))
    }
}

impl Rev {
    pub fn run(&self) -> Result<(), Failure> {
        self.output.run("address.rev", |sink| {
            input::each(&self.items, sink, Item::read, |sink, input, item| match item {
                Item::Name(network) if network.prefix_len() == network.max_prefix_len() => {
                    let address = network.addr();
                    sink.line(input, address, || Record::new().with("address", address))
                }
                Item::Name(network) => sink.line(input, network, || Record::new().with("network", network)),
                Item::Address(network) => {
                    let name = arpa::name(network.addr());
                    sink.line(input, &name, || Record::new().with("name", name.as_str()))
                }
                Item::Network(network) => arpa::zones(network).try_for_each(|zone| {
                    sink.line(input, &zone, || Record::new().with("zone", zone.as_str()))
                }),
            })
        })
    }
}

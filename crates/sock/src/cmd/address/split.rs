//! `sock address split`: a network in smaller ones.

use berkeley::addr::network::{self, IpNet};
use berkeley::addr::range::{IpRange, subtract};
use clap::Args;

use super::parse;
use crate::input;
use crate::output::{OutputArgs, Record, count_of};
use crate::report::{Failure, Problem, Problems};

const EXAMPLES: &str = "\
Examples:
  sock address split --prefix 26 10.0.0.0/24
  sock address split --into 4 2001:db8::/32
  sock address split --hosts 100,50,2 192.0.2.0/24";

const AFTER: &str = "\
With --hosts each number gets the smallest network that has room for so many hosts, the largest first, and what is left \
follows in as few networks as can be.";

/// Split networks into smaller ones: of a given length, so many, or for so many hosts
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, after_help = AFTER)]
#[group(id = "parts", required = true, multiple = false, args = ["prefix", "into", "hosts"])]
pub struct Split {
    /// The networks to split [default: the lines of the standard input]
    networks: Vec<String>,
    /// Into networks of LENGTH bits
    #[arg(long, value_name = "LENGTH")]
    prefix: Option<String>,
    /// Into N networks of equal size: 2, 4, 8 …
    #[arg(long, value_name = "N")]
    into: Option<String>,
    /// Into one network for each of these numbers of hosts
    #[arg(long, value_name = "N,N…")]
    hosts: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

/// How networks are split.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Plan {
    /// Into networks with so many bits.
    Prefix(u8),
    /// Into networks with so many bits more.
    Longer(u8),
    /// Into networks for so many hosts.
    Hosts(Vec<u128>),
}

impl Split {
    pub fn run(&self) -> Result<(), Failure> {
        self.output.run("address.split", |sink| {
            let plan = self.plan()?;
            let read = |text: &str| {
                let network = parse(text, network::parse)?;
                plan.parts(network, text)
            };
            input::each(&self.networks, sink, read, |sink, input, parts| {
                for part in parts {
                    sink.line(input, part, || of_network(part))?;
                }
                Ok(())
            })
        })
    }

    fn plan(&self) -> Result<Plan, Failure> {
        let mut problems = Problems::default();
        let prefix = problems.take_some("--prefix", self.prefix.as_ref(), length).map(Plan::Prefix);
        let into = problems.take_some("--into", self.into.as_ref(), power).map(Plan::Longer);
        let hosts = problems.take_some("--hosts", self.hosts.as_ref(), numbers).map(Plan::Hosts);
        problems.check()?;
        prefix.or(into).or(hosts).ok_or_else(|| Failure::quiet(crate::exit::Exit::Usage))
    }
}

/// What a record says of a network that is an answer.
pub fn of_network(network: IpNet) -> Record {
    let range = IpRange::from(network);
    Record::new()
        .with("network", network)
        .with("first", range.first())
        .with("last", range.last())
        .with("addresses", count_of(network.addr().is_ipv4(), range.count()))
}

fn length(text: &str) -> Result<u8, Problem> {
    let digits = text.strip_prefix('/').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|length| is_number && *length <= 128).ok_or_else(|| {
        Problem::new(format!("{text:?} is not the length of a prefix"), text, 0..text.len())
            .with_hint("write 0 to 128")
    })
}

fn power(text: &str) -> Result<u8, Problem> {
    let fail = |hint: String| {
        Problem::new(format!("{text:?} is not a power of two, as which networks split"), text, 0..text.len())
            .with_hint(hint)
    };
    let number: u128 = text.parse().map_err(|_| fail("write 2, 4, 8 …".to_owned()))?;
    if number.is_power_of_two() {
        return Ok(number.ilog2() as u8);
    }
    let below = 1_u128 << number.max(1).ilog2();
    Err(fail(
        below
            .checked_mul(2)
            .map_or_else(|| format!("write {below}"), |above| format!("write {below} or {above}")),
    ))
}

fn numbers(text: &str) -> Result<Vec<u128>, Problem> {
    let mut start = 0;
    text.split(',')
        .map(|word| {
            let span = start..start + word.len();
            start += word.len() + 1;
            word.parse().ok().filter(|number| *number > 0).ok_or_else(|| {
                Problem::new(format!("{word:?} is not a number of hosts"), text, span)
                    .with_hint("write 100,50,2")
            })
        })
        .collect()
}

/// The networks that a network is split into, one after the other: there can be 2 to the power of 128.
type Parts = Box<dyn Iterator<Item = IpNet>>;

impl Plan {
    fn parts(&self, network: IpNet, text: &str) -> Result<Parts, Problem> {
        let (own, most) = (network.prefix_len(), network.max_prefix_len());
        let fail = |message: String, hint: String| {
            Problem::new(message, text, text.find('/').map_or(0, |at| at + 1)..text.len()).with_hint(hint)
        };
        let prefix = match self {
            Self::Prefix(prefix) => *prefix,
            Self::Longer(bits) => own.saturating_add(*bits),
            Self::Hosts(hosts) => return for_hosts(network, hosts).map_err(|why| fail(why, String::new())),
        };
        if prefix < own {
            let message = format!("a network of {own} bits has no parts of {prefix}");
            return Err(fail(message, format!("write --prefix {own} to {most}")));
        }
        if prefix > most {
            let message = format!("{network} has no parts of {prefix} bits");
            return Err(fail(message, format!("there are {most}")));
        }
        Ok(Box::new(equal(network, prefix)))
    }
}

/// Networks of one length, in order.
fn equal(network: IpNet, prefix: u8) -> impl Iterator<Item = IpNet> {
    let all = IpRange::from(network);
    let step = 1_u128.checked_shl(u32::from(network.max_prefix_len() - prefix));
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let index = next?;
        let address = all.nth(index)?;
        next = step.and_then(|step| index.checked_add(step));
        network::new(address, prefix).ok()
    })
}

/// A network for each number of hosts, then what is left. The largest come first, so that none leaves a gap.
fn for_hosts(network: IpNet, hosts: &[u128]) -> Result<Parts, String> {
    let mut hosts = hosts.to_vec();
    hosts.sort_unstable_by(|a, b| b.cmp(a));
    let all = IpRange::from(network);
    let (mut taken, mut next) = (Vec::new(), Some(0));
    for number in hosts {
        let no_room = || format!("{network} has no room for {number} hosts behind those before");
        let bits = bits_for(network, number);
        let index = next.ok_or_else(no_room)?;
        let prefix = network.max_prefix_len().checked_sub(bits).ok_or_else(no_room)?;
        let part = all.nth(index).and_then(|first| network::new(first, prefix).ok()).ok_or_else(no_room)?;
        if prefix < network.prefix_len() || !all.contains(part.into()) {
            return Err(no_room());
        }
        next = 1_u128.checked_shl(u32::from(bits)).and_then(|size| index.checked_add(size));
        taken.push(part);
    }
    let left = subtract(vec![all], taken.iter().map(|part| IpRange::from(*part)).collect());
    Ok(Box::new(taken.into_iter().chain(left.into_iter().flat_map(|range| range.networks()))))
}

/// How many bits the hosts of a network need, of which some addresses are no host's.
fn bits_for(network: IpNet, hosts: u128) -> u8 {
    let others = match (network.addr().is_ipv4(), hosts) {
        // RFC 3021, RFC 6164: one host, or two, need no other address.
        (_, 1 | 2) => 0,
        (true, _) => 2,
        (false, _) => 1,
    };
    (128 - (hosts - 1).saturating_add(others).leading_zeros()) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(plan: &Plan, network: &str) -> Vec<String> {
        let parts = plan.parts(network::parse(network).unwrap(), network);
        parts.unwrap_or_else(|problem| panic!("{problem}")).take(9).map(|part| part.to_string()).collect()
    }

    #[test]
    fn networks_split_to_the_ends_of_both_families() {
        assert_eq!(split(&Plan::Prefix(1), "::/0"), ["::/1", "8000::/1"]);
        assert_eq!(split(&Plan::Prefix(0), "::/0"), ["::/0"]);
        assert_eq!(
            split(&Plan::Longer(1), "255.255.255.254/31"),
            ["255.255.255.254/32", "255.255.255.255/32"]
        );
        assert_eq!(split(&Plan::Prefix(26), "10.0.0.7/25"), ["10.0.0.0/26", "10.0.0.64/26"]);
        assert_eq!(split(&Plan::Prefix(128), "::/0")[8], "::8/128");
        assert_eq!(split(&Plan::Longer(128), "::/0")[8], "::8/128");
    }

    #[test]
    fn each_number_of_hosts_gets_the_smallest_network_and_the_rest_is_left() {
        let parts = split(&Plan::Hosts(vec![2, 100, 50]), "192.0.2.0/24");
        assert_eq!(parts[..3], ["192.0.2.0/25", "192.0.2.128/26", "192.0.2.192/31"]);
        assert_eq!(
            parts[3..],
            ["192.0.2.194/31", "192.0.2.196/30", "192.0.2.200/29", "192.0.2.208/28", "192.0.2.224/27"]
        );
        assert_eq!(split(&Plan::Hosts(vec![254]), "192.0.2.0/24"), ["192.0.2.0/24"]);
        assert_eq!(split(&Plan::Hosts(vec![u128::MAX]), "::/0"), ["::/0"]);
        assert_eq!(split(&Plan::Hosts(vec![255]), "2001:db8::/120"), ["2001:db8::/120"]);
        let full = Plan::Hosts(vec![254, 1]).parts(network::parse("192.0.2.0/24").unwrap(), "192.0.2.0/24");
        let problem = full.err().unwrap().to_string();
        assert!(problem.starts_with("192.0.2.0/24 has no room for 1 hosts"), "{problem}");
        assert!(for_hosts(network::parse("10.0.0.0/24").unwrap(), &[u128::MAX]).is_err());
    }

    #[test]
    fn what_cannot_be_split_says_what_can() {
        let problem = |plan: Plan, text: &str| {
            plan.parts(network::parse(text).unwrap(), text).err().unwrap().to_string()
        };
        assert_eq!(
            problem(Plan::Prefix(8), "10.0.0.0/24"),
            "a network of 24 bits has no parts of 8\n  10.0.0.0/24\n           ^^    write --prefix 24 to 32"
        );
        assert!(problem(Plan::Prefix(64), "10.0.0.0/24").contains("there are 32"));
        assert_eq!(power("3").unwrap_err().to_string().lines().last(), Some("  ^    write 2 or 4"));
        assert!(numbers("1,x,3").unwrap_err().to_string().ends_with("\n  1,x,3\n    ^    write 100,50,2"));
        assert!(
            length("/26").is_ok() && length("+26").is_err() && length("129").is_err() && length("").is_err()
        );
    }
}

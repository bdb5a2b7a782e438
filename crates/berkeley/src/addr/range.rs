//! Ranges of IP addresses: from one to another, how many they are, and which networks cover them exactly.

use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;

use super::network::{self, IpNet};
use super::part::Part;
use super::{ParseError, Reason, ip};

/// Is every address from a first to a last one of the same family.
///
/// A range is never empty. It orders by its first address, IPv4 before IPv6, and prints as `10.0.0.1-10.0.0.9`.
///
/// # Examples
///
/// ```
/// use berkeley::addr::range::IpRange;
///
/// let range: IpRange = "10.0.0.1-10.0.0.9".parse()?;
/// let networks: Vec<String> = range.networks().map(|network| network.to_string()).collect();
/// assert_eq!(networks, ["10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/30", "10.0.0.8/31"]);
/// assert_eq!("::/0".parse::<IpRange>()?.count().to_string(), "340282366920938463463374607431768211456");
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IpRange {
    first: IpAddr,
    last: IpAddr,
}

impl IpRange {
    /// Makes the range from one address to another, or `None` if they are of two families or the last comes
    /// before the first.
    #[must_use]
    pub fn new(first: IpAddr, last: IpAddr) -> Option<IpRange> {
        (first.is_ipv4() == last.is_ipv4() && first <= last).then_some(IpRange { first, last })
    }

    /// Returns the first address.
    #[must_use]
    pub const fn first(&self) -> IpAddr {
        self.first
    }

    /// Returns the last address.
    #[must_use]
    pub const fn last(&self) -> IpAddr {
        self.last
    }

    /// Returns the addresses as numbers.
    fn bits(self) -> RangeInclusive<u128> {
        ip::to_bits(self.first)..=ip::to_bits(self.last)
    }

    fn of_bits(self, first: u128, last: u128) -> IpRange {
        IpRange { first: ip::from_bits_like(self.first, first), last: ip::from_bits_like(self.first, last) }
    }

    /// Returns how many addresses there are.
    #[must_use]
    pub fn count(&self) -> Count {
        let (first, last) = self.bits().into_inner();
        Count(last - first)
    }

    /// Returns `true` if every address of `other` is in this range.
    #[must_use]
    pub fn contains(&self, other: IpRange) -> bool {
        self.first.is_ipv4() == other.first.is_ipv4() && self.first <= other.first && other.last <= self.last
    }

    /// Returns `true` if some address is in both ranges.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::addr::range::IpRange;
    ///
    /// let range: IpRange = "10.0.0.0/24".parse()?;
    /// assert!(range.overlaps("10.0.0.255-10.0.1.7".parse()?));
    /// assert!(!range.overlaps("10.0.1.0/24".parse()?));
    /// # Ok::<(), berkeley::addr::ParseError>(())
    /// ```
    #[must_use]
    pub fn overlaps(&self, other: IpRange) -> bool {
        self.first.is_ipv4() == other.first.is_ipv4() && self.first <= other.last && other.first <= self.last
    }

    /// Returns the address that has `index` others before it.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::addr::{ip, range::IpRange};
    ///
    /// let range: IpRange = "2001:db8::/32".parse()?;
    /// assert_eq!(range.nth(0x1_0000_0000), Some(ip::parse("2001:db8::1:0:0")?));
    /// assert_eq!(range.nth(1 << 96), None);
    /// # Ok::<(), berkeley::addr::ParseError>(())
    /// ```
    #[must_use]
    pub fn nth(&self, index: u128) -> Option<IpAddr> {
        let (first, last) = self.bits().into_inner();
        let bits = first.checked_add(index).filter(|bits| *bits <= last)?;
        Some(ip::from_bits_like(self.first, bits))
    }

    /// Returns the fewest networks that hold these addresses and no other, in order.
    #[must_use]
    pub fn networks(&self) -> Networks {
        Networks { rest: Some(*self) }
    }

    /// Returns the network that has exactly these addresses, if there is one.
    #[must_use]
    pub fn network(&self) -> Option<IpNet> {
        let (network, rest) = self.first_network();
        rest.is_none().then_some(network)
    }

    /// Returns the greatest network that begins the range, and what is left.
    fn first_network(self) -> (IpNet, Option<IpRange>) {
        let (first, last) = self.bits().into_inner();
        let width = ip::width(self.first);
        let aligned = first.trailing_zeros().min(width);
        // All of IPv6 is one more than the greatest number.
        let fitting = (last - first).checked_add(1).map_or(128, u128::ilog2);
        let host = aligned.min(fitting);
        let end = first | u128::MAX.checked_shr(128 - host).unwrap_or(0);
        let rest = (end < last).then(|| self.of_bits(end + 1, last));
        (network::of_prefix(self.first, (width - host) as u8), rest)
    }

    /// Returns what is left of the range before and behind `other`.
    fn without(self, other: IpRange) -> [Option<IpRange>; 2] {
        if !self.overlaps(other) {
            return [Some(self), None];
        }
        let (first, last) = self.bits().into_inner();
        let (from, to) = other.bits().into_inner();
        let before = (first < from).then(|| self.of_bits(first, from - 1));
        [before, (to < last).then(|| self.of_bits(to + 1, last))]
    }

    /// Reads an address, a network, or two addresses with a dash between them and perhaps blanks round it.
    fn parse(whole: Part<'_>) -> Result<IpRange, ParseError> {
        let (first, last) = whole.split('-');
        let Some(last) = last else {
            let text = whole.text();
            return if text.contains('/') {
                network::parse(text).map(IpRange::from)
            } else {
                ip::parse(text).map(IpRange::from)
            };
        };
        let (first, last) = (first.trim(), last.trim());
        let from = first.lift(ip::parse(first.text()))?;
        let to = last.lift(ip::parse(last.text()))?;
        IpRange::new(from, to).ok_or_else(|| {
            let reason =
                if from.is_ipv4() == to.is_ipv4() { Reason::RangeBackwards } else { Reason::RangeFamily };
            let error = last.fail(reason);
            if reason == Reason::RangeBackwards {
                error.with_hint(format!("write {to}-{from}"))
            } else {
                error
            }
        })
    }
}

impl FromStr for IpRange {
    type Err = ParseError;

    /// Reads an address, a network (the bits of its host mean nothing), or `first-last`.
    ///
    /// # Errors
    ///
    /// Both ends are addresses of one family, and the last is not before the first.
    fn from_str(text: &str) -> Result<IpRange, ParseError> {
        IpRange::parse(Part::all(text))
    }
}

impl From<IpAddr> for IpRange {
    fn from(address: IpAddr) -> IpRange {
        IpRange { first: address, last: address }
    }
}

impl From<IpNet> for IpRange {
    fn from(network: IpNet) -> IpRange {
        IpRange { first: network.network(), last: network.broadcast() }
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

impl fmt::Debug for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IpRange({self})")
    }
}

/// Gives the networks of a range one after the other: see [`IpRange::networks`].
#[derive(Clone, Debug)]
pub struct Networks {
    rest: Option<IpRange>,
}

impl Iterator for Networks {
    type Item = IpNet;

    fn next(&mut self) -> Option<IpNet> {
        let (network, rest) = self.rest?.first_network();
        self.rest = rest;
        Some(network)
    }
}

/// Is how many addresses a range has: from 1 to 2 to the power of 128, which is one more than a `u128` holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Count(u128);

impl Count {
    /// Returns the number, or `None` for that of all IPv6 addresses.
    #[must_use]
    pub const fn get(self) -> Option<u128> {
        self.0.checked_add(1)
    }

    /// Returns the index of the last address, which is one less than the number.
    #[must_use]
    pub const fn last_index(self) -> u128 {
        self.0
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Some(count) => count.fmt(f),
            None => f.pad_integral(true, "", "340282366920938463463374607431768211456"),
        }
    }
}

impl fmt::Debug for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Count({self})")
    }
}

/// Returns the fewest ranges that hold the addresses of all the given ones and no other, in order.
///
/// # Examples
///
/// ```
/// use berkeley::addr::range::{IpRange, merge};
///
/// let ranges = ["10.0.0.128/25", "::1", "10.0.0.0/25", "10.0.1.0-10.0.1.7"];
/// let ranges: Result<Vec<IpRange>, _> = ranges.iter().map(|text| text.parse()).collect();
/// let merged: Vec<String> = merge(ranges?).iter().map(IpRange::to_string).collect();
/// assert_eq!(merged, ["10.0.0.0-10.0.1.7", "::1-::1"]);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub fn merge(mut ranges: Vec<IpRange>) -> Vec<IpRange> {
    ranges.sort_unstable();
    ranges.dedup_by(|next, kept| {
        let (_, end) = kept.bits().into_inner();
        let adjoins = end.checked_add(1).is_none_or(|after| ip::to_bits(next.first) <= after);
        let joined = next.first.is_ipv4() == kept.first.is_ipv4() && adjoins;
        if joined {
            kept.last = kept.last.max(next.last);
        }
        joined
    });
    ranges
}

/// Returns the fewest ranges that hold the addresses which are in `ranges` and in none of `others`, in order.
///
/// # Examples
///
/// ```
/// use berkeley::addr::range::subtract;
///
/// let left = subtract(vec!["10.0.0.0/30".parse()?], vec!["10.0.0.1".parse()?]);
/// let left: Vec<String> = left.iter().map(|range| range.to_string()).collect();
/// assert_eq!(left, ["10.0.0.0-10.0.0.0", "10.0.0.2-10.0.0.3"]);
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[must_use]
pub fn subtract(ranges: Vec<IpRange>, others: Vec<IpRange>) -> Vec<IpRange> {
    let mut others = merge(others).into_iter().peekable();
    let mut left = Vec::new();
    for range in merge(ranges) {
        let mut rest = Some(range);
        while let Some(part) = rest {
            while others.next_if(|other| other.last < part.first).is_some() {}
            let [before, behind] = others.peek().map_or([Some(part), None], |other| part.without(*other));
            left.extend(before);
            rest = behind;
        }
    }
    left
}

//! What blocks of addresses are set aside for: the registries of special-purpose addresses (RFC 6890).
//!
//! The rows are those of IANA's registries of IPv4 and IPv6 of 2025, under their names. Multicast is not in them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::network::{IpNet, Ipv4Net, Ipv6Net};

/// Is one row of a registry: a block of addresses, what it is for, and what may be done with it.
///
/// `None` stands where the registry says nothing, or that it depends.
///
/// # Examples
///
/// ```
/// use berkeley::addr::{ip, registry};
///
/// let block = registry::find(ip::parse("192.168.1.1")?).unwrap();
/// assert_eq!((block.network().to_string().as_str(), block.name()), ("192.168.0.0/16", "Private-Use"));
/// assert_eq!((block.reference(), block.is_globally_reachable()), ("RFC 1918", Some(false)));
/// assert!(registry::find(ip::parse("8.8.8.8")?).is_none());
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    network: IpNet,
    name: &'static str,
    reference: &'static str,
    /// A letter for each question, in the order of the registry's columns: T, F, or a dash.
    answers: &'static [u8; 5],
}

/// Makes one question of each column.
macro_rules! questions {
    ($($(#[$doc:meta])* $name:ident, $column:literal;)*) => { $(
        $(#[$doc])*
        #[must_use]
        pub const fn $name(&self) -> Option<bool> {
            match self.answers[$column] {
                b'T' => Some(true),
                b'F' => Some(false),
                _ => None,
            }
        }
    )* };
}

impl Block {
    /// Returns the addresses of the block.
    #[must_use]
    pub const fn network(&self) -> IpNet {
        self.network
    }

    /// Returns the name in the registry.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the document that set the block aside.
    #[must_use]
    pub const fn reference(&self) -> &'static str {
        self.reference
    }

    questions! {
        /// Says whether such an address may be that of a sender.
        is_source, 0;
        /// Says whether such an address may be that of a receiver.
        is_destination, 1;
        /// Says whether a router may forward what is sent to such an address.
        is_forwardable, 2;
        /// Says whether it may be forwarded beyond an administrative domain.
        is_globally_reachable, 3;
        /// Says whether the protocol itself gives the addresses a meaning.
        is_reserved_by_protocol, 4;
    }
}

macro_rules! v4 {
    ($([$($octet:literal),*] / $prefix:literal, $name:literal, $rfc:literal, $answers:literal;)*) => {
        /// Lists the registry of IPv4.
        pub const IPV4: &[Block] = &[$(Block {
            network: IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new($($octet),*), $prefix)),
            name: $name,
            reference: $rfc,
            answers: answers($answers),
        }),*];
    };
}

macro_rules! v6 {
    ($($groups:tt / $prefix:literal, $name:literal, $rfc:literal, $answers:literal;)*) => {
        /// Lists the registry of IPv6.
        pub const IPV6: &[Block] = &[$(Block {
            network: IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::from_bits(super::ipv6::bits_of(&$groups)), $prefix)),
            name: $name,
            reference: $rfc,
            answers: answers($answers),
        }),*];
    };
}

/// Checks, when the table is compiled, that a row has an answer to each question.
const fn answers(text: &str) -> &[u8; 5] {
    match text.as_bytes().first_chunk() {
        Some(answers) => answers,
        None => panic!("five answers"),
    }
}

v4! {
    [0, 0, 0, 0] / 8, "\"This network\"", "RFC 791, section 3.2", "TFFFT";
    [0, 0, 0, 0] / 32, "\"This host on this network\"", "RFC 1122, section 3.2.1.3", "TFFFT";
    [10, 0, 0, 0] / 8, "Private-Use", "RFC 1918", "TTTFF";
    [100, 64, 0, 0] / 10, "Shared Address Space", "RFC 6598", "TTTFF";
    [127, 0, 0, 0] / 8, "Loopback", "RFC 1122, section 3.2.1.3", "FFFFT";
    [169, 254, 0, 0] / 16, "Link Local", "RFC 3927", "TTFFT";
    [172, 16, 0, 0] / 12, "Private-Use", "RFC 1918", "TTTFF";
    [192, 0, 0, 0] / 24, "IETF Protocol Assignments", "RFC 6890, section 2.1", "FFFFF";
    [192, 0, 0, 0] / 29, "IPv4 Service Continuity Prefix", "RFC 7335", "TTTFF";
    [192, 0, 0, 8] / 32, "IPv4 dummy address", "RFC 7600", "TFFFF";
    [192, 0, 0, 9] / 32, "Port Control Protocol Anycast", "RFC 7723", "TTTTF";
    [192, 0, 0, 10] / 32, "Traversal Using Relays around NAT Anycast", "RFC 8155", "TTTTF";
    [192, 0, 0, 170] / 32, "NAT64/DNS64 Discovery", "RFC 8880, RFC 7050, section 2.2", "FFFFT";
    [192, 0, 0, 171] / 32, "NAT64/DNS64 Discovery", "RFC 8880, RFC 7050, section 2.2", "FFFFT";
    [192, 0, 2, 0] / 24, "Documentation (TEST-NET-1)", "RFC 5737", "FFFFF";
    [192, 31, 196, 0] / 24, "AS112-v4", "RFC 7535", "TTTTF";
    [192, 52, 193, 0] / 24, "AMT", "RFC 7450", "TTTTF";
    [192, 88, 99, 0] / 24, "Deprecated (6to4 Relay Anycast)", "RFC 7526", "-----";
    [192, 88, 99, 2] / 32, "6a44-relay anycast address", "RFC 6751", "TTTFF";
    [192, 168, 0, 0] / 16, "Private-Use", "RFC 1918", "TTTFF";
    [192, 175, 48, 0] / 24, "Direct Delegation AS112 Service", "RFC 7534", "TTTTF";
    [198, 18, 0, 0] / 15, "Benchmarking", "RFC 2544", "TTTFF";
    [198, 51, 100, 0] / 24, "Documentation (TEST-NET-2)", "RFC 5737", "FFFFF";
    [203, 0, 113, 0] / 24, "Documentation (TEST-NET-3)", "RFC 5737", "FFFFF";
    [240, 0, 0, 0] / 4, "Reserved", "RFC 1112, section 4", "FFFFT";
    [255, 255, 255, 255] / 32, "Limited Broadcast", "RFC 8190, RFC 919, section 7", "FTFFT";
}

v6! {
    [0, 0, 0, 0, 0, 0, 0, 1] / 128, "Loopback Address", "RFC 4291", "FFFFT";
    [0] / 128, "Unspecified Address", "RFC 4291", "TFFFT";
    [0, 0, 0, 0, 0, 0xffff] / 96, "IPv4-mapped Address", "RFC 4291", "FFFFT";
    [0x64, 0xff9b] / 96, "IPv4-IPv6 Translat.", "RFC 6052", "TTTTF";
    [0x64, 0xff9b, 1] / 48, "IPv4-IPv6 Translat.", "RFC 8215", "TTTFF";
    [0x100] / 64, "Discard-Only Address Block", "RFC 6666", "TTTFF";
    [0x100, 0, 0, 1] / 64, "Dummy IPv6 Prefix", "RFC 9780", "TFFFF";
    [0x2001] / 23, "IETF Protocol Assignments", "RFC 2928", "FFFFF";
    [0x2001] / 32, "TEREDO", "RFC 4380, RFC 8190", "TTT-F";
    [0x2001, 1, 0, 0, 0, 0, 0, 1] / 128, "Port Control Protocol Anycast", "RFC 7723", "TTTTF";
    [0x2001, 1, 0, 0, 0, 0, 0, 2] / 128, "Traversal Using Relays around NAT Anycast", "RFC 8155", "TTTTF";
    [0x2001, 1, 0, 0, 0, 0, 0, 3] / 128, "DNS-SD Service Registration Protocol Anycast", "RFC 9665", "TTTTF";
    [0x2001, 2] / 48, "Benchmarking", "RFC 5180", "TTTFF";
    [0x2001, 3] / 32, "AMT", "RFC 7450", "TTTTF";
    [0x2001, 4, 0x112] / 48, "AS112-v6", "RFC 7535", "TTTTF";
    [0x2001, 0x10] / 28, "Deprecated (previously ORCHID)", "RFC 4843", "-----";
    [0x2001, 0x20] / 28, "ORCHIDv2", "RFC 7343", "TTTTF";
    [0x2001, 0x30] / 28, "Drone Remote ID Protocol Entity Tags (DETs) Prefix", "RFC 9374", "TTTTF";
    [0x2001, 0xdb8] / 32, "Documentation", "RFC 3849", "FFFFF";
    [0x2002] / 16, "6to4", "RFC 3056", "TTT-F";
    [0x2620, 0x4f, 0x8000] / 48, "Direct Delegation AS112 Service", "RFC 7534", "TTTTF";
    [0x3fff] / 20, "Documentation", "RFC 9637", "FFFFF";
    [0x5f00] / 16, "Segment Routing (SRv6) SIDs", "RFC 9602", "TTTFF";
    [0xfc00] / 7, "Unique-Local", "RFC 4193, RFC 8190", "TTTFF";
    [0xfe80] / 10, "Link-Local Unicast", "RFC 4291", "TTFFT";
}

/// Returns every block that an address is in, the smallest first.
pub fn find_all(address: IpAddr) -> impl Iterator<Item = &'static Block> {
    let mut found: Vec<&Block> =
        IPV4.iter().chain(IPV6).filter(|block| block.network.contains(&address)).collect();
    found.sort_by_key(|block| std::cmp::Reverse(block.network.prefix_len()));
    found.into_iter()
}

/// Returns the smallest block that an address is in, whose row is the one that counts.
#[must_use]
pub fn find(address: IpAddr) -> Option<&'static Block> {
    let all = if address.is_ipv4() { IPV4 } else { IPV6 };
    let found = all.iter().filter(|block| block.network.contains(&address));
    found.max_by_key(|block| block.network.prefix_len())
}

//! What an IP address is, and what is written inside it.

mod group;
mod v6;

use std::net::{IpAddr, Ipv4Addr};

use berkeley::addr::ipv4::Class;
use berkeley::addr::registry::{self, Block};
use berkeley::addr::{ip, ipv4, ipv6};

pub use self::v6::inside;
use crate::output::{Record, Value};

/// What kind of address it is, in words.
pub fn kind(address: IpAddr) -> String {
    let (kind, scope) = match ip::kind(address) {
        ip::Kind::V4(ipv4::Kind::Unspecified) | ip::Kind::V6(ipv6::Kind::Unspecified) => {
            ("unspecified", String::new())
        }
        ip::Kind::V4(ipv4::Kind::Loopback) | ip::Kind::V6(ipv6::Kind::Loopback) => {
            ("loopback", String::new())
        }
        ip::Kind::V4(ipv4::Kind::Broadcast) => ("broadcast", String::new()),
        ip::Kind::V4(ipv4::Kind::Reserved) => ("reserved", String::new()),
        ip::Kind::V4(ipv4::Kind::Multicast(scope)) => ("multicast", v4_scope(scope).to_owned()),
        ip::Kind::V6(ipv6::Kind::Unicast(scope)) => ("unicast", v6::unicast_scope(scope).to_owned()),
        ip::Kind::V6(ipv6::Kind::Multicast(scope)) => ("multicast", v6::multicast_scope(scope)),
        _ => ("unicast", String::new()),
    };
    if scope.is_empty() { kind.to_owned() } else { format!("{kind}, {scope}") }
}

const fn v4_scope(scope: ipv4::MulticastScope) -> &'static str {
    match scope {
        ipv4::MulticastScope::LinkLocal => "link-local scope",
        ipv4::MulticastScope::Local => "local scope",
        ipv4::MulticastScope::OrganizationLocal => "organization-local scope",
        ipv4::MulticastScope::Administrative => "administrative scope",
        _ => "global scope",
    }
}

/// The letter of the class.
pub const fn class(address: Ipv4Addr) -> &'static str {
    match ipv4::class(address) {
        Class::A => "A",
        Class::B => "B",
        Class::C => "C",
        Class::D => "D",
        Class::E => "E",
    }
}

/// What the address is set aside for, in words.
pub fn purpose(block: &Block) -> String {
    format!("{}, {} ({})", block.name(), block.network(), block.reference())
}

/// The fields that every description has: kind, class, registry.
pub fn nature(address: IpAddr) -> Record {
    let class = match address {
        IpAddr::V4(address) => Some(class(address)),
        IpAddr::V6(_) => None,
    };
    let purposes: Vec<String> = registry::find_all(address).map(purpose).collect();
    Record::new()
        .with("kind", kind(address))
        .with_some("class", class)
        .with_some("set_aside_for", (!purposes.is_empty()).then_some(purposes))
        .with("globally_reachable", ip::is_globally_reachable(address))
}

/// Everything that is known of an address alone.
pub fn all(address: IpAddr) -> Record {
    nature(address)
        .with_some("registry", registry::find(address).map(answers))
        .and(match address {
            IpAddr::V4(address) => v4(address),
            IpAddr::V6(address) => v6::inside(address),
        })
        .with_some("group", group::name(address))
        .with_some("multicast_mac", ip::multicast_mac(address).map(mac))
}

/// What the registry says of the addresses of a block; nothing where it leaves that open.
fn answers(block: &Block) -> Record {
    Record::new()
        .with_some("source", block.is_source())
        .with_some("destination", block.is_destination())
        .with_some("forwardable", block.is_forwardable())
        .with_some("reserved_by_protocol", block.is_reserved_by_protocol())
}

/// The other forms of an IPv4 address, and what is written inside a group.
fn v4(address: Ipv4Addr) -> Record {
    let [_, high, low, _] = address.octets();
    let system = ipv4::is_glop_multicast(address).then(|| u16::from_be_bytes([high, low]));
    let source_specific = ipv4::is_source_specific_multicast(address).then_some(true);
    Record::new()
        .with("mapped", ipv6::map_ipv4(address))
        .with_some("source_specific", source_specific)
        .with_some("autonomous_system", system)
}

/// Writes a hardware address.
pub fn mac(bytes: [u8; 6]) -> Value {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Value::Text(pairs.join(":"))
}

/// The bits of an address, in its own groups, with a blank behind those of the network.
pub fn binary(address: IpAddr, prefix: u8) -> String {
    let mut text = match address {
        IpAddr::V4(address) => address.octets().map(|octet| format!("{octet:08b}")).join("."),
        IpAddr::V6(address) => address.segments().map(|group| format!("{group:016b}")).join(":"),
    };
    let (group, width) = if address.is_ipv4() { (8, 32) } else { (16, 128) };
    if (1..width).contains(&prefix) {
        // Behind each group that has ended a separator has come in between.
        text.insert(usize::from(prefix) + usize::from(prefix / group), ' ');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(address: &str) -> String {
        all(ip::parse(address).unwrap()).to_string()
    }

    fn has(address: &str, lines: &[&str]) {
        let text = text(address);
        let squeezed: Vec<String> =
            text.lines().map(|line| line.split_ascii_whitespace().collect::<Vec<_>>().join(" ")).collect();
        for line in lines {
            assert!(squeezed.iter().any(|each| each == line), "{address}: {line:?} is not in\n{text}");
        }
    }

    #[test]
    fn what_is_inside_is_said() {
        has(
            "192.168.1.1",
            &["kind unicast", "class C", "set aside for Private-Use, 192.168.0.0/16 (RFC 1918)"],
        );
        has(
            "192.168.1.1",
            &["globally reachable no", "registry forwardable yes", "mapped ::ffff:192.168.1.1"],
        );
        has("224.0.0.251", &["kind multicast, link-local scope", "group multicast DNS (RFC 6762)"]);
        has("224.0.0.251", &["multicast mac 01:00:5e:00:00:fb"]);
        has("233.252.0.1", &["autonomous system 64512"]);
        has("232.1.2.3", &["source specific yes"]);
        has(
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            &["teredo server 65.54.227.120", "teredo client 192.0.2.45"],
        );
        has("2001:0:4136:e378:8000:63bf:3fff:fdd2", &["teredo port 40000", "teredo is cone yes"]);
        has("2002:c000:201::1", &["6to4 gateway 192.0.2.1"]);
        has("64:ff9b::c000:221", &["nat64 192.0.2.33"]);
        has("fe80::5efe:192.0.2.1", &["isatap 192.0.2.1"]);
        has("::ffff:192.0.2.1", &["mapped ipv4 192.0.2.1"]);
        has("::192.0.2.1", &["compatible ipv4 192.0.2.1"]);
        has("fe80::211:22ff:fe33:4455", &["mac 00:11:22:33:44:55", "solicited node ff02::1:ff33:4455"]);
        has("fe80::211:22ff:fe33:4455", &["kind unicast, link-local scope"]);
        has(
            "ff02::1:ff33:4455",
            &["solicits addresses that end in 33:4455", "multicast mac 33:33:ff:33:44:55"],
        );
        has("ff7e:120:2001:db8:beef::1", &["rendezvous point 2001:db8::1", "network 2001:db8::/32"]);
        has("ff7e:120:2001:db8:beef::1", &["kind multicast, global scope", "flags R P T"]);
        has("ff05::1:3", &["group all DHCP servers (RFC 8415)", "kind multicast, site-local scope"]);
        has("ff0e::101", &["group NTP (RFC 5905)"]);
    }

    #[test]
    fn bits_are_parted_where_the_network_ends() {
        let of = |address: &str, prefix| binary(ip::parse(address).unwrap(), prefix);
        assert_eq!(of("10.1.2.3", 24), "00001010.00000001.00000010. 00000011");
        assert_eq!(of("10.1.2.3", 25), "00001010.00000001.00000010.0 0000011");
        assert_eq!(of("10.1.2.3", 0), of("10.1.2.3", 32));
        assert_eq!(of("::1", 127).len(), 128 + 7 + 1);
    }
}

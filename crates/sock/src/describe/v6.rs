//! What is written inside IPv6 addresses.

use std::net::Ipv6Addr;

use berkeley::addr::ipv6::{self, MulticastScope, UnicastScope};

use super::mac;
use crate::output::Record;

pub const fn unicast_scope(scope: UnicastScope) -> &'static str {
    match scope {
        UnicastScope::LinkLocal => "link-local scope",
        UnicastScope::SiteLocal => "site-local scope (deprecated)",
        UnicastScope::UniqueLocal => "unique-local",
        _ => "global scope",
    }
}

pub fn multicast_scope(scope: MulticastScope) -> String {
    let name = match scope {
        MulticastScope::InterfaceLocal => "interface-local",
        MulticastScope::LinkLocal => "link-local",
        MulticastScope::RealmLocal => "realm-local",
        MulticastScope::AdminLocal => "admin-local",
        MulticastScope::SiteLocal => "site-local",
        MulticastScope::OrganizationLocal => "organization-local",
        MulticastScope::Global => "global",
        MulticastScope::Reserved(number) => return format!("reserved scope {number:x}"),
        _ => return format!("scope {:x}, which administrators may use", scope.nibble()),
    };
    format!("{name} scope")
}

/// Every group of four digits.
pub fn expanded(address: Ipv6Addr) -> String {
    address.segments().map(|group| format!("{group:04x}")).join(":")
}

/// The parts of an address that mean something by themselves.
pub fn inside(address: Ipv6Addr) -> Record {
    let record = Record::new().with("expanded", expanded(address)).and(translated(address));
    if ipv6::is_multicast(address) { record.and(multicast(address)) } else { record.and(unicast(address)) }
}

/// The IPv4 addresses inside.
fn translated(address: Ipv6Addr) -> Record {
    let last = ipv6::last_ipv4(address);
    let is_mapped = ipv6::is_ipv4_mapped(address);
    let teredo = ipv6::teredo(address).map(|teredo| {
        Record::new()
            .with("server", teredo.server)
            .with("client", teredo.client)
            .with("port", teredo.port)
            .with("is_cone", teredo.flags & 0x8000 != 0)
    });
    Record::new()
        .with_some("mapped_ipv4", last.filter(|_| is_mapped))
        .with_some("compatible_ipv4", last.filter(|_| !is_mapped))
        .with_some("teredo", teredo)
        .with_some("6to4_gateway", ipv6::gateway_of_6to4(address))
        .with_some("nat64", ipv6::nat64_ipv4(address))
        .with_some("isatap", ipv6::isatap_ipv4(address))
}

fn unicast(address: Ipv6Addr) -> Record {
    let is_host = !ipv6::is_unspecified(address) && !ipv6::is_loopback(address);
    let identifier = address.to_bits() as u64;
    // RFC 2526: the highest 128 identifiers of a subnet; those of 64 bits have the universal bit clear.
    let is_reserved = identifier | 0x7f == 0xfdff_ffff_ffff_ffff;
    let is_router = is_host && identifier == 0 && !ipv6::is_ipv4_mapped(address);
    Record::new()
        .with_some("mac", ipv6::mac_of(address).map(mac))
        .with_some("anycast", is_router.then_some("the routers of a subnet of 64 bits (RFC 4291, 2.6.1)"))
        .with_some("anycast", is_reserved.then(|| format!("reserved, {:#x} (RFC 2526)", identifier & 0x7f)))
        .with_some("solicited_node", is_host.then(|| ipv6::solicited_node_of(address)))
}

fn multicast(address: Ipv6Addr) -> Record {
    const FLAGS: &[(u8, &str)] = &[(0x4, "R"), (0x2, "P"), (0x1, "T")];
    let bits = address.octets()[1] >> 4;
    let flags: Vec<&str> = FLAGS.iter().filter(|(bit, _)| bits & bit != 0).map(|row| row.1).collect();
    let [.., high, low] = address.segments();
    let solicited = ipv6::is_solicited_node_multicast(address);
    let from_one_source = ipv6::is_source_specific_multicast(address).then_some(true);
    Record::new()
        .with("flags", if flags.is_empty() { "none".to_owned() } else { flags.join(" ") })
        .with("is_permanent", !ipv6::is_transient_multicast(address))
        .with_some("network", ipv6::multicast_prefix(address).map(|network| network.to_string()))
        .with_some("rendezvous_point", ipv6::rendezvous_point(address))
        .with_some("source_specific", from_one_source)
        .with_some(
            "solicits",
            solicited.then(|| format!("addresses that end in {:02x}:{low:04x}", high & 0xff)),
        )
}

//! What kind of address an IP address is: both sides of each edge of each range.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use berkeley::addr::{ip, ipv4, ipv6};

/// Asserts that a question is answered with yes from the first to the last address, and with no just outside.
fn assert_v4(question: fn(Ipv4Addr) -> bool, first: &str, last: &str) {
    let (first, last) = (ipv4::parse(first).unwrap(), ipv4::parse(last).unwrap());
    assert!(question(first), "{first}");
    assert!(question(last), "{last}");
    if let Some(before) = first.to_bits().checked_sub(1) {
        assert!(!question(Ipv4Addr::from_bits(before)), "before {first}");
    }
    if let Some(after) = last.to_bits().checked_add(1) {
        assert!(!question(Ipv4Addr::from_bits(after)), "after {last}");
    }
}

fn assert_v6(question: fn(Ipv6Addr) -> bool, first: &str, last: &str) {
    let (first, last) = (ipv6::parse(first).unwrap(), ipv6::parse(last).unwrap());
    assert!(question(first), "{first}");
    assert!(question(last), "{last}");
    if let Some(before) = first.to_bits().checked_sub(1) {
        assert!(!question(Ipv6Addr::from_bits(before)), "before {first}");
    }
    if let Some(after) = last.to_bits().checked_add(1) {
        assert!(!question(Ipv6Addr::from_bits(after)), "after {last}");
    }
}

#[test]
fn edges_of_ipv4() {
    assert_v4(ipv4::is_unspecified, "0.0.0.0", "0.0.0.0");
    assert_v4(ipv4::is_this_network, "0.0.0.0", "0.255.255.255");
    assert_v4(ipv4::is_loopback, "127.0.0.0", "127.255.255.255");
    assert_v4(ipv4::is_multicast, "224.0.0.0", "239.255.255.255");
    assert_v4(ipv4::is_link_local_multicast, "224.0.0.0", "224.0.0.255");
    assert_v4(ipv4::is_source_specific_multicast, "232.0.0.0", "232.255.255.255");
    assert_v4(ipv4::is_glop_multicast, "233.0.0.0", "233.255.255.255");
    assert_v4(ipv4::is_administratively_scoped, "239.0.0.0", "239.255.255.255");
    assert_v4(ipv4::is_broadcast, "255.255.255.255", "255.255.255.255");
    assert_v4(ipv4::is_reserved, "240.0.0.0", "255.255.255.254");
    assert_v4(ipv4::is_link_local, "169.254.0.0", "169.254.255.255");
    assert_v4(ipv4::is_private, "10.0.0.0", "10.255.255.255");
    assert_v4(ipv4::is_private, "172.16.0.0", "172.31.255.255");
    assert_v4(ipv4::is_private, "192.168.0.0", "192.168.255.255");
    assert_v4(ipv4::is_shared, "100.64.0.0", "100.127.255.255");
    assert_v4(ipv4::is_benchmarking, "198.18.0.0", "198.19.255.255");
    assert_v4(ipv4::is_documentation, "192.0.2.0", "192.0.2.255");
    assert_v4(ipv4::is_documentation, "198.51.100.0", "198.51.100.255");
    assert_v4(ipv4::is_documentation, "203.0.113.0", "203.0.113.255");
    assert_v4(ipv4::is_protocol_assignment, "192.0.0.0", "192.0.0.255");
    assert_v4(ipv4::is_unicast, "128.0.0.0", "223.255.255.255");
    assert_v4(ipv4::is_unicast, "0.0.0.1", "126.255.255.255");
}

#[test]
fn edges_of_ipv6() {
    const ONES: &str = "ffff:ffff:ffff:ffff:ffff";
    assert_v6(ipv6::is_unspecified, "::", "::");
    assert_v6(ipv6::is_loopback, "::1", "::1");
    assert_v6(ipv6::is_multicast, "ff00::", &format!("ffff:ffff:ffff:{ONES}"));
    assert_v6(ipv6::is_link_local_unicast, "fe80::", &format!("febf:ffff:ffff:{ONES}"));
    assert_v6(ipv6::is_site_local_unicast, "fec0::", &format!("feff:ffff:ffff:{ONES}"));
    assert_v6(ipv6::is_unique_local, "fc00::", &format!("fdff:ffff:ffff:{ONES}"));
    assert_v6(ipv6::is_ipv4_mapped, "::ffff:0.0.0.0", "::ffff:255.255.255.255");
    assert_v6(ipv6::is_ipv4_compatible, "::2", "::255.255.255.255");
    assert_v6(ipv6::is_6to4, "2002::", &format!("2002:ffff:ffff:{ONES}"));
    assert_v6(ipv6::is_teredo, "2001::", &format!("2001:0:ffff:{ONES}"));
    assert_v6(ipv6::is_nat64, "64:ff9b::", "64:ff9b::255.255.255.255");
    assert_v6(ipv6::is_nat64, "64:ff9b:1::", &format!("64:ff9b:1:{ONES}"));
    assert_v6(ipv6::is_documentation, "2001:db8::", &format!("2001:db8:ffff:{ONES}"));
    assert_v6(ipv6::is_documentation, "3fff::", &format!("3fff:fff:ffff:{ONES}"));
    assert_v6(ipv6::is_discard_only, "100::", "100::ffff:ffff:ffff:ffff");
    assert_v6(ipv6::is_benchmarking, "2001:2::", &format!("2001:2:0:{ONES}"));
    assert_v6(ipv6::is_orchid, "2001:10::", &format!("2001:1f:ffff:{ONES}"));
    assert_v6(ipv6::is_orchid_v2, "2001:20::", &format!("2001:2f:ffff:{ONES}"));
    assert_v6(ipv6::is_protocol_assignment, "2001::", &format!("2001:1ff:ffff:{ONES}"));
    assert_v6(ipv6::is_segment_routing, "5f00::", &format!("5f00:ffff:ffff:{ONES}"));
    assert_v6(ipv6::is_solicited_node_multicast, "ff02::1:ff00:0", "ff02::1:ffff:ffff");
    assert_v6(ipv6::is_unicast, "::2", &format!("feff:ffff:ffff:{ONES}"));
    assert_v6(ipv6::is_global_unicast, "::2", &format!("fbff:ffff:ffff:{ONES}"));
    assert_v6(ipv6::is_global_unicast, "fe00::", &format!("fe7f:ffff:ffff:{ONES}"));
}

#[test]
fn the_standard_library_agrees() {
    for first in 0..=255 {
        for second in [0, 15, 16, 31, 32, 63, 64, 127, 128, 167, 168, 169, 254, 255] {
            for last in [0, 1, 254, 255] {
                let a = Ipv4Addr::new(first, second, last, last);
                assert_eq!(ipv4::is_loopback(a), a.is_loopback(), "{a}");
                assert_eq!(ipv4::is_multicast(a), a.is_multicast(), "{a}");
                assert_eq!(ipv4::is_private(a), a.is_private(), "{a}");
                assert_eq!(ipv4::is_private(a), ipv4::private_range(a).is_some(), "{a}");
                assert_eq!(ipv4::is_link_local(a), a.is_link_local(), "{a}");
                assert_eq!(ipv4::is_broadcast(a), a.is_broadcast(), "{a}");
                assert_eq!(ipv4::is_documentation(a), a.is_documentation(), "{a}");
            }
        }
    }
    for group in 0..=0xffff {
        let a = Ipv6Addr::new(group, 0, 0, 0, 0, 0, 0, 1);
        assert_eq!(ipv6::is_multicast(a), a.is_multicast(), "{a}");
        assert_eq!(ipv6::is_link_local_unicast(a), a.is_unicast_link_local(), "{a}");
        assert_eq!(ipv6::is_unique_local(a), a.is_unique_local(), "{a}");
    }
}

/// RFC 6724, section 3.2.
#[test]
fn a_mapped_address_reaches_as_far_as_its_ipv4_address() {
    use berkeley::addr::ipv6::UnicastScope::{Global, LinkLocal};

    for (text, scope) in [
        ("::ffff:169.253.255.255", Global),
        ("::ffff:169.254.0.0", LinkLocal),
        ("::ffff:169.254.255.255", LinkLocal),
        ("::ffff:169.255.0.0", Global),
        ("::ffff:126.255.255.255", Global),
        ("::ffff:127.0.0.1", LinkLocal),
        ("::ffff:128.0.0.0", Global),
        ("::7f00:1", Global),
    ] {
        let address = ipv6::parse(text).unwrap();
        assert_eq!(ipv6::unicast_scope(address), Some(scope), "{text}");
        assert_eq!(ipv6::is_global_unicast(address), scope == Global, "{text}");
    }
}

#[test]
fn reachability_follows_the_registry() {
    let yes = [
        "1.1.1.1",
        "192.0.0.9",
        "192.0.0.10",
        "192.31.196.1",
        "192.52.193.1",
        "192.175.48.1",
        "100.128.0.0",
        "2001:1::1",
        "2001:1::3",
        "2001:3::1",
        "2001:4:112::1",
        "2001:20::1",
        "2001:3f::1",
        "2606:4700::1",
        "64:ff9b::8.8.8.8",
        "2620:4f:8000::1",
        "2001:200::1",
    ];
    let no = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.0.1",
        "172.16.0.1",
        "192.0.0.1",
        "192.0.0.170",
        "192.0.2.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:1.1.1.1",
        "64:ff9b:1::1",
        "100::1",
        "100:0:0:1::1",
        "2001::1",
        "2001:1::4",
        "2001:2::1",
        "2001:10::1",
        "2001:40::1",
        "2001:db8::1",
        "2002::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fe80::1",
    ];
    for text in yes {
        assert!(ip::is_globally_reachable(ip::parse(text).unwrap()), "{text}");
    }
    for text in no {
        assert!(!ip::is_globally_reachable(ip::parse(text).unwrap()), "{text}");
    }
}

#[test]
fn scopes_of_ipv4_groups() {
    use ipv4::MulticastScope::{Administrative, Global, LinkLocal, Local, OrganizationLocal};
    let rows = [
        ("224.0.0.255", Some(LinkLocal)),
        ("224.0.1.0", Some(Global)),
        ("238.255.255.255", Some(Global)),
        ("239.0.0.0", Some(Administrative)),
        ("239.191.255.255", Some(Administrative)),
        ("239.192.0.0", Some(OrganizationLocal)),
        ("239.195.255.255", Some(OrganizationLocal)),
        ("239.196.0.0", Some(Administrative)),
        ("239.255.0.0", Some(Local)),
        ("240.0.0.0", None),
        ("223.255.255.255", None),
    ];
    for (text, scope) in rows {
        assert_eq!(ipv4::multicast_scope(ipv4::parse(text).unwrap()), scope, "{text}");
    }
}

#[test]
fn a_scope_keeps_its_number() {
    for nibble in 0..16 {
        assert_eq!(ipv6::MulticastScope::from_nibble(nibble).nibble(), nibble);
    }
}

#[test]
fn canonical_addresses() {
    let mapped = IpAddr::V6(ipv6::map_ipv4(Ipv4Addr::LOCALHOST));
    assert_eq!(ip::canonical(mapped), IpAddr::V4(Ipv4Addr::LOCALHOST));
    assert_eq!(ip::from_bytes(&[0; 5]), None);
}

#[test]
fn predicates_run_at_compile_time() {
    const LOCAL: bool = ipv6::is_link_local_unicast(ipv6::LINK_LOCAL_ALL_NODES);
    const GROUP: bool = ip::is_multicast(IpAddr::V4(ipv4::ALL_HOSTS));
    const { assert!(!LOCAL && GROUP) }
}

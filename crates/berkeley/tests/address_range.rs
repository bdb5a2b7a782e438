//! Ranges, their networks and names, and what is set aside.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use berkeley::addr::network::{self, IpNet};
use berkeley::addr::range::{IpRange, merge, subtract};
use berkeley::addr::{Reason, arpa, ip, ipv4, ipv6, registry};
use proptest::collection::vec;
use proptest::prelude::*;

fn range(text: &str) -> IpRange {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn networks(text: &str) -> Vec<String> {
    range(text).networks().map(|network| network.to_string()).collect()
}

#[test]
fn the_ends_of_both_families() {
    assert_eq!(networks("0.0.0.0/0"), ["0.0.0.0/0"]);
    assert_eq!(networks("::/0"), ["::/0"]);
    assert_eq!(networks("255.255.255.255"), ["255.255.255.255/32"]);
    assert_eq!(networks("::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff").len(), 128);
    assert_eq!(networks("0.0.0.1-255.255.255.254").len(), 62);
    assert_eq!(networks("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe").last().unwrap().len(), 43);
}

#[test]
fn counts_are_exact() {
    let rows = [
        ("10.0.0.1", "1"),
        ("0.0.0.0/0", "4294967296"),
        ("::/0", "340282366920938463463374607431768211456"),
        ("::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "340282366920938463463374607431768211455"),
        ("::/1", "170141183460469231731687303715884105728"),
        ("::/64", "18446744073709551616"),
    ];
    for (text, count) in rows {
        assert_eq!(range(text).count().to_string(), count, "{text}");
        assert_eq!(range(text).nth(range(text).count().last_index()), Some(range(text).last()));
    }
    assert_eq!(range("::/0").count().get(), None);
    assert_eq!(range("::/0").nth(u128::MAX), Some(Ipv6Addr::from_bits(u128::MAX).into()));
    assert_eq!(range("0.0.0.0/0").nth(1 << 32), None);
    assert_eq!(range("::/0").network().unwrap().to_string(), "::/0");
    assert_eq!(range("10.0.0.1-10.0.0.2").network(), None);
}

#[test]
fn what_is_no_range_is_pointed_at() {
    let rows = [
        ("10.0.0.1-10.0.0.300", Reason::OctetOutOfRange, "300", None),
        ("10.0.0.9-10.0.0.1", Reason::RangeBackwards, "10.0.0.1", Some("write 10.0.0.1-10.0.0.9")),
        ("10.0.0.1 - ::1", Reason::RangeFamily, "::1", None),
        ("10.0.0.1-", Reason::Empty, "", None),
        ("-10.0.0.1", Reason::Empty, "", None),
        ("10.0.0.0/8-10.0.0.1", Reason::Junk, "/8", None),
        ("10.0.0.0/33", Reason::PrefixOutOfRange, "33", None),
        ("10.0.0.0/0.0.0.255", Reason::MaskNotContiguous, "0.0.0.255", Some("for that wildcard write 24")),
        ("1-2-3", Reason::TooFewOctets, "1", None),
        ("", Reason::Empty, "", None),
    ];
    for (text, reason, token, hint) in rows {
        let error = text.parse::<IpRange>().unwrap_err();
        assert_eq!((error.reason(), error.token(), error.hint()), (reason, token, hint), "{text}");
        assert_eq!(error.input(), text);
    }
    assert_eq!(range("10.0.0.0 - 10.0.0.3"), range("10.0.0.0/30"));
}

#[test]
fn ranges_that_adjoin_become_one_and_families_do_not() {
    let of = |texts: &[&str]| -> Vec<String> {
        merge(texts.iter().map(|text| range(text)).collect()).iter().map(IpRange::to_string).collect()
    };
    assert_eq!(of(&["255.255.255.255", "::"]), ["255.255.255.255-255.255.255.255", "::-::"]);
    assert_eq!(of(&["::/1", "8000::/1", "::1"]), ["::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]);
    assert_eq!(of(&["10.0.0.0/8", "10.0.0.0/24", "11.0.0.0"]), ["10.0.0.0-11.0.0.0"]);
    assert_eq!(of(&[]), [""; 0]);
}

#[test]
fn names_to_look_up_backwards() {
    let rows = [
        ("0.0.0.0/0", "in-addr.arpa"),
        ("::/0", "ip6.arpa"),
        ("10.0.0.0/8", "10.in-addr.arpa"),
        ("192.0.2.128/25", "128/25.2.0.192.in-addr.arpa"),
        ("192.0.2.1/32", "1.2.0.192.in-addr.arpa"),
        ("2000::/4", "2.ip6.arpa"),
        ("fe80::/16", "0.8.e.f.ip6.arpa"),
    ];
    for (text, name) in rows {
        let network = network::parse(text).unwrap();
        assert_eq!(arpa::zones(network).collect::<Vec<_>>(), [name]);
        assert_eq!(arpa::parse(name), Ok(network));
    }
    let count = |text| arpa::zones(network::parse(text).unwrap()).count();
    assert_eq!((count("0.0.0.0/1"), count("::/1"), count("2001:db8::/29")), (128, 8, 8));
    let last = |text| arpa::zones(network::parse(text).unwrap()).last().unwrap();
    assert_eq!(last("10.0.0.0/9"), "127.10.in-addr.arpa");
    assert_eq!(last("fc00::/7"), "d.f.ip6.arpa");
}

#[test]
fn what_is_no_arpa_name_is_pointed_at() {
    let rows = [
        ("example.org", Reason::NotArpa, "example.org"),
        ("xin-addr.arpa", Reason::NotArpa, "xin-addr.arpa"),
        ("5.4.3.2.1.in-addr.arpa", Reason::TooManyOctets, "5"),
        ("x.in-addr.arpa", Reason::OctetNotANumber, "x"),
        ("01.in-addr.arpa", Reason::LeadingZero, "01"),
        (".in-addr.arpa", Reason::NotArpa, ".in-addr.arpa"),
        ("1..2.in-addr.arpa", Reason::OctetNotANumber, ""),
        ("0/24.2.0.192.in-addr.arpa", Reason::ClasslessPrefix, "24"),
        ("0/25.0.192.in-addr.arpa", Reason::OctetNotANumber, "0/25"),
        ("1/25.2.0.192.in-addr.arpa", Reason::HostBits, "1/25.2.0.192"),
        ("g.ip6.arpa", Reason::NotADigit, "g"),
        ("10.ip6.arpa", Reason::NotADigit, "10"),
        ("é.ip6.arpa", Reason::NotADigit, "é"),
        ("", Reason::NotArpa, ""),
    ];
    for (text, reason, token) in rows {
        let error = arpa::parse(text).unwrap_err();
        assert_eq!((error.reason(), error.token()), (reason, token), "{text}");
    }
    let long = "0.".repeat(33) + "ip6.arpa";
    assert_eq!(arpa::parse(&long).unwrap_err().reason(), Reason::TooManyDigits);
}

#[test]
fn the_registries_agree_with_the_questions() {
    for block in registry::IPV4.iter().chain(registry::IPV6) {
        let network = block.network();
        assert_eq!(network.addr(), network.network(), "{}", block.name());
        let smallest = registry::find(network.addr()).unwrap();
        assert!(network.contains(&smallest.network()), "{}", block.name());
        for address in [network.network(), network.broadcast()] {
            let row = registry::find(address).unwrap();
            let global = row.is_globally_reachable();
            // What the registry leaves open has an answer of ours: see `is_globally_reachable`.
            assert!(global.is_none_or(|global| global == ip::is_globally_reachable(address)), "{address}");
        }
    }
    let rows = registry::find_all(ip::parse("192.0.0.9").unwrap()).map(|block| block.network().to_string());
    assert_eq!(rows.collect::<Vec<_>>(), ["192.0.0.9/32", "192.0.0.0/24"]);
    assert_eq!(registry::find(ip::parse("2002::1").unwrap()).unwrap().is_globally_reachable(), None);
}

fn addresses() -> impl Strategy<Value = IpAddr> {
    // Near the ends, so that ranges adjoin and overlap.
    let near = |bits: u128| {
        prop_oneof![Just(0), Just(u128::MAX), Just(1 << 32)].prop_map(move |end: u128| end.wrapping_add(bits))
    };
    prop_oneof![
        any::<Ipv4Addr>().prop_map(IpAddr::V4),
        any::<Ipv6Addr>().prop_map(IpAddr::V6),
        (0..40_u32).prop_map(|bits| Ipv4Addr::from_bits(bits.wrapping_sub(20)).into()),
        (0..20_u128).prop_flat_map(near).prop_map(|bits| Ipv6Addr::from_bits(bits).into()),
    ]
}

fn ranges() -> impl Strategy<Value = IpRange> {
    let between = (addresses(), addresses()).prop_filter_map("of one family, in order", |(a, b)| {
        IpRange::new(a, b).or_else(|| IpRange::new(b, a))
    });
    prop_oneof![
        between,
        (addresses(), 0..=128_u8).prop_map(|(address, prefix)| {
            let prefix = if address.is_ipv4() { prefix.min(32) } else { prefix };
            IpNet::new(address, prefix).unwrap().into()
        })
    ]
}

/// A few addresses of one family, as a set: what is slow and plainly right.
fn few() -> impl Strategy<Value = Vec<(u8, u8)>> {
    vec((any::<u8>(), any::<u8>()).prop_map(|(a, b)| (a.min(b), a.max(b))), 0..12)
}

fn as_ranges(pairs: &[(u8, u8)]) -> Vec<IpRange> {
    let at = |octet: u8| IpAddr::from(ipv6::map_ipv4(Ipv4Addr::new(255, 255, 255, octet)));
    pairs.iter().map(|(a, b)| IpRange::new(at(*a), at(*b)).unwrap()).collect()
}

fn as_set(pairs: &[(u8, u8)]) -> BTreeSet<u8> {
    pairs.iter().flat_map(|(a, b)| *a..=*b).collect()
}

/// The addresses of some ranges, each once.
fn members(ranges: &[IpRange]) -> Vec<u8> {
    let octets = |range: &IpRange| {
        let [first, last] = [range.first(), range.last()].map(|ip| ip::to_bits(ip) as u8);
        first..=last
    };
    ranges.iter().flat_map(octets).collect()
}

proptest! {
    #[test]
    fn networks_cover_their_range_and_nothing_else(range in ranges()) {
        let mut next = Some(ip::to_bits(range.first()));
        let mut last = None;
        for network in range.networks() {
            prop_assert_eq!(network.addr(), network.network());
            prop_assert_eq!(next, Some(ip::to_bits(network.network())));
            next = ip::to_bits(network.broadcast()).checked_add(1);
            last = Some(network.broadcast());
        }
        prop_assert_eq!(last, Some(range.last()));
    }

    #[test]
    fn no_two_networks_of_a_range_make_a_greater_one(range in ranges()) {
        let networks: Vec<IpNet> = range.networks().collect();
        for pair in networks.windows(2) {
            prop_assert!(pair[0].prefix_len() != pair[1].prefix_len() || pair[0].supernet() != pair[1].supernet());
        }
        prop_assert!(networks.len() <= 254);
    }

    #[test]
    fn ranges_read_back(range in ranges()) {
        prop_assert_eq!(range.to_string().parse(), Ok(range));
        if let Some(network) = range.network() {
            prop_assert_eq!(network.to_string().parse(), Ok(range));
        }
    }

    #[test]
    fn merged_ranges_are_the_union(pairs in few()) {
        let merged = merge(as_ranges(&pairs));
        prop_assert_eq!(members(&merged), as_set(&pairs).into_iter().collect::<Vec<_>>());
        prop_assert!(merged.windows(2).all(|pair| ip::to_bits(pair[0].last()) + 1 < ip::to_bits(pair[1].first())));
    }

    #[test]
    fn what_is_left_is_the_difference(pairs in few(), others in few()) {
        let left = subtract(as_ranges(&pairs), as_ranges(&others));
        let wanted: Vec<u8> = as_set(&pairs).difference(&as_set(&others)).copied().collect();
        prop_assert_eq!(members(&left), wanted);
    }

    #[test]
    fn nothing_is_left_of_a_range_without_itself(a in ranges(), b in ranges()) {
        prop_assert_eq!(subtract(vec![a], vec![a, b]), vec![]);
        let rest = subtract(vec![a], vec![b]);
        prop_assert_eq!(merge([rest.clone(), vec![a]].concat()), vec![a]);
        prop_assert!(rest.iter().all(|part| subtract(vec![*part], vec![b]) == vec![*part]));
    }

    #[test]
    fn ranges_overlap_if_one_takes_something_from_the_other(a in ranges(), b in ranges()) {
        prop_assert_eq!(a.overlaps(b), subtract(vec![a], vec![b]) != vec![a]);
        prop_assert_eq!(a.overlaps(b), b.overlaps(a));
        prop_assert!(!a.contains(b) || a.overlaps(b));
    }

    #[test]
    fn names_read_back(address in addresses(), prefix in 0..=128_u8) {
        let name = arpa::name(address);
        prop_assert_eq!(arpa::parse(&name), Ok(IpNet::from(address)));
        let prefix = if address.is_ipv4() { prefix.min(32) } else { prefix };
        let network = IpNet::new(address, prefix).unwrap().trunc();
        let zones = arpa::zones(network).map(|zone| arpa::parse(&zone).unwrap().into()).collect();
        prop_assert_eq!(merge(zones), vec![IpRange::from(network)]);
    }

    #[test]
    fn no_text_is_too_much_for_the_readers(text in "[0-9a-f:./ -]{0,30}|.{0,12}(in-addr|ip6)\\.arpa\\.?|.{0,20}") {
        let _ = text.parse::<IpRange>();
        let _ = arpa::parse(&text);
    }

    #[test]
    fn hardware_addresses_come_back(mac: [u8; 6], prefix in 0x2000..0xfe00_u128) {
        let address = ipv6::link_local_of(mac);
        prop_assert_eq!(ipv6::mac_of(address), Some(mac));
        let elsewhere = Ipv6Addr::from_bits(prefix << 112 | address.to_bits() << 64 >> 64);
        prop_assert_eq!(ipv6::mac_of(elsewhere), Some(mac));
    }

    #[test]
    fn groups_share_what_is_left_of_them(a in any::<Ipv4Addr>(), b in any::<Ipv6Addr>()) {
        let v4 = ip::multicast_mac(a.into());
        prop_assert_eq!(v4.is_some(), ipv4::is_multicast(a));
        let group = ipv6::solicited_node_of(b);
        let [.., x, y, z] = b.octets();
        prop_assert_eq!(ip::multicast_mac(group.into()), Some([0x33, 0x33, 0xff, x, y, z]));
    }
}

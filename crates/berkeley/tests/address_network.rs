//! Masks and networks.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use berkeley::addr::ipv4::Class;
use berkeley::addr::network::{self, IpNet, Mask, NetworkError};
use berkeley::addr::{Reason, ip, ipv4};

fn address(text: &str) -> IpAddr {
    ip::parse(text).unwrap()
}

#[test]
fn masks_by_prefix() {
    for prefix in 0..=32 {
        let bits = if prefix == 0 { 0 } else { u32::MAX << (32 - prefix) };
        let mask = Mask::from(prefix).to_ipv4().unwrap();
        assert_eq!(mask, Ipv4Addr::from_bits(bits));
        assert_eq!(network::prefix_of(mask.into()), Ok(prefix));
    }
    for prefix in 0..=128 {
        let mask = Mask::from(prefix).to_ipv6().unwrap();
        assert_eq!(mask.to_bits().leading_ones(), u32::from(prefix));
        assert_eq!(network::prefix_of(mask.into()), Ok(prefix));
    }
    assert_eq!(Mask::from(33).to_ipv4(), Err(NetworkError::PrefixTooLong(33)));
    assert_eq!(Mask::from(129).to_ipv6(), Err(NetworkError::PrefixTooLong(129)));
    assert_eq!(Mask::from(255).prefix(), Err(NetworkError::PrefixTooLong(255)));
}

#[test]
fn masks_by_class() {
    let rows = [(Class::A, "255.0.0.0"), (Class::B, "255.255.0.0"), (Class::C, "255.255.255.0")];
    for (class, mask) in rows {
        assert_eq!(Mask::from(class).to_ipv4().unwrap().to_string(), mask);
    }
    for class in [Class::D, Class::E] {
        assert_eq!(Mask::from(class).to_ipv4(), Err(NetworkError::NoNetworks(class)));
    }
    assert!(Mask::from(Class::A).to_ipv6().is_err());
}

#[test]
fn masks_with_holes_are_refused() {
    // IOLib counts the zeros at the end of these.
    for text in ["255.0.255.0", "0.0.0.255", "255.255.255.253", "ff00:ff::", "::1"] {
        let mask = address(text);
        assert_eq!(network::prefix_of(mask), Err(NetworkError::NotContiguous(mask)), "{text}");
    }
    let mask = address("255.0.255.0");
    assert_eq!(network::new(address("10.0.0.1"), mask), Err(NetworkError::NotContiguous(mask)));
}

#[test]
fn a_mask_of_no_bits() {
    // IOLib says 33.
    assert_eq!(network::prefix_of(address("0.0.0.0")), Ok(0));
    let all = network::new(address("10.1.2.3"), Ipv4Addr::UNSPECIFIED).unwrap();
    assert_eq!(all.prefix_len(), 0);
    assert!(network::contains(all, address("255.255.255.255")));
}

#[test]
fn masks_of_the_other_family_are_refused() {
    let (v4, v6) = (address("255.0.0.0"), address("ff00::"));
    assert_eq!(network::new(address("10.0.0.1"), v6), Err(NetworkError::FamilyMismatch(v6)));
    assert_eq!(network::new(address("::1"), v4), Err(NetworkError::FamilyMismatch(v4)));
}

#[test]
fn portions() {
    let rows: [(&str, Mask, &str, &str); 6] = [
        ("192.168.17.5", 20.into(), "192.168.16.0", "0.0.1.5"),
        ("10.1.2.3", Class::A.into(), "10.0.0.0", "0.1.2.3"),
        ("10.1.2.3", 0.into(), "0.0.0.0", "10.1.2.3"),
        ("10.1.2.3", 32.into(), "10.1.2.3", "0.0.0.0"),
        ("2001:db8::1:2", Mask::from(Ipv6Addr::new(0xffff, 0xffff, 0, 0, 0, 0, 0, 0)), "2001:db8::", "::1:2"),
        ("2001:db8::1:2", 128.into(), "2001:db8::1:2", "::"),
    ];
    for (text, mask, network, host) in rows {
        assert_eq!(network::network_portion(address(text), mask), Ok(address(network)));
        assert_eq!(network::host_portion(address(text), mask), Ok(address(host)));
    }
}

#[test]
fn membership() {
    let net = network::parse("10.1.2.3/8").unwrap();
    assert!(network::contains(net, address("10.0.0.0")));
    assert!(network::contains(net, address("10.255.255.255")));
    assert!(!network::contains(net, address("9.255.255.255")));
    assert!(!network::contains(net, address("11.0.0.0")));
    assert!(!network::contains(net, address("::10.0.0.0")));
    assert!(network::both_in(net, address("10.0.0.1"), address("10.2.0.1")));
    assert!(!network::both_in(net, address("11.0.0.1"), address("11.0.0.2")));
}

#[test]
fn equality() {
    let parse = |text| network::parse(text).unwrap();
    assert!(network::same(parse("10.1.2.3/8"), parse("10.9.9.9/8")));
    assert!(!network::same(parse("10.1.2.3/8"), parse("10.1.2.3/16")));
    assert!(network::same(parse("fe80::1/10"), parse("febf::2/10")));
    assert!(!network::same(parse("0.0.0.0/0"), parse("::/0")));
}

#[test]
fn networks_of_classes() {
    let rows = [
        ("0.1.2.3", "0.0.0.0/8"),
        ("127.0.0.1", "127.0.0.0/8"),
        ("128.1.2.3", "128.1.0.0/16"),
        ("191.255.1.1", "191.255.0.0/16"),
        ("192.0.2.1", "192.0.2.0/24"),
        ("223.255.255.1", "223.255.255.0/24"),
    ];
    for (text, net) in rows {
        assert_eq!(network::of_class(ipv4::parse(text).unwrap()).unwrap().to_string(), net);
    }
    assert_eq!(network::of_class(Ipv4Addr::new(224, 0, 0, 1)), Err(NetworkError::NoNetworks(Class::D)));
}

#[test]
fn text() {
    for text in ["10.1.2.3/8", "0.0.0.0/0", "2001:db8::1/32", "::/128", "255.255.255.255/32"] {
        let net = network::parse(text).unwrap();
        assert_eq!(net.to_string(), text);
        assert_eq!(text.parse::<IpNet>().unwrap(), net);
    }
    assert_eq!(network::parse("10.0.0.0/255.240.0.0"), network::parse("10.0.0.0/12"));
    assert_eq!(network::parse("fe80::/ffc0::"), network::parse("fe80::/10"));
    assert_eq!(network::parse_v4("10.0.0.0/8").unwrap().prefix_len(), 8);
    assert_eq!(network::parse_v6("::/8").unwrap().prefix_len(), 8);
}

#[test]
fn errors_are_located() {
    let rows = [
        ("", Reason::Empty, 0..0),
        ("10.0.0.0", Reason::MissingPrefix, 8..8),
        ("10.0.0.0/", Reason::MissingPrefix, 9..9),
        ("10.0.0.0/33", Reason::PrefixOutOfRange, 9..11),
        ("10.0.0.0/999", Reason::PrefixOutOfRange, 9..12),
        ("::/129", Reason::PrefixOutOfRange, 3..6),
        ("10.0.0.0/x", Reason::PrefixNotANumber, 9..10),
        ("10.0.0.0/-1", Reason::PrefixNotANumber, 9..11),
        ("10.0.0.0/255.0.255.0", Reason::MaskNotContiguous, 9..20),
        ("10.0.0.0/255.0.0.256", Reason::OctetOutOfRange, 17..20),
        ("10.0.0.0/ff00::", Reason::MaskFamily, 9..15),
        ("10.0.0/8", Reason::TooFewOctets, 0..6),
        ("10.0.0.0/8/8", Reason::PrefixNotANumber, 9..12),
        ("2001:db8:::/32", Reason::SecondGap, 9..11),
    ];
    for (text, reason, span) in rows {
        let error = network::parse(text).unwrap_err();
        assert_eq!((error.reason(), error.span(), error.input()), (reason, span, text), "{text}");
    }
    assert_eq!(network::parse_v4("::/0").unwrap_err().span(), 0..2);
    assert!(network::parse_v6("10.0.0.0/8").is_err());
}

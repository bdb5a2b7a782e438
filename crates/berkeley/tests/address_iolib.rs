//! The tests of IOLib's addresses, one for one, and what its functions were seen to answer. Where the answer is
//! a fault, the right one is asserted, and the line says so.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use berkeley::addr::ipv6::{MulticastScope, UnicastScope, Uppercase};
use berkeley::addr::{Address, ParseError, Reason, ip, ipv4, ipv6, short};

fn v4(octets: [u8; 4]) -> IpAddr {
    IpAddr::from(octets)
}

fn v6(groups: [u16; 8]) -> IpAddr {
    IpAddr::from(groups)
}

#[test]
fn t_i_01_address_to_vector_ipv4_string_1() {
    assert_eq!(ip::parse("127.0.0.1"), Ok(v4([127, 0, 0, 1])));
}

#[test]
fn t_i_02_address_to_vector_ipv4_string_2() {
    assert_eq!(ip::parse("242.1.211.3"), Ok(v4([242, 1, 211, 3])));
}

#[test]
fn t_i_03_address_to_vector_ipv4_vector_1() {
    assert_eq!(ip::from_bytes(&[127, 0, 0, 1]), Some(v4([127, 0, 0, 1])));
    assert_eq!(v4([127, 0, 0, 1]), IpAddr::V4(Ipv4Addr::LOCALHOST));
}

#[test]
fn t_i_04_address_to_vector_ipv6_string_1() {
    assert_eq!(ip::parse("::"), Ok(v6([0; 8])));
}

#[test]
fn t_i_05_address_to_vector_ipv6_vector_1() {
    assert_eq!(ip::from_bytes(&[0; 16]), Some(v6([0; 8])));
}

#[test]
fn t_i_06_string_address_to_vector_1() {
    assert_eq!(ip::parse("256.0.0.1").ok(), None);
}

#[test]
fn t_i_07_string_address_to_vector_2() {
    // What is not a text is refused by the type.
    let _: fn(&str) -> Result<IpAddr, ParseError> = ip::parse;
    assert_eq!(ip::from_bytes(&[]), None);
}

#[test]
fn t_i_08_ensure_address_1() {
    let error = ip::parse("ff0x::114").unwrap_err();
    assert_eq!((error.reason(), error.token()), (Reason::GroupNotHex, "ff0x"));
}

#[test]
fn t_i_09_ensure_address_2() {
    let error = ip::parse("127.0.256.1").unwrap_err();
    assert_eq!((error.reason(), error.token()), (Reason::OctetOutOfRange, "256"));
}

#[test]
fn t_i_10_ensure_address_3() {
    assert_eq!(ip::parse("ff0x::114").ok(), None);
    assert_eq!(ip::parse("127.0.256.1").ok(), None);
}

#[test]
fn t_i_11_integer_to_dotted_and_back() {
    for text in ["0.0.255.0", "0.255.255.0", "0.255.255.1"] {
        let integer = u32::from(short::parse_dotted(text).unwrap());
        assert_eq!(Ipv4Addr::from(integer).to_string(), text);
    }
}

#[test]
fn t_i_12_integer_to_dotted_1() {
    assert_eq!(Ipv4Addr::from(0).to_string(), "0.0.0.0");
}

#[test]
fn t_i_13_integer_to_dotted_2() {
    assert_eq!(Ipv4Addr::from(4_294_967_295).to_string(), "255.255.255.255");
    assert_eq!(ipv4::MAX, 4_294_967_295);
}

#[test]
fn t_i_14_integer_to_dotted_3() {
    assert!(u32::try_from(4_294_967_296_u64).map(Ipv4Addr::from).is_err());
    assert_eq!(short::parse_inet_aton("4294967296").unwrap_err().reason(), Reason::PartOutOfRange);
}

#[test]
fn t_i_15_integer_to_dotted_4() {
    assert!(u32::try_from(-1).map(Ipv4Addr::from).is_err());
    assert_eq!(short::parse_inet_aton("-1").unwrap_err().reason(), Reason::PartNotANumber);
}

#[test]
fn t_i_16_dotted_to_vector_1() {
    assert_eq!(short::parse_dotted("255.255.255.255").unwrap().octets(), [255; 4]);
    assert_eq!(short::parse_dotted("0.0.0.0").unwrap().octets(), [0; 4]);
    assert_eq!(short::parse_dotted("127.0.0.1").unwrap().octets(), [127, 0, 0, 1]);
}

#[test]
fn t_i_17_dotted_to_vector_2() {
    assert_eq!(short::parse_dotted("127.0.0.0.0").unwrap_err().reason(), Reason::TooManyOctets);
}

#[test]
fn t_i_18_dotted_to_vector_3() {
    let _: fn(&str) -> Result<Ipv4Addr, ParseError> = short::parse_dotted;
}

#[test]
fn t_i_19_vector_to_dotted_1() {
    assert_eq!(Ipv4Addr::from([255; 4]).to_string(), "255.255.255.255");
    assert_eq!(Ipv4Addr::from([0; 4]).to_string(), "0.0.0.0");
    assert_eq!(ip::from_bytes([127, 0, 0, 1].as_slice()).unwrap().to_string(), "127.0.0.1");
}

#[test]
fn t_i_20_vector_to_dotted_2() {
    assert!([127, 0, 0, 256].map(u8::try_from).into_iter().any(|octet| octet.is_err()));
}

#[test]
fn t_i_21_address_to_string_1() {
    let rows = [
        (v4([127, 0, 0, 1]), "127.0.0.1"),
        (v4([255; 4]), "255.255.255.255"),
        (v6([0; 8]), "::"),
        (v6([0, 0, 0, 0, 0, 0, 0, 1]), "::1"),
        (v6([1, 0, 0, 0, 0, 0, 0, 0]), "1::"),
    ];
    for (address, text) in rows {
        assert_eq!(address.to_string(), text);
        let with_port = Address::from((address, 0)).to_string();
        assert_eq!(with_port.trim_end_matches(":0").trim_matches(['[', ']']), text);
    }
}

/// Asserts that an address prints as RFC 5952 has it, in lower and in upper case, and that the text IOLib printed
/// for it is still read.
fn assert_printed(groups: [u16; 8], text: &str, iolib: &str) {
    let address = Ipv6Addr::from(groups);
    assert_eq!(Address::from((address, 9)).to_string(), format!("[{text}]:9"));
    assert_eq!(Uppercase(address).to_string(), text.to_uppercase());
    assert_eq!(short::parse_colon(iolib), Ok(address), "{iolib}");
    assert_eq!(short::parse_colon(&iolib.to_uppercase()), Ok(address), "{iolib}");
}

#[test]
fn t_i_22_vector_to_colon_separated_1() {
    // IOLib writes a zero group at an end as nothing.
    assert_printed([0, 0, 0, 255, 255, 255, 0, 0], "::ff:ff:ff:0:0", "::ff:ff:ff:0:");
}

#[test]
fn t_i_23_vector_to_colon_separated_2() {
    // A single zero group is not shortened (RFC 5952, 4.2.2).
    assert_printed([1, 2, 3, 4, 5, 0, 6, 7], "1:2:3:4:5:0:6:7", "1:2:3:4:5::6:7");
}

#[test]
fn t_i_24_vector_to_colon_separated_3() {
    assert_printed([0, 2, 3, 4, 5, 0, 6, 7], "0:2:3:4:5:0:6:7", ":2:3:4:5::6:7");
}

#[test]
fn t_i_25_vector_to_colon_separated_4() {
    assert_printed([1, 2, 3, 4, 5, 0, 6, 0], "1:2:3:4:5:0:6:0", "1:2:3:4:5::6:");
}

#[test]
fn t_i_26_colon_separated_to_vector_1() {
    let rows: [(&str, [u16; 8]); 9] = [
        (":ff::ff:", [0, 0xff, 0, 0, 0, 0, 0xff, 0]),
        ("::", [0; 8]),
        ("::1", [0, 0, 0, 0, 0, 0, 0, 1]),
        ("1::", [1, 0, 0, 0, 0, 0, 0, 0]),
        (":2:3:4:5:6:7:8", [0, 2, 3, 4, 5, 6, 7, 8]),
        ("1:2:3:4:5:6:7:", [1, 2, 3, 4, 5, 6, 7, 0]),
        (":1::2:", [0, 1, 0, 0, 0, 0, 2, 0]),
        ("::127.0.0.1", [0, 0, 0, 0, 0, 0, 0x7f00, 1]),
        (":1::127.0.0.1", [0, 1, 0, 0, 0, 0, 0x7f00, 1]),
    ];
    for (text, groups) in rows {
        assert_eq!(short::parse_colon(text).map(|a| a.segments()), Ok(groups), "{text}");
    }
}

#[test]
fn t_i_27_address_equal_1() {
    assert_eq!(Ipv4Addr::LOCALHOST, Ipv4Addr::from([127, 0, 0, 1]));
}

#[test]
fn t_i_28_address_equal_2() {
    assert_eq!(ipv6::LOOPBACK, ipv6::parse("::1").unwrap());
}

#[test]
fn t_i_29_copy_address_1() {
    for make in [|| ip::parse("127.0.0.1"), || Ok(v4([255; 4])), || ip::parse("::"), || ip::parse("::1")] {
        let (first, second) = (make().unwrap(), make().unwrap());
        let address = Address::from((first, 1));
        assert_eq!(first, second);
        assert_eq!(address.clone(), Address::from((second, 1)));
    }
}

#[test]
fn t_i_30_make_address_1() {
    assert_eq!("nil".parse::<Address>().unwrap_err().reason(), Reason::HostName);
}

#[test]
fn t_i_31_address_unspecified_1() {
    for text in ["0.0.0.0", "::", "0:0:0:0:0:0:0:0"] {
        assert!(ip::is_unspecified(ip::parse(text).unwrap()), "{text}");
    }
}

#[test]
fn t_i_32_address_loopback_1() {
    for text in ["127.0.0.1", "::1", "0:0::1"] {
        assert!(ip::is_loopback(ip::parse(text).unwrap()), "{text}");
    }
}

#[test]
fn t_i_33_address_multicast_1() {
    for text in
        ["224.0.0.0", "224.1.2.3", "232.0.0.127", "239.255.255.255", "ff02::2", "ff0a::114", "ff05::1:3"]
    {
        assert!(ip::is_multicast(ip::parse(text).unwrap()), "{text}");
    }
}

#[test]
fn t_i_34_address_ipv6_ipv4_mapped_1() {
    assert!(ipv6::is_ipv4_mapped(ipv6::parse("::ffff:127.0.0.1").unwrap()));
}

#[test]
fn t_i_35_address_ipv6_1() {
    assert_eq!(ip::parse("::1.2.3.4"), Ok(v6([0, 0, 0, 0, 0, 0, 0x0102, 0x0304])));
}

#[test]
fn golden_dotted_to_vector() {
    let rows = [
        ("127.1", [127, 0, 0, 1]),
        ("127", [0, 0, 0, 127]),
        ("1.2.3", [1, 2, 0, 3]),
        ("10.1.2", [10, 1, 0, 2]),
        ("01.02.03.04", [1, 2, 3, 4]),
    ];
    for (text, octets) in rows {
        assert_eq!(short::parse_dotted(text).map(|a| a.octets()), Ok(octets), "{text}");
    }
    for text in
        ["300", "", "1..2", "0x7f.1", "1.2.3.4.", ".1", "256.0.0.1", "127.0.0.0.0", "1.256", "16909060"]
    {
        assert!(short::parse_dotted(text).is_err(), "{text}");
    }
    // IOLib lets blanks and signs pass, because Lisp's reader of integers does.
    for text in [" 1.2.3.4 ", "+1.2.3.4", "-0.0.0.1"] {
        assert!(short::parse_dotted(text).is_err(), "{text}");
    }
}

#[test]
fn golden_colon_separated_to_vector() {
    let rows: [(&str, [u16; 8]); 13] = [
        ("1::2", [1, 0, 0, 0, 0, 0, 0, 2]),
        ("1:2:3:4:5:6:7:8", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("::ffff:127.0.0.1", [0, 0, 0, 0, 0, 0xffff, 0x7f00, 1]),
        ("1:2:3:4:5:6:1.2.3.4", [1, 2, 3, 4, 5, 6, 0x102, 0x304]),
        ("FF02::1", [0xff02, 0, 0, 0, 0, 0, 0, 1]),
        ("0:0::1", [0, 0, 0, 0, 0, 0, 0, 1]),
        ("1:2:3:4:5:6:7::", [1, 2, 3, 4, 5, 6, 7, 0]),
        ("::2:3:4:5:6:7:8", [0, 2, 3, 4, 5, 6, 7, 8]),
        ("::1:", [0, 0, 0, 0, 0, 0, 1, 0]),
        (":1::", [0, 1, 0, 0, 0, 0, 0, 0]),
        ("00001::", [1, 0, 0, 0, 0, 0, 0, 0]),
        (":1:2:3:4:5:6:7", [0, 1, 2, 3, 4, 5, 6, 7]),
        ("::1.2.3.4", [0, 0, 0, 0, 0, 0, 0x102, 0x304]),
    ];
    for (text, groups) in rows {
        assert_eq!(short::parse_colon(text).map(|a| a.segments()), Ok(groups), "{text}");
    }
}

#[test]
fn golden_colon_separated_errors() {
    for text in [
        ":",
        "",
        "1",
        ":::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "::1::",
        "1::2::3",
        "::ffff:127.1",
        "::ffff:256.0.0.1",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1.2.3.4:5",
        "fe80::1%eth0",
        "[::1]",
        "ff0x::114",
        "12345::",
        "1:2:3:4::5:6:7:8",
        "::1:2:3:4:5:6:7:8",
        ":1",
        "1:",
        "1.2.3.4::",
        "::1.2.3.4.",
        "::1.2.3",
        "::-1",
        "0::0::0",
    ] {
        assert!(short::parse_colon(text).is_err(), "{text}");
        assert!(ipv6::parse(text).is_err(), "{text}");
    }
    // IOLib lets these pass.
    for text in ["::+1", ":: 1"] {
        assert!(short::parse_colon(text).is_err(), "{text}");
    }
}

#[test]
fn golden_vector_to_colon_separated() {
    // The second column is RFC 5952's text, the third what IOLib prints.
    let rows: [([u16; 8], &str, &str); 12] = [
        ([1, 0, 0, 2, 0, 0, 0, 3], "1:0:0:2::3", "1::2:0:0:0:3"),
        ([0x2001, 0xdb8, 0, 0, 1, 0, 0, 1], "2001:db8::1:0:0:1", "2001:db8::1:0:0:1"),
        ([0, 0, 1, 0, 0, 0, 0, 0], "0:0:1::", "::1:0:0:0:0:"),
        ([1, 2, 0, 0, 0, 0, 0, 0], "1:2::", "1:2::"),
        ([0, 0, 0, 0, 0, 0, 1, 0], "::1:0", "::1:"),
        ([0, 0, 0, 0, 0, 0, 0, 0xffff], "::ffff", "::ffff"),
        ([0, 0, 0, 0, 0, 0, 0x7f00, 1], "::7f00:1", "::7f00:1"),
        ([0xfe80, 0, 0, 0, 0, 0, 0, 1], "fe80::1", "fe80::1"),
        ([0, 1, 2, 3, 4, 5, 6, 7], "0:1:2:3:4:5:6:7", ":1:2:3:4:5:6:7"),
        ([0, 1, 0, 0, 0, 0, 0, 5], "0:1::5", ":1::5"),
        ([0, 1, 0, 0, 0, 0, 0, 0], "0:1::", ":1::"),
        ([0, 0, 0, 0, 0, 0xffff, 0x0102, 0x0304], "::ffff:1.2.3.4", "::ffff:1.2.3.4"),
    ];
    for (groups, text, iolib) in rows {
        assert_printed(groups, text, iolib);
    }
}

fn kind_of(text: &str) -> ip::Kind {
    ip::kind(ip::parse(text).unwrap())
}

#[test]
fn golden_inet_address_type_ipv4() {
    use ipv4::Kind;
    assert_eq!(kind_of("0.0.0.0"), ip::Kind::V4(Kind::Unspecified));
    // IOLib takes all of 127.0.0.0/8 but 127.0.0.1 for unicast; RFC 1122 does not.
    for text in ["127.0.0.1", "127.0.0.2"] {
        assert_eq!(kind_of(text), ip::Kind::V4(Kind::Loopback), "{text}");
    }
    for text in ["10.0.0.1", "169.254.1.1", "223.255.255.255"] {
        assert_eq!(kind_of(text), ip::Kind::V4(Kind::Unicast), "{text}");
    }
    assert_eq!(kind_of("224.0.0.1"), ip::Kind::V4(Kind::Multicast(ipv4::MulticastScope::LinkLocal)));
    assert_eq!(kind_of("239.255.255.255"), ip::Kind::V4(Kind::Multicast(ipv4::MulticastScope::Local)));
    // IOLib takes these for multicast too.
    assert_eq!(kind_of("240.0.0.1"), ip::Kind::V4(Kind::Reserved));
    assert_eq!(kind_of("255.255.255.255"), ip::Kind::V4(Kind::Broadcast));
}

#[test]
fn golden_inet_address_type_ipv6() {
    use ipv6::Kind;
    assert_eq!(kind_of("::"), ip::Kind::V6(Kind::Unspecified));
    assert_eq!(kind_of("::1"), ip::Kind::V6(Kind::Loopback));
    // IOLib compares the whole first group where RFC 4291 has masks, and does not know RFC 4193.
    let rows = [
        (UnicastScope::Global, &["::2", "2001:db8::1", "::ffff:1.2.3.4"][..]),
        (UnicastScope::LinkLocal, &["fe80::1", "fe80:1::1", "fe90::1", "febf::1"]),
        (UnicastScope::SiteLocal, &["fec0::1", "fec1::1", "fed0::1"]),
        (UnicastScope::UniqueLocal, &["fc00::1", "fd00::1"]),
    ];
    for (scope, texts) in rows {
        for text in texts {
            assert_eq!(kind_of(text), ip::Kind::V6(Kind::Unicast(scope)), "{text}");
        }
    }
}

#[test]
fn golden_multicast_scopes() {
    let rows: [(&str, MulticastScope); 18] = [
        ("ff00::1", MulticastScope::Reserved(0)),
        // RFC 7346 gave 3, which was reserved, to realms.
        ("ff03::1", MulticastScope::RealmLocal),
        ("ff0f::1", MulticastScope::Reserved(0xf)),
        ("ff01::1", MulticastScope::InterfaceLocal),
        ("ff02::1", MulticastScope::LinkLocal),
        ("ff12::1", MulticastScope::LinkLocal),
        ("ff32::1", MulticastScope::LinkLocal),
        ("ff04::1", MulticastScope::AdminLocal),
        ("ff05::1", MulticastScope::SiteLocal),
        ("ff06::1", MulticastScope::Unassigned(6)),
        ("ff07::1", MulticastScope::Unassigned(7)),
        ("ff09::1", MulticastScope::Unassigned(9)),
        ("ff0a::1", MulticastScope::Unassigned(0xa)),
        ("ff0b::1", MulticastScope::Unassigned(0xb)),
        ("ff0d::1", MulticastScope::Unassigned(0xd)),
        ("ff08::1", MulticastScope::OrganizationLocal),
        ("ff0e::1", MulticastScope::Global),
        ("ff1e::1", MulticastScope::Global),
    ];
    for (text, scope) in rows {
        assert_eq!(kind_of(text), ip::Kind::V6(ipv6::Kind::Multicast(scope)), "{text}");
    }
    for text in ["ff12::1", "ff32::1", "ff1e::1"] {
        assert!(ipv6::is_transient_multicast(ipv6::parse(text).unwrap()), "{text}");
    }
    assert!(!ipv6::is_transient_multicast(ipv6::parse("ff02::1").unwrap()));
}

#[test]
fn golden_solicited_node() {
    for text in ["ff02::1:ff00:1", "ff02::1:ff12:3456"] {
        assert!(ipv6::is_solicited_node_multicast(ipv6::parse(text).unwrap()), "{text}");
    }
    // IOLib does not look at the groups in the middle.
    for text in ["ff12::1:ff00:1", "ff02:1:2:3:4:1:ff00:1"] {
        assert!(!ipv6::is_solicited_node_multicast(ipv6::parse(text).unwrap()), "{text}");
    }
}

#[test]
fn golden_network_class() {
    use ipv4::Class::{A, B, C, D, E};
    let rows =
        [(0, A), (10, A), (127, A), (169, B), (192, C), (223, C), (224, D), (239, D), (240, E), (255, E)];
    for (octet, class) in rows {
        assert_eq!(ipv4::class(Ipv4Addr::new(octet, 0, 0, 1)), class, "{octet}");
    }
}

#[test]
fn golden_private() {
    for text in ["10.0.0.1", "192.168.1.1", "172.16.0.1", "172.31.255.255"] {
        assert!(ipv4::is_private(ipv4::parse(text).unwrap()), "{text}");
    }
    for text in
        ["172.15.0.1", "172.32.0.1", "192.169.0.1", "169.254.0.1", "127.0.0.1", "100.64.0.1", "11.0.0.0"]
    {
        let address = ipv4::parse(text).unwrap();
        assert!(!ipv4::is_private(address), "{text}");
        assert_eq!(ipv4::private_range(address), None, "{text}");
    }
}

#[test]
fn constants_of_iolib() {
    let rows = [
        (ipv6::UNSPECIFIED, "::"),
        (ipv6::LOOPBACK, "::1"),
        (ipv6::INTERFACE_LOCAL_ALL_NODES, "ff01::1"),
        (ipv6::LINK_LOCAL_ALL_NODES, "ff02::1"),
        (ipv6::INTERFACE_LOCAL_ALL_ROUTERS, "ff01::2"),
        (ipv6::LINK_LOCAL_ALL_ROUTERS, "ff02::2"),
        (ipv6::SITE_LOCAL_ALL_ROUTERS, "ff05::2"),
    ];
    for (address, text) in rows {
        assert_eq!(ipv6::parse(text), Ok(address));
    }
}

#[test]
fn mapped_addresses_of_iolib() {
    let mapped = ipv6::map_ipv4(Ipv4Addr::new(1, 2, 3, 4));
    assert_eq!(mapped.to_string(), "::ffff:1.2.3.4");
    assert_eq!(ipv6::unmap_ipv4(mapped), Ok(Ipv4Addr::new(1, 2, 3, 4)));
    assert_eq!(ipv6::unmap_ipv4(ipv6::LOOPBACK).unwrap_err().address(), ipv6::LOOPBACK);
}

#[test]
fn fsocket_reads_only_four_parts() {
    // fsocket takes the first four parts of more, and any number for an octet.
    for text in ["1.2.3:80", "1.2.3.4.5:80", "300.1.1.1:80", "1.2.3.4:", "a.b.c.d:80"] {
        assert!(text.parse::<Address>().is_err(), "{text}");
    }
}

#[test]
fn fsocket_equality_looks_at_the_scope() {
    // fsocket's sockaddr= ignores it.
    let with = |zone: &str| format!("[fe80::1%{zone}]:80").parse::<Address>().unwrap();
    assert_ne!(with("1"), with("2"));
    assert_ne!(with("eth0"), with("eth1"));
    let scoped: SocketAddr = "[fe80::1%512]:80".parse().unwrap();
    assert_eq!(Address::from(scoped), with("512"));
}

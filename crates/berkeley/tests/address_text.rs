//! The text of addresses: what is read, what is printed, and what an error points at.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::path::{Path, PathBuf};

use berkeley::addr::{
    Address, CanAddress, CanIds, ConvertError, Family, Inet6Address, LinkAddress, NetlinkAddress,
    OtherAddress, ParseError, Reason, ToAddress, UnixAddress, VsockAddress, Zone, ip, ipv4, ipv6, short,
};

fn parse(text: &str) -> Address {
    text.parse().unwrap_or_else(|error: ParseError| panic!("{text}: {error}"))
}

#[test]
fn sizes() {
    assert!(size_of::<Address>() <= 120, "{}", size_of::<Address>());
    assert_eq!(size_of::<Zone>(), 2 * size_of::<usize>());
    assert_eq!(size_of::<ParseError>(), size_of::<usize>());
    assert_eq!(size_of::<Family>(), 4);
}

#[test]
fn every_form_is_printed_as_it_is_read() {
    let name = |text| Zone::name(text).unwrap();
    let can = |text| CanAddress::new(name(text));
    let isotp = CanIds::IsoTp { receive: 0x7e8, transmit: 0x7e0 };
    let j1939 = CanIds::J1939 { name: 0xab, pgn: 0x1_2300, address: 0x20 };
    let ethernet = LinkAddress::new(name("eth0")).with_protocol(0x800).with_hardware_type(1);
    let ethernet = ethernet.with_packet_type(4).with_hardware_address(&[2, 0, 0, 0, 0, 0xff]).unwrap();
    let local = Inet6Address::new("fe80::1".parse().unwrap(), 80);
    let rows: Vec<(&str, Address)> = vec![
        ("127.0.0.1:80", (Ipv4Addr::LOCALHOST, 80).into()),
        ("[::1]:65535", (Ipv6Addr::LOCALHOST, 65535).into()),
        ("[fe80::1%3]:80", local.clone().with_zone(3).into()),
        ("[fe80::1%4294967295]:80", local.clone().with_zone(u32::MAX).into()),
        ("[fe80::1%eth0]:80", local.clone().with_zone(name("eth0")).into()),
        ("[fe80::1%%33]:80", local.clone().with_zone(name("3")).into()),
        ("[fe80::1%br-ü.5@x]:80", local.with_zone(name("br-ü.5@x")).into()),
        ("unix:/run/x.sock", UnixAddress::path("/run/x.sock").unwrap().into()),
        ("unix:x.sock", UnixAddress::path("x.sock").unwrap().into()),
        ("unix:/a b%25%3f%0aü", UnixAddress::path("/a b%?\nü").unwrap().into()),
        ("unix:", UnixAddress::unnamed().into()),
        ("unix-abstract:", UnixAddress::abstract_name(b"").unwrap().into()),
        ("unix-abstract:a%00b/%ff", UnixAddress::abstract_name(b"a\0b/\xff").unwrap().into()),
        ("can://vcan0", can("vcan0").into()),
        ("can://*", CanAddress::default().into()),
        ("can://7", CanAddress::new(Zone::index(7)).into()),
        ("can://%37", can("7").into()),
        ("can://%2a", can("*").into()),
        ("can://vcan0?tx=7e0&rx=7e8", can("vcan0").with_ids(isotp).into()),
        ("can://vcan0?name=ab&pgn=12300&addr=20", can("vcan0").with_ids(j1939).into()),
        ("vsock://2:1024", VsockAddress::new(2, 1024).into()),
        ("vsock://any:any", VsockAddress::new(VsockAddress::CID_ANY, VsockAddress::PORT_ANY).into()),
        ("packet://eth0", LinkAddress::new(name("eth0")).into()),
        ("packet://*", LinkAddress::new(Zone::NONE).into()),
        ("packet://eth0?protocol=0x800&type=0x1&packet=0x4&mac=02:00:00:00:00:ff", ethernet.into()),
        ("netlink:0", NetlinkAddress::default().into()),
        ("netlink:4294967295?groups=0x11", NetlinkAddress::new(u32::MAX, 0x11).into()),
        ("family:45:0011aabb", OtherAddress::new(Family::from_raw(45), &[0, 0x11, 0xaa, 0xbb]).into()),
        ("family:0:", OtherAddress::new(Family::UNSPEC, &[]).into()),
    ];
    for (text, address) in rows {
        assert_eq!(parse(text), address, "{text}");
        assert_eq!(address.to_string(), text);
    }
}

#[test]
fn other_ways_to_write_the_same() {
    let rows = [
        ("/run/x.sock", "unix:/run/x.sock"),
        ("./x.sock", "unix:./x.sock"),
        ("/50%", "unix:/50%25"),
        ("/what?", "unix:/what%3f"),
        ("unix:%2frun", "unix:/run"),
        ("vsock://host:any", "vsock://2:any"),
        ("vsock://hypervisor:1", "vsock://0:1"),
        ("vsock://local:1", "vsock://1:1"),
        ("[FE80:0:0::0001]:080", "[fe80::1]:80"),
        ("[fe80::1%0]:80", "[fe80::1]:80"),
        ("[fe80::1%007]:80", "[fe80::1%7]:80"),
        ("[::ffff:102:304]:80", "[::ffff:1.2.3.4]:80"),
        ("127.0.0.1:00080", "127.0.0.1:80"),
        ("can://vcan0?rx=0x7e8&tx=0x7e0", "can://vcan0?tx=7e0&rx=7e8"),
        ("can://vcan0?addr=20", "can://vcan0?name=0&pgn=40000&addr=20"),
        ("packet://eth0?protocol=0806", "packet://eth0?protocol=0x806"),
        ("packet://eth0?protocol=0", "packet://eth0"),
        ("netlink:7?groups=0", "netlink:7"),
        ("family:unspec:00", "family:0:00"),
        ("family:AF_INET6:00", &format!("family:{}:00", Family::INET6.as_raw().unwrap())),
    ];
    for (text, canonical) in rows {
        assert_eq!(parse(text).to_string(), canonical, "{text}");
    }
}

/// Says for each text what is wrong, and with which part.
#[test]
fn errors_say_what_and_where() {
    let long_path = format!("unix:{}", "x".repeat(109));
    let long_name = format!("unix-abstract:{}", "x".repeat(108));
    let long_zone = format!("[fe80::1%{}]:80", "x".repeat(256));
    let rows: &[(&str, Reason, &str)] = &[
        ("", Reason::Empty, ""),
        (":80", Reason::Empty, ""),
        ("127.0.0.1", Reason::MissingPort, ""),
        ("127.0.0.1:", Reason::MissingPort, ""),
        ("127.0.0.1:http", Reason::PortNotANumber, "http"),
        ("127.0.0.1:-1", Reason::PortNotANumber, "-1"),
        ("127.0.0.1:65536", Reason::PortOutOfRange, "65536"),
        ("127.0.0.1:99999999999999999999999", Reason::PortOutOfRange, "99999999999999999999999"),
        ("127.0.0.1:80:80", Reason::PortNotANumber, "80:80"),
        ("127.0.0.256:80", Reason::OctetOutOfRange, "256"),
        ("127.0.0.1111:80", Reason::OctetOutOfRange, "1111"),
        ("127.0.0.01:80", Reason::LeadingZero, "01"),
        ("127.0.0:80", Reason::TooFewOctets, "127.0.0"),
        ("127.0.0.0.1:80", Reason::TooManyOctets, "1"),
        ("127.0..1:80", Reason::OctetNotANumber, ""),
        ("127.0.0.1x:80", Reason::Junk, "x"),
        ("1.2.3.4/8", Reason::Junk, "/8"),
        ("::1:80", Reason::NeedsBrackets, "::1"),
        ("2001:db8::1", Reason::MissingPort, ""),
        ("fe80::1%eth0:80", Reason::NeedsBrackets, "fe80::1%eth0"),
        ("fe80::%eth0", Reason::MissingPort, ""),
        ("1:2:3:4:5:6:7:8:80", Reason::NeedsBrackets, "1:2:3:4:5:6:7:8"),
        ("[::1:80", Reason::UnclosedBracket, "["),
        ("[::1]", Reason::MissingPort, ""),
        ("[::1]80", Reason::Junk, "80"),
        ("[::1]:", Reason::MissingPort, ""),
        ("[::1]:x", Reason::PortNotANumber, "x"),
        ("[::1]:70000", Reason::PortOutOfRange, "70000"),
        ("[]:80", Reason::Empty, ""),
        ("[127.0.0.1]:80", Reason::TooFewGroups, "127.0.0.1"),
        ("[1::2::3]:80", Reason::SecondGap, "::"),
        ("[1:::2]:80", Reason::SecondGap, "::"),
        ("[12345::]:80", Reason::GroupOutOfRange, "12345"),
        ("[::g]:80", Reason::GroupNotHex, "g"),
        ("[1:2:3]:80", Reason::TooFewGroups, "1:2:3"),
        ("[1:2:3:4:5:6:7:8:9]:80", Reason::TooManyGroups, "1:2:3:4:5:6:7:8:9"),
        ("[1:2:3:4::5:6:7:8]:80", Reason::TooManyGroups, "1:2:3:4::5:6:7:8"),
        ("[:1::]:80", Reason::LoneColon, ":"),
        ("[1::2:]:80", Reason::LoneColon, ":"),
        ("[::1.2.3.4:5]:80", Reason::MisplacedIpv4, "1.2.3.4"),
        ("[::1.2.3]:80", Reason::TooFewOctets, "1.2.3"),
        ("[fe80::1%]:80", Reason::EmptyZone, ""),
        ("[fe80::1%a b]:80", Reason::ZoneCharacter, " "),
        ("[fe80::1%a/b]:80", Reason::ZoneCharacter, "/"),
        ("[fe80::1%4294967296]:80", Reason::ZoneOutOfRange, "4294967296"),
        ("[fe80::1%a%zz]:80", Reason::BadEscape, "%zz"),
        (&long_zone, Reason::ZoneTooLong, &long_zone[9..265]),
        ("example.org:80", Reason::HostName, "example.org"),
        ("localhost", Reason::HostName, "localhost"),
        ("4you.example:80", Reason::HostName, "4you.example"),
        ("tpc://127.0.0.1:80", Reason::UnknownScheme, "tpc"),
        ("unx:/run/x", Reason::UnknownScheme, "unx"),
        ("unix:/a\0b", Reason::NulInPath, "/a\0b"),
        ("unix:/a%00b", Reason::NulInPath, "/a%00b"),
        ("unix:/a%4", Reason::BadEscape, "%4"),
        ("unix:/a%üü", Reason::BadEscape, "%üü"),
        ("unix:/a?b", Reason::Junk, "?b"),
        (&long_path, Reason::PathTooLong, &long_path[5..]),
        (&long_name, Reason::NameTooLong, &long_name[14..]),
        ("can://", Reason::MissingInterface, ""),
        ("can://vcan0?tx=1", Reason::MismatchedParameter, "tx=1"),
        ("can://vcan0?tx=1&rx=2&name=3", Reason::MismatchedParameter, "tx=1&rx=2&name=3"),
        ("can://vcan0?tx=1&tx=2", Reason::RepeatedParameter, "tx"),
        ("can://vcan0?up=1", Reason::UnknownParameter, "up"),
        ("can://vcan0?tx=x&rx=2", Reason::NotHex, "x"),
        ("can://vcan0?tx=100000000&rx=2", Reason::OutOfRange, "100000000"),
        ("can://vcan0?tx", Reason::MissingValue, ""),
        ("can://vcan0?addr=100", Reason::OutOfRange, "100"),
        ("vsock://2", Reason::MissingPort, ""),
        ("vsock://2:", Reason::MissingPort, ""),
        ("vsock://guest:1", Reason::NotANumber, "guest"),
        ("vsock://4294967296:1", Reason::OutOfRange, "4294967296"),
        ("packet://eth0?mac=02:0", Reason::BadHardwareAddress, "0"),
        ("packet://eth0?mac=", Reason::BadHardwareAddress, ""),
        ("netlink:", Reason::MissingValue, ""),
        ("netlink:x", Reason::NotANumber, "x"),
        ("netlink:0?pid=1", Reason::UnknownParameter, "pid"),
        ("family:45", Reason::MissingValue, "45"),
        ("family:45:0", Reason::NotHex, "0"),
        ("family:45:+1", Reason::NotHex, "+1"),
        ("family:blue:00", Reason::UnknownFamily, "blue"),
        ("family:65535000:00", Reason::UnknownFamily, "65535000"),
    ];
    for (text, reason, token) in rows {
        let error = text.parse::<Address>().expect_err(text);
        assert_eq!((error.reason(), error.token()), (*reason, *token), "{text}: {error}");
        assert_eq!(error.input(), *text);
    }
}

#[test]
fn the_hint_is_what_to_write() {
    let hint = |text: &str| text.parse::<Address>().unwrap_err().hint().map(str::to_owned);
    assert_eq!(hint("::1:80").as_deref(), Some("write [::1]:80"));
    assert_eq!(hint("fe80::%eth0").as_deref(), Some("write [fe80::%eth0]:PORT"));
    assert_eq!(hint("uinx:/x").as_deref(), Some("did you mean unix?"));
    assert_eq!(hint("vsok://2:1").as_deref(), Some("did you mean vsock?"));
    assert_eq!(hint("gopher://example.org"), None);
    assert_eq!(hint("127.0.0.1"), None);
}

#[test]
fn carets_stand_under_the_fault() {
    let text = "tcp://::1:80";
    let error = text[6..].parse::<Address>().unwrap_err().within(text, 6);
    assert_eq!(
        error.caret().to_string(),
        "an IPv6 address needs brackets before its port\n  tcp://::1:80\n        ^^^    write [::1]:80"
    );
    // A character is a column, however many bytes it has.
    let error = "unix:/äöü%4ß€".parse::<Address>().unwrap_err();
    assert_eq!(error.span(), 12..16);
    assert!(error.caret().to_string().ends_with("\n           ^^^    write %25 for a percent sign"));
    // There is a caret where something is missing.
    let error = "127.0.0.1:".parse::<Address>().unwrap_err();
    assert_eq!(error.caret().to_string(), "a port is missing\n  127.0.0.1:\n            ^");
    // What would move the cursor does not.
    let error = "a\tb\n".parse::<Address>().unwrap_err();
    assert_eq!(error.caret().to_string().lines().count(), 3);
    assert_eq!(error.to_string().lines().count(), 1);
}

#[test]
fn an_error_moves_only_to_where_its_input_is() {
    let error = "x".parse::<Address>().unwrap_err();
    assert_eq!(error.clone().within("a x", 2).span(), 2..3);
    assert_eq!(error.clone().within("a x", 1).span(), 0..3);
    assert_eq!(error.clone().within("ä", 1).span(), 0..2);
    assert_eq!(error.within("", 9).span(), 0..0);
}

#[test]
fn plain_ip_addresses() {
    let rows = [
        ("1.2.3.4:80", Reason::MisplacedIpv4),
        ("fe80::1%eth0", Reason::UnexpectedZone),
        ("[::1]", Reason::Junk),
        ("", Reason::Empty),
        ("localhost", Reason::HostName),
        ("1.2.3", Reason::TooFewOctets),
        (" 1.2.3.4", Reason::HostName),
        ("1.2.3.4 ", Reason::Junk),
    ];
    for (text, reason) in rows {
        assert_eq!(ip::parse(text).unwrap_err().reason(), reason, "{text}");
    }
    assert!(ipv4::parse("::1").is_err() && ipv6::parse("1.2.3.4").is_err());
}

#[test]
fn zones() {
    assert_eq!(Zone::index(0), Zone::NONE);
    assert_eq!(Zone::index(7).as_index(), Some(7));
    assert_eq!((Zone::NONE.as_index(), Zone::NONE.as_name()), (None, None));
    assert_eq!(Zone::name("eth0").unwrap().as_name(), Some("eth0"));
    assert_eq!("3".parse::<Zone>(), Ok(Zone::index(3)));
    assert_eq!("%33".parse::<Zone>(), Zone::name("3"));
    for name in ["", "a%b", "a]b", "a/b", "a\0b", "a\tb", "a\u{a0}b", "a\nb"] {
        assert!(Zone::name(name).is_err(), "{name:?}");
    }
    let adapter = Zone::name("Ethernet 2").unwrap();
    assert_eq!((adapter.to_string().as_str(), "Ethernet%202".parse()), ("Ethernet%202", Ok(adapter)));
    assert_eq!("Ethernet 2".parse::<Zone>().unwrap_err().hint(), Some("write %20 for a blank"));
    assert!(Zone::name(&"x".repeat(255)).is_ok());
    assert_eq!(Zone::name(&"x".repeat(256)).unwrap_err().reason(), Reason::ZoneTooLong);
}

#[test]
fn unix_addresses() {
    let path = UnixAddress::path("/run/x").unwrap();
    assert_eq!(path.as_path(), Some(Path::new("/run/x")));
    assert_eq!((path.as_bytes(), path.as_abstract()), (&b"/run/x"[..], None));
    let name = UnixAddress::abstract_name(b"x").unwrap();
    assert_eq!((name.as_bytes(), name.as_abstract(), name.as_path()), (&b"\0x"[..], Some(&b"x"[..]), None));
    let empty = UnixAddress::abstract_name(b"").unwrap();
    assert_eq!(empty.as_abstract(), Some(&b""[..]));
    assert!(!empty.is_unnamed() && empty != UnixAddress::unnamed());
    assert_eq!(UnixAddress::path("").unwrap_err().reason(), Reason::EmptyPath);
    let nul = UnixAddress::path("a\0b").unwrap_err();
    assert_eq!((nul.reason(), nul.span()), (Reason::NulInPath, 1..2));
    assert!(UnixAddress::path("x".repeat(108)).is_ok());
    assert_eq!(UnixAddress::path("x".repeat(109)).unwrap_err().reason(), Reason::PathTooLong);
    assert!(UnixAddress::abstract_name(&[0; 107]).is_ok());
    assert_eq!(UnixAddress::abstract_name(&[0; 108]).unwrap_err().reason(), Reason::NameTooLong);
}

#[test]
fn unix_addresses_from_the_system() {
    let from = UnixAddress::from_sun_path;
    assert!(from(b"").is_unnamed());
    assert_eq!(from(b"/run/x\0\0\0"), UnixAddress::path("/run/x").unwrap());
    assert_eq!(from(b"/run/x"), UnixAddress::path("/run/x").unwrap());
    assert_eq!(from(&[b'x'; 200]).as_bytes(), [b'x'; 108]);
    if cfg!(linux_like) {
        assert_eq!(from(b"\0x\0"), UnixAddress::abstract_name(b"x\0").unwrap());
        assert_eq!(from(b"\0"), UnixAddress::abstract_name(b"").unwrap());
    } else {
        assert!(from(&[0; 14]).is_unnamed());
    }
}

#[test]
fn hardware_addresses() {
    let address = LinkAddress::new(Zone::index(2));
    assert_eq!(address.clone().with_hardware_address(&[7; 32]).unwrap().hardware_address(), [7; 32]);
    let error = address.clone().with_hardware_address(&[7; 33]).unwrap_err();
    assert_eq!(error.reason(), Reason::HardwareAddressTooLong);
    let longer = address.with_hardware_address(&[7; 8]).unwrap();
    assert_eq!(longer.with_hardware_address(&[7; 6]).unwrap().hardware_address(), [7; 6]);
}

#[test]
fn families() {
    assert_eq!(format!("{:?} {:>6}", Family::INET6, Family::UNIX), "INET6   UNIX");
    assert_eq!(format!("{:?}", Family::from_raw(4711)), "4711");
    for family in Family::all() {
        assert_eq!(Family::from_name(family.name().unwrap()), Some(family));
        assert_eq!(family.as_raw().is_some(), family.is_available());
        assert_eq!(family.as_raw().map(Family::from_raw), family.is_available().then_some(family));
    }
    let mut all: Vec<Family> = Family::all().collect();
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count, "two families have one number");
    assert_eq!(Family::from_name("é"), None);
    assert_eq!(parse("can://*").family(), Family::CAN);
    assert_eq!(parse("family:TIPC:00").family(), Family::TIPC);
}

#[test]
fn conversions() {
    let scoped = SocketAddrV6::new("fe80::1".parse().unwrap(), 80, 9, 3);
    let address = Address::from(scoped);
    assert_eq!(SocketAddr::try_from(&address), Ok(SocketAddr::V6(scoped)));
    assert_eq!(address, Address::Inet6(Inet6Address::new(*scoped.ip(), 80).with_flowinfo(9).with_zone(3)));
    let named = parse("[fe80::1%eth0]:80");
    let zone = Zone::name("eth0").unwrap();
    assert_eq!(SocketAddr::try_from(&named), Err(ConvertError::NamedZone(zone)));
    assert_eq!(SocketAddr::try_from(parse("unix:")), Err(ConvertError::Family(Family::UNIX)));
    let v4 = parse("192.0.2.1:80");
    assert_eq!(v4.to_ipv6_mapped(), Some(parse("[::ffff:192.0.2.1]:80")));
    assert_eq!(parse("[::ffff:192.0.2.1]:80").to_canonical(), v4);
    assert_eq!(parse("unix:").to_ipv6_mapped(), None);
    assert_eq!(named.with_port(81), Some(parse("[fe80::1%eth0]:81")));
    assert_eq!(
        (parse("can://*").with_port(1), parse("can://*").port(), parse("can://*").ip()),
        (None, None, None)
    );
    assert!(parse("0.0.0.0:0").is_unspecified() && parse("[::1]:0").is_loopback());
    assert!(parse("224.0.0.1:0").is_multicast() && !parse("unix:").is_multicast());
}

#[test]
fn whatever_stands_for_an_address() {
    let expected = parse("127.0.0.1:80");
    let socket: SocketAddr = "127.0.0.1:80".parse().unwrap();
    let all: [&dyn ToAddress; 8] = [
        &expected,
        &"127.0.0.1:80",
        &String::from("127.0.0.1:80"),
        &socket,
        &(Ipv4Addr::LOCALHOST, 80),
        &(socket.ip(), 80),
        &("127.0.0.1", 80),
        &&socket,
    ];
    for given in all {
        assert_eq!(given.to_address().unwrap(), expected);
    }
    for text in ["::1", "[::1]"] {
        assert_eq!((text, 80).to_address().unwrap(), parse("[::1]:80"));
    }
    assert_eq!(("[fe80::1%eth0]", 80).to_address().unwrap(), parse("[fe80::1%eth0]:80"));
    assert_eq!(PathBuf::from("x").to_address().unwrap(), parse("unix:x"));
    let rows = [
        ("localhost", Reason::HostName),
        ("", Reason::Empty),
        ("[::1", Reason::UnclosedBracket),
        ("[::1]:80", Reason::Junk),
        ("1.2.3", Reason::TooFewOctets),
    ];
    for (text, reason) in rows {
        assert_eq!((text, 80).to_address().unwrap_err().reason(), reason, "{text}");
    }
}

#[test]
fn formats_are_honoured() {
    for text in ["127.0.0.1:80", "[2001:db8::1]:80", "[fe80::1%3]:80"] {
        let (ours, standard) = (parse(text), text.parse::<SocketAddr>().unwrap());
        assert_eq!(
            format!("{ours:>30}|{ours:<30}|{ours:*^31}"),
            format!("{standard:>30}|{standard:<30}|{standard:*^31}")
        );
    }
    assert_eq!(format!("{:>10}|{:.4}", parse("unix:/a"), parse("unix:/a")), "   unix:/a|unix");
    assert_eq!(format!("{:>20}", parse("[fe80::1%eth0]:80")), "   [fe80::1%eth0]:80");
    assert_eq!(format!("{:>8}", ipv6::Uppercase("::a".parse().unwrap())), "     ::A");
    assert_eq!(format!("{:?}", parse("[::1]:80")), "Inet6([::1]:80)");
    assert_eq!(format!("{:?}", parse("unix:/a")), "Unix(unix:/a)");
}

#[test]
fn short_forms_of_c() {
    let rows = [
        ("127.1", Some([127, 0, 0, 1])),
        ("127.65530", Some([127, 0, 255, 250])),
        ("1.2.3", Some([1, 2, 0, 3])),
        ("1.2.65535", Some([1, 2, 255, 255])),
        ("1.2.65536", None),
        ("1.16777215", Some([1, 255, 255, 255])),
        ("1.16777216", None),
        ("4294967295", Some([255; 4])),
        ("4294967296", None),
        ("0x7f.0x0.0x0.0x1", Some([127, 0, 0, 1])),
        ("0X7F000001", Some([127, 0, 0, 1])),
        ("0177.0.0.01", Some([127, 0, 0, 1])),
        ("010", Some([0, 0, 0, 8])),
        ("08", None),
        ("0x", None),
        ("0", Some([0; 4])),
        ("256.1", None),
        ("1.2.3.4.5", None),
        ("1.2.3.4.", None),
        ("", None),
        (".1", None),
        ("1..2", None),
        ("-1", None),
        ("+1", None),
        ("1.2.3.256", None),
        ("0x0x1", None),
    ];
    for (text, octets) in rows {
        assert_eq!(short::parse_inet_aton(text).ok().map(|a| a.octets()), octets, "{text}");
    }
}

/// Compares with the C library, which Python calls.
#[test]
#[cfg(unix)]
fn short_forms_agree_with_c() {
    use std::io::Write;
    use std::process::{Command, Stdio};

    const PROGRAM: &str = "import socket, sys
for line in sys.stdin:
    try: print(socket.inet_aton(line[:-1]).hex())
    except OSError: print('-')
";
    let texts = short_forms();
    let child =
        Command::new("python3").args(["-c", PROGRAM]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        eprintln!("skipped: there is no python3");
        return;
    };
    let mut input = child.stdin.take().unwrap();
    let lines = texts.join("\n") + "\n";
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    assert_eq!(answers.lines().count(), texts.len());
    for (text, answer) in texts.iter().zip(answers.lines()) {
        let ours = short::parse_inet_aton(text);
        let ours = ours.map_or("-".to_owned(), |a| format!("{:08x}", a.to_bits()));
        assert_eq!(ours, answer, "{text:?}");
    }
}

/// Puts together all addresses of one to five parts from numbers at the edges of what C reads.
#[cfg(unix)]
fn short_forms() -> Vec<String> {
    const PARTS: [&str; 17] = [
        "0",
        "1",
        "00",
        "010",
        "08",
        "0x10",
        "0X1f",
        "0x",
        "255",
        "256",
        "0377",
        "0400",
        "65536",
        "16777215",
        "4294967295",
        "x",
        "",
    ];
    let mut texts: Vec<String> = PARTS.iter().map(|part| (*part).to_owned()).collect();
    let mut all = texts.clone();
    for length in 2..=5 {
        let parts = if length < 4 { &PARTS[..] } else { &["0", "255", "256", "0x1f"] };
        texts.retain(|text| length < 4 || text.len() < 4 * length);
        texts =
            texts.iter().flat_map(|text| parts.iter().map(move |part| format!("{text}.{part}"))).collect();
        texts.truncate(6000);
        all.extend_from_slice(&texts);
    }
    all
}

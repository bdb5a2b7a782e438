//! What holds for every address and every text.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use berkeley::addr::network::{self, IpNet};
use berkeley::addr::{
    Address, CanAddress, CanIds, Family, Inet6Address, LinkAddress, NetlinkAddress, OtherAddress, ToAddress,
    UnixAddress, VsockAddress, Zone, ip, ipv4, ipv6, short,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn zones() -> impl Strategy<Value = Zone> {
    prop_oneof![
        Just(Zone::NONE),
        any::<u32>().prop_map(Zone::index),
        "[a-z]{1,5}[0-9]{0,3}|[0-9]{1,12}|[*?&=:\\[@. ü-]{1,5}".prop_map(|name| Zone::name(&name).unwrap()),
    ]
}

/// Groups are often zero, so that there are gaps of all kinds.
fn ipv6_addresses() -> impl Strategy<Value = Ipv6Addr> {
    let group = prop_oneof![3 => Just(0_u16), 1 => 0..16_u16, 1 => any::<u16>()];
    prop_oneof![
        8 => proptest::array::uniform8(group).prop_map(Ipv6Addr::from),
        1 => any::<Ipv4Addr>().prop_map(ipv6::map_ipv4),
    ]
}

fn can_ids() -> impl Strategy<Value = CanIds> {
    prop_oneof![
        Just(CanIds::None),
        any::<(u32, u32)>().prop_map(|(receive, transmit)| CanIds::IsoTp { receive, transmit }),
        any::<(u64, u32, u8)>().prop_map(|(name, pgn, address)| CanIds::J1939 { name, pgn, address }),
    ]
}

fn unix_addresses() -> impl Strategy<Value = UnixAddress> {
    vec(any::<u8>(), 0..120).prop_map(|bytes| UnixAddress::from_sun_path(&bytes))
}

fn link_addresses() -> impl Strategy<Value = LinkAddress> {
    (zones(), any::<(u16, u16, u8)>(), vec(any::<u8>(), 0..=32)).prop_map(|(zone, numbers, bytes)| {
        let address = LinkAddress::new(zone).with_protocol(numbers.0).with_hardware_type(numbers.1);
        address.with_packet_type(numbers.2).with_hardware_address(&bytes).unwrap()
    })
}

fn families() -> impl Strategy<Value = Family> {
    prop_oneof![
        any::<u16>().prop_map(Family::from_raw),
        proptest::sample::select(Family::all().collect::<Vec<_>>()),
    ]
}

fn addresses() -> impl Strategy<Value = Address> {
    prop_oneof![
        any::<(Ipv4Addr, u16)>().prop_map(Address::from),
        (ipv6_addresses(), any::<u16>(), zones())
            .prop_map(|(ip, port, zone)| Address::Inet6(Inet6Address::new(ip, port).with_zone(zone))),
        unix_addresses().prop_map(Address::Unix),
        vec(any::<u8>(), 0..=107).prop_map(|name| UnixAddress::abstract_name(&name).unwrap().into()),
        "[ -~]{1,20}".prop_map(|path| UnixAddress::path(path).unwrap().into()),
        (zones(), can_ids()).prop_map(|(zone, ids)| CanAddress::new(zone).with_ids(ids).into()),
        any::<(u32, u32)>().prop_map(|(cid, port)| VsockAddress::new(cid, port).into()),
        link_addresses().prop_map(Address::Link),
        any::<(u32, u32)>().prop_map(|(pid, groups)| NetlinkAddress::new(pid, groups).into()),
        (families(), vec(any::<u8>(), 0..40))
            .prop_map(|(family, bytes)| OtherAddress::new(family, &bytes).into()),
    ]
}

/// Texts of the letters of addresses, printed addresses with a few characters changed, and anything.
fn texts() -> impl Strategy<Value = String> {
    let changed =
        (addresses(), any::<proptest::sample::Index>(), "[0-9a-g:.%/?&=\\[\\]é\u{0}]{0,3}", 0..3_usize);
    let changed = changed.prop_map(|(address, place, insert, drop)| {
        let mut letters: Vec<char> = address.to_string().chars().collect();
        let place = place.index(letters.len() + 1);
        let end = letters.len().min(place + drop);
        letters.splice(place..end, insert.chars());
        letters.into_iter().collect()
    });
    prop_oneof![
        2 => "[0-9a-f:.]{0,24}",
        2 => "[0-9]{1,3}(\\.[0-9]{0,4}){0,4}(:[0-9]{0,6})?",
        2 => "\\[?(::)?([0-9a-f]{1,4}:){0,8}(:?[0-9a-f]{0,5}|[0-9.]{7,15})(%[a-z0-9]{0,3})?(\\]:[0-9]{1,6})?",
        4 => changed,
        1 => any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_is_read(address in addresses()) {
        let text = address.to_string();
        prop_assert_eq!(text.parse::<Address>(), Ok(address.clone()), "{}", text);
        prop_assert_eq!(text.as_str().to_address(), Ok(address));
        prop_assert!(!text.chars().any(char::is_control));
    }

    #[test]
    fn what_is_read_is_printed(text in texts()) {
        if let Ok(address) = text.parse::<Address>() {
            prop_assert_eq!(address.to_string().parse::<Address>(), Ok(address));
        }
    }

    #[test]
    fn zones_are_printed_and_read(zone in zones()) {
        if !zone.is_none() {
            prop_assert_eq!(zone.to_string().parse::<Zone>(), Ok(zone));
        }
    }

    #[test]
    fn the_standard_library_reads_the_same_ip_addresses(text in texts()) {
        prop_assert_eq!(ipv4::parse(&text).ok(), text.parse::<Ipv4Addr>().ok());
        prop_assert_eq!(ipv6::parse(&text).ok(), text.parse::<Ipv6Addr>().ok());
        prop_assert_eq!(ip::parse(&text).ok(), text.parse::<IpAddr>().ok());
    }

    #[test]
    fn the_standard_library_reads_the_same_sockets(text in texts()) {
        let ours = text.parse::<Address>().ok();
        if let Ok(standard) = text.parse::<SocketAddr>() {
            prop_assert_eq!(ours, Some(Address::from(standard)));
        } else if let Some(address @ (Address::Inet(_) | Address::Inet6(_))) = ours {
            // Only a zone by name is more than the standard library reads.
            prop_assert!(SocketAddr::try_from(&address).is_err(), "{}", text);
        }
    }

    #[test]
    fn the_standard_library_prints_the_same(
        ip in ipv6_addresses(),
        v4 in any::<Ipv4Addr>(),
        port: u16,
        scope: u32,
    ) {
        let v6 = SocketAddr::V6(SocketAddrV6::new(ip, port, 0, scope));
        prop_assert_eq!(Address::from(v6).to_string(), v6.to_string());
        let v4 = SocketAddr::V4(SocketAddrV4::new(v4, port));
        prop_assert_eq!(Address::from(v4).to_string(), v4.to_string());
        prop_assert_eq!(ipv6::Uppercase(ip).to_string(), ip.to_string().to_uppercase());
        prop_assert_eq!(SocketAddr::try_from(Address::from(v6)), Ok(v6));
    }

    #[test]
    fn errors_point_into_their_input(text in texts()) {
        let errors = [
            text.parse::<Address>().err(),
            ip::parse(&text).err(),
            ipv4::parse(&text).err(),
            ipv6::parse(&text).err(),
            network::parse(&text).err(),
            short::parse_dotted(&text).err(),
            short::parse_inet_aton(&text).err(),
            short::parse_colon(&text).err(),
            text.parse::<Zone>().err(),
            (text.as_str(), 1).to_address().err(),
        ];
        for error in errors.into_iter().flatten() {
            prop_assert_eq!(error.input(), text.as_str());
            prop_assert_eq!(error.input().get(error.span()), Some(error.token()));
            prop_assert_eq!(error.to_string().lines().count(), 1);
            let caret = error.caret().to_string();
            prop_assert_eq!(caret.lines().count(), 3, "{}", caret);
            let moved = error.clone().within(&format!("é://{text}"), 5);
            prop_assert_eq!(moved.token(), error.token());
        }
    }

    #[test]
    fn the_lenient_readers_read_all_that_is_right(v4 in any::<Ipv4Addr>(), v6 in ipv6_addresses()) {
        prop_assert_eq!(short::parse_dotted(&v4.to_string()), Ok(v4));
        prop_assert_eq!(short::parse_inet_aton(&v4.to_string()), Ok(v4));
        prop_assert_eq!(short::parse_colon(&v6.to_string()), Ok(v6));
        let groups = v6.segments().map(|group| format!("{group:x}")).join(":");
        prop_assert_eq!(short::parse_colon(&groups), Ok(v6));
    }

    #[test]
    fn what_ipv6_reads_is_read_leniently(text in texts()) {
        if let Ok(address) = ipv6::parse(&text) {
            prop_assert_eq!(short::parse_colon(&text), Ok(address));
        }
    }

    #[test]
    fn ipnet_reads_the_same_networks(ip in any::<IpAddr>(), prefix in 0..140_u8, text in texts()) {
        let written = format!("{ip}/{prefix}");
        prop_assert_eq!(network::parse(&written).ok(), written.parse::<IpNet>().ok());
        if let Ok(net) = text.parse::<IpNet>() {
            prop_assert_eq!(network::parse(&text), Ok(net));
        }
    }

    #[test]
    fn network_and_host_make_the_address(ip in any::<IpAddr>(), prefix in 0..=32_u8) {
        let net = network::new(ip, prefix).unwrap();
        let network = network::network_portion(ip, prefix).unwrap();
        let host = network::host_portion(ip, prefix).unwrap();
        let bits = |ip| match ip {
            IpAddr::V4(ip) => u128::from(ip.to_bits()),
            IpAddr::V6(ip) => ip.to_bits(),
        };
        prop_assert_eq!(bits(network) | bits(host), bits(ip));
        prop_assert_eq!(bits(network) & bits(host), 0);
        prop_assert_eq!(network, net.network());
        prop_assert_eq!(network::network_portion(ip, net.netmask()), Ok(network));
        prop_assert!(network::contains(net, ip) && network::same(net, net.trunc()));
    }

    #[test]
    fn a_prefix_is_that_of_its_mask_or_there_is_none(bits: u32) {
        let mask = IpAddr::V4(Ipv4Addr::from_bits(bits));
        let contiguous = bits.leading_ones() + bits.trailing_zeros() >= 32;
        prop_assert_eq!(network::prefix_of(mask).ok(), contiguous.then(|| bits.leading_ones() as u8));
    }

    #[test]
    fn every_address_has_one_kind(ip in any::<IpAddr>()) {
        let kinds = [ip::is_unspecified(ip), ip::is_loopback(ip), ip::is_multicast(ip), ip::is_unicast(ip)];
        let reserved = matches!(ip, IpAddr::V4(ip) if ipv4::is_reserved(ip) || ipv4::is_broadcast(ip));
        prop_assert_eq!(kinds.into_iter().filter(|kind| *kind).count() + usize::from(reserved), 1);
    }

    #[test]
    fn mapping_goes_back(address in any::<(Ipv4Addr, u16)>()) {
        let address = Address::from(address);
        prop_assert_eq!(address.to_ipv6_mapped().unwrap().to_canonical(), address);
    }

    #[test]
    fn sun_path_is_kept(bytes in vec(any::<u8>(), 0..130)) {
        let address = UnixAddress::from_sun_path(&bytes);
        prop_assert_eq!(UnixAddress::from_sun_path(address.as_bytes()), address);
        prop_assert!(bytes.starts_with(address.as_bytes()));
        let forms = [address.is_unnamed(), address.as_path().is_some(), address.as_abstract().is_some()];
        prop_assert!(forms.into_iter().filter(|form| *form).count() <= 1);
    }
}

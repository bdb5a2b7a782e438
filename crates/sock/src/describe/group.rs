//! Groups that have a name.

use std::net::IpAddr;

/// The groups of IANA's registries that one meets on a link.
const V4: &[(u32, &str)] = &[
    (0xe000_0001, "all hosts on the link (RFC 1112)"),
    (0xe000_0002, "all routers on the link (RFC 1256)"),
    (0xe000_0004, "DVMRP routers (RFC 1075)"),
    (0xe000_0005, "OSPF routers (RFC 2328)"),
    (0xe000_0006, "OSPF designated routers (RFC 2328)"),
    (0xe000_0009, "RIP version 2 routers (RFC 2453)"),
    (0xe000_000d, "PIM routers (RFC 7761)"),
    (0xe000_0012, "VRRP (RFC 9568)"),
    (0xe000_0016, "IGMP version 3 (RFC 9776)"),
    (0xe000_00fb, "multicast DNS (RFC 6762)"),
    (0xe000_00fc, "link-local name resolution (RFC 4795)"),
    (0xe000_0101, "NTP (RFC 5905)"),
    (0xe000_0181, "precision time (IEEE 1588)"),
    (0xefff_fffa, "simple service discovery (SSDP)"),
    (0xefff_fffd, "service location (RFC 2608)"),
];

/// Those of IPv6: flags and scope, 0 for any, and what is behind them.
const V6: &[(u16, u32, &str)] = &[
    (0xff01, 0x1, "all nodes of this interface (RFC 4291)"),
    (0xff01, 0x2, "all routers of this interface (RFC 4291)"),
    (0xff02, 0x1, "all nodes on the link (RFC 4291)"),
    (0xff02, 0x2, "all routers on the link (RFC 4291)"),
    (0xff05, 0x2, "all routers in the site (RFC 4291)"),
    (0xff02, 0x5, "OSPF routers (RFC 5340)"),
    (0xff02, 0x6, "OSPF designated routers (RFC 5340)"),
    (0xff02, 0x9, "RIPng routers (RFC 2080)"),
    (0xff02, 0xd, "PIM routers (RFC 7761)"),
    (0xff02, 0x12, "VRRP (RFC 9568)"),
    (0xff02, 0x16, "multicast listener reports (RFC 9777)"),
    (0xff02, 0x1_0002, "all DHCP relay agents and servers (RFC 8415)"),
    (0xff02, 0x1_0003, "link-local name resolution (RFC 4795)"),
    (0xff05, 0x1_0003, "all DHCP servers (RFC 8415)"),
    (0, 0xc, "simple service discovery (SSDP)"),
    (0, 0xfb, "multicast DNS (RFC 6762)"),
    (0, 0x101, "NTP (RFC 5905)"),
    (0, 0x181, "precision time (IEEE 1588)"),
];

/// What the group is called.
pub fn name(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => V4.iter().find(|row| row.0 == address.to_bits()).map(|row| row.1),
        IpAddr::V6(address) => {
            let (head, tail) = (address.segments()[0], address.to_bits() << 16 >> 16);
            // Groups of any scope are permanent ones.
            let is_any = head & 0xfff0 == 0xff00;
            let found =
                V6.iter().find(|row| (row.0 == head || row.0 == 0 && is_any) && u128::from(row.1) == tail);
            found.map(|row| row.2)
        }
    }
}

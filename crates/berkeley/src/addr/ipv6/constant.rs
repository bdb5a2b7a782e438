//! Addresses that have a meaning.

use std::net::Ipv6Addr;

/// Makes one constant of each row.
macro_rules! constants {
    ($($(#[doc = $doc:literal])* $name:ident = $group:literal, $last:literal;)*) => { $(
        $(#[doc = $doc])*
        pub const $name: Ipv6Addr = Ipv6Addr::new($group, 0, 0, 0, 0, 0, 0, $last);
    )* };
}

constants! {
    /// Is no address in particular, `::`.
    UNSPECIFIED = 0, 0;
    /// Is this host itself, `::1`.
    LOOPBACK = 0, 1;
    /// Is the group of all nodes on this interface, `ff01::1` (RFC 4291).
    INTERFACE_LOCAL_ALL_NODES = 0xff01, 1;
    /// Is the group of all nodes on the link, `ff02::1` (RFC 4291).
    LINK_LOCAL_ALL_NODES = 0xff02, 1;
    /// Is the group of all routers on this interface, `ff01::2` (RFC 4291).
    INTERFACE_LOCAL_ALL_ROUTERS = 0xff01, 2;
    /// Is the group of all routers on the link, `ff02::2` (RFC 4291).
    LINK_LOCAL_ALL_ROUTERS = 0xff02, 2;
    /// Is the group of all routers in the site, `ff05::2` (RFC 4291).
    SITE_LOCAL_ALL_ROUTERS = 0xff05, 2;
    /// Is the group of multicast DNS on the link, `ff02::fb` (RFC 6762).
    LINK_LOCAL_MDNS = 0xff02, 0xfb;
    /// Is the group of all multicast routers on the link, `ff02::16` (RFC 3810).
    LINK_LOCAL_MULTICAST_ROUTERS = 0xff02, 0x16;
}

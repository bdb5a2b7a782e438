//! Options of raw ICMPv6 sockets: `IPPROTO_ICMPV6`, RFC 3542.

use crate::option::Icmp6Filter;

level! { "IPPROTO_ICMPV6":
    /// Which messages a raw ICMPv6 socket does not get (RFC 3542). Default: none of them.
    FILTER: Icmp6Filter = "icmpv6.filter" "ICMP6_FILTER";
}

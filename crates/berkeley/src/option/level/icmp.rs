//! Options of raw ICMP sockets: `SOL_RAW`, raw(7).

use crate::option::IcmpFilter;

level! { "SOL_RAW":
    /// Which messages a raw ICMP socket does not get. Default: none of them.
    FILTER: IcmpFilter = "icmp.filter" "ICMP_FILTER";
}

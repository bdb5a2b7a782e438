//! Messages of netlink: `SOL_NETLINK`, netlink(7).

level! { "SOL_NETLINK":
    /// The network namespace that a message is from, by its number in this one. Asked for by `NETLINK_LISTEN_ALL_NSID`.
    LISTEN_ALL_NSID: i32 = "netlink.listen-all-nsid" "NETLINK_LISTEN_ALL_NSID";
    /// The group that a message was sent to. Asked for by `NETLINK_PKTINFO`.
    PKTINFO: u32 = "netlink.pktinfo" "NETLINK_PKTINFO";
}

//! Options of netlink sockets: `SOL_NETLINK`, netlink(7).

use crate::option::Octets;

level! { "SOL_NETLINK":
    /// Joins a group of multicast messages, by its number.
    ADD_MEMBERSHIP: u32, WriteOnly = "netlink.add-membership" "NETLINK_ADD_MEMBERSHIP";
    /// Whether multicast that this socket had no room for is an error of the sender. Default: off.
    BROADCAST_ERROR: bool = "netlink.broadcast-error" "NETLINK_BROADCAST_ERROR";
    /// Whether acknowledgements come without the message that they are for. Default: off.
    CAP_ACK: bool = "netlink.cap-ack" "NETLINK_CAP_ACK";
    /// Leaves a group of multicast messages, by its number.
    DROP_MEMBERSHIP: u32, WriteOnly = "netlink.drop-membership" "NETLINK_DROP_MEMBERSHIP";
    /// Whether acknowledgements tell in words what was wrong. Default: off.
    EXT_ACK: bool = "netlink.ext-ack" "NETLINK_EXT_ACK";
    /// Whether requests are checked strictly, and dumps filtered as asked. Default: off.
    GET_STRICT_CHK: bool = "netlink.get-strict-chk" "NETLINK_GET_STRICT_CHK";
    /// Whether multicast of every network namespace with a number is heard. Default: off. Needs
    /// `CAP_NET_BROADCAST`.
    LISTEN_ALL_NSID: bool = "netlink.listen-all-nsid" "NETLINK_LISTEN_ALL_NSID";
    /// The groups that were joined: a bit each.
    LIST_MEMBERSHIPS: Octets<128>, ReadOnly = "netlink.list-memberships" "NETLINK_LIST_MEMBERSHIPS";
    /// Whether messages that there was no room for are not told as an error. Default: off.
    NO_ENOBUFS: bool = "netlink.no-enobufs" "NETLINK_NO_ENOBUFS";
    /// Whether a receive tells the group of the message. Default: off.
    PKTINFO: bool = "netlink.pktinfo" "NETLINK_PKTINFO";
}

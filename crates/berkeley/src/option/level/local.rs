//! Options of Unix sockets beside those of every socket: `SOL_LOCAL`, unix(4) of the BSDs.

use crate::option::{Credentials, Octets};

level! { "SOL_LOCAL":
    /// Whether a connect waits until it is accepted. Default: off.
    CONNWAIT: bool = "local.connwait" "LOCAL_CONNWAIT";
    /// Whether the first receive tells the sender's credentials. Default: off.
    CREDS: bool = "local.creds" "LOCAL_CREDS";
    /// Whether every receive tells the sender's credentials. Default: off.
    CREDS_PERSISTENT: bool = "local.creds-persistent" "LOCAL_CREDS_PERSISTENT";
    /// The process, user and group that the peer had when it connected.
    PEERCRED: Credentials, ReadOnly = "local.peercred" "LOCAL_PEERCRED";
    /// The process, user and group that the peer had when it connected.
    PEEREID: Credentials, ReadOnly = "local.peereid" "LOCAL_PEEREID";
    /// The process that the peer acts for.
    PEEREPID: i32, ReadOnly = "local.peerepid" "LOCAL_PEEREPID";
    /// The identifier of the program that the peer acts for.
    PEEREUUID: Octets<16>, ReadOnly = "local.peereuuid" "LOCAL_PEEREUUID";
    /// The peer's process.
    PEERPID: i32, ReadOnly = "local.peerpid" "LOCAL_PEERPID";
    /// The audit token of the peer.
    PEERTOKEN: Octets<32>, ReadOnly = "local.peertoken" "LOCAL_PEERTOKEN";
    /// The identifier of the peer's program.
    PEERUUID: Octets<16>, ReadOnly = "local.peeruuid" "LOCAL_PEERUUID";
}

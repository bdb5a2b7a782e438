//! Options of multipath TCP: `SOL_MPTCP`.

use crate::option::Octets;

level! { "SOL_MPTCP":
    /// What the connection knows of its paths, a `struct mptcp_info`.
    INFO: Octets<128>, ReadOnly = "mptcp.info" "MPTCP_INFO";
}

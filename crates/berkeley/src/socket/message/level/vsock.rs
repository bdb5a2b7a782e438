//! Messages of vsock: `SOL_VSOCK`, vsock(7).

use crate::socket::message::ExtendedError;

level! { "SOL_VSOCK":
    /// What lies in the error queue: memory that was sent from and is free again. Linux 6.7.
    RECVERR: ExtendedError = "vsock.recverr" "VSOCK_RECVERR";
}

//! Messages of raw CAN sockets: `SOL_CAN_RAW`.

use crate::socket::message::ExtendedError;

level! { "SOL_CAN_RAW":
    /// What lies in the error queue: times of what was sent. Asked for by `SO_TIMESTAMPING`.
    ERRQUEUE: ExtendedError = "can.errqueue" "SCM_CAN_RAW_ERRQUEUE";
}

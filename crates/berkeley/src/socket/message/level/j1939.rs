//! Messages of J1939 over CAN: `SOL_CAN_J1939`, Documentation/networking/j1939.rst.

use crate::socket::message::ExtendedError;

level! { "SOL_CAN_J1939":
    /// The address that a message was sent to.
    DEST_ADDR: u8 = "j1939.dest-addr" "SCM_J1939_DEST_ADDR";
    /// The name that a message was sent to.
    DEST_NAME: u64 = "j1939.dest-name" "SCM_J1939_DEST_NAME";
    /// What became of what was sent, and of what others send. Asked for by `SO_J1939_ERRQUEUE`.
    ERRQUEUE: ExtendedError = "j1939.errqueue" "SCM_J1939_ERRQUEUE";
    /// The priority of a message.
    PRIO: u8 = "j1939.prio" "SCM_J1939_PRIO";
}

//! Options of CAN sockets with SAE J1939 transport: `SOL_CAN_J1939`.

use crate::option::J1939Filters;

level! { "SOL_CAN_J1939":
    /// Whether the error queue tells how sends fared. Default: off.
    ERRQUEUE: bool = "j1939.errqueue" "SO_J1939_ERRQUEUE";
    /// Which messages are received, by their senders and groups. Default: all.
    FILTER: J1939Filters, WriteOnly = "j1939.filter" "SO_J1939_FILTER";
    /// Whether messages to other addresses are received. Default: off.
    PROMISC: bool = "j1939.promisc" "SO_J1939_PROMISC";
    /// The priority of what is sent, 0 the highest, to 7. Below 2 it needs `CAP_NET_ADMIN`. Default: 6.
    SEND_PRIO: u32 = "j1939.send-prio" "SO_J1939_SEND_PRIO";
}

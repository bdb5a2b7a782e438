//! Options of CAN sockets with ISO 15765-2 transport: `SOL_CAN_ISOTP`.

use crate::option::Octets;

level! { "SOL_CAN_ISOTP":
    /// How frames are made: their size, their data's size, and flags, a byte each. Before the bind.
    LL_OPTS: Octets<3> = "isotp.ll-opts" "CAN_ISOTP_LL_OPTS";
    /// Flags and times of the transport, a `struct can_isotp_options`. Before the bind.
    OPTS: Octets<12> = "isotp.opts" "CAN_ISOTP_OPTS";
    /// What the flow control asks of the sender: block size, separation time, and how often to wait. Before the
    /// bind.
    RECV_FC: Octets<3> = "isotp.recv-fc" "CAN_ISOTP_RECV_FC";
    /// The least time between frames received, in nanoseconds, whatever the flow control says; 0 for that.
    RX_STMIN: u32 = "isotp.rx-stmin" "CAN_ISOTP_RX_STMIN";
    /// The least time between frames sent, in nanoseconds, whatever the flow control says; 0 for that.
    TX_STMIN: u32 = "isotp.tx-stmin" "CAN_ISOTP_TX_STMIN";
}

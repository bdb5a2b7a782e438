//! Options of CAN sockets with ISO 15765-2 transport: `SOL_CAN_ISOTP`.

use crate::option::{IsoTpFlowControl, IsoTpLinkLayer, IsoTpOptions};

level! { "SOL_CAN_ISOTP":
    /// Of which frames messages are made. Before the bind.
    LL_OPTS: IsoTpLinkLayer = "isotp.ll-opts" "CAN_ISOTP_LL_OPTS";
    /// Flags and times of the transport. Before the bind.
    OPTS: IsoTpOptions = "isotp.opts" "CAN_ISOTP_OPTS";
    /// What the flow control asks of the sender: block size, separation time, and how often to wait. Before the
    /// bind.
    RECV_FC: IsoTpFlowControl = "isotp.recv-fc" "CAN_ISOTP_RECV_FC";
    /// The least time between frames received, in nanoseconds, whatever the flow control says; 0 for that.
    RX_STMIN: u32 = "isotp.rx-stmin" "CAN_ISOTP_RX_STMIN";
    /// The least time between frames sent, in nanoseconds, whatever the flow control says; 0 for that.
    TX_STMIN: u32 = "isotp.tx-stmin" "CAN_ISOTP_TX_STMIN";
}

//! The bits of the flags that sends and receives take.
//!
//! A flag that this system lacks is a bit above the 32 of the system: it can be asked for, and is refused.

use super::ws;

macro_rules! flags {
    ($($name:ident = $($bit:ident)? | $absent:literal;)*) => { $(
        pub(crate) const $name: u64 = [$(ws::$bit as u32 as u64,)? 1 << $absent][0];
    )* };
}

// MSG_ERRQUEUE is among the absent: Winsock takes it in another call than those of the core.
flags! {
    OOB = MSG_OOB | 32;
    PEEK = MSG_PEEK | 33;
    DONTROUTE = MSG_DONTROUTE | 34;
    WAITALL = MSG_WAITALL | 35;
    EOR = | 36;
    CONFIRM = | 37;
    MORE = | 38;
    FASTOPEN = | 39;
    ZEROCOPY = | 40;
    ERRQUEUE = | 41;
    EOF = | 42;
    TRUNC = MSG_TRUNC | 43;
    CTRUNC = MSG_CTRUNC | 44;
    NOTIFICATION = | 45;
    BCAST = MSG_BCAST | 46;
    MCAST = MSG_MCAST | 47;
}

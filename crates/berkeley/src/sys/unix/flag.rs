//! The bits of the flags that sends and receives take.
//!
//! A flag that this system lacks is a bit above the 32 of the system: it can be asked for, and is refused.

/// The flag with which a call does not wait.
pub(crate) const DONTWAIT: i32 = libc::MSG_DONTWAIT;

/// What every send has: no SIGPIPE. XNU before macOS 14 does not heed it; there `SO_NOSIGPIPE` is set on every socket.
pub(crate) const NOSIGNAL: i32 = libc::MSG_NOSIGNAL;

macro_rules! flags {
    ($($(#[cfg($system:meta)])? $name:ident = $bit:ident | $absent:literal;)*) => { $(
        #[cfg(all($($system)?))]
        pub(crate) const $name: u64 = libc::$bit as u32 as u64;
        $(
            #[cfg(not($system))]
            pub(crate) const $name: u64 = 1 << $absent;
        )?
    )* };
}

flags! {
    OOB = MSG_OOB | 32;
    PEEK = MSG_PEEK | 33;
    DONTROUTE = MSG_DONTROUTE | 34;
    WAITALL = MSG_WAITALL | 35;
    EOR = MSG_EOR | 36;
    #[cfg(linux_like)] CONFIRM = MSG_CONFIRM | 37;
    #[cfg(linux_like)] MORE = MSG_MORE | 38;
    #[cfg(linux_like)] FASTOPEN = MSG_FASTOPEN | 39;
    #[cfg(target_os = "linux")] ZEROCOPY = MSG_ZEROCOPY | 40;
    #[cfg(linux_like)] ERRQUEUE = MSG_ERRQUEUE | 41;
    #[cfg(any(apple, freebsd, target_os = "dragonfly"))] EOF = MSG_EOF | 42;
    TRUNC = MSG_TRUNC | 43;
    CTRUNC = MSG_CTRUNC | 44;
    #[cfg(any(target_os = "netbsd", target_os = "openbsd"))] BCAST = MSG_BCAST | 46;
    #[cfg(any(target_os = "netbsd", target_os = "openbsd"))] MCAST = MSG_MCAST | 47;
}

/// Of linux/sctp.h, and of sys/socket.h on FreeBSD.
pub(crate) const NOTIFICATION: u64 = if cfg!(linux_like) {
    0x8000
} else if cfg!(freebsd) {
    0x2000
} else {
    1 << 45
};

//! What libc lacks for Android: the numbers of include/uapi/asm-generic/socket.h, which all processors of Android have.

numbers! {
    SOL_SOCKET: SO_BPF_EXTENSIONS = 48, SO_BUF_LOCK = 72, SO_BUSY_POLL_BUDGET = 70, SO_COOKIE = 57,
        SO_INCOMING_CPU = 49, SO_INCOMING_NAPI_ID = 56, SO_LOCK_FILTER = 44, SO_MAX_PACING_RATE = 47,
        SO_MEMINFO = 55, SO_NETNS_COOKIE = 71, SO_NOFCS = 43, SO_NO_CHECK = 11, SO_PASSPIDFD = 76,
        SO_PEERGROUPS = 59, SO_PREFER_BUSY_POLL = 69, SO_RCVMARK = 75, SO_RESERVE_MEM = 73,
        SO_SELECT_ERR_QUEUE = 45, SO_TXREHASH = 74, SO_TXTIME = 61, SO_WIFI_STATUS = 41, SO_ZEROCOPY = 60;
}

//! What libc lacks for Linux, of include/uapi/asm-generic/socket.h of Linux 7.2; SPARC has numbers of its own.

numbers! {
    SOL_SOCKET: SO_INQ = 84, SO_PASSRIGHTS = 83, SO_RCVPRIORITY = 82;
}

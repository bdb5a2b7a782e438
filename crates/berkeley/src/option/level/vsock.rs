//! Options of sockets between virtual machines: `AF_VSOCK`, vsock(7).

use crate::option::TimeLimit;

level! { "AF_VSOCK":
    /// The most that the buffer's size may be set to, in bytes. Default: 256 KiB.
    BUFFER_MAX_SIZE: u64 = "vsock.buffer-max-size" "SO_VM_SOCKETS_BUFFER_MAX_SIZE";
    /// The least that the buffer's size may be set to, in bytes. Default: 128 bytes.
    BUFFER_MIN_SIZE: u64 = "vsock.buffer-min-size" "SO_VM_SOCKETS_BUFFER_MIN_SIZE";
    /// The size of the receive buffer, in bytes. Default: 256 KiB.
    BUFFER_SIZE: u64 = "vsock.buffer-size" "SO_VM_SOCKETS_BUFFER_SIZE";
    /// How long a connect may take. Default: 2 s.
    CONNECT_TIMEOUT: TimeLimit = "vsock.connect-timeout" "SO_VM_SOCKETS_CONNECT_TIMEOUT";
    /// The host's number for the peer's machine. VMware.
    PEER_HOST_VM_ID: i32, ReadOnly = "vsock.peer-host-vm-id" "SO_VM_SOCKETS_PEER_HOST_VM_ID";
    /// Whether the peer is trusted. VMware.
    TRUSTED: bool, ReadOnly = "vsock.trusted" "SO_VM_SOCKETS_TRUSTED";
}

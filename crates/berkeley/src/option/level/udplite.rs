//! Options of UDP-Lite: `SOL_UDPLITE`, udplite(7).

level! { "SOL_UDPLITE":
    /// The least part of a datagram that its checksum has to cover, in bytes; 0 is all of it (RFC 3828).
    /// Default: 0.
    RECV_CSCOV: u32 = "udplite.recv-cscov" "UDPLITE_RECV_CSCOV";
    /// The part of a datagram that its checksum covers, in bytes, 8 at least; 0 is all of it (RFC 3828).
    /// Default: 0.
    SEND_CSCOV: u32 = "udplite.send-cscov" "UDPLITE_SEND_CSCOV";
}

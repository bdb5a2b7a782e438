//! Messages of TCP: `IPPROTO_TCP`, tcp(7).

level! { "IPPROTO_TCP":
    /// How many bytes of the stream are left to be received. Asked for by `TCP_INQ`.
    INQ: u32 = "tcp.inq" "TCP_INQ";
}

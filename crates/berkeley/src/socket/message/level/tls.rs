//! Messages of TLS in the kernel: `SOL_TLS`, Documentation/networking/tls.rst.

level! { "SOL_TLS":
    /// The type of a record: 21 alert, 22 handshake, 23 data. There once `TCP_ULP` has made the socket one of TLS; data has it
    /// as well.
    RECORD_TYPE: u8 = "tls.record-type" "TLS_GET_RECORD_TYPE" "TLS_SET_RECORD_TYPE";
}

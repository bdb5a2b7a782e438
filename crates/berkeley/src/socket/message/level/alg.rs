//! Messages of the kernel's cryptography: `SOL_ALG`, Documentation/crypto/userspace-if.rst.

use crate::option::Octets;

level! { "SOL_ALG":
    /// How many bytes at the front are authenticated and not encrypted.
    SET_AEAD_ASSOCLEN: u32 = "alg.set-aead-assoclen" "ALG_SET_AEAD_ASSOCLEN";
    /// The initialization vector: its length as an u32, then its bytes.
    SET_IV: Octets<68> = "alg.set-iv" "ALG_SET_IV";
    /// What is to be done: 0 decrypt, 1 encrypt.
    SET_OP: u32 = "alg.set-op" "ALG_SET_OP";
}

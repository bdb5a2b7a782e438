//! The flags of sends and receives.

use bitflags::bitflags;

use crate::error::{Error, Operation, Result};
use crate::sys::flag;

/// The bits of the system; the ones above are flags that this system lacks.
const SYSTEM: u64 = u32::MAX as u64;

bitflags! {
    /// How a send is to be made: C's `MSG_` flags.
    ///
    /// The lower 32 bits are the system's own, those that this library has no name for among them. A flag that a
    /// system lacks has a bit above: it exists everywhere, and a send with it answers `Unsupported`.
    ///
    /// `MSG_DONTWAIT` and `MSG_NOSIGNAL` are not among them: not to wait is
    /// [`now`](crate::SocketOf::now)'s part, and nothing here raises SIGPIPE.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct SendFlags: u64 {
        /// Sends the last byte as urgent data (RFC 6093 advises new protocols against it).
        #[doc(alias = "MSG_OOB")]
        const OOB = flag::OOB;
        /// Sends to hosts on a directly connected network only, by no gateway.
        #[doc(alias = "MSG_DONTROUTE")]
        const DONTROUTE = flag::DONTROUTE;
        /// Says that more is to follow, so that a segment or datagram is not sent yet. Linux.
        #[doc(alias = "MSG_MORE")]
        const MORE = flag::MORE;
        /// Tells the link layer that the peer has answered, so that it need not be asked for. Linux.
        #[doc(alias = "MSG_CONFIRM")]
        const CONFIRM = flag::CONFIRM;
        /// Ends a record, on sockets that have records.
        #[doc(alias = "MSG_EOR")]
        const EOR = flag::EOR;
        /// Ends the sending half with the last byte. The BSDs.
        #[doc(alias = "MSG_EOF")]
        const EOF = flag::EOF;
        /// Connects and sends with the first segment, RFC 7413. Linux.
        #[doc(alias = "MSG_FASTOPEN")]
        const FASTOPEN = flag::FASTOPEN;
        /// Sends from this memory, and says on the error queue when it is free again. Linux.
        #[doc(alias = "MSG_ZEROCOPY")]
        const ZEROCOPY = flag::ZEROCOPY;

        const _ = !0;
    }
}

bitflags! {
    /// How a receive is to be made: C's `MSG_` flags.
    ///
    /// The lower 32 bits are the system's own, those that this library has no name for among them. A flag that a
    /// system lacks has a bit above: it exists everywhere, and a receive with it answers `Unsupported`.
    ///
    /// `MSG_DONTWAIT` and `MSG_TRUNC` are not among them: not to wait is [`now`](crate::SocketOf::now)'s part, and
    /// the length of a message that was cut is always told.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct ReceiveFlags: u64 {
        /// Receives urgent data.
        #[doc(alias = "MSG_OOB")]
        const OOB = flag::OOB;
        /// Leaves what is received to be received again.
        #[doc(alias = "MSG_PEEK")]
        const PEEK = flag::PEEK;
        /// Waits until the buffer is full, the stream has ended, or the deadline has passed, of which what came until
        /// then is given. With [`PEEK`](Self::PEEK) only what waits in the system waits for all: a view gives what
        /// there is.
        #[doc(alias = "MSG_WAITALL")]
        const WAITALL = flag::WAITALL;
        /// Receives from the queue of errors instead. Linux.
        #[doc(alias = "MSG_ERRQUEUE")]
        const ERRQUEUE = flag::ERRQUEUE;

        const _ = !0;
    }
}

macro_rules! system {
    ($($flags:ident: $operation:ident;)*) => { $(
        impl $flags {
            /// Returns the bits for the system, or says which flag it lacks.
            #[inline]
            pub(crate) fn system(self) -> Result<i32> {
                if self.bits() <= SYSTEM { Ok(self.bits() as u32 as i32) } else { Err(self.unsupported()) }
            }

            #[cold]
            fn unsupported(self) -> Error {
                let missing = self.iter_names().find(|(_, flag)| flag.bits() > SYSTEM);
                Error::unsupported(Operation::$operation, missing.map_or("such flag", |(name, _)| name))
            }
        }
    )* };
}

system! {
    SendFlags: Send;
    ReceiveFlags: Receive;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_that_this_system_lacks_is_named() {
        let (has, lacks) = if cfg!(berkeley_sys = "unsupported") {
            (SendFlags::empty(), SendFlags::CONFIRM)
        } else if cfg!(target_os = "linux") {
            (SendFlags::CONFIRM, SendFlags::EOF)
        } else {
            (SendFlags::DONTROUTE, SendFlags::CONFIRM)
        };
        assert!(has.system().is_ok());
        let error = (has | lacks).system().err().map(|error| (error.is_unsupported(), error.to_string()));
        let name = if lacks == SendFlags::EOF { "EOF" } else { "CONFIRM" };
        assert_eq!(error, Some((true, format!("send: this system has no {name}"))));
    }

    #[test]
    fn a_bit_without_a_name_reaches_the_system() {
        assert_eq!(SendFlags::from_bits_retain(1 << 30).system().ok(), Some(1 << 30));
    }
}

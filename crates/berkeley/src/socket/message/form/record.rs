//! Values of several numbers.

use std::fmt;

use crate::option::{Form, Unfit};
use crate::socket::message::form::at;

/// Structures of C, field by field with the place of each, of so many bytes.
macro_rules! records {
    ($($(#[$about:meta])* $name:ident $size:literal { $($(#[$doc:meta])* $field:ident: $type:ty = $place:literal,)+ })*) => { $(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name {
            $($(#[$doc])* pub $field: $type,)+
        }

        impl Form for $name {
            type Value = Self;
            const SIZE: usize = $size;
            const TEXT: &'static str =
                concat!("some of these with a number, blanks between them:", $(" ", stringify!($field), "="),+);

            fn decode(bytes: &[u8]) -> Option<Self> {
                Some(Self { $($field: <$type>::from_ne_bytes(at(bytes, $place)?),)+ })
            }

            fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
                let mut bytes = [0; $size];
                $(bytes[$place..$place + size_of::<$type>()].copy_from_slice(&value.$field.to_ne_bytes());)+
                Ok(take(&bytes))
            }

            fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut before = "";
                $(
                    write!(f, concat!("{}", stringify!($field), "={}"), before, value.$field)?;
                    before = " ";
                )+
                let _ = before;
                Ok(())
            }

            fn parse(text: &str) -> Option<Self> {
                let mut value = Self::default();
                for field in text.split_ascii_whitespace() {
                    match field.split_once('=')? {
                        $((stringify!($field), number) => value.$field = number.parse().ok()?,)+
                        _ => return None,
                    }
                }
                Some(value)
            }
        }
    )* };
}

records! {
    /// What a packet socket tells of a frame beside its bytes: `struct tpacket_auxdata`.
    #[doc(alias = "tpacket_auxdata")]
    AuxiliaryData 20 {
        /// What is known of it, a bit each: `TP_STATUS_CSUMNOTREADY` 8, `TP_STATUS_VLAN_VALID` 16, `TP_STATUS_CSUM_VALID` 128.
        status: u32 = 0,
        /// The length of the frame.
        length: u32 = 4,
        /// How much of it the filter let through.
        captured: u32 = 8,
        /// Where the header of the link begins.
        link: u16 = 12,
        /// Where the header of the network begins.
        network: u16 = 14,
        /// The tag of the VLAN that the device took out.
        vlan: u16 = 16,
        /// The protocol of that tag.
        vlan_protocol: u16 = 18,
    }

    /// Where a packet with a time stamp came in, and how long it was: `struct scm_ts_pktinfo`.
    TimestampPacket 16 {
        /// The interface of the device, by its index.
        interface: u32 = 0,
        /// The length with the header of the link.
        length: u32 = 4,
    }

    /// How a message of SCTP is to be sent: `struct sctp_sndinfo`, RFC 6458.
    SctpSendInfo 16 {
        /// The stream.
        stream: u16 = 0,
        /// `SCTP_UNORDERED` and others.
        flags: u16 = 2,
        /// What the peer's program is told, as it is.
        protocol: u32 = 4,
        /// What comes back if the send fails.
        context: u32 = 8,
        /// The association of a one-to-many socket.
        association: i32 = 12,
    }

    /// How a message of SCTP came: `struct sctp_rcvinfo`, RFC 6458.
    SctpReceiveInfo 28 {
        /// The stream.
        stream: u16 = 0,
        /// The message's number in its stream.
        sequence: u16 = 2,
        /// `SCTP_UNORDERED` and others.
        flags: u16 = 4,
        /// What the peer's program says, as it is.
        protocol: u32 = 8,
        /// The number of the first part in the association.
        transmission: u32 = 12,
        /// The number up to which all has been received.
        cumulative: u32 = 16,
        /// What `SCTP_CONTEXT` was set to.
        context: u32 = 20,
        /// The association of a one-to-many socket.
        association: i32 = 24,
    }

    /// What the next message of SCTP is: `struct sctp_nxtinfo`, RFC 6458.
    SctpNextInfo 16 {
        /// The stream.
        stream: u16 = 0,
        /// `SCTP_UNORDERED`, `SCTP_COMPLETE` and others.
        flags: u16 = 2,
        /// What the peer's program says, as it is.
        protocol: u32 = 4,
        /// How many bytes of it there are by now.
        length: u32 = 8,
        /// The association of a one-to-many socket.
        association: i32 = 12,
    }

    /// For how long a message of SCTP is worth sending: `struct sctp_prinfo`, RFC 6458.
    SctpReliability 8 {
        /// The rule: 0 none, 16 for a time, 32 for so many attempts, 48 by priority.
        policy: u16 = 0,
        /// The time in milliseconds, the number of attempts, or the priority.
        value: u32 = 4,
    }

    /// A piece of device memory that holds received data: `struct dmabuf_cmsg`.
    DeviceMemory 24 {
        /// Where in the buffer it begins.
        offset: u64 = 0,
        /// How many bytes it has.
        size: u32 = 8,
        /// What gives it back: `SO_DEVMEM_DONTNEED`.
        token: u32 = 12,
        /// The buffer.
        buffer: u32 = 16,
        /// None by now.
        flags: u32 = 20,
    }
}

//! What the value of a control message is, beside the forms of options: how it lies in bytes and in text.

mod extended_error;
mod packet;
mod record;
mod time;

use std::fmt;
use std::net::Ipv4Addr;

pub use self::extended_error::*;
pub use self::packet::*;
pub use self::record::*;
pub use self::time::*;
use crate::option::{Credentials, Form, Unfit};
use crate::sys::layout;

/// Reads a number at a place.
fn at<const N: usize>(bytes: &[u8], place: usize) -> Option<[u8; N]> {
    bytes.get(place..)?.first_chunk().copied()
}

/// Writes the parts of a form that is only received.
macro_rules! received_only {
    ($text:literal) => {
        const TEXT: &'static str = $text;

        fn encode<R>(_: &Self::Value, _: impl FnOnce(&[u8]) -> R) -> Result<R, $crate::option::Unfit> {
            Err($crate::option::Unfit::OutOfRange)
        }

        fn parse(_: &str) -> Option<Self::Value> {
            None
        }
    };
}

use received_only;

/// Numbers that lie in bytes in one way, whatever the processor: their bytes, and how they are made of them.
macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident: $value:ty, $size:expr, $text:literal, $decode:expr, $encode:expr;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl Form for $name {
            type Value = $value;
            const SIZE: usize = $size;
            const TEXT: &'static str = $text;

            #[inline]
            fn decode(bytes: &[u8]) -> Option<$value> {
                let decode: fn(&[u8]) -> Option<$value> = $decode;
                decode(bytes)
            }

            #[inline]
            fn encode<R>(value: &$value, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
                let encode: fn($value) -> _ = $encode;
                Ok(take(encode(*value).as_ref()))
            }

            fn write(value: &$value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{value}")
            }

            fn parse(text: &str) -> Option<$value> {
                text.parse().ok()
            }
        }
    )* };
}

/// Reads an int, which the BSDs give in one byte at times.
fn small(bytes: &[u8]) -> Option<u8> {
    match *bytes {
        [byte] => Some(byte),
        _ => i32::from_ne_bytes(at(bytes, 0)?).try_into().ok(),
    }
}

numbers! {
    /// A number from 0 to 255 that lies in an int: the hop limit of a packet.
    Hops: u8, 4, "a number from 0 to 255", small, |hops| i32::from(hops).to_ne_bytes();
    /// A port, in network order.
    Port: u16, 2, "a number from 0 to 65535", |bytes| at(bytes, 0).map(u16::from_be_bytes), |port| port.to_be_bytes();
    /// A number of four bytes in network order: the flow information of IPv6.
    NetworkOrder: u32, 4, "a number from 0 to 4294967295", |bytes| at(bytes, 0).map(u32::from_be_bytes),
        |number| number.to_be_bytes();
    /// An address of IPv4.
    Ipv4: Ipv4Addr, 4, "an address of IPv4", |bytes| at::<4>(bytes, 0).map(Ipv4Addr::from), |address| address.octets();
    /// The size of the datagrams that one send is cut into, in bytes: an u16 of Linux, a DWORD of Windows.
    Segment: u16, 4, "a number from 0 to 65535",
        |bytes| at(bytes, 0).map(u16::from_ne_bytes),
        segment;
}

/// The bytes of a size of segments.
#[derive(Clone, Copy)]
enum Bytes {
    Two([u8; 2]),
    Four([u8; 4]),
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Two(bytes) => bytes,
            Self::Four(bytes) => bytes,
        }
    }
}

fn segment(size: u16) -> Bytes {
    if layout::SEGMENT_SIZE == 2 {
        Bytes::Two(size.to_ne_bytes())
    } else {
        Bytes::Four(u32::from(size).to_ne_bytes())
    }
}

/// Who the sender of a message is.
#[derive(Clone, Copy, Debug)]
pub enum SenderCredentials {}

impl Form for SenderCredentials {
    type Value = Credentials;
    const SIZE: usize = 128;
    received_only!("a process, a user and a group");

    fn decode(bytes: &[u8]) -> Option<Credentials> {
        layout::decode_message_credentials(bytes).map(|(pid, uid, gid)| Credentials { pid, uid, gid })
    }

    fn write(value: &Credentials, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        <Credentials as Form>::write(value, f)
    }
}

//! What an option's value is: how it lies in bytes, and how it is written in text.

#[macro_use]
mod choice;

#[macro_use]
mod fields;

mod bytes;
mod can;
mod int;
mod interface;
mod membership;
mod named;
mod peer;
mod tcp_ao;
mod tcp_info;
mod time;

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

pub use self::bytes::*;
pub use self::can::*;
pub use self::fields::*;
pub use self::int::{Integer, Small, SmallSwitch};
pub use self::interface::*;
pub use self::membership::*;
pub use self::named::*;
pub use self::peer::*;
pub use self::tcp_ao::*;
pub use self::tcp_info::*;
pub use self::time::*;
use crate::error::Errno;
use crate::sys::Sockaddr;

/// How the value of an option lies in bytes, and how it is written in text.
///
/// Many are their own value: `bool`, `u32`. Others are names of a unit, such as [`Seconds`], whose value is a
/// [`Duration`](std::time::Duration).
pub trait Form {
    /// The type that programs have.
    type Value;

    /// How many bytes the system is asked for: the most that a value takes.
    const SIZE: usize;

    /// What a value has to be, a noun: "on or off".
    const TEXT: &'static str;

    /// Reads a value from what the system wrote, or returns `None` if those are no such value.
    fn decode(bytes: &[u8]) -> Option<Self::Value>;

    /// Gives the bytes of a value, as the system takes them, to `take`.
    ///
    /// # Errors
    ///
    /// Why the value has no such bytes.
    fn encode<R>(value: &Self::Value, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit>;

    /// Writes a value so that [`parse`](Self::parse) reads it.
    fn write(value: &Self::Value, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// Reads a value from text, or returns `None` if it is none.
    fn parse(text: &str) -> Option<Self::Value>;
}

/// Why a value has no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is too large, too long, or of another kind: [`Form::TEXT`] says what would fit.
    OutOfRange,
    /// The system was asked about a part of it, the index of an interface for example, and did not know.
    Unresolved(Errno),
}

/// A value that prints as its form says.
pub(crate) struct Shown<'a, F: Form>(pub &'a F::Value);

impl<F: Form> fmt::Display for Shown<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        F::write(self.0, f)
    }
}

/// Reads numbers one after the other, from the front of what the system wrote.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(pub &'a [u8]);

impl Reader<'_> {
    pub(super) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (front, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*front)
    }

    pub(super) fn unsigned(&mut self) -> Option<u32> {
        self.take().map(u32::from_ne_bytes)
    }
}

/// Writes an address, without a port, to the front of a place for any address.
fn put_address(place: &mut [u8], address: IpAddr) -> Result<(), Unfit> {
    let raw = SocketAddr::new(address, 0).encode().map_err(Unfit::Unresolved)?;
    place[..raw.as_bytes().len()].copy_from_slice(raw.as_bytes());
    Ok(())
}

/// Splits `name=value name=value`; a name twice is no value at all.
fn parse_fields(text: &str) -> Option<BTreeMap<&str, &str>> {
    let mut fields = BTreeMap::new();
    text.split_ascii_whitespace().try_for_each(|field| {
        let (name, value) = field.split_once('=')?;
        fields.insert(name, value).is_none().then_some(())
    })?;
    Some(fields)
}

/// Writes values with commas between them.
fn write_list<T: fmt::Display>(values: impl Iterator<Item = T>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut before = "";
    for value in values {
        write!(f, "{before}{value}")?;
        before = ",";
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use super::*;

    /// Checks that a value comes back from its bytes and from its text.
    pub(in crate::option) fn comes_back<F: Form>(value: &F::Value, text: &str)
    where
        F::Value: PartialEq + fmt::Debug,
    {
        let decoded = F::encode(value, F::decode).unwrap();
        assert_eq!(decoded.as_ref(), Some(value));
        assert_eq!(Shown::<F>(value).to_string(), text);
        assert_eq!(F::parse(text).as_ref(), Some(value), "{text}");
    }
}

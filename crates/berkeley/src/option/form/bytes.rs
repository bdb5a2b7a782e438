//! Values that are text, or bytes of any meaning.

use std::fmt;

use super::{Form, Unfit};

/// Text of at most `N` bytes, such as the name of an algorithm.
#[derive(Clone, Copy, Debug)]
pub enum Text<const N: usize> {}

impl<const N: usize> Form for Text<N> {
    type Value = String;
    const SIZE: usize = N;
    const TEXT: &'static str = "a short text";

    /// Text ends at the first NUL; a system that counts the NUL and one that does not mean the same.
    fn decode(bytes: &[u8]) -> Option<String> {
        let text = bytes.split(|byte| *byte == 0).next()?;
        String::from_utf8(text.to_vec()).ok()
    }

    fn encode<R>(value: &String, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        if value.len() > N || value.contains('\0') {
            Err(Unfit::OutOfRange)
        } else {
            Ok(take(value.as_bytes()))
        }
    }

    fn write(value: &String, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(value)
    }

    fn parse(text: &str) -> Option<String> {
        (text.len() <= N && !text.contains('\0')).then(|| text.to_owned())
    }
}

/// A filter of the connections that a listener tells of: `struct accept_filter_arg`, accept_filter(9).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AcceptFilter {
    /// Its name: `dataready`, `httpready`.
    pub name: String,
    /// What it is given, for most nothing.
    pub argument: String,
}

/// The bytes of the name, with the NUL that ends it, and of the whole.
const NAME: usize = 16;
const WHOLE: usize = 256;

impl Form for AcceptFilter {
    type Value = Self;
    const SIZE: usize = WHOLE;
    const TEXT: &'static str = "a name such as dataready, or a name and what it is given: name:argument";

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (name, argument) = bytes.split_at_checked(NAME)?;
        Some(Self { name: Text::<NAME>::decode(name)?, argument: Text::<WHOLE>::decode(argument)? })
    }

    fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        let (name, argument) = (value.name.as_bytes(), value.argument.as_bytes());
        if name.len() >= NAME || argument.len() >= WHOLE - NAME || name.contains(&0) || argument.contains(&0)
        {
            return Err(Unfit::OutOfRange);
        }
        let mut bytes = [0; WHOLE];
        bytes[..name.len()].copy_from_slice(name);
        bytes[NAME..NAME + argument.len()].copy_from_slice(argument);
        Ok(take(&bytes))
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&value.name)?;
        if value.argument.is_empty() { Ok(()) } else { write!(f, ":{}", value.argument) }
    }

    fn parse(text: &str) -> Option<Self> {
        let (name, argument) = text.split_once(':').unwrap_or((text, ""));
        (!name.is_empty()).then(|| Self { name: name.to_owned(), argument: argument.to_owned() })
    }
}

/// At most `N` bytes, written as hexadecimal digits.
#[derive(Clone, Copy, Debug)]
pub enum Octets<const N: usize> {}

impl<const N: usize> Form for Octets<N> {
    type Value = Vec<u8>;
    const SIZE: usize = N;
    const TEXT: &'static str = "bytes in hexadecimal, such as 01ff";

    fn decode(bytes: &[u8]) -> Option<Vec<u8>> {
        Some(bytes.to_vec())
    }

    fn encode<R>(value: &Vec<u8>, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        if value.len() > N { Err(Unfit::OutOfRange) } else { Ok(take(value)) }
    }

    fn write(value: &Vec<u8>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        value.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }

    fn parse(text: &str) -> Option<Vec<u8>> {
        let digits = text.bytes().map(|digit| char::from(digit).to_digit(16)).collect::<Option<Vec<_>>>()?;
        let (pairs, rest) = digits.as_chunks::<2>();
        (rest.is_empty() && pairs.len() <= N)
            .then(|| pairs.iter().map(|[high, low]| (high << 4 | low) as u8).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::comes_back;
    use super::*;

    #[test]
    fn text_and_bytes_come_back() {
        comes_back::<Text<16>>(&"cubic".to_owned(), "cubic");
        comes_back::<Octets<4>>(&vec![1, 0xff], "01ff");
        comes_back::<Octets<4>>(&vec![], "");
        let filter = AcceptFilter { name: "httpready".to_owned(), argument: String::new() };
        comes_back::<AcceptFilter>(&filter, "httpready");
        assert_eq!(Text::<16>::decode(b"reno\0\0\0"), Some("reno".to_owned()));
    }

    #[test]
    fn what_is_too_long_or_none_is_refused() {
        assert_eq!(Text::<2>::encode(&"abc".to_owned(), |_| ()), Err(Unfit::OutOfRange));
        assert_eq!(Text::<9>::parse("a\0"), None);
        assert_eq!(Octets::<1>::parse("0102"), None);
        assert_eq!(Octets::<4>::parse("123"), None);
        assert_eq!(Octets::<4>::parse("+1"), None);
    }
}

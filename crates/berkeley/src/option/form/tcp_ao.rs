//! The authentication option of TCP (RFC 5925): its keys, and what a connection knows of them.
//!
//! The layouts are those of linux/tcp.h, of Linux 6.7 and later, which alone has them.

use std::fmt;
use std::net::IpAddr;

use super::{Form, Reader, Unfit, parse_fields, put_address};

/// A key with which segments to and from a peer are authenticated: `struct tcp_ao_add`, RFC 5925.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AoKey {
    /// Which key, of which peer.
    pub name: AoKeyName,
    /// The algorithm, as the kernel calls it: `hmac(sha1)`, `cmac(aes128)`.
    pub algorithm: String,
    /// How many bytes of the code a segment carries; 0 for the algorithm's own number.
    pub mac_length: u8,
    /// The key itself, of 1 to 80 bytes.
    pub key: Vec<u8>,
}

/// Which key is meant: `struct tcp_ao_del`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AoKeyName {
    /// The peer.
    pub peer: IpAddr,
    /// How many bits of the address count.
    pub prefix: u8,
    /// The number that segments sent carry.
    pub send_id: u8,
    /// The number that segments received carry.
    pub receive_id: u8,
}

/// What a connection knows of its keys: `struct tcp_ao_info_opt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AoInfo {
    /// Whether connections without the option are refused.
    pub required: bool,
    /// Whether ICMP errors are heeded all the same.
    pub accepts_icmp: bool,
    /// The number of the key that is sent with, if one is chosen.
    pub current_key: Option<u8>,
    /// The number of the key that the peer is asked to send with, if one is chosen.
    pub next_key: Option<u8>,
    /// Segments that were good.
    pub good: u64,
    /// Segments whose code was wrong.
    pub bad: u64,
    /// Segments for which there was no key.
    pub key_not_found: u64,
    /// Segments that lacked the option.
    pub missing: u64,
    /// ICMP errors that were not heeded.
    pub dropped_icmp: u64,
}

/// TCP_AO_MAXKEYLEN, and the room for the name of an algorithm.
const LONGEST_KEY: usize = 80;
const ALGORITHM: usize = 64;
const STORAGE: usize = 128;

/// The n-th bit of a field of bits, which begin at the high end on a big-endian processor.
const fn bit(number: u32) -> u32 {
    if cfg!(target_endian = "big") { 1 << (31 - number) } else { 1 << number }
}

const SET_CURRENT: u32 = bit(0);
const SET_NEXT: u32 = bit(1);
const REQUIRED: u32 = bit(2);
const ACCEPTS_ICMP: u32 = bit(4);

impl AoKeyName {
    fn take(fields: &mut std::collections::BTreeMap<&str, &str>) -> Option<Self> {
        let peer: IpAddr = fields.remove("peer")?.parse().ok()?;
        let whole = if peer.is_ipv4() { 32 } else { 128 };
        let prefix = fields.remove("prefix").map_or(Some(whole), |text| text.parse().ok())?;
        let id = |text: Option<&str>| text?.parse().ok();
        let (send_id, receive_id) = (id(fields.remove("send-id"))?, id(fields.remove("receive-id"))?);
        (prefix <= whole).then_some(Self { peer, prefix, send_id, receive_id })
    }
}

impl fmt::Display for AoKeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { peer, prefix, send_id, receive_id } = self;
        write!(f, "peer={peer} prefix={prefix} send-id={send_id} receive-id={receive_id}")
    }
}

impl Form for AoKey {
    type Value = Self;
    const SIZE: usize = 0;
    const TEXT: &'static str = "a key such as peer=192.0.2.1 send-id=1 receive-id=1 algorithm=hmac(sha1) key=secret, with prefix= and mac-length= perhaps";

    fn decode(_: &[u8]) -> Option<Self> {
        None
    }

    fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        let (algorithm, key) = (value.algorithm.as_bytes(), &value.key);
        if algorithm.len() >= ALGORITHM || key.is_empty() || key.len() > LONGEST_KEY {
            return Err(Unfit::OutOfRange);
        }
        // Address, algorithm, interface at 192, bits at 196, padding at 200, then a byte each, and the key at 208.
        let mut request = [0; STORAGE + ALGORITHM + 16 + LONGEST_KEY];
        put_address(&mut request, value.name.peer)?;
        request[STORAGE..STORAGE + algorithm.len()].copy_from_slice(algorithm);
        let AoKeyName { prefix, send_id, receive_id, .. } = value.name;
        request[202..208].copy_from_slice(&[
            prefix,
            send_id,
            receive_id,
            value.mac_length,
            0,
            key.len() as u8,
        ]);
        request[208..208 + key.len()].copy_from_slice(key);
        Ok(take(&request))
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, algorithm, mac_length, key } = value;
        write!(f, "{name} algorithm={algorithm} mac-length={mac_length} key={}", String::from_utf8_lossy(key))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut fields = parse_fields(text)?;
        let name = AoKeyName::take(&mut fields)?;
        let algorithm = fields.remove("algorithm")?.to_owned();
        let mac_length = fields.remove("mac-length").map_or(Some(0), |text| text.parse().ok())?;
        let key = fields.remove("key")?.as_bytes().to_vec();
        fields.is_empty().then_some(Self { name, algorithm, mac_length, key })
    }
}

impl Form for AoKeyName {
    type Value = Self;
    const SIZE: usize = 0;
    const TEXT: &'static str =
        "a key's name such as peer=192.0.2.1 send-id=1 receive-id=1, with prefix= perhaps";

    fn decode(_: &[u8]) -> Option<Self> {
        None
    }

    fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        // Address, interface at 128, bits at 132, padding at 136, then a byte each, filled up to eight.
        let mut request = [0; STORAGE + 16];
        put_address(&mut request, value.peer)?;
        request[138..141].copy_from_slice(&[value.prefix, value.send_id, value.receive_id]);
        Ok(take(&request))
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{value}")
    }

    fn parse(text: &str) -> Option<Self> {
        let mut fields = parse_fields(text)?;
        let name = Self::take(&mut fields)?;
        fields.is_empty().then_some(name)
    }
}

impl Form for AoInfo {
    type Value = Self;
    const SIZE: usize = 48;
    const TEXT: &'static str =
        "any of required=on, accepts-icmp=on, current-key=1, next-key=1, with blanks between them";

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let bits = reader.unsigned()?;
        let [_, _, current, next] = reader.take()?;
        let mut counter = || reader.take().map(u64::from_ne_bytes);
        Some(Self {
            required: bits & REQUIRED != 0,
            accepts_icmp: bits & ACCEPTS_ICMP != 0,
            current_key: (bits & SET_CURRENT != 0).then_some(current),
            next_key: (bits & SET_NEXT != 0).then_some(next),
            good: counter()?,
            bad: counter()?,
            key_not_found: counter()?,
            missing: counter()?,
            dropped_icmp: counter()?,
        })
    }

    /// The counters stay as they are.
    fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        let asked = [
            (SET_CURRENT, value.current_key.is_some()),
            (SET_NEXT, value.next_key.is_some()),
            (REQUIRED, value.required),
            (ACCEPTS_ICMP, value.accepts_icmp),
        ];
        let bits = asked.into_iter().filter(|(_, on)| *on).fold(0, |bits, (bit, _)| bits | bit);
        let mut request = [0; Self::SIZE];
        request[..4].copy_from_slice(&bits.to_ne_bytes());
        request[6..8].copy_from_slice(&[value.current_key.unwrap_or(0), value.next_key.unwrap_or(0)]);
        Ok(take(&request))
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { required, accepts_icmp, current_key, next_key, .. } = value;
        let on = |on: &bool| if *on { "on" } else { "off" };
        write!(f, "required={} accepts-icmp={}", on(required), on(accepts_icmp))?;
        for (name, key) in [("current-key", current_key), ("next-key", next_key)] {
            if let Some(key) = key {
                write!(f, " {name}={key}")?;
            }
        }
        let Self { good, bad, key_not_found, missing, dropped_icmp, .. } = value;
        write!(
            f,
            " good={good} bad={bad} key-not-found={key_not_found} missing={missing} dropped-icmp={dropped_icmp}"
        )
    }

    fn parse(text: &str) -> Option<Self> {
        let mut fields = parse_fields(text)?;
        let mut switch = |name| fields.remove(name).map_or(Some(false), bool::parse);
        let (required, accepts_icmp) = (switch("required")?, switch("accepts-icmp")?);
        let mut key = |name| fields.remove(name).map(str::parse).transpose().ok();
        let (current_key, next_key) = (key("current-key")?, key("next-key")?);
        let mut counter = |name| fields.remove(name).map_or(Some(0), |text| text.parse().ok());
        let value = Self {
            required,
            accepts_icmp,
            current_key,
            next_key,
            good: counter("good")?,
            bad: counter("bad")?,
            key_not_found: counter("key-not-found")?,
            missing: counter("missing")?,
            dropped_icmp: counter("dropped-icmp")?,
        };
        fields.is_empty().then_some(value)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Shown;
    use super::super::tests::comes_back;
    use super::*;

    #[test]
    #[cfg(all(any(unix, windows), not(berkeley_sys = "unsupported")))]
    fn a_key_lies_as_the_header_has_it() {
        let key =
            AoKey::parse("peer=192.0.2.1 send-id=7 receive-id=9 algorithm=hmac(sha1) key=secret").unwrap();
        let bytes = AoKey::encode(&key, <[u8]>::to_vec).unwrap();
        assert_eq!(bytes.len(), 288);
        assert_eq!(&bytes[4..8], [192, 0, 2, 1]);
        assert_eq!(&bytes[128..139], b"hmac(sha1)\0");
        assert_eq!(&bytes[202..214], b"\x20\x07\x09\0\0\x06secret");
        let bytes = AoKeyName::encode(&key.name, <[u8]>::to_vec).unwrap();
        assert_eq!((bytes.len(), &bytes[138..142]), (144, &[32, 7, 9, 0][..]));
    }

    #[test]
    fn what_a_connection_knows_comes_back() {
        let none = AoInfo::parse("").unwrap();
        let some = AoInfo { required: true, current_key: Some(7), ..none };
        comes_back::<AoInfo>(
            &some,
            "required=on accepts-icmp=off current-key=7 good=0 bad=0 key-not-found=0 missing=0 dropped-icmp=0",
        );
    }

    #[test]
    fn text_comes_back_and_mistakes_do_not() {
        let text = "peer=2001:db8::1 prefix=64 send-id=1 receive-id=2";
        assert_eq!(Shown::<AoKeyName>(&AoKeyName::parse(text).unwrap()).to_string(), text);
        for text in [
            "",
            "peer=192.0.2.1",
            "peer=192.0.2.1 prefix=33 send-id=1 receive-id=2",
            "peer=x send-id=1 receive-id=2",
        ] {
            assert_eq!(AoKeyName::parse(text), None, "{text}");
        }
        let long = AoKey {
            key: vec![1; 81],
            ..AoKey::parse("peer=::1 send-id=1 receive-id=1 algorithm=a key=k").unwrap()
        };
        assert_eq!(AoKey::encode(&long, |_| ()), Err(Unfit::OutOfRange));
    }
}

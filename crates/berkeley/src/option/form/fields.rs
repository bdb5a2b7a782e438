//! Values of several numbers.

use std::fmt;
use std::net::IpAddr;

use super::int::unsigned;
use super::interface::{index_of, parse_zone, write_zone};
use super::peer::read_only;
use super::{Form, Reader, Unfit, parse_fields, put_address};
use crate::addr::Zone;

/// No value: setting the option is all.
#[derive(Clone, Copy, Debug)]
pub enum Nothing {}

impl Form for Nothing {
    type Value = ();
    const SIZE: usize = 0;
    const TEXT: &'static str = "empty";

    fn decode(_: &[u8]) -> Option<()> {
        Some(())
    }

    fn encode<R>((): &(), take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        Ok(take(&[]))
    }

    fn write((): &(), _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }

    fn parse(text: &str) -> Option<()> {
        text.is_empty().then_some(())
    }
}

/// A number as large as a word of the processor: an `unsigned long`.
#[derive(Clone, Copy, Debug)]
pub enum Word {}

impl Form for Word {
    type Value = u64;
    const SIZE: usize = 8;
    const TEXT: &'static str =
        "a number from 0 to 18446744073709551615, or to 4294967295 on a processor of 32 bits";

    fn decode(bytes: &[u8]) -> Option<u64> {
        match bytes.len() {
            8 => u64::decode(bytes),
            _ => u32::decode(bytes).map(u64::from),
        }
    }

    fn encode<R>(value: &u64, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        let word = usize::try_from(*value).map_err(|_| Unfit::OutOfRange)?;
        Ok(take(&word.to_ne_bytes()))
    }

    fn write(value: &u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{value}")
    }

    fn parse(text: &str) -> Option<u64> {
        unsigned(text)
    }
}

/// The largest packet of a path, in bytes: `struct ip6_mtuinfo`, RFC 3542.
#[derive(Clone, Copy, Debug)]
pub enum PathMtu {}

impl Form for PathMtu {
    type Value = u32;
    const SIZE: usize = PATH_MTU_AT + 4;
    read_only!("a number of bytes");

    fn decode(bytes: &[u8]) -> Option<u32> {
        bytes.get(PATH_MTU_AT..).and_then(u32::decode)
    }

    fn write(value: &u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{value}")
    }
}

/// Before it stands the destination, a sockaddr_in6.
const PATH_MTU_AT: usize = 28;

/// A range of ports, both ends in it: `IP_LOCAL_PORT_RANGE`. Zeros stand for the system's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PortRange {
    /// The lowest port.
    pub low: u16,
    /// The highest port.
    pub high: u16,
}

impl Form for PortRange {
    type Value = Self;
    const SIZE: usize = 4;
    const TEXT: &'static str = "two ports, such as 40000-40999";

    fn decode(bytes: &[u8]) -> Option<Self> {
        let both = u32::decode(bytes)?;
        Some(Self { low: both as u16, high: (both >> 16) as u16 })
    }

    fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        Ok(take(&(u32::from(value.low) | u32::from(value.high) << 16).to_ne_bytes()))
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", value.low, value.high)
    }

    fn parse(text: &str) -> Option<Self> {
        let (low, high) = text.split_once('-')?;
        Some(Self { low: unsigned(low)?, high: unsigned(high)? })
    }
}

/// Structures of C that are numbers one after the other, in the order of their fields.
macro_rules! structures {
    ($($(#[$doc:meta])* $name:ident $access:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty, $text:literal;)+ })*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)+
        }

        impl Form for $name {
            type Value = Self;
            const SIZE: usize = 0 $(+ size_of::<$type>())+;

            fn decode(bytes: &[u8]) -> Option<Self> {
                let mut reader = Reader(bytes);
                Some(Self { $($field: <$type>::from_ne_bytes(reader.take()?),)+ })
            }

            fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut before = "";
                $(
                    write!(f, concat!("{}", $text, "={}"), before, value.$field)?;
                    before = " ";
                )+
                let _ = before;
                Ok(())
            }

            structures!(@ $access $($field $type, $text;)+);
        }
    )* };
    (@ read $($field:ident $type:ty, $text:literal;)+) => {
        read_only!("numbers");
    };
    (@ both $($field:ident $type:ty, $text:literal;)+) => {
        const TEXT: &'static str = concat!("each of these with a number, blanks between them:", $(" ", $text, "="),+);

        fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
            let mut bytes = Vec::with_capacity(Self::SIZE);
            $(bytes.extend_from_slice(&value.$field.to_ne_bytes());)+
            Ok(take(&bytes))
        }

        fn parse(text: &str) -> Option<Self> {
            let mut fields = parse_fields(text)?;
            let value = Self { $($field: fields.remove($text)?.parse().ok()?,)+ };
            fields.is_empty().then_some(value)
        }
    };
}

structures! {
    /// How much memory a socket uses, in bytes: `SO_MEMINFO`, as `ss -m` shows it.
    MemoryInfo read {
    /// What was received and not yet read.
    receive_used: u32, "receive-used";
    /// The most that may be received: `SO_RCVBUF`.
    receive_buffer: u32, "receive-buffer";
    /// What was sent and not yet delivered to the device.
    send_used: u32, "send-used";
    /// The most that may be sent: `SO_SNDBUF`.
    send_buffer: u32, "send-buffer";
    /// What is kept to be used.
    forward_allocated: u32, "forward-allocated";
    /// What is queued to be sent.
    send_queued: u32, "send-queued";
    /// What options and filters take.
    options: u32, "options";
    /// What the backlog holds, not yet processed.
    backlog: u32, "backlog";
    /// Packets that were dropped.
    drops: u32, "drops";
    }

    /// By which clock messages say when they are to be sent: `SO_TXTIME`.
    TransmitTime both {
    /// The clock, as clock_gettime(2) has it.
    clock: i32, "clock";
    /// 1: the time is a deadline; 2: errors are reported in the error queue.
    flags: u32, "flags";
    }

    /// How many frames a packet socket received: `PACKET_STATISTICS`.
    PacketStatistics read {
    /// All frames, those dropped among them.
    packets: u32, "packets";
    /// Frames that there was no room for.
    drops: u32, "drops";
    }

    /// How many frames went on to another socket of the group: `PACKET_ROLLOVER_STATS`.
    RolloverStatistics read {
    /// All frames that this socket got by the rule.
    all: u64, "all";
    /// Those that were too many in a flow.
    huge: u64, "huge";
    /// Those that no socket had room for.
    failed: u64, "failed";
    }

    /// A number for one association of SCTP, or for all to come: `struct sctp_assoc_value`.
    ForAssociation both {
    /// The association; 0 on a one-to-one socket.
    association: i32, "association";
    /// The number.
    value: u32, "value";
    }

    /// What an association of SCTP asks for: `struct sctp_initmsg`.
    InitMessage both {
    /// Streams to send on.
    streams_out: u16, "streams-out";
    /// The most streams to receive on.
    streams_in: u16, "streams-in";
    /// How often it tries.
    attempts: u16, "attempts";
    /// How long it waits for an answer at most, in milliseconds.
    timeout: u16, "timeout";
    }

    /// How long SCTP waits for an acknowledgement, in milliseconds: `struct sctp_rtoinfo`.
    RetransmissionTimes both {
    /// The association; 0 on a one-to-one socket.
    association: i32, "association";
    /// At first.
    initial: u32, "initial";
    /// At most.
    max: u32, "max";
    /// At least.
    min: u32, "min";
    }
}

/// Which messages a raw ICMP socket does not get: a bit each of types 0 to 31.
#[derive(Clone, Copy, Debug)]
pub enum IcmpFilter {}

/// Which messages a raw ICMPv6 socket does not get: a bit each of types 0 to 255.
#[derive(Clone, Copy, Debug)]
pub enum Icmp6Filter {}

/// A set of types of ICMP messages.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct IcmpTypes([u32; 8]);

impl IcmpTypes {
    /// Is no type.
    pub const NONE: Self = Self([0; 8]);
    /// Is every type.
    pub const ALL: Self = Self([u32::MAX; 8]);

    /// Returns the set with one more type.
    #[must_use]
    pub const fn with(mut self, number: u8) -> Self {
        self.0[number as usize / 32] |= 1 << (number % 32);
        self
    }

    /// Returns the set without one type.
    #[must_use]
    pub const fn without(mut self, number: u8) -> Self {
        self.0[number as usize / 32] &= !(1 << (number % 32));
        self
    }

    /// Returns `true` if the type is in the set.
    #[must_use]
    pub const fn contains(self, number: u8) -> bool {
        self.0[number as usize / 32] & 1 << (number % 32) != 0
    }

    fn write(self, most: u8, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (0..=most).filter(|number| self.contains(*number)).count() {
            0 => f.write_str("none"),
            count if count == usize::from(most) + 1 => f.write_str("all"),
            _ => super::write_list((0..=most).filter(|number| self.contains(*number)), f),
        }
    }

    fn parse(text: &str, most: u8) -> Option<Self> {
        match text {
            "none" => Some(Self::NONE),
            "all" => Some(Self::ALL),
            _ => text.split(',').try_fold(Self::NONE, |set, number| {
                unsigned::<u8>(number).filter(|number| *number <= most).map(|number| set.with(number))
            }),
        }
    }
}

impl fmt::Debug for IcmpTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IcmpTypes(")?;
        self.write(255, f)?;
        f.write_str(")")
    }
}

impl Form for IcmpFilter {
    type Value = IcmpTypes;
    const SIZE: usize = 4;
    const TEXT: &'static str = "none, all, or types from 0 to 31 with commas between them";

    fn decode(bytes: &[u8]) -> Option<IcmpTypes> {
        u32::decode(bytes).map(|bits| IcmpTypes([bits, 0, 0, 0, 0, 0, 0, 0]))
    }

    fn encode<R>(value: &IcmpTypes, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        Ok(take(&value.0[0].to_ne_bytes()))
    }

    fn write(value: &IcmpTypes, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        value.write(31, f)
    }

    fn parse(text: &str) -> Option<IcmpTypes> {
        IcmpTypes::parse(text, 31)
    }
}

impl Form for Icmp6Filter {
    type Value = IcmpTypes;
    const SIZE: usize = 32;
    const TEXT: &'static str = "none, all, or types from 0 to 255 with commas between them";

    fn decode(bytes: &[u8]) -> Option<IcmpTypes> {
        let mut reader = Reader(bytes);
        let mut set = IcmpTypes::NONE;
        for word in &mut set.0 {
            *word = invert_where_bits_let_pass(reader.unsigned()?);
        }
        Some(set)
    }

    fn encode<R>(value: &IcmpTypes, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        Ok(take(value.0.map(|word| invert_where_bits_let_pass(word).to_ne_bytes()).as_flattened()))
    }

    fn write(value: &IcmpTypes, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        value.write(255, f)
    }

    fn parse(text: &str) -> Option<IcmpTypes> {
        IcmpTypes::parse(text, 255)
    }
}

/// On Linux a bit blocks a type; everywhere else it lets the type pass.
fn invert_where_bits_let_pass(word: u32) -> u32 {
    if cfg!(linux_like) { word } else { !word }
}

/// What frames an interface is to take for a packet socket: `struct packet_mreq`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PacketMembership {
    /// The interface.
    pub interface: Zone,
    /// Which frames.
    pub kind: PacketMembershipKind,
}

/// Which frames an interface is to take.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PacketMembershipKind {
    /// Those to one group: a hardware address of at most 8 bytes.
    Multicast(Vec<u8>),
    /// All that pass by.
    Promiscuous,
    /// Those to any group.
    AllMulticast,
    /// Those to one more address of the interface's own.
    Unicast(Vec<u8>),
}

impl PacketMembershipKind {
    fn parts(&self) -> (u16, &[u8]) {
        match self {
            Self::Multicast(address) => (0, address),
            Self::Promiscuous => (1, &[]),
            Self::AllMulticast => (2, &[]),
            Self::Unicast(address) => (3, address),
        }
    }
}

impl Form for PacketMembership {
    type Value = Self;
    const SIZE: usize = 0;
    const TEXT: &'static str = "promiscuous, all-multicast, multicast:01005e000001 or unicast:020000000001, each with its interface: promiscuous@eth0";

    fn decode(_: &[u8]) -> Option<Self> {
        None
    }

    fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        let (kind, address) = value.kind.parts();
        let mut request = [0; 16];
        request.get_mut(8..8 + address.len()).ok_or(Unfit::OutOfRange)?.copy_from_slice(address);
        request[..4].copy_from_slice(&index_of(&value.interface)?.to_ne_bytes());
        request[4..6].copy_from_slice(&kind.to_ne_bytes());
        request[6..8].copy_from_slice(&(address.len() as u16).to_ne_bytes());
        Ok(take(&request))
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, address) = value.kind.parts();
        f.write_str(["multicast:", "promiscuous", "all-multicast", "unicast:"][usize::from(kind)])?;
        address.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("@")?;
        write_zone(&value.interface, f)
    }

    fn parse(text: &str) -> Option<Self> {
        let (kind, interface) = text.split_once('@')?;
        let octets = |text: &str| super::Octets::<8>::parse(text).filter(|octets| !octets.is_empty());
        let kind = match kind.split_once(':') {
            None if kind == "promiscuous" => PacketMembershipKind::Promiscuous,
            None if kind == "all-multicast" => PacketMembershipKind::AllMulticast,
            Some(("multicast", address)) => PacketMembershipKind::Multicast(octets(address)?),
            Some(("unicast", address)) => PacketMembershipKind::Unicast(octets(address)?),
            _ => return None,
        };
        Some(Self { interface: parse_zone(interface)?, kind })
    }
}

/// The group of packet sockets over which frames are spread: `PACKET_FANOUT`, packet(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PacketFanout {
    /// The group's number.
    pub group: u16,
    /// The rule, and flags: `PACKET_FANOUT_HASH` is 0, `_LB` 1, `_CPU` 2, `_ROLLOVER` 3, `_RND` 4, `_QM` 5.
    pub rule: u16,
}

impl Form for PacketFanout {
    type Value = Self;
    const SIZE: usize = 4;
    const TEXT: &'static str = "a group and a rule, such as 7/0";

    fn decode(bytes: &[u8]) -> Option<Self> {
        let both = u32::decode(bytes)?;
        Some(Self { group: both as u16, rule: (both >> 16) as u16 })
    }

    fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        Ok(take(&(u32::from(value.group) | u32::from(value.rule) << 16).to_ne_bytes()))
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", value.group, value.rule)
    }

    fn parse(text: &str) -> Option<Self> {
        let (group, rule) = text.split_once('/')?;
        Some(Self { group: unsigned(group)?, rule: unsigned(rule)? })
    }
}

/// A key with which segments to and from a peer are signed: `struct tcp_md5sig`, RFC 2385.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Md5Key {
    /// The peer.
    pub peer: IpAddr,
    /// How many bits of the address count; `TCP_MD5SIG_EXT` alone heeds it.
    pub prefix: Option<u8>,
    /// The key, of at most 80 bytes; an empty one takes the key away.
    pub key: Vec<u8>,
}

/// TCP_MD5SIG_MAXKEYLEN of linux/tcp.h.
const LONGEST_KEY: usize = 80;

impl Form for Md5Key {
    type Value = Self;
    const SIZE: usize = 0;
    const TEXT: &'static str = "a peer and a key, such as 192.0.2.1=secret, or 192.0.2.0/24=secret";

    fn decode(_: &[u8]) -> Option<Self> {
        None
    }

    fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        if value.key.len() > LONGEST_KEY {
            return Err(Unfit::OutOfRange);
        }
        let mut request = [0; 128 + 8 + LONGEST_KEY];
        put_address(&mut request, value.peer)?;
        // TCP_MD5SIG_FLAG_PREFIX says that the length of the prefix counts.
        request[128] = u8::from(value.prefix.is_some());
        request[129] = value.prefix.unwrap_or(0);
        request[130..132].copy_from_slice(&(value.key.len() as u16).to_ne_bytes());
        request[136..136 + value.key.len()].copy_from_slice(&value.key);
        Ok(take(&request))
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", value.peer)?;
        if let Some(prefix) = value.prefix {
            write!(f, "/{prefix}")?;
        }
        write!(f, "={}", String::from_utf8_lossy(&value.key))
    }

    fn parse(text: &str) -> Option<Self> {
        let (peer, key) = text.split_once('=')?;
        let (peer, prefix) = peer.split_once('/').map_or((peer, None), |(peer, prefix)| (peer, Some(prefix)));
        let prefix = prefix.map(unsigned).map_or(Some(None), |prefix| prefix.map(Some))?;
        Some(Self { peer: peer.parse().ok()?, prefix, key: key.as_bytes().to_vec() })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Shown;
    use super::super::tests::comes_back;
    use super::*;

    #[test]
    fn numbers_one_after_the_other_come_back() {
        comes_back::<Word>(&7, "7");
        comes_back::<PortRange>(&PortRange { low: 40000, high: 40999 }, "40000-40999");
        comes_back::<TransmitTime>(&TransmitTime { clock: 1, flags: 2 }, "clock=1 flags=2");
        comes_back::<ForAssociation>(&ForAssociation { association: 0, value: 9 }, "association=0 value=9");
        comes_back::<PacketFanout>(&PacketFanout { group: 7, rule: 0x1003 }, "7/4099");
        comes_back::<Nothing>(&(), "");
        assert_eq!(TransmitTime::parse("clock=1"), None);
        assert_eq!(TransmitTime::parse("clock=1 flags=2 more=3"), None);
        assert_eq!(TransmitTime::parse("clock=1 clock=1 flags=2"), None);
    }

    #[test]
    fn filters_come_back() {
        comes_back::<IcmpFilter>(&IcmpTypes::NONE.with(3).with(8), "3,8");
        comes_back::<Icmp6Filter>(&IcmpTypes::ALL, "all");
        comes_back::<Icmp6Filter>(&IcmpTypes::NONE.with(128).with(129), "128,129");
        assert_eq!(IcmpFilter::parse("32"), None);
    }

    #[test]
    fn text_comes_back_where_bytes_do_not() {
        for text in ["promiscuous@7", "multicast:01005e000001@eth0"] {
            assert_eq!(Shown::<PacketMembership>(&PacketMembership::parse(text).unwrap()).to_string(), text);
        }
        for text in ["192.0.2.1=secret", "2001:db8::/32=secret", "192.0.2.1="] {
            assert_eq!(Shown::<Md5Key>(&Md5Key::parse(text).unwrap()).to_string(), text);
        }
        assert_eq!(Md5Key::parse("192.0.2.1/x=secret"), None);
        assert_eq!(PacketMembership::parse("multicast:@eth0"), None);
    }
}

//! Values of the options of CAN sockets.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::{Form, Reader, Unfit, parse_fields, write_list};

structures! {
    /// One filter of a raw CAN socket: a frame passes whose identifier is this one in every bit of the mask.
    CanFilter both {
    /// The identifier, with flags; the bit 0x20000000 inverts the filter.
    id: u32, "id";
    /// The bits that are compared.
    mask: u32, "mask";
    }

    /// Which virtual networks of CAN XL a raw socket sends into and hears: `struct can_raw_vcid_options`.
    XlNetworks both {
    /// What of it is meant: [`SET`](XlNetworks::SET), [`PASS`](XlNetworks::PASS), [`FILTER`](XlNetworks::FILTER).
    flags: u8, "flags";
    /// The network that frames are sent into.
    send: u8, "send";
    /// The network that is heard.
    receive: u8, "receive";
    /// The bits of it that are compared.
    mask: u8, "mask";
    }

    /// Flags and times of ISO-TP: `struct can_isotp_options`.
    IsoTpOptions both {
    /// What is otherwise than usual.
    flags: IsoTpFlags, "flags";
    /// How long a frame is on its way, in nanoseconds; 0 leaves what was, 4294967295 is no time at all.
    frame_time: u32, "frame-time";
    /// The address in each frame that is sent, with [`IsoTpFlags::EXTEND_ADDR`].
    address: u8, "address";
    /// What frames that are sent are filled with, with [`IsoTpFlags::TX_PADDING`].
    send_fill: u8, "send-fill";
    /// What frames that are received have to be filled with, with [`IsoTpFlags::CHK_PAD_DATA`].
    receive_fill: u8, "receive-fill";
    /// The address in each frame that is received, with [`IsoTpFlags::RX_EXT_ADDR`].
    receive_address: u8, "receive-address";
    }

    /// What ISO-TP asks of those who send to it: `struct can_isotp_fc_options`.
    IsoTpFlowControl both {
    /// After how many frames the sender has to ask again; 0 for never.
    block: u8, "block";
    /// The least time between two frames, as ISO 15765-2 codes it: [`time`](IsoTpFlowControl::time).
    separation: u8, "separation";
    /// How often the sender may be told to wait.
    waits: u8, "waits";
    }

    /// Of which frames ISO-TP makes its messages: `struct can_isotp_ll_options`.
    IsoTpLinkLayer both {
    /// The kind of frames by the size of their structure: 16, or 72 with CAN FD.
    frame: u8, "frame";
    /// How much data each has: 8, or with CAN FD 8, 12, 16, 20, 24, 32, 48 or 64.
    data: u8, "data";
    /// The flags of each, with CAN FD.
    flags: u8, "flags";
    }
}

flag_set! {
    /// What ISO-TP does otherwise than usual.
    IsoTpFlags:
    /// It listens and sends no flow control: `CAN_ISOTP_LISTEN_MODE`.
    LISTEN_MODE = 0x1, "listen-mode";
    /// Each frame begins with an address: `CAN_ISOTP_EXTEND_ADDR`.
    EXTEND_ADDR = 0x2, "extend-addr";
    /// Frames that are sent are filled up: `CAN_ISOTP_TX_PADDING`.
    TX_PADDING = 0x4, "tx-padding";
    /// Frames that are received are filled up: `CAN_ISOTP_RX_PADDING`.
    RX_PADDING = 0x8, "rx-padding";
    /// Whether they are is checked: `CAN_ISOTP_CHK_PAD_LEN`.
    CHK_PAD_LEN = 0x10, "chk-pad-len";
    /// What they are filled with is checked: `CAN_ISOTP_CHK_PAD_DATA`.
    CHK_PAD_DATA = 0x20, "chk-pad-data";
    /// It does not receive while it sends: `CAN_ISOTP_HALF_DUPLEX`.
    HALF_DUPLEX = 0x40, "half-duplex";
    /// The time between frames that are sent is this side's: `CAN_ISOTP_FORCE_TXSTMIN`.
    FORCE_TXSTMIN = 0x80, "force-txstmin";
    /// Frames that come too soon are passed over: `CAN_ISOTP_FORCE_RXSTMIN`.
    FORCE_RXSTMIN = 0x100, "force-rxstmin";
    /// The address of what is received is another one: `CAN_ISOTP_RX_EXT_ADDR`.
    RX_EXT_ADDR = 0x200, "rx-ext-addr";
    /// A send waits until the message is on the bus: `CAN_ISOTP_WAIT_TX_DONE`.
    WAIT_TX_DONE = 0x400, "wait-tx-done";
    /// One frame goes to many receivers, of which none answers: `CAN_ISOTP_SF_BROADCAST`.
    SF_BROADCAST = 0x800, "sf-broadcast";
    /// Many frames do: `CAN_ISOTP_CF_BROADCAST`. Linux 6.0.
    CF_BROADCAST = 0x1000, "cf-broadcast";
    /// The flow control may change within a message: `CAN_ISOTP_DYN_FC_PARMS`. Linux 6.9.
    DYN_FC_PARMS = 0x2000, "dyn-fc-parms";
}

/// So that it can be a field of a structure.
impl IsoTpFlags {
    fn from_ne_bytes(bytes: [u8; 4]) -> Self {
        Self::from_bits_retain(u32::from_ne_bytes(bytes))
    }

    fn to_ne_bytes(self) -> [u8; 4] {
        self.bits().to_ne_bytes()
    }
}

impl FromStr for IsoTpFlags {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::parse(text).ok_or(())
    }
}

impl Default for IsoTpOptions {
    /// Returns what a socket begins with.
    fn default() -> Self {
        let fill = 0xcc;
        let flags = IsoTpFlags::empty();
        Self {
            flags,
            frame_time: 50_000,
            address: 0,
            send_fill: fill,
            receive_fill: fill,
            receive_address: 0,
        }
    }
}

impl IsoTpFlowControl {
    /// Asks for a time between two frames, rounded up to one that can be asked for: 100 to 900 microseconds, or whole
    /// milliseconds up to 127; what is longer is that.
    #[must_use]
    pub fn with_time(self, time: Duration) -> Self {
        let separation = match time.as_nanos().div_ceil(100_000) {
            0 => 0,
            tenths @ 1..=9 => 0xf0 + tenths as u8,
            tenths => tenths.div_ceil(10).min(127) as u8,
        };
        Self { separation, ..self }
    }

    /// Returns the time between two frames that is asked for; `None` of a code that is reserved.
    #[must_use]
    pub fn time(self) -> Option<Duration> {
        match self.separation {
            milliseconds @ 0..=0x7f => Some(Duration::from_millis(milliseconds.into())),
            tenths @ 0xf1..=0xf9 => Some(Duration::from_micros(u64::from(tenths - 0xf0) * 100)),
            _ => None,
        }
    }
}

impl IsoTpLinkLayer {
    /// Is classic frames.
    pub const CLASSIC: Self = Self { frame: 16, data: 8, flags: 0 };
    /// Is frames of CAN FD with 64 bytes of data.
    pub const FD: Self = Self { frame: 72, data: 64, flags: 0 };
}

impl XlNetworks {
    /// The network of [`send`](Self::send) is set into every frame: `CAN_RAW_XL_VCID_TX_SET`.
    pub const SET: u8 = 0x1;
    /// The network of each frame stays: `CAN_RAW_XL_VCID_TX_PASS`.
    pub const PASS: u8 = 0x2;
    /// Frames of another network than [`receive`](Self::receive) are not heard: `CAN_RAW_XL_VCID_RX_FILTER`. Without,
    /// those without a network are.
    pub const FILTER: u8 = 0x4;
}

/// The filters of a raw CAN socket: `CAN_RAW_FILTER`.
#[derive(Clone, Copy, Debug)]
pub enum CanFilters {}

/// CAN_RAW_FILTER_MAX of linux/can/raw.h, and J1939_FILTER_MAX of linux/can/j1939.h.
const MOST_FILTERS: usize = 512;

/// Reads a number of hexadecimal digits that fits.
fn digits<T: TryFrom<u64>>(text: &str) -> Option<T> {
    let number = u64::from_str_radix(text, 16).ok().filter(|_| !text.starts_with('+'))?;
    number.try_into().ok()
}

fn write_filters<T: fmt::Display>(
    filters: impl ExactSizeIterator<Item = T>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    if filters.len() == 0 { f.write_str("none") } else { write_list(filters, f) }
}

fn parse_filters<T>(text: &str, one: impl FnMut(&str) -> Option<T>) -> Option<Vec<T>> {
    if text == "none" { Some(Vec::new()) } else { text.split(',').map(one).collect() }
}

impl Form for CanFilters {
    type Value = Vec<CanFilter>;
    const SIZE: usize = 8 * MOST_FILTERS;
    const TEXT: &'static str = "none, or identifiers and masks in hexadecimal, such as 123:7ff,200:700";

    fn decode(bytes: &[u8]) -> Option<Vec<CanFilter>> {
        bytes.chunks(8).map(CanFilter::decode).collect()
    }

    fn encode<R>(value: &Vec<CanFilter>, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        if value.len() > MOST_FILTERS {
            return Err(Unfit::OutOfRange);
        }
        let pairs = value.iter().flat_map(|filter| [filter.id.to_ne_bytes(), filter.mask.to_ne_bytes()]);
        Ok(take(&pairs.flatten().collect::<Vec<_>>()))
    }

    fn write(value: &Vec<CanFilter>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_filters(value.iter().map(|filter| format!("{:x}:{:x}", filter.id, filter.mask)), f)
    }

    fn parse(text: &str) -> Option<Vec<CanFilter>> {
        parse_filters(text, |text| {
            let (id, mask) = text.split_once(':')?;
            Some(CanFilter { id: digits(id)?, mask: digits(mask)? })
        })
    }
}

/// One filter of a J1939 socket: a message passes whose sender and group are these in every bit of their masks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[doc(alias = "j1939_filter")]
pub struct J1939Filter {
    /// The sender's name.
    pub name: u64,
    /// The bits of it that are compared.
    pub name_mask: u64,
    /// The group.
    pub pgn: u32,
    /// The bits of it that are compared.
    pub pgn_mask: u32,
    /// The sender's address.
    pub address: u8,
    /// The bits of it that are compared.
    pub address_mask: u8,
}

/// The filters of a J1939 socket: `SO_J1939_FILTER`.
#[derive(Clone, Copy, Debug)]
pub enum J1939Filters {}

/// The size of one, padded as C does.
const J1939_FILTER: usize = 26_usize.next_multiple_of(align_of::<u64>());

impl Form for J1939Filters {
    type Value = Vec<J1939Filter>;
    const SIZE: usize = J1939_FILTER * MOST_FILTERS;
    const TEXT: &'static str = "none, or name, group and address of the sender in hexadecimal, each with its mask, such \
                                as 0:0/fef1:3ffff/20:ff";

    fn decode(bytes: &[u8]) -> Option<Vec<J1939Filter>> {
        let one = |bytes| {
            let mut reader = Reader(bytes);
            let (name, name_mask) = (reader.take()?, reader.take()?);
            let (pgn, pgn_mask) = (reader.unsigned()?, reader.unsigned()?);
            let [address, address_mask] = reader.take()?;
            let (name, name_mask) = (u64::from_ne_bytes(name), u64::from_ne_bytes(name_mask));
            Some(J1939Filter { name, name_mask, pgn, pgn_mask, address, address_mask })
        };
        bytes.chunks(J1939_FILTER).map(one).collect()
    }

    fn encode<R>(value: &Vec<J1939Filter>, take: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
        if value.len() > MOST_FILTERS {
            return Err(Unfit::OutOfRange);
        }
        let mut bytes = Vec::with_capacity(value.len() * J1939_FILTER);
        for filter in value {
            bytes.extend([filter.name, filter.name_mask].map(u64::to_ne_bytes).concat());
            bytes.extend([filter.pgn, filter.pgn_mask].map(u32::to_ne_bytes).concat());
            bytes.extend([filter.address, filter.address_mask]);
            bytes.resize(bytes.len().next_multiple_of(J1939_FILTER), 0);
        }
        Ok(take(&bytes))
    }

    fn write(value: &Vec<J1939Filter>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = |filter: &J1939Filter| {
            let J1939Filter { name, name_mask, pgn, pgn_mask, address, address_mask } = filter;
            format!("{name:x}:{name_mask:x}/{pgn:x}:{pgn_mask:x}/{address:x}:{address_mask:x}")
        };
        write_filters(value.iter().map(one), f)
    }

    fn parse(text: &str) -> Option<Vec<J1939Filter>> {
        parse_filters(text, |text| {
            let mut pairs = text.split('/').map(|pair| pair.split_once(':'));
            let (name, name_mask) = pairs.next()??;
            let (pgn, pgn_mask) = pairs.next()??;
            let (address, address_mask) = pairs.next()??;
            pairs.next().is_none().then_some(())?;
            Some(J1939Filter {
                name: digits(name)?,
                name_mask: digits(name_mask)?,
                pgn: digits(pgn)?,
                pgn_mask: digits(pgn_mask)?,
                address: digits(address)?,
                address_mask: digits(address_mask)?,
            })
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::comes_back;
    use super::*;

    #[test]
    fn filters_come_back() {
        comes_back::<CanFilters>(&vec![CanFilter { id: 0x123, mask: 0x7ff }], "123:7ff");
        comes_back::<CanFilters>(&vec![], "none");
        comes_back::<J1939Filters>(&vec![], "none");
        let filter = J1939Filter {
            name: 0xab,
            name_mask: u64::MAX,
            pgn: 0xfef1,
            address_mask: 0xff,
            ..J1939Filter::default()
        };
        comes_back::<J1939Filters>(
            &vec![filter; 2],
            "ab:ffffffffffffffff/fef1:0/0:ff,ab:ffffffffffffffff/fef1:0/0:ff",
        );
        assert_eq!(J1939Filters::parse("1:1/1:1"), None);
        assert_eq!(J1939Filters::parse("1:1/1:1/100:1"), None);
        assert_eq!(CanFilters::parse("+1:1"), None);
        assert!(CanFilters::encode(&vec![CanFilter { id: 0, mask: 0 }; 513], |_| ()).is_err());
    }

    #[test]
    fn values_of_isotp_come_back() {
        let flags = IsoTpFlags::TX_PADDING | IsoTpFlags::WAIT_TX_DONE;
        let text = "flags=tx-padding,wait-tx-done frame-time=50000 address=0 send-fill=204 receive-fill=204 receive-address=0";
        comes_back::<IsoTpOptions>(&IsoTpOptions { flags, ..IsoTpOptions::default() }, text);
        comes_back::<IsoTpFlowControl>(
            &IsoTpFlowControl { block: 8, separation: 5, waits: 0 },
            "block=8 separation=5 waits=0",
        );
        comes_back::<IsoTpLinkLayer>(&IsoTpLinkLayer::FD, "frame=72 data=64 flags=0");
        let networks = XlNetworks { flags: XlNetworks::PASS, send: 0, receive: 4, mask: 255 };
        comes_back::<XlNetworks>(&networks, "flags=2 send=0 receive=4 mask=255");
        assert_eq!(IsoTpOptions::SIZE, 12);
    }

    #[test]
    fn a_separation_is_the_next_time_that_can_be_asked_for() {
        let flow = IsoTpFlowControl { block: 0, separation: 0, waits: 0 };
        let micros = Duration::from_micros;
        for (asked, given) in [
            (0, 0),
            (1, 100),
            (100, 100),
            (101, 200),
            (900, 900),
            (901, 1000),
            (1001, 2000),
            (1 << 30, 127_000),
        ] {
            assert_eq!(flow.with_time(micros(asked)).time(), Some(micros(given)), "{asked}");
        }
        assert_eq!(IsoTpFlowControl { separation: 0x80, ..flow }.time(), None);
    }
}

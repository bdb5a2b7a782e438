//! What the broadcast manager is told and tells: `struct bcm_msg_head` of linux/can/bcm.h, and the frames behind it.

use std::time::Duration;

use super::id::{ERROR, REMOTE};
use super::kernel::{CLASSIC, FD};
use super::{Frame, Id, Malformed};

/// How the structure lies: it has numbers as long as a word of the processor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    word: usize,
}

impl Layout {
    pub(super) const SYSTEM: Self = Self { word: size_of::<usize>() };

    const fn first(self) -> usize {
        12_usize.next_multiple_of(self.word)
    }

    const fn then(self) -> usize {
        self.first() + 2 * self.word
    }

    const fn id(self) -> usize {
        self.then() + 2 * self.word
    }

    const fn count(self) -> usize {
        self.id() + 4
    }

    /// Where the frames begin, which are aligned to 8 bytes.
    const fn frames(self) -> usize {
        (self.id() + 8).next_multiple_of(8)
    }
}

/// The most frames that one message has: `MAX_NFRAMES` of net/can/bcm.c.
const MOST_FRAMES: usize = 256;

/// The most bytes that a message has.
pub(super) const MOST_BYTES: usize = Layout::SYSTEM.frames() + MOST_FRAMES * FD;

/// The longest time that the kernel takes: `BCM_TIMER_SEC_MAX`, 400 days.
const LONGEST: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// Writes the codes of operations.
macro_rules! codes {
    ($($name:ident = $number:literal;)*) => {
        $(pub(super) const $name: u32 = $number;)*
    };
}

codes! {
    TX_SETUP = 1;
    TX_DELETE = 2;
    TX_READ = 3;
    TX_SEND = 4;
    RX_SETUP = 5;
    RX_DELETE = 6;
    RX_READ = 7;
    TX_STATUS = 8;
    TX_EXPIRED = 9;
    RX_STATUS = 10;
    RX_TIMEOUT = 11;
    RX_CHANGED = 12;
}

pub(super) const SETTIMER: u32 = 0x1;
pub(super) const STARTTIMER: u32 = 0x2;
const TX_COUNTEVT: u32 = 0x4;
pub(super) const TX_ANNOUNCE: u32 = 0x8;
const TX_RESET_MULTI_IDX: u32 = 0x200;
const RX_RTR_FRAME: u32 = 0x400;
const CAN_FD_FRAME: u32 = 0x800;

/// A message of either direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) code: u32,
    pub(super) flags: u32,
    pub(super) count: u32,
    pub(super) first: Duration,
    pub(super) then: Duration,
    pub(super) canid: u32,
    pub(super) frames: Vec<Frame>,
}

fn is_fd(frame: &Frame) -> bool {
    matches!(frame, Frame::Fd(_))
}

impl Message {
    pub(super) fn new(code: u32, canid: u32, frames: &[Frame]) -> Result<Self, Malformed> {
        check(frames)?;
        let flags = if frames.first().is_some_and(is_fd) { CAN_FD_FRAME } else { 0 };
        let (count, first, then) = (0, Duration::ZERO, Duration::ZERO);
        Ok(Self { code, flags, count, first, then, canid, frames: frames.to_vec() })
    }

    pub(super) fn encode(&self, layout: Layout) -> Result<Vec<u8>, Malformed> {
        let mut bytes = vec![0; layout.frames()];
        let mut put = |at: usize, number: &[u8]| bytes[at..at + number.len()].copy_from_slice(number);
        put(0, &self.code.to_ne_bytes());
        put(4, &self.flags.to_ne_bytes());
        put(8, &self.count.to_ne_bytes());
        for (at, time) in [(layout.first(), self.first), (layout.then(), self.then)] {
            let (seconds, micros) = split(time)?;
            for (at, number) in [(at, seconds), (at + layout.word, micros)] {
                match layout.word {
                    8 => put(at, &number.to_ne_bytes()),
                    _ => put(at, &(number as u32).to_ne_bytes()),
                }
            }
        }
        put(layout.id(), &self.canid.to_ne_bytes());
        put(layout.count(), &(self.frames.len() as u32).to_ne_bytes());
        let mut memory = [0; Frame::MOST_BYTES];
        self.frames.iter().for_each(|frame| bytes.extend_from_slice(frame.encode(&mut memory)));
        Ok(bytes)
    }

    pub(super) fn decode(bytes: &[u8], layout: Layout) -> Result<Self, Malformed> {
        const RIGHT: &str = "a message has a head, and as many frames as that says";
        let cut = || Malformed::decimal("size", bytes.len(), RIGHT);
        let word = |at: usize| {
            let word = bytes.get(at..).and_then(|rest| rest.first_chunk());
            word.map(|word| u32::from_ne_bytes(*word)).ok_or_else(cut)
        };
        let long = |at: usize| match layout.word {
            8 => bytes
                .get(at..)
                .and_then(|rest| rest.first_chunk())
                .map(|long| u64::from_ne_bytes(*long))
                .ok_or_else(cut),
            _ => word(at).map(u64::from),
        };
        let time = |at: usize| {
            let (seconds, micros) = (long(at)?, long(at + layout.word)?);
            if micros >= 1_000_000 {
                return Err(Malformed::decimal(
                    "microseconds",
                    micros as usize,
                    "they are less than a second",
                )
                .at(at + layout.word));
            }
            Ok(Duration::from_secs(seconds) + Duration::from_micros(micros))
        };
        let flags = word(4)?;
        let size = if flags & CAN_FD_FRAME == 0 { CLASSIC } else { FD };
        let behind = bytes.get(layout.frames()..).ok_or_else(cut)?;
        if Some(behind.len()) != (word(layout.count())? as usize).checked_mul(size) {
            return Err(cut());
        }
        Ok(Self {
            code: word(0)?,
            flags,
            count: word(8)?,
            first: time(layout.first())?,
            then: time(layout.then())?,
            canid: word(layout.id())?,
            frames: behind.chunks(size).map(Frame::decode).collect::<Result<_, _>>()?,
        })
    }

    /// Returns the identifier that the message is about.
    fn id(&self) -> Result<Id, Malformed> {
        Id::from_canid(self.canid & !(REMOTE | ERROR)).map_err(|error| error.at(Layout::SYSTEM.id()))
    }
}

/// A time as the kernel has it; less than a microsecond is one.
fn split(time: Duration) -> Result<(u64, u64), Malformed> {
    if time > LONGEST {
        return Err(Malformed::decimal("seconds", time.as_secs() as usize, "a time is at most 400 days"));
    }
    let micros = time.as_nanos().div_ceil(1000) as u64;
    Ok((micros / 1_000_000, micros % 1_000_000))
}

/// One message has frames of one size.
fn check(frames: &[Frame]) -> Result<(), Malformed> {
    if frames.len() > MOST_FRAMES {
        return Err(Malformed::decimal(
            "number of frames",
            frames.len(),
            "the broadcast manager takes at most 256",
        ));
    }
    let fd = frames.iter().filter(|frame| is_fd(frame)).count();
    if fd != 0 && fd != frames.len() {
        return Err(Malformed::decimal("number of FD frames", fd, "all frames are of CAN FD, or none"));
    }
    match frames.iter().position(|frame| matches!(frame, Frame::Xl(_) | Frame::Error(_))) {
        Some(at) => Err(Malformed::decimal(
            "frame number",
            at,
            "the broadcast manager has neither XL frames nor errors",
        )),
        None => Ok(()),
    }
}

/// Frames that the kernel sends by the clock, one after the other and then from the first again.
///
/// # Examples
///
/// ```
/// use berkeley::MILLISECOND;
/// use berkeley::can::{CyclicSend, Frame};
///
/// let frames = ["123#00".parse::<Frame>()?, "123#01".parse()?];
/// let cyclic = CyclicSend::new(&frames, MILLISECOND * 100)?.with_burst(5, MILLISECOND * 10);
/// assert_eq!(cyclic.id().as_raw(), 0x123);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "TX_SETUP")]
pub struct CyclicSend {
    id: Id,
    frames: Vec<Frame>,
    count: u32,
    first: Duration,
    then: Duration,
    flags: u32,
}

impl CyclicSend {
    /// Makes one, which is named by the identifier of its first frame.
    ///
    /// # Errors
    ///
    /// No frame, or more than 256; frames of CAN FD beside others, XL frames, frames of errors.
    pub fn new(frames: &[Frame], interval: Duration) -> Result<Self, Malformed> {
        check(frames)?;
        let Some(id) = frames.first().and_then(Frame::id) else {
            return Err(Malformed::decimal("number of frames", frames.len(), "there is at least one"));
        };
        Ok(Self { id, frames: frames.to_vec(), count: 0, first: Duration::ZERO, then: interval, flags: 0 })
    }

    /// Returns it with so many sends at an interval of their own before the others.
    #[must_use]
    pub fn with_burst(self, count: u32, interval: Duration) -> Self {
        Self { count, first: interval, ..self }
    }

    /// Returns it so that the end of the burst is an event.
    #[must_use]
    #[doc(alias = "TX_COUNTEVT")]
    pub fn with_event(self) -> Self {
        Self { flags: self.flags | TX_COUNTEVT, ..self }
    }

    /// Returns it so that it goes on from its first frame when it is changed.
    #[must_use]
    #[doc(alias = "TX_RESET_MULTI_IDX")]
    pub fn from_the_first(self) -> Self {
        Self { flags: self.flags | TX_RESET_MULTI_IDX, ..self }
    }

    /// Returns the identifier that it is named by.
    #[must_use]
    pub const fn id(&self) -> Id {
        self.id
    }

    /// Returns the frames.
    #[must_use]
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// Returns how many sends of the burst there are, or are left, and their interval.
    #[must_use]
    pub const fn burst(&self) -> (u32, Duration) {
        (self.count, self.first)
    }

    /// Returns the interval of the sends behind the burst.
    #[must_use]
    pub const fn interval(&self) -> Duration {
        self.then
    }

    pub(super) fn message(&self, flags: u32) -> Result<Message, Malformed> {
        let message = Message::new(TX_SETUP, self.id.to_canid(), &self.frames)?;
        let flags = message.flags | self.flags | flags;
        Ok(Message { flags, count: self.count, first: self.first, then: self.then, ..message })
    }

    fn of(message: Message) -> Result<Self, Malformed> {
        let id = message.id()?;
        let flags = message.flags & (TX_COUNTEVT | TX_RESET_MULTI_IDX);
        let Message { count, first, then, frames, .. } = message;
        Ok(Self { id, frames, count, first, then, flags })
    }
}

bitflags::bitflags! {
    /// How a subscription compares, and what it tells.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct SubscriptionFlags: u32 {
        /// Every frame of the identifier is a change: `RX_FILTER_ID`.
        #[doc(alias = "RX_FILTER_ID")]
        const EVERY_FRAME = 0x20;
        /// Another length is a change: `RX_CHECK_DLC`.
        #[doc(alias = "RX_CHECK_DLC")]
        const CHECK_LENGTH = 0x40;
        /// Time is not taken before the first frame has come: `RX_NO_AUTOTIMER`.
        #[doc(alias = "RX_NO_AUTOTIMER")]
        const NO_AUTOTIMER = 0x80;
        /// The first frame after a time without is a change, whatever is in it: `RX_ANNOUNCE_RESUME`.
        #[doc(alias = "RX_ANNOUNCE_RESUME")]
        const ANNOUNCE_RESUME = 0x100;
    }
}

/// Frames of which only changes are told: of those bits of the data that a mask has, of the first frame, and of their
/// coming at all.
///
/// # Examples
///
/// ```
/// use berkeley::SECOND;
/// use berkeley::can::{Frame, Subscription};
///
/// // Changes of the first byte of 123; and that for a second no such frame has come.
/// let subscription = Subscription::of_changes(&["123#FF".parse::<Frame>()?])?.with_timeout(SECOND);
/// assert_eq!(subscription.id().as_raw(), 0x123);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "RX_SETUP")]
pub struct Subscription {
    canid: u32,
    id: Id,
    masks: Vec<Frame>,
    timeout: Duration,
    throttle: Duration,
    flags: u32,
}

impl Subscription {
    /// Makes one of all frames of an identifier.
    #[must_use]
    pub const fn of_all(id: Id) -> Self {
        let flags = SubscriptionFlags::EVERY_FRAME.bits();
        let (canid, none) = (id.to_canid(), Duration::ZERO);
        Self { canid, id, masks: Vec::new(), timeout: none, throttle: none, flags }
    }

    /// Makes one of changes: one mask has the bits of the data that are compared. Of several, the first has the bits that
    /// tell multiplexed messages apart, and each of the others their value and the bits that are compared with it.
    ///
    /// # Errors
    ///
    /// No mask, or more than 256; frames of CAN FD beside others, XL frames, frames of errors.
    pub fn of_changes(masks: &[Frame]) -> Result<Self, Malformed> {
        check(masks)?;
        let Some(id) = masks.first().and_then(Frame::id) else {
            return Err(Malformed::decimal("number of masks", masks.len(), "there is at least one"));
        };
        let flags = if is_fd(&masks[0]) { CAN_FD_FRAME } else { 0 };
        let (canid, none) = (id.to_canid(), Duration::ZERO);
        Ok(Self { canid, id, masks: masks.to_vec(), timeout: none, throttle: none, flags })
    }

    /// Returns one that is also told that for so long no frame has come.
    #[must_use]
    #[doc(alias = "RX_TIMEOUT")]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Returns one that is told of a change at most so often: what comes in between, is told as its last.
    #[must_use]
    pub fn with_throttle(self, throttle: Duration) -> Self {
        Self { throttle, ..self }
    }

    /// Returns one with these flags besides.
    #[must_use]
    pub fn with_flags(self, flags: SubscriptionFlags) -> Self {
        Self { flags: self.flags | flags.bits(), ..self }
    }

    /// Returns one of frames of CAN FD.
    #[must_use]
    #[doc(alias = "CAN_FD_FRAME")]
    pub fn with_fd(self) -> Self {
        Self { flags: self.flags | CAN_FD_FRAME, ..self }
    }

    /// Returns one that answers remote frames of the identifier with a frame, which the kernel does by itself.
    ///
    /// # Errors
    ///
    /// A frame of CAN FD or CAN XL, or of an error.
    #[doc(alias = "RX_RTR_FRAME")]
    pub fn of_remote(answer: &Frame) -> Result<Self, Malformed> {
        let (Frame::Data(_), Some(id)) = (answer, answer.id()) else {
            return Err(Malformed::decimal(
                "frame number",
                0,
                "a remote frame is answered by a classic one with data",
            ));
        };
        let (canid, none) = (id.to_canid() | REMOTE, Duration::ZERO);
        Ok(Self {
            canid,
            id,
            masks: vec![answer.clone()],
            timeout: none,
            throttle: none,
            flags: RX_RTR_FRAME,
        })
    }

    /// Returns the identifier that it is named by.
    #[must_use]
    pub const fn id(&self) -> Id {
        self.id
    }

    /// Returns the masks.
    #[must_use]
    pub fn masks(&self) -> &[Frame] {
        &self.masks
    }

    /// Returns how long no frame has to have come before that is told; zero for never.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Returns how much time is between two changes that are told.
    #[must_use]
    pub const fn throttle(&self) -> Duration {
        self.throttle
    }

    /// Returns how it compares and what it tells.
    #[must_use]
    pub const fn flags(&self) -> SubscriptionFlags {
        SubscriptionFlags::from_bits_truncate(self.flags)
    }

    pub(super) fn message(&self, code: u32) -> Result<Message, Malformed> {
        let frames = if code == RX_SETUP { &self.masks[..] } else { &[] };
        let message = Message::new(code, self.canid, frames)?;
        if code != RX_SETUP {
            return Ok(Message { flags: self.flags & CAN_FD_FRAME, ..message });
        }
        let times = if self.flags & RX_RTR_FRAME == 0 { SETTIMER } else { 0 };
        let starts = if self.timeout.is_zero() { 0 } else { STARTTIMER };
        Ok(Message {
            flags: self.flags | times | starts,
            first: self.timeout,
            then: self.throttle,
            ..message
        })
    }

    fn of(message: Message) -> Result<Self, Malformed> {
        let id = message.id()?;
        let known = SubscriptionFlags::all().bits() | CAN_FD_FRAME | RX_RTR_FRAME;
        Ok(Self {
            canid: message.canid,
            id,
            masks: message.frames,
            timeout: message.first,
            throttle: message.then,
            flags: message.flags & known,
        })
    }
}

/// What the broadcast manager tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BroadcastEvent {
    /// A frame of a subscription has changed, or come for the first time: `RX_CHANGED`.
    Changed(Frame),
    /// No frame of the subscription has come for its time: `RX_TIMEOUT`.
    TimedOut(Id),
    /// The burst of a cyclic send is over: `TX_EXPIRED`.
    Expired(Id),
    /// What a cyclic send is, as it was asked for: `TX_STATUS`.
    Sending(CyclicSend),
    /// What a subscription is, as it was asked for: `RX_STATUS`.
    Subscribed(Subscription),
}

impl BroadcastEvent {
    pub(super) fn decode(bytes: &[u8], layout: Layout) -> Result<Self, Malformed> {
        let message = Message::decode(bytes, layout)?;
        match message.code {
            RX_CHANGED => match message.frames.into_iter().next() {
                Some(frame) => Ok(Self::Changed(frame)),
                None => Err(Malformed::decimal("number of frames", 0, "a change has one").at(layout.count())),
            },
            RX_TIMEOUT => message.id().map(Self::TimedOut),
            TX_EXPIRED => message.id().map(Self::Expired),
            TX_STATUS => CyclicSend::of(message).map(Self::Sending),
            RX_STATUS => Subscription::of(message).map(Self::Subscribed),
            other => Err(Malformed::decimal("code", other as usize, "the kernel tells 8 to 12").at(0)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const LAYOUTS: [Layout; 2] = [Layout { word: 4 }, Layout { word: 8 }];

    fn cyclic() -> CyclicSend {
        let frames = ["123#0102".parse::<Frame>().unwrap(), "00000123#R".parse().unwrap()];
        CyclicSend::new(&frames, Duration::from_millis(1500))
            .unwrap()
            .with_burst(7, Duration::from_micros(10))
            .with_event()
    }

    #[test]
    fn the_places_are_those_of_words_of_either_length() {
        let places =
            |layout: Layout| [layout.first(), layout.then(), layout.id(), layout.count(), layout.frames()];
        assert_eq!(LAYOUTS.map(places), [[12, 20, 28, 32, 40], [16, 32, 48, 52, 56]]);
    }

    #[test]
    fn messages_come_back_in_either_layout() {
        for layout in LAYOUTS {
            let message = cyclic().message(SETTIMER | STARTTIMER).unwrap();
            assert_eq!(message.flags, 7);
            let bytes = message.encode(layout).unwrap();
            assert_eq!(bytes.len(), layout.frames() + 32);
            assert_eq!(Message::decode(&bytes, layout).unwrap(), message);
            let told = Message { code: TX_STATUS, ..message }.encode(layout).unwrap();
            assert_eq!(BroadcastEvent::decode(&told, layout), Ok(BroadcastEvent::Sending(cyclic())));
            for cut in 0..told.len() {
                assert_eq!(BroadcastEvent::decode(&told[..cut], layout).unwrap_err().part(), "size", "{cut}");
            }
            let mask = "123##1FF".parse::<Frame>().unwrap();
            let subscription =
                Subscription::of_changes(&[mask]).unwrap().with_timeout(Duration::from_secs(3));
            let message = subscription.message(RX_SETUP).unwrap();
            assert_eq!(message.flags, CAN_FD_FRAME | SETTIMER | STARTTIMER);
            let told = Message { code: RX_STATUS, ..message }.encode(layout).unwrap();
            assert_eq!(BroadcastEvent::decode(&told, layout), Ok(BroadcastEvent::Subscribed(subscription)));
        }
    }

    #[test]
    fn what_is_malformed_is_refused() {
        let frame = |text: &str| text.parse::<Frame>().unwrap();
        let part = |frames: &[Frame]| CyclicSend::new(frames, Duration::ZERO).unwrap_err().part();
        assert_eq!(part(&[]), "number of frames");
        assert_eq!(part(&vec![frame("123#"); 257]), "number of frames");
        assert_eq!(part(&[frame("123#"), frame("123##0")]), "number of FD frames");
        assert_eq!(part(&[frame("20000004#")]), "frame number");
        assert!(Subscription::of_remote(&frame("123#R")).is_err() && Subscription::of_changes(&[]).is_err());
        let long = CyclicSend::new(&[frame("123#")], Duration::from_secs(1 << 30)).unwrap();
        assert_eq!(long.message(0).unwrap().encode(Layout::SYSTEM).unwrap_err().part(), "seconds");
        let mut bytes = cyclic().message(0).unwrap().encode(Layout::SYSTEM).unwrap();
        assert_eq!(BroadcastEvent::decode(&bytes, Layout::SYSTEM).unwrap_err().place(), Some(0));
        bytes[Layout::SYSTEM.count()..][..4].copy_from_slice(&u32::MAX.to_ne_bytes());
        assert_eq!(BroadcastEvent::decode(&bytes, Layout::SYSTEM).unwrap_err().part(), "size");
    }
}

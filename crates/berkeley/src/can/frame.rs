//! Frames as values: each kind complete when it is made.

use std::fmt;

use super::{ErrorFrame, Id, Malformed, XlFrame};

/// The most data of a classic frame.
pub(super) const CLASSIC_MOST: usize = 8;

/// A frame of any kind.
///
/// In text it is what candump(1) and cansend(1) write: `123#DEADBEEF`, `1F334455#R`, `123##1112233`,
/// `45123#81:00:12345678#11223344`.
///
/// # Examples
///
/// ```
/// use berkeley::can::{DataFrame, Frame, Id};
///
/// let frame = Frame::from(DataFrame::new(Id::standard(0x123)?, &[0xde, 0xad])?);
/// assert_eq!(frame.to_string(), "123#DEAD");
/// assert_eq!("123#DEAD".parse(), Ok(frame.clone()));
/// match frame {
///     Frame::Data(frame) => assert_eq!(frame.data(), [0xde, 0xad]),
///     Frame::Error(error) => println!("{error}"),
///     _ => {}
/// }
/// # Ok::<(), berkeley::can::Malformed>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Frame {
    /// Up to 8 bytes of data.
    Data(DataFrame),
    /// A request for the data of an identifier.
    Remote(RemoteFrame),
    /// Up to 64 bytes of data, of CAN FD.
    Fd(FdFrame),
    /// Up to 2048 bytes of data, of CAN XL.
    Xl(XlFrame),
    /// What the controller tells of itself and of the bus, which no other node sent.
    Error(ErrorFrame),
}

impl Frame {
    /// Returns the identifier; frames of errors and XL frames have none.
    #[must_use]
    pub const fn id(&self) -> Option<Id> {
        match self {
            Self::Data(frame) => Some(frame.id()),
            Self::Remote(frame) => Some(frame.id()),
            Self::Fd(frame) => Some(frame.id()),
            Self::Xl(_) | Self::Error(_) => None,
        }
    }

    /// Returns the data; a remote frame has none.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        match self {
            Self::Data(frame) => frame.data(),
            Self::Remote(_) => &[],
            Self::Fd(frame) => frame.data(),
            Self::Xl(frame) => frame.data(),
            Self::Error(frame) => frame.data(),
        }
    }
}

macro_rules! kinds {
    ($($kind:ident: $type:ty;)*) => { $(
        impl From<$type> for Frame {
            fn from(frame: $type) -> Self {
                Self::$kind(frame)
            }
        }
    )* };
}

kinds! {
    Data: DataFrame;
    Remote: RemoteFrame;
    Fd: FdFrame;
    Xl: XlFrame;
    Error: ErrorFrame;
}

/// Some bytes of at most `N`, those behind them zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Payload<const N: usize> {
    length: u8,
    bytes: [u8; N],
}

impl<const N: usize> Payload<N> {
    /// Copies bytes, or returns `None` if there are too many.
    pub(super) fn new(data: &[u8]) -> Option<Self> {
        let mut bytes = [0; N];
        bytes.get_mut(..data.len())?.copy_from_slice(data);
        Some(Self { length: data.len() as u8, bytes })
    }

    pub(super) fn get(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    pub(super) const fn padded(&self) -> &[u8; N] {
        &self.bytes
    }
}

/// What a classic frame says of its length: up to 8, and of 8 bytes perhaps a code of 9 to 15 that means 8 as well.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Code(Option<u8>);

impl Code {
    pub(super) const PLAIN: Self = Self(None);

    fn new(length: usize, code: u8) -> Result<Self, Malformed> {
        const RIGHT: &str = "it is the length, or of 8 bytes also 9 to 15";
        match code {
            9..=15 if length == CLASSIC_MOST => Ok(Self(Some(code))),
            code if usize::from(code) == length => Ok(Self::PLAIN),
            code => Err(Malformed::decimal("length code", code.into(), RIGHT)),
        }
    }

    /// What the kernel's structure has: zero, or a code above 8, which counts for 8 bytes only.
    pub(super) fn from_kernel(length: usize, code: u8) -> Self {
        Self::new(length, code).unwrap_or(Self::PLAIN)
    }

    pub(super) fn to_kernel(self) -> u8 {
        self.0.unwrap_or(0)
    }
}

/// A frame of up to 8 bytes of data.
///
/// # Examples
///
/// ```
/// use berkeley::can::{DataFrame, Id};
///
/// let frame = DataFrame::new(Id::standard(0x101)?, &[1, 2, 3])?;
/// assert_eq!((frame.id().as_raw(), frame.data()), (0x101, &[1, 2, 3][..]));
/// assert!(DataFrame::new(Id::standard(0x101)?, &[0; 9]).is_err());
/// # Ok::<(), berkeley::can::Malformed>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "can_frame")]
pub struct DataFrame {
    id: Id,
    code: Code,
    payload: Payload<CLASSIC_MOST>,
}

impl DataFrame {
    /// Makes one.
    ///
    /// # Errors
    ///
    /// More than 8 bytes.
    pub fn new(id: impl Into<Id>, data: &[u8]) -> Result<Self, Malformed> {
        let payload = Payload::new(data).ok_or(Malformed::decimal(
            "length",
            data.len(),
            "a classic frame has 0 to 8 bytes",
        ))?;
        Ok(Self { id: id.into(), code: Code::PLAIN, payload })
    }

    /// Returns the frame with a length code of its own: of 8 bytes, 9 to 15 mean 8 as well.
    ///
    /// # Errors
    ///
    /// Any other code than the length, unless the frame has 8 bytes.
    ///
    /// # Platform notes
    ///
    /// Controllers take it that have the mode `cc-len8-dlc`, Linux 5.11.
    #[doc(alias = "len8_dlc")]
    pub fn with_length_code(self, code: u8) -> Result<Self, Malformed> {
        Ok(Self { code: Code::new(self.data().len(), code)?, ..self })
    }

    /// Returns the identifier.
    #[must_use]
    pub const fn id(&self) -> Id {
        self.id
    }

    /// Returns the data.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        self.payload.get()
    }

    /// Returns the length code on the wire: the length, or of 8 bytes perhaps 9 to 15.
    #[must_use]
    #[doc(alias = "dlc")]
    pub fn length_code(&self) -> u8 {
        self.code.0.unwrap_or(self.payload.length)
    }

    pub(super) fn code(&self) -> Code {
        self.code
    }

    pub(super) fn with_code(self, code: Code) -> Self {
        Self { code, ..self }
    }

    pub(super) fn padded(&self) -> &[u8; CLASSIC_MOST] {
        self.payload.padded()
    }
}

/// A request for the data of an identifier: it has a length, and no data.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "CAN_RTR_FLAG")]
pub struct RemoteFrame {
    id: Id,
    length: u8,
    code: Code,
}

impl RemoteFrame {
    /// Makes one that asks for so many bytes.
    ///
    /// # Errors
    ///
    /// More than 8 bytes.
    pub fn new(id: impl Into<Id>, length: usize) -> Result<Self, Malformed> {
        if length > CLASSIC_MOST {
            return Err(Malformed::decimal("length", length, "a remote frame asks for 0 to 8 bytes"));
        }
        Ok(Self { id: id.into(), length: length as u8, code: Code::PLAIN })
    }

    /// Returns the frame with a length code of its own: of 8 bytes, 9 to 15 mean 8 as well.
    ///
    /// # Errors
    ///
    /// Any other code than the length, unless the frame asks for 8 bytes.
    #[doc(alias = "len8_dlc")]
    pub fn with_length_code(self, code: u8) -> Result<Self, Malformed> {
        Ok(Self { code: Code::new(self.length(), code)?, ..self })
    }

    /// Returns the identifier.
    #[must_use]
    pub const fn id(&self) -> Id {
        self.id
    }

    /// Returns how many bytes are asked for.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.length as usize
    }

    /// Returns the length code on the wire.
    #[must_use]
    #[doc(alias = "dlc")]
    pub fn length_code(&self) -> u8 {
        self.code.0.unwrap_or(self.length)
    }

    pub(super) fn code(&self) -> Code {
        self.code
    }

    pub(super) fn with_code(self, code: Code) -> Self {
        Self { code, ..self }
    }
}

bitflags::bitflags! {
    /// What an FD frame says besides its data.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct FdFlags: u8 {
        /// The data goes at the second bit rate: `CANFD_BRS`.
        #[doc(alias = "CANFD_BRS")]
        const BRS = 0x1;
        /// The sender is error passive: `CANFD_ESI`. Controllers set it by themselves.
        #[doc(alias = "CANFD_ESI")]
        const ESI = 0x2;
        /// A bit that has no meaning so far.
        const RESERVED = 0x8;
    }
}

/// The flag that says that a frame is one of CAN FD. It is in every frame of the kernel's and none of ours.
pub(super) const FDF: u8 = 0x4;

/// A frame of CAN FD: up to 64 bytes of data.
///
/// Its lengths are 0 to 8, 12, 16, 20, 24, 32, 48 and 64.
///
/// # Examples
///
/// ```
/// use berkeley::can::{FdFlags, FdFrame, Id};
///
/// let frame = FdFrame::new(Id::standard(0x123)?, &[7; 12])?.with_flags(FdFlags::BRS);
/// assert_eq!(frame.length_code(), 9);
/// assert!(FdFrame::new(Id::standard(0x123)?, &[7; 13]).is_err());
/// assert_eq!(FdFrame::padded(Id::standard(0x123)?, &[7; 13], 0xcc)?.data().len(), 16);
/// # Ok::<(), berkeley::can::Malformed>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "canfd_frame")]
pub struct FdFrame {
    id: Id,
    flags: FdFlags,
    payload: Payload<{ FdFrame::MOST }>,
}

pub(super) const FD_RIGHT: &str = "an FD frame has 0 to 8, 12, 16, 20, 24, 32, 48 or 64 bytes";

/// The lengths of FD frames, by their codes.
const FD_LENGTHS: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64];

impl FdFrame {
    /// The most data of one.
    #[doc(alias = "CANFD_MAX_DLEN")]
    pub const MOST: usize = 64;

    /// Makes one.
    ///
    /// # Errors
    ///
    /// A length that no frame has: [`padded`](Self::padded) makes one of the next that there is.
    pub fn new(id: impl Into<Id>, data: &[u8]) -> Result<Self, Malformed> {
        let exists = FD_LENGTHS.iter().any(|length| usize::from(*length) == data.len());
        let payload = Payload::new(data).filter(|_| exists);
        let payload = payload.ok_or(Malformed::decimal("length", data.len(), FD_RIGHT))?;
        Ok(Self { id: id.into(), flags: FdFlags::empty(), payload })
    }

    /// Makes one of the next length that there is, filled up with a byte.
    ///
    /// # Errors
    ///
    /// More than 64 bytes.
    pub fn padded(id: impl Into<Id>, data: &[u8], fill: u8) -> Result<Self, Malformed> {
        let next = FD_LENGTHS.iter().map(|length| usize::from(*length)).find(|length| *length >= data.len());
        let Some(next) = next else { return Self::new(id, data) };
        let mut bytes = [fill; Self::MOST];
        bytes[..data.len()].copy_from_slice(data);
        Self::new(id, &bytes[..next])
    }

    /// Returns the frame with these flags.
    #[must_use]
    pub const fn with_flags(self, flags: FdFlags) -> Self {
        Self { flags, ..self }
    }

    /// Returns the identifier.
    #[must_use]
    pub const fn id(&self) -> Id {
        self.id
    }

    /// Returns the flags.
    #[must_use]
    pub const fn flags(&self) -> FdFlags {
        self.flags
    }

    /// Returns the data.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        self.payload.get()
    }

    /// Returns the length code on the wire, 0 to 15.
    #[must_use]
    #[doc(alias = "dlc")]
    pub fn length_code(&self) -> u8 {
        FD_LENGTHS.iter().position(|length| *length == self.payload.length).unwrap_or_default() as u8
    }

    pub(super) const fn padding(&self) -> &[u8; FdFrame::MOST] {
        self.payload.padded()
    }
}

/// All kinds print in `Debug` as in text: bytes in decimal help nobody.
macro_rules! debug {
    ($($type:ident),*) => { $(
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($type), "({})"), Frame::from(*self))
            }
        }
    )* };
}

debug!(DataFrame, RemoteFrame, FdFrame);

//! The kernel's structures of frames, of linux/can.h: `can_frame`, `canfd_frame`, `canxl_frame`.
//!
//! Numbers are in the order of the machine. The byte behind the identifier tells the last from the others: it has the
//! length, at most 64, or the flags of an XL frame, of which one is always set.

use super::frame::{CLASSIC_MOST, Code, FD_RIGHT, FDF};
use super::id::{ERROR, EXTENDED, REMOTE};
use super::{
    DataFrame, ErrorClasses, ErrorFrame, FdFlags, FdFrame, Frame, Id, Malformed, RemoteFrame, StandardId,
    XlFlags, XlFrame,
};

/// The size of a `can_frame`.
pub(super) const CLASSIC: usize = 16;
/// The size of a `canfd_frame`.
pub(super) const FD: usize = 72;
/// The bytes before the data of a `canxl_frame`.
const XL_HEADER: usize = 12;
/// The bytes before the data of the other two.
const HEADER: usize = 8;
const XLF: u8 = 0x80;

impl Frame {
    /// The most bytes that a frame has in the kernel's structures: `CANXL_MTU`.
    #[doc(alias = "CANXL_MTU")]
    pub const MOST_BYTES: usize = XL_HEADER + XlFrame::MOST;

    /// Writes the kernel's structure of the frame to the front of `memory`, and returns it.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::can::{DataFrame, Frame, Id};
    ///
    /// let frame = Frame::from(DataFrame::new(Id::standard(0x123)?, &[1, 2])?);
    /// let mut memory = [0; Frame::MOST_BYTES];
    /// let bytes = frame.encode(&mut memory);
    /// assert_eq!(bytes.len(), 16);
    /// assert_eq!(Frame::decode(bytes)?, frame);
    /// # Ok::<(), berkeley::can::Malformed>(())
    /// ```
    #[must_use]
    pub fn encode<'a>(&self, memory: &'a mut [u8; Self::MOST_BYTES]) -> &'a [u8] {
        self.put(memory)
    }

    /// Lends the kernel's structure of the frame: the short ones are not put into memory for the long one.
    pub(super) fn with_bytes<T>(&self, take: impl FnOnce(&[u8]) -> T) -> T {
        match self {
            Self::Xl(_) => take(self.put(&mut [0; Self::MOST_BYTES])),
            _ => take(self.put(&mut [0; FD])),
        }
    }

    fn put<'a>(&self, memory: &'a mut [u8]) -> &'a [u8] {
        match self {
            Self::Data(frame) => {
                let rest = [frame.data().len() as u8, 0, 0, frame.code().to_kernel()];
                put(memory, frame.id().to_canid(), rest, frame.padded())
            }
            Self::Remote(frame) => {
                let rest = [frame.length() as u8, 0, 0, frame.code().to_kernel()];
                put(memory, frame.id().to_canid() | REMOTE, rest, &[0; CLASSIC_MOST])
            }
            Self::Fd(frame) => {
                let rest = [frame.data().len() as u8, frame.flags().bits() | FDF, 0, 0];
                put(memory, frame.id().to_canid(), rest, frame.padding())
            }
            Self::Error(frame) => {
                let rest = [frame.data().len() as u8, 0, 0, 0];
                put(memory, frame.classes().bits() | ERROR, rest, frame.padded())
            }
            Self::Xl(frame) => put_xl(memory, frame),
        }
    }

    /// Reads a frame from the kernel's structure.
    ///
    /// # Errors
    ///
    /// The bytes are none: the error says which part, at which byte, and what would have been right.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        const RIGHT: &str = "a frame has 16 bytes, 72 with FD, with XL 12 and its data";
        match *bytes {
            [_, _, _, _, flags, ..] if flags & XLF != 0 => decode_xl(bytes).map(Self::Xl),
            [..] if bytes.len() == CLASSIC => decode_classic(bytes),
            [..] if bytes.len() == FD => decode_fd(bytes).map(Self::Fd),
            _ => Err(Malformed::decimal("size", bytes.len(), RIGHT)),
        }
    }
}

fn put<'a>(memory: &'a mut [u8], canid: u32, rest: [u8; 4], data: &[u8]) -> &'a [u8] {
    memory[..4].copy_from_slice(&canid.to_ne_bytes());
    memory[4..HEADER].copy_from_slice(&rest);
    memory[HEADER..HEADER + data.len()].copy_from_slice(data);
    &memory[..HEADER + data.len()]
}

fn put_xl<'a>(memory: &'a mut [u8], frame: &XlFrame) -> &'a [u8] {
    let data = frame.data();
    let first = frame.priority().as_raw() | u32::from(frame.network()) << 16;
    memory[..4].copy_from_slice(&first.to_ne_bytes());
    memory[4..6].copy_from_slice(&[frame.flags().bits() | XLF, frame.service_type()]);
    memory[6..8].copy_from_slice(&(data.len() as u16).to_ne_bytes());
    memory[8..XL_HEADER].copy_from_slice(&frame.acceptance().to_ne_bytes());
    memory[XL_HEADER..XL_HEADER + data.len()].copy_from_slice(data);
    &memory[..XL_HEADER + data.len()]
}

/// Reads four bytes; those who ask have looked at the size.
fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |word| u32::from_ne_bytes(*word))
}

fn id_of(canid: u32) -> Result<Id, Malformed> {
    Id::from_canid(canid).map_err(|error| error.at(0))
}

fn decode_classic(bytes: &[u8]) -> Result<Frame, Malformed> {
    let (canid, length) = (word(bytes, 0), usize::from(bytes[4]));
    let code = Code::from_kernel(length, bytes[7]);
    if length > CLASSIC_MOST {
        return Err(Malformed::decimal("length", length, "a classic frame has 0 to 8 bytes").at(4));
    }
    let data = &bytes[HEADER..HEADER + length];
    if canid & ERROR != 0 {
        let classes = ErrorClasses::from_bits_retain(canid & !(ERROR | REMOTE | EXTENDED));
        return ErrorFrame::new(classes, data).map(Frame::Error);
    }
    let id = id_of(canid & !REMOTE)?;
    if canid & REMOTE != 0 {
        return RemoteFrame::new(id, length).map(|frame| frame.with_code(code).into());
    }
    DataFrame::new(id, data).map(|frame| frame.with_code(code).into())
}

fn decode_fd(bytes: &[u8]) -> Result<FdFrame, Malformed> {
    let (canid, length) = (word(bytes, 0), usize::from(bytes[4]));
    if canid & (ERROR | REMOTE) != 0 {
        return Err(Malformed::hexadecimal(
            "identifier",
            canid,
            "an FD frame is neither remote nor an error",
        )
        .at(0));
    }
    // Of a length above 64 there is no data, and no frame either.
    let data = bytes.get(HEADER..HEADER + length).unwrap_or(bytes);
    let frame = FdFrame::new(id_of(canid)?, data)
        .map_err(|_| Malformed::decimal("length", length, FD_RIGHT).at(4))?;
    Ok(frame.with_flags(FdFlags::from_bits_truncate(bytes[5])))
}

fn decode_xl(bytes: &[u8]) -> Result<XlFrame, Malformed> {
    const NETWORK: u32 = 0xff << 16;
    if bytes.len() <= XL_HEADER || bytes.len() > Frame::MOST_BYTES {
        return Err(Malformed::decimal("size", bytes.len(), "an XL frame has 13 to 2060 bytes"));
    }
    let (first, length) = (word(bytes, 0), usize::from(u16::from_ne_bytes([bytes[6], bytes[7]])));
    let priority = StandardId::new(first & !NETWORK).map_err(|error| error.at(0))?;
    let data = &bytes[XL_HEADER..];
    // The kernel gives what there is; programs may write the whole structure.
    let fits = length == data.len() || data.len() == XlFrame::MOST && (1..=XlFrame::MOST).contains(&length);
    if !fits {
        return Err(Malformed::decimal("length", length, "it is the number of bytes behind the header").at(6));
    }
    let frame = XlFrame::new(priority, &data[..length])?;
    Ok(frame
        .with_network((first >> 16) as u8)
        .with_flags(XlFlags::from_bits_retain(bytes[4] & !XLF))
        .with_service_type(bytes[5])
        .with_acceptance(word(bytes, 8)))
}

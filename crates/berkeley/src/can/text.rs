//! The text of frames, as cansend(1) reads it and candump(1) logs it.

use std::fmt;
use std::str::FromStr;

use super::frame::CLASSIC_MOST;
use super::id::ERROR;
use super::{
    DataFrame, ErrorClasses, ErrorFrame, FdFlags, FdFrame, Frame, Id, Malformed, RemoteFrame, StandardId,
    XlFlags, XlFrame,
};
use crate::addr::{ParseError, Part, Reason};

impl fmt::Display for Frame {
    /// Writes the frame as candump(1) does in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data(frame) => {
                write!(f, "{}#", frame.id())?;
                write_data(f, frame.data())?;
                write_code(f, frame.data().len(), frame.length_code())
            }
            Self::Remote(frame) => {
                write!(f, "{}#R", frame.id())?;
                if frame.length() > 0 {
                    write!(f, "{}", frame.length())?;
                }
                write_code(f, frame.length(), frame.length_code())
            }
            Self::Fd(frame) => {
                write!(f, "{}##{:X}", frame.id(), frame.flags().bits())?;
                write_data(f, frame.data())
            }
            Self::Error(frame) => {
                write!(f, "{:08X}#", frame.classes().bits() | ERROR)?;
                write_data(f, frame.data())
            }
            Self::Xl(frame) => {
                write!(f, "{:02X}{}#{:02X}", frame.network(), frame.priority(), frame.flags().bits() | XLF)?;
                write!(f, ":{:02X}:{:08X}#", frame.service_type(), frame.acceptance())?;
                write_data(f, frame.data())
            }
        }
    }
}

const XLF: u8 = 0x80;

fn write_data(f: &mut fmt::Formatter<'_>, data: &[u8]) -> fmt::Result {
    data.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
}

fn write_code(f: &mut fmt::Formatter<'_>, length: usize, code: u8) -> fmt::Result {
    if usize::from(code) == length { Ok(()) } else { write!(f, "_{code:X}") }
}

impl FromStr for Frame {
    type Err = ParseError;

    /// Reads what cansend(1) takes. Data may have dots between its bytes.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse(Part::all(text))
    }
}

pub(super) fn parse(text: Part<'_>) -> Result<Frame, ParseError> {
    if let Some((at, character)) = text.text().char_indices().find(|(_, c)| !c.is_ascii_graphic()) {
        return Err(text.slice(at, at + character.len_utf8()).fail(Reason::FrameCharacter));
    }
    let (head, rest) = text.split('#');
    let rest = rest.ok_or_else(|| text.fail(Reason::FrameSeparator))?;
    let digits = head.text().bytes().all(|byte| byte.is_ascii_hexdigit());
    if !digits || !matches!(head.text().len(), 3 | 5 | 8) {
        return Err(head.fail(Reason::FrameIdentifier));
    }
    if head.text().len() == 5 {
        return parse_xl(head, rest);
    }
    let number = head.hexadecimal(u32::MAX.into())? as u32;
    if head.text().len() == 8 && number & ERROR != 0 {
        return parse_error(number, head, rest);
    }
    let id = if head.text().len() == 3 { Id::standard(number) } else { Id::extended(number) };
    let id = id.map_err(|malformed| out_of_range(head, malformed))?;
    match rest.text().as_bytes() {
        [b'#', ..] => parse_fd(id, rest.slice(1, usize::MAX / 2)),
        [b'R' | b'r', ..] => parse_remote(id, rest.slice(1, usize::MAX / 2)),
        _ => parse_data(id, rest),
    }
}

#[cold]
fn out_of_range(head: Part<'_>, malformed: Malformed) -> ParseError {
    head.fail(Reason::FrameIdentifierOutOfRange).with_hint(malformed.right())
}

#[cold]
fn wrong_length(data: Part<'_>, malformed: Malformed) -> ParseError {
    data.fail(Reason::FrameLength).with_hint(malformed.right())
}

/// Reads pairs of digits, a dot perhaps between two.
fn bytes(text: Part<'_>) -> Result<Vec<u8>, ParseError> {
    let (mut data, mut rest) = (Vec::with_capacity(text.text().len() / 2), text);
    while !rest.is_empty() {
        if !data.is_empty() {
            rest = rest.strip_prefix(".").unwrap_or(rest);
        }
        let pair = rest.slice(0, 2);
        let byte = (pair.text().len() == 2).then(|| u8::from_str_radix(pair.text(), 16).ok()).flatten();
        // A sign is no digit, whatever the standard library says.
        let byte = byte.filter(|_| !pair.text().starts_with('+'));
        data.push(byte.ok_or_else(|| pair.fail(Reason::FrameData))?);
        rest = rest.slice(2, usize::MAX / 2);
    }
    Ok(data)
}

/// Reads what may be behind 8 bytes: a length code of 9 to 15.
fn code(text: Option<Part<'_>>, length: usize) -> Result<Option<u8>, ParseError> {
    let Some(text) = text else { return Ok(None) };
    match (u8::from_str_radix(text.text(), 16), text.text().len()) {
        (Ok(code @ 9..=15), 1) if length == CLASSIC_MOST => Ok(Some(code)),
        _ => Err(text.fail(Reason::FrameLengthCode)),
    }
}

fn parse_data(id: Id, text: Part<'_>) -> Result<Frame, ParseError> {
    let (text, behind) = text.split('_');
    let data = bytes(text)?;
    let frame = DataFrame::new(id, &data).map_err(|malformed| wrong_length(text, malformed))?;
    let coded = code(behind, data.len())?.map(|code| frame.with_length_code(code));
    let coded = coded.unwrap_or(Ok(frame));
    coded.map(Frame::Data).map_err(|malformed| wrong_length(text, malformed))
}

fn parse_remote(id: Id, text: Part<'_>) -> Result<Frame, ParseError> {
    let (text, behind) = text.split('_');
    let length = match text.text().as_bytes() {
        [] => 0,
        [digit @ b'0'..=b'8'] => usize::from(digit - b'0'),
        _ => return Err(text.fail(Reason::RemoteLength)),
    };
    let frame = RemoteFrame::new(id, length).map_err(|malformed| wrong_length(text, malformed))?;
    let coded = code(behind, length)?.map(|code| frame.with_length_code(code));
    let coded = coded.unwrap_or(Ok(frame));
    coded.map(Frame::Remote).map_err(|malformed| wrong_length(text, malformed))
}

fn parse_fd(id: Id, text: Part<'_>) -> Result<Frame, ParseError> {
    let flags = text.slice(0, 1);
    let Some(bits) = flags.text().chars().next().and_then(|digit| digit.to_digit(16)) else {
        return Err(flags.fail(Reason::FrameFlags));
    };
    let behind = text.slice(1, usize::MAX / 2);
    let behind = behind.strip_prefix(".").unwrap_or(behind);
    let frame = FdFrame::new(id, &bytes(behind)?).map_err(|malformed| wrong_length(behind, malformed))?;
    Ok(frame.with_flags(FdFlags::from_bits_truncate(bits as u8)).into())
}

fn parse_error(number: u32, head: Part<'_>, text: Part<'_>) -> Result<Frame, ParseError> {
    let classes = ErrorClasses::from_bits_retain(number & !ERROR);
    let data = bytes(text)?;
    if data.len() <= CLASSIC_MOST {
        return ErrorFrame::new(classes, &data)
            .map(Frame::Error)
            .map_err(|malformed| out_of_range(head, malformed));
    }
    Err(text.fail(Reason::FrameLength).with_hint("an error frame has 0 to 8 bytes"))
}

fn parse_xl(head: Part<'_>, rest: Part<'_>) -> Result<Frame, ParseError> {
    let (header, data) = rest.split('#');
    let mut fields = header.pieces(':');
    let mut field = |digits: usize| {
        let part = fields.next().filter(|part| part.text().len() == digits);
        let digits = part.filter(|part| part.text().bytes().all(|byte| byte.is_ascii_hexdigit()));
        digits.ok_or_else(|| header.fail(Reason::FrameHeader))?.hexadecimal(u32::MAX.into())
    };
    let (flags, service_type, acceptance) = (field(2)?, field(2)?, field(8)?);
    let data = data.filter(|_| fields.next().is_none()).ok_or_else(|| header.fail(Reason::FrameHeader))?;
    let (network, priority) = (head.slice(0, 2), head.slice(2, 5));
    let priority = StandardId::new(priority.hexadecimal(u32::MAX.into())? as u32)
        .map_err(|malformed| out_of_range(priority, malformed))?;
    let frame = XlFrame::new(priority, &bytes(data)?).map_err(|malformed| wrong_length(data, malformed))?;
    let frame = frame
        .with_network(network.hexadecimal(u8::MAX.into())? as u8)
        .with_flags(XlFlags::from_bits_retain(flags as u8 & !XLF))
        .with_service_type(service_type as u8)
        .with_acceptance(acceptance as u32);
    Ok(frame.into())
}

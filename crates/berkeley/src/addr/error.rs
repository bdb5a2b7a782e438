//! What went wrong, and where in the text.

use std::error::Error;
use std::fmt;
use std::ops::Range;

use super::{Family, Zone};

/// Says why a text, a path or a name is not an address: what was read, which part of it is at fault, and what
/// would have been right.
///
/// `Display` gives one line; [`caret`](ParseError::caret) gives the lines that point at the fault.
///
/// # Examples
///
/// ```
/// use berkeley::addr::{Address, Reason};
///
/// let error = "127.0.0.1:99999".parse::<Address>().unwrap_err();
/// assert_eq!(error.to_string(), "port 99999 is out of range (0 to 65535)");
/// assert_eq!(error.reason(), Reason::PortOutOfRange);
/// assert_eq!(error.span(), 10..15);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ParseError(Box<Detail>);

#[derive(Clone, PartialEq, Eq)]
struct Detail {
    input: Box<str>,
    span: Range<usize>,
    reason: Reason,
    hint: Option<Box<str>>,
}

/// Makes the reasons and their messages from one list; `{}` stands for the part of the input that is at
/// fault.
macro_rules! reasons {
    ($($(#[doc = $doc:literal])* $name:ident = $message:literal;)*) => {
        /// Names what is wrong with a text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[doc = $doc])* $name,)*
        }

        impl Reason {
            const fn message(self) -> &'static str {
                match self {
                    $(Reason::$name => $message,)*
                }
            }
        }
    };
}

reasons! {
    /// Nothing was written.
    Empty = "an address is missing";
    /// A name stands where only addresses are read.
    HostName = "{} is not an address (a name has to be looked up first)";
    /// Something follows a complete address.
    Junk = "unexpected {} after the address";
    /// The port is missing.
    MissingPort = "a port is missing";
    /// The port is not a decimal number.
    PortNotANumber = "port {} is not a number";
    /// The port is over 65535.
    PortOutOfRange = "port {} is out of range (0 to 65535)";
    /// A part of an IPv4 address is missing or not a decimal number.
    OctetNotANumber = "{} is not a number from 0 to 255";
    /// A part of an IPv4 address is over 255.
    OctetOutOfRange = "octet {} is out of range (0 to 255)";
    /// A part of an IPv4 address begins with a zero, which some programs take for octal.
    LeadingZero = "octet {} has a leading zero, which some programs read as octal";
    /// An IPv4 address of fewer than four parts.
    TooFewOctets = "{} has too few octets (an IPv4 address has 4)";
    /// An IPv4 address of more than four parts.
    TooManyOctets = "{} is too much (an IPv4 address has 4 octets)";
    /// A part of an old short form is too large for its place.
    PartOutOfRange = "{} is too large for its place";
    /// A part of an old short form is not a number.
    PartNotANumber = "{} is not a number";
    /// An IPv6 address and a port without brackets between them.
    NeedsBrackets = "an IPv6 address needs brackets before its port";
    /// A bracket without its partner.
    UnclosedBracket = "a bracket is not closed";
    /// An IPv6 address with a second `::`.
    SecondGap = "a second :: is ambiguous (an IPv6 address has at most one)";
    /// A part of an IPv6 address is over `ffff`.
    GroupOutOfRange = "group {} is out of range (0 to ffff)";
    /// A part of an IPv6 address is missing or not hexadecimal.
    GroupNotHex = "{} is not a hexadecimal number from 0 to ffff";
    /// A single colon at either end of an IPv6 address.
    LoneColon = "a single colon cannot begin or end an IPv6 address";
    /// An IPv6 address of fewer than eight parts, without `::`.
    TooFewGroups = "{} has too few groups (an IPv6 address has 8, or a ::)";
    /// An IPv6 address of more than eight parts, or of eight and a `::`.
    TooManyGroups = "{} has too many groups (an IPv6 address has 8)";
    /// An IPv4 address that is not the end of an IPv6 address.
    MisplacedIpv4 = "{} can only be the last 32 bits of an IPv6 address";
    /// A zone without name or number.
    EmptyZone = "a zone is missing";
    /// A zone where none can be.
    UnexpectedZone = "zone {} belongs to no plain address";
    /// A zone or an interface whose name is over 255 bytes.
    ZoneTooLong = "the name of an interface has at most 255 bytes";
    /// A zone or an interface with a character that no name has.
    ZoneCharacter = "{} cannot be in the name of an interface";
    /// A zone or an interface whose number is over 4294967295.
    ZoneOutOfRange = "interface {} is out of range (0 to 4294967295)";
    /// An interface is missing.
    MissingInterface = "an interface is missing (* stands for all)";
    /// The text begins like a URL, with a scheme that names no family.
    UnknownScheme = "unknown scheme {}";
    /// A path of no bytes.
    EmptyPath = "a path is missing";
    /// A path with a NUL.
    NulInPath = "a path cannot contain NUL";
    /// A path over 108 bytes.
    PathTooLong = "a path of a Unix socket has at most 108 bytes";
    /// An abstract name over 107 bytes.
    NameTooLong = "an abstract name has at most 107 bytes";
    /// A path that is not UTF-8, on a system where it has to be.
    PathNotUtf8 = "a path of a Unix socket has to be UTF-8 on this system";
    /// A percent sign without two hexadecimal digits.
    BadEscape = "{} is not an escape (% and two hexadecimal digits)";
    /// Something that has to be a number is not.
    NotANumber = "{} is not a number";
    /// Something that has to be a hexadecimal number is not.
    NotHex = "{} is not a hexadecimal number";
    /// A number is too large.
    OutOfRange = "{} is out of range";
    /// A parameter that this family does not have.
    UnknownParameter = "unknown parameter {}";
    /// A parameter is given twice.
    RepeatedParameter = "{} is given twice";
    /// A parameter without its partner, or beside one that excludes it.
    MismatchedParameter = "{} does not belong with the other parameters";
    /// A parameter without a value.
    MissingValue = "a value is missing";
    /// A hardware address that is not pairs of hexadecimal digits between colons.
    BadHardwareAddress = "{} is not a byte of a hardware address";
    /// A hardware address over 32 bytes.
    HardwareAddressTooLong = "a hardware address has at most 32 bytes";
    /// A family without this name or number.
    UnknownFamily = "{} is not an address family";
    /// An option of a socket that no level has.
    UnknownOption = "unknown option {}";
    /// A kind of control message that no level has.
    UnknownMessage = "unknown control message {}";
    /// A character encoding that nobody knows.
    UnknownEncoding = "unknown encoding {}";
    /// A value that an option of a socket cannot have.
    OptionValue = "{} is not a value of the option";
    /// The length of a prefix or a mask is missing.
    MissingPrefix = "the length of the prefix is missing";
    /// The length of a prefix is not a number.
    PrefixNotANumber = "{} is not the length of a prefix";
    /// The length of a prefix is greater than that of an address.
    PrefixOutOfRange = "prefix {} is longer than the address";
    /// A mask of the other family.
    MaskFamily = "mask {} is of another family than the address";
    /// A range whose last address comes before its first.
    RangeBackwards = "the range ends before it begins";
    /// A range from one family into the other.
    RangeFamily = "{} is of another family than the beginning of the range";
    /// A name that is not below `in-addr.arpa` or `ip6.arpa`.
    NotArpa = "{} is not a name below in-addr.arpa or ip6.arpa";
    /// A label of `ip6.arpa` that is not one digit.
    NotADigit = "{} is not one hexadecimal digit";
    /// A name of `ip6.arpa` with more than 32 digits.
    TooManyDigits = "{} is too much (an IPv6 address has 32 digits)";
    /// The length of the prefix of a zone that is smaller than an octet.
    ClasslessPrefix = "{} is not the length of a prefix from 25 to 31";
    /// A zone that begins amid its network.
    HostBits = "{} has bits behind its prefix";
    /// The text of a CAN frame without the sign that ends the identifier.
    FrameSeparator = "{} has no # behind an identifier";
    /// The text of a CAN frame has a character that none has.
    FrameCharacter = "{} cannot be in a CAN frame";
    /// The identifier of a CAN frame has no such number of digits, or other characters.
    FrameIdentifier = "{} is no identifier of a CAN frame (3 or 8 hexadecimal digits, 5 for XL)";
    /// The identifier of a CAN frame is too large for its number of digits.
    FrameIdentifierOutOfRange = "identifier {} is out of range";
    /// The data of a CAN frame is not pairs of hexadecimal digits.
    FrameData = "{} is not a byte of a CAN frame (two hexadecimal digits)";
    /// A CAN frame with more or less data than its kind can have.
    FrameLength = "{} is not as long as a CAN frame can be";
    /// The length code of a classic CAN frame.
    FrameLengthCode = "{} is no length code (9 to F, behind 8 bytes)";
    /// The length that a remote CAN frame asks for.
    RemoteLength = "{} is no length of a remote frame (0 to 8)";
    /// The flags of a CAN FD frame.
    FrameFlags = "{} is not the flags of an FD frame (one hexadecimal digit)";
    /// What stands between the identifier and the data of a CAN XL frame.
    FrameHeader = "{} is no header of an XL frame (flags:type:acceptance, such as 80:00:12345678)";
    /// The time of a line of a log of CAN frames.
    LogTime = "{} is not a time in parentheses, such as (1436509052.249713)";
    /// A line of a log of CAN frames that ends too early.
    LogTooShort = "the line is not a time, an interface and a CAN frame";
    /// Something behind the frame in a line of a log of CAN frames.
    LogJunk = "{} is neither R nor T, which may be behind a CAN frame";
    /// A mask with a one after a zero.
    MaskNotContiguous = "mask {} is not ones followed by zeros";
}

impl ParseError {
    #[cold]
    pub(crate) fn new(input: &str, span: Range<usize>, reason: Reason) -> ParseError {
        let end = span.end.min(input.len());
        let span = span.start.min(end)..end;
        debug_assert!(input.is_char_boundary(span.start) && input.is_char_boundary(span.end));
        ParseError(Box::new(Detail { input: input.into(), span, reason, hint: None }))
    }

    /// Makes an error about the whole input.
    #[cold]
    pub(crate) fn whole(input: &str, reason: Reason) -> ParseError {
        ParseError::new(input, 0..input.len(), reason)
    }

    /// Adds what would have been right.
    pub(crate) fn with_hint(mut self, hint: impl Into<Box<str>>) -> ParseError {
        self.0.hint = Some(hint.into());
        self
    }

    /// Returns the text that was read.
    #[must_use]
    pub fn input(&self) -> &str {
        &self.0.input
    }

    /// Returns the bytes of [`input`](Self::input) that are at fault; both ends are between characters.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.0.span.clone()
    }

    /// Returns the part of the input that is at fault, which may be empty.
    #[must_use]
    pub fn token(&self) -> &str {
        self.0.input.get(self.span()).unwrap_or_default()
    }

    /// Returns what is wrong with it.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.0.reason
    }

    /// Returns what to write instead, where one thing is likely.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::addr::Address;
    ///
    /// let error = "::1:80".parse::<Address>().unwrap_err();
    /// assert_eq!(error.hint(), Some("write [::1]:80"));
    /// ```
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Moves the error into the longer text that the input was a part of, from byte `offset` on.
    ///
    /// A parser of a larger grammar uses this so that the error points into what its user wrote. Where the
    /// input is not at that place of `text`, the whole of `text` is at fault.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::addr::Address;
    ///
    /// let text = "tcp://127.0.0.1:99999";
    /// let error = text[6..].parse::<Address>().unwrap_err().within(text, 6);
    /// assert_eq!(
    ///     error.caret().to_string(),
    ///     "port 99999 is out of range (0 to 65535)\n  tcp://127.0.0.1:99999\n                  ^^^^^",
    /// );
    /// ```
    #[must_use]
    pub fn within(mut self, text: &str, offset: usize) -> ParseError {
        let found = text.get(offset..).is_some_and(|rest| rest.starts_with(&*self.0.input));
        let span = &self.0.span;
        self.0.span = if found { offset + span.start..offset + span.end } else { 0..text.len() };
        self.0.input = text.into();
        self
    }

    /// Returns a value that prints as three lines: the message, the input, and carets under the part at fault
    /// with the hint beside them.
    #[must_use]
    pub fn caret(&self) -> Caret<'_> {
        Caret(self)
    }

    fn write_message(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.reason.message().split_once("{}") {
            None => f.write_str(self.0.reason.message()),
            Some((before, after)) => {
                f.write_str(before)?;
                write_token(f, self.token())?;
                f.write_str(after)
            }
        }
    }
}

/// Writes a part of the input so that it stays on one line and does not fill it; quoted unless it is a plain
/// word.
fn write_token(f: &mut fmt::Formatter<'_>, token: &str) -> fmt::Result {
    const LONGEST: usize = 40;
    let plain = !token.is_empty() && token.chars().all(|c| c.is_ascii_alphanumeric() || ".:-_".contains(c));
    let mut rest = token.chars();
    let quote = if plain { "" } else { "\"" };
    f.write_str(quote)?;
    for c in rest.by_ref().take(LONGEST) {
        write!(f, "{}", c.escape_debug())?;
    }
    f.write_str(if rest.next().is_some() { "…" } else { "" })?;
    f.write_str(quote)
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_message(f)?;
        match self.hint() {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParseError")
            .field("input", &self.input())
            .field("span", &self.span())
            .field("reason", &self.reason())
            .finish()
    }
}

impl Error for ParseError {}

impl From<ParseError> for std::io::Error {
    fn from(error: ParseError) -> std::io::Error {
        std::io::Error::new(std::io::ErrorKind::InvalidInput, error)
    }
}

/// Prints a [`ParseError`] with its input and carets under the part that is at fault.
#[derive(Clone, Copy, Debug)]
pub struct Caret<'a>(&'a ParseError);

impl fmt::Display for Caret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every character takes one column: what would move the cursor is replaced.
        let shown = |text: &str| -> String {
            text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
        };
        let Range { start, .. } = self.0.span();
        let before = self.0.input().get(..start).unwrap_or_default().chars().count();
        let marked = self.0.token().chars().count().max(1);
        self.0.write_message(f)?;
        write!(f, "\n  {}\n  {:before$}{:^<marked$}", shown(self.0.input()), "", "")?;
        match self.0.hint() {
            Some(hint) => write!(f, "    {hint}"),
            None => Ok(()),
        }
    }
}

/// Says why an address has no form in another type.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConvertError {
    /// The zone is the name of an interface, which only the system can turn into a number.
    NamedZone(Zone),
    /// The address is of a family that the other type does not have.
    Family(Family),
}

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConvertError::NamedZone(zone) => {
                write!(f, "interface {zone} has to be resolved to its index first")
            }
            ConvertError::Family(family) => write!(f, "an address of family {family} is not an IP address"),
        }
    }
}

impl Error for ConvertError {}

//! Which bytes stand for which characters.

use std::fmt;

/// A character encoding: which bytes stand for which characters.
///
/// Any encoding is found by its name (`"koi8-r".parse()`); those of this library's own have constants as well. All can be
/// read and written.
///
/// # Names
///
/// Names are those of IANA, of the WHATWG's Encoding Standard, of C and of Lisp, in any case and with or without their
/// hyphens and underscores: `UTF-8`, `utf8`, `ISO_8859-1`, `latin-1`, `:utf-16le`, `CP1252`, `646`. Where the Encoding
/// Standard gives an old name a newer meaning, it is the old one here:
///
/// | name | here | in the Encoding Standard |
/// |---|---|---|
/// | `ascii`, `us-ascii` | ASCII: bytes up to 0x7F and no others | windows-1252 |
/// | `iso-8859-1`, `latin1` | each byte is the character of its number | windows-1252 |
/// | `utf-16` | by its mark; without one big-endian, as RFC 2781 says | UTF-16LE |
///
/// Of the others the Encoding Standard's meaning is taken: `gb2312` is GBK, `iso-8859-9` is windows-1254.
///
/// # Marks
///
/// A byte order mark is U+FEFF before the first character. Encodings [with a mark](Self::with_mark), as
/// [`UTF_16`](Self::UTF_16) is, write one, and take one away where they read it; any other reads it as the character that it
/// is. [`Decoder::detecting`](super::Decoder::detecting) lets a mark decide, whatever the encoding.
///
/// # Examples
///
/// ```
/// use berkeley::text::Encoding;
///
/// assert_eq!("latin-1".parse(), Ok(Encoding::LATIN_1));
/// assert_eq!("cp1252".parse::<Encoding>()?.name(), "windows-1252");
/// assert_eq!("utf-61".parse::<Encoding>().unwrap_err().to_string(), "unknown encoding utf-61; did you mean utf-16?");
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Encoding {
    pub(super) form: Form,
    mark: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Form {
    Utf8,
    Utf16(Order),
    Utf32(Order),
    Ascii,
    Latin1,
    Legacy(&'static encoding_rs::Encoding),
}

/// Which byte of a unit comes first.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Order {
    Little,
    Big,
}

/// The units of an encoding: those in which a newline is looked for.
#[derive(Clone, Copy)]
pub(super) struct Units {
    pub(super) width: usize,
    pub(super) order: Order,
}

impl Encoding {
    /// UTF-8, without a mark.
    pub const UTF_8: Self = Self::plain(Form::Utf8);
    /// UTF-8 with a mark, which some programs of Windows write.
    pub const UTF_8_SIG: Self = Self::UTF_8.with_mark();
    /// UTF-16 with a mark: written big-endian, read as the mark says.
    pub const UTF_16: Self = Self::UTF_16BE.with_mark();
    /// UTF-16, the low byte first.
    pub const UTF_16LE: Self = Self::plain(Form::Utf16(Order::Little));
    /// UTF-16, the high byte first.
    pub const UTF_16BE: Self = Self::plain(Form::Utf16(Order::Big));
    /// UTF-32 with a mark: written big-endian, read as the mark says.
    pub const UTF_32: Self = Self::UTF_32BE.with_mark();
    /// UTF-32, the low byte first.
    pub const UTF_32LE: Self = Self::plain(Form::Utf32(Order::Little));
    /// UTF-32, the high byte first.
    pub const UTF_32BE: Self = Self::plain(Form::Utf32(Order::Big));
    /// ASCII: bytes over 0x7F are malformed.
    pub const ASCII: Self = Self::plain(Form::Ascii);
    /// ISO 8859-1: each byte is the character of its number, the control characters from 0x80 to 0x9F too.
    pub const LATIN_1: Self = Self::plain(Form::Latin1);

    pub(super) const fn plain(form: Form) -> Self {
        Self { form, mark: false }
    }

    /// Returns the encoding with a mark before its first character; one that is not of Unicode has no mark and is returned as
    /// it is.
    #[must_use]
    pub const fn with_mark(self) -> Self {
        Self { form: self.form, mark: matches!(self.form, Form::Utf8 | Form::Utf16(_) | Form::Utf32(_)) }
    }

    /// Returns the encoding without a mark.
    #[must_use]
    pub const fn without_mark(self) -> Self {
        Self::plain(self.form)
    }

    /// Returns `true` if the encoding has a mark before its first character.
    #[must_use]
    pub const fn has_mark(self) -> bool {
        self.mark
    }

    /// Returns `true` if every character can be written in the encoding.
    #[must_use]
    pub fn is_universal(self) -> bool {
        match self.form {
            Form::Utf8 | Form::Utf16(_) | Form::Utf32(_) => true,
            Form::Ascii | Form::Latin1 => false,
            Form::Legacy(legacy) => legacy == encoding_rs::GB18030,
        }
    }

    /// Returns the name by which the encoding is known best, which [`parse`](str::parse) reads.
    #[must_use]
    pub fn name(self) -> &'static str {
        match (self.form, self.mark) {
            (Form::Utf8, false) => "UTF-8",
            (Form::Utf8, true) => "UTF-8-SIG",
            (Form::Utf16(_), true) => "UTF-16",
            (Form::Utf16(Order::Little), _) => "UTF-16LE",
            (Form::Utf16(Order::Big), _) => "UTF-16BE",
            (Form::Utf32(_), true) => "UTF-32",
            (Form::Utf32(Order::Little), _) => "UTF-32LE",
            (Form::Utf32(Order::Big), _) => "UTF-32BE",
            (Form::Ascii, _) => "US-ASCII",
            (Form::Latin1, _) => "ISO-8859-1",
            (Form::Legacy(legacy), _) => legacy.name(),
        }
    }

    pub(super) const fn units(self) -> Units {
        let (width, order) = match self.form {
            Form::Utf16(order) => (2, order),
            Form::Utf32(order) => (4, order),
            Form::Utf8 | Form::Ascii | Form::Latin1 | Form::Legacy(_) => (1, Order::Big),
        };
        Units { width, order }
    }

    /// The encodings that the mark of this one may turn out to be of.
    pub(super) fn is_kin(self, other: Self) -> bool {
        matches!(
            (self.form, other.form),
            (Form::Utf8, Form::Utf8) | (Form::Utf16(_), Form::Utf16(_)) | (Form::Utf32(_), Form::Utf32(_))
        )
    }
}

impl Default for Encoding {
    /// Returns UTF-8.
    fn default() -> Self {
        Self::UTF_8
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encoding({})", self.name())
    }
}

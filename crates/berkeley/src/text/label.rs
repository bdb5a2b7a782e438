//! Encodings by their names.

use std::str::FromStr;

use encoding_rs as whatwg;

use super::encoding::{Encoding, Form};
use crate::addr::{ParseError, Reason};

/// The encodings of this library's own, by all names that they have, without punctuation.
const OWN: &[(Encoding, &[&str])] = &[
    (Encoding::UTF_8, &["utf8", "unicode11utf8", "unicode20utf8", "xunicode20utf8", "cp65001"]),
    (Encoding::UTF_8_SIG, &["utf8sig", "utf8bom"]),
    (Encoding::UTF_16, &["utf16", "csutf16", "unicode", "iso10646ucs2", "csunicode", "ucs2"]),
    (Encoding::UTF_16LE, &["utf16le", "csutf16le", "ucs2le", "unicodefeff"]),
    (Encoding::UTF_16BE, &["utf16be", "csutf16be", "ucs2be", "unicodefffe"]),
    (Encoding::UTF_32, &["utf32", "csutf32", "ucs4", "iso10646ucs4", "csucs4"]),
    (Encoding::UTF_32LE, &["utf32le", "csutf32le", "ucs4le"]),
    (Encoding::UTF_32BE, &["utf32be", "csutf32be", "ucs4be"]),
    (
        Encoding::ASCII,
        &[
            "usascii",
            "ascii",
            "ansix341968",
            "ansix341986",
            "iso646irv1991",
            "isoir6",
            "iso646us",
            "646",
            "us",
            "ibm367",
            "cp367",
            "csascii",
        ],
    ),
    (
        Encoding::LATIN_1,
        &["iso88591", "iso885911987", "latin1", "l1", "isoir100", "ibm819", "cp819", "csisolatin1", "88591"],
    ),
];

/// The encodings of the Encoding Standard that those names do not cover; what else it calls them, it is asked for. What it
/// names `replacement` is no encoding.
const STANDARD: &[&whatwg::Encoding] = &[
    whatwg::BIG5,
    whatwg::EUC_JP,
    whatwg::EUC_KR,
    whatwg::GB18030,
    whatwg::GBK,
    whatwg::IBM866,
    whatwg::ISO_2022_JP,
    whatwg::ISO_8859_2,
    whatwg::ISO_8859_3,
    whatwg::ISO_8859_4,
    whatwg::ISO_8859_5,
    whatwg::ISO_8859_6,
    whatwg::ISO_8859_7,
    whatwg::ISO_8859_8,
    whatwg::ISO_8859_8_I,
    whatwg::ISO_8859_10,
    whatwg::ISO_8859_13,
    whatwg::ISO_8859_14,
    whatwg::ISO_8859_15,
    whatwg::ISO_8859_16,
    whatwg::KOI8_R,
    whatwg::KOI8_U,
    whatwg::MACINTOSH,
    whatwg::SHIFT_JIS,
    whatwg::WINDOWS_874,
    whatwg::WINDOWS_1250,
    whatwg::WINDOWS_1251,
    whatwg::WINDOWS_1252,
    whatwg::WINDOWS_1253,
    whatwg::WINDOWS_1254,
    whatwg::WINDOWS_1255,
    whatwg::WINDOWS_1256,
    whatwg::WINDOWS_1257,
    whatwg::WINDOWS_1258,
    whatwg::X_MAC_CYRILLIC,
    whatwg::X_USER_DEFINED,
];

/// Names that C's libraries and Windows have, and the Encoding Standard has not.
const ALIASES: &[(&str, &whatwg::Encoding)] = &[
    ("cp874", whatwg::WINDOWS_874),
    ("cp932", whatwg::SHIFT_JIS),
    ("ms932", whatwg::SHIFT_JIS),
    ("cp936", whatwg::GBK),
    ("cp949", whatwg::EUC_KR),
    ("uhc", whatwg::EUC_KR),
    ("cp950", whatwg::BIG5),
    ("cp54936", whatwg::GB18030),
    ("eucjisx0213", whatwg::EUC_JP),
    ("ujis", whatwg::EUC_JP),
    ("macroman", whatwg::MACINTOSH),
    ("maccyrillic", whatwg::X_MAC_CYRILLIC),
    ("latin8", whatwg::ISO_8859_14),
    ("latin9", whatwg::ISO_8859_15),
    ("latin7", whatwg::ISO_8859_13),
    ("latin10", whatwg::ISO_8859_16),
];

/// A name without what people write differently.
fn bare(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn own(bare: &str) -> Option<Encoding> {
    OWN.iter().find(|(_, names)| names.contains(&bare)).map(|(encoding, _)| *encoding)
}

fn standard(name: &str, bare: &str) -> Option<&'static whatwg::Encoding> {
    let label = name.trim_start_matches(':');
    let hyphens = label.replace('_', "-");
    [label, &hyphens, bare]
        .into_iter()
        .find_map(|label| whatwg::Encoding::for_label_no_replacement(label.as_bytes()))
        .or_else(|| ALIASES.iter().find(|(alias, _)| *alias == bare).map(|(_, encoding)| *encoding))
        .or_else(|| STANDARD.iter().copied().find(|encoding| self::bare(encoding.name()) == bare))
}

impl Encoding {
    /// Lists all encodings, each once.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::text::Encoding;
    ///
    /// assert!(Encoding::all().any(|encoding| encoding.name() == "Shift_JIS"));
    /// assert!(Encoding::all().all(|encoding| encoding.name().parse() == Ok(encoding)));
    /// ```
    pub fn all() -> impl Iterator<Item = Self> {
        let own = OWN.iter().map(|(encoding, _)| *encoding);
        own.chain(STANDARD.iter().map(|encoding| Self::plain(Form::Legacy(encoding))))
    }

    fn find(name: &str) -> Option<Self> {
        let bare = bare(name);
        own(&bare).or_else(|| standard(name.trim(), &bare).map(|legacy| Self::plain(Form::Legacy(legacy))))
    }
}

impl FromStr for Encoding {
    type Err = ParseError;

    fn from_str(name: &str) -> Result<Self, ParseError> {
        Self::find(name).ok_or_else(|| {
            let names: Vec<_> = Self::all().map(|encoding| encoding.name().to_ascii_lowercase()).collect();
            let others = ["ascii", "latin-1"];
            ParseError::whole(name, Reason::UnknownEncoding)
                .with_nearest(&name.to_ascii_lowercase(), names.iter().map(String::as_str).chain(others))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_however_it_is_written() {
        for (names, best) in [
            (["utf-8", "UTF8", "utf_8", ":utf-8"], "UTF-8"),
            (["latin-1", "ISO-8859-1", "ISO_8859-1:1987", ":iso-8859-1"], "ISO-8859-1"),
            (["ascii", "ANSI_X3.4-1968", "646", "us-ascii"], "US-ASCII"),
            (["utf-16le", "UTF-16/LE", "utf_16_le", ":utf-16le"], "UTF-16LE"),
            (["cp1252", "windows-1252", "x-cp1252", "WINDOWS_1252"], "windows-1252"),
            (["sjis", "Shift_JIS", "cp932", "ms_kanji"], "Shift_JIS"),
            (["koi8-r", "KOI8R", "koi8_r", ":koi8-r"], "KOI8-R"),
            (["latin2", "iso-8859-2", "ISO8859-2", "l2"], "ISO-8859-2"),
            (["latin-9", "iso8859-15", "ISO_8859-15", "l9"], "ISO-8859-15"),
            (["ujis", "eucJP", "euc-jp", "x-euc-jp"], "EUC-JP"),
        ] {
            for name in names {
                assert_eq!(name.parse::<Encoding>().map(Encoding::name), Ok(best), "{name}");
            }
        }
    }

    #[test]
    fn a_name_of_nothing_is_refused_and_one_that_is_near_is_said() {
        for (name, meant) in
            [("utf-9", Some("utf-8")), ("latin-11", Some("latin-1")), ("", None), ("klingon", None)]
        {
            let Err(error) = name.parse::<Encoding>() else { panic!("{name} is an encoding") };
            assert_eq!(error.reason(), Reason::UnknownEncoding);
            assert_eq!(
                error.hint(),
                meant.map(|meant| format!("did you mean {meant}?")).as_deref(),
                "{name}"
            );
        }
        // The standard's way to read nothing is not an encoding.
        assert!("iso-2022-cn".parse::<Encoding>().is_err() && "replacement".parse::<Encoding>().is_err());
    }

    #[test]
    fn all_of_the_standard_is_there() {
        // Of its 40, UTF-8 and two of UTF-16 are among our own, and one is no encoding.
        assert_eq!(Encoding::all().count(), OWN.len() + 36);
        let names: std::collections::HashSet<_> = Encoding::all().map(Encoding::name).collect();
        assert_eq!(names.len(), Encoding::all().count());
    }
}

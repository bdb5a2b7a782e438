//! IOLib's tests of its streams, by their numbers in docs/COMING_FROM.md, and what its streams do, row by row.

#![cfg(feature = "text")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use berkeley::text::{Encoding, Newline, TextStream};
use berkeley_testkit::{limit, scratch};

/// Texts, and encodings that have all of their characters.
const TEXTS: &[(&str, &[&str], &str)] = &[
    (
        "plain",
        &["utf-8", "ascii", "utf-16le", "utf-32be"],
        "The first line.\n\n  The third, indented.\tTabs too.\nThe last.\n",
    ),
    (
        "german",
        &["utf-8", "latin-1", "iso-8859-15", "windows-1252", "utf-16", "macintosh"],
        "Über den Wolken\nmüßte die Freiheit\nwohl größer sein als »hier«.\n\n\nÄÖÜ äöü ß\n",
    ),
    (
        "hebrew",
        &["utf-8", "iso-8859-8", "windows-1255", "utf-16be", "utf-32"],
        "בראשית ברא\nאת השמים ואת הארץ\n\nשלום abc\n",
    ),
    (
        "russian",
        &["utf-8", "koi8-r", "windows-1251", "iso-8859-5", "ibm866", "utf-16le"],
        "Мороз и солнце;\nдень чудесный!\nЕще ты дремлешь\n",
    ),
    (
        "japanese",
        &["utf-8", "shift_jis", "euc-jp", "iso-2022-jp", "gb18030"],
        "古池や\n蛙飛びこむ\n水の音 ABC\n\nカタカナ\n",
    ),
    (
        "all",
        &["utf-8", "utf-16", "utf-16le", "utf-16be", "utf-32", "utf-32le", "gb18030"],
        // U+0A0A and U+0D0D: in UTF-16 both of their bytes are those of newlines.
        "ASCII, Ünïcödé, Ελληνικά, 한국어, ไทย\n😀 𝄞 \u{0A0A} \u{0D0D} \u{10FFFF}\n\u{85}\u{2028}are no newlines\n",
    ),
];

const NEWLINES: [Newline; 3] = [Newline::Lf, Newline::Cr, Newline::CrLf];

#[derive(Clone, Debug)]
struct Variant {
    encoding: Encoding,
    newline: Newline,
    bytes: Vec<u8>,
}

/// What the text has to be, by other hands than those under test.
fn reference(encoding: Encoding, text: &str) -> Vec<u8> {
    let marked = if encoding.has_mark() { format!("\u{FEFF}{text}") } else { text.to_owned() };
    let utf16 = |bytes: fn(u16) -> [u8; 2]| marked.encode_utf16().flat_map(bytes).collect();
    let utf32 = |bytes: fn(u32) -> [u8; 4]| marked.chars().map(u32::from).flat_map(bytes).collect();
    match encoding.name() {
        "UTF-16LE" => utf16(u16::to_le_bytes),
        "UTF-16" | "UTF-16BE" => utf16(u16::to_be_bytes),
        "UTF-32LE" => utf32(u32::to_le_bytes),
        "UTF-32" | "UTF-32BE" => utf32(u32::to_be_bytes),
        "US-ASCII" => text.as_bytes().to_vec(),
        "ISO-8859-1" => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect(),
        name => {
            let encoding = encoding_rs::Encoding::for_label(name.as_bytes()).unwrap();
            let (bytes, _, unmappable) = encoding.encode(text);
            assert!(!unmappable, "{name}");
            bytes.into_owned()
        }
    }
}

fn variants(encodings: &[&str], text: &str) -> Vec<Variant> {
    let each = encodings.iter().flat_map(|name| NEWLINES.map(|newline| (name, newline)));
    each.map(|(name, newline)| {
        let encoding = name.parse().unwrap();
        Variant { encoding, newline, bytes: reference(encoding, &text.replace('\n', newline.as_str())) }
    })
    .collect()
}

/// Opens a file that is there, for reading and perhaps for writing too.
fn open(path: &Path, writes: bool) -> File {
    File::options().read(true).write(writes).open(path).unwrap()
}

/// Makes a file anew, for writing and perhaps for reading too.
fn create(path: &Path, reads: bool) -> File {
    // Not truncated: ext4 has what takes the place of something on the disk when it is closed, which takes milliseconds.
    let _ = fs::remove_file(path);
    File::options().read(reads).write(true).create_new(true).open(path).unwrap()
}

/// Copies line by line from one encoding to the other.
fn copy(from: (&Path, &Variant, bool), to: (&Path, &Variant, bool)) -> Vec<u8> {
    let of = |file, variant: &Variant| {
        TextStream::new(file).with_encoding(variant.encoding).with_newline(variant.newline).with_sizes(37, 41)
    };
    let mut input = of(open(from.0, from.2), from.1);
    let mut output = of(create(to.0, to.2), to.1);
    let mut line = String::new();
    while input.read_line(&mut line).unwrap() {
        assert_eq!(input.ended_by(), Some(from.1.newline));
        output.write_line(&line).unwrap();
    }
    output.finish().unwrap();
    fs::read(to.0).unwrap()
}

#[test]
fn t_s_01_files_copied_between_all_encodings_and_newlines_are_the_same_byte_for_byte() {
    let _limit = limit();
    let folder = scratch();
    let output = folder.path().join("copy.out");
    let mut copies = 0;
    for (name, encodings, text) in TEXTS {
        let variants = variants(encodings, text);
        for from in &variants {
            let input = folder.path().join("original.in");
            fs::write(&input, &from.bytes).unwrap();
            for to in &variants {
                // Opened for one direction and for both, on either side.
                for (both_in, both_out) in [(false, false), (false, true), (true, false), (true, true)] {
                    let output_bytes = copy((&input, from, both_in), (&output, to, both_out));
                    assert!(output_bytes == to.bytes, "{name}: {from:?} to {to:?}");
                    copies += 1;
                }
            }
        }
    }
    let pairs: usize = TEXTS.iter().map(|(_, encodings, _)| (encodings.len() * NEWLINES.len()).pow(2)).sum();
    assert_eq!(copies, pairs * 4);
}

fn all_of(input: &[u8], newline: Newline) -> String {
    let mut text = String::new();
    TextStream::new(input).with_newline(newline).read_to_end(&mut text).unwrap();
    text
}

/// IG-05, with IOLib's own example.
#[test]
fn newlines_are_read_as_line_feeds_and_half_of_one_is_itself() {
    let input = b"a\r\nb\nc\rd\r";
    assert_eq!(all_of(input, Newline::CrLf), "a\nb\nc\rd\r");
    assert_eq!(all_of(input, Newline::Lf), "a\r\nb\nc\rd\r");
    assert_eq!(all_of(input, Newline::Cr), "a\n\nb\nc\nd\n");
    assert_eq!(all_of(input, Newline::Any), "a\nb\nc\nd\n");
    for newline in [Newline::Lf, Newline::Cr, Newline::CrLf, Newline::Any] {
        let mut stream = TextStream::new(&input[..]).with_newline(newline);
        let singly: String = std::iter::from_fn(|| stream.read_char().unwrap()).collect();
        assert_eq!(singly, all_of(input, newline));
    }
}

/// IG-01 and IG-13: buffers of one byte and of four, and of any size, hold any line.
#[test]
fn small_buffers_hold_long_lines() {
    let line = "é漢😀".repeat(500);
    for size in [0, 1, 4, 5, 1 << 24] {
        let mut output = TextStream::new(Vec::new()).with_sizes(size, size).with_newline(Newline::CrLf);
        output.write_line(&line).unwrap();
        output.write_line("x").unwrap();
        output.flush().unwrap();
        assert_eq!(output.get_ref().len(), line.len() + 5);
        let mut input =
            TextStream::new(output.get_ref().as_slice()).with_sizes(size, size).with_newline(Newline::CrLf);
        let mut read = String::new();
        assert!(input.read_line(&mut read).unwrap() && read == line, "{size}");
        assert!(input.read_line(&mut read).unwrap() && read == "x");
    }
}

/// IG-03: both settings change on the way.
#[test]
fn encoding_and_newline_change_between_two_lines() {
    let mut stream = TextStream::new(Vec::new());
    stream.write_line("é").unwrap();
    stream.set_encoding("iso-2022-jp".parse().unwrap());
    stream.write_str("漢").unwrap();
    stream.set_encoding(Encoding::UTF_16BE);
    stream.set_newline(Newline::CrLf);
    stream.write_line("é").unwrap();
    stream.flush().unwrap();
    let bytes = stream.get_ref();
    assert_eq!(bytes, b"\xC3\xA9\n\x1b$B4A\x1b(B\0\xE9\0\r\0\n");

    let mut stream = TextStream::new(bytes.as_slice());
    let mut line = String::new();
    assert!(stream.read_line(&mut line).unwrap() && line == "é");
    stream.set_encoding("iso-2022-jp".parse().unwrap());
    assert_eq!(stream.read_char().unwrap(), Some('漢'));
    let mut escape = [0; 3];
    stream.bytes().read_exact(&mut escape).unwrap();
    assert_eq!(&escape, b"\x1b(B");
    stream.set_encoding(Encoding::UTF_16BE);
    stream.set_newline(Newline::CrLf);
    assert_eq!((stream.input_encoding(), stream.newline()), (Encoding::UTF_16BE, Newline::CrLf));
    assert!(stream.read_line(&mut line).unwrap() && line == "é");
}

/// IG-06: a byte that begins nothing is an error at once, and the bytes stay.
#[test]
fn a_byte_that_begins_no_character_is_not_waited_on() {
    let mut stream = TextStream::new(&b"\xFFrest"[..]);
    for _ in 0..2 {
        assert_eq!(stream.read_char().unwrap_err().kind(), ErrorKind::InvalidData);
    }
    let mut byte = [0];
    stream.bytes().read_exact(&mut byte).unwrap();
    assert_eq!((byte[0], stream.read_char().unwrap()), (0xFF, Some('r')));
}

/// IG-08 and IG-09: so many characters, so many bytes, on one stream.
#[test]
fn sequences_of_characters_and_bytes_follow_each_other() {
    let mut stream = TextStream::new(std::io::Cursor::new(Vec::new()));
    stream.write_str("漢字").unwrap();
    stream.bytes().write_all(&[0, 0xFF]).unwrap();
    stream.write_char('é').unwrap();
    stream.flush().unwrap();
    stream.get_mut().set_position(0);

    let (mut text, mut two) = (String::new(), [0; 2]);
    assert_eq!(stream.read_chars(2, &mut text).unwrap(), 2);
    stream.bytes().read_exact(&mut two).unwrap();
    assert_eq!(stream.read_chars(9, &mut text).unwrap(), 1, "the end comes first");
    assert_eq!((text.as_str(), two), ("漢字é", [0, 0xFF]));
}

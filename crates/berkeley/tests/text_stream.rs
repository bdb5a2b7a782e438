//! Streams of text over sources that give and take in pieces.

#![cfg(feature = "text")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod trickle;

use std::io::{self, BufRead, ErrorKind, Read, Write};

use berkeley::text::{Decoder, Encoder, Encoding, Newline, Policy, TextError, TextStream};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use trickle::{Trickle, insist};

const NEWLINES: [Newline; 4] = [Newline::Lf, Newline::Cr, Newline::CrLf, Newline::Any];

#[derive(Clone, Copy, Debug)]
enum Call {
    Line,
    Skip,
    Char,
    Peek,
    Chars(usize),
    Bytes(usize),
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let call = prop_oneof![
        3 => Just(Call::Line),
        1 => Just(Call::Skip),
        3 => Just(Call::Char),
        2 => Just(Call::Peek),
        1 => (0..4_usize).prop_map(Call::Chars),
        1 => (0..4_usize).prop_map(Call::Bytes),
    ];
    vec(call, 0..12)
}

fn inputs() -> impl Strategy<Value = Vec<u8>> {
    let known: &[&[u8]] = &[
        b"\r",
        b"\n",
        b"\r\n",
        b"\0",
        b"\0\r",
        b"\0\n",
        b"a",
        b"word",
        b"\xC3\xA9",
        b"\xE2\x82\xAC",
        b"\x88\x62",
        b"\x1b$B!!",
        b"\x1b(B",
        b"\xFF\xFE",
        b"\xEF\xBB\xBF",
        b"\x3D\xD8\0\xDE",
    ];
    let piece = prop_oneof![4 => select(known).prop_map(<[u8]>::to_vec), 1 => vec(any::<u8>(), 1..3)];
    vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

fn encodings() -> impl Strategy<Value = Encoding> {
    let names =
        ["utf-8", "utf-16", "utf-16le", "utf-32be", "latin-1", "ascii", "big5", "gb18030", "iso-2022-jp"];
    select(names.to_vec()).prop_map(|name| name.parse().unwrap())
}

/// Makes calls, each as often as it would block, and tells what each gave, and what was left.
fn transcript(mut stream: TextStream<Trickle>, calls: &[Call]) -> Vec<String> {
    let mut told = Vec::new();
    for call in calls {
        let mut text = String::new();
        let given = match *call {
            Call::Line => insist(|| stream.read_line(&mut text)).map(|is_line| format!("{is_line} {text:?}")),
            Call::Skip => insist(|| stream.skip_line()).map(|is_line| format!("{is_line}")),
            Call::Char => insist(|| stream.read_char()).map(|c| format!("{c:?}")),
            Call::Peek => insist(|| stream.peek_char()).map(|c| format!("{c:?}")),
            Call::Chars(count) => read_chars(&mut stream, count, &mut text).map(|()| text),
            Call::Bytes(count) => read_bytes(&mut stream, count).map(|bytes| format!("{bytes:02X?}")),
        };
        told.push(format!("{call:?}: {}", given.unwrap_or_else(|error| error.to_string())));
    }
    let mut rest = String::new();
    let end = insist(|| stream.read_to_end(&mut rest));
    told.push(format!("{rest:?} {} {:?}", stream.position(), end.map_err(|error| error.to_string()).err()));
    told
}

fn read_chars(stream: &mut TextStream<Trickle>, count: usize, text: &mut String) -> io::Result<()> {
    insist(|| {
        let left = count - text.chars().count();
        stream.read_chars(left, text).map(|_| ())
    })
}

fn read_bytes(stream: &mut TextStream<Trickle>, count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    let mut length = 0;
    while length < count {
        match insist(|| stream.bytes().read(&mut bytes[length..]))? {
            0 => break,
            read => length += read,
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn whatever_comes_in_whatever_pieces_is_read_the_same(
        encoding in encodings(),
        newline in select(NEWLINES.to_vec()),
        replaces: bool,
        detects: bool,
        size in 1..9_usize,
        input in inputs(),
        cuts in vec(1..4_usize, 0..40),
        calls in calls(),
    ) {
        let stream = |trickle, size| {
            let mut stream = TextStream::new(trickle).with_encoding(encoding).with_newline(newline).with_sizes(size, 1);
            stream.set_malformed(if replaces { Policy::Replace } else { Policy::Fail });
            stream.set_line_limit(20);
            if detects {
                stream.detect_encoding();
            }
            stream
        };
        let whole = transcript(stream(Trickle::cut(&input, &[]), 1000), &calls);
        let pieces = transcript(stream(Trickle::cut(&input, &cuts), size), &calls);
        prop_assert_eq!(whole, pieces);
    }

    #[test]
    fn lines_are_those_of_the_decoded_text(
        // In ISO-2022-JP a newline between the halves of a character is none; a line ends there all the same.
        encoding in encodings().prop_filter("states", |encoding| encoding.name() != "ISO-2022-JP"),
        newline in select(NEWLINES.to_vec()),
        input in inputs(),
    ) {
        let mut text = String::new();
        let mut decoder = Decoder::new(encoding).with_policy(Policy::Replace);
        prop_assert_eq!(decoder.decode_last(&input, &mut text).used, input.len());
        let text = if newline == Newline::Any { text.replace("\r\n", "\n").replace('\r', "\n") } else { text };
        let mut expected: Vec<_> = text.split(newline.as_str()).map(str::to_owned).collect();
        expected.pop_if(|last| last.is_empty());
        let mut stream = TextStream::new(&input[..]).with_encoding(encoding).with_newline(newline);
        stream.set_malformed(Policy::Replace);
        prop_assert_eq!(stream.lines().collect::<io::Result<Vec<_>>>().unwrap(), expected);
    }

    #[test]
    fn whatever_is_written_arrives_once_and_in_order(
        encoding in encodings(),
        newline in select(NEWLINES.to_vec()),
        size in 1..20_usize,
        room in 1..5_usize,
        texts in vec("[a-z\n\ré€漢]{0,12}", 0..8),
    ) {
        let trickle = Trickle::with_room(room);
        let mut stream = TextStream::new(trickle).with_encoding(encoding).with_newline(newline).with_sizes(1, size);
        stream.set_unmappable(Policy::Replace);
        let mut expected = Encoder::new(encoding).with_policy(Policy::Replace);
        let mut bytes = Vec::new();
        for text in &texts {
            write_all(&mut stream, text)?;
            for (number, line) in text.split('\n').enumerate() {
                expected.encode(if number > 0 { newline.as_str() } else { "" }, &mut bytes).unwrap();
                expected.encode(line, &mut bytes).unwrap();
            }
        }
        expected.finish(&mut bytes);
        insist(|| stream.finish()).unwrap();
        prop_assert_eq!(&stream.get_ref().written, &bytes);
        prop_assert_eq!(stream.unwritten(), b"");
    }
}

/// Writes a text to the end, over all that it would block on.
fn write_all(stream: &mut TextStream<Trickle>, text: &str) -> Result<(), TestCaseError> {
    let mut rest = text;
    loop {
        let held = (stream.unwritten().len(), stream.get_ref().written.len());
        let Err(error) = stream.write_str(rest) else { return Ok(()) };
        prop_assert_eq!(error.kind(), ErrorKind::WouldBlock);
        if let Some(TextError::Partly { taken, .. }) = TextError::of(&error) {
            rest = &rest[*taken..];
        } else {
            let after = stream.unwritten().len() + stream.get_ref().written.len();
            prop_assert_eq!(after, held.0 + held.1, "something of the text was taken");
        }
    }
}

#[test]
fn the_last_line_may_have_no_newline_and_an_empty_one_is_a_line() {
    let mut stream = TextStream::new(&b"\n\nlast"[..]);
    let lines: Vec<_> = stream.lines().map(Result::unwrap).collect();
    assert_eq!(lines, ["", "", "last"]);
    assert!(!stream.read_line(&mut String::new()).unwrap(), "and that is all");
    assert!(!stream.skip_line().unwrap());
    assert_eq!(stream.read_char().unwrap(), None);
}

#[test]
fn a_character_cut_off_by_the_end_is_told_and_stays() {
    let mut stream = TextStream::new(&b"ab\xE2\x82"[..]);
    let mut line = String::from("old");
    for _ in 0..2 {
        let error = stream.read_line(&mut line).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
        assert_eq!(error.to_string(), "the stream ends within a character of UTF-8 at byte 2: E2 82");
        assert_eq!(line, "");
    }
    assert_eq!((stream.read_char().unwrap(), stream.read_char().unwrap()), (Some('a'), Some('b')));
    assert_eq!(stream.read_char().unwrap_err().kind(), ErrorKind::UnexpectedEof);
    let mut rest = Vec::new();
    stream.bytes().read_to_end(&mut rest).unwrap();
    assert_eq!(rest, [0xE2, 0x82]);
}

#[test]
fn what_is_malformed_stays_until_it_is_taken_otherwise() {
    let mut stream = TextStream::new(&b"one\ntw\xFFo\nthree\n"[..]);
    let mut line = String::new();
    assert!(stream.read_line(&mut line).unwrap());
    for _ in 0..2 {
        let error = stream.read_line(&mut line).unwrap_err();
        assert!(
            matches!(TextError::of(&error), Some(TextError::Malformed { position: 6, bytes, .. }) if **bytes == [0xFF])
        );
    }
    assert_eq!(stream.position(), 4);
    assert_eq!(stream.peek_char().unwrap(), Some('t'));
    stream.set_encoding(Encoding::LATIN_1);
    assert!(stream.read_line(&mut line).unwrap());
    assert_eq!(line, "twÿo");
    stream.set_encoding(Encoding::UTF_8);
    assert!(stream.read_line(&mut line).unwrap());
    assert_eq!(line, "three");
}

#[test]
fn a_line_that_is_too_long_is_refused_whole_and_can_be_passed_over() {
    for length in [8, 9, 10, 11, 40] {
        let input = format!("{}\r\nnext\r\n", "x".repeat(length));
        let trickle = Trickle::cut(input.as_bytes(), &[3; 30]);
        let mut stream = TextStream::new(trickle).with_newline(Newline::CrLf).with_sizes(4, 4);
        stream.set_line_limit(9);
        let mut line = String::new();
        match insist(|| stream.read_line(&mut line)) {
            Ok(is_line) => assert!(is_line && line.len() == length && length <= 9),
            Err(error) => {
                assert_eq!(error.to_string(), "a line is longer than 9 bytes");
                assert!(length > 9 && stream.position() == 0);
                assert!(insist(|| stream.skip_line()).unwrap());
            }
        }
        assert!(insist(|| stream.read_line(&mut line)).unwrap());
        assert_eq!(line, "next");
    }
}

#[test]
fn a_limit_can_be_raised_when_a_line_was_too_long() {
    let mut stream = TextStream::new(&b"a long line\n"[..]);
    stream.set_line_limit(5);
    let mut line = String::new();
    assert!(matches!(
        TextError::of(&stream.read_line(&mut line).unwrap_err()),
        Some(TextError::LineTooLong { limit: 5 })
    ));
    stream.set_line_limit(11);
    assert!(stream.read_line(&mut line).unwrap());
    assert_eq!(line, "a long line");
}

#[test]
fn a_return_holds_a_line_back_only_where_it_must() {
    let lines = |newline| {
        let mut trickle = Trickle::cut(b"a\r", &[]);
        trickle.push(b"b");
        TextStream::new(trickle).with_newline(newline)
    };
    let mut line = String::new();
    // Two reads: one would block, one gives what is there.
    for newline in [Newline::Any, Newline::Cr] {
        let mut stream = lines(newline);
        assert_eq!(stream.read_line(&mut line).unwrap_err().kind(), ErrorKind::WouldBlock);
        assert!(stream.read_line(&mut line).unwrap());
        assert_eq!((line.as_str(), stream.get_ref().reads), ("a", 2), "{newline:?}");
    }
    let mut stream = lines(Newline::CrLf);
    assert!(insist(|| stream.read_line(&mut line)).unwrap());
    assert_eq!(line, "a\rb", "it was none");
}

#[test]
fn bytes_and_text_are_mixed_and_bytes_begin_where_text_ended() {
    let mut stream =
        TextStream::new(io::Cursor::new(b"head\r\n\x00\xFF\nbody\n".to_vec())).with_newline(Newline::Any);
    let mut line = String::new();
    assert!(stream.read_line(&mut line).unwrap());
    let mut two = [0; 2];
    stream.bytes().read_exact(&mut two).unwrap();
    assert_eq!(two, [0, 0xFF]);
    assert_eq!(stream.bytes().fill_buf().unwrap(), b"\nbody\n");
    stream.bytes().consume(1);
    assert!(stream.read_line(&mut line).unwrap());
    assert_eq!(line, "body");
}

#[test]
fn the_second_half_of_a_newline_is_no_byte_of_what_follows() {
    for cuts in [&[2, 1][..], &[1, 1, 1, 1], &[9]] {
        let mut stream = TextStream::new(Trickle::cut(b"a\r\n\nx", cuts)).with_newline(Newline::Any);
        assert!(insist(|| stream.read_line(&mut String::new())).unwrap());
        assert_eq!(read_bytes(&mut stream, 3).unwrap(), b"\nx", "{cuts:?}");
    }
}

#[test]
fn what_is_buffered_is_seen_and_taken_without_the_source() {
    let mut stream = TextStream::new(Trickle::cut(b"line\nrest of it", &[]));
    assert_eq!(stream.take_buffered(&mut [0; 4]), 0);
    assert!(insist(|| stream.read_line(&mut String::new())).unwrap());
    let reads = stream.get_ref().reads;
    assert_eq!(stream.buffered(), b"rest of it");
    let mut some = [0; 5];
    assert_eq!(stream.take_buffered(&mut some), 5);
    assert_eq!((&some, stream.buffered()), (b"rest ", &b"of it"[..]));
    assert_eq!(stream.clear_buffered(), 5);
    assert_eq!((stream.buffered(), stream.get_ref().reads), (&b""[..], reads));
}

#[test]
fn taking_a_stream_apart_loses_nothing() {
    let mut stream = TextStream::new(Trickle::cut(b"\xE6\xBC\xA2\nrest", &[]));
    stream.write_str("held").unwrap();
    assert_eq!(insist(|| stream.read_char()).unwrap(), Some('漢'));
    let parts = stream.into_parts();
    assert_eq!((&parts.unread[..], &parts.unwritten[..]), (&b"\nrest"[..], &b"held"[..]));
    assert_eq!(parts.source.written, b"");
}

#[test]
fn nothing_is_written_before_it_is_flushed_or_there_is_no_room() {
    let mut stream = TextStream::new(Vec::new()).with_sizes(1, 8);
    stream.write_str("1234").unwrap();
    write!(stream, "{}{:02}", 5, 678).unwrap();
    assert_eq!((stream.get_ref().len(), stream.unwritten()), (0, &b"12345678"[..]));
    stream.write_char('9').unwrap();
    assert_eq!((stream.get_ref().as_slice(), stream.unwritten()), (&b"12345678"[..], &b"9"[..]));
    stream.bytes().write_all(&[0xFF; 20]).unwrap();
    stream.write_line("").unwrap();
    stream.flush().unwrap();
    assert_eq!(stream.get_ref()[8..], [&b"9"[..], &[0xFF; 20], b"\n"].concat());
    stream.write_str("dropped").unwrap();
    assert_eq!((stream.clear_unwritten(), stream.unwritten()), (7, &b""[..]));
}

#[test]
fn a_text_that_fits_is_written_whole_or_not_at_all() {
    let mut stream = TextStream::new(Trickle::with_room(1)).with_sizes(1, 8);
    stream.write_str("12345").unwrap();
    let error = stream.write_line("line").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    assert!(TextError::of(&error).is_none());
    assert_eq!(stream.unwritten(), b"12345");
    insist(|| stream.write_line("line")).unwrap();
    insist(|| stream.flush()).unwrap();
    assert_eq!(stream.get_ref().written, b"12345line\n");
    let error = stream.write_str("longer than eight").unwrap_err();
    assert!(matches!(TextError::of(&error), Some(TextError::Partly { taken: 8, .. })), "{error}");
}

#[test]
fn an_unmappable_character_leaves_the_stream_as_it_was() {
    let mut stream = TextStream::new(Vec::new()).with_encoding(Encoding::ASCII).with_sizes(1, 4);
    let error = stream.write_line("a long line, é").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(error.to_string(), "US-ASCII has no 'é' (U+00E9), byte 13 of the text");
    assert_eq!((stream.unwritten(), stream.get_ref().len()), (&b""[..], 0));
}

#[test]
fn newlines_are_written_in_the_encoding() {
    for (newline, expected) in [
        (Newline::Lf, &b"\0a\0\n\0b\0\n"[..]),
        (Newline::Cr, b"\0a\0\r\0b\0\r"),
        (Newline::CrLf, b"\0a\0\r\0\n\0b\0\r\0\n"),
        (Newline::Any, b"\0a\0\n\0b\0\n"),
    ] {
        let mut stream = TextStream::new(Vec::new()).with_encoding(Encoding::UTF_16BE).with_newline(newline);
        stream.write_str("a\n").unwrap();
        stream.write_line("b").unwrap();
        stream.flush().unwrap();
        assert_eq!(stream.get_ref(), expected, "{newline:?}");
    }
}

#[test]
fn characters_are_peeked_at_and_counted() {
    let mut stream = TextStream::new(&b"\x88\x62z\r\nq"[..]).with_newline(Newline::CrLf);
    stream.set_encoding("big5".parse().unwrap());
    // Two bytes that are two characters.
    assert_eq!(stream.peek_char().unwrap(), Some('Ê'));
    assert_eq!((stream.read_char().unwrap(), stream.position()), (Some('Ê'), 0));
    assert_eq!(stream.peek_char().unwrap(), Some('\u{304}'));
    let mut text = String::new();
    assert_eq!(stream.read_chars(3, &mut text).unwrap(), 3);
    assert_eq!(text, "\u{304}z\n");
    assert_eq!(stream.read_chars(3, &mut text).unwrap(), 1);
    assert_eq!(text, "\u{304}z\nq");
}

#[test]
fn the_iterator_ends_after_an_error_and_another_goes_on() {
    let mut stream = TextStream::new(&b"a\n\xFF\nb\n"[..]);
    let mut lines = stream.lines();
    assert_eq!(lines.next().unwrap().unwrap(), "a");
    assert!(lines.next().unwrap().is_err() && lines.next().is_none());
    stream.set_malformed(Policy::Replace);
    assert_eq!(stream.lines().map(Result::unwrap).collect::<Vec<_>>(), ["\u{FFFD}", "b"]);
}

/// A source that says more than is true.
struct Boaster;

impl Read for Boaster {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        into.fill(b'\n');
        Ok(into.len() + 5)
    }
}

impl Write for Boaster {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len() + 5)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_source_that_counts_wrongly_is_not_believed() {
    let mut stream = TextStream::new(Boaster).with_sizes(4, 4);
    assert!(stream.read_line(&mut String::new()).unwrap());
    assert_eq!(stream.buffered(), b"\n\n\n");
    stream.write_str("abc").unwrap();
    stream.flush().unwrap();
    assert_eq!(stream.unwritten(), b"");
}

#[test]
fn reading_no_bytes_waits_for_none() {
    let mut stream = TextStream::new(Trickle::cut(b"a", &[]));
    assert_eq!(stream.bytes().read(&mut []).unwrap(), 0);
    assert_eq!(stream.get_ref().reads, 0);
}

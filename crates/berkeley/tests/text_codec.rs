//! Decoders and encoders: wherever the input is cut, and beside the standard library, encoding_rs and Python.

#![cfg(feature = "text")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use berkeley::text::{Decoded, Decoder, Encoder, Encoding, Fault, Policy, TextError};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

fn encodings() -> impl Strategy<Value = Encoding> {
    let own = select(Encoding::all().take(10).collect::<Vec<_>>());
    prop_oneof![own, select(Encoding::all().collect::<Vec<_>>())]
}

/// Texts in many scripts, with what encodings stumble over.
fn texts() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => proptest::char::range(' ', '~'),
        2 => select("\r\n\u{FEFF}\0\u{7F}\u{80}\u{85}\u{9F}éÿĀ€œЖшאש漢字かなカナｶﾅ가😀\u{FFFF}\u{10FFFF}Ê̄ê̌".chars().collect::<Vec<_>>()),
        1 => any::<char>(),
    ];
    vec(character, 0..24).prop_map(String::from_iter)
}

/// Bytes that are often nearly right: the escapes of ISO-2022-JP, lead bytes, surrogates, marks.
fn byte_strings() -> impl Strategy<Value = Vec<u8>> {
    let known: &[&[u8]] = &[
        b"\x1b$B",
        b"\x1b(B",
        b"\x1b(J",
        b"\x1b(I",
        b"\x1b$@",
        b"\x1b$",
        b"!!",
        b"\r",
        b"\n",
        b"\0",
        b"\xEF\xBB\xBF",
        b"\xFF\xFE",
        b"\xFE\xFF",
        b"\xD8",
        b"\xDC",
        b"\xD8\0",
        b"\xDC\0",
        b"\x88\x62",
        b"\x81\x30\x81\x30",
        b"\x81\x30",
        b"\x8F\xB0\xA1",
        b"\xE2\x82\xAC",
        b"\xE2\x82",
        b"\xF0\x9F\x98\x80",
        b"\xED\xA0\x80",
        b"\xC0\x80",
        b"a",
        b"\xFF",
    ];
    let piece = prop_oneof![
        3 => select(known).prop_map(<[u8]>::to_vec),
        2 => vec(any::<u8>(), 1..4),
        1 => vec(0x20_u8..0x7F, 1..24),
    ];
    vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn decode(decoder: &Decoder, bytes: &[u8]) -> (String, Decoded) {
    let mut text = String::new();
    let end = decoder.clone().decode_last(bytes, &mut text);
    (text, end)
}

/// Decodes in pieces; what is left of one is given again with the next.
fn decode_cut(decoder: &Decoder, bytes: &[u8], cuts: &[usize]) -> (String, Decoded) {
    let (mut decoder, mut text) = (decoder.clone(), String::new());
    let (mut used, mut end) = (0, 0);
    for cut in cuts {
        end = (end + cut).min(bytes.len());
        let step = decoder.decode(&bytes[used..end], &mut text);
        used += step.used;
        if step.fault.is_some() {
            return (text, Decoded { used, ..step });
        }
    }
    let step = decoder.decode_last(&bytes[used..], &mut text);
    (text, Decoded { used: used + step.used, ..step })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_cut_gives_the_same(
        encoding in encodings(),
        detects: bool,
        replaces: bool,
        bytes in byte_strings(),
        cuts in vec(0..6_usize, 0..60),
    ) {
        let policy = if replaces { Policy::Replace } else { Policy::Fail };
        let decoder = if detects { Decoder::detecting(encoding) } else { Decoder::new(encoding) };
        let decoder = decoder.with_policy(policy);
        let whole = decode(&decoder, &bytes);
        prop_assert_eq!(&whole, &decode_cut(&decoder, &bytes, &cuts));
        if replaces {
            prop_assert_eq!(whole.1, Decoded { used: bytes.len(), fault: None });
        }
    }

    #[test]
    fn what_is_encoded_is_decoded(encoding in encodings(), texts in vec(texts(), 1..4)) {
        let (mut encoder, mut bytes, mut written) = (Encoder::new(encoding), Vec::new(), String::new());
        for text in &texts {
            match encoder.encode(text, &mut bytes) {
                Ok(()) => written.push_str(text),
                Err(TextError::Unmappable { position, character, .. }) => {
                    prop_assert!(!encoding.is_universal());
                    prop_assert!(text[position..].starts_with(character));
                    encoder.encode(&text[..position], &mut bytes).expect("what comes before it");
                    written.push_str(&text[..position]);
                }
                Err(error) => panic!("{error}"),
            }
        }
        encoder.finish(&mut bytes);
        let (decoded, end) = decode(&Decoder::new(encoding), &bytes);
        prop_assert_eq!(end, Decoded { used: bytes.len(), fault: None });
        // The Encoding Standard writes some Japanese characters as others: a full-width sign, a half-width letter.
        let is_folded = ["ISO-2022-JP", "EUC-JP", "Shift_JIS"].contains(&encoding.name());
        if is_folded {
            prop_assert_eq!(decoded.chars().count(), written.chars().count());
        } else {
            prop_assert_eq!(decoded, written);
        }
    }

    #[test]
    fn all_others_are_what_encoding_rs_says(
        encoding in select(Encoding::all().filter(|encoding| standard(*encoding).is_some()).collect::<Vec<_>>()),
        bytes in byte_strings(),
        text in texts(),
    ) {
        let peer = standard(encoding).unwrap();
        let (expected, malformed) = peer.decode_without_bom_handling(&bytes);
        let (decoded, _) = decode(&Decoder::new(encoding).with_policy(Policy::Replace), &bytes);
        prop_assert_eq!(&decoded, &expected);
        prop_assert_eq!(decode(&Decoder::new(encoding), &bytes).1.fault.is_some(), malformed);
        if peer.output_encoding() == peer {
            let (expected, _, unmappable) = peer.encode(&text);
            let (mut encoder, mut bytes) = (Encoder::new(encoding), Vec::new());
            let is_encoded = encoder.encode(&text, &mut bytes).is_ok();
            prop_assert_eq!(is_encoded, !unmappable);
            encoder.finish(&mut bytes);
            prop_assert_eq!(&bytes[..], if is_encoded { &expected[..] } else { b"" });
        }
    }

    #[test]
    fn utf8_and_utf16_are_what_the_standard_library_says(bytes in byte_strings()) {
        let replace = |encoding| decode(&Decoder::new(encoding).with_policy(Policy::Replace), &bytes).0;
        prop_assert_eq!(replace(Encoding::UTF_8), String::from_utf8_lossy(&bytes));
        let units: Vec<_> = bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
        let (whole, end) = decode(&Decoder::new(Encoding::UTF_16LE), &bytes);
        match String::from_utf16(&units) {
            Ok(text) if bytes.len() % 2 == 0 => prop_assert_eq!((whole, end.fault), (text, None)),
            _ => prop_assert!(end.fault.is_some()),
        }
        let latin: String = bytes.iter().copied().map(char::from).collect();
        prop_assert_eq!(replace(Encoding::LATIN_1), latin);
    }
}

/// The encoding in encoding_rs that is the same, where there is one.
fn standard(encoding: Encoding) -> Option<&'static encoding_rs::Encoding> {
    let found = encoding_rs::Encoding::for_label_no_replacement(encoding.name().as_bytes())?;
    (found.name() == encoding.name() && !encoding.has_mark()).then_some(found)
}

#[test]
fn a_mark_decides_if_asked_and_is_a_character_if_not() {
    let detected = |bytes: &[u8], encoding| {
        let mut decoder = Decoder::detecting(encoding);
        let mut text = String::new();
        assert_eq!(decoder.decode_last(bytes, &mut text), Decoded { used: bytes.len(), fault: None });
        (text, decoder.encoding())
    };
    let found = |text: &str, encoding| (text.to_owned(), encoding);
    assert_eq!(detected(b"\xEF\xBB\xBFa", Encoding::LATIN_1), found("a", Encoding::UTF_8));
    assert_eq!(detected(b"\xFF\xFEa\0", Encoding::LATIN_1), found("a", Encoding::UTF_16LE));
    assert_eq!(detected(b"\xFE\xFF\0a", Encoding::UTF_8), found("a", Encoding::UTF_16BE));
    assert_eq!(detected(b"\xFF\xFE\0\0a\0\0\0", Encoding::UTF_8), found("a", Encoding::UTF_32LE));
    assert_eq!(detected(b"\0\0\xFE\xFF\0\0\0a", Encoding::UTF_8), found("a", Encoding::UTF_32BE));
    assert_eq!(detected(b"\xFF\xFE", Encoding::UTF_8), found("", Encoding::UTF_16LE));
    assert_eq!(detected(b"\xFEx", Encoding::LATIN_1), found("\u{FE}x", Encoding::LATIN_1));

    let plain = |bytes: &[u8], encoding| decode(&Decoder::new(encoding), bytes).0;
    assert_eq!(plain(b"\xEF\xBB\xBFa", Encoding::UTF_8), "\u{FEFF}a");
    assert_eq!(plain(b"\xFF\xFEa\0", Encoding::UTF_16LE), "\u{FEFF}a");
    assert_eq!(plain(b"\xFF\xFEa\0", Encoding::UTF_16), "a");
    assert_eq!(plain(b"\0a", Encoding::UTF_16), "a", "without a mark, big-endian");
    assert_eq!(plain(b"\xEF\xBB\xBF\xEF\xBB\xBF", Encoding::UTF_8_SIG), "\u{FEFF}", "only the first is one");
}

#[test]
fn a_mark_is_written_once_and_before_the_first_character() {
    let mut encoder = Encoder::new(Encoding::UTF_16LE.with_mark());
    let mut bytes = Vec::new();
    encoder.encode("", &mut bytes).unwrap();
    assert_eq!(bytes, b"");
    encoder.encode("a", &mut bytes).unwrap();
    encoder.encode("b", &mut bytes).unwrap();
    assert_eq!(bytes, b"\xFF\xFEa\0b\0");
    assert_eq!(Encoding::LATIN_1.with_mark(), Encoding::LATIN_1, "no mark outside of Unicode");
}

#[test]
fn malformed_bytes_are_told_by_place_and_length() {
    for (encoding, bytes, used, fault) in [
        (Encoding::UTF_8, &b"ab\xE2\x82x"[..], 2, Fault::Malformed(2)),
        (Encoding::UTF_8, b"ab\xE2\x82", 2, Fault::Cut(2)),
        (Encoding::UTF_8, b"\xFF", 0, Fault::Malformed(1)),
        (Encoding::UTF_16LE, b"a\0\0\xDCb\0", 2, Fault::Malformed(2)),
        (Encoding::UTF_16LE, b"a\0\0\xD8b\0", 2, Fault::Malformed(2)),
        (Encoding::UTF_16LE, b"a\0\0\xD8", 2, Fault::Cut(2)),
        (Encoding::UTF_16BE, b"\0ab", 2, Fault::Cut(1)),
        (Encoding::UTF_32BE, b"\0\0\0a\0\x11\0\0", 4, Fault::Malformed(4)),
        (Encoding::UTF_32LE, b"a\0\0\0\0\xD8\0\0", 4, Fault::Malformed(4)),
        (Encoding::UTF_32LE, b"a\0\0", 0, Fault::Cut(3)),
        (Encoding::ASCII, b"ab\x80", 2, Fault::Malformed(1)),
        ("shift_jis".parse().unwrap(), b"a\x81", 1, Fault::Cut(1)),
        ("shift_jis".parse().unwrap(), b"a\x81 ", 1, Fault::Malformed(1)),
        ("gb18030".parse().unwrap(), b"a\x81\x30\x81", 1, Fault::Cut(3)),
    ] {
        let (_, decoded) = decode(&Decoder::new(encoding), bytes);
        assert_eq!(decoded, Decoded { used, fault: Some(fault) }, "{encoding} {bytes:02X?}");
    }
}

#[test]
fn what_is_unmappable_is_refused_whole_or_replaced() {
    let mut bytes = Vec::new();
    for (encoding, text, position, replaced) in [
        ("ascii", "né", 1, &b"n?"[..]),
        ("latin-1", "5 € \u{85}", 2, b"5 ? \x85"),
        ("koi8-r", "жé", 2, b"\xD6?"),
        ("iso-2022-jp", "漢😀", 3, b"\x1b$B4A\x1b(B?"),
        ("shift_jis", "a😀", 1, b"a?"),
    ] {
        let encoding: Encoding = encoding.parse().unwrap();
        let error = Encoder::new(encoding).encode(text, &mut bytes).unwrap_err();
        assert!(matches!(error, TextError::Unmappable { position: at, .. } if at == position), "{error}");
        assert_eq!(bytes, b"", "{encoding}: something was written");
        let mut encoder = Encoder::new(encoding).with_policy(Policy::Replace);
        encoder.encode(text, &mut bytes).unwrap();
        encoder.finish(&mut bytes);
        assert_eq!(bytes, replaced, "{encoding}");
        bytes.clear();
    }
}

#[cfg(unix)]
mod python {
    use std::fmt::Write as _;
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use berkeley_testkit::{limit, program};
    use proptest::strategy::ValueTree;

    use super::*;

    /// Decodes and encodes by Python: the answer is `ok` and hexadecimal digits, or the place of the first fault.
    const PYTHON: &str = r"
import sys
for line in sys.stdin:
    way, codec, data = (line.rstrip('\n').split(' ') + [''])[:3]
    data = bytes.fromhex(data)
    try:
        if way == 'decode':
            print('ok', data.decode(codec).encode('utf-8').hex())
        else:
            print('ok', data.decode('utf-8').encode(codec).hex())
    except UnicodeError as error:
        print('fault', error.start)
";

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
    }

    /// Asks all questions of one Python.
    fn ask_python(python: &std::path::Path, questions: &str) -> Vec<String> {
        let mut child = Command::new(python)
            .args(["-c", PYTHON])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python");
        let mut input = child.stdin.take().unwrap();
        let questions = questions.to_owned();
        let writer = std::thread::spawn(move || input.write_all(questions.as_bytes()).unwrap());
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().lines().map(|line| line.trim_end().to_owned()).collect()
    }

    const CODECS: &[&str] = &[
        "utf-8",
        "utf-8-sig",
        "utf-16-le",
        "utf-16-be",
        "utf-32-le",
        "utf-32-be",
        "ascii",
        "latin-1",
        "koi8-r",
        "iso8859-2",
        "iso8859-15",
        "iso8859-5",
    ];

    fn our_answer(way: &str, codec: &str, data: &[u8]) -> String {
        let encoding: Encoding = codec.parse().unwrap();
        let answer = |bytes: &[u8]| format!("ok {}", hex(bytes)).trim_end().to_owned();
        if way == "decode" {
            let (text, decoded) = decode(&Decoder::new(encoding), data);
            // Python counts from behind a mark.
            let mark = if encoding.has_mark() && data.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
            let fault = |_| format!("fault {}", decoded.used - mark);
            return decoded.fault.map_or_else(|| answer(text.as_bytes()), fault);
        }
        let (text, mut bytes) = (std::str::from_utf8(data).unwrap(), Vec::new());
        match Encoder::new(encoding).encode(text, &mut bytes) {
            Ok(()) => answer(&bytes),
            Err(TextError::Unmappable { position, .. }) => {
                format!("fault {}", text[..position].chars().count())
            }
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn python_says_the_same() {
        let _limit = limit();
        let Some(python) = program("python3") else { return };
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let mut sample = || {
            let bytes = byte_strings().new_tree(&mut runner).unwrap().current();
            (bytes, texts().new_tree(&mut runner).unwrap().current())
        };
        let mut cases = Vec::new();
        for codec in CODECS {
            for _ in 0..300 {
                let (bytes, text) = sample();
                cases.push(("decode", *codec, bytes));
                // What begins with nothing has no mark here.
                if !text.is_empty() {
                    cases.push(("encode", *codec, text.into_bytes()));
                }
            }
        }
        let questions = cases.iter().map(|(way, codec, data)| format!("{way} {codec} {}\n", hex(data)));
        let answers = ask_python(&python, &questions.collect::<String>());
        assert_eq!(answers.len(), cases.len());
        for ((way, codec, data), answer) in cases.iter().zip(answers) {
            assert_eq!(our_answer(way, codec, data), answer, "{way} {codec} {data:02X?}");
        }
    }
}

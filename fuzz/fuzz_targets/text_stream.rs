//! Takes any bytes for text in any encoding, in pieces of any size. Every cut gives the same characters, what is decoded
//! and encoded again is decoded to the same, and lines hold all of the text.

#![no_main]

use berkeley::text::{Decoder, Encoder, Encoding, Newline, Policy, TextStream};
use libfuzzer_sys::fuzz_target;

const NEWLINES: [Newline; 4] = [Newline::Lf, Newline::Cr, Newline::CrLf, Newline::Any];

fn whole(decoder: &Decoder, bytes: &[u8]) -> String {
    let mut text = String::new();
    assert_eq!(decoder.clone().decode_last(bytes, &mut text).used, bytes.len());
    text
}

fn in_pieces(mut decoder: Decoder, bytes: &[u8], piece: usize) -> String {
    let (mut text, mut used, mut end) = (String::new(), 0, 0);
    while end < bytes.len() {
        end = (end + piece).min(bytes.len());
        used += decoder.decode(&bytes[used..end], &mut text).used;
    }
    assert_eq!(used + decoder.decode_last(&bytes[used..], &mut text).used, bytes.len());
    text
}

fuzz_target!(|input: (u8, u8, u8, &[u8])| {
    let (encoding, setting, size, bytes) = input;
    let encodings: Vec<_> = Encoding::all().collect();
    let encoding = encodings[usize::from(encoding) % encodings.len()];
    let newline = NEWLINES[usize::from(setting) % 4];
    let size = usize::from(size) + 1;
    let decoder = Decoder::new(encoding).with_policy(Policy::Replace);
    let text = whole(&decoder, bytes);
    assert_eq!(text, in_pieces(decoder, bytes, size));

    let (mut encoder, mut encoded) = (Encoder::new(encoding).with_policy(Policy::Replace), Vec::new());
    encoder.encode(&text, &mut encoded).expect("what the encoding lacks is replaced");
    encoder.finish(&mut encoded);
    if encoding.is_universal() {
        assert_eq!(whole(&Decoder::new(encoding), &encoded), text);
    }

    let mut stream = TextStream::new(bytes).with_encoding(encoding).with_newline(newline).with_sizes(size, size);
    stream.set_malformed(if setting & 4 == 0 { Policy::Replace } else { Policy::Fail });
    let mut line = String::new();
    while let Ok(true) = stream.read_line(&mut line) {}
    while let Ok(Some(_)) = stream.read_char() {}
    let left = stream.buffered().len() as u64;
    assert!(stream.position() + left <= bytes.len() as u64);
    if setting & 4 == 0 && bytes.len() < 65536 {
        assert_eq!(stream.position(), bytes.len() as u64);
    }
});

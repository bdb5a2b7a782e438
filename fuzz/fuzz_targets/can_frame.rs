//! Takes any bytes for a CAN frame of the kernel's, and any text for one of can-utils'. What is read is written the same.

#![no_main]

use berkeley::can::{Frame, LogLine};
use libfuzzer_sys::fuzz_target;

fn comes_back(frame: &Frame) {
    assert_eq!(frame.to_string().parse().as_ref(), Ok(frame));
    assert_eq!(Frame::decode(frame.encode(&mut [0; Frame::MOST_BYTES])).as_ref(), Ok(frame));
}

fuzz_target!(|bytes: &[u8]| {
    match Frame::decode(bytes) {
        Ok(frame) => comes_back(&frame),
        Err(malformed) => assert!(malformed.place().is_none_or(|place| place < bytes.len())),
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match text.parse::<Frame>() {
        Ok(frame) => comes_back(&frame),
        Err(error) => assert!(!error.caret().to_string().is_empty()),
    }
    if let Ok(line) = text.parse::<LogLine>() {
        assert_eq!(line.to_string().parse(), Ok(line));
    }
});

//! Bytes that are the same in every run, sent and compared.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::io::{Read, Write};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, Sender};

/// How much goes each way.
pub const VOLUME: usize = 64 << 20;

/// What goes the one way; what goes the other begins later, so that the two differ at every place.
fn bytes() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
        let words = VOLUME / 8 + 512;
        let mut bytes = Vec::with_capacity(words * 8);
        for _ in 0..words {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.extend_from_slice(&state.to_le_bytes());
        }
        bytes
    })
}

pub fn forth(volume: usize) -> &'static [u8] {
    &bytes()[..volume]
}

pub fn back(volume: usize) -> &'static [u8] {
    &bytes()[1013..1013 + volume]
}

/// Reads just so many bytes, and finds them as they were sent.
pub fn read_all(from: &mut impl Read, wanted: &[u8]) {
    compare(from, wanted, |_| {});
}

fn compare(from: &mut impl Read, wanted: &[u8], mut each: impl FnMut(usize)) {
    let mut buffer = vec![0; 256 << 10];
    let mut at = 0;
    while at < wanted.len() {
        let room = buffer.len().min(wanted.len() - at);
        let length = from.read(&mut buffer[..room]).unwrap();
        assert!(length > 0, "the end after {at} of {} bytes", wanted.len());
        assert!(
            buffer[..length] == wanted[at..at + length],
            "a difference within {length} bytes from {at} on"
        );
        at += length;
        each(at);
    }
}

/// Reads so, and says each time how much has arrived.
pub fn read_and_tell(from: &mut impl Read, wanted: &[u8], tell: &Sender<usize>) {
    compare(from, wanted, |at| tell.send(at).unwrap_or_default());
}

/// Writes a window at a time, and the next when the last has arrived: for what has no flow control.
pub fn write_in_windows(to: &mut impl Write, data: &[u8], window: usize, arrived: &Receiver<usize>) {
    let mut sent = 0;
    for piece in data.chunks(window) {
        to.write_all(piece).unwrap();
        to.flush().unwrap();
        sent += piece.len();
        while arrived.recv_timeout(super::common::LIMIT).unwrap_or_else(|_| panic!("lost before {sent}"))
            < sent
        {}
    }
}

/// Reads a little at a time, as much as `rate` bytes a second.
pub fn read_slowly(from: &mut impl Read, wanted: &[u8], rate: usize) {
    const STEPS: usize = 100;
    for piece in wanted.chunks(rate / STEPS) {
        std::thread::sleep(std::time::Duration::from_secs(1) / STEPS as u32);
        read_all(from, piece);
    }
}

//! What the tests of named pipes share.

#![allow(dead_code, reason = "each binary uses some")]

use std::io::Read;
use std::sync::atomic::{AtomicU32, Ordering};

use berkeley::SECOND;
use berkeley::os::windows::{PipeListener, PipeName, PipeStream};

/// A name that no other test has.
pub fn name() -> PipeName {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    PipeName::local(&format!("berkeley-test-{}-{number}", std::process::id())).unwrap()
}

/// A client and the server that has accepted it.
pub fn pair() -> (PipeStream, PipeStream) {
    let listener = PipeListener::bind(name()).unwrap();
    let client = PipeStream::connect(listener.name()).unwrap();
    (client, listener.by(SECOND * 10).accept().unwrap())
}

/// Reads until the buffer is full.
pub fn exactly(stream: &PipeStream, length: usize) -> Vec<u8> {
    let mut data = vec![0; length];
    stream.by(SECOND * 20).read_exact(&mut data).unwrap();
    data
}

/// Sends until a send would wait; returns how much was taken.
pub fn fill(stream: &PipeStream) -> usize {
    let (data, mut sent) = (vec![5; 100_000], 0);
    while let Some(length) = stream.now().send(&data).unwrap() {
        sent += length;
    }
    sent
}

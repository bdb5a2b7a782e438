//! Takes any bytes for a datagram of netlink. Every message and attribute lies within it, and reading ends.

#![no_main]

use berkeley::netlink::{Attributes, Messages};
use libfuzzer_sys::fuzz_target;

fn walk(attributes: Attributes<'_>, depth: usize) {
    for attribute in attributes.map_while(Result::ok) {
        let _ = (attribute.text(), attribute.as_u8(), attribute.as_u16(), attribute.as_u32(), attribute.as_u64());
        if depth < 16 {
            walk(attribute.attributes(), depth + 1);
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut read = 0;
    for message in Messages::new(bytes).map_while(Result::ok) {
        read += 16 + message.payload().len();
        let _ = message.outcome().map(|outcome| outcome.map_err(|error| error.to_string()));
        for fixed in [0, 4, 8, 12, 16] {
            if let Ok(attributes) = message.attributes(fixed) {
                walk(attributes, 0);
            }
        }
    }
    assert!(read <= bytes.len());
});

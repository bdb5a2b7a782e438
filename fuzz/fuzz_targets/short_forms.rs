//! Reads any text in the old short forms. What the strict readers read means the same to these.

#![no_main]

use berkeley::addr::{ipv4, ipv6, short};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(address) = ipv4::parse(text) {
        assert_eq!(short::parse_dotted(text), Ok(address));
        assert_eq!(short::parse_inet_aton(text), Ok(address));
    }
    if let Ok(address) = ipv6::parse(text) {
        assert_eq!(short::parse_colon(text), Ok(address));
    }
    let errors =
        [short::parse_dotted(text).err(), short::parse_inet_aton(text).err(), short::parse_colon(text).err()];
    for error in errors.into_iter().flatten() {
        assert_eq!(text.get(error.span()), Some(error.token()));
    }
});

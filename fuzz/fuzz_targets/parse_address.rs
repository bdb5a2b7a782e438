//! Reads any text as an address. What is read prints and is read again; an error points into the text.

#![no_main]

use berkeley::addr::{Address, ip};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match text.parse::<Address>() {
        Ok(address) => assert_eq!(address.to_string().parse(), Ok(address)),
        Err(error) => {
            assert_eq!(text.get(error.span()), Some(error.token()));
            assert_eq!(error.caret().to_string().lines().count(), 3);
        }
    }
    assert_eq!(ip::parse(text).ok(), text.parse().ok());
});

//! Reads any text as a range and as a name to look up backwards. What is read prints and is read again.

#![no_main]

use berkeley::addr::arpa;
use berkeley::addr::range::{IpRange, subtract};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match text.parse::<IpRange>() {
        Ok(range) => {
            assert_eq!(range.to_string().parse(), Ok(range));
            assert!(range.networks().all(|network| range.contains(network.into())));
            assert!(subtract(vec![range], range.networks().map(IpRange::from).collect()).is_empty());
        }
        Err(error) => assert_eq!(text.get(error.span()), Some(error.token())),
    }
    match arpa::parse(text) {
        Ok(network) => assert!(arpa::zones(network).any(|zone| arpa::parse(&zone) == Ok(network))),
        Err(error) => assert_eq!(text.get(error.span()), Some(error.token())),
    }
});

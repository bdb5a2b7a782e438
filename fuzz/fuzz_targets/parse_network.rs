//! Reads any text as a network. What is read prints and is read again.

#![no_main]

use berkeley::addr::network;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match network::parse(text) {
        Ok(net) => {
            assert_eq!(network::parse(&net.to_string()), Ok(net));
            assert_eq!(network::network_portion(net.addr(), net.netmask()), Ok(net.network()));
        }
        Err(error) => assert_eq!(text.get(error.span()), Some(error.token())),
    }
});

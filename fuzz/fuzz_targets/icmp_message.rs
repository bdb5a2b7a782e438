//! Takes any bytes for a packet of IPv4 and for a message of ICMP and ICMPv6. What is read as an echo is written the same.

#![no_main]

use berkeley::Family;
use berkeley::icmp::Message;
use berkeley::raw::Ipv4Header;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some((_, payload)) = Ipv4Header::parse(bytes) {
        assert!(bytes.ends_with(payload));
    }
    for family in [Family::INET, Family::INET6] {
        let Ok(message) = Message::parse(family, bytes) else { continue };
        let _ = (message.quoted_echo(), message.to_string());
        if let Some(echo) = message.echo().filter(|_| message.is_echo_request() && message.code() == 0) {
            let written = echo.to_request(family);
            assert_eq!(written[4..], bytes[4..]);
        }
    }
});

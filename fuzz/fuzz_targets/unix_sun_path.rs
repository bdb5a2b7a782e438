//! Takes any bytes for those that the system wrote into `sun_path`. The address prints and is read again.

#![no_main]

use berkeley::addr::{Address, UnixAddress};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let address = UnixAddress::from_sun_path(bytes);
    assert!(bytes.starts_with(address.as_bytes()));
    assert_eq!(UnixAddress::from_sun_path(address.as_bytes()), address);
    assert_eq!(address.to_string().parse(), Ok(Address::Unix(address)));
    if let Some(name) = address.as_abstract() {
        assert_eq!(UnixAddress::abstract_name(name), Ok(address));
    }
    if let Some(path) = address.as_path() {
        assert_eq!(UnixAddress::path(path), Ok(address));
    }
});

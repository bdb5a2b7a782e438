//! Reads any bytes as the files of services, protocols and hosts. What is read prints and is read again.

#![no_main]

use berkeley::name::{HostsFile, ProtocolEntry, ServiceEntry};
use libfuzzer_sys::fuzz_target;

fn lines(entries: impl Iterator<Item = impl ToString>) -> String {
    entries.map(|entry| entry.to_string() + "\n").collect()
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let services = lines(ServiceEntry::parse(&text));
    assert_eq!(lines(ServiceEntry::parse(&services)), services);
    let protocols = lines(ProtocolEntry::parse(&text));
    assert_eq!(lines(ProtocolEntry::parse(&protocols)), protocols);
    let hosts = HostsFile::parse(&text);
    assert_eq!(HostsFile::parse(&lines(hosts.entries().iter())), hosts);
});

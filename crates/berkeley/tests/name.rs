//! Services, protocols and hosts beside what `getent` says of them, and what holds of every text.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use berkeley::name::{HostsEntry, HostsFile, ProtocolEntry, ServiceEntry};
use berkeley_testkit::limit;
use proptest::prelude::*;

/// What `getent` prints, line by line, each as its words.
#[cfg(target_os = "linux")]
fn getent(words: &[&str]) -> Option<Vec<Vec<String>>> {
    let program = berkeley_testkit::program("getent")?;
    let output = std::process::Command::new(program).args(words).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(text.lines().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect())
}

fn words(entry: &impl ToString) -> Vec<String> {
    entry.to_string().split(' ').map(str::to_owned).collect()
}

#[test]
#[cfg(target_os = "linux")]
fn every_service_is_as_getent_says() {
    let _limit = limit();
    let Some(theirs) = getent(&["services"]) else { return };
    let all = ServiceEntry::all();
    assert_eq!(all.iter().map(words).collect::<Vec<_>>(), theirs);
    assert!(berkeley_testkit::need(!all.is_empty(), "/etc/services"));
    // Each name and alias, of its protocol: the first that has it.
    let questions: Vec<(String, Option<berkeley::Protocol>)> = all
        .iter()
        .flat_map(|entry| {
            let names = std::iter::once(entry.name()).chain(entry.aliases());
            names.map(|name| (format!("{name}/{}", entry.protocol_name()), entry.protocol()))
        })
        .filter(|(_, protocol)| protocol.is_some())
        .collect();
    let keys: Vec<&str> = questions.iter().map(|(key, _)| key.as_str()).collect();
    let theirs = getent(&[&["services"], &keys[..]].concat()).unwrap();
    let ours = questions.iter().map(|(key, protocol)| {
        words(&ServiceEntry::by_name(key.split_once('/').unwrap().0, *protocol).unwrap())
    });
    assert_eq!(ours.collect::<Vec<_>>(), theirs);
}

#[test]
#[cfg(target_os = "linux")]
fn every_port_has_the_service_that_getent_says() {
    let _limit = limit();
    let all = ServiceEntry::all();
    let known = all.iter().filter_map(|entry| Some((entry, entry.protocol()?)));
    let (keys, ours): (Vec<String>, Vec<_>) = known
        .map(|(entry, protocol)| {
            let found = ServiceEntry::by_port(entry.port(), protocol).unwrap();
            (format!("{}/{}", entry.port(), entry.protocol_name()), words(&found))
        })
        .unzip();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let Some(theirs) = getent(&[&["services"], &keys[..]].concat()) else { return };
    assert_eq!(ours, theirs);
}

#[test]
#[cfg(target_os = "linux")]
fn every_protocol_is_as_getent_says() {
    let _limit = limit();
    let Some(theirs) = getent(&["protocols"]) else { return };
    let all = ProtocolEntry::all();
    assert_eq!(all.iter().map(words).collect::<Vec<_>>(), theirs);
    for entry in all.iter() {
        for name in std::iter::once(entry.name()).chain(entry.aliases()) {
            let found = getent(&["protocols", name]).unwrap();
            assert_eq!(vec![words(&ProtocolEntry::by_name(name).unwrap())], found, "{name}");
        }
        let by_number = ProtocolEntry::by_number(entry.number()).unwrap();
        assert_eq!(vec![words(&by_number)], getent(&["protocols", &entry.number().to_string()]).unwrap());
    }
}

#[test]
fn lines_that_are_wrong_are_passed_over() {
    let _limit = limit();
    let services =
        "\n#\nname\nname 80\nname /tcp\nname 80/\nname 65536/tcp\nname -1/tcp\nname +1/tcp\nx 1/tcp#y\n";
    assert_eq!(
        ServiceEntry::parse(services).map(|entry| words(&entry)).collect::<Vec<_>>(),
        [["x", "1/tcp"]]
    );
    let protocols = "\nname\nname x\nname 65536\nname -1\ny 7 Y # Z\r\n";
    assert_eq!(
        ProtocolEntry::parse(protocols).map(|entry| words(&entry)).collect::<Vec<_>>(),
        [["y", "7", "Y"]]
    );
    let hosts = "\nname\n127.0.0.1\n10.0.0.300 a\n::1 six\nfe80::1%lo0 local\n127.0.0.1\tone  two#three\n";
    let hosts = HostsFile::parse(hosts);
    let lines: Vec<String> = hosts.entries().iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["::1 six", "fe80::1%lo0 local", "127.0.0.1 one two"]);
}

#[test]
fn a_zone_of_a_hosts_file_begins_no_comment() {
    let hosts = HostsFile::parse("fe80::1%a%23b name\n");
    assert_eq!(hosts.entries()[0].to_string(), "fe80::1%a%23b name");
    assert_eq!(HostsFile::parse(&hosts.entries()[0].to_string()), hosts);
}

#[test]
fn every_line_of_the_hosts_file_with_the_name_counts() {
    let _limit = limit();
    let hosts = HostsFile::parse("10.0.0.1 a b\n10.0.0.2 c B\n10.0.0.1 d\n");
    let addresses: Vec<String> = hosts.by_name("b").map(|entry| entry.address().to_string()).collect();
    assert_eq!(addresses, ["10.0.0.1:0", "10.0.0.2:0"]);
    let names: Vec<&str> = hosts.by_address([10, 0, 0, 1].into()).map(HostsEntry::name).collect();
    assert_eq!(names, ["a", "d"]);
}

proptest! {
    /// Whatever a text is, what is read of it prints lines that read the same.
    #[test]
    fn what_is_read_reads_again(text in r"([a-z0-9#./:% \t-]{0,12}[ \t]?[0-9]{0,6}/?(tcp|udp)?[ a-z#]{0,9}\n?){0,8}|\PC{0,99}") {
        let services: Vec<_> = ServiceEntry::parse(&text).collect();
        let printed: Vec<String> = services.iter().map(ToString::to_string).collect();
        prop_assert_eq!(ServiceEntry::parse(&printed.join("\n")).collect::<Vec<_>>(), services);

        let protocols: Vec<_> = ProtocolEntry::parse(&text).collect();
        let printed: Vec<String> = protocols.iter().map(ToString::to_string).collect();
        prop_assert_eq!(ProtocolEntry::parse(&printed.join("\n")).collect::<Vec<_>>(), protocols);

        let hosts = HostsFile::parse(&text);
        let printed: Vec<String> = hosts.entries().iter().map(ToString::to_string).collect();
        prop_assert_eq!(HostsFile::parse(&printed.join("\n")), hosts);
    }
}

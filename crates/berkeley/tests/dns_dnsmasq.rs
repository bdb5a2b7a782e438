//! The DNS client against dnsmasq: every type of record, aliases, what is not there, what is too long for a datagram.

#![cfg(all(target_os = "linux", feature = "dns"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod dnsmasq;

use std::collections::BTreeSet;
use std::net::IpAddr;

use berkeley::dns::{Client, Config, RData, RecordType};
use berkeley::{Error, SECOND};
use berkeley_testkit::{in_own_network, limit, need, replace_files};
use dnsmasq::Dnsmasq;

const RECORDS: &[&str] = &[
    "--host-record=both.test,192.0.2.21,2001:db8::21",
    "--host-record=four.test,192.0.2.22",
    "--cname=alias.test,second.test",
    "--cname=second.test,both.test",
    "--mx-host=test,mx20.test,20",
    "--mx-host=test,mx10.test,10",
    "--srv-host=_sip._udp.test,low.test,5061,20,0",
    "--srv-host=_sip._udp.test,high.test,5060,10,5",
    // Without a target: there is no such service.
    "--srv-host=_pop3._tcp.test",
    "--txt-record=text.test,one string,another one",
    "--ptr-record=_http._tcp.test,ours._http._tcp.test",
    "--caa-record=test,0,issue,ca.test",
    "--naptr-record=naptr.test,100,10,s,SIP+D2U,,_sip._udp.test",
    // NS: `ns.test.`; a type of nobody's, of any bytes.
    "--dns-rr=sub.test,2,02:6e:73:04:74:65:73:74:00",
    "--dns-rr=odd.test,65280,00:ff:07",
    "--host-record=deep.inner.test,192.0.2.23",
    "--local=/test/",
    "--local=/2.0.192.in-addr.arpa/",
    "--edns-packet-max=1232",
];

const RESOLV: &str = "nameserver 127.0.0.1\nsearch inner.test test\noptions timeout:5 attempts:2\n";

/// Runs a test with a client of the name server, whose configuration is the one of the system.
fn with_server(more: &[String], test: impl FnOnce(&mut Client) + Send) {
    let _limit = limit();
    let _ran = in_own_network(|| {
        let replaced = replace_files(&[("/etc/resolv.conf", RESOLV)]);
        if !need(replaced.is_ok(), "files of its own") {
            return;
        }
        let records: Vec<&str> = RECORDS.iter().copied().chain(more.iter().map(String::as_str)).collect();
        if let Some(_server) = Dnsmasq::start(&records) {
            test(&mut Client::new(Config::system().unwrap()).unwrap());
        }
    });
}

fn ask(client: &mut Client, name: &str, kind: RecordType) -> Result<Vec<String>, Error> {
    let answer = client.query(name, kind, SECOND * 30)?;
    let mut records: Vec<String> = answer.records().map(|record| record.data.to_string()).collect();
    records.sort();
    Ok(records)
}

#[test]
fn records_of_every_type_are_read() {
    with_server(&[], |client| {
        let rows: &[(&str, RecordType, &[&str])] = &[
            ("both.test.", RecordType::A, &["192.0.2.21"]),
            ("both.test.", RecordType::AAAA, &["2001:db8::21"]),
            ("test.", RecordType::MX, &["10 mx10.test.", "20 mx20.test."]),
            ("_sip._udp.test.", RecordType::SRV, &["10 5 5060 high.test.", "20 0 5061 low.test."]),
            ("_http._tcp.test.", RecordType::PTR, &["ours._http._tcp.test."]),
            ("sub.test.", RecordType::NS, &["ns.test."]),
            ("test.", RecordType::CAA, &["0 issue \"ca.test\""]),
            ("naptr.test.", RecordType::NAPTR, &["100 10 \"s\" \"SIP+D2U\" \"\" _sip._udp.test."]),
            ("alias.test.", RecordType::CNAME, &["second.test."]),
        ];
        for (name, kind, expected) in rows {
            assert_eq!(ask(client, name, *kind).unwrap(), *expected, "{name} {kind}");
        }
        let answer = client.query("text.test.", RecordType::TXT, SECOND * 30).unwrap();
        assert_eq!(answer.texts().collect::<Vec<_>>(), [b"one stringanother one"]);
        let RData::TXT(text) = &answer.records().next().unwrap().data else { panic!("{answer:?}") };
        assert_eq!(*text.txt_data, [b"one string".as_slice().into(), b"another one".as_slice().into()]);
        let answer = client.query("odd.test.", RecordType::Unknown(65280), SECOND * 30).unwrap();
        let RData::Unknown { rdata, .. } = &answer.records().next().unwrap().data else {
            panic!("{answer:?}")
        };
        assert_eq!(rdata.anything, [0, 0xff, 7]);
    });
}

#[test]
fn the_authority_of_a_zone_is_read() {
    let zone = [
        "--auth-server=ns.auth,lo",
        "--auth-zone=auth",
        "--auth-soa=2026,admin.auth,1200,120,604800",
        "--auth-ttl=77",
    ];
    with_server(&zone.map(str::to_owned), |client| {
        let answer = client.query("auth.", RecordType::SOA, SECOND * 30).unwrap();
        let RData::SOA(soa) = &answer.records().next().unwrap().data else { panic!("{answer:?}") };
        assert_eq!(
            (soa.mname.to_string().as_str(), soa.rname.to_string().as_str()),
            ("ns.auth.", "admin.auth.")
        );
        assert_eq!((soa.serial, soa.refresh, soa.retry, soa.expire), (2026, 1200, 120, 604_800));
        assert_eq!(answer.time_to_live(), SECOND * 77);
        assert_eq!(ask(client, "auth.", RecordType::NS).unwrap(), ["ns.auth."]);
    });
}

#[test]
fn services_addresses_and_aliases_are_followed() {
    with_server(&[], |client| {
        let answer = client.query("_sip._udp.test.", RecordType::SRV, SECOND * 30).unwrap();
        assert_eq!(answer.services().iter().map(|place| place.port).collect::<Vec<_>>(), [5060, 5061]);
        let answer = client.query("_pop3._tcp.test.", RecordType::SRV, SECOND * 30).unwrap();
        assert!(answer.services().is_empty());
        let answer = client.query("test.", RecordType::MX, SECOND * 30).unwrap();
        assert_eq!(answer.mail_servers().iter().map(|mail| mail.preference).collect::<Vec<_>>(), [10, 20]);
        for kind in [RecordType::A, RecordType::AAAA] {
            let answer = client.query("alias.test.", kind, SECOND * 30).unwrap();
            assert_eq!(answer.canonical_name().to_string(), "both.test.");
            assert_eq!(answer.addresses().count(), 1);
        }
        for (address, name) in
            [("192.0.2.21", "both.test."), ("2001:db8::21", "both.test."), ("192.0.2.22", "four.test.")]
        {
            let answer = client.query_address(address.parse::<IpAddr>().unwrap(), SECOND * 30).unwrap();
            assert_eq!(answer.names().map(ToString::to_string).collect::<Vec<_>>(), [name]);
        }
    });
}

#[test]
fn what_is_not_there_is_told_from_what_has_nothing_of_the_kind() {
    with_server(&[], |client| {
        let error = ask(client, "nosuch.test.", RecordType::A).unwrap_err();
        assert!(error.is_no_such_name() && error.name() == Some("nosuch.test."), "{error}");
        for (name, kind) in
            [("four.test.", RecordType::AAAA), ("both.test.", RecordType::MX), ("text.test.", RecordType::A)]
        {
            assert!(ask(client, name, kind).unwrap_err().is_no_data(), "{name} {kind}");
        }
        let error = client.query_address(IpAddr::from([192, 0, 2, 99]), SECOND * 30).unwrap_err();
        assert!(error.is_no_such_name(), "{error}");
        // What it was not told to know, it refuses.
        let error = ask(client, "www.example.", RecordType::A).unwrap_err();
        assert!(error.is_resolver_failure() && error.to_string().contains("Query Refused"), "{error}");
    });
}

#[test]
fn names_are_looked_for_in_the_domains_of_the_system() {
    with_server(&[], |client| {
        let answer = client.query("deep", RecordType::A, SECOND * 30).unwrap();
        assert_eq!(answer.name().to_string(), "deep.inner.test.");
        let answer = client.query("four", RecordType::A, SECOND * 30).unwrap();
        assert_eq!(answer.name().to_string(), "four.test.");
        // Of all that were tried, one was there.
        assert!(ask(client, "four", RecordType::AAAA).unwrap_err().is_no_data());
        let error = ask(client, "nosuch", RecordType::A).unwrap_err();
        assert!(error.name() == Some("nosuch") && !error.is_no_data(), "{error}");
    });
}

#[test]
fn what_is_too_long_for_a_datagram_comes_over_tcp() {
    let texts: Vec<String> = (0..30).map(|number| format!("{number:02}{}", "x".repeat(90))).collect();
    let records: Vec<String> = texts.iter().map(|text| format!("--txt-record=long.test,{text}")).collect();
    with_server(&records, |client| {
        let answer = client.query("long.test.", RecordType::TXT, SECOND * 30).unwrap();
        assert!(!answer.message().metadata.truncation);
        let got: BTreeSet<Vec<u8>> = answer.texts().collect();
        assert_eq!(got, texts.iter().map(|text| text.as_bytes().to_vec()).collect());
        assert!(answer.message().to_vec().unwrap().len() > 1232, "else it proves nothing");
    });
}

#[test]
fn many_questions_are_answered_over_both_ways_at_once() {
    let hosts: Vec<String> =
        (0..250).map(|number| format!("--host-record=h{number}.test,192.0.2.{number}")).collect();
    with_server(&hosts, |client| {
        for is_tcp in [false, true] {
            let mut config = client.config().clone();
            config.tcp = is_tcp;
            let mut client = Client::new(config).unwrap();
            let names: Vec<String> = (0..250).map(|number| format!("h{number}.test.")).collect();
            // dnsmasq serves twenty connections at a time.
            for part in names.chunks(if is_tcp { 15 } else { 250 }) {
                let answers =
                    client.query_all(part.iter().map(|name| (name.as_str(), RecordType::A)), SECOND * 60);
                for (name, answer) in part.iter().zip(answers) {
                    let number: u8 = name[1..].split('.').next().unwrap().parse().unwrap();
                    let found: Vec<IpAddr> = answer.unwrap().addresses().collect();
                    assert_eq!(found, [IpAddr::from([192, 0, 2, number])], "{name}");
                }
            }
        }
    });
}

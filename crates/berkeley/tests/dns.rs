//! The DNS client, against a server that answers, lies, truncates and is silent.

#![cfg(feature = "dns")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod dns_server;

use std::collections::HashMap;
#[cfg(any(linux_like, bsd))]
use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use berkeley::dns::{Client, Config, RData, RecordType};
#[cfg(any(linux_like, bsd))]
use berkeley::{Bundle, Events, Interest};
use berkeley::{Deadline, Error, MILLISECOND, SECOND, Underway};
#[cfg(any(linux_like, bsd))]
use berkeley_testkit::each_poller;
use berkeley_testkit::limit;
use dns_server::NameServer;

/// One that nothing listens at, and that says so.
fn nobody() -> SocketAddr {
    std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn client(servers: impl IntoIterator<Item = SocketAddr>) -> Client {
    let mut config = Config::of(servers);
    config.timeout = SECOND;
    config.attempts = 1;
    Client::new(config).unwrap()
}

fn ask(client: &mut Client, name: &str, kind: RecordType) -> Result<Vec<String>, Error> {
    let answer = client.query(name, kind, SECOND * 20)?;
    Ok(answer.records().map(|record| record.data.to_string()).collect())
}

#[test]
fn records_of_every_type_are_asked_for() {
    let _limit = limit();
    let server = NameServer::start();
    let mut client = client([server.address]);
    assert_eq!(ask(&mut client, "host.test", RecordType::A).unwrap(), ["192.0.2.1", "192.0.2.2"]);
    assert_eq!(ask(&mut client, "host.test.", RecordType::AAAA).unwrap(), ["2001:db8::1"]);
    assert_eq!(ask(&mut client, "host.test", RecordType::MX).unwrap(), ["10 mail.test."]);
    let srv = client.query("_sip._udp.test", RecordType::SRV, SECOND * 20).unwrap();
    let RData::SRV(srv) = &srv.records().next().unwrap().data else { panic!("{srv:?}") };
    assert_eq!((srv.priority, srv.weight, srv.port), (1, 2, 5060));
    let answer = client.query("HOST.test", RecordType::A, SECOND * 20).unwrap();
    assert_eq!(answer.server(), server.address);
    assert_eq!(answer.time_to_live(), SECOND * 60);
    let expected: Vec<IpAddr> = ["192.0.2.1", "192.0.2.2"].map(|text| text.parse().unwrap()).into();
    assert_eq!(answer.addresses().collect::<Vec<_>>(), expected);
    assert_eq!(server.streams.load(Ordering::SeqCst), 0);
}

#[test]
fn what_is_no_answer_is_told_apart() {
    let _limit = limit();
    let server = NameServer::start();
    let mut client = client([server.address]);
    let error = ask(&mut client, "nosuch.test", RecordType::A).unwrap_err();
    assert!(error.is_no_such_name() && error.name() == Some("nosuch.test"), "{error}");
    assert!(ask(&mut client, "nodata.test", RecordType::A).unwrap_err().is_no_data());
    assert!(ask(&mut client, "servfail.test", RecordType::A).unwrap_err().is_resolver_again());
    let error = ask(&mut client, "refused.test", RecordType::A).unwrap_err();
    assert!(error.is_resolver_failure() && error.to_string().contains("Query Refused"), "{error}");
    let error = ask(&mut client, &"x".repeat(64), RecordType::A).unwrap_err();
    assert!(error.is_invalid() && error.to_string().contains("xxx"), "{error}");
    let error = Client::new(Config::default()).unwrap().query("a.test", RecordType::A, SECOND).unwrap_err();
    assert!(error.is_resolver_failure() && error.to_string().contains("no server"), "{error}");
}

#[test]
fn aliases_are_followed_and_circles_end() {
    let _limit = limit();
    let server = NameServer::start();
    let mut client = client([server.address]);
    let answer = client.query("alias.test", RecordType::A, SECOND * 20).unwrap();
    assert_eq!(answer.canonical_name().to_string(), "target.test.");
    assert_eq!(answer.addresses().collect::<Vec<_>>(), ["192.0.2.9".parse::<IpAddr>().unwrap()]);
    assert_eq!(answer.time_to_live(), SECOND * 30);
    assert!(ask(&mut client, "circle.test", RecordType::A).unwrap_err().is_no_data());
}

#[test]
fn what_does_not_answer_the_question_is_passed_over() {
    let _limit = limit();
    let server = NameServer::start();
    for _ in 0..20 {
        let found = ask(&mut client([server.address]), "liar.test", RecordType::A).unwrap();
        assert_eq!(found, ["192.0.2.1", "192.0.2.2"]);
    }
}

#[test]
fn what_has_no_room_in_a_datagram_is_asked_for_over_tcp() {
    let _limit = limit();
    let server = NameServer::start();
    let mut client = client([server.address]);
    let found = ask(&mut client, "long.test", RecordType::TXT).unwrap();
    assert_eq!(found[0].len(), 20 * 200, "{found:?}");
    assert_eq!(server.streams.load(Ordering::SeqCst), 1);
    let error = ask(&mut client, "closed.test", RecordType::TXT).unwrap_err();
    assert!(error.is_resolver_again(), "{error}");
}

#[test]
fn a_client_that_is_told_to_asks_over_tcp_alone() {
    let _limit = limit();
    let server = NameServer::start();
    let mut config = Config::of([server.address]);
    config.tcp = true;
    assert_eq!(
        ask(&mut Client::new(config).unwrap(), "host.test", RecordType::AAAA).unwrap(),
        ["2001:db8::1"]
    );
    assert_eq!(server.datagrams.load(Ordering::SeqCst), 0);
}

#[test]
fn a_server_without_edns_is_asked_without() {
    let _limit = limit();
    let server = NameServer::start();
    assert_eq!(ask(&mut client([server.address]), "old.test", RecordType::AAAA).unwrap(), ["2001:db8::1"]);
    assert_eq!(server.datagrams.load(Ordering::SeqCst), 2);
}

#[test]
fn the_next_server_is_asked_when_one_is_of_no_use() {
    let _limit = limit();
    let (good, mute) = (NameServer::start(), std::net::UdpSocket::bind("127.0.0.1:0").unwrap());
    // One that refuses connections, one that never answers.
    for bad in [nobody(), mute.local_addr().unwrap()] {
        let mut client = client([bad, good.address]);
        let answer = client.query("host.test", RecordType::AAAA, SECOND * 20).unwrap();
        assert_eq!(answer.server(), good.address);
    }
}

#[test]
fn a_question_is_asked_as_often_as_it_is_to() {
    let _limit = limit();
    let server = NameServer::start();
    let mut config = Config::of([server.address; 2]);
    (config.timeout, config.attempts) = (MILLISECOND * 20, 3);
    let start = Instant::now();
    let error = ask(&mut Client::new(config).unwrap(), "silent.test", RecordType::A).unwrap_err();
    assert!(error.is_resolver_again() && error.to_string().contains("silent.test"), "{error}");
    assert!(start.elapsed() >= MILLISECOND * 120);
    // The last one may be on its way to the server yet.
    while server.datagrams.load(Ordering::SeqCst) < 6 {
        std::thread::yield_now();
    }
    assert_eq!(server.datagrams.load(Ordering::SeqCst), 6);
}

#[test]
fn a_deadline_ends_it_and_the_client_can_be_used_again() {
    let _limit = limit();
    let server = NameServer::start();
    let mut client = client([server.address]);
    for _ in 0..3 {
        let error = client.query("silent.test", RecordType::A, MILLISECOND * 5).unwrap_err();
        assert!(error.is_deadline_passed() && error.name() == Some("silent.test"), "{error}");
    }
    assert_eq!(ask(&mut client, "host.test", RecordType::AAAA).unwrap(), ["2001:db8::1"]);
}

#[test]
fn a_name_is_looked_for_in_the_domains() {
    let _limit = limit();
    let server = NameServer::start();
    let mut config = Config::parse("search nosuch test\noptions ndots:2");
    config.servers = vec![server.address];
    config.timeout = SECOND;
    let mut client = Client::new(config).unwrap();
    // `nosuch.nosuch` and the like are not there: the server goes by the first label.
    let answer = client.query("host", RecordType::A, SECOND * 20).unwrap();
    assert_eq!(answer.name().to_string(), "host.nosuch.");
    let error = client.query("nosuch", RecordType::A, SECOND * 20).unwrap_err();
    assert!(error.is_no_such_name() && error.to_string().contains("nosuch"), "{error}");
    assert_eq!(server.datagrams.load(Ordering::SeqCst), 1 + 3);
}

#[test]
fn many_questions_are_asked_at_once() {
    let _limit = limit();
    let server = NameServer::start();
    let names: Vec<String> = (0..1000).map(|number| format!("host-{number}.test")).collect();
    let mut client = client([server.address]);
    let answers = client.query_all(names.iter().map(|name| (name.as_str(), RecordType::A)), SECOND * 30);
    assert_eq!(answers.len(), 1000);
    for (name, answer) in names.iter().zip(answers) {
        let answer = answer.unwrap();
        assert_eq!(answer.name().to_string(), format!("{name}."));
        assert_eq!(answer.addresses().count(), 2);
    }
}

#[test]
fn questions_with_every_fate_are_asked_at_once() {
    let _limit = limit();
    let server = NameServer::start();
    let mut client = client([server.address]);
    let names =
        ["host.test", "nosuch.test", "long.test", "liar.test", "servfail.test", "silent.test", "old.test"];
    let answers = client.query_all(names.map(|name| (name, RecordType::AAAA)), SECOND * 20);
    let told: Vec<_> =
        answers.iter().map(|answer| answer.as_ref().map_or_else(Error::is_no_such_name, |_| true)).collect();
    assert_eq!(told, [true, true, true, true, false, false, true]);
}

#[test]
fn questions_are_started_at_any_time_and_each_is_told_once() {
    let _limit = limit();
    let server = NameServer::start();
    let mut client = client([server.address]);
    assert!(client.is_idle() && client.watches().is_empty() && client.deadline().is_never());
    assert!(client.wait(Deadline::never()).unwrap_err().is_invalid(), "there is nothing to wait for");
    let good = client.start("host.test", RecordType::A, SECOND * 20);
    let wrong = client.start("..", RecordType::A, SECOND * 20);
    let late = client.start("silent.test", RecordType::A, MILLISECOND * 5);
    let forgotten = client.start("silent.test", RecordType::A, SECOND * 20);
    assert!(client.cancel(forgotten) && !client.cancel(forgotten));
    let mut told = HashMap::new();
    while !client.is_idle() {
        let (question, result) = client.wait(SECOND * 20).unwrap().expect("in time");
        assert!(told.insert(question, result).is_none());
        if question == late {
            // What is asked in between is no other.
            assert_eq!(ask(&mut client, "host.test", RecordType::AAAA).unwrap(), ["2001:db8::1"]);
        }
    }
    assert_eq!(told.len(), 3);
    assert_eq!(told[&good].as_ref().unwrap().addresses().count(), 2);
    assert!(told[&wrong].as_ref().unwrap_err().is_invalid());
    let error = told[&late].as_ref().unwrap_err();
    assert!(error.is_deadline_passed() && error.name() == Some("silent.test"), "{error}");
}

#[test]
#[cfg(any(linux_like, bsd))]
fn a_client_is_one_source_of_every_backend() {
    let _limit = limit();
    let server = NameServer::start();
    each_poller(|mut poller| {
        let mut client = client([nobody(), server.address]);
        let names: Vec<String> = (0..300).map(|number| format!("host-{number}.test")).collect();
        let mut waiting: HashSet<_> =
            names.iter().map(|name| client.start(name, RecordType::A, SECOND * 30)).collect();
        waiting.insert(client.start("long.test", RecordType::TXT, SECOND * 30));
        let bundle = Bundle::new(client).unwrap();
        let (key, mut events) = (poller.add(bundle, Interest::READABLE).unwrap(), Events::new());
        let mut has_asked_more = false;
        while let Some(bundle) = poller.get_mut(key).filter(|bundle| !bundle.get_ref().is_idle()) {
            while let Some((question, answer)) = bundle.go_on().unwrap() {
                assert!(answer.is_ok() && waiting.remove(&question), "{answer:?}");
            }
            if !has_asked_more && waiting.len() < 200 {
                let more = bundle.change(|client| client.start("liar.test", RecordType::A, SECOND * 30));
                has_asked_more = waiting.insert(more.unwrap());
            }
            let deadline = bundle.deadline();
            poller.set_deadline(key, deadline).unwrap();
            if !waiting.is_empty() {
                poller.wait(&mut events, SECOND * 30).unwrap();
                assert!(!events.is_empty());
            }
        }
        assert!(waiting.is_empty() && has_asked_more);
        // Sockets are kept, but only those that will ask again: one to each server.
        assert!(poller.remove(key).unwrap().into_inner().is_idle());
    });
}

#[test]
fn servers_are_in_the_order_in_which_to_try_them() {
    let _limit = limit();
    let server = NameServer::start();
    let mut client = client([server.address]);
    let answer = client.query("many.test", RecordType::SRV, SECOND * 20).unwrap();
    for _ in 0..100 {
        let ports: Vec<u16> = answer.services().iter().map(|place| place.port).collect();
        // Of equal priority, those without weight are hardly ever first; the order of the last two is random.
        assert!(ports[0] == 1 && ports.len() == 4, "{ports:?}");
        assert!(ports[1..3].contains(&2) && ports[1..3].contains(&3) && ports[3] == 4, "{ports:?}");
    }
    let none = client.query("none.test", RecordType::SRV, SECOND * 20).unwrap();
    assert_eq!((none.records().count(), none.services().len()), (1, 0), "decidedly not there");
    let answer = client.query("many.test", RecordType::MX, SECOND * 20).unwrap();
    let preferences: Vec<u16> = answer.mail_servers().iter().map(|server| server.preference).collect();
    assert_eq!(preferences, [5, 10, 10, 20]);
    let none = client.query("none.test", RecordType::MX, SECOND * 20).unwrap();
    assert!(none.mail_servers().is_empty(), "it takes no mail");
}

#[test]
fn addresses_are_looked_up_backwards() {
    let _limit = limit();
    let server = NameServer::start();
    let mut config = Config::of([server.address]);
    config.search = vec!["test".to_owned()];
    let mut client = Client::new(config).unwrap();
    for (address, name) in [
        ("192.0.2.7", "7.2.0.192.in-addr.arpa."),
        ("2001:db8::7", "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa."),
    ] {
        let address: IpAddr = address.parse().unwrap();
        let answer = client.query_address(address, SECOND * 20).unwrap();
        assert_eq!(answer.name().to_string(), name);
        // The server says what it was asked for.
        let names: Vec<String> = answer.names().map(ToString::to_string).collect();
        assert_eq!(names, [format!("name-of.{name}")]);
    }
    assert_eq!(
        client.query("long.test", RecordType::TXT, SECOND * 20).unwrap().texts().next().unwrap().len(),
        4000
    );
}

#[test]
fn a_configuration_is_read_as_the_manual_says() {
    let text = "# a comment\n;another\nnameserver 192.0.2.1 # not one\n nameserver ::1\nnameserver 192.0.2.300\n\
        nameserver fe80::1%1\ndomain a.test.\nsearch b.test c.test\t d.test.\noptions ndots:99 timeout:0 attempts:9 \
        rotate use-vc what:ever\noptions edns0\nsortlist 10.0.0.0\n";
    let config = Config::parse(text);
    let servers: Vec<_> = config.servers.iter().map(ToString::to_string).collect();
    assert_eq!(servers, ["192.0.2.1:53", "[::1]:53", "[fe80::1%1]:53"]);
    assert_eq!(config.search, ["b.test", "c.test", "d.test"]);
    assert_eq!((config.dots, config.timeout, config.attempts), (15, Duration::from_secs(1), 5));
    assert!(config.rotate && config.tcp && config.edns);
    assert_eq!(Config::parse(&config.to_string()), config);
    assert_eq!(Config::read("/nonexistent/resolv.conf").unwrap().servers, ["127.0.0.1:53".parse().unwrap()]);
    assert_eq!(Config::parse("").names("a.b"), ["a.b"]);
    assert_eq!(config.names("a"), ["a.b.test", "a.c.test", "a.d.test", "a"]);
    assert_eq!(config.names("a."), ["a"]);
}

proptest::proptest! {
    /// Whatever stands in the file: it is read, and what was understood is printed so that it is read again.
    #[test]
    fn any_text_is_a_configuration(text in "((nameserver|search|domain|options|#)?[ \\t]*[a-z0-9:.% ]{0,30}\n){0,8}") {
        let config = Config::parse(&text);
        proptest::prop_assert_eq!(Config::parse(&config.to_string()), config);
    }
}

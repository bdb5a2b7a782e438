//! From the text of a host and a service to addresses, and to the first with which something succeeds.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use berkeley::{Address, Protocol, Resolver, SECOND, UdpSocket};
use berkeley_testkit::limit;

fn addresses(text: &str) -> Result<Vec<String>, berkeley::Error> {
    let found = Resolver::system().addresses(text, Protocol::TCP, SECOND * 20)?;
    Ok(found.iter().map(Address::to_string).collect())
}

#[test]
fn what_is_an_address_already_stands_for_itself() {
    let _limit = limit();
    for text in ["127.0.0.1:80", "[fe80::1%7]:53", "unix:/run/x", "unix:@abstract", "vsock://2:1024"] {
        assert_eq!(addresses(text).unwrap(), [text]);
    }
    assert_eq!(addresses("192.0.2.1:http").unwrap(), ["192.0.2.1:80"]);
    assert_eq!(addresses("[::1]:domain").unwrap(), ["[::1]:53"]);
}

#[test]
fn a_service_that_is_none_is_told_before_anybody_is_asked() {
    let _limit = limit();
    let error = addresses("no-such-host.invalid:htttp").unwrap_err();
    assert!(error.is_no_such_service(), "{error}");
    assert!(error.to_string().contains("did you mean \"http\"?"), "{error}");
    assert!(addresses("no-such-host.invalid").unwrap_err().parse_error().is_some());
}

/// Looks names up in a hosts file of the test's own.
#[cfg(target_os = "linux")]
fn with_hosts(text: &str, body: impl FnOnce(&Resolver) + Send) {
    let _limit = limit();
    let _ran = berkeley_testkit::in_own_network(|| {
        let files = [("/etc/nsswitch.conf", "hosts: files\n"), ("/etc/hosts", text)];
        let replaced = berkeley_testkit::replace_files(&files);
        if berkeley_testkit::need(replaced.is_ok(), "files of its own") {
            // Its threads are of this network, and see these files.
            body(&Resolver::new());
        }
    });
}

#[test]
#[cfg(target_os = "linux")]
fn every_address_of_a_name_has_the_port() {
    with_hosts("127.0.0.2 two.test\n127.0.0.3 two.test\n::1 two.test\n", |resolver| {
        let found = resolver.addresses("two.test:https", Protocol::TCP, SECOND * 20).unwrap();
        let mut found: Vec<_> = found.iter().map(Address::to_string).collect();
        found.sort();
        assert_eq!(found, ["127.0.0.2:443", "127.0.0.3:443", "[::1]:443"]);
        let error = resolver.addresses("none.test:80", Protocol::TCP, SECOND * 20).unwrap_err();
        assert!(error.is_no_such_name() && error.name() == Some("none.test"), "{error}");
    });
}

#[test]
#[cfg(target_os = "linux")]
fn listening_by_name_takes_the_first_address_that_can_be_had() {
    use berkeley::TcpListener;

    with_hosts("127.0.0.2 two.test\n127.0.0.3 two.test\n", |resolver| {
        let first = TcpListener::bind("127.0.0.2:0").unwrap();
        let port = first.local_address().unwrap().port();
        let listen = || {
            resolver.try_each(("two.test", port), Protocol::TCP, SECOND * 20, |address| {
                TcpListener::bind(address)
            })
        };
        let second = listen().unwrap();
        assert_eq!(second.local_address().unwrap().to_string(), format!("127.0.0.3:{port}"));

        let error = listen().unwrap_err();
        assert!(error.is_address_in_use(), "{error}");
        let detail = error.detail().unwrap();
        assert!(detail.contains("127.0.0.2") && detail.contains("127.0.0.3"), "{detail}");
        drop(second);
        assert!(listen().is_ok());
    });
}

#[test]
fn datagrams_are_sent_by_name() {
    let _limit = limit();
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = ("127.0.0.1", receiver.local_address().unwrap().port());
    let send = |address: &Address| sender.send_to(b"by name", &address.clone().try_into()?);
    assert_eq!(Resolver::system().try_each(to, Protocol::UDP, SECOND * 20, send).unwrap(), 7);
    assert_eq!(receiver.recv(&mut [0; 8]).unwrap().len(), 7);
}

//! Connecting by the names of hosts and services.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use berkeley::{Address, Bundle, Connect, Events, Interest, SECOND, TcpListener, TcpStream};
use berkeley_testkit::{each_poller, limit};

fn listening() -> (TcpListener, Address) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_address().unwrap().into();
    (listener, address)
}

#[test]
fn a_name_is_looked_up_and_its_service_as_well() {
    let _limit = limit();
    let (listener, address) = listening();
    let Address::Inet(address) = address else { panic!("{address}") };
    let stream = TcpStream::connect(("localhost", address.port())).unwrap();
    assert_eq!(stream.peer_address().unwrap().port(), address.port());
    let stream = TcpStream::connect_by(format!("localhost:{}", address.port()), SECOND * 20).unwrap();
    listener.accept().unwrap();
    drop(stream);
    let error = TcpStream::connect("localhost:no-such-service").unwrap_err();
    assert!(error.is_no_such_service() && error.name() == Some("no-such-service"), "{error}");
    assert!(TcpStream::connect("localhost").unwrap_err().to_string().contains("port is missing"));
    let error = TcpStream::connect("..:80").unwrap_err();
    assert!(error.is_invalid(), "{error}");
    // Whether anybody listens at the port of a service or not, it was found.
    if let Err(error) = TcpStream::connect("127.0.0.1:discard") {
        assert_eq!(error.address(), Some(&"127.0.0.1:9".parse().unwrap()), "{error}");
    }
}

/// As one entry among others, whatever the poller is built of. Where several sources cannot be one, that is said, and the
/// race goes on by hand.
#[test]
fn a_name_is_looked_up_and_connected_to_within_a_poller() {
    let _limit = limit();
    let (listener, _) = listening();
    let port = listener.local_address().unwrap().port();
    each_poller(|mut poller| {
        let race = Connect::new().start(("localhost", port), SECOND * 30).unwrap();
        let bundle = match Bundle::new(race) {
            Ok(bundle) => bundle,
            Err(refusal) => {
                let (error, race) = refusal.into_parts();
                assert!(error.is_unsupported() && cfg!(not(any(linux_like, bsd))), "{error}");
                assert_eq!(race.finish().unwrap().peer_address().unwrap().port(), port);
                return;
            }
        };
        let (key, mut events) = (poller.add(bundle, Interest::READABLE).unwrap(), Events::new());
        let mut times = 0;
        let stream = loop {
            let bundle = poller.get_mut(key).unwrap();
            if let Some(stream) = bundle.go_on().unwrap() {
                break stream;
            }
            let deadline = bundle.deadline();
            poller.set_deadline(key, deadline).unwrap();
            poller.wait(&mut events, SECOND * 30).unwrap();
            assert!(!events.is_empty());
            times += 1;
        };
        assert_eq!(stream.peer_address().unwrap().port(), port);
        // Lookups, attempts and staggers are a few events; a source that is ready in vain would be thousands.
        assert!(times < 20, "{times}");
    });
}

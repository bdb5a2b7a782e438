//! Connecting by the names of hosts and services.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use berkeley::{Address, SECOND, TcpListener, TcpStream};
use berkeley_testkit::limit;

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

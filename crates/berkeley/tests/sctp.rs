//! SCTP, one-to-one. `ci/vm` runs this where the kernel has it, and demands it with `BERKELEY_NEED=sctp`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{Read, Write};

use berkeley::option::InitMessage;
use berkeley::{MILLISECOND, SECOND, SctpListener, SctpStream, Shutdown, State};
use berkeley_testkit::{limit, need_of};

const INIT: InitMessage = InitMessage { streams_out: 5, streams_in: 7, attempts: 2, timeout: 900 };

/// Listens, or says that the kernel cannot and checks that it says so too.
fn listen() -> Option<SctpListener> {
    match SctpListener::bind("127.0.0.1:0") {
        Ok(listener) => Some(listener),
        Err(error) => {
            assert!(error.is_unsupported(), "{error}");
            let connect = SctpStream::connect("127.0.0.1:9").unwrap_err();
            assert!(connect.is_unsupported(), "{connect}");
            let _ = need_of("sctp", false, &format!("SCTP ({error})"));
            None
        }
    }
}

#[test]
fn an_association_carries_both_ways_and_tells_its_end() {
    let _limit = limit();
    let Some(listener) = listen() else { return };
    assert!(listener.now().accept().unwrap().is_none());
    let mut client = SctpStream::connect_by(listener.local_address().unwrap(), SECOND * 10).unwrap();
    let (mut server, from) = listener.by(SECOND * 10).accept().unwrap();
    assert_eq!(from.port(), client.local_address().unwrap().port());
    assert!(server.now().recv(&mut [0; 8]).unwrap().is_none());
    let error = server.by(MILLISECOND * 5).recv(&mut [0; 8]).unwrap_err();
    assert!(error.is_deadline_passed(), "{error}");
    client.write_all(b"one").unwrap();
    client.write_all(b"two").unwrap();
    let mut buffer = [0; 64];
    assert_eq!(server.by(SECOND * 10).recv(&mut buffer).unwrap(), 3, "messages keep their boundaries");
    assert_eq!(server.by(SECOND * 10).recv(&mut buffer).unwrap(), 3);
    server.write_all(b"answer").unwrap();
    assert_eq!(client.by(SECOND * 10).recv(&mut buffer).unwrap(), 6);
    client.shutdown(Shutdown::Send).unwrap();
    let mut rest = Vec::new();
    server.by(SECOND * 10).read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty());
}

#[test]
fn options_of_an_association_are_set_and_read() {
    let _limit = limit();
    let Some(listener) = listen() else { return };
    listener.set_init_message(INIT).unwrap();
    assert_eq!(listener.init_message().unwrap(), INIT);
    let address = listener.local_address().unwrap();
    let client = SctpStream::connect_with(address, INIT, SECOND * 10).unwrap();
    assert_eq!(client.get(berkeley::option::sctp::INITMSG).unwrap(), INIT);
    assert!(!client.nodelay().unwrap());
    client.set_nodelay(true).unwrap();
    assert!(client.nodelay().unwrap());
}

#[test]
fn a_connect_is_watched_and_one_to_nobody_refused() {
    let _limit = limit();
    let Some(listener) = listen() else { return };
    let address = listener.local_address().unwrap();
    let mut pending = SctpStream::start_connect(address).unwrap();
    pending.wait(SECOND * 10).unwrap();
    assert!(matches!(pending.state(), State::Connected), "{pending:?}");
    assert!(SctpListener::bind(address).unwrap_err().is_address_in_use());
    drop(listener);
    let error = SctpStream::connect(address).unwrap_err();
    assert!(error.is_refused() && error.to_string().contains(&address.to_string()), "{error}");
    assert!(SctpStream::connect("unix:/x").unwrap_err().is_invalid());
}

#[test]
#[cfg(target_os = "linux")]
fn tcp_and_sctp_do_not_pass_for_each_other() {
    use berkeley::{TcpListener, TcpStream};

    let _limit = limit();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = SctpListener::adopt(tcp.into_descriptor()).unwrap_err();
    assert!(error.to_string().contains("SCTP"), "{error}");
    let Some(listener) = listen() else { return };
    let stream = SctpStream::connect(listener.local_address().unwrap()).unwrap();
    let error = TcpStream::adopt(stream.into_descriptor()).unwrap_err();
    SctpStream::adopt(error.into_descriptor()).unwrap();
    assert!(TcpListener::adopt(listener.into_descriptor()).is_err());
}

//! UDP-Lite, multipath TCP, and the types of vsock where there is no such transport.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{Read, Write};

use berkeley::{
    Family, Kind, MILLISECOND, Protocol, SECOND, Socket, TcpListener, TcpStream, UdpLiteSocket, VsockAddress,
    VsockDatagram, VsockListener, VsockSeqpacketListener, VsockStream, vsock,
};
use berkeley_testkit::{limit, need_of};

/// Opens a UDP-Lite socket, or checks that the system says that it has none.
fn lite() -> Option<UdpLiteSocket> {
    match UdpLiteSocket::bind("127.0.0.1:0") {
        Err(error) => {
            assert!(error.is_unsupported(), "{error}");
            // Newer kernels of Linux lack it.
            let _ = need_of("udplite", false, "UDP-Lite");
            None
        }
        Ok(socket) => Some(socket),
    }
}

#[test]
fn udp_lite_carries_datagrams_in_every_mode() {
    let _limit = limit();
    let Some(one) = lite() else { return };
    let other = UdpLiteSocket::connected_to(one.local_address().unwrap()).unwrap();
    let mut buffer = [0; 4];
    assert!(one.now().recv(&mut buffer).unwrap().is_none());
    assert!(one.by(MILLISECOND * 5).recv(&mut buffer).unwrap_err().is_deadline_passed());
    other.send(b"123456").unwrap();
    let (received, from) = one.by(SECOND * 10).recv_from(&mut buffer).unwrap();
    assert_eq!((&buffer, received.is_truncated()), (b"1234", true));
    assert_eq!(from, other.local_address().unwrap());
    one.send_to(b"back", &from).unwrap();
    assert_eq!(other.by(SECOND * 10).recv(&mut buffer).unwrap().len(), 4);
    assert!(UdpLiteSocket::bind("unix:/x").unwrap_err().is_invalid());
}

#[test]
fn the_coverage_of_udp_lite_is_set_read_and_demanded() {
    let _limit = limit();
    let Some(one) = lite() else { return };
    let other = UdpLiteSocket::connected_to(one.local_address().unwrap()).unwrap();
    assert_eq!((other.send_coverage().unwrap(), one.receive_coverage().unwrap()), (0, 0));
    other.set_send_coverage(12).unwrap();
    one.set_receive_coverage(20).unwrap();
    assert_eq!((other.send_coverage().unwrap(), one.receive_coverage().unwrap()), (12, 20));
    other.send(b"covered too little").unwrap();
    other.set_send_coverage(20).unwrap();
    other.send(b"covered").unwrap();
    let mut buffer = [0; 64];
    let received = one.by(SECOND * 10).recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..received.len()], b"covered");
    // RFC 3828: the header is always covered.
    other.set_send_coverage(3).unwrap();
    assert_eq!(other.send_coverage().unwrap(), 8);
}

#[test]
#[cfg(target_os = "linux")]
fn a_descriptor_of_another_protocol_is_not_adopted() {
    use berkeley::UdpSocket;

    let _limit = limit();
    let Some(one) = lite() else { return };
    let error = UdpSocket::adopt(one.into_descriptor()).unwrap_err();
    let descriptor = error.into_descriptor();
    UdpLiteSocket::adopt(descriptor).unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let error = UdpLiteSocket::adopt(udp.into_descriptor()).unwrap_err();
    assert!(error.to_string().contains("no UDP-Lite socket"), "{error}");
}

/// Whether this system opens sockets of multipath TCP.
fn has_multipath() -> bool {
    Socket::open(Family::INET, Kind::STREAM, Protocol::MPTCP).is_ok()
}

fn talk(mut client: TcpStream, listener: &TcpListener) -> (TcpStream, TcpStream) {
    let (mut server, from) = listener.by(SECOND * 10).accept().unwrap();
    assert_eq!(from, client.local_address().unwrap());
    client.write_all(b"question").unwrap();
    let mut buffer = [0; 8];
    server.by(SECOND * 10).read_exact(&mut buffer).unwrap();
    assert_eq!(&buffer, b"question");
    server.write_all(b"answer").unwrap();
    client.by(SECOND * 10).read_exact(&mut buffer[..6]).unwrap();
    (client, server)
}

#[test]
fn multipath_tcp_is_used_where_both_can_and_falls_back_where_not() {
    let _limit = limit();
    let both = TcpListener::bind_multipath("127.0.0.1:0").unwrap();
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let multipath = |listener: &TcpListener| {
        TcpStream::connect_multipath(listener.local_address().unwrap(), SECOND * 10).unwrap()
    };
    let (client, server) = talk(multipath(&both), &both);
    let (ours, theirs) = (client.is_multipath().unwrap(), server.is_multipath().unwrap());
    assert_eq!((ours, theirs), (has_multipath(), has_multipath()));
    client.set_nodelay(true).unwrap();
    let adopted = TcpStream::adopt(client.into_descriptor()).unwrap();
    assert_eq!(adopted.is_multipath().unwrap(), has_multipath());

    let (client, server) = talk(multipath(&plain), &plain);
    assert!(!client.is_multipath().unwrap() && !server.is_multipath().unwrap());
    let (client, server) = talk(TcpStream::connect(both.local_address().unwrap()).unwrap(), &both);
    assert!(!client.is_multipath().unwrap() && !server.is_multipath().unwrap());
}

#[test]
#[cfg(target_os = "linux")]
fn a_network_without_multipath_tcp_has_tcp() {
    let _limit = limit();
    let _ = berkeley_testkit::in_own_network(|| {
        let written = std::fs::write("/proc/sys/net/mptcp/enabled", "0");
        if !berkeley_testkit::need(written.is_ok(), "net.mptcp.enabled") {
            return;
        }
        let refused = Socket::open(Family::INET, Kind::STREAM, Protocol::MPTCP).unwrap_err();
        assert!(refused.is_option_unsupported(), "{refused}");
        let listener = TcpListener::bind_multipath("127.0.0.1:0").unwrap();
        let address = listener.local_address().unwrap();
        let (client, _) = talk(TcpStream::connect_multipath(address, SECOND * 10).unwrap(), &listener);
        assert!(!client.is_multipath().unwrap());
    });
}

#[test]
fn a_multipath_connect_to_nobody_is_refused_with_the_address() {
    let _limit = limit();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_address().unwrap();
    let error = TcpStream::connect_multipath(nobody, SECOND * 10).unwrap_err();
    assert!(error.is_refused() && error.to_string().contains(&nobody.to_string()), "{error}");
}

/// Where the family is, `tests/vsock.rs` shows it at work.
#[test]
fn vsock_takes_its_own_addresses_and_exists_where_it_says() {
    let _limit = limit();
    for error in [
        VsockStream::connect("127.0.0.1:1").map(drop).unwrap_err(),
        VsockListener::bind("unix:/x").map(drop).unwrap_err(),
        VsockDatagram::bind("[::1]:1").map(drop).unwrap_err(),
    ] {
        assert!(error.is_invalid() && error.to_string().contains("vsock://2:1024"), "{error}");
    }
    if Family::VSOCK.as_raw().is_none() {
        let address = VsockAddress::new(VsockAddress::CID_LOCAL, 1024);
        assert!(VsockStream::connect(address).unwrap_err().is_unsupported());
        assert!(VsockStream::start_connect(address).unwrap_err().is_unsupported());
        assert!(VsockListener::bind(address).unwrap_err().is_unsupported());
        assert!(VsockSeqpacketListener::bind(address).unwrap_err().is_unsupported());
        assert!(vsock::local_cid().unwrap_err().is_unsupported());
    }
}

/// What speaks the transport by itself: Python's sockets, which send back what they receive.
#[test]
#[cfg(target_os = "linux")]
fn python_answers_over_udp_lite_and_multipath_tcp() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    use berkeley_testkit::program;

    const LITE: &str = "import socket\n\
        s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM,136)\n\
        s.setsockopt(136,11,20)\n\
        s.bind(('127.0.0.1',0))\n\
        s.settimeout(20)\n\
        print(s.getsockname()[1],flush=True)\n\
        d,a=s.recvfrom(100)\n\
        s.sendto(d,a)\n";
    const MULTIPATH: &str = "import socket\n\
        l=socket.socket(socket.AF_INET,socket.SOCK_STREAM,262)\n\
        l.bind(('127.0.0.1',0))\n\
        l.listen()\n\
        l.settimeout(20)\n\
        print(l.getsockname()[1],flush=True)\n\
        c,a=l.accept()\n\
        c.sendall(c.recv(100))\n\
        c.recv(1)\n";

    let _limit = limit();
    let Some(python) = program("python3") else { return };
    let serve = |script: &str| {
        let mut child = Command::new(&python).args(["-c", script]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (child, line.trim().parse::<u16>().unwrap())
    };
    let mut buffer = [0; 64];
    if lite().is_some() {
        let (mut child, port) = serve(LITE);
        let socket = UdpLiteSocket::connected_to(("127.0.0.1", port)).unwrap();
        socket.set_send_coverage(20).unwrap();
        socket.send(b"to Python and back").unwrap();
        let received = socket.by(SECOND * 10).recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..received.len()], b"to Python and back");
        assert!(child.wait().unwrap().success());
    }
    if has_multipath() {
        let (mut child, port) = serve(MULTIPATH);
        let stream = TcpStream::connect_multipath(("127.0.0.1", port), SECOND * 10).unwrap();
        stream.send(b"there and back").unwrap();
        let received = stream.by(SECOND * 10).recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..received], b"there and back");
        assert!(stream.is_multipath().unwrap());
        drop(stream);
        assert!(child.wait().unwrap().success());
    }
}

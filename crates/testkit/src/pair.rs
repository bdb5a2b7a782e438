//! Sockets that are connected already.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use berkeley::{Result, Socket, TcpListener, TcpStream, UdpSocket};
use tempfile::TempDir;

/// The loopback of IPv4, and a port that the system chooses.
pub const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Makes a folder for the paths of Unix sockets, which vanishes with the value.
///
/// # Panics
///
/// Panics if the folder cannot be made.
#[must_use]
pub fn scratch() -> TempDir {
    tempfile::Builder::new().prefix("berkeley").tempdir().expect("a folder for the paths of sockets")
}

/// Runs `body` with an address of each family's loopback, at port zero.
pub fn each_loopback(mut body: impl FnMut(SocketAddr)) {
    body(LOOPBACK);
    let v6 = SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0);
    if crate::need(std::net::UdpSocket::bind(v6).is_ok(), "IPv6 on the loopback") {
        body(v6);
    }
}

/// Makes the two ends of a TCP connection over `loopback`.
///
/// # Panics
///
/// Panics if somebody else connected first.
pub fn tcp_pair(loopback: SocketAddr) -> Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind(loopback)?;
    let client = TcpStream::connect(listener.local_address()?)?;
    let (server, from) = listener.accept()?;
    assert_eq!(from, client.local_address()?, "somebody else connected");
    Ok((client, server))
}

/// Runs `body` with the two ends of a stream: over TCP, and as a pair of Unix sockets where there are pairs.
///
/// # Panics
///
/// Panics if there are pairs, and none can be made.
pub fn each_stream_pair(mut body: impl FnMut(Socket, Socket)) {
    let (client, server) = tcp_pair(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)).expect("TCP");
    body(client.into_any(), server.into_any());
    match berkeley::UnixStream::pair() {
        Ok((left, right)) => body(left.into_any(), right.into_any()),
        Err(error) => assert!(cfg!(windows) && error.is_unsupported(), "{error}"),
    }
}

/// Makes two UDP sockets over `loopback`, each the other's peer.
pub fn udp_pair(loopback: SocketAddr) -> Result<(UdpSocket, UdpSocket)> {
    let (left, right) = (UdpSocket::bind(loopback)?, UdpSocket::bind(loopback)?);
    left.connect(right.local_address()?)?;
    right.connect(left.local_address()?)?;
    Ok((left, right))
}

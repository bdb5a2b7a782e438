//! The leak check finds what is left open. A program of its own, in which nothing else opens anything.
#![cfg(any(target_os = "linux", windows))]

use std::net::UdpSocket;
use std::panic::catch_unwind;

use berkeley_testkit::leak;

#[test]
#[cfg(any(target_os = "linux", windows))]
fn what_is_left_open_is_found_and_what_is_closed_is_not() {
    leak::check(|| drop(UdpSocket::bind("127.0.0.1:0")));
    assert!(catch_unwind(|| leak::check(|| UdpSocket::bind("127.0.0.1:0"))).is_err());
}

//! That the DNS client leaves nothing open, whatever becomes of its questions. Alone, so that nothing else opens anything.

#![cfg(feature = "dns")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code, reason = "other tests look at what it counts")]
mod dns_server;

use berkeley::MILLISECOND;
use berkeley::dns::{Client, Config, RecordType};
use berkeley_testkit::{leak, limit};
use dns_server::NameServer;

#[test]
fn nothing_is_left_open() {
    let _limit = limit();
    let server = NameServer::start();
    let nobody = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    leak::check(|| {
        let mut client = Client::new(Config::of([nobody, server.address])).unwrap();
        let txt = ["long.test", "closed.test", "silent.test"].map(|name| (name, RecordType::TXT));
        let questions = [("host.test", RecordType::A)].into_iter().chain(txt);
        let answers = client.query_all(questions, MILLISECOND * 500);
        assert!(answers[0].is_ok() && answers[3].is_err());
    });
}

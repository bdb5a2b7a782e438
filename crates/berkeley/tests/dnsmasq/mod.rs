//! A name server that others wrote, with records of the test's own, on the loopback of a network of the test's own.

use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use berkeley_testkit::program;

/// A name server that is ended when it is dropped.
#[derive(Debug)]
pub struct Dnsmasq(Child);

impl Drop for Dnsmasq {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

const SETTINGS: &[&str] = &[
    "--keep-in-foreground",
    "--conf-file=/dev/null",
    "--no-resolv",
    "--no-hosts",
    "--pid-file",
    "--user=root",
    "--listen-address=127.0.0.1",
    "--bind-interfaces",
];

impl Dnsmasq {
    /// Starts it at 127.0.0.1:53 with these words after its settings; it refuses what they do not speak of.
    pub fn start(records: &[&str]) -> Option<Self> {
        let mut command = Command::new(program("dnsmasq")?);
        let mut server = command.args(SETTINGS).args(records).stderr(Stdio::null()).spawn().unwrap();
        // It answers from when on TCP connects.
        while TcpStream::connect("127.0.0.1:53").is_err() {
            assert!(server.try_wait().unwrap().is_none(), "dnsmasq does not like its records");
            std::thread::yield_now();
        }
        Some(Self(server))
    }
}

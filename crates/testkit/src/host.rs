//! Another host: a network of its own beside that of the test.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};

use crate::ip;
use crate::network::enter;

type Work = Box<dyn FnOnce() + Send>;

/// A host with a network of its own, which vanishes with the value and the sockets that were opened on it.
///
/// A socket stays on the host that it was opened on, whoever has it afterwards.
#[derive(Debug)]
pub struct Host {
    id: libc::pid_t,
    work: Option<Sender<Work>>,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    /// Makes a host that has a loopback, which is up.
    ///
    /// # Errors
    ///
    /// Those of unshare(2), which a process without privileges has.
    ///
    /// # Panics
    ///
    /// Panics if the thread of the host ends.
    pub fn new() -> io::Result<Self> {
        let (work, to_do) = channel::<Work>();
        let (tell, told) = channel();
        let thread = thread::Builder::new().name("host".to_owned()).spawn(move || {
            let entered = enter();
            let goes_on = entered.is_ok();
            // SAFETY: it takes nothing, and always succeeds.
            #[allow(unsafe_code)]
            let id = unsafe { libc::gettid() };
            let _ = tell.send(entered.map(|()| id));
            if goes_on {
                for work in to_do {
                    work();
                }
            }
        })?;
        let id = told.recv().expect("it tells how it went")?;
        Ok(Self { id, work: Some(work), thread: Some(thread) })
    }

    /// Does something on the host, and returns what came of it.
    ///
    /// # Panics
    ///
    /// Panics if it does.
    pub fn run<R: Send + 'static>(&self, body: impl FnOnce() -> R + Send + 'static) -> R {
        let (tell, told) = channel();
        let work = move || drop(tell.send(body()));
        self.work.as_ref().expect("until it is dropped").send(Box::new(work)).expect("a host that works");
        told.recv().expect("what is done on a host does not panic")
    }

    /// Configures interfaces and routes of the host, as [`ip`] does, one command a text.
    ///
    /// # Panics
    ///
    /// Panics if one of them fails.
    pub fn configure(&self, commands: &[&str]) {
        let commands: Vec<String> = commands.iter().copied().map(str::to_owned).collect();
        self.run(move || configure(&commands));
    }

    /// Lays a cable between two hosts, of which `None` is that of the test. The ends are up and have no addresses.
    ///
    /// # Panics
    ///
    /// Panics if it cannot be made.
    pub fn cable((one, near): (Option<&Self>, &str), (other, far): (Option<&Self>, &str)) {
        let ends = [(one, near), (other, far)];
        configure(&[format!("link add {near} type veth peer name {far}")]);
        for (host, name) in ends {
            // Nobody is asked whether an address is somebody else's, which would take seconds.
            configure(&[format!("link set {name} addrgenmode none")]);
            match host {
                None => configure(&[format!("link set {name} up")]),
                Some(host) => {
                    configure(&[format!("link set {name} netns {}", host.id)]);
                    host.configure(&[
                        &format!("link set {name} addrgenmode none"),
                        &format!("link set {name} up"),
                    ]);
                }
            }
        }
    }
}

/// Configures the network that the thread is in, one command a text.
fn configure(commands: &[impl AsRef<str>]) {
    for words in commands {
        ip(&words.as_ref().split(' ').collect::<Vec<_>>()).expect("a command of ip(8)");
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.work = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;
    use crate::in_own_network;

    #[test]
    fn two_hosts_speak_over_a_cable() {
        let _ = in_own_network(|| {
            let host = Host::new().unwrap();
            Host::cable((None, "here"), (Some(&host), "there"));
            ip(&["addr", "add", "10.1.0.1/24", "dev", "here"]).unwrap();
            host.configure(&["addr add 10.1.0.2/24 dev there"]);
            let far = host.run(|| UdpSocket::bind("10.1.0.2:9").unwrap());
            assert!(UdpSocket::bind("10.1.0.2:9").is_err(), "it is the address of another host");
            UdpSocket::bind("10.1.0.1:0").unwrap().send_to(b"over the cable", "10.1.0.2:9").unwrap();
            let mut buffer = [0; 64];
            let (length, from) = far.recv_from(&mut buffer).unwrap();
            assert_eq!(
                (&buffer[..length], from.ip().to_string()),
                (&b"over the cable"[..], "10.1.0.1".to_owned())
            );
        });
    }
}

//! Broadcast: one datagram to every machine of a network.

use std::net::{IpAddr, SocketAddr};

use crate::error::{Error, Operation, Result};
use crate::interface::{Interface, InterfaceFlags};
use crate::multicast::Outcome;
use crate::udp::UdpSocket;

/// Returns the addresses to which an interface's networks listen as a whole.
fn broadcasts(interface: &Interface) -> impl Iterator<Item = IpAddr> {
    let can = interface.is_running() && interface.flags().contains(InterfaceFlags::BROADCAST);
    interface.addresses().iter().filter(move |_| can).filter_map(|each| Some(IpAddr::V4(each.broadcast()?)))
}

impl UdpSocket {
    /// Sends a datagram to a port of every machine of the networks of these interfaces, and says what came of each.
    ///
    /// To each network it is sent as its own broadcast address has it, `10.1.2.255` of `10.1.2.0/24`: that one leaves by
    /// the interface that is meant, on every system. `255.255.255.255` leaves by one interface, which the routes choose.
    /// [`Interfaces::list`](crate::Interfaces::list) has the interfaces; those that do not run, and those that have no
    /// broadcast address, are passed over. The socket may broadcast from then on (`SO_BROADCAST`).
    ///
    /// # Errors
    ///
    /// - The socket is one of IPv6, which has no broadcast: the group `ff02::1` is every machine of a link.
    ///
    /// # Platform notes
    ///
    /// - FreeBSD, macOS: a socket that is bound to one of this machine's addresses hears no broadcast; one that is bound to
    ///   `0.0.0.0` does. `ip.onesbcast` has the datagram arrive as one to `255.255.255.255`.
    /// - Linux: as there, and one that is bound to the network's broadcast address hears that alone.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use berkeley::{Interfaces, UdpSocket};
    ///
    /// let socket = UdpSocket::bind("0.0.0.0:0")?;
    /// for outcome in socket.send_broadcast(9, b"wake up", &Interfaces::open()?.list()?)? {
    ///     if let Err(error) = outcome.result {
    ///         eprintln!("{}: {error}", outcome.name);
    ///     }
    /// }
    /// # Ok::<(), berkeley::Error>(())
    /// ```
    ///
    /// # System call
    ///
    /// `setsockopt(2)`, `sendto(2)`.
    #[doc(alias = "SO_BROADCAST")]
    #[doc(alias = "INADDR_BROADCAST")]
    pub fn send_broadcast(&self, port: u16, data: &[u8], interfaces: &[Interface]) -> Result<Vec<Outcome>> {
        if self.family() != crate::addr::Family::INET {
            let why = "IPv6 has no broadcast; send to the group ff02::1";
            return Err(Error::unsupported(Operation::Send, "broadcast").with_detail(why));
        }
        self.set_broadcast(true)?;
        let targets = interfaces.iter().flat_map(|each| broadcasts(each).map(move |address| (each, address)));
        Ok(targets
            .map(|(interface, address)| {
                let sent = self.send_to(data, &SocketAddr::new(address, port));
                Outcome::of(interface, sent.map(drop))
            })
            .collect())
    }
}

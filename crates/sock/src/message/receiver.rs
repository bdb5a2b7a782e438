//! Receiving with everything beside the data that the system tells.

use std::collections::HashMap;
use std::io::IoSliceMut;
use std::net::{IpAddr, SocketAddr};
use std::time::SystemTime;

use berkeley::addr::ip as address_of;
use berkeley::message::{self, Arrival, ControlBuffer, MOST_DESCRIPTORS, descriptor_room};
use berkeley::{Address, Interfaces, Socket};

use super::{Held, Seen};
use crate::endpoint::Transport;

/// What is asked for, each by the first name that the socket takes. What none is taken of is not told.
const ASKED: &[&[&str]] = &[
    &["socket.timestampns", "socket.timestamp"],
    &["socket.rxq-ovfl"],
    &["ip.recvpktinfo", "ip.pktinfo", "ip.recvdstaddr"],
    &["ip.recvif"],
    &["ip.recvttl"],
    &["ip.recvtos"],
    &["ipv6.recvpktinfo", "ipv6.pktinfo"],
    &["ipv6.recvhoplimit"],
    &["ipv6.recvtclass"],
];

/// The same of Unix sockets.
const ASKED_LOCAL: &[&[&str]] = &[
    &["socket.timestampns", "socket.timestamp"],
    &["socket.passcred", "local.creds-persistent", "local.creds"],
];

/// Room for what is asked for.
const ROOM: usize = 512;

/// Where messages are received.
pub struct Receiver {
    transport: Transport,
    buffer: Vec<u8>,
    control: ControlBuffer<'static>,
    names: HashMap<u32, String>,
}

impl Receiver {
    pub fn new(transport: Transport, room: usize) -> Self {
        let descriptors = if transport.is_inet() { 0 } else { descriptor_room(MOST_DESCRIPTORS) };
        let control = ControlBuffer::with_room(ROOM + descriptors);
        Self { transport, buffer: vec![0; room], control, names: HashMap::new() }
    }

    /// Has a socket tell what it can.
    pub fn ask(&self, socket: &Socket) {
        let asked = if self.transport.is_inet() { ASKED } else { ASKED_LOCAL };
        for names in asked {
            let _ = names.iter().any(|name| socket.set_by_name(name, "on").is_ok());
        }
    }

    /// Takes the next message, if there is one.
    pub fn take(&mut self, socket: &Socket) -> berkeley::Result<Option<Seen>> {
        let received = {
            let mut slices = [IoSliceMut::new(&mut self.buffer)];
            socket.now().recv_message(&mut slices, &mut self.control)
        };
        let arrival = match received {
            Ok(Some(arrival)) => arrival,
            Ok(None) => return Ok(None),
            Err(error) if error.should_retry() => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(self.see(socket, &arrival)))
    }

    fn see(&mut self, socket: &Socket, arrival: &Arrival<Address>) -> Seen {
        let (to, index) = self.destination();
        let (transport, control) = (self.transport, &mut self.control);
        let held: Vec<Held> = control.take_descriptors().map(Held::new).collect();
        let time = control.get(message::socket::TIMESTAMPNS);
        let time = time.or_else(|| control.get(message::socket::TIMESTAMP));
        let hops = control.get(message::ip::TTL).or_else(|| control.get(message::ipv6::HOPLIMIT));
        let class = control.get(message::ip::TOS).or_else(|| control.get(message::ipv6::TCLASS));
        let (dropped, credentials) = (control.get(message::socket::RXQ_OVFL), control.credentials());
        let port = || socket.local_address().ok()?.port();
        let received = arrival.received();
        Seen {
            data: self.buffer[..arrival.len()].to_vec(),
            is_cut: arrival.is_truncated(),
            whole: received.full_len(),
            from: arrival.from().filter(|_| transport.is_datagram()).map(|from| transport.show(from)),
            to: to.and_then(|to| Some(shown(transport, to, port()?))),
            interface: index.filter(|index| *index != 0).map(|index| self.name(index)),
            time,
            taken: SystemTime::now(),
            hops,
            class,
            dropped,
            credentials,
            held,
            is_control_cut: arrival.is_control_truncated(),
        }
    }

    /// Where the message was sent to, and the interface that it came in on.
    pub fn destination(&self) -> (Option<IpAddr>, Option<u32>) {
        use message::{ip, ipv6};

        if let Some(info) = self.control.get(ip::PKTINFO) {
            return (Some(info.destination.into()), Some(info.interface));
        }
        if let Some(info) = self.control.get(ipv6::PKTINFO) {
            return (Some(info.address.to_canonical()), Some(info.interface));
        }
        (self.control.get(ip::RECVDSTADDR).map(IpAddr::V4), self.control.get(ip::RECVIF))
    }

    /// What an interface is called; it may be gone, or have another name since.
    fn name(&mut self, index: u32) -> String {
        let found = self.names.entry(index).or_insert_with(|| {
            let named = Interfaces::open().and_then(|mut all| all.by_index(index));
            named.map_or_else(|_| index.to_string(), |interface| interface.name().to_owned())
        });
        found.clone()
    }
}

fn shown(transport: Transport, to: IpAddr, port: u16) -> String {
    let to = SocketAddr::new(to, port);
    if address_of::is_multicast(to.ip()) { format!("mcast://{to}") } else { transport.show(&to.into()) }
}

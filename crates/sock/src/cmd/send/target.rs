//! Whom it is sent to: a peer, a group, the networks of this machine.

use std::io::IoSlice;
use std::net::IpAddr;
use std::time::Duration;

use berkeley::message::{Control, Ipv4PacketInfo, Ipv6PacketInfo, Message, TrafficClass, ip, ipv6};
use berkeley::multicast::On;
use berkeley::{Address, Deadline, Family, Interface, MILLISECOND, Socket, UdpSocket};

use crate::cmd::interface;
use crate::endpoint::{Endpoint, GroupPlace};
use crate::exit::Exit;
use crate::message::Refusals;
use crate::open;
use crate::paths::OwnPath;
use crate::report::{Failure, Voice};

/// How long a send may wait at once: signals are looked for in between.
const PATIENCE: Duration = MILLISECOND.saturating_mul(100);

/// What goes beside the data of each datagram.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    pub source: Option<IpAddr>,
    pub interface: Option<u32>,
    pub hops: Option<u8>,
    pub class: Option<u8>,
}

impl Beside {
    /// Whether the way is chosen, and not left to the routes.
    const fn has_way(&self) -> bool {
        self.source.is_some() || self.interface.is_some()
    }

    /// Writes it as control messages of the socket's family.
    fn control(&self, family: Family) -> berkeley::Result<Control<'static>> {
        let mut control = Control::new();
        let (index, class) = (self.interface.unwrap_or(0), self.class.map(TrafficClass));
        if family == Family::INET6 {
            let address = match self.source {
                Some(IpAddr::V4(source)) => source.to_ipv6_mapped(),
                Some(IpAddr::V6(source)) => source,
                None => std::net::Ipv6Addr::UNSPECIFIED,
            };
            if self.has_way() {
                control.push(ipv6::PKTINFO, &Ipv6PacketInfo { address, interface: index })?;
            }
            self.hops.map_or(Ok(()), |hops| control.push(ipv6::HOPLIMIT, &hops))?;
            class.map_or(Ok(()), |class| control.push(ipv6::TCLASS, &class))?;
            return Ok(control);
        }
        if self.has_way() {
            let source = match self.source {
                Some(IpAddr::V4(source)) => source,
                _ => std::net::Ipv4Addr::UNSPECIFIED,
            };
            control.push(ip::PKTINFO, &Ipv4PacketInfo::source(source, index))?;
        }
        self.hops.map_or(Ok(()), |hops| control.push(ip::TTL, &hops))?;
        class.map_or(Ok(()), |class| control.push(ip::TOS, &class))?;
        Ok(control)
    }
}

/// What came of a piece on one of the ways that it took.
pub struct Sent {
    /// The interface, where there is more than one way.
    pub interface: Option<String>,
    pub result: berkeley::Result<usize>,
}

/// The ways that each piece takes.
enum Ways {
    /// To the one whom the socket is connected to.
    Peer,
    /// To one address by a way that each datagram is told, from a socket that hears whatever address the answer is for.
    Chosen(Address),
    /// To a group, by the interface that the socket has been told.
    Group(Address),
    /// To a group, by each of these.
    Everywhere {
        group: Address,
        udp: UdpSocket,
        interfaces: Vec<Interface>,
    },
    Broadcast {
        port: u16,
        udp: UdpSocket,
        interfaces: Vec<Interface>,
    },
}

/// A socket, and where what is sent by it goes.
pub struct Target {
    pub socket: Socket,
    _path: Option<OwnPath>,
    ways: Ways,
    control: Control<'static>,
}

impl Target {
    /// Opens a socket to a peer or a group.
    pub fn open(endpoint: &Endpoint, beside: &Beside, voice: Voice) -> Result<Self, Failure> {
        let target = match endpoint.group() {
            Some(_) => Self::group(endpoint)?,
            None if beside.has_way() => Self::chosen(endpoint, beside)?,
            None => {
                let opened = open::connect(endpoint, None, voice)?;
                if endpoint.transport().is_udp() {
                    Refusals::ask(&opened.socket);
                }
                Self::new(opened.socket, opened.path, Ways::Peer)
            }
        };
        let family = target.socket.family();
        let differs = |source: &IpAddr| family == Family::INET && source.is_ipv6();
        if let Some(source) = beside.source.filter(differs) {
            let message = format!("send {endpoint}: --source {source} is IPv6, and the destination is not");
            return Err(Failure::new(Exit::Usage, message));
        }
        let control = beside.control(family).map_err(|error| failed(endpoint, &error))?;
        Ok(Self { control, ..target })
    }

    fn new(socket: Socket, path: Option<OwnPath>, ways: Ways) -> Self {
        Self { socket, _path: path, ways, control: Control::new() }
    }

    /// Opens a socket that is not connected: a connect would settle the source by the routes.
    fn chosen(endpoint: &Endpoint, beside: &Beside) -> Result<Self, Failure> {
        let failed = |error: berkeley::Error| failed(endpoint, &error);
        let fits = |address: &Address| {
            beside.source.is_none_or(|source| address.ip().is_some_and(|ip| ip.is_ipv4() == source.is_ipv4()))
        };
        let Some(address) = endpoint.addresses()?.into_iter().find(fits) else {
            let (source, family) = beside.source.map_or((String::new(), ""), |source| {
                (source.to_string(), if source.is_ipv4() { "IPv4" } else { "IPv6" })
            });
            let message =
                format!("send {endpoint}: --source {source} is {family}, and the destination is not");
            return Err(Failure::new(Exit::Usage, message));
        };
        let transport = endpoint.transport();
        let socket =
            Socket::open(address.family(), transport.kind(), transport.protocol()).map_err(failed)?;
        endpoint.configure(&socket).map_err(failed)?;
        Refusals::ask(&socket);
        Ok(Self::new(socket, None, Ways::Chosen(address)))
    }

    fn group(endpoint: &Endpoint) -> Result<Self, Failure> {
        let failed = |error: berkeley::Error| failed(endpoint, &error);
        let Some(group) = endpoint.group() else { return Err(Failure::quiet(Exit::Usage)) };
        let Some(address) = endpoint.addresses()?.pop() else { return Err(Failure::quiet(Exit::Unresolved)) };
        let on = match &group.place {
            GroupPlace::One(on) => Some(interface::find(&on.to_string())?),
            _ => None,
        };
        let udp = UdpSocket::open(address.family()).map_err(failed)?;
        endpoint.set_options(&udp).map_err(failed)?;
        group.hops.map_or(Ok(()), |hops| udp.set_multicast_hops(hops)).map_err(failed)?;
        group.comes_back.map_or(Ok(()), |is_on| udp.set_multicast_loop(is_on)).map_err(failed)?;
        if let Some(interface) = on {
            udp.set_multicast_interface(On::from(&interface)).map_err(failed)?;
        }
        let socket = udp.duplicate().map_err(failed)?.into_any();
        let ways = if group.place == GroupPlace::Everywhere {
            let interfaces = of_family(multicast()?, address.family());
            if interfaces.is_empty() {
                let message = format!("send {endpoint}: no interface can send to groups now");
                return Err(Failure::new(Exit::Refused, message).with_hint("if=lo is the loopback"));
            }
            Ways::Everywhere { group: address, udp, interfaces }
        } else {
            Ways::Group(address)
        };
        Ok(Self::new(socket, None, ways))
    }

    /// Opens a socket to the networks of all interfaces, or of those that are named.
    pub fn broadcast(endpoint: &Endpoint, named: &[String]) -> Result<Self, Failure> {
        let failed = |error: berkeley::Error| failed(endpoint, &error);
        let interfaces = match named {
            [] => interface::open()?.list().map_err(failed)?,
            _ => named.iter().map(|named| interface::find(named)).collect::<Result<_, _>>()?,
        };
        let port = endpoint.addresses()?.first().and_then(Address::port).unwrap_or(0);
        if port == 0 {
            return Err(Failure::new(Exit::Usage, format!("send {endpoint}: port 0 is no port to send to")));
        }
        let udp = UdpSocket::open(Family::INET).map_err(failed)?;
        endpoint.set_options(&udp).map_err(failed)?;
        let socket = udp.duplicate().map_err(failed)?.into_any();
        Ok(Self::new(socket, None, Ways::Broadcast { port, udp, interfaces }))
    }

    /// Tells whether there is one peer, whose refusals come back.
    pub const fn is_peer(&self) -> bool {
        matches!(self.ways, Ways::Peer | Ways::Chosen(_))
    }

    /// Sends a piece on each of its ways. A peer that takes nothing for a while is a deadline that has passed.
    pub fn send(&self, data: &[u8]) -> berkeley::Result<Vec<Sent>> {
        let once = |to: Option<&Address>| {
            let data = [IoSlice::new(data)];
            let message = Message::new(&data).to_maybe(to).control(&self.control);
            self.socket.by(Deadline::after(PATIENCE)).send_message(&message)
        };
        let alone = |result| Ok(vec![Sent { interface: None, result }]);
        match &self.ways {
            Ways::Peer => alone(once(None)),
            Ways::Chosen(to) | Ways::Group(to) => alone(once(Some(to))),
            Ways::Everywhere { group, udp, interfaces } => Ok(interfaces
                .iter()
                .map(|interface| {
                    let chosen = udp.set_multicast_interface(On::from(interface));
                    let result = chosen.and_then(|()| once(Some(group)));
                    Sent { interface: Some(interface.name().to_owned()), result }
                })
                .collect()),
            Ways::Broadcast { port, udp, interfaces } => {
                let outcomes = udp.send_broadcast(*port, data, interfaces)?;
                let of_one = |outcome: berkeley::multicast::Outcome| Sent {
                    interface: Some(outcome.name.into()),
                    result: outcome.result.map(|()| data.len()),
                };
                Ok(outcomes.into_iter().map(of_one).collect())
            }
        }
    }
}

fn failed(endpoint: &Endpoint, error: &berkeley::Error) -> Failure {
    open::with_privilege(Failure::of(format_args!("send {endpoint}"), error), error)
}

/// The interfaces on which there can be groups.
fn multicast() -> Result<Vec<Interface>, Failure> {
    interface::open()?.multicast().map_err(|error| interface::failed(&error))
}

/// Those that have an address of a family.
fn of_family(mut interfaces: Vec<Interface>, family: Family) -> Vec<Interface> {
    let is_v4 = family == Family::INET;
    interfaces.retain(|one| one.addresses().iter().any(|each| each.address().is_ipv4() == is_v4));
    interfaces
}

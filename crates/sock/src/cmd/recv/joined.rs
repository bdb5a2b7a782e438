//! A group, joined where the address says, and a report of each interface.

use std::net::{IpAddr, SocketAddr};

use berkeley::addr::ipv6::{MulticastScope, multicast_scope};
use berkeley::multicast::{JoinedEverywhere, On, Outcome};
use berkeley::option;
use berkeley::{Address, InterfaceChanges, Interfaces, Socket, UdpSocket};

use crate::cmd::interface;
use crate::endpoint::{Endpoint, Group, GroupPlace};
use crate::exit::Exit;
use crate::input::Input;
use crate::output::{Record, Sink};
use crate::report::{Failure, Voice, reason};

/// A socket in a group.
pub struct Joined {
    udp: UdpSocket,
    group: IpAddr,
    /// The interfaces on which it is joined, if that is every one that can.
    everywhere: Option<(JoinedEverywhere, Interfaces)>,
    names: Vec<(u32, String)>,
    voice: Voice,
}

impl Joined {
    /// Binds the group's port and joins it.
    pub fn open(
        endpoint: &Endpoint,
        group: &Group,
        voice: Voice,
        sink: &mut Sink,
    ) -> Result<(Socket, Self), Failure> {
        let failed = |error: berkeley::Error| Failure::of(format_args!("receive {endpoint}"), &error);
        let on = match &group.place {
            GroupPlace::One(on) => Some(interface::find(&on.to_string())?),
            _ => None,
        };
        let Some(address) = endpoint.addresses()?.pop() else { return Err(Failure::quiet(Exit::Unresolved)) };
        let udp = UdpSocket::bind_multicast(place_to_bind(address)).map_err(failed)?;
        endpoint.set_options(&udp).map_err(failed)?;
        let socket = udp.duplicate().map_err(failed)?.into_any();
        let everywhere = match (&on, group.source) {
            (Some(_), _) => None,
            (None, Some(source)) => Some(JoinedEverywhere::of_source(group.address, source)),
            (None, None) => Some(JoinedEverywhere::new(group.address)),
        };
        let everywhere = match everywhere {
            Some(joined) => Some((joined, interface::open()?)),
            None => None,
        };
        let mut joined = Self { udp, group: group.address, everywhere, names: Vec::new(), voice };
        match on {
            Some(interface) => joined.join_on(group.source, &interface).map_err(failed)?,
            None => joined.hear_nothing_else().map_err(failed)?,
        }
        joined.update(sink)?;
        if joined.everywhere.as_ref().is_some_and(|(joined, _)| joined.interfaces().next().is_none()) {
            voice.note(format_args!(
                "warning: no interface can hear {} now; if=lo is the loopback",
                group.address
            ));
        }
        Ok((socket, joined))
    }

    fn join_on(&self, source: Option<IpAddr>, interface: &berkeley::Interface) -> berkeley::Result<()> {
        let on = On::from(interface);
        match source {
            Some(source) => self.udp.join_source(self.group, source, on),
            None => self.udp.join_group(self.group, on),
        }?;
        self.voice.detail(format_args!("joined {} on {}", self.group, interface.name()));
        Ok(())
    }

    /// Before the first join a socket would hear what others have joined.
    fn hear_nothing_else(&self) -> berkeley::Result<()> {
        let row = if self.group.is_ipv4() { option::ip::MULTICAST_ALL } else { option::ipv6::MULTICAST_ALL };
        match self.udp.set(row, false) {
            Err(error) if error.is_unsupported() => Ok(()),
            set => set,
        }
    }

    /// What tells of interfaces that come and go, if that is to be followed and the system tells it.
    pub fn changes(&self) -> Option<InterfaceChanges> {
        self.everywhere.as_ref().and_then(|_| InterfaceChanges::open().ok())
    }

    /// Joins where it can now, and tells it of each interface.
    pub fn update(&mut self, sink: &mut Sink) -> Result<(), Failure> {
        let Some((joined, interfaces)) = &mut self.everywhere else { return Ok(()) };
        let can = interfaces.multicast().map_err(|error| interface::failed(&error))?;
        let update = joined.update(&self.udp, &can);
        for outcome in update.joined {
            self.tell(&outcome, sink)?;
        }
        for index in update.left {
            let name = self.names.extract_if(.., |(known, _)| *known == index).next();
            let name = name.map_or_else(|| index.to_string(), |(_, name)| name);
            self.voice.note(format_args!("left {} on {name}", self.group));
            let record = || {
                Record::new()
                    .with("what", "left")
                    .with("group", self.group)
                    .with("interface", name.as_str())
                    .with("index", index)
            };
            sink.record_alone(&Input::none(), record)?;
        }
        Ok(())
    }

    fn tell(&mut self, outcome: &Outcome, sink: &mut Sink) -> Result<(), Failure> {
        let (group, name) = (self.group, &outcome.name);
        let why = outcome.result.as_ref().err().map(reason);
        match &why {
            None => {
                self.voice.note(format_args!("joined {group} on {name}"));
                self.names.push((outcome.index, name.to_string()));
            }
            Some(why) => self.voice.note(format_args!("warning: {group} is not joined on {name}: {why}")),
        }
        sink.record_alone(&Input::none(), || {
            Record::new()
                .with("what", if why.is_none() { "joined" } else { "not_joined" })
                .with("group", group)
                .with("interface", &**name)
                .with("index", outcome.index)
                .with_some("reason", why)
        })
    }

    /// Tells whether a message was sent to the group; where the system does not say, it was.
    pub fn is_meant(&self, to: Option<IpAddr>) -> bool {
        to.is_none_or(|to| to == self.group)
    }
}

/// Groups within a link can be bound on one interface alone: the port is, and what is not for the group is passed over.
fn place_to_bind(address: Address) -> Address {
    match SocketAddr::try_from(address.clone()) {
        Ok(SocketAddr::V6(at))
            if at.scope_id() == 0
                && multicast_scope(*at.ip()).is_some_and(|scope| scope <= MulticastScope::LinkLocal) =>
        {
            (std::net::Ipv6Addr::UNSPECIFIED, at.port()).into()
        }
        _ => address,
    }
}

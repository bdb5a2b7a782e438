//! A group on every interface that can, while interfaces come and go.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use super::On;
use crate::error::Result;
use crate::interface::Interface;
use crate::socket::{Addresses, Role, SocketOf};

/// What came of something that was done on one of several interfaces.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The interface's index.
    pub index: u32,
    /// The interface's name.
    pub name: Box<str>,
    /// Whether it was done, or why not.
    pub result: Result<()>,
}

impl Outcome {
    pub(crate) fn of(interface: &Interface, result: Result<()>) -> Self {
        Self { index: interface.index(), name: interface.name().into(), result }
    }
}

/// What [`JoinedEverywhere::update`] has done.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Update {
    /// Interfaces that are new: the group is joined there, or the outcome says why not.
    pub joined: Vec<Outcome>,
    /// The indices of interfaces that are gone, or can no more.
    pub left: Vec<u32>,
}

/// A group that a socket joins on every interface that can, those that come later as well.
///
/// The socket is whichever is lent to each call; the value remembers on which interfaces it has joined.
///
/// # Examples
///
/// ```no_run
/// use berkeley::multicast::JoinedEverywhere;
/// use berkeley::{InterfaceChanges, Interfaces, UdpSocket};
///
/// let (mut interfaces, mut changes) = (Interfaces::open()?, InterfaceChanges::open()?);
/// let receiver = UdpSocket::bind_multicast("[::]:0")?;
/// let mut joined = JoinedEverywhere::new("ff02::4242".parse()?);
/// joined.update(&receiver, &interfaces.multicast()?);
///
/// // Later, whenever a poller says that the changes are readable:
/// while changes.take()?.is_some() {
///     for outcome in joined.update(&receiver, &interfaces.multicast()?).joined {
///         println!("{}: {:?}", outcome.name, outcome.result);
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct JoinedEverywhere {
    group: IpAddr,
    source: Option<IpAddr>,
    joined: BTreeSet<u32>,
}

impl JoinedEverywhere {
    /// Prepares to join a group; nothing is joined yet.
    #[must_use]
    pub const fn new(group: IpAddr) -> Self {
        Self { group, source: None, joined: BTreeSet::new() }
    }

    /// Prepares to join a group for what one source sends to it.
    #[must_use]
    pub const fn of_source(group: IpAddr, source: IpAddr) -> Self {
        Self { group, source: Some(source), joined: BTreeSet::new() }
    }

    /// Joins on those of `interfaces` where it is not joined yet, and leaves where it is and that are not among them:
    /// [`Interfaces::multicast`](crate::Interfaces::multicast) lists those that can.
    ///
    /// Of the interfaces, those without an address of the group's family are passed over: nothing would be heard there,
    /// and some systems refuse. One that fails keeps the others from nothing, and is tried again by the next call.
    pub fn update<R>(&mut self, socket: &SocketOf<R>, interfaces: &[Interface]) -> Update
    where
        R: Addresses + Role<Address = SocketAddr>,
    {
        let can = |interface: &&Interface| {
            interface.addresses().iter().any(|each| each.address().is_ipv4() == self.group.is_ipv4())
        };
        let wanted: Vec<&Interface> = interfaces.iter().filter(can).collect();
        let gone =
            self.joined.iter().copied().filter(|index| !wanted.iter().any(|each| each.index() == *index));
        let left: Vec<u32> = gone.collect();
        for index in &left {
            // The socket still has its place for the group, though the interface is gone.
            let _ = self.leave_on(socket, *index);
            self.joined.remove(index);
        }
        let mut joined = Vec::new();
        for interface in wanted {
            if self.joined.contains(&interface.index()) {
                continue;
            }
            let result = self.join_on(socket, interface);
            if result.is_ok() {
                self.joined.insert(interface.index());
            }
            joined.push(Outcome::of(interface, result));
        }
        Update { joined, left }
    }

    /// Leaves wherever it is joined.
    pub fn leave<R>(&mut self, socket: &SocketOf<R>)
    where
        R: Addresses + Role<Address = SocketAddr>,
    {
        self.update(socket, &[]);
    }

    /// Returns the indices of the interfaces on which it is joined.
    pub fn interfaces(&self) -> impl Iterator<Item = u32> {
        self.joined.iter().copied()
    }

    fn join_on<R>(&self, socket: &SocketOf<R>, interface: &Interface) -> Result<()>
    where
        R: Addresses + Role<Address = SocketAddr>,
    {
        match self.source {
            Some(source) => socket.join_source(self.group, source, interface),
            None => socket.join_group(self.group, interface),
        }
    }

    fn leave_on<R>(&self, socket: &SocketOf<R>, index: u32) -> Result<()>
    where
        R: Addresses + Role<Address = SocketAddr>,
    {
        match self.source {
            Some(source) => socket.leave_source(self.group, source, On::from(index)),
            None => socket.leave_group(self.group, On::from(index)),
        }
    }
}

impl<R: Addresses + Role<Address = SocketAddr>> SocketOf<R> {
    /// Joins a group on each of these interfaces; see [`JoinedEverywhere::update`].
    pub fn join_everywhere(&self, group: IpAddr, interfaces: &[Interface]) -> Vec<Outcome> {
        JoinedEverywhere::new(group).update(self, interfaces).joined
    }
}

//! Linux: interfaces by netlink, over sockets that are kept.

use super::generic::Families;
use super::rtnetlink::{self, kind};
use super::unsettled;
use crate::addr::NetlinkAddress;
use crate::error::{Errno, Error, Operation, Result};
use crate::interface::{Change, Group, Interface, InterfaceAddress, InterfaceKind, Known, Route};
use crate::netlink::{self, Dumped, Message, MessageFlags, Messages, Netlink, Request};
use crate::socket::SocketOf;
use crate::source::AsSource;
use crate::sys::descriptor::Borrowed;
use crate::sys::spare;

/// How often a listing is repeated because what it lists changed meanwhile.
const TRIES: usize = 100;

/// What lists interfaces: a socket for them, one for the families that know more, and a buffer for both.
#[derive(Debug)]
pub(super) struct Lister {
    /// `None` after an error, when there may be an answer in it that nobody reads.
    route: Option<SocketOf<Netlink>>,
    generic: Option<SocketOf<Netlink>>,
    families: Families,
    buffer: Vec<u8>,
}

impl Lister {
    pub(super) fn open() -> Result<Self> {
        let (route, generic) = (SocketOf::<Netlink>::open(netlink::ROUTE)?, open_generic()?);
        Ok(Self { route: Some(route), generic, families: Families::default(), buffer: Vec::new() })
    }

    pub(super) fn list(&mut self) -> Result<Vec<Interface>> {
        let mut interfaces = self.links()?;
        let routes = self.routes()?;
        for interface in &mut interfaces {
            interface.gateways = Some(Route::gateways_of(&routes, interface.index));
        }
        self.ask_families(&mut interfaces)?;
        Ok(interfaces)
    }

    pub(super) fn addresses(&mut self) -> Result<Vec<InterfaceAddress>> {
        self.collect(kind::GETADDR, rtnetlink::IFADDRMSG, |message, found| {
            found.extend(rtnetlink::address(message)?);
            Ok(())
        })
    }

    pub(super) fn routes(&mut self) -> Result<Vec<Route>> {
        self.collect(kind::GETROUTE, rtnetlink::RTMSG, |message, found| {
            rtnetlink::route(message, |route| found.push(route))
        })
    }

    #[allow(clippy::unused_self, reason = "the others ask by a socket")]
    pub(super) fn groups(&mut self) -> Result<Vec<Group>> {
        let mut groups: Vec<Group> = Group::of_igmp(&table("igmp")?.unwrap_or_default()).collect();
        groups.extend(Group::of_igmp6(&table("igmp6")?.unwrap_or_default()));
        Ok(groups)
    }

    /// Lists interfaces with their addresses; every address is one of an interface in the list.
    fn links(&mut self) -> Result<Vec<Interface>> {
        for _ in 0..TRIES {
            let mut interfaces: Vec<Interface> =
                self.collect(kind::GETLINK, rtnetlink::IFINFOMSG, |message, found| {
                    found.extend(rtnetlink::interface(message)?);
                    Ok(())
                })?;
            interfaces.sort_by_key(Interface::index);
            if distribute(self.addresses()?, &mut interfaces) {
                return Ok(interfaces);
            }
        }
        Err(unsettled())
    }

    /// Asks for a table, and again if it changed meanwhile.
    fn collect<T>(
        &mut self,
        kind: u16,
        structure: usize,
        read: impl Fn(&Message<'_>, &mut Vec<T>) -> Result<()>,
    ) -> Result<Vec<T>> {
        let mut request = Request::new(kind, MessageFlags::DUMP);
        request.structure(&[0; rtnetlink::IFINFOMSG][..structure]);
        for _ in 0..TRIES {
            let socket = match self.route.take() {
                Some(socket) => socket,
                None => SocketOf::<Netlink>::open(netlink::ROUTE)?,
            };
            let mut found = Vec::new();
            match socket.dump(&request, &mut self.buffer, |message| read(message, &mut found))? {
                Dumped::Whole => {
                    self.route = Some(socket);
                    return Ok(found);
                }
                Dumped::Inconsistent => self.route = Some(socket),
                Dumped::TooLong => {}
            }
        }
        Err(unsettled())
    }

    /// Adds what only the drivers know.
    fn ask_families(&mut self, interfaces: &mut [Interface]) -> Result<()> {
        let socket = match self.generic.take() {
            Some(socket) => Some(socket),
            None => open_generic()?,
        };
        let Some(socket) = socket else { return Ok(()) };
        self.families.resolve(&socket, &mut self.buffer)?;
        self.families.speeds(&socket, &mut self.buffer, |index, speed| {
            if let Some(interface) = find(interfaces, index) {
                interface.speed = Some(speed);
            }
        })?;
        self.families.wireless(&socket, &mut self.buffer, |index| {
            if let Some(interface) = find(interfaces, index) {
                interface.kind = InterfaceKind::Wireless;
            }
        })?;
        self.generic = Some(socket);
        Ok(())
    }
}

/// Reads a table of the network that this thread is in; `None` if the kernel was built without what it tells of.
fn table(name: &str) -> Result<Option<String>> {
    // A process may have its threads in several networks, and a kernel without the first folder has the second.
    let folders = ["/proc/thread-self/net", "/proc/self/net"];
    let folder = folders.into_iter().find(|folder| std::path::Path::new(folder).exists());
    let Some(folder) = folder else {
        return Err(Error::unsupported(Operation::Interface, "the tables of a network, without proc(5),"));
    };
    match std::fs::read_to_string(format!("{folder}/{name}")) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let errno = Errno::from_raw(error.raw_os_error().unwrap_or(0));
            Err(Error::new(Operation::Interface, errno).with_detail(format!("{folder}/{name}")))
        }
    }
}

/// Opens the socket for families with names; `None` if the kernel has none.
fn open_generic() -> Result<Option<SocketOf<Netlink>>> {
    match SocketOf::<Netlink>::open(netlink::GENERIC) {
        Err(error) if error.is_unsupported() => Ok(None),
        opened => opened.map(Some),
    }
}

/// Finds an interface in a list that is in order.
fn find(interfaces: &mut [Interface], index: u32) -> Option<&mut Interface> {
    let at = interfaces.binary_search_by_key(&index, Interface::index).ok()?;
    interfaces.get_mut(at)
}

/// Gives each interface its addresses; `false` if there are some of an interface that is not there.
fn distribute(addresses: Vec<InterfaceAddress>, interfaces: &mut [Interface]) -> bool {
    addresses.into_iter().all(|address| {
        find(interfaces, address.interface).map(|interface| interface.addresses.push(address)).is_some()
    })
}

/// The groups that tell of interfaces, addresses and routes, a bit each.
const GROUPS: u32 = {
    const LINK: u32 = 1;
    const IPV4_IFADDR: u32 = 5;
    const IPV4_ROUTE: u32 = 7;
    const IPV6_IFADDR: u32 = 9;
    const IPV6_ROUTE: u32 = 11;
    1 << (LINK - 1)
        | 1 << (IPV4_IFADDR - 1)
        | 1 << (IPV4_ROUTE - 1)
        | 1 << (IPV6_IFADDR - 1)
        | 1 << (IPV6_ROUTE - 1)
};

/// What hears of changes.
#[derive(Debug)]
pub(super) struct Watcher {
    socket: SocketOf<Netlink>,
    lister: Lister,
    known: Known,
    buffer: Vec<u8>,
}

impl Watcher {
    pub(super) fn open() -> Result<Self> {
        // What changes from here on is heard; so what is listed after it may be told again, and nothing is missed.
        let socket = SocketOf::<Netlink>::bind(netlink::ROUTE, NetlinkAddress::new(0, GROUPS))?;
        let mut watcher =
            Self { socket, lister: Lister::open()?, known: Known::default(), buffer: Vec::new() };
        watcher.learn()?;
        Ok(watcher)
    }

    pub(super) fn source(&self) -> Borrowed<'_> {
        self.socket.as_source().borrowed()
    }

    pub(super) fn take(&mut self) -> Result<Option<Change>> {
        loop {
            if let Some(change) = self.known.next() {
                return Ok(Some(change));
            }
            match self.hear() {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(error) if error.is_no_buffer_space() => self.lose()?,
                Err(error) => return Err(error),
            }
        }
    }

    fn learn(&mut self) -> Result<()> {
        self.known.learn(self.lister.links()?, Vec::new());
        Ok(())
    }

    /// Passes over what is still there, which is older than a list, and starts anew.
    fn lose(&mut self) -> Result<()> {
        loop {
            match self.receive() {
                Err(error) if error.is_no_buffer_space() => {}
                Err(error) => return Err(error),
                Ok(None) => break,
                Ok(Some(_)) => {}
            }
        }
        self.learn()?;
        self.known.tell(Change::Lost);
        Ok(())
    }

    /// Receives a datagram without waiting; returns whose it is.
    fn receive(&mut self) -> Result<Option<NetlinkAddress>> {
        const ROOM: usize = 1 << 16;
        self.buffer.clear();
        self.buffer.reserve(ROOM);
        let Some((received, from)) = self.socket.now().recv_from(&mut spare(&mut self.buffer))? else {
            return Ok(None);
        };
        if received.is_truncated() {
            self.buffer.clear();
            self.buffer.reserve(received.full_len().unwrap_or(ROOM * 2));
            return Err(Error::new(Operation::Receive, Errno::NOBUFS));
        }
        Ok(Some(from))
    }

    /// Takes note of what a datagram tells; `false` if there is none.
    fn hear(&mut self) -> Result<bool> {
        let Some(from) = self.receive()? else { return Ok(false) };
        if from.pid() == 0 {
            let buffer = std::mem::take(&mut self.buffer);
            let heard = Messages::new(&buffer).try_for_each(|message| note(&mut self.known, &message?));
            self.buffer = buffer;
            heard?;
        }
        Ok(true)
    }
}

fn note(known: &mut Known, message: &Message<'_>) -> Result<()> {
    match message.kind() {
        kind::NEWLINK => {
            if let Some(interface) = rtnetlink::interface(message)? {
                known.link(interface);
            }
        }
        kind::DELLINK => {
            if let Some(interface) = rtnetlink::interface(message)? {
                known.unlink(interface.index);
            }
        }
        kind::NEWADDR => {
            if let Some(address) = rtnetlink::address(message)? {
                known.address(address);
            }
        }
        kind::DELADDR => {
            if let Some(address) = rtnetlink::address(message)? {
                known.unaddress(&address);
            }
        }
        kind::NEWROUTE => rtnetlink::route(message, |route| known.tell(Change::RouteAdded(route)))?,
        kind::DELROUTE => rtnetlink::route(message, |route| known.tell(Change::RouteRemoved(route)))?,
        _ => {}
    }
    Ok(())
}

//! What changes, and how it is found out.

use std::collections::{BTreeMap, VecDeque};

use super::{Interface, InterfaceAddress, Route};

bitflags::bitflags! {
    /// What of an interface is not as it was.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Changed: u32 {
        /// Its [flags](Interface::flags): it was enabled, for one.
        const FLAGS = 1;
        /// Its [operational state](Interface::state).
        const STATE = 1 << 1;
        /// Its [MTU](Interface::mtu).
        const MTU = 1 << 2;
        /// Its [hardware address](Interface::hardware_address).
        const HARDWARE_ADDRESS = 1 << 3;
        /// What it [belongs to](Interface::master).
        const MASTER = 1 << 4;
        /// What it [lies on](Interface::parent).
        const PARENT = 1 << 5;
        /// Its [further names](Interface::other_names), and what people [call it](Interface::friendly_name).
        const OTHER_NAMES = 1 << 6;
    }
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// There is a new interface, or one came from another network namespace. Its addresses and gateways are told by themselves.
    Added(Box<Interface>),
    /// An interface is gone.
    Removed {
        /// Its index, which another may get.
        index: u32,
        /// The name that it had at the end.
        name: Box<str>,
    },
    /// An interface has another name.
    Renamed {
        /// Its index, which stays.
        index: u32,
        /// The name that it had.
        from: Box<str>,
        /// The name that it has.
        to: Box<str>,
    },
    /// Frames pass an interface: it [is running](Interface::is_running) now.
    Up {
        /// Its index.
        index: u32,
    },
    /// Frames do not pass an interface any more: it was disabled, or unplugged.
    Down {
        /// Its index.
        index: u32,
    },
    /// Something else of an interface changed, or what made it go up or down.
    Changed {
        /// The interface as it is now, without addresses and gateways.
        interface: Box<Interface>,
        /// What changed.
        what: Changed,
    },
    /// An interface has a new address.
    AddressAdded(InterfaceAddress),
    /// Something of an address changed, that it is no longer tentative for example. Lifetimes do not count.
    AddressChanged(InterfaceAddress),
    /// An interface has lost an address.
    AddressRemoved(InterfaceAddress),
    /// There is a new route, perhaps in the place of another one.
    RouteAdded(Route),
    /// A route is gone.
    RouteRemoved(Route),
    /// So much changed that the system had no room for all of it. What the program knows is out of date: it has to list
    /// everything again.
    Lost,
}

/// What is known of all interfaces, and what changed since then that was not told yet.
#[derive(Debug, Default)]
pub(crate) struct Known {
    interfaces: BTreeMap<u32, Interface>,
    addresses: Vec<InterfaceAddress>,
    routes: Vec<Route>,
    told: VecDeque<Change>,
}

impl Known {
    pub(crate) fn next(&mut self) -> Option<Change> {
        self.told.pop_front()
    }

    pub(crate) fn tell(&mut self, change: Change) {
        self.told.push_back(change);
    }

    /// Takes note of everything, and tells nothing of it.
    pub(crate) fn learn(&mut self, interfaces: Vec<Interface>, routes: Vec<Route>) {
        let told = std::mem::take(&mut self.told);
        self.replace(interfaces, routes);
        self.told = told;
    }

    /// Takes note of everything, and tells what is different.
    pub(crate) fn replace(&mut self, mut interfaces: Vec<Interface>, routes: Vec<Route>) {
        let gone: Vec<u32> = self.interfaces.keys().copied().collect();
        for index in gone.into_iter().filter(|index| interfaces.iter().all(|new| new.index != *index)) {
            self.unlink(index);
        }
        let addresses: Vec<_> =
            interfaces.iter_mut().flat_map(|interface| std::mem::take(&mut interface.addresses)).collect();
        for interface in interfaces {
            self.link(interface);
        }
        let is_gone = |old: &InterfaceAddress| !addresses.iter().any(|new| new.is_same(old));
        for old in self.addresses.clone().into_iter().filter(is_gone) {
            self.unaddress(&old);
        }
        for address in addresses {
            self.address(address);
        }
        for old in self.routes.iter().filter(|old| !routes.contains(old)) {
            self.told.push_back(Change::RouteRemoved(*old));
        }
        for new in routes.iter().filter(|new| !self.routes.contains(new)) {
            self.told.push_back(Change::RouteAdded(*new));
        }
        self.routes = routes;
    }

    /// Takes note of an interface as it is now.
    pub(crate) fn link(&mut self, mut new: Interface) {
        (new.addresses, new.gateways) = (Vec::new(), None);
        let index = new.index;
        let Some(old) = self.interfaces.insert(index, new.clone()) else {
            self.tell(Change::Added(Box::new(new)));
            return;
        };
        if old.name != new.name {
            self.tell(Change::Renamed { index, from: old.name.clone(), to: new.name.clone() });
        }
        match (old.is_running(), new.is_running()) {
            (false, true) => self.tell(Change::Up { index }),
            (true, false) => self.tell(Change::Down { index }),
            _ => {}
        }
        let what = difference(&old, &new);
        if !what.is_empty() {
            self.tell(Change::Changed { interface: Box::new(new), what });
        }
    }

    /// Takes note that an interface is gone, and its addresses with it.
    pub(crate) fn unlink(&mut self, index: u32) {
        let (gone, kept) =
            std::mem::take(&mut self.addresses).into_iter().partition(|it| it.interface == index);
        self.addresses = kept;
        let gone: Vec<_> = gone;
        self.told.extend(gone.into_iter().map(Change::AddressRemoved));
        if let Some(Interface { name, .. }) = self.interfaces.remove(&index) {
            self.tell(Change::Removed { index, name });
        }
    }

    /// Takes note of an address as it is now.
    pub(crate) fn address(&mut self, new: InterfaceAddress) {
        match self.addresses.iter_mut().find(|old| old.is_same(&new)) {
            None => {
                self.addresses.push(new);
                self.tell(Change::AddressAdded(new));
            }
            Some(old) => {
                let is_unchanged = old.is_unchanged(&new);
                *old = new;
                if !is_unchanged {
                    self.tell(Change::AddressChanged(new));
                }
            }
        }
    }

    /// Takes note that an address is gone.
    pub(crate) fn unaddress(&mut self, gone: &InterfaceAddress) {
        if let Some(at) = self.addresses.iter().position(|old| old.is_same(gone)) {
            let old = self.addresses.remove(at);
            self.tell(Change::AddressRemoved(old));
        }
    }
}

fn difference(old: &Interface, new: &Interface) -> Changed {
    let rows = [
        (old.flags != new.flags, Changed::FLAGS),
        (old.state != new.state, Changed::STATE),
        (old.mtu != new.mtu, Changed::MTU),
        (old.link.hardware_address() != new.link.hardware_address(), Changed::HARDWARE_ADDRESS),
        (old.master != new.master, Changed::MASTER),
        (old.parent != new.parent, Changed::PARENT),
        (old.friendly_name != new.friendly_name || old.other_names != new.other_names, Changed::OTHER_NAMES),
    ];
    rows.into_iter().filter(|row| row.0).fold(Changed::empty(), |what, row| what | row.1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{AddressFlags, AddressScope, InterfaceFlags, OperationalState};
    use super::*;

    fn interface(index: u32, name: &str) -> Interface {
        Interface::new(index, name)
    }

    fn address(interface: u32, text: &str) -> InterfaceAddress {
        InterfaceAddress::new(interface, text.parse().unwrap(), 24, AddressScope::Global)
    }

    fn told(known: &mut Known) -> Vec<Change> {
        std::iter::from_fn(|| known.next()).collect()
    }

    #[test]
    fn what_is_learnt_is_not_told_and_what_is_the_same_neither() {
        let mut known = Known::default();
        let mut first = interface(1, "a");
        first.addresses.push(address(1, "10.0.0.1"));
        known.learn(vec![first.clone()], Vec::new());
        assert_eq!(told(&mut known), []);
        first.counters = Some(super::super::Counters { rx_bytes: 7, ..Default::default() });
        first.addresses[0].valid = Some(std::time::Duration::from_secs(1));
        known.replace(vec![first], Vec::new());
        assert_eq!(told(&mut known), []);
    }

    #[test]
    fn interfaces_come_change_and_go() {
        let mut known = Known::default();
        known.replace(vec![interface(1, "a")], Vec::new());
        assert_eq!(told(&mut known), [Change::Added(Box::new(interface(1, "a")))]);
        let flags = InterfaceFlags::UP | InterfaceFlags::RUNNING;
        let up = Interface { flags, state: OperationalState::Up, mtu: Some(9), ..interface(1, "b") };
        known.replace(vec![up.clone()], Vec::new());
        let renamed = Change::Renamed { index: 1, from: "a".into(), to: "b".into() };
        let what = Changed::FLAGS | Changed::STATE | Changed::MTU;
        let changed = Change::Changed { interface: Box::new(up), what };
        assert_eq!(told(&mut known), [renamed, Change::Up { index: 1 }, changed]);
        known.link(interface(1, "b"));
        assert_eq!(told(&mut known)[0], Change::Down { index: 1 });
        known.replace(Vec::new(), Vec::new());
        assert_eq!(told(&mut known), [Change::Removed { index: 1, name: "b".into() }]);
        known.unlink(1);
        assert_eq!(told(&mut known), []);
    }

    #[test]
    fn addresses_come_change_and_go_with_their_interface() {
        let mut known = Known::default();
        let with = |addresses: &[InterfaceAddress]| {
            let mut interface = interface(1, "a");
            interface.addresses = addresses.to_vec();
            vec![interface]
        };
        let (one, two) = (address(1, "10.0.0.1"), address(1, "10.0.0.2"));
        known.learn(with(&[one]), Vec::new());
        known.replace(with(&[two]), Vec::new());
        assert_eq!(told(&mut known), [Change::AddressRemoved(one), Change::AddressAdded(two)]);
        let fit = InterfaceAddress { flags: AddressFlags::PERMANENT, ..two };
        known.replace(with(&[fit]), Vec::new());
        assert_eq!(told(&mut known), [Change::AddressChanged(fit)]);
        known.unlink(1);
        let removed = Change::Removed { index: 1, name: "a".into() };
        assert_eq!(told(&mut known), [Change::AddressRemoved(fit), removed]);
        known.unaddress(&fit);
        assert_eq!(told(&mut known), []);
    }

    #[test]
    fn routes_come_and_go() {
        let route = |metric| Route {
            destination: "0.0.0.0/0".parse().unwrap(),
            gateway: None,
            interface: Some(1),
            source: None,
            metric,
            table: 0,
        };
        let mut known = Known::default();
        known.learn(Vec::new(), vec![route(1)]);
        known.replace(Vec::new(), vec![route(2)]);
        assert_eq!(told(&mut known), [Change::RouteRemoved(route(1)), Change::RouteAdded(route(2))]);
    }
}

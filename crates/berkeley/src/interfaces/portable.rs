//! Other systems: interfaces as the system layer lists them, and changes by comparing two lists.

use crate::error::{During, Errno, Error, Operation, Result};
use crate::interface::{Change, Group, Interface, InterfaceAddress, Known, Route};
use crate::sys::descriptor::Borrowed;
use crate::sys::interface::{self, Notifier};

/// What lists interfaces, for which nothing need be kept.
#[derive(Debug)]
pub(super) struct Lister;

#[allow(clippy::unused_self, reason = "its twin has sockets to keep")]
impl Lister {
    pub(super) fn open() -> Result<Self> {
        interface::available().during(Operation::Interface).map(|()| Self)
    }

    pub(super) fn list(&mut self) -> Result<Vec<Interface>> {
        let mut interfaces = interface::list().during(Operation::Interface)?;
        interfaces.sort_by_key(Interface::index);
        match self.routes() {
            Err(error) if error.is_unsupported() => {}
            routes => {
                let routes = routes?;
                for interface in &mut interfaces {
                    interface.gateways = Some(Route::gateways_of(&routes, interface.index));
                }
            }
        }
        Ok(interfaces)
    }

    pub(super) fn addresses(&mut self) -> Result<Vec<InterfaceAddress>> {
        let interfaces = interface::list().during(Operation::Interface)?;
        Ok(interfaces.into_iter().flat_map(|interface| interface.addresses).collect())
    }

    pub(super) fn routes(&mut self) -> Result<Vec<Route>> {
        interface::routes().during(Operation::Interface)
    }

    pub(super) fn groups(&mut self) -> Result<Vec<Group>> {
        interface::groups().map_err(|errno| match errno {
            Errno::OPNOTSUPP => {
                Error::unsupported(Operation::Interface, "a list of the groups that interfaces have joined")
            }
            errno => Error::new(Operation::Interface, errno),
        })
    }
}

/// What hears that something changed, and finds out what.
#[derive(Debug)]
pub(super) struct Watcher {
    notifier: Notifier,
    known: Known,
}

/// Interfaces, and routes where the system tells them.
fn everything() -> Result<(Vec<Interface>, Vec<Route>)> {
    let interfaces = interface::list().during(Operation::Interface)?;
    match interface::routes().during(Operation::Interface) {
        Err(error) if error.is_unsupported() => Ok((interfaces, Vec::new())),
        routes => routes.map(|routes| (interfaces, routes)),
    }
}

impl Watcher {
    pub(super) fn open() -> Result<Self> {
        let notifier = Notifier::open().during(Operation::Interface)?;
        let mut known = Known::default();
        let (interfaces, routes) = everything()?;
        known.learn(interfaces, routes);
        Ok(Self { notifier, known })
    }

    pub(super) fn source(&self) -> Borrowed<'_> {
        self.notifier.source()
    }

    pub(super) fn take(&mut self) -> Result<Option<Change>> {
        loop {
            if let Some(change) = self.known.next() {
                return Ok(Some(change));
            }
            if !self.notifier.take().during(Operation::Interface)? {
                return Ok(None);
            }
            let (interfaces, routes) = everything()?;
            self.known.replace(interfaces, routes);
        }
    }
}

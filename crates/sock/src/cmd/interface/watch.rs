//! The changes of interfaces, as they happen.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use berkeley::interface::{Change, InterfaceAddress, Route};
use berkeley::{Deadline, Interest, InterfaceChanges, Watch, wait_any};

use super::{InterfaceArgs, failed, is_meant, open, record, text};
use crate::exit::Exit;
use crate::input::Input;
use crate::output::{Record, Sink};
use crate::report::{Failure, Voice};
use crate::signal::Ending;

/// Tells every change until it is to end.
pub fn run(
    sink: &mut Sink,
    asked: &InterfaceArgs,
    count: Option<u64>,
    deadline: Deadline,
    voice: Voice,
) -> Result<Exit, Failure> {
    let ending = Ending::open();
    // What changes between the list and the first wait is told, and not lost.
    let mut changes = InterfaceChanges::open().map_err(|error| failed(&error))?;
    let mut names = Names::new(asked)?;
    voice.note("watching the interfaces");
    let mut told = 0;
    loop {
        while let Some(change) = changes.take().map_err(|error| failed(&error))? {
            let Some(said) = names.tell(&change, asked) else { continue };
            sink.line(&Input::none(), said.text, || said.record.with("t_unix_ns", now()))?;
            told += 1;
            if count == Some(told) {
                return Ok(Exit::Done);
            }
        }
        sink.flush()?;
        if let Some(exit) = ending.take() {
            return Ok(exit);
        }
        let mut watches = vec![Watch::new(&changes, Interest::READABLE)];
        watches.extend(ending.watch());
        let ready = wait_any(&mut watches, deadline).map_err(|error| failed(&error))?;
        if ready == 0 {
            return Ok(if count.is_some() { Exit::TimedOut } else { Exit::Done });
        }
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// A change in words and as a record.
struct Said {
    text: String,
    record: Record,
}

/// How interfaces are called, and which of them are watched.
struct Names {
    by_index: BTreeMap<u32, String>,
    /// Those that were asked for and are there; `None` is all.
    watched: Option<Vec<u32>>,
}

impl Names {
    fn new(asked: &InterfaceArgs) -> Result<Self, Failure> {
        let all = open()?.list().map_err(|error| failed(&error))?;
        let by_index = all.iter().map(|one| (one.index(), one.name().to_owned())).collect();
        let is_named = |one: &&berkeley::Interface| asked.interfaces.iter().any(|named| is_meant(one, named));
        let watched = all.iter().filter(is_named).map(berkeley::Interface::index).collect();
        Ok(Self { by_index, watched: (!asked.interfaces.is_empty()).then_some(watched) })
    }

    fn name(&self, index: u32) -> String {
        self.by_index.get(&index).cloned().unwrap_or_else(|| index.to_string())
    }

    fn is_watched(&self, index: u32) -> bool {
        self.watched.as_ref().is_none_or(|watched| watched.contains(&index))
    }

    /// Takes note of what an interface is called now, and whether it is one that is watched for that.
    fn call(&mut self, index: u32, name: &str, asked: &InterfaceArgs) {
        self.by_index.insert(index, name.to_owned());
        let is_named = asked.interfaces.iter().any(|named| named == name || named.parse() == Ok(index));
        if let Some(watched) = self.watched.as_mut().filter(|watched| is_named && !watched.contains(&index)) {
            watched.push(index);
        }
    }

    /// Says a change, if it is one of what is watched.
    fn tell(&mut self, change: &Change, asked: &InterfaceArgs) -> Option<Said> {
        let index = index_of(change);
        match change {
            Change::Added(interface) => self.call(interface.index(), interface.name(), asked),
            Change::Renamed { index, to, .. } => self.call(*index, to, asked),
            _ => {}
        }
        let is_watched = index.map_or(self.watched.is_none(), |index| self.is_watched(index));
        let is_of_family = is_ipv4(change).is_none_or(|is_ipv4| asked.has_family(is_ipv4));
        let said =
            (matches!(change, Change::Lost) || (is_watched && is_of_family)).then(|| self.say(index, change));
        if let Change::Removed { index, .. } = change {
            self.by_index.remove(index);
            self.watched.iter_mut().for_each(|watched| watched.retain(|one| one != index));
        }
        said
    }

    fn say(&self, index: Option<u32>, change: &Change) -> Said {
        let name = index.map(|index| self.name(index));
        let (what, text, record) = words(change);
        let subject = name.as_deref().unwrap_or("-");
        let text = format!("{subject} {what} {text}").trim_end().to_owned();
        let head = Record::new().with("change", what.replace(' ', "_"));
        let head = head.with_some("interface", name).with_some("index", index);
        Said { text, record: head.and(record) }
    }
}

/// The interface that a change is one of.
fn index_of(change: &Change) -> Option<u32> {
    match change {
        Change::Added(interface) | Change::Changed { interface, .. } => Some(interface.index()),
        Change::Removed { index, .. }
        | Change::Renamed { index, .. }
        | Change::Up { index }
        | Change::Down { index } => Some(*index),
        Change::AddressAdded(address) | Change::AddressChanged(address) | Change::AddressRemoved(address) => {
            Some(address.interface())
        }
        Change::RouteAdded(route) | Change::RouteRemoved(route) => route.interface(),
        _ => None,
    }
}

/// The family of what a change is one of, if it has one.
fn is_ipv4(change: &Change) -> Option<bool> {
    match change {
        Change::AddressAdded(address) | Change::AddressChanged(address) | Change::AddressRemoved(address) => {
            Some(address.address().is_ipv4())
        }
        Change::RouteAdded(route) | Change::RouteRemoved(route) => Some(route.destination().addr().is_ipv4()),
        _ => None,
    }
}

/// What happened, in a word or two; what there is to say of it; and that as a record.
fn words(change: &Change) -> (&'static str, String, Record) {
    match change {
        Change::Added(interface) => {
            let record = Record::new().with("link", record::link(interface, &[]));
            ("added", interface.kind().name().to_owned(), record)
        }
        Change::Removed { .. } => ("removed", String::new(), Record::new()),
        Change::Renamed { from, to, .. } => {
            let record = Record::new().with("from", &**from).with("to", &**to);
            ("renamed", format!("from {from}"), record)
        }
        Change::Up { .. } => ("up", String::new(), Record::new()),
        Change::Down { .. } => ("down", String::new(), Record::new()),
        Change::Changed { interface, what } => {
            let what: Vec<String> =
                what.iter_names().map(|(name, _)| name.to_ascii_lowercase().replace('_', " ")).collect();
            let said = format!("{}: {}", what.join(", "), text::state(interface));
            ("changed", said, Record::new().with("what", what).with("link", record::link(interface, &[])))
        }
        Change::AddressAdded(address) => of_address("address added", address),
        Change::AddressChanged(address) => of_address("address changed", address),
        Change::AddressRemoved(address) => of_address("address removed", address),
        Change::RouteAdded(route) => of_route("route added", route),
        Change::RouteRemoved(route) => of_route("route removed", route),
        Change::Lost => ("lost", "changes; list everything again".to_owned(), Record::new()),
        other => ("changed", format!("{other:?}"), Record::new()),
    }
}

fn of_address(what: &'static str, address: &InterfaceAddress) -> (&'static str, String, Record) {
    (what, text::long(address), record::address(address))
}

fn of_route(what: &'static str, route: &Route) -> (&'static str, String, Record) {
    let mut words = vec![route.destination().to_string()];
    words.extend(route.gateway().map(|gateway| format!("via {gateway}")));
    words.push(format!("metric {} table {}", route.metric(), route.table()));
    (what, words.join(" "), record::route(route))
}

//! Interfaces as people read them: a table, or all of one.

use std::time::Duration;

use berkeley::Interface;
use berkeley::interface::InterfaceAddress;

use super::{View, record};
use crate::output::Value;

const COLUMNS: usize = 7;

const HEADING: [&str; COLUMNS] = ["INDEX", "NAME", "KIND", "STATE", "MTU", "HARDWARE", "ADDRESSES"];

/// A line an interface, its columns as wide as the longest entry.
pub struct Table {
    rows: Vec<[String; COLUMNS]>,
    widths: [usize; COLUMNS],
}

impl Table {
    pub fn of(views: &[View<'_>]) -> Self {
        let rows: Vec<_> = std::iter::once(HEADING.map(str::to_owned)).chain(views.iter().map(row)).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths = std::array::from_fn(width);
        Self { rows, widths }
    }

    /// The line of a row, the first of which has the heading above it.
    pub fn line(&self, row: usize) -> String {
        let line = self.write(row + 1);
        if row == 0 { format!("{}\n{line}", self.write(0)) } else { line }
    }

    fn write(&self, row: usize) -> String {
        let cells = self.rows[row].iter().zip(self.widths);
        let line: Vec<String> = cells.map(|(cell, width)| format!("{cell:width$}")).collect();
        line.join("  ").trim_end().to_owned()
    }
}

fn row(view: &View<'_>) -> [String; COLUMNS] {
    let interface = view.interface;
    let or_none = |text: String| if text.is_empty() { "-".to_owned() } else { text };
    let addresses = view.addresses.iter().map(|address| short(address)).collect::<Vec<_>>();
    [
        interface.index().to_string(),
        interface.name().to_owned(),
        interface.kind().name().to_owned(),
        state(interface).to_owned(),
        or_none(interface.mtu().map(|mtu| mtu.to_string()).unwrap_or_default()),
        or_none(record::figures(interface.hardware_address())),
        or_none(addresses.join(" ")),
    ]
}

/// Both states in a word: what nobody has enabled is disabled, whatever the system says else.
pub fn state(interface: &Interface) -> &'static str {
    if interface.is_enabled() { interface.state().name() } else { "disabled" }
}

/// An address as ip(8) writes it, with its peer if it has one.
pub fn short(address: &InterfaceAddress) -> String {
    let (own, prefix) = (address.address(), address.prefix_len());
    match address.peer() {
        Some(peer) => format!("{own}>{peer}/{prefix}"),
        None => format!("{own}/{prefix}"),
    }
}

/// Everything that is known of an interface, a line a field.
pub fn whole(view: &View<'_>, is_after_others: bool) -> String {
    let View { interface, addresses, all, .. } = view;
    let counted = interface.counters().filter(|_| view.has_counters);
    let addresses: Vec<String> = addresses.iter().map(|address| long(address)).collect();
    let gateways: Vec<String> =
        interface.gateways().unwrap_or_default().iter().map(ToString::to_string).collect();
    let record = record::link(interface, all)
        .worded("flags", Value::to_string)
        .with_some("addresses", (!addresses.is_empty()).then_some(addresses))
        .with_some("gateways", (!gateways.is_empty()).then_some(gateways))
        .with_some("counters", counted.map(record::counters));
    format!("{}{record}", if is_after_others { "\n" } else { "" })
}

/// An address with all that is said of it, in one line.
pub fn long(address: &InterfaceAddress) -> String {
    let mut words = vec![short(address)];
    words.extend(address.broadcast().map(|broadcast| format!("broadcast {broadcast}")));
    words.push(format!("scope {}", address.scope()));
    words.extend(record::address_flags(address));
    words.extend(address.label().map(|label| format!("label {label}")));
    let time = |what: &str, time: Option<Duration>| time.map(|time| format!("{what} {} s", time.as_secs()));
    words.extend(time("valid", address.valid_lifetime()));
    words.extend(time("preferred", address.preferred_lifetime()));
    words.join(" ")
}

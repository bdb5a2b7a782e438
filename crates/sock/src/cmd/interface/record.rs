//! What is known of an interface, as records.

use std::time::Duration;

use berkeley::Interface;
use berkeley::interface::{AddressFlags, Counters, InterfaceAddress, InterfaceFlags, Route};

use super::View;
use crate::output::{Record, Value};

/// Everything that is known of an interface.
pub fn of_view(view: &View<'_>) -> Record {
    let View { interface, addresses, all, has_counters } = view;
    let addresses = addresses.iter().map(|one| Value::Record(address(one))).collect();
    let gateways = interface.gateways().map(|all| Value::List(all.iter().map(|one| (*one).into()).collect()));
    let counted = interface.counters().filter(|_| *has_counters);
    link(interface, all)
        .with("addresses", Value::List(addresses))
        .with_some("gateways", gateways)
        .with_some("counters", counted.map(counters))
}

/// What is known of an interface itself.
pub fn link(interface: &Interface, all: &[Interface]) -> Record {
    let other_names: Vec<String> = interface.other_names().map(str::to_owned).collect();
    let hardware = interface.hardware_address();
    Record::new()
        .with("name", interface.name())
        .with("index", interface.index())
        .with_some("friendly_name", interface.friendly_name())
        .with_some("other_names", (!other_names.is_empty()).then_some(other_names))
        .with("kind", interface.kind().name())
        .with_some("driver_kind", interface.driver_kind())
        .with("hardware_type", interface.hardware_type())
        .with("enabled", interface.is_enabled())
        .with("state", interface.state().name())
        .with("running", interface.is_running())
        .with("flags", flags(interface.flags()))
        .with_some("mtu", interface.mtu())
        .with_some("speed_bps", interface.speed())
        .with_some("hardware_address", (!hardware.is_empty()).then(|| figures(hardware)))
        .and(relative("parent", "parent_index", interface.parent(), all))
        .and(relative("master", "master_index", interface.master(), all))
}

/// Another interface, by its name if that is known.
fn relative(name: &'static str, number: &'static str, index: Option<u32>, all: &[Interface]) -> Record {
    let named = index.and_then(|index| all.iter().find(|other| other.index() == index));
    Record::new().with_some(name, named.map(Interface::name)).with_some(number, index)
}

pub fn address(address: &InterfaceAddress) -> Record {
    let seconds = |time: Option<Duration>| time.map(|time| time.as_secs());
    Record::new()
        .with("address", address.address())
        .with("prefix_length", address.prefix_len())
        .with("network", address.network())
        .with_some("peer", address.peer())
        .with_some("broadcast", address.broadcast())
        .with("scope", address.scope().to_string())
        .with("flags", address_flags(address))
        .with_some("label", address.label())
        .with_some("valid_s", seconds(address.valid_lifetime()))
        .with_some("preferred_s", seconds(address.preferred_lifetime()))
}

pub fn route(route: &Route) -> Record {
    Record::new()
        .with("destination", route.destination())
        .with_some("gateway", route.gateway())
        .with_some("source", route.source())
        .with("metric", route.metric())
        .with("table", route.table())
}

pub fn counters(counted: &Counters) -> Record {
    let rows = [
        ("rx_bytes", counted.rx_bytes),
        ("rx_packets", counted.rx_packets),
        ("rx_errors", counted.rx_errors),
        ("rx_dropped", counted.rx_dropped),
        ("rx_multicast", counted.rx_multicast),
        ("tx_bytes", counted.tx_bytes),
        ("tx_packets", counted.tx_packets),
        ("tx_errors", counted.tx_errors),
        ("tx_dropped", counted.tx_dropped),
        ("collisions", counted.collisions),
    ];
    rows.into_iter().fold(Record::new(), |record, (name, number)| record.with(name, number))
}

/// The words of flags; bits that have none are a number.
pub fn flags(flags: InterfaceFlags) -> Vec<String> {
    let mut names = flags.iter_names();
    let mut words: Vec<String> = names.by_ref().map(|(name, _)| word(name)).collect();
    let rest = names.remaining().bits();
    words.extend((rest != 0).then(|| format!("{rest:#x}")));
    words
}

pub fn address_flags(address: &InterfaceAddress) -> Vec<String> {
    let mut names = address.flags().iter_names();
    let is_secondary = |flag: AddressFlags| address.address().is_ipv4() && flag == AddressFlags::SECONDARY;
    // One bit has a name in each family.
    let in_words = |(name, flag)| if is_secondary(flag) { "secondary".to_owned() } else { word(name) };
    let mut words: Vec<String> = names.by_ref().map(in_words).collect();
    let rest = names.remaining().bits();
    words.extend((rest != 0).then(|| format!("{rest:#x}")));
    words
}

fn word(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

/// Writes a hardware address as everybody does.
pub fn figures(address: &[u8]) -> String {
    address.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_have_words_and_what_has_none_is_kept() {
        let known = InterfaceFlags::UP | InterfaceFlags::POINT_TO_POINT | InterfaceFlags::LOWER_UP;
        assert_eq!(flags(known), ["up", "point-to-point", "lower-up"]);
        assert_eq!(
            flags(InterfaceFlags::UP | InterfaceFlags::from_bits_retain(1 << 50)),
            ["up", "0x4000000000000"]
        );
        assert!(flags(InterfaceFlags::empty()).is_empty());
    }

    #[test]
    fn hardware_addresses_are_of_any_length() {
        assert_eq!(figures(&[2, 0, 0, 0, 0, 0xa]), "02:00:00:00:00:0a");
        assert_eq!(figures(&[]), "");
    }
}

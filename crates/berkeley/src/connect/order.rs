//! In which order addresses are tried: RFC 8305, sections 3 and 4.

use std::collections::VecDeque;

use crate::addr::{Address, Family};

/// Addresses that are still to be tried, of which more may come.
///
/// Families take turns, so that no more than one address of a path that leads nowhere is tried before the other's first.
#[derive(Clone, Debug)]
pub(super) struct Order {
    v6: VecDeque<Address>,
    v4: VecDeque<Address>,
    /// Whose turn it is.
    next: Family,
}

impl Order {
    pub(super) const fn new(first: Family) -> Self {
        Self { v6: VecDeque::new(), v4: VecDeque::new(), next: first }
    }

    /// Adds addresses behind those of their family, each once.
    pub(super) fn extend(&mut self, addresses: impl IntoIterator<Item = Address>) {
        for address in addresses {
            let list = self.list(address.family());
            if !list.contains(&address) {
                list.push_back(address);
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.v6.len() + self.v4.len()
    }

    /// Takes the address whose turn it is.
    pub(super) fn next(&mut self) -> Option<Address> {
        let (next, other) = if self.next == Family::INET {
            (Family::INET, Family::INET6)
        } else {
            (Family::INET6, Family::INET)
        };
        if let Some(address) = self.list(next).pop_front() {
            self.next = other;
            return Some(address);
        }
        self.list(other).pop_front()
    }

    fn list(&mut self, family: Family) -> &mut VecDeque<Address> {
        if family == Family::INET { &mut self.v4 } else { &mut self.v6 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(first: Family, texts: &[&str]) -> Order {
        let mut order = Order::new(first);
        order.extend(texts.iter().filter_map(|text| text.parse().ok()));
        order
    }

    fn taken(order: &mut Order) -> String {
        std::iter::from_fn(|| order.next().map(|address| address.to_string())).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn families_take_turns() {
        let all = ["10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1", "[::1]:1", "[::2]:1"];
        let mut six = order(Family::INET6, &all);
        assert_eq!(six.len(), 5);
        assert_eq!(taken(&mut six), "[::1]:1 10.0.0.1:1 [::2]:1 10.0.0.2:1 10.0.0.3:1");
        assert_eq!(taken(&mut order(Family::INET, &all)), "10.0.0.1:1 [::1]:1 10.0.0.2:1 [::2]:1 10.0.0.3:1");
        assert_eq!(taken(&mut order(Family::INET6, &all[..2])), "10.0.0.1:1 10.0.0.2:1");
    }

    #[test]
    fn what_comes_late_has_its_turn_next() {
        let mut order = order(Family::INET6, &["10.0.0.1:1", "10.0.0.2:1", "10.0.0.1:1"]);
        assert_eq!(order.next().map(|address| address.to_string()).as_deref(), Some("10.0.0.1:1"));
        order.extend("[::1]:1".parse());
        assert_eq!(taken(&mut order), "[::1]:1 10.0.0.2:1");
    }
}

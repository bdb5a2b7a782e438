//! The groups that interfaces have joined.

#[cfg(linux_like)]
use std::net::{Ipv4Addr, Ipv6Addr};

use std::net::IpAddr;

/// A group that an interface has joined, for a socket or for the system itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Group {
    index: u32,
    address: IpAddr,
    users: Option<u32>,
}

impl Group {
    /// Returns the index of the interface.
    #[must_use]
    pub const fn index(&self) -> u32 {
        self.index
    }

    /// Returns the address of the group.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    #[cfg(any(apple, freebsd, windows))]
    pub(crate) const fn new(index: u32, address: IpAddr) -> Self {
        Self { index, address, users: None }
    }

    /// Returns how many have joined it, the system among them; `None` where the system does not tell: Linux alone does.
    #[must_use]
    pub const fn users(&self) -> Option<u32> {
        self.users
    }

    /// Reads Linux's file `igmp`: a line for each interface, and below it one for each group, further to the right. What is
    /// not understood is passed over.
    #[cfg(linux_like)]
    pub(crate) fn of_igmp(text: &str) -> impl Iterator<Item = Self> {
        let mut index = None;
        text.lines().filter_map(move |line| {
            let mut words = line.split_ascii_whitespace();
            if !line.starts_with([' ', '\t']) {
                index = words.next()?.parse().ok();
                return None;
            }
            // The four bytes as they lie in memory, read as one number.
            let bytes = u32::from_str_radix(words.next()?, 16).ok()?.to_ne_bytes();
            let users = Some(words.next()?.parse().ok()?);
            Some(Self { index: index?, address: Ipv4Addr::from(bytes).into(), users })
        })
    }

    /// Reads Linux's file `igmp6`: a line for each group of each interface.
    #[cfg(linux_like)]
    pub(crate) fn of_igmp6(text: &str) -> impl Iterator<Item = Self> {
        text.lines().filter_map(|line| {
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            let &[index, _, address, users, ..] = words.as_slice() else { return None };
            let digits = Some(address).filter(|address| address.len() == 32)?;
            let address = Ipv6Addr::from(u128::from_str_radix(digits, 16).ok()?).into();
            Some(Self { index: index.parse().ok()?, address, users: Some(users.parse().ok()?) })
        })
    }
}

#[cfg(all(test, linux_like))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn told(groups: impl Iterator<Item = Group>) -> Vec<String> {
        groups.map(|group| format!("{} {} {}", group.index, group.address, group.users.unwrap())).collect()
    }

    #[test]
    fn the_files_of_linux_are_read() {
        let number = u32::from_ne_bytes([224, 0, 0, 251]);
        let text = format!(
            "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n1\tlo        :     1      V3\n\
             12\teth0      :     1      V3\n\t\t\t\t{number:08X}     2 0:00000000\t\t0\n\t\t\t\tnothing 1\n"
        );
        assert_eq!(told(Group::of_igmp(&text)), ["12 224.0.0.251 2"]);
        let text = "4    eth0            ff0200000000000000000001ff000002     3 00000004 0\n\
            5    eth1            ff02     1 0\nnothing\n";
        assert_eq!(told(Group::of_igmp6(text)), ["4 ff02::1:ff00:2 3"]);
    }
}

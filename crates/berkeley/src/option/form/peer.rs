//! Values that say who the peer is.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use super::{Form, Unfit, time};
use crate::sys::address::RawAddress;
use crate::sys::{Sockaddr, layout};

/// Who a process is: `struct ucred` and its kin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Credentials {
    /// The process; none where the system does not tell it.
    pub pid: Option<i32>,
    /// The effective user.
    pub uid: u32,
    /// The effective group.
    pub gid: u32,
}

/// Writes the parts of a form that is only read, and what it has to be.
macro_rules! read_only {
    ($text:literal) => {
        const TEXT: &'static str = $text;

        fn encode<R>(_: &Self::Value, _: impl FnOnce(&[u8]) -> R) -> Result<R, Unfit> {
            Err(Unfit::OutOfRange)
        }

        fn parse(_: &str) -> Option<Self::Value> {
            None
        }
    };
}

pub(super) use read_only;

impl Form for Credentials {
    type Value = Self;
    const SIZE: usize = layout::CREDENTIALS_SIZE;
    read_only!("a process, a user and a group");

    fn decode(bytes: &[u8]) -> Option<Self> {
        layout::decode_credentials(bytes).map(|(pid, uid, gid)| Self { pid, uid, gid })
    }

    fn write(value: &Self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match value.pid {
            Some(pid) => write!(f, "pid={pid} uid={} gid={}", value.uid, value.gid),
            None => write!(f, "uid={} gid={}", value.uid, value.gid),
        }
    }
}

/// The further groups of a process.
#[derive(Clone, Copy, Debug)]
pub enum Groups {}

/// NGROUPS_MAX of Linux.
const MOST_GROUPS: usize = 65536;

impl Form for Groups {
    type Value = Vec<u32>;
    const SIZE: usize = 4 * MOST_GROUPS;
    read_only!("the numbers of groups");

    fn decode(bytes: &[u8]) -> Option<Vec<u32>> {
        Some(bytes.as_chunks().0.iter().map(|group| u32::from_ne_bytes(*group)).collect())
    }

    fn write(value: &Vec<u32>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::write_list(value.iter(), f)
    }
}

/// An address and a port.
#[derive(Clone, Copy, Debug)]
pub enum Endpoint {}

impl Form for Endpoint {
    type Value = SocketAddr;
    const SIZE: usize = layout::STORAGE_SIZE;
    read_only!("an address with its port");

    fn decode(bytes: &[u8]) -> Option<SocketAddr> {
        SocketAddr::decode(&RawAddress::from_bytes(bytes))
    }

    fn write(value: &SocketAddr, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{value}")
    }
}

/// How long a socket has been connected, in whole seconds; `None` before.
#[derive(Clone, Copy, Debug)]
pub enum ConnectTime {}

impl Form for ConnectTime {
    type Value = Option<Duration>;
    const SIZE: usize = 4;
    read_only!("none, or a time");

    fn decode(bytes: &[u8]) -> Option<Option<Duration>> {
        let seconds = u32::from_ne_bytes(*bytes.first_chunk()?);
        Some((seconds != u32::MAX).then(|| Duration::from_secs(seconds.into())))
    }

    fn write(value: &Option<Duration>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *value {
            None => f.write_str("none"),
            Some(seconds) => time::write(seconds, f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Shown;
    use super::*;

    #[test]
    fn groups_are_read_and_written() {
        let groups =
            Groups::decode(&[[1_u32.to_ne_bytes(), 20_u32.to_ne_bytes()].concat(), vec![9]].concat());
        assert_eq!(
            groups.as_ref().map(|groups| Shown::<Groups>(groups).to_string()),
            Some("1,20".to_owned())
        );
    }

    #[test]
    fn a_socket_that_is_not_connected_has_no_time() {
        assert_eq!(ConnectTime::decode(&[255; 4]), Some(None));
        assert_eq!(ConnectTime::decode(&7_u32.to_ne_bytes()), Some(Some(Duration::from_secs(7))));
    }
}

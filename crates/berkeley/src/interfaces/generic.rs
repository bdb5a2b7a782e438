//! Linux: families of generic netlink that know more of interfaces: ethtool their speed, nl80211 which are wireless.

use crate::error::Result;
use crate::netlink::Netlink;
use crate::netlink::{Attributes, Dumped, Message, MessageFlags, Request};
use crate::socket::SocketOf;

/// `genlmsghdr`: a command, a version, two bytes of nothing.
const HEADER: usize = 4;

/// Asks for the number of a family; `None` if this kernel has none of that name.
fn number(socket: &SocketOf<Netlink>, name: &str, buffer: &mut Vec<u8>) -> Result<Option<u16>> {
    const CTRL: u16 = 16;
    const GET_FAMILY: u8 = 3;
    const FAMILY_ID: u16 = 1;
    const FAMILY_NAME: u16 = 2;
    let mut request = Request::new(CTRL, MessageFlags::empty());
    request.structure(&[GET_FAMILY, 1, 0, 0]);
    request.attribute(FAMILY_NAME, &[name.as_bytes(), &[0]].concat())?;
    let mut number = None;
    let asked = socket.dump(&request, buffer, |message| {
        number = message.attributes(HEADER)?.find(FAMILY_ID)?.and_then(|id| id.as_u16());
        Ok(())
    });
    match asked {
        Err(error) if error.is_not_found() => Ok(None),
        asked => asked.map(|_| number),
    }
}

/// Asks a family for what it knows of all interfaces.
fn dump(
    socket: &SocketOf<Netlink>,
    request: &Request,
    buffer: &mut Vec<u8>,
    mut visit: impl FnMut(Attributes<'_>) -> Result<()>,
) -> Result<()> {
    let each = |message: &Message<'_>| visit(message.attributes(HEADER)?);
    match socket.dump(request, buffer, each) {
        // A kernel without this command, or a process that may not ask: then it is not known.
        Err(error) if error.is_unsupported() || error.is_permission_denied() => Ok(()),
        dumped => dumped.map(|_: Dumped| ()),
    }
}

/// The numbers of the families, once they are known.
#[derive(Debug, Default)]
pub(super) struct Families {
    ethtool: Option<u16>,
    nl80211: Option<u16>,
}

impl Families {
    /// Asks for the numbers that are not known: a module may have come.
    pub(super) fn resolve(&mut self, socket: &SocketOf<Netlink>, buffer: &mut Vec<u8>) -> Result<()> {
        for (known, name) in [(&mut self.ethtool, "ethtool"), (&mut self.nl80211, "nl80211")] {
            if known.is_none() {
                *known = number(socket, name, buffer)?;
            }
        }
        Ok(())
    }

    /// Shows the speed of each interface that has one, in bits a second.
    pub(super) fn speeds(
        &self,
        socket: &SocketOf<Netlink>,
        buffer: &mut Vec<u8>,
        mut visit: impl FnMut(u32, u64),
    ) -> Result<()> {
        const GET_LINK_MODES: u8 = 4;
        const LINK_MODES_HEADER: u16 = 1;
        const SPEED: u16 = 5;
        const DEVICE_INDEX: u16 = 1;
        const HEADER_FLAGS: u16 = 3;
        const COMPACT_BITSETS: u32 = 1;
        let Some(family) = self.ethtool else { return Ok(()) };
        let mut request = Request::new(family, MessageFlags::DUMP);
        request.structure(&[GET_LINK_MODES, 1, 0, 0]);
        request.nest(LINK_MODES_HEADER, |header| {
            header.attribute(HEADER_FLAGS, &COMPACT_BITSETS.to_ne_bytes()).map(|_| ())
        })?;
        dump(socket, &request, buffer, |attributes| {
            let header = attributes.clone().find(LINK_MODES_HEADER)?;
            let index = match header {
                Some(header) => header.attributes().find(DEVICE_INDEX)?.and_then(|index| index.as_u32()),
                None => None,
            };
            let speed = attributes.clone().find(SPEED)?.and_then(|speed| speed.as_u32());
            if let Some((index, megabits)) = index.zip(speed.filter(|speed| ![0, u32::MAX].contains(speed))) {
                visit(index, u64::from(megabits) * 1_000_000);
            }
            Ok(())
        })
    }

    /// Shows the index of each interface that is wireless.
    pub(super) fn wireless(
        &self,
        socket: &SocketOf<Netlink>,
        buffer: &mut Vec<u8>,
        mut visit: impl FnMut(u32),
    ) -> Result<()> {
        const GET_INTERFACE: u8 = 5;
        const INDEX: u16 = 3;
        let Some(family) = self.nl80211 else { return Ok(()) };
        let mut request = Request::new(family, MessageFlags::DUMP);
        request.structure(&[GET_INTERFACE, 0, 0, 0]);
        dump(socket, &request, buffer, |mut attributes| {
            if let Some(index) = attributes.find(INDEX)?.and_then(|index| index.as_u32()) {
                visit(index);
            }
            Ok(())
        })
    }
}

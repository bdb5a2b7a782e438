//! How a socket's messages go out.

use std::io::IoSlice;

use super::plan::{MOST_BYTES, MOST_SEGMENTS, MOST_SLICES, Shape, Unit, plan};
use crate::error::Errno;
use crate::option;
use crate::socket::message::{Control, Message, udp};
use crate::socket::{Role, SocketOf};
use crate::sys::address::RawAddress;
use crate::sys::batch::{MOST, Outgoing};
use crate::sys::{self, Attempt, Sockaddr};

/// A way in which messages go out, the one that costs least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Path {
    /// Datagrams of one size to one peer as one send, which the system or the device cuts.
    #[doc(alias = "UDP_SEGMENT")]
    #[doc(alias = "GSO")]
    #[doc(alias = "USO")]
    Segments,
    /// Many messages by one call.
    #[doc(alias = "sendmmsg")]
    Many,
    /// A call for each message.
    OneByOne,
}

/// How the messages of a socket go out, and what has turned out not to go; it is kept beside the socket.
///
/// What it learns is about one socket and its routes: lent to another, it may miss what that one could do.
#[derive(Debug)]
pub struct Sender {
    path: Path,
    /// The largest datagrams that may be cut from one send; none before the system was asked, zero for never.
    largest: Option<usize>,
    /// How often that was too large since it last was not.
    refusals: u32,
    addresses: Vec<RawAddress>,
    units: Vec<Unit>,
    controls: Vec<Control<'static>>,
}

/// How many sizes are tried one after the other before none is any more.
const MOST_REFUSALS: u32 = 8;

impl Sender {
    /// Makes one that goes the best way there is.
    #[must_use]
    pub fn new() -> Self {
        Self::by(Path::Segments)
    }

    /// Makes one that goes this way, or a later one.
    #[must_use]
    pub fn by(path: Path) -> Self {
        Self {
            path,
            largest: None,
            refusals: 0,
            addresses: Vec::new(),
            units: Vec::new(),
            controls: Vec::new(),
        }
    }

    /// Returns the way that the next messages go, as far as is known.
    #[must_use]
    pub fn path(&self) -> Path {
        match (self.path, self.largest) {
            (Path::Segments, Some(0)) => Path::Many,
            (path, _) => path,
        }
    }

    /// Returns how large datagrams may be for several to go as one; asks the system the first time.
    #[inline]
    fn largest(&mut self, socket: &SocketOf<impl Role>) -> usize {
        match self.largest {
            Some(largest) => largest,
            None => self.ask(socket),
        }
    }

    /// A kernel that knows no segments ignores their size, and sends all as one datagram: so it is asked for the option.
    #[cold]
    fn ask(&mut self, socket: &SocketOf<impl Role>) -> usize {
        let knows = self.path == Path::Segments
            && [option::udp::SEGMENT, option::udp::SEND_MSG_SIZE].iter().any(|row| socket.get(*row).is_ok());
        *self.largest.insert(if knows { usize::from(u16::MAX) } else { 0 })
    }

    /// Takes note that the system refused to cut a send into datagrams of that size; returns whether it was that.
    #[cold]
    fn learn(&mut self, errno: Errno, size: usize) -> bool {
        self.refusals += 1;
        self.largest = match errno {
            // Larger than what the route takes at once; or, whatever the size, something that goes without a checksum.
            Errno::MSGSIZE | Errno::INVAL if self.refusals < MOST_REFUSALS => Some(size - 1),
            // The device computes no checksums, or there is something between that cannot cut.
            Errno::MSGSIZE | Errno::INVAL | Errno::IO | Errno::OPNOTSUPP | Errno::NOPROTOOPT => Some(0),
            _ => return false,
        };
        true
    }

    /// Sends messages from the front of `messages`; returns how many.
    pub(super) fn send<R: Role>(
        &mut self,
        socket: &SocketOf<R>,
        messages: &[Message<'_, R::Address>],
        attempt: Attempt,
    ) -> sys::Result<usize> {
        loop {
            let largest = self.largest(socket);
            let flags = self.prepare(messages, largest)?;
            match self.send_units(socket, messages, flags, attempt) {
                Ok(sent) => {
                    let sent = &self.units[..sent];
                    if sent.iter().any(|unit| unit.count > 1) {
                        self.refusals = 0;
                    }
                    return Ok(sent.iter().map(|unit| unit.count).sum());
                }
                Err(errno) => {
                    let is_cut = self.units.first().is_some_and(|unit| unit.count > 1);
                    if !(is_cut && self.learn(errno, length(&messages[0]))) {
                        return Err(errno);
                    }
                }
            }
        }
    }

    /// Plans what goes together, with the destinations in the system's form; returns the flags that all of it has.
    fn prepare<A: Sockaddr>(&mut self, messages: &[Message<'_, A>], largest: usize) -> sys::Result<i32> {
        let Self { addresses, units, .. } = self;
        addresses.clear();
        let Some(flags) = messages.first().map(|message| message.flags) else { return Ok(0) };
        let (mut last, mut failed): (Option<&A>, _) = (None, None);
        let shapes = messages.iter().take_while(|message| message.flags == flags).map_while(|message| {
            let to = message.to.map(|to| place(to, &mut last, addresses)).transpose();
            let to = to.map_err(|errno| failed = Some(errno)).ok()?;
            let is_plain = message.flags.is_empty() && message.control.is_none_or(Control::is_empty);
            Some(Shape { length: length(message), slices: message.data.len(), to, is_plain })
        });
        plan(shapes, largest, units);
        match failed.filter(|_| units.is_empty()) {
            Some(errno) => Err(errno),
            None => flags.system().map_err(|error| error.errno().unwrap_or(Errno::OPNOTSUPP)),
        }
    }

    fn send_units<R: Role>(
        &mut self,
        socket: &SocketOf<R>,
        messages: &[Message<'_, R::Address>],
        flags: i32,
        attempt: Attempt,
    ) -> sys::Result<usize> {
        self.write_sizes(messages)?;
        let Self { addresses, units, controls, path, .. } = self;
        let mut gathered = [IoSlice::new(&[]); MOST_SLICES];
        let mut filled = 0;
        for unit in units.iter().filter(|unit| unit.count > 1) {
            for slice in messages[unit.first..unit.first + unit.count].iter().flat_map(|each| each.data) {
                gathered[filled] = *slice;
                filled += 1;
            }
        }
        let (mut rest, mut sizes) = (&gathered[..filled], controls.iter());
        let outgoing = units.iter().map(|unit| {
            let to = unit.to.map(|number| &addresses[number]);
            let message = &messages[unit.first];
            if unit.count == 1 {
                return Outgoing {
                    data: message.data,
                    to,
                    control: message.control.map_or(&[], Control::as_bytes),
                };
            }
            let slices =
                messages[unit.first..unit.first + unit.count].iter().map(|each| each.data.len()).sum();
            let (data, after) = rest.split_at(slices);
            rest = after;
            Outgoing { data, to, control: sizes.next().map_or(&[], Control::as_bytes) }
        });
        match path {
            Path::OneByOne => sys::batch::send_each(socket.borrowed(), outgoing, flags, attempt),
            Path::Segments | Path::Many => sys::batch::send(socket.borrowed(), outgoing, flags, attempt),
        }
    }

    /// Writes the control messages of what is to be cut.
    fn write_sizes<A>(&mut self, messages: &[Message<'_, A>]) -> sys::Result<()> {
        let cut = self.units.iter().filter(|unit| unit.count > 1);
        for (number, unit) in cut.enumerate() {
            if self.controls.len() == number {
                self.controls.push(Control::new());
            }
            write_size(&mut self.controls[number], length(&messages[unit.first]))?;
        }
        Ok(())
    }

    /// Sends pieces of `size` bytes from the front of `data`; returns how many bytes.
    pub(super) fn send_segments<R: Role>(
        &mut self,
        socket: &SocketOf<R>,
        data: &[u8],
        size: usize,
        to: Option<&RawAddress>,
        attempt: Attempt,
    ) -> sys::Result<usize> {
        while data.len() > size && size <= self.largest(socket) {
            let most = size * MOST_SEGMENTS.min(MOST_BYTES / size).max(1);
            let data = &data[..data.len().min(most)];
            if self.controls.is_empty() {
                self.controls.push(Control::new());
            }
            write_size(&mut self.controls[0], size)?;
            let control = self.controls[0].as_bytes();
            match sys::message::send(socket.borrowed(), &[IoSlice::new(data)], to, control, 0, attempt) {
                Err(errno) if self.learn(errno, size) => {}
                sent => {
                    self.refusals = 0;
                    return sent;
                }
            }
        }
        let mut slices = [IoSlice::new(&[]); MOST];
        let pieces =
            data.chunks(size).zip(&mut slices).map(|(piece, slice)| *slice = IoSlice::new(piece)).count();
        let outgoing = slices[..pieces].chunks(1).map(|data| Outgoing { data, to, control: &[] });
        let sent = match self.path {
            Path::OneByOne => sys::batch::send_each(socket.borrowed(), outgoing, 0, attempt)?,
            Path::Segments | Path::Many => sys::batch::send(socket.borrowed(), outgoing, 0, attempt)?,
        };
        Ok(data.len().min(sent * size))
    }
}

impl Default for Sender {
    fn default() -> Self {
        Self::new()
    }
}

fn length<A>(message: &Message<'_, A>) -> usize {
    message.data.iter().map(|slice| slice.len()).sum()
}

/// Writes the size of segments; a size that does not fit is none that was planned.
fn write_size(control: &mut Control<'_>, size: usize) -> sys::Result<()> {
    control.clear();
    let size = u16::try_from(size).map_err(|_| Errno::MSGSIZE)?;
    control.push(udp::SEGMENT, &size).map_err(|error| error.errno().unwrap_or(Errno::OPNOTSUPP))
}

/// Returns which of the destinations this one is; one that is the same as the last is not written again.
fn place<'a, A: Sockaddr>(
    to: &'a A,
    last: &mut Option<&'a A>,
    addresses: &mut Vec<RawAddress>,
) -> sys::Result<usize> {
    if !last.is_some_and(|last| std::ptr::eq(last, to)) {
        let raw = to.encode()?;
        if addresses.last().is_none_or(|last| last.as_bytes() != raw.as_bytes()) {
            addresses.push(raw);
        }
        *last = Some(to);
    }
    Ok(addresses.len() - 1)
}

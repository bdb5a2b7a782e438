//! Waiting for one socket, and for several.

use std::marker::PhantomData;
use std::ptr::null_mut;
use std::time::Duration;

use super::descriptor::{Borrowed, is_pipe, number, raw};
use super::{Result, checked, name, option, ws};
use crate::error::Operation;
use crate::ready::{Interest, Ready};
use crate::sys::poll::completion_port::CompletionPort;
use crate::sys::watch::{flags, ready};
use crate::sys::{LONGEST_WAIT, Place, Readiness, check, milliseconds};

/// Waits until the socket is ready, or `limit` is over; returns whether it is ready.
///
/// May return `false` before `limit` is over. An error or a hang-up makes a socket ready for everything.
pub(crate) fn wait(socket: Borrowed<'_>, readiness: Readiness, limit: Option<Duration>) -> Result<bool> {
    check(Operation::Wait)?;
    let limit = limit.map(|limit| limit.min(LONGEST_WAIT));
    match readiness {
        // POLLIN would have POLLRDBAND in it, which is urgent data, not what a plain receive gets.
        Readiness::Readable => poll(socket, ws::POLLRDNORM, limit),
        Readiness::Priority => poll(socket, ws::POLLRDBAND, limit),
        Readiness::Failed => poll(socket, 0, limit),
        // Before Windows 10 2004, WSAPoll told nothing of a connect that failed. Select does, in its third set; but
        // there it has urgent data as well, so that a socket that has its peer is not waited for that way.
        Readiness::Writable if name::has_peer(socket) => poll(socket, ws::POLLWRNORM, limit),
        Readiness::Writable => select_writable(socket, limit),
    }
}

/// Returns the time limit that the socket has for such a call, `SO_RCVTIMEO` or `SO_SNDTIMEO`.
///
/// The system keeps it in calls that wait there alone, of which there are none here.
pub(crate) fn own_limit(socket: Borrowed<'_>, operation: Operation) -> Option<Duration> {
    let number = match operation {
        Operation::Receive => ws::SO_RCVTIMEO,
        Operation::Send => ws::SO_SNDTIMEO,
        _ => return None,
    };
    let place = Place::of_plain_value(ws::SOL_SOCKET, number);
    let mut time = [0; option::TIME_SIZE];
    option::get(socket, place, &mut time).ok()?;
    option::decode_time(&time)?
}

fn poll(socket: Borrowed<'_>, events: ws::WSAPOLL_EVENT_FLAGS, limit: Option<Duration>) -> Result<bool> {
    let mut entry = ws::WSAPOLLFD { fd: raw(socket), events, revents: 0 };
    // SAFETY: `entry` is one writable WSAPOLLFD.
    checked(unsafe { ws::WSAPoll(&raw mut entry, 1, milliseconds(limit)) }).map(|ready| ready != 0)
}

fn select_writable(socket: Borrowed<'_>, limit: Option<Duration>) -> Result<bool> {
    let mut writable = ws::FD_SET { fd_count: 1, fd_array: [raw(socket); 64] };
    let mut failed = writable;
    let time = interval(limit);
    let time = time.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: both sets are writable, and the time is readable or null, which is no limit.
    let ready = unsafe { ws::select(0, null_mut(), &raw mut writable, &raw mut failed, time) };
    checked(ready).map(|ready| ready != 0)
}

/// What is asked for by which flags: POLLPRI is refused, and POLLIN would have POLLRDBAND in it.
pub(in crate::sys) const ASKED: [(Ready, i16); 3] =
    [(Ready::READABLE, ws::POLLRDNORM), (Ready::WRITABLE, ws::POLLWRNORM), (Ready::PRIORITY, ws::POLLRDBAND)];

/// What is told by which flags, asked for or not.
const TOLD: [(Ready, i16); 3] =
    [(Ready::HANG_UP, ws::POLLHUP), (Ready::ERROR, ws::POLLERR), (Ready::DETACHED, ws::POLLNVAL)];

/// A socket, and what to wait for on it: WSAPOLLFD, and nothing else.
///
/// A socket on which nothing is waited for is there with all its bits turned, a negative number, which is passed over.
/// So may a pipe be, of which Winsock knows nothing: its two lowest bits say which it is then as well.
#[repr(transparent)]
pub(crate) struct Entry<'a>(pub(in crate::sys) ws::WSAPOLLFD, pub(in crate::sys) PhantomData<Borrowed<'a>>);

impl<'a> Entry<'a> {
    pub(crate) fn new(socket: Borrowed<'a>, asked: Ready) -> Self {
        let pollfd = ws::WSAPOLLFD { fd: number(socket), events: 0, revents: 0 };
        let mut entry = Self(pollfd, PhantomData);
        entry.ask(asked);
        entry
    }

    pub(crate) fn source(&self) -> Borrowed<'a> {
        // SAFETY: the number is that of the source that was lent for `'a`.
        unsafe { Borrowed::of_number(self.number()) }
    }

    pub(in crate::sys) fn is_pipe(&self) -> bool {
        is_pipe(self.number())
    }

    pub(crate) fn ask(&mut self, asked: Ready) {
        let number = self.number();
        self.0.fd = if asked.is_empty() { !number } else { number };
        self.0.events = flags(&ASKED, asked);
    }

    pub(in crate::sys) fn told(&self) -> Ready {
        let told = ready(&ASKED, self.0.revents & self.0.events) | ready(&TOLD, self.0.revents);
        if self.0.revents & (ws::POLLHUP | ws::POLLERR) != ws::POLLHUP {
            return told;
        }
        // What is called a hang-up here may be that the peer has closed its half alone, which concerns who receives.
        let told = told.difference(Ready::HANG_UP);
        let receives = self.asked().contains(Ready::READABLE);
        if receives { told | Ready::READABLE | Ready::READ_CLOSED } else { told }
    }

    pub(in crate::sys) fn number(&self) -> ws::SOCKET {
        let is_turned = match self.0.fd & 3 {
            0 | 3 => self.0.fd > isize::MAX as usize,
            _ => is_pipe(!self.0.fd),
        };
        if is_turned { !self.0.fd } else { self.0.fd }
    }

    /// Where no number is that of a socket, the call fails; which they are is to be found out.
    #[cold]
    fn say_if_closed(&mut self) {
        let mut kind = [0; 4];
        let place = Place::of_plain_value(ws::SOL_SOCKET, ws::SO_TYPE);
        // SAFETY: the number is that of a source that is lent, and only asked what it is, which may be nothing.
        let socket = unsafe { Borrowed::of_number(self.number()) };
        let closed = option::get(socket, place, &mut kind).is_err();
        self.0.revents = if closed { ws::POLLNVAL } else { 0 };
    }

    /// Whether this waits for the end of a connect.
    fn may_be_connecting(&self) -> bool {
        // SAFETY: the entry was made of a source that is lent for as long as it exists.
        let socket = unsafe { Borrowed::of_number(self.number()) };
        self.asked().contains(Ready::WRITABLE) && !name::has_peer(socket)
    }
}

/// Waits until a socket is ready, or `limit` is over; returns how many are ready.
pub(crate) fn wait_any(entries: &mut [Entry<'_>], limit: Option<Duration>) -> Result<usize> {
    check(Operation::Wait)?;
    let limit = limit.map(|limit| limit.min(LONGEST_WAIT));
    if entries.iter().all(|entry| entry.asked().is_empty()) {
        // Winsock waits for no socket at all not even for a time.
        std::thread::sleep(limit.unwrap_or(LONGEST_WAIT));
        return Ok(0);
    }
    if entries.iter().any(Entry::is_pipe) {
        return wait_by_port(entries, limit);
    }
    // As above: WSAPoll may tell nothing of a connect that failed.
    let select = entries.len() <= SET && entries.iter().any(Entry::may_be_connecting);
    match if select { select_any(entries, limit) } else { poll_all(entries, limit) } {
        Err(errno) if errno.as_raw() == ws::WSAENOTSOCK => entries.iter_mut().for_each(Entry::say_if_closed),
        result => result?,
    }
    // Of sockets that are passed over it says, and counts, that they are none.
    Ok(entries.iter().filter(|entry| !entry.heard().is_empty()).count())
}

fn poll_all(entries: &mut [Entry<'_>], limit: Option<Duration>) -> Result<()> {
    let (first, count) = (entries.as_mut_ptr().cast(), entries.len() as u32);
    // SAFETY: the entries are so many writable WSAPOLLFDs.
    checked(unsafe { ws::WSAPoll(first, count, milliseconds(limit)) }).map(drop)
}

/// Waits by what knows of sockets and of pipes.
fn wait_by_port(entries: &mut [Entry<'_>], limit: Option<Duration>) -> Result<usize> {
    let mut port = CompletionPort::open()?;
    for (token, entry) in entries.iter_mut().enumerate() {
        entry.clear();
        if !entry.asked().is_empty() {
            port.add(entry.source(), token as u64, Interest::of(entry.asked()))?;
        }
    }
    port.wait(entries.len(), limit, |token, ready| {
        let entry = &mut entries[token as usize];
        entry.0.revents = flags(&ASKED, ready) | flags(&TOLD, ready);
    })?;
    Ok(entries.iter().filter(|entry| !entry.heard().is_empty()).count())
}

/// How many sockets a set of select has room for.
const SET: usize = 64;

/// Waits by select: a connect that failed is in its third set, as is urgent data.
fn select_any(entries: &mut [Entry<'_>], limit: Option<Duration>) -> Result<()> {
    let mut sets = [
        set_of(entries, |entry| entry.asked().contains(Ready::READABLE)),
        set_of(entries, |entry| entry.asked().contains(Ready::WRITABLE)),
        set_of(entries, |entry| entry.asked().contains(Ready::PRIORITY) || entry.may_be_connecting()),
    ];
    let time = interval(limit);
    let time = time.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    let [readable, writable, failed] = &mut sets;
    // SAFETY: the sets are writable, and the time is readable or null, which is no limit.
    checked(unsafe { ws::select(0, readable, writable, failed, time) })?;
    for entry in entries {
        let [readable, writable, failed] = sets.each_ref().map(|set| has(set, entry.number()));
        let connecting = failed && entry.may_be_connecting();
        let told = [
            (readable, ws::POLLRDNORM),
            (writable, ws::POLLWRNORM),
            (failed && !connecting, ws::POLLRDBAND),
            (connecting, ws::POLLERR | ws::POLLHUP),
        ];
        entry.0.revents = told.iter().filter(|row| row.0).fold(0, |flags, row| flags | row.1);
    }
    Ok(())
}

fn set_of(entries: &[Entry<'_>], belongs: impl Fn(&Entry<'_>) -> bool) -> ws::FD_SET {
    let mut set = ws::FD_SET { fd_count: 0, fd_array: [0; SET] };
    for (place, entry) in set.fd_array.iter_mut().zip(entries.iter().filter(|entry| belongs(entry))) {
        *place = entry.number();
        set.fd_count += 1;
    }
    set
}

fn has(set: &ws::FD_SET, socket: ws::SOCKET) -> bool {
    set.fd_array.iter().take(set.fd_count as usize).any(|each| *each == socket)
}

/// Rounds up, as `milliseconds` does.
fn interval(limit: Option<Duration>) -> Option<ws::TIMEVAL> {
    let microseconds = limit?.as_nanos().div_ceil(1000);
    Some(ws::TIMEVAL {
        tv_sec: i32::try_from(microseconds / 1_000_000).unwrap_or(i32::MAX),
        tv_usec: (microseconds % 1_000_000) as i32,
    })
}

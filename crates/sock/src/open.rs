//! Sockets for addresses: connected ones, and doors at which others arrive.

mod race;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use berkeley::option::{SocketOption, socket as level};
use berkeley::{
    Address, BACKLOG, Deadline, Family, Kind, Protocol, Socket, UnixAddress, UnixListener,
    UnixSeqpacketListener,
};

use crate::dictionary;
use crate::endpoint::{Endpoint, Transport};
use crate::exit::Exit;
use crate::paths::{self, OwnPath};
use crate::report::{Failure, Voice, elapsed, reason};

pub use self::race::failure as race_failure;

/// A socket, and the path that goes with it.
#[derive(Debug)]
pub struct Opened {
    pub socket: Socket,
    pub path: Option<OwnPath>,
}

/// Connects to the endpoint: of TCP its addresses are raced, of anything else the first one that answers is taken.
pub fn connect(endpoint: &Endpoint, timeout: Option<Duration>, voice: Voice) -> Result<Opened, Failure> {
    let deadline = timeout.map_or(Deadline::never(), Deadline::after);
    if endpoint.transport() == Transport::Tcp {
        return race::run(endpoint, deadline, voice);
    }
    let begun = Instant::now();
    let mut failed = Vec::new();
    let addresses = endpoint.addresses_by(deadline)?;
    for address in &addresses {
        if addresses.len() > 1 {
            let shown = endpoint.transport().show(address);
            voice.detail(format_args!("trying {shown} at {}", elapsed(begun.elapsed())));
        }
        match connect_to(endpoint, address, deadline) {
            Ok(opened) => return Ok(opened),
            Err(error) => failed.push((address.clone(), error)),
        }
    }
    Err(not_connected(endpoint, &failed, begun.elapsed()))
}

fn connect_to(endpoint: &Endpoint, address: &Address, deadline: Deadline) -> berkeley::Result<Opened> {
    let opened = unconnected(endpoint, address)?;
    opened.socket.by(deadline).connect(address)?;
    Ok(opened)
}

/// Opens a socket that is to be connected.
pub fn unconnected(endpoint: &Endpoint, address: &Address) -> berkeley::Result<Opened> {
    let transport = endpoint.transport();
    let socket = Socket::open(address.family(), transport.kind(), transport.protocol())?;
    endpoint.configure(&socket)?;
    let path = if transport == Transport::UnixDgram { own_name(&socket)? } else { None };
    Ok(Opened { socket, path })
}

/// How many names were made in the file system.
static NAMES: AtomicU64 = AtomicU64::new(0);

/// Gives a datagram socket a name, without which the peer could not answer.
fn own_name(socket: &Socket) -> berkeley::Result<Option<OwnPath>> {
    // Linux chooses an abstract name for who binds none.
    if cfg!(target_os = "linux") && socket.bind(UnixAddress::unnamed()).is_ok() {
        return Ok(None);
    }
    let (process, count) = (std::process::id(), NAMES.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(format!("sock-{process}-{count}.sock"));
    let ((), own) = paths::making(&path, || socket.bind(&path))?;
    Ok(Some(own))
}

/// Says why none of the addresses answered.
pub fn not_connected(endpoint: &Endpoint, failed: &[(Address, berkeley::Error)], took: Duration) -> Failure {
    let Some((_, error)) = failed.last() else {
        return Failure::new(Exit::Unresolved, format!("connect {endpoint}: there is no address"));
    };
    let message = format!("connect {endpoint}: {} after {}", reason(error), elapsed(took));
    let failure = with_privilege(Failure::new(Exit::from(error), message), error);
    if failed.len() > 1 {
        let tried: Vec<String> = failed.iter().map(|(to, error)| format!("{to} {}", reason(error))).collect();
        return failure.with_hint(format!("tried {}", tried.join(", ")));
    }
    failure.with_hint(connect_hint(endpoint, error))
}

/// Says which privilege an option needs that could not be set for want of it.
pub fn with_privilege(failure: Failure, error: &berkeley::Error) -> Failure {
    match error.option().filter(|_| error.is_permission_denied()) {
        Some(name) => failure.with_hint(dictionary::privilege(name)),
        None => failure,
    }
}

fn connect_hint(endpoint: &Endpoint, error: &berkeley::Error) -> &'static str {
    match endpoint.transport().is_inet() {
        true if error.is_refused() => "nothing listens there, or a firewall answers with a reset",
        true if error.is_deadline_passed() || error.is_timed_out() => "a firewall may drop what is sent",
        false if error.is_refused() => "the listener that made it is gone",
        false if error.errno() == Some(berkeley::Errno::PROTOTYPE) => {
            "another type of socket is bound there: a stream, datagrams, or a seqpacket"
        }
        _ => "",
    }
}

/// Binds the endpoint, and listens where there are connections.
pub fn bind(endpoint: &Endpoint, take_over: bool) -> Result<Opened, Failure> {
    bind_first(endpoint, |address| bind_to(endpoint, address, take_over))
}

/// Binds the first of the endpoint's addresses that can be bound.
fn bind_first<T>(endpoint: &Endpoint, bind: impl Fn(&Address) -> berkeley::Result<T>) -> Result<T, Failure> {
    let addresses = endpoint.addresses()?;
    let mut result = Err(Failure::quiet(Exit::Unresolved));
    for address in &addresses {
        match bind(address) {
            Ok(opened) => return Ok(opened),
            Err(error) => {
                let is_final = !error.is_unsupported() && !error.is_address_not_available();
                let failure = with_privilege(Failure::of(format_args!("listen {endpoint}"), &error), &error);
                result = Err(failure.with_hint(bind_hint(endpoint, &error)));
                // [::] has failed for want of IPv6, and 0.0.0.0 is next; a port that is taken is taken.
                if is_final {
                    break;
                }
            }
        }
    }
    result
}

/// Binds the endpoint, which is TCP, so many times: the system shares out the connections.
pub fn bind_shared(endpoint: &Endpoint, count: usize) -> Result<Vec<Socket>, Failure> {
    bind_first(endpoint, |address| {
        let mut sockets: Vec<Socket> = Vec::with_capacity(count);
        while sockets.len() < count {
            let socket = match (sharing(), sockets.first()) {
                // Where ports cannot be shared, all are one socket.
                (None, Some(first)) => first.duplicate()?,
                (option, first) => {
                    let address = first.map_or_else(|| Ok(address.clone()), Socket::local_address)?;
                    let socket = Socket::open(address.family(), Kind::STREAM, Protocol::TCP)?;
                    option.map_or(Ok(()), |option| socket.set(option, true))?;
                    listen_on(endpoint, &address, socket)?
                }
            };
            sockets.push(socket);
        }
        Ok(sockets)
    })
}

/// The option by which connections are shared out among sockets: what REUSEPORT does is another thing elsewhere.
fn sharing() -> Option<SocketOption<bool>> {
    let options = [(level::REUSEPORT_LB, true), (level::REUSEPORT, cfg!(target_os = "linux"))];
    options.into_iter().find(|(option, shares)| *shares && option.is_available()).map(|(option, _)| option)
}

fn bind_hint(endpoint: &Endpoint, error: &berkeley::Error) -> &'static str {
    if error.option().is_some() {
        return "";
    }
    match endpoint.path() {
        Some(_) if error.is_address_in_use() => "--take-over replaces a path whose socket is gone",
        None if error.is_permission_denied() => "a port below 1024 may need a privilege",
        _ => "",
    }
}

fn bind_to(endpoint: &Endpoint, address: &Address, take_over: bool) -> berkeley::Result<Opened> {
    match endpoint.path() {
        None => bind_socket(endpoint, address).map(|socket| Opened { socket, path: None }),
        Some(path) => {
            let bind = || match endpoint.transport() {
                Transport::UnixDgram => bind_datagrams(endpoint, address, take_over),
                Transport::UnixSeqpacket if take_over => {
                    UnixSeqpacketListener::bind_over_stale(address).map(UnixSeqpacketListener::into_any)
                }
                _ if take_over => UnixListener::bind_over_stale(address).map(UnixListener::into_any),
                _ => bind_socket(endpoint, address),
            };
            let (socket, own) = paths::making(path, bind)?;
            Ok(Opened { socket, path: Some(own) })
        }
    }
}

fn bind_socket(endpoint: &Endpoint, address: &Address) -> berkeley::Result<Socket> {
    let transport = endpoint.transport();
    let socket = Socket::open(address.family(), transport.kind(), transport.protocol())?;
    listen_on(endpoint, address, socket)
}

fn listen_on(endpoint: &Endpoint, address: &Address, socket: Socket) -> berkeley::Result<Socket> {
    endpoint.configure_listener(&socket, address)?;
    socket.bind(address)?;
    if !endpoint.transport().is_datagram() {
        // From here on a failure would leave the path of a Unix socket: nothing that is bound fails to listen,
        // except for a TCP port that another socket, bound before, listens on.
        socket.listen(BACKLOG)?;
    }
    Ok(socket)
}

/// Binds datagrams; a path whose socket is gone is made anew if it is to be.
fn bind_datagrams(endpoint: &Endpoint, address: &Address, take_over: bool) -> berkeley::Result<Socket> {
    match bind_socket(endpoint, address) {
        Err(error) if take_over && error.is_address_in_use() => {
            let probe =
                Socket::open(Family::UNIX, endpoint.transport().kind(), endpoint.transport().protocol())?;
            let is_stale = probe.connect(address).is_err_and(|error| error.is_refused());
            match endpoint.path() {
                Some(path) if is_stale && is_socket(path) && std::fs::remove_file(path).is_ok() => {
                    bind_socket(endpoint, address)
                }
                _ => Err(error),
            }
        }
        bound => bound,
    }
}

/// A connect to a path that is no socket is refused as well, and a file is not to be removed.
#[cfg(unix)]
fn is_socket(path: &std::path::Path) -> bool {
    use std::os::unix::fs::FileTypeExt;

    std::fs::symlink_metadata(path).is_ok_and(|data| data.file_type().is_socket())
}

/// Other systems have no Unix datagrams.
#[cfg(not(unix))]
fn is_socket(_: &std::path::Path) -> bool {
    false
}

//! The rows, by level.

use super::Row;

/// Writes a level's module: for each row the constant, its documentation, its alias, and its line in the listing.
macro_rules! level {
    ($(#[$about:meta])* $level:ident: $($(#[$doc:meta])* $name:ident: $value:ty = $text:literal $c_name:ident $alias:literal;)*) => {
        $(#[$about])*
        pub mod $level {
            #[allow(unused_imports, reason = "not every level has a value of each type")]
            use super::super::{Linger, Row, SocketOption};
            #[allow(unused_imports, reason = "as above")]
            use crate::{addr::Family, error::Errno, kind::{Kind, Protocol}};
            use crate::sys::option as place;
            #[allow(unused_imports, reason = "as above")]
            use std::time::Duration;

            $(
                $(#[$doc])*
                #[doc = concat!("\n\nIts name is `", $text, "`; C calls it `", $alias, "`.")]
                #[doc(alias = $alias)]
                pub const $name: SocketOption<$value> = SocketOption::new($text, place::$c_name);
            )*

            pub(super) const ROWS: &[Row] = &[$(
                Row { name: $text, c_name: $alias, is_available: place::$c_name.is_some() },
            )*];
        }
    };
}

level! {
    /// Options that every socket has: `SOL_SOCKET`, socket(7).
    socket:
    /// Whether the socket accepts connections. Read only.
    ACCEPTCONN: bool = "socket.acceptconn" SO_ACCEPTCONN "SO_ACCEPTCONN";
    /// Whether datagrams may go to a broadcast address. Default: no.
    BROADCAST: bool = "socket.broadcast" SO_BROADCAST "SO_BROADCAST";
    /// The address family. Read only; Linux, FreeBSD.
    DOMAIN: Family = "socket.domain" SO_DOMAIN "SO_DOMAIN";
    /// The error that is pending; reading it clears it. Read only.
    ERROR: Option<Errno> = "socket.error" SO_ERROR "SO_ERROR";
    /// Whether nobody else may bind the port, not even with `SO_REUSEADDR`. Windows.
    EXCLUSIVEADDRUSE: bool = "socket.exclusiveaddruse" SO_EXCLUSIVEADDRUSE "SO_EXCLUSIVEADDRUSE";
    /// Whether an idle connection is probed. Default: no.
    KEEPALIVE: bool = "socket.keepalive" SO_KEEPALIVE "SO_KEEPALIVE";
    /// Whether, and for how many seconds, a close waits for data not yet sent. Default: it does not.
    ///
    /// On Windows no close waits: the system goes on to send. Zero seconds reset the connection there too.
    LINGER: Linger = "socket.linger" SO_LINGER "SO_LINGER";
    /// Whether urgent data stays in its place in the stream. Default: no.
    OOBINLINE: bool = "socket.oobinline" SO_OOBINLINE "SO_OOBINLINE";
    /// The protocol. Read only; Linux, FreeBSD.
    PROTOCOL: Protocol = "socket.protocol" SO_PROTOCOL "SO_PROTOCOL";
    /// The size of the receive buffer, in bytes. Linux doubles what is set and reads that back.
    RCVBUF: u32 = "socket.rcvbuf" SO_RCVBUF "SO_RCVBUF";
    /// How long a receive that waits may wait; a deadline is the better way. Default: for ever.
    RCVTIMEO: Option<Duration> = "socket.rcvtimeo" SO_RCVTIMEO "SO_RCVTIMEO";
    /// Whether an address may be bound that an earlier connection still holds. Default: no.
    ///
    /// On Windows it lets another process take the port: [`EXCLUSIVEADDRUSE`] is what Unix means.
    REUSEADDR: bool = "socket.reuseaddr" SO_REUSEADDR "SO_REUSEADDR";
    /// The size of the send buffer, in bytes. Linux doubles what is set and reads that back.
    SNDBUF: u32 = "socket.sndbuf" SO_SNDBUF "SO_SNDBUF";
    /// How long a send that waits may wait; a deadline is the better way. Default: for ever.
    SNDTIMEO: Option<Duration> = "socket.sndtimeo" SO_SNDTIMEO "SO_SNDTIMEO";
    /// The type. Read only.
    TYPE: Kind = "socket.type" SO_TYPE "SO_TYPE";
}

level! {
    /// Options of IPv4: `IPPROTO_IP`, ip(7).
    ip:
    /// The time to live of what is sent, 1 to 255 hops. Default: 64.
    TTL: u32 = "ip.ttl" IP_TTL "IP_TTL";
}

level! {
    /// Options of IPv6: `IPPROTO_IPV6`, ipv6(7).
    ipv6:
    /// Whether the socket is for IPv6 alone, and not for IPv4-mapped addresses as well. Default: the system's.
    V6ONLY: bool = "ipv6.v6only" IPV6_V6ONLY "IPV6_V6ONLY";
}

level! {
    /// Options of TCP: `IPPROTO_TCP`, tcp(7).
    tcp:
    /// Whether small segments are sent at once, without Nagle's algorithm (RFC 896). Default: no.
    NODELAY: bool = "tcp.nodelay" TCP_NODELAY "TCP_NODELAY";
}

pub(super) const ROWS: &[&[Row]] = &[socket::ROWS, ip::ROWS, ipv6::ROWS, tcp::ROWS];

#[cfg(test)]
mod tests {
    use super::super::all;

    #[test]
    fn names_are_unique_and_made_of_the_c_names() {
        let mut names: Vec<_> = all().map(|row| row.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all().count());
        for row in all() {
            let bare = row.c_name.split_once('_').map_or(row.c_name, |(_, name)| name).to_ascii_lowercase();
            assert_eq!(row.name.split_once('.').map(|(_, name)| name), Some(bare.as_str()));
        }
    }
}

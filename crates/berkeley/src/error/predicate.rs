//! Questions to an error, answered the same on every system.

use super::{Cause, Errno, Error, LookupFailure, Operation, Repr};

/// One row a predicate: its documentation, its name, the numbers for which it is true.
macro_rules! predicates {
    ($($(#[$doc:meta])* $name:ident: $($errno:ident)|+;)*) => {
        impl Error {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $name(&self) -> bool {
                    self.is_one_of(&[$(Errno::$errno),+])
                }
            )*

            /// Lists the questions that an error answers, under their names.
            ///
            /// # Examples
            ///
            /// ```
            /// use berkeley::{Errno, Error, Operation};
            ///
            /// let error = Error::new(Operation::Connect, Errno::CONNREFUSED);
            /// let yes = Error::PREDICATES.iter().filter(|(_, holds)| holds(&error)).map(|row| row.0);
            /// assert_eq!(yes.collect::<Vec<_>>(), ["is_refused"]);
            /// ```
            pub const PREDICATES: &'static [(&'static str, fn(&Error) -> bool)] = &[
                $((stringify!($name), Self::$name),)*
                ("is_no_such_name", Self::is_no_such_name),
                ("is_no_data", Self::is_no_data),
                ("is_resolver_again", Self::is_resolver_again),
                ("is_resolver_failure", Self::is_resolver_failure),
                ("is_resolver_unknown", Self::is_resolver_unknown),
                ("is_no_such_service", Self::is_no_such_service),
                ("is_no_such_protocol", Self::is_no_such_protocol),
                ("is_deadline_passed", Self::is_deadline_passed),
                ("is_unsupported", Self::is_unsupported),
                ("is_invalid", Self::is_invalid),
                ("should_retry", Self::should_retry),
            ];
        }
    };
}

predicates! {
    /// Returns `true` if the call would have had to wait and was not to, `EAGAIN`.
    ///
    /// A call that waits reports this only where the descriptor has a time limit of its own, `SO_RCVTIMEO` or
    /// `SO_SNDTIMEO`, and it has run out. A view by [`now`](crate::SocketOf::now) reports nothing instead.
    #[doc(alias = "EWOULDBLOCK")]
    is_would_block: AGAIN;

    /// Returns `true` if a signal interrupted the call, `EINTR`. Nothing here reports it: the call is repeated.
    is_interrupted: INTR;

    /// Returns `true` if TCP or a lower layer gave up on the peer, `ETIMEDOUT`.
    ///
    /// A deadline that has passed is another thing: [`is_deadline_passed`](Self::is_deadline_passed).
    is_timed_out: TIMEDOUT;

    /// Returns `true` if nobody listens at the address, `ECONNREFUSED`.
    ///
    /// On a connected datagram socket the refusal of an earlier datagram shows at the next call.
    ///
    /// # Platform notes
    ///
    /// - Windows: of datagrams no refusal is reported, since one would end the receives of all other peers too.
    is_refused: CONNREFUSED;

    /// Returns `true` if the peer reset the connection, `ECONNRESET`.
    is_connection_reset: CONNRESET;

    /// Returns `true` if the connection was given up before it was accepted, or by this system, `ECONNABORTED`.
    is_connection_aborted: CONNABORTED;

    /// Returns `true` if the peer takes no more data, or this side was shut down, `EPIPE`.
    ///
    /// # Platform notes
    ///
    /// - Windows: a send after a shutdown is [`is_endpoint_shut_down`](Self::is_endpoint_shut_down); this
    ///   predicate is true of that as well.
    is_broken_pipe: PIPE | SHUTDOWN;

    /// Returns `true` if the transport endpoint was shut down, `ESHUTDOWN`.
    is_endpoint_shut_down: SHUTDOWN;

    /// Returns `true` if the address is in use, `EADDRINUSE`.
    is_address_in_use: ADDRINUSE;

    /// Returns `true` if the address is not one of this machine's, `EADDRNOTAVAIL`.
    is_address_not_available: ADDRNOTAVAIL;

    /// Returns `true` if the system or the socket lacks the address family, `EAFNOSUPPORT`.
    is_family_unsupported: AFNOSUPPORT | PFNOSUPPORT;

    /// Returns `true` if the socket has no such option, `ENOPROTOOPT`.
    is_option_unsupported: NOPROTOOPT;

    /// Returns `true` if sockets of this type do not have the operation, `EOPNOTSUPP`.
    is_operation_unsupported: OPNOTSUPP;

    /// Returns `true` if the network is down, `ENETDOWN`.
    is_network_down: NETDOWN;

    /// Returns `true` if the network dropped the connection, `ENETRESET`.
    is_network_reset: NETRESET;

    /// Returns `true` if no route leads to the network, `ENETUNREACH`.
    is_network_unreachable: NETUNREACH;

    /// Returns `true` if the machine is not on the network, `ENONET`.
    ///
    /// # Platform notes
    ///
    /// - Linux alone reports this.
    is_no_network: NONET;

    /// Returns `true` if the host is down, `EHOSTDOWN`.
    is_host_down: HOSTDOWN;

    /// Returns `true` if no route leads to the host, `EHOSTUNREACH`.
    is_host_unreachable: HOSTUNREACH;

    /// Returns `true` if the system has no room for the data or the connection, `ENOBUFS`.
    is_no_buffer_space: NOBUFS;

    /// Returns `true` if the socket is connected already, `EISCONN`.
    is_already_connected: ISCONN;

    /// Returns `true` if the socket is not connected, `ENOTCONN`.
    is_not_connected: NOTCONN;

    /// Returns `true` if a connect is under way, `EINPROGRESS` or `EALREADY`.
    is_in_progress: INPROGRESS | ALREADY;

    /// Returns `true` if a datagram was sent with no destination to send it to, `EDESTADDRREQ`.
    is_destination_required: DESTADDRREQ;

    /// Returns `true` if a message is longer than the transport takes, `EMSGSIZE`.
    is_message_too_long: MSGSIZE;

    /// Returns `true` if this process may not do that, `EACCES` or `EPERM`.
    is_permission_denied: ACCES | PERM;

    /// Returns `true` if there is no such path, `ENOENT`: no Unix socket of that name, for example.
    is_not_found: NOENT;

    /// Returns `true` if there is no such interface, `ENODEV` or `ENXIO`.
    is_no_such_interface: NODEV | NXIO;

    /// Returns `true` if this process or the system has too many descriptors, `EMFILE` or `ENFILE`.
    is_descriptor_limit: MFILE | NFILE;

    /// Returns `true` if what was given is no socket, or is closed, `ENOTSOCK` or `EBADF`.
    is_not_a_socket: NOTSOCK | BADF;

    /// Returns `true` if there is no such process, `ESRCH`.
    is_no_such_process: SRCH;
}

impl Error {
    /// Returns `true` if the call gave up because its deadline had passed.
    #[must_use]
    pub fn is_deadline_passed(&self) -> bool {
        matches!(self.0, Repr::DeadlinePassed { .. }) || matches!(self.cause(), Some(Cause::DeadlinePassed))
    }

    /// Returns `true` if this system, or the socket, cannot do what was asked for.
    ///
    /// That covers what this library knows the system to lack, and what the system itself answers for an
    /// unknown family, type, protocol, option or operation.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        const NUMBERS: &[Errno] = &[
            Errno::AFNOSUPPORT,
            Errno::PFNOSUPPORT,
            Errno::PROTONOSUPPORT,
            Errno::PROTOTYPE,
            Errno::SOCKTNOSUPPORT,
            Errno::NOPROTOOPT,
            Errno::OPNOTSUPP,
            Errno::NOSYS,
        ];
        matches!(self.cause(), Some(Cause::Unsupported(_))) || self.is_one_of(NUMBERS)
    }

    /// Returns `true` if what was given can never be right: a text that is no address, an impossible argument.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        matches!(self.cause(), Some(Cause::Invalid(_) | Cause::Form(_) | Cause::Parse(_)))
            || self.is_one_of(&[Errno::INVAL])
    }

    /// Returns `true` if the same call, made again later, may well succeed.
    ///
    /// True of what would block, was interrupted, or is in progress; of a lack of buffer space; of a lookup that no
    /// server answered; and, for
    /// [`Operation::Accept`], of everything that is wrong with one connection or with the descriptors of the
    /// moment, and not with the listener (`accept(2)` lists them).
    #[must_use]
    pub fn should_retry(&self) -> bool {
        const ALWAYS: &[Errno] =
            &[Errno::AGAIN, Errno::INTR, Errno::INPROGRESS, Errno::ALREADY, Errno::NOBUFS, Errno::NOMEM];
        const ACCEPT: &[Errno] = &[
            Errno::CONNABORTED,
            Errno::CONNRESET,
            Errno::MFILE,
            Errno::NFILE,
            Errno::NETDOWN,
            Errno::NETUNREACH,
            Errno::NONET,
            Errno::HOSTDOWN,
            Errno::HOSTUNREACH,
            Errno::PERM,
            Errno::PROTO,
            Errno::NOPROTOOPT,
        ];
        self.is_one_of(ALWAYS)
            || self.is_resolver_again()
            || (self.operation() == Operation::Accept && self.is_one_of(ACCEPT))
    }

    /// Returns `true` if there is no such name, in no file and on no server: `EAI_NONAME`, of DNS `NXDOMAIN`.
    #[must_use]
    #[doc(alias = "EAI_NONAME")]
    #[doc(alias = "NXDOMAIN")]
    #[doc(alias = "WSAHOST_NOT_FOUND")]
    pub fn is_no_such_name(&self) -> bool {
        self.lookup_failure() == Some(LookupFailure::NoSuchName)
    }

    /// Returns `true` if the name is there and has nothing of what was asked for: `EAI_NODATA`.
    ///
    /// # Platform notes
    ///
    /// - FreeBSD and musl do not always tell this from a name that is not there.
    #[must_use]
    #[doc(alias = "EAI_NODATA")]
    #[doc(alias = "WSANO_DATA")]
    pub fn is_no_data(&self) -> bool {
        self.lookup_failure() == Some(LookupFailure::NoData)
    }

    /// Returns `true` if no server gave an answer for now: `EAI_AGAIN`. Whether the name is there is not known.
    #[must_use]
    #[doc(alias = "EAI_AGAIN")]
    #[doc(alias = "WSATRY_AGAIN")]
    pub fn is_resolver_again(&self) -> bool {
        self.lookup_failure() == Some(LookupFailure::Again)
    }

    /// Returns `true` if a server answered that it cannot or will not: `EAI_FAIL`.
    #[must_use]
    #[doc(alias = "EAI_FAIL")]
    #[doc(alias = "WSANO_RECOVERY")]
    pub fn is_resolver_failure(&self) -> bool {
        self.lookup_failure() == Some(LookupFailure::Failed)
    }

    /// Returns `true` if a lookup failed for a reason that has no predicate; the message has the system's number.
    #[must_use]
    pub fn is_resolver_unknown(&self) -> bool {
        matches!(self.lookup_failure(), Some(LookupFailure::Other(_)))
    }

    /// Returns `true` if no service of that name is known.
    #[must_use]
    pub fn is_no_such_service(&self) -> bool {
        self.lookup_failure() == Some(LookupFailure::NoSuchService)
    }

    /// Returns `true` if no protocol of that name is known.
    #[must_use]
    pub fn is_no_such_protocol(&self) -> bool {
        self.lookup_failure() == Some(LookupFailure::NoSuchProtocol)
    }

    fn lookup_failure(&self) -> Option<LookupFailure> {
        match self.cause() {
            Some(Cause::Lookup(failure)) => Some(*failure),
            _ => None,
        }
    }

    fn is_one_of(&self, numbers: &[Errno]) -> bool {
        self.errno().is_some_and(|errno| numbers.contains(&errno))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Result;

    #[test]
    fn a_result_takes_two_words() {
        assert_eq!(size_of::<Result<usize, Error>>(), 2 * size_of::<usize>());
        assert_eq!(size_of::<Result<(), Error>>(), 2 * size_of::<usize>());
    }

    #[test]
    fn an_interrupted_accept_of_a_full_process_is_retried_and_a_bind_is_not() {
        assert!(Error::new(Operation::Accept, Errno::MFILE).should_retry());
        assert!(!Error::new(Operation::Bind, Errno::MFILE).should_retry());
    }

    #[test]
    fn a_deadline_is_not_a_timeout_of_tcp() {
        let deadline = Error::deadline_passed(Operation::Connect);
        assert!(deadline.is_deadline_passed() && !deadline.is_timed_out());
        let timeout = Error::new(Operation::Connect, Errno::TIMEDOUT);
        assert!(timeout.is_timed_out() && !timeout.is_deadline_passed());
    }
}

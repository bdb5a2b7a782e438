//! The exit codes: the same for every verb.

use berkeley::Error;

/// Writes the codes with their meanings, which the manual prints.
macro_rules! codes {
    ($($name:ident = $code:literal, $meaning:literal;)*) => {
        /// What the exit code says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Exit {
            $(#[doc = $meaning] $name,)*
        }

        impl Exit {
            /// Every code and what it means.
            pub const TABLE: &[(Self, &str)] = &[$((Self::$name, $meaning),)*];

            pub const fn code(self) -> u8 {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

codes! {
    Done = 0, "done";
    No = 1, "the answer is no: not in the network, not enough that is free, no such name";
    Usage = 2, "wrong usage: a flag, an address, a number";
    Unresolved = 3, "a name could not be resolved";
    TimedOut = 4, "timed out";
    Refused = 5, "refused, or unreachable";
    Permission = 6, "no permission";
    Unsupported = 7, "this system cannot do it";
    InUse = 8, "the address is in use, or not one of this machine's";
    EndedEarly = 9, "ended early: reset by the peer, truncated, data lost";
    Interrupted = 130, "ended by SIGINT";
    BrokenPipe = 141, "the reader of the standard output is gone";
    Terminated = 143, "ended by SIGTERM";
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// A question to an error of the library.
pub type Predicate = fn(&Error) -> bool;

/// Says which code an error of the library ends with.
impl From<&Error> for Exit {
    fn from(error: &Error) -> Self {
        const ROWS: &[(Predicate, Exit)] = &[
            (|error| error.is_deadline_passed() || error.is_timed_out(), Exit::TimedOut),
            (|error| error.is_no_such_name() || error.is_no_data(), Exit::Unresolved),
            (|error| error.is_resolver_again() || error.is_resolver_failure(), Exit::Unresolved),
            (|error| error.is_no_such_service() || error.is_no_such_protocol(), Exit::Unresolved),
            (Error::is_resolver_unknown, Exit::Unresolved),
            // No such congestion control, for example.
            (|error| error.option().is_some() && error.is_not_found(), Exit::Unsupported),
            (Error::is_refused, Exit::Refused),
            (|error| error.is_network_unreachable() || error.is_host_unreachable(), Exit::Refused),
            (|error| error.is_network_down() || error.is_host_down() || error.is_no_network(), Exit::Refused),
            (Error::is_not_found, Exit::Refused),
            (Error::is_permission_denied, Exit::Permission),
            (Error::is_unsupported, Exit::Unsupported),
            (|error| error.is_address_in_use() || error.is_address_not_available(), Exit::InUse),
            (|error| error.is_invalid() || error.is_no_such_interface(), Exit::Usage),
        ];
        ROWS.iter().find(|(holds, _)| holds(error)).map_or(Self::EndedEarly, |row| row.1)
    }
}

#[cfg(test)]
mod tests {
    use berkeley::{Errno, Error, Operation};

    use super::Exit;

    #[test]
    fn the_codes_are_those_of_the_manual() {
        let codes: Vec<u8> = Exit::TABLE.iter().map(|(exit, _)| exit.code()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 130, 141, 143]);
    }

    #[test]
    fn every_error_has_its_code() {
        let rows = [
            (Errno::TIMEDOUT, Exit::TimedOut),
            (Errno::CONNREFUSED, Exit::Refused),
            (Errno::NETUNREACH, Exit::Refused),
            (Errno::HOSTUNREACH, Exit::Refused),
            (Errno::NOENT, Exit::Refused),
            (Errno::ACCES, Exit::Permission),
            (Errno::PERM, Exit::Permission),
            (Errno::AFNOSUPPORT, Exit::Unsupported),
            (Errno::NOPROTOOPT, Exit::Unsupported),
            (Errno::PROTOTYPE, Exit::Unsupported),
            (Errno::ADDRINUSE, Exit::InUse),
            (Errno::ADDRNOTAVAIL, Exit::InUse),
            (Errno::NODEV, Exit::Usage),
            (Errno::INVAL, Exit::Usage),
            (Errno::CONNRESET, Exit::EndedEarly),
            (Errno::CONNABORTED, Exit::EndedEarly),
            (Errno::PIPE, Exit::EndedEarly),
            (Errno::MSGSIZE, Exit::EndedEarly),
            (Errno::NOBUFS, Exit::EndedEarly),
        ];
        for (errno, exit) in rows {
            assert_eq!(Exit::from(&Error::new(Operation::Connect, errno)), exit, "{errno:?}");
        }
        assert_eq!(Exit::from(&Error::deadline_passed(Operation::Connect)), Exit::TimedOut);
        assert_eq!(Exit::from(&Error::unsupported(Operation::Open, "family")), Exit::Unsupported);
        assert_eq!(Exit::from(&Error::invalid(Operation::Bind, "why")), Exit::Usage);
    }
}

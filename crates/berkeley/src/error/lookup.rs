//! Why a lookup gave nothing.

use std::{fmt, io};

use super::Errno;

/// Why a lookup of a host, a service or a protocol gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LookupFailure {
    NoSuchName,
    NoData,
    Again,
    Failed,
    /// What the system's resolver said and no predicate covers.
    #[cfg_attr(
        any(berkeley_sys = "unsupported", not(any(unix, windows))),
        allow(dead_code, reason = "where there is no resolver it says nothing")
    )]
    Other(i32),
    NoSuchService,
    NoSuchProtocol,
    /// A system call below the resolver failed.
    Os(Errno),
}

impl LookupFailure {
    pub(super) fn kind(self) -> io::ErrorKind {
        match self {
            Self::NoSuchName | Self::NoData | Self::NoSuchService | Self::NoSuchProtocol => {
                io::ErrorKind::NotFound
            }
            Self::Again | Self::Failed | Self::Other(_) | Self::Os(_) => io::ErrorKind::Other,
        }
    }
}

impl fmt::Display for LookupFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSuchName => "there is no such name (EAI_NONAME, of DNS NXDOMAIN)",
            Self::NoData => "the name has nothing of what was asked for (EAI_NODATA)",
            Self::Again => "no name server has an answer for now (EAI_AGAIN)",
            Self::Failed => "a name server failed or refused (EAI_FAIL)",
            Self::NoSuchService => "no such service is known",
            Self::NoSuchProtocol => "no such protocol is known",
            Self::Other(number) => return write!(f, "the system's resolver failed with number {number}"),
            Self::Os(errno) => return errno.fmt(f),
        })
    }
}

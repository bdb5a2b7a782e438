//! The number of an error, as the system has it.

use std::fmt;

#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;
#[cfg(not(any(unix, windows)))]
#[path = "other.rs"]
mod system;

/// The number of an error, as the system has it: an `errno` on Unix, a Winsock code on Windows.
///
/// The constants carry C's names without the `E`; on Windows they are the `WSAE` codes. An error that a system
/// does not know has a number there that never occurs.
///
/// # Examples
///
/// ```
/// use berkeley::Errno;
///
/// assert_eq!(Errno::by_name("ECONNREFUSED"), Some(Errno::CONNREFUSED));
/// # #[cfg(unix)]
/// assert_eq!(Errno::CONNREFUSED.to_string(), "Connection refused (ECONNREFUSED)");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Errno(i32);

macro_rules! numbers {
    ($($name:ident $alias:literal,)*) => { $(
        #[doc = concat!("The error that C calls `", $alias, "`.")]
        #[doc(alias = $alias)]
        pub const $name: Self = Self(system::$name);
    )* };
}

impl Errno {
    numbers! {
        ACCES "EACCES", ADDRINUSE "EADDRINUSE", ADDRNOTAVAIL "EADDRNOTAVAIL", AFNOSUPPORT "EAFNOSUPPORT",
        AGAIN "EAGAIN", ALREADY "EALREADY", BADF "EBADF", CONNABORTED "ECONNABORTED",
        CONNREFUSED "ECONNREFUSED", CONNRESET "ECONNRESET", DESTADDRREQ "EDESTADDRREQ",
        HOSTDOWN "EHOSTDOWN", HOSTUNREACH "EHOSTUNREACH", INPROGRESS "EINPROGRESS", INTR "EINTR",
        INVAL "EINVAL", IO "EIO", ISCONN "EISCONN", MFILE "EMFILE", MSGSIZE "EMSGSIZE", NAMETOOLONG "ENAMETOOLONG",
        NETDOWN "ENETDOWN", NETRESET "ENETRESET", NETUNREACH "ENETUNREACH", NFILE "ENFILE",
        NOBUFS "ENOBUFS", NODEV "ENODEV", NOENT "ENOENT", NOMEM "ENOMEM", NONET "ENONET",
        NOPROTOOPT "ENOPROTOOPT", NOSYS "ENOSYS", NOTCONN "ENOTCONN", NOTSOCK "ENOTSOCK", NXIO "ENXIO",
        OPNOTSUPP "EOPNOTSUPP", PERM "EPERM", PFNOSUPPORT "EPFNOSUPPORT", PIPE "EPIPE",
        PROTO "EPROTO", PROTONOSUPPORT "EPROTONOSUPPORT", PROTOTYPE "EPROTOTYPE", SHUTDOWN "ESHUTDOWN",
        SOCKTNOSUPPORT "ESOCKTNOSUPPORT", SRCH "ESRCH", TIMEDOUT "ETIMEDOUT",
    }

    /// Makes an error number from what the system returned.
    #[must_use]
    pub const fn from_raw(number: i32) -> Self {
        Self(number)
    }

    /// Returns the number as the system has it.
    #[must_use]
    pub const fn as_raw(self) -> i32 {
        self.0
    }

    /// Returns C's name of the error, `ECONNREFUSED` for example, or `None` if this system has no such number.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        system::name(self)
    }

    /// Finds an error by C's name for it, whatever the case of its letters.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        system::by_name(name)
    }

    /// Returns every error that has a name on this system, with that name, in the order of the numbers.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::Errno;
    ///
    /// # #[cfg(any(unix, windows))]
    /// assert!(Errno::all().any(|(errno, name)| errno == Errno::CONNREFUSED && name.ends_with("ECONNREFUSED")));
    /// ```
    pub fn all() -> impl Iterator<Item = (Self, &'static str)> {
        let mut all: Vec<_> = system::all().copied().collect();
        // The first name of a number is the one that counts.
        all.sort_by_key(|row| row.0);
        all.dedup_by_key(|row| row.0);
        all.into_iter()
    }

    /// Returns what the system says of this error, in its own words.
    #[must_use]
    pub fn text(self) -> String {
        let mut text = std::io::Error::from_raw_os_error(self.0).to_string();
        // The standard library appends the number; the name says more.
        if let Some(end) = text.rfind(" (os error ") {
            text.truncate(end);
        }
        text
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "Errno({})", self.0),
        }
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{} ({name})", self.text()),
            None => write!(f, "{} (error {})", self.text(), self.0),
        }
    }
}

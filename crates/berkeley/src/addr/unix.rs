//! Addresses of sockets on one machine.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::path::Path;

use super::part::Part;
use super::text::impl_text;
use super::{ParseError, Reason, escape};

pub(super) const SCHEME: &str = "unix:";
pub(super) const ABSTRACT_SCHEME: &str = "unix-abstract:";

/// Is the number of bytes of `sun_path` on the systems that have most.
const LONGEST: usize = 108;

/// Is the address of a socket on this machine (`sockaddr_un`): a path, an abstract name, or none.
///
/// The bytes are inside, so that the address is copied and never allocated.
///
/// In text a path is `unix:/run/x.sock`, or only the path if it begins with `/` or `./`; an unnamed address
/// is `unix:`, an abstract one `unix-abstract:name`. After a scheme, `%xx` stands for a byte, and `%`, `?`,
/// controls and bytes that are not UTF-8 are written so; a path without scheme is taken as it is.
///
/// # Platform notes
///
/// Abstract names exist on Linux. The BSDs and macOS take paths of at most 104 bytes, which is found out when
/// the address is used.
///
/// # Examples
///
/// ```
/// use berkeley::addr::UnixAddress;
///
/// let address = UnixAddress::path("/run/x.sock")?;
/// assert_eq!(address.to_string(), "unix:/run/x.sock");
/// assert_eq!(UnixAddress::abstract_name(b"a\0b")?.to_string(), "unix-abstract:a%00b");
/// assert!(UnixAddress::unnamed().is_unnamed());
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
#[derive(Clone, Copy)]
#[doc(alias = "sockaddr_un")]
pub struct UnixAddress {
    length: u8,
    // As the kernel has them: a path without its NUL, or a NUL and an abstract name.
    bytes: [u8; LONGEST],
}

impl UnixAddress {
    /// Makes the address of a socket that is bound to no name.
    #[must_use]
    pub const fn unnamed() -> UnixAddress {
        UnixAddress { length: 0, bytes: [0; LONGEST] }
    }

    /// Makes the address of a path.
    ///
    /// # Errors
    ///
    /// A path is not empty, has no NUL and at most 108 bytes; on systems other than Unix it is UTF-8.
    pub fn path(path: impl AsRef<Path>) -> Result<UnixAddress, ParseError> {
        let path = path.as_ref();
        let fail = |reason| ParseError::whole(&path.to_string_lossy(), reason);
        let Some(bytes) = path_bytes(path) else {
            return Err(fail(Reason::PathNotUtf8));
        };
        check_path(bytes).map_err(|reason| match (reason, path.to_str()) {
            (Reason::NulInPath, Some(text)) => {
                let at = text.find('\0').unwrap_or_default();
                ParseError::new(text, at..at + 1, reason)
            }
            _ => fail(reason),
        })?;
        Ok(UnixAddress::from_checked(bytes))
    }

    /// Makes the address of an abstract name, which may be any bytes, and may be empty.
    ///
    /// # Errors
    ///
    /// An abstract name has at most 107 bytes.
    pub fn abstract_name(name: &[u8]) -> Result<UnixAddress, ParseError> {
        if name.len() >= LONGEST {
            return Err(ParseError::whole(&String::from_utf8_lossy(name), Reason::NameTooLong));
        }
        let mut address = UnixAddress::unnamed();
        address.bytes[1..=name.len()].copy_from_slice(name);
        address.length = name.len() as u8 + 1;
        Ok(address)
    }

    /// Makes an address from the bytes of `sun_path` that the system wrote.
    ///
    /// None at all are an unnamed address. A NUL at the beginning is an abstract name of exactly this length
    /// on Linux and an unnamed address elsewhere; otherwise the path ends at its first NUL or with the bytes.
    /// No more than 108 bytes are used.
    #[must_use]
    pub fn from_sun_path(bytes: &[u8]) -> UnixAddress {
        let bytes = bytes.get(..LONGEST).unwrap_or(bytes);
        let bytes = match bytes.iter().position(|byte| *byte == 0) {
            Some(0) if cfg!(linux_like) => bytes,
            Some(end) => bytes.get(..end).unwrap_or_default(),
            None => bytes,
        };
        UnixAddress::from_checked(bytes)
    }

    fn from_checked(bytes: &[u8]) -> UnixAddress {
        let mut address = UnixAddress::unnamed();
        if let Some(place) = address.bytes.get_mut(..bytes.len()) {
            place.copy_from_slice(bytes);
            address.length = bytes.len() as u8;
        }
        address
    }

    /// Returns the bytes of `sun_path` as the kernel has them: a path without its NUL, or a NUL and a name.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// Returns the path, if the address is one.
    #[must_use]
    pub fn as_path(&self) -> Option<&Path> {
        match self.as_bytes() {
            [] | [0, ..] => None,
            bytes => bytes_path(bytes),
        }
    }

    /// Returns the abstract name, if the address is one.
    #[must_use]
    pub fn as_abstract(&self) -> Option<&[u8]> {
        self.as_bytes().strip_prefix(&[0])
    }

    /// Returns `true` if the address has neither path nor name.
    #[must_use]
    pub const fn is_unnamed(&self) -> bool {
        self.length == 0
    }

    pub(super) fn write(&self, f: &mut dyn fmt::Write) -> fmt::Result {
        let (scheme, bytes) = match self.as_abstract() {
            Some(name) => (ABSTRACT_SCHEME, name),
            None => (SCHEME, self.as_bytes()),
        };
        f.write_str(scheme)?;
        escape::write(f, bytes)
    }

    pub(super) fn parse(text: Part<'_>) -> Result<UnixAddress, ParseError> {
        if let Some(name) = text.strip_prefix(ABSTRACT_SCHEME) {
            let bytes = decode(name)?;
            return UnixAddress::abstract_name(&bytes).map_err(|_| name.fail(Reason::NameTooLong));
        }
        if is_bare_path(text.text()) {
            return UnixAddress::path(text.text()).map_err(|error| text.fail(error.reason()));
        }
        let path = text.strip_prefix(SCHEME).ok_or_else(|| text.fail(Reason::UnknownScheme))?;
        let bytes = decode(path)?;
        match check_path(&bytes) {
            Err(Reason::EmptyPath) => Ok(UnixAddress::unnamed()),
            Err(reason) => Err(path.fail(reason)),
            Ok(()) => Ok(UnixAddress::from_checked(&bytes)),
        }
    }
}

/// Tells whether a text is a path although it has no scheme.
pub(super) fn is_bare_path(text: &str) -> bool {
    text.starts_with('/') || text.starts_with("./")
}

/// Reads the bytes of a path or of a name. A question mark begins options in the tool's grammar, so that it
/// is refused here rather than taken for a part of the path.
fn decode(text: Part<'_>) -> Result<std::borrow::Cow<'_, [u8]>, ParseError> {
    if let (before, Some(_)) = text.split('?') {
        let at = before.text().len();
        return Err(text
            .slice(at, usize::MAX / 2)
            .fail(Reason::Junk)
            .with_hint("write %3f for a question mark"));
    }
    text.lift(escape::decode(text.text()))
}

fn check_path(bytes: &[u8]) -> Result<(), Reason> {
    match bytes {
        [] => Err(Reason::EmptyPath),
        bytes if bytes.contains(&0) => Err(Reason::NulInPath),
        bytes if bytes.len() > LONGEST => Err(Reason::PathTooLong),
        _ => Ok(()),
    }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "other systems have paths that are not UTF-8")]
fn path_bytes(path: &Path) -> Option<&[u8]> {
    use std::os::unix::ffi::OsStrExt;

    Some(path.as_os_str().as_bytes())
}

#[cfg(not(unix))]
fn path_bytes(path: &Path) -> Option<&[u8]> {
    path.to_str().map(str::as_bytes)
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "on other systems a path has to be UTF-8")]
fn bytes_path(bytes: &[u8]) -> Option<&Path> {
    use std::os::unix::ffi::OsStrExt;

    Some(Path::new(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn bytes_path(bytes: &[u8]) -> Option<&Path> {
    std::str::from_utf8(bytes).ok().map(Path::new)
}

impl_text! { UnixAddress, "Unix"; }

impl Default for UnixAddress {
    /// Returns the unnamed address.
    fn default() -> UnixAddress {
        UnixAddress::unnamed()
    }
}

impl PartialEq for UnixAddress {
    fn eq(&self, other: &UnixAddress) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for UnixAddress {}

impl Hash for UnixAddress {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl PartialOrd for UnixAddress {
    fn partial_cmp(&self, other: &UnixAddress) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for UnixAddress {
    fn cmp(&self, other: &UnixAddress) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

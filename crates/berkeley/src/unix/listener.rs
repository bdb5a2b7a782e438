//! Listeners, and the paths that they leave.

use std::fs;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use super::{Connects, unix};
use crate::addr::{Address, Family, ToAddress, UnixAddress};
use crate::error::{Errno, Error, Operation, Result};
use crate::kind::{Kind, Protocol};
use crate::socket::{Accepts, BACKLOG, Role, SocketOf, State, encode};

/// The role of a socket that accepts Unix connections.
///
/// It remembers the path that it made, to remove it when the socket is closed or dropped.
#[derive(Debug)]
pub struct Listener<R> {
    path: Option<OwnPath>,
    accepts: PhantomData<fn() -> R>,
}

/// A path that this process made, and removes.
#[derive(Debug)]
struct OwnPath {
    path: PathBuf,
    /// Which file it is, so that one that has taken its place since stays.
    file: Option<FileId>,
}

impl OwnPath {
    fn new(path: &Path) -> Self {
        // A relative path is another one after a change of directory.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let file = FileId::of(&path);
        Self { path, file }
    }

    fn remove(&self) -> Result<()> {
        if self.file != FileId::of(&self.path) {
            return Ok(());
        }
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                let errno = error.raw_os_error().map_or(Errno::INVAL, Errno::from_raw);
                let error = Error::new(Operation::Remove, errno);
                Err(UnixAddress::path(&self.path)
                    .map_or(error, |address| Error::new(Operation::Remove, errno).with_address(address)))
            }
            _ => Ok(()),
        }
    }
}

impl<R> Drop for Listener<R> {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            // `close` reports what a drop cannot.
            let _ = path.remove();
        }
    }
}

impl<R: Connects> Role for Listener<R> {
    type Address = UnixAddress;
    const NAME: &'static str =
        if R::KIND.keeps_boundaries() { "UnixSeqpacketListener" } else { "UnixListener" };
    const MISFIT: &'static str = "the descriptor is no Unix socket of that type that listens";

    fn fits(family: Family, kind: Kind, listening: bool) -> bool {
        family == Family::UNIX && kind == R::KIND && listening
    }

    fn adopted() -> Self {
        Self { path: None, accepts: PhantomData }
    }

    fn give_up(mut self) {
        self.path = None;
    }

    fn end(mut self) -> Result<()> {
        self.path.take().map_or(Ok(()), |path| path.remove())
    }
}

impl<R: Connects> Accepts for Listener<R> {
    type Stream = R;
}

impl<R: Connects> SocketOf<Listener<R>> {
    /// Binds a path or an abstract name and listens there. Closing or dropping the listener removes the path.
    ///
    /// A path that exists is in the way, be it of a listener that is gone:
    /// [`bind_over_stale`](Self::bind_over_stale) takes that one over.
    ///
    /// # Errors
    ///
    /// [`is_address_in_use`](Error::is_address_in_use) if the path exists, whatever it is.
    ///
    /// # System call
    ///
    /// `socket(2)`, `bind(2)`, `listen(2)`.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::{UnixListener, UnixStream};
    ///
    /// # if !cfg!(unix) { return Ok(()); }
    /// let path = std::env::temp_dir().join(format!("berkeley-doc-{}.sock", std::process::id()));
    /// let listener = UnixListener::bind(&path)?;
    /// let client = UnixStream::connect(&path)?;
    /// let (server, from) = listener.accept()?;
    /// assert!(from.is_unnamed());
    ///
    /// listener.close()?;
    /// assert!(!path.exists());
    /// # Ok::<(), berkeley::Error>(())
    /// ```
    pub fn bind(address: impl ToAddress) -> Result<Self> {
        Self::bind_with(address, BACKLOG)
    }

    /// Binds as [`bind`](Self::bind) does; at most `backlog` connections wait to be accepted.
    pub fn bind_with(address: impl ToAddress, backlog: u32) -> Result<Self> {
        let (address, raw) = encode(&unix(&address, Operation::Bind)?, Operation::Bind)?;
        let mut listener = Self::open_as(Family::UNIX, R::KIND, Protocol::DEFAULT, Listener::adopted())?;
        listener.bind_raw(&address, &raw)?;
        // From here on a failure removes the path.
        listener.role_mut().path = path_of(&address).map(OwnPath::new);
        listener.listen(backlog).map_err(|error| error.with_address(address))?;
        Ok(listener)
    }

    /// Binds as [`bind`](Self::bind) does, and takes over the path of a listener that is gone.
    ///
    /// A path is stale when it is a socket and a connect to it is refused. A listener that answers, and a file that is
    /// no socket, stay as they are.
    ///
    /// This cannot be done in one step: of two programs that take over the same path at the same instant, one may
    /// remove what the other has just made. Where that can happen, use a lock file, or an abstract name.
    ///
    /// # Errors
    ///
    /// [`is_address_in_use`](Error::is_address_in_use) if the path is not stale.
    pub fn bind_over_stale(address: impl ToAddress) -> Result<Self> {
        let address = unix(&address, Operation::Bind)?;
        match Self::bind(&address) {
            Err(error) if error.is_address_in_use() => match path_of(&address) {
                Some(path) if is_stale::<R>(&address, path) => {
                    OwnPath::new(path).remove()?;
                    Self::bind(&address)
                }
                _ => Err(error),
            },
            bound => bound,
        }
    }
}

fn path_of(address: &Address) -> Option<&Path> {
    match address {
        Address::Unix(unix) => unix.as_path(),
        _ => None,
    }
}

/// Whether the path is that of a socket at which nobody listens. One whose backlog is full has somebody.
fn is_stale<R: Connects>(address: &Address, path: &Path) -> bool {
    if !is_socket(path) {
        return false;
    }
    let probe = SocketOf::open_as(Family::UNIX, R::KIND, Protocol::DEFAULT, R::adopted());
    match probe.and_then(|probe| probe.into_connecting(address)).map(|mut probe| probe.state()) {
        Ok(State::Failed(error)) => error.is_refused(),
        _ => false,
    }
}

#[cfg(unix)]
fn is_socket(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;

    fs::symlink_metadata(path).is_ok_and(|data| data.file_type().is_socket())
}

/// Windows has no such type of file: a Unix socket is a reparse point there.
/// Windows keeps a socket's path as a reparse point, of which links are another kind. A plain file is none.
#[cfg(windows)]
fn is_socket(path: &Path) -> bool {
    use std::os::windows::fs::MetadataExt;

    const REPARSE_POINT: u32 = 0x400;
    fs::symlink_metadata(path)
        .is_ok_and(|data| data.file_attributes() & REPARSE_POINT != 0 && !data.is_symlink() && !data.is_dir())
}

#[cfg(not(any(unix, windows)))]
fn is_socket(_: &Path) -> bool {
    false
}

/// Which file a path leads to.
#[derive(Debug, PartialEq, Eq)]
struct FileId(u64, u64);

impl FileId {
    #[cfg(unix)]
    fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;

        fs::symlink_metadata(path).ok().map(|data| Self(data.dev(), data.ino()))
    }

    /// Windows tells no file apart from another by a stable number; its time of creation is as good.
    #[cfg(not(unix))]
    fn of(path: &Path) -> Option<Self> {
        let created = fs::symlink_metadata(path).ok()?.created().ok()?;
        let since = created.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(Self(since.as_secs(), since.subsec_nanos().into()))
    }
}

//! Socket options: one row of a table each.
//!
//! A row gives the typed constant, and with it the value's type; the name by which it is found at run time; and
//! its documentation. Rows exist on every system: what a system lacks answers `Unsupported`.
//!
//! # Examples
//!
//! ```
//! use berkeley::{Family, Kind, Protocol, Socket, option};
//!
//! let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT)?;
//! socket.set(option::socket::KEEPALIVE, true)?;
//! assert!(socket.get(option::socket::KEEPALIVE)?);
//! assert_eq!(option::socket::KEEPALIVE.name(), "socket.keepalive");
//! # Ok::<(), berkeley::Error>(())
//! ```

pub mod level;
mod value;

use std::fmt;
use std::marker::PhantomData;

pub use self::level::{ip, ipv6, socket, tcp};
pub use self::value::{Bytes, Linger, Value};
use crate::error::{During, Error, Operation, Result};
use crate::source::AsSource;
use crate::sys;

/// One option of a socket: where the system has it, and what its value is.
pub struct SocketOption<T> {
    name: &'static str,
    place: sys::option::Place,
    value: PhantomData<fn(T) -> T>,
}

impl<T> Clone for SocketOption<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for SocketOption<T> {}

impl<T> fmt::Debug for SocketOption<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SocketOption({})", self.name)
    }
}

impl<T: Value> SocketOption<T> {
    const fn new(name: &'static str, place: sys::option::Place) -> Self {
        Self { name, place, value: PhantomData }
    }

    /// Returns the name by which the option is found at run time: level, dot, C's name without its prefix.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns `true` if this system has the option; the running kernel, or this socket, may still lack it.
    #[must_use]
    pub const fn is_available(&self) -> bool {
        self.place.is_some()
    }

    /// Reads the option of any socket, one of another library's types as well.
    pub fn get(&self, source: &(impl AsSource + ?Sized)) -> Result<T> {
        let (level, number) = self.place.ok_or_else(|| self.unsupported(Operation::GetOption))?;
        let mut bytes = [0; 64];
        let room = &mut bytes[..T::SIZE];
        let length = sys::option::get(source.as_source().borrowed(), level, number, room)
            .during(Operation::GetOption)?;
        T::decode(&bytes[..length]).ok_or_else(|| {
            Error::invalid(Operation::GetOption, "the system answered with another kind of value")
        })
    }

    /// Sets the option of any socket, one of another library's types as well.
    #[allow(clippy::needless_pass_by_value, reason = "a value is given, and most are a word")]
    pub fn set(&self, source: &(impl AsSource + ?Sized), value: T) -> Result<()> {
        let (level, number) = self.place.ok_or_else(|| self.unsupported(Operation::SetOption))?;
        let bytes = value.encode();
        sys::option::set(source.as_source().borrowed(), level, number, bytes.as_slice())
            .during(Operation::SetOption)
    }

    #[cold]
    fn unsupported(&self, operation: Operation) -> Error {
        Error::unsupported(operation, self.name)
    }
}

/// What a listing tells of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The name by which it is found at run time.
    pub name: &'static str,
    /// C's name.
    pub c_name: &'static str,
    /// Whether this system has it.
    pub is_available: bool,
}

/// Returns every option there is, in the order of the table.
pub fn all() -> impl Iterator<Item = Row> {
    level::ROWS.iter().flat_map(|rows| rows.iter()).copied()
}

//! Socket options: one row of a table each.
//!
//! A row gives the typed constant, and with it the value's type; the name by which it is found at run time; and
//! its documentation. Rows exist on every system: what a system lacks answers `Unsupported`.
//!
//! # Examples
//!
//! By type, checked by the compiler:
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
//!
//! By name, as a configuration has them:
//!
//! ```
//! # use berkeley::{Family, Kind, Protocol, Socket, option};
//! # let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT)?;
//! socket.set_by_name("ip.ttl", "12")?;
//! assert_eq!(socket.get_by_name("ip.ttl")?, "12");
//! let error = socket.set_by_name("ip.tll", "12").unwrap_err();
//! assert_eq!(error.to_string(), "set option: unknown option ip.tll; did you mean ip.ttl?");
//!
//! for (row, value) in option::values(&socket) {
//!     let value = value.unwrap_or_else(|error| error.to_string());
//!     println!("{} {value} ({})", row.name(), row.form());
//! }
//! # Ok::<(), berkeley::Error>(())
//! ```
//!
//! What this crate has no row for:
//!
//! ```
//! use berkeley::option::SocketOption;
//!
//! const VENDORS_OWN: SocketOption<u32> = SocketOption::integer("vendor.own", 0x1234, 7);
//! # let _ = VENDORS_OWN;
//! ```

mod form;
mod level;
mod name;

use std::fmt;
use std::marker::PhantomData;

pub use self::form::*;
pub use self::level::*;
pub use self::name::{Row, Values, all, by_name, values};
use crate::error::{Errno, Error, Operation, Result};
use crate::source::AsSource;
use crate::sys;
pub use crate::sys::Place;

/// One option of a socket: where the system has it, what its value is, and whether it is read, set, or both.
///
/// `F` says how the value lies in bytes and in text, and [`Form::Value`] which type programs see.
pub struct SocketOption<F, A = ReadWrite> {
    name: &'static str,
    c_name: &'static str,
    place: Option<Place>,
    form: PhantomData<fn(F, A) -> F>,
}

/// Is both read and set.
#[derive(Clone, Copy, Debug)]
pub enum ReadWrite {}

/// Is read only: the compiler refuses to set it.
#[derive(Clone, Copy, Debug)]
pub enum ReadOnly {}

/// Is set only: the compiler refuses to read it.
#[derive(Clone, Copy, Debug)]
pub enum WriteOnly {}

mod sealed {
    pub trait Access {
        const READS: bool;
        const SETS: bool;
    }
}

use self::sealed::Access;

macro_rules! access {
    ($($type:ident: $reads:literal $sets:literal;)*) => { $(
        impl Access for $type {
            const READS: bool = $reads;
            const SETS: bool = $sets;
        }
    )* };
}

access! {
    ReadWrite: true true;
    ReadOnly: true false;
    WriteOnly: false true;
}

/// Marks options that can be read.
pub trait Reads: Access {}
impl Reads for ReadWrite {}
impl Reads for ReadOnly {}

/// Marks options that can be set.
pub trait Sets: Access {}
impl Sets for ReadWrite {}
impl Sets for WriteOnly {}

impl<F, A> Clone for SocketOption<F, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F, A> Copy for SocketOption<F, A> {}

impl<F, A> fmt::Debug for SocketOption<F, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SocketOption({})", self.name)
    }
}

impl<F, A> SocketOption<F, A> {
    const fn of(name: &'static str, c_name: &'static str, place: Option<Place>) -> Self {
        Self { name, c_name, place, form: PhantomData }
    }

    /// Makes an option of any form at a place that the caller answers for; see [`Place::new`].
    #[must_use]
    pub const fn at(name: &'static str, place: Place) -> Self {
        Self::of(name, name, Some(place))
    }

    /// Returns the name by which the option is found at run time: level, dot, C's name without its prefix.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns C's name.
    #[must_use]
    pub const fn c_name(&self) -> &'static str {
        self.c_name
    }

    /// Returns where the option is, or `None` where this system lacks it.
    #[must_use]
    pub const fn place(&self) -> Option<Place> {
        self.place
    }

    /// Returns `true` if this system has the option; the running kernel, or this socket, may still lack it.
    #[must_use]
    pub const fn is_available(&self) -> bool {
        self.place.is_some()
    }
}

impl<F: Integer, A> SocketOption<F, A> {
    /// Makes an option whose value is an int: any level, any number, from `setsockopt(2)`'s own table.
    #[must_use]
    pub const fn integer(name: &'static str, level: i32, number: i32) -> Self {
        Self::of(name, name, Some(Place::of_plain_value(level, number)))
    }
}

impl<F: Form> SocketOption<F, ReadOnly> {
    /// Makes an option that is only read, into memory that is all zero before.
    #[must_use]
    pub const fn output(name: &'static str, level: i32, number: i32) -> Self {
        Self::of(name, name, Some(Place::of_plain_value(level, number)))
    }
}

impl<F: Form, A: Reads> SocketOption<F, A> {
    /// Reads the option of any socket, one of another library's types as well.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported) where this system, this kernel or this kind of socket lacks it.
    #[inline]
    pub fn get(&self, source: &(impl AsSource + ?Sized)) -> Result<F::Value> {
        let source = source.as_source().borrowed();
        let Some(place) = self.place else {
            return Err(unsupported(Operation::GetOption, self.c_name));
        };
        read::<F>(source, place).map_err(|unread| unread.named(self.name))
    }
}

impl<F: Form, A: Sets> SocketOption<F, A> {
    /// Sets the option of any socket, one of another library's types as well.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported) where this system, this kernel or this kind of socket lacks it. A value
    /// that does not fit is refused, and the message says what would.
    #[allow(clippy::needless_pass_by_value, reason = "a value is given, and most are a word")]
    #[inline]
    pub fn set(&self, source: &(impl AsSource + ?Sized), value: F::Value) -> Result<()> {
        let source = source.as_source().borrowed();
        let Some(place) = self.place else {
            return Err(unsupported(Operation::SetOption, self.c_name));
        };
        write::<F>(source, place, &value).map_err(|unset| unset.named(self.name))
    }
}

/// Why an option was not read or not set.
enum Failure {
    System(Operation, Errno),
    /// The value, which is none of this form.
    Value(Operation, &'static str),
}

impl Failure {
    #[cold]
    #[inline(never)]
    fn named(self, name: &'static str) -> Error {
        match self {
            Self::System(operation, errno) => Error::new(operation, errno).with_option(name),
            Self::Value(operation, form) => Error::form(operation, form).with_option(name),
        }
    }
}

#[inline]
fn read<F: Form>(source: sys::descriptor::Borrowed<'_>, place: Place) -> Result<F::Value, Failure> {
    // Zeroing more than the value takes is measured beside the call of the system.
    match F::SIZE {
        0..=4 => read_into::<F>(source, place, &mut [0; 4][..F::SIZE]),
        5..=64 => read_into::<F>(source, place, &mut [0; 64][..F::SIZE]),
        65..=512 => read_into::<F>(source, place, &mut [0; 512][..F::SIZE]),
        _ => read_into::<F>(source, place, &mut vec![0; F::SIZE]),
    }
}

#[inline]
fn read_into<F: Form>(
    source: sys::descriptor::Borrowed<'_>,
    place: Place,
    bytes: &mut [u8],
) -> Result<F::Value, Failure> {
    let length = sys::option::get(source, place, bytes)
        .map_err(|errno| Failure::System(Operation::GetOption, errno))?;
    F::decode(&bytes[..length]).ok_or(Failure::Value(Operation::GetOption, F::TEXT))
}

#[inline]
fn write<F: Form>(
    source: sys::descriptor::Borrowed<'_>,
    place: Place,
    value: &F::Value,
) -> Result<(), Failure> {
    match F::encode(value, |bytes| sys::option::set(source, place, bytes)) {
        Ok(set) => set.map_err(|errno| Failure::System(Operation::SetOption, errno)),
        Err(Unfit::OutOfRange) => Err(Failure::Value(Operation::SetOption, F::TEXT)),
        Err(Unfit::Unresolved(errno)) => Err(Failure::System(Operation::SetOption, errno)),
    }
}

#[cold]
#[inline(never)]
fn unsupported(operation: Operation, c_name: &'static str) -> Error {
    Error::unsupported(operation, c_name)
}

//! What was being done, to which address, and why it failed.

mod errno;
mod lookup;
mod operation;
mod predicate;

use std::borrow::Cow;
use std::convert::Infallible;
use std::{fmt, io};

pub use self::errno::Errno;
pub(crate) use self::lookup::LookupFailure;
pub use self::operation::Operation;
use crate::addr::{Address, ConvertError, ParseError};

/// The result of everything here that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What was being done, to which address, and why it failed.
///
/// The reasons are not to be matched on: ask a predicate, [`is_refused`](Self::is_refused) for example, and it
/// answers the same on every system. [`operation`](Self::operation), [`address`](Self::address) and
/// [`errno`](Self::errno) give the parts.
///
/// An error is small: `Result<usize, Error>` takes two words. That a call would have to wait, that it was
/// interrupted and that a deadline has passed are told without an allocation.
///
/// # Conversion into `io::Error`
///
/// An error that is nothing but a number becomes an [`io::Error`] with that number. Any other becomes one that
/// holds this error, of the kind that the number has, so that [`io::Error::downcast`] gives it back.
///
/// # Examples
///
/// ```
/// use berkeley::{Errno, Operation, TcpStream};
///
/// // A port that is bound, but on which nobody listens.
/// let bound = berkeley::Socket::open(berkeley::Family::INET, berkeley::Kind::STREAM, berkeley::Protocol::DEFAULT)?;
/// bound.bind("127.0.0.1:0")?;
/// let address = bound.local_address()?;
///
/// let error = TcpStream::connect(&address).unwrap_err();
/// assert!(error.is_refused());
/// assert_eq!(error.operation(), Operation::Connect);
/// assert_eq!(error.address(), Some(&address));
/// assert_eq!(error.errno(), Some(Errno::CONNREFUSED));
/// # #[cfg(unix)]
/// assert_eq!(error.to_string(), format!("connect {address}: Connection refused (ECONNREFUSED)"));
/// # Ok::<(), berkeley::Error>(())
/// ```
pub struct Error(Repr);

/// The boxed variant is for failures that carry more than a number.
enum Repr {
    Os { operation: Operation, errno: Errno },
    DeadlinePassed { operation: Operation },
    Context(Box<Context>),
}

struct Context {
    operation: Operation,
    address: Option<Address>,
    option: Option<&'static str>,
    name: Option<Box<str>>,
    detail: Option<Cow<'static, str>>,
    cause: Cause,
}

enum Cause {
    Os(Errno),
    DeadlinePassed,
    /// What this system lacks, as a noun: `MSG_CONFIRM`, `address family CAN`.
    Unsupported(&'static str),
    /// What was asked for and why it cannot be, as a sentence.
    Invalid(&'static str),
    /// What the value would have to be, as a noun.
    Form(&'static str),
    Parse(ParseError),
    Lookup(LookupFailure),
}

impl Context {
    fn of(operation: Operation, cause: Cause) -> Box<Self> {
        Box::new(Self { operation, address: None, option: None, name: None, detail: None, cause })
    }
}

impl Error {
    /// Makes the error of a system call that failed with `errno`.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn new(operation: Operation, errno: Errno) -> Self {
        Self(Repr::Os { operation, errno })
    }

    /// Makes the error of a call that gave up because its deadline had passed.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn deadline_passed(operation: Operation) -> Self {
        Self(Repr::DeadlinePassed { operation })
    }

    /// Makes the error that says that this system has no `what`.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn unsupported(operation: Operation, what: &'static str) -> Self {
        Self::boxed(operation, Cause::Unsupported(what))
    }

    /// Makes the error of a call that was given what it can never take; `why` names it and says what is right.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn invalid(operation: Operation, why: &'static str) -> Self {
        Self::boxed(operation, Cause::Invalid(why))
    }

    /// Makes the error of an option that was given a value it can never have; `form` is what it can have, as a noun.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub(crate) fn form(operation: Operation, form: &'static str) -> Self {
        Self::boxed(operation, Cause::Form(form))
    }

    /// Makes the error of a call that was given a text it could not read.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub(crate) fn parse(operation: Operation, error: ParseError) -> Self {
        Self::boxed(operation, Cause::Parse(error))
    }

    /// Makes the error of a lookup that gave nothing.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub(crate) fn lookup(failure: LookupFailure) -> Self {
        match failure {
            LookupFailure::Os(errno) => Self::new(Operation::LookUp, errno),
            failure => Self::boxed(Operation::LookUp, Cause::Lookup(failure)),
        }
    }

    /// Adds the address that the call was about.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn with_address(self, address: impl Into<Address>) -> Self {
        let mut context = self.into_context();
        context.address = Some(address.into());
        Self(Repr::Context(context))
    }

    /// Adds the name of the option that the call was about.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn with_option(self, name: &'static str) -> Self {
        let mut context = self.into_context();
        context.option = Some(name);
        Self(Repr::Context(context))
    }

    /// Adds the name that was to be looked up.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn with_name(self, name: impl Into<Box<str>>) -> Self {
        let mut context = self.into_context();
        context.name = Some(name.into());
        Self(Repr::Context(context))
    }

    /// Adds a sentence: what the system says beside its number, or what would have to be otherwise.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn with_detail(self, detail: impl Into<Cow<'static, str>>) -> Self {
        let mut context = self.into_context();
        context.detail = Some(detail.into());
        Self(Repr::Context(context))
    }

    fn into_context(self) -> Box<Context> {
        let (operation, cause) = match self.0 {
            Repr::Os { operation, errno } => (operation, Cause::Os(errno)),
            Repr::DeadlinePassed { operation } => (operation, Cause::DeadlinePassed),
            Repr::Context(context) => return context,
        };
        Context::of(operation, cause)
    }

    fn boxed(operation: Operation, cause: Cause) -> Self {
        Self(Repr::Context(Context::of(operation, cause)))
    }

    /// Returns what was being done.
    #[must_use]
    pub fn operation(&self) -> Operation {
        match &self.0 {
            Repr::Os { operation, .. } | Repr::DeadlinePassed { operation } => *operation,
            Repr::Context(context) => context.operation,
        }
    }

    /// Returns the address that the call was about, if it was about one.
    #[must_use]
    pub fn address(&self) -> Option<&Address> {
        match &self.0 {
            Repr::Context(context) => context.address.as_ref(),
            Repr::Os { .. } | Repr::DeadlinePassed { .. } => None,
        }
    }

    /// Returns the name of the option that the call was about, if it was about one.
    #[must_use]
    pub fn option(&self) -> Option<&'static str> {
        match &self.0 {
            Repr::Context(context) => context.option,
            Repr::Os { .. } | Repr::DeadlinePassed { .. } => None,
        }
    }

    /// Returns the name that was to be looked up, if that is what failed.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match &self.0 {
            Repr::Context(context) => context.name.as_deref(),
            Repr::Os { .. } | Repr::DeadlinePassed { .. } => None,
        }
    }

    /// Returns the sentence that the system said beside its number, or that says what would have to be otherwise.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        match &self.0 {
            Repr::Context(context) => context.detail.as_deref(),
            Repr::Os { .. } | Repr::DeadlinePassed { .. } => None,
        }
    }

    /// Returns the number that the system gave, if the system was asked at all.
    #[must_use]
    pub fn errno(&self) -> Option<Errno> {
        match &self.0 {
            Repr::Os { errno, .. } => Some(*errno),
            Repr::DeadlinePassed { .. } => None,
            Repr::Context(context) => match context.cause {
                Cause::Os(errno) => Some(errno),
                _ => None,
            },
        }
    }

    /// Returns the number that the system gave, as [`io::Error::raw_os_error`] does.
    #[must_use]
    pub fn raw_os_error(&self) -> Option<i32> {
        self.errno().map(Errno::as_raw)
    }

    /// Returns the kind that the standard library files such an error under.
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        if let Some(errno) = self.errno() {
            return io::Error::from_raw_os_error(errno.as_raw()).kind();
        }
        match self.cause() {
            Some(Cause::Unsupported(_)) => io::ErrorKind::Unsupported,
            Some(Cause::Invalid(_) | Cause::Form(_) | Cause::Parse(_)) => io::ErrorKind::InvalidInput,
            Some(Cause::Lookup(failure)) => failure.kind(),
            _ => io::ErrorKind::TimedOut,
        }
    }

    /// Returns the reason why a text is no address, if that is what failed.
    #[must_use]
    pub fn parse_error(&self) -> Option<&ParseError> {
        match self.cause() {
            Some(Cause::Parse(error)) => Some(error),
            _ => None,
        }
    }

    fn cause(&self) -> Option<&Cause> {
        match &self.0 {
            Repr::Context(context) => Some(&context.cause),
            Repr::Os { .. } | Repr::DeadlinePassed { .. } => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.operation())?;
        if let Some(address) = self.address() {
            write!(f, " {address}")?;
        }
        if let Some(option) = self.option() {
            write!(f, " {option}")?;
        }
        if let Some(name) = self.name() {
            write!(f, " {name:?}")?;
        }
        match (&self.0, self.cause()) {
            (Repr::Os { errno, .. }, _) | (_, Some(Cause::Os(errno))) => write!(f, ": {errno}"),
            (_, Some(Cause::Unsupported(what))) => write!(f, ": this system has no {what}"),
            (_, Some(Cause::Invalid(why))) => write!(f, ": {why}"),
            (_, Some(Cause::Form(form))) => write!(f, ": the value has to be {form}"),
            (_, Some(Cause::Parse(error))) => write!(f, ": {error}"),
            (_, Some(Cause::Lookup(failure))) => write!(f, ": {failure}"),
            _ => f.write_str(": the deadline has passed"),
        }?;
        self.detail().map_or(Ok(()), |detail| write!(f, ": {detail}"))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self})")
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.parse_error().map(|error| error as _)
    }
}

impl From<ParseError> for Error {
    fn from(error: ParseError) -> Self {
        Self::boxed(Operation::Address, Cause::Parse(error))
    }
}

impl From<ConvertError> for Error {
    fn from(error: ConvertError) -> Self {
        Self::invalid(Operation::Address, "the address has no form in that type")
            .with_detail(error.to_string())
    }
}

impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        match error.0 {
            Repr::Os { errno, .. } => Self::from_raw_os_error(errno.as_raw()),
            Repr::DeadlinePassed { .. } | Repr::Context(_) => Self::new(error.kind(), error),
        }
    }
}

/// Says what was being done when a system call failed.
pub(crate) trait During<T> {
    fn during(self, operation: Operation) -> Result<T>;

    /// As `during`, for a call that was about `address`.
    fn during_to(self, operation: Operation, address: &Address) -> Result<T>;
}

impl<T> During<T> for Result<T, Errno> {
    #[inline]
    fn during(self, operation: Operation) -> Result<T> {
        match self {
            Ok(value) => Ok(value),
            Err(errno) => Err(Error::new(operation, errno)),
        }
    }

    #[inline]
    fn during_to(self, operation: Operation, address: &Address) -> Result<T> {
        match self {
            Ok(value) => Ok(value),
            Err(errno) => Err(Error::new(operation, errno).with_address(address.clone())),
        }
    }
}

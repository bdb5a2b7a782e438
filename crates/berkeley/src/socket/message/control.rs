//! What is sent: control messages, and the message that they go with.

use std::fmt;
use std::io::IoSlice;
use std::marker::PhantomData;

use super::ControlMessage;
use crate::error::{Error, Operation, Result};
use crate::option::{Credentials, Form, Unfit};
use crate::socket::flags::SendFlags;
use crate::source::{AsSource, Source};
use crate::sys::control::{Frames, Layout, Memory, is_no_plain_data};
use crate::sys::{Place, descriptor, message as system};

/// How many descriptors one message can carry: `SCM_MAX_FD` of Linux, and so everywhere.
#[doc(alias = "SCM_MAX_FD")]
pub const MOST_DESCRIPTORS: usize = 253;

/// Returns how many bytes of control memory a message with so many descriptors takes.
#[must_use]
pub const fn descriptor_room(descriptors: usize) -> usize {
    Layout::SYSTEM.space(descriptors.saturating_mul(4))
}

/// Control messages to be sent.
///
/// A push writes a message whole or, where it fails, leaves everything as it was: what is half-written cannot be sent.
/// Descriptors are borrowed for as long as the value lives.
///
/// # Examples
///
/// ```
/// use berkeley::message::{self, Control};
///
/// let mut memory = [0; 64];
/// let mut control = Control::over(&mut memory);
/// match control.push(message::ipv6::HOPLIMIT, &3) {
///     Ok(()) => assert!(!control.is_empty()),
///     Err(error) => assert!(error.is_unsupported()),
/// }
/// ```
pub struct Control<'a> {
    memory: Memory<'a>,
    length: usize,
    descriptors: usize,
    lent: PhantomData<Source<'a>>,
}

impl<'a> Control<'a> {
    /// Makes an empty one, whose memory grows with what is pushed.
    #[must_use]
    pub fn new() -> Self {
        Self::of(Memory::of(0))
    }

    /// Makes an empty one over the caller's memory, which it never leaves: nothing is allocated.
    ///
    /// Up to seven bytes at the front stay unused, for the sake of the alignment.
    #[must_use]
    pub fn over(memory: &'a mut [u8]) -> Self {
        Self::of(Memory::lent(memory))
    }

    fn of(memory: Memory<'a>) -> Self {
        Self { memory, length: 0, descriptors: 0, lent: PhantomData }
    }

    /// Appends a control message.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported) where this system does not take the kind. A value that does not fit is
    /// refused, and so is a message for which the caller's memory has no room. A row of the caller's own is refused if its
    /// data would be descriptors or pointers.
    #[inline]
    pub fn push<F: Form>(&mut self, row: ControlMessage<F>, value: &F::Value) -> Result<()> {
        let Some(place) = row.sent() else {
            return Err(Error::unsupported(Operation::Send, row.c_name()));
        };
        self.encode::<F>(place, value).map_err(|error| error.with_option(row.name()))
    }

    pub(super) fn encode<F: Form>(&mut self, place: Place, value: &F::Value) -> Result<()> {
        if is_no_plain_data(place.level(), place.number()) {
            return Err(Error::invalid(
                Operation::Send,
                "descriptors and pointers are never taken from bytes",
            ));
        }
        match F::encode(value, |bytes| self.append(place, bytes)) {
            Ok(appended) => appended,
            Err(Unfit::OutOfRange) => Err(Error::form(Operation::Send, F::TEXT)),
            Err(Unfit::Unresolved(errno)) => Err(Error::new(Operation::Send, errno)),
        }
    }

    /// Appends descriptors, of which the receiver gets duplicates.
    ///
    /// # Errors
    ///
    /// More than [`MOST_DESCRIPTORS`] in all; [`is_unsupported`](Error::is_unsupported) on Windows.
    #[doc(alias = "SCM_RIGHTS")]
    pub fn push_descriptors<S: AsSource>(&mut self, descriptors: &'a [S]) -> Result<()> {
        let Some((level, number)) = system::RIGHTS else {
            return Err(Error::unsupported(Operation::Send, "passing of descriptors"));
        };
        if self.descriptors + descriptors.len() > MOST_DESCRIPTORS {
            let given = self.descriptors + descriptors.len();
            let error = Error::invalid(Operation::Send, "a message carries at most 253 descriptors");
            return Err(error.with_detail(format!("here are {given}")));
        }
        let place = Place::of_plain_value(level, number);
        let bytes = self.reserve(place, descriptors.len() * 4)?;
        for (place, descriptor) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(descriptors) {
            *place = (descriptor::number(descriptor.as_source().borrowed()) as i32).to_ne_bytes();
        }
        self.descriptors += descriptors.len();
        Ok(())
    }

    /// Appends the sender's credentials, which the kernel checks: a process may name those that it has.
    ///
    /// # Platform notes
    ///
    /// - Linux: the receiver gets them if it has set [`PASSCRED`](crate::option::socket::PASSCRED), and then without this
    ///   call too.
    /// - FreeBSD, DragonFly: the kernel puts those of the process in, whatever is given.
    /// - Others: unsupported.
    #[doc(alias = "SCM_CREDENTIALS")]
    #[doc(alias = "SCM_CREDS")]
    pub fn push_credentials(&mut self, credentials: Credentials) -> Result<()> {
        let mut bytes = [0; system::CREDENTIALS_SIZE];
        let parts = (credentials.pid, credentials.uid, credentials.gid);
        let (Some(length), Some((level, number))) =
            (system::encode_credentials(parts, &mut bytes), system::CREDENTIALS)
        else {
            return Err(Error::unsupported(Operation::Send, "credentials that are sent"));
        };
        self.append(Place::of_plain_value(level, number), &bytes[..length])
    }

    fn append(&mut self, place: Place, bytes: &[u8]) -> Result<()> {
        self.reserve(place, bytes.len())?.copy_from_slice(bytes);
        Ok(())
    }

    /// Writes the header of a message, and lends the place of its data.
    #[inline]
    fn reserve(&mut self, place: Place, data: usize) -> Result<&mut [u8]> {
        let end = self.length.saturating_add(Layout::SYSTEM.space(data));
        self.memory.reserve(end);
        let range = Layout::SYSTEM.put(self.memory.bytes_mut(), self.length, place, data);
        let Some(range) = range else {
            return Err(self.no_room(end));
        };
        self.length = end;
        Ok(&mut self.memory.bytes_mut()[range])
    }

    #[cold]
    fn no_room(&self, end: usize) -> Error {
        let error = Error::invalid(Operation::Send, "the control memory has no room for the message");
        error.with_detail(format!("{end} bytes are needed, and there are {}", self.memory.bytes().len()))
    }

    /// Forgets all messages, and keeps the memory.
    pub fn clear(&mut self) {
        (self.length, self.descriptors) = (0, 0);
    }

    /// Returns `true` if nothing was pushed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Returns the messages as they are given to the system.
    #[inline]
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.memory.bytes()[..self.length]
    }

    #[inline]
    pub(crate) fn has_descriptors(&self) -> bool {
        self.descriptors > 0
    }
}

impl Default for Control<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = Frames::of(self.as_bytes()).map(|frame| (frame.level, frame.number, frame.data.len()));
        f.debug_list().entries(kinds).finish()
    }
}

/// A message to be sent: data, and with it perhaps a destination, control messages and flags.
///
/// `A` is the type of the addresses that the socket deals in.
pub struct Message<'a, A> {
    pub(in crate::socket) data: &'a [IoSlice<'a>],
    pub(in crate::socket) to: Option<&'a A>,
    pub(in crate::socket) control: Option<&'a Control<'a>>,
    pub(in crate::socket) flags: SendFlags,
}

impl<'a, A> Message<'a, A> {
    /// Makes a message of what lies in several places, to the peer.
    #[must_use]
    pub const fn new(data: &'a [IoSlice<'a>]) -> Self {
        Self { data, to: None, control: None, flags: SendFlags::empty() }
    }

    /// Gives it a destination.
    #[must_use]
    pub const fn to(self, to: &'a A) -> Self {
        Self { to: Some(to), ..self }
    }

    /// Gives it a destination, or none.
    #[must_use]
    pub const fn to_maybe(self, to: Option<&'a A>) -> Self {
        Self { to, ..self }
    }

    /// Gives it control messages.
    #[must_use]
    pub const fn control(self, control: &'a Control<'a>) -> Self {
        Self { control: Some(control), ..self }
    }

    /// Has it sent as `flags` say.
    #[must_use]
    pub const fn flags(self, flags: SendFlags) -> Self {
        Self { flags, ..self }
    }
}

impl<A> Clone for Message<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for Message<'_, A> {}

impl<A: fmt::Debug> fmt::Debug for Message<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length: usize = self.data.iter().map(|slice| slice.len()).sum();
        let mut out = f.debug_struct("Message");
        out.field("length", &length).field("to", &self.to).field("control", &self.control);
        out.field("flags", &self.flags).finish()
    }
}

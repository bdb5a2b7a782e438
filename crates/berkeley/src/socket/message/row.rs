//! A row: one kind of control message.

use std::fmt;
use std::marker::PhantomData;

use crate::option::{Form, Integer, Octets};
use crate::sys::control::Layout;
use crate::sys::{Place, message_number};

/// One kind of control message: where the system has it, and what its value is.
///
/// `F` says how the value lies in bytes and in text, and [`Form::Value`] which type programs see.
pub struct ControlMessage<F> {
    name: &'static str,
    c_name: &'static str,
    sent: Option<Place>,
    received: Option<Place>,
    form: PhantomData<fn(F) -> F>,
}

impl<F> Clone for ControlMessage<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for ControlMessage<F> {}

impl<F> fmt::Debug for ControlMessage<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ControlMessage({})", self.name)
    }
}

impl<F> ControlMessage<F> {
    /// Makes a row of the table: C has several names for what is one kind, one for each direction or system.
    pub(super) const fn of(name: &'static str, level: &str, c_names: &[&'static str]) -> Self {
        Self {
            name,
            c_name: c_names[0],
            sent: message_number::sent(level, c_names),
            received: message_number::received(level, c_names),
            form: PhantomData,
        }
    }

    const fn outside(name: &'static str, place: Place) -> Self {
        Self { name, c_name: name, sent: Some(place), received: Some(place), form: PhantomData }
    }

    /// Makes a row of any form at a place that the caller answers for; see [`Place::new`]. Descriptors are refused all the
    /// same.
    #[must_use]
    pub const fn at(name: &'static str, place: Place) -> Self {
        Self::outside(name, place)
    }

    /// Returns the name by which the row is found at run time: level, dot, C's name without its prefix.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns C's name.
    #[must_use]
    pub const fn c_name(&self) -> &'static str {
        self.c_name
    }

    /// Returns the level and the type with which this system takes it, or `None` where it does not.
    #[must_use]
    pub const fn sent(&self) -> Option<Place> {
        self.sent
    }

    /// Returns the level and the type with which this system gives it, or `None` where it does not.
    #[must_use]
    pub const fn received(&self) -> Option<Place> {
        self.received
    }
}

impl<F: Form> ControlMessage<F> {
    /// Returns how many bytes of control memory one such message takes.
    #[must_use]
    pub const fn room(&self) -> usize {
        Layout::SYSTEM.space(F::SIZE)
    }
}

impl<F: Integer> ControlMessage<F> {
    /// Makes a row of the caller's own, whose value is an int.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::message::ControlMessage;
    ///
    /// const VENDORS_OWN: ControlMessage<u32> = ControlMessage::integer("vendor.own", 0x1234, 7);
    /// # let _ = VENDORS_OWN;
    /// ```
    #[must_use]
    pub const fn integer(name: &'static str, level: i32, number: i32) -> Self {
        Self::outside(name, Place::of_plain_value(level, number))
    }
}

impl<const N: usize> ControlMessage<Octets<N>> {
    /// Makes a row of the caller's own, whose value is at most `N` bytes.
    #[must_use]
    pub const fn octets(name: &'static str, level: i32, number: i32) -> Self {
        Self::outside(name, Place::of_plain_value(level, number))
    }
}

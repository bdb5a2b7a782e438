//! What can be waited on: a descriptor on Unix, a SOCKET or a named pipe on Windows.

use std::marker::PhantomData;

use crate::sys::descriptor::Borrowed;
pub use crate::sys::descriptor::Descriptor;

/// A borrowed descriptor, or on Windows a borrowed socket or named pipe, of anything that can be waited on.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a>(Borrowed<'a>, PhantomData<&'a ()>);

impl<'a> Source<'a> {
    #[inline]
    pub(crate) fn new(borrowed: Borrowed<'a>) -> Self {
        Self(borrowed, PhantomData)
    }

    #[inline]
    pub(crate) fn borrowed(self) -> Borrowed<'a> {
        self.0
    }
}

/// Something that can be waited on.
///
/// Every type that lends its descriptor is one: `AsFd` on Unix, `AsSocket` on Windows.
///
/// An implementor keeps returning the same source for as long as it is registered anywhere.
pub trait AsSource {
    /// Lends the source.
    fn as_source(&self) -> Source<'_>;
}

#[cfg(all(unix, not(berkeley_sys = "unsupported")))]
impl<T: std::os::fd::AsFd + ?Sized> AsSource for T {
    #[inline]
    fn as_source(&self) -> Source<'_> {
        Source::new(self.as_fd())
    }
}

#[cfg(all(windows, not(berkeley_sys = "unsupported")))]
impl<T: std::os::windows::io::AsSocket + ?Sized> AsSource for T {
    #[inline]
    fn as_source(&self) -> Source<'_> {
        Source::new(self.as_socket().into())
    }
}

#[cfg(all(unix, not(berkeley_sys = "unsupported")))]
impl std::os::fd::AsFd for Source<'_> {
    #[inline]
    fn as_fd(&self) -> Borrowed<'_> {
        self.0
    }
}

// On Windows it need not be a socket.
#[cfg(any(berkeley_sys = "unsupported", not(unix)))]
impl AsSource for Source<'_> {
    fn as_source(&self) -> Source<'_> {
        *self
    }
}

/// Makes a source of a type that lends a descriptor: `[its generics] the type, |it| the descriptor, borrowed`.
macro_rules! lends_source {
    ([$($generics:tt)*] $type:ty, |$it:ident| $borrowed:expr) => {
        #[cfg(all(unix, not(berkeley_sys = "unsupported")))]
        impl<$($generics)*> std::os::fd::AsFd for $type {
            #[inline]
            fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
                let $it = self;
                $borrowed
            }
        }

        #[cfg(all(windows, not(berkeley_sys = "unsupported")))]
        impl<$($generics)*> std::os::windows::io::AsSocket for $type {
            #[inline]
            fn as_socket(&self) -> std::os::windows::io::BorrowedSocket<'_> {
                let $it = self;
                $borrowed.socket()
            }
        }

        #[cfg(any(berkeley_sys = "unsupported", not(any(unix, windows))))]
        impl<$($generics)*> $crate::source::AsSource for $type {
            fn as_source(&self) -> $crate::source::Source<'_> {
                let $it = self;
                $crate::source::Source::new($borrowed)
            }
        }
    };
}

pub(crate) use lends_source;

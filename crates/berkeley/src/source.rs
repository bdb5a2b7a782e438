//! What can be waited on: a descriptor on Unix, a SOCKET on Windows.

use std::marker::PhantomData;

use crate::sys::descriptor::Borrowed;
pub use crate::sys::descriptor::Descriptor;

/// A borrowed descriptor, or on Windows a borrowed socket, of anything that can be waited on.
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
        Source::new(self.as_socket())
    }
}

#[cfg(all(unix, not(berkeley_sys = "unsupported")))]
impl std::os::fd::AsFd for Source<'_> {
    #[inline]
    fn as_fd(&self) -> Borrowed<'_> {
        self.0
    }
}

#[cfg(all(windows, not(berkeley_sys = "unsupported")))]
impl std::os::windows::io::AsSocket for Source<'_> {
    #[inline]
    fn as_socket(&self) -> Borrowed<'_> {
        self.0
    }
}

#[cfg(any(berkeley_sys = "unsupported", not(any(unix, windows))))]
impl AsSource for Source<'_> {
    fn as_source(&self) -> Source<'_> {
        *self
    }
}

/// Makes sources of types that lend something that is one: `[its generics] the type, what lends it`.
macro_rules! lends_source {
    ([$($generics:tt)*] $type:ty, $lend:expr) => {
        #[cfg(all(unix, not(berkeley_sys = "unsupported")))]
        impl<$($generics)*> std::os::fd::AsFd for $type {
            #[inline]
            fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
                std::os::fd::AsFd::as_fd($lend(self))
            }
        }

        #[cfg(all(windows, not(berkeley_sys = "unsupported")))]
        impl<$($generics)*> std::os::windows::io::AsSocket for $type {
            #[inline]
            fn as_socket(&self) -> std::os::windows::io::BorrowedSocket<'_> {
                std::os::windows::io::AsSocket::as_socket($lend(self))
            }
        }

        #[cfg(any(berkeley_sys = "unsupported", not(any(unix, windows))))]
        impl<$($generics)*> $crate::source::AsSource for $type {
            fn as_source(&self) -> $crate::source::Source<'_> {
                $crate::source::AsSource::as_source($lend(self))
            }
        }
    };
}

pub(crate) use lends_source;

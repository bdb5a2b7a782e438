//! What a receive call tells.

use std::fmt;

use crate::sys::Delivered;

/// What a receive call delivered, where messages keep their boundaries.
///
/// # Examples
///
/// ```
/// use berkeley::UnixDatagram;
///
/// # if !cfg!(unix) { return Ok(()); }
/// let (left, right) = UnixDatagram::pair()?;
/// left.send(b"12345")?;
///
/// let mut buffer = [0; 3];
/// let received = right.recv(&mut buffer)?;
/// assert_eq!(&buffer[..received.len()], b"123");
/// assert!(received.is_truncated());
/// # #[cfg(target_os = "linux")]
/// assert_eq!(received.full_len(), Some(5));
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Received {
    length: usize,
    missing: usize,
}

impl Received {
    /// Returns how many bytes are in the buffer.
    #[inline]
    #[must_use]
    pub const fn len(self) -> usize {
        self.length
    }

    /// Returns `true` if the message is empty; on a stream, if it has ended.
    #[inline]
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.length == 0
    }

    /// Returns `true` if the buffer was too small for the message, the rest of which is lost.
    #[inline]
    #[must_use]
    pub const fn is_truncated(self) -> bool {
        self.missing != 0
    }

    /// Returns the length of the whole message, or `None` if some of it is lost and the system does not say how
    /// much.
    ///
    /// # Platform notes
    ///
    /// - Linux: always known for UDP, raw IP, Unix, netlink and packet sockets.
    /// - Others: unknown when truncated.
    #[inline]
    #[must_use]
    pub const fn full_len(self) -> Option<usize> {
        if self.missing == usize::MAX { None } else { Some(self.length + self.missing) }
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.is_truncated(), self.full_len()) {
            (false, _) => write!(f, "Received({} bytes)", self.length),
            (true, Some(full)) => write!(f, "Received({} of {full} bytes)", self.length),
            (true, None) => write!(f, "Received({} bytes of more)", self.length),
        }
    }
}

/// What a receive call can tell: a number of bytes, or a [`Received`].
pub trait Outcome: Sized {
    /// Whether the calls are told where messages end.
    #[doc(hidden)]
    const MESSAGES: bool;

    #[doc(hidden)]
    fn from_delivered(delivered: Delivered) -> Self;
}

impl Outcome for usize {
    const MESSAGES: bool = false;

    #[inline]
    fn from_delivered(delivered: Delivered) -> Self {
        delivered.length
    }
}

impl Outcome for Received {
    const MESSAGES: bool = true;

    #[inline]
    fn from_delivered(delivered: Delivered) -> Self {
        Self { length: delivered.length, missing: delivered.missing }
    }
}

//! Where received bytes go: memory that has values, and memory that has none yet.

use std::fmt;
use std::mem::MaybeUninit;

/// What a receive call can fill.
///
/// Slices, arrays and vectors of bytes are filled from their start, over what they hold; a vector keeps its
/// length. [`spare`] gives the capacity behind a vector's length, and [`Uninit`] takes memory without values:
/// neither needs the time to zero it, nor unsafe code from the caller.
///
/// # Examples
///
/// ```
/// use berkeley::{UnixStream, spare};
///
/// # if !cfg!(unix) { return Ok(()); }
/// let (left, right) = UnixStream::pair()?;
/// left.send(b"hello")?;
///
/// let mut line = Vec::with_capacity(64);
/// right.recv(&mut spare(&mut line))?;
/// assert_eq!(line, b"hello");
/// # Ok::<(), berkeley::Error>(())
/// ```
pub trait Buffer: private::Memory {}

pub(crate) mod private {
    use std::mem::MaybeUninit;

    /// Memory that bytes can be written to.
    pub trait Memory {
        /// The whole room.
        ///
        /// # Safety
        ///
        /// The caller writes values only: no byte that has a value may be left without one.
        unsafe fn room(&mut self) -> &mut [MaybeUninit<u8>];

        /// Takes note that the first `length` bytes of the room have values now.
        ///
        /// # Safety
        ///
        /// They have.
        unsafe fn filled(&mut self, length: usize);
    }
}

use private::Memory;

impl Buffer for [u8] {}

impl Memory for [u8] {
    #[inline]
    unsafe fn room(&mut self) -> &mut [MaybeUninit<u8>] {
        // SAFETY: `MaybeUninit<u8>` has the layout of `u8`; that only values are written is the caller's part.
        unsafe { &mut *(std::ptr::from_mut(self) as *mut [MaybeUninit<u8>]) }
    }

    #[inline]
    unsafe fn filled(&mut self, _: usize) {}
}

/// A type that is a slice of bytes for this purpose.
macro_rules! as_slice {
    ($([$($generics:tt)*] $type:ty;)*) => { $(
        impl<$($generics)*> Buffer for $type {}

        impl<$($generics)*> Memory for $type {
            #[inline]
            unsafe fn room(&mut self) -> &mut [MaybeUninit<u8>] {
                // SAFETY: the caller's promise is handed on.
                unsafe { self[..].room() }
            }

            #[inline]
            unsafe fn filled(&mut self, _: usize) {}
        }
    )* };
}

as_slice! {
    [const N: usize] [u8; N];
    [] Vec<u8>;
    [] Box<[u8]>;
}

impl<B: Buffer + ?Sized> Buffer for &mut B {}

impl<B: Buffer + ?Sized> Memory for &mut B {
    #[inline]
    unsafe fn room(&mut self) -> &mut [MaybeUninit<u8>] {
        // SAFETY: the caller's promise is handed on.
        unsafe { (**self).room() }
    }

    #[inline]
    unsafe fn filled(&mut self, length: usize) {
        // SAFETY: the caller's promise is handed on.
        unsafe { (**self).filled(length) }
    }
}

/// The capacity of a vector behind its length; what is received there is appended.
///
/// [`spare`] makes one.
pub struct Spare<'a>(&'a mut Vec<u8>);

/// Lends the capacity of `vector` behind its length; what is received there is appended.
///
/// Nothing is allocated: a vector without spare capacity receives nothing, which on a stream looks like its
/// end. Call [`Vec::reserve`] first.
#[inline]
#[must_use]
pub fn spare(vector: &mut Vec<u8>) -> Spare<'_> {
    Spare(vector)
}

impl fmt::Debug for Spare<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spare({} bytes)", self.0.capacity() - self.0.len())
    }
}

impl Buffer for Spare<'_> {}

impl Memory for Spare<'_> {
    #[inline]
    unsafe fn room(&mut self) -> &mut [MaybeUninit<u8>] {
        self.0.spare_capacity_mut()
    }

    #[inline]
    unsafe fn filled(&mut self, length: usize) {
        // SAFETY: the caller filled `length` bytes of the room, which is the capacity behind the length.
        unsafe { self.0.set_len(self.0.len() + length) }
    }
}

/// Memory that need not have values, and a note of how much of it has.
///
/// What is received goes behind what was received before.
///
/// # Examples
///
/// ```
/// use std::mem::MaybeUninit;
/// use berkeley::{Uninit, UnixDatagram};
///
/// # if !cfg!(unix) { return Ok(()); }
/// let (left, right) = UnixDatagram::pair()?;
/// left.send(b"one")?;
/// left.send(b"two")?;
///
/// let mut memory = [MaybeUninit::uninit(); 64];
/// let mut buffer = Uninit::new(&mut memory);
/// right.recv(&mut buffer)?;
/// right.recv(&mut buffer)?;
/// assert_eq!(buffer.filled(), b"onetwo");
/// # Ok::<(), berkeley::Error>(())
/// ```
pub struct Uninit<'a> {
    memory: &'a mut [MaybeUninit<u8>],
    length: usize,
}

impl<'a> Uninit<'a> {
    /// Makes an empty buffer over `memory`.
    #[inline]
    pub fn new(memory: &'a mut [MaybeUninit<u8>]) -> Self {
        Self { memory, length: 0 }
    }

    /// Returns the bytes received so far.
    #[inline]
    #[must_use]
    pub fn filled(&self) -> &[u8] {
        let filled = &raw const self.memory[..self.length];
        // SAFETY: the first `length` bytes have values, and `MaybeUninit<u8>` has the layout of `u8`.
        unsafe { &*(filled as *const [u8]) }
    }

    /// Returns how many bytes more there is room for.
    #[must_use]
    pub fn room(&self) -> usize {
        self.memory.len() - self.length
    }

    /// Forgets the bytes received so far.
    pub fn clear(&mut self) {
        self.length = 0;
    }
}

impl fmt::Debug for Uninit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uninit({} of {} bytes filled)", self.length, self.memory.len())
    }
}

impl Buffer for Uninit<'_> {}

impl Memory for Uninit<'_> {
    #[inline]
    unsafe fn room(&mut self) -> &mut [MaybeUninit<u8>] {
        &mut self.memory[self.length..]
    }

    #[inline]
    unsafe fn filled(&mut self, length: usize) {
        self.length += length;
    }
}

//! Filters: which frames a socket receives.

use super::id::{ERROR, EXTENDED, REMOTE};
use super::{Frame, Id};
use crate::option::CanFilter;

impl CanFilter {
    /// Lets every frame through but those of errors.
    pub const ALL: Self = Self { id: 0, mask: 0 };

    /// Lets the frames of one identifier through, of that length, remote ones too.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::can::{Frame, Id};
    /// use berkeley::option::CanFilter;
    ///
    /// let filter = CanFilter::only(Id::standard(0x123)?);
    /// assert!(filter.passes(&"123#11".parse::<Frame>()?));
    /// assert!(!filter.passes(&"00000123#11".parse::<Frame>()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn only(id: Id) -> Self {
        let bits = if id.is_extended() { 0x1fff_ffff } else { 0x7ff };
        Self { id: id.to_canid(), mask: bits | EXTENDED }
    }

    /// Lets the frames through whose identifier has that length, and is this one in every bit of the mask.
    #[must_use]
    pub const fn masked(id: Id, mask: u32) -> Self {
        Self { id: id.to_canid(), mask: mask & 0x1fff_ffff | EXTENDED }
    }

    /// Lets the other frames through.
    #[must_use]
    #[doc(alias = "CAN_INV_FILTER")]
    pub const fn inverted(self) -> Self {
        Self { id: self.id ^ ERROR, mask: self.mask }
    }

    /// Lets of those frames only the remote ones through.
    #[must_use]
    pub const fn remote_only(self) -> Self {
        Self { id: self.id | REMOTE, mask: self.mask | REMOTE }
    }

    /// Lets of those frames only the ones with data through.
    #[must_use]
    pub const fn data_only(self) -> Self {
        Self { id: self.id & !REMOTE, mask: self.mask | REMOTE }
    }

    /// Tells whether the frame passes, as the kernel decides it. Frames of errors have filters of their own.
    #[must_use]
    pub fn passes(&self, frame: &Frame) -> bool {
        let canid = match frame {
            Frame::Remote(frame) => frame.id().to_canid() | REMOTE,
            Frame::Data(frame) => frame.id().to_canid(),
            Frame::Fd(frame) => frame.id().to_canid(),
            Frame::Xl(frame) => frame.priority().as_raw() | u32::from(frame.network()) << 16,
            Frame::Error(_) => return false,
        };
        let mut mask = self.mask & !ERROR;
        // A filter for identifiers of 11 bits has nothing to say of the others.
        if mask & EXTENDED != 0 && self.id & EXTENDED == 0 {
            mask &= 0x7ff | EXTENDED | REMOTE;
        }
        (canid & mask == self.id & mask) != (self.id & ERROR != 0)
    }
}

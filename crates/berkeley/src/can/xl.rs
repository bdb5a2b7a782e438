//! Frames of CAN XL.

use std::fmt;

use super::{Frame, Malformed, StandardId};

bitflags::bitflags! {
    /// What an XL frame says besides its data.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct XlFlags: u8 {
        /// The data begins with a header of security or segmentation: `CANXL_SEC`.
        #[doc(alias = "CANXL_SEC")]
        const SEC = 0x01;
        /// The bit in the place of a remote request: `CANXL_RRS`.
        #[doc(alias = "CANXL_RRS")]
        const RRS = 0x02;

        const _ = 0x7f;
    }
}

/// A frame of CAN XL: 1 to 2048 bytes of data.
///
/// # Platform notes
///
/// Linux 6.1 sends and receives them; virtual networks from 6.9 on.
///
/// # Examples
///
/// ```
/// use berkeley::can::{Frame, StandardId, XlFrame};
///
/// let frame = XlFrame::new(StandardId::new(0x123)?, &[0x11, 0x22])?
///     .with_network(0x45).with_service_type(0x03).with_acceptance(0x1234_5678);
/// assert_eq!(Frame::from(frame).to_string(), "45123#80:03:12345678#1122");
/// # Ok::<(), berkeley::can::Malformed>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
#[doc(alias = "canxl_frame")]
pub struct XlFrame {
    priority: StandardId,
    network: u8,
    flags: XlFlags,
    service_type: u8,
    acceptance: u32,
    data: Box<[u8]>,
}

impl XlFrame {
    /// The most data of one.
    #[doc(alias = "CANXL_MAX_DLEN")]
    pub const MOST: usize = 2048;

    /// Makes one, of the virtual network zero, without flags, type and acceptance.
    ///
    /// # Errors
    ///
    /// No data, or more than 2048 bytes.
    pub fn new(priority: StandardId, data: &[u8]) -> Result<Self, Malformed> {
        if data.is_empty() || data.len() > Self::MOST {
            return Err(Malformed::decimal("length", data.len(), "an XL frame has 1 to 2048 bytes"));
        }
        let flags = XlFlags::empty();
        Ok(Self { priority, network: 0, flags, service_type: 0, acceptance: 0, data: data.into() })
    }

    /// Returns the frame in a virtual network.
    #[must_use]
    #[doc(alias = "vcid")]
    pub fn with_network(self, network: u8) -> Self {
        Self { network, ..self }
    }

    /// Returns the frame with these flags.
    #[must_use]
    pub fn with_flags(self, flags: XlFlags) -> Self {
        Self { flags, ..self }
    }

    /// Returns the frame with data of that type: CiA 611-1 has a list.
    #[must_use]
    #[doc(alias = "sdt")]
    pub fn with_service_type(self, service_type: u8) -> Self {
        Self { service_type, ..self }
    }

    /// Returns the frame with these bits for receivers to choose by: what it means is the type's.
    #[must_use]
    #[doc(alias = "af")]
    pub fn with_acceptance(self, acceptance: u32) -> Self {
        Self { acceptance, ..self }
    }

    /// Returns the priority with which it takes the bus.
    #[must_use]
    pub const fn priority(&self) -> StandardId {
        self.priority
    }

    /// Returns the virtual network (VCID).
    #[must_use]
    pub const fn network(&self) -> u8 {
        self.network
    }

    /// Returns the flags.
    #[must_use]
    pub const fn flags(&self) -> XlFlags {
        self.flags
    }

    /// Returns the type of the data (SDT).
    #[must_use]
    pub const fn service_type(&self) -> u8 {
        self.service_type
    }

    /// Returns the bits that receivers choose by (AF).
    #[must_use]
    pub const fn acceptance(&self) -> u32 {
        self.acceptance
    }

    /// Returns the data.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }
}

impl fmt::Debug for XlFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "XlFrame({})", Frame::from(self.clone()))
    }
}

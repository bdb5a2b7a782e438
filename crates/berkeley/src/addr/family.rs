//! Address families, by the names that the manual pages give them.

use std::fmt;

/// Is the first of the numbers that stand for families which this system does not have.
const PRIVATE: u32 = 0x1_0000;

/// Names an address family (`AF_INET`, `AF_UNIX`, …).
///
/// Every family exists on every system, so that programs need no conditional compilation: where a system has
/// no number for one, the constant has a number of this crate's own, [`is_available`](Family::is_available)
/// answers `false`, and opening a socket of it fails as unsupported.
///
/// # Examples
///
/// ```
/// use berkeley::addr::Family;
///
/// assert_eq!(format!("{:?}", Family::INET6), "INET6");
/// assert_eq!(Family::from_name("AF_INET6"), Some(Family::INET6));
/// assert!(Family::INET.is_available());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Family(u32);

/// Makes the constants and the table of their names from one list. A row is the name, the number to use
/// (above [`PRIVATE`]) where no condition holds, and the system's own number for each condition; the first
/// that holds wins.
macro_rules! families {
    ($($(#[$attribute:meta])* $name:ident, $private:literal $(, $condition:meta => $number:expr)* ;)*) => {
        impl Family {
            $(
                $(#[$attribute])*
                pub const $name: Family =
                    Family([$(#[cfg($condition)] { $number as u32 },)* PRIVATE + $private][0]);
            )*
        }

        /// Lists every named family.
        const TABLE: &[(Family, &str)] = &[$((Family::$name, stringify!($name)),)*];
    };
}

#[cfg(unix)]
use libc as system;
#[cfg(windows)]
use windows_sys::Win32::Networking::WinSock as system;

families! {
    /// No family in particular.
    #[doc(alias = "AF_UNSPEC")]
    UNSPEC, 0, any(unix, windows) => system::AF_UNSPEC;
    /// Sockets on one machine, named by paths.
    #[doc(alias = "AF_UNIX")]
    UNIX, 1, any(unix, windows) => system::AF_UNIX;
    /// The Internet protocol, version 4.
    #[doc(alias = "AF_INET")]
    INET, 2, any(unix, windows) => system::AF_INET;
    /// The Internet protocol, version 6.
    #[doc(alias = "AF_INET6")]
    INET6, 10, any(unix, windows) => system::AF_INET6;
    /// Link-layer addresses and interfaces (`sockaddr_dl`), as the BSDs have them.
    #[doc(alias = "AF_LINK")]
    LINK, 1018, any(bsd, solarish, windows) => system::AF_LINK;
    /// Frames as an interface sees them (`sockaddr_ll`).
    #[doc(alias = "AF_PACKET")]
    PACKET, 17, any(linux_like, solarish) => system::AF_PACKET;
    /// Messages between the kernel and programs.
    #[doc(alias = "AF_NETLINK")]
    NETLINK, 16, linux_like => system::AF_NETLINK, freebsd => 38;
    /// Routing messages of the BSDs.
    #[doc(alias = "AF_ROUTE")]
    ROUTE, 1017, any(bsd, solarish) => system::AF_ROUTE;
    /// The controller area network.
    #[doc(alias = "AF_CAN")]
    CAN, 29, linux_like => system::AF_CAN;
    /// Between a virtual machine and its host.
    #[doc(alias = "AF_VSOCK")]
    VSOCK, 40, linux_like => 40, apple => system::AF_VSOCK;
    /// Between a virtual machine and its host, as Hyper-V has it.
    #[doc(alias = "AF_HYPERV")]
    HYPERV, 1034, windows => system::AF_HYPERV;
    /// The kernel's own control sockets on Apple's systems.
    #[doc(alias = "AF_SYSTEM")]
    SYSTEM, 1032, apple => system::AF_SYSTEM;
    /// Bluetooth.
    #[doc(alias = "AF_BLUETOOTH")]
    BLUETOOTH, 31,
        linux_like => system::AF_BLUETOOTH, all(bsd, not(apple)) => system::AF_BLUETOOTH, windows => 32;
    /// Frames through rings shared with the kernel.
    #[doc(alias = "AF_XDP")]
    XDP, 44, linux_like => 44;
    /// The kernel's cryptographic algorithms.
    #[doc(alias = "AF_ALG")]
    ALG, 38, linux_like => 38;
    /// Transparent inter-process communication in a cluster.
    #[doc(alias = "AF_TIPC")]
    TIPC, 30, linux_like => 30;
    /// IPsec's key management.
    #[doc(alias = "AF_KEY")]
    KEY, 15, linux_like => system::AF_KEY, solarish => system::AF_KEY;
    /// Shared memory communication over RDMA.
    #[doc(alias = "AF_SMC")]
    SMC, 43, linux_like => 43;
    /// Messages framed by the kernel upon TCP.
    #[doc(alias = "AF_KCM")]
    KCM, 41, linux_like => 41;
    /// Reliable datagram sockets.
    #[doc(alias = "AF_RDS")]
    RDS, 21, linux_like => 21;
    /// Sessions of RxRPC.
    #[doc(alias = "AF_RXRPC")]
    RXRPC, 33, linux_like => 33;
    /// Near-field communication.
    #[doc(alias = "AF_NFC")]
    NFC, 39, linux_like => 39;
    /// The router of Qualcomm's processors.
    #[doc(alias = "AF_QIPCRTR")]
    QIPCRTR, 42, linux_like => 42;
    /// The management component transport protocol.
    #[doc(alias = "AF_MCTP")]
    MCTP, 45, linux_like => 45;
    /// Low-rate wireless networks.
    #[doc(alias = "AF_IEEE802154")]
    IEEE802154, 36, linux_like => 36;
    /// The phone's modem protocol.
    #[doc(alias = "AF_PHONET")]
    PHONET, 35, linux_like => 35;
    /// Modems of ST-Ericsson.
    #[doc(alias = "AF_CAIF")]
    CAIF, 37, linux_like => 37;
    /// Logical link control, IEEE 802.2.
    #[doc(alias = "AF_LLC")]
    LLC, 26, linux_like => 26;
    /// PPP over Ethernet and L2TP.
    #[doc(alias = "AF_PPPOX")]
    PPPOX, 24, linux_like => 24;
    /// Amateur radio's packets.
    #[doc(alias = "AF_AX25")]
    AX25, 3, linux_like => 3;
    /// The X.25 protocol of the ITU.
    #[doc(alias = "AF_X25")]
    X25, 9, linux_like => 9, solarish => system::AF_X25;
    /// Infrared.
    #[doc(alias = "AF_IRDA")]
    IRDA, 23, linux_like => 23, windows => system::AF_IRDA;
    /// Novell's IPX.
    #[doc(alias = "AF_IPX")]
    IPX, 4, any(linux_like, bsd, solarish, windows) => system::AF_IPX;
    /// AppleTalk.
    #[doc(alias = "AF_APPLETALK")]
    APPLETALK, 5, any(linux_like, bsd, solarish, windows) => system::AF_APPLETALK;
}

impl Family {
    /// Is the other name of [`Family::UNIX`].
    #[doc(alias = "AF_LOCAL")]
    pub const LOCAL: Family = Family::UNIX;

    /// Returns the family of a system's own number.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::addr::Family;
    ///
    /// assert_eq!(Family::from_raw(2), Family::INET);
    /// ```
    #[must_use]
    pub const fn from_raw(number: u16) -> Family {
        Family(number as u32)
    }

    /// Returns this system's number, or `None` where the system has none for this family.
    #[must_use]
    pub const fn as_raw(self) -> Option<u16> {
        if self.is_available() { Some(self.0 as u16) } else { None }
    }

    /// Returns `true` if this system has a number for the family. Its kernel may still lack the code.
    #[must_use]
    pub const fn is_available(self) -> bool {
        self.0 < PRIVATE
    }

    /// Returns the number, this crate's own where the system has none.
    pub(crate) const fn number(self) -> u32 {
        self.0
    }

    /// Returns the family of a number that [`number`](Self::number) gave, or `None` for a number of no
    /// family.
    pub(crate) fn from_number(number: u32) -> Option<Family> {
        let family = Family(number);
        (family.is_available() || family.name().is_some()).then_some(family)
    }

    /// Returns the name without its prefix (`"INET6"`), or `None` for a number without one.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        TABLE.iter().find(|row| row.0 == self).map(|row| row.1)
    }

    /// Finds a family by its name, in either case, with or without `AF_` or `PF_`.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::addr::Family;
    ///
    /// assert_eq!(Family::from_name("inet"), Some(Family::INET));
    /// assert_eq!(Family::from_name("PF_LOCAL"), Some(Family::UNIX));
    /// assert_eq!(Family::from_name("AF_NONE"), None);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Family> {
        let bare = match name.get(..3) {
            Some(prefix) if prefix.eq_ignore_ascii_case("AF_") || prefix.eq_ignore_ascii_case("PF_") => {
                &name[3..]
            }
            _ => name,
        };
        if bare.eq_ignore_ascii_case("LOCAL") {
            return Some(Family::UNIX);
        }
        TABLE.iter().find(|row| row.1.eq_ignore_ascii_case(bare)).map(|row| row.0)
    }

    /// Returns every family that has a name, available here or not.
    pub fn all() -> impl Iterator<Item = Family> {
        TABLE.iter().map(|row| row.0)
    }
}

impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

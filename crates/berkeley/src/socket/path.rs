//! The path that packets take: whether they may be fragmented on it, and how large they may be.

use super::SocketOf;
use super::role::Role;
use crate::addr::Family;
use crate::error::Result;
use crate::option::{MtuDiscover, SocketOption, ip, ipv6};

/// The options of IPv4 that systems have in the place of one another.
const DONT_FRAGMENT: [SocketOption<bool>; 2] = [ip::DONTFRAG, ip::DONTFRAGMENT];

impl<R: Role> SocketOf<R> {
    /// Returns whether what is sent may not be fragmented, neither here nor on the way.
    ///
    /// # Platform notes
    ///
    /// - NetBSD, OpenBSD: of IPv4 unsupported.
    ///
    /// # System call
    ///
    /// `getsockopt(2)`: `IPV6_DONTFRAG`; of IPv4 `IP_DONTFRAG`, on Linux `IP_MTU_DISCOVER`, on Windows
    /// `IP_DONTFRAGMENT`.
    #[doc(alias = "IP_DONTFRAG")]
    #[doc(alias = "IPV6_DONTFRAG")]
    #[doc(alias = "IP_MTU_DISCOVER")]
    pub fn dont_fragment(&self) -> Result<bool> {
        if self.family() == Family::INET6 {
            return self.get(ipv6::DONTFRAG);
        }
        match DONT_FRAGMENT.into_iter().find(SocketOption::is_available) {
            Some(row) => self.get(row),
            None => Ok(matches!(self.get(ip::MTU_DISCOVER)?, MtuDiscover::DO | MtuDiscover::PROBE)),
        }
    }

    /// Sets whether what is sent may not be fragmented: a message that is larger than the path takes is then refused, or
    /// lost on the way, and [`path_mtu`](Self::path_mtu) learns of it.
    ///
    /// On a socket for both families it counts for IPv4 as well, where the system has it so.
    ///
    /// # Errors
    ///
    /// Of a send that follows: [`is_message_too_long`](crate::Error::is_message_too_long).
    ///
    /// # Platform notes
    ///
    /// - NetBSD, OpenBSD: of IPv4 unsupported.
    ///
    /// # System call
    ///
    /// `setsockopt(2)`, as for [`dont_fragment`](Self::dont_fragment).
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::UdpSocket;
    ///
    /// let socket = UdpSocket::bind("127.0.0.1:0")?;
    /// match socket.set_dont_fragment(true) {
    ///     Err(error) if error.is_unsupported() => return Ok(()),
    ///     set => set?,
    /// }
    /// assert!(socket.dont_fragment()?);
    /// # Ok::<(), berkeley::Error>(())
    /// ```
    #[doc(alias = "IP_DONTFRAG")]
    #[doc(alias = "IPV6_DONTFRAG")]
    #[doc(alias = "IP_MTU_DISCOVER")]
    pub fn set_dont_fragment(&self, forbidden: bool) -> Result<()> {
        if self.family() != Family::INET6 {
            return self.set_dont_fragment_v4(forbidden);
        }
        self.set(ipv6::DONTFRAG, forbidden)?;
        // Systems differ in which options of IPv4 a socket of IPv6 takes; without them, IPv4 is as it was.
        let _ = self.set_dont_fragment_v4(forbidden);
        Ok(())
    }

    fn set_dont_fragment_v4(&self, forbidden: bool) -> Result<()> {
        let discover = if forbidden { MtuDiscover::DO } else { MtuDiscover::DONT };
        match DONT_FRAGMENT.into_iter().find(SocketOption::is_available) {
            Some(row) => self.set(row, forbidden),
            None => self.set(ip::MTU_DISCOVER, discover),
        }
    }

    /// Returns the largest packet that the path to the peer takes, in bytes with the headers of IP, as far as the system
    /// has learned.
    ///
    /// # Errors
    ///
    /// - [`is_not_connected`](crate::Error::is_not_connected): a path has an end.
    ///
    /// # Platform notes
    ///
    /// - The BSDs, macOS: of IPv4 unsupported.
    ///
    /// # System call
    ///
    /// `getsockopt(2)`: `IP_MTU`, `IPV6_MTU`, on the BSDs `IPV6_PATHMTU`.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::UdpSocket;
    ///
    /// let peer = UdpSocket::bind("127.0.0.1:0")?;
    /// match UdpSocket::connected_to(peer.local_address()?)?.path_mtu() {
    ///     Err(error) if error.is_unsupported() => return Ok(()),
    ///     told => assert!(told? >= 576),
    /// }
    /// # Ok::<(), berkeley::Error>(())
    /// ```
    #[doc(alias = "IP_MTU")]
    #[doc(alias = "IPV6_MTU")]
    #[doc(alias = "IPV6_PATHMTU")]
    pub fn path_mtu(&self) -> Result<u32> {
        if self.family() != Family::INET6 {
            return self.get(ip::MTU);
        }
        if ipv6::MTU.is_available() { self.get(ipv6::MTU) } else { self.get(ipv6::PATHMTU) }
    }
}

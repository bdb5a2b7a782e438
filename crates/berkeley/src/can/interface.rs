//! Interfaces of CAN: virtual ones made, controllers set up, started and asked.

use super::{CanSetup, CanStatus};
use crate::addr::{Family, Zone};
use crate::error::{During, Error, Operation, Result};
use crate::netlink::{self, MessageFlags, NetlinkSocket, Request};
use crate::sys::address::interface_index;

const RTM_NEWLINK: u16 = 16;
const RTM_DELLINK: u16 = 17;
const RTM_GETLINK: u16 = 18;
const IFLA_IFNAME: u16 = 3;
const IFLA_MTU: u16 = 4;
const IFLA_LINKINFO: u16 = 18;
const INFO_KIND: u16 = 1;
const INFO_DATA: u16 = 2;
const VXCAN_INFO_PEER: u16 = 1;
const CAN_RESTART: u16 = 7;
const IFINFOMSG: usize = 16;
const IFF_UP: u32 = 1;

/// The largest frames that an interface carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "CANFD_MTU")]
pub enum FrameSize {
    /// Classic ones.
    Classic,
    /// Those of CAN FD.
    Fd,
    /// Those of CAN XL.
    Xl,
}

/// An interface of CAN, to be set up. What it does needs `CAP_NET_ADMIN`, but for telling its status.
///
/// # Platform notes
///
/// - Linux. Elsewhere unsupported.
///
/// # System call
///
/// Messages of rtnetlink(7).
///
/// # Examples
///
/// ```no_run
/// use berkeley::can::{CanInterface, CanSetup, FrameSize};
/// use berkeley::{SECOND, Zone};
///
/// let bus = CanInterface::add_virtual("vcan0")?;
/// bus.set_frame_size(FrameSize::Fd)?;
/// bus.up()?;
///
/// let controller = CanInterface::open(Zone::name("can0")?)?;
/// controller.down()?;
/// controller.set_up(&CanSetup::new().with_bit_rate(500_000).with_restart_after(SECOND))?;
/// controller.up()?;
/// println!("{:?}", controller.status()?);
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Debug)]
pub struct CanInterface {
    kernel: NetlinkSocket,
    index: u32,
}

fn kernel() -> Result<NetlinkSocket> {
    if Family::CAN.as_raw().is_none() {
        return Err(Error::unsupported(Operation::Open, "interfaces of CAN"));
    }
    NetlinkSocket::open(netlink::ROUTE)
}

/// Starts a request about an interface: `struct ifinfomsg`, with those flags of it that change.
fn about(kind: u16, flags: MessageFlags, index: u32, up: Option<bool>) -> Request {
    let (set, changed) = (if up == Some(true) { IFF_UP } else { 0 }, if up.is_some() { IFF_UP } else { 0 });
    let mut request = Request::new(kind, flags);
    request.structure(&[0, index, set, changed].map(u32::to_ne_bytes).concat());
    request
}

fn name_of(name: &str) -> Result<Vec<u8>> {
    let zone = Zone::name(name).map_err(Error::from)?;
    Ok([zone.as_name().unwrap_or_default().as_bytes(), b"\0"].concat())
}

impl CanInterface {
    /// Finds an interface by its name or index.
    ///
    /// # Errors
    ///
    /// [`is_no_such_interface`](Error::is_no_such_interface); [`is_unsupported`](Error::is_unsupported) elsewhere than on
    /// Linux.
    pub fn open(interface: impl Into<Zone>) -> Result<Self> {
        let kernel = kernel()?;
        let interface = interface.into();
        let index = match (interface.as_name(), interface.as_index()) {
            (Some(name), _) => {
                interface_index(name).during(Operation::Interface).map_err(|error| error.with_name(name))?
            }
            (None, Some(index)) => index,
            (None, None) => {
                return Err(Error::invalid(Operation::Interface, "one interface has to be named"));
            }
        };
        Ok(Self { kernel, index })
    }

    /// Makes a virtual bus, which is down, and carries frames of CAN FD too.
    ///
    /// # Errors
    ///
    /// [`is_permission_denied`](Error::is_permission_denied); [`is_unsupported`](Error::is_unsupported) where the kernel
    /// has none; the name is taken, or none that an interface can have.
    #[doc(alias = "vcan")]
    pub fn add_virtual(name: &str) -> Result<Self> {
        let mut request = about(RTM_NEWLINK, NEW, 0, None);
        request.attribute(IFLA_IFNAME, &name_of(name)?)?;
        request.nest(IFLA_LINKINFO, |info| info.attribute(INFO_KIND, b"vcan\0").map(|_| ()))?;
        Self::add(&request, name)
    }

    /// Makes two virtual interfaces, of which each hears what the other sends: one of them may then be moved into another
    /// network namespace.
    ///
    /// # Errors
    ///
    /// Those of [`add_virtual`](Self::add_virtual).
    #[doc(alias = "vxcan")]
    pub fn add_tunnel(name: &str, peer: &str) -> Result<(Self, Self)> {
        let mut request = about(RTM_NEWLINK, NEW, 0, None);
        request.attribute(IFLA_IFNAME, &name_of(name)?)?;
        let peer_name = name_of(peer)?;
        request.nest(IFLA_LINKINFO, |info| {
            info.attribute(INFO_KIND, b"vxcan\0")?;
            info.nest(INFO_DATA, |data| {
                data.nest(VXCAN_INFO_PEER, |other| {
                    other.structure(&[0; IFINFOMSG]);
                    other.attribute(IFLA_IFNAME, &peer_name).map(|_| ())
                })
                .map(|_| ())
            })
            .map(|_| ())
        })?;
        Ok((Self::add(&request, name)?, Self::open(Zone::name(peer).map_err(Error::from)?)?))
    }

    fn add(request: &Request, name: &str) -> Result<Self> {
        kernel()?.ask(request)?.finish().map_err(|error| error.with_name(name))?;
        Self::open(Zone::name(name).map_err(Error::from)?)
    }

    /// Returns the index.
    #[must_use]
    pub const fn index(&self) -> u32 {
        self.index
    }

    fn change(&self, up: Option<bool>, fill: impl FnOnce(&mut Request) -> Result<()>) -> Result<()> {
        let mut request = about(RTM_NEWLINK, MessageFlags::ACK, self.index, up);
        fill(&mut request)?;
        self.kernel.ask(&request)?.finish()
    }

    /// Starts the interface.
    ///
    /// # Errors
    ///
    /// [`is_invalid`](Error::is_invalid): a controller has no bit rate yet.
    pub fn up(&self) -> Result<()> {
        self.change(Some(true), |_| Ok(()))
    }

    /// Stops the interface.
    pub fn down(&self) -> Result<()> {
        self.change(Some(false), |_| Ok(()))
    }

    /// Sets the largest frames that a virtual interface carries, while it is down.
    pub fn set_frame_size(&self, size: FrameSize) -> Result<()> {
        let bytes = match size {
            FrameSize::Classic => super::kernel::CLASSIC,
            FrameSize::Fd => super::kernel::FD,
            FrameSize::Xl => super::Frame::MOST_BYTES,
        };
        self.change(None, |request| request.attribute(IFLA_MTU, &(bytes as u32).to_ne_bytes()).map(|_| ()))
    }

    /// Sets bit rates, modes and times of a controller, while it is down.
    ///
    /// # Errors
    ///
    /// [`is_invalid`](Error::is_invalid) for a bit rate that the controller cannot have;
    /// [`is_unsupported`](Error::is_unsupported) for what it lacks, and for a virtual interface. The error has the kernel's
    /// sentence, if there is one.
    pub fn set_up(&self, setup: &CanSetup) -> Result<()> {
        self.tell(|data| setup.fill(data))
    }

    /// Restarts a controller that has left the bus.
    ///
    /// # Errors
    ///
    /// [`is_invalid`](Error::is_invalid): it is down, or restarts by itself.
    #[doc(alias = "IFLA_CAN_RESTART")]
    pub fn restart(&self) -> Result<()> {
        self.tell(|data| data.attribute(CAN_RESTART, &1_u32.to_ne_bytes()).map(|_| ()))
    }

    fn tell(&self, fill: impl FnOnce(&mut Request) -> Result<()>) -> Result<()> {
        self.change(None, |request| {
            request.nest(IFLA_LINKINFO, |info| {
                info.attribute(INFO_KIND, b"can\0")?;
                info.nest(INFO_DATA, fill).map(|_| ())
            })?;
            Ok(())
        })
    }

    /// Removes the interface, if it is a virtual one.
    pub fn remove(self) -> Result<()> {
        let request = about(RTM_DELLINK, MessageFlags::ACK, self.index, None);
        self.kernel.ask(&request)?.finish()
    }

    /// Asks what the interface tells of itself.
    ///
    /// # Errors
    ///
    /// [`is_no_such_interface`](Error::is_no_such_interface): it is gone.
    pub fn status(&self) -> Result<CanStatus> {
        let request = about(RTM_GETLINK, MessageFlags::empty(), self.index, None);
        for message in self.kernel.ask(&request)? {
            let message = message?;
            if let Some(info) = message.attributes(IFINFOMSG)?.find(IFLA_LINKINFO)? {
                return Ok(CanStatus::decode(info.attributes())?);
            }
        }
        Ok(CanStatus::default())
    }
}

/// What makes an interface that there is not.
const NEW: MessageFlags = MessageFlags::ACK.union(MessageFlags::CREATE).union(MessageFlags::EXCL);

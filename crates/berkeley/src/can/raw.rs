//! Raw sockets: frames as they are on the bus.

use std::io::IoSliceMut;
use std::mem::MaybeUninit;

use super::call::{Always, always, perhaps, until_room};
use super::{ErrorClasses, Frame, Malformed, RAW};
use crate::addr::{Address, CanAddress, Family, Zone};
use crate::error::{Error, Operation, Result};
use crate::kind::Kind;
use crate::option::{self, CanFilter, Timestamping, XlNetworks, can};
use crate::socket::message::{self, Arrival, ArrivalFlags, ControlBuffer, Timestamps};
use crate::socket::{Addresses, By, HoldsSocket, Now, Received, SocketOf, Transfers, encode, named, role};
use crate::sys::Uninit;

/// A socket for frames.
///
/// It starts with one filter that lets every frame through, without those of CAN FD, CAN XL and errors, and does not
/// receive what it sends itself.
///
/// # Examples
///
/// ```
/// use berkeley::can::{DataFrame, Frame, Id};
/// use berkeley::{CanSocket, SECOND, Zone};
///
/// let socket = match CanSocket::bind(Zone::name("vcan0")?) {
///     Ok(socket) => socket,
///     Err(error) => return Ok(println!("{error}")),
/// };
/// socket.by(SECOND).send_frame(&DataFrame::new(Id::standard(0x123)?, &[1, 2, 3])?.into())?;
/// while let Some((frame, from)) = socket.now().recv_frame_from()? {
///     println!("{} {frame}", from.interface());
/// }
/// # Ok::<(), berkeley::Error>(())
/// ```
pub type CanSocket = SocketOf<Raw>;

role! {
    /// The role of a socket for frames.
    Raw: "CanSocket", CanAddress,
        |family, kind, _| family == Family::CAN && kind == Kind::RAW,
        [RAW], "the descriptor is no raw CAN socket";
}

impl Transfers for Raw {
    type Received = Received;
}

impl Addresses for Raw {}

/// A frame that was received, and what the kernel tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameArrival {
    /// The frame.
    pub frame: Frame,
    /// The interface that it came from.
    pub from: CanAddress,
    /// When it came, by the kernel and by the device: none of either unless
    /// [`set_timestamps`](SocketOf::set_timestamps) or an option asked for it.
    pub times: Timestamps,
    /// How many frames the socket had no room for so far; none before the first, and unless
    /// [`RXQ_OVFL`](option::socket::RXQ_OVFL) is set.
    pub lost: Option<u32>,
    /// Whether this machine sent it.
    pub is_local: bool,
    /// Whether this very socket sent it, and hears that it is on the bus.
    pub is_own: bool,
}

/// Reads a frame that was received.
fn decode(bytes: &[u8]) -> Result<Frame> {
    Frame::decode(bytes).map_err(refused)
}

#[cold]
fn refused(malformed: Malformed) -> Error {
    malformed.during(Operation::Receive)
}

/// Room for times of both kinds, and the count of what was lost.
const CONTROL: usize = 256;

/// Puts together what a receive with control messages told.
fn arrival(told: Arrival<CanAddress>, bytes: &[u8], control: &ControlBuffer<'_>) -> Result<FrameArrival> {
    let mut times = control.get(message::socket::TIMESTAMPING).unwrap_or_default();
    if times.software.is_none() {
        let plain = control.get(message::socket::TIMESTAMPNS);
        times.software = plain.or_else(|| control.get(message::socket::TIMESTAMP));
    }
    Ok(FrameArrival {
        frame: decode(&bytes[..told.len()])?,
        times,
        lost: control.get(message::socket::RXQ_OVFL),
        is_local: told.flags().contains(ArrivalFlags::DONTROUTE),
        is_own: told.flags().contains(ArrivalFlags::CONFIRM),
        from: told.into_from().unwrap_or_default(),
    })
}

/// Gives a type the calls for frames.
macro_rules! calls {
    ([$($generics:tt)*] $type:ty, $output:ident, $then:ident, |$view:ident, $call:ident| $sending:expr, $waits:literal, $full:literal) => {
        impl<$($generics)*> $type {
            #[doc = concat!("Sends a frame.\n\n", $waits)]
            ///
            /// # Errors
            ///
            #[doc = $full]
            /// [`is_no_such_interface`](Error::is_no_such_interface) if the socket is bound to no interface in particular;
            /// [`is_network_down`](Error::is_network_down); [`is_invalid`](Error::is_invalid) for a frame of CAN FD or CAN XL
            /// that the socket was not told to expect or the interface does not carry.
            ///
            /// # System call
            ///
            /// `send(2)`.
            pub fn send_frame(&self, frame: &Frame) -> Result<$output<()>> {
                frame.with_bytes(|bytes| {
                    let $view = self;
                    let $call = || self.send(bytes);
                    $then($sending?, |_| Ok(()))
                })
            }

            #[doc = concat!("Sends a frame to an interface: of a socket that is bound to none in particular.\n\n", $waits)]
            ///
            /// # Errors
            ///
            /// Those of [`send_frame`](Self::send_frame).
            ///
            /// # System call
            ///
            /// `sendto(2)`.
            pub fn send_frame_to(&self, frame: &Frame, to: &CanAddress) -> Result<$output<()>> {
                frame.with_bytes(|bytes| {
                    let $view = self;
                    let $call = || self.send_to(bytes, to);
                    $then($sending?, |_| Ok(()))
                })
            }

            #[doc = concat!("Receives a frame.\n\n", $waits)]
            ///
            /// # Errors
            ///
            /// [`is_invalid`](Error::is_invalid): what came is no frame, which programs can write to a virtual interface.
            /// [`is_network_down`](Error::is_network_down) and [`is_no_such_interface`](Error::is_no_such_interface), once:
            /// the interface went down, or away.
            ///
            /// # System call
            ///
            /// `recvmsg(2)`.
            pub fn recv_frame(&self) -> Result<$output<Frame>> {
                let mut memory = [MaybeUninit::uninit(); Frame::MOST_BYTES];
                let mut buffer = Uninit::new(&mut memory);
                let received = self.recv(&mut buffer)?;
                $then(received, |_| decode(buffer.filled()))
            }

            #[doc = concat!("Receives a frame, and the interface that it came from.\n\n", $waits)]
            ///
            /// # Errors
            ///
            /// Those of [`recv_frame`](Self::recv_frame).
            ///
            /// # System call
            ///
            /// `recvmsg(2)`.
            pub fn recv_frame_from(&self) -> Result<$output<(Frame, CanAddress)>> {
                let mut memory = [MaybeUninit::uninit(); Frame::MOST_BYTES];
                let mut buffer = Uninit::new(&mut memory);
                let received = self.recv_from(&mut buffer)?;
                $then(received, |(_, from)| Ok((decode(buffer.filled())?, from)))
            }

            #[doc = concat!("Receives a frame and all that the kernel tells of it: when it came, who sent it.\n\n", $waits)]
            ///
            /// # Errors
            ///
            /// Those of [`recv_frame`](Self::recv_frame).
            ///
            /// # System call
            ///
            /// `recvmsg(2)`.
            pub fn recv_frame_arrival(&self) -> Result<$output<FrameArrival>> {
                let mut memory = [0; Frame::MOST_BYTES];
                let mut control = [0; CONTROL];
                let mut control = ControlBuffer::over(&mut control);
                let told = self.recv_message(&mut [IoSliceMut::new(&mut memory)], &mut control)?;
                $then(told, |told| arrival(told, &memory, &control))
            }
        }
    };
}

calls!([] SocketOf<Raw>, Always, always, |_view, send| send(), "Waits until there is something to do.",
    "[`is_no_buffer_space`](Error::is_no_buffer_space): the queue of the interface is full. The view of a deadline waits for room.");
calls!([S: HoldsSocket<Role = Raw>] By<S>, Always, always, |view, send| until_room(view.deadline(), send),
    "Waits until there is something to do, or the deadline passes.",
    "[`is_deadline_passed`](Error::is_deadline_passed): the queue of the interface had no room until then.");
calls!([S: HoldsSocket<Role = Raw>] Now<S>, Option, perhaps, |_view, send| send(),
    "Never waits: `None` says that there is nothing to do now.",
    "[`is_no_buffer_space`](Error::is_no_buffer_space): the queue of the interface is full, which no poller tells the end of.");

impl SocketOf<Raw> {
    /// Opens a socket that is bound to no interface, and receives nothing before it is.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported): this system, or this kernel, has no CAN.
    ///
    /// # System call
    ///
    /// `socket(2)`.
    pub fn open() -> Result<Self> {
        Self::open_as(Family::CAN, Kind::RAW, RAW, Raw)
    }

    /// Opens a socket for the frames of one interface, or with [`Zone::NONE`] of all.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open); [`is_no_such_interface`](Error::is_no_such_interface) if there is none, or it is
    /// none of CAN.
    ///
    /// # System call
    ///
    /// `socket(2)`, `bind(2)`.
    pub fn bind(interface: impl Into<Zone>) -> Result<Self> {
        let socket = Self::open()?;
        socket.rebind(interface)?;
        Ok(socket)
    }

    /// Binds the socket, or binds it anew: from now on the frames of that interface, or of all, come.
    ///
    /// # System call
    ///
    /// `bind(2)`.
    pub fn rebind(&self, interface: impl Into<Zone>) -> Result<()> {
        let address = Address::Can(CanAddress::new(interface.into()));
        let (address, raw) = encode(&address, Operation::Bind)?;
        self.bind_raw(&address, &raw)
    }

    named! {
        "whether frames of CAN FD are sent and received" fd_frames, set_fd_frames: bool = can::FD_FRAMES "CAN_RAW_FD_FRAMES";
        "whether frames of CAN XL are sent and received, and with them those of CAN FD"
            xl_frames, set_xl_frames: bool = can::XL_FRAMES "CAN_RAW_XL_FRAMES";
        "whether other sockets on this machine receive what is sent" loopback, set_loopback: bool = can::LOOPBACK "CAN_RAW_LOOPBACK";
        "whether the socket receives what itself sent, as its confirmation"
            own_frames, set_own_frames: bool = can::RECV_OWN_MSGS "CAN_RAW_RECV_OWN_MSGS";
        "whether a frame has to pass every filter, rather than one of them"
            joined_filters, set_joined_filters: bool = can::JOIN_FILTERS "CAN_RAW_JOIN_FILTERS";
    }

    /// Returns which virtual networks of CAN XL are sent into and heard.
    #[doc(alias = "CAN_RAW_XL_VCID_OPTS")]
    pub fn xl_networks(&self) -> Result<XlNetworks> {
        self.get(can::XL_VCID_OPTS)
    }

    /// Sets which virtual networks of CAN XL are sent into and heard. As it is at first, frames are sent without a network,
    /// whatever they say, and those without one are heard.
    ///
    /// # Platform notes
    ///
    /// - Linux 6.9.
    #[doc(alias = "CAN_RAW_XL_VCID_OPTS")]
    pub fn set_xl_networks(&self, networks: XlNetworks) -> Result<()> {
        self.set(can::XL_VCID_OPTS, networks)
    }

    /// Returns the filters.
    #[doc(alias = "CAN_RAW_FILTER")]
    pub fn filters(&self) -> Result<Vec<CanFilter>> {
        self.get(can::FILTER)
    }

    /// Sets the filters: a frame is received that passes one of them, or with
    /// [`set_joined_filters`](Self::set_joined_filters) all. With none at all, no frame is.
    ///
    /// # Errors
    ///
    /// More than 512.
    #[doc(alias = "CAN_RAW_FILTER")]
    pub fn set_filters(&self, filters: &[CanFilter]) -> Result<()> {
        const MOST: usize = 512;
        if filters.len() > MOST {
            let error = Error::invalid(Operation::SetOption, "a socket has at most 512 filters");
            return Err(error.with_detail(format!("here are {}", filters.len())));
        }
        self.set(can::FILTER, filters.to_vec())
    }

    /// Returns which classes of errors are received as frames.
    #[doc(alias = "CAN_RAW_ERR_FILTER")]
    pub fn error_filter(&self) -> Result<ErrorClasses> {
        self.get(can::ERR_FILTER).map(ErrorClasses::from_bits_retain)
    }

    /// Sets which classes of errors are received as frames.
    #[doc(alias = "CAN_RAW_ERR_FILTER")]
    pub fn set_error_filter(&self, classes: ErrorClasses) -> Result<()> {
        self.set(can::ERR_FILTER, classes.bits())
    }

    /// Has [`recv_frame_arrival`](Self::recv_frame_arrival) tell when frames came: by the kernel, and by the device where
    /// that has a clock.
    ///
    /// # System call
    ///
    /// `setsockopt(2)` with `SO_TIMESTAMPING`, and with `SO_TIMESTAMPNS`: the first alone leaves the frames of the next
    /// moment without a time.
    #[doc(alias = "SO_TIMESTAMPING")]
    pub fn set_timestamps(&self, wanted: bool) -> Result<()> {
        let made = Timestamping::RX_SOFTWARE | Timestamping::RX_HARDWARE;
        let told = Timestamping::SOFTWARE | Timestamping::RAW_HARDWARE;
        let flags = if wanted { made | told } else { Timestamping::empty() };
        self.set(option::socket::TIMESTAMPNS, wanted)?;
        self.set(option::socket::TIMESTAMPING, flags)
    }
}

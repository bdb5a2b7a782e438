//! The whole contract for a system that this crate does not know: descriptors without values.
//!
//! Whatever would make a descriptor answers that it is not supported, so that nothing else here can be called.

use super::Result;
use crate::error::Errno;

pub(crate) mod descriptor {
    //! Descriptors that cannot exist.

    use std::marker::PhantomData;

    use super::Result;

    /// What has no values. Descriptors have it inside, so that the rest of the crate need not know.
    #[derive(Clone, Copy, Debug)]
    pub enum Never {}

    /// A descriptor that is closed when it is dropped. This system has none.
    #[derive(Debug)]
    pub struct Descriptor(Never);

    /// A lent descriptor.
    #[derive(Clone, Copy, Debug)]
    pub struct Borrowed<'a>(pub(super) Never, PhantomData<&'a ()>);

    /// A descriptor as a socket has it.
    pub(crate) type Held = Descriptor;

    /// What the system calls a descriptor by.
    pub(crate) type Number = i32;

    pub(crate) fn number(fd: Borrowed<'_>) -> Number {
        match fd.0 {}
    }

    pub(crate) fn hold(descriptor: Descriptor) -> Held {
        descriptor
    }

    pub(crate) fn release(held: Held) -> Descriptor {
        held
    }

    pub(crate) fn borrow(descriptor: &Descriptor) -> Borrowed<'_> {
        match descriptor.0 {}
    }

    pub(crate) fn duplicate(fd: Borrowed<'_>) -> Result<Descriptor> {
        match fd.0 {}
    }

    #[allow(clippy::needless_pass_by_value, reason = "to close is to consume")]
    pub(crate) fn close(descriptor: Descriptor) -> Result<()> {
        match descriptor.0 {}
    }

    pub(crate) fn is_nonblocking(fd: Borrowed<'_>) -> Result<bool> {
        match fd.0 {}
    }

    pub(crate) fn set_nonblocking(fd: Borrowed<'_>, _: bool) -> Result<()> {
        match fd.0 {}
    }

    macro_rules! conversions {
        ($($type:ident)*) => { $(
            impl From<Descriptor> for std::net::$type {
                fn from(descriptor: Descriptor) -> Self {
                    match descriptor.0 {}
                }
            }
        )* };
    }

    conversions!(TcpStream TcpListener UdpSocket);
}

pub(crate) mod address {
    //! Addresses that the system cannot be given.

    use std::net::SocketAddr;

    use super::{Errno, Result};
    use crate::addr::{Address, CanAddress, LinkAddress, NetlinkAddress, UnixAddress, VsockAddress};
    use crate::sys::Sockaddr;

    /// A socket address as a system would have it: nothing but zeros, and none where it matters.
    #[derive(Clone, Copy, Debug)]
    pub struct RawAddress([u8; 128]);

    impl RawAddress {
        pub(crate) fn empty() -> Self {
            Self([0; 128])
        }

        pub(crate) fn from_bytes(_: &[u8]) -> Self {
            Self::empty()
        }

        pub(crate) fn as_bytes(&self) -> &[u8] {
            &self.0
        }

        pub(crate) fn family(&self) -> i32 {
            self.0[0].into()
        }
    }

    macro_rules! sockaddrs {
        ($($type:ty)*) => { $(
            impl Sockaddr for $type {
                fn encode(&self) -> Result<RawAddress> {
                    Err(Errno::OPNOTSUPP)
                }

                fn decode(_: &RawAddress) -> Option<Self> {
                    None
                }
            }
        )* };
    }

    sockaddrs!(SocketAddr UnixAddress VsockAddress LinkAddress NetlinkAddress CanAddress Address);

    pub(crate) fn interface_index(_: &str) -> Result<u32> {
        Err(Errno::OPNOTSUPP)
    }
}

pub(crate) mod name {
    //! Opening, which is refused, and what could be done after it.

    use super::address::RawAddress;
    use super::descriptor::{Borrowed, Descriptor};
    use super::{Errno, Result};
    use crate::sys::Shutdown;

    pub(crate) fn open(_: i32, _: i32, _: i32) -> Result<Descriptor> {
        Err(Errno::OPNOTSUPP)
    }

    pub(crate) fn open_raw(_: i32, _: i32, _: i32) -> Result<Descriptor> {
        Err(Errno::OPNOTSUPP)
    }

    pub(crate) fn pair(_: i32, _: i32, _: i32) -> Result<(Descriptor, Descriptor)> {
        Err(Errno::OPNOTSUPP)
    }

    pub(crate) fn adopt(fd: Borrowed<'_>) -> Result<()> {
        match fd.0 {}
    }

    pub(crate) fn bind(fd: Borrowed<'_>, _: &RawAddress) -> Result<()> {
        match fd.0 {}
    }

    pub(crate) fn listen(fd: Borrowed<'_>, _: i32) -> Result<()> {
        match fd.0 {}
    }

    pub(crate) fn connect(fd: Borrowed<'_>, _: &RawAddress) -> Result<()> {
        match fd.0 {}
    }

    pub(crate) fn disconnect(fd: Borrowed<'_>) -> Result<()> {
        match fd.0 {}
    }

    pub(crate) fn accept(fd: Borrowed<'_>) -> Result<(Descriptor, RawAddress)> {
        match fd.0 {}
    }

    pub(crate) fn local_cid() -> Result<u32> {
        Err(Errno::OPNOTSUPP)
    }

    pub(crate) fn shutdown(fd: Borrowed<'_>, _: Shutdown) -> Result<()> {
        match fd.0 {}
    }

    pub(crate) fn local_address(fd: Borrowed<'_>) -> Result<RawAddress> {
        match fd.0 {}
    }

    pub(crate) fn peer_address(fd: Borrowed<'_>) -> Result<RawAddress> {
        match fd.0 {}
    }
}

pub(crate) mod io {
    //! Sending and receiving.

    use std::io::{IoSlice, IoSliceMut};

    use super::address::RawAddress;
    use super::descriptor::Borrowed;
    use super::{Errno, Result};
    use crate::sys::{Attempt, Buffer, Delivered};

    pub(crate) const MOST_SLICES: usize = usize::MAX;

    pub(crate) fn send(fd: Borrowed<'_>, _: &[u8], _: i32, _: Attempt) -> Result<usize> {
        match fd.0 {}
    }

    pub(crate) fn send_to(fd: Borrowed<'_>, _: &[u8], _: i32, _: Attempt, _: &RawAddress) -> Result<usize> {
        match fd.0 {}
    }

    pub(crate) fn send_vectored(
        fd: Borrowed<'_>,
        _: &[IoSlice<'_>],
        _: i32,
        _: Attempt,
        _: Option<&RawAddress>,
    ) -> Result<usize> {
        match fd.0 {}
    }

    pub(crate) fn recv<B: Buffer + ?Sized>(fd: Borrowed<'_>, _: &mut B, _: i32, _: Attempt) -> Result<usize> {
        match fd.0 {}
    }

    pub(crate) fn recv_message<B: Buffer + ?Sized>(
        fd: Borrowed<'_>,
        _: &mut B,
        _: i32,
        _: Attempt,
        _: bool,
    ) -> Result<Delivered> {
        match fd.0 {}
    }

    pub(crate) fn recv_from<B: Buffer + ?Sized>(
        fd: Borrowed<'_>,
        _: &mut B,
        _: i32,
        _: Attempt,
        _: bool,
    ) -> Result<(Delivered, RawAddress)> {
        match fd.0 {}
    }

    pub(crate) fn recv_all<B: Buffer + ?Sized>(
        fd: Borrowed<'_>,
        _: &mut B,
        _: i32,
        _: Attempt,
        _: &mut dyn FnMut(Errno) -> Option<Attempt>,
    ) -> Option<usize> {
        match fd.0 {}
    }

    pub(crate) fn recv_vectored(
        fd: Borrowed<'_>,
        _: &mut [IoSliceMut<'_>],
        _: i32,
        _: Attempt,
        _: Option<&mut RawAddress>,
        _: bool,
    ) -> Result<Delivered> {
        match fd.0 {}
    }

    pub(crate) fn queued_receive(fd: Borrowed<'_>) -> Result<usize> {
        match fd.0 {}
    }

    pub(crate) fn queued_send(fd: Borrowed<'_>) -> Result<usize> {
        match fd.0 {}
    }

    pub(crate) fn at_mark(fd: Borrowed<'_>) -> Result<bool> {
        match fd.0 {}
    }
}

pub(crate) mod message {
    //! Messages with control data, laid out as on most systems.

    use std::io::{IoSlice, IoSliceMut};

    use super::Result;
    use super::address::RawAddress;
    use super::descriptor::{Borrowed, Descriptor};
    use crate::sys::control::{Inbox, Layout};
    use crate::sys::{Arrived, Attempt};

    pub(in crate::sys) const LAYOUT: Layout = match Layout::new(8, 16, 8) {
        Some(layout) => layout,
        None => unreachable!(),
    };
    pub(in crate::sys) const DESCRIPTORS: &[(i32, i32)] = &[];
    pub(in crate::sys) const POINTERS: &[i32] = &[];
    pub(crate) const RIGHTS: Option<(i32, i32)> = None;
    pub(crate) const PIDFD: Option<(i32, i32)> = None;
    pub(crate) const CLOEXEC: i32 = 0;

    pub(in crate::sys) fn adopt(_: i32) -> Option<Descriptor> {
        None
    }

    pub(crate) fn send(
        fd: Borrowed<'_>,
        _: &[IoSlice<'_>],
        _: Option<&RawAddress>,
        _: &[u8],
        _: i32,
        _: Attempt,
    ) -> Result<usize> {
        match fd.0 {}
    }

    pub(crate) fn recv(
        fd: Borrowed<'_>,
        _: &mut [IoSliceMut<'_>],
        _: &mut RawAddress,
        _: &mut Inbox<'_>,
        _: i32,
        _: Attempt,
        _: bool,
    ) -> Result<Arrived> {
        match fd.0 {}
    }

    pub(crate) type Credentials = (Option<i32>, u32, u32);
    pub(crate) const CREDENTIALS: Option<(i32, i32)> = None;
    pub(crate) const CREDENTIALS_SIZE: usize = 0;

    pub(crate) fn encode_credentials(_: Credentials, _: &mut [u8; CREDENTIALS_SIZE]) -> Option<usize> {
        None
    }
}

pub(crate) mod flag {
    //! Flags, all of which this system lacks: bits above the 32 of a system.

    macro_rules! flags {
        ($($name:ident = $absent:literal;)*) => { $(
            pub(crate) const $name: u64 = 1 << $absent;
        )* };
    }

    flags! {
        OOB = 32;
        PEEK = 33;
        DONTROUTE = 34;
        WAITALL = 35;
        EOR = 36;
        CONFIRM = 37;
        MORE = 38;
        FASTOPEN = 39;
        ZEROCOPY = 40;
        ERRQUEUE = 41;
        EOF = 42;
        TRUNC = 43;
        CTRUNC = 44;
        NOTIFICATION = 45;
        BCAST = 46;
        MCAST = 47;
    }
}

pub(crate) mod option {
    //! Options, none of which this system has.

    use std::time::Duration;

    use super::Result;
    use super::descriptor::Borrowed;
    use crate::sys::Place;

    pub(crate) fn get(fd: Borrowed<'_>, _: Place, _: &mut [u8]) -> Result<usize> {
        match fd.0 {}
    }

    pub(crate) fn set(fd: Borrowed<'_>, _: Place, _: &[u8]) -> Result<()> {
        match fd.0 {}
    }

    /// The bytes of a time limit: milliseconds, so that values come back where there is no system to read them.
    pub(crate) const TIME_SIZE: usize = size_of::<u64>();

    pub(crate) fn encode_time(time: Option<Duration>) -> [u8; TIME_SIZE] {
        let milliseconds = time.map_or(0, |time| time.as_nanos().div_ceil(1_000_000).max(1));
        u64::try_from(milliseconds).unwrap_or(u64::MAX).to_ne_bytes()
    }

    #[allow(clippy::option_option, reason = "no such value, and no limit, are two things")]
    pub(crate) fn decode_time(bytes: &[u8]) -> Option<Option<Duration>> {
        let milliseconds = u64::from_ne_bytes(bytes.get(..TIME_SIZE)?.try_into().ok()?);
        Some((milliseconds != 0).then(|| Duration::from_millis(milliseconds)))
    }

    /// The bytes of `SO_LINGER`: on or off, then seconds.
    pub(crate) const LINGER_SIZE: usize = 8;

    pub(crate) fn encode_linger(seconds: Option<u32>) -> [u8; LINGER_SIZE] {
        let mut bytes = [0; LINGER_SIZE];
        let (on, time) = bytes.split_at_mut(4);
        on.copy_from_slice(&u32::from(seconds.is_some()).to_ne_bytes());
        time.copy_from_slice(&seconds.unwrap_or(0).to_ne_bytes());
        bytes
    }

    #[allow(clippy::option_option, reason = "no such value, and no lingering, are two things")]
    pub(crate) fn decode_linger(bytes: &[u8]) -> Option<Option<u32>> {
        let on = u32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?);
        let time = u32::from_ne_bytes(bytes.get(4..8)?.try_into().ok()?);
        Some((on != 0).then_some(time))
    }
}

pub(crate) mod layout {
    //! How values of options lie in bytes, where systems differ.

    pub(crate) use crate::sys::number::{Field, same};

    pub(crate) const SMALL_IS_A_BYTE: bool = false;
    pub(crate) const UNICAST6_IN_NETWORK_ORDER: bool = false;
    pub(crate) const HAS_MREQN: bool = true;
    pub(crate) const RAW_IN_HOST_ORDER: bool = false;
    pub(crate) const SOURCE_IS_LAST: bool = false;
    pub(crate) const STORAGE_SIZE: usize = 128;
    pub(crate) const GROUP_AT: usize = 8;
    pub(crate) const MTU_DISCOVER: [i32; 6] = [0, 1, 2, 3, 4, 5];
    pub(crate) const CREDENTIALS_SIZE: usize = 0;
    pub(crate) const TCP_STATES: [i32; 11] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    pub(crate) const TCP_INFO_SIZE: usize = 0;
    pub(crate) const TCP_INFO: &[Field] = &[];

    pub(crate) fn decode_credentials(_: &[u8]) -> Option<(Option<i32>, u32, u32)> {
        None
    }

    pub(crate) const PKTINFO: [usize; 4] = [4, 0, 0, 8];

    pub(crate) const TOS_IS_A_BYTE: bool = false;

    pub(crate) const SEGMENT_SIZE: usize = 4;

    pub(crate) fn decode_arrival(bytes: &[u8]) -> Option<u32> {
        bytes.first_chunk().map(|index| u32::from_ne_bytes(*index))
    }

    pub(crate) fn decode_timespec(_: &[u8]) -> Option<std::time::Duration> {
        None
    }

    pub(crate) fn decode_timeval(_: &[u8]) -> Option<std::time::Duration> {
        None
    }

    pub(crate) fn decode_message_credentials(_: &[u8]) -> Option<(Option<i32>, u32, u32)> {
        None
    }
}

pub(crate) mod lookup {
    //! A resolver that this system lacks.

    use crate::addr::{Address, Family};
    use crate::error::{Errno, LookupFailure};
    use crate::sys::lookup::{Answer, Found};

    pub(crate) fn addresses(_: &str, _: Option<Family>, _: bool) -> Answer<Found> {
        Err(LookupFailure::Os(Errno::OPNOTSUPP))
    }

    pub(crate) fn host_name(_: &Address) -> Answer<String> {
        Err(LookupFailure::Os(Errno::OPNOTSUPP))
    }
}

pub(crate) mod wait {
    //! Waiting for descriptors.

    use std::time::Duration;

    use super::descriptor::Borrowed;
    use super::{Errno, Result};
    use crate::error::Operation;
    use crate::ready::Ready;
    use crate::sys::Readiness;

    /// A descriptor, and what to wait for on it.
    #[derive(Debug)]
    pub(crate) struct Entry<'a>(Borrowed<'a>);

    impl<'a> Entry<'a> {
        pub(crate) fn new(fd: Borrowed<'a>, _: Ready) -> Self {
            match fd.0 {}
        }

        pub(crate) fn source(&self) -> Borrowed<'a> {
            self.0
        }

        pub(crate) fn ask(&mut self, _: Ready) {
            match self.0.0 {}
        }

        pub(crate) fn asked(&self) -> Ready {
            match self.0.0 {}
        }

        pub(crate) fn heard(&self) -> Ready {
            match self.0.0 {}
        }

        pub(crate) fn clear(&mut self) {
            match self.0.0 {}
        }
    }

    pub(crate) fn wait_any(_: &mut [Entry<'_>], _: Option<Duration>) -> Result<usize> {
        Err(Errno::OPNOTSUPP)
    }

    pub(crate) fn wait(fd: Borrowed<'_>, _: Readiness, _: Option<Duration>) -> Result<bool> {
        match fd.0 {}
    }

    pub(crate) fn own_limit(fd: Borrowed<'_>, _: Operation) -> Option<Duration> {
        match fd.0 {}
    }
}

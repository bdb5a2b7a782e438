//! What an interface is set to, and can do: `SIOCGIFFLAGS`, `ifa_flags`.

/// The bit of a flag that systems number differently, or lack: what they lack stands above the 32 of a system.
const fn of(linux: u64, bsd: u64) -> u64 {
    if cfg!(bsd) { bsd } else { linux }
}

bitflags::bitflags! {
    /// What an interface is set to, and can do. The bits are the system's, and those without a name are kept.
    ///
    /// # Platform notes
    ///
    /// Windows has no such flags: those that follow from what it tells have the bits of Linux.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct InterfaceFlags: u64 {
        /// It was enabled: `IFF_UP`.
        const UP = 0x1;
        /// It has broadcast addresses: `IFF_BROADCAST`.
        const BROADCAST = 0x2;
        /// The driver is to tell what it does: `IFF_DEBUG`.
        const DEBUG = 0x4;
        /// It leads to this machine: `IFF_LOOPBACK`.
        const LOOPBACK = 0x8;
        /// It has one peer: `IFF_POINTOPOINT`.
        const POINT_TO_POINT = 0x10;
        /// The system takes it to pass frames: `IFF_RUNNING`.
        const RUNNING = 0x40;
        /// Nobody is asked for hardware addresses: `IFF_NOARP`.
        const NOARP = 0x80;
        /// It takes frames for everybody: `IFF_PROMISC`.
        const PROMISCUOUS = 0x100;
        /// It takes the frames of all groups: `IFF_ALLMULTI`.
        const ALL_MULTICAST = 0x200;
        /// Others belong to it: `IFF_MASTER`. Linux.
        const MASTER = of(0x400, 1 << 32);
        /// It belongs to another: `IFF_SLAVE`. Linux.
        const SLAVE = of(0x800, 1 << 33);
        /// It does not receive what it sends: `IFF_SIMPLEX`. The BSDs.
        const SIMPLEX = of(1 << 34, 0x800);
        /// Groups can be joined on it: `IFF_MULTICAST`.
        const MULTICAST = of(0x1000, 0x8000);
        /// Its addresses go when it is disabled: `IFF_DYNAMIC`. Linux.
        const DYNAMIC = of(0x8000, 1 << 35);
        /// What is below it passes frames: `IFF_LOWER_UP`. Linux.
        const LOWER_UP = of(0x1_0000, 1 << 36);
        /// It waits for something: `IFF_DORMANT`. Linux.
        const DORMANT = of(0x2_0000, 1 << 37);
        /// It echoes what was sent, as CAN does: `IFF_ECHO`. Linux.
        const ECHO = of(0x4_0000, 1 << 38);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_is_one_bit_of_its_own_and_others_are_kept() {
        let all = InterfaceFlags::all();
        let bits: u32 = all.iter().map(|flag| flag.bits().count_ones()).sum();
        assert_eq!(bits as usize, InterfaceFlags::all().iter().count());
        assert_eq!(all.bits().count_ones(), bits);
        assert_eq!(InterfaceFlags::from_bits_retain(1 << 20).bits(), 1 << 20);
    }

    #[cfg(all(unix, any(linux_like, bsd)))]
    #[test]
    fn the_bits_are_those_of_the_system() {
        for (flag, number) in [
            (InterfaceFlags::UP, libc::IFF_UP),
            (InterfaceFlags::LOOPBACK, libc::IFF_LOOPBACK),
            (InterfaceFlags::POINT_TO_POINT, libc::IFF_POINTOPOINT),
            (InterfaceFlags::RUNNING, libc::IFF_RUNNING),
            (InterfaceFlags::NOARP, libc::IFF_NOARP),
            (InterfaceFlags::PROMISCUOUS, libc::IFF_PROMISC),
            (InterfaceFlags::ALL_MULTICAST, libc::IFF_ALLMULTI),
            (InterfaceFlags::MULTICAST, libc::IFF_MULTICAST),
        ] {
            assert_eq!(flag.bits(), number as u32 as u64, "{flag:?}");
        }
    }
}

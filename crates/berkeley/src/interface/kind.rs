//! What an interface is.

/// Writes the kinds with their words, and what systems call them: `IFLA_INFO_KIND` and `ARPHRD_*` of Linux, the types of
/// RFC 1213 and of the IANA that the BSDs and Windows have.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal, [$($info:literal)*], [$($arphrd:literal)*], [$($ift:literal)*];)*) => {
        /// What an interface is.
        ///
        /// What has no row of its own is [`Other`](Self::Other); [`driver_kind`](crate::interface::Interface::driver_kind)
        /// and [`hardware_type`](crate::interface::Interface::hardware_type) say what the system calls it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum InterfaceKind {
            $($(#[$doc])* $name,)*
            /// Something else.
            Other,
        }

        impl InterfaceKind {
            /// Returns the word for it: `ethernet`, `point-to-point`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                    Self::Other => "other",
                }
            }

            /// The kind of an interface that software makes, by the word that Linux has for it.
            #[cfg_attr(not(linux_like), allow(dead_code))]
            pub(crate) fn of_info_kind(info: &str) -> Option<Self> {
                const ROWS: &[(&str, InterfaceKind)] = &[$($(($info, InterfaceKind::$name),)*)*];
                ROWS.iter().find(|row| row.0 == info).map(|row| row.1)
            }

            /// The kind of an interface by Linux' number for its hardware.
            #[cfg_attr(not(linux_like), allow(dead_code))]
            pub(crate) fn of_arphrd(number: u16) -> Self {
                const ROWS: &[(u16, InterfaceKind)] = &[$($(($arphrd, InterfaceKind::$name),)*)*];
                ROWS.iter().find(|row| row.0 == number).map_or(Self::Other, |row| row.1)
            }

            /// The kind of an interface by the IANA's number (ifType), which Windows and the BSDs have.
            #[cfg_attr(not(any(bsd, windows)), allow(dead_code))]
            pub(crate) fn of_if_type(number: u32) -> Self {
                const ROWS: &[(u32, InterfaceKind)] = &[$($(($ift, InterfaceKind::$name),)*)*];
                ROWS.iter().find(|row| row.0 == number).map_or(Self::Other, |row| row.1)
            }
        }
    };
}

kinds! {
    /// Ethernet, or what looks like it.
    Ethernet = "ethernet", [], [1], [6 117 62 69];
    /// This machine itself.
    Loopback = "loopback", [], [772], [24];
    /// A wireless network: 802.11.
    Wireless = "wireless", ["wlan"], [801 802 803], [71];
    /// One peer: PPP, SLIP.
    PointToPoint = "point-to-point", ["ppp"], [512 256 513], [23 28];
    /// Packets inside packets of IP.
    Tunnel = "tunnel", ["ipip" "sit" "ip6tnl" "gre" "gretap" "erspan" "ip6gre" "ip6gretap" "vti" "vti6" "xfrm"],
        [768 769 776 778 823], [131 55 240];
    /// What a program makes the packets of.
    Tun = "tun", ["tun"], [65534], [];
    /// WireGuard.
    Wireguard = "wireguard", ["wireguard"], [], [];
    /// A bridge.
    Bridge = "bridge", ["bridge" "openvswitch"], [], [209];
    /// A virtual network on another interface: 802.1Q.
    Vlan = "vlan", ["vlan"], [], [135];
    /// Several interfaces as one.
    Bond = "bond", ["bond" "team"], [], [161];
    /// One end of a pair.
    Veth = "veth", ["veth" "netkit"], [], [];
    /// A second identity of another interface.
    Macvlan = "macvlan", ["macvlan" "macvtap" "ipvlan" "ipvtap"], [], [];
    /// Ethernet inside UDP.
    Vxlan = "vxlan", ["vxlan" "geneve"], [], [];
    /// What swallows every packet.
    Dummy = "dummy", ["dummy" "ifb" "nlmon"], [], [];
    /// A routing domain of its own.
    Vrf = "vrf", ["vrf"], [], [];
    /// A CAN bus.
    Can = "can", ["can" "slcan"], [280], [];
    /// A CAN bus without hardware.
    VirtualCan = "virtual can", ["vcan" "vxcan"], [], [];
    /// InfiniBand.
    Infiniband = "infiniband", ["ipoib"], [32], [199];
    /// FireWire.
    Firewire = "firewire", [], [24], [144];
    /// A modem of a mobile network.
    Cellular = "cellular", ["rmnet"], [519 530], [243 244];
}

impl std::fmt::Display for InterfaceKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_s_words_lead_to_a_kind() {
        assert_eq!(InterfaceKind::of_info_kind("veth"), Some(InterfaceKind::Veth));
        assert_eq!(InterfaceKind::of_info_kind("no such"), None);
        assert_eq!(InterfaceKind::of_arphrd(772), InterfaceKind::Loopback);
        assert_eq!(InterfaceKind::of_arphrd(9999), InterfaceKind::Other);
        assert_eq!(InterfaceKind::of_if_type(24), InterfaceKind::Loopback);
        assert_eq!(InterfaceKind::of_if_type(71), InterfaceKind::Wireless);
        assert_eq!(InterfaceKind::PointToPoint.to_string(), "point-to-point");
    }
}

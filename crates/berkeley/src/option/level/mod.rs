//! The rows, a file a level.

/// Writes a level's module: for each row the constant, its documentation, its alias, and its line in the listing.
///
/// `NAME: form = "level.name" "C_NAME";` for what is read and set, `NAME: form, ReadOnly = …` for what is not. Where C's
/// name is the constant's own, `self` stands before it: an alias has to differ.
macro_rules! level {
    ($c_level:literal:
        $($(#[doc = $doc:literal])+ $name:ident: $form:ty $(, $access:ident)? = $text:literal $($c_name:literal)? $(self $same:literal)?;)*
    ) => {
        $(
            $(#[doc = $doc])+
            #[doc = concat!("\n\nIts name is `", $text, "`; C calls it `", $($c_name)? $($same)?, "`.")]
            $(#[doc(alias = $c_name)])?
            pub const $name: $crate::option::SocketOption<$form $(, $crate::option::$access)?> = {
                let c_name = $($c_name)? $($same)?;
                $crate::option::SocketOption::of($text, c_name, $crate::sys::place($c_level, c_name))
            };
        )*

        pub(in crate::option) const ROWS: &[$crate::option::Row] = &[$($name.row(concat!($($doc, "\n"),+))),*];
    };
}

pub mod can;
pub mod icmp;
pub mod icmpv6;
pub mod ip;
pub mod ipv6;
pub mod isotp;
pub mod j1939;
pub mod local;
pub mod mptcp;
pub mod netlink;
pub mod packet;
pub mod sctp;
pub mod socket;
pub mod tcp;
pub mod udp;
pub mod udplite;
pub mod vsock;

use super::Row;

pub(super) const ROWS: &[&[Row]] = &[
    socket::ROWS,
    ip::ROWS,
    ipv6::ROWS,
    tcp::ROWS,
    udp::ROWS,
    udplite::ROWS,
    local::ROWS,
    icmp::ROWS,
    icmpv6::ROWS,
    packet::ROWS,
    vsock::ROWS,
    netlink::ROWS,
    can::ROWS,
    isotp::ROWS,
    j1939::ROWS,
    sctp::ROWS,
    mptcp::ROWS,
];

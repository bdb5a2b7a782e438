//! The rows, a file a level.

/// Writes a level's module: for each row the constant, its documentation, and its line in the listing.
///
/// `NAME: form = "level.name" "C_NAME" "OTHER_NAME";`, where C has names for each direction or system.
macro_rules! level {
    ($c_level:literal: $($(#[doc = $doc:literal])+ $name:ident: $form:ty = $text:literal $($c_name:literal)+;)*) => {
        $(
            $(#[doc = $doc])+
            #[doc = concat!("\n\nIts name is `", $text, "`; C calls it", $(" `", $c_name, "`"),+, ".")]
            $(#[doc(alias = $c_name)])+
            pub const $name: $crate::socket::message::ControlMessage<$form> =
                $crate::socket::message::ControlMessage::of($text, $c_level, &[$($c_name),+]);
        )*

        pub(in crate::socket::message) const ROWS: &[$crate::socket::message::Row] =
            &[$($name.row(concat!($($doc, "\n"),+))),*];
    };
}

pub mod alg;
pub mod can;
pub mod ip;
pub mod ipv6;
pub mod j1939;
pub mod netlink;
pub mod packet;
pub mod sctp;
pub mod socket;
pub mod tcp;
pub mod tls;
pub mod udp;
pub mod vsock;

use super::Row;

pub(super) const ROWS: &[&[Row]] = &[
    socket::ROWS,
    ip::ROWS,
    ipv6::ROWS,
    tcp::ROWS,
    tls::ROWS,
    udp::ROWS,
    packet::ROWS,
    netlink::ROWS,
    vsock::ROWS,
    sctp::ROWS,
    can::ROWS,
    j1939::ROWS,
    alg::ROWS,
];

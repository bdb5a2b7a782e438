//! Types and codes of ICMP and ICMPv6, by IANA's registries, with names for printing.

use std::fmt;

/// What the codes of a type say, in their order.
type Codes = &'static [&'static str];

macro_rules! kinds {
    ($(#[$doc:meta])* $type:ident, $write:ident: $($(#[$row_doc:meta])* $name:ident = $number:literal $text:literal $codes:expr;)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $type(u8);

        impl $type {
            $($(#[$row_doc])* pub const $name: Self = Self($number);)*

            const ROWS: &'static [(u8, &'static str, Codes)] = &[$(($number, $text, $codes)),*];

            /// Makes one from its number.
            #[must_use]
            pub const fn from_raw(number: u8) -> Self {
                Self(number)
            }

            /// Returns the number.
            #[must_use]
            pub const fn as_raw(self) -> u8 {
                self.0
            }

            fn row(self) -> Option<&'static (u8, &'static str, Codes)> {
                Self::ROWS.iter().find(|row| row.0 == self.0)
            }

            /// Returns the name, or `None` if it has none here.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                self.row().map(|row| row.1)
            }

            /// Returns what a code says in a message of this type, or `None` if it says nothing known.
            #[must_use]
            pub fn code(self, number: u8) -> Option<&'static str> {
                self.row()?.2.get(usize::from(number)).copied().filter(|text| !text.is_empty())
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.name() {
                    Some(name) => f.pad(name),
                    None => write!(f, "type {}", self.0),
                }
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($type), "({}, {})"), self.0, self)
            }
        }

        pub(super) fn $write(kind: u8, code: u8, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let kind = $type::from_raw(kind);
            write!(f, "{kind}")?;
            match kind.code(code) {
                Some(text) => write!(f, ", {text}"),
                None if code != 0 => write!(f, ", code {code}"),
                None => Ok(()),
            }
        }
    };
}

const NO_CODES: Codes = &[];

kinds! {
    /// The type of an ICMP message.
    Kind4, write4:
    /// The answer to an echo request.
    ECHO_REPLY = 0 "echo reply" NO_CODES;
    /// A packet could not be delivered.
    DESTINATION_UNREACHABLE = 3 "destination unreachable" UNREACHABLE;
    /// A router asked to send less: out of use since RFC 6633.
    SOURCE_QUENCH = 4 "source quench" NO_CODES;
    /// Another router is nearer.
    REDIRECT = 5 "redirect" &["for the network", "for the host", "for the service and network", "for the service and host"];
    /// A question that is to be sent back.
    ECHO_REQUEST = 8 "echo request" NO_CODES;
    /// A router says that it is there.
    ROUTER_ADVERTISEMENT = 9 "router advertisement" NO_CODES;
    /// Routers are asked to say that they are there.
    ROUTER_SOLICITATION = 10 "router solicitation" NO_CODES;
    /// A packet made too many hops, or parts of it did not come in time.
    TIME_EXCEEDED = 11 "time exceeded" &["in transit", "in reassembly"];
    /// A header is wrong.
    PARAMETER_PROBLEM = 12 "parameter problem" &["at the pointer", "an option is missing", "bad length"];
    /// The time of day is asked for.
    TIMESTAMP_REQUEST = 13 "timestamp request" NO_CODES;
    /// The time of day.
    TIMESTAMP_REPLY = 14 "timestamp reply" NO_CODES;
    /// The own network is asked for: out of use since RFC 6918.
    INFORMATION_REQUEST = 15 "information request" NO_CODES;
    /// The own network: out of use since RFC 6918.
    INFORMATION_REPLY = 16 "information reply" NO_CODES;
    /// The mask of the network is asked for: out of use since RFC 6918.
    ADDRESS_MASK_REQUEST = 17 "address mask request" NO_CODES;
    /// The mask of the network: out of use since RFC 6918.
    ADDRESS_MASK_REPLY = 18 "address mask reply" NO_CODES;
    /// A question to an interface of the other side: RFC 8335.
    EXTENDED_ECHO_REQUEST = 42 "extended echo request" NO_CODES;
    /// The answer to an extended echo request: RFC 8335.
    EXTENDED_ECHO_REPLY = 43 "extended echo reply" NO_CODES;
}

const UNREACHABLE: Codes = &[
    "network unreachable",
    "host unreachable",
    "protocol unreachable",
    "port unreachable",
    "fragmentation needed",
    "source route failed",
    "network unknown",
    "host unknown",
    "host isolated",
    "network prohibited",
    "host prohibited",
    "network unreachable for the service",
    "host unreachable for the service",
    "filtered",
    "precedence violated",
    "precedence cut off",
];

kinds! {
    /// The type of an ICMPv6 message.
    Kind6, write6:
    /// A packet could not be delivered.
    DESTINATION_UNREACHABLE = 1 "destination unreachable" UNREACHABLE6;
    /// A packet is larger than the next link takes.
    PACKET_TOO_BIG = 2 "packet too big" NO_CODES;
    /// A packet made too many hops, or parts of it did not come in time.
    TIME_EXCEEDED = 3 "time exceeded" &["in transit", "in reassembly"];
    /// A header is wrong.
    PARAMETER_PROBLEM = 4 "parameter problem" &["bad header", "unknown next header", "unknown option"];
    /// A question that is to be sent back.
    ECHO_REQUEST = 128 "echo request" NO_CODES;
    /// The answer to an echo request.
    ECHO_REPLY = 129 "echo reply" NO_CODES;
    /// Members of groups are asked for.
    LISTENER_QUERY = 130 "listener query" NO_CODES;
    /// A member of a group: version 1.
    LISTENER_REPORT = 131 "listener report" NO_CODES;
    /// A group has lost a member.
    LISTENER_DONE = 132 "listener done" NO_CODES;
    /// Routers are asked to say that they are there.
    ROUTER_SOLICITATION = 133 "router solicitation" NO_CODES;
    /// A router says that it is there.
    ROUTER_ADVERTISEMENT = 134 "router advertisement" NO_CODES;
    /// The hardware address of a neighbour is asked for.
    NEIGHBOUR_SOLICITATION = 135 "neighbour solicitation" NO_CODES;
    /// The hardware address of a neighbour.
    NEIGHBOUR_ADVERTISEMENT = 136 "neighbour advertisement" NO_CODES;
    /// Another router is nearer.
    REDIRECT = 137 "redirect" NO_CODES;
    /// Members of groups: version 2.
    LISTENER_REPORT_V2 = 143 "listener report" NO_CODES;
    /// A question to an interface of the other side: RFC 8335.
    EXTENDED_ECHO_REQUEST = 160 "extended echo request" NO_CODES;
    /// The answer to an extended echo request: RFC 8335.
    EXTENDED_ECHO_REPLY = 161 "extended echo reply" NO_CODES;
}

const UNREACHABLE6: Codes = &[
    "no route",
    "prohibited",
    "beyond the scope of the source",
    "address unreachable",
    "port unreachable",
    "source refused by policy",
    "route rejected",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_codes_have_names_or_print_their_numbers() {
        assert_eq!(Kind4::DESTINATION_UNREACHABLE.code(3), Some("port unreachable"));
        assert_eq!(Kind4::DESTINATION_UNREACHABLE.code(15), Some("precedence cut off"));
        assert_eq!(Kind4::DESTINATION_UNREACHABLE.code(16), None);
        assert_eq!(Kind6::TIME_EXCEEDED.code(0), Some("in transit"));
        assert_eq!(Kind4::from_raw(77).to_string(), "type 77");
        assert_eq!(format!("{:?}", Kind6::ECHO_REPLY), "Kind6(129, echo reply)");
        for rows in [Kind4::ROWS, Kind6::ROWS] {
            assert!(rows.is_sorted_by(|one, next| one.0 < next.0), "a number is there twice or out of order");
        }
    }
}

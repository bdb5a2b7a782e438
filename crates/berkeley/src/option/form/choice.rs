//! Values that are one of several, or some of several.

/// Makes a type whose values have names: one number each, and numbers that a newer system has besides.
///
/// A name that this system lacks has a number of none.
macro_rules! choices {
    ($(#[$about:meta])* $type:ident: $($(#[$doc:meta])* $name:ident = $number:expr, $text:literal;)*) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $type(i32);

        impl $type {
            $($(#[$doc])* pub const $name: Self = Self($number);)*

            const NAMES: &'static [(Self, &'static str)] = &[$((Self::$name, $text)),*];

            /// Makes one from the number that the system uses.
            #[must_use]
            pub const fn from_raw(number: i32) -> Self {
                Self(number)
            }

            /// Returns the number that the system uses.
            #[must_use]
            pub const fn as_raw(self) -> i32 {
                self.0
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match Self::NAMES.iter().find(|(choice, _)| choice == self) {
                    Some((_, name)) => f.write_str(name),
                    None => write!(f, "{}", self.0),
                }
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($type), "({})"), self)
            }
        }

        impl $crate::option::Form for $type {
            type Value = Self;
            const SIZE: usize = 4;
            const TEXT: &'static str = one_of!($($text)*);

            fn decode(bytes: &[u8]) -> Option<Self> {
                <i32 as $crate::option::Form>::decode(bytes).map(Self)
            }

            fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, $crate::option::Unfit> {
                Ok(take(&value.0.to_ne_bytes()))
            }

            fn write(value: &Self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{value}")
            }

            fn parse(text: &str) -> Option<Self> {
                let named = Self::NAMES.iter().find(|(_, name)| name.eq_ignore_ascii_case(text));
                named.map(|(choice, _)| *choice).or_else(|| text.parse().ok().map(Self))
            }
        }

        impl $crate::option::Integer for $type {}
    };
}

/// Makes a set of flags whose bits have names; bits that a newer system has besides are kept.
macro_rules! flag_set {
    ($(#[doc = $about:literal])* $type:ident: $($(#[doc = $doc:literal])* $name:ident = $bit:expr, $text:literal;)*) => {
        bitflags::bitflags! {
            $(#[doc = $about])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            pub struct $type: u32 {
                $($(#[doc = $doc])* const $name = $bit;)*
                const _ = !0;
            }
        }

        impl $type {
            const NAMES: &'static [(Self, &'static str)] = &[$((Self::$name, $text)),*];
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut rest = *self;
                let mut before = "";
                for (flag, name) in Self::NAMES.iter().filter(|(flag, _)| !flag.is_empty()) {
                    if rest.contains(*flag) {
                        write!(f, "{before}{name}")?;
                        (rest, before) = (rest.difference(*flag), ",");
                    }
                }
                match rest.is_empty() {
                    true if before.is_empty() => f.write_str("none"),
                    true => Ok(()),
                    false => write!(f, "{before}{:#x}", rest.bits()),
                }
            }
        }

        impl $crate::option::Form for $type {
            type Value = Self;
            const SIZE: usize = 4;
            const TEXT: &'static str = concat!("none, or, with commas between them, ", one_of!($($text)*));

            fn decode(bytes: &[u8]) -> Option<Self> {
                <u32 as $crate::option::Form>::decode(bytes).map(Self::from_bits_retain)
            }

            fn encode<R>(value: &Self, take: impl FnOnce(&[u8]) -> R) -> Result<R, $crate::option::Unfit> {
                Ok(take(&value.bits().to_ne_bytes()))
            }

            fn write(value: &Self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{value}")
            }

            fn parse(text: &str) -> Option<Self> {
                if text == "none" {
                    return Some(Self::empty());
                }
                text.split(',').try_fold(Self::empty(), |all, part| {
                    let named = Self::NAMES.iter().find(|(_, name)| name.eq_ignore_ascii_case(part));
                    let flag = named.map(|(flag, _)| *flag);
                    Some(all | flag.or_else(|| $crate::option::form::int::unsigned(part).map(Self::from_bits_retain))?)
                })
            }
        }

        impl $crate::option::Integer for $type {}
    };
}

/// Lists names as a sentence does: `a, b or c`.
macro_rules! one_of {
    ($only:literal) => { $only };
    ($first:literal $($rest:literal)+) => { concat!($first, one_of!(@ $($rest)+)) };
    (@ $last:literal) => { concat!(" or ", $last) };
    (@ $next:literal $($rest:literal)+) => { concat!(", ", $next, one_of!(@ $($rest)+)) };
}

#[cfg(test)]
mod tests {
    use super::super::tests::comes_back;
    use crate::option::Form;

    choices! {
        /// A choice.
        Colour: RED = 1, "red"; BLUE = 2, "blue"; GREEN = 7, "green";
    }

    flag_set! {
        /// Flags.
        Coats: BASE = 1, "base"; TOP = 4, "top";
    }

    #[test]
    fn choices_and_flags_come_back() {
        comes_back::<Colour>(&Colour::BLUE, "blue");
        comes_back::<Colour>(&Colour::from_raw(9), "9");
        comes_back::<Coats>(&(Coats::BASE | Coats::TOP), "base,top");
        comes_back::<Coats>(&Coats::from_bits_retain(0x13), "base,0x12");
        comes_back::<Coats>(&Coats::empty(), "none");
    }

    #[test]
    fn what_they_can_be_is_a_sentence() {
        assert_eq!(Colour::TEXT, "red, blue or green");
        assert_eq!(Coats::TEXT, "none, or, with commas between them, base or top");
        assert_eq!(Colour::parse("white"), None);
        assert_eq!(Colour::GREEN.as_raw(), 7);
        assert_eq!(Coats::parse("base,"), None);
    }
}

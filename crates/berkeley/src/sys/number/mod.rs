//! The numbers of socket options: which of them a system has, a file each.
//!
//! A file lists names by level; numbers are those of `libc` and `windows-sys`, and where these lag behind their system,
//! they are written out with the header that they are from.

/// Where an option is: its level, and its number on that level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    level: i32,
    number: i32,
}

impl Place {
    /// Names any option of any level, whatever its value is.
    ///
    /// # Safety
    ///
    /// The value that is read or set there holds no pointer, no length of memory behind a pointer, and no descriptor
    /// that the system would take over or give out, unless what uses the place takes care of it.
    #[must_use]
    pub const unsafe fn new(level: i32, number: i32) -> Self {
        Self { level, number }
    }

    /// As `new`, for values that are safe by their type.
    pub(crate) const fn of_plain_value(level: i32, number: i32) -> Self {
        Self { level, number }
    }

    /// Returns the level, `SOL_SOCKET` for example.
    #[must_use]
    pub const fn level(self) -> i32 {
        self.level
    }

    /// Returns the number on that level.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.number
    }
}

/// Where a field of a structure is, and what it counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub name: &'static str,
    /// Its first byte, and how many there are.
    pub at: usize,
    pub width: usize,
    /// Its unit, if it is a time.
    pub nanoseconds: u64,
    /// Its bits within those bytes.
    pub shift: u32,
    pub mask: u64,
}

/// The options of one level.
#[derive(Clone, Copy)]
struct Level {
    name: &'static str,
    number: i32,
    options: &'static [(&'static str, i32)],
}

/// Writes the table of a file: `LEVEL: NAME, NAME = number;`, a level with a number of its own where libc has none.
#[cfg(any(unix, windows))]
macro_rules! numbers {
    ($($level:ident $(= $level_number:literal)?: $($name:ident $(= $number:literal)?),* $(,)?;)*) => {
        pub(super) const LEVELS: &[super::Level] = &[$(super::Level {
            name: stringify!($level),
            number: numbers!(@ $level $($level_number)?),
            options: &[$((stringify!($name), numbers!(@ $name $($number)?))),*],
        }),*];
    };
    (@ $name:ident) => { super::system::$name as i32 };
    (@ $name:ident $number:literal) => { $number };
}

#[cfg(unix)]
use libc as system;
#[cfg(windows)]
use windows_sys::Win32::Networking::WinSock as system;

#[cfg(target_os = "android")]
mod android;
#[cfg(apple)]
mod apple;
#[cfg(bsd)]
mod bsd;
#[cfg(target_os = "dragonfly")]
mod dragonfly;
#[cfg(freebsd)]
mod freebsd;
#[cfg(linux_like)]
mod linux;
#[cfg(target_os = "linux")]
mod linux_libc;
#[cfg(all(linux_like, not(any(target_arch = "sparc", target_arch = "sparc64"))))]
mod linux_newest;
pub(crate) mod message;
#[cfg(target_os = "netbsd")]
mod netbsd;
#[cfg(target_os = "openbsd")]
mod openbsd;
#[cfg(solarish)]
mod solarish;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

const TABLES: &[&[Level]] = &[
    #[cfg(unix)]
    unix::LEVELS,
    #[cfg(linux_like)]
    linux::LEVELS,
    #[cfg(target_os = "linux")]
    linux_libc::LEVELS,
    #[cfg(target_os = "android")]
    android::LEVELS,
    #[cfg(all(linux_like, not(any(target_arch = "sparc", target_arch = "sparc64"))))]
    linux_newest::LEVELS,
    #[cfg(bsd)]
    bsd::LEVELS,
    #[cfg(apple)]
    apple::LEVELS,
    #[cfg(freebsd)]
    freebsd::LEVELS,
    #[cfg(target_os = "dragonfly")]
    dragonfly::LEVELS,
    #[cfg(target_os = "netbsd")]
    netbsd::LEVELS,
    #[cfg(target_os = "openbsd")]
    openbsd::LEVELS,
    #[cfg(solarish)]
    solarish::LEVELS,
    #[cfg(windows)]
    windows::LEVELS,
];

/// Finds an option by C's names for its level and itself; `None` where this system lacks it.
///
/// The rows of the option table ask when the program is compiled.
pub(crate) const fn place(level: &str, name: &str) -> Option<Place> {
    find(TABLES, level, name)
}

const fn find(tables: &[&[Level]], level: &str, name: &str) -> Option<Place> {
    let mut table = 0;
    while table < tables.len() {
        let levels = tables[table];
        let mut at = 0;
        while at < levels.len() {
            let found = if same(levels[at].name, level) { number(levels[at].options, name) } else { None };
            if let Some(number) = found {
                return Some(Place { level: levels[at].number, number });
            }
            at += 1;
        }
        table += 1;
    }
    None
}

const fn number(options: &[(&str, i32)], name: &str) -> Option<i32> {
    let mut at = 0;
    while at < options.len() {
        if same(options[at].0, name) {
            return Some(options[at].1);
        }
        at += 1;
    }
    None
}

/// Compares names, when the program is compiled.
pub(crate) const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    // From the end: the names of a level begin alike.
    let mut at = one.len();
    while at > 0 {
        at -= 1;
        if one[at] != other[at] {
            return false;
        }
    }
    true
}

/// Returns the level and the name of every option that this system has.
#[cfg(test)]
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    let levels = TABLES.iter().flat_map(|levels| levels.iter());
    levels.flat_map(|level| level.options.iter().map(|(name, _)| (level.name, *name)))
}

//! Options by name, at run time.

use std::fmt;

use super::sealed::Access;
use super::{Failure, Form, Shown, SocketOption, Unfit, level, read, unsupported, write};
use crate::addr::{ParseError, Reason};
use crate::error::{Error, Operation, Result};
use crate::source::{AsSource, Source};
use crate::sys::Place;

type Read = fn(Source<'_>, Place) -> Result<String, Failure>;
type Write = fn(Source<'_>, Place, &str) -> Result<bool, Failure>;

/// One option of the table, known by its name.
#[derive(Clone, Copy)]
pub struct Row {
    name: &'static str,
    c_name: &'static str,
    about: &'static str,
    form: &'static str,
    place: Option<Place>,
    read: Option<Read>,
    write: Option<Write>,
    canonical: fn(&str) -> Option<String>,
}

impl<F: Form, A: Access> SocketOption<F, A> {
    /// Returns the option as a row of the table, for a program that lists options of its own beside those here.
    #[must_use]
    pub const fn row(self, about: &'static str) -> Row {
        Row {
            name: self.name,
            c_name: self.c_name,
            about,
            form: F::TEXT,
            place: self.place,
            read: if A::READS { Some(read_text::<F>) } else { None },
            write: if A::SETS { Some(write_text::<F>) } else { None },
            canonical: canonical::<F>,
        }
    }
}

fn read_text<F: Form>(source: Source<'_>, place: Place) -> Result<String, Failure> {
    read::<F>(source.borrowed(), place).map(|value| Shown::<F>(&value).to_string())
}

/// Returns `false` if the text is no value of that form.
fn write_text<F: Form>(source: Source<'_>, place: Place, text: &str) -> Result<bool, Failure> {
    match F::parse(text) {
        Some(value) => write::<F>(source.borrowed(), place, &value).map(|()| true),
        None => Ok(false),
    }
}

/// Returns `None` if the text is no value of that form, or one that has no bytes.
fn canonical<F: Form>(text: &str) -> Option<String> {
    let value = F::parse(text)?;
    match F::encode(&value, |_| ()) {
        Err(Unfit::OutOfRange) => None,
        // Whether the system knows an interface is its own to say, when the value is set.
        Ok(()) | Err(Unfit::Unresolved(_)) => Some(Shown::<F>(&value).to_string()),
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({})", self.name)
    }
}

impl Row {
    /// Returns the name: level, dot, C's name without its prefix, `tcp.nodelay` for example.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns C's name.
    #[must_use]
    pub const fn c_name(&self) -> &'static str {
        self.c_name
    }

    /// Returns what the option is for, in sentences, the first of which stands alone.
    #[must_use]
    pub fn about(&self) -> &'static str {
        self.about.trim()
    }

    /// Returns what a value has to be, as a noun: `on or off`.
    #[must_use]
    pub const fn form(&self) -> &'static str {
        self.form
    }

    /// Returns where the option is, or `None` where this system lacks it.
    #[must_use]
    pub const fn place(&self) -> Option<Place> {
        self.place
    }

    /// Returns `true` if this system has the option; the running kernel, or a socket, may still lack it.
    #[must_use]
    pub const fn is_available(&self) -> bool {
        self.place.is_some()
    }

    /// Returns `true` if the option can be read.
    #[must_use]
    pub const fn is_readable(&self) -> bool {
        self.read.is_some()
    }

    /// Returns `true` if the option can be set.
    #[must_use]
    pub const fn is_settable(&self) -> bool {
        self.write.is_some()
    }

    /// Reads the option's value as text.
    ///
    /// # Errors
    ///
    /// As [`SocketOption::get`]; that of an option that is only set is unsupported.
    pub fn get(&self, source: &(impl AsSource + ?Sized)) -> Result<String> {
        let Some(read) = self.read else {
            let error = unsupported(Operation::GetOption, "way to read an option that is only set");
            return Err(error.with_option(self.name));
        };
        let Some(place) = self.place else {
            return Err(unsupported(Operation::GetOption, self.c_name));
        };
        read(source.as_source(), place).map_err(|unread| unread.named(self.name))
    }

    /// Sets the option to what a text says.
    ///
    /// # Errors
    ///
    /// As [`SocketOption::set`]; that of an option that is only read is unsupported. Of a text that is no value of the
    /// option the message says what would be one.
    pub fn set(&self, source: &(impl AsSource + ?Sized), value: &str) -> Result<()> {
        let Some(write) = self.write else {
            let error = unsupported(Operation::SetOption, "way to set an option that is only read");
            return Err(error.with_option(self.name));
        };
        let Some(place) = self.place else {
            return Err(unsupported(Operation::SetOption, self.c_name));
        };
        match write(source.as_source(), place, value) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::parse(Operation::SetOption, self.misfit(value)).with_option(self.name)),
            Err(unset) => Err(unset.named(self.name)),
        }
    }

    /// Reads a text as a value of the option, without a socket, and returns it as [`get`](Self::get) would write it.
    ///
    /// # Errors
    ///
    /// The text is no value of the option; the hint says what would be one.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::option;
    ///
    /// let row = option::by_name("tcp.keepidle")?;
    /// assert_eq!(row.canonical("2m")?, "120s");
    /// assert!(row.canonical("soon").is_err());
    /// # Ok::<(), berkeley::addr::ParseError>(())
    /// ```
    pub fn canonical(&self, value: &str) -> Result<String, ParseError> {
        (self.canonical)(value).ok_or_else(|| self.misfit(value))
    }

    #[cold]
    fn misfit(&self, value: &str) -> ParseError {
        let error = ParseError::whole(value, Reason::OptionValue);
        error.with_hint(format!("{} is {}", self.name, self.form))
    }
}

/// Returns every option of the table, in its order: by level, then by name.
pub fn all() -> impl Iterator<Item = &'static Row> {
    level::ROWS.iter().flat_map(|rows| rows.iter())
}

/// Finds an option by its name or C's name, whatever the case of its letters.
///
/// # Errors
///
/// The error names the option whose name is spelt most alike.
///
/// # Examples
///
/// ```
/// use berkeley::option;
///
/// assert_eq!(option::by_name("TCP_NODELAY")?.name(), "tcp.nodelay");
/// assert_eq!(option::by_name("tcp.nodelai").unwrap_err().hint(), Some("did you mean tcp.nodelay?"));
/// # Ok::<(), berkeley::addr::ParseError>(())
/// ```
pub fn by_name(name: &str) -> Result<&'static Row, ParseError> {
    let same = |row: &&Row| {
        // As it is written most often first: a comparison of whole words at a time.
        row.name == name || row.name.eq_ignore_ascii_case(name) || row.c_name.eq_ignore_ascii_case(name)
    };
    slots(name.as_bytes()).map_while(row_of).find(same).ok_or_else(|| unknown(name))
}

/// Where a row is: its level, counted from one, and its place there. Zero is an empty slot.
type Slot = (u8, u8);

/// A hash table of both names of every row, made when the program is compiled; half of it and more is empty.
static SLOTS: [Slot; 2048] = index();

/// The slots in which a name may be: up to the first that is empty.
fn slots(name: &[u8]) -> impl Iterator<Item = Slot> {
    let (before, after) = SLOTS.split_at(hash(name) % SLOTS.len());
    after.iter().chain(before).copied()
}

fn row_of((level, row): Slot) -> Option<&'static Row> {
    level::ROWS.get(usize::from(level).checked_sub(1)?)?.get(usize::from(row))
}

const fn index() -> [Slot; 2048] {
    let mut slots = [(0, 0); 2048];
    let mut level = 0;
    while level < level::ROWS.len() {
        let rows = level::ROWS[level];
        assert!(rows.len() <= 256, "the place of a row is a byte");
        let mut row = 0;
        while row < rows.len() {
            let slot = (level as u8 + 1, row as u8);
            slots = with(slots, rows[row].name, slot);
            slots = with(slots, rows[row].c_name, slot);
            row += 1;
        }
        level += 1;
    }
    slots
}

/// Takes the first free slot: of rows with one C name the first in the table is found first.
const fn with(mut slots: [Slot; 2048], name: &str, slot: Slot) -> [Slot; 2048] {
    let mut at = hash(name.as_bytes()) % slots.len();
    while slots[at].0 != 0 {
        at = (at + 1) % slots.len();
    }
    slots[at] = slot;
    slots
}

/// Hashes a name eight bytes at a time, letters of either case alike: they differ in one bit, which is set in all bytes.
const fn hash(name: &[u8]) -> usize {
    const EITHER_CASE: u64 = 0x2020_2020_2020_2020;
    let (mut rest, mut hash) = (name, name.len() as u64);
    while let Some((front, behind)) = rest.split_first_chunk() {
        hash = mixed(hash ^ (u64::from_le_bytes(*front) | EITHER_CASE));
        rest = behind;
    }
    let (mut last, mut at) = (0, 0);
    while at < rest.len() {
        last = last << 8 | rest[at] as u64;
        at += 1;
    }
    mixed(hash ^ (last | EITHER_CASE)) as usize
}

/// Multiplies by the golden ratio, and brings the high half, which depends on every bit, to the low one.
const fn mixed(number: u64) -> u64 {
    let product = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ product >> 32
}

#[cold]
fn unknown(name: &str) -> ParseError {
    let error = ParseError::whole(name, Reason::UnknownOption);
    error.with_nearest(&name.to_ascii_lowercase(), all().map(Row::name))
}

/// The options of a socket with their values: see [`values`].
#[derive(Debug)]
pub struct Values<'a> {
    source: Source<'a>,
    rows: std::vec::IntoIter<&'static Row>,
}

/// Returns every option that can be read of the socket, with its value, or why it could not be read.
///
/// Those that the system, the kernel or this kind of socket lacks are left out, and so is `socket.error`, which
/// reading would clear.
pub fn values<S: AsSource + ?Sized>(source: &S) -> Values<'_> {
    let readable = |row: &&'static Row| {
        row.is_available() && row.is_readable() && row.name != super::socket::ERROR.name()
    };
    Values { source: source.as_source(), rows: all().filter(readable).collect::<Vec<_>>().into_iter() }
}

impl Iterator for Values<'_> {
    type Item = (&'static Row, Result<String>);

    fn next(&mut self) -> Option<Self::Item> {
        let source = self.source;
        self.rows.by_ref().map(|row| (row, row.get(&source))).find(|(_, value)| match value {
            Ok(_) => true,
            Err(error) => !error.is_unsupported(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_made_of_the_c_names() {
        let names: BTreeSet<_> = all().map(Row::name).collect();
        assert_eq!(names.len(), all().count());
        for row in all() {
            let bare = row.c_name.trim_start_matches("SO_");
            let bare = PREFIXES.iter().find_map(|prefix| bare.strip_prefix(prefix)).unwrap_or(bare);
            let bare = bare.to_ascii_lowercase().replace('_', "-");
            assert_eq!(row.name.split_once('.').map(|(_, name)| name), Some(bare.as_str()));
        }
    }

    const PREFIXES: &[&str] = &[
        "VM_SOCKETS_",
        "J1939_",
        "IP6T_SO_",
        "IP_",
        "IPV6_",
        "TCP_",
        "UDP_",
        "UDPLITE_",
        "LOCAL_",
        "ICMP_",
        "ICMP6_",
        "PACKET_",
        "NETLINK_",
        "CAN_RAW_",
        "CAN_ISOTP_",
        "SCTP_",
        "MPTCP_",
    ];

    #[test]
    fn every_number_belongs_to_a_row() {
        let names: BTreeSet<_> = all().map(Row::c_name).collect();
        for (level, name) in crate::sys::numbers() {
            assert!(names.contains(name), "{level} {name} has a number and no row");
        }
    }

    #[test]
    fn every_name_is_found_and_few_slots_are_looked_at() {
        let first = |c_name: &str| all().find(|row| row.c_name == c_name).map(Row::name);
        for row in all() {
            assert_eq!(by_name(row.name).map(Row::name).ok(), Some(row.name));
            assert_eq!(by_name(&row.c_name.to_lowercase()).map(Row::name).ok(), first(row.c_name));
            let looked_at =
                slots(row.name.as_bytes()).map_while(row_of).position(|found| found.name == row.name);
            assert!(looked_at.is_some_and(|count| count < 32), "{}: {looked_at:?}", row.name);
        }
        let used = SLOTS.iter().filter(|slot| slot.0 != 0).count();
        assert!(used <= SLOTS.len() / 2, "{used} names: the table is to be twice as large");
    }

    #[test]
    fn every_row_says_what_it_is_for() {
        for row in all() {
            let about = row.about();
            assert!(about.ends_with('.') && about.len() > 8, "{}: {about:?}", row.name);
        }
    }
}

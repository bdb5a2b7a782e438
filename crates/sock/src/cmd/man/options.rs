//! The page of the socket options, from the library's table.

use std::fmt::Write;

use berkeley::option::{self, Row};

use super::{entry, escaped};
use crate::cmd::option::{access, joined};
use crate::dictionary;

const HEAD: &str = r".TH sock-options 7
.SH NAME
sock\-options \- the socket options that sock reads and sets
.SH DESCRIPTION
An address can ask for options behind a question mark, and
.BR sock\-option (1)
reads and sets them:
.PP
.nf
.RS
tcp://HOST:PORT?tcp.user\-timeout=30s&keepalive&rcvbuf=1MiB
sock option tcp.user\-timeout=30s tcp4://:0
.RE
.fi
.PP
An option is named in full (tcp.nodelay), as C does (TCP_NODELAY), or by what is behind the dot where only one option of
the address's sockets has it (user\-timeout); the case of the letters is all the same. These short names always mean the
same:
";

const VALUES: &str = r".PP
The name alone of an option that is on or off turns it on. A number can be a size (64KiB, 1MiB). In an address %26 stands
for an ampersand and %25 for a percent sign. An address sets its options in their order, before the socket is bound or
connected.
.PP
Behind each name stands whether the option is got, set, or both. Not every system has every option, and not every kernel
and socket that of its system;
.B sock option NAME
says whether this system has it.
";

/// Writes the page: a section a level.
pub fn page() -> Vec<u8> {
    let mut text = HEAD.to_owned();
    for (short, name) in dictionary::EVERY_DAY {
        text.push_str(&entry(short, "", name));
    }
    text.push_str(VALUES);
    for level in dictionary::levels() {
        let _ = writeln!(text, ".SH \"OPTIONS OF THE LEVEL {}\"", escaped(&level.to_ascii_uppercase()));
        let rows = option::all().filter(|row| dictionary::split(row).0 == level);
        text.extend(rows.map(of_row));
    }
    text.push_str(".SH \"SEE ALSO\"\n\\fBsock\\-option\\fR(1), \\fBsock\\-addresses\\fR(7)\n");
    text.into_bytes()
}

fn of_row(row: &Row) -> String {
    let about = joined(row.about());
    let value = format!("\n.br\nC calls it {}. It is {}.", escaped(row.c_name()), escaped(row.form()));
    let access = format!(" ({})", access(row));
    let entry = entry(row.name(), &access, &about);
    format!("{}{value}\n", entry.trim_end())
}

/// The options that have short names of their own, as the page of the addresses has them.
pub fn every_day() -> String {
    let rows = option::all().filter(|row| dictionary::short(row) != row.name());
    let of_row = |row: &Row| {
        let form = if dictionary::is_switch(row) { "[=on|off]".to_owned() } else { "=VALUE".to_owned() };
        let about = format!("{} It is {}.", joined(row.about()), row.form());
        entry(dictionary::short(row), &form, &about)
    };
    rows.map(of_row).collect()
}

//! What passes, for people to read: a line that says what it is, and the bytes below it.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

/// How bytes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// Offsets, hexadecimal digits, and characters
    Hex,
    /// Lines of text, with escapes for what is none
    Text,
}

/// Where what passes is shown.
pub struct Dump {
    out: Box<dyn Write + Send>,
    form: Form,
    /// How many more bytes are shown.
    left: u64,
}

impl std::fmt::Debug for Dump {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dump").field("form", &self.form).field("left", &self.left).finish_non_exhaustive()
    }
}

impl Dump {
    pub fn new(out: Box<dyn Write + Send>, form: Form, most: Option<u64>) -> Self {
        Self { out, form, left: most.unwrap_or(u64::MAX) }
    }

    /// Shows a piece on its way to the second end, or from there.
    pub fn piece(&mut self, number: u64, to: usize, names: &[String; 2], piece: &[u8]) {
        if self.left == 0 {
            return;
        }
        let arrow = if to == 1 { '>' } else { '<' };
        let mut text = head(SystemTime::now(), number, arrow, names, piece.len());
        let shown = piece.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        match self.form {
            Form::Hex => hex(&mut text, &piece[..shown]),
            Form::Text => lines(&mut text, &piece[..shown], arrow),
        }
        self.left -= shown as u64;
        if self.left == 0 {
            text.push_str("the dump ends here: --dump-limit\n");
        }
        if self.write(text.as_bytes()).is_err() {
            // A file that is full, or a reader that is gone, is no reason to end what is passed on.
            self.left = 0;
        }
    }

    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        self.out.write_all(text)?;
        self.out.flush()
    }
}

fn head(time: SystemTime, number: u64, arrow: char, names: &[String; 2], length: usize) -> String {
    let [near, far] = names;
    format!("{arrow} {} #{number} {near} {arrow} {far} {length} bytes\n", stamp(time))
}

/// Writes a time as RFC 3339 has it, in UTC.
pub fn stamp(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, second) = (since.as_secs() / 86400, since.as_secs() % 86400);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let micros = since.subsec_micros();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

/// The date so many days after the first of January 1970. Years begin in March here, so that the leap day is their last.
fn date(days: u64) -> (u64, u64, u64) {
    const CYCLE: u64 = 146_097;
    // From the first of March of the year 0 on.
    let days = days + 719_468;
    let (cycle, day) = (days / CYCLE, days % CYCLE);
    let year = (day - day / 1460 + day / 36524 - day / (CYCLE - 1)) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (cycle * 400 + year + next, month, day)
}

/// Writes bytes as rows of digits and characters.
pub fn hex(text: &mut String, piece: &[u8]) {
    for (index, row) in piece.chunks(16).enumerate() {
        let _ = write!(text, "  {:08x} ", index * 16);
        for at in 0..16 {
            let gap = if at == 8 { " " } else { "" };
            let _ = match row.get(at) {
                Some(byte) => write!(text, "{gap} {byte:02x}"),
                None => write!(text, "{gap}   "),
            };
        }
        let shown = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '.' };
        text.push_str("  |");
        text.extend(row.iter().map(shown));
        text.push_str("|\n");
    }
}

/// Writes bytes as lines of text, with escapes for what is none.
pub fn lines(text: &mut String, piece: &[u8], arrow: char) {
    for line in piece.split_inclusive(|byte| *byte == b'\n') {
        let _ = writeln!(
            text,
            "  {arrow} {}",
            line.escape_ascii().to_string().replace("\\\"", "\"").replace("\\'", "'")
        );
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use super::*;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, data: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(data);
            Ok(data.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn dumped(form: Form, most: Option<u64>, pieces: &[&[u8]]) -> String {
        let paper = Paper::default();
        let mut dump = Dump::new(Box::new(paper.clone()), form, most);
        for piece in pieces {
            dump.piece(7, 0, &["near".to_owned(), "far".to_owned()], piece);
        }
        String::from_utf8(paper.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn bytes_stand_in_rows_of_sixteen() {
        let text = dumped(Form::Hex, None, &[b"GET / HTTP/1.1\r\n\xff"]);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("< 2") && lines[0].ends_with("Z #7 near < far 17 bytes"), "{text}");
        assert_eq!(
            lines[1],
            "  00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|"
        );
        assert_eq!(lines[2], "  00000010  ff                                                |.|");
        assert_eq!(lines.len(), 3);
    }

    #[test]
    fn text_stands_in_lines_without_control_characters() {
        let text = dumped(Form::Text, None, &[b"one\r\n\"two\"\x1b[31m\xc3"]);
        assert!(text.ends_with(" 16 bytes\n  < one\\r\\n\n  < \"two\"\\x1b[31m\\xc3\n"), "{text}");
    }

    #[test]
    fn a_dump_has_an_end() {
        let text = dumped(Form::Text, Some(5), &[b"abc", b"defgh", b"ijk"]);
        assert!(text.contains("  < de\nthe dump ends here") && !text.contains("ij"), "{text}");
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        let at = |second| stamp(UNIX_EPOCH + Duration::from_secs(second));
        assert_eq!(at(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(at(951_827_696), "2000-02-29T12:34:56.000000Z");
        assert_eq!(at(1_709_251_199), "2024-02-29T23:59:59.000000Z");
        assert_eq!(at(4_107_542_400), "2100-03-01T00:00:00.000000Z");
        assert_eq!(at(1_798_761_599), "2026-12-31T23:59:59.000000Z");
    }
}

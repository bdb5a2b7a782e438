//! Durations, sizes and counts as they are written.

use std::time::Duration;

use crate::report::Problem;

type Read<T> = Result<T, Problem>;

/// Splits a text into its number and its unit.
fn split(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text.split_at(end)
}

/// Reads `500ms`, `2s`, `1m`, `1.5s`; a number alone is seconds.
pub fn duration(text: &str) -> Read<Duration> {
    let (number, unit) = split(text);
    let fail =
        |message: String, span| Err(Problem::new(message, text, span).with_hint("write 500ms, 2s, 1m or 1h"));
    let scale = match unit {
        "" | "s" => 1.0,
        "us" | "µs" => 1e-6,
        "ms" => 1e-3,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ if number.is_empty() => return fail(format!("{text:?} is not a duration"), 0..text.len()),
        _ => return fail(format!("unknown unit of time {unit:?}"), number.len()..text.len()),
    };
    match number.parse::<f64>().ok().and_then(|value| Duration::try_from_secs_f64(value * scale).ok()) {
        Some(duration) => Ok(duration),
        None => fail(format!("{text:?} is not a duration"), 0..text.len()),
    }
}

/// Reads a number of bytes: `8192`, `64KiB`, `4MiB`, `1kB`.
pub fn bytes(text: &str) -> Read<u64> {
    let (number, unit) = split(text);
    let scale: u64 = match unit {
        "" | "B" => 1,
        "k" | "kB" => 1000,
        "K" | "KiB" => 1 << 10,
        "MB" => 1_000_000,
        "M" | "MiB" => 1 << 20,
        "GB" => 1_000_000_000,
        "G" | "GiB" => 1 << 30,
        _ if number.is_empty() => return Err(not_a_number(text)),
        _ => {
            let message = format!("unknown unit of bytes {unit:?}");
            return Err(Problem::new(message, text, number.len()..text.len()).with_hint("write KiB or MiB"));
        }
    };
    number.parse::<u64>().ok().and_then(|number| number.checked_mul(scale)).ok_or_else(|| not_a_number(text))
}

/// Reads a whole number from `least` to `most`.
pub fn between(text: &str, least: u64, most: u64) -> Read<u64> {
    in_range(text, bytes(text)?, least, most)
}

/// Reads how many of something there may be.
pub fn count(text: &str) -> Read<u64> {
    let number = text.parse().map_err(|_| not_a_number(text))?;
    in_range(text, number, 1, 1_000_000)
}

fn in_range(text: &str, number: u64, least: u64, most: u64) -> Read<u64> {
    if (least..=most).contains(&number) {
        return Ok(number);
    }
    let message = format!("{text} is out of range ({least} to {most})");
    Err(Problem::new(message, text, 0..text.len()))
}

fn not_a_number(text: &str) -> Problem {
    Problem::new(format!("{text:?} is not a number"), text, 0..text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        let rows = [
            ("500ms", 500_000),
            ("2s", 2_000_000),
            ("1m", 60_000_000),
            ("1h", 3_600_000_000),
            ("1.5s", 1_500_000),
            ("3", 3_000_000),
            ("250us", 250),
            ("0s", 0),
        ];
        for (text, micros) in rows {
            assert_eq!(duration(text), Ok(Duration::from_micros(micros)), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_pointed_at() {
        let rows = [
            ("5x", "unknown unit of time \"x\"\n  5x\n   ^    write 500ms, 2s, 1m or 1h"),
            ("soon", "\"soon\" is not a duration\n  soon\n  ^^^^    write 500ms, 2s, 1m or 1h"),
            ("", "\"\" is not a duration\n  \n  ^    write 500ms, 2s, 1m or 1h"),
            ("-1s", "\"-1s\" is not a duration\n  -1s\n  ^^^    write 500ms, 2s, 1m or 1h"),
            ("1..2s", "\"1..2s\" is not a duration\n  1..2s\n  ^^^^^    write 500ms, 2s, 1m or 1h"),
        ];
        for (text, message) in rows {
            assert_eq!(duration(text).map_err(|problem| problem.to_string()), Err(message.to_owned()));
        }
    }

    #[test]
    fn sizes_are_read() {
        let rows =
            [("0", 0), ("8192", 8192), ("64KiB", 65536), ("4MiB", 4 << 20), ("1kB", 1000), ("2K", 2048)];
        for (text, size) in rows {
            assert_eq!(bytes(text), Ok(size), "{text}");
        }
        for text in ["", "x", "1.5", "99999999999G", "-1"] {
            assert!(bytes(text).is_err(), "{text}");
        }
        let range = between("0", 1, 65507).map_err(|problem| problem.to_string());
        assert_eq!(range, Err("0 is out of range (1 to 65507)\n  0\n  ^".to_owned()));
    }

    #[test]
    fn a_count_has_no_unit() {
        assert_eq!(count("12"), Ok(12));
        assert!(count("1K").is_err() && count("0").is_err());
    }
}

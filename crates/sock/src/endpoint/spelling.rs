//! What a misspelt word was probably meant to be.

use strsim::osa_distance;

/// Returns the name that is most like `word`, if one is near enough.
pub fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .filter(|name| word.len() <= 2 * name.len())
        .map(|name| (osa_distance(word, name), name))
        .filter(|(distance, name)| *distance <= name.len().div_ceil(3).min(3))
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognized_and_another_word_is_not() {
        let names = ["tcp", "udp", "unix", "unix-dgram"];
        for (word, meant) in [
            ("tpc", Some("tcp")),
            ("upd", Some("udp")),
            ("unx", Some("unix")),
            ("unix-datagram", Some("unix-dgram")),
            ("http", None),
            ("can", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, names.into_iter()), meant, "{word}");
        }
    }
}

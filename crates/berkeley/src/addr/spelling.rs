//! What a misspelt word was probably meant to be.

use strsim::osa_distance;

use super::ParseError;

/// Returns the name that is most like a word, if few enough slips of the finger lie between them: one in a short name,
/// three at most.
pub(crate) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // What is much longer is no slip, and may be of any length.
    let names = names.into_iter().filter(|name| word.len() <= 2 * name.len());
    let near = names.map(|name| (osa_distance(word, name), name));
    near.filter(|(slips, name)| *slips <= (name.len() / 3).clamp(1, 3)).min().map(|(_, name)| name)
}

impl ParseError {
    /// Says which name was probably meant by a word that is none of them.
    pub(crate) fn with_nearest<'a>(self, word: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(word, names) {
            Some(name) => self.with_hint(format!("did you mean {name}?")),
            None => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognized_and_another_word_is_not() {
        let names = ["tcp", "udp", "http", "unix", "unix-dgram"];
        for (word, meant) in [
            ("tpc", Some("tcp")),
            ("udpp", Some("udp")),
            ("htp", Some("http")),
            ("unix-datagram", Some("unix-dgram")),
            ("can", None),
            ("", None),
            ("unix-unix-unix-unix-unix", None),
        ] {
            assert_eq!(nearest(word, names), meant, "{word}");
        }
    }
}

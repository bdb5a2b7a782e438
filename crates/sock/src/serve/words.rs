//! A command line as words: blanks part them, quotes and backslashes keep what they enclose.

use crate::report::Problem;

/// Splits a command; quotes are those of a shell, and nothing else in it means anything.
pub fn split(text: &str) -> Result<Vec<String>, Problem> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut open: Option<(usize, char)> = None;
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        let quote = open.map(|(_, quote)| quote);
        match (quote, letter) {
            (Some(quote), letter) if letter == quote => open = None,
            (None, '\'' | '"') => {
                open = Some((at, letter));
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => {
                let Some((_, kept)) = letters.next() else {
                    return Err(Problem::new("nothing follows the backslash", text, at..at + 1));
                };
                let word = word.get_or_insert_default();
                if quote.is_some() && !matches!(kept, '"' | '\\') {
                    word.push('\\');
                }
                word.push(kept);
            }
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    if let Some((at, _)) = open {
        return Err(Problem::new("a quote is not closed", text, at..at + 1));
    }
    words.extend(word);
    if words.first().is_none_or(String::is_empty) {
        return Err(Problem::new("a command is missing", text, 0..text.len()));
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_a_shell() {
        let of = |text| split(text).unwrap();
        assert_eq!(of("cat"), ["cat"]);
        assert_eq!(of("  sort  -k 2\t-n "), ["sort", "-k", "2", "-n"]);
        assert_eq!(of(r#"a 'b "c' "d 'e" f\ g "h\"i\j" '' "#), ["a", "b \"c", "d 'e", "f g", "h\"i\\j", ""]);
        assert_eq!(of("a$b*|c"), ["a$b*|c"]);
    }

    #[test]
    fn what_is_not_closed_is_pointed_at() {
        assert_eq!(split("a 'b").unwrap_err().to_string(), "a quote is not closed\n  a 'b\n    ^");
        assert_eq!(split("a\\").unwrap_err().to_string(), "nothing follows the backslash\n  a\\\n   ^");
        assert!(split("").is_err() && split(" ").is_err() && split("''").is_err());
    }
}

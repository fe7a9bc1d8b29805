//! How words and texts of the manifest stand in messages.

/// `a`, `a or b`, `a, b or c`, each in backticks.
pub(crate) fn alternatives<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(quoted).collect();
    joined(&words, "or")
}

/// `a`, `a and b`, `a, b and c`, each in backticks; the first of them where there are many.
pub(crate) fn enumeration<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 20;
    let mut words: Vec<String> = words.into_iter().map(quoted).collect();
    if let Some(more) = words.len().checked_sub(MOST).filter(|more| *more > 1) {
        words.truncate(MOST);
        words.push(format!("{more} more"));
    }
    joined(&words, "and")
}

fn joined(words: &[String], last_separator: &str) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {last_separator} {last}", first.join(", ")),
    }
}

/// A text of the manifest inside a message: in backticks, short, and without anything that a terminal would obey.
pub(crate) fn quoted(text: &str) -> String {
    format!("`{}`", shown(text))
}

/// As [`quoted`], without the backticks.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    if text.is_empty() {
        return "\"\"".to_owned();
    }
    let mut shown = String::new();
    for (index, character) in text.chars().enumerate() {
        if index == LONGEST {
            shown.push('…');
            break;
        }
        if is_printed(character) {
            shown.push(character);
        } else {
            shown.extend(character.escape_default());
        }
    }
    shown
}

/// Neither a control character nor one that reorders or hides what stands around it.
fn is_printed(character: char) -> bool {
    !(character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined() {
        assert_eq!(alternatives([]), "");
        assert_eq!(alternatives(["a"]), "`a`");
        assert_eq!(alternatives(["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(enumeration(["a", "b"]), "`a` and `b`");
        assert!(enumeration(["a"; 22]).ends_with(", `a` and 2 more"));
    }

    #[test]
    fn texts_are_shown_short_and_harmless() {
        assert_eq!(quoted("a b"), "`a b`");
        assert_eq!(quoted("\u{1b}[31m\u{202e}"), r"`\u{1b}[31m\u{202e}`");
        assert_eq!(quoted(&"ü".repeat(41)), format!("`{}…`", "ü".repeat(40)));
    }
}

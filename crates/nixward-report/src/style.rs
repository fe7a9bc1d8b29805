//! The one table of styles. Everything reads the same without them.

use console::Style;

/// What a piece of text is, whatever it looks like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Label {
    Good,
    Bad,
    Doubtful,
    Quiet,
    Name,
    Heading,
}

/// Whether and how text is styled.
#[derive(Clone, Copy, Debug)]
pub struct Styles {
    pub enabled: bool,
}

impl Styles {
    pub fn paint(self, label: Label, text: &str) -> String {
        let style = match label {
            Label::Good => Style::new().green().bold(),
            Label::Bad => Style::new().red().bold(),
            Label::Doubtful => Style::new().yellow().bold(),
            Label::Quiet => Style::new().dim(),
            Label::Name => Style::new().cyan(),
            Label::Heading => Style::new().bold(),
        };
        if self.enabled {
            style.force_styling(true).apply_to(text).to_string()
        } else {
            text.to_owned()
        }
    }
}

/// A line that a program printed, as it may stand in a report: without what would move the cursor or colour what
/// follows. Of a line that was written over and over, such as a progress bar, the last is shown.
pub fn harmless(line: &str) -> String {
    let plain = console::strip_ansi_codes(line);
    let last = plain.rsplit('\r').find(|part| !part.is_empty());
    let is_shown = |character: &char| {
        (!character.is_control() || *character == '\t') && !REORDERING.contains(character)
    };
    last.unwrap_or_default().chars().filter(is_shown).collect()
}

/// What makes a terminal show the characters of a line in another order, to its end and beyond.
const REORDERING: [char; 12] = [
    '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

/// How many columns a text takes on a terminal.
pub fn width(text: &str) -> usize {
    console::measure_text_width(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_the_cursor_is_left() {
        assert_eq!(harmless("\u{1b}[2J\u{1b}[Hover"), "over");
        assert_eq!(harmless("10%\r20%\r"), "20%");
        assert_eq!(harmless("a\u{202e}b\u{2069}"), "ab");
        assert_eq!(harmless("a\tb\u{8}\u{7}c"), "a\tbc");
        assert_eq!(harmless("\u{1b}[31mred\u{1b}[0m 中"), "red 中");
    }
}

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

/// How many columns a text takes on a terminal.
pub fn width(text: &str) -> usize {
    console::measure_text_width(text)
}

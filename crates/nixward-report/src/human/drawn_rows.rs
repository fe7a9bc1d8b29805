//! In how many rows a frame of a live display is, also when its terminal has another width by now. Pure.
//!
//! indicatif fills each line up with blanks, so that the next one begins in the next row by itself. Then a frame is one
//! line to the terminal, and where lines are laid out anew at a resize, none of its rows stays where it was. So lines
//! are ended here instead, as all others are, and what a narrower terminal makes of each is counted.

use std::borrow::Cow;

/// What a terminal does with lines that do not fit any more when it is made narrower.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Reflow {
    /// It breaks them, as most do.
    #[default]
    Breaks,
    /// It cuts them off, or leaves them as they are.
    Cuts,
}

/// The last frame.
#[derive(Debug, Default)]
pub(super) struct DrawnRows {
    reflow: Reflow,
    /// How many columns each of its lines takes at least.
    widths: Vec<usize>,
    /// How many columns there were.
    columns: u16,
    is_line_open: bool,
    taking_away: TakingAway,
}

/// The way in which the last frame goes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum TakingAway {
    #[default]
    NotBegun,
    /// Row by row, as it was drawn.
    ByRows,
    /// In one go, which has been done.
    Done,
}

impl DrawnRows {
    pub(super) fn new(reflow: Reflow) -> Self {
        Self {
            reflow,
            ..Self::default()
        }
    }

    /// What is written for a part of a frame: a line, or the blanks that fill it up.
    pub(super) fn draw<'t>(&mut self, text: &'t str, columns: u16) -> Cow<'t, str> {
        if self.taking_away != TakingAway::NotBegun {
            self.taking_away = TakingAway::NotBegun;
            self.widths.clear();
            self.is_line_open = false;
        }
        if text.chars().all(|character| character == ' ') {
            self.is_line_open = false;
            return Cow::Borrowed("");
        }
        self.columns = columns;
        let width = least_width(text);
        if let (true, Some(last)) = (self.is_line_open, self.widths.last_mut()) {
            *last += width;
            return Cow::Borrowed(text);
        }
        self.is_line_open = true;
        self.widths.push(width);
        if self.widths.len() == 1 {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(format!("\n{text}"))
        }
    }

    /// Called for each part of taking the last frame away; the rows that are to be taken away in one go, if so.
    pub(super) fn take_away(&mut self, columns: u16) -> Option<usize> {
        if self.taking_away != TakingAway::NotBegun {
            return None;
        }
        let is_narrower = columns < self.columns;
        if self.reflow == Reflow::Cuts || !is_narrower || self.widths.is_empty() {
            self.taking_away = TakingAway::ByRows;
            return None;
        }
        self.taking_away = TakingAway::Done;
        let columns = usize::from(columns.max(1));
        let rows = self
            .widths
            .iter()
            .map(|width| width.div_ceil(columns).max(1));
        Some(rows.sum())
    }

    /// Whether there is nothing to do any more to take it away.
    pub(super) fn are_away(&self) -> bool {
        self.taking_away == TakingAway::Done
    }
}

/// How many columns a text takes on any terminal. They do not agree on emoji, nor on signs that join others; and where
/// more rows were taken away than there are, lines above would be lost.
fn least_width(text: &str) -> usize {
    let plain = console::strip_ansi_codes(text);
    plain.chars().map(least_columns).sum()
}

fn least_columns(character: char) -> usize {
    match character {
        // Latin, Greek and Cyrillic letters, Hebrew ones without points, the lines of a bar.
        ' '..='\u{2ff}' | '\u{370}'..='\u{482}' | 'א'..='ת' | '─'..='╿' | '…' => 1,
        // Kana, Han and Hangul.
        '\u{3041}'..='\u{3096}'
        | '\u{30a0}'..='\u{30ff}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(reflow: Reflow) -> DrawnRows {
        let mut rows = DrawnRows::new(reflow);
        let written: Vec<String> = ["head", "      ", "a longer line", "  "]
            .map(|text| rows.draw(text, 20).into_owned())
            .into();
        assert_eq!(written, ["head", "", "\na longer line", ""]);
        rows
    }

    #[test]
    fn a_frame_of_the_same_width_goes_row_by_row() {
        for columns in [20, 40] {
            let mut rows = drawn(Reflow::Breaks);
            assert_eq!(rows.take_away(columns), None);
            assert!(!rows.are_away());
            assert_eq!(rows.draw("next", columns), "next");
        }
    }

    #[test]
    fn a_frame_that_was_broken_goes_at_once() {
        let mut rows = drawn(Reflow::Breaks);
        assert_eq!(rows.take_away(5), Some(1 + 3));
        assert_eq!(rows.take_away(5), None);
        assert!(rows.are_away());
        // The next one is drawn for what there is now.
        assert_eq!(rows.draw("next", 5), "next");
        assert_eq!(rows.take_away(5), None);
        assert!(!rows.are_away());
    }

    #[test]
    fn of_what_terminals_do_not_agree_on_no_more_rows_are_taken_than_surely_are_there() {
        for (text, rows_of_it) in [
            ("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 1),
            ("日本語のテスト出力", 6),
            ("e\u{301}e\u{301}e\u{301}e\u{301}", 2),
        ] {
            let mut rows = DrawnRows::default();
            rows.draw("head", 20);
            rows.draw("  ", 20);
            rows.draw(text, 20);
            assert_eq!(rows.take_away(3), Some(2 + rows_of_it), "{text}");
        }
        assert_eq!(least_width("\u{1b}[1mtest\u{1b}[0m ━━── …"), 11);
    }

    #[test]
    fn where_nothing_is_broken_no_other_line_is_touched() {
        let mut rows = drawn(Reflow::Cuts);
        assert_eq!(rows.take_away(5), None);
        assert!(!rows.are_away());
    }

    #[test]
    fn a_frame_without_lines_is_no_row() {
        let mut rows = DrawnRows::default();
        assert_eq!(rows.take_away(5), None);
        rows.draw("line", 20);
        assert_eq!(rows.take_away(20), None);
        // Taken away, and nothing drawn: the terminal is another program's.
        assert_eq!(rows.take_away(5), None);
        assert!(!rows.are_away());
    }
}

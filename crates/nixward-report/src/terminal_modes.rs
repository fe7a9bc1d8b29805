//! What a program's own output has left a terminal in, such as a hidden cursor. Pure.

use std::{collections::BTreeSet, fmt};

use vte::{Params, Parser, Perform};

/// Follows output that is shown as it comes.
#[derive(Default)]
pub struct TerminalModes {
    parser: Parser,
    left: Left,
}

impl fmt::Debug for TerminalModes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TerminalModes").field(&self.left).finish()
    }
}

/// What is not as it is in the beginning.
#[derive(Debug, Default)]
struct Left {
    /// Private modes by their number: switched on, or off where that is not usual.
    modes: BTreeSet<u16>,
    has_style: bool,
    /// Lines are drawn instead of letters.
    has_other_letters: bool,
}

/// Usually off: another screen (three numbers), the mouse, keys of applications, marks around what is pasted.
const USUALLY_OFF: [u16; 10] = [1, 47, 1000, 1002, 1003, 1004, 1006, 1047, 1049, 2004];
/// Usually on: lines are broken, the cursor is shown.
const USUALLY_ON: [u16; 2] = [7, 25];

impl TerminalModes {
    /// Takes note of what is written.
    pub fn written(&mut self, bytes: &[u8]) {
        self.parser.advance(&mut self.left, bytes);
    }

    /// What has to be written so that the terminal is as it was; nothing where it is.
    pub fn undo(&mut self) -> String {
        let Left {
            modes,
            has_style,
            has_other_letters,
        } = std::mem::take(&mut self.left);
        // A sequence that was begun swallows what comes after it.
        self.parser = Parser::new();
        let mut undo: String = modes
            .into_iter()
            .map(|mode| {
                let end = if USUALLY_ON.contains(&mode) { 'h' } else { 'l' };
                format!("\u{1b}[?{mode}{end}")
            })
            .collect();
        if has_other_letters {
            undo.push_str("\u{1b}(B");
        }
        if has_style {
            undo.push_str("\u{1b}[0m");
        }
        undo
    }
}

impl Perform for Left {
    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], _ignore: bool, action: char) {
        let mut numbers = params.iter().filter_map(|param| param.first().copied());
        match (intermediates, action) {
            ([], 'm') => self.has_style = numbers.last().is_some_and(|number| number != 0),
            ([b'?'], 'h' | 'l') => {
                for mode in numbers.by_ref() {
                    let is_on = action == 'h';
                    let is_usual = USUALLY_ON.contains(&mode) == is_on;
                    let is_known = USUALLY_ON.contains(&mode) || USUALLY_OFF.contains(&mode);
                    if is_usual {
                        self.modes.remove(&mode);
                    } else if is_known {
                        self.modes.insert(mode);
                    }
                }
            }
            _ => {}
        }
    }

    fn esc_dispatch(&mut self, intermediates: &[u8], _ignore: bool, byte: u8) {
        match (intermediates, byte) {
            ([b'('], b'B') => self.has_other_letters = false,
            ([b'('], _) => self.has_other_letters = true,
            // All is reset.
            ([], b'c') => *self = Self::default(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undo(parts: &[&str]) -> String {
        let mut modes = TerminalModes::default();
        for part in parts {
            modes.written(part.as_bytes());
        }
        modes.undo()
    }

    #[test]
    fn what_is_left_is_undone() {
        let screen_and_cursor = ["\u{1b}[?10", "49h\u{1b}[?25l", "title \u{1b}]0;x\u{7}"];
        assert_eq!(undo(&screen_and_cursor), "\u{1b}[?25h\u{1b}[?1049l");
        assert_eq!(undo(&["\u{1b}[?1000;1006h"]), "\u{1b}[?1000l\u{1b}[?1006l");
        assert_eq!(undo(&["\u{1b}[1;31mred"]), "\u{1b}[0m");
        assert_eq!(undo(&["\u{1b}(0lqk"]), "\u{1b}(B");
    }

    #[test]
    fn where_nothing_is_left_nothing_is_written() {
        for text in [
            "text",
            "\u{1b}[31mred\u{1b}[0m and \u{1b}[mplain",
            "\u{1b}[?25l\u{1b}[?25h",
            "\u{1b}[?1049h\u{1b}[?1049l",
            "\u{1b}[?25l\u{1b}[1m\u{1b}c",
            "\u{1b}[2J\u{1b}[H\u{1b}[?12h",
        ] {
            assert_eq!(undo(&[text]), "", "{text:?}");
        }
    }
}

//! A terminal without a window: what programs wrote to it, as a person would see it in the end.

use std::num::NonZeroU16;

use anyhow::{Context as _, Result};

use super::line::{Cell, Colour, Line, Look};

/// More than the picture will ever have: what scrolls out of a terminal is lost.
const ROWS: u16 = 400;

/// The terminal, with all that it has been shown.
pub(crate) struct Screen {
    parser: vt100::Parser,
    columns: u16,
    is_empty: bool,
}

impl Screen {
    pub(crate) fn new(columns: u16) -> Self {
        let size = |number| NonZeroU16::new(number).unwrap_or(NonZeroU16::MIN);
        Self {
            parser: vt100::Parser::new(size(ROWS), size(columns), 0),
            columns,
            is_empty: true,
        }
    }

    /// A prompt, and what a person types there.
    pub(crate) fn type_command(&mut self, command: &str) {
        let gap = if self.is_empty { "" } else { "\r\n" };
        self.is_empty = false;
        self.feed(format!("{gap}\x1b[35;1m$\x1b[0m \x1b[1m{command}\x1b[0m\r\n").as_bytes());
    }

    /// What a program writes.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
    }

    /// What can be seen now.
    pub(crate) fn lines(&self) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        for row in 0..ROWS {
            lines.push(self.line(row)?);
        }
        let end = lines.iter().rposition(|line| !line.cells.is_empty());
        lines.truncate(end.map_or(0, |last| last + 1));
        Ok(lines)
    }

    fn line(&self, row: u16) -> Result<Line> {
        let cells = (0..self.columns)
            .filter_map(|column| self.parser.screen().cell(row, column))
            .map(cell);
        let cells = cells
            .collect::<Result<Vec<Cell>>>()
            .with_context(|| format!("line {} cannot be drawn", row + 1))?;
        Ok(Line::new(cells))
    }
}

fn cell(cell: &vt100::Cell) -> Result<Cell> {
    let text = if cell.is_wide_continuation() {
        ""
    } else if cell.has_contents() {
        cell.contents()
    } else {
        " "
    };
    anyhow::ensure!(
        cell.bgcolor() == vt100::Color::Default
            && !cell.inverse()
            && !cell.italic()
            && !cell.underline(),
        "backgrounds, slanted and underlined text are not known here yet"
    );
    Ok(Cell {
        text: text.to_owned(),
        look: Look {
            colour: colour(cell.fgcolor())?,
            bold: cell.bold(),
            dim: cell.dim(),
        },
    })
}

fn colour(colour: vt100::Color) -> Result<Option<Colour>> {
    use vt100::Color::{Default, Idx};
    Ok(Some(match colour {
        Default => return Ok(None),
        Idx(1) => Colour::Red,
        Idx(2) => Colour::Green,
        Idx(3) => Colour::Yellow,
        Idx(4) => Colour::Blue,
        Idx(5) => Colour::Magenta,
        Idx(6) => Colour::Cyan,
        other => anyhow::bail!("the palettes have no {other:?}"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &str) -> Vec<Line> {
        let mut screen = Screen::new(40);
        screen.feed(bytes.as_bytes());
        screen.lines().unwrap()
    }

    fn texts(bytes: &str) -> Vec<String> {
        shown(bytes).iter().map(Line::text).collect()
    }

    #[test]
    fn what_was_erased_is_not_seen() {
        let progress =
            "1/2 running\r\n  stapler\r\n\x1b[2A\x1b[J        PASS stapler\r\n2/2\r\x1b[2K";
        assert_eq!(texts(progress), ["        PASS stapler"]);
    }

    #[test]
    fn colours_are_kept() {
        let lines = shown("\x1b[32;1mPASS\x1b[0m \x1b[2mquiet\x1b[0m");
        let looks: Vec<Look> = lines[0].pieces().iter().map(|piece| piece.look).collect();
        let good = Look {
            colour: Some(Colour::Green),
            bold: true,
            dim: false,
        };
        let quiet = Look {
            dim: true,
            ..Look::default()
        };
        assert_eq!(looks, [good, quiet]);
    }

    #[test]
    fn what_the_palettes_lack_is_an_error() {
        let mut screen = Screen::new(40);
        screen.feed(b"\r\n\x1b[38;5;200mpink");
        let error = format!("{:#}", screen.lines().unwrap_err());
        assert_eq!(
            error,
            "line 2 cannot be drawn: the palettes have no Idx(200)"
        );
    }

    #[test]
    fn commands_stand_apart() {
        let mut screen = Screen::new(40);
        screen.type_command("nixward list");
        screen.feed(b"stapler\r\n");
        screen.type_command("nixward test");
        let texts: Vec<String> = screen.lines().unwrap().iter().map(Line::text).collect();
        assert_eq!(texts, ["$ nixward list", "stapler", "", "$ nixward test"]);
    }
}

//! A line of a terminal: characters in columns, each with its look.

/// How a character looks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Look {
    pub(crate) colour: Option<Colour>,
    pub(crate) bold: bool,
    pub(crate) dim: bool,
}

/// The colours that a terminal has names for, and nixward uses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Colour {
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
}

/// One column. The second column of a wide character is empty.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) look: Look,
}

/// Without blank columns at its end.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Line {
    pub(crate) cells: Vec<Cell>,
}

/// Neighbours of one look, without wide gaps: what is drawn as one piece.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Piece {
    pub(crate) column: usize,
    pub(crate) columns: usize,
    pub(crate) text: String,
    pub(crate) look: Look,
}

impl Line {
    pub(crate) fn new(mut cells: Vec<Cell>) -> Self {
        let is_blank = |cell: &Cell| cell.text.trim().is_empty();
        let end = cells.iter().rposition(|cell| !is_blank(cell));
        cells.truncate(end.map_or(0, |last| last + 1));
        Self { cells }
    }

    /// What it says.
    pub(crate) fn text(&self) -> String {
        self.cells.iter().map(|cell| cell.text.as_str()).collect()
    }

    /// What is to be drawn. Two blanks end a piece, so that a table's columns stay where they are in any font.
    pub(crate) fn pieces(&self) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut blanks = 0;
        for (column, cell) in self.cells.iter().enumerate() {
            if cell.text == " " {
                blanks += 1;
                continue;
            }
            match pieces.last_mut() {
                Some(piece)
                    if piece.look == cell.look
                        && blanks < 2
                        && piece.column + piece.columns + blanks == column =>
                {
                    piece.text.push_str(&" ".repeat(blanks));
                    piece.text.push_str(&cell.text);
                    piece.columns += blanks + 1;
                }
                _ => pieces.push(Piece {
                    column,
                    columns: 1,
                    text: cell.text.clone(),
                    look: cell.look,
                }),
            }
            blanks = 0;
        }
        pieces
    }
}

#[cfg(test)]
pub(crate) fn plain(text: &str) -> Line {
    let cell = |character: char| Cell {
        text: character.to_string(),
        look: Look::default(),
    };
    Line::new(text.chars().map(cell).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(line: &Line) -> Vec<(usize, usize, String)> {
        let pieces = line.pieces().into_iter();
        pieces
            .map(|piece| (piece.column, piece.columns, piece.text))
            .collect()
    }

    #[test]
    fn a_gap_ends_a_piece_and_a_blank_does_not() {
        assert_eq!(
            pieces(&plain("  run test  python   ")),
            [(2, 8, "run test".into()), (12, 6, "python".into())]
        );
        assert_eq!(pieces(&plain("")), []);
    }

    #[test]
    fn another_look_is_another_piece() {
        let mut line = plain("PASS it");
        for cell in &mut line.cells[..4] {
            cell.look.bold = true;
        }
        assert_eq!(pieces(&line), [(0, 4, "PASS".into()), (5, 2, "it".into())]);
    }

    #[test]
    fn a_wide_character_takes_two_columns() {
        let mut line = plain("a中 b");
        line.cells.insert(
            2,
            Cell {
                text: String::new(),
                look: Look::default(),
            },
        );
        assert_eq!(pieces(&line), [(0, 5, "a中 b".into())]);
    }
}

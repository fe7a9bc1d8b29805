//! The table of all that was measured, as Markdown that also reads well in a terminal.

use super::{
    bound::Bound,
    figure::Figure,
    statistics::{ratio, three_digits},
};

const HEADER: [&str; 7] = [
    "case",
    "nixward",
    "beside it",
    "takes",
    "nixward ÷ it",
    "must",
    "",
];

/// A line: nixward's figure of a case, and perhaps that of something else, and what must hold.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) case: String,
    pub(super) ours: Measured,
    pub(super) other: Option<(String, Measured)>,
    pub(super) bound: Option<Bound>,
}

/// A figure, and how much memory its processes had at most, all together.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) figure: Figure,
    pub(super) peak: Option<u64>,
}

impl Measured {
    fn for_people(&self) -> String {
        let figure = self.figure.for_people();
        match self.peak {
            Some(peak) => format!("{figure}, {}", super::figure::megabytes(peak)),
            None => figure,
        }
    }
}

impl Row {
    /// Nothing where nothing must hold.
    pub(super) fn is_kept(&self) -> Option<bool> {
        let other = self.other.as_ref().map(|(_, measured)| &measured.figure);
        self.bound
            .map(|bound| bound.is_kept(&self.ours.figure, other))
    }

    fn cells(&self) -> [String; 7] {
        let other = self.other.as_ref();
        let times = self
            .ours
            .figure
            .median()
            .zip(other.and_then(|(_, measured)| measured.figure.median()));
        let verdict = match self.is_kept() {
            Some(true) => "ok",
            Some(false) => "**MISSED**",
            None => "",
        };
        [
            self.case.clone(),
            self.ours.for_people(),
            other.map(|(name, _)| name.clone()).unwrap_or_default(),
            other
                .map(|(_, measured)| measured.for_people())
                .unwrap_or_default(),
            times
                .map(|(ours, other)| three_digits(ratio(ours, other)))
                .unwrap_or_default(),
            self.bound.map(Bound::for_people).unwrap_or_default(),
            verdict.to_owned(),
        ]
    }
}

/// All rows, columns aligned.
pub(super) fn render(rows: &[Row]) -> String {
    let mut cells = vec![HEADER.map(str::to_owned)];
    for (number, row) in rows.iter().enumerate() {
        let mut row = row.cells();
        // The figure of nixward is the same one in all lines of a case.
        if number > 0 && rows[number - 1].case == row[0] {
            row[0].clear();
            row[1].clear();
        }
        cells.push(row);
    }
    let widths: [usize; 7] = std::array::from_fn(|column| {
        let width = |row: &[String; 7]| row[column].chars().count();
        cells.iter().map(width).max().unwrap_or_default()
    });
    let line = |row: &[String; 7]| {
        let padded: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        format!("| {} |\n", padded.join(" | "))
    };
    let rule = widths.map(|width| "-".repeat(width + 2)).join("|");
    let mut lines = cells.iter().map(line);
    let header = lines.next().unwrap_or_default();
    lines.fold(format!("{header}|{rule}|\n"), |table, row| table + &row)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::bench::statistics::Series;

    fn time(milliseconds: &[u64]) -> Measured {
        let times = milliseconds.iter().map(|&time| Duration::from_millis(time));
        Measured {
            figure: Figure::Time(Series::of(times.collect()).unwrap()),
            peak: None,
        }
    }

    #[test]
    fn the_table_shows_figures_ratios_and_verdicts() {
        let rows = [
            Row {
                case: "warm".to_owned(),
                ours: Measured {
                    peak: Some(12_345_678),
                    ..time(&[8, 9, 12])
                },
                other: Some(("`git status`".to_owned(), time(&[18]))),
                bound: Some(Bound::TimesOther(1.0)),
            },
            Row {
                case: "warm".to_owned(),
                ours: time(&[8, 9, 12]),
                other: Some(("`git status -uno`".to_owned(), time(&[6]))),
                bound: None,
            },
            Row {
                case: "start".to_owned(),
                ours: time(&[6]),
                other: None,
                bound: Some(Bound::Within(Duration::from_millis(5))),
            },
            Row {
                case: "for reading".to_owned(),
                ours: time(&[6]),
                other: None,
                bound: None,
            },
        ];
        insta::assert_snapshot!(render(&rows), @"
        | case        | nixward                    | beside it         | takes               | nixward ÷ it | must     |            |
        |-------------|----------------------------|-------------------|---------------------|--------------|----------|------------|
        | warm        | 9.00 [8.00–12.0] ms, 13 MB | `git status`      | 18.0 [18.0–18.0] ms | 0.50         | ≤ 1 × it | ok         |
        |             |                            | `git status -uno` | 6.00 [6.00–6.00] ms | 1.50         |          |            |
        | start       | 6.00 [6.00–6.00] ms        |                   |                     |              | ≤ 5 ms   | **MISSED** |
        | for reading | 6.00 [6.00–6.00] ms        |                   |                     |              |          |            |
        ");
    }
}

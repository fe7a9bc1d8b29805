//! Shows what is wrong with a manifest: the message, the lines that it is about, and what to do.
//!
//! It knows how a finding looks, not what can be found: that is `nixward-manifest`'s.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, normalize_untrusted_str};
use nixward_manifest::{Diagnostic, Severity};

/// What is no manifest at all, such as a binary file, has a finding on each line. Nobody reads more than these.
const MOST_SHOWN: usize = 100;

/// Renders findings in the order they are given, with an empty line between them and a line break at the end.
///
/// `text` is what was parsed, and `file_name` what the person calls it.
pub fn render(diagnostics: &[Diagnostic], file_name: &str, text: &str, styled: bool) -> String {
    let renderer = if styled {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let lines = Lines::of(text);
    let file_name = &normalize_untrusted_str(file_name);
    let mut findings: Vec<String> = diagnostics
        .iter()
        .take(MOST_SHOWN)
        .map(|diagnostic| render_one(&renderer, diagnostic, file_name, &lines))
        .collect();
    if let Some(more) = diagnostics
        .len()
        .checked_sub(MOST_SHOWN)
        .filter(|more| *more > 0)
    {
        findings.push(format!("… and {more} more in {file_name}"));
    }
    if findings.is_empty() {
        String::new()
    } else {
        findings.join("\n\n") + "\n"
    }
}

fn render_one(
    renderer: &Renderer,
    diagnostic: &Diagnostic,
    file_name: &str,
    lines: &Lines<'_>,
) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let places = diagnostic
        .related
        .iter()
        .map(|related| &related.span)
        .chain([&diagnostic.span]);
    let excerpt = lines.excerpt(places);

    let primary = AnnotationKind::Primary
        .span(excerpt.place(&diagnostic.span))
        .label(diagnostic.label.as_deref());
    let related = diagnostic.related.iter().map(|related| {
        AnnotationKind::Context
            .span(excerpt.place(&related.span))
            .label(related.label.as_str())
    });
    let snippet = Snippet::source(excerpt.text.as_str())
        .path(file_name)
        .line_start(excerpt.first_line)
        .annotation(primary)
        .annotations(related);
    let mut report = vec![
        level
            .primary_title(diagnostic.message.as_str())
            .element(snippet),
    ];
    if let Some(help) = &diagnostic.help {
        report.push(Group::with_title(
            Level::HELP.secondary_title(help.as_str()),
        ));
    }
    renderer.render(&report)
}

/// A text and where its lines begin.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let breaks = text.match_indices('\n').map(|(offset, _)| offset + 1);
        Self {
            text,
            starts: std::iter::once(0).chain(breaks).collect(),
        }
    }

    /// The index of the line that an offset is on.
    fn index_at(&self, offset: usize) -> usize {
        self.starts
            .partition_point(|start| *start <= offset)
            .saturating_sub(1)
    }

    /// The lines that some places are on, and no others: the library goes through all that it is given, for each
    /// finding anew.
    fn excerpt<'p>(&self, places: impl Iterator<Item = &'p Range<usize>>) -> Excerpt {
        let (first, last) = places
            .map(|place| (self.index_at(place.start), self.index_at(place.end)))
            .fold((usize::MAX, 0), |(first, last), (start, end)| {
                (first.min(start), last.max(end))
            });
        let first = first.min(last);
        let mut excerpt = Excerpt {
            text: String::new(),
            first_line: first + 1,
            lines: Vec::new(),
        };
        for index in first..=last {
            let start = self.starts[index];
            let end = self
                .starts
                .get(index + 1)
                .copied()
                .unwrap_or(self.text.len());
            excerpt.push_line(start, &self.text[start..end]);
        }
        excerpt
    }
}

/// Some lines of a text, without the characters that would move what stands under them.
struct Excerpt {
    text: String,
    /// The number of the first line, from one.
    first_line: usize,
    /// For each line, its offset in the whole text and in the excerpt, and its length in the excerpt.
    lines: Vec<(usize, usize, usize)>,
}

impl Excerpt {
    fn push_line(&mut self, offset: usize, line: &str) {
        // The byte order mark, which is only at the start of a file, has no width in a terminal.
        let shown = line
            .strip_prefix('\u{feff}')
            .filter(|_| offset == 0)
            .unwrap_or(line);
        let offset = offset + line.len() - shown.len();
        let shown = shown.trim_end_matches(['\n', '\r']);
        if !self.lines.is_empty() {
            self.text.push('\n');
        }
        self.lines.push((offset, self.text.len(), shown.len()));
        self.text.push_str(shown);
    }

    /// Where a place of the whole text is in the excerpt.
    fn place(&self, place: &Range<usize>) -> Range<usize> {
        self.position(place.start)..self.position(place.end)
    }

    fn position(&self, offset: usize) -> usize {
        let index = self
            .lines
            .partition_point(|(start, _, _)| *start <= offset)
            .saturating_sub(1);
        let position = self
            .lines
            .get(index)
            .map_or(0, |(start, shown_start, length)| {
                shown_start + offset.saturating_sub(*start).min(*length)
            });
        // A place of another text, as of a file that was changed meanwhile, must do no harm.
        self.text.floor_char_boundary(position)
    }
}

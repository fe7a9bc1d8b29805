//! Makes of an error of Nix, with all that led to it, what a person wants to read first: the error, the first place of it
//! in the workspace, and who called what is there.
//!
//! Nix is always asked for the whole trace. Up to 2.31 or so it names files by the copy of the source in its store, and
//! those of inputs in the same form; which of them are the workspace's own, the lines of them tell that it quotes.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use nixward_core::evaluation::EvaluationFailure;

/// How many lines are shown of a standard error without an error in it.
const MOST_LINES_WITHOUT_ERROR: usize = 30;
/// How much of a trace is kept, half of it from its beginning.
const MOST_BYTES: usize = 256 << 10;

/// The source tree that Nix has a copy of.
#[derive(Clone, Copy)]
pub struct SourceTree<'a> {
    /// Where it is.
    pub root: &'a str,
    /// Where the workspace is in it, `/`-separated; empty where it is the root.
    pub workspace: &'a str,
    /// Reads a file of it.
    pub read: &'a dyn Fn(&str) -> Option<String>,
}

/// What Nix says of a failure.
pub fn failure(stderr: &str, tree: SourceTree<'_>) -> EvaluationFailure {
    let plain = strip_ansi_escapes::strip_str(stderr);
    let lines: Vec<&str> = plain.lines().collect();
    let sources = Sources::of(&lines, tree);
    let Some(begin) = begin_of_error(&lines) else {
        // Something ended Nix before it could say more; what it said last is nearest to that.
        let last = lines.len().saturating_sub(MOST_LINES_WITHOUT_ERROR);
        return sources.in_workspace(lines[last..].join("\n").trim()).into();
    };
    let block = &lines[begin..];
    let error = error_in(block);
    let message = text_of(&shown(&block[..error], &block[error..], &sources), &sources);
    let whole = text_of(block, &sources);
    EvaluationFailure {
        trace: (whole != message).then(|| bounded(&whole)),
        message,
    }
}

/// Where the last error begins, with the trace that leads to it.
fn begin_of_error(lines: &[&str]) -> Option<usize> {
    let at_the_edge = lines.iter().rposition(|line| line.starts_with("error:"));
    at_the_edge.or_else(|| {
        lines
            .iter()
            .rposition(|line| line.trim_start().starts_with("error:"))
    })
}

/// Where the error itself begins: behind all frames.
fn error_in(block: &[&str]) -> usize {
    let Some(last_frame) = block.iter().rposition(|line| is_frame(line)) else {
        return 0;
    };
    let behind = block.iter().enumerate().skip(last_frame);
    let is_error = |(_, line): &(usize, &&str)| line.trim_start().starts_with("error:");
    behind
        .filter(is_error)
        .map(|(index, _)| index)
        .next()
        .unwrap_or_default()
}

/// The lines that are shown of an error.
fn shown<'a>(trace: &[&'a str], error: &[&'a str], sources: &Sources<'_>) -> Vec<&'a str> {
    let mut shown = quoting_only(error, |place| sources.is_own(place));
    let mut first = places(error).find(|place| sources.is_own(place));
    let frames = frames(trace);
    if first.is_none() {
        let is_meant = |frame: &&&[&str]| places(frame).any(|place| sources.is_own(&place));
        let is_a_place = |frame: &&&[&str]| places(frame).any(|place| !place.is_nixs_own());
        let mut innermost = frames.iter().rev();
        let frame = innermost
            .find(is_meant)
            .or_else(|| frames.iter().rev().find(is_a_place));
        if let Some(frame) = frame {
            shown.extend(frame.iter().filter(|line| !line.trim().is_empty()));
            first = places(frame).next();
        }
    }
    let Some(first) = first.filter(|first| sources.is_own(first)) else {
        return shown;
    };
    let calls = frames.iter().rev().filter(|frame| {
        frame
            .first()
            .is_some_and(|line| line.contains("from call site"))
    });
    let elsewhere = |place: &Place<'_>| sources.is_own(place) && place.path != first.path;
    let mut calls = calls.filter_map(|frame| {
        let place = places(frame).find(elsewhere)?;
        Some((frame, place))
    });
    if let Some((frame, place)) = calls.next() {
        let is_meant = |line: &&&str| {
            is_frame(line) || Place::of(line).is_some() || place.quote(line).is_some()
        };
        shown.extend(frame.iter().filter(is_meant));
    }
    shown
}

/// The error's lines; of files those alone that are meant are quoted.
fn quoting_only<'a>(error: &[&'a str], is_meant: impl Fn(&Place<'_>) -> bool) -> Vec<&'a str> {
    let mut is_quoted = true;
    let is_shown = |line: &&&str| {
        if let Some(place) = Place::of(line) {
            is_quoted = is_meant(&place);
            return !place.is_nixs_own();
        }
        is_quoted |= !is_excerpt(line);
        is_quoted
    };
    error.iter().filter(is_shown).copied().collect()
}

/// The frames of a trace, the outermost first.
fn frames<'t, 'a>(trace: &'t [&'a str]) -> Vec<&'t [&'a str]> {
    let mut begins: Vec<usize> = trace
        .iter()
        .enumerate()
        .filter(|(_, line)| is_frame(line))
        .map(|(index, _)| index)
        .collect();
    begins.push(trace.len());
    begins
        .windows(2)
        .filter_map(|pair| trace.get(*pair.first()?..*pair.last()?))
        .collect()
}

fn is_frame(line: &str) -> bool {
    line.trim_start().starts_with('…')
}

/// Whether a line quotes a file, or marks a place in such a line.
fn is_excerpt(line: &str) -> bool {
    line.trim_start()
        .trim_start_matches(|character: char| character.is_ascii_digit())
        .starts_with('|')
}

/// Puts lines together, without their common indent and with paths of the workspace.
fn text_of(lines: &[&str], sources: &Sources<'_>) -> String {
    let indent = lines.first().map_or(0, |line| leading(line));
    let dedented = lines.iter().map(|line| &line[leading(line).min(indent)..]);
    let text = dedented.collect::<Vec<_>>().join("\n");
    sources.in_workspace(text.trim().trim_start_matches("error:").trim())
}

fn leading(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The beginning and the end of a very long trace.
fn bounded(trace: &str) -> String {
    if trace.len() <= MOST_BYTES {
        return trace.to_owned();
    }
    let head = trace.floor_char_boundary(MOST_BYTES / 2);
    let tail = trace.ceil_char_boundary(trace.len() - MOST_BYTES / 2);
    let left_out = tail - head;
    format!(
        "{}\n… {left_out} bytes are left out …\n{}",
        &trace[..head],
        &trace[tail..]
    )
}

/// A place in a file, as in `at /nix/store/…-source/flake.nix:3:5:`.
#[derive(Clone, Copy, Debug)]
struct Place<'a> {
    path: &'a str,
    line: usize,
}

impl<'a> Place<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let place = line.trim_start().strip_prefix("at ")?;
        let mut parts = place.trim_end().trim_end_matches(':').rsplitn(3, ':');
        let _column: usize = parts.next()?.parse().ok()?;
        let line = parts.next()?.parse().ok()?;
        let path = parts.next()?;
        Some(Self { path, line })
    }

    /// Whether it is in nixward's question, or in what Nix brings along.
    fn is_nixs_own(&self) -> bool {
        self.path.starts_with("«string»")
            || self.path.starts_with("«nix-internal»")
            || self.path.starts_with("<nix/")
    }

    /// The text of this line, if it is quoted here.
    fn quote<'l>(&self, excerpt: &'l str) -> Option<&'l str> {
        let (number, text) = excerpt.split_once('|')?;
        (number.trim().parse() == Ok(self.line)).then_some(text.trim())
    }
}

fn places<'l>(lines: &'l [&'l str]) -> impl Iterator<Item = Place<'l>> {
    lines.iter().filter_map(|line| Place::of(line))
}

/// Which of the source trees that Nix speaks of is the workspace's.
struct Sources<'a> {
    tree: SourceTree<'a>,
    /// The copies in the store that are, and that are not.
    own: BTreeSet<String>,
    others: BTreeSet<String>,
}

impl<'a> Sources<'a> {
    fn of(lines: &[&str], tree: SourceTree<'a>) -> Self {
        let mut sources = Self {
            tree,
            own: BTreeSet::new(),
            others: BTreeSet::new(),
        };
        let files = RefCell::new(BTreeMap::new());
        let has_line = |file: &str, number: usize, text: &str| {
            let mut files = files.borrow_mut();
            let content: &Option<String> = files
                .entry(file.to_owned())
                .or_insert_with(|| (tree.read)(file));
            let line = content.as_ref().and_then(|content| {
                let line = content.lines().nth(number.checked_sub(1)?)?;
                Some(line.trim().to_owned())
            });
            // Behind the last line is the end of the file.
            line.map_or_else(|| content.is_some() && text.is_empty(), |line| line == text)
        };
        for (index, line) in lines.iter().enumerate() {
            let Some(place) = Place::of(line) else {
                continue;
            };
            let Some((source, file)) = copied_source(place.path) else {
                continue;
            };
            let mut excerpt = lines[index + 1..]
                .iter()
                .take_while(|line| is_excerpt(line));
            let Some(text) = excerpt.find_map(|line| place.quote(line)) else {
                continue;
            };
            if has_line(file, place.line, text) {
                sources.own.insert(source.to_owned());
            } else {
                sources.others.insert(source.to_owned());
            }
        }
        // A short line such as `}` may stand in the same place of both: the source has all of the lines.
        sources
            .own
            .retain(|source| !sources.others.contains(source));
        sources
    }

    fn is_own(&self, place: &Place<'_>) -> bool {
        if let Some((source, _)) = copied_source(place.path) {
            return self.is_own_copy(source);
        }
        self.below_root(place.path).is_some()
    }

    /// Where no line is quoted, the copy can be told from no other.
    fn is_own_copy(&self, source: &str) -> bool {
        self.own.contains(source) || (self.own.is_empty() && !self.others.contains(source))
    }

    fn below_root<'p>(&self, path: &'p str) -> Option<&'p str> {
        let below = path.strip_prefix(self.tree.root)?.strip_prefix('/')?;
        (!self.tree.root.is_empty()).then_some(below)
    }

    /// A text in which files of the source are named as a person in the workspace would.
    fn in_workspace(&self, text: &str) -> String {
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('/') {
            let (before, path) = rest.split_at(at);
            result.push_str(before);
            let begins =
                !before.ends_with(|last: char| last.is_alphanumeric() || "._-~".contains(last));
            let file = if begins { self.own_file(path) } else { None };
            rest = match file {
                Some(file) => self.named_from_workspace(file, &mut result),
                None => {
                    // What is within a path begins no other.
                    let end = path.find(|c: char| !is_path_character(c));
                    let (path, behind) = path.split_at(end.unwrap_or(path.len()));
                    result.push_str(path);
                    behind
                }
            };
        }
        result.push_str(rest);
        result
    }

    /// What a text that begins with a path has behind the root of the source.
    fn own_file<'p>(&self, path: &'p str) -> Option<&'p str> {
        if let Some((source, file)) = copied_source(path) {
            return self.is_own_copy(source).then_some(file);
        }
        self.below_root(path)
    }

    /// Says the way from the workspace to a file of the source, and gives back its name.
    fn named_from_workspace<'p>(&self, file: &'p str, result: &mut String) -> &'p str {
        if self.tree.workspace.is_empty() {
            return file;
        }
        let below = file.strip_prefix(self.tree.workspace);
        if let Some(file) = below.and_then(|below| below.strip_prefix('/')) {
            return file;
        }
        let up = self.tree.workspace.split('/').map(|_| "../");
        result.extend(up);
        file
    }
}

fn is_path_character(character: char) -> bool {
    character.is_alphanumeric() || "/._-+~".contains(character)
}

/// `/nix/store/HASH-source/flake.nix` → `/nix/store/HASH-source` and `flake.nix`.
fn copied_source(path: &str) -> Option<(&str, &str)> {
    let end = path.find(|character| !is_path_character(character));
    let at = path[..end.unwrap_or(path.len())].find("-source/")?;
    let (folder, hash) = path[..at].rsplit_once('/')?;
    let is_hash = hash.len() == 32 && hash.chars().all(|c| c.is_ascii_alphanumeric());
    let source = &path[..at + "-source".len()];
    (is_hash && folder.starts_with('/')).then(|| (source, &path[at + "-source/".len()..]))
}

#[cfg(test)]
mod tests;

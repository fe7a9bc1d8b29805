//! Takes out of an output what is different each time, so that the rest can be compared.

/// One kind of thing to take out.
#[derive(Clone, Debug)]
pub(crate) enum Redactor {
    /// This text, such as the path of a temporary folder, becomes that one.
    Text { from: String, to: &'static str },
    /// The hash of a store path becomes `[HASH]`.
    StoreHashes,
    /// `[   0.312s]` becomes `[DURATION]`, and the milliseconds of a JSON line 0.
    Durations,
    /// The folder of a run's logs, which is named after the workspace, time and process, becomes `[RUN]`.
    RunFolders,
    /// `sleep (4711)` becomes `sleep ([PID])`.
    ProcessIds,
}

/// In the order in which they are applied.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redactions(Vec<Redactor>);

impl Redactions {
    /// Those that every output needs.
    pub(crate) fn usual() -> Self {
        use Redactor::{Durations, ProcessIds, RunFolders, StoreHashes};
        Self(vec![StoreHashes, Durations, RunFolders, ProcessIds])
    }

    /// Texts go first, and the longest first: one may be in another.
    pub(crate) fn with_text(mut self, from: impl Into<String>, to: &'static str) -> Self {
        self.0.push(Redactor::Text {
            from: from.into(),
            to,
        });
        self.0.sort_by_key(|redactor| match redactor {
            Redactor::Text { from, .. } => (0, usize::MAX - from.len()),
            _ => (1, 0),
        });
        self
    }

    pub(crate) fn apply(&self, text: &str) -> String {
        self.0
            .iter()
            .fold(text.to_owned(), |text, redactor| redactor.apply(&text))
    }
}

impl Redactor {
    fn apply(&self, text: &str) -> String {
        match self {
            Self::Text { from, to } => text.replace(from, to),
            Self::StoreHashes => replaced(text, "[HASH]", store_hash),
            Self::Durations => {
                let text = replaced(text, "[DURATION]", duration);
                replaced(&text, "\"milliseconds\":0", milliseconds)
            }
            Self::RunFolders => replaced(text, "[RUN]", run_folder),
            Self::ProcessIds => replaced(text, "([PID])", process_id),
        }
    }
}

/// Replaces what `find` finds: the length of a match at the beginning of a text, given the text before.
fn replaced(text: &str, with: &str, find: impl Fn(&str, &str) -> Option<usize>) -> String {
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        if let Some(length) = find(&text[..at], &text[at..]) {
            result.push_str(with);
            at += length;
        } else {
            result.push(next);
            at += next.len_utf8();
        }
    }
    result
}

fn leading(text: &str, is_part: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| is_part(*byte)).count()
}

fn store_hash(before: &str, text: &str) -> Option<usize> {
    let length = leading(text, |byte| {
        byte.is_ascii_digit() || byte.is_ascii_lowercase()
    });
    (before.ends_with("/store/") && length == 32 && text[length..].starts_with('-'))
        .then_some(length)
}

fn duration(_: &str, text: &str) -> Option<usize> {
    let inside = text.strip_prefix('[')?.trim_start_matches(' ');
    let whole = leading(inside, |byte| byte.is_ascii_digit());
    let fraction = inside[whole..].strip_prefix('.')?;
    let is_one = whole > 0 && leading(fraction, |byte| byte.is_ascii_digit()) == 3;
    let rest = fraction.get(3..)?.strip_prefix("s]")?;
    is_one.then_some(text.len() - rest.len())
}

fn milliseconds(_: &str, text: &str) -> Option<usize> {
    const KEY: &str = "\"milliseconds\":";
    let digits = leading(text.strip_prefix(KEY)?, |byte| byte.is_ascii_digit());
    (digits > 0).then_some(KEY.len() + digits)
}

/// `WORKSPACE/0000000000000-4711` below the folder of all runs.
fn run_folder(before: &str, text: &str) -> Option<usize> {
    let workspace = text.find('/')? + 1;
    let run = &text[workspace..];
    let time = leading(run, |byte| byte.is_ascii_digit());
    let process = leading(run[time..].strip_prefix('-')?, |byte| byte.is_ascii_digit());
    let is_one = before.ends_with("/runs/") && time == 13 && process > 0;
    is_one.then_some(workspace + time + 1 + process)
}

fn process_id(before: &str, text: &str) -> Option<usize> {
    let digits = leading(text.strip_prefix('(')?, |byte| byte.is_ascii_digit());
    let is_one = digits > 1 && text[digits + 1..].starts_with(')') && before.ends_with(' ');
    is_one.then_some(digits + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Redactions::usual().apply(text), expected);
    }

    #[test]
    fn what_differs_each_time_is_taken_out() {
        check(
            "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-a.drv",
            "/nix/store/[HASH]-a.drv",
        );
        check("PASS [   0.312s] a", "PASS [DURATION] a");
        check("PASS [  12.000s] a", "PASS [DURATION] a");
        check(r#"{"milliseconds":123,"#, r#"{"milliseconds":0,"#);
        check("/runs/w/1763826000000-77/a.log", "/runs/[RUN]/a.log");
        check(
            "left: sleep (123), ü (45)",
            "left: sleep ([PID]), ü ([PID])",
        );
    }

    #[test]
    fn what_is_like_it_stays() {
        for text in [
            "/nix/store/abc-a",
            "[0.3s]",
            "[         ] a",
            "f(12)",
            "(a)",
            "1763826000000-77",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn the_longer_text_goes_first() {
        let redactions = Redactions::default()
            .with_text("/tmp/x", "[ROOT]")
            .with_text("/tmp/x/folder", "[WORKSPACE]");
        assert_eq!(
            redactions.apply("/tmp/x/folder/a /tmp/x/b"),
            "[WORKSPACE]/a [ROOT]/b"
        );
    }
}

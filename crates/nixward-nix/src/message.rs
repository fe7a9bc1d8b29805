//! Makes of what Nix prints what a person wants to read.

/// How many lines are shown of a standard error without an error in it.
const MOST_LINES_WITHOUT_ERROR: usize = 30;

/// The error in Nix's standard error: from the last `error:` on, without control sequences, and with store paths of
/// the flake's source cut to paths in the source.
pub fn error_message(stderr: &str) -> String {
    let plain = strip_ansi_escapes::strip_str(stderr);
    let lines: Vec<&str> = plain.lines().collect();
    let is_error = |line: &&str| line.trim_start().starts_with("error:");
    let Some(start) = lines.iter().rposition(is_error) else {
        // Something ended Nix before it could say more; what it said last is nearest to that.
        let last = lines.len().saturating_sub(MOST_LINES_WITHOUT_ERROR);
        return in_source(lines[last..].join("\n").trim());
    };
    let indent = lines[start].len() - lines[start].trim_start().len();
    let mut error = without_own_expression(&lines[start..]);
    if !error.iter().any(|line| is_place(line)) {
        // An error without a place of its own is about what Nix was doing last.
        error.extend(innermost_frame(&lines[..start]));
    }
    let text: Vec<&str> = error.iter().map(|line| dedent(line, indent)).collect();
    in_source(text.join("\n").trim().trim_start_matches("error:").trim())
}

/// The frame of a trace that is nearest to the error and lies in the flake, not in nixward's own question.
fn innermost_frame<'a>(trace: &[&'a str]) -> Vec<&'a str> {
    let is_frame = |line: &&str| line.trim_start().starts_with('…');
    let mut end = trace.len();
    while let Some(start) = trace[..end].iter().rposition(is_frame) {
        let frame = &trace[start..end];
        let place = frame.iter().find(|line| is_place(line));
        if place.is_some_and(|place| !place.contains("«string»")) {
            return frame.to_vec();
        }
        end = start;
    }
    Vec::new()
}

fn is_place(line: &str) -> bool {
    line.trim_start().starts_with("at ")
}

/// The same with the trace that leads to it.
pub fn error_with_trace(stderr: &str) -> String {
    let plain = strip_ansi_escapes::strip_str(stderr);
    let start = plain.find("error:").unwrap_or_default();
    in_source(plain[start..].trim_start_matches("error:").trim())
}

/// What Nix warned of, apart from what is always so in a working tree, or by the inputs that the person overrides.
pub fn warnings(stderr: &str, overridden_inputs: &[&str]) -> Vec<String> {
    let plain = strip_ansi_escapes::strip_str(stderr);
    let lock_is_fine = only_overridden_differ(&plain, overridden_inputs);
    let warnings = plain
        .lines()
        .filter_map(|line| line.strip_prefix("warning: "));
    warnings
        .filter(|text| !is_expected(text))
        .filter(|text| !(lock_is_fine && is_about_the_lock(text)))
        .map(in_nixwards_words)
        .collect()
}

/// Whether Nix took inputs that no lock names, other than those that were overridden.
pub fn lock_is_incomplete(stderr: &str, overridden_inputs: &[&str]) -> bool {
    let plain = strip_ansi_escapes::strip_str(stderr);
    let mut warnings = plain
        .lines()
        .filter_map(|line| line.strip_prefix("warning: "));
    warnings.any(is_about_the_lock) && !only_overridden_differ(&plain, overridden_inputs)
}

/// Whether an error, as [`error_message`] gives it, is one that the flake makes by itself and makes again each time:
/// neither the network nor a build nor the machine has a part in it.
pub fn is_the_flakes_own(message: &str) -> bool {
    const BEGINNINGS: [&str; 7] = [
        "evaluation aborted with the following error message",
        "infinite recursion encountered",
        "undefined variable ",
        "attempt to call something which is not a function",
        "cannot coerce ",
        "expected a ",
        "syntax error",
    ];
    let first = message.lines().next().unwrap_or_default();
    let is_missing_attribute = first.starts_with("attribute '") && first.ends_with("' missing");
    is_missing_attribute || BEGINNINGS.iter().any(|text| first.starts_with(text))
}

/// Whether an error says that something could not be downloaded: the network or an address is at fault, and not what
/// the flake says of its projects.
pub fn is_about_a_download(message: &str) -> bool {
    message.contains("unable to download '")
}

/// Whether an error says that there was no memory left: something else may have taken it.
pub fn is_about_memory(message: &str) -> bool {
    message == "out of memory" || message.contains("Cannot allocate memory")
}

fn is_about_the_lock(warning: &str) -> bool {
    warning.starts_with("not writing modified lock file")
}

/// Whether the lock that Nix would have written differs by nothing but overridden inputs and what these bring along.
/// Nix lists the differences as `• Updated input 'nixpkgs':`; one that is added is in no lock at all.
fn only_overridden_differ(stderr: &str, overridden_inputs: &[&str]) -> bool {
    let is_overridden = |difference: &str| {
        let mut parts = difference.split('\'');
        let (change, input) = (parts.next()?, parts.next()?);
        overridden_inputs.iter().find_map(|overridden| {
            let below = input.strip_prefix(overridden)?;
            let is_itself = below.is_empty() && change == "Updated input ";
            (is_itself || below.starts_with('/')).then_some(())
        })
    };
    let differences = stderr.lines().filter_map(|line| line.strip_prefix("• "));
    let mut differences = differences.peekable();
    differences.peek().is_some()
        && differences.all(|difference| is_overridden(difference).is_some())
}

/// A warning that goes on over several lines, as one sentence with what to do.
fn in_nixwards_words(warning: &str) -> String {
    if is_about_the_lock(warning) {
        return "flake.lock is missing or does not fit flake.nix; to write it: nix flake lock"
            .to_owned();
    }
    if warning.starts_with("ignoring untrusted flake configuration") {
        return format!(
            "{} (to accept it: --accept-flake-config)",
            warning.trim_end_matches('.')
        );
    }
    warning.to_owned()
}

/// Excerpts of nixward's own question say nothing about the flake.
fn without_own_expression<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let mut inside = false;
    let is_of_the_flake = |line: &&&str| {
        let text = line.trim_start();
        let is_excerpt = text
            .trim_start_matches(|character: char| character.is_ascii_digit())
            .starts_with('|');
        inside = text.starts_with("at «string»") || (inside && is_excerpt);
        !inside
    };
    lines.iter().filter(is_of_the_flake).copied().collect()
}

fn is_expected(warning: &str) -> bool {
    warning.contains("' is dirty")
        || warning.contains("SQLite database")
        || warning.contains("is busy")
}

fn dedent(line: &str, indent: usize) -> &str {
    let leading = line.len() - line.trim_start_matches(' ').len();
    &line[leading.min(indent)..]
}

/// `/nix/store/HASH-source/flake.nix` → `flake.nix`.
fn in_source(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("-source/") {
        let head = &rest[..at];
        let cut = head
            .rfind('/')
            .filter(|slash| head.len() - slash - 1 == 32)
            .and_then(|slash| {
                let store = head[..slash].rfind(|character: char| {
                    !(character.is_ascii_alphanumeric() || "/_-.".contains(character))
                });
                let begin = store.map_or(0, |index| {
                    index + head[index..].chars().next().map_or(1, char::len_utf8)
                });
                head[begin..].starts_with('/').then_some(begin)
            });
        match cut {
            Some(begin) => result.push_str(&rest[..begin]),
            None => result.push_str(&rest[..at + "-source/".len()]),
        }
        rest = &rest[at + "-source/".len()..];
    }
    result.push_str(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_error_counts() {
        let stderr = "warning: Git tree '/w' is dirty\nerror:\n       … while evaluating a thing\n         at /nix/store/\
                      0123456789abcdfghijklmnpqrsvwxyz-source/flake.nix:3:5:\n\n       error: attribute 'x' missing\n       \
                      at /nix/store/0123456789abcdfghijklmnpqrsvwxyz-source/packages/a/default.nix:1:2:\n            1| {\n";
        assert_eq!(
            error_message(stderr),
            "attribute 'x' missing\nat packages/a/default.nix:1:2:\n     1| {"
        );
    }

    #[test]
    fn nixwards_own_question_is_not_quoted() {
        let stderr = "error: it has no drvPath\nat «string»:82:25:\n    81|\n    82| x\n      | ^\nat flake.nix:1:2\n";
        assert_eq!(error_message(stderr), "it has no drvPath\nat flake.nix:1:2");
    }

    #[test]
    fn an_error_without_a_place_is_shown_with_the_innermost_frame() {
        let stderr = "error:\n       … while calling\n         at «string»:1:2:\n            1| x\n\n       … while evaluating the condition \
                      of the assertion '(1 == 2)'\n         at outputs.nix:3:5:\n            3| y\n\n       … in something\n         at \
                      «string»:4:4:\n\n       error: an integer with value '1' is not equal to an integer with value '2'\n";
        assert_eq!(
            error_message(stderr),
            "an integer with value '1' is not equal to an integer with value '2'\n… while evaluating the condition of \
             the assertion '(1 == 2)'\n  at outputs.nix:3:5:\n     3| y"
        );
    }

    #[test]
    fn control_sequences_are_taken_out() {
        assert_eq!(
            error_message("\u{1b}[31;1merror:\u{1b}[0m something \u{1b}[35;1mred\u{1b}[0m"),
            "something red"
        );
    }

    #[test]
    fn without_an_error_everything_is_shown() {
        assert_eq!(error_message("Killed\n"), "Killed");
    }

    #[test]
    fn only_source_paths_are_cut() {
        assert_eq!(
            in_source("see /nix/store/abc-source/x and my-source/y"),
            "see /nix/store/abc-source/x and my-source/y"
        );
        assert_eq!(
            in_source("'/nix/store/0123456789abcdfghijklmnpqrsvwxyz-source/x'"),
            "'x'"
        );
    }

    #[test]
    fn a_missing_lock_is_said_with_what_to_do() {
        let stderr = "warning: not writing modified lock file of flake 'git+file:///w':\n• Added input 'a':\n";
        assert!(warnings(stderr, &[])[0].contains("nix flake lock"));
    }

    #[test]
    fn downloads_that_fail_are_known() {
        let said = "unable to download 'https://a.org/x': Could not resolve host: a.org (6)";
        assert!(is_about_a_download(said));
        let within = format!("Failed to open archive (Source threw exception: error: {said})");
        assert!(is_about_a_download(&within));
        assert!(!is_about_a_download("attribute 'download' missing"));
    }

    #[test]
    fn memory_that_ran_out_is_known() {
        let stderr = "GC Warning: Out of Memory! Heap size: 704 MiB. Returning NULL!\nerror: out of memory\n";
        assert!(is_about_memory(&error_message(stderr)));
        assert!(is_about_memory("unable to fork: Cannot allocate memory"));
        assert!(!is_about_memory("the printer is out of memory"));
    }

    #[test]
    fn an_override_does_not_make_the_lock_wrong() {
        let stderr = "warning: not writing modified lock file of flake 'git+file:///w':\n\
             • Updated input 'nixpkgs':\n    'github:a/b' (2026-08-20)\n  → 'path:/n' (2026-11-22)\n\
             • Added input 'nixpkgs/systems':\n    'github:c/d'\n";
        assert!(warnings(stderr, &["nixpkgs"]).is_empty());
        assert_eq!(warnings(stderr, &["nix"]).len(), 1);
        assert_eq!(warnings(stderr, &[]).len(), 1);
        assert_eq!(
            warnings(&stderr.replace("Updated", "Added"), &["nixpkgs"]).len(),
            1
        );
        let another_too = format!("{stderr}• Removed input 'nixpkgs-old'\n");
        assert_eq!(warnings(&another_too, &["nixpkgs"]).len(), 1);
    }

    #[test]
    fn a_trace_begins_with_the_first_error() {
        let stderr = "warning: x\nerror:\n       … while evaluating\n\n       error: attribute 'x' missing\n";
        assert_eq!(
            error_with_trace(stderr),
            "… while evaluating\n\n       error: attribute 'x' missing"
        );
    }

    #[test]
    fn a_dirty_tree_is_no_news() {
        let stderr =
            "warning: Git tree '/w' is dirty\nwarning: ignoring untrusted substituter 'x'\n";
        assert_eq!(
            warnings(stderr, &[]),
            ["ignoring untrusted substituter 'x'"]
        );
    }

    #[test]
    fn errors_that_the_flake_makes_by_itself() {
        for message in [
            "evaluation aborted with the following error message: 'no'\n  at flake.nix:1:2",
            "infinite recursion encountered",
            "attribute 'x' missing\n at flake.nix:3:4:",
            "undefined variable 'pkgs'",
        ] {
            assert!(is_the_flakes_own(message), "{message}");
        }
        for message in [
            "",
            "Cannot build '/nix/store/x.drv'",
            "unable to download 'https://example.com'",
            "cannot allocate memory",
            "the attribute 'x' missing",
        ] {
            assert!(!is_the_flakes_own(message), "{message}");
        }
    }
}

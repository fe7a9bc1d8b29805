//! What Nix warned of, and what kind of error a message is about. What is shown of an error, `trace.rs` says.

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

/// Whether the message of an error is one that the flake makes by itself and makes again each time:
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

/// Whether an error says that Nix's daemon is not there, or has gone: neither is the flake at fault.
pub fn is_about_the_daemon(message: &str) -> bool {
    message.contains("cannot connect to socket at '")
        || message.contains("Nix daemon disconnected unexpectedly")
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

fn is_expected(warning: &str) -> bool {
    warning.contains("' is dirty")
        || warning.contains("SQLite database")
        || warning.contains("is busy")
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_daemon_that_is_gone_is_known() {
        for said in [
            "cannot connect to socket at '/nix/var/nix/daemon-socket/socket': Connection refused",
            "error: Nix daemon disconnected unexpectedly (maybe it crashed?)",
        ] {
            assert!(is_about_the_daemon(said), "{said}");
        }
        assert!(!is_about_the_daemon("attribute 'daemon' missing"));
    }

    #[test]
    fn memory_that_ran_out_is_known() {
        assert!(is_about_memory("out of memory"));
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

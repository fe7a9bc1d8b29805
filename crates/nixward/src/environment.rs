//! What nixward reads from its environment, apart from the `NIXWARD_*` variables that stand for options (those are
//! declared with the options). A variable that is set to nothing counts as one that is not set, here and there:
//!
//! - `PATH`, `HOME`: to find `nix` and container engines;
//! - `XDG_CACHE_HOME`, `XDG_STATE_HOME`: where caches and logs are kept;
//! - `XDG_CONFIG_HOME`, `XDG_CONFIG_DIRS`, `XDG_DATA_HOME`, and those of Nix that `settings_files.rs` in `nixward-nix`
//!   lists: where settings of Nix are that evaluations depend on;
//! - `TMPDIR`: where private folders of tests are made;
//! - `NO_COLOR`, `CLICOLOR_FORCE`, `TERM`, `CI`: whether there are colours and progress;
//! - `TERM`, `TMUX`, `XTERM_VERSION`: what the terminal does with lines when it is made narrower;
//! - `GITHUB_ACTIONS`, `GITHUB_STEP_SUMMARY`, `GITLAB_CI`: whose log the report is in, and where a summary goes;
//! - `SHELL`: which bash an interactive shell is.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::PathBuf,
};

use nixward_report::human::Reflow;

/// The environment, read once.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    pub(crate) variables: Vec<(OsString, OsString)>,
}

/// Whose log standard error goes to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Log {
    Github,
    Gitlab,
    Other,
}

/// Asked for also where nothing else of the environment was looked at, as when an error comes first.
pub(crate) fn log() -> Log {
    let is = |name: &str| env::var_os(name).is_some_and(|value| value == "true");
    if is("GITHUB_ACTIONS") {
        Log::Github
    } else if is("GITLAB_CI") {
        Log::Gitlab
    } else {
        Log::Other
    }
}

impl Environment {
    pub(crate) fn read() -> Self {
        Self {
            variables: env::vars_os().collect(),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&OsStr> {
        let found = self
            .variables
            .iter()
            .find(|(there, _)| there.as_os_str() == name);
        found
            .map(|(_, value)| value.as_os_str())
            .filter(|value| !value.is_empty())
    }

    pub(crate) fn home(&self) -> Option<PathBuf> {
        self.get("HOME").map(PathBuf::from)
    }

    /// Where what can be made again is kept.
    pub(crate) fn cache_folder(&self) -> PathBuf {
        self.folder("XDG_CACHE_HOME", ".cache")
    }

    /// Where logs are kept.
    pub(crate) fn state_folder(&self) -> PathBuf {
        self.folder("XDG_STATE_HOME", ".local/state")
    }

    fn folder(&self, variable: &str, in_home: &str) -> PathBuf {
        let base = match (self.get(variable), self.home()) {
            (Some(folder), _) => PathBuf::from(folder),
            (None, Some(home)) => home.join(in_home),
            // Nobody's services have no home; what is kept then lasts as long as the temporary folder.
            (None, None) => env::temp_dir(),
        };
        base.join("nixward")
    }

    pub(crate) fn temporary_folder(&self) -> PathBuf {
        env::temp_dir()
    }

    /// What the terminal does with lines when it is made narrower. Those that leave them alone are few and old.
    pub(crate) fn reflow(&self) -> Reflow {
        const LEAVE_THEM: [&str; 4] = ["linux", "rxvt", "screen", "st-"];
        let term = self.get("TERM").and_then(OsStr::to_str).unwrap_or_default();
        let is_xterm = self.get("XTERM_VERSION").is_some();
        let is_one = LEAVE_THEM.iter().any(|name| term.starts_with(name));
        // Which calls itself `screen`, and is none.
        let is_tmux = self.get("TMUX").is_some();
        if (is_xterm || is_one) && !is_tmux {
            Reflow::Cuts
        } else {
            Reflow::Breaks
        }
    }

    /// Whether a person is unlikely to watch.
    pub(crate) fn is_plain(&self) -> bool {
        self.get("CI").is_some() || self.get("TERM").is_some_and(|term| term == "dumb")
    }
}

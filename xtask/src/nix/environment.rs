//! What a process needs around it to use the Nix that was found or made.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use crate::{process::shell_quoted, workspace};

/// Whether `nix/hostpkgs` works with a Nix. nixward itself takes any.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum HostpkgsFit {
    Fits,
    /// With the reason, which completes "this Nix …".
    Unfit(String),
}

/// A usable Nix.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    /// As `nix --version` says it: `nix (Nix) 2.26.3`.
    pub(crate) version: String,
    /// The folder with `nix`, `nix-store` and the other names.
    pub(crate) programs: PathBuf,
    /// The folder with its nix.conf, if that is not where it looks by itself.
    pub(crate) configuration: Option<PathBuf>,
    pub(crate) hostpkgs: HostpkgsFit,
}

impl Environment {
    /// The variables to set, `PATH` among them.
    pub(crate) fn variables(&self) -> Vec<(OsString, OsString)> {
        let mut path = self.programs.as_os_str().to_os_string();
        if let Some(before) = std::env::var_os("PATH") {
            if std::env::split_paths(&before)
                .next()
                .is_some_and(|first| first == self.programs)
            {
                path = before;
            } else {
                path.push(":");
                path.push(before);
            }
        }
        let mut variables = vec![("PATH".into(), path)];
        if let Some(configuration) = &self.configuration {
            variables.push(("NIX_CONF_DIR".into(), configuration.into()));
            // A personal nix.conf would be merged over ours: with `sandbox = true` in it hostpkgs builds nothing.
            variables.push(("NIX_USER_CONF_FILES".into(), OsString::new()));
        }
        variables
    }

    /// Whether it was made here, from Debian's packages, and is nobody's else.
    pub(crate) fn is_private(&self) -> bool {
        self.configuration.is_some()
    }

    /// Lines for `eval` in a POSIX shell, where `PATH` grows rather than being replaced.
    pub(crate) fn as_shell_commands(&self) -> String {
        let path = format!(
            "export PATH={}:\"$PATH\"\n",
            shell_quoted(self.programs.as_os_str())
        );
        let others = self
            .variables()
            .into_iter()
            .filter(|(name, _)| name != "PATH");
        others.fold(path, |lines, (name, value)| {
            lines + &format!("export {}={}\n", name.display(), shell_quoted(&value))
        })
    }

    /// What it is, and how to use it.
    pub(crate) fn for_people(&self) -> String {
        let place = workspace::for_people(&self.programs);
        let use_it = "  one command:  cargo xtask nix -- nix --version\n  \
                      this shell:   eval \"$(cargo xtask nix --print-env)\"\n";
        format!("{} in {place}\n{use_it}", self.version)
    }

    /// The sentence about a Nix that hostpkgs cannot use.
    pub(crate) fn misfit_for_people(&self) -> String {
        let HostpkgsFit::Unfit(reason) = &self.hostpkgs else {
            return String::new();
        };
        format!(
            "{} in {} {reason}: fine for nixward, but not for nix/hostpkgs, which the examples and tests are built \
             with (`--suite trixie` makes a Nix beside it that is)",
            self.version,
            self.programs.display(),
        )
    }

    /// A program of this Nix.
    pub(crate) fn program(&self, name: impl AsRef<Path>) -> PathBuf {
        self.programs.join(name)
    }
}

/// `PATH` as it is, for looking programs up.
pub(crate) fn search_path() -> OsString {
    std::env::var_os("PATH").unwrap_or_else(|| OsStr::new("/usr/bin:/bin").into())
}

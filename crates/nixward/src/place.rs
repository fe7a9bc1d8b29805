//! Where nixward was called and which workspace is there: all that is known before Nix is looked for.

use std::{io, path::PathBuf};

use nixward_nix::tool::NixFlags;

use crate::{
    console_output,
    discovery::{self, Discovered},
    environment::Environment,
    error::{CliError, ErrorKind},
    evaluation::EarlyLook,
    settings::GlobalSettings,
    threads,
};

/// A workspace that was found, and from where.
pub(crate) struct Place {
    pub(crate) environment: Environment,
    /// The folder to start in, which `-C` may say.
    pub(crate) cwd: PathBuf,
    pub(crate) discovered: Discovered,
    /// A look at the source tree that goes on.
    pub(crate) early_look: Option<EarlyLook>,
}

/// Whether the source tree is looked at as soon as it is known where it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Looking {
    Early,
    OnlyIfNeeded,
}

impl Looking {
    /// What is wise for the flags that Nix will be given.
    pub(crate) fn for_flags(flags: &NixFlags) -> Self {
        if flags.no_eval_cache || flags.impure {
            Self::OnlyIfNeeded
        } else {
            Self::Early
        }
    }
}

impl Place {
    pub(crate) fn find(settings: &GlobalSettings, looking: Looking) -> Result<Self, CliError> {
        if looking == Looking::Early {
            // They are there when they are needed.
            threads::start();
        }
        let environment = Environment::read();
        let cwd = starting_folder(settings)?;
        let styled = console_output::stderr_styles(settings.color, &environment).enabled;
        let mut found = discovery::find(&cwd, styled)?;
        let early_look = match looking {
            Looking::Early => found.source(&environment.cache_folder()),
            Looking::OnlyIfNeeded => None,
        };
        let early_look = early_look.map(EarlyLook::start);
        let discovered = found.complete()?;
        Ok(Self {
            environment,
            cwd,
            discovered,
            early_look,
        })
    }
}

/// The folder to start in.
pub(crate) fn starting_folder(settings: &GlobalSettings) -> Result<PathBuf, CliError> {
    let folder = settings
        .directory
        .clone()
        .unwrap_or_else(|| PathBuf::from("."));
    fs_err::canonicalize(&folder).map_err(|error| {
        let message = format!("cannot start in the folder {}", folder.display());
        let cause = match error.kind() {
            io::ErrorKind::NotFound => "there is no such folder".to_owned(),
            kind => kind.to_string(),
        };
        CliError::new(ErrorKind::Usage, message).cause(cause)
    })
}

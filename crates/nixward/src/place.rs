//! Where nixward was called and which workspace is there: all that is known before Nix is looked for.

use std::path::PathBuf;

use crate::{
    console_output,
    discovery::{self, Discovered},
    environment::Environment,
    error::{CliError, ErrorKind},
    settings::GlobalSettings,
};

/// A workspace that was found, and from where.
pub(crate) struct Place {
    pub(crate) environment: Environment,
    /// The folder to start in, which `-C` may say.
    pub(crate) cwd: PathBuf,
    pub(crate) discovered: Discovered,
}

impl Place {
    pub(crate) fn find(settings: &GlobalSettings) -> Result<Self, CliError> {
        let environment = Environment::read();
        let folder = settings
            .directory
            .clone()
            .unwrap_or_else(|| PathBuf::from("."));
        let cwd = fs_err::canonicalize(&folder).map_err(|error| {
            let message = format!("cannot start in the folder {}", folder.display());
            CliError::new(ErrorKind::Usage, message).cause(error.kind().to_string())
        })?;
        let styled = console_output::stderr_styles(settings.color, &environment).enabled;
        let discovered = discovery::discover(&cwd, styled)?;
        Ok(Self {
            environment,
            cwd,
            discovered,
        })
    }
}

//! The Nix that whoever runs the tests has.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use crate::skip::skipped;

/// A real `nix`, with what it must find in its environment.
#[derive(Clone, Debug)]
pub struct RealNix {
    program: PathBuf,
    environment: Vec<(OsString, OsString)>,
    version: String,
}

/// What a Nix may be told by its environment, and what its builders may need to reach the network.
const PASSED_ON: [&str; 29] = [
    "NIX_CONF_DIR",
    "NIX_USER_CONF_FILES",
    "NIX_REMOTE",
    "NIX_STORE_DIR",
    "NIX_STATE_DIR",
    "NIX_LOG_DIR",
    "NIX_LOCALSTATE_DIR",
    "NIX_SSL_CERT_FILE",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "CARGO_HOME",
    "CARGO_HTTP_CAINFO",
    "GOPROXY",
    "NODE_EXTRA_CA_CERTS",
    "NPM_CONFIG_REGISTRY",
    "NPM_CONFIG_USERCONFIG",
    "PIP_CERT",
    "PIP_CONFIG_FILE",
    "PIP_DEFAULT_TIMEOUT",
    "PIP_FIND_LINKS",
    "PIP_INDEX_URL",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
];

/// The first Nix in which all of the fixtures work; nixward itself supports older ones.
const OLDEST_FOR_FIXTURES: (u32, u32) = (2, 26);

/// The `nix` on the caller's PATH; nothing (and a line that says so) where there is none that can build the fixtures.
/// With `NIXWARD_TEST_NIX=required` its absence is a failure, with `none` it is as if there were none.
pub fn real_nix() -> Option<RealNix> {
    static FOUND: OnceLock<Result<RealNix, String>> = OnceLock::new();
    match FOUND.get_or_init(find) {
        Ok(nix) => Some(nix.clone()),
        Err(why) if env::var_os("NIXWARD_TEST_NIX").is_some_and(|value| value == "required") => {
            panic!("NIXWARD_TEST_NIX=required, but {why}")
        }
        Err(why) => {
            skipped(why);
            None
        }
    }
}

/// A real Nix that nixward is too new for, at the place that `NIXWARD_TEST_OLD_NIX` says; nothing (and a line that says
/// so) where there is none. With `NIXWARD_TEST_NIX=required` the variable must be there; it is empty where no such Nix
/// can be had.
pub fn old_nix() -> Option<RealNix> {
    let program = env::var_os("NIXWARD_TEST_OLD_NIX");
    let required = env::var_os("NIXWARD_TEST_NIX").is_some_and(|value| value == "required");
    assert!(
        program.is_some() || !required,
        "NIXWARD_TEST_NIX=required, but NIXWARD_TEST_OLD_NIX does not say where an old one is: cargo xtask nix --suite bookworm"
    );
    let Some(program) = program.filter(|program| !program.is_empty()) else {
        skipped("NIXWARD_TEST_OLD_NIX names no Nix; `cargo xtask nix --suite bookworm` makes one");
        return None;
    };
    let output = Command::new(&program).arg("--version").output();
    let output = output.expect("the old Nix can be started");
    Some(RealNix {
        program: program.into(),
        environment: Vec::new(),
        version: String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    })
}

impl RealNix {
    /// Where it is.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The variables by which it finds its configuration.
    pub fn environment(&self) -> &[(OsString, OsString)] {
        &self.environment
    }

    /// What it says when asked for its version: `nix (Nix) 2.34.8`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether it is at least this release.
    pub fn is_at_least(&self, major: u32, minor: u32) -> bool {
        release(&self.version).is_some_and(|release| release >= (major, minor))
    }

    /// Runs it for a test's own purposes.
    ///
    /// # Panics
    /// Where it fails.
    pub fn run(&self, args: &[&str]) -> String {
        let output = Command::new(&self.program)
            .args(["--extra-experimental-features", "nix-command flakes"])
            .args(args)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .output()
            .expect("nix can be started");
        assert!(
            output.status.success(),
            "nix {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("nix prints text")
    }
}

fn find() -> Result<RealNix, String> {
    if env::var_os("NIXWARD_TEST_NIX").is_some_and(|value| value == "none") {
        return Err("NIXWARD_TEST_NIX=none".to_owned());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let program = env::split_paths(&path)
        .map(|folder| folder.join("nix"))
        .find(|program| program.is_file())
        .ok_or("there is no nix on PATH")?;
    let said = |args: &[&str]| -> Result<String, String> {
        let output = Command::new(&program).args(args).output();
        let output =
            output.map_err(|error| format!("{} can't be started: {error}", program.display()))?;
        let text = if output.stdout.is_empty() {
            output.stderr
        } else {
            output.stdout
        };
        Ok(String::from_utf8_lossy(&text).trim().to_owned())
    };
    let version = said(&["--version"])?;
    if release(&version).is_none_or(|release| release < OLDEST_FOR_FIXTURES) {
        return Err(format!("the fixtures need a newer Nix than {version}"));
    }
    let flags = ["--extra-experimental-features", "nix-command"];
    let sandbox = said(&[&flags[..], &["config", "show", "sandbox"]].concat())?;
    if sandbox != "false" {
        return Err(format!(
            "the fixtures are built with the machine's own shell, and this Nix has sandbox = {sandbox}"
        ));
    }
    let mut environment: Vec<(OsString, OsString)> = PASSED_ON
        .iter()
        .filter_map(|name| Some((OsString::from(name), env::var_os(name)?)))
        .collect();
    environment.extend(configurations());
    Ok(RealNix {
        program,
        environment,
        version,
    })
}

/// What tells the languages' package managers where to download from, and where it is in a home.
const CONFIGURATIONS: [(&str, &[&str]); 3] = [
    ("CARGO_HOME", &[".cargo"]),
    ("NPM_CONFIG_USERCONFIG", &[".npmrc"]),
    (
        "PIP_CONFIG_FILE",
        &[".config/pip/pip.conf", ".pip/pip.conf"],
    ),
];

/// The person's configurations by their variables, where these are not set: the tests' home is another one.
fn configurations() -> Vec<(OsString, OsString)> {
    let Some(home) = env::var_os("HOME").map(PathBuf::from) else {
        return Vec::new();
    };
    CONFIGURATIONS
        .iter()
        .filter(|(variable, _)| env::var_os(variable).is_none())
        .filter_map(|(variable, files)| {
            let mut paths = files.iter().map(|file| home.join(file));
            let path = paths.find(|path| path.exists())?;
            Some((variable.into(), path.into()))
        })
        .collect()
}

/// The last number in a line such as `nix (Determinate Nix 3.15.1) 2.33.0`.
fn release(version: &str) -> Option<(u32, u32)> {
    let number = version.split_whitespace().last()?;
    let mut parts = number.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

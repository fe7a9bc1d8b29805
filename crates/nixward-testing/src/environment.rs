//! The environment that nixward is started in: nothing of the caller's but where programs are.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use fs_err as fs;

/// Programs of the machine that the tests' workspaces may use. An engine or a Nix is not among them: what a test does
/// not ask for is not there.
const PROGRAMS: [&str; 12] = [
    "bash", "cat", "env", "git", "head", "id", "mkdir", "rm", "setsid", "sh", "sleep", "touch",
];

/// Private folders.
#[derive(Clone, Debug)]
pub(crate) struct Folders {
    pub(crate) root: PathBuf,
}

impl Folders {
    pub(crate) fn make(root: &Path) -> Self {
        let this = Self {
            root: root.to_owned(),
        };
        for folder in ["home", "cache", "state", "config", "data", "tmp", "work"] {
            fs::create_dir(root.join(folder)).expect("can make a folder");
        }
        fs::create_dir(this.programs()).expect("can make a folder");
        for program in PROGRAMS {
            let path = find(program).unwrap_or_else(|| panic!("the tests need {program}"));
            fs_err::os::unix::fs::symlink(path, this.programs().join(program))
                .expect("can link a program");
        }
        this
    }

    /// The only folder on PATH.
    pub(crate) fn programs(&self) -> PathBuf {
        self.root.join("bin")
    }

    pub(crate) fn variables(&self) -> Vec<(OsString, OsString)> {
        let folder = |name: &str| self.root.join(name).into_os_string();
        vec![
            ("PATH".into(), self.programs().into()),
            ("HOME".into(), folder("home")),
            ("XDG_CACHE_HOME".into(), folder("cache")),
            ("XDG_CONFIG_HOME".into(), folder("config")),
            ("XDG_DATA_HOME".into(), folder("data")),
            ("XDG_STATE_HOME".into(), folder("state")),
            ("TMPDIR".into(), folder("tmp")),
            ("LANG".into(), "C.UTF-8".into()),
            ("TERM".into(), "xterm-256color".into()),
            ("USER".into(), "peter".into()),
            ("SHELL".into(), self.programs().join("bash").into()),
            // A configuration of the machine's must not change what git and Nix do here.
            ("GIT_CONFIG_NOSYSTEM".into(), "1".into()),
            ("NIX_USER_CONF_FILES".into(), OsString::new()),
        ]
    }
}

/// Where a program of the caller's is.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/bin".into(), "/bin".into()]);
    folders
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// Whether a program of the machine's is there and ends well.
pub fn host_program_succeeds(program: &str, args: &[&str]) -> bool {
    let Some(path) = find(program) else {
        return false;
    };
    std::process::Command::new(path)
        .args(args)
        .stdin(std::process::Stdio::null())
        .output()
        .is_ok_and(|output| output.status.success())
}

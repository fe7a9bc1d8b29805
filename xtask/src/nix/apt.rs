//! apt with folders of its own, which reads and writes nothing of the machine's package state; and, apart from that,
//! the installation of packages on the machine.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use fs_err as fs;

use super::debian::candidate;
use crate::{process::Tool, progress};

/// apt-get, told by a file of its own to keep everything in one folder.
#[derive(Debug)]
pub(super) struct PrivateApt {
    folder: PathBuf,
}

impl PrivateApt {
    /// Prepares the folder. With a `source_line`, that is the only source; else the machine's sources and lists serve.
    pub(super) fn new(folder: PathBuf, source_line: Option<&str>) -> Result<Self> {
        for inner in ["lists/partial", "cache/archives/partial", "packages"] {
            fs::create_dir_all(folder.join(inner))?;
        }
        // An empty status file: nothing counts as installed, so every library is fetched.
        fs::write(folder.join("status"), "")?;
        fs::write(
            folder.join("apt.conf"),
            configuration(&folder, source_line.is_some())?,
        )?;
        let apt = Self { folder };
        if let Some(line) = source_line {
            fs::write(apt.folder.join("sources.list"), line)?;
            // Without this mode apt-get succeeds when nothing could be fetched.
            apt.tool("apt-get")
                .args(["-qq", "-o", "APT::Update::Error-Mode=any", "update"])
                .quiet()?;
        }
        Ok(apt)
    }

    /// Names of the packages that installing these would bring, themselves included.
    pub(super) fn closure(&self, packages: &[&str]) -> Result<Vec<String>> {
        let plan = self
            .tool("apt-get")
            .args(["-qq", "-s", "--no-install-recommends", "install"])
            .args(packages)
            .quiet()?;
        Ok(plan
            .lines()
            .filter_map(|line| line.strip_prefix("Inst ")?.split_whitespace().next())
            .map(str::to_owned)
            .collect())
    }

    /// Fetches the packages, checked against the archive's signature, and returns their files.
    pub(super) fn download(&self, packages: &[String]) -> Result<Vec<PathBuf>> {
        let folder = self.folder.join("packages");
        self.tool("apt-get")
            .args(["-qq", "download"])
            .args(packages)
            .folder(&folder)
            .quiet()?;
        let mut files = Vec::new();
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "deb") {
                files.push(path);
            }
        }
        Ok(files)
    }

    fn tool(&self, program: &str) -> Tool {
        Tool::new(program)
            .env("APT_CONFIG", self.folder.join("apt.conf"))
            .env("LC_ALL", "C.UTF-8")
    }
}

/// The text of apt.conf. It is read after the machine's own, so proxies and the like still hold.
fn configuration(folder: &Path, own_source: bool) -> Result<String> {
    let folder = folder.to_str().context("apt takes only UTF-8 paths")?;
    anyhow::ensure!(
        !folder.contains('"'),
        "apt takes no path with a quotation mark: {folder}"
    );
    let mut lines = Vec::new();
    if let Some(before) = std::env::var_os("APT_CONFIG") {
        lines.push(format!("#include \"{}\";", before.display()));
    }
    if own_source {
        lines.push(format!("Dir::State::lists \"{folder}/lists\";"));
        lines.push(format!("Dir::Etc::sourcelist \"{folder}/sources.list\";"));
        lines.push("Dir::Etc::sourceparts \"/dev/null\";".into());
    }
    lines.push(format!("Dir::State::status \"{folder}/status\";"));
    lines.push(format!(
        "Dir::State::extended_states \"{folder}/extended_states\";"
    ));
    lines.push(format!("Dir::Cache \"{folder}/cache\";"));
    lines.push(SETTINGS.into());
    Ok(lines.join("\n"))
}

/// What holds wherever the folder is. apt would fetch as a user that cannot write there; locks are taken by our
/// callers; and the machine's hooks are for changes of the machine (clearing its caches, waking desktop programs).
const SETTINGS: &str = r#"Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
APT::Sandbox::User "root";
APT::Get::List-Cleanup "false";
Acquire::Languages "none";
Debug::NoLocking "true";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"#;

/// Installs packages on the machine itself: quietly, only those that are missing. Needs root.
pub(crate) fn install_missing(packages: &[&str], for_what: &str) -> Result<()> {
    let missing = missing(packages)?;
    if missing.is_empty() {
        return Ok(());
    }
    progress(format_args!(
        "apt: installing {} ({for_what})",
        missing.join(" ")
    ));
    if !all_have_candidates(&missing) {
        machine_apt()
            .args(["-qq", "update"])
            .quiet()
            .context("the list of packages could not be brought up to date")?;
    }
    let install = machine_apt()
        .args(["-qq", "-y", "--no-install-recommends", "install"])
        .args(&missing);
    if install.quiet().is_ok() {
        return Ok(());
    }
    // The lists may know versions that the mirror has no more.
    machine_apt()
        .args(["-qq", "update"])
        .quiet()
        .context("the list of packages could not be brought up to date")?;
    install.quiet().map(drop)
}

/// Those of the packages that are not installed.
pub(crate) fn missing<'a>(packages: &[&'a str]) -> Result<Vec<&'a str>> {
    if packages.is_empty() {
        return Ok(Vec::new());
    }
    // dpkg-query fails when it does not know one of them, and still says all it knows about the others.
    let script = r#"dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' -- "$@" 2>/dev/null || true"#;
    let known = Tool::new("sh")
        .args(["-c", script, "sh"])
        .args(packages)
        .quiet()?;
    let installed = |package: &str| {
        known
            .lines()
            .any(|line| line.split_once(' ') == Some((package, "installed")))
    };
    Ok(packages
        .iter()
        .copied()
        .filter(|package| !installed(package))
        .collect())
}

fn all_have_candidates(packages: &[&str]) -> bool {
    packages.iter().all(|package| {
        let policy = Tool::new("apt-cache")
            .args(["policy", package])
            .quiet()
            .unwrap_or_default();
        candidate(&policy).is_some()
    })
}

/// apt-get on the machine: waits for another that is at work, asks nothing, restarts no services on its own.
fn machine_apt() -> Tool {
    Tool::new("apt-get")
        .args(["-o", "DPkg::Lock::Timeout=300"])
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("NEEDRESTART_SUSPEND", "1")
        .env("LC_ALL", "C.UTF-8")
}

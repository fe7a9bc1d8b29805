//! The `nix` that is used, and how each of its commands is called. Nothing here starts it.

use std::path::{Path, PathBuf};

use crate::{flake_reference::FlakeReference, invocation::Invocation, version::NixVersion};

/// A `nix` program with the flags that the person gave for it.
#[derive(Clone, Debug)]
pub struct Nix {
    pub program: PathBuf,
    pub version: NixVersion,
    pub flags: NixFlags,
}

/// Progress as JSON lines, with builds and downloads in it.
const PROGRESS: [&str; 3] = ["--log-format", "internal-json", "-v"];

/// Nix's own flags that nixward passes through.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct NixFlags {
    pub override_inputs: Vec<(String, String)>,
    pub system: Option<String>,
    pub accept_flake_config: bool,
    pub impure: bool,
    pub show_trace: bool,
    pub options: Vec<(String, String)>,
    /// Not for `nix eval`, which has no cache, but for what nixward keeps.
    pub no_eval_cache: bool,
}

/// A derivation and the outputs of it that are wanted.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DerivationOutputs {
    pub drv_path: String,
    pub outputs: Vec<String>,
}

impl DerivationOutputs {
    /// `/nix/store/….drv^out,dev`.
    pub fn installable(&self) -> String {
        format!("{}^{}", self.drv_path, self.outputs.join(","))
    }
}

impl Nix {
    /// `nix COMMAND` with what every call carries. Flakes may be off in nix.conf: the flag is always passed.
    fn command(&self, command: &str) -> Invocation {
        let mut invocation = Invocation::new(&self.program)
            .args(["--extra-experimental-features", "nix-command flakes"])
            .arg(command);
        for (name, value) in &self.flags.options {
            invocation = invocation.args(["--option", name, value]);
        }
        invocation
    }

    fn evaluation_flags(&self, invocation: Invocation) -> Invocation {
        // Without the first even `?rev=` writes a lock file into the working tree and stages it; without the second an
        // error may not say where it comes from. What of the trace is shown is decided later.
        let mut invocation = invocation.args(["--no-write-lock-file", "--show-trace"]);
        for (input, reference) in &self.flags.override_inputs {
            invocation = invocation.args(["--override-input", input, reference]);
        }
        let switches = [
            (self.flags.accept_flake_config, "--accept-flake-config"),
            (self.flags.impure, "--impure"),
        ];
        invocation.args(
            switches
                .into_iter()
                .filter_map(|(is_on, flag)| is_on.then_some(flag)),
        )
    }

    /// Applies a function to all outputs of a flake and prints the result as JSON.
    pub fn eval(&self, flake: &FlakeReference, function: &str) -> Invocation {
        let invocation = self.evaluation_flags(self.command("eval").arg("--json"));
        if self.version.has_absolute_installables() {
            invocation
                .arg(flake.installable("."))
                .args(["--apply", function])
        } else {
            // 2.18 has no installable for all outputs. `getFlake` on a working tree needs `--impure` there.
            let flake = crate::query_expression::nix_string(&flake.to_string());
            let expression = format!("({function}) (builtins.getFlake {flake}).outputs");
            let impure = (!self.flags.impure).then_some("--impure");
            invocation.args(impure).args(["--expr", &expression])
        }
    }

    /// The settings that a `flake.nix` brings, as JSON; reads the file alone.
    pub fn flake_config(&self, file: &Path) -> Invocation {
        self.command("eval")
            .args(["--json", "--file"])
            .arg(file)
            .arg("nixConfig")
    }

    /// Whether nix.conf accepts such settings from every flake.
    pub fn accepts_flake_config(&self) -> Invocation {
        self.command("config").args(["show", "accept-flake-config"])
    }

    /// Builds derivations that are already instantiated; nothing is evaluated.
    pub fn build(&self, derivations: &[DerivationOutputs]) -> Invocation {
        self.build_and_link(derivations, None)
    }

    fn build_and_link(&self, derivations: &[DerivationOutputs], link: Option<&Path>) -> Invocation {
        let command = self.command("build");
        let command = match link {
            Some(link) => command.arg("--out-link").arg(link),
            None => command.arg("--no-link"),
        };
        command
            .arg("--keep-going")
            .args(derivations.iter().map(DerivationOutputs::installable))
    }

    /// The same with progress for machines on standard error, and the outputs' paths on standard output. With a link,
    /// it and others beside it, of names that begin with its, hold the outputs against the garbage collector.
    pub fn build_with_progress(
        &self,
        derivations: &[DerivationOutputs],
        link: Option<&Path>,
    ) -> Invocation {
        self.build_and_link(derivations, link)
            .arg("--json")
            .args(PROGRESS)
    }

    /// Which of these store paths are valid.
    pub fn path_info(&self, paths: &[String]) -> Invocation {
        self.command("path-info").arg("--json").args(paths)
    }

    /// The environment of a derivation's build as a bash script; what it needs is built, the derivation itself is not.
    pub fn print_dev_env(&self, derivation: &DerivationOutputs) -> Invocation {
        self.command("print-dev-env").arg(derivation.installable())
    }

    /// The same with progress for machines on standard error.
    /// With a profile, what the environment needs is held by it.
    pub fn print_dev_env_with_progress(
        &self,
        derivation: &DerivationOutputs,
        profile: Option<&Path>,
    ) -> Invocation {
        let invocation = self.print_dev_env(derivation).args(PROGRESS);
        match profile {
            Some(profile) => invocation.arg("--profile").arg(profile),
            None => invocation,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nix(version: &str) -> Nix {
        Nix {
            program: "nix".into(),
            version: NixVersion::parse(version).unwrap(),
            flags: NixFlags::default(),
        }
    }

    fn flake() -> FlakeReference {
        FlakeReference::git(Path::new("/w"), "", false)
    }

    #[test]
    fn all_outputs_in_one_evaluation() {
        assert_eq!(
            nix("nix (Nix) 2.34.8").eval(&flake(), "o: o").to_string(),
            "nix --extra-experimental-features 'nix-command flakes' eval --json --no-write-lock-file \
             --show-trace 'git+file:///w#.' --apply 'o: o'"
        );
        assert_eq!(
            nix("nix (Nix) 2.18.9").eval(&flake(), "o: o").to_string(),
            "nix --extra-experimental-features 'nix-command flakes' eval --json --no-write-lock-file --show-trace --impure \
             --expr '(o: o) (builtins.getFlake \"git+file:///w\").outputs'"
        );
    }

    #[test]
    fn the_persons_flags_are_passed_on() {
        let mut nix = nix("nix (Nix) 2.34.8");
        nix.flags = NixFlags {
            override_inputs: vec![("nixpkgs".to_owned(), "path:/n".to_owned())],
            system: None,
            accept_flake_config: true,
            impure: true,
            show_trace: true,
            options: vec![("cores".to_owned(), "1".to_owned())],
            no_eval_cache: false,
        };
        assert_eq!(
            nix.eval(&flake(), "f").to_string(),
            "nix --extra-experimental-features 'nix-command flakes' eval --option cores 1 --json \
             --no-write-lock-file --show-trace --override-input nixpkgs path:/n --accept-flake-config --impure \
             'git+file:///w#.' --apply f"
        );
        let derivation = DerivationOutputs {
            drv_path: "/nix/store/x.drv".to_owned(),
            outputs: vec!["out".to_owned()],
        };
        assert_eq!(
            nix.build(&[derivation]).to_string(),
            "nix --extra-experimental-features 'nix-command flakes' build --option cores 1 --no-link --keep-going \
             /nix/store/x.drv^out"
        );
    }

    #[test]
    fn links_are_made_where_they_are_wanted() {
        let derivation = DerivationOutputs {
            drv_path: "/nix/store/x.drv".to_owned(),
            outputs: vec!["out".to_owned()],
        };
        let nix = nix("nix (Nix) 2.34.8");
        let link = Path::new("/cache/r");
        assert_eq!(
            nix.build_with_progress(&[derivation], Some(link))
                .to_string(),
            "nix --extra-experimental-features 'nix-command flakes' build --out-link /cache/r --keep-going \
             /nix/store/x.drv^out --json --log-format internal-json -v"
        );
    }
}

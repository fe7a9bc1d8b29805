//! What a person types to run one step of this run again.

use nixward_nix::tool::NixFlags;
use nixward_report::rerun::Rerun;

use crate::settings::{ContainerSettings, GlobalSettings, Loading, VerbSettings};

/// The words that are the same for all steps: whatever decides what is run, but not how it is shown.
pub(crate) fn rerun(global: &GlobalSettings, settings: &VerbSettings) -> Rerun {
    let NixFlags {
        override_inputs,
        system,
        accept_flake_config,
        impure,
        show_trace: _,
        options,
        no_eval_cache: _,
    } = &settings.nix;
    let mut after = own_flags(settings);
    let mut pairs = |option: &str, pairs: &[(String, String)]| {
        for (name, value) in pairs {
            after.extend([option.to_owned(), name.clone(), value.clone()]);
        }
    };
    pairs("--override-input", override_inputs);
    pairs("--option", options);
    after.extend(
        system
            .iter()
            .flat_map(|system| ["--system".to_owned(), system.clone()]),
    );
    let flags = [
        (*accept_flake_config, "--accept-flake-config"),
        (*impure, "--impure"),
    ];
    let given = flags.iter().filter(|(is_given, _)| *is_given);
    after.extend(given.map(|(_, flag)| (*flag).to_owned()));
    if !settings.arguments.is_empty() {
        let arguments = settings.arguments.iter();
        after.push("--".to_owned());
        after.extend(arguments.map(|argument| argument.to_string_lossy().into_owned()));
    }
    let directory = global.directory.iter();
    Rerun {
        before: directory
            .flat_map(|directory| ["-C".to_owned(), directory.display().to_string()])
            .collect(),
        after,
    }
}

/// Those of nixward's own that decide what happens.
fn own_flags(settings: &VerbSettings) -> Vec<String> {
    let ContainerSettings {
        loading,
        engine,
        run,
    } = settings.container;
    let loading = match loading {
        Loading::One => None,
        Loading::All => Some("--load"),
        Loading::None => Some("--no-load"),
    };
    let flags = loading.into_iter().chain(run.then_some("--run"));
    let mut flags: Vec<String> = flags.map(str::to_owned).collect();
    if let Some(engine) = engine {
        flags.extend(["--engine".to_owned(), engine.program().to_owned()]);
    }
    if let Some(repeat) = settings.test.repeat {
        flags.extend(["--repeat".to_owned(), repeat.to_string()]);
    }
    flags
}

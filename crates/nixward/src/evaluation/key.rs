//! The key of an evaluation: equal only where Nix would answer the same.

use nixward_core::query::EvaluationQuery;
use nixward_git::source::Fingerprint;
use nixward_nix::{evaluator, lock_file, settings_files, tool::NixFlags};

use super::source::source_root;
use crate::session::Session;

/// Nix's settings, as far as files and variables tell them.
pub(super) struct NixSettings(Vec<u8>);

/// What Nix's settings are; or why what Nix answers depends on more than a key can hold.
pub(super) fn settings(session: &Session) -> Result<NixSettings, String> {
    let variable = |name: &str| session.environment.get(name);
    let settings = settings_files::text(&variable);
    match why_not(session, &settings) {
        Some(why) => Err(why),
        None => Ok(NixSettings(settings)),
    }
}

fn why_not(session: &Session, settings: &[u8]) -> Option<String> {
    let NixFlags {
        override_inputs,
        system: _,
        accept_flake_config: _,
        impure,
        show_trace: _,
        options,
        no_eval_cache,
    } = &session.nix.flags;
    if *no_eval_cache {
        return Some("--no-eval-cache was given".to_owned());
    }
    if *impure {
        return Some("with --impure it may read anything".to_owned());
    }
    if !session.nix.version.has_absolute_installables() {
        return Some("this version of Nix evaluates a working tree impurely".to_owned());
    }
    if let Some(name) = settings_files::impure_option(options) {
        return Some(why_impure(name));
    }
    let variable = |name: &str| session.environment.get(name);
    if let Some(why) = settings_files::why_unknown(&variable, settings) {
        return Some(why);
    }
    let mut unlocked = override_inputs
        .iter()
        .filter(|(_, reference)| !lock_file::is_locked_reference(reference));
    let (input, reference) = unlocked.next()?;
    Some(format!(
        "`{reference}`, which overrides the input `{input}`, names no revision"
    ))
}

/// What is said of a setting with which nothing can be kept.
pub(super) fn why_impure(option: &str) -> String {
    format!("with the setting `{option}` it may read anything")
}

/// The key, as a file name.
pub(super) fn key(
    session: &Session,
    query: &EvaluationQuery,
    source: Fingerprint,
    settings: &NixSettings,
) -> Result<String, serde_json::Error> {
    let NixFlags {
        override_inputs,
        system,
        accept_flake_config,
        impure: _,
        show_trace,
        options,
        no_eval_cache: _,
    } = &session.nix.flags;
    let discovered = &session.discovered;
    let mut key = Key(blake3::Hasher::new());
    key.add(source.as_bytes());
    key.add(evaluator::question(query)?.as_bytes());
    match &discovered.git {
        // Clones and worktrees of the same are the same; where in the tree the flake is matters.
        Some(git) => {
            key.add(&[u8::from(git.is_shallow)]);
            let below = discovered.flake_folder.strip_prefix(source_root(session));
            let below = below.unwrap_or(&discovered.flake_folder);
            key.add(below.as_os_str().as_encoded_bytes());
        }
        None => key.add(discovered.flake.to_string().as_bytes()),
    }
    key.add(format!("{:?}", session.nix.version).as_bytes());
    key.add(&settings.0);
    // An empty list of files stands for none, and none for the usual ones.
    let variables = &session.environment.variables;
    let lists_files = |(name, _): &(_, _)| name == "NIX_USER_CONF_FILES";
    key.add(&[u8::from(variables.iter().any(lists_files))]);
    for (input, reference) in override_inputs {
        key.add(input.as_bytes());
        key.add(reference.as_bytes());
    }
    key.add(b"options");
    for (name, value) in options {
        key.add(name.as_bytes());
        key.add(value.as_bytes());
    }
    key.add(system.as_deref().unwrap_or_default().as_bytes());
    key.add(&[u8::from(*accept_flake_config), u8::from(*show_trace)]);
    Ok(key.0.finalize().to_hex().to_string())
}

/// Parts of a key, each with its length, so that none runs into the next.
struct Key(blake3::Hasher);

impl Key {
    fn add(&mut self, part: &[u8]) {
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part);
    }
}

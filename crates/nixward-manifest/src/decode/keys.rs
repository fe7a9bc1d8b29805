//! Keys that have no meaning where they stand, and where they would have one.

use super::context::Decoder;
use crate::{
    BuiltinVerb, Diagnostic, DiagnosticKind, HookName, ProjectDeclaration, Setting, Workspace,
    suggestion::nearest,
    syntax::Entry,
    wording::{alternatives, enumeration, quoted},
};

/// The tables of a root's manifest.
const ROOT_KEYS: &[&str] = &["workspace", "verbs", "projects", "hooks"];

/// The keys of a hook's table.
pub(super) const HOOK_KEYS: &[&str] = &["verbs", "budget"];

impl Decoder {
    /// Reports a key that `place` does not have. `known` are the keys that it has.
    pub(super) fn unknown_key<'a>(
        &mut self,
        key: &str,
        entry: &Entry,
        place: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) {
        let known: Vec<&str> = known.into_iter().collect();
        let help = home_of(key)
            .or_else(|| {
                nearest(key, known.iter().copied())
                    .map(|near| format!("a similar key exists: `{near}`"))
            })
            .or_else(|| {
                let other = nearest(key, everything())?;
                Some(home_of(other).unwrap_or_else(|| format!("a similar key exists: `{other}`")))
            })
            .or_else(|| (!known.is_empty()).then(|| format!("known here: {}", enumeration(known))));
        let message = format!("unknown key {} {place}", quoted(key));
        self.report(
            Diagnostic::error(DiagnosticKind::UnknownKey, entry.key_span.clone(), message)
                .maybe_help(help),
        );
    }

    pub(super) fn unknown_root_key(&mut self, key: &str, entry: &Entry) {
        if key == "project" {
            let message = "`[project]` in the manifest of a workspace";
            self.report(
                Diagnostic::error(DiagnosticKind::UnknownKey, entry.key_span.clone(), message)
                    .help("write `[projects.NAME]`; `[project]` belongs in a member's own nixward.toml"),
            );
        } else {
            self.unknown_key(
                key,
                entry,
                "outside of all tables",
                ROOT_KEYS.iter().copied(),
            );
        }
    }

    pub(super) fn unknown_member_key(&mut self, key: &str, entry: &Entry) {
        if ROOT_KEYS.contains(&key) {
            let message = format!("`{key}` in the manifest of a member");
            self.report(
                Diagnostic::error(DiagnosticKind::UnknownKey, entry.key_span.clone(), message)
                    .label("expected `[project]` alone")
                    .help("it belongs in the nixward.toml of the workspace's root"),
            );
        } else {
            self.unknown_key(key, entry, "outside of [project]", ["project"]);
        }
    }
}

/// Where a key belongs that is known somewhere.
fn home_of(key: &str) -> Option<String> {
    if let Ok(setting) = key.parse::<Setting>() {
        let verbs = setting
            .behaviours()
            .iter()
            .map(|behaviour| behaviour.as_str());
        return Some(format!(
            "`{key}` belongs in the table of {}",
            verbs_like(verbs)
        ));
    }
    let home = match key {
        _ if Workspace::KEYS.contains(&key) => "`{key}` belongs in [workspace]",
        "attr" => "`attr` belongs in the table of a project or of a verb",
        _ if ProjectDeclaration::KEYS.contains(&key) => "`{key}` belongs in [projects.NAME]",
        "like" => "`like` belongs in a verb's table in [verbs]",
        _ if BuiltinVerb::WORDS.contains(&key) => {
            "`{key}` is a verb: it belongs in [verbs] or [projects.NAME]"
        }
        _ if HookName::WORDS.contains(&key) => "`{key}` belongs in [hooks]",
        _ if HOOK_KEYS.contains(&key) && key != "verbs" => "`{key}` belongs in the table of a hook",
        _ if ROOT_KEYS.contains(&key) => "[{key}] is a table of its own",
        _ => return None,
    };
    Some(home.replace("{key}", key))
}

/// `a verb like a, b or c`.
pub(super) fn verbs_like<'a>(verbs: impl IntoIterator<Item = &'a str>) -> String {
    format!("verbs like {}", alternatives(verbs))
}

/// Every key that has a home.
fn everything() -> impl Iterator<Item = &'static str> {
    [
        Setting::WORDS,
        Workspace::KEYS,
        ProjectDeclaration::KEYS,
        &["like"],
        HOOK_KEYS,
        ROOT_KEYS,
        HookName::WORDS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

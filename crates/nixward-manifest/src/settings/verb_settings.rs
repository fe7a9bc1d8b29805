//! What can be set for a verb, in `[verbs]` and for one project.

use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;

use super::{PublishedPort, ResultCache, Sandbox, StepName, WorkingDirectory};
use crate::schema::fields;

/// The settings of a verb. What is not said is `None` or empty, so that a project's settings can be laid over the
/// workspace's.
#[derive(Clone, Debug, Default, JsonSchema, PartialEq)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct VerbSettings {
    /// The program's first arguments. Those of the command line after `--` follow them.
    #[schemars(schema_with = "fields::texts")]
    pub args: Option<Vec<String>>,

    /// Environment variables that are set.
    #[schemars(schema_with = "fields::environment")]
    pub env: IndexMap<String, String>,

    /// Steps that must have succeeded before it is started, as `PROJECT.VERB`. They are run with it where they are not
    /// selected.
    #[schemars(schema_with = "fields::step_names")]
    pub after: Option<Vec<StepName>>,

    /// Names of environment variables that are handed on from the caller.
    #[schemars(schema_with = "fields::environment_names")]
    pub pass_env: Option<Vec<String>>,

    /// How long it may take before it is ended, such as `10m`, `90s` or `1h30m`.
    #[schemars(schema_with = "fields::duration")]
    pub timeout: Option<Duration>,

    /// How long it may take to end once it was told to, after its timeout or with the run, before it is killed; else ten
    /// seconds.
    #[schemars(schema_with = "fields::duration")]
    pub grace: Option<Duration>,

    /// After how long it is shown as slow.
    #[schemars(schema_with = "fields::duration")]
    pub slow_after: Option<Duration>,

    /// How often it is tried again after a failure.
    #[schemars(schema_with = "fields::retries")]
    pub retries: Option<u8>,

    /// A name: no two tests of a group run at the same time.
    #[schemars(schema_with = "fields::name")]
    pub group: Option<String>,

    /// How many of the jobs it takes; else one. One that is heavier than all jobs together runs alone.
    #[schemars(schema_with = "fields::weight")]
    pub weight: Option<u8>,

    /// Whether the test may use the network. Without it there is only loopback.
    pub network: Option<bool>,

    /// The folder that the test starts in: `temp`, an empty one; `copy`, a copy of the project's; `project`, the
    /// project's own, whose results are never cached.
    pub cwd: Option<WorkingDirectory>,

    /// Files and folders of the project that the test can read and whose content is in its key: paths or globs,
    /// relative to the project's folder.
    #[schemars(schema_with = "fields::globs")]
    pub inputs: Option<Vec<String>>,

    /// Files that the test writes and that are kept with its result: paths or globs, relative to its working folder.
    #[schemars(schema_with = "fields::globs")]
    pub artifacts: Option<Vec<String>>,

    /// What the test can see: `host`, the Nix store and the host's own programs; `strict`, the store alone; `off`,
    /// everything.
    pub sandbox: Option<Sandbox>,

    /// When a test that passed is not run again: `auto`, where it could read nothing but what is in its key;
    /// `always`; `off`, never.
    pub cache: Option<ResultCache>,

    /// Ports of the container that the host answers on: `HOST:CONTAINER` or `IP:HOST:CONTAINER`, with `/udp` or
    /// `/tcp` or without.
    #[schemars(schema_with = "fields::published_ports")]
    pub publish: Option<Vec<PublishedPort>>,

    /// Where images are pushed: a registry's host and the first part of the images' names.
    #[schemars(schema_with = "fields::registry")]
    pub registry: Option<String>,
}

impl VerbSettings {
    /// These settings, with `base` for what they don't say. `env` is merged by name; lists replace each other.
    #[must_use]
    pub fn merged_over(&self, base: &Self) -> Self {
        // Without `..`, so that a new setting can't be forgotten here.
        let Self {
            args,
            env,
            after,
            pass_env,
            timeout,
            grace,
            slow_after,
            retries,
            group,
            weight,
            network,
            cwd,
            inputs,
            artifacts,
            sandbox,
            cache,
            publish,
            registry,
        } = self.clone();
        let base = base.clone();
        let mut merged_env = base.env;
        merged_env.extend(env);
        Self {
            args: args.or(base.args),
            env: merged_env,
            after: after.or(base.after),
            pass_env: pass_env.or(base.pass_env),
            timeout: timeout.or(base.timeout),
            grace: grace.or(base.grace),
            slow_after: slow_after.or(base.slow_after),
            retries: retries.or(base.retries),
            group: group.or(base.group),
            weight: weight.or(base.weight),
            network: network.or(base.network),
            cwd: cwd.or(base.cwd),
            inputs: inputs.or(base.inputs),
            artifacts: artifacts.or(base.artifacts),
            sandbox: sandbox.or(base.sandbox),
            cache: cache.or(base.cache),
            publish: publish.or(base.publish),
            registry: registry.or(base.registry),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(args: &[&str], env: &[(&str, &str)]) -> VerbSettings {
        VerbSettings {
            args: (!args.is_empty())
                .then(|| args.iter().map(|&argument| argument.to_owned()).collect()),
            env: env
                .iter()
                .map(|&(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            ..VerbSettings::default()
        }
    }

    #[test]
    fn a_projects_settings_win_and_environments_are_merged() {
        let base = VerbSettings {
            timeout: Some(Duration::from_secs(600)),
            network: Some(true),
            ..settings(&["-q"], &[("A", "1"), ("B", "2")])
        };
        let project = VerbSettings {
            network: Some(false),
            ..settings(&["-v", "-x"], &[("B", "3"), ("C", "4")])
        };
        let merged = project.merged_over(&base);
        assert_eq!(
            merged,
            VerbSettings {
                timeout: Some(Duration::from_secs(600)),
                network: Some(false),
                ..settings(&["-v", "-x"], &[("A", "1"), ("B", "3"), ("C", "4")])
            }
        );
    }

    #[test]
    fn an_empty_list_replaces_one_that_is_not() {
        let base = settings(&["-q"], &[]);
        let project = VerbSettings {
            args: Some(Vec::new()),
            ..VerbSettings::default()
        };
        assert_eq!(project.merged_over(&base).args, Some(Vec::new()));
    }

    #[test]
    fn nothing_over_something_is_something_and_the_other_way_round() {
        let some = settings(&["-q"], &[("A", "1")]);
        assert_eq!(VerbSettings::default().merged_over(&some), some);
        assert_eq!(some.merged_over(&VerbSettings::default()), some);
    }
}

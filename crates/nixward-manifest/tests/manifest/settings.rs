//! The settings of verbs.

use std::time::Duration;

use insta::assert_snapshot;
use nixward_manifest::{Sandbox, Setting, WorkingDirectory, parse};

use crate::check::{diagnose, valid};

#[test]
fn every_setting_of_a_test() {
    let text = r#"[verbs.test]
args = ["-q", "--x=y z", "$(x)", "é"]
env = { A = "1", "B_2" = "" }
pass-env = ["DATABASE_URL"]
timeout = "1h30m"
slow-after = "250ms"
grace = "5s"
retries = 20
group = "db"
weight = 2
network = true
cwd = "project"
inputs = ["../data"]
"#
    .replace("inputs = [\"../data\"]\n", "inputs = [\"data/**/*.json\", \"Makefile\"]\nartifacts = [\"coverage.xml\"]\nsandbox = \"strict\"\ncache = \"always\"\n");
    let (manifest, diagnostics) = parse(&text);
    assert!(
        diagnostics.iter().all(|diagnostic| !diagnostic.is_error()),
        "{diagnostics:?}"
    );
    let settings = &manifest.verbs["test"].settings;
    assert_eq!(
        settings.args.as_ref().unwrap()[1..],
        ["--x=y z", "$(x)", "é"]
    );
    assert_eq!(settings.env["B_2"], "");
    assert_eq!(settings.pass_env.as_ref().unwrap(), &["DATABASE_URL"]);
    assert_eq!(settings.timeout, Some(Duration::from_secs(5400)));
    assert_eq!(settings.slow_after, Some(Duration::from_millis(250)));
    assert_eq!(settings.grace, Some(Duration::from_secs(5)));
    assert_eq!(settings.retries, Some(20));
    assert_eq!(settings.group.as_deref(), Some("db"));
    assert_eq!(settings.weight, Some(2));
    assert_eq!(settings.network, Some(true));
    assert_eq!(settings.cwd, Some(WorkingDirectory::Project));
    assert_eq!(
        settings.inputs.as_ref().unwrap(),
        &["data/**/*.json", "Makefile"]
    );
    assert_eq!(settings.sandbox, Some(Sandbox::Strict));
}

#[test]
fn settings_of_a_container() {
    let (manifest, diagnostics) = parse(
        "[verbs.container]\npublish = [\"8080:8080\", \"127.0.0.1:53:53/udp\", \"[::1]:1:2/tcp\"]\nregistry = \"registry.example.com:5000/initech\"\nenv = { A = \"1\" }\nargs = [\"x\"]\n",
    );
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
    let settings = &manifest.verbs["container"].settings;
    let ports: Vec<String> = settings
        .publish
        .as_ref()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(ports, ["8080:8080", "127.0.0.1:53:53/udp", "[::1]:1:2"]);
    assert_eq!(
        settings.registry.as_deref(),
        Some("registry.example.com:5000/initech")
    );
}

#[test]
fn what_has_no_effect_yet_is_told() {
    assert_snapshot!(diagnose(
        "[verbs.test]\nslow-after = \"1m\"\nretries = 1\ngroup = \"db\"\ninputs = []\nartifacts = []\nsandbox = \"host\"\ncache = \"auto\"\ncwd = \"copy\"\nnetwork = false\n[projects.a]\ncontainer = { registry = \"example.com\" }\n[hooks.pre-push]\n"
    ), @r#"
    5:1 "inputs": warning: `inputs` has no effect yet
    6:1 "artifacts": warning: `artifacts` has no effect yet
    7:1 "sandbox": warning: `sandbox` has no effect yet
    8:1 "cache": warning: `cache` has no effect yet
    9:1 "cwd = \"copy\"": warning: `cwd = "copy"` has no effect yet
    10:1 "network = false": warning: `network = false` has no effect yet
    12:15 "registry": warning: `registry` has no effect yet
    13:8 "pre-push": warning: `hooks.pre-push` has no effect yet
    "#);
    valid("[verbs.test]\ncwd = \"temp\"\nnetwork = true\n[projects.a.test]\ncwd = \"project\"\n");
}

#[test]
fn steps_that_come_before() {
    let manifest = valid(
        "[verbs]\ntest = { after = [\"db.start\"] }\nstart = { like = \"run\" }\n[projects.db]\nstart = { after = [] }\n",
    );
    let after = |verb, project: Option<&str>| {
        let project = project.map(|project| &manifest.projects[project]);
        let after = manifest.verb_settings(verb, project).after;
        after.map(|steps| steps.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(after("test", Some("db")), Some(vec!["db.start".to_owned()]));
    assert_eq!(after("start", Some("db")), Some(Vec::new()));
    assert_eq!(after("start", None), None);
    assert_snapshot!(diagnose(
        "[verbs]\ntest = { after = [\"db.strat\", \"db\", \"db.shell\", \"db.dev\"] }\nbuild = { after = [] }\nrun = { after = \"db.start\" }\nstart = { like = \"run\" }\ndev = { like = \"shell\" }\n[projects.a]\ntest = { after = [\"b.tset\"] }\n"
    ), @r#"
    2:19 "\"db.strat\"": no verb `strat` is declared
         help: a similar verb exists: `start`
    2:31 "\"db\"": `db` is not a step
         expected a project and its verb, such as `db.start`
    2:37 "\"db.shell\"": nothing can come after `shell`
         it opens a shell, for a person
    2:49 "\"db.dev\"": nothing can come after `dev`
         it opens a shell, for a person
    3:11 "after": `after` has no meaning in [verbs.build]
         help: it is a setting of verbs like `run`, `test`, `container` or `shell`
    4:17 "\"db.start\"": wrong type for `after`: found a string
         expected a list of strings
         help: write `after = ["db.start"]`
    8:19 "\"b.tset\"": no verb `tset` is declared
         help: a similar verb exists: `test`
    "#);
}

#[test]
fn settings_of_another_behaviour() {
    assert_snapshot!(diagnose(
        "[verbs]\ntest = { publish = [\"x\"] }\nrun = { timeout = \"1m\" }\ncheck = { args = [] }\nbuild = { env = {} }\nshell = { args = [] }\nlint = { like = \"build\", retries = 1 }\n[projects.a]\nlint = { cache = \"on\" }\ncontainer = { retries = 1 }\n"
    ), @r#"
    2:10 "publish": `publish` has no meaning in [verbs.test]
         help: it is a setting of verbs like `container`
    2:21 "\"x\"": `x` is not a port to publish
         expected `HOST:CONTAINER` or `IP:HOST:CONTAINER`
    3:9 "timeout": `timeout` has no meaning in [verbs.run]
         help: it is a setting of verbs like `test`
    4:11 "args": `args` has no meaning in [verbs.check]
         help: it is a setting of verbs like `run`, `test` or `container`
    5:11 "env": `env` has no meaning in [verbs.build]
         help: it is a setting of verbs like `run`, `test` or `container`
    6:11 "args": `args` has no meaning in [verbs.shell]
         help: it is a setting of verbs like `run`, `test` or `container`
    7:26 "retries": `retries` has no meaning in [verbs.lint], which is like `build`
         help: it is a setting of verbs like `test`
    9:10 "cache": `cache` has no meaning in [projects.a.lint], which is like `build`
         help: it is a setting of verbs like `test`
    9:18 "\"on\"": `on` is not a value of `cache`
         expected `off`, `auto` or `always`
    10:15 "retries": `retries` has no meaning in [projects.a.container]
         help: it is a setting of verbs like `test`
    "#);
}

#[test]
fn each_behaviour_takes_its_settings_and_no_others() {
    let value = |setting: Setting| match setting {
        Setting::Args
        | Setting::After
        | Setting::PassEnv
        | Setting::Inputs
        | Setting::Artifacts
        | Setting::Publish => "[]",
        Setting::Env => "{}",
        Setting::Timeout | Setting::Grace | Setting::SlowAfter => "\"1s\"",
        Setting::Retries | Setting::Weight => "1",
        Setting::Group => "\"g\"",
        Setting::Network => "true",
        Setting::Cwd => "\"temp\"",
        Setting::Sandbox => "\"host\"",
        Setting::Cache => "\"auto\"",
        Setting::Registry => "\"example.com\"",
    };
    for behaviour in nixward_manifest::BuiltinVerb::ALL {
        for &setting in Setting::ALL {
            let (_, diagnostics) = parse(&format!(
                "[verbs.{behaviour}]\n{setting} = {}\n",
                value(setting)
            ));
            let has_errors = diagnostics
                .iter()
                .any(nixward_manifest::Diagnostic::is_error);
            assert_eq!(
                has_errors,
                !setting.belongs_to(*behaviour),
                "{behaviour}.{setting}: {diagnostics:?}"
            );
        }
    }
}

#[test]
fn durations_have_units() {
    assert_snapshot!(diagnose(
        "[verbs]\nsweep = { like = \"test\", timeout = 10 }\ntest = { timeout = \"10\", slow-after = \"0s\" }\nlint = { like = \"test\", timeout = 1.5 }\nfmt = { like = \"test\", timeout = \"1.5h\" }\nx = { like = \"test\", timeout = -1 }\n"
    ), @r#"
    2:36 "10": wrong type for `timeout`: found an integer
         expected a string with a unit
         help: write "10s" for seconds, "10m" for minutes
    3:20 "\"10\"": `10` is not a duration
         expected a time such as `250ms`, `90s`, `10m` or `1h30m`
         help: write "10s" for seconds, "10m" for minutes
    3:39 "\"0s\"": `0s` is not a duration
         expected a time such as `250ms`, `90s`, `10m` or `1h30m`
    4:35 "1.5": wrong type for `timeout`: found a float
         expected a string with a unit
    5:34 "\"1.5h\"": `1.5h` is not a duration
         expected a time such as `250ms`, `90s`, `10m` or `1h30m`
    6:32 "-1": wrong type for `timeout`: found an integer
         expected a string with a unit
    "#);
}

#[test]
fn numbers_words_and_flags() {
    assert_snapshot!(diagnose(
        "[verbs.test]\nretries = 21\nnetwork = \"false\"\ncwd = \"tmp\"\nsandbox = true\ncache = \"never\"\ngroup = \"a b\"\n[projects.a.test]\nretries = -1\n[projects.b.test]\nretries = \"1\"\n[projects.c.test]\nretries = 3.0\n[projects.d.test]\nweight = 0\n[projects.e.test]\nweight = \"2\"\n"
    ), @r#"
    2:11 "21": `21` is not a number of retries
         expected 0 to 20
    3:11 "\"false\"": wrong type for `network`: found a string
         expected `true` or `false`
         help: leave out the quotes
    4:7 "\"tmp\"": `tmp` is not a value of `cwd`
         expected `temp`, `copy` or `project`
         help: a similar value exists: `temp`
    5:11 "true": wrong type for `sandbox`: found a boolean
         expected `host`, `strict` or `off`
    6:9 "\"never\"": `never` is not a value of `cache`
         expected `off`, `auto` or `always`
    7:9 "\"a b\"": `a b` is not a name
         expected letters, digits, `_`, `-`, `.`; not `-` or `.` first
    9:11 "-1": `-1` is not a number of retries
         expected 0 to 20
    11:11 "\"1\"": wrong type for `retries`: found a string
         expected a number
    13:11 "3.0": wrong type for `retries`: found a float
         expected a number
    15:10 "0": `0` is not a weight
         expected 1 to 100
    17:10 "\"2\"": wrong type for `weight`: found a string
         expected a number
    "#);
}

#[test]
fn environments() {
    assert_snapshot!(diagnose(
        "[verbs.test]\nenv = { \"1A\" = \"x\", A = 1, \"A B\" = 2, OK = \"y\" }\npass-env = [\"A=b\", \"-x\", 3, \"OK\"]\n[verbs.run]\nenv = [\"A=1\"]\n"
    ), @r#"
    2:9 "\"1A\"": `1A` is not a name for an environment variable
         expected letters, digits and `_`; not a digit first
    2:25 "1": wrong type for `A`: found an integer
         expected a string
         help: put it in quotes
    2:28 "\"A B\"": `A B` is not a name for an environment variable
         expected letters, digits and `_`; not a digit first
    2:36 "2": wrong type for `A B`: found an integer
         expected a string
         help: put it in quotes
    3:13 "\"A=b\"": `A=b` is not a name for an environment variable
         expected letters, digits and `_`; not a digit first
    3:20 "\"-x\"": `-x` is not a name for an environment variable
         expected letters, digits and `_`; not a digit first
         help: it looks like an option
    3:26 "3": wrong type for `pass-env`: found an integer
         expected a string in the list
    5:7 "[\"A=1\"]": wrong type for `env`: found a list
         expected a table
    "#);
}

#[test]
fn ports_and_registries() {
    assert_snapshot!(diagnose(
        "[verbs.container]\npublish = [\"8080\", \"0:1\", \"1:2/sctp\", \"[:::]:1:1\", 8080, \"-p:1\"]\nregistry = \"https://example.com\"\nargs = \"x\"\n"
    ), @r#"
    2:12 "\"8080\"": `8080` is not a port to publish
         expected `HOST:CONTAINER` or `IP:HOST:CONTAINER`
    2:20 "\"0:1\"": `0:1` is not a port to publish
         expected `HOST:CONTAINER` or `IP:HOST:CONTAINER`
    2:27 "\"1:2/sctp\"": `1:2/sctp` is not a port to publish
         expected `HOST:CONTAINER` or `IP:HOST:CONTAINER`
    2:39 "\"[:::]:1:1\"": `[:::]:1:1` is not a port to publish
         expected an IPv6 address in the brackets
    2:52 "8080": wrong type for `publish`: found an integer
         expected a string in the list
    2:58 "\"-p:1\"": `-p:1` is not a port to publish
         expected `HOST:CONTAINER` or `IP:HOST:CONTAINER`
         help: it looks like an option
    3:12 "\"https://example.com\"": `https://example.com` is not a registry
         expected a host and a path, such as `registry.example.com/team`
    4:8 "\"x\"": wrong type for `args`: found a string
         expected a list of strings
         help: write `args = ["x"]`
    "#);
}

#[test]
fn inputs_stay_in_the_project() {
    assert_snapshot!(diagnose("[verbs.test]\ninputs = [\"../data\", \"/etc\"]\nartifacts = [\"[\"]\n"), @r#"
    2:11 "\"../data\"": `../data` is not a path or glob inside the folder
         expected a relative path or glob without `..`
         help: `..` leads outside
    2:22 "\"/etc\"": `/etc` is not a path or glob inside the folder
         expected a relative path or glob without `..`
         help: leave out the first `/`: paths are relative
    3:14 "\"[\"": `[` is not a glob
         expected brackets and braces that match
    "#);
}

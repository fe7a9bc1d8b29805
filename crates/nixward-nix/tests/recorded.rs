//! Logs that real versions of Nix printed, replayed into what is told of a build.
//!
//! Those of Nix are recorded by `tests/recorded_logs.rs`. Those of Lix and Determinate Nix are written by hand from
//! what their sources say that they print, since neither can be had here; they are not recorded.

use std::{fmt::Write as _, path::Path};

use insta::assert_snapshot;
use nixward_nix::build::{BuildMonitor, BuildProgress};

/// What is told of a log, a line for each, and what is known of failures in the end.
fn replayed(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/recorded")
        .join(file);
    let log = fs_err::read_to_string(path).expect("it is there");
    told(&log)
}

fn told(log: &str) -> String {
    let mut monitor = BuildMonitor::default();
    let mut text = String::new();
    for line in log.lines() {
        for progress in monitor.line(line) {
            writeln!(text, "{}", in_short(&progress)).expect("strings are endless");
        }
    }
    for failure in monitor.failures() {
        let name = name(&failure.drv_path);
        writeln!(
            text,
            "failed {name}: {:?} {:?}",
            failure.message, failure.log
        )
        .expect("strings are endless");
    }
    for error in monitor.other_errors() {
        writeln!(text, "error {error:?}").expect("strings are endless");
    }
    text.replace("00000000000000000000000000000000", "HASH")
}

fn in_short(progress: &BuildProgress) -> String {
    match progress {
        BuildProgress::Started { drv_path } => format!("started {}", name(drv_path)),
        BuildProgress::Phase { drv_path, phase } => format!("phase {} {phase}", name(drv_path)),
        BuildProgress::Line { drv_path, line } => format!("line {} {line:?}", name(drv_path)),
        BuildProgress::Stopped { drv_path } => format!("stopped {}", name(drv_path)),
        BuildProgress::Built { drv_path } => format!("built {}", name(drv_path)),
        BuildProgress::MoreIsBuilt => "more is built".to_owned(),
        BuildProgress::FetchStarted { path } => format!("fetch started {}", name(path)),
        BuildProgress::FetchAdvanced { path, done } => format!("fetch {} {done}", name(path)),
        BuildProgress::FetchStopped { path } => format!("fetch stopped {}", name(path)),
        BuildProgress::FetchExpected { bytes } => format!("fetch expected {bytes}"),
    }
}

fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

#[test]
fn a_build_with_phases_2_26() {
    assert_snapshot!(replayed("2.26/phases.log"), @r#"
    fetch expected 0
    fetch expected 0
    started HASH-library.drv
    fetch expected 0
    line HASH-library.drv "compiling"
    stopped HASH-library.drv
    built HASH-library.drv
    fetch expected 0
    started HASH-phases.drv
    fetch expected 0
    phase HASH-phases.drv buildPhase
    line HASH-phases.drv "built with /nix/store/HASH-library"
    line HASH-phases.drv "red"
    phase HASH-phases.drv installPhase
    stopped HASH-phases.drv
    built HASH-phases.drv
    fetch expected 0
    "#);
}

#[test]
fn a_build_with_phases_2_34() {
    assert_snapshot!(replayed("2.34/phases.log"), @r#"
    fetch expected 0
    fetch expected 0
    fetch expected 0
    fetch expected 0
    started HASH-library.drv
    fetch expected 0
    line HASH-library.drv "compiling"
    stopped HASH-library.drv
    built HASH-library.drv
    fetch expected 0
    started HASH-phases.drv
    fetch expected 0
    phase HASH-phases.drv buildPhase
    line HASH-phases.drv "built with /nix/store/HASH-library"
    line HASH-phases.drv "red"
    phase HASH-phases.drv installPhase
    stopped HASH-phases.drv
    built HASH-phases.drv
    fetch expected 0
    "#);
}

#[test]
fn a_dependency_that_fails_2_26() {
    assert_snapshot!(replayed("2.26/failing.log"), @r#"
    fetch expected 0
    fetch expected 0
    fetch expected 0
    fetch expected 0
    started HASH-broken.drv
    fetch expected 0
    line HASH-broken.drv "salt"
    line HASH-broken.drv "no such option"
    stopped HASH-broken.drv
    fetch expected 0
    fetch expected 0
    failed HASH-broken.drv: "builder for '/nix/store/HASH-broken.drv' failed with exit code 3" ["salt", "no such option"]
    "#);
}

#[test]
fn a_dependency_that_fails_2_34() {
    assert_snapshot!(replayed("2.34/failing.log"), @r#"
    fetch expected 0
    fetch expected 0
    fetch expected 0
    fetch expected 0
    fetch expected 0
    fetch expected 0
    fetch expected 0
    started HASH-broken.drv
    fetch expected 0
    line HASH-broken.drv "salt"
    line HASH-broken.drv "no such option"
    stopped HASH-broken.drv
    fetch expected 0
    fetch expected 0
    failed HASH-broken.drv: "Cannot build '/nix/store/HASH-broken.drv'.\nReason: builder failed with exit code 3." ["salt", "no such option"]
    "#);
}

#[test]
fn a_substitution_2_26() {
    assert_snapshot!(replayed("2.26/substituted.log"), @"
    fetch expected 429008
    fetch expected 429008
    fetch started HASH-phases
    fetch HASH-phases 131072
    fetch HASH-phases 262144
    fetch HASH-phases 393216
    fetch stopped HASH-phases
    fetch expected 429008
    ");
}

#[test]
fn a_substitution_2_34() {
    assert_snapshot!(replayed("2.34/substituted.log"), @"
    fetch expected 429008
    fetch expected 429008
    fetch started HASH-phases
    fetch HASH-phases 131072
    fetch HASH-phases 262144
    fetch HASH-phases 393216
    fetch stopped HASH-phases
    fetch expected 429008
    ");
}

#[test]
fn a_trace_2_26() {
    assert_snapshot!(replayed("2.26/warns.log"), @"
    fetch expected 0
    fetch expected 0
    ");
}

#[test]
fn a_trace_2_34() {
    assert_snapshot!(replayed("2.34/warns.log"), @"
    fetch expected 0
    fetch expected 0
    fetch expected 0
    ");
}

#[test]
fn an_import_from_a_derivation_2_26() {
    assert_snapshot!(replayed("2.26/imports.log"), @r#"
    fetch expected 0
    started HASH-generated.drv
    fetch expected 0
    line HASH-generated.drv "generating"
    line HASH-generated.drv "salt 1"
    stopped HASH-generated.drv
    built HASH-generated.drv
    fetch expected 0
    error "… while calling the 'import' builtin\n         at /home/peter/work/initech/scenarios-with.nix:14:13:\n           13|   warns = builtins.trace \"an old name is used\" library;\n           14|   imports = import (derive \"generated\" \"echo generating; echo '${salt} 1' >&2; echo 'broken is not here' > $out\");\n             |             ^\n           15| }\n\n       error: undefined variable 'broken'\n       at /nix/store/HASH-generated:1:1:\n            1| broken is not here\n             | ^\n            2|"
    "#);
}

#[test]
fn an_import_from_a_derivation_2_34() {
    assert_snapshot!(replayed("2.34/imports.log"), @r#"
    fetch expected 0
    fetch expected 0
    started HASH-generated.drv
    fetch expected 0
    line HASH-generated.drv "generating"
    line HASH-generated.drv "salt 1"
    stopped HASH-generated.drv
    built HASH-generated.drv
    fetch expected 0
    error "… while calling the 'import' builtin\n         at /home/peter/work/initech/scenarios-with.nix:14:13:\n           13|   warns = builtins.trace \"an old name is used\" library;\n           14|   imports = import (derive \"generated\" \"echo generating; echo '${salt} 1' >&2; echo 'broken is not here' > $out\");\n             |             ^\n           15| }\n\n       error: undefined variable 'broken'\n       at /nix/store/HASH-generated:1:1:\n            1| broken is not here\n             | ^\n            2|"
    "#);
}

#[test]
fn lix_as_its_source_says() {
    assert_snapshot!(replayed("lix.log"), @r#"
    started HASH-broken.drv
    phase HASH-broken.drv buildPhase
    line HASH-broken.drv "no such option"
    stopped HASH-broken.drv
    failed HASH-broken.drv: "builder for '/nix/store/HASH-broken.drv' failed with exit code 3" ["no such option"]
    "#);
}

#[test]
fn determinate_as_its_source_says() {
    assert_snapshot!(replayed("determinate.log"), @r#"
    started HASH-library.drv
    line HASH-library.drv "compiling"
    stopped HASH-library.drv
    more is built
    started HASH-src.drv
    stopped HASH-src.drv
    failed HASH-src.drv: "hash mismatch in fixed-output derivation '/nix/store/HASH-src.drv':\n  specified: sha256-a\n     got:    sha256-b" []
    "#);
}

/// What no Nix prints, and what one prints whose end was cut off.
#[test]
fn odd_lines_are_read_as_far_as_they_go() {
    let megabyte = "x".repeat(1 << 20);
    let start = r#"@nix {"action":"start","id":"7","type":"105","level":"3","fields":["/nix/store/a.drv","","1","1"],"text":"","parent":"0"}"#;
    let odd = [
        r#"@nix {"action":"start","id":8,"type":105}"#,
        r#"@nix {"action":"start","id":8,"type":105,"fields":[]}"#,
        r#"@nix {"action":"start","id":8,"type":105,"fields":{}}"#,
        r#"@nix {"action":"start","id":-8,"type":105,"fields":["/nix/store/b.drv"]}"#,
        r#"@nix {"action":"start","id":8,"type":10113,"fields":["x"]}"#,
        r#"@nix {"action":"result","id":7,"type":101}"#,
        r#"@nix {"action":"result","id":7,"type":101,"fields":[5]}"#,
        r#"@nix {"action":"result","id":7,"type":110,"payload":{"success":false},"sid":"s"}"#,
        r#"@nix {"action":"result","id":7,"type":109,"fields":["a",1]}"#,
        r#"@nix {"action":"result","id":99,"type":101,"fields":["of nothing"]}"#,
        r#"@nix {"action":"stop"}"#,
        r#"@nix {"action":"stop","id":99}"#,
        r#"@nix {"action":"msg","msg":"no level"}"#,
        r#"@nix {"action":"msg","level":0}"#,
        r#"@nix {"action":"dance","id":7}"#,
        "@nix null",
        "@nix ",
        r#"@nix {"action":"result","id":7,"type":101,"fields":["cut in ha"#,
    ];
    let line = format!(r#"@nix {{"action":"result","id":7,"type":101,"fields":["{megabyte}"]}}"#);
    let stop = r#"@nix {"action":"stop","id":7}"#;
    let log = format!("{start}\n{}\n{line}\n{stop}\n", odd.join("\n"));
    let told = told(&log).replace(&megabyte, "MEGABYTE");
    assert_snapshot!(told, @r#"
    started a.drv
    line a.drv "MEGABYTE"
    stopped a.drv
    "#);
}

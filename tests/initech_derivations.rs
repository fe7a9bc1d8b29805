//! What an edit of the example changes: the derivations of its project and of what depends on it, and no others.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use nixward_testing::{Project, RealNix, insta, real_nix, system};

use crate::support::initech;

/// All that the example's flake builds, by name.
const ALL_DERIVATIONS: &str = r#"
outputs:
let
  system = "SYSTEM";
  isDerivation = value: value.type or null == "derivation";
  # A package carries its other forms as attributes.
  forms = name: package:
    [ { inherit name; value = package; } ]
    ++ builtins.concatMap
      (form:
        if isDerivation (package.${form} or null)
        then [ { name = "${name}.${form}"; value = package.${form}; } ]
        else [ ])
      [ "test" "container" "python" ]
    ++ all (plain "${name}.tests") (package.tests or { });
  plain = kind: name: value: [ { name = "${kind}.${name}"; inherit value; } ];
  all = f: set: builtins.concatLists (builtins.attrValues (builtins.mapAttrs f set));
  everything =
    all forms outputs.packages.${system}
    ++ all (plain "checks") outputs.checks.${system}
    ++ all (plain "devShells") outputs.devShells.${system};
in
builtins.mapAttrs
  (_: value: builtins.unsafeDiscardStringContext value.drvPath)
  (builtins.listToAttrs everything)
"#;

fn derivations(nix: &RealNix, project: &Project) -> BTreeMap<String, String> {
    let flake = format!(
        "git+file://{}?dir=examples/initech#.",
        project.repository().display()
    );
    let function = ALL_DERIVATIONS.replace("SYSTEM", &system());
    let answer = nix.run(&[
        "eval",
        "--json",
        "--no-write-lock-file",
        &flake,
        "--apply",
        &function,
    ]);
    serde_json::from_str(&answer).unwrap()
}

/// Edits a file, and gives the names of the derivations that differ by that.
fn changed_by(nix: &RealNix, project: &Project, file: &str) -> BTreeSet<String> {
    let before = derivations(nix, project);
    let path = project.path(file);
    let text = fs_err::read_to_string(&path).unwrap();
    fs_err::write(&path, format!("{text}\n")).unwrap();
    let after = derivations(nix, project);
    fs_err::write(&path, text).unwrap();
    assert!(before.keys().eq(after.keys()));
    after
        .into_iter()
        .filter(|(name, path)| before[name] != *path)
        .map(|(name, _)| name)
        .collect()
}

/// A line for each edited file.
fn table(files: &[&str]) -> Option<String> {
    let nix = real_nix()?;
    let project = initech()?.build();
    let mut table = String::new();
    for file in files {
        let changed = changed_by(&nix, &project, file);
        let mut names: Vec<&str> = changed.iter().map(String::as_str).collect();
        if names.is_empty() {
            names.push("(nothing)");
        }
        writeln!(table, "{file}\n    {}", names.join(" ")).unwrap();
    }
    Some(table)
}

#[test]
fn a_program_changes_its_project_and_what_uses_it() {
    let Some(table) = table(&[
        "packages/projects/flair/src/wardrobe.rs",
        "packages/projects/jump-to-conclusions/src/mat.ts",
        "packages/projects/penny-shaver/rust/lib.rs",
        "packages/projects/penny-shaver/src/penny_shaver/interest.py",
        "packages/projects/pc_load_letter/src/pc_load_letter/printers.py",
        "packages/projects/random-python-project/src/random_python_project/schedule.py",
        "packages/projects/stapler/src/stapler.c",
        "packages/projects/tps-report/tps-report.sh",
    ]) else {
        return;
    };
    insta::assert_snapshot!(table, @"
    packages/projects/flair/src/wardrobe.rs
        checks.flair flair flair.container flair.test
    packages/projects/jump-to-conclusions/src/mat.ts
        checks.jump-to-conclusions jump-to-conclusions jump-to-conclusions.container jump-to-conclusions.test jump-to-conclusions.tests.formatting
    packages/projects/penny-shaver/rust/lib.rs
        checks.penny-shaver devShells.penny-shaver penny-shaver penny-shaver.python penny-shaver.test
    packages/projects/penny-shaver/src/penny_shaver/interest.py
        checks.penny-shaver devShells.penny-shaver penny-shaver penny-shaver.python penny-shaver.test
    packages/projects/pc_load_letter/src/pc_load_letter/printers.py
        checks.pc_load_letter pc_load_letter pc_load_letter.container pc_load_letter.test
    packages/projects/random-python-project/src/random_python_project/schedule.py
        random-python-project random-python-project.test
    packages/projects/stapler/src/stapler.c
        checks.reports-fit-on-a-page checks.stapler stapler stapler.container stapler.test
    packages/projects/tps-report/tps-report.sh
        checks.reports-fit-on-a-page tps-report tps-report.test
    ");
}

#[test]
fn a_test_changes_no_program_and_no_image() {
    let Some(table) = table(&[
        "packages/projects/flair/tests/http.rs",
        "packages/projects/jump-to-conclusions/tests/mat.test.ts",
        "packages/projects/penny-shaver/tests/test_interest.py",
        "packages/projects/pc_load_letter/tests/test_web.py",
        "packages/projects/random-python-project/tests/test_schedule.py",
        "packages/projects/stapler/tests/run.sh",
        "packages/projects/tps-report/tests/run.sh",
    ]) else {
        return;
    };
    insta::assert_snapshot!(table, @"
    packages/projects/flair/tests/http.rs
        checks.flair flair.test
    packages/projects/jump-to-conclusions/tests/mat.test.ts
        checks.jump-to-conclusions jump-to-conclusions.test jump-to-conclusions.tests.formatting
    packages/projects/penny-shaver/tests/test_interest.py
        checks.penny-shaver penny-shaver.test
    packages/projects/pc_load_letter/tests/test_web.py
        checks.pc_load_letter pc_load_letter.test
    packages/projects/random-python-project/tests/test_schedule.py
        random-python-project.test
    packages/projects/stapler/tests/run.sh
        checks.stapler stapler.test
    packages/projects/tps-report/tests/run.sh
        tps-report.test
    ");
}

#[test]
fn a_document_changes_nothing() {
    let Some(table) = table(&[
        "README.md",
        "packages/projects/flair/README.md",
        "packages/projects/jump-to-conclusions/README.md",
        "packages/projects/pc_load_letter/README.md",
        "packages/projects/penny-shaver/README.md",
        "packages/projects/random-python-project/README.md",
        "packages/projects/stapler/README.md",
        "packages/projects/tps-report/README.md",
    ]) else {
        return;
    };
    insta::assert_snapshot!(table, @"
    README.md
        (nothing)
    packages/projects/flair/README.md
        (nothing)
    packages/projects/jump-to-conclusions/README.md
        (nothing)
    packages/projects/pc_load_letter/README.md
        (nothing)
    packages/projects/penny-shaver/README.md
        (nothing)
    packages/projects/random-python-project/README.md
        (nothing)
    packages/projects/stapler/README.md
        (nothing)
    packages/projects/tps-report/README.md
        (nothing)
    ");
}

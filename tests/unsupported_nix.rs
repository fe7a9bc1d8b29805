//! What a Nix gets that nixward does not drive, from a real one: Debian bookworm's, which `cargo xtask test` makes.

use nixward_testing::{Project, RealNix, insta, old_nix};

use crate::support::project;

/// A workspace with the old Nix on PATH. Its flake is fine, so that whatever goes wrong is Nix's age.
fn workspace() -> Option<(Project, RealNix)> {
    let nix = old_nix()?;
    let project = project()
        .nix(&nix)
        .manifest("[workspace]\nname = \"initech\"\n")
        .outputs(
            r#"{ packages.greeter = project "greeter" "echo hello" { test = test "echo tested"; }; }"#,
        )
        .build();
    Some((project, nix))
}

#[test]
fn it_is_refused_by_name_and_asked_for_nothing_but_its_version() {
    let Some((project, nix)) = workspace() else {
        return;
    };
    assert_eq!(nix.version(), "nix (Nix) 2.8.0");
    let program = project.programs().join("nix");
    for args in [
        &["list"][..],
        &["test", "--all"],
        &["plan", "test", "--all"],
        // No project is known yet, so this is not one program's exit code: the README's rule about 125.
        &["run", "greeter"],
        &["shell", "greeter"],
    ] {
        let output = project.nixward(args).run().expect_code(3);
        assert_eq!(output.nix_calls(), [["--version"]], "{args:?}");
        output.expect_stdout_is("").expect_stderr(&format!(
            "error: nix (Nix) 2.8.0 is too old: nixward needs Nix 2.18 or newer (found at {})\n",
            program.display()
        ));
    }
}

#[test]
fn what_to_type_next() {
    let Some((project, _)) = workspace() else {
        return;
    };
    let output = project.nixward(["test", "--all"]).run().expect_code(3);
    insta::assert_snapshot!(output.redacted_stderr(), @r"
    error: nix (Nix) 2.8.0 is too old: nixward needs Nix 2.18 or newer (found at [NIX])

    hint: upgrade it the way it was installed; one of Nix's own installer: nix upgrade-nix
    hint: where that has no newer one, install Nix's own and open a new shell: sh <(curl -L https://nixos.org/nix/install)
    ");
}

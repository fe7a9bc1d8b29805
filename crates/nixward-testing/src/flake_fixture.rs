//! A flake that needs no package set, and whose programs are built in milliseconds.

/// What outputs are written with; see the file.
const FIXTURE: &str = include_str!("flake_fixture/fixture.nix");

const FLAKE: &str = r#"{
  description = "A workspace of the tests";
  outputs = { self }:
    let
      system = "@system@";
      fixture = import ./fixture.nix { inherit system self; salt = "@salt@"; };
      outputs = import ./outputs.nix fixture;
      ofSystem = name: if outputs ? ${name} then { ${name}.${system} = outputs.${name}; } else { };
    in
    ofSystem "packages" // ofSystem "checks" // ofSystem "devShells" // ofSystem "apps" // ofSystem "formatter"
    // (outputs.flake or { });
}
"#;

/// The machine's system, as Nix calls it.
pub fn system() -> String {
    let os = if cfg!(target_os = "macos") {
        "darwin"
    } else {
        std::env::consts::OS
    };
    format!("{}-{os}", std::env::consts::ARCH)
}

/// The files of such a flake: `outputs` is a Nix expression in which everything of `fixture.nix` can be used.
pub(crate) fn files(outputs: &str, salt: &str) -> [(&'static str, String); 3] {
    let flake = FLAKE.replace("@system@", &system()).replace("@salt@", salt);
    [
        ("flake.nix", flake),
        ("fixture.nix", FIXTURE.to_owned()),
        (
            "outputs.nix",
            format!("fixture: with fixture;\n{outputs}\n"),
        ),
    ]
}

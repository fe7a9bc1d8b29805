# The files that each derivation is made of, so that editing a document or an
# example rebuilds nothing.
{ lib }:
let
  inherit (lib) fileset;
  root = ../..;

  # Cargo wants the manifest of every member and something to compile of it, also of
  # those that are no part of the program.
  workspace = fileset.unions [
    (root + "/Cargo.toml")
    (root + "/Cargo.lock")
    (root + "/xtask/Cargo.toml")
    (root + "/xtask/src/main.rs")
    (root + "/crates/nixward-testing/src/lib.rs")
    (root + "/tests/main.rs")
    (root + "/crates/nixward/benches/hot_paths.rs")
    (fileset.fileFilter (file: file.name == "Cargo.toml") (root + "/crates"))
  ];
  ofTheProgram = builtins.filter (name: name != "nixward-testing") (
    builtins.attrNames (builtins.readDir (root + "/crates"))
  );
  toSource =
    files:
    fileset.toSource {
      inherit root;
      fileset = fileset.unions files;
    };
in
{
  manifest = lib.importTOML (root + "/Cargo.toml");

  # What the program is compiled from.
  program = toSource (
    [ workspace ] ++ map (name: fileset.maybeMissing (root + "/crates/${name}/src")) ofTheProgram
  );

  # That and what the tests, clippy and rustfmt read.
  all = toSource [
    workspace
    (root + "/crates")
    (root + "/xtask")
    (root + "/tests")
    (root + "/schemas")
    (root + "/rustfmt.toml")
    (root + "/clippy.toml")
  ];
}

# One crate of a registry as a fixed-output derivation: the archive as it is.
#
# Cargo makes the requests, so which index, mirror, certificates and proxy are
# used is the machine's own configuration.
{ pkgs }:
let
  inherit (pkgs) lib system;
  toolchain = pkgs.rustToolchain;
in
{
  pname,
  version,
  # In hexadecimal, as Cargo.lock has it, or in any form that Nix knows.
  checksum,
  # As Cargo.lock names it.
  registry ? "registry+https://github.com/rust-lang/crates.io-index",
}:
derivation {
  name = "crate-${lib.strings.sanitizeDerivationName "${pname}-${version}"}.tar.gz";
  inherit system registry;
  crateName = pname;
  crateVersion = version;
  builder = "/usr/bin/python3";
  args = [
    "-I"
    "-B"
    ./fetch_crates.py
    "crate"
  ];
  cargo = "${toolchain}/bin";
  outputHash = checksum;
  outputHashAlgo = "sha256";
  outputHashMode = "flat";
  preferLocalBuild = true;
  impureEnvVars = import ./settings.nix { inherit lib; };
}

# Rust: the host's toolchain, copied, and rustPlatform.
final: prev:
let
  inherit (final) lib;
  toolchain = import ./toolchain { pkgs = final; };
in
{
  # All of it in one package. `rustc`, `cargo`, … are parts of this one.
  rustToolchain = toolchain.all;
  inherit (toolchain)
    rustc
    cargo
    clippy
    rustfmt
    ;
  rustc-unwrapped = toolchain.all;

  fetchCrate = import ./fetch/crate.nix { pkgs = final; };

  makeRustPlatform =
    {
      rustc,
      cargo,
      stdenv ? final.stdenv,
      ...
    }:
    import ./platform {
      pkgs = final;
      inherit rustc cargo stdenv;
    };

  rustPlatform = final.makeRustPlatform { inherit (final) rustc cargo; };

  rustPackages = lib.makeScope final.newScope (_: {
    inherit (final)
      rustc
      cargo
      clippy
      rustfmt
      rustPlatform
      ;
  });

  rust = {
    packages.stable = final.rustPackages;
    toRustTarget = platform: platform.rust.rustcTarget;
    toRustTargetSpec = platform: platform.rust.rustcTarget;
  };
}

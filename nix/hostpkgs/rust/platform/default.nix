# rustPlatform for one compiler and Cargo.
{
  pkgs,
  rustc,
  cargo,
  stdenv,
}:
let
  inherit (pkgs) lib;
  vendor = import ../vendor { inherit pkgs; };
  target = stdenv.hostPlatform.rust.rustcTarget;

  hook =
    name: script:
    pkgs.makeSetupHook {
      inherit name;
      substitutions = {
        inherit target;
        environmentTarget = lib.toUpper (builtins.replaceStrings [ "-" ] [ "_" ] target);
      };
    } script;

  self = {
    rust = {
      inherit rustc cargo;
    };

    inherit (vendor) importCargoLock fetchCargoVendor;
    # Its former name; `sha256` is the former name of `hash`.
    fetchCargoTarball =
      { sha256 ? "", ... }@arguments:
      vendor.fetchCargoVendor ({ hash = sha256; } // builtins.removeAttrs arguments [ "sha256" ]);

    cargoSetupHook = hook "cargo-setup-hook" ./hooks/cargo-setup.sh;
    cargoBuildHook = hook "cargo-build-hook" ./hooks/cargo-build.sh;
    cargoCheckHook = hook "cargo-check-hook" ./hooks/cargo-check.sh;
    cargoInstallHook = hook "cargo-install-hook" ./hooks/cargo-install.sh;
    # The build backend itself: a Python package that asks for it in its
    # pyproject.toml is built by it. `cargoSetupHook` is to be there, too.
    maturinBuildHook = pkgs.python3.pkgs.maturin.overrideAttrs (old: {
      propagatedNativeBuildInputs = [
        rustc
        cargo
      ];
    });
    cargoNextestHook = throw "hostpkgs has no cargo-nextest: leave out cargoNextestHook and useNextest, and `cargo test` runs the tests";
    bindgenHook = throw "hostpkgs has no libclang, which rustPlatform.bindgenHook is for";

    buildRustPackage = import ./build-rust-package.nix {
      inherit
        lib
        stdenv
        rustc
        cargo
        ;
      platform = self;
    };
  };
in
self

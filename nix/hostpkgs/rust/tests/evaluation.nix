# What can be known without building anything.
{
  pkgs,
  support,
  arguments,
}:
let
  inherit (pkgs) lib rustPlatform;
  inherit (support) fails;

  build = changes: rustPlatform.buildRustPackage (arguments // changes);
  package = build { };
  lockText = builtins.readFile ./project/Cargo.lock;
  withLock = text: (build { cargoLock.lockFileContents = text; }).drvPath;
  entry = lines: ''
    version = 3
    [[package]]
    name = "stapler"
    version = "1.0.0"
    ${lines}
  '';
  hashed = rustPlatform.buildRustPackage (
    builtins.removeAttrs arguments [ "cargoLock" ] // { cargoHash = lib.fakeHash; }
  );
in
lib.mapAttrs
  (_: { got, want }: {
    expr = got;
    expected = want;
  })
  {
    "nothing says which crates" = {
      got = fails (rustPlatform.buildRustPackage (builtins.removeAttrs arguments [ "cargoLock" ])).drvPath;
      want = true;
    };
    "a lock that does not exist" = {
      got = fails (build { cargoLock.lockFile = ./project/no-such.lock; }).drvPath;
      want = true;
    };
    "a crate of a git repository" = {
      got = fails (withLock (entry ''source = "git+file:///stapler#0123456789"''));
      want = true;
    };
    "a lock without checksums" = {
      got = fails (withLock (entry ''source = "registry+https://example.com/index"''));
      want = true;
    };
    "cargo-nextest" = {
      got = fails (build { useNextest = true; }).drvPath;
      want = true;
    };
    "the lock's text is as good as its file" = {
      got = withLock lockText;
      want = package.drvPath;
    };
    # An older Cargo's lock differs in its first lines only, where no crate is of git.
    "the format before the last" = {
      got = fails (withLock (builtins.replaceStrings [ "version = 4" ] [ "version = 3" ] lockText));
      want = false;
    };
    "one download for each crate, by the lock's own checksum" = {
      got = (pkgs.fetchCrate { pname = "x"; version = "1.0.0+y"; checksum = builtins.hashString "sha256" ""; }).name;
      want = "crate-x-1.0.0+y.tar.gz";
    };
    "the source does not matter to the crates" = {
      got = (build { src = ../tests; }).cargoDeps.drvPath;
      want = package.cargoDeps.drvPath;
    };
    "other crates by overrideAttrs" = {
      got = (package.overrideAttrs { cargoDeps = pkgs.bash; }).cargoDeps.drvPath;
      want = pkgs.bash.drvPath;
    };
    "another hash by overrideAttrs" = {
      got = (hashed.overrideAttrs { cargoHash = "sha256-${lib.fixedWidthString 43 "B" ""}="; }).cargoDeps.drvPath == hashed.cargoDeps.drvPath;
      want = false;
    };
    "a hash as it was written under the former names" = {
      got = map (deps: deps.vendorStaging.outPath) [
        (rustPlatform.buildRustPackage (
          builtins.removeAttrs arguments [ "cargoLock" ] // { cargoSha256 = lib.fixedWidthString 52 "0" ""; }
        )).cargoDeps
        (rustPlatform.fetchCargoTarball {
          name = "${package.pname}-${package.version}";
          inherit (package) src;
          sha256 = lib.fakeSha256;
        })
      ];
      want = [
        hashed.cargoDeps.vendorStaging.outPath
        hashed.cargoDeps.vendorStaging.outPath
      ];
    };
    "attributes for the build" = {
      got = [
        package.pname
        package.doCheck
        package.cargoBuildType
        (build { doCheck = false; }).doCheck
        (package.overrideAttrs { doCheck = false; }).doCheck
      ];
      want = [ "paper-jam" true "release" false false ];
    };
    "the place is the package's" = {
      got = lib.hasInfix "rust/tests/default.nix" package.meta.position;
      want = true;
    };
    "the names of nixpkgs" = {
      got = [
        rustPlatform.rust.cargo.drvPath
        pkgs.rust.packages.stable.rustPlatform.rust.rustc.drvPath
        pkgs.rustPackages.clippy.drvPath
        (pkgs.makeRustPlatform { inherit (pkgs) rustc cargo; }).rust.rustc.drvPath
      ];
      want = [
        pkgs.cargo.drvPath
        pkgs.rustc.drvPath
        pkgs.clippy.drvPath
        pkgs.rustc.drvPath
      ];
    };
    "another toolchain" = {
      got = (import ../.. { inherit (pkgs) system; config.rustToolchain = "/opt/rust"; }).rustc.drvPath == pkgs.rustc.drvPath;
      want = false;
    };
  }

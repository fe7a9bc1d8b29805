# nixward itself, by nixpkgs' own means: the package, its tests, checks and shell.
{ pkgs }:
let
  inherit (pkgs) lib;
  source = import ./source.nix { inherit lib; };

  common = {
    inherit (source.manifest.workspace.package) version;
    cargoLock.lockFile = ../../Cargo.lock;
  };

  testPrograms = pkgs.callPackage ./test-programs.nix { inherit common source; };
  nixward = pkgs.callPackage ./package.nix { inherit common source testPrograms; };
in
{
  inherit nixward;
  # Not by callPackage, which would add its own attributes to the set of checks.
  checks = import ./checks.nix {
    inherit
      pkgs
      common
      source
      testPrograms
      ;
  };
  shell = pkgs.callPackage ./shell.nix { inherit nixward; };
}

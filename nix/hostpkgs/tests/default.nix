# The set's own tests: `nix flake check path:…/nix/hostpkgs`, or any one of them
# by `nix build path:…/nix/hostpkgs#checks.<system>.<name>`.
{ pkgs }:
let
  inherit (pkgs) lib;
  support = import ./support.nix { inherit pkgs; };
  call = file: import file { inherit pkgs lib support; };
in
{
  lib = support.evaluated "lib" (call ./lib.nix);
  lib-values = support.evaluated "lib-values" (call ./lib-values.nix);
  lib-formats = support.evaluated "lib-formats" (call ./lib-formats.nix);
  modules = support.evaluated "modules" (call ./modules.nix);
  package-set = support.evaluated "package-set" (call ./package-set.nix);
}
// call ./relocation.nix
// call ./phases.nix
// call ./outputs.nix
// call ./c-projects.nix
// call ./build-systems.nix
// call ./writers.nix
// call ./builders.nix
// call ./joins.nix
// call ./shells.nix
// call ./images.nix

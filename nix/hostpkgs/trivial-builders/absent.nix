# What cannot be had on one machine's own toolchain. Packages call for these by
# name, often for other systems only; so they say what they are where they are used.
final:
let
  absent = name: reason: throw "${name}: hostpkgs has ${reason}; use nixpkgs itself";
in
{
  darwin = absent "darwin" "nothing for macOS";
  pkgsCross = absent "pkgsCross" "no cross compilers";
  pkgsStatic = absent "pkgsStatic" "no other C library than the machine's";
  pkgsMusl = absent "pkgsMusl" "no other C library than the machine's";
  pkgsi686Linux = absent "pkgsi686Linux" "packages for the machine's own system only";
  nixos = absent "nixos" "no NixOS";
  buildFHSEnv = absent "buildFHSEnv" "no root folders of its own";
  buildFHSUserEnv = absent "buildFHSUserEnv" "no root folders of its own";
}

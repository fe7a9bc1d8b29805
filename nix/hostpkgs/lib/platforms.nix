# Lists of systems for meta.platforms.
{ lib }:
let
  all = lib.systems.flakeExposed;
  ending = suffix: builtins.filter (lib.hasSuffix suffix) all;
  starting = prefix: builtins.filter (lib.hasPrefix prefix) all;
in
{
  inherit all;
  none = [ ];
  linux = ending "-linux";
  darwin = ending "-darwin";
  unix = all;
  gnu = ending "-linux";
  x86_64 = starting "x86_64-";
  i686 = starting "i686-";
  x86 = starting "x86_64-" ++ starting "i686-";
  aarch64 = starting "aarch64-";
  arm = starting "arm";
  riscv = starting "riscv";
  windows = [ ];
}

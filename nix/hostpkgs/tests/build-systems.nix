# CMake with make and with Ninja, from configuring to installing.
{ pkgs, lib, support }:
let
  build =
    generators:
    pkgs.stdenv.mkDerivation {
      pname = "configured-by-cmake";
      version = "1";
      src = ./cmake-project;
      nativeBuildInputs = [ pkgs.cmake ] ++ generators;
      cmakeFlags = [ (lib.cmakeFeature "WORD" "evening") ];
      doCheck = true;
      meta.mainProgram = "greet";
    };
  withMake = build [ ];
  withNinja = build [ pkgs.ninja ];
in
{
  cmake = support.script "cmake" { } ''
    expectEqual "$(${lib.getExe withMake})" "good evening"
    expectEqual "$(${lib.getExe withNinja})" "good evening"
  '';
}

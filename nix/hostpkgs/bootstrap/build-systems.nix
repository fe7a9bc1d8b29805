# CMake and Ninja: copies of the host's, with the phases that they bring.
{ final, lib }:
let
  inherit (final) hostCopy;
  withHook = hook: ''
    mkdir -p "$out/nix-support"
    cp ${hook} "$out/nix-support/setup-hook"
  '';
in
{
  cmake = hostCopy {
    pname = "cmake";
    programs = [ "cmake" ];
    optionalPrograms = [
      "ctest"
      "cpack"
    ];
    # Its modules, texts all of them, are found beside the program.
    postCopy = ''
      mkdir -p "$out/share"
      cp -r --no-preserve=mode /usr/share/cmake-[0-9]* "$out/share/"
    ''
    + withHook ./build-systems/cmake.sh;
    meta = {
      description = "Build system generator";
      mainProgram = "cmake";
    };
  };
  ninja = hostCopy {
    pname = "ninja";
    debian = "ninja-build";
    programs = [ "ninja" ];
    postCopy = withHook ./build-systems/ninja.sh;
    meta = {
      description = "Small build system with a focus on speed";
      mainProgram = "ninja";
    };
  };
}

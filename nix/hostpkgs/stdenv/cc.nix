# The host's own C compiler, behind wrappers that make what it links run with
# the store's C library.
#
# The compiler, the linker and the headers stay the host's: they work during a
# build only. Nothing of them gets into an output.
{ lib, tools }:
let
  inherit (tools) hostCopy glibc bash;

  triple = "${tools.stdenv.hostPlatform.parsed.cpu.name}-linux-gnu";
  runtimeLibrary = name: {
    from = "/usr/lib/${triple}/${name}";
    to = "lib/${name}";
    optional = true;
  };
  runtime = hostCopy {
    pname = "gcc-libraries";
    debian = "libstdc++6";
    files =
      map runtimeLibrary [
        "libstdc++.so.6"
        "libgomp.so.1"
        "libatomic.so.1"
        "libquadmath.so.0"
      ]
      ++ [ (runtimeLibrary "libgcc_s.so.1" // { optional = false; debian = "libgcc-s1"; }) ];
    meta.description = "The run-time libraries of GCC";
  };

  unwrapped = {
    pname = "gcc";
    version = "host";
    name = "gcc-host";
    lib = runtime;
    isGNU = true;
    isClang = false;
  };

  position = "${toString ./cc.nix}:1";
in
lib.extendDerivation true
  {
    pname = "gcc-wrapper";
    version = "host";
    cc = unwrapped;
    inherit (unwrapped) isGNU isClang;
    targetPrefix = "";
    # The linker and its like are beside the compiler.
    bintools = tools.gcc // {
      dynamicLinker = "${glibc}/lib/${
        if lib.hasPrefix "aarch64" tools.system then "ld-linux-aarch64.so.1" else "ld-linux-x86-64.so.2"
      }";
    };
    libc = glibc;
    meta = {
      description = "The host's GNU Compiler Collection";
      mainProgram = "gcc";
      available = true;
      inherit position;
      outputsToInstall = [ "out" ];
    };
  }
  (derivation {
    name = "gcc-wrapper-host";
    inherit (tools) system;
    hostEpoch = tools.config.hostEpoch or (lib.fileContents ../host-epoch);
    outputs = [ "out" ];
    builder = "${bash}/bin/bash";
    PATH = "${tools.coreutils}/bin:${tools.gnused}/bin";
    preferLocalBuild = true;
    args = [
      "-eu"
      ./make-cc.sh
      "${bash}/bin/bash"
      "${glibc}"
      "${runtime}"
      ./cc-wrapper.sh
      ./cc-setup-hook.sh
    ];
  })

# Systems, and the facts about one that package files ask for.
{ lib }:
rec {
  # The systems that flakes usually have outputs for.
  flakeExposed = [
    "x86_64-linux"
    "aarch64-linux"
    "x86_64-darwin"
    "armv6l-linux"
    "armv7l-linux"
    "i686-linux"
    "aarch64-darwin"
    "powerpc64le-linux"
    "riscv64-linux"
  ];
  supported.hydra = flakeExposed;
  doubles.all = flakeExposed;

  # { system; isLinux; … } for a system's name, or for a set that has one.
  elaborate =
    systemOrSet:
    let
      given = if builtins.isString systemOrSet then { system = systemOrSet; } else systemOrSet;
      system = given.system;
      parts = lib.splitString "-" system;
      cpu = builtins.head parts;
      kernel = lib.last parts;
      isLinux = kernel == "linux";
      isDarwin = kernel == "darwin";
      linuxArch =
        {
          x86_64 = "x86_64";
          aarch64 = "arm64";
        }
        .${cpu} or cpu;
    in
    # What no system here is; package files ask for all of them.
    lib.genAttrs [
      "isAndroid"
      "isAvr"
      "isCygwin"
      "isEfi"
      "isFreeBSD"
      "isGenode"
      "isGhcjs"
      "isJavaScript"
      "isM68k"
      "isMinGW"
      "isMips"
      "isMips32"
      "isMips64"
      "isMsvc"
      "isNetBSD"
      "isNone"
      "isOpenBSD"
      "isPE"
      "isRedox"
      "isS390"
      "isS390x"
      "isSparc"
      "isSunOS"
      "isUefi"
      "isWasi"
      "isiOS"
      "useAndroidPrebuilt"
      "useiOSPrebuilt"
    ] (_: false)
    // given
    // rec {
      inherit system isLinux isDarwin linuxArch;
      config = if isDarwin then "${cpu}-apple-darwin" else "${cpu}-unknown-linux-gnu";
      parsed = {
        cpu = {
          name = cpu;
          bits = if is64bit then 64 else 32;
          family = if isx86 then "x86" else "arm";
        };
        kernel.name = kernel;
        vendor.name = if isDarwin then "apple" else "unknown";
        abi.name = if isLinux then "gnu" else "unknown";
      };
      isUnix = true;
      isElf = isLinux;
      isMacho = isDarwin;
      isArmv7 = lib.hasPrefix "armv7" cpu;
      isRiscV32 = cpu == "riscv32";
      isRiscV64 = cpu == "riscv64";
      isPower = lib.hasPrefix "powerpc" cpu;
      isPower64 = lib.hasPrefix "powerpc64" cpu;
      isLoongArch64 = cpu == "loongarch64";
      isILP32 = false;
      hasSharedLibraries = true;
      linker = if isDarwin then "cctools" else "bfd";
      uname = {
        system = if isDarwin then "Darwin" else "Linux";
        processor = if isDarwin && isAarch64 then "arm64" else cpu;
        release = null;
      };
      node = {
        platform = kernel;
        arch = if isx86_64 then "x64" else if isAarch64 then "arm64" else cpu;
      };
      isWindows = false;
      isx86_64 = cpu == "x86_64";
      isi686 = cpu == "i686";
      isx86_32 = isi686;
      isx86 = isx86_64 || isi686;
      isAarch64 = cpu == "aarch64";
      isAarch32 = lib.hasPrefix "armv" cpu;
      isAarch = isAarch64 || isAarch32;
      isRiscV = lib.hasPrefix "riscv" cpu;
      is64bit = isx86_64 || isAarch64 || lib.hasSuffix "64" cpu || lib.hasInfix "64" cpu;
      is32bit = !is64bit;
      isLittleEndian = true;
      isBigEndian = false;
      isGnu = isLinux;
      isMusl = false;
      isStatic = false;
      isMacOS = isDarwin;
      isWasm = false;
      isBSD = isDarwin;
      libc = if isDarwin then "libSystem" else "glibc";
      canExecute = other: other.system == system;
      emulatorAvailable = _: false;
      qemuArch = cpu;
      go = {
        GOOS = kernel;
        GOARCH = if isx86_64 then "amd64" else if isAarch64 then "arm64" else cpu;
      };
      rust = {
        rustcTarget = config;
        rustcTargetSpec = config;
        cargoShortTarget = config;
        cargoEnvVarTarget = lib.toUpper (builtins.replaceStrings [ "-" ] [ "_" ] config);
      };
      extensions = {
        executable = "";
        library = sharedLibrary;
        sharedLibrary = sharedLibrary;
        staticLibrary = ".a";
      };
      sharedLibrary = if isDarwin then ".dylib" else ".so";
      useLLVM = false;
      darwinArch = if isAarch64 then "arm64" else cpu;
      gcc = { };
    };
  equals = a: b: a.system == b.system;
}

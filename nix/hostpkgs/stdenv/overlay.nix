# stdenv, stdenvNoCC and the C compiler.
final: prev:
let
  inherit (final) lib system;
  tools = final.bootstrapSet;

  platform = lib.systems.elaborate system;

  # What a build has besides its inputs, compiler or not.
  basicTools = [
    tools.coreutils
    tools.findutils
    tools.diffutils
    tools.gnused
    tools.gnugrep
    tools.gawk
    tools.gnutar
    tools.gzip
    tools.bash
  ];

  # Tools that a bare Debian does not have come in where the build needs them.
  sourceNames = attrs: map toString (lib.toList (attrs.srcs or [ ]) ++ lib.optional (attrs ? src) (attrs.src.name or attrs.src));
  endsIn = endings: attrs: lib.any (name: lib.any (ending: lib.hasSuffix ending name) endings) (sourceNames attrs);
  implicitInputs =
    attrs:
    lib.optional ((attrs.patches or [ ]) != [ ]) tools.gnupatch
    ++ lib.optional (endsIn [ ".xz" ".txz" ] attrs) tools.xz
    ++ lib.optional (endsIn [ ".bz2" ".tbz" ".tbz2" ] attrs) tools.bzip2
    ++ lib.optional (endsIn [ ".zst" ] attrs) tools.zstd
    ++ lib.optional (endsIn [ ".zip" ] attrs) tools.unzip;

  makeStdenv =
    {
      name,
      cc,
      initialPath,
    }:
    let
      shell = "${tools.bash}/bin/bash";
      setupText = ''
        SHELL=${shell}
        initialPath="${toString initialPath}"
        defaultNativeBuildInputs="${lib.optionalString (cc != null) "${cc}"}"
        compilerLibraries="${lib.optionalString (cc != null) "${cc.cc.lib}"}"
        hostStrip="${lib.optionalString (cc != null) "/usr/bin/strip"}"
        hostRelocate=${../bootstrap/relocate}
        hostLibc=${tools.glibc}
        ${lib.concatMapStringsSep "\n" builtins.readFile [
          ./setup/environment.sh
          ./setup/hooks.sh
          ./setup/helpers.sh
          ./setup/substitute.sh
          ./setup/outputs.sh
          ./setup/inputs.sh
          ./setup/phases.sh
          ./setup/fixup.sh
          ./setup/start.sh
        ]}
      '';
      setupDerivation = derivation {
        inherit name system setupText;
        passAsFile = [ "setupText" ];
        outputs = [ "out" ];
        builder = shell;
        PATH = "${tools.coreutils}/bin";
        args = [
          "-euc"
          ''
            mkdir "$out"
            cp "$setupTextPath" "$out/setup"
            exit 0
          ''
        ];
        preferLocalBuild = true;
      };
      self =
        lib.extendDerivation true {
          inherit
            shell
            cc
            initialPath
            system
            ;
          hasCC = cc != null;
          # Checks a script's syntax.
          shellDryRun = "${shell} -n -O extglob";
          hostPlatform = platform;
          buildPlatform = platform;
          targetPlatform = platform;
          inherit (platform)
            isLinux
            isDarwin
            isx86_64
            isAarch64
            is64bit
            ;
          mkDerivation = import ./mk-derivation.nix {
            inherit
              lib
              system
              shell
              implicitInputs
              ;
            stdenv = setupDerivation;
          };
          override = changes: makeStdenv ({ inherit name cc initialPath; } // changes);
          meta = {
            description = "The build environment";
            position = "${toString ./overlay.nix}:40";
          };
          tests = { };
        } setupDerivation;
    in
    self;
in
{
  stdenvNoCC = makeStdenv {
    name = "stdenv-no-cc";
    cc = null;
    initialPath = basicTools;
  };
  stdenv = makeStdenv {
    name = "stdenv";
    cc = tools.gcc;
    initialPath = basicTools ++ [ tools.gnumake ];
  };
  gccStdenv = final.stdenv;

  gcc = import ./cc.nix { inherit lib tools; };
  cc = final.gcc;
  gcc-unwrapped = final.gcc.cc;
  # The tools beside the compiler are its wrapper's.
  binutils = final.gcc;
  libgcc = final.gcc.cc.lib;
}

# Tests of packages: pkgs.testers.
final:
let
  inherit (final) lib;
  needsMachines = name: _: throw "testers.${name}: hostpkgs has no virtual machines; use nixpkgs itself for such tests";
in
{
  testers = {
    # A test's script; its environment is the test's, not a package's.
    runCommand =
      {
        name,
        script,
        buildInputs ? [ ],
        nativeBuildInputs ? [ ],
        ...
      }@arguments:
      final.stdenv.mkDerivation (
        {
          inherit name buildInputs nativeBuildInputs;
          buildCommand = script;
        }
        // builtins.removeAttrs arguments [
          "name"
          "script"
          "hash"
        ]
      );

    # The program says its version.
    testVersion =
      {
        package,
        command ? "${lib.getExe package} --version",
        version ? lib.getVersion package,
        ...
      }:
      final.runCommand "${package.name}-test-version" { nativeBuildInputs = [ package ]; } ''
        # Some say it with a status that is not 0.
        if said=$(${command} 2>&1) || [ -n "$said" ]; then
          # The package's own store path has its version, too.
          said=$(sed "s|$NIX_STORE/[^/ ]*/||g" <<< "$said")
          if ! grep -Fw -- ${lib.escapeShellArg version} <<< "$said"; then
            echo "testVersion: '${version}' is not in what ${package.name} says: $said" >&2
            exit 1
          fi
        else
          echo "testVersion: ${package.name} says nothing" >&2
          exit 1
        fi
        touch "$out"
      '';

    testEqualContents =
      {
        assertion,
        actual,
        expected,
        checkMetadata ? false,
      }:
      final.runCommand "equal-contents-${lib.strings.toLower (lib.sanitizeDerivationName assertion)}"
        {
          inherit assertion actual expected;
        }
        ''
          echo "checking: $assertion"
          if ! diff --unified --recursive --no-dereference -- "$expected" "$actual"; then
            echo "testEqualContents: contents differ: $assertion" >&2
            exit 1
          fi
          find "$expected" -type f -executable -printf '%P\n' | sort > expected-programs
          find "$actual" -type f -executable -printf '%P\n' | sort > actual-programs
          if ! diff --unified expected-programs actual-programs; then
            echo "testEqualContents: other files are executable: $assertion" >&2
            exit 1
          fi
          touch "$out"
        '';

    testEqualDerivation =
      assertion: a: b:
      if a.drvPath == b.drvPath then
        final.runCommandLocal "equal-derivation-${lib.sanitizeDerivationName assertion}" { } ''touch "$out"''
      else
        throw "testEqualDerivation: ${assertion}: ${a.drvPath} and ${b.drvPath} differ";

    # A package that must not build: `result` has testBuildFailure.log and .exit.
    testBuildFailure =
      drv:
      drv.overrideAttrs (old: {
        builder = final.runtimeShell;
        args = [
          "-c"
          ''
            export PATH=${final.coreutils}/bin
            status=0
            "$@" > "$NIX_BUILD_TOP/testBuildFailure.log" 2>&1 || status=$?
            cat "$NIX_BUILD_TOP/testBuildFailure.log"
            if [ "$status" = 0 ]; then
              echo "testBuildFailure: the build succeeded" >&2
              exit 1
            fi
            for output in ''${outputs:-out}; do
              folder="''${!output}"
              # What was there when it failed is the result, as far as it is a folder.
              [ -d "$folder" ] || rm -f "$folder"
              mkdir -p "$folder"
            done
            mv "$NIX_BUILD_TOP/testBuildFailure.log" "$out/"
            echo "$status" > "$out/testBuildFailure.exit"
            exit 0
          ''
          "testBuildFailure"
          "${old.realBuilder or final.runtimeShell}"
        ]
        ++ old.args or [
          "-e"
          (old.builder or ../stdenv/builder.sh)
        ];
      });

    # A fetcher whose output's name changes with how it fetches.
    invalidateFetcherByDrvHash =
      fetch: arguments:
      let
        plain = fetch arguments;
        salted = fetch (
          arguments
          // {
            name = "${arguments.name or "source"}-salted-${
              builtins.substring 0 12 (builtins.hashString "sha256" (builtins.unsafeDiscardStringContext plain.drvPath))
            }";
          }
        );
      in
      salted;

    shellcheck =
      {
        src,
        name ? "shellcheck",
      }:
      final.runCommand name { nativeBuildInputs = [ final.shellcheck ]; } ''
        find ${src} -type f -name '*.sh' -print0 | xargs -0 -r shellcheck
        find ${src} -maxdepth 0 -type f -print0 | xargs -0 -r shellcheck
        touch "$out"
      '';

    nixosTest = needsMachines "nixosTest";
    runNixOSTest = needsMachines "runNixOSTest";
  };
  nixosTest = final.testers.nixosTest;
}

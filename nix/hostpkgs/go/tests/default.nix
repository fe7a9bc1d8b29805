# The tests of the Go part: an attribute set of derivations that build where all
# is well, and where the host has Go. They download from a folder.
{ pkgs }:
let
  inherit (pkgs) lib buildGoModule;
  support = import ../../tests/support.nix { inherit pkgs; };
  inherit (support) script isolated;

  proxy = pkgs.runCommand "go-module-proxy" { } ''
    ${pkgs.python3.interpreter} ${./make_proxy.py} initech.example/text v1.0.0 ${./text} "$out"
  '';

  report = buildGoModule {
    pname = "report";
    version = "2.1.0";
    src = ./project;
    vendorHash = "sha256-vhAhzu3ZPAl1XlBxPNUnYwu1TgZxP2WJbcRkGd/x1uA=";
    overrideModAttrs.preBuild = "export GOPROXY=file://${proxy} GOSUMDB=off";
    ldflags = [
      "-s"
      "-w"
      "-X main.version=2.1.0"
    ];
    tags = [ "saturday" ];
    meta.mainProgram = "report";
  };
  said = "Yeah, Peter, I'm gonna need you to come in on Saturday";

  # The source with its dependency in it.
  vendored = pkgs.runCommand "vendored-source" { } ''
    cp -r ${./project} "$out"
    chmod -R u+w "$out"
    cp -r ${report.goModules} "$out/vendor"
  '';
in
{
  programs = isolated "go-programs" { } ''
    expectEqual "$(${report}/bin/report)" "${said} 2.1.0 saturday"
    expectEqual "$(${report}/bin/ping)" 127.0.0.1
    expectEqual "$(echo ${report}/bin/*)" "${report}/bin/ping ${report}/bin/report"
  '';

  # Folders decide what is left out, not the module's name; tags also decide what there is.
  choice =
    let
      package = buildGoModule {
        pname = "tools";
        version = "1";
        src = pkgs.runCommand "tools-source" { } ''
          mkdir -p "$out"/{cmd/{ping,tool,late},examples/show,checks}
          cd "$out"
          printf 'module initech.example/tools\n\ngo 1.19\n' > go.mod
          for folder in cmd/ping cmd/tool examples/show; do
            printf 'package main\n\nfunc main() { println("%s") }\n' "$folder" > "$folder/main.go"
          done
          { printf '//go:build saturday\n\n'; cat cmd/ping/main.go; } > cmd/late/main.go
          # Tests only, which run although vet has something to say.
          printf '%s\n' 'package checks' 'import ("fmt"; "os"; "testing")' \
            'func TestIt(t *testing.T) { fmt.Printf("%d\n", "x"); os.WriteFile(os.Getenv("RAN"), nil, 0o644) }' > checks/it_test.go
        '';
        vendorHash = null;
        excludedPackages = [ "tool" ];
        tags = [ "saturday" ];
        preCheck = ''export RAN="$NIX_BUILD_TOP/ran"'';
        postCheck = ''[ -e "$RAN" ]'';
      };
    in
    script "go-choice" { } ''expectEqual "$(cd ${package}/bin && echo *)" "late ping"'';

  # Nix does not look for Go in what was built, so the build does.
  references =
    let
      untrimmed = report.overrideAttrs {
        GOFLAGS = "-trimpath=false";
        ldflags = [ ];
      };
      refused = pkgs.testers.testBuildFailure untrimmed;
      allowed = untrimmed.overrideAttrs { allowGoReference = true; };
    in
    script "go-references" { } ''
      grep 'this refers to the Go that built it' ${refused}/testBuildFailure.log
      ${allowed}/bin/report
    '';

  # Neither Go nor the compiler is needed to run it, nor are names of the build's folders in it.
  closure =
    script "go-closure"
      {
        closure = pkgs.closureInfo { rootPaths = [ report ]; };
      }
      ''
        if grep -E 'go-wrapper|gcc-wrapper|go-modules|hook' "$closure/store-paths"; then
          fail "this is needed to build it, not to run it"
        fi
        if grep -aE '/usr/lib/go|nix-build-report' ${report}/bin/*; then
          fail "a program names a folder of the build"
        fi
      '';

  # Without the C library a program is static.
  static =
    let
      package = report.overrideAttrs (old: {
        env = old.env // {
          CGO_ENABLED = "0";
        };
        subPackages = [ "cmd/ping" ];
      });
      older = buildGoModule {
        name = "ping";
        src = ./project;
        modRoot = ".";
        inherit (report) vendorHash goModules;
        CGO_ENABLED = 0;
        excludedPackages = [ "cmd/report" ];
        doCheck = false;
      };
    in
    isolated "go-static" { } ''
      for package in ${package} ${older}; do
        expectEqual "$(echo "$package"/bin/*)" "$package/bin/ping"
        expectEqual "$("$package/bin/ping")" 127.0.0.1
        if grep -q ld-linux "$package/bin/ping"; then fail "it is linked with the C library"; fi
      done
    '';

  vendored-source =
    let
      package = buildGoModule {
        pname = "report";
        version = "0";
        src = vendored;
        vendorHash = null;
      };
    in
    script "go-vendored-source" { } ''expectEqual "$(${package}/bin/report)" "${said} unknown weekday"'';

  no-dependencies =
    let
      package = buildGoModule (final: {
        pname = "hello";
        version = "1";
        src = pkgs.writeTextDir "hello/main.go" ''
          package main

          func main() { println("hello") }
        '';
        postPatch = ''printf 'module initech.example/hello\n\ngo 1.19\n' > hello/go.mod'';
        modRoot = "hello";
        vendorHash = null;
        passthru.called = final.pname;
      });
    in
    assert package.called == "hello";
    script "go-no-dependencies" { } ''expectEqual "$(${package}/bin/hello 2>&1)" hello'';

  # Tests run, and a failing one fails the build.
  checks =
    script "go-checks"
      {
        inherit (report) nativeBuildInputs;
      }
      ''
        cp -r ${vendored} project
        chmod -R u+w project
        sed -i 's/on Saturday"/on Sunday"/' project/report.go
        modRoot=project
        goConfigurePhase
        if goCheckPhase > log 2>&1; then fail "a failing test counts for nothing"; fi
        grep -- '--- FAIL: TestLine' log
      '';

  shell =
    let
      shell = pkgs.mkShell { inputsFrom = [ report ]; };
    in
    script "go-shell" { } ''grep -F "${pkgs.go}/bin" ${shell} || fail "the shell has no go"'';

  # What goes wrong says what to do.
  failures =
    script "go-failures"
      {
        inherit (report) nativeBuildInputs;
      }
      ''
        fails() {
          local message="$1" result=0
          shift
          (set -e; "$@") > said 2>&1 || result=$?
          cat said
          [ "$result" != 0 ] || fail "this was no failure: $*"
          grep -qF -- "$message" said || fail "it does not say: $message"
        }
        newProject() {
          cd "$NIX_BUILD_TOP"
          rm -rf project
          cp -r ${./project} project
          chmod -R u+w project
        }
        export modRoot=project impureEnvVars=

        newProject
        fails 'vendorHash is null without a vendor folder' goConfigurePhase
        fails 'modRoot says where it is' env -u modRoot bash -c 'modRoot=. . ${../phases.sh}; runHook() { :; }; goConfigurePhase'

        newProject
        sed -i '/^require/d' project/go.mod
        excludedPackages=. fails 'subPackages, excludedPackages and tags leave none' goConfigurePhase

        # The hash was not brought up to date.
        goModules=${report.goModules}
        sed -i 's/text v1.0.0/text v1.1.0/' project/go.mod
        fails 'go.mod is not the one that vendorHash was made for' goConfigurePhase
        unset goModules

        source ${../vendor.sh}
        newProject
        mkdir project/vendor
        fails 'set vendorHash = null to use it' goVendor
        newProject
        rm -r project/*.go project/cmd/report project/go.sum
        printf 'module a.example/b\n\ngo 1.19\n' > project/go.mod
        fails 'the module needs no others' goVendor

        # A host without Go.
        sed 's,/usr/bin/go,/usr/bin/there-is-no-go,' ${pkgs.go}/bin/go > go
        fails 'install the Debian package golang-go' bash ./go version
      '';
}

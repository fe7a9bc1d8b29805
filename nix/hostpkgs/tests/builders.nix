# Fetchers, formats, hooks and testers.
{ pkgs, lib, support }:
let
  inherit (pkgs) stdenvNoCC writeTextDir;

  value = {
    name = ''two "words"'';
    number = 1;
    share = 0.5;
    flags = [ true false ];
    table.deep.key = "x";
    table."odd key" = [ 1 2 ];
    entries = [
      { a = 1; }
      {
        a = 2;
        inner.b = "c";
      }
    ];
    empty = { };
  };
  toml = (pkgs.formats.toml { }).generate "value.toml" value;
  ini = (pkgs.formats.ini { listToValue = lib.concatStringsSep ","; }).generate "x.ini" {
    section.list = [ "a" "b" ];
    section.key = 1;
  };
  global = (pkgs.formats.iniWithGlobalSection { }).generate "x.ini" {
    globalSection.a = 1;
    sections.s.b = 2;
  };
  properties = (pkgs.formats.javaProperties { comment = "ours"; }).generate "x.properties" { "a b" = "c:d"; };
  lua = (pkgs.formats.lua { }).generate "x.lua" { a = 1; };

  program = stdenvNoCC.mkDerivation {
    pname = "program";
    version = "1.2";
    dontUnpack = true;
    doInstallCheck = true;
    nativeBuildInputs = [
      pkgs.copyDesktopItems
      pkgs.writableTmpDirAsHomeHook
    ];
    nativeInstallCheckInputs = [ pkgs.versionCheckHook ];
    desktopItems = [
      (pkgs.makeDesktopItem {
        name = "program";
        desktopName = "Program";
        exec = "run %U";
        categories = [ "Utility" ];
        terminal = true;
        actions.new = {
          name = "New";
          exec = "run new";
        };
      })
    ];
    installPhase = ''
      runHook preInstall
      mkdir -p "$out/bin"
      echo kept > "$HOME/file"
      printf '#!/bin/sh\n[ "$1" = --version ] && echo "program 1.2"\n' > "$out/bin/run"
      chmod +x "$out/bin/run"
      runHook postInstall
    '';
    meta.mainProgram = "run";
  };
  failing = pkgs.testers.testBuildFailure (
    pkgs.runCommand "failing" { } ''
      echo reason
      exit 3
    ''
  );
  # It says nothing but its own path, of which the version is a part.
  pathOnly = pkgs.testers.testBuildFailure (
    program.overrideAttrs { postInstall = ''printf '#!/bin/sh\necho "usage: $0"\n' > "$out/bin/run"''; }
  );
  wrongVersion = pkgs.testers.testBuildFailure (program.overrideAttrs { version = "1.3"; });

  source = writeTextDir "file" "first\n";
  patch = pkgs.writeText "x.patch" ''
    --- a/file
    +++ b/file
    @@ -1 +1 @@
    -first
    +second
  '';
  patched = pkgs.applyPatches {
    src = source;
    patches = [ patch ];
    postPatch = "echo more >> file";
  };
  only = pkgs.srcOnly (
    stdenvNoCC.mkDerivation {
      pname = "only";
      version = "1";
      src = source;
      patches = [ patch ];
    }
  );

  # The paths that patterns keep of a tree of files.
  kept =
    patterns: type: path:
    pkgs.nix-gitignore.gitignoreFilter patterns "/root" "/root/${path}" type;

  documentation = pkgs.nixosOptionsDoc {
    options =
      builtins.removeAttrs
        (lib.evalModules {
          modules = [
            {
              options.service.port = lib.mkOption {
                type = lib.types.port // { description = "16 bit"; };
                default = 80;
                description = "Where it listens.";
              };
              options.users = lib.mkOption {
                visible = "transparent";
                type = lib.types.attrsOf (
                  lib.types.submodule {
                    options.shell = lib.mkOption {
                      type = lib.types.str;
                      description = "The shell.";
                    };
                  }
                );
              };
            }
          ];
        }).options
        [ "_module" ];
    # The folder of these tests is another on every machine.
    transformOptions = option: option // { declarations = [ ]; };
  };
  python = pkgs.writers.writePython3Bin "python-program" { } "print('from python')";
  wrapped = pkgs.writers.writeBashBin "wrapped" { makeWrapperArgs = [ "--set" "GREETING" "two words" ]; } ''echo "$GREETING"'';
in
{
  formats = support.script "formats" { } ''
    expectEqual "$(cat ${ini})" $'[section]\nkey=1\nlist=a,b'
    expectEqual "$(cat ${global})" $'a=1\n\n[s]\nb=2'
    expectEqual "$(cat ${properties})" $'# ours\na\\ b = c:d'
    expectEqual "$(cat ${lua})" $'return {\n  ["a"] = 1\n}'
    # Python reads the value that Nix wrote.
    expectEqual "$(/usr/bin/python3 -I -c 'import json, sys, tomllib; print(json.dumps(tomllib.load(open(sys.argv[1], "rb")), sort_keys=True))' ${toml})" \
      "$(/usr/bin/python3 -I -c 'import json, sys; print(json.dumps(json.load(open(sys.argv[1])), sort_keys=True))' ${pkgs.writers.writeJSON "value.json" value})"
  '';
  format-errors = support.evaluated "format-errors" {
    refused = {
      expr = map support.fails [
        ((pkgs.formats.toml { }).generate "x" { a = null; }).drvPath
        (pkgs.testers.runNixOSTest { })
        pkgs.pkgsStatic
        (pkgs.fetchFromGitHub {
          owner = "a";
          repo = "b";
          rev = "c";
          tag = "d";
          hash = "";
        }).drvPath
        (pkgs.fetchgit { url = "file:///none"; leaveDotGit = true; hash = ""; }).drvPath
      ];
      expected = [ true true true true true ];
    };
    # What an archive lacks is had with git, and each service has its own addresses.
    services = {
      expr = map (package: [ package.url (package.gitRepoUrl) ]) [
        (pkgs.fetchFromGitHub { owner = "o"; repo = "r"; tag = "v1"; hash = ""; })
        (pkgs.fetchFromGitHub { owner = "o"; repo = "r"; rev = "abc"; fetchSubmodules = true; hash = ""; })
        (pkgs.fetchFromGitLab { owner = "o"; repo = "r"; rev = "abc"; group = "g"; hash = ""; })
        (pkgs.fetchFromCodeberg { owner = "o"; repo = "r"; rev = "abc"; hash = ""; })
        (pkgs.fetchFromSourcehut { owner = "~o"; repo = "r"; rev = "abc"; hash = ""; })
      ];
      expected = [
        [ ("https://github.com/o/r/archive/refs/tags/v1" + ".tar.gz") "https://github.com/o/r.git" ]
        [ "https://github.com/o/r.git" "https://github.com/o/r.git" ]
        [ ("https://gitlab.com/api/v4/projects/g%2Fo%2Fr/repository/archive" + ".tar.gz?sha=abc") "https://gitlab.com/g/o/r.git" ]
        [ ("https://codeberg.org/o/r/archive/abc" + ".tar.gz") "https://codeberg.org/o/r.git" ]
        [ ("https://git.sr.ht/~o/r/archive/abc" + ".tar.gz") "https://git.sr.ht/~o/r" ]
      ];
    };
    # Submodules come with fetchgit, and with the others where they are asked for.
    submodules = {
      expr = map (package: lib.hasInfix "submodule" package.buildCommand) [
        (pkgs.fetchgit { url = "file:///none"; hash = ""; })
        (pkgs.fetchFromGitHub { owner = "o"; repo = "r"; rev = "abc"; sparseCheckout = [ "a" ]; hash = ""; })
        (pkgs.fetchFromGitHub { owner = "o"; repo = "r"; rev = "abc"; fetchSubmodules = true; hash = ""; })
      ];
      expected = [ true false true ];
    };
    ignoring = {
      expr = [
        (kept [ "*.o" ] "regular" "deep/a.o")
        (kept [ "*.o" "!keep.o" ] "regular" "keep.o")
        (kept [ "/build" ] "directory" "build")
        (kept [ "/build" ] "directory" "deep/build")
        (kept [ "out/" ] "regular" "out")
        (kept [ "docs/**/draft.md" ] "regular" "docs/a/b/draft.md")
        (kept [ "a?c" "[x-z]1" ] "regular" "y1")
        (kept [ "# a comment" "" ] "regular" "# a comment")
      ];
      expected = [ false true false true true false false true ];
    };
  };

  options-doc = support.script "options-doc" { } ''
    expectEqual "$(cat ${documentation.optionsCommonMark})" \
      $'## service.port\n\nWhere it listens.\n\n*Type:* 16 bit\n\n*Default:*\n\n```nix\n80\n```\n\n## users.\\<name\\>.shell\n\nThe shell.\n\n*Type:* string'
    [ "$(/usr/bin/python3 -I -c 'import json, sys; print(json.load(open(sys.argv[1]))["service.port"]["default"]["text"])' \
      ${documentation.optionsJSON}/share/doc/nixos/options.json)" = 80 ] || fail "the JSON differs"
  '';

  hooks = support.script "hooks" { } ''
    expectEqual "$(cat ${program}/share/applications/program.desktop)" \
      $'[Desktop Entry]\nActions=new;\nCategories=Utility;\nExec=run %U\nName=Program\nTerminal=true\nType=Application\nVersion=1.5\n\n[Desktop Action new]\nExec=run new\nName=New'
    grep -q "'1.3' is not in what" ${wrongVersion}/testBuildFailure.log
    grep -q 'installCheckPhase of program-1.3 failed' ${wrongVersion}/testBuildFailure.log
    grep -q "'1.2' is not in what" ${pathOnly}/testBuildFailure.log
    grep -q 'usage: bin/run' ${pathOnly}/testBuildFailure.log
  '';

  testers = support.script "testers" {
    version = pkgs.testers.testVersion { package = program; };
    pathVersion = pkgs.testers.testBuildFailure (
      pkgs.testers.testVersion {
        package = program;
        command = "echo usage: ${program}/bin/run";
      }
    );
    equal = pkgs.testers.testEqualContents {
      assertion = "A file is itself";
      actual = source;
      expected = source;
    };
    unequal = pkgs.testers.testBuildFailure (
      pkgs.testers.testEqualContents {
        assertion = "Patched is not plain";
        actual = patched;
        expected = source;
      }
    );
    run = pkgs.testers.runCommand {
      name = "run";
      script = ''touch "$out"'';
    };
  } ''
    expectEqual "$(cat ${failing}/testBuildFailure.log)" reason
    expectEqual "$(cat ${failing}/testBuildFailure.exit)" 3
    grep -q "'1.2' is not in what program-1.2 says: usage: bin/run" "$pathVersion/testBuildFailure.log"
    grep -q '+second' "$unequal/testBuildFailure.log"
  '';

  sources = support.script "sources" { } ''
    expectEqual "$(cat ${patched}/file)" $'second\nmore'
    expectEqual "$(cat ${only}/file)" second
  '';

  more-writers = support.script "more-writers" { nativeBuildInputs = [ pkgs.lndir pkgs.removeReferencesTo ]; } ''
    expectEqual "$(${python}/bin/python-program)" "from python"
    expectEqual "$(${wrapped}/bin/wrapped)" "two words"
    mkdir links
    lndir -silent ${source} links
    expectEqual "$(readlink links/file)" ${source}/file
    echo ${source} > reference
    remove-references-to -t ${source} reference
    if grep -q ${builtins.substring 11 32 "${source}"} reference; then fail "the reference is still there"; fi
  '';

  # git itself, from a repository on this machine.
  git-sources = support.script "git-sources" { nativeBuildInputs = [ pkgs.git ]; } ''
    export HOME="$PWD"
    git -c init.defaultBranch=main init -q repository
    git -C repository config user.email tests@localhost
    git -C repository config user.name tests
    echo old > repository/file
    git -C repository add file
    git -C repository commit -qm old
    old=$(git -C repository rev-parse HEAD)
    echo new > repository/file
    git -C repository commit -qam new
    git -C repository tag v2

    # What the fetcher runs, without a hash to fix its output.
    fetch() {
      ( url="file://$PWD/repository" revision="$1" out="$PWD/$2" sparse= postFetch="''${3:-}" NIX_BUILD_TOP="$PWD"
        eval "$script" )
    }
    script=${lib.escapeShellArg (pkgs.fetchgit { url = "file:///none"; hash = ""; }).buildCommand}
    fetch "$old" by-revision
    expectEqual "$(cat by-revision/file)" old
    fetch refs/tags/v2 by-tag
    expectEqual "$(cat by-tag/file)" new
    [ ! -e by-tag/.git ] || fail ".git is left"
    # .git itself is for postFetch only.
    script=${lib.escapeShellArg (pkgs.fetchgit { url = "file:///none"; deepClone = true; postFetch = "x"; hash = ""; }).buildCommand}
    fetch "$old" with-history 'git rev-list --count --all > count; rm -rf .git'
    expectEqual "$(cat with-history/count)" 2
    result=0
    fetch "$old" kept true 2> message || result=$?
    expectEqual "$result" 1
    grep 'is not the same each time' message
    expectEqual "$(git --version | cut -d ' ' -f 1)" git
  '';
}

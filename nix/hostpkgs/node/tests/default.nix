# The tests of the Node.js part: an attribute set of derivations that build where
# all is well.
{ pkgs }:
let
  inherit (pkgs) lib nodejs npmHooks;
  support = import ../../tests/support.nix { inherit pkgs; };
  inherit (support) script isolated;

  greeter = pkgs.buildNpmPackage {
    pname = "greeter";
    version = "1.2.3";
    src = ./project;
    npmDepsHash = "sha256-FJSsFH9OBQURs7DDQsxhEHDqNjRKtQCpa6F0AXWRmU8=";
  };
  lock = lib.importJSON ./project/package-lock.json;

  # The same downloads, with another lock.
  depsWithLock =
    changed:
    pkgs.runCommand "npm-deps-with-another-lock" { lock = builtins.toJSON changed; } ''
      mkdir "$out"
      cp -r ${greeter.npmDeps}/_cacache "$out/"
      printf '%s' "$lock" > "$out/package-lock.json"
    '';

  scripts = ../scripts;
in
{
  interpreter = isolated "node-interpreter" { } ''
    ${nodejs}/bin/node --input-type=module -e '
      import { createHash } from "node:crypto";
      import { gzipSync, gunzipSync } from "node:zlib";
      import { Worker } from "node:worker_threads";
      import https from "node:https";
      import assert from "node:assert/strict";
      assert.equal(createHash("sha256").update("").digest("hex").slice(0, 8), "e3b0c442");
      assert.equal(gunzipSync(gzipSync("initech")).toString(), "initech");
      assert.equal(new Intl.NumberFormat("de").format(1234.5), "1.234,5");
      assert.ok(https.globalAgent);
      await fetch("data:text/plain,hello").then((answer) => answer.text());
      new Worker("process.exit(7)", { eval: true }).on("exit", (code) => assert.equal(code, 7));
    '
    HOME=/tmp ${nodejs}/bin/npm --version
    expectEqual "$(HOME=/somewhere ${nodejs}/bin/npm config get prefix)" /somewhere/.local
  '';

  # Of the names with a version, the host's own is the interpreter, and each other
  # one says what there is.
  versions =
    let
      names = builtins.filter (lib.hasPrefix "nodejs_") (builtins.attrNames pkgs);
      commands = lib.genAttrs names (name: pkgs.writeText "make-${name}" pkgs.${name}.buildCommand);
    in
    script "node-versions" { nativeBuildInputs = [ nodejs ]; } ''
      real=$(node -p 'process.versions.node.split(".")[0]')
      ${lib.concatStrings (
        lib.mapAttrsToList (name: command: ''
          result=0
          out=$PWD/${name} bash -eu ${command} 2> message || result=$?
          if [ ${name} = "nodejs_$real" ]; then
            expectEqual "$result" 0
            HOME=$PWD ${name}/bin/npm --version
          else
            expectEqual "$result" 3
            grep "nodejs_$real" message || fail "${name}: $(cat message)"
          fi
        '') commands
      )}
    '';

  package = isolated "node-package" { } ''
    expectEqual "$(${greeter}/bin/greet)" Hello
    expectEqual "$(${greeter}/bin/greet --colour)" $'\e[31mHello\e[39m'
    module=${greeter}/lib/node_modules/@initech/greeter
    expectEqual "$("$module/dist/greet.js")" Hello
    [ ! -e "$module/src" ] || fail "what is not among the package's files was installed"
    [ -d "$module/node_modules/kleur" ] || fail "a dependency is missing"
    [ ! -e "$module/node_modules/chokidar" ] || fail "a development dependency was installed"
    [ ! -e "$module/node_modules/.package-lock.json" ] || fail "npm's own file was installed"
  '';

  closure =
    script "node-closure"
      {
        closure = pkgs.closureInfo { rootPaths = [ greeter ]; };
      }
      ''
        if grep -E 'npm-deps|hook|gcc-wrapper' "$closure/store-paths"; then
          fail "this is needed to build it, not to run it"
        fi
      '';

  # Everything of the lock is there, whatever system it is for.
  downloads =
    script "node-downloads"
      {
        nativeBuildInputs = [ nodejs ];
      }
      ''
        cmp ${greeter.npmDeps}/package-lock.json ${./project/package-lock.json}
        node --input-type=module -e '
          import assert from "node:assert/strict";
          import fs from "node:fs";
          import { contentPath, dependenciesToFetch, findLock, integrityHashes } from "${scripts}/lock.mjs";
          const { file, lock } = findLock("${./project}");
          const packages = dependenciesToFetch(lock, file);
          assert.ok(packages.some(({ name }) => name === "fsevents"), "no package for another system");
          const wanted = packages.flatMap(({ integrity }) => integrityHashes(integrity).map(contentPath)).sort();
          const found = fs.readdirSync("${greeter.npmDeps}/_cacache", { recursive: true })
            .filter((name) => name.split("/").length === 5).sort();
          assert.deepEqual(found, wanted);
        '
      '';

  # A lock with addresses is served by the same files. Nothing answers at these.
  addresses =
    let
      withAddresses = lock // {
        packages = lib.mapAttrs (
          key: entry: entry // lib.optionalAttrs (key != "") { resolved = "https://packages.invalid/${key}/-/file"; }
        ) lock.packages;
      };
      package = greeter.overrideAttrs {
        npmDeps = depsWithLock withAddresses;
        newLock = builtins.toJSON withAddresses;
        postPatch = ''printf '%s' "$newLock" > package-lock.json'';
      };
    in
    script "node-addresses" { } ''expectEqual "$(${package}/bin/greet)" Hello'';

  settings =
    let
      package = greeter.overrideAttrs (old: {
        npmBuildScript = "build:loud";
        npmBuildFlags = [ "--silent" ];
        npmFlags = [ "--loglevel=error" ];
        makeCacheWritable = true;
        dontNpmPrune = true;
        makeWrapperArgs = [
          "--set"
          "WRAPPED"
          "yes"
        ];
        doCheck = true;
        checkPhase = ''
          runHook preCheck
          node dist/greet.js | tee checked
          runHook postCheck
        '';
        postInstall = ''cp checked "$out"'';
      });
    in
    assert (greeter.overrideAttrs { npmInstallFlags = [ "--legacy-peer-deps" ]; }).npmPruneFlags == [ "--legacy-peer-deps" ];
    script "node-settings" { } ''
      expectEqual "$(${package}/bin/greet)" HELLO
      expectEqual "$(cat ${package}/checked)" HELLO
      grep "export WRAPPED='yes'" ${package}/bin/greet
      [ -d ${package}/lib/node_modules/@initech/greeter/node_modules/chokidar ] || fail "it was pruned"
    '';

  # The hooks do their part where a package's own phases do the rest.
  own-phases =
    let
      package = pkgs.stdenv.mkDerivation {
        name = "greeter-by-hand";
        src = ./.;
        npmRoot = "project";
        inherit (greeter) npmDeps;
        nativeBuildInputs = [
          nodejs
          npmHooks.npmConfigHook
        ];
        buildPhase = "npm --prefix project run build";
        installPhase = ''cp -r project "$out"'';
      };
    in
    script "node-own-phases" { } ''expectEqual "$(${nodejs}/bin/node ${package}/dist/greet.js)" Hello'';

  # Without npmConfigHook, npm needs a home all the same.
  no-config =
    let
      package = pkgs.stdenv.mkDerivation {
        name = "no-config";
        src = pkgs.runCommand "no-config-source" { } ''
          mkdir "$out"
          cp ${pkgs.writers.writeJSON "package.json" {
            name = "no-config";
            version = "1.0.0";
            bin.say = "say.js";
            files = [ "say.js" ];
            scripts.build = "npm config get cache; echo 'console.log(\"said\")' > say.js";
          }} "$out/package.json"
        '';
        nativeBuildInputs = [
          nodejs
          npmHooks.npmBuildHook
          npmHooks.npmInstallHook
        ];
        postInstall = ''rm -rf "$out/home"; cp -r "$HOME/.npm" "$out/home"'';
      };
    in
    script "node-no-config" { } ''
      expectEqual "$(${package}/bin/say)" said
      [ -d ${package}/home ] || fail "npm made no home folder"
    '';

  # A package of several, which needs another one. Nothing is downloaded.
  workspaces =
    let
      package = pkgs.buildNpmPackage (final: {
        pname = "shout";
        version = "0.2.0";
        src = ./workspaces;
        npmWorkspace = "packages/shout";
        npmDepsHash = "sha256-rlwTuMtOyZDoC+H9Li2NfQre9t7djs3mwL/yBiJ2Jfs=";
        passthru.name' = "${final.pname}-${final.version}";
      });
    in
    assert package.name' == "shout-0.2.0";
    isolated "node-workspaces" { } ''
      expectEqual "$(${package}/bin/shout)" YEAH
      expectEqual "$(echo ${package}/lib/node_modules/*)" ${package}/lib/node_modules/shout
    '';

  shell =
    let
      shell = pkgs.mkShell { inputsFrom = [ greeter ]; };
    in
    script "node-shell" { } ''
      grep -F "${nodejs}/bin" ${shell} || fail "the shell has no node"
    '';

  # What goes wrong says what to do.
  failures =
    let
      changed = lock // {
        version = "1.2.4";
      };
    in
    script "node-failures"
      {
        nativeBuildInputs = [
          nodejs
          npmHooks.npmConfigHook
          npmHooks.npmBuildHook
          npmHooks.npmInstallHook
        ];
        lock = builtins.toJSON changed;
      }
      ''
        # fails MESSAGE COMMAND…: it does, with this in what it says.
        fails() {
          local message="$1" result=0
          shift
          (set -e; "$@") > said 2>&1 || result=$?
          cat said
          [ "$result" != 0 ] || fail "this was no failure: $*"
          grep -qF "$message" said || fail "it does not say: $message"
        }
        newProject() {
          cd "$NIX_BUILD_TOP"
          rm -rf project npm-cache
          cp -r ${./project} project
          chmod -R u+w project
          cd project
        }
        fetch() { node ${scripts}/fetch_npm_deps.mjs "$NIX_BUILD_TOP/fetched"; }

        export HOME=$NIX_BUILD_TOP
        newProject
        unset npmDeps
        fails 'give npmDepsHash' npmConfigHook
        export npmDeps=${greeter.npmDeps}

        rm package-lock.json
        fails 'there is no package-lock.json: make it with' npmConfigHook
        fails 'there is no package-lock.json: make it with' fetch

        # The hash was not brought up to date.
        printf '%s' "$lock" > package-lock.json
        fails 'set npmDepsHash to lib.fakeHash' npmConfigHook

        # The lock was not.
        newProject
        sed -i 's/"kleur": "^4.1.5"/"kleur": "^3.0.0"/' package.json
        fails 'do not agree: kleur (kleur: ^3.0.0, and ^4.1.5 in the lock)' npmConfigHook

        newProject
        rm package.json
        fails 'npmRoot says where it is' npmConfigHook

        echo '{ "lockfileVersion": 1, "dependencies": {} }' > package-lock.json
        fails 'the old format 1' fetch
        echo '{ "lockfileVersion": 3, "packages": { "node_modules/a": { "version": "1.0.0", "resolved": "git+ssh://a" } } }' \
          > package-lock.json
        fails 'it comes from git' fetch
        echo 'lock' > package-lock.json
        fails 'is no JSON' fetch

        newProject
        npmBuildScript=assemble
        fails 'package.json has no script "assemble"' npmBuildHook
        sed -i 's,dist/greet.js,dist/other.js,' package.json
        mkdir dist
        install() { out=$NIX_BUILD_TOP/installed npmInstallHook; }
        fails 'which is not among the packed files' install
      '';
}

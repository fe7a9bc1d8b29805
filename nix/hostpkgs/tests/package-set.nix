# The set as a whole: overlays, overrides, positions, the contract of packages.
{ pkgs, lib, support }:
let
  base = pkgs.stdenv.mkDerivation {
    pname = "base";
    version = "1";
    greeting = "hello";
    buildCommand = ''echo "$greeting" > "$out"'';
    passthru.extra = "extra";
    meta.description = "A package";
  };
  called = pkgs.callPackage (
    { stdenv, word ? "first" }:
    stdenv.mkDerivation (finalAttrs: {
      pname = "called";
      version = "1";
      inherit word;
      text = "${finalAttrs.word} ${finalAttrs.version}";
      passthru.seen = finalAttrs.finalPackage.text;
    })
  ) { };
  withOverlay = pkgs.extend (
    final: prev: {
      gnused = prev.gnused // { replaced = true; };
      ours = final.callPackage ({ gnused, writeText }: writeText "ours" (toString gnused.replaced)) { };
    }
  );
in
{
  # The contract that nixward reads.
  package = {
    expr = {
      inherit (base) type name pname version outputs outputName system extra;
    };
    expected = {
      type = "derivation";
      name = "base-1";
      pname = "base";
      version = "1";
      outputs = [ "out" ];
      outputName = "out";
      system = pkgs.system;
      extra = "extra";
    };
  };
  position = {
    expr = [
      (lib.hasSuffix "tests/package-set.nix:10" base.meta.position)
      # A package without a description, by its version.
      (lib.hasInfix "tests/package-set.nix:" called.meta.position)
      (lib.hasInfix "tests/package-set.nix:" (pkgs.writeShellApplication { name = "x"; text = ""; }).meta.position)
      # Nobody's place is none.
      ((pkgs.writeShellScriptBin "x" "") .meta ? position)
    ];
    expected = [ true true true false ];
  };
  meta = {
    expr = [
      base.meta.description
      base.meta.name
      (pkgs.writeShellScriptBin "tool" "").meta.mainProgram
      (pkgs.writeShellApplication { name = "app"; text = ""; }).meta.mainProgram
      pkgs.bash.meta.mainProgram
    ];
    expected = [ "A package" "base-1" "tool" "app" "bash" ];
  };

  # overrideAttrs with a set, a function, and a function of the final attributes.
  overrideAttrs = {
    expr = map (package: package.greeting) [
      (base.overrideAttrs { greeting = "set"; })
      (base.overrideAttrs (old: { greeting = old.greeting + "!"; }))
      (base.overrideAttrs (final: old: { greeting = "${old.greeting} ${final.version}"; version = "2"; }))
      ((base.overrideAttrs (old: { greeting = "a"; })).overrideAttrs (old: { greeting = old.greeting + "b"; }))
    ];
    expected = [ "set" "hello!" "hello 2" "ab" ];
  };
  overrideAttrsChangesTheDerivation = {
    expr = (base.overrideAttrs { greeting = "other"; }).drvPath != base.drvPath;
    expected = true;
  };
  overrideAttrsKeepsTheRest = {
    expr =
      let
        changed = base.overrideAttrs (old: { passthru = old.passthru // { more = 1; }; meta = old.meta // { priority = 3; }; });
      in
      [ changed.extra changed.more changed.meta.description changed.meta.priority ];
    expected = [ "extra" 1 "A package" 3 ];
  };
  finalAttributes = {
    expr = [ called.text called.seen (called.overrideAttrs { word = "second"; version = "3"; }).seen ];
    expected = [ "first 1" "first 1" "second 3" ];
  };
  overrideThenOverrideAttrs = {
    expr =
      let
        one = (called.override { word = "third"; }).overrideAttrs { version = "9"; };
        other = (called.overrideAttrs { version = "9"; }).override { word = "third"; };
      in
      [ one.text other.text (one.drvPath == other.drvPath) ];
    expected = [ "third 9" "third 9" true ];
  };
  outputsOfPackages = {
    expr =
      let
        package = pkgs.stdenv.mkDerivation { name = "several"; outputs = [ "out" "dev" ]; passthru.x = 1; };
      in
      [ package.dev.outputName package.dev.x (lib.getDev package).outputSpecified (package.outPath == package.dev.outPath) ];
    expected = [ "dev" 1 true false ];
  };
  mistakes = {
    expr = map support.fails [
      (pkgs.stdenv.mkDerivation { }).drvPath
      (pkgs.stdenv.mkDerivation { name = "x"; A = 1; env.A = 2; }).drvPath
      (pkgs.stdenv.mkDerivation { name = "x"; env.A = [ ]; }).drvPath
      (pkgs.stdenv.mkDerivation { name = "x"; buildInputs = [ { } ]; }).drvPath
      (pkgs.stdenv.mkDerivation { name = "x"; buildInputs = pkgs.zlib; }).drvPath
      (pkgs.stdenv.mkDerivation { name = "x"; outputs = [ ]; }).drvPath
      (pkgs.dockerTools.buildImage { name = "x"; runAsRoot = "true"; }).drvPath
    ];
    expected = [ true true true true true true true ];
  };

  # Overlays, and the set's plain fields.
  overlay = {
    expr = [ withOverlay.gnused.replaced withOverlay.ours.text (pkgs.gnused ? replaced) ];
    expected = [ true "1" false ];
  };
  # A tool can be replaced by one that is built with it; builds keep the old one.
  overlayOfBuildTools = {
    expr =
      let
        changed = pkgs.extend (
          final: prev: { coreutils = final.symlinkJoin { name = "coreutils-2"; paths = [ prev.coreutils ]; }; }
        );
        script = set: (set.writeShellApplication { name = "x"; runtimeInputs = [ set.coreutils ]; text = "ls"; }).drvPath;
      in
      [
        changed.coreutils.name
        (changed.stdenv.drvPath == pkgs.stdenv.drvPath)
        (script changed == script pkgs)
      ];
    expected = [ "coreutils-2" true false ];
  };
  overlaysAsArguments = {
    expr =
      let
        set = import pkgs.path {
          inherit (pkgs) system;
          config = { mine = true; };
          overlays = [ (final: prev: { word = "a"; }) (final: prev: { word = prev.word + "b"; }) ];
        };
      in
      [ set.word set.config.mine set.pkgs.word (set.appendOverlays [ (final: prev: { word = prev.word + "c"; }) ]).word ];
    expected = [ "ab" true "ab" "abc" ];
  };
  plainFields = {
    expr = ((pkgs // { bash = "mine"; }).bash);
    expected = "mine";
  };
  callPackageOfSet = {
    expr = [
      (pkgs.callPackage ({ lib, pkgs, system }: { value = system; }) { }).value
      (pkgs.newScope { extra = 1; } ({ extra, bash }: { value = extra; }) { }).value
    ];
    expected = [ pkgs.system 1 ];
  };
  scopes = {
    expr =
      let
        set = pkgs.makeScopeWithSplicing' {
          otherSplices = pkgs.generateSplicesForMkScope "none";
          extra = self: { hidden = "seen"; };
          f = self: { package = self.callPackage ({ bash, hidden, sibling }: [ bash.pname hidden sibling ]) { }; sibling = 1; };
        };
      in
      [ set.package (set ? hidden) (set.overrideScope (final: prev: { sibling = 2; })).package ];
    expected = [ [ "bash" "seen" 1 ] false [ "bash" "seen" 2 ] ];
  };
  hostPlatform = {
    expr = [ pkgs.stdenv.hostPlatform.system pkgs.hostPlatform.isLinux pkgs.stdenv.isLinux pkgs.stdenv.cc.isGNU pkgs.stdenvNoCC.hasCC ];
    expected = [ pkgs.system true true true false ];
  };
  platformFacts = {
    expr = [
      pkgs.stdenv.hostPlatform.uname.system
      pkgs.stdenv.hostPlatform.isWasi
      pkgs.stdenv.hostPlatform.isElf
      (lib.hasPrefix "${pkgs.glibc}/lib/ld-linux" pkgs.stdenv.cc.bintools.dynamicLinker)
      (lib.hasSuffix "/bin/bash -n -O extglob" pkgs.stdenv.shellDryRun)
    ];
    expected = [ "Linux" false true true true ];
  };
  hostEpoch = {
    expr =
      let
        later = import pkgs.path {
          inherit (pkgs) system;
          config.hostEpoch = "later";
        };
      in
      [ (later.glibc.drvPath != pkgs.glibc.drvPath) (later.gcc.drvPath != pkgs.gcc.drvPath) ];
    expected = [ true true ];
  };
  images = {
    expr =
      let
        image = pkgs.dockerTools.buildLayeredImage { name = "Team/Image"; tag = "3"; };
        stream = pkgs.dockerTools.streamLayeredImage { name = "image"; };
      in
      [ image.imageName image.imageTag (image ? isExe) image.stream.isExe stream.isExe (builtins.stringLength stream.imageTag) ];
    expected = [ "team/image" "3" false true true 32 ];
  };
}

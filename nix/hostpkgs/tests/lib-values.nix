# Sets, lists, texts, scopes and files of the library, as documented.
{ pkgs, lib, support }:
let
  inherit (support) fails;
  callWith = scope: path: arguments: lib.callPackageWith scope path arguments;
  scope = lib.makeScope lib.callPackageWith (self: { word = "w"; });
in
{
  # The deepest paths first; what an update does not look at is not forced.
  updateManyAttrsByPath = {
    expr = [
      (lib.updateManyAttrsByPath
        [
          { path = [ "a" "b" ]; update = old: { d = old.c; }; }
          { path = [ "a" "b" "c" ]; update = old: old + 1; }
          { path = [ "x" "y" ]; update = _: "xy"; }
        ]
        { a.b.c = 0; }
      )
      (lib.updateManyAttrsByPath [ { path = [ ]; update = _: "new"; } ] (throw "forced"))
      (fails (lib.updateManyAttrsByPath [ { path = [ "a" ]; update = old: old; } ] { }))
    ];
    expected = [ { a.b.d = 1; x.y = "xy"; } "new" true ];
  };
  longestValidPathPrefix = {
    expr = map (path: lib.attrsets.longestValidPathPrefix path { a.b = 1; }) [ [ "a" "b" "c" ] [ "a" "x" ] [ "x" ] ];
    expected = [ [ "a" "b" ] [ "a" ] [ ] ];
  };
  # Longer than Nix recurses deep.
  findFirstInLongLists = {
    expr = [ (lib.findFirst (x: x == 90000) null (lib.range 1 100000)) (lib.lists.findFirstIndex (x: x < 0) null (lib.range 1 100000)) ];
    expected = [ 90000 null ];
  };
  replaceElemAt = {
    expr = [ (lib.replaceElemAt [ 1 2 3 ] 1 "a") (fails (lib.replaceElemAt [ 1 ] 1 "a")) ];
    expected = [ [ 1 "a" 3 ] true ];
  };
  texts = {
    expr = [
      (lib.join "," [ "a" "b" ])
      (lib.replaceString "." "_" "v1.2.3")
      (lib.strings.commonSuffixLength "test" "rest")
      (map (most: lib.strings.levenshteinAtMost most "kitten" "sitting") [ 2 3 ])
      (fails (lib.toSentenceCase ./.))
      (lib.isStorePath "/${lib.strings.replicate 52 "a"}")
    ];
    expected = [ "a,b" "v1_2_3" 3 [ false true ] true true ];
  };
  textsWithDependencies = {
    expr = lib.textClosureMap lib.id {
      a = lib.fullDepEntry "a" [ "b" "c" ];
      b = lib.noDepEntry "b";
      c = lib.stringAfter [ "b" ] "c";
    } [ "a" ];
    expected = "b\nc\na";
  };
  checkListOfEnum = {
    expr = [ (lib.checkListOfEnum "colours" [ "red" "blue" ] [ "red" ] 1) (fails (lib.checkListOfEnum "colours" [ "red" ] [ "green" ] 1)) ];
    expected = [ 1 true ];
  };

  # A scope's own callPackage is used, also after overrideScope.
  scopeWithOwnCallPackage = {
    expr =
      let
        own = lib.makeScope lib.callPackageWith (self: {
          callPackage = f: arguments: "${f arguments}!";
          a = self.callPackage ({ }: "a") { };
        });
      in
      [ own.a (own.overrideScope (final: prev: { b = final.callPackage ({ }: "b") { }; })).b ];
    expected = [ "a!" "b!" ];
  };
  overridableKeepsFields = {
    expr =
      let
        callable = lib.setFunctionArgs ({ x ? 1 }: { inherit x; }) { x = true; } // { field = "kept"; };
        overridable = lib.makeOverridable callable;
      in
      [ overridable.field (overridable { }).x ((overridable { }).override { x = 2; }).x ];
    expected = [ "kept" 1 2 ];
  };
  lazyDerivationHasMeta = {
    expr = (lib.lazyDerivation { derivation = pkgs.emptyFile; }) ? meta;
    expected = true;
  };

  packagesFromDirectoryRecursive = {
    expr = lib.packagesFromDirectoryRecursive {
      callPackage = callWith { word = "w"; };
      directory = ./packages;
    };
    expected = {
      plain = "plain w";
      tools = {
        first = "first w";
        deeper = "deeper w!";
        inner.sees = "sees nothing";
      };
    };
  };
  # With newScope the packages of a folder see those beside and above them.
  packagesFromDirectoryInScopes = {
    expr = (lib.packagesFromDirectoryRecursive {
      inherit (scope) callPackage newScope;
      directory = ./packages;
    }).tools.inner.sees;
    expected = "sees first w";
  };
  filesystem = {
    expr = [
      (map (path: lib.removePrefix "${toString ./packages}/" (toString path)) (lib.filesystem.listFilesRecursive ./packages/tools))
      (lib.filesystem.resolveDefaultNix ./packages == ./packages/default.nix)
      (lib.filesystem.resolveDefaultNix ./run == ./run)
      (baseNameOf (lib.filesystem.locateDominatingFile "plain.nix" ./packages/tools/inner/sees.nix).path)
    ];
    expected = [
      [ "tools/deeper/package.nix" "tools/deeper/suffix.nix" "tools/first.nix" "tools/inner/sees.nix" ]
      true
      true
      "packages"
    ];
  };
}

# The library's functions, by their documented behaviour.
{ pkgs, lib, support }:
let
  inherit (support) fails;
in
{
  # attrsets
  attrByPath = {
    expr = [
      (lib.attrByPath [ "a" "b" ] 0 { a.b = 1; })
      (lib.attrByPath [ "a" "x" ] 0 { a.b = 1; })
      (lib.attrByPath [ "a" "b" "c" ] 0 { a.b = 1; })
    ];
    expected = [ 1 0 0 ];
  };
  hasAttrByPath = {
    expr = [ (lib.hasAttrByPath [ "a" "b" ] { a.b = null; }) (lib.hasAttrByPath [ "a" "c" ] { a.b = null; }) ];
    expected = [ true false ];
  };
  setAttrByPath = {
    expr = lib.setAttrByPath [ "a" "b" ] 3;
    expected.a.b = 3;
  };
  getAttrs = {
    expr = lib.getAttrs [ "a" "c" ] { a = 1; b = 2; c = 3; };
    expected = { a = 1; c = 3; };
  };
  mapAttrs' = {
    expr = lib.mapAttrs' (name: value: lib.nameValuePair "x-${name}" (value + 1)) { a = 1; };
    expected.x-a = 2;
  };
  genAttrs = {
    expr = lib.genAttrs [ "a" "b" ] (name: "${name}!");
    expected = { a = "a!"; b = "b!"; };
  };
  filterAttrs = {
    expr = lib.filterAttrs (name: value: name != "a" && value > 1) { a = 5; b = 2; c = 1; };
    expected.b = 2;
  };
  recursiveUpdate = {
    expr = lib.recursiveUpdate { a = { b = 1; c = 2; }; d = 3; } { a.b = 4; d.e = 5; };
    expected = { a = { b = 4; c = 2; }; d.e = 5; };
  };
  recursiveUpdateIsLazy = {
    expr = (lib.recursiveUpdate { a.b = throw "forced"; } { a.c = 1; }).a.c;
    expected = 1;
  };
  foldAttrs = {
    expr = lib.foldAttrs (item: all: [ item ] ++ all) [ ] [ { a = 1; } { a = 2; b = 3; } ];
    expected = { a = [ 1 2 ]; b = [ 3 ]; };
  };
  collect = {
    expr = lib.collect builtins.isInt { a = 1; b = { c = 2; d = "x"; }; };
    expected = [ 1 2 ];
  };
  mapAttrsRecursive = {
    expr = lib.mapAttrsRecursive (path: value: lib.concatStringsSep "." path + toString value) { a.b = 1; c = 2; };
    expected = { a.b = "a.b1"; c = "c2"; };
  };
  mapAttrsToListRecursive = {
    expr = lib.mapAttrsToListRecursive (path: value: "${lib.last path}=${toString value}") { a.b = 1; c = 2; };
    expected = [ "b=1" "c=2" ];
  };
  concatMapAttrs = {
    expr = lib.concatMapAttrs (name: value: { ${name} = value; "${name}2" = value * 2; }) { a = 1; };
    expected = { a = 1; a2 = 2; };
  };
  cartesianProduct = {
    expr = lib.cartesianProduct { a = [ 1 2 ]; b = [ 3 ]; };
    expected = [ { a = 1; b = 3; } { a = 2; b = 3; } ];
  };
  matchAttrs = {
    expr = [ (lib.matchAttrs { a.b = 1; } { a = { b = 1; c = 2; }; }) (lib.matchAttrs { a.b = 1; } { a.b = 2; }) ];
    expected = [ true false ];
  };
  updateManyAttrsByPath = {
    expr = lib.updateManyAttrsByPath [ { path = [ "a" "b" ]; update = old: old + 1; } ] { a = { b = 1; c = 0; }; };
    expected.a = { b = 2; c = 0; };
  };
  getBin = {
    expr = [
      (lib.getBin { out = 1; bin = 2; }) (lib.getBin { out = 1; }) (lib.getDev { out = 1; dev = 3; })
    ];
    expected = [ 2 1 3 ];
  };
  unionOfDisjoint = {
    expr = [ (lib.attrsets.unionOfDisjoint { a = 1; } { b = 2; }) (fails (lib.attrsets.unionOfDisjoint { a = 1; } { a = 2; })) ];
    expected = [ { a = 1; b = 2; } true ];
  };

  # lists
  folds = {
    expr = [
      (lib.foldr (a: b: "${a}(${b})") "" [ "x" "y" ])
      (lib.foldl (a: b: "(${a})${b}") "" [ "x" "y" ])
      (lib.foldl' (a: b: a - b) 10 [ 1 2 ])
    ];
    expected = [ "x(y())" "(()x)y" 7 ];
  };
  flatten = {
    expr = lib.flatten [ 1 [ 2 [ 3 ] ] [ ] ];
    expected = [ 1 2 3 ];
  };
  findFirst = {
    expr = [ (lib.findFirst (x: x > 1) null [ 1 2 3 ]) (lib.findFirst (x: x > 9) null [ 1 ]) ];
    expected = [ 2 null ];
  };
  sublists = {
    expr = [ (lib.take 2 [ 1 2 3 ]) (lib.drop 2 [ 1 2 3 ]) (lib.take 9 [ 1 ]) (lib.drop 9 [ 1 ]) (lib.sublist 1 1 [ 1 2 3 ]) (lib.last [ 1 2 ]) (lib.init [ 1 2 ]) ];
    expected = [ [ 1 2 ] [ 3 ] [ 1 ] [ ] [ 2 ] 2 [ 1 ] ];
  };
  unique = {
    expr = lib.unique [ 3 1 3 2 1 ];
    expected = [ 3 1 2 ];
  };
  listSets = {
    expr = [ (lib.subtractLists [ 1 ] [ 1 2 1 ]) (lib.intersectLists [ 1 2 ] [ 2 3 ]) (lib.remove 1 [ 1 2 1 ]) ];
    expected = [ [ 2 ] [ 2 ] [ 2 ] ];
  };
  zip = {
    expr = lib.zipListsWith (a: b: a + b) [ 1 2 3 ] [ 10 20 ];
    expected = [ 11 22 ];
  };
  imap = {
    expr = [ (lib.imap0 (n: x: n + x) [ 1 1 ]) (lib.imap1 (n: x: n + x) [ 1 1 ]) ];
    expected = [ [ 1 2 ] [ 2 3 ] ];
  };
  sortOn = {
    expr = lib.sortOn (x: -x) [ 1 3 2 ];
    expected = [ 3 2 1 ];
  };
  naturalSort = {
    expr = lib.naturalSort [ "v10" "v9" "v1" "a" ];
    expected = [ "a" "v1" "v9" "v10" ];
  };
  toposort = {
    expr = [ (lib.toposort (a: b: a < b) [ 3 1 2 ]).result ((lib.toposort (_: _: true) [ 1 2 ]) ? cycle) ];
    expected = [ [ 1 2 3 ] true ];
  };
  groupBy' = {
    expr = lib.groupBy' builtins.add 0 (x: if x > 2 then "big" else "small") [ 1 2 3 4 ];
    expected = { big = 7; small = 3; };
  };

  # strings
  concat = {
    expr = [ (lib.concatMapStringsSep ", " toString [ 1 2 ]) (lib.concatLines [ "a" "b" ]) (lib.concatImapStrings (n: x: "${toString n}${x}") [ "a" "b" ]) ];
    expected = [ "1, 2" "a\nb\n" "1a2b" ];
  };
  affixes = {
    expr = [
      (lib.hasPrefix "a" "ab") (lib.hasPrefix "b" "ab") (lib.hasSuffix "b" "ab") (lib.hasSuffix "abc" "bc")
      (lib.hasInfix "." "a.b") (lib.hasInfix "." "ab") (lib.removePrefix "a" "ab") (lib.removePrefix "x" "ab") (lib.removeSuffix "b" "ab")
    ];
    expected = [ true false true false true false "b" "ab" "a" ];
  };
  splitString = {
    expr = [ (lib.splitString "." "a.b..c") (lib.splitString "," "") ];
    expected = [ [ "a" "b" "" "c" ] [ "" ] ];
  };
  cases = {
    expr = [ (lib.toUpper "aZ1") (lib.toLower "aZ1") (lib.toSentenceCase "hELLO") (lib.toCamelCase "two words_and-more") ];
    expected = [ "AZ1" "az1" "Hello" "twoWordsAndMore" ];
  };
  trim = {
    expr = [ (lib.trim "  a b\n") (lib.trim "") (lib.trim " \t") (lib.trimWith { start = true; } " a ") (lib.trimWith { end = true; } " a ") ];
    expected = [ "a b" "" "" "a " " a" ];
  };
  escapeShellArg = {
    expr = [ (lib.escapeShellArg "plain-1.0") (lib.escapeShellArg "it's $x") (lib.escapeShellArg "") (lib.escapeShellArgs [ "a b" 3 ]) ];
    expected = [ "plain-1.0" "'it'\\''s $x'" "''" "'a b' 3" ];
  };
  toShellVars = {
    expr = lib.toShellVars { list = [ "a b" ]; map.key = "value"; text = "x"; };
    expected = "declare -a list=('a b')\ndeclare -A map=([key]=value)\ntext=x";
  };
  escapes = {
    expr = [ (lib.escapeURL "a b/ü~") (lib.escapeXML "<a b=\"c\">") (lib.escapeNixString "a\"$b\n") (lib.escapeNixIdentifier "a-b") (lib.escapeNixIdentifier "1 b") (lib.escapeRegex "a.b*") ];
    expected = [ "a%20b%2Fü~" "&lt;a b=&quot;c&quot;&gt;" "\"a\\\"\\$b\\n\"" "a-b" "\"1 b\"" "a\\.b\\*" ];
  };
  numbers = {
    expr = [ (lib.toInt " 12 ") (lib.toIntBase10 "007") (lib.fixedWidthNumber 3 7) (lib.toHexString 255) (lib.fromHexString "ff") (fails (lib.toInt "12x")) (fails (lib.toInt "012")) ];
    expected = [ 12 7 "007" "FF" 255 true true ];
  };
  paths = {
    expr = [
      (lib.makeBinPath [ "/a" null "/b" ])
      (lib.makeLibraryPath [ { outPath = "/o"; lib = "/l"; } ])
      (lib.makeSearchPath "x" [ "/a" "/b" ])
    ];
    expected = [ "/a/bin:/b/bin" "/l/lib" "/a/x:/b/x" ];
  };
  names = {
    expr = [ (lib.getName "hello-1.2") (lib.getVersion { name = "hello-1.2"; }) (lib.sanitizeDerivationName "..a b/c") (lib.nameFromURL "https://example.org/hello-1.tar.bz2" "-") ];
    expected = [ "hello" "1.2" "a-b-c" "hello" ];
  };
  versionOrder = {
    expr = [ (lib.versionOlder "1.9" "1.10") (lib.versionAtLeast "1.10" "1.10") (lib.versionAtLeast "1.9" "1.10") ];
    expected = [ true true false ];
  };
  versions = {
    expr = with lib.versions; [ (major "1.2.3") (majorMinor "1.2.3") (patch "1.2.3") (pad 3 "1.2") (pad 2 "1.2.3-pre") ];
    expected = [ "1" "1.2" "3" "1.2.0" "1.2-pre" ];
  };
  flags = {
    expr = [ (lib.enableFeature true "x") (lib.withFeatureAs false "y" "z") (lib.cmakeBool "A" true) (lib.optionalString false "x") ];
    expected = [ "--enable-x" "--without-y" "-DA:BOOL=TRUE" "" ];
  };
  levenshtein = {
    expr = [ (lib.levenshtein "kitten" "sitting") (lib.levenshtein "" "abc") (lib.levenshtein "same" "same") ];
    expected = [ 3 3 0 ];
  };
  stringContext = {
    expr =
      let
        text = lib.head (lib.splitString "/bin" "${pkgs.bash}/bin");
      in
      builtins.hasContext text && builtins.hasContext (lib.removeSuffix "/bin" "${pkgs.bash}/bin");
    expected = true;
  };

  # functions, fixed points
  pipe = {
    expr = lib.pipe 2 [ (x: x * 3) (x: x + 1) ];
    expected = 7;
  };
  functionArguments = {
    expr = [
      (lib.functionArgs (lib.setFunctionArgs (x: x) { a = true; }))
      (lib.isFunction { __functor = _: x: x; })
      ((lib.toFunction 3) 9)
    ];
    expected = [ { a = true; } true 3 ];
  };
  makeExtensible = {
    expr = ((lib.makeExtensible (self: { a = 1; b = self.a + 1; })).extend (final: prev: { a = prev.a + 10; })).b;
    expected = 12;
  };
  composeManyExtensions = {
    expr = lib.fix (
      lib.extends (lib.composeManyExtensions [
        (final: prev: { a = prev.a + 1; })
        (final: prev: { a = prev.a * 10; b = final.a; })
      ]) (final: { a = 1; })
    );
    expected = { a = 20; b = 20; };
  };
  extendLibrary = {
    expr = (lib.extend (final: prev: { mine = final.toUpper "x"; })).mine;
    expected = "X";
  };

  # packages
  callPackageWith = {
    expr = (lib.callPackageWith { a = 1; b = 2; } ({ a, b, c ? 3, d ? 4 }: { sum = a + b + c + d; }) { c = 30; }).sum;
    expected = 37;
  };
  overrideOfCalled = {
    expr =
      let
        called = lib.callPackageWith { a = 1; } ({ a, b ? 2 }: { inherit a b; }) { };
        again = called.override { b = 5; };
      in
      [ again.a again.b (again.override (old: { a = old.b + 1; })).a ];
    expected = [ 1 5 6 ];
  };
  overridableKeepsArguments = {
    expr = lib.functionArgs (lib.makeOverridable ({ a, b ? 1 }: { }));
    expected = { a = false; b = true; };
  };
  makeScope = {
    expr =
      let
        scope = lib.makeScope (extra: lib.callPackageWith ({ outer = 1; } // extra)) (self: {
          inner = self.callPackage ({ outer, sibling }: { value = outer + sibling; }) { };
          sibling = 10;
        });
      in
      [ scope.inner.value (scope.overrideScope (final: prev: { sibling = prev.sibling * 2; })).inner.value ];
    expected = [ 11 21 ];
  };
  getExe = {
    expr = [
      (lib.getExe { type = "derivation"; outPath = "/p"; meta.mainProgram = "run"; })
      (lib.getExe' { type = "derivation"; outPath = "/p"; bin = "/b"; } "x")
      (fails (lib.getExe' { type = "derivation"; outPath = "/p"; } "a/b"))
      (fails (lib.getExe' "/p" "x"))
    ];
    expected = [ "/p/bin/run" "/b/bin/x" true true ];
  };
  systems = {
    expr = with lib.systems.elaborate "aarch64-linux"; [ isLinux isAarch64 isx86_64 config parsed.cpu.name go.GOARCH ];
    expected = [ true true false "aarch64-unknown-linux-gnu" "aarch64" "arm64" ];
  };
  licences = {
    expr = [ lib.licenses.mit.spdxId lib.licenses.unfree.free (lib.getLicenseFromSpdxId "apache-2.0").shortName ];
    expected = [ "MIT" false "asl20" ];
  };
  availableOn = {
    expr = map (lib.meta.availableOn { system = "x86_64-linux"; }) [ { } { meta.platforms = lib.platforms.linux; } { meta.platforms = lib.platforms.darwin; } ];
    expected = [ true true false ];
  };

  # texts
  toPretty = {
    expr = lib.generators.toPretty { multiline = false; } { a = [ 1 "x" ]; b.c = null; };
    expected = "{ a = [ 1 \"x\" ]; b = { c = null; }; }";
  };
  toINI = {
    expr = lib.generators.toINI { } { section = { a = 1; b = true; }; };
    expected = "[section]\na=1\nb=true\n";
  };
  toKeyValue = {
    expr = lib.generators.toKeyValue { } { a = "x"; "b=c" = 2; };
    expected = "a=x\nb\\=c=2\n";
  };
  commandLine = {
    expr = lib.cli.toGNUCommandLine { } { v = true; q = false; name = "x"; list = [ 1 2 ]; none = null; };
    expected = [ "--list" "1" "--list" "2" "--name" "x" "-v" ];
  };
  asserts = {
    expr = [ (lib.assertMsg true "m") (fails (lib.assertMsg false "m")) (fails (lib.assertOneOf "x" 1 [ 2 ])) ];
    expected = [ true true true ];
  };
  runTests = {
    expr = map (failure: failure.name) (lib.runTests { testGood = { expr = 1; expected = 1; }; testBad = { expr = 1; expected = 2; }; });
    expected = [ "testBad" ];
  };

  # source trees
  cleanSourceFilter = {
    expr = map (entry: lib.cleanSourceFilter entry.path entry.type) [
      { path = "/x/.git"; type = "directory"; }
      { path = "/x/a.o"; type = "regular"; }
      { path = "/x/result"; type = "symlink"; }
      { path = "/x/main.c"; type = "regular"; }
    ];
    expected = [ false false false true ];
  };
  sourceByRegex = {
    expr = builtins.attrNames (builtins.readDir (lib.sourceByRegex ./. [ "c-project" "c-project/.*\\.c" ] + "/c-project"));
    expected = [ "triangle.c" ];
  };
  fileset = {
    expr =
      let
        inherit (lib.fileset) difference fileFilter intersection maybeMissing toSource union unions;
        names = fileset: builtins.attrNames (builtins.readDir (toSource { root = ./c-project; inherit fileset; }));
      in
      [
        (names (unions [ ./c-project/Makefile (fileFilter (file: file.hasExt "sh") ./c-project) ]))
        (names (difference ./c-project ./c-project/tests))
        (names (union (maybeMissing ./c-project/absent) ./c-project/triangle.c))
        (names (intersection ./c-project/tests (fileFilter (file: file.name == "run.sh") ./.)))
        (fails (names ./c-project/absent))
        (fails (names ./lib.nix))
      ];
    expected = [ [ "Makefile" "area.sh" "tests" ] [ "Makefile" "area.sh" "triangle.c" ] [ "triangle.c" ] [ "tests" ] true true ];
  };
  filesetList = {
    expr = map baseNameOf (lib.fileset.toList ./c-project/tests);
    expected = [ "run.sh" ];
  };
  subpath = {
    expr = [ (lib.path.subpath.join [ "a" "./b" ]) (lib.path.subpath.isValid "../a") (lib.path.removePrefix /a /a/b/c) ];
    expected = [ "./a/b" false "./b/c" ];
  };
}

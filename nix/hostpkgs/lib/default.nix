# The library: the functions of nixpkgs' `lib` that project files and flake
# frameworks call, under the same names and written from their documented
# behaviour. What is not here was not needed by any of them yet.
let
  fixedPoints = import ./fixed-points.nix { };
in
fixedPoints.makeExtensible (
  lib:
  let
    call = file: import file { inherit lib; };
  in
  {
    inherit fixedPoints;
    trivial = call ./trivial.nix;
    attrsets = call ./attrsets.nix;
    lists = call ./lists.nix;
    strings = call ./strings.nix;
    customisation = call ./customisation.nix;
    derivations = call ./derivations.nix;
    meta = call ./meta.nix;
    versions = call ./versions.nix;
    licenses = call ./licenses.nix;
    systems = call ./systems.nix;
    platforms = call ./platforms.nix;
    sources = call ./sources.nix;
    fileset = call ./fileset.nix;
    path = call ./path.nix;
    debug = call ./debug.nix;
    asserts = call ./asserts.nix;
    generators = call ./generators.nix;
    options = call ./options.nix;
    types = call ./types.nix;
    modules = call ./modules.nix;
    cli = call ./cli.nix;
    fetchers = call ./fetchers.nix;
    filesystem = call ./filesystem.nix;
    stringsWithDeps = call ./strings-with-deps.nix;
    sourceTypes = call ./source-types.nix;
    flakes = { inherit (builtins) flakeRefToString parseFlakeRef; };
    maintainers = { };
    teams = { };
  }
  # The functions are there without their file's name too. The names must not
  # depend on `lib` itself, so each file is asked for its own here.
  // fixedPoints
  // call ./trivial.nix
  // call ./attrsets.nix
  // builtins.removeAttrs (call ./lists.nix) [
    "hasPrefix"
    "removePrefix"
    "commonPrefix"
  ]
  // builtins.removeAttrs (call ./strings.nix) [
    "replicate"
    "defaultEmpty"
    # The lists' own.
    "head"
    "tail"
    "elemAt"
    "genList"
  ]
  // call ./customisation.nix
  // call ./derivations.nix
  // call ./meta.nix
  // {
    inherit (lib.versions) splitVersion;
    inherit (lib.sources)
      cleanSource
      cleanSourceFilter
      cleanSourceWith
      commitIdFromGitRepo
      pathHasContext
      canCleanSource
      pathIsGitRepo
      revOrTag
      pathIsDirectory
      pathIsRegularFile
      pathType
      sourceByRegex
      sourceFilesBySuffices
      ;
    inherit (lib.debug)
      runTests
      traceIf
      testAllTrue
      traceFnSeqN
      traceSeq
      traceSeqN
      traceVal
      traceValFn
      traceValSeq
      traceValSeqFn
      traceValSeqN
      traceValSeqNFn
      ;
    inherit (lib.asserts)
      assertEachOneOf
      assertMsg
      assertOneOf
      checkAssertWarn
      ;
    inherit (builtins)
      baseNameOf
      convertHash
      dirOf
      filterSource
      fromTOML
      hashFile
      hashString
      isPath
      placeholder
      readDir
      readFileType
      toFile
      toString
      toXML
      trace
      tryEval
      ;
    inherit (lib.flakes) flakeRefToString parseFlakeRef;
    inherit (lib.filesystem) packagesFromDirectoryRecursive;
    inherit (lib.stringsWithDeps)
      fullDepEntry
      noDepEntry
      packEntry
      stringAfter
      textClosureList
      textClosureMap
      ;
    # Old names that project files still have.
    imap = lib.imap1;
    nvs = lib.nameValuePair;
    maybeEnv =
      name: default:
      let
        value = builtins.getEnv name;
      in
      if value == "" then default else value;
    # Packages with all that they propagate, as the older Python builders had it.
    closePropagation =
      packages:
      map (entry: entry.package) (
        builtins.genericClosure {
          startSet = map (package: {
            key = package.outPath;
            inherit package;
          }) (lib.filter lib.isDerivation packages);
          operator =
            { package, ... }:
            map (below: {
              key = below.outPath;
              package = below;
            }) (lib.filter lib.isDerivation (package.propagatedBuildInputs or [ ] ++ package.propagatedNativeBuildInputs or [ ]));
        }
      );
    nixosSystem = _: throw "lib.nixosSystem: hostpkgs has no NixOS; use nixpkgs itself for systems";
    inherit (lib.options)
      getFiles
      getValues
      isOption
      literalExample
      literalExpression
      literalMD
      mdDoc
      mergeDefaultOption
      mergeEqualOption
      mergeOneOption
      mergeUniqueOption
      mkEnableOption
      mkOption
      mkPackageOption
      mkSinkUndeclaredOptions
      optionAttrSetToDocList
      optionAttrSetToDocList'
      scrubOptionValue
      showFiles
      showOption
      showOptionWithDefLocs
      unknownModule
      ;
    inherit (lib.types)
      defaultFunctor
      defaultTypeMerge
      isOptionType
      isType
      mkOptionType
      setType
      ;
    inherit (lib.modules)
      doRename
      evalModules
      mergeDefinitions
      mkAfter
      mkAliasAndWrapDefinitions
      mkAliasAndWrapDefsWithPriority
      mkAliasDefinitions
      mkAliasOptionModule
      mkAssert
      mkBefore
      mkChangedOptionModule
      mkDefault
      mkDefinition
      mkDerivedConfig
      mkFixStrictness
      mkForce
      mkIf
      mkImageMediaOverride
      mkMerge
      mkMergedOptionModule
      mkOptionDefault
      mkOrder
      mkOverride
      mkRemovedOptionModule
      mkRenamedOptionModule
      mkRenamedOptionModuleWith
      mkVMOverride
      setDefaultModuleLocation
      ;
    inherit (lib.fetchers) fakeHash fakeSha256 fakeSha512;
  }
)

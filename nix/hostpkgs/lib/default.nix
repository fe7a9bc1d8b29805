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
    "join"
    "replicate"
    "defaultEmpty"
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
      pathIsDirectory
      pathIsRegularFile
      pathType
      sourceByRegex
      sourceFilesBySuffices
      ;
    inherit (lib.debug)
      runTests
      traceIf
      traceSeq
      traceVal
      traceValFn
      traceValSeq
      ;
    inherit (lib.asserts)
      assertEachOneOf
      assertMsg
      assertOneOf
      checkAssertWarn
      ;
    inherit (builtins) isPath;
    inherit (lib.options)
      isOption
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
      showFiles
      showOption
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
      mkDefault
      mkDefinition
      mkForce
      mkIf
      mkImageMediaOverride
      mkMerge
      mkOptionDefault
      mkOrder
      mkOverride
      mkRemovedOptionModule
      mkRenamedOptionModule
      mkVMOverride
      setDefaultModuleLocation
      ;
    inherit (lib.fetchers) fakeHash fakeSha256 fakeSha512;
  }
)

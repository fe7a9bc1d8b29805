# buildRustPackage: mkDerivation with Cargo's phases and the crates of a lock.
{
  lib,
  stdenv,
  rustc,
  cargo,
  platform,
}:
let
  notForTheDerivation = [
    "auditable"
    "buildFeatures"
    "buildNoDefaultFeatures"
    "cargoLock"
    "checkFeatures"
    "checkNoDefaultFeatures"
    "depsExtraArgs"
    "logLevel"
    "useFetchCargoVendor"
    "useNextest"
  ];

  # The crates: given as they are, by the lock, or by one hash for all.
  cargoDepsOf =
    arguments: final:
    if arguments ? cargoDeps then
      arguments.cargoDeps
    else if arguments.cargoVendorDir or null != null then
      null
    else if arguments.cargoLock or null != null then
      platform.importCargoLock arguments.cargoLock
    else if final ? cargoHash || arguments ? cargoSha256 then
      platform.fetchCargoVendor (
        lib.optionalAttrs (final ? src) { inherit (final) src; }
        // lib.optionalAttrs (final ? srcs) { inherit (final) srcs; }
        // lib.filterAttrs (_: value: value != null && value != "") {
          sourceRoot = final.sourceRoot or null;
          cargoRoot = final.cargoRoot or null;
          patches = final.cargoPatches or null;
          postUnpack = final.postUnpack or null;
          preUnpack = final.preUnpack or null;
          unpackPhase = final.unpackPhase or null;
        }
        // {
          name = final.name or "${final.pname}-${final.version}";
          hash = final.cargoHash or arguments.cargoSha256;
        }
        // arguments.depsExtraArgs or { }
      )
    else
      throw ''
        buildRustPackage: ${arguments.pname or arguments.name or "a package"} does not say which crates it needs. Give one of
          cargoLock.lockFile = ./Cargo.lock;   each crate is pinned by the lock itself
          cargoHash = lib.fakeHash;            the build will say which hash it should be
          cargoVendorDir, cargoDeps            where the crates are there already'';

  describe =
    arguments: final:
    let
      useNextest = arguments.useNextest or false;
      buildFeatures = arguments.buildFeatures or [ ];
      noDefaultFeatures = arguments.buildNoDefaultFeatures or false;
      passed = builtins.removeAttrs arguments notForTheDerivation;
    in
    if useNextest then
      platform.cargoNextestHook
    else
      passed
      // {
        cargoDeps = cargoDepsOf arguments final;

        cargoBuildType = arguments.buildType or "release";
        cargoCheckType = arguments.checkType or (arguments.buildType or "release");
        cargoBuildFeatures = buildFeatures;
        cargoBuildNoDefaultFeatures = noDefaultFeatures;
        cargoCheckFeatures = arguments.checkFeatures or buildFeatures;
        cargoCheckNoDefaultFeatures = arguments.checkNoDefaultFeatures or noDefaultFeatures;

        patches = arguments.cargoPatches or [ ] ++ arguments.patches or [ ];

        nativeBuildInputs = arguments.nativeBuildInputs or [ ] ++ [
          platform.cargoBuildHook
          platform.cargoCheckHook
          platform.cargoInstallHook
          platform.cargoSetupHook
          rustc
          cargo
        ];

        # A `configure` of a crate is not for the package.
        configurePhase =
          arguments.configurePhase or ''
            runHook preConfigure
            runHook postConfigure
          '';

        doCheck = arguments.doCheck or true;
        strictDeps = true;

        meta = {
          platforms = [
            "x86_64-linux"
            "aarch64-linux"
          ];
        }
        // arguments.meta or { };
      };
in
argument:
stdenv.mkDerivation (
  final: describe (if lib.isFunction argument then argument final else argument) final
)

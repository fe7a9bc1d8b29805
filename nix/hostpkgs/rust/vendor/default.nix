# Crates as a folder that Cargo takes for its registries: one folder for each
# crate, Cargo's word on it in `.cargo/config.toml`, and the Cargo.lock it is of.
{ pkgs }:
let
  inherit (pkgs) lib;

  # `archives`: { "<name>-<version>" = <file>; }, or a folder with tarballs/.
  vendorFolder =
    { name, lockFile, archives, passthru ? { } }:
    pkgs.runCommandLocal name
      {
        inherit lockFile passthru;
        archives = if lib.isDerivation archives then "${archives}" else builtins.toJSON archives;
        passAsFile = [ "archives" ];
      }
      ''
        /usr/bin/python3 -I -B ${./unpack_crates.py} "$lockFile" "$archivesPath" "$out"
      '';

  read =
    { lockFile ? null, lockFileContents ? null, ... }:
    if lockFile != null then
      if builtins.pathExists lockFile then
        builtins.readFile lockFile
      else
        throw "cargoLock.lockFile is ${toString lockFile}, which does not exist (in a git repository, flakes see only files that git knows)"
    else if lockFileContents != null then
      lockFileContents
    else
      throw "importCargoLock: give lockFile (a path) or lockFileContents (a text)";

  isRegistry = source: lib.hasPrefix "registry+" source || lib.hasPrefix "sparse+" source;

  fetch =
    package:
    let
      title = "the crate ${package.name} ${package.version}";
    in
    if !isRegistry package.source then
      throw "${title} is from ${package.source}: hostpkgs fetches crates of registries only, not of git repositories"
    else if !(package ? checksum) then
      throw "Cargo.lock gives no checksum for ${title}: its format is too old; run `cargo update --workspace` with a newer Cargo"
    else
      pkgs.fetchCrate {
        pname = package.name;
        inherit (package) version checksum;
        registry = package.source;
      };
in
{
  # cargoLock: one download for each crate, with the lock's own checksum.
  importCargoLock =
    {
      lockFile ? null,
      lockFileContents ? null,
      # Of git repositories, which are refused; then they do not matter.
      outputHashes ? { },
      allowBuiltinFetchGit ? false,
      extraRegistries ? { },
    }@arguments:
    let
      text = read arguments;
      lock = builtins.fromTOML text;
      crates = builtins.filter (package: package ? source) (lock.package or [ ]);
    in
    vendorFolder {
      name = "cargo-vendor-dir";
      lockFile = pkgs.writeText "Cargo.lock" (builtins.unsafeDiscardStringContext text);
      archives = builtins.listToAttrs (
        map (package: lib.nameValuePair "${package.name}-${package.version}" "${fetch package}") crates
      );
    };

  # cargoHash: all of them in one download. The content, and so the hash, is that
  # of nixpkgs' function: the archives and the lock.
  fetchCargoVendor =
    {
      name ? if arguments ? pname then "${arguments.pname}-${arguments.version}" else "cargo-deps",
      hash ? "",
      nativeBuildInputs ? [ ],
      ...
    }@arguments:
    let
      staging = pkgs.stdenvNoCC.mkDerivation (
        builtins.removeAttrs arguments [ "hash" "pname" "version" ]
        // {
          name = "${name}-vendor-staging";
          inherit nativeBuildInputs;
          cargo = "${pkgs.rustToolchain}/bin";
          impureEnvVars = import ../fetch/settings.nix { inherit lib; };
          dontConfigure = true;
          dontInstall = true;
          dontFixup = true;
          buildPhase = ''
            runHook preBuild
            /usr/bin/python3 -I -B ${../fetch/fetch_crates.py} lock "./''${cargoRoot:-}"
            runHook postBuild
          '';
          outputHash =
            if hash == "" then lib.warn "cargoHash of ${name} is empty: the build will say which it is" lib.fakeHash else hash;
          outputHashMode = "recursive";
          preferLocalBuild = true;
        }
        # Under the former names, the text does not say which kind it is.
        // lib.optionalAttrs (hash != "" && !lib.hasInfix "-" hash) { outputHashAlgo = "sha256"; }
      );
    in
    vendorFolder {
      name = "${name}-vendor";
      lockFile = "${staging}/Cargo.lock";
      archives = staging;
      passthru.vendorStaging = staging;
    };
}

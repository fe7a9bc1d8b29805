# Small things that package files expect to find.
final:
let
  inherit (final) lib;
  sourceAttributes = import ./source-attributes.nix { inherit lib; };

  # For a package that is a source, unpacked and patched.
  sourceItself = {
    phases = [
      "unpackPhase"
      "patchPhase"
      "installPhase"
    ];
    installPhase = ''cp -pr --reflink=auto -- . "$out"'';
    preferLocalBuild = true;
  };
in
{
  emptyFile = final.runCommandLocal "empty-file" { } ''touch "$out"'';
  emptyDirectory = final.runCommandLocal "empty-directory" { } ''mkdir "$out"'';

  # All store paths that the given ones need, one a line.
  writeClosure =
    paths:
    final.runCommandLocal "closure" { graph = final.closureInfo { rootPaths = paths; }; } ''
      cp "$graph/store-paths" "$out"
    '';
  writeReferencesToFile = path: final.writeClosure [ path ];

  # The file store-paths only: no `registration`, which loads Nix's database.
  closureInfo =
    { rootPaths }:
    let
      roots = map (path: "${path}") (lib.toList rootPaths);
    in
    final.runCommandLocal "closure-info"
      {
        exportReferencesGraph = lib.concatLists (lib.imap0 (n: path: [ "graph-${toString n}" path ]) roots);
        graphs = lib.genList (n: "graph-${toString n}") (builtins.length roots);
      }
      ''
        mkdir "$out"
        cd "$NIX_BUILD_TOP"
        # Each graph: path, deriver, number of references, the references.
        for graph in $graphs; do
          while IFS= read -r path && IFS= read -r deriver && IFS= read -r count; do
            printf '%s\n' "$path"
            while [ "$count" -gt 0 ]; do
              IFS= read -r reference
              count=$((count - 1))
            done
          done < "$graph"
        done | sort -u > "$out/store-paths"
      '';

  # A file or folder as a store path of its own.
  copyPathToStore = path: builtins.path { inherit path; };
  # A package's source, unpacked and patched: of a package, or of its arguments.
  srcOnly =
    arguments:
    let
      given = if lib.isDerivation arguments then arguments.drvAttrs // { inherit (arguments) name; } else arguments;
      stdenv = given.stdenv or final.stdenvNoCC;
      kept = sourceAttributes [
        "setSourceRoot"
        "unpackCmd"
        "patchPhase"
        "preUnpack"
        "postUnpack"
        "nativeBuildInputs"
      ] given;
    in
    (if stdenv ? mkDerivation then stdenv else final.stdenvNoCC).mkDerivation (
      kept
      // sourceItself
      // {
        name = "${given.name or "${given.pname}-${given.version}"}-source";
      }
    );

  # A source with patches, for what takes a source and no patches.
  applyPatches =
    {
      src,
      name ? (if lib.isDerivation src || src ? name then src.name else baseNameOf (toString src)) + "-patched",
      patches ? [ ],
      prePatch ? "",
      postPatch ? "",
      ...
    }@arguments:
    final.stdenvNoCC.mkDerivation (
      {
        inherit
          name
          src
          patches
          prePatch
          postPatch
          ;
      }
      // sourceItself
      // builtins.removeAttrs arguments [
        "src"
        "name"
        "patches"
        "prePatch"
        "postPatch"
      ]
    );
}

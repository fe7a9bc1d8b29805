# Small things that package files expect to find.
final:
let
  inherit (final) lib;
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

  # store-paths, and registration for `nix-store --load-db`.
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

  # Sources as arguments of functions, not as copies.
  copyPathToStore = path: builtins.path { inherit path; };
  srcOnly =
    package:
    final.runCommandLocal "${package.name}-source" { inherit (package) src; } ''
      cp -r "$src" "$out"
    '';

  # JSON is YAML, so both are the same text.
  formats =
    let
      json =
        _: {
          type = lib.types.unspecified or null;
          generate = name: value: final.writeText name (builtins.toJSON value);
        };
    in
    {
      inherit json;
      yaml = json;
    };

  writers = {
    inherit (final) writeText;
    writeBash = final.writeShellScript;
    writeBashBin = final.writeShellScriptBin;
    writeDash = final.writeShellScript;
    writeDashBin = final.writeShellScriptBin;
    writeJSON = name: value: final.writeText name (builtins.toJSON value);
    writeYAML = name: value: final.writeText name (builtins.toJSON value);
  };
}

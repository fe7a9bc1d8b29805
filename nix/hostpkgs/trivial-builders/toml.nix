# A Nix value as TOML: values first, then tables, each under its full name.
{ lib }:
let
  inherit (builtins) isAttrs isList;

  isTable = value: isAttrs value && !lib.isDerivation value;
  isTables = value: isList value && value != [ ] && lib.all isTable value;
  isBare = name: builtins.match "[A-Za-z0-9_-]+" name != null;
  key = name: if isBare name then name else builtins.toJSON name;
  path = lib.concatMapStringsSep "." key;

  inline =
    place: value:
    if value == null then
      throw "formats.toml: ${path place} is null, which TOML cannot say"
    else if isList value then
      "[${lib.concatMapStringsSep ", " (inline place) value}]"
    else if isTable value then
      "{ ${lib.concatStringsSep ", " (lib.mapAttrsToList (name: v: "${key name} = ${inline (place ++ [ name ]) v}") value)} }"
    else
      # Texts, numbers and flags are JSON's; paths and packages are texts.
      builtins.toJSON value;

  table =
    place: set:
    let
      values = lib.filterAttrs (_: v: !isTable v && !isTables v) set;
      tables = lib.filterAttrs (_: isTable) set;
      lists = lib.filterAttrs (_: isTables) set;
      below = name: place ++ [ name ];
    in
    lib.concatStrings (
      lib.mapAttrsToList (name: v: "${key name} = ${inline (below name) v}\n") values
      ++ lib.mapAttrsToList (
        name: v:
        let
          hasHeader = v == { } || lib.any (x: !isTable x && !isTables x) (builtins.attrValues v);
        in
        lib.optionalString hasHeader "\n[${path (below name)}]\n" + table (below name) v
      ) tables
      ++ lib.mapAttrsToList (
        name: lib.concatMapStrings (v: "\n[[${path (below name)}]]\n" + table (below name) v)
      ) lists
    );
in
value: lib.removePrefix "\n" (table [ ] value)

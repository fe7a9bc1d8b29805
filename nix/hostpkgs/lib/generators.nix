# Nix values as text in other formats.
{ lib }:
let
  inherit (builtins) isAttrs isBool isList isString;
in
rec {
  toJSON = _: builtins.toJSON;
  # JSON is YAML.
  toYAML = toJSON;

  mkValueStringDefault =
    _: value:
    if isBool value then
      lib.boolToString value
    else if value == null then
      "null"
    else if isList value || (isAttrs value && !lib.isStringLike value) then
      throw "generators.mkValueStringDefault: no text for a ${builtins.typeOf value}"
    else
      toString value;
  mkKeyValueDefault =
    {
      mkValueString ? mkValueStringDefault { },
    }:
    separator: key: value:
    "${lib.escape [ separator ] key}${separator}${mkValueString value}";
  toKeyValue =
    {
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
      indent ? "",
    }:
    set:
    let
      line = key: value: indent + mkKeyValue key value + "\n";
      lines = if listsAsDuplicateKeys then key: value: map (line key) (lib.toList value) else key: value: [ (line key value) ];
    in
    lib.concatStrings (lib.concatLists (lib.mapAttrsToList lines set));
  toINI =
    {
      mkSectionName ? name: lib.escape [ "[" "]" ] name,
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
    }:
    sections:
    lib.concatStringsSep "\n" (
      lib.mapAttrsToList (
        name: section: "[${mkSectionName name}]\n" + toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } section
      ) sections
    );
  toINIWithGlobalSection =
    options:
    {
      globalSection,
      sections ? { },
    }:
    let
      global = toKeyValue (builtins.removeAttrs options [ "mkSectionName" ]) globalSection;
    in
    global + lib.optionalString (global != "" && sections != { }) "\n" + toINI options sections;

  # Nix syntax, for messages.
  toPretty =
    {
      multiline ? true,
      indent ? "",
      allowPrettyValues ? false,
    }:
    let
      go =
        indent: value:
        let
          inner = indent + "  ";
          open = if multiline then "\n${inner}" else " ";
          close = if multiline then "\n${indent}" else " ";
        in
        if isString value then
          lib.escapeNixString value
        else if isBool value then
          lib.boolToString value
        else if value == null then
          "null"
        else if builtins.isPath value then
          toString value
        else if builtins.isFunction value then
          "<function>"
        else if isList value then
          if value == [ ] then "[ ]" else "[${open}${lib.concatMapStringsSep open (go inner) value}${close}]"
        else if isAttrs value then
          if lib.isDerivation value then
            "<derivation ${value.name or "?"}>"
          else if value == { } then
            "{ }"
          else
            "{${open}${
              lib.concatStringsSep open (
                lib.mapAttrsToList (name: v: "${lib.escapeNixIdentifier name} = ${go inner v};") value
              )
            }${close}}"
        else
          toString value;
    in
    go indent;
}

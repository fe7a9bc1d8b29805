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

  # git's configuration: [section "sub"] from sets two deep.
  toGitINI =
    attrs:
    let
      sectionName =
        name:
        let
          parts = lib.splitString "." name;
        in
        # A name with quotation marks is as git writes it already.
        if builtins.length parts == 1 || lib.hasInfix "\"" name then
          name
        else
          "${lib.head parts} \"${lib.concatStringsSep "." (lib.tail parts)}\"";
      text = value: if isString value then ''"${lib.escape [ "\"" "\\" ] value}"'' else mkValueStringDefault { } value;
      keyValue =
        key: value:
        let
          own = mkKeyValueDefault { mkValueString = text; } " = " key;
        in
        lib.concatMapStringsSep "\n" (v: "\t" + own v) (lib.toList value);
      # { "a.b" = { key = value; }; } of every set that has values itself.
      sections = lib.foldl' lib.recursiveUpdate { } (
        lib.flatten (
          let
            collect =
              path: value:
              if isAttrs value && !lib.isDerivation value then
                lib.mapAttrsToList (name: collect ([ name ] ++ path)) value
              else if builtins.length path > 1 then
                { ${lib.concatStringsSep "." (lib.reverseList (lib.tail path))}.${lib.head path} = value; }
              else
                { ${lib.head path} = value; };
          in
          collect [ ] attrs
        )
      );
    in
    toINI {
      mkKeyValue = keyValue;
      mkSectionName = sectionName;
    } sections;

  # Lua's own syntax: text that toLua leaves as it is.
  mkLuaInline = expr: {
    _type = "lua-inline";
    inherit expr;
  };
  toLua =
    {
      multiline ? true,
      indent ? "",
      # The top set as assignments.
      asBindings ? false,
    }@options:
    value:
    let
      inner = indent + "  ";
      go = toLua (
        options
        // {
          indent = inner;
          asBindings = false;
        }
      );
      block =
        items:
        let
          open = if multiline then "\n${inner}" else " ";
          close = if multiline then "\n${indent}" else " ";
        in
        if items == [ ] then "{}" else "{${open}${lib.concatStringsSep ",${open}" items}${close}}";
      isName = name: builtins.match "[a-zA-Z_][a-zA-Z0-9_]*(\\.[a-zA-Z_][a-zA-Z0-9_]*)*" name != null;
      binding =
        name: v:
        if isName name then
          "${indent}${name} = ${toLua (options // { asBindings = false; }) v}\n"
        else
          throw "generators.toLua: ${builtins.toJSON name} is no name of Lua";
    in
    if asBindings then
      lib.concatStrings (lib.mapAttrsToList binding value)
    else if value == null then
      "nil"
    else if builtins.isInt value || builtins.isFloat value || isString value || isBool value then
      builtins.toJSON value
    else if builtins.isPath value || lib.isDerivation value then
      builtins.toJSON "${toString value}"
    else if isList value then
      block (map go value)
    else if isAttrs value && value._type or null == "lua-inline" then
      "(${value.expr})"
    else if isAttrs value then
      block (lib.mapAttrsToList (name: v: "[${builtins.toJSON name}] = ${go v}") value)
    else
      throw "generators.toLua: no text for a ${builtins.typeOf value}";

  # For values that may contain themselves: below that depth there is a text.
  withRecursion =
    {
      depthLimit,
      throwOnDepthLimit ? true,
    }:
    assert builtins.isInt depthLimit;
    let
      # What the pretty printer and `override` need stays whole.
      kept = [
        "__functor"
        "__functionArgs"
        "__toString"
        "__pretty"
      ];
      leaf =
        depth: value:
        if depth > depthLimit then
          if throwOnDepthLimit then
            throw "Exceeded maximum eval-depth limit of ${toString depthLimit} while trying to evaluate with `generators.withRecursion'!"
          else
            _: "<unevaluated>"
        else
          lib.id;
      go =
        depth: value:
        if isAttrs value then
          builtins.mapAttrs (name: v: if builtins.elem name kept then v else (leaf (depth + 1) v) (go (depth + 1) v)) value
        else if isList value then
          map (v: (leaf (depth + 1) v) (go (depth + 1) v)) value
        else
          leaf (depth + 1) value value;
    in
    go 0;

  # Nix syntax, for messages. With `allowPrettyValues` a value may say its own
  # text: { __pretty = value: text; val; }.
  toPretty =
    {
      multiline ? true,
      indent ? "",
      allowPrettyValues ? false,
    }:
    let
      string =
        indent: value:
        let
          lines = lib.splitString "\n" value;
          escaped = map (builtins.replaceStrings [ "\${" "''" ] [ "''\${" "'''" ]) lines;
        in
        if multiline && builtins.length lines > 1 then
          "''\n${indent}  ${lib.concatStringsSep "\n${indent}  " (lib.init escaped)}"
          + (if lib.last lines == "" then "\n${indent}''" else "\n${indent}  ${lib.last escaped}''")
        else
          lib.escapeNixString value;
      function =
        f:
        let
          names = lib.mapAttrsToList (name: optional: name + lib.optionalString optional "?") (lib.functionArgs f);
        in
        if names == [ ] then "<function>" else "<function, args: {${lib.concatStringsSep ", " names}}>";
      go =
        indent: value:
        let
          inner = indent + "  ";
          open = if multiline then "\n${inner}" else " ";
          close = if multiline then "\n${indent}" else " ";
        in
        if isString value then
          string indent value
        else if builtins.isFloat value then
          builtins.toJSON value
        else if isBool value then
          lib.boolToString value
        else if value == null then
          "null"
        else if builtins.isPath value then
          toString value
        else if lib.isFunction value then
          function value
        else if isList value then
          if value == [ ] then "[ ]" else "[${open}${lib.concatMapStringsSep open (go inner) value}${close}]"
        else if isAttrs value then
          if allowPrettyValues && value ? __pretty && value ? val then
            value.__pretty value.val
          else if lib.isDerivation value then
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

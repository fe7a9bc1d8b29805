# Files of configuration: a type for what they can hold, and their text.
final:
let
  inherit (final) lib;
  inherit (lib) types;

  toTOML = import ./toml.nix { inherit lib; };

  # Of a set of sections, each of keys.
  atomOf =
    { listsAsDuplicateKeys, listToValue }:
    let
      single = types.nullOr (
        types.oneOf [
          types.bool
          types.int
          types.float
          types.str
        ]
      );
    in
    if listsAsDuplicateKeys || listToValue != null then types.either single (types.listOf single) else single;
  withLists =
    listToValue: section:
    if listToValue == null then section else lib.mapAttrs (_: v: if builtins.isList v then listToValue v else v) section;
in
{
  formats =
    let
      json = _: {
        type = types.json;
        generate = name: value: final.writeText name (builtins.toJSON value);
      };
      # The arguments of a format that are its generator's.
      generatorArguments = arguments: builtins.removeAttrs arguments [ "listToValue" ];
    in
    {
      inherit json;
      # JSON is YAML, so both are the same text.
      yaml = json;
      yaml_1_1 = json;
      yaml_1_2 = json;

      toml = _: {
        type = types.attrsOf types.toml // {
          description = "TOML value";
        };
        generate = name: value: final.writeText name (toTOML value);
      };

      ini =
        {
          listsAsDuplicateKeys ? false,
          listToValue ? null,
          ...
        }@arguments:
        let
          atom = atomOf { inherit listsAsDuplicateKeys listToValue; };
        in
        {
          type = types.attrsOf (types.attrsOf atom);
          lib.types.atom = atom;
          generate =
            name: value:
            final.writeText name (
              lib.generators.toINI (generatorArguments arguments) (lib.mapAttrs (_: withLists listToValue) value)
            );
        };
      iniWithGlobalSection =
        {
          listsAsDuplicateKeys ? false,
          listToValue ? null,
          ...
        }@arguments:
        let
          atom = atomOf { inherit listsAsDuplicateKeys listToValue; };
        in
        {
          type = types.submodule {
            options = {
              globalSection = lib.mkOption {
                type = types.attrsOf atom;
                default = { };
                description = "Keys before the first section.";
              };
              sections = lib.mkOption {
                type = types.attrsOf (types.attrsOf atom);
                default = { };
                description = "The sections.";
              };
            };
          };
          lib.types.atom = atom;
          generate =
            name:
            {
              sections ? { },
              globalSection ? { },
            }:
            final.writeText name (
              lib.generators.toINIWithGlobalSection (generatorArguments arguments) {
                globalSection = withLists listToValue globalSection;
                sections = lib.mapAttrs (_: withLists listToValue) sections;
              }
            );
        };
      gitIni = _: {
        type = types.attrsOf (types.attrsOf types.anything);
        generate = name: value: final.writeText name (lib.generators.toGitINI value);
      };
      keyValue =
        {
          listsAsDuplicateKeys ? false,
          listToValue ? null,
          ...
        }@arguments:
        {
          type = types.attrsOf (atomOf {
            inherit listsAsDuplicateKeys listToValue;
          });
          generate =
            name: value:
            final.writeText name (lib.generators.toKeyValue (generatorArguments arguments) (withLists listToValue value));
        };
      lua =
        {
          multiline ? true,
          asBindings ? false,
          ...
        }@arguments:
        {
          type = types.json;
          lib.mkRaw = lib.generators.mkLuaInline;
          generate =
            name: value:
            final.writeText name (
              lib.optionalString (!asBindings) "return "
              + lib.generators.toLua { inherit multiline asBindings; } value
              + lib.optionalString (!asBindings) "\n"
            );
        };
      javaProperties =
        {
          comment ? "Generated with Nix",
          boolToString ? lib.boolToString,
        }:
        let
          # Colons, equals signs and blanks end a key; a value's start is trimmed.
          text = lib.escape [ "\\" "#" "!" ];
          keyText = key: lib.strings.replaceStrings [ " " ":" "=" ] [ "\\ " "\\:" "\\=" ] (text key);
          oneLine = lib.strings.replaceStrings [ "\n" "\r" ] [ "\\n" "\\r" ];
          valueText = value: if builtins.isBool value then boolToString value else oneLine (text (toString value));
        in
        {
          type = types.attrsOf (
            types.oneOf [
              types.str
              types.bool
              types.int
              types.path
            ]
          );
          generate =
            name: value:
            final.writeText name (
              lib.concatMapStrings (line: "# ${line}\n") (lib.splitString "\n" comment)
              + lib.concatStrings (lib.mapAttrsToList (key: v: "${oneLine (keyText key)} = ${valueText v}\n") value)
            );
        };
    };
}

# Documentation of modules' options: pkgs.nixosOptionsDoc.
final:
let
  inherit (final) lib;
in
{
  nixosOptionsDoc =
    {
      options,
      transformOptions ? lib.id,
      # Whether an option without a description is an error.
      warningsAreErrors ? true,
      ...
    }:
    let
      # Options that their modules hide, and those of the module system itself.
      isShown = option: option.visible && !option.internal;
      list = builtins.filter isShown (map transformOptions (lib.optionAttrSetToDocList options));
      undescribed = builtins.filter (option: option.description or null == null) list;
      textOf = value: if builtins.isAttrs value then value.text else value;

      optionsNix = builtins.listToAttrs (
        map (option: {
          inherit (option) name;
          value = builtins.removeAttrs option [
            "name"
            "visible"
            "internal"
          ];
        }) list
      );

      code = title: value: "*${title}:*\n\n```nix\n${textOf value}\n```\n\n";
      section =
        name: option:
        "## ${lib.strings.replaceStrings [ "<" ">" "*" ] [ "\\<" "\\>" "\\*" ] name}\n\n"
        + lib.optionalString (option.description or null != null) "${textOf option.description}\n\n"
        + "*Type:* ${option.type}${lib.optionalString option.readOnly " *(read only)*"}\n\n"
        + lib.optionalString (option ? default) (code "Default" option.default)
        + lib.optionalString (option ? example) (code "Example" option.example)
        + lib.optionalString (option.declarations != [ ]) (
          "*Declared by:*\n\n"
          + lib.concatMapStrings (
            place: if builtins.isAttrs place then " - [${place.name}](${place.url})\n" else " - ${toString place}\n"
          ) option.declarations
          + "\n"
        );
    in
    lib.throwIf (warningsAreErrors && undescribed != [ ])
      "nixosOptionsDoc: without a description: ${lib.concatMapStringsSep ", " (option: option.name) undescribed} (warningsAreErrors = false accepts them)"
      {
        inherit optionsNix;
        optionsJSON = final.writeTextDir "share/doc/nixos/options.json" (
          builtins.unsafeDiscardStringContext (builtins.toJSON optionsNix)
        );
        optionsCommonMark = final.writeText "options.md" (
          builtins.unsafeDiscardStringContext (lib.concatStrings (lib.mapAttrsToList section optionsNix))
        );
      };
}

# Declarations of options, and how definitions of one are merged by default.
{ lib }:
let
  inherit (builtins) filter head isAttrs length;
in
rec {
  mkOption =
    {
      default ? null,
      defaultText ? null,
      example ? null,
      description ? null,
      relatedPackages ? null,
      type ? null,
      apply ? null,
      internal ? null,
      visible ? null,
      readOnly ? null,
      ...
    }@attrs:
    attrs // { _type = "option"; };
  isOption = lib.isType "option";

  mkEnableOption =
    name:
    mkOption {
      default = false;
      example = true;
      description = "Whether to enable ${name}.";
      type = lib.types.bool;
    };
  mkPackageOption =
    pkgs: name:
    {
      nullable ? false,
      default ? name,
      example ? null,
      extraDescription ? "",
      pkgsText ? "pkgs",
    }:
    let
      path = lib.toList name;
      defaultPath = if default != null then lib.toList default else null;
    in
    mkOption (
      {
        description = "The ${lib.concatStringsSep "." path} package to use.${extraDescription}";
        type = if nullable then lib.types.nullOr lib.types.package else lib.types.package;
      }
      // lib.optionalAttrs (defaultPath != null) {
        default = lib.attrByPath defaultPath (throw "${lib.concatStringsSep "." defaultPath} cannot be found in ${pkgsText}") pkgs;
        defaultText = literalExpression "${pkgsText}.${lib.concatStringsSep "." defaultPath}";
      }
      // lib.optionalAttrs (nullable && default == null) { default = null; }
    );
  # An option that takes any definition and has no value.
  mkSinkUndeclaredOptions =
    attrs:
    mkOption (
      {
        internal = true;
        visible = false;
        default = false;
        description = "Sink for option definitions.";
        type = lib.mkOptionType {
          name = "sink";
          check = _: true;
          merge = _: _: false;
        };
        apply = _: throw "the value of a sink option is not readable";
      }
      // attrs
    );

  showOption = lib.concatMapStringsSep "." (
    part: if builtins.match "[a-zA-Z_][a-zA-Z0-9_'-]*|<.*>|\\*|\\[.*]" part != null then part else lib.escapeNixString part
  );
  showFiles = files: lib.concatMapStringsSep " and " (file: "`${file}'") files;
  getFiles = map (definition: definition.file);
  getValues = map (definition: definition.value);
  showDefs = lib.concatMapStrings (
    definition:
    let
      pretty = builtins.tryEval (
        lib.generators.toPretty { multiline = false; } (shorten 3 definition.value)
      );
      text = if pretty.success then pretty.value else "<error>";
    in
    "\n- In `${definition.file}'${lib.optionalString (text != "") ": ${text}"}"
  );
  # Deep values of a message cut, so that a wrong definition does not print a world.
  shorten =
    depth: value:
    if isAttrs value && !lib.isDerivation value then
      if depth == 0 then "…" else builtins.mapAttrs (_: shorten (depth - 1)) value
    else if builtins.isList value then
      if depth == 0 then "…" else map (shorten (depth - 1)) value
    else
      value;

  # For types that say nothing else: several definitions must be of one kind.
  mergeDefaultOption =
    loc: definitions:
    let
      values = getValues definitions;
    in
    if length values == 1 then
      head values
    else if lib.all lib.isFunction values then
      x: mergeDefaultOption loc (map (d: d // { value = d.value x; }) definitions)
    else if lib.all builtins.isList values then
      lib.concatLists values
    else if lib.all isAttrs values then
      lib.foldl' lib.mergeAttrs { } values
    else if lib.all builtins.isBool values then
      lib.any lib.id values
    else if lib.all builtins.isString values then
      lib.concatStrings values
    else
      throw "Cannot merge definitions of `${showOption loc}'. Definition values:${showDefs definitions}";
  mergeOneOption = mergeUniqueOption { message = ""; };
  mergeUniqueOption =
    {
      message,
      merge ? null,
    }:
    loc: definitions:
    if length definitions == 1 then
      if merge == null then (head definitions).value else merge loc definitions
    else
      throw "The option `${showOption loc}' is defined multiple times while it's expected to be unique.\n${message}\nDefinition values:${showDefs definitions}\nUse `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.";
  # Several definitions may say the same.
  mergeEqualOption =
    loc: definitions:
    let
      first = head definitions;
    in
    if lib.all (d: d.value == first.value) definitions then
      first.value
    else
      throw "The option `${showOption loc}' has conflicting definition values:${showDefs definitions}\nUse `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.";

  literalExpression =
    text:
    if builtins.isString text then
      {
        _type = "literalExpression";
        inherit text;
      }
    else
      throw "literalExpression expects a string";
  literalExample = lib.warn "lib.literalExample is deprecated, use lib.literalExpression instead." literalExpression;
  literalCode = literalExpression;
  literalMD = text: {
    _type = "literalMD";
    inherit text;
  };
  mdDoc = text: text;
  # A value as documentation shows it: expressions are texts already.
  renderOptionValue =
    value:
    if value ? _type && value ? text then
      value
    else
      literalExpression (
        lib.generators.toPretty {
          multiline = true;
          allowPrettyValues = true;
        } value
      );
  # Packages as their names, which is all that documentation can show of them.
  scrubOptionValue =
    value:
    if lib.isDerivation value then
      value // { drvPath = value.name; outPath = value.name; }
    else if builtins.isList value then
      map scrubOptionValue value
    else if isAttrs value then
      builtins.mapAttrs (_: scrubOptionValue) (builtins.removeAttrs value [ "_args" ])
    else
      value;
  unknownModule = "<unknown-file>";
  showOptionWithDefLocs = option: "${showOption option.loc}, with values defined in:\n${lib.concatMapStringsSep "\n" (file: "  - ${file}") option.files}\n";

  # Every option of a tree, for documentation.
  optionAttrSetToDocList = optionAttrSetToDocList' [ ];
  optionAttrSetToDocList' =
    _: options:
    lib.concatMap (
      option:
      let
        visible = option.visible or true;
        # Shallow hides what is below, transparent the option but not that.
        isShown = if builtins.isBool visible then visible else visible == "shallow";
        showsBelow = if builtins.isBool visible then visible else visible == "transparent";
        subOptions = option.type.getSubOptions or (_: { }) option.loc;
        entry = {
          inherit (option) loc;
          name = showOption option.loc;
          description = option.description or null;
          declarations = filter (file: file != unknownModule) (option.declarations or [ ]);
          internal = option.internal or false;
          visible = isShown;
          readOnly = option.readOnly or false;
          type = option.type.description or "unspecified value";
        }
        // lib.optionalAttrs (option ? example) { example = renderOptionValue option.example; }
        // lib.optionalAttrs (option ? defaultText || option ? default || (option.type.emptyValue or { }) ? value) {
          default = renderOptionValue (option.defaultText or option.default or option.type.emptyValue.value);
        }
        // lib.optionalAttrs (option.relatedPackages or null != null) { inherit (option) relatedPackages; };
      in
      [ entry ] ++ lib.optionals (showsBelow && subOptions != { }) (optionAttrSetToDocList' [ ] subOptions)
    ) (lib.collect isOption options);
}

# Command lines from attribute sets.
{ lib }:
let
  # A value's text; null where there is no argument for it.
  textOf = value: if builtins.isBool value then lib.boolToString value else lib.generators.mkValueStringDefault { } value;
in
rec {
  # `optionFormat` says of a name: { option = "--name"; sep; explicitBool; formatArg; }.
  # `sep` is put between option and value; with null they are two words.
  toCommandLine =
    optionFormat: options:
    let
      one =
        name: value:
        let
          format = {
            formatArg = textOf;
            explicitBool = false;
          }
          // optionFormat name;
          word = format.formatArg value;
        in
        if builtins.isList value then
          lib.concatMap (one name) value
        else if value == null || (value == false && !format.explicitBool) then
          [ ]
        else if value == true && !format.explicitBool then
          [ format.option ]
        else if format.sep or null == null then
          [
            format.option
            word
          ]
        else
          [ "${format.option}${format.sep}${word}" ];
    in
    lib.concatLists (lib.mapAttrsToList one options);
  toCommandLineShell = optionFormat: options: lib.escapeShellArgs (toCommandLine optionFormat options);

  # As GNU's programs want them: --long=value, -svalue; flags that are on.
  toCommandLineGNU =
    {
      isLong ? name: builtins.stringLength name > 1,
      explicitBool ? false,
      formatArg ? textOf,
    }:
    toCommandLine (
      name:
      if isLong name then
        {
          option = "--${name}";
          sep = "=";
          inherit explicitBool formatArg;
        }
      else
        {
          option = "-${name}";
          sep = "";
          inherit explicitBool formatArg;
        }
    );
  toCommandLineShellGNU = options: set: lib.escapeShellArgs (toCommandLineGNU options set);

  # The older form, with two words for an option that has a value.
  toGNUCommandLine =
    {
      mkOptionName ? name: if builtins.stringLength name == 1 then "-${name}" else "--${name}",
      mkBool ? name: value: lib.optional value (mkOptionName name),
      mkList ? name: values: lib.concatMap (value: if builtins.isBool value then mkBool name value else mkOption name value) values,
      # Between name and value in one word; null makes two words.
      optionValueSeparator ? null,
      mkOption ?
        name: value:
        if value == null then
          [ ]
        else if optionValueSeparator == null then
          [
            (mkOptionName name)
            (textOf value)
          ]
        else
          [ "${mkOptionName name}${optionValueSeparator}${textOf value}" ],
    }:
    options:
    lib.concatLists (
      lib.mapAttrsToList (
        name: value:
        if builtins.isBool value then
          mkBool name value
        else if builtins.isList value then
          mkList name value
        else
          mkOption name value
      ) options
    );
  toGNUCommandLineShell = options: set: lib.escapeShellArgs (toGNUCommandLine options set);
}

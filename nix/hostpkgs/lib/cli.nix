# Command lines from attribute sets.
{ lib }:
rec {
  toGNUCommandLine =
    {
      mkOptionName ? name: if builtins.stringLength name == 1 then "-${name}" else "--${name}",
      mkBool ? name: value: lib.optional value (mkOptionName name),
      mkList ? name: values: lib.concatMap (value: mkOption name value) values,
      mkOption ? name: value: if value == null then [ ] else [ (mkOptionName name) (lib.generators.mkValueStringDefault { } value) ],
      ...
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

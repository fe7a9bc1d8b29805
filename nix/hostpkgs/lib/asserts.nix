# Assertions with a message.
{ lib }:
rec {
  assertMsg = condition: message: condition || throw message;
  assertOneOf =
    name: value: values:
    assertMsg (lib.elem value values) "${name} must be one of ${lib.generators.toPretty { multiline = false; } values}, but is: ${lib.generators.toPretty { } value}";
  assertEachOneOf =
    name: given: values:
    lib.all (value: assertOneOf name value values) given;
  checkAssertWarn =
    assertions: warnings: value:
    let
      failed = map (a: a.message) (builtins.filter (a: !a.assertion) assertions);
    in
    if failed == [ ] then
      lib.showWarnings warnings value
    else
      throw "Failed assertions:\n${lib.concatMapStringsSep "\n" (m: "- ${m}") failed}";
}

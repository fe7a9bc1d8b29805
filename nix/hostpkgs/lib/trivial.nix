# Functions about functions, flags and warnings.
{ lib }:
let
  hexDigit = digit: builtins.substring digit 1 "0123456789ABCDEF";
in
rec {
  inherit (builtins)
    pathExists
    readFile
    isBool
    isInt
    isFloat
    add
    ceil
    div
    floor
    mul
    sub
    lessThan
    seq
    deepSeq
    genericClosure
    bitAnd
    bitOr
    bitXor
    addErrorContext
    unsafeGetAttrPos
    ;

  release = "25.05";
  version = release + "pre-hostpkgs";
  codeName = "hostpkgs";
  versionSuffix = "pre-hostpkgs";
  oldestSupportedRelease = 2411;
  inNixShell = false;
  inPureEvalMode = !builtins ? currentSystem;
  revisionWithDefault = default: default;
  nixpkgsVersion = version;
  oldestSupportedReleaseIsAtLeast = release: release <= oldestSupportedRelease;
  isInOldestRelease = oldestSupportedReleaseIsAtLeast;

  id = x: x;
  const = x: _: x;
  pipe = builtins.foldl' (x: f: f x);
  concat = x: y: x ++ y;
  or = x: y: x || y;
  and = x: y: x && y;
  xor = x: y: x != y;
  bitNot = builtins.sub (-1);
  boolToString = x: if x then "true" else "false";
  boolToYesNo = x: if x then "yes" else "no";
  mergeAttrs = x: y: x // y;
  flip =
    f: x: y:
    f y x;
  defaultTo = default: x: if x == null then default else x;
  mapNullable = f: x: if x == null then null else f x;

  min = x: y: if x < y then x else y;
  max = x: y: if x > y then x else y;
  mod = base: divisor: base - divisor * (builtins.div base divisor);
  compare =
    a: b:
    if a < b then
      -1
    else if a > b then
      1
    else
      0;
  # Compares two halves of a list apart: those with the property first.
  splitByAndCompare =
    p: yes: no: a: b:
    if p a then
      if p b then yes a b else -1
    else if p b then
      1
    else
      no a b;

  # Members of `given` that are not `valid` are an error.
  checkListOfEnum =
    message: valid: given: value:
    let
      unexpected = lib.subtractLists valid given;
    in
    if unexpected == [ ] then
      value
    else
      throw "${message}: ${lib.concatStringsSep ", " (map toString unexpected)} unexpected; valid ones: ${lib.concatStringsSep ", " (map toString valid)}";

  importJSON = path: builtins.fromJSON (builtins.readFile path);
  importTOML = path: builtins.fromTOML (builtins.readFile path);

  warn = builtins.warn or (message: value: builtins.trace "evaluation warning: ${message}" value);
  warnIf = condition: message: if condition then warn message else x: x;
  warnIfNot = condition: message: if condition then x: x else warn message;
  throwIf = condition: message: if condition then throw message else x: x;
  throwIfNot = condition: message: if condition then x: x else throw message;
  info = message: builtins.trace "INFO: ${message}";
  showWarnings = warnings: value: builtins.foldl' (x: message: warn message x) value warnings;
  warnOnInstantiate =
    message: drv:
    let
      forced = builtins.intersectAttrs {
        meta = null;
        name = null;
        outputName = null;
        version = null;
      } drv;
    in
    drv // builtins.mapAttrs (_: warn message) (builtins.removeAttrs drv (builtins.attrNames forced));

  # A function may be a set with `__functor`, and tell its arguments in `__functionArgs`.
  isFunction = f: builtins.isFunction f || (f ? __functor && isFunction (f.__functor f));
  functionArgs =
    f: if f ? __functor then f.__functionArgs or (functionArgs (f.__functor f)) else builtins.functionArgs f;
  setFunctionArgs = f: args: {
    __functor = self: f;
    __functionArgs = args;
  };
  toFunction = v: if isFunction v then v else _: v;
  mirrorFunctionArgs = f: g: setFunctionArgs g (functionArgs f);

  fromHexString = text: (builtins.fromTOML "x = 0x${lib.removePrefix "0x" text}").x;
  toHexString = i: lib.concatMapStrings hexDigit (toBaseDigits 16 i);
  toBaseDigits =
    base: i:
    let
      digits = i: if i < base then [ i ] else digits (i / base) ++ [ (mod i base) ];
    in
    digits i;
}

# Looking at values during evaluation, and unit tests of pure functions.
{ lib }:
rec {
  traceIf = condition: message: value: if condition then builtins.trace message value else value;
  traceVal = traceValFn lib.id;
  traceValFn = f: value: builtins.trace (f value) value;
  traceSeq = shown: value: builtins.trace (builtins.deepSeq shown shown) value;
  traceValSeq = traceValSeqFn lib.id;
  # As deep as that only: what is below is shown as "…", or "{…}" and "[…]".
  traceSeqN =
    depth: shown: value:
    let
      cut =
        left: v:
        if builtins.isList v then
          if left == 0 then (if v == [ ] then [ ] else "[…]") else map (cut (left - 1)) v
        else if builtins.isAttrs v && !lib.isDerivation v then
          if left == 0 then (if v == { } then { } else "{…}") else builtins.mapAttrs (_: cut (left - 1)) v
        else
          v;
    in
    traceSeq (lib.generators.toPretty { multiline = false; } (cut depth shown)) value;
  traceValSeqN = traceValSeqNFn lib.id;
  traceValSeqNFn = f: depth: value: traceSeqN depth (f value) value;
  # What a function is called with, and what it gives.
  traceFnSeqN =
    depth: name: f: value:
    let
      result = f value;
    in
    traceSeqN (depth + 1) {
      fn = name;
      from = value;
      to = result;
    } result;
  traceValSeqFn = f: value: traceValFn f (builtins.deepSeq value value);

  # A test of runTests whose expressions are all `true`.
  testAllTrue = expr: {
    inherit expr;
    expected = map (_: true) expr;
  };

  # { test = { expr; expected; }; } -> the failures: [ { name; expected; result; } ].
  runTests =
    tests:
    let
      chosen = tests.tests or (builtins.attrNames tests);
      run =
        name:
        let
          test = tests.${name};
        in
        if (lib.hasPrefix "test" name || lib.elem name (tests.tests or [ ])) && test.expr != test.expected then
          [
            {
              inherit name;
              inherit (test) expected;
              result = test.expr;
            }
          ]
        else
          [ ];
    in
    lib.concatMap run chosen;
}

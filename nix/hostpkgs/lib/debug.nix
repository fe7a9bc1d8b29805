# Looking at values during evaluation, and unit tests of pure functions.
{ lib }:
rec {
  traceIf = condition: message: value: if condition then builtins.trace message value else value;
  traceVal = traceValFn lib.id;
  traceValFn = f: value: builtins.trace (f value) value;
  traceSeq = shown: value: builtins.trace (builtins.deepSeq shown shown) value;
  traceValSeq = traceValSeqFn lib.id;
  traceValSeqFn = f: value: traceValFn f (builtins.deepSeq value value);

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

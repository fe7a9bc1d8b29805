# Of a package's attributes, those that decide what its source is once it is
# unpacked and patched; and `more`, by name.
{ lib }:
more: attrs:
lib.filterAttrs (_: value: value != null) (
  builtins.intersectAttrs (lib.genAttrs (
    [
      "src"
      "srcs"
      "sourceRoot"
      "prePatch"
      "patches"
      "patchFlags"
      "postPatch"
      "unpackPhase"
    ]
    ++ more
  ) (_: null)) attrs
)

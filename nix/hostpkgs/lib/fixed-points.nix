# Attribute sets that refer to their own final form, and layers over them.
{ ... }:
rec {
  # The value x for which `f x` is x.
  fix =
    f:
    let
      x = f x;
    in
    x;

  # `fix` that keeps the function it came from.
  fix' =
    f:
    let
      x = f x // {
        __unfix__ = f;
      };
    in
    x;

  # Lays `overlay` over the function `f` of a final set.
  extends =
    overlay: f: final:
    let
      prev = f final;
    in
    prev // overlay final prev;

  # One overlay that is `first`, then `second`.
  composeExtensions =
    first: second: final: prev:
    let
      fromFirst = first final prev;
    in
    fromFirst // second final (prev // fromFirst);

  composeManyExtensions = builtins.foldl' composeExtensions (final: prev: { });

  makeExtensible = makeExtensibleWithCustomName "extend";

  makeExtensibleWithCustomName =
    extenderName: f:
    fix' (
      self:
      f self
      // {
        ${extenderName} = overlay: makeExtensibleWithCustomName extenderName (extends overlay f);
      }
    );

  # An overlay from what people write for one: a function of two arguments, of
  # the previous set alone, or a plain set.
  toExtension =
    x:
    if builtins.isFunction x then
      final: prev:
      let
        once = x final;
        twice = (x prev);
      in
      if builtins.isFunction twice then once prev else twice
    else
      final: prev: x;

  converge =
    f: x:
    let
      next = f x;
    in
    if next == x then x else converge f next;
}

# Texts that need others before them: { name = { text; deps = [ … ]; }; }.
{ lib }:
rec {
  # The texts of the named ones and of all they need, each once.
  textClosureList =
    predefined: names:
    let
      visit =
        state: entry:
        if builtins.isAttrs entry then
          below state entry
        else if builtins.elem entry state.done then
          state
        else
          below (state // { done = state.done ++ [ entry ]; }) predefined.${entry};
      below =
        state: entry:
        let
          after = lib.foldl' visit state entry.deps;
        in
        after // { texts = after.texts ++ [ entry.text ]; };
    in
    (lib.foldl' visit {
      done = [ ];
      texts = [ ];
    } names).texts;
  textClosureMap =
    f: predefined: names:
    lib.concatStringsSep "\n" (map f (textClosureList predefined names));

  fullDepEntry = text: deps: { inherit text deps; };
  noDepEntry = text: fullDepEntry text [ ];
  packEntry = fullDepEntry "";
  stringAfter = deps: text: fullDepEntry text deps;
}

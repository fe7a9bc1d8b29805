# Path values and relative paths.
{ lib }:
rec {
  append = path: relative: path + ("/" + relative);
  # { root; components; } of an absolute path value.
  split =
    path:
    let
      go = below: p: if p == dirOf p then { root = p; components = below; } else go ([ (baseNameOf p) ] ++ below) (dirOf p);
    in
    go [ ] path;
  splitRoot = path: {
    inherit (split path) root;
    subpath = subpath.join (split path).components;
  };
  hasPrefix = prefix: path: lib.lists.hasPrefix (split prefix).components (split path).components;
  removePrefix = prefix: path: subpath.join (lib.lists.removePrefix (split prefix).components (split path).components);
  subpath = {
    isValid = text: builtins.isString text && text != "" && !lib.hasPrefix "/" text && !lib.elem ".." (lib.splitString "/" text);
    components = text: builtins.filter (part: part != "" && part != ".") (lib.splitString "/" text);
    join = parts: "./" + (if parts == [ ] then "." else lib.concatMapStringsSep "/" (lib.removePrefix "./") parts);
    normalise = text: let parts = subpath.components text; in "./" + (if parts == [ ] then "." else lib.concatStringsSep "/" parts);
  };
}

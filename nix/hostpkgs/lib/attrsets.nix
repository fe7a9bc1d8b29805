# Functions about attribute sets.
{ lib }:
let
  inherit (builtins)
    attrNames
    concatMap
    elemAt
    filter
    foldl'
    head
    isAttrs
    length
    listToAttrs
    mapAttrs
    tail
    ;
in
rec {
  inherit (builtins)
    attrNames
    attrValues
    catAttrs
    getAttr
    hasAttr
    intersectAttrs
    isAttrs
    listToAttrs
    mapAttrs
    removeAttrs
    zipAttrsWith
    ;

  attrByPath =
    path: default: set:
    if path == [ ] then
      set
    else if isAttrs set && set ? ${head path} then
      attrByPath (tail path) default set.${head path}
    else
      default;

  # As much of the path as the set has.
  longestValidPathPrefix =
    path: set:
    let
      go =
        depth: value:
        if depth < length path && isAttrs value && value ? ${elemAt path depth} then
          go (depth + 1) value.${elemAt path depth}
        else
          depth;
    in
    lib.take (go 0 set) path;

  hasAttrByPath =
    path: set: path == [ ] || (isAttrs set && set ? ${head path} && hasAttrByPath (tail path) set.${head path});

  getAttrFromPath =
    path: attrByPath path (abort "cannot find attribute '${lib.concatStringsSep "." path}'");

  setAttrByPath =
    path: value: if path == [ ] then value else { ${head path} = setAttrByPath (tail path) value; };

  concatMapAttrs = f: set: foldl' (all: name: all // f name set.${name}) { } (attrNames set);
  mapAttrs' = f: set: listToAttrs (map (name: f name set.${name}) (attrNames set));
  mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
  attrsToList = mapAttrsToList nameValuePair;
  nameValuePair = name: value: { inherit name value; };
  genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
  genAttrs' = xs: f: listToAttrs (map f xs);
  attrVals = names: set: map (name: set.${name}) names;
  getAttrs = names: set: genAttrs names (name: set.${name});
  collect =
    predicate: set:
    if predicate set then
      [ set ]
    else if isAttrs set then
      concatMap (collect predicate) (builtins.attrValues set)
    else
      [ ];

  filterAttrs =
    predicate: set: builtins.removeAttrs set (filter (name: !predicate name set.${name}) (attrNames set));
  filterAttrsRecursive =
    predicate: set:
    mapAttrs (_: v: if isAttrs v then filterAttrsRecursive predicate v else v) (filterAttrs predicate set);
  foldlAttrs =
    f: start: set:
    foldl' (all: name: f all name set.${name}) start (attrNames set);
  foldAttrs =
    op: start: sets:
    lib.foldr (
      set: all: lib.foldr (name: all: all // { ${name} = op set.${name} (all.${name} or start); }) all (attrNames set)
    ) { } sets;

  mapAttrsRecursive = mapAttrsRecursiveCond (_: true);
  mapAttrsRecursiveCond =
    condition: f: set:
    let
      go =
        path:
        mapAttrs (
          name: value:
          if isAttrs value && condition value then go (path ++ [ name ]) value else f (path ++ [ name ]) value
        );
    in
    go [ ] set;
  mapAttrsToListRecursive = mapAttrsToListRecursiveCond (_: _: true);
  mapAttrsToListRecursiveCond =
    condition: f: set:
    let
      go =
        path: value:
        if isAttrs value && condition path value then
          concatMap (name: go (path ++ [ name ]) value.${name}) (attrNames value)
        else
          [ (f path value) ];
    in
    go [ ] set;

  mergeAttrsList = foldl' (a: b: a // b) { };
  recursiveUpdateUntil =
    stop: left: right:
    let
      go =
        path:
        builtins.zipAttrsWith (
          name: values:
          let
            here = path ++ [ name ];
          in
          if length values == 1 || stop here (elemAt values 1) (head values) then
            head values
          else
            go here values
        );
    in
    go [ ] [ right left ];
  recursiveUpdate = recursiveUpdateUntil (
    _: left: right:
    !(isAttrs left && isAttrs right)
  );
  zipAttrs = builtins.zipAttrsWith (_: values: values);
  zipAttrsWithNames =
    names: f: sets:
    genAttrs names (name: f name (builtins.catAttrs name sets));
  unionOfDisjoint =
    x: y:
    let
      both = attrNames (builtins.intersectAttrs x y);
    in
    if both == [ ] then x // y else throw "unionOfDisjoint: both sets have ${lib.concatStringsSep ", " both}";
  matchAttrs =
    pattern: set:
    isAttrs pattern
    && lib.all (
      name:
      set ? ${name}
      && (
        if isAttrs pattern.${name} then
          isAttrs set.${name} && matchAttrs pattern.${name} set.${name}
        else
          pattern.${name} == set.${name}
      )
    ) (attrNames pattern);
  overrideExisting = old: new: mapAttrs (name: value: new.${name} or value) old;

  # [ { path = [ "a" "b" ]; update = old: new; } ] applied to a set.
  # Those of deeper paths come first, and one of a path that is not there gets no old value.
  updateManyAttrsByPath =
    let
      go =
        depth: hasValue: value: updates:
        let
          split = lib.partition (u: length u.path == depth) updates;
          below = builtins.groupBy (u: elemAt u.path depth) split.wrong;
          inner =
            if split.wrong == [ ] then
              # Not asked whether it is a set.
              value
            else
              (if hasValue then value else { })
              // mapAttrs (
                name: go (depth + 1) (hasValue && value ? ${name}) (
                  if hasValue && value ? ${name} then
                    value.${name}
                  else
                    throw "updateManyAttrsByPath: the path '${
                      showAttrPath (lib.take (depth + 1) (head below.${name}).path)
                    }' does not exist in the given value, but the first update to this path tries to access the existing value"
                )
              ) below;
        in
        # Lazy: an update need not look at what it replaces.
        lib.foldl (all: u: u.update all) inner split.right;
    in
    updates: value: go 0 true value updates;

  cartesianProduct =
    sets:
    foldl' (rows: name: concatMap (row: map (value: row // { ${name} = value; }) sets.${name}) rows) [ { } ] (
      attrNames sets
    );
  cartesianProductOfSets = cartesianProduct;
  mapCartesianProduct = f: sets: map f (cartesianProduct sets);

  isDerivation = value: value.type or null == "derivation";
  toDerivation =
    path:
    let
      storePath = builtins.storePath path;
    in
    {
      type = "derivation";
      name = lib.sanitizeDerivationName (builtins.substring 33 (-1) (baseNameOf storePath));
      outPath = storePath;
      outputs = [ "out" ];
      outputName = "out";
    };
  optionalAttrs = condition: set: if condition then set else { };
  recurseIntoAttrs = set: set // { recurseForDerivations = true; };
  dontRecurseIntoAttrs = set: set // { recurseForDerivations = false; };

  # The output of that name where the package has it, else its first.
  getOutput = output: pkg: if pkg.outputSpecified or false then pkg else pkg.${output} or pkg.out or pkg;
  getFirstOutput =
    candidates: pkg:
    let
      found = lib.findFirst (name: pkg ? ${name}) null candidates;
    in
    if pkg.outputSpecified or false || found == null then pkg else pkg.${found};
  getBin = getOutput "bin";
  getLib = getOutput "lib";
  getStatic = getFirstOutput [
    "static"
    "lib"
    "out"
  ];
  getDev = getOutput "dev";
  getInclude = getFirstOutput [
    "include"
    "dev"
    "out"
  ];
  getMan = getOutput "man";
  chooseDevOutputs = map getDev;
  showAttrPath = path: if path == [ ] then "<root attribute path>" else lib.concatMapStringsSep "." lib.strings.escapeNixIdentifier path;
}

# Sets of files in a source tree: `toSource` copies just those to the store.
#
# A set is told by the paths that it lies under (`bases`, so that unrelated
# folders are never read) and by `contains`, which says whether a file below one
# of them belongs to it. Paths are compared as text and never copied.
{ lib }:
let
  inherit (builtins)
    any
    isAttrs
    isPath
    pathExists
    readDir
    typeOf
    ;

  make = bases: contains: {
    _type = "fileset";
    inherit bases contains;
  };

  isBelow = folder: path: folder == "/" || path == folder || lib.hasPrefix "${folder}/" path;

  # What the functions accept: a set, a path, or the result of lib.sources.
  coerce =
    context: value:
    if isAttrs value && value._type or null == "fileset" then
      value
    else if isAttrs value && value._isLibCleanSourceWith or false then
      fromSource value
    else if isPath value then
      if pathExists value then
        fromPath value
      else
        throw "lib.fileset.${context}: ${toString value} does not exist; lib.fileset.maybeMissing allows that"
    else if builtins.isString value then
      throw "lib.fileset.${context}: \"${value}\" is a string; paths such as ./file are needed"
    else
      throw "lib.fileset.${context}: a ${typeOf value} is neither a path nor a file set";

  fromPath =
    path:
    let
      text = toString path;
    in
    make [ text ] (file: _: isBelow text file);

  fromSource =
    source:
    let
      root = toString source.origSrc;
      # The filter of a file's folders counts too.
      passes =
        path: type:
        (path == root || passes (dirOf path) "directory") && (path == root || source.filter path type);
    in
    make [ root ] (file: type: isBelow root file && passes file type);

  empty = make [ ] (_: _: false);

  union =
    a: b:
    let
      left = coerce "union" a;
      right = coerce "union" b;
    in
    make (left.bases ++ right.bases) (file: type: left.contains file type || right.contains file type);
  unions =
    list:
    let
      sets = map (coerce "unions") list;
    in
    make (lib.concatMap (set: set.bases) sets) (file: type: any (set: set.contains file type) sets);
  intersection =
    a: b:
    let
      left = coerce "intersection" a;
      right = coerce "intersection" b;
      # The deeper ones of both, where one is in the other.
      common = lib.concatMap (
        x:
        lib.concatMap (
          y:
          if isBelow x y then
            [ y ]
          else if isBelow y x then
            [ x ]
          else
            [ ]
        ) right.bases
      ) left.bases;
    in
    make (lib.unique common) (file: type: left.contains file type && right.contains file type);
  difference =
    a: b:
    let
      left = coerce "difference" a;
      right = coerce "difference" b;
    in
    make left.bases (file: type: left.contains file type && !right.contains file type);

  # Files for which predicate { name; type; hasExt; } holds.
  fileFilter =
    predicate: path:
    let
      set = if isPath path then coerce "fileFilter" path else throw "lib.fileset.fileFilter: the second argument is no path but a ${typeOf path}";
    in
    make set.bases (
      file: type:
      set.contains file type
      && predicate {
        name = baseNameOf file;
        inherit type;
        hasExt = extension: lib.hasSuffix ".${extension}" (baseNameOf file);
      }
    );

  maybeMissing = path: if pathExists path then coerce "maybeMissing" path else empty;

  # Every file of the set below `root`: { name = true or a set; }, empty folders left out.
  treeOf =
    set: folder:
    let
      touches = path: any (base: isBelow base path || isBelow path base) set.bases;
      entry =
        name: type:
        let
          path = "${folder}/${name}";
        in
        if !touches path then
          null
        else if type == "directory" then
          let
            below = treeOf set path;
          in
          if below == { } then null else below
        else if set.contains path type then
          true
        else
          null;
    in
    lib.filterAttrs (_: value: value != null) (builtins.mapAttrs entry (readDir folder));

  toSource =
    {
      root,
      fileset,
    }:
    let
      set = coerce "toSource" fileset;
      rootText = toString root;
      outside = builtins.filter (base: !isBelow rootText base && !isBelow base rootText) set.bases;
      tree = treeOf set rootText;
      lookup = relative: lib.attrByPath (lib.splitString "/" relative) null tree;
    in
    if !isPath root then
      throw "lib.fileset.toSource: root is no path but a ${typeOf root}"
    else if !pathExists root || builtins.readFileType root != "directory" then
      throw "lib.fileset.toSource: root (${rootText}) is no folder"
    else if outside != [ ] then
      throw "lib.fileset.toSource: ${lib.head outside} of fileset is not in root (${rootText})"
    else
      lib.cleanSourceWith {
        name = "source";
        src = root;
        filter = path: _: path == rootText || lookup (lib.removePrefix "${rootText}/" path) != null;
      };

  toList =
    fileset:
    let
      set = coerce "toList" fileset;
      list = folder: tree: lib.concatLists (lib.mapAttrsToList (name: value: if value == true then [ (/. + "${folder}/${name}") ] else list "${folder}/${name}" value) tree);
      ofBase =
        base:
        if pathExists base && builtins.readFileType base == "directory" then
          list base (treeOf set base)
        else if set.contains base "regular" then
          [ (/. + base) ]
        else
          [ ];
    in
    lib.unique (lib.concatMap ofBase set.bases);

  # What git tracks. A flake's source has nothing else in it to begin with.
  gitTracked = gitTrackedWith { };
  gitTrackedWith =
    {
      recurseSubmodules ? false,
    }:
    path:
    let
      text = toString path;
      copy = toString (
        builtins.fetchGit {
          url = path;
          submodules = recurseSubmodules;
        }
      );
    in
    if lib.hasPrefix "${builtins.storeDir}/" text && !pathExists (path + "/.git") then
      coerce "gitTracked" path
    else
      make [ text ] (file: _: isBelow text file && pathExists (copy + lib.removePrefix text file));

  show = set: lib.concatMapStringsSep "\n" toString (toList set);
in
{
  inherit
    difference
    empty
    fileFilter
    fromSource
    gitTracked
    gitTrackedWith
    intersection
    maybeMissing
    toList
    toSource
    union
    unions
    ;
  isFileset = value: (isAttrs value && value._type or null == "fileset") || isPath value;
  trace = fileset: value: builtins.trace (show fileset) value;
  traceVal = fileset: builtins.trace (show fileset) fileset;
}

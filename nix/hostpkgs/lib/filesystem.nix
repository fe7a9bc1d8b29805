# Folders read during evaluation.
{ lib }:
rec {
  inherit (builtins)
    baseNameOf
    dirOf
    hashFile
    isPath
    pathExists
    readDir
    readFile
    readFileType
    ;
  inherit (lib.sources) pathIsDirectory pathIsRegularFile pathType;

  # Every file below a folder, as path values.
  listFilesRecursive =
    folder:
    lib.concatLists (
      lib.mapAttrsToList (
        name: type: if type == "directory" then listFilesRecursive (folder + "/${name}") else [ (folder + "/${name}") ]
      ) (readDir folder)
    );

  # { path; matches; } of the nearest folder upwards with a file of that name, or null.
  locateDominatingFile =
    pattern: start:
    let
      go =
        folder:
        let
          found = lib.filter (match: match != null) (
            map (name: builtins.match "(${pattern})" name) (builtins.attrNames (readDir folder))
          );
        in
        if found != [ ] then
          {
            path = folder;
            matches = found;
          }
        else if folder == dirOf folder then
          null
        else
          go (dirOf folder);
    in
    go (if pathIsDirectory start then start else dirOf start);

  haskellPathsInDir =
    folder:
    lib.mapAttrs (name: _: folder + "/${name}") (
      lib.filterAttrs (name: type: type == "directory" && pathExists (folder + "/${name}/${name}.cabal")) (readDir folder)
    );

  # A folder's default.nix, as `import` finds it; other values as they are.
  resolveDefaultNix =
    value:
    let
      asFolder = lib.hasSuffix "/" (toString value);
    in
    if (lib.isPath value || lib.isString value) && (asFolder || pathIsDirectory value) then
      if lib.isPath value then value + "/default.nix" else lib.removeSuffix "/" value + "/default.nix"
    else
      value;

  # folder/a/package.nix -> { a = callPackage …; }, folder/b.nix -> { b; }, and
  # folders without package.nix are sets of their own.
  packagesFromDirectoryRecursive =
    {
      directory,
      callPackage,
      # With both: sets of their own are scopes, whose packages see each other.
      newScope ? null,
      ...
    }@arguments:
    let
      called = callPackage;
      ofFolder =
        folder: scopeArguments:
        lib.concatMapAttrs (
          name: type:
          let
            path = folder + "/${name}";
          in
          if type == "directory" then
            { ${name} = processFolder path scopeArguments; }
          else if type == "regular" && lib.hasSuffix ".nix" name then
            { ${lib.removeSuffix ".nix" name} = scopeArguments.callPackage path { }; }
          else if type == "regular" then
            { }
          else
            throw "packagesFromDirectoryRecursive: ${toString path} is neither folder nor file but ${type}"
        ) (readDir folder);
      processFolder =
        folder: scopeArguments:
        if pathExists (folder + "/package.nix") then
          scopeArguments.callPackage (folder + "/package.nix") { }
        else if newScope != null then
          lib.makeScope scopeArguments.newScope (
            self:
            lib.recurseIntoAttrs (ofFolder folder (
              scopeArguments
              // {
                inherit (self) callPackage newScope;
              }
            ))
          )
        else
          ofFolder folder scopeArguments;
      top = arguments // {
        callPackage = called;
      };
    in
    if pathExists (directory + "/package.nix") then
      callPackage (directory + "/package.nix") { }
    else if newScope != null then
      # The top is the caller's set, not one more scope.
      processFolder directory top
    else
      ofFolder directory top;
}

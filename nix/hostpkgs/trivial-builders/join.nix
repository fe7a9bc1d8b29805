# Several packages as one folder of links.
final:
let
  inherit (final) lib;

  nameOf = arguments: arguments.name or "${arguments.pname}-${arguments.version}";

  # join.py runs with the host's Python, as all copying does.
  runJoin =
    {
      spec,
      ...
    }@arguments:
    final.runCommandWith
      {
        name = nameOf arguments;
        runLocal = true;
        derivationArgs = {
          spec = builtins.toJSON spec;
          passAsFile = [ "spec" ];
          inherit (arguments) nativeBuildInputs postBuild;
          meta = arguments.meta or { };
          passthru = arguments.passthru or { };
          pos = arguments.pos or null;
        };
      }
      ''
        /usr/bin/python3 -I -B ${./join.py} "$specPath" "$out"
        # For programs of `postBuild` that write beside the links.
        eval "$postBuild"
      '';

  placeOf = lib.findFirst (place: place != null) null;
in
{
  symlinkJoin =
    {
      paths,
      postBuild ? "",
      nativeBuildInputs ? [ ],
      stripPrefix ? "",
      failOnMissing ? stripPrefix == "",
      passthru ? { },
      meta ? { },
      ...
    }@arguments:
    runJoin {
      name = nameOf arguments;
      inherit
        postBuild
        nativeBuildInputs
        passthru
        meta
        ;
      pos = placeOf [
        (builtins.unsafeGetAttrPos "paths" arguments)
      ];
      spec = {
        paths = map (path: "${path}${stripPrefix}") paths;
        foldersToLink = [ "/" ];
        collisions = "first";
        linkFolders = false;
      };
    };

  buildEnv =
    lib.makeOverridable (
      {
        paths,
        pathsToLink ? [ "/" ],
        extraOutputsToInstall ? [ ],
        ignoreCollisions ? false,
        postBuild ? "",
        nativeBuildInputs ? [ ],
        passthru ? { },
        meta ? { },
        ...
      }@arguments:
      let
        outputsOf =
          package:
          [ package ]
          ++ map (output: package.${output}) (builtins.filter (output: package ? ${output}) extraOutputsToInstall);
      in
      runJoin {
        name = nameOf arguments;
        inherit
          postBuild
          nativeBuildInputs
          passthru
          meta
          ;
        pos = placeOf [ (builtins.unsafeGetAttrPos "paths" arguments) ];
        spec = {
          paths = map (path: "${path}") (
            lib.concatMap outputsOf (builtins.filter (path: path != null) (lib.flatten paths))
          );
          foldersToLink = pathsToLink;
          collisions = if ignoreCollisions then "first" else "error";
          linkFolders = true;
        };
      }
    );

  # A folder of links: [ { name = "a/b"; path = drv; } ] or { "a/b" = drv; }.
  linkFarm =
    name: entries:
    let
      list =
        if builtins.isAttrs entries then
          lib.mapAttrsToList (name: path: { inherit name path; }) entries
        else
          entries;
      # The last of the same name wins.
      byName = builtins.listToAttrs (map (entry: lib.nameValuePair entry.name entry.path) list);
    in
    final.runCommandLocal name { passthru.entries = byName; } ''
      mkdir -p "$out"
      cd "$out"
      ${lib.concatStrings (
        lib.mapAttrsToList (link: path: ''
          mkdir -p -- ${lib.escapeShellArg (dirOf "./${link}")}
          ln -s -- ${lib.escapeShellArg "${path}"} ${lib.escapeShellArg link}
        '') byName
      )}
    '';
  linkFarmFromDrvs =
    name: drvs:
    final.linkFarm name (
      map (drv: {
        inherit (drv) name;
        path = drv;
      }) drvs
    );
}

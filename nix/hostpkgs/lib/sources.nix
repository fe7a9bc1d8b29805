# Parts of source folders, copied to the store without the rest.
{ lib }:
rec {
  inherit (builtins) filterSource;

  pathType = path: builtins.readFileType path;
  pathIsDirectory = path: builtins.pathExists path && pathType path == "directory";
  pathIsRegularFile = path: builtins.pathExists path && pathType path == "regular";

  # Version control, editors' and object files, and Nix's result links out.
  cleanSourceFilter =
    name: type:
    let
      base = baseNameOf (toString name);
    in
    !(
      (
        type == "directory"
        && builtins.elem base [
          ".git"
          ".svn"
          "CVS"
          ".hg"
          ".jj"
          ".pijul"
          "_darcs"
        ]
      )
      || lib.hasSuffix "~" base
      || builtins.match "\\.sw[a-z]" base != null
      || builtins.match "\\..*\\.sw[a-z]" base != null
      || lib.hasSuffix ".o" base
      || lib.hasSuffix ".so" base
      || (type == "symlink" && lib.hasPrefix "result" base)
      || type == "unknown"
    );
  cleanSource = src: cleanSourceWith { filter = cleanSourceFilter; inherit src; };

  # Filters put one on another see the original paths.
  cleanSourceWith =
    {
      filter ? _: _: true,
      src,
      name ? null,
    }:
    let
      original = toSourceAttributes src;
      both = path: type: filter path type && original.filter path type;
      newName = if name != null then name else original.name;
    in
    {
      _isLibCleanSourceWith = true;
      inherit (original) origSrc;
      filter = both;
      name = newName;
      outPath = builtins.path {
        path = original.origSrc;
        name = newName;
        filter = both;
      };
    };
  toSourceAttributes =
    src:
    if src._isLibCleanSourceWith or false then
      {
        inherit (src) origSrc filter name;
      }
    else
      {
        origSrc = src;
        filter = _: _: true;
        name = "source";
      };
  trace = src: src;

  sourceByRegex =
    src: regexes:
    let
      attributes = toSourceAttributes src;
    in
    cleanSourceWith {
      inherit src;
      filter =
        path: type:
        let
          relative = lib.removePrefix (toString attributes.origSrc + "/") (toString path);
        in
        lib.any (regex: builtins.match regex relative != null) regexes;
    };
  sourceFilesBySuffices =
    src: suffixes:
    cleanSourceWith {
      inherit src;
      filter =
        name: type: type == "directory" || lib.any (suffix: lib.hasSuffix suffix (baseNameOf name)) suffixes;
    };
  sourceFilesBySuffixes = sourceFilesBySuffices;

  # The revision of a repository's folder; git's own files are read.
  pathIsGitRepo = path: builtins.pathExists (path + "/.git");
  commitIdFromGitRepo =
    path:
    let
      git = if pathIsRegularFile (path + "/.git") then
        throw "commitIdFromGitRepo: ${toString path} is a work tree of another repository"
      else if pathIsGitRepo path then
        path + "/.git"
      else
        path;
      read = file: lib.fileContents (git + "/${file}");
      head = read "HEAD";
      name = lib.removePrefix "ref: " head;
      packed = lib.filter (line: lib.hasSuffix " ${name}" line) (lib.splitString "\n" (read "packed-refs"));
    in
    if !lib.hasPrefix "ref: " head then
      head
    else if builtins.pathExists (git + "/${name}") then
      read name
    else if builtins.pathExists (git + "/packed-refs") && packed != [ ] then
      lib.head (lib.splitString " " (lib.head packed))
    else
      throw "commitIdFromGitRepo: ${toString git} has no ${name}";

  pathHasContext = builtins.hasContext or (_: false);
  canCleanSource = src: src ? _isLibCleanSourceWith || !(pathHasContext (toString src));
  urlToName = url: lib.removeSuffix ".git" (baseNameOf (toString url));
  shortRev = rev: builtins.substring 0 7 rev;
  revOrTag = rev: tag: if tag != null then tag else rev;
}

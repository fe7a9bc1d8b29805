# Sources without what .gitignore files name: pkgs.nix-gitignore.
final:
let
  inherit (final) lib;

  # One line of a .gitignore as { regex; isNegated; onlyFolders; }, or null.
  parseLine =
    line:
    let
      trimmed = lib.removeSuffix "\r" (lib.head (builtins.match "(.*[^ \t]|)[ \t]*" line));
      isNegated = lib.hasPrefix "!" trimmed;
      pattern = lib.removePrefix "\\" (lib.removePrefix "!" trimmed);
      onlyFolders = lib.hasSuffix "/" pattern;
      body = lib.removeSuffix "/" pattern;
      # A slash anywhere but at the end ties it to the file's own folder.
      isAnchored = lib.hasInfix "/" body;
      regex = globRegex (lib.removePrefix "/" body);
    in
    if trimmed == "" || lib.hasPrefix "#" trimmed then
      null
    else
      {
        inherit isNegated onlyFolders;
        regex = if isAnchored then regex else "(.*/)?${regex}";
      };

  globRegex =
    glob:
    let
      parts = builtins.split "(\\*\\*/|/\\*\\*|\\*|\\?|\\[[^]]*])" glob;
      convert =
        part:
        if builtins.isString part then
          lib.escapeRegex part
        else
          let
            token = lib.head part;
          in
          {
            "**/" = "(.*/)?";
            "/**" = "/.*";
            "*" = "[^/]*";
            "?" = "[^/]";
          }
          .${token} or (
            if lib.hasPrefix "[!" token then "[^${lib.removePrefix "[!" token}" else token
          );
    in
    lib.concatMapStrings convert parts;

  linesOf = patterns: lib.concatMap (lib.splitString "\n") (lib.toList patterns);
  rulesOf = patterns: lib.filter (rule: rule != null) (map parseLine (linesOf patterns));

  # The last rule that fits decides. `root` is what the patterns' paths start at.
  filterOf =
    rules: root: path: type:
    let
      relative = lib.removePrefix "${toString root}/" (toString path);
      fits = rule: (type == "directory" || !rule.onlyFolders) && builtins.match rule.regex relative != null;
    in
    lib.foldl' (kept: rule: if fits rule then rule.isNegated else kept) true rules;

  textOf = pattern: if builtins.isPath pattern then builtins.readFile pattern else pattern;
  withDefaults = patterns: [ ".git" ] ++ map textOf (lib.toList patterns);
  readIgnoreFile =
    root:
    let
      file = root + "/.gitignore";
    in
    lib.optional (builtins.pathExists file) (builtins.readFile file);

  # The patterns of .gitignore files of folders below count within these.
  nested =
    root:
    let
      own =
        folder: prefix:
        lib.concatLists (
          lib.mapAttrsToList (
            name: type:
            let
              below = "${prefix}${name}/";
              anchor =
                rule: rule // { regex = lib.escapeRegex below + rule.regex; };
            in
            if type != "directory" || name == ".git" then
              [ ]
            else
              map anchor (rulesOf (readIgnoreFile (folder + "/${name}"))) ++ own (folder + "/${name}") below
          ) (builtins.readDir folder)
        );
    in
    own root "";

  source =
    rules: root:
    lib.cleanSourceWith {
      name = "source";
      src = root;
      filter = filterOf rules root;
    };
in
{
  nix-gitignore = {
    gitignoreFilter = patterns: root: filterOf (rulesOf patterns) root;
    gitignoreFilterPure =
      predicate: patterns: root: path: type:
      predicate path type && filterOf (rulesOf patterns) root path type;
    gitignoreSourcePure = patterns: source (rulesOf (map textOf (lib.toList patterns)));
    gitignoreSource = patterns: root: source (rulesOf (readIgnoreFile root ++ withDefaults patterns)) root;
    gitignoreRecursiveSource =
      patterns: root: source (rulesOf (readIgnoreFile root) ++ nested root ++ rulesOf (withDefaults patterns)) root;
    withGitignoreFile = patterns: root: lib.toList patterns ++ [ ".git" ] ++ readIgnoreFile root;
    compileGitignore = text: rulesOf text;
  };
}

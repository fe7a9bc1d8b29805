# Functions about strings.
{ lib }:
let
  inherit (builtins)
    concatStringsSep
    elem
    elemAt
    filter
    genList
    isString
    length
    match
    replaceStrings
    stringLength
    substring
    ;

  lowerLetters = stringToCharacters "abcdefghijklmnopqrstuvwxyz";
  upperLetters = stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  stringToCharacters = s: genList (n: substring n 1 s) (stringLength s);
  asciiTable =
    # All characters that a Nix string can hold and JSON can name, by code.
    builtins.listToAttrs (
      lib.imap1 (code: name: {
        inherit name;
        value = code;
      }) (genList (n: builtins.fromJSON ''"\u00${hex (n + 1)}"'') 127)
    );
  hex =
    n:
    let
      digit = d: substring d 1 "0123456789abcdef";
    in
    digit (n / 16) + digit (lib.mod n 16);
in
rec {
  inherit (builtins)
    compareVersions
    concatStringsSep
    elem
    filter
    fromJSON
    isInt
    isList
    isAttrs
    isPath
    isString
    match
    parseDrvName
    readFile
    replaceStrings
    split
    storeDir
    stringLength
    substring
    toJSON
    typeOf
    unsafeDiscardStringContext
    ;
  inherit stringToCharacters;
  inherit (builtins)
    appendContext
    elemAt
    genList
    getContext
    hasContext
    head
    tail
    ;
  lowerChars = lowerLetters;
  upperChars = upperLetters;

  # Joining.
  concatStrings = concatStringsSep "";
  concatMapStrings = f: list: concatStrings (map f list);
  concatImapStrings = f: list: concatStrings (lib.imap1 f list);
  concatMapStringsSep =
    separator: f: list:
    concatStringsSep separator (map f list);
  concatImapStringsSep =
    separator: f: list:
    concatStringsSep separator (lib.imap1 f list);
  concatMapAttrsStringSep =
    separator: f: set:
    concatStringsSep separator (lib.mapAttrsToList f set);
  concatLines = concatMapStrings (line: line + "\n");
  join = concatStringsSep;
  intersperse =
    separator: list:
    if length list < 2 then
      list
    else
      lib.tail (
        lib.concatMap (x: [
          separator
          x
        ]) list
      );
  replicate = n: text: concatStrings (lib.replicate n text);
  optionalString = condition: text: if condition then text else "";
  fixedWidthString =
    width: filler: text:
    let
      filled = filler + text;
    in
    if stringLength text > width then
      throw "fixedWidthString: '${text}' is longer than ${toString width}"
    else if stringLength text == width then
      text
    else
      fixedWidthString width filler filled;
  fixedWidthNumber = width: n: fixedWidthString width "0" (toString n);

  # Search paths.
  makeSearchPath = folder: paths: concatStringsSep ":" (map (path: path + "/" + folder) (filter (x: x != null) paths));
  makeSearchPathOutput =
    output: folder: pkgs:
    makeSearchPath folder (map (lib.getOutput output) pkgs);
  makeLibraryPath = makeSearchPathOutput "lib" "lib";
  makeIncludePath = makeSearchPathOutput "dev" "include";
  makeBinPath = makeSearchPathOutput "bin" "bin";

  # Asking.
  hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
  hasSuffix =
    suffix: text:
    let
      rest = stringLength text - stringLength suffix;
    in
    rest >= 0 && substring rest (-1) text == suffix;
  hasInfix = infix: text: length (builtins.split (escapeRegex infix) "${text}") > 1;
  isConvertibleWithToString =
    let
      kinds = [
        "null"
        "int"
        "float"
        "bool"
      ];
    in
    x: isStringLike x || elem (builtins.typeOf x) kinds || (lib.isList x && lib.all isConvertibleWithToString x);
  isStringLike = x: isString x || lib.isPath x || x ? outPath || x ? __toString;
  isCoercibleToString = isConvertibleWithToString;
  isStorePath =
    x:
    isStringLike x
    && (
      let
        text = toString x;
        # What a content-addressed placeholder looks like: a hash at the root.
        isPlaceholder = match "/[0-9a-z]{52}" text != null;
      in
      substring 0 1 text == "/" && (dirOf text == builtins.storeDir || isPlaceholder)
    );
  charToInt = c: asciiTable.${c};

  # Changing.
  removePrefix =
    prefix: text: if hasPrefix prefix text then substring (stringLength prefix) (-1) text else text;
  removeSuffix =
    suffix: text:
    if hasSuffix suffix text then substring 0 (stringLength text - stringLength suffix) text else text;
  toLower = replaceStrings upperLetters lowerLetters;
  toUpper = replaceStrings lowerLetters upperLetters;
  toSentenceCase =
    text:
    if !isString text then
      throw "toSentenceCase: a ${builtins.typeOf text} is no string"
    else
      toUpper (substring 0 1 text) + toLower (substring 1 (-1) text);
  toCamelCase =
    text:
    let
      words = filter (w: isString w && w != "") (builtins.split "[_ -]" text);
      first = lib.head words;
    in
    if !isString text then
      throw "toCamelCase: a ${builtins.typeOf text} is no string"
    else if words == [ ] then
      ""
    else
      toLower (substring 0 1 first)
      + substring 1 (-1) first
      + concatMapStrings (w: toUpper (substring 0 1 w) + substring 1 (-1) w) (lib.tail words);
  trim = trimWith {
    start = true;
    end = true;
  };
  trimWith =
    {
      start ? false,
      end ? false,
    }:
    text:
    let
      blank = "[ \t\r\n]*";
      left = if start then lib.head (match "${blank}(([^ \t\r\n].*)?)" text) else text;
      right = match "(.*[^ \t\r\n])?${blank}" left;
    in
    if end then defaultEmpty (lib.head right) else left;
  defaultEmpty = x: if x == null then "" else x;
  addContextFrom = source: target: substring 0 0 source + target;
  splitString =
    separator: text:
    map (addContextFrom text) (
      filter isString (builtins.split (escapeRegex (toString separator)) (toString text))
    );
  splitStringBy =
    predicate: keep: text:
    let
      characters = stringToCharacters text;
      step =
        state: c:
        if predicate state.previous c then
          {
            done = state.done ++ [ state.current ];
            current = optionalString keep c;
            previous = c;
          }
        else
          {
            inherit (state) done;
            current = state.current + c;
            previous = c;
          };
      end = builtins.foldl' step {
        done = [ ];
        current = "";
        previous = "";
      } characters;
    in
    if text == "" then [ "" ] else map (addContextFrom text) (end.done ++ [ end.current ]);
  replaceString = from: to: replaceStrings [ from ] [ to ];
  stringAsChars = f: text: concatStrings (map f (stringToCharacters text));
  normalizePath =
    text:
    (lib.foldl' (all: c: if c == "/" && hasSuffix "/" all then all else all + c) "" (stringToCharacters text));
  commonPrefixLength =
    a: b:
    let
      most = lib.min (stringLength a) (stringLength b);
      go = n: if n >= most || substring n 1 a != substring n 1 b then n else go (n + 1);
    in
    go 0;
  commonSuffixLength =
    a: b:
    let
      most = lib.min (stringLength a) (stringLength b);
      at = text: n: substring (stringLength text - n - 1) 1 text;
      go = n: if n >= most || at a n != at b n then n else go (n + 1);
    in
    go 0;
  # Whether the distance is no more than `most`; equal ends do not count towards it.
  levenshteinAtMost =
    most: a: b:
    let
      start = commonPrefixLength a b;
      restA = substring start (-1) a;
      restB = substring start (-1) b;
      end = commonSuffixLength restA restB;
      middle = text: substring 0 (stringLength text - end) text;
      difference = stringLength a - stringLength b;
    in
    difference <= most && 0 - difference <= most && levenshtein (middle restA) (middle restB) <= most;
  levenshtein =
    a: b:
    let
      step =
        row: i:
        lib.foldl' (
          next: j:
          let
            insert = lib.last next + 1;
            delete = elemAt row (j + 1) + 1;
            change = elemAt row j + (if substring i 1 a == substring j 1 b then 0 else 1);
          in
          next ++ [ (lib.min insert (lib.min delete change)) ]
        ) [ (i + 1) ] (lib.range 0 (stringLength b - 1));
    in
    lib.last (lib.foldl' step (lib.range 0 (stringLength b)) (lib.range 0 (stringLength a - 1)));

  # Escaping.
  escape = characters: replaceStrings characters (map (c: "\\${c}") characters);
  escapeC =
    characters:
    replaceStrings characters (map (c: "\\x${fixedWidthString 2 "0" (toLower (lib.toHexString (charToInt c)))}") characters);
  escapeURL =
    let
      plain = lowerLetters ++ upperLetters ++ stringToCharacters "0123456789-_.~";
      others = builtins.removeAttrs asciiTable plain;
      names = builtins.attrNames others;
    in
    replaceStrings names (map (c: "%" + fixedWidthString 2 "0" (lib.toHexString others.${c})) names);
  escapeRegex = escape (stringToCharacters "\\[{()^$?*+|.");
  escapeXML = replaceStrings [ "\"" "'" "<" ">" "&" ] [ "&quot;" "&apos;" "&lt;" "&gt;" "&amp;" ];
  escapeShellArg =
    value:
    let
      text = toString value;
    in
    if match "[[:alnum:],._+:@%/-]+" text == null then
      "'${replaceStrings [ "'" ] [ "'\\''" ] text}'"
    else
      text;
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;
  isValidPosixName = name: match "[a-zA-Z_][a-zA-Z0-9_]*" name != null;
  toShellVar =
    name: value:
    if !isValidPosixName name then
      throw "toShellVar: ${name} is not a valid shell variable name"
    else if lib.isAttrs value && !isStringLike value then
      "declare -A ${name}=(${
        concatStringsSep " " (lib.mapAttrsToList (key: v: "[${escapeShellArg key}]=${escapeShellArg v}") value)
      })"
    else if lib.isList value then
      "declare -a ${name}=(${escapeShellArgs value})"
    else
      "${name}=${escapeShellArg value}";
  toShellVars = set: concatStringsSep "\n" (lib.mapAttrsToList toShellVar set);
  escapeNixString = text: escape [ "$" ] (builtins.toJSON text);
  escapeNixIdentifier =
    text:
    let
      keywords = [
        "assert"
        "else"
        "if"
        "in"
        "inherit"
        "let"
        "or"
        "rec"
        "then"
        "with"
      ];
    in
    if match "[a-zA-Z_][a-zA-Z0-9_'-]*" text != null && !elem text keywords then
      text
    else
      escapeNixString text;

  # Numbers and booleans.
  toInt =
    text:
    let
      found = match "[[:space:]]*(-?[[:digit:]]+)[[:space:]]*" text;
      ambiguous = match "[[:space:]]*-?0[[:digit:]]+[[:space:]]*" text != null;
    in
    if ambiguous then
      throw "toInt: ambiguous leading zero in '${text}'"
    else if found == null then
      throw "toInt: could not convert ${builtins.toJSON text} to int"
    else
      builtins.fromJSON (lib.head found);
  toIntBase10 =
    text:
    let
      found = match "[[:space:]]*(-?)0*([[:digit:]]+)[[:space:]]*" text;
    in
    if found == null then
      throw "toIntBase10: could not convert ${builtins.toJSON text} to int"
    else
      builtins.fromJSON (concatStrings found);
  floatToString = builtins.toJSON;

  # Names, versions, flags.
  getName = x: if isString x then (builtins.parseDrvName x).name else x.pname or (builtins.parseDrvName x.name).name;
  getVersion =
    x: if isString x then (builtins.parseDrvName x).version else x.version or (builtins.parseDrvName x.name).version;
  nameFromURL = url: separator: lib.head (splitString separator (lib.last (splitString "/" url)));
  versionOlder = a: b: builtins.compareVersions b a == 1;
  versionAtLeast = a: b: !versionOlder a b;
  sanitizeDerivationName =
    name:
    let
      text = builtins.unsafeDiscardStringContext (toString name);
      parts = builtins.split "[^[:alnum:]+._?=-]+" text;
      clean = lib.head (match "\\.*(.*)" (concatMapStrings (p: if isString p then p else "-") parts));
      short = substring (lib.max (stringLength clean - 207) 0) (-1) clean;
    in
    if short == "" then "unknown" else short;
  enableFeature = on: name: "--${if on then "enable" else "disable"}-${name}";
  enableFeatureAs =
    on: name: value:
    enableFeature on name + optionalString on "=${value}";
  withFeature = on: name: "--${if on then "with" else "without"}-${name}";
  withFeatureAs =
    on: name: value:
    withFeature on name + optionalString on "=${value}";
  cmakeBool = name: on: "-D${name}:BOOL=${if on then "TRUE" else "FALSE"}";
  cmakeFeature = name: value: "-D${name}:STRING=${value}";
  cmakeOptionType = kind: name: value: "-D${name}:${toUpper kind}=${value}";
  mesonBool = name: on: "-D${name}=${lib.boolToString on}";
  mesonOption = name: value: "-D${name}=${value}";
  mesonEnable = name: on: "-D${name}=${if on then "enabled" else "disabled"}";

  fileContents = file: removeSuffix "\n" (builtins.readFile file);
  readPathsFromFile =
    root: file:
    map (line: root + "/${line}") (
      filter (line: line != "" && !hasPrefix "#" line) (splitString "\n" (builtins.readFile file))
    );
}

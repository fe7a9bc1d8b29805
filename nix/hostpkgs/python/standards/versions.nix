# Versions and version specifiers (PEP 440).
let
  inherit (import ./names.nix) toLower;

  strip = text: builtins.head (builtins.match "[[:space:]]*(.*[^[:space:]])?[[:space:]]*" text);
  orEmpty = text: if text == null then "" else text;
  trim = text: orEmpty (strip text);

  # JSON has no leading zeros, versions such as 2024.01 have.
  toInt = digits: builtins.fromJSON (builtins.head (builtins.match "0*([0-9]+)" digits));
  numberOr0 = digits: if digits == null || digits == "" then 0 else toInt digits;
  splitOn =
    separator: text: builtins.filter builtins.isString (builtins.split separator text);

  versionPattern = builtins.concatStringsSep "" [
    "v?"
    "(([0-9]+)!)?"
    "([0-9]+([.][0-9]+)*)"
    "([-_.]?(alpha|beta|preview|pre|rc|a|b|c)[-_.]?([0-9]*))?"
    "(-([0-9]+)|[-_.]?(post|rev|r)[-_.]?([0-9]*))?"
    "([-_.]?(dev)[-_.]?([0-9]*))?"
    "([+]([a-z0-9]+([-_.][a-z0-9]+)*))?"
  ];

  stageOf = {
    a = 0;
    alpha = 0;
    b = 1;
    beta = 1;
    c = 2;
    rc = 2;
    pre = 2;
    preview = 2;
  };
  final = 3;
  beforeAll = -1;
  afterAll = 9007199254740991;

  # A numeric part of a local version comes after every alphanumeric one.
  parseLocalPart =
    part:
    if builtins.match "[0-9]+" part != null then
      {
        rank = 1;
        value = toInt part;
      }
    else
      {
        rank = 0;
        value = part;
      };

  # null where the text is not a version.
  parse =
    text:
    let
      groups = builtins.match versionPattern (toLower (trim text));
      group = builtins.elemAt groups;
      hasPre = group 4 != null;
      hasPost = group 7 != null;
      hasDev = group 11 != null;
    in
    if groups == null then
      null
    else
      {
        epoch = numberOr0 (group 1);
        release = map toInt (splitOn "[.]" (group 2));
        isPreRelease = hasPre || hasDev;
        isPostRelease = hasPost;
        # Ordered like the tuple that PEP 440 describes: a development release of
        # the final version itself comes before its first alpha.
        suffix = [
          (
            if hasPre then
              stageOf.${group 5}
            else if hasDev && !hasPost then
              beforeAll
            else
              final
          )
          (numberOr0 (group 6))
          (if hasPost then numberOr0 (if group 8 != null then group 8 else group 10) else beforeAll)
          (if hasDev then numberOr0 (group 13) else afterAll)
        ];
        local = if group 15 == null then [ ] else map parseLocalPart (splitOn "[-_.]" (group 15));
      };

  compareValues =
    left: right:
    if left < right then
      -1
    else if left > right then
      1
    else
      0;

  # `missing` stands for what the shorter list lacks: 0 for release numbers.
  compareLists =
    compareItems: missing: left: right:
    if left == [ ] && right == [ ] then
      0
    else
      let
        headOr = list: if list == [ ] then missing else builtins.head list;
        tailOr = list: if list == [ ] then [ ] else builtins.tail list;
        first = compareItems (headOr left) (headOr right);
      in
      if first != 0 then first else compareLists compareItems missing (tailOr left) (tailOr right);

  compareLocalParts =
    left: right:
    let
      ranks = compareValues left.rank right.rank;
    in
    if ranks != 0 then ranks else compareValues left.value right.value;

  noLocalPart = {
    rank = -1;
    value = 0;
  };

  firstDifference = builtins.foldl' (found: next: if found != 0 then found else next) 0;

  comparePublic =
    left: right:
    firstDifference [
      (compareValues left.epoch right.epoch)
      (compareLists compareValues 0 left.release right.release)
      (compareLists compareValues 0 left.suffix right.suffix)
    ];

  compare =
    left: right:
    firstDifference [
      (comparePublic left right)
      (compareLists compareLocalParts noLocalPart left.local right.local)
    ];

  sameRelease =
    left: right:
    left.epoch == right.epoch && compareLists compareValues 0 left.release right.release == 0;

  samePart =
    index: left: right:
    builtins.elemAt left.suffix index == builtins.elemAt right.suffix index;
  samePre = left: right: samePart 0 left right && samePart 1 left right;
  samePost = samePart 2;

  take =
    count: list:
    builtins.genList (
      index: if index < builtins.length list then builtins.elemAt list index else 0
    ) count;

  hasPrefix =
    prefix: version:
    version.epoch == prefix.epoch
    && take (builtins.length prefix.release) version.release == prefix.release;

  # `bump [3 8 1] 1` is 3.9: the first version with a greater second number.
  bump = release: index: {
    epoch = 0;
    release = take index release ++ [ (builtins.elemAt release index + 1) ];
    isPreRelease = false;
    isPostRelease = false;
    suffix = [
      final
      0
      beforeAll
      afterAll
    ];
    local = [ ];
  };

  operators = {
    "==" =
      version: wanted: (if wanted.local == [ ] then comparePublic else compare) version wanted == 0;
    "!=" = version: wanted: !(operators."==" version wanted);
    "<=" = version: wanted: comparePublic version wanted <= 0;
    ">=" = version: wanted: comparePublic version wanted >= 0;
    # 3.0rc1 is not "before 3.0" for a dependency, nor 3.0.post1 "after 3.0".
    "<" =
      version: wanted:
      comparePublic version wanted < 0
      && !(!wanted.isPreRelease && version.isPreRelease && sameRelease version wanted && samePost version wanted);
    ">" =
      version: wanted:
      comparePublic version wanted > 0
      && !(!wanted.isPostRelease && version.isPostRelease && sameRelease version wanted && samePre version wanted);
    "~=" =
      version: wanted:
      comparePublic version wanted >= 0
      && hasPrefix (
        wanted // { release = take (builtins.length wanted.release - 1) wanted.release; }
      ) version;
  };

  specifierPattern = "[[:space:]]*(===|~=|==|!=|<=|>=|<|>)[[:space:]]*([^[:space:]]+)[[:space:]]*";

  # { operator, text } of one clause such as `>= 3.8`; null where it is none.
  parseClause =
    clause:
    let
      groups = builtins.match specifierPattern clause;
    in
    if groups == null then
      null
    else
      {
        operator = builtins.elemAt groups 0;
        text = builtins.elemAt groups 1;
      };

  isWildcard = text: builtins.match ".*[.][*]" text != null;
  withoutWildcard = text: builtins.head (builtins.match "(.*)[.][*]" text);

  # Whether a version clause can be decided; marker comparison falls back to
  # comparing strings where it cannot.
  isComparable =
    { operator, text }:
    operator == "==="
    || (
      if isWildcard text then
        (operator == "==" || operator == "!=") && parse (withoutWildcard text) != null
      else
        parse text != null
    );

  # version is the text of one, e.g. "3.11.2".
  satisfiesClause =
    version:
    { operator, text }:
    let
      parsed = parse version;
      wanted = parse text;
      isPrefix = hasPrefix (parse (withoutWildcard text)) parsed;
    in
    if operator == "===" then
      toLower (trim version) == toLower text
    else if isWildcard text then
      if operator == "==" then isPrefix else !isPrefix
    else
      operators.${operator} parsed wanted;

  satisfies =
    version: specifiers:
    builtins.all (
      clause:
      let
        parsed = parseClause clause;
      in
      trim clause == ""
      || (
        if parsed == null || !isComparable parsed then
          throw "not a version specifier: ${clause}"
        else
          satisfiesClause version parsed
      )
    ) (splitOn "," specifiers);
in
{
  inherit
    bump
    compare
    isComparable
    isWildcard
    operators
    parse
    parseClause
    satisfies
    satisfiesClause
    splitOn
    toInt
    trim
    withoutWildcard
    ;
}

# Environment markers (PEP 508): `python_version < "3.8" and sys_platform == "win32"`.
let
  versions = import ./versions.nix;
  inherit (import ./names.nix) normalize;

  tokenPattern = "('[^']*'|\"[^\"]*\"|[()]|[<>=!~]=?=?|[a-zA-Z_][a-zA-Z0-9_.]*)";

  tokenize =
    text:
    builtins.concatMap (
      part:
      if builtins.isList part then
        part
      else if versions.trim part == "" then
        [ ]
      else
        throw "cannot read the environment marker: ${text}"
    ) (builtins.split tokenPattern text);

  isQuoted = token: builtins.match "['\"].*" token != null;
  unquote = token: builtins.substring 1 (builtins.stringLength token - 2) token;

  # Names from before PEP 508, which old packages still have.
  formerNames = {
    "os.name" = "os_name";
    "sys.platform" = "sys_platform";
    "platform.version" = "platform_version";
    "platform.machine" = "platform_machine";
    "platform.python_implementation" = "platform_python_implementation";
    "python_implementation" = "platform_python_implementation";
  };

  operand =
    environment: token:
    if isQuoted token then
      unquote token
    else
      environment.${formerNames.${token} or token} or (throw "unknown environment marker: ${token}");

  contains =
    part: whole:
    let
      partLength = builtins.stringLength part;
      last = builtins.stringLength whole - partLength;
      from = index: index <= last && (builtins.substring index partLength whole == part || from (index + 1));
    in
    from 0;

  compareStrings = {
    "==" = left: right: left == right;
    "===" = left: right: left == right;
    "!=" = left: right: left != right;
    "<" = left: right: left < right;
    "<=" = left: right: left <= right;
    ">" = left: right: left > right;
    ">=" = left: right: left >= right;
    "in" = left: right: contains left right;
    "not in" = left: right: !(contains left right);
  };

  compareTexts =
    left: operator: right:
    let
      clause = {
        inherit operator;
        text = right;
      };
      isMembership = operator == "in" || operator == "not in";
    in
    if !isMembership && versions.isComparable clause && versions.parse left != null then
      versions.satisfiesClause left clause
    else
      (compareStrings.${operator} or (throw "cannot compare ${left} ${operator} ${right} in a marker"))
        left
        right;

  # `extra` is a list in the environment: several extras can be wanted at once.
  compareExtras =
    extras: operator: name:
    let
      wanted = builtins.elem (normalize name) (map normalize extras);
    in
    if operator == "==" then
      wanted
    else if operator == "!=" then
      !wanted
    else
      throw "extras can only be compared with == and != in a marker";

  compare =
    left: operator: right:
    if builtins.isList left then
      compareExtras left operator right
    else if builtins.isList right then
      compareExtras right operator left
    else
      compareTexts left operator right;

  # Each parser takes the tokens left and returns { value, rest }.
  parser =
    environment: text:
    let
      broken = throw "cannot read the environment marker: ${text}";
      next = tokens: if tokens == [ ] then "" else builtins.head tokens;

      chain =
        word: combine: parseItem: tokens:
        let
          first = parseItem tokens;
          others = chain word combine parseItem (builtins.tail first.rest);
        in
        if next first.rest == word then
          {
            value = combine first.value others.value;
            inherit (others) rest;
          }
        else
          first;

      parseOr = chain "or" (left: right: left || right) parseAnd;
      parseAnd = chain "and" (left: right: left && right) parseItem;

      parseItem =
        tokens:
        if next tokens == "(" then
          let
            inner = parseOr (builtins.tail tokens);
          in
          if next inner.rest != ")" then
            broken
          else
            {
              inherit (inner) value;
              rest = builtins.tail inner.rest;
            }
        else
          parseComparison tokens;

      parseComparison =
        tokens:
        let
          isNotIn = builtins.elemAt tokens 1 == "not";
          length = if isNotIn then 4 else 3;
          operator = if isNotIn then "not in" else builtins.elemAt tokens 1;
          right = builtins.elemAt tokens (length - 1);
        in
        if builtins.length tokens < 3 || builtins.length tokens < length then
          broken
        else
          {
            value = compare (operand environment (builtins.head tokens)) operator (operand environment right);
            rest = drop length tokens;
          };

      drop = count: list: if count == 0 then list else drop (count - 1) (builtins.tail list);

      result = parseOr (tokenize text);
    in
    if result.rest == [ ] then result.value else broken;
in
{
  # environment: the PEP 508 variables by name, `extra` as a list.
  evaluate = environment: text: versions.trim text == "" || parser environment text;

  # What a marker sees on this system with this Python ("3.11.2").
  environmentOf =
    { system, version }:
    let
      parts = builtins.match "([0-9]+[.][0-9]+).*" version;
      machine = builtins.head (builtins.match "([^-]+)-.*" system);
    in
    {
      implementation_name = "cpython";
      implementation_version = version;
      os_name = "posix";
      platform_machine = machine;
      platform_python_implementation = "CPython";
      # Nothing may depend on the kernel that a build happens to run on.
      platform_release = "";
      platform_system = "Linux";
      platform_version = "";
      python_full_version = version;
      python_version = builtins.head parts;
      sys_platform = "linux";
      extra = [ ];
    };
}

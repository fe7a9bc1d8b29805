# Poetry's own way of writing version constraints: `^3.8`, `~2.7 || >=3.5`, `3.*`.
let
  versions = import ./versions.nix;
  inherit (versions)
    bump
    operators
    parse
    satisfiesClause
    splitOn
    trim
    ;

  findLeading =
    release: index:
    if index == builtins.length release - 1 || builtins.elemAt release index != 0 then
      index
    else
      findLeading release (index + 1);

  # ^1.2 allows all before 2; ^0.2.3 all before 0.3: the first number that is not 0 stays.
  caret =
    version: wanted:
    operators.">=" version wanted
    && operators."<" version (bump wanted.release (findLeading wanted.release 0));

  # ~1.2.3 and ~1.2 allow all before 1.3, ~1 all before 2.
  tilde =
    version: wanted:
    operators.">=" version wanted
    && operators."<" version (
      bump wanted.release (if builtins.length wanted.release == 1 then 0 else 1)
    );

  # Clauses stand between commas or spaces, operators may be followed by spaces.
  clauses =
    text:
    map (groups: {
      operator = builtins.elemAt groups 0;
      text = builtins.elemAt groups 1;
    }) (
      builtins.filter builtins.isList (
        builtins.split "([<>=!~^]*)[[:space:]]*([^[:space:],<>=!~^]+)" text
      )
    );

  satisfiesOne =
    version:
    { operator, text }:
    let
      parsed = parse version;
      wanted = parse text;
      known = if wanted == null then throw "not a version constraint: ${operator}${text}" else wanted;
    in
    if text == "*" then
      true
    else if operator == "^" then
      caret parsed known
    else if operator == "~" then
      tilde parsed known
    else if operator == "" || operator == "=" then
      satisfiesClause version {
        operator = "==";
        inherit text;
      }
    else
      satisfiesClause version { inherit operator text; };

  alternatives = text: splitOn "[[:space:]]*[|]+[[:space:]]*" (trim text);
in
{
  # An empty constraint allows everything.
  satisfies =
    version: constraint:
    builtins.any (
      alternative: builtins.all (satisfiesOne version) (clauses alternative)
    ) (alternatives constraint);
}

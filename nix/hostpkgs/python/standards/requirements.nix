# A requirement as PEP 508 writes it: `flask[async] (>=3.0,<4.0) ; python_version > "3.8"`.
let
  inherit (import ./names.nix) normalize;
  inherit (import ./versions.nix) splitOn trim;

  pattern = "[[:space:]]*([A-Za-z0-9][A-Za-z0-9._-]*)[[:space:]]*([[]([A-Za-z0-9 ,._-]*)])?[[:space:]]*([^;]*)(;(.*))?";
in
{
  parse =
    text:
    let
      groups = builtins.match pattern text;
      extras = builtins.elemAt groups 2;
      markers = builtins.elemAt groups 5;
    in
    if groups == null then
      throw "not a requirement: ${text}"
    else
      {
        name = normalize (builtins.head groups);
        extras = if extras == null then [ ] else map trim (splitOn "," extras);
        specifiers = trim (builtins.elemAt groups 3);
        markers = if markers == null then "" else trim markers;
      };
}

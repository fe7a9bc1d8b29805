# A poetry.lock, of Poetry 1.x or 2.x: for each package the entry that fits this
# Python, and which of the others it needs.
{
  lib,
  python,
  system,
}:
let
  inherit (import ../standards/names.nix) normalize;
  markers = import ../standards/markers.nix;
  constraints = import ../standards/poetry-constraints.nix;

  environment = markers.environmentOf {
    inherit system;
    inherit (python) version;
  };

  # In Poetry's tables a dependency is a constraint, a table, or a list of tables
  # of which the fitting ones count.
  alternatives = specification: if builtins.isList specification then specification else [ specification ];

  allowsPython = constraint: constraints.satisfies python.version constraint;
in
rec {
  isActive =
    extras: specification:
    builtins.any (
      alternative:
      !builtins.isAttrs alternative
      || (
        allowsPython (alternative.python or "*")
        && (alternative.platform or "linux") == "linux"
        && markers.evaluate (environment // { extra = extras; }) (alternative.markers or "")
      )
    ) (alternatives specification);

  # Poetry 2 notes where a package is needed at all, one marker or one a group; in
  # these, extras are the project's own.
  fits =
    extras: entry:
    let
      noted = entry.markers or entry.marker or "";
      texts = if builtins.isAttrs noted then builtins.attrValues noted else [ noted ];
    in
    allowsPython (entry.python-versions or "*")
    && builtins.any (markers.evaluate (environment // { extra = extras; })) texts;

  # wantedExtras: names of the project's extras, or [ "*" ] for all.
  read =
    path: wantedExtras:
    let
      lock = builtins.fromTOML (builtins.readFile path);
      projectExtras =
        if wantedExtras == [ "*" ] then builtins.attrNames (lock.extras or { }) else wantedExtras;
      files = lib.mapAttrs' (name: lib.nameValuePair (normalize name)) (lock.metadata.files or { });
      byName = builtins.groupBy (entry: normalize entry.name) (lock.package or [ ]);
      entries = builtins.mapAttrs (
        name: candidates:
        let
          fitting = builtins.filter (fits projectExtras) candidates;
          # One that does not fit is there for overrides to see, and in no environment.
          entry = builtins.head (if fitting == [ ] then candidates else fitting);
        in
        entry
        // {
          inherit name;
          isNeeded = fitting != [ ];
          # Until lock version 1.1 the files were in a table of their own.
          files = entry.files or files.${name} or [ ];
        }
      ) byName;
      isPresent = name: (entries.${name} or { isNeeded = false; }).isNeeded;
    in
    {
      inherit entries isPresent projectExtras;

      # The names of the active ones of { name = specification; }, as far as they
      # are locked: an extra that nobody asked for is not.
      activeNames =
        extras: dependencies:
        builtins.filter isPresent (
          lib.unique (
            map normalize (
              builtins.filter (name: isActive extras dependencies.${name}) (builtins.attrNames dependencies)
            )
          )
        );
    };
}

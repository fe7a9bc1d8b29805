# What a project asks for directly: the dependency tables of its pyproject.toml,
# Poetry's own and the standard ones ([project], [dependency-groups]), in one form:
# { <normalized name> = specification; } as Poetry writes them.
{ lib }:
let
  inherit (import ../standards/names.nix) normalize;
  requirements = import ../standards/requirements.nix;

  fromRequirement =
    text:
    let
      requirement = requirements.parse text;
    in
    lib.nameValuePair requirement.name {
      version = requirement.specifiers;
      inherit (requirement) markers extras;
    };

  # The same name can stand there twice, with markers that exclude each other.
  fromRequirements =
    texts:
    builtins.mapAttrs (_: pairs: map (pair: pair.value) pairs) (
      builtins.groupBy (pair: pair.name) (map fromRequirement texts)
    );

  withoutPython =
    table:
    builtins.removeAttrs (lib.mapAttrs' (name: lib.nameValuePair (normalize name)) table) [ "python" ];

  isOptional =
    specification:
    if builtins.isList specification then
      builtins.all isOptional specification
    else
      builtins.isAttrs specification && specification.optional or false;
in
{
  pyProject,
  # Names of extras, or [ "*" ] for all.
  extras,
}:
let
  poetry = pyProject.tool.poetry or { };
  project = pyProject.project or { };
  groups = pyProject.dependency-groups or { };

  wanted = available: if extras == [ "*" ] then builtins.attrNames available else extras;
  pick =
    kind: available: name:
    available.${name} or (throw "pyproject.toml has no ${kind} ${builtins.toJSON name}");

  # Where [project] lists the dependencies, Poetry's table only says more about them.
  standardMain = fromRequirements (
    project.dependencies or [ ]
    ++ lib.concatMap (pick "extra" (project.optional-dependencies or { })) (
      wanted (project.optional-dependencies or { })
    )
  );

  poetryTable = withoutPython (poetry.dependencies or { });
  ofExtras = map (text: (requirements.parse text).name) (
    lib.concatMap (pick "extra" (poetry.extras or { })) (wanted (poetry.extras or { }))
  );
  poetryMain = lib.filterAttrs (
    name: specification:
    !isOptional specification || extras == [ "*" ] || builtins.elem name ofExtras
  ) poetryTable;

  main = if project ? dependencies || project ? optional-dependencies then standardMain else poetryMain;

  standardGroup =
    name:
    lib.concatMap (
      item:
      if builtins.isString item then
        [ item ]
      else
        standardGroup (
          item.include-group
            or (throw "pyproject.toml: the group ${name} has an entry that is no requirement")
        )
    ) (groups.${name} or [ ]);
in
{
  inherit main;
  name = normalize (poetry.name or project.name or "project");
  version = poetry.version or project.version or "0";
  description = poetry.description or project.description or null;

  group =
    name:
    if name == "main" then
      main
    else
      withoutPython (poetry.group.${name}.dependencies or { }) // fromRequirements (standardGroup name);

  # Poetry 1.0 and 1.1 had one fixed group beside the main one.
  formerDevelopment = withoutPython (poetry.dev-dependencies or { });
}

# Which Python packages come with a list of them.
{ lib, python }:
rec {
  isModule = drv: builtins.isAttrs drv && (drv.pythonModule or false) != false;

  # Also of the arguments that make a derivation.
  nameOf = drv: drv.pname or (builtins.parseDrvName drv.name).name;

  # With everything that they need at run time. One package stands for its name:
  # Python can only import one version of it anyway.
  requiredPythonModules =
    drvs:
    let
      nodes = list: map (drv: { key = nameOf drv; inherit drv; }) (builtins.filter isModule list);
    in
    map (node: node.drv) (
      builtins.genericClosure {
        startSet = nodes drvs;
        operator = node: nodes (node.drv.propagatedBuildInputs or [ ]);
      }
    );

  # The list itself, and what its Python packages need, without `name` (which is
  # what is being built: dependencies of Python packages can form a circle).
  expand =
    name: drvs:
    let
      given = builtins.filter (drv: drv != null) drvs;
      others = builtins.filter (drv: !isModule drv) given;
    in
    others ++ builtins.filter (drv: nameOf drv != name) (requiredPythonModules given);

  makePythonPath = drvs: lib.makeSearchPath python.sitePackages (builtins.filter isModule drvs);
}

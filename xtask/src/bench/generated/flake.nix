{
  description = "A workspace of cargo xtask bench";
  outputs = { self }:
    let
      system = "@system@";
      toolchain = if builtins.pathExists ./package-set then (import ./package-set).identity else "none";
      inherit (import ./fixture.nix { inherit system toolchain; salt = builtins.readFile ./salt; }) project shell passes;
      names = builtins.attrNames (builtins.readDir ./projects);
      each = function: builtins.listToAttrs (map (name: { inherit name; value = function name; }) names);
      packages = each (name: import (./projects + "/${name}") { inherit project; });
    in
    {
      packages.${system} = packages;
      checks.${system} = each (name: passes name packages.${name}.test);
      devShells.${system} = each shell;
    };
}

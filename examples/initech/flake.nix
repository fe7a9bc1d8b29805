{
  description = "Initech's monorepo";

  # A package set without the network, for demonstration. The projects are written
  # for nixpkgs; README.md says how to use it.
  inputs.nixpkgs.url = "path:../../nix/hostpkgs";

  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;

      namespace = "initech";
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];

      pkgsFor =
        system:
        import nixpkgs {
          inherit system;
          overlays = [ self.overlays.default ];
        };
      forEachSystem = f: lib.genAttrs systems (system: f (pkgsFor system));

      # { <folder's name> = <its path>; } for each folder that has a default.nix.
      findIn =
        folder:
        lib.mapAttrs (name: _: folder + "/${name}") (
          lib.filterAttrs (
            name: type: type == "directory" && builtins.pathExists (folder + "/${name}/default.nix")
          ) (builtins.readDir folder)
        );

      callAll =
        pkgs: folder:
        lib.mapAttrs (
          _: path:
          pkgs.callPackage path {
            inherit
              pkgs
              lib
              inputs
              namespace
              ;
          }
        ) (findIn folder);
    in
    {
      # pkgs.initech.<project>, in the same set as everything else.
      overlays.default = final: prev: {
        ${namespace} = (prev.${namespace} or { }) // callAll final ./packages/projects;
      };

      packages = forEachSystem (pkgs: pkgs.${namespace});
      checks = forEachSystem (pkgs: callAll pkgs ./checks);
      devShells = forEachSystem (pkgs: callAll pkgs ./shells);
    };
}

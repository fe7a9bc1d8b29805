{
  description = "Runs a verb over the projects of a monorepo built with Nix";

  # Where this cannot be fetched, nix/hostpkgs takes its place; CONTRIBUTING.md says how.
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs =
    { nixpkgs, ... }:
    let
      # nixpkgs-unstable has no packages for macOS on x86-64 any more.
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
      forEachSystem =
        f:
        nixpkgs.lib.genAttrs systems (
          system: f (import ./nix/nixward { pkgs = nixpkgs.legacyPackages.${system}; })
        );
    in
    {
      packages = forEachSystem (own: {
        inherit (own) nixward;
        default = own.nixward;
      });
      checks = forEachSystem (own: own.checks);
      devShells = forEachSystem (own: {
        nixward = own.shell;
        default = own.shell;
      });
    };
}

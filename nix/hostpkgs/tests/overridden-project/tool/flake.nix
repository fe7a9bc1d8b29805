# An input that would bring a nixpkgs of its own.
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs =
    { nixpkgs, ... }:
    {
      usedLib = nixpkgs.lib.version;
      packages = nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: {
        default = nixpkgs.legacyPackages.${system}.writeShellScriptBin "tool" "echo tool";
      });
    };
}

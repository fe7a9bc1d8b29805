# Go, and what builds modules with it.
final: prev: {
  go = import ./toolchain.nix { pkgs = final; };
  buildGoModule = final.callPackage ./build-go-module.nix { };
}

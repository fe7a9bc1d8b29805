# The package set: layers of overlays over nothing, then the caller's own.
#
# import ./nix/hostpkgs { system = "x86_64-linux"; overlays = [ ]; config = { }; }
{
  system ? localSystem.system or builtins.currentSystem,
  localSystem ? { },
  overlays ? [ ],
  config ? { },
  ...
}:
let
  lib = import ./lib;

  systemName = if builtins.isString system then system else system.system;
  configValue = if lib.isFunction config then config { inherit pkgs; } else config;

  foundation = final: prev: {
    inherit lib;
    system = systemName;
    config = {
      allowUnfree = true;
      allowAliases = true;
    }
    // configValue;
    inherit overlays;
    path = ./.;
    pkgs = final;
    inherit (final.stdenv) hostPlatform buildPlatform targetPlatform;
    callPackage = final.newScope { };
    callPackages = lib.callPackagesWith final;
    newScope = scope: lib.callPackageWith (final // scope);
    # The same set with more overlays on top.
    appendOverlays =
      more:
      import ./. {
        system = systemName;
        overlays = overlays ++ more;
        inherit config;
      };
    extend = overlay: final.appendOverlays [ overlay ];
    # Where nixpkgs has other hosts to build for, this set has one.
    buildPackages = final;
    targetPackages = final;
    pkgsBuildBuild = final;
    pkgsBuildHost = final;
    pkgsHostHost = final;
    pkgsHostTarget = final;
  };

  layers = [
    foundation
    (import ./bootstrap/overlay.nix)
    (import ./stdenv/overlay.nix)
    (import ./trivial-builders/overlay.nix)
    (import ./docker/overlay.nix)
  ]
  ++ lib.optional (builtins.pathExists ./python/overlay.nix) (import ./python/overlay.nix)
  ++ overlays;

  pkgs = lib.fix (lib.extends (lib.composeManyExtensions layers) (final: { }));
in
pkgs

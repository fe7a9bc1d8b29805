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
    inherit bootstrapSet;
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

  ownLayers = [
    foundation
    (import ./bootstrap/overlay.nix)
    (import ./stdenv/overlay.nix)
    (import ./trivial-builders/overlay.nix)
    (import ./docker/overlay.nix)
  ];
  # Languages, each in a folder of its own.
  languageLayers = map import [
    ./python/overlay.nix
    ./rust/overlay.nix
    ./node/overlay.nix
    ./go/overlay.nix
  ];

  compose = layers: lib.fix (lib.extends (lib.composeManyExtensions layers) (final: { }));

  # What stdenv is made of is out of the caller's overlays' reach, as in nixpkgs:
  # a package that replaces coreutils is itself built with coreutils.
  bootstrapSet = compose ownLayers;
  pkgs = compose (ownLayers ++ languageLayers ++ overlays);
in
pkgs

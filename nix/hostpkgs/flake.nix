{
  description = "A small package set under nixpkgs' names, built on this machine's own toolchain";

  outputs =
    { self }:
    let
      lib = import ./lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      legacyPackages = lib.genAttrs systems (system: import ./. { inherit system; });
    in
    {
      inherit lib legacyPackages;
      checks = lib.mapAttrs (
        _: pkgs:
        import ./tests { inherit pkgs; }
        # These download, and so need a package index that can be reached.
        // lib.mapAttrs' (name: lib.nameValuePair "python-${name}") (import ./python/tests { inherit pkgs; })
      ) legacyPackages;
    };
}

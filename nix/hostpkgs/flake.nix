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
      languages = lib.genAttrs [ "python" "rust" "node" "go" ] (name: ./${name}/tests);
      legacyPackages = lib.genAttrs systems (system: import ./. { inherit system; });
    in
    {
      inherit lib legacyPackages;
      # Those of languages download, and so need registries that can be reached.
      checks = lib.mapAttrs (
        _: pkgs:
        import ./tests { inherit pkgs; }
        // lib.concatMapAttrs (
          language: tests:
          lib.mapAttrs' (name: lib.nameValuePair "${language}-${name}") (import tests { inherit pkgs; })
        ) languages
      ) legacyPackages;
    };
}

# A flake as it is written for nixpkgs, locked to one of its revisions.
{
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    tool = {
      url = "path:./tool";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    {
      self,
      nixpkgs,
      tool,
    }:
    let
      inherit (nixpkgs) lib;
      systems = lib.intersectLists lib.systems.flakeExposed [
        "x86_64-linux"
        "aarch64-linux"
      ];
      forAllSystems = f: lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});
      # With settings and overlays of the project's own.
      setFor =
        system:
        import nixpkgs {
          inherit system;
          config.allowUnfree = true;
          overlays = [
            self.overlays.default
            (final: prev: { greeting = "${prev.greeting}, ${final.audience}"; })
          ];
        };
    in
    {
      overlays.default = final: prev: {
        greeting = "good morning";
        audience = "world";
        greet = final.writeShellApplication {
          name = "greet";
          runtimeInputs = [ final.coreutils ];
          text = "printf '%s\\n' ${lib.escapeShellArg final.greeting}";
        };
      };

      packages = forAllSystems (pkgs: {
        default = (setFor pkgs.system).greet;
        plain = pkgs.callPackage (
          { stdenv, lib }:
          stdenv.mkDerivation (finalAttrs: {
            pname = "plain";
            version = "1";
            src = lib.fileset.toSource {
              root = ./.;
              fileset = ./flake.nix;
            };
            buildPhase = "wc -l < flake.nix > lines";
            installPhase = "install -D lines $out/lines";
            meta.platforms = lib.platforms.linux;
          })
        ) { };
        tool = tool.packages.${pkgs.system}.default;
      });

      devShells = forAllSystems (pkgs: {
        default = pkgs.mkShell { inputsFrom = [ self.packages.${pkgs.system}.plain ]; };
      });

      checks = forAllSystems (pkgs: {
        says = pkgs.runCommand "says" { nativeBuildInputs = [ self.packages.${pkgs.system}.default ]; } ''
          [ "$(greet)" = "good morning, world" ]
          touch $out
        '';
      });

      # One set, whichever way it is had.
      same = forAllSystems (pkgs: [
        (pkgs.hello.drvPath == (import nixpkgs { inherit (pkgs) system; }).hello.drvPath)
        ((setFor pkgs.system).config.allowUnfree)
        (tool.usedLib == lib.version)
      ]);
    };
}

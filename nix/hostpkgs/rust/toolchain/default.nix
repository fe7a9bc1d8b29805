# The host's Rust, copied into the store: rustup's default toolchain, or Debian's.
#
# One derivation has all of it, so that the compiler, its library and Clippy are
# of one release; the packages that people name are parts of it.
{ pkgs }:
let
  inherit (pkgs) lib system;
  hostEpoch = pkgs.config.hostEpoch or (lib.fileContents ../../host-epoch);

  # `files` and `trees` are found at build time: pure evaluation cannot look.
  spec = {
    name = "rust-toolchain-host";
    out = placeholder "out";
    glibc = "${pkgs.glibc}";
    localeShim = "libhostpkgs-locale.so";
    libraryInputs = [ "${pkgs.stdenv.cc.cc.lib}" ];
    extraRpath = [ ];
    interpreters = { };
    libraries = [ ];
  };

  all =
    lib.extendDerivation true
      {
        pname = "rust-toolchain";
        version = "host";
        meta = {
          description = "The host's Rust compiler, Cargo, Clippy and rustfmt, copied";
          mainProgram = "cargo";
          position = "${toString ./default.nix}:25";
          available = true;
          outputsToInstall = [ "out" ];
        };
      }
      (derivation {
        name = "rust-toolchain-host";
        inherit system hostEpoch;
        outputs = [ "out" ];
        builder = "/bin/bash";
        args = [
          "-euc"
          ''
            printf '%s' "$spec" > "$NIX_BUILD_TOP/base.json"
            /usr/bin/python3 -I -B ${./find_toolchain.py} "$NIX_BUILD_TOP/base.json" > "$NIX_BUILD_TOP/spec.json"
            /usr/bin/python3 -I -B ${../../bootstrap/relocate} copy "$NIX_BUILD_TOP/spec.json"
            exit 0
          ''
        ];
        PATH = "/usr/bin:/bin";
        spec = builtins.toJSON spec;
        # A string, not a path: the toolchain as it is must not go into the store.
        wanted = toString (pkgs.config.rustToolchain or "");
        rustcTarget = pkgs.stdenv.hostPlatform.rust.rustcTarget;
        preferLocalBuild = true;
      });

  # The programs of one component, by links.
  part =
    pname:
    {
      programs,
      component ? pname,
      description,
      mainProgram ? builtins.head programs,
      more ? "",
    }:
    pkgs.runCommandLocal "${pname}-host"
      {
        inherit pname;
        version = "host";
        passthru = {
          toolchain = all;
        };
        meta = {
          inherit description mainProgram;
        };
      }
      ''
        mkdir -p "$out/bin"
        for program in ${toString programs}; do
          if ! [ -x "${all}/bin/$program" ]; then
            echo "hostpkgs: the host's Rust has no $program; rustup component add ${component} (or install Debian's" \
              "package of it), then set another config.hostEpoch" >&2
            exit 3
          fi
          ln -s "${all}/bin/$program" "$out/bin/$program"
        done
        ${more}
      '';
in
{
  inherit all;

  rustc = part "rustc" {
    description = "The host's Rust compiler";
    programs = [ "rustc" "rustdoc" ];
    more = ''
      ln -s ${all}/lib "$out/lib"
      rm "$out/bin/rustc"
      substitute ${./rustc-wrapper.sh} "$out/bin/rustc" \
        --replace-fail @shell@ ${pkgs.bash}/bin/bash --replace-fail @rustc@ ${all}/bin/rustc
      chmod +x "$out/bin/rustc"
    '';
  };

  cargo = part "cargo" {
    description = "The host's Cargo";
    programs = [ "cargo" ];
  };

  clippy = part "clippy" {
    description = "The host's Clippy";
    programs = [ "cargo-clippy" "clippy-driver" ];
  };

  rustfmt = part "rustfmt" {
    description = "The host's rustfmt";
    programs = [ "rustfmt" "cargo-fmt" ];
  };
}

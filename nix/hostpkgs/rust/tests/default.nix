# The tests of the Rust part: an attribute set of derivations that build where all
# is well. They download a dozen small crates.
{ pkgs }:
let
  inherit (pkgs) lib rustPlatform;
  support = import ../../tests/support.nix { inherit pkgs; };

  arguments = {
    pname = "paper-jam";
    version = "0.1.0";
    src = ./project;
    cargoLock.lockFile = ./project/Cargo.lock;
    meta.mainProgram = "paper-jam";
  };
  package = rustPlatform.buildRustPackage arguments;

  # The package's build ends in this phase, with this text; its log is the result.
  failsIn =
    phase: text: attributes:
    package.overrideAttrs (
      old:
      {
        name = "rust-fails-in-${phase}";
        ${phase} = ''
          set +e
          (
            set -e
            unset ${phase}
            ${if phase == "checkPhase" then "cargoCheckHook" else phase}
          ) > "$NIX_BUILD_TOP/phase.log" 2>&1
          result=$?
          set -e
          cat "$NIX_BUILD_TOP/phase.log"
          if [ "$result" = 0 ]; then
            echo "${phase} succeeded" >&2
            exit 1
          fi
          if ! grep -qF ${lib.escapeShellArg text} "$NIX_BUILD_TOP/phase.log"; then
            echo "${phase} failed in another way" >&2
            exit 1
          fi
        '';
        installPhase = ''cp "$NIX_BUILD_TOP/phase.log" $out'';
      }
      // lib.optionalAttrs (phase != "checkPhase") {
        dontCargoBuild = true;
        buildPhase = ":";
        doCheck = false;
      }
      // attributes
    );

  # The download's program on its own: in a home, with an environment.
  fetch = "/usr/bin/python3 -I -B ${../fetch}/fetch_crates.py";
  oneCrate = pkgs.fetchCrate {
    pname = "itoa";
    inherit (locked.itoa) version checksum;
  };
  locked = lib.listToAttrs (
    map (crate: lib.nameValuePair crate.name crate)
      (builtins.fromTOML (builtins.readFile ./project/Cargo.lock)).package
  );
in
{
  evaluation = support.evaluated "rust-evaluation" (import ./evaluation.nix { inherit pkgs support arguments; });

  # Where there is nothing but the store.
  runs-alone = support.isolated "rust-runs-alone" { } ''
    expectEqual "$(${lib.getExe package})" "please: paper jam in tray 2"
  '';

  # The C library, and neither the compiler nor a crate.
  closure =
    support.script "rust-closure"
      {
        closure = pkgs.closureInfo { rootPaths = [ package ]; };
      }
      ''
        sort "$closure/store-paths" > got
        printf '%s\n' ${package} ${pkgs.glibc} | sort > wanted
        diff wanted got || fail "the closure is another"
        for place in nix-build "$NIX_BUILD_TOP" ${pkgs.rustToolchain} ${package.cargoDeps}; do
          ! grep -qaF "$place" ${lib.getExe package} || fail "$place is in the program"
        done
        status=0
        ${lib.getExe package} --panic 2> message || status=$?
        expectEqual "$status" 101
        grep -q 'panicked at src/main.rs' message || fail "$(cat message)"
      '';

  # All crates by one hash, which is the one that nixpkgs has for this lock.
  by-hash = rustPlatform.buildRustPackage (
    builtins.removeAttrs arguments [ "cargoLock" ]
    // {
      pname = "paper-jam-by-hash";
      cargoHash = "sha256-nePen5SRBXVt84wGDpw10f5u2b79ies1VkmNtbE7o38=";
      doCheck = false;
    }
  );

  # As a function of the final attributes, in a folder of a larger source, and
  # with other features.
  features =
    let
      package = rustPlatform.buildRustPackage (
        final:
        arguments
        // {
          pname = "loud-paper-jam";
          version = "0.2.0";
          src = pkgs.runCommand "larger-source" { } ''
            mkdir -p $out/elsewhere
            cp -r ${./project} $out/project
          '';
          cargoRoot = "project";
          buildAndTestSubdir = "project";
          buildNoDefaultFeatures = true;
          buildFeatures = [ "loud" ];
          checkFlags = [ "--skip" "fails_if_told_to" ];
          PAPER_JAM_FAIL = "1";
          postInstall = ''echo ${final.version} > $out/version'';
        }
      );
    in
    support.script "rust-features" { } ''
      expectEqual "$(${package}/bin/paper-jam)" "PAPER JAM IN TRAY 2!1"
      expectEqual "$(cat ${package}/version)" 0.2.0
    '';

  # The lock lies above, where no package is.
  lock-above =
    let
      package = rustPlatform.buildRustPackage (
        arguments
        // {
          pname = "paper-jam-below";
          src = pkgs.runCommand "source-below" { } ''
            mkdir $out
            cp -r ${./project} $out/project
            cp ${./project/Cargo.lock} $out/Cargo.lock
          '';
          buildAndTestSubdir = "project";
          doCheck = false;
        }
      );
    in
    support.script "rust-lock-above" { } ''expectEqual "$(${lib.getExe package})" "please: paper jam in tray 2"'';

  debug = support.script "rust-debug" { } ''
    ${
      rustPlatform.buildRustPackage (
        arguments
        // {
          pname = "debug-paper-jam";
          buildType = "debug";
          cargoTestFlags = [ "--lib" ];
        }
      )
    }/bin/paper-jam
  '';

  failing-test = failsIn "checkPhase" "test tests::fails_if_told_to ... FAILED" {
    PAPER_JAM_FAIL = "1";
    TERM = "dumb";
  };
  without-manifest = failsIn "patchPhase" "there is no Cargo.toml in 'elsewhere' of the source" {
    cargoRoot = "elsewhere";
  };
  without-lock = failsIn "patchPhase" "there is no Cargo.lock in '.' of the source" {
    postPatch = "rm Cargo.lock";
  };
  another-lock = failsIn "patchPhase" "is not the one that the crates were fetched for" {
    postPatch = "echo '# changed' >> Cargo.lock";
  };
  outdated-lock = failsIn "patchPhase" "Cargo.lock does not fit Cargo.toml" {
    postPatch = ''substituteInPlace Cargo.toml --replace-fail '[dependencies]' '[dependencies]
    memchr = "2"' '';
  };

  # Tools beside the compiler, with the crates at hand.
  clippy-and-rustfmt = package.overrideAttrs (old: {
    name = "rust-clippy-and-rustfmt";
    nativeBuildInputs = old.nativeBuildInputs ++ [
      pkgs.clippy
      pkgs.rustfmt
    ];
    buildPhase = ''
      cargo fmt --check
      cargo clippy --frozen --all-targets -- -D warnings
      cat >> src/lib.rs <<'END'
      pub fn   is_two(x: u32) -> bool { if x == 2 { true } else { false } }
      END
      ! cargo fmt --check > /dev/null
      ! cargo clippy --frozen -- -D warnings 2> message
      grep -q needless_bool message
    '';
    doCheck = false;
    installPhase = "touch $out";
  });

  shell =
    let
      shell = pkgs.mkShell { inputsFrom = [ package ]; };
    in
    support.script "rust-shell" { } ''
      eval "$(grep '^declare -x PATH=' ${shell})"
      expectEqual "$(command -v cargo)" ${pkgs.cargo}/bin/cargo
      expectEqual "$(command -v rustc)" ${pkgs.rustc}/bin/rustc
      export CARGO_HOME=$PWD/home CARGO_NET_OFFLINE=true
      cargo new --quiet --vcs none shredder
      (cd shredder && cargo run --quiet) > said
      expectEqual "$(cat said)" "Hello, world!"
    '';

  # A Python package that Maturin builds: a program, by its wheel.
  maturin =
    let
      application = pkgs.python3.pkgs.buildPythonApplication {
        inherit (arguments) pname version;
        pyproject = true;
        src = ./project;
        cargoDeps = package.cargoDeps;
        postPatch = ''
          cat > pyproject.toml <<'END'
          [build-system]
          requires = ["maturin>=1,<2"]
          build-backend = "maturin"
          [project]
          name = "paper-jam"
          version = "0.1.0"
          [tool.maturin]
          bindings = "bin"
          END
        '';
        nativeBuildInputs = [
          rustPlatform.cargoSetupHook
          rustPlatform.maturinBuildHook
        ];
      };
    in
    support.script "rust-maturin" { } ''
      expectEqual "$(${application}/bin/paper-jam)" "please: paper jam in tray 2"
    '';

  # An archive that the person's own Cargo has is taken; it must be the one.
  from-cargo-home =
    support.script "rust-from-cargo-home"
      {
        crateName = "itoa";
        crateVersion = locked.itoa.version;
        registry = locked.itoa.source;
        cargo = "${pkgs.rustToolchain}/bin";
      }
      ''
        export CARGO_HOME=$PWD/home CARGO_NET_OFFLINE=true outputHash=${locked.itoa.checksum}
        mkdir -p home/registry/cache/somewhere
        cached=home/registry/cache/somewhere/itoa-$crateVersion.crate
        cp ${oneCrate} "$cached"
        out=$PWD/fetched ${fetch} crate
        cmp fetched ${oneCrate}
        chmod u+w "$cached"
        echo damaged >> "$cached"
        ! out=$PWD/not-fetched ${fetch} crate 2> message || fail "a damaged archive was taken"
        grep -q 'could not download the crate itoa' message || fail "$(cat message)"
      '';

  # The person's own configuration says where a registry's crates are, and who knows
  # its token.
  from-mirror =
    support.script "rust-from-mirror"
      {
        crateName = "itoa";
        crateVersion = locked.itoa.version;
        registry = locked.itoa.source;
        cargo = "${pkgs.rustToolchain}/bin";
        checksum = locked.itoa.checksum;
      }
      ''
        mkdir -p mirror/it/oa home
        cp ${oneCrate} "mirror/itoa-$crateVersion.archive"
        /usr/bin/python3 -I -B ${./serve_mirror.py} mirror home/config.toml &
        trap 'kill %1' EXIT
        for attempt in $(seq 100); do
          [ ! -s home/config.toml ] || break
          sleep 0.1
        done
        unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
        export CARGO_HOME=$PWD/home
        out=$PWD/fetched ${fetch} crate
        cmp fetched ${oneCrate}
      '';

  # What a host without a fitting Rust is told.
  host-toolchain =
    support.script "rust-host-toolchain"
      {
        rustcTarget = pkgs.stdenv.hostPlatform.rust.rustcTarget;
      }
      ''
        echo '{ "glibc": "${pkgs.glibc}" }' > base.json
        find() { wanted=$1 /usr/bin/python3 -I -B ${../toolchain/find_toolchain.py} base.json > spec 2> message; }
        status=0
        find "$PWD/nowhere" || status=$?
        expectEqual "$status" 3
        grep -q 'where there is no bin/rustc' message || fail "$(cat message)"

        mkdir -p old/bin
        printf '#!%s\necho "rustc 1.63.0 (Debian)"\n' ${pkgs.runtimeShell} > old/bin/rustc
        chmod +x old/bin/rustc
        status=0
        find "$PWD/old" || status=$?
        expectEqual "$status" 3
        grep -q "this host's Rust is too old (rustc 1.63.0 in $PWD/old; 1.85 or newer is needed)" message || fail "$(cat message)"

        # A sysroot by name is as good as one that is found.
        find ${pkgs.rustToolchain} || fail "$(cat message)"
        grep -qF '${pkgs.rustToolchain}/bin/rustc' spec || fail "$(cat spec)"
      '';
}

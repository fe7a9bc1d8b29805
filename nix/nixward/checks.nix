# What is built to see that nixward is in order; each is named after the project, so it is the project's.
{
  pkgs,
  common,
  source,
  testPrograms,
}:
let
  # These neither start processes nor look at the machine, so that they run in every sandbox.
  pureCrates = [
    "nixward-schema"
    "nixward-manifest"
    "nixward-core"
    "nixward-report"
  ];
in
{
  nixward-pure-tests = pkgs.runCommand "nixward-pure-tests" { } ''
    export INSTA_WORKSPACE_ROOT=${source.all} INSTA_UPDATE=no
    for crate in ${toString pureCrates}; do
      for program in ${testPrograms}/bin/$crate.*; do
        echo "''${program##*/}"
        "$program"
      done
    done
    touch $out
  '';

  nixward-clippy = pkgs.rustPlatform.buildRustPackage (
    common
    // {
      pname = "nixward-clippy";
      src = source.all;
      nativeBuildInputs = [ pkgs.clippy ];
      doCheck = false;
      buildPhase = ''
        runHook preBuild
        cargo clippy --frozen --jobs "$NIX_BUILD_CORES" --workspace --all-targets -- -D warnings
        runHook postBuild
      '';
      installPhase = "touch $out";
    }
  );

  nixward-format =
    pkgs.runCommand "nixward-format"
      {
        nativeBuildInputs = [
          pkgs.cargo
          pkgs.rustfmt
        ];
      }
      ''
        cd ${source.all}
        CARGO_HOME=$TMPDIR cargo fmt --all -- --check
        touch $out
      '';
}

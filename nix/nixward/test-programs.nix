# The tests of nixward's crates, compiled: bin/CRATE.TARGET-KIND, and bin/run-tests for all of them. Those of xtask are
# not among them: they are about the checkout.
{
  jq,
  runtimeShell,
  rustPlatform,
  common,
  source,
}:
rustPlatform.buildRustPackage (
  common
  // {
    pname = "nixward-tests";
    src = source.all;
    nativeBuildInputs = [ jq ];
    doCheck = false;

    # Tests know by compiled-in paths where their sources and the programs that they
    # start are. So the sources are read in the store, and cargo works in the output.
    buildPhase = ''
      runHook preBuild
      export CARGO_TARGET_DIR=$out/libexec
      # They run once or twice, so optimised dependencies would not pay.
      cargo test --frozen --jobs "$NIX_BUILD_CORES" --no-run --workspace --exclude xtask \
        --config 'profile.dev.package."*".opt-level = 0' \
        --manifest-path "$src/Cargo.toml" --message-format json-render-diagnostics \
        > "$NIX_BUILD_TOP/messages"
      runHook postBuild
    '';

    installPhase = ''
      runHook preInstall
      kept=$NIX_BUILD_TOP/kept
      mkdir "$kept" "$out/bin"
      mv "$out"/libexec/debug/{nixward,guard-test-host} "$kept"
      jq -r 'select(.profile.test and .executable)
          | "\(.manifest_path | split("/")[-2]).\(.target.name)-\(.target.kind[0]) \(.executable)"' \
        "$NIX_BUILD_TOP/messages" |
        while read -r name executable; do
          mv "$executable" "$kept/$name"
        done
      rm -r "$out/libexec"
      mkdir -p "$out/libexec/debug"
      mv "$kept"/{nixward,guard-test-host} "$out/libexec/debug"
      mv "$kept"/* "$out/bin"

      substitute ${./run-tests.sh} "$out/bin/run-tests" \
        --subst-var-by shell ${runtimeShell} --subst-var-by source "$src" --subst-var out
      chmod +x "$out/bin/run-tests"
      runHook postInstall
    '';

    meta.description = "The tests of nixward, compiled";
  }
)

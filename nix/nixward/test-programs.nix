# Every test of the workspace, compiled: bin/CRATE.TARGET, and bin/run-tests for all of them.
{
  rustPlatform,
  runtimeShell,
  common,
  source,
}:
rustPlatform.buildRustPackage (
  common
  // {
    pname = "nixward-tests";
    src = source.all;
    doCheck = false;

    # Tests know by compiled-in paths where their sources and the programs that they
    # start are. So the sources are read in the store, and cargo works in the output.
    buildPhase = ''
      runHook preBuild
      export CARGO_TARGET_DIR=$out/libexec
      cargo test --frozen --jobs "$NIX_BUILD_CORES" --no-run --workspace --exclude xtask \
        --manifest-path "$src/Cargo.toml" --message-format json-render-diagnostics > artifacts
      runHook postBuild
    '';

    installPhase = ''
      runHook preInstall
      mkdir kept "$out/bin"
      mv "$out"/libexec/debug/{nixward,guard-test-host} kept
      sed -nE 's|.*/crates/([a-z-]+)#.*"name":"([^"]+)".*"test":true\},"filenames".*"executable":"([^"]+)".*|\1 \2 \3|p' \
        artifacts > tests
      while read -r crate target executable; do
        mv "$executable" "kept/$crate.$target"
      done < tests
      rm -r "$out/libexec"
      mkdir -p "$out/libexec/debug"
      mv kept/{nixward,guard-test-host} "$out/libexec/debug"
      mv kept/* "$out/bin"

      substitute ${./run-tests.sh} "$out/bin/run-tests" \
        --subst-var-by shell ${runtimeShell} --subst-var-by source "$src" --subst-var out
      chmod +x "$out/bin/run-tests"
      runHook postInstall
    '';

    meta.description = "The tests of nixward, compiled";
  }
)

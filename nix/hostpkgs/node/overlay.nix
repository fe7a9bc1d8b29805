# Node.js, npm and what builds packages with them.
final: prev:
import ./interpreter {
  # Names of attributes depend on it, so it is the one of the layer below.
  inherit (prev) lib;
  pkgs = final;
}
// {
  inherit (import ./build { pkgs = final; }) buildNpmPackage fetchNpmDeps npmHooks;
}

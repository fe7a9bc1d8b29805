# fetchNpmDeps { src; hash; }: everything that a package-lock.json names, in one
# fixed-output derivation. What comes out is the part of npm's cache that is
# addressed by content, so the same bytes each time, and the lock itself.
#
# The host's own node and npm download: a download needs nothing that must be
# relocated, and registry, credentials, certificates and proxies are then those
# that npm has on this machine.
{ lib, stdenvNoCC }:

lib.makeOverridable (
  {
    name ? "npm-deps",
    # The project's folder or archive, or just its lock file.
    src ? null,
    lock ? null,
    # Where in `src` the lock is.
    npmRoot ? ".",
    hash ? "",
    ...
  }@arguments:
  if src == null && lock == null then
    throw "fetchNpmDeps: neither src nor lock is given"
  else
    stdenvNoCC.mkDerivation (
      builtins.removeAttrs arguments [ "hash" "lock" ]
      // {
        inherit name npmRoot;

        buildPhase = ''
          runHook preBuild
          for program in node npm; do
            if ! [ -x "/usr/bin/$program" ]; then
              echo "hostpkgs: /usr/bin/$program is not on this host, and downloads with it;" \
                "install the Debian packages nodejs and npm" >&2
              exit 3
            fi
          done
          (cd "$npmRoot" && PATH="/usr/bin:$PATH" /usr/bin/node ${../scripts}/fetch_npm_deps.mjs "$out")
          runHook postBuild
        '';
        dontConfigure = true;
        dontInstall = true;
        dontFixup = true;

        outputHash = if hash == "" then lib.fakeHash else hash;
        outputHashMode = "recursive";
        preferLocalBuild = true;
        impureEnvVars =
          let
            settings = [
              "registry"
              "userconfig"
              "globalconfig"
              "prefix"
              "ca"
              "cafile"
              "strict_ssl"
              "proxy"
              "https_proxy"
              "noproxy"
              "maxsockets"
              "fetch_retries"
              "fetch_timeout"
              "replace_registry_host"
            ];
          in
          lib.fetchers.proxyImpureEnvVars
          ++ map (name: "npm_config_${name}") settings
          ++ map (name: "NPM_CONFIG_${lib.toUpper name}") settings
          ++ [
            "HOME"
            "NPM_TOKEN"
            "NODE_AUTH_TOKEN"
            "NODE_EXTRA_CA_CERTS"
            "NODE_TLS_REJECT_UNAUTHORIZED"
            "SSL_CERT_FILE"
            "SSL_CERT_DIR"
          ];
      }
      // lib.optionalAttrs (lock != null) {
        dontUnpack = true;
        src = lock;
        preBuild = ''cp "$src" package-lock.json'';
      }
    )
)

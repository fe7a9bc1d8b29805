# buildGoModule: a Go module's programs, from vendored dependencies.
#
# vendorHash is the hash of what `go mod vendor` makes, downloaded in a
# fixed-output derivation with the GOPROXY and the like of this machine; null
# where the source has its own vendor folder, or needs none.
{
  lib,
  stdenv,
  go,
  makeSetupHook,
}:
let
  phases = makeSetupHook { name = "go-build-hook"; } ./phases.sh;

  sourceAttributes = import ../trivial-builders/source-attributes.nix { inherit lib; };

  vendor =
    final: override:
    let
      attrs = sourceAttributes [ "modRoot" ] final // {
        name = "${final.name or "${final.pname}-${final.version or "0"}"}-go-modules";
        inherit (final) nativeBuildInputs;
        inherit (final) deleteVendor;
        dontConfigure = true;
        dontFixup = true;
        buildPhase = ''
          source ${./vendor.sh}
          goVendor
        '';
        installPhase = ''cp -r --reflink=auto vendor "$out"'';
        outputHashMode = "recursive";
        outputHash = if final.vendorHash == "" then lib.fakeHash else final.vendorHash;
        preferLocalBuild = true;
        impureEnvVars = lib.fetchers.proxyImpureEnvVars ++ [
          "HOME"
          "XDG_CONFIG_HOME"
          "GOENV"
          "GOPROXY"
          "GONOPROXY"
          "GOPRIVATE"
          "GOINSECURE"
          "GOSUMDB"
          "GONOSUMDB"
          "GOAUTH"
          "GOVCS"
          "NETRC"
          "SSL_CERT_FILE"
          "SSL_CERT_DIR"
          "GIT_SSL_CAINFO"
          "SSH_AUTH_SOCK"
        ];
      };
    in
    stdenv.mkDerivation (attrs // lib.toFunction override attrs);

  # A set, or a function of the final attributes.
  buildGoModule =
    argument:
    stdenv.mkDerivation (
      final:
      let
        attrs = lib.toFunction argument final;
        unsupported = builtins.filter (name: attrs.${name} or false != false) [ "proxyVendor" "buildTestBinaries" ];
        env = {
          CGO_ENABLED = toString (attrs.CGO_ENABLED or go.CGO_ENABLED);
          GO111MODULE = "on";
        }
        // lib.mapAttrs (_: value: if builtins.isInt value then toString value else value) (attrs.env or { });
      in
      if unsupported != [ ] then
        throw "buildGoModule: hostpkgs has no ${lib.concatStringsSep ", " unsupported}"
      else
        {
          modRoot = "./";
          deleteVendor = false;
          vendorHash = throw "buildGoModule: give vendorHash: null where the source has a vendor folder or needs none, else lib.fakeHash, and Nix says the right one";
        }
        // builtins.removeAttrs attrs [
          "CGO_ENABLED"
          "overrideModAttrs"
        ]
        // {
          inherit env;
          goModules = attrs.goModules or (
            if final.vendorHash == null then null else vendor final (attrs.overrideModAttrs or { })
          );
          nativeBuildInputs = [
            go
            phases
          ]
          ++ attrs.nativeBuildInputs or [ ];
          doCheck = attrs.doCheck or true;
          strictDeps = true;
          # The wrappers; phases.sh looks for what they call.
          disallowedReferences = lib.optional (!(attrs.allowGoReference or false)) go;
          passthru = {
            inherit go;
          }
          // attrs.passthru or { };
        }
    );
in
buildGoModule

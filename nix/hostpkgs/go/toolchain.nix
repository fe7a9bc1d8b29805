# Go: the host's own, behind wrappers. It is used during a build only, as the C
# compiler is, and nothing of it gets into what it builds; so it is not copied,
# which would be some hundred megabytes.
{ pkgs }:
let
  inherit (pkgs) lib;
  position = "${toString ./toolchain.nix}:1";
in
lib.extendDerivation true
  {
    pname = "go";
    version = "host";
    CGO_ENABLED = 1;
    meta = {
      inherit position;
      description = "The host's Go";
      mainProgram = "go";
      license = lib.licenses.bsd3;
      available = true;
      outputsToInstall = [ "out" ];
    };
  }
  (derivation {
    name = "go-wrapper-host";
    inherit (pkgs) system;
    hostEpoch = pkgs.config.hostEpoch or (lib.fileContents ../host-epoch);
    outputs = [ "out" ];
    builder = "${pkgs.bash}/bin/bash";
    PATH = "${pkgs.coreutils}/bin:${pkgs.gnused}/bin";
    preferLocalBuild = true;
    args = [
      "-euc"
      ''
        mkdir -p "$out/bin"
        for name in go gofmt; do
          sed -e 's|@shell@|${pkgs.bash}/bin/bash|' -e "s|@program@|/usr/bin/$name|" ${./go-wrapper.sh} > "$out/bin/$name"
        done
        chmod +x "$out/bin/"*
        exit 0
      ''
    ];
  })

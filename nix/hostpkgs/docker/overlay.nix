# dockerTools: container images as docker-archives, without a container engine.
final: prev:
let
  inherit (final) lib;
  images = import ./images.nix final;
in
{
  dockerTools = {
    inherit (images) buildLayeredImage streamLayeredImage buildImage;

    # What images often want besides programs.
    binSh = final.runCommandLocal "bin-sh" { } ''
      mkdir -p "$out/bin"
      ln -s ${final.bashInteractive}/bin/bash "$out/bin/sh"
    '';
    usrBinEnv = final.runCommandLocal "usr-bin-env" { } ''
      mkdir -p "$out/usr/bin"
      ln -s ${final.coreutils}/bin/env "$out/usr/bin"
    '';
    caCertificates = final.runCommandLocal "ca-certificates" { } ''
      mkdir -p "$out/etc/ssl/certs" "$out/etc/pki/tls/certs"
      for name in etc/ssl/certs/ca-bundle.crt etc/ssl/certs/ca-certificates.crt etc/pki/tls/certs/ca-bundle.crt; do
        ln -s ${final.cacert}/etc/ssl/certs/ca-bundle.crt "$out/$name"
      done
    '';
    fakeNss = final.symlinkJoin {
      name = "fake-nss";
      paths = [
        (final.writeTextDir "etc/passwd" ''
          root:x:0:0:root user:/var/empty:/bin/sh
          nobody:x:65534:65534:nobody:/var/empty:/bin/sh
        '')
        (final.writeTextDir "etc/group" ''
          root:x:0:
          nobody:x:65534:
        '')
        (final.writeTextDir "etc/nsswitch.conf" ''
          hosts: files dns
        '')
        (final.runCommandLocal "var-empty" { } ''mkdir -p "$out/var/empty"'')
      ];
    };

    pullImage = throw "dockerTools.pullImage: hostpkgs has no access to registries; give fromImage an archive";
    buildNixShellImage = throw "dockerTools.buildNixShellImage is not in hostpkgs";
    streamNixShellImage = throw "dockerTools.streamNixShellImage is not in hostpkgs";
    buildLayeredImageWithNixDb = throw "dockerTools.buildLayeredImageWithNixDb: images of hostpkgs have no Nix database";
    buildImageWithNixDb = throw "dockerTools.buildImageWithNixDb: images of hostpkgs have no Nix database";
    shadowSetup = throw "dockerTools.shadowSetup needs runAsRoot, which hostpkgs does not have; put dockerTools.fakeNss into contents";
  };
  inherit (final.dockerTools) fakeNss;
}

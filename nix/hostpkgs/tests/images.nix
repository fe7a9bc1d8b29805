# Images: what is in the archives.
{ pkgs, lib, support }:
let
  program = pkgs.writeShellApplication {
    name = "program";
    runtimeInputs = [ pkgs.coreutils ];
    text = "cat /etc/motd";
  };
  settings = {
    name = "registry.example.com/team/Program";
    tag = "1.0";
    contents = [
      program
      (pkgs.writeTextDir "etc/motd" "welcome")
    ];
    config = {
      Entrypoint = [ "program" ];
      Env = [ "GREETING=${pkgs.writeText "mentioned" "only in the settings"}" ];
      ExposedPorts."8080/tcp" = { };
    };
    extraCommands = ''
      mkdir -m 1777 tmp
      mkdir -p srv/data
    '';
    maxLayers = 4;
  };
  layered = pkgs.dockerTools.buildLayeredImage settings;
  streamed = pkgs.dockerTools.streamLayeredImage settings;
  single = pkgs.dockerTools.buildImage {
    name = "base";
    copyToRoot = [ pkgs.bash ];
    config = {
      Cmd = [ "/bin/bash" ];
      Env = [
        "KEPT=1"
        "CHANGED=old"
      ];
    };
  };
  onTop = pkgs.dockerTools.buildLayeredImage {
    name = "on-top";
    tag = "latest";
    fromImage = single;
    contents = [ pkgs.gnused ];
    config.Env = [ "CHANGED=new" ];
  };
in
{
  images = support.script "images" { } ''
    # The same bytes by both ways and each time.
    gzip -dc ${layered} > archive.tar
    ${streamed} > again.tar
    cmp archive.tar again.tar
    /usr/bin/python3 -I -B ${./inspect_images.py} layered archive.tar ${program} ${pkgs.coreutils} ${pkgs.glibc} \
      ${builtins.elemAt (lib.splitString "=" (lib.head settings.config.Env)) 1}
    gzip -dc ${single} > base.tar
    gzip -dc ${onTop} > on-top.tar
    /usr/bin/python3 -I -B ${./inspect_images.py} on-top on-top.tar base.tar
  '';
}

# Node.js and npm, copied from the host.
#
# Pure evaluation cannot ask which version the host has, so `nodejs` is whatever
# it is, and each `nodejs_<major>` says so when it is built where that is another.
{ lib, pkgs }:
let
  nodejs = pkgs.hostCopy {
    pname = "nodejs";
    files = [
      {
        from = "/usr/bin/node";
        to = "bin/node";
      }
    ];
    libraryInputs = [ pkgs.stdenv.cc.cc.lib ];
    postCopy = ''
      /usr/bin/node ${./copy_npm.mjs} "$out"
      /usr/bin/node ${./copy_builtins.mjs} "$out" ${./externalized-builtins.c} ${../../bootstrap/relocate}
    '';
    meta = {
      description = "The host's Node.js, with npm";
      mainProgram = "node";
      license = lib.licenses.mit;
      position = "${toString ./default.nix}:9";
    };
  };

  ofMajor =
    major:
    pkgs.runCommandLocal "nodejs-${major}"
      {
        pname = "nodejs";
        version = major;
        meta = nodejs.meta // {
          position = "${toString ./default.nix}:29";
        };
      }
      ''
        version=$(${nodejs}/bin/node -p process.versions.node)
        if [ "''${version%%.*}" != ${major} ]; then
          echo "hostpkgs: nodejs_${major} is asked for, and this host's /usr/bin/node is $version;" \
            "use nodejs or nodejs_''${version%%.*}, or install Node.js ${major}" >&2
          exit 3
        fi
        mkdir "$out"
        ln -s ${nodejs}/* "$out"
      '';

  # Even numbers are the versions with long-term support.
  majors = [ "18" "20" "22" "24" "26" ];
in
{
  inherit nodejs;
  nodejs-slim = nodejs;
}
// lib.listToAttrs (map (major: lib.nameValuePair "nodejs_${major}" (ofMajor major)) majors)

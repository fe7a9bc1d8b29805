# Joins, wrappers, templates and downloads.
{ pkgs, lib, support }:
let
  one = pkgs.runCommandLocal "one" { } ''
    mkdir -p "$out/bin" "$out/share/only-one"
    printf '#!${pkgs.runtimeShell}\necho one "$@" "''${SETTING-}"\n' > "$out/bin/tool"
    chmod +x "$out/bin/tool"
    echo text > "$out/share/only-one/text"
  '';
  two = pkgs.runCommandLocal "two" { } ''
    mkdir -p "$out/bin" "$out/lib"
    printf '#!${pkgs.runtimeShell}\necho two\n' > "$out/bin/other"
    chmod +x "$out/bin/other"
    echo library > "$out/lib/file"
  '';
  clashing = pkgs.writeTextDir "bin/tool" "another";

  joined = pkgs.symlinkJoin {
    name = "joined";
    paths = [
      one
      two
      clashing
    ];
    nativeBuildInputs = [ pkgs.makeWrapper ];
    postBuild = ''
      wrapProgram "$out/bin/tool" --set SETTING "it's \$set" --add-flags "--first" \
        --prefix PATH : /first --suffix PATH : /last
    '';
  };
  environment = pkgs.buildEnv {
    name = "environment";
    paths = [
      one
      two
    ];
    pathsToLink = [
      "/bin"
      "/share"
    ];
  };
  farm = pkgs.linkFarm "farm" {
    "deep/one" = one;
    two = two;
  };
  configured = pkgs.replaceVars ./templates/settings.conf {
    name = "a \"b\" & c";
    kept = null;
  };
  wrapped = pkgs.runCommand "wrapped" { nativeBuildInputs = [ pkgs.makeWrapper ]; } ''
    mkdir -p "$out/bin"
    printf '#!${pkgs.runtimeShell}\necho "$0|$ONE|$TWO|''${THREE-none}|$LIST|$PWD|$*"\n' > "$out/bin/real"
    chmod +x "$out/bin/real"
    makeWrapper "$out/bin/real" "$out/bin/wrapper" --set ONE 'a b' --set-default TWO 'default "$x"' \
      --unset THREE --prefix LIST : /a --suffix LIST : /z --chdir / --run 'TWO="''${TWO}!"' \
      --add-flags 'x y' --append-flags z
  '';
in
{
  joins = support.script "joins" { } ''
    expectEqual "$(${joined}/bin/tool x)" "one --first x it's \$set"
    expectEqual "$(${joined}/bin/other)" two
    [ -L ${joined}/bin/other ] || fail "other is no link"
    [ -d ${joined}/bin ] || fail "there is no bin"
    [ ! -L ${joined}/bin ] || fail "bin is a link"
    expectEqual "$(ls ${environment})" "bin
    share"
    expectEqual "$(${environment}/bin/other)" two
    # A folder that one package alone has is one link.
    [ -L ${environment}/share ] || fail "share is no link"
    expectEqual "$(readlink ${farm}/deep/one)" ${one}
    expectEqual "$(readlink ${farm}/two)" ${two}
  '';

  join-collision = support.script "join-collision" { } ''
    cat > spec.json <<'END'
    ${builtins.toJSON {
      paths = [
        "${one}"
        "${clashing}"
      ];
      foldersToLink = [ "/" ];
      collisions = "error";
      linkFolders = true;
    }}
    END
    if /usr/bin/python3 -I -B ${../trivial-builders/join.py} spec.json joined 2> message; then
      fail "two files at one place are joined"
    fi
    grep -q 'bin/tool' message || fail "$(cat message)"
  '';

  wrappers = support.script "wrappers" { } ''
    expectEqual "$(THREE=3 LIST=/m ${wrapped}/bin/wrapper arg)" \
      '${wrapped}/bin/real|a b|default "$x"!|none|/a:/m:/z|/|x y arg z'
    expectEqual "$(TWO=mine ${wrapped}/bin/wrapper | cut -d'|' -f3,5)" 'mine!|/a:/z'
  '';

  templates = support.script "templates" { } ''
    expectEqual "$(cat ${configured})" 'name = a "b" & c
    kept = @kept@
    mail = someone@example.org'
  '';

  # A download, and its hash, without the network.
  fetchurl = support.script "fetchurl" { } ''
    expectEqual "$(cat ${
      pkgs.fetchurl {
        url = "file://${pkgs.writeText "served" "fetched"}";
        hash = "sha256-DH/PQSw26eHPw8yjfOya/tz8qG4ZQ/aCfDbojf2kFkI=";
      }
    })" fetched
  '';
}

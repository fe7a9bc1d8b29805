# What is copied from the host runs without it.
{ pkgs, lib, support }:
let
  relocate = ../bootstrap/relocate;
  spec =
    changes:
    builtins.toJSON (
      {
        name = "trial";
        out = "@out@";
        glibc = "${pkgs.glibc}";
        interpreter = "@unused@";
        localeShim = "libhostpkgs-locale.so";
        libraryInputs = [ ];
        extraRpath = [ ];
        interpreters = { };
        files = [ ];
        trees = [ ];
        libraries = [ ];
      }
      // changes
    );
in
{
  tools-alone = support.isolated "tools-alone" { } ''
    export PATH=${
      lib.makeBinPath (
        with pkgs;
        [
          coreutils
          gnused
          gnugrep
          gawk
          gnutar
          gzip
          findutils
          diffutils
          bash
        ]
      )
    }
    cd /tmp
    expectEqual "$(printf 'b\na\n' | sort | sed -n 1p)" a
    expectEqual "$(echo a1b | grep -oP '[0-9]')" 1
    expectEqual "$(echo 2 3 | awk '{ print $1 * $2 }')" 6
    mkdir tree
    echo text > tree/file
    # By a pipe: tar itself starts compressors by way of /bin/sh.
    tar -cf - tree | gzip > tree.tar.gz
    mkdir unpacked
    gzip -dc tree.tar.gz | tar -xf - -C unpacked
    diff -r tree unpacked/tree
    expectEqual "$(find tree -type f)" tree/file
    expectEqual "$(egrep -c '^(text)$' tree/file)" 1
    expectEqual "$(bash -c 'echo "$BASH"')" ${pkgs.bash}/bin/bash
  '';

  # The locale's name is built into the C library as a folder of the host.
  utf8-alone = support.isolated "utf8-alone" { } ''
    export LC_ALL=C.UTF-8
    # A new shell: the running one has started without a locale.
    expectEqual "$(${pkgs.bash}/bin/bash -c 'x=äöü; echo "''${#x} ''${LOCPATH-unset}"' 2>&1)" "3 unset"
    expectEqual "$(printf 'äö\n' | ${pkgs.gnused}/bin/sed 's/./x/g')" xx
  '';

  # A missing program's message says which package has it.
  missing-program = support.script "missing-program" {
    spec = spec { files = [ { from = "/usr/bin/no-such-program"; to = "bin/x"; debian = "no-such-package"; optional = false; } ]; };
    passAsFile = [ "spec" ];
  } ''
    sed "s|@out@|$PWD/out|" "$specPath" > spec.json
    status=0
    /usr/bin/python3 -I -B ${relocate} copy spec.json 2> message || status=$?
    expectEqual "$status" 3
    grep -q '/usr/bin/no-such-program is not on this host' message || fail "$(cat message)"
    grep -q 'install the Debian package no-such-package' message || fail "$(cat message)"
  '';

  # After an upgrade of the host, what is new is not mixed with the old copy.
  upgraded-host = support.script "upgraded-host" {
    spec = spec { glibc = "@glibc@"; };
    passAsFile = [ "spec" ];
  } ''
    mkdir -p glibc/lib
    sed "s|@out@|$PWD/out|; s|@glibc@|$PWD/glibc|" "$specPath" > spec.json
    copy() { /usr/bin/python3 -I -B ${relocate} copy spec.json 2> message; }
    # The same version, but not the same bytes: an update.
    { cat ${pkgs.glibc}/lib/libc.so.6; echo update; } > glibc/lib/libc.so.6
    copy || fail "$(cat message)"
    # An older one.
    sed 's/stable release version 2\.[0-9]*/stable release version 2.7/' ${pkgs.glibc}/lib/libc.so.6 > glibc/lib/libc.so.6
    status=0
    copy || status=$?
    expectEqual "$status" 3
    grep -q 'hostEpoch' message || fail "$(cat message)"
    mkdir -p glibc/nix-support build
    cp ${pkgs.glibc}/nix-support/dynamic-linker glibc/nix-support/
    cp ${pkgs.bash}/bin/bash build/program
    status=0
    /usr/bin/python3 -I -B ${relocate} fixup "$PWD/glibc" "" - build 2> message || status=$?
    expectEqual "$status" 3
    grep -q 'hostEpoch' message || fail "$(cat message)"
  '';

  # Links within a copied tree stay links; others become what they lead to.
  copied-tree =
    support.script "copied-tree"
      {
        spec = spec {
          trees = [
            {
              from = "@tree@";
              to = "share";
              exclude = [ "*.tmp" ];
            }
          ];
        };
        passAsFile = [ "spec" ];
      }
      ''
        mkdir -p tree/folder outside/deep
        echo one > tree/folder/file
        echo two > outside/deep/other
        echo no > tree/folder/x.tmp
        ln -s folder/file tree/inside-link
        ln -s folder tree/folder-link
        ln -s ../outside tree/outside-link
        ln -s nowhere tree/dangling
        sed "s|@out@|$PWD/out|; s|@tree@|$PWD/tree|" "$specPath" > spec.json
        /usr/bin/python3 -I -B ${relocate} copy spec.json
        cd out/share
        expectEqual "$(readlink inside-link)" folder/file
        expectEqual "$(cat folder-link/file)" one
        expectEqual "$(cat outside-link/deep/other)" two
        [ ! -L outside-link ] || fail "a link out of the tree is copied as a link"
        [ ! -e dangling ] && [ ! -L dangling ] || fail "a dangling link is copied"
        [ ! -e folder/x.tmp ] || fail "an excluded file is copied"
      '';

  # Nothing of the host is left where a loader or a shell would look.
  no-host-paths = support.script "no-host-paths" { } ''
    for program in ${pkgs.bash}/bin/bash ${pkgs.coreutils}/bin/ls ${pkgs.gnutar}/bin/tar; do
      headers=$(${pkgs.gcc}/bin/readelf --program-headers --dynamic "$program")
      grep -q 'interpreter: ${pkgs.glibc}/lib/ld-linux' <<< "$headers" || fail "$program has another loader"
      ! grep -E 'R(UN)?PATH.*\[(.*:)?/(usr|lib)' <<< "$headers" || fail "$program searches the host"
    done
    loader=$(cat ${pkgs.glibc}/nix-support/dynamic-linker)
    ! ${pkgs.gcc}/bin/strings "$loader" | grep -xE '/lib/|/usr/lib/|/etc/ld.so.cache|/etc/ld.so.preload' || fail "the loader knows the host's folders"
    # What it lists for a program is all in the store.
    list=$("$loader" --list ${pkgs.gnugrep}/bin/grep)
    ! grep -E '=> /(usr|lib)' <<< "$list" || fail "libraries of the host: $list"
  '';
}

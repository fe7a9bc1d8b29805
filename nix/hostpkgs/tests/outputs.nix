# Packages of several outputs, strict dependencies, and what installed files become.
{ pkgs, lib, support }:
let
  inherit (pkgs) stdenv;

  # A library that installs as an old Makefile does, into one folder.
  library = stdenv.mkDerivation {
    pname = "several";
    version = "1";
    outputs = [
      "out"
      "dev"
      "doc"
      "man"
    ];
    separateDebugInfo = true;
    dontUnpack = true;
    buildPhase = ''
      echo 'int answer(void) { return 42; }' > answer.c
      gcc -fPIC -shared -o libanswer.so answer.c -Wl,-soname,libanswer.so
    '';
    installPhase = ''
      mkdir -p "$out"/{lib64/pkgconfig,include,share/man/man1,share/doc/several,share/gtk-doc/several,sbin}
      cp libanswer.so "$out/lib64"
      echo 'int answer(void);' > "$out/include/answer.h"
      echo 'Name: answer' > "$out/lib64/pkgconfig/answer.pc"
      echo page > "$out/share/man/man1/answer.1"
      ln -s answer.1 "$out/share/man/man1/ask.1"
      echo text > "$out/share/doc/several/README"
      echo text > "$out/share/gtk-doc/several/index"
      printf '#!/bin/sh\necho tool\n' > "$out/sbin/tool"
      chmod +x "$out/sbin/tool"
    '';
  };

  # Documentation for developers goes away, but not where the package says where to.
  documented = library.overrideAttrs { outputDevdoc = "out"; };

  # The headers' output brings the library's along.
  user = stdenv.mkDerivation {
    name = "user";
    strictDeps = true;
    buildInputs = [ library ];
    dontUnpack = true;
    buildPhase = ''
      if type -P tool; then
        echo "strictDeps: a program of buildInputs is on PATH" >&2
        exit 1
      fi
      printf '#include <answer.h>\nint main(void) { return answer() - 42; }\n' > main.c
      gcc -o main main.c -lanswer
      [ "$(< "$NIX_CC/nix-support/dynamic-linker")" = ${stdenv.cc.bintools.dynamicLinker} ]
    '';
    installPhase = ''
      mkdir -p "$out/bin"
      printf '#!/usr/bin/env tool\n' > "$out/bin/script"
      cp main "$out/bin"
      chmod +x "$out/bin/script"
    '';
  };

  # What a configure script is told.
  configured = stdenv.mkDerivation {
    pname = "configured";
    version = "1";
    outputs = [
      "out"
      "bin"
      "dev"
    ];
    configureFlags = [ "--with-x" ];
    src = pkgs.writeTextFile {
      name = "source";
      destination = "/configure";
      executable = true;
      text = ''
        #!/bin/sh
        # --enable-static and --disable-dependency-tracking are known here.
        printf '%s\n' "$@" > arguments
      '';
    };
    postPatch = "patchShebangs configure";
    installPhase = ''
      mkdir -p "$out" "$bin" "$dev"
      cp arguments "$dev"
    '';
  };

  # unpackCmd and setSourceRoot, with two sources.
  unpacked = pkgs.stdenvNoCC.mkDerivation {
    name = "unpacked";
    srcs = [
      (pkgs.writeText "one.odd" "1")
      (pkgs.writeText "two.odd" "2")
    ];
    unpackCmd = ''
      mkdir -p tree
      cp "$curSrc" "tree/$(stripHash "$curSrc")"
    '';
    setSourceRoot = "sourceRoot=tree";
    installPhase = ''cat one.odd two.odd > "$out"'';
  };
in
{
  outputs = support.script "outputs" { } ''
    expectEqual "$(cd ${library} && find . ! -type d | sort | tr '\n' ' ')" "./bin/tool ./lib/libanswer.so ./lib64 ./sbin "
    expectEqual "$(${library}/sbin/tool)" tool
    expectEqual "$(cat ${library.dev}/lib/pkgconfig/answer.pc)" "Name: answer"
    expectEqual "$(cat ${library.dev}/nix-support/propagated-build-inputs)" "${library} "
    expectEqual "$(cat ${library.doc}/share/doc/several/README)" text
    [ ! -e ${library.doc}/share/gtk-doc ] || fail "documentation for developers is in doc"
    expectEqual "$(cat ${documented}/share/gtk-doc/several/index)" text
    expectEqual "$(gzip -dc ${library.man}/share/man/man1/ask.1.gz)" page
    [ -n "$(find ${library.debug}/lib/debug/.build-id -name '*.debug')" ] || fail "no debug information"
    ${user}/bin/main
    expectEqual "$(head -n 1 ${user}/bin/script)" "#!${library}/bin/tool"
  '';
  configure-flags = support.script "configure-flags" { } ''
    for flag in --prefix=${configured} --bindir=${configured.bin}/bin --includedir=${configured.dev}/include \
      --disable-static --disable-dependency-tracking --with-x; do
      grep -qx -e "$flag" ${configured.dev}/arguments || fail "$flag is not among the arguments"
    done
  '';
  unpacking = support.script "unpacking" { } ''
    expectEqual "$(cat ${unpacked})" 12
  '';
}

# C projects: built with the host's compiler, run with the store's libraries.
{ pkgs, lib, support }:
let
  inherit (pkgs) stdenv;

  triangle = stdenv.mkDerivation (finalAttrs: {
    pname = "triangle";
    version = "1.0";
    src = ./c-project;
    makeFlags = [ "PREFIX=${placeholder "out"}" ];
    doCheck = true;
    passthru.program = "${finalAttrs.finalPackage}/bin/${finalAttrs.meta.mainProgram}";
    meta = {
      description = "A project with a Makefile";
      mainProgram = "triangle";
    };
  });

  # A library with headers in an output of its own, and a program that uses it.
  library = stdenv.mkDerivation {
    pname = "greeting";
    version = "2";
    outputs = [
      "out"
      "dev"
    ];
    src = pkgs.writeTextDir "greeting.c" ''
      #include "greeting.h"
      const char *greeting(void) { return "good morning"; }
    '';
    buildPhase = ''
      echo 'const char *greeting(void);' > greeting.h
      $CC -shared -fPIC -I. -o libgreeting.so.1 -Wl,-soname,libgreeting.so.1 greeting.c
    '';
    installPhase = ''
      install -D -m 644 greeting.h "$dev/include/greeting.h"
      install -D -m 755 libgreeting.so.1 "$out/lib/libgreeting.so.1"
      ln -s libgreeting.so.1 "$out/lib/libgreeting.so"
    '';
    # The headers' output leads to the library's.
    postFixup = ''
      mkdir -p "$dev/nix-support"
      echo "$out" > "$dev/nix-support/propagated-build-inputs"
    '';
  };
  user = stdenv.mkDerivation {
    name = "greeting-user";
    src = pkgs.writeTextDir "main.c" ''
      #include <greeting.h>
      #include <stdio.h>
      int main(void) { return puts(greeting()) < 0; }
    '';
    buildInputs = [ library ];
    buildPhase = "$CC -o user main.c -lgreeting";
    installPhase = ''install -D user "$out/bin/user"'';
  };

  # Links a library that no input has, as it would find on the host.
  unsupplied = pkgs.runCommandCC "test-host-library-refused" { } ''
    mkdir -p build/bin
    cat > libprivate.c <<'EOF'
    int answer(void) { return 42; }
    EOF
    cat > main.c <<'EOF'
    int answer(void);
    int main(void) { return answer(); }
    EOF
    mkdir private
    gcc -shared -fPIC -o private/libprivate.so -Wl,-soname,libprivate.so.1 libprivate.c
    gcc -Lprivate -o build/bin/main main.c -lprivate
    if /usr/bin/python3 -I -B ${../bootstrap/relocate} fixup ${pkgs.glibc} "" - build 2> message; then
      echo "a program without its library is accepted" >&2
      exit 1
    fi
    grep -q 'build/bin/main needs libprivate.so.1' message
    grep -q 'buildInputs' message
    echo passed > "$out"
  '';

  # A program that was built elsewhere, for the host's loader.
  foreign = stdenv.mkDerivation {
    name = "foreign";
    dontUnpack = true;
    installPhase = ''
      mkdir -p "$out/bin"
      echo 'int main(void) { return 7; }' > main.c
      /usr/bin/gcc -o "$out/bin/foreign" main.c
    '';
  };
in
{
  c-project = support.isolated "c-project" { } ''
    expectEqual "$(${triangle.program} 6 8)" 10
    expectEqual "$(LC_ALL=C.UTF-8 ${triangle}/bin/area 6 8)" 24
    expectEqual "$(${user}/bin/user)" "good morning"
    status=0
    ${foreign}/bin/foreign || status=$?
    expectEqual "$status" 7
  '';

  c-outputs = support.script "c-outputs" { } ''
    # Nothing of the host or of the build's folder stays in the program.
    strings=$(${pkgs.gcc}/bin/strings ${triangle}/bin/triangle)
    ! grep -E '/usr/lib|/lib64/|/nix-build-|/build/' <<< "$strings" || fail "the program names folders of the build or host"
    # Search folders that serve nothing are gone, and with them the reference.
    grep -q ${pkgs.glibc} <<< "$strings" || fail "the C library is not referred to"
    ! grep -q gcc-libraries <<< "$strings" || fail "the compiler's libraries are referred to without need"
    head -n 1 ${triangle}/bin/area | grep -q '^#!/nix/store/.*/bin/sh$' || fail "the script's first line is the host's"
    [ ! -e ${library}/include ] || fail "headers are in the wrong output"
    ${pkgs.gcc}/bin/readelf --dynamic ${user}/bin/user | grep 'Library rpath:.*${library}/lib' || fail "the library's folder is not searched"
  '';

  host-library-refused = unsupplied;
}

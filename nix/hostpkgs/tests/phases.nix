# The phases of mkDerivation, their hooks and settings.
{ pkgs, lib, support }:
let
  inherit (pkgs) stdenv stdenvNoCC;

  note = name: ''echo ${name} >> "$NIX_BUILD_TOP/order"'';

  # Every phase, hook and the order that they come in.
  everyPhase = stdenv.mkDerivation {
    name = "every-phase";
    src = pkgs.writeTextDir "hello.txt" "hello\n";
    patches = [
      (pkgs.writeText "greeting.patch" ''
        --- a/hello.txt
        +++ b/hello.txt
        @@ -1 +1 @@
        -hello
        +patched
      '')
    ];
    doCheck = true;
    doInstallCheck = true;
    prePhases = [ "firstPhase" ];
    firstPhase = note "first";
    preUnpack = note "preUnpack";
    postUnpack = note "postUnpack";
    postPatch = note "postPatch";
    configurePhase = ''
      runHook preConfigure
      ${note "configure"}
      runHook postConfigure
    '';
    postConfigure = note "postConfigure";
    preBuild = note "preBuild";
    checkPhase = note "check";
    installPhase = ''
      runHook preInstall
      cp hello.txt "$NIX_BUILD_TOP/order" "$out"
      runHook postInstall
    '';
    preInstall = ''
      ${note "preInstall"}
      mkdir "$out"
    '';
    preFixup = ''echo preFixup >> "$out/order"'';
    postFixup = ''echo postFixup >> "$out/order"'';
    installCheckPhase = ''echo installCheck >> "$out/order"'';
  };

  # phases given, a source archive, and a root that is not its top.
  archive = pkgs.runCommand "archive.tar.gz" { } ''
    mkdir -p top/inner
    echo deep > top/inner/file
    tar -czf "$out" --sort=name --mtime=@1 top
  '';
  fromArchive = stdenvNoCC.mkDerivation {
    pname = "from-archive";
    version = "3";
    src = archive;
    sourceRoot = "top/inner";
    phases = [
      "unpackPhase"
      "installPhase"
    ];
    installPhase = ''cp file "$out"'';
  };

  failing = pkgs.runCommand "failing-build-status" { } ''
    # The builder itself, in a build of its own: a phase that fails in a pipe.
    mkdir build
    cd build
    status=0
    env -i NIX_BUILD_TOP="$PWD" out="$PWD/out" outputs=out phases=brokenPhase brokenPhase='false | cat; echo survived' \
      failureHook='echo hook ran' stdenv=${stdenvNoCC} \
      ${stdenvNoCC.shell} -e ${../stdenv/builder.sh} > log 2>&1 || status=$?
    cat log
    [ "$status" = 1 ] || { echo "status is $status"; exit 1; }
    grep -q 'hook ran' log
    # The log says which phase it was.
    grep -q 'brokenPhase of this build failed with exit status 1' log
    if grep -q survived log; then exit 1; fi
    touch "$out"
  '';

  shebangs = stdenvNoCC.mkDerivation {
    name = "shebangs";
    dontUnpack = true;
    installPhase = ''
      mkdir -p "$out/bin" "$out/share"
      printf '#!/bin/sh\necho plain\n' > "$out/bin/plain"
      printf '#!/usr/bin/env bash\necho by-env\n' > "$out/bin/by-env"
      printf '#!/usr/bin/env -S sed -n 1p\n' > "$out/bin/with-options"
      printf '#!/usr/bin/no-such-interpreter\n' > "$out/bin/unknown"
      printf '#!/bin/sh\nnot a program\n' > "$out/share/text"
      chmod +x "$out"/bin/*
      printf '\377\376binary\n' > "$out/bin/binary"
      chmod 755 "$out/bin/binary"
    '';
  };

  substituted = pkgs.runCommand "substituted" { greeting = "good & evil \\1"; } ''
    printf '@greeting@ a.b a+b\n\n\n' > file
    substitute file "$out" --subst-var greeting --replace-fail 'a.b' '$HOME' --replace-quiet absent x
    if substituteInPlace "$out" --replace-fail absent x 2>/dev/null; then
      echo "an absent text is accepted" >&2
      exit 1
    fi
    substituteInPlace "$out" --replace-fail 'a+b' 'c'
  '';

  structured = stdenv.mkDerivation {
    name = "structured";
    __structuredAttrs = true;
    outputs = [
      "out"
      "doc"
    ];
    env.GREETING = "two words";
    list = [
      "first element"
      "second"
    ];
    buildCommand = ''
      printf '%s|' "''${list[@]}" "$(printenv GREETING)" > "$out"
      echo documentation > "$doc"
    '';
  };

  # Hooks of inputs, and what inputs bring with them.
  hook = pkgs.makeSetupHook { name = "test-hook"; } (
    pkgs.writeText "hook.sh" ''
      addTheMark() { echo mark > "$out.mark-seen" 2>/dev/null || markSeen=yes; markSeen=yes; }
      preInstallHooks+=(addTheMark)
      export FROM_HOOK=hooked
    ''
  );
  propagating = pkgs.runCommand "propagating" { } ''
    mkdir -p "$out/nix-support" "$out/bin"
    echo ${hook} > "$out/nix-support/propagated-native-build-inputs"
    printf '#!${pkgs.runtimeShell}\necho helper\n' > "$out/bin/helper"
    chmod +x "$out/bin/helper"
  '';
  withHooks = stdenvNoCC.mkDerivation {
    name = "with-hooks";
    nativeBuildInputs = [
      propagating
      null
    ];
    dontUnpack = true;
    installPhase = ''
      runHook preInstall
      echo "$FROM_HOOK $markSeen $(helper)" > "$out"
    '';
  };
in
{
  phases = support.script "phases" { } ''
    expectEqual "$(cat ${everyPhase}/hello.txt)" patched
    expectEqual "$(tr '\n' ' ' < ${everyPhase}/order)" \
      "first preUnpack postUnpack postPatch configure postConfigure preBuild check preInstall preFixup postFixup installCheck "
    expectEqual "$(cat ${fromArchive})" deep
    expectEqual "$(cat ${withHooks})" "hooked yes helper"
  '';

  failing-phase = failing;

  shebangs = support.script "shebangs" { } ''
    cd ${shebangs}
    expectEqual "$(head -n 1 bin/plain)" "#!${pkgs.bash}/bin/sh"
    expectEqual "$(bin/plain)" plain
    expectEqual "$(bin/by-env)" by-env
    expectEqual "$(head -n 1 bin/with-options)" "#!${pkgs.gnused}/bin/sed -n 1p"
    expectEqual "$(head -n 1 bin/unknown)" "#!/usr/bin/no-such-interpreter"
    expectEqual "$(head -n 1 share/text)" "#!/bin/sh"
    printf '\377\376binary\n' | cmp - bin/binary
  '';

  substitute = support.script "substitute" { } ''
    printf 'good & evil \\1 $HOME c\n\n\n' | cmp - ${substituted}
  '';

  structured-attributes = support.script "structured-attributes" { } ''
    expectEqual "$(cat ${structured})" "first element|second|two words|"
    expectEqual "$(cat ${structured.doc})" documentation
  '';
}

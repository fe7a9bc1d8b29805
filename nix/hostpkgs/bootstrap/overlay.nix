# What is copied from the host: the C library, programs and libraries.
final: prev:
let
  inherit (final) lib system;
  hostEpoch = final.config.hostEpoch or (lib.fileContents ../host-epoch);

  # The copier itself cannot use a copied shell for the shell's own scripts.
  copyWith =
    interpreters:
    import ./host-copy.nix {
      inherit
        lib
        system
        hostEpoch
        interpreters
        ;
      inherit (final) glibc;
    };
  copyFirst = copyWith { };
in
{
  glibc = import ./glibc.nix { inherit lib system hostEpoch; };
  libc = final.glibc;
  # C.UTF-8 is in the C library's package.
  glibcLocales = final.glibc;
  glibcLocalesUtf8 = final.glibc;

  # hostCopy { pname; programs; files; trees; libraryInputs; … }: see host-copy.nix.
  hostCopy = copyWith (
    lib.genAttrs [ "/bin/sh" "/usr/bin/sh" "/bin/bash" "/usr/bin/bash" ] (_: "${final.bash}/bin/bash")
  );

  bash = copyFirst {
    pname = "bash";
    files = [
      {
        from = "/bin/bash";
        to = "bin/bash";
      }
    ];
    postCopy = ''ln -s bash "$out/bin/sh"'';
    passthru.shellPath = "/bin/bash";
    meta = {
      description = "GNU Bourne-Again Shell";
      mainProgram = "bash";
      license = lib.licenses.gpl3Plus;
      position = "${toString ./overlay.nix}:30";
    };
  };
  bashInteractive = final.bash;
  bashNonInteractive = final.bash;
  runtimeShell = "${final.bash}/bin/bash";
  runtimeShellPackage = final.bash;
}
// import ./tools.nix { inherit final lib; }
// import ./libraries.nix { inherit final lib; }
// import ./build-systems.nix { inherit final lib; }

# Development shells: what a shell has, by way of its own environment file.
# (dev-env.sh beside this opens them with `nix develop` and print-dev-env.)
{ pkgs, lib, support }:
let
  # Tools that no environment has by itself.
  tool = name: pkgs.writeShellScriptBin name "echo ${name}";
  own = tool "own-tool";
  native = tool "native-tool";
  library = tool "library-tool";

  package = pkgs.stdenv.mkDerivation {
    name = "package";
    nativeBuildInputs = [ native ];
    buildInputs = [ library ];
    shellHook = "echo from the package";
    dontUnpack = true;
    installPhase = ''mkdir "$out"'';
  };
  shell = pkgs.mkShell {
    packages = [ own ];
    inputsFrom = [ package ];
    VARIABLE = "a value";
    env.OTHER = "another";
    shellHook = "echo from the shell";
  };
in
{
  shell = support.script "shell" { } ''
    grep -q 'declare -x VARIABLE="a value"' ${shell}
    grep -q 'declare -x OTHER="another"' ${shell}
    path=$(grep '^declare -x PATH=' ${shell})
    for package in ${own} ${native} ${library} ${pkgs.gcc}; do
      grep -qF "$package/bin" <<< "$path" || fail "$package is not on the shell's PATH"
    done
    expectEqual "$(eval ${lib.escapeShellArg shell.shellHook})" "from the package
    from the shell"
    ! grep -q "$NIX_BUILD_TOP" ${shell} || fail "the environment names a build's folder"
    ! grep -q ${pkgs.gcc} ${pkgs.mkShellNoCC { name = "plain"; }} || fail "mkShellNoCC has a compiler"
  '';
}

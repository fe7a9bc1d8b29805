# The writers of texts and scripts.
{ pkgs, lib, support }:
let
  application = pkgs.writeShellApplication {
    name = "application";
    runtimeInputs = [ pkgs.gnused ];
    runtimeEnv = {
      GREETING = "it's \"quoted\" $HOME";
    };
    text = ''
      case "$1" in
      greet) echo "$GREETING" | sed 's/^/> /' ;;
      fail) false; echo survived ;;
      unset) echo "$NO_SUCH_VARIABLE"; echo survived ;;
      pipe) false | cat; echo survived ;;
      esac
    '';
  };
  own = pkgs.writeShellApplication {
    name = "own-options";
    bashOptions = [ ];
    inheritPath = false;
    text = ''
      false
      echo "survived $PATH"
    '';
  };
in
{
  writers = support.script "writers" { } ''
    printf 'no newline' | cmp - ${pkgs.writeText "text" "no newline"}
    expectEqual "$(cat ${pkgs.writeTextDir "a/b/file" "deep"}/a/b/file)" deep
    expectEqual "$(${pkgs.writeShellScript "script" ''echo "args: $*"''} 1 2)" "args: 1 2"
    expectEqual "$(${pkgs.writeShellScriptBin "in-bin" "echo bin"}/bin/in-bin)" bin
    expectEqual "$(${pkgs.writeScriptBin "raw" "#!${pkgs.runtimeShell}\necho raw"}/bin/raw)" raw
    expectEqual "$(cat ${pkgs.concatText "both" [ (pkgs.writeText "x" "x") (pkgs.writeText "y" "y") ]})" xy
    expectEqual "$(cat ${pkgs.runCommandLocal "local" { value = 3; } ''echo "$value" > "$out"''})" 3
    # Text that would be too long for an argument, and a lone dollar.
    [ "$(wc -c < ${pkgs.writeText "long" (lib.strings.replicate 300000 "x")})" = 300000 ]
    expectEqual "$(cat ${pkgs.writeText "dollar" "$out \\n"})" '$out \n'
  '';

  shell-application = support.script "shell-application" { } ''
    application=${application}/bin/application
    expectEqual "$($application greet)" "> it's \"quoted\" \$HOME"
    for way in fail unset pipe; do
      status=0
      output=$($application "$way" 2>/dev/null) || status=$?
      [ "$status" != 0 ] || fail "$way does not end the script"
      expectEqual "$output" ""
    done
    expectEqual "$(${own}/bin/own-options)" "survived "
  '';

  # A script with a mistake in its syntax is not built.
  broken-script = support.script "broken-script" { } ''
    target=script
    printf 'if true; then\n' > script
    if eval ${lib.escapeShellArg (pkgs.writeShellScriptBin "x" "true").checkPhase} 2>/dev/null; then
      fail "a broken script passes its check"
    fi
    printf 'true\n' > script
    eval ${lib.escapeShellArg (pkgs.writeShellScriptBin "x" "true").checkPhase}
  '';
}

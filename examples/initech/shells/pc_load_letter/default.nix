# To work on the print queue: its interpreter with everything in poetry.lock, and
# its modules from where they are edited when the shell is opened in its folder.
# Nothing of the project's own is in it, so that edits do not change the shell.
{ pkgs, ... }:

pkgs.mkShell {
  packages = [ pkgs.initech.pc_load_letter.python ];
  shellHook = ''
    if [ -d src/pc_load_letter ]; then
      export PYTHONPATH="$PWD/src''${PYTHONPATH:+:$PYTHONPATH}"
    fi
  '';
}

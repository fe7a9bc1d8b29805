# runCommand, the writers of texts and scripts, joins, wrappers and shells.
final: prev:
builtins.foldl' (all: file: all // import file final) { } [
  ./run-command.nix
  ./write-text.nix
  ./write-shell.nix
  ./mk-shell.nix
  ./join.nix
  ./replace-vars.nix
  ./hooks.nix
  ./fetch.nix
  ./fetch-git.nix
  ./formats.nix
  ./writers.nix
  ./testers.nix
  ./desktop.nix
  ./ignore.nix
  ./absent.nix
  ./options-doc.nix
  ./scopes.nix
  ./misc.nix
]
